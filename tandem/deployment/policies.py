"""Policy documents and roles: everything that says what a role may do."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.blocks import Values, blocks, document, text, texts
from tandem.deployment.managed import managed_policy
from tandem.deployment.model import Document, Policy, Role, Unresolved
from tandem.deployment.symbols import is_known
from tandem.deployment.world import Instance, World

_LISTS = {"actions": "Action", "not_actions": "NotAction"}
ATTACHING: Mapping[str, str] = {
    "aws_iam_role_policy": "name",
    "aws_iam_role_policy_attachment": "policy_arn",
}
"""Resources that give a role a policy, and the attribute that says which."""
_RESOURCES = {"resources": "Resource", "not_resources": "NotResource"}


def add_documents(world: World) -> None:
    """Give every `aws_iam_policy_document` its `json`, as the provider writes it."""
    for instance in world.of_type("data.aws_iam_policy_document"):
        _add_document(world, instance)


def _add_document(world: World, instance: Instance) -> None:
    said = instance.argument

    def argument(name: str) -> Any:
        try:
            given = said(name)
        except LookupError:
            given = None
        if given is not None or name not in ("json", "minified_json"):
            return given
        values = {part: world.attribute(instance, part) for part in instance.said() if part != name}
        return _json(values)

    instance.argument = argument
    instance.known = None


def _json(values: Values) -> str | None:
    """The document's JSON; None where a document that it is made of is not known."""
    statements: list[dict[str, Any]] = []
    for source in texts(values, "source_policy_documents"):
        given = document(source)
        if given is None:
            return None
        statements += _listed(given.get("Statement"))
    statements += [_statement(each) for each in blocks(values, "statement")]
    for source in texts(values, "override_policy_documents"):
        given = document(source)
        if given is None:
            return None
        for statement in _listed(given.get("Statement")):
            sid = statement.get("Sid")
            statements = [it for it in statements if not sid or it.get("Sid") != sid]
            statements.append(statement)
    return json.dumps({"Version": text(values, "version") or "2012-10-17", "Statement": statements})


def _listed(value: Any) -> list[dict[str, Any]]:
    return [value] if isinstance(value, dict) else list(value or [])


def _statement(values: Values) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": text(values, "effect") or "Allow"}
    sid = text(values, "sid")
    if sid:
        statement["Sid"] = sid
    for name, key in (*_LISTS.items(), *_RESOURCES.items()):
        # The provider writes `&{aws:username}` for what is an interpolation in Terraform.
        found = [item.replace("&{", "${") for item in texts(values, name)]
        if found:
            statement[key] = found
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principals: dict[str, list[str]] = defaultdict(list)
        for each in blocks(values, name):
            principals[text(each, "type") or "AWS"] += texts(each, "identifiers")
        if principals:
            everybody = dict(principals) == {"*": ["*"]}
            statement[key] = "*" if everybody else dict(principals)
    conditions: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for each in blocks(values, "condition"):
        found = [item.replace("&{", "${") for item in texts(each, "values")]
        conditions[text(each, "test") or ""][text(each, "variable") or ""] = found
    if conditions:
        statement["Condition"] = dict(conditions)
    return statement


def policy_of(world: World, instance: Instance, attribute: str = "policy") -> Policy:
    """The policy that an attribute holds."""
    value = world.attribute(instance, attribute)
    found = document(value)
    if found is None:
        note_unknown(world, instance.address, attribute, value)
    name = instance.argument_or_none("name")
    return Policy(instance.address, str(name or instance.name), found)


def note_unknown(world: World, address: str, attribute: str, value: Any) -> None:
    """Say that a policy is not known, and why."""
    known = isinstance(value, str) and is_known(value)
    why = "it is no JSON object" if known else "it is known only after the apply"
    world.unresolved.append(Unresolved(address, attribute, why))


def roles(world: World) -> Iterator[Role]:
    """All roles, with the policies that are attached to them anywhere."""
    customer: dict[str, Policy] = {}
    for instance in world.of_type("aws_iam_policy", "data.aws_iam_policy"):
        customer[str(world.attribute(instance, "arn"))] = policy_of(world, instance)
    attached = _attached(world, customer)
    for instance in world.of_type("aws_iam_role", "data.aws_iam_role"):
        name = str(world.attribute(instance, "name"))
        values = world.values(instance)
        # A state, and so a plan, lists in the role as well what other resources give it.
        others = attached.pop(name, [])
        inline = {it.name for it in others if _is_inline(world, it)}
        own = [
            Policy(instance.address, called, document(each.get("policy")))
            for each in blocks(values, "inline_policy")
            if text(each, "policy")
            and (called := text(each, "name") or "") not in inline
            and (name, called) not in world.detached
        ]
        own += [
            _managed(world, customer, instance.address, arn)
            for arn in texts(values, "managed_policy_arns")
            if (is_known(arn) or arn in customer) and (name, arn) not in world.detached
        ]
        if instance.type.startswith("data."):
            why = "the role is only looked up: its policies are managed elsewhere"
            world.unresolved.append(Unresolved(instance.address, "policies", why))
            own.append(Policy(instance.address, "policies managed elsewhere", None))
        boundary = text(values, "permissions_boundary")
        trust = document(values.get("assume_role_policy"))
        if trust is None and values.get("assume_role_policy"):
            note_unknown(
                world, instance.address, "assume_role_policy", values["assume_role_policy"]
            )
        yield Role(
            address=instance.address,
            name=name,
            arn=str(world.attribute(instance, "arn")),
            trust=trust,
            policies=_distinct([*own, *others]),
            boundary=_managed(world, customer, instance.address, boundary) if boundary else None,
        )
    for name, policies in attached.items():
        for policy in policies:
            world.unresolved.append(
                Unresolved(policy.address, "role", f"no role is named {name} here")
            )


def _is_inline(world: World, policy: Policy) -> bool:
    return world.instances[policy.address].type == "aws_iam_role_policy"


def _distinct(policies: list[Policy]) -> tuple[Policy, ...]:
    """Each policy once."""
    seen: list[tuple[str, Document | None]] = []
    kept = []
    for policy in reversed(policies):
        content = (policy.name, policy.document)
        if content not in seen:
            seen.append(content)
            kept.append(policy)
    return tuple(reversed(kept))


def _attached(world: World, customer: Mapping[str, Policy]) -> dict[str, list[Policy]]:
    """Policies that resources of their own attach, by the name of the role."""
    found: dict[str, list[Policy]] = defaultdict(list)
    for instance in world.of_type("aws_iam_role_policy"):
        found[role_name(world.attribute(instance, "role"))].append(policy_of(world, instance))
    for instance in world.of_type("aws_iam_role_policy_attachment"):
        arn = str(world.attribute(instance, "policy_arn"))
        role = role_name(world.attribute(instance, "role"))
        found[role].append(_managed(world, customer, instance.address, arn))
    for instance in world.of_type("aws_iam_policy_attachment"):
        arn = str(world.attribute(instance, "policy_arn"))
        for role in texts(world.values(instance), "roles"):
            found[role_name(role)].append(_managed(world, customer, instance.address, arn))
    return found


def role_name(role: Any) -> str:
    """The name of a role that is named, or of which the ARN is said."""
    return str(role).rpartition("/")[2] if ":role/" in str(role) else str(role)


def _managed(world: World, customer: Mapping[str, Policy], address: str, arn: str) -> Policy:
    """A policy of the account or of AWS, as attached at `address`."""
    known = customer.get(arn)
    if known is not None:
        return Policy(address, known.name, known.document)
    found = managed_policy(arn)
    if found is None:
        why = "the policy is managed elsewhere" if is_known(arn) else "known only after the apply"
        world.unresolved.append(Unresolved(address, "policy_arn", why))
    return Policy(address, arn.rpartition("/")[2] if is_known(arn) else arn, found)
