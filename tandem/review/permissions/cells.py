"""Statements of policies, cut into cells: one action on one resource by one principal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from tandem.deployment.model import Document
from tandem.deployment.statements import statements_in, texts
from tandem.review.permissions import conditions, patterns
from tandem.review.permissions.conditions import clauses
from tandem.review.permissions.patterns import pattern
from tandem.review.permissions.spans import Box, Boxes, Kind, Span

ACTIONS, RESOURCES, PRINCIPALS, CONDITIONS = range(4)
"""The parts of a box."""
_PATTERNS = Kind(patterns.within, patterns.apart)
BOXES = Boxes(_PATTERNS, _PATTERNS, _PATTERNS, Kind(conditions.follows, conditions.contradict))
_ANY = "*"
_EVERYTHING = (_ANY, "*:*")
_ACCOUNT_DIGITS = 12


class Cell(NamedTuple):
    """A part of a statement."""

    box: Box
    allows: bool
    statement: str
    """What the statement is called, as in `aws_iam_role_policy.web Push`."""
    conditions: Mapping[str, Any]
    """As they are written."""
    written: Mapping[str, str]
    """How the statement writes what the box has in the one form in which it is compared."""


def cells(document: Document | None, names: Sequence[str]) -> list[Cell]:
    """The cells of a policy; `names` is what its statements are called."""
    return [
        cell
        for name, statement in zip(names, statements_in(document), strict=False)
        for cell in _cells(statement, name)
    ]


def size(statements: Sequence[Mapping[str, Any]]) -> int:
    """How many cells statements have at most."""
    return sum(
        max(len(texts(it.get("Action"))), 1)
        * max(len(texts(it.get("Resource"))), 1)
        * max(sum(len(texts(each)) for each in _by_kind(it.get("Principal")).values()), 1)
        for it in statements
    )


def _cells(statement: Mapping[str, Any], name: str) -> Iterator[Cell]:
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        return
    written: dict[str, str] = {}
    asked = Span(frozenset(clauses(statement.get("Condition"))))
    for parts in product(
        list(_spans(statement, "Action", written, str.lower)),
        list(_spans(statement, "Resource", written, str)),
        list(_principals(statement, written)),
    ):
        yield Cell(
            box=(*parts, asked),
            allows=effect == "Allow",
            statement=name,
            conditions=statement.get("Condition") or {},
            written=written,
        )


def _spans(
    statement: Mapping[str, Any], key: str, written: dict[str, str], form: Any
) -> Iterator[Span]:
    said = texts(statement.get(key))
    but = [_noted(it, pattern(form(it)), written) for it in texts(statement.get(f"Not{key}"))]
    if but:
        yield from _all_but(but)
    elif key not in statement:
        yield Span()  # as in trust policies, which have no resource
    for it in said:
        yield _span(_noted(it, pattern(form(it)), written))


@lru_cache(maxsize=65536)  # many roles, before and after, say the same
def _span(part: str) -> Span:
    return Span() if part in _EVERYTHING else Span(frozenset([part]))


def _all_but(parts: list[str]) -> Iterator[Span]:
    if not any(it in _EVERYTHING for it in parts):
        yield Span(none_of=frozenset(parts))


def _noted(said: str, form: str, written: dict[str, str]) -> str:
    written.setdefault(form, said)
    return form


def _principals(statement: Mapping[str, Any], written: dict[str, str]) -> Iterator[Span]:
    but = list(_named(statement.get("NotPrincipal"), written))
    if but:
        yield from _all_but(but)
        return
    if "Principal" not in statement:
        yield Span()  # the policy of a role says what the role may do
    for it in _named(statement.get("Principal"), written):
        yield _span(it)


def _named(said: Any, written: dict[str, str]) -> Iterator[str]:
    for kind, names in _by_kind(said).items():
        for name in texts(names):
            if name == _ANY and kind == "AWS":
                yield _ANY
            elif kind == "AWS":
                arn = _noted(name, f"AWS:{_principal(name)}", written)
                written[arn] = name if name.startswith("arn:") else f"the account {name}"
                yield arn
            else:
                yield _noted(name, f"{kind}:{pattern(name)}", written)


def _by_kind(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {"AWS": said}


def _principal(name: str) -> str:
    """A principal as a pattern: an account is everybody in it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    parts = name.split(":")
    if len(parts) == 1 and (name.isdigit() and len(name) == _ACCOUNT_DIGITS):
        return f"arn:*::{name}:*"
    if len(parts) == 6 and parts[2] == "iam" and parts[5] == "root":
        return f"arn:*::{parts[4]}:*"
    return name
