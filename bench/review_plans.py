"""Plans of many images: one that creates everything, and one that changes everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.example import REGION, images
from bench.measure import Say
from bench.plan import synthesized_configuration
from tandem.deployment import understand
from tandem.deployment.symbols import replace_symbols
from tandem.emulator import Emulator

Json = dict[str, Any]


def creation(folder: Path, count: int, *, say: Say) -> Json:
    """The plan that Terraform makes of a base and `count` images, in an empty account."""
    with Emulator() as emulator:
        described = images(count, deploy=True)
        made = synthesized_configuration(folder / str(count), described, emulator, say)
        say("terraform plan")
        made.terraform.plan(out=folder / "bench.tfplan")
        return made.terraform.show_json(folder / "bench.tfplan")


def update(created: Json) -> Json:
    """A plan that changes every resource of another one, once that is applied.

    Nothing is applied, for that takes minutes: what Terraform would know then is made up. Each
    resource has another tag or, where it has no tags, another argument; and images have another
    moving tag.
    """
    deployment = understand(created)
    root = created["planned_values"]["root_module"]
    before = {
        it["address"]: {**it["values"], **_made_up(deployment.resources[it["address"]].values)}
        for it in root["resources"]
    }
    after = {address: _changed(values) for address, values in before.items()}
    return {
        **created,
        "planned_values": {**created["planned_values"], "root_module": _with(root, after)},
        "prior_state": {
            "format_version": "1.0",
            "values": {"root_module": {"resources": [*_state(created, root, before)]}},
        },
        "resource_changes": [
            _update(it, before[it["address"]], after[it["address"]])
            for it in created["resource_changes"]
            if it["mode"] == "managed"
        ],
    }


def changes(plan: Mapping[str, Any]) -> int:
    """How many resources a plan changes."""
    return sum(
        it["change"]["actions"] not in (["no-op"], ["read"]) for it in plan["resource_changes"]
    )


def _with(root: Json, values: Mapping[str, Json]) -> Json:
    found = [{**it, "values": values[it["address"]]} for it in root["resources"]]
    return {**root, "resources": found}


def _state(created: Json, root: Json, values: Mapping[str, Json]) -> Iterator[Json]:
    prior = (created.get("prior_state") or {}).get("values", {}).get("root_module", {})
    yield from (it for it in prior.get("resources", []) if it["mode"] == "data")
    yield from _with(root, values)["resources"]


def _update(entry: Json, before: Json, after: Json) -> Json:
    change = {
        "actions": ["update"],
        "before": before,
        "after": after,
        "after_unknown": {},
        "before_sensitive": {},
        "after_sensitive": {},
    }
    return {**entry, "change": change}


def _made_up(values: Any) -> Any:
    """Values with a text for everything that is known only after the apply."""

    def text(name: str) -> str:
        return REGION if name.endswith("region") else f"made-up-{name.rpartition('.')[2]}"

    return _mapped(values, lambda value: replace_symbols(value, text))


def _changed(values: Json) -> Json:
    found: Json = _mapped(values, lambda text: text.replace("latest", "stable"))
    if "tags" in found:
        tags = {**(found["tags"] or {}), "team": "shop"}
        return {**found, "tags": tags, "tags_all": tags}
    if isinstance(found.get("policy"), str):  # of a role, of a bucket or of a repository
        document = json.loads(found["policy"])
        return {**found, "policy": json.dumps(_more(document))}
    return {**found, "force_destroy": True}


def _more(document: Json) -> Json:
    """A policy that allows a little more, or that keeps a little more."""
    if "rules" in document:
        return {
            **document,
            "rules": [{**it, "description": "as agreed"} for it in document["rules"]],
        }
    statements = [
        {**it, "Action": [*it["Action"], "logs:DescribeLogStreams"]}
        if "logs:PutLogEvents" in it["Action"]
        else {**it, "Sid": f"{it.get('Sid', '')}Agreed"}
        for it in document["Statement"]
    ]
    return {**document, "Statement": statements}


def _mapped(value: Any, by: Callable[[str], str]) -> Any:
    match value:
        case str():
            return by(value)
        case Mapping():
            return {key: _mapped(item, by) for key, item in value.items()}
        case list() | tuple():
            return [_mapped(item, by) for item in value]
    return value
