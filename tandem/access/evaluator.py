"""Requests and what IAM says to them, evaluated by @cloud-copilot/iam-simulate in Node.

Roles and their policies are sent once; many requests are shared between two processes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from tandem.access.node import EvaluatorError, NodeProcess
from tandem.access.placeholders import Placeholders
from tandem.deployment.model import Document, Policy, Role

__all__ = ["Decision", "Evaluator", "EvaluatorError", "GrantedAction", "Request", "statement_name"]

_SHARED_FROM = 4_000
"""Requests from which a second process pays."""


@dataclass(frozen=True)
class Request:
    """A call that a role makes."""

    role: Role
    action: str
    """As in `ecr:PutImage`."""
    resource: str
    """An ARN; `*` where AWS has no resource type."""
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """Condition keys that AWS sends with it, besides those of every call."""
    resource_policy: Policy | None = None


@dataclass(frozen=True)
class Decision:
    """What IAM says to a request."""

    allowed: bool | None
    """None: it is not known."""
    by: tuple[str, ...] = ()
    """The statements that allow it, as in `aws_iam_role_policy.web Push`."""
    denied_by: tuple[str, ...] = ()
    """The statements that deny it; none: nothing allows it."""
    why: str = ""
    """What is not known."""


@dataclass(frozen=True)
class GrantedAction:
    """An action that a pattern of a policy stands for, as AWS's reference has it."""

    name: str
    resources: tuple[str, ...]
    """Patterns of the resources against which AWS checks it; none: it can only be on `*`."""
    arn_keys: tuple[str, ...]
    """Its condition keys that hold ARNs, as in `ecs:cluster`."""


class Evaluator:
    """Evaluates requests; a context manager, because it keeps Node running.

    Args:
        account: The account of the roles: 12 digits, or a symbol.

    Raises:
        EvaluatorError: Node or the package is missing; on the first question.
    """

    def __init__(self, account: str) -> None:
        self._placeholders = Placeholders(account)
        self._processes: list[NodeProcess] = []
        self._actions: dict[str, tuple[GrantedAction, ...]] = {}

    def __enter__(self) -> Evaluator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._processes:
            self._processes.pop().close()

    def evaluate(self, requests: Sequence[Request]) -> list[Decision]:
        """What IAM says to each request, in their order."""
        by_role: dict[int, list[int]] = {}
        for number, request in enumerate(requests):
            by_role.setdefault(id(request.role), []).append(number)
        groups = list(by_role.values())
        several = len(requests) >= _SHARED_FROM and (os.cpu_count() or 1) > 1
        shares = [groups[0::2], groups[1::2]] if several else [groups]
        batches = [_Batch(requests, share, self._placeholders) for share in shares if share]
        processes = self._running(len(batches))
        for process, batch in zip(processes, batches, strict=False):
            process.ask(batch.question())
        decisions: dict[int, Decision] = {}
        for process, batch in zip(processes, batches, strict=False):
            decisions |= batch.decisions(process.answer()["roles"])
        return [decisions[number] for number in range(len(requests))]

    def expand(self, patterns: Sequence[str]) -> Mapping[str, tuple[GrantedAction, ...]]:
        """The actions that each pattern of a policy, such as `ecr:*`, stands for."""
        asked = sorted(set(patterns) - self._actions.keys())
        if asked:
            process = self._running(1)[0]
            process.ask(json.dumps({"expand": asked}))
            for pattern, found in zip(asked, process.answer()["expand"], strict=True):
                self._actions[pattern] = tuple(
                    GrantedAction(name, tuple(resources), tuple(keys))
                    for name, resources, keys in found
                )
        return {pattern: self._actions[pattern] for pattern in patterns}

    def _running(self, count: int) -> list[NodeProcess]:
        while len(self._processes) < count:
            self._processes.append(NodeProcess())
        return self._processes


class _Batch:
    """What one process is asked, and what its answer means."""

    def __init__(
        self,
        requests: Sequence[Request],
        groups: Sequence[Sequence[int]],
        placeholders: Placeholders,
    ) -> None:
        self._requests = requests
        self._groups = groups
        self._placeholders = placeholders
        self._documents: dict[str, int] = {}
        self._numbers: dict[int, int] = {}
        self._contexts: dict[str, int] = {}
        self._labels: dict[tuple[int, str], str] = {}

    def question(self) -> str:
        roles = [self._role(group) for group in self._groups]
        account = self._placeholders.account
        return (
            f'{{"simulate":{{"account":"{account}",'
            f'"documents":[{",".join(self._documents)}],'
            f'"contexts":[{",".join(self._contexts)}],'
            f'"roles":{json.dumps(roles)}}}}}'
        )

    def decisions(self, answers: Sequence[Sequence[Sequence[object]]]) -> dict[int, Decision]:
        return {
            number: self._decision(self._requests[number], answer)
            for group, said in zip(self._groups, answers, strict=True)
            for number, answer in zip(group, said, strict=True)
        }

    def _role(self, group: Sequence[int]) -> Mapping[str, object]:
        role = self._requests[group[0]].role
        boundary = role.boundary.document if role.boundary else None
        return {
            "arn": self._principal(role),
            "policies": [
                self._document(policy.document)
                for policy in role.policies
                if policy.document is not None
            ],
            "boundary": None if boundary is None else self._document(boundary),
            "requests": [self._request(self._requests[number]) for number in group],
        }

    def _principal(self, role: Role) -> str:
        arn = self._placeholders.text(role.arn)
        if role.arn == role.name and role.name.endswith(".amazonaws.com"):
            return role.name  # a service that acts without a role
        if arn.startswith("arn:") and arn.count(":") >= 5:
            return arn
        name = self._placeholders.text(role.name)
        return f"arn:aws:iam::{self._placeholders.account}:role/{name}"

    def _request(self, request: Request) -> list[object]:
        account = self._placeholders.account
        resource = self._placeholders.resource(request.resource)
        policy = request.resource_policy.document if request.resource_policy else None
        # Without the resource's own policy only this side can be judged: as if it were ours.
        owner = (resource.split(":")[4:5] or [""])[0] if policy else account
        return [
            request.action,
            resource,
            self._contexts.setdefault(self._context(request), len(self._contexts)),
            owner if owner.isdigit() else account,
            None if policy is None else self._document(policy),
        ]

    def _context(self, request: Request) -> str:
        if not request.context:
            return "{}"
        text = self._placeholders.text
        return json.dumps(
            {
                key: text(value) if isinstance(value, str) else [text(one) for one in value]
                for key, value in request.context.items()
            }
        )

    def _document(self, document: Document) -> int:
        if id(document) not in self._numbers:
            text = self._placeholders.document(document)
            self._numbers[id(document)] = self._documents.setdefault(text, len(self._documents))
        return self._numbers[id(document)]

    def _decision(self, request: Request, answer: Sequence[object]) -> Decision:
        role = request.role
        said = answer[1]
        if not isinstance(said, list):
            return Decision(None, why=self._placeholders.readable(str(said)))
        statements = tuple(self._label(request, str(one)) for one in said)
        if answer[0] == 1:
            if role.boundary and role.boundary.document is None:
                return Decision(None, why=f"the boundary {role.boundary.name} is not known")
            return Decision(True, by=statements)
        unknown = [policy.name for policy in role.policies if policy.document is None]
        resource = request.resource_policy
        if resource and resource.document is None:
            unknown.append(resource.name)
        if unknown and not statements:
            return Decision(None, why=f"{' and '.join(unknown)} is not known")
        return Decision(False, denied_by=statements)

    def _label(self, request: Request, name: str) -> str:
        owner, _, index = name.partition(".")
        role = request.role
        if owner == "r" and request.resource_policy:
            return statement_name(request.resource_policy, int(index))
        key = (id(role), name)
        if key not in self._labels:
            if owner == "b" and role.boundary:
                label = statement_name(role.boundary, int(index)) if index else _outside(role)
            else:
                known = [policy for policy in role.policies if policy.document is not None]
                label = statement_name(known[int(owner)], int(index))
            self._labels[key] = label
        return self._labels[key]


def statement_name(policy: Policy, index: int) -> str:
    """A statement for people: the policy's address and its Sid, or its number from 1."""
    statements = (policy.document or {}).get("Statement", [])
    listed = statements if isinstance(statements, list | tuple) else [statements]
    sid = listed[index].get("Sid") if index < len(listed) else None
    return f"{policy.address} {sid or f'statement {index + 1}'}"


def _outside(role: Role) -> str:
    name = role.boundary.name if role.boundary else ""
    return f"the permissions boundary {name}, which does not allow it"
