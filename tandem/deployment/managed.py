"""The documents of AWS's own managed policies, from the copy that moto carries."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tandem.deployment.model import Document

_ARN = re.compile(r"arn:aws[a-z-]*:iam::aws:policy(/.*)")


def managed_policy(arn: str) -> Document | None:
    """The document of a managed policy of AWS; None: not AWS's, or newer than moto's copy.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
    """
    found = _ARN.fullmatch(arn)
    return _documents().get(found[1]) if found else None


@lru_cache(maxsize=1)
def _documents() -> dict[str, Document]:
    """All of them, by path and name as in `/service-role/AWSLambdaRole`."""
    policies: dict[str, dict[str, Any]] = json.loads(_text())
    return {
        f"{policy.get('Path', '/')}{name}": policy["Document"] for name, policy in policies.items()
    }


def _text() -> str:
    # The file by itself: an import of moto.iam brings all of moto's IAM, and botocore, with it.
    moto = find_spec("moto")
    if moto is None or not moto.submodule_search_locations:
        return "{}"
    file = Path(moto.submodule_search_locations[0]) / "iam/aws_managed_policies.py"
    if not file.is_file():
        return "{}"
    spec = spec_from_file_location("_aws_managed_policies", file)
    if spec is None or spec.loader is None:
        return "{}"
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    text: str = module.aws_managed_policies_data
    return text
