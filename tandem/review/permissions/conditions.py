"""Which conditions of policies follow from which others.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tandem.deployment.statements import texts
from tandem.deployment.symbols import readable
from tandem.review.permissions import patterns
from tandem.review.permissions.patterns import is_wild, literal, pattern

_LIKE = ("stringlike", "arnlike")
_SAME = {"arnequals": "arnlike", "arnnotequals": "arnnotlike"}
_IF_EXISTS = "ifexists"
_TEXTS = ({"stringequals", "stringlike"}, {"arnlike"}, {"bool"}, {"null"})
_LESS = ("numericlessthan", "numericlessthanequals", "datelessthan", "datelessthanequals")
_MORE = (
    "numericgreaterthan",
    "numericgreaterthanequals",
    "dategreaterthan",
    "dategreaterthanequals",
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One operator, one key and the values of which one must do, or for `not` none may."""

    operator: str
    """In lower case, without what follows; `like` only where there is a star."""
    of_set: str
    """`forallvalues`, `foranyvalue` or empty."""
    if_exists: bool
    key: str
    """In lower case."""
    values: frozenset[str]
    """As patterns."""
    words: str = field(compare=False)

    @property
    def refuses(self) -> bool:
        """Whether none of the values may be there."""
        return "not" in self.operator

    @property
    def positive(self) -> str:
        """The operator without its `not`."""
        return self.operator.replace("not", "")


def clauses(conditions: Any) -> Iterator[Clause]:
    """The clauses of a statement's `Condition`, all of which must hold."""
    if conditions and not isinstance(conditions, Mapping):
        yield _clause("is", "condition", texts(conditions))
        return
    for operator, keys in (conditions or {}).items():
        for key, said in keys.items() if isinstance(keys, Mapping) else (("condition", keys),):
            given = [str(it).lower() if isinstance(it, bool) else it for it in _listed(said)]
            yield _clause(str(operator), str(key), texts(given))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _clause(said: str, key: str, values: tuple[str, ...]) -> Clause:
    of_set, _, operator = said.lower().rpartition(":")
    if_exists = operator.endswith(_IF_EXISTS)
    operator = operator.removesuffix(_IF_EXISTS)
    operator = _SAME.get(operator, operator)
    if "like" in operator:
        found = [pattern(it) for it in values]
        if operator.startswith("string") and not any(map(is_wild, found)):
            operator = operator.replace("like", "equals")
    elif "ignorecase" in operator or operator in ("bool", "null"):
        found = [literal(it.lower()) for it in values]
    else:
        found = [literal(it) for it in values]
    words = f"{readable(key)} {readable(said)} {' or '.join(map(readable, values))}"
    return Clause(operator, of_set, if_exists, key.lower(), frozenset(found), words)


@lru_cache(maxsize=65536)
def follows(one: Clause, other: Clause) -> bool:
    """Whether `other` surely holds wherever `one` does."""
    if one == other:
        return True
    if one.key != other.key:
        return False
    if other.operator == "null":
        # What must have a value must be there.
        needs_value = not (one.refuses or one.if_exists or one.of_set == "forallvalues")
        return other.values == {"false"} and needs_value and one.operator != "null"
    if one.of_set != other.of_set or (one.if_exists and not other.if_exists):
        return False
    if one.operator == other.operator and one.operator in (*_LESS, *_MORE):
        return _narrower(one, other)
    if one.refuses and other.refuses:
        refused = _includes(one.positive, other.positive)
        return refused is not None and all(
            any(refused(it, mine) for mine in one.values) for it in other.values
        )
    if other.refuses and not one.refuses:
        return not one.of_set and _all_apart(one, other)
    if one.refuses:
        return False
    included = _includes(other.operator, one.operator)
    return included is not None and all(
        any(included(it, theirs) for theirs in other.values) for it in one.values
    )


@lru_cache(maxsize=65536)
def contradict(one: Clause, other: Clause) -> bool:
    """Whether they surely never hold both."""
    if one.key != other.key or one.of_set or other.of_set or one.if_exists or other.if_exists:
        return False
    if one.refuses and not other.refuses:
        return contradict(other, one)
    if one.refuses:
        return False
    if other.refuses:
        included = _includes(other.positive, one.operator)
        return included is not None and all(
            any(included(it, theirs) for theirs in other.values) for it in one.values
        )
    return _all_apart(one, other)


def _all_apart(one: Clause, other: Clause) -> bool:
    """Whether what the two name is compared as text, and nothing of it is the same."""
    operators = {one.positive, other.positive}
    return any(operators <= family for family in _TEXTS) and all(
        patterns.apart(mine, theirs) for mine in one.values for theirs in other.values
    )


def _includes(operator: str, of: str) -> Callable[[str, str], bool] | None:
    """How to see that a value of an operator `of` is one of a value of `operator`; None: no way."""
    if operator in _LIKE and of in (operator, operator.replace("like", "equals")):
        return patterns.within
    if operator == of == "ipaddress":
        return _is_subnet
    if operator == of:
        return str.__eq__
    if (operator, of) == ("stringequalsignorecase", "stringequals"):
        return lambda one, other: one.lower() == other
    return None


def _is_subnet(one: str, other: str) -> bool:
    try:
        networks = [ipaddress.ip_network(it, strict=False) for it in (one, other)]
    except ValueError:
        return one == other
    small, large = networks
    if isinstance(small, ipaddress.IPv4Network) and isinstance(large, ipaddress.IPv4Network):
        return small.subnet_of(large)
    if isinstance(small, ipaddress.IPv6Network) and isinstance(large, ipaddress.IPv6Network):
        return small.subnet_of(large)
    return False


def _narrower(one: Clause, other: Clause) -> bool:
    """Whether a limit lets less through than another."""
    if not (one.values and other.values):
        return False
    try:
        mine, theirs = ([_measure(one.operator, it) for it in each.values] for each in (one, other))
    except ValueError:
        return False
    if one.operator in _LESS:
        return max(mine) <= max(theirs)
    return min(mine) >= min(theirs)


def _measure(operator: str, value: str) -> tuple[float, str]:
    if operator.startswith("numeric"):
        return float(value), ""
    if len(value) != len("2026-01-01T00:00:00Z") or not value.endswith("Z"):
        raise ValueError(value)
    return 0, value
