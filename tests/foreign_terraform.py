"""Make the plans and states again, with `python tests/foreign_terraform.py [NAME...]`.

What the emulator lacks for them is added here, for these fixtures only.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

FOLDER = Path(__file__).parent / "foreign"
NAMES = tuple(sorted(folder.name for folder in FOLDER.iterdir() if (folder / "main.tf").exists()))
_MADE = shutil.ignore_patterns("plan.json", "state.json", "README.md", ".terraform*")


def make(name: str, copy: Path, *, applied: bool) -> dict[str, Any]:
    """Plan a copy of the fixture on the emulator; return the documents, by their files' names."""
    from tandem.emulator import Emulator
    from tandem.terraform import Terraform

    shutil.copytree(FOLDER / name, copy, ignore=_MADE)
    with ExitStack() as mended, Emulator() as emulator:
        # One of them looks up a managed policy of AWS.
        mended.enter_context(patch.dict(os.environ, MOTO_IAM_LOAD_MANAGED_POLICIES="true"))
        terraform = Terraform(copy, environment=emulator.environment())
        terraform.init()
        terraform.plan(out=copy / "made")
        documents = {"plan.json": terraform.show_json(copy / "made")}
        if applied:
            _mend(mended)
            terraform.apply(copy / "made")
            documents["state.json"] = terraform.show_json()
    return documents


def _mend(mended: ExitStack) -> None:
    from moto.codebuild.models import CodeBuild
    from moto.codebuild.responses import CodeBuildResponse
    from moto.codepipeline.responses import CodePipelineResponse
    from moto.core.responses import ActionResult
    from moto.ecs.models import Service

    def create_webhook(self: CodeBuildResponse) -> ActionResult:
        wanted = json.loads(self.body)
        project: CodeBuild = self.codebuild_backend.codebuild_projects[wanted["projectName"]]
        webhook = {
            "url": f"https://codebuild.example.com/webhooks/{wanted['projectName']}",
            "payloadUrl": f"https://codebuild.example.com/webhooks/{wanted['projectName']}",
            "filterGroups": wanted.get("filterGroups", []),
            "buildType": wanted.get("buildType", "BUILD"),
        }
        project.project_metadata["webhook"] = webhook
        return ActionResult({"webhook": webhook})

    webhooks: list[dict[str, Any]] = []

    def put_webhook(self: CodePipelineResponse) -> str:
        wanted = json.loads(self.body)["webhook"]
        arn = f"arn:aws:codepipeline:{self.region}:{self.current_account}:webhook:{wanted['name']}"
        url = f"https://webhooks.example.com/{wanted['name']}"
        webhooks.append({"arn": arn, "url": url, "definition": wanted})
        return json.dumps({"webhook": webhooks[-1]})

    def list_webhooks(self: CodePipelineResponse) -> str:  # noqa: ARG001 - moto calls a method
        return json.dumps({"webhooks": webhooks})

    started: Callable[..., None] = Service.__init__

    def start(self: Any, *arguments: Any, **named: Any) -> None:
        started(self, *arguments, **named)
        # The provider ends where an empty one comes back.
        self.network_configuration = self.network_configuration or None

    for made in (put_webhook, list_webhooks):
        mended.enter_context(patch.object(CodePipelineResponse, made.__name__, made, create=True))
    mended.enter_context(
        patch.object(CodeBuildResponse, "create_webhook", create_webhook, create=True)
    )
    mended.enter_context(patch.object(Service, "__init__", start))


def main(names: list[str]) -> None:
    for name in names or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            for file, document in make(name, Path(folder) / name, applied=True).items():
                text = json.dumps(document, separators=(",", ":"))
                (FOLDER / name / file).write_text(f"{text}\n")
                sys.stdout.write(f"{name}/{file}: {len(text):,} characters\n")


if __name__ == "__main__":
    main(sys.argv[1:])
