"""What one process is asked, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tandem.access.placeholders import Placeholders
from tandem.access.requests import Decision, Request, statement_names
from tandem.deployment.model import Document, Policy, Role


class Batch:
    """Requests, by the role that makes them; every document is sent once."""

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
        self._numbers_of_same: dict[int, int] = {}
        self._numbers_of_contexts: dict[object, int] = {}
        self._labels: dict[tuple[int, str], str] = {}
        self._names_of_statements: dict[int, list[str]] = {}

    def question(self) -> str:
        """A line of JSON."""
        roles = [self._role(group) for group in self._groups]
        account = self._placeholders.account
        return (
            f'{{"simulate":{{"account":"{account}",'
            f'"documents":[{",".join(self._documents)}],'
            f'"contexts":[{",".join(self._contexts)}],'
            f'"roles":{json.dumps(roles)}}}}}'
        )

    def decisions(self, answers: Sequence[Sequence[Sequence[object]]]) -> dict[int, Decision]:
        """What IAM says to each request, by its number."""
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
        resource = self._placeholders.value(request.resource)
        policy = request.resource_policy.document if request.resource_policy else None
        # Without the resource's own policy only this side can be judged: as if it were ours.
        owner = (resource.split(":")[4:5] or [""])[0] if policy else account
        return [
            request.action,
            resource,
            self._context(request),
            owner if owner.isdigit() else account,
            None if policy is None else self._document(policy),
        ]

    def _context(self, request: Request) -> int:
        """The number of a request's context: there are only a few different ones."""
        same = id(request.context)
        if same not in self._numbers_of_same:
            self._numbers_of_same[same] = self._number_of_context(request)
        return self._numbers_of_same[same]

    def _number_of_context(self, request: Request) -> int:
        said = tuple(
            (key, value if isinstance(value, str) else tuple(value))
            for key, value in request.context.items()
        )
        if said not in self._numbers_of_contexts:
            text = self._placeholders.value
            context = {
                key: text(value) if isinstance(value, str) else [text(one) for one in value]
                for key, value in said
            }
            number = self._contexts.setdefault(json.dumps(context), len(self._contexts))
            self._numbers_of_contexts[said] = number
        return self._numbers_of_contexts[said]

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
            return self._names(request.resource_policy)[int(index)]
        key = (id(role), name)
        if key not in self._labels:
            if owner == "b" and role.boundary:
                label = self._names(role.boundary)[int(index)] if index else _outside(role)
            else:
                known = [policy for policy in role.policies if policy.document is not None]
                label = self._names(known[int(owner)])[int(index)]
            self._labels[key] = label
        return self._labels[key]

    def _names(self, policy: Policy) -> list[str]:
        if id(policy) not in self._names_of_statements:
            self._names_of_statements[id(policy)] = statement_names(policy)
        return self._names_of_statements[id(policy)]


def _outside(role: Role) -> str:
    name = role.boundary.name if role.boundary else ""
    return f"the permissions boundary {name}, which does not allow it"
