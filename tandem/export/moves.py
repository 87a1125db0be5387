"""Addresses that resources had in earlier versions of the modules.

An entry stays for good: somebody may skip versions. Without it an upgrade destroys the resource
and makes a new one.
https://developer.hashicorp.com/terraform/language/modules/develop/refactoring
"""

from __future__ import annotations

from collections.abc import Mapping

MOVES: Mapping[str, Mapping[str, str]] = {
    "artifact-store": {},
    "build-project": {},
    "image-pipeline": {},
    "image-repository": {},
}
"""By module: the address now, by the address before, as in `aws_iam_role.build`."""
