"""A plan in types: what happens, counted as Terraform counts, and what is no plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tandem.deployment import InputError
from tandem.review.model import Counts
from tandem.review.reading.plan import Plan, read, understand

Json = dict[str, Any]
GIVE = "give what `terraform show -json PLAN` prints"


def entry(*actions: str, address: str = "aws_thing.it", mode: str = "managed", **more: Any) -> Json:
    inner = {
        key: more.pop(key)
        for key in ("before", "after", "after_unknown", "replace_paths", "importing")
        if key in more
    }
    return {
        "address": address,
        "mode": mode,
        "type": "aws_thing",
        "name": "it",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        **more,
        "change": {"actions": list(actions), "before": None, "after": None, **inner},
    }


def plan(*changes: Json, **more: Any) -> Plan:
    return understand({"format_version": "1.2", "resource_changes": list(changes), **more})


# Changes


@pytest.mark.parametrize(
    ("actions", "action", "creates_first", "forgets"),
    [
        (("create",), "create", False, False),
        (("update",), "update", False, False),
        (("delete",), "destroy", False, False),
        (("delete", "create"), "replace", False, False),
        (("create", "delete"), "replace", True, False),
        (("forget",), "forget", False, True),
        (("create", "forget"), "create", False, True),
    ],
)
def test_actions(actions: tuple[str, ...], action: str, creates_first: bool, forgets: bool) -> None:
    (found,) = plan(entry(*actions)).changes
    assert (found.action, found.creates_first, found.forgets) == (action, creates_first, forgets)


def test_a_change_in_full() -> None:
    found = plan(
        entry(
            "delete",
            "create",
            address='module.a["x y"].aws_thing.it[3]',
            module_address='module.a["x y"]',
            index=3,
            previous_address="aws_thing.old",
            action_reason="replace_because_cannot_update",
            before={"name": "a"},
            after={"name": "b"},
            after_unknown={"id": True},
            replace_paths=[["name"], ["block", 0, "x"]],
        )
    ).changes[0]
    assert (found.module, found.type, found.name, found.key) == (
        'module.a["x y"]',
        "aws_thing",
        "it",
        3,
    )
    assert (found.previous_address, found.is_moved) == ("aws_thing.old", True)
    assert found.reason == "it cannot be updated in place"
    assert (found.before, found.after, found.unknown) == (
        {"name": "a"},
        {"name": "b"},
        {"id": True},
    )
    assert found.replace_paths == (("name",), ("block", 0, "x"))
    assert found.provider == "registry.terraform.io/hashicorp/aws"


def test_a_reason_that_is_not_known_is_none() -> None:
    assert plan(entry("delete", action_reason="delete_for_fun")).changes[0].reason == ""


def test_what_nothing_happens_to_is_not_among_the_changes() -> None:
    found = plan(
        entry("no-op"),
        entry("no-op", address="aws_thing.new", previous_address="aws_thing.old"),
        entry("no-op", address="aws_thing.found", importing={"id": "i-1"}),
        entry("no-op", address="aws_thing.known", importing={"identity": {}}),
        entry("read", address="data.aws_thing.it", mode="data"),
        entry("delete", address="data.aws_thing.gone", mode="data"),
    )
    assert [it.address for it in found.unchanged] == ["aws_thing.it"]
    assert [it.address for it in found.changes] == [
        "aws_thing.new",
        "aws_thing.found",
        "aws_thing.known",
    ]
    assert [it.importing for it in found.changes] == [None, "i-1", ""]
    assert [it.address for it in found.reads] == ["data.aws_thing.it"]


def test_counts_are_terraforms() -> None:
    found = plan(
        entry("create"),
        entry("create", "forget"),
        entry("update", importing={"id": "i-1"}),
        entry("update", previous_address="aws_thing.old"),
        entry("delete"),
        entry("delete", deposed="ab12"),
        entry("delete", "create"),
        entry("create", "delete"),
        entry("forget"),
        entry("no-op"),
        entry("no-op", importing={"id": "i-2"}),
        entry("read", mode="data"),
        entry("delete", mode="data"),
        resource_drift=[entry("update"), entry("no-op")],
    )
    assert found.counts == Counts(
        add=4,
        change=2,
        destroy=4,
        importing=2,
        move=1,
        forget=2,
        replace=2,
        unchanged=1,
        drift=1,
    )


def test_what_a_replacement_left_behind() -> None:
    assert plan(entry("delete", deposed="ab12")).changes[0].deposed == "ab12"


def test_outputs() -> None:
    found = plan(
        output_changes={
            "same": {"actions": ["no-op"], "before": 1, "after": 1},
            "new": {"actions": ["create"], "before": None, "after": [1], "after_unknown": False},
            "secret": {"actions": ["update"], "after_sensitive": True},
        }
    ).outputs
    assert [(it.name, it.action, it.after, it.sensitive) for it in found] == [
        ("new", "create", [1], False),
        ("secret", "update", None, True),
    ]


# Kinds of plans, and notes


def test_a_plan_with_refresh_only_is_of_drift() -> None:
    state = {"values": {"root_module": {"child_modules": [{"resources": [{"mode": "managed"}]}]}}}
    drifted = [entry("update")]
    assert understand({"resource_drift": drifted, "prior_state": state}).kind == "drift"
    assert understand({"prior_state": state}).kind == "drift"
    assert understand({"prior_state": {}}).kind == "plan"
    assert plan(entry("no-op"), resource_drift=drifted, prior_state=state).kind == "plan"
    assert understand({"prior_state": state, "complete": False}).kind == "plan"
    assert understand({"resource_drift": drifted, "complete": False}).kind == "drift"


def test_notes() -> None:
    def problem(text: str) -> Json:
        return {"problems": [{"message": text}]}

    found = plan(
        complete=False,
        deferred_changes=[
            {"reason": "unknown", "resource_change": entry("create", address=f"aws_thing.n{at}")}
            for at in range(7)
        ],
        checks=[
            {"status": "pass", "address": {"to_display": "check.fine"}},
            {
                "status": "fail",
                "address": {"to_display": "check.bad"},
                "instances": [problem("is\n  bad"), problem("is bad")],
            },
            {"status": "error", "address": {"to_display": "check.odd"}},
        ],
        action_invocations=[{"address": "action.aws_lambda_invoke.it"}],
    )
    assert found.notes == (
        "the plan is not the whole change, as with -target: the rest is not in this review",
        "Terraform puts off to a later plan, so this review does not have: aws_thing.n0, "
        "aws_thing.n1, aws_thing.n2, aws_thing.n3, aws_thing.n4 and 2 more",
        "Terraform invokes actions, of which nobody knows what they do: "
        "action.aws_lambda_invoke.it",
        "the condition of check.bad does not hold: is bad",
        "the condition of check.odd does not hold",
    )
    assert len(found.deferred) == 7
    assert not found.complete
    assert plan().notes == ()


def test_providers() -> None:
    known = {"aws": {"version_constraint": "~> 5.0"}, "m:aws": {}, "aws.other": {}}
    found = plan(configuration={"provider_config": known})
    assert found.providers == {"aws": "~> 5.0", "aws.other": ""}


@pytest.mark.parametrize(
    "broken",
    [
        {"resource_changes": 1},
        {"resource_changes": ["secret"]},
        {"resource_changes": [{"address": "a"}]},
        {"resource_changes": [entry("explode")]},
        {"resource_changes": [entry("update", before="secret")]},
        {"output_changes": [1]},
        {"output_changes": {"secret": 1}},
        {"deferred_changes": [{}]},
        {"checks": [1]},
        {"configuration": {"provider_config": [1]}},
        {"prior_state": {"values": {"root_module": [1]}}},
    ],
)
def test_what_is_not_as_terraform_writes_it(broken: Json) -> None:
    with pytest.raises(InputError, match=r"^is not as Terraform writes a plan \(\w+\)$") as raised:
        understand(broken)
    assert "secret" not in str(raised.value)


# Files


def said(content: bytes) -> str:
    with pytest.raises(InputError) as raised:
        read(content, "plan.json")
    message = str(raised.value)
    assert message.startswith("plan.json:")
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"plan.json: is empty; {GIVE}"),
        (b" \n", f"plan.json: is empty; {GIVE}"),
        (b"PK\x03\x04", f"plan.json: is a plan file, and no JSON; {GIVE}"),
        (b"\x89PNG\xff", f"plan.json: is no text; {GIVE}"),
        (b"[]", f"plan.json: is no JSON object; {GIVE}"),
        (b'"x"', f"plan.json: is no JSON object; {GIVE}"),
        (b"{}", f"plan.json: is no plan of Terraform; {GIVE}"),
        (b'{"version": 4, "serial": 1}', f"plan.json: is a state, and no plan; {GIVE}"),
        (
            b'{"format_version": "1.0", "values": {}}',
            f"plan.json: is a state, and no plan; {GIVE}",
        ),
        (
            b'{"resource": {}}',
            f"plan.json: is a configuration, and no plan: plan it, and {GIVE}",
        ),
        (
            b'{"format_version": "1.0", "provider_schemas": {}}',
            f"plan.json: is the schemas of providers, and no plan; {GIVE}",
        ),
        (b'{"format_version": "1.0"}', f"plan.json: is no plan of Terraform; {GIVE}"),
        (
            b'{"format_version": "2.0", "planned_values": {}}',
            "plan.json: has format version 2.0, and only 1 is known: use another Terraform",
        ),
        (
            b'{"format_version": "0.2", "planned_values": {}}',
            "plan.json: has format version 0.2, and only 1 is known: use another Terraform",
        ),
        (
            b'{"format_version": {"secret": 1}}',
            f"plan.json: has a format version that is none; {GIVE}",
        ),
        (
            b'{"format_version": "1.2", "planned_values": {}, "errored": true}',
            "plan.json: is a plan that failed: mend what Terraform says, and plan again",
        ),
        (
            b'{"format_version": "1.2", "resource_changes": [{"address": "SECRET"}]}',
            f"plan.json: resource_changes[0] is not as Terraform writes it; {GIVE}",
        ),
        (
            b'{"format_version": "1.2",\n "planned_values": {"a": "se',
            "plan.json:2: is no JSON: Unterminated string starting at; "
            "it ends too early: write it again",
        ),
        (
            b'{"format_version": "1.2", "planned_values": {',
            "plan.json:1: is no JSON: Expecting property name enclosed in double quotes; "
            "it ends too early: write it again",
        ),
        (
            b"Terraform will perform the following actions:",
            f"plan.json:1: is no JSON: Expecting value; {GIVE}",
        ),
        (
            b'{"@level":"info","type":"version"}\n{"@level":"info"}\n',
            f"plan.json: is the log of `terraform plan -json`; {GIVE}",
        ),
        (b"[" * 100_000, f"plan.json: is nested too deep; {GIVE}"),
        (b"1" * 10_000, f"plan.json: has a number that is too long; {GIVE}"),
    ],
)
def test_what_is_no_plan(content: bytes, message: str) -> None:
    assert said(content) == message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "no.json", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(InputError, match=f"{path}: cannot be read: {why}"):
            read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_in_the_encodings_that_shells_write(tmp_path: Path, encoding: str) -> None:
    document = {"format_version": "1.2", "planned_values": {"ü": "€"}}
    path = tmp_path / "plan.json"
    path.write_bytes(json.dumps(document, ensure_ascii=False).encode(encoding))
    assert read(path) == document


def test_characters_that_are_none_are_replaced() -> None:
    """Half a character cannot be written, and a symbol is nothing that a plan may have."""
    text = '{"format_version": "1.2", "planned_values": {"a\\ud800": ["\\uE000x\\uE001", "\ue000", '
    text += '"\\ud83d\\ude00"]}}'
    found = read(text.encode())["planned_values"]
    assert found == {"a\ufffd": ["\ufffdx\ufffd", "\ufffd", "\U0001f600"]}
