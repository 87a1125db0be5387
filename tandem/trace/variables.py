"""The environment variables of builds, as far as they are known before a build."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tandem.deployment import Action, BuildProject
from tandem.deployment.symbols import symbol

Variables = Mapping[str, str]

_PIPELINE_VARIABLE = re.compile(r"#\{([^{}]+)\}")


def project_variables(project: BuildProject) -> Variables:
    """The variables of a project; a stored one is not known."""
    return {
        it.name: it.value if it.type == "PLAINTEXT" else symbol(it.value)
        for it in project.variables
    }


def action_variables(action: Action) -> Variables | None:
    """The variables that an action gives to its build; None where they are not known.

    What an earlier action says, `#{Source.CommitId}`, is known when the pipeline runs.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    text = action.configuration.get("EnvironmentVariables")
    if not text:
        return {}
    try:
        entries = json.loads(text)
        return {
            str(entry["name"]): _PIPELINE_VARIABLE.sub(
                lambda found: symbol(found[1]), str(entry.get("value", ""))
            )
            if entry.get("type", "PLAINTEXT") == "PLAINTEXT"
            else symbol(str(entry.get("value", "")))
            for entry in entries
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
