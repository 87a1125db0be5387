"""Provisioners: commands of which a plan says nothing, and that a reviewer has to see."""

from __future__ import annotations

from typing import Any

import pytest
from review_planned import change, planned

from tandem.review.changes.changes import changes
from tandem.review.model import Change
from tandem.review.redaction.redaction import redact

COMMANDS = [
    {"type": "local-exec", "expressions": {"command": {"constant_value": "make release"}}},
    {"type": "local-exec", "expressions": {"command": {"references": ["var.tag"]}}},
    {"type": "remote-exec", "expressions": {"inline": {"constant_value": ["set -e", "reboot"]}}},
    {
        "type": "file",
        "expressions": {
            "content": {"constant_value": "canary-content"},
            "destination": {"constant_value": "/etc/hosts"},
        },
    },
    {"type": "local-exec", "expressions": {"environment": {"constant_value": {"A": "canary"}}}},
]


def reviewed(action: str, found: list[dict[str, Any]], **more: Any) -> Change:
    values = {"name": "web"}
    entry = change("aws_x.it", action, before=values, after=values, **more)
    if action == "create":
        entry["change"]["before"] = None
    block = {"address": "aws_x.it", "provisioners": found}
    configuration = {"root_module": {"resources": [block]}}
    document, _ = redact({"resource_changes": [entry], "configuration": configuration})
    (it,) = changes(
        planned(*document["resource_changes"], configuration=document["configuration"]), None
    )
    return it


@pytest.mark.parametrize("action", ["create", "replace", "destroy"])
def test_what_runs_is_said_as_far_as_it_is_known(action: str) -> None:
    it = reviewed(action, COMMANDS)
    run = {one.path: one for one in it.attributes if one.path.startswith("provisioner")}
    assert {path: one.new for path, one in run.items()} == {
        "provisioner[0].local-exec.command": "make release",
        "provisioner[1].local-exec.command": "made of var.tag",
        "provisioner[2].remote-exec.inline": "2 lines",
        "provisioner[3].file.destination": "/etc/hosts",
    }
    assert run["provisioner[2].remote-exec.inline"].diff[1:] == ("+set -e", "+reboot")
    assert "Its provisioners run as it is made" in it.means[-2]
    assert "local-exec runs where Terraform does" in it.means[-1]
    assert it.rank > reviewed(action, []).rank
    assert "canary" not in repr(it)


def test_only_what_signs_in_elsewhere_runs_elsewhere() -> None:
    assert "local-exec" not in " ".join(reviewed("create", COMMANDS[2:3]).means)


def test_what_nothing_is_made_of_runs_nothing() -> None:
    for action, more in (("update", {}), ("no-op", {"previous_address": "aws_x.was"})):
        assert "provisioner" not in repr(reviewed(action, COMMANDS, **more))
    assert "provisioner" not in repr(reviewed("destroy", COMMANDS, deposed="12345678"))
