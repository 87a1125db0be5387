"""Which conditions say who calls, whoever a policy names.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import ipaddress
import re

from tandem.deployment.symbols import equal, symbols_in
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.patterns import is_wild

_ACCOUNTS = frozenset(
    ("aws:sourceaccount", "aws:principalaccount", "aws:sourceowner", "kms:calleraccount")
)
_ARNS = frozenset(("aws:sourcearn", "aws:principalarn"))
_NAMES = frozenset(
    (
        "aws:principalorgid",
        "aws:principalservicename",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
    )
)
_PATHS = frozenset(("aws:principalorgpaths", "aws:sourceorgpaths"))
_COMPARES = frozenset(("stringequals", "stringequalsignorecase", "stringlike", "arnlike"))
_PARTS = 6
"""Of an ARN: arn, partition, service, region, account, resource."""
_KIND = re.compile(r"(?:system:serviceaccount|[a-z_]+):")
"""What a subject may begin with: `repo:us/web:ref:refs/heads/main`, or that of Kubernetes,
`system:serviceaccount:shop:web`."""
_WHOLE = re.compile("[^:/]+[:/]")
_ACCOUNT = re.compile(r"\d{12}")
_LEAST = {4: 8, 6: 32}
"""Bits of a range of addresses that AWS does not take for everybody."""


def pins(clause: Clause) -> bool:
    """Whether nobody but somebody in particular meets a condition."""
    if not _must_be_met(clause):
        return False
    if clause.key == "aws:sourceip":
        return clause.operator == "ipaddress" and all(map(_is_range, clause.values))
    if clause.operator not in _COMPARES:
        return False
    if clause.key in _ARNS:
        return all(map(_is_of_one_owner, clause.values))
    if clause.key in _PATHS:
        return all(_is_exact(it.partition("/")[0]) for it in clause.values)
    return clause.key in _ACCOUNTS | _NAMES and all(map(_is_exact, clause.values))


def pins_subject(clause: Clause) -> bool:
    """Whether an identity provider has to say for whom: for a whole name at least."""
    return (
        clause.key.endswith(":sub")
        and _must_be_met(clause)
        and clause.operator in _COMPARES
        and all(_is_exact(it) or _has_whole_name(it) for it in clause.values)
    )


def foreign_accounts(clause: Clause, account: str) -> list[str]:
    """The accounts that a condition names and that are not `account`, as far as can be seen."""
    named = {_account_of(it) if clause.key in _ARNS else it for it in clause.values}
    if clause.key not in _ACCOUNTS | _ARNS:
        return []
    return sorted(it for it in named if _ACCOUNT.fullmatch(it) and equal(it, account) is not True)


def _must_be_met(clause: Clause) -> bool:
    """Whether a request without the key, or with any other value, is refused."""
    return not (clause.refuses or clause.if_exists or clause.of_set == "forallvalues")


def _is_exact(value: str) -> bool:
    return value != "" and not is_wild(value) and "${" not in value


def _is_of_one_owner(arn: str) -> bool:
    """Whether all that an ARN covers is one account's."""
    if _is_exact(arn) or _is_attribute(arn):
        return True
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or "${" in arn:
        return False
    if parts[2] == "s3" and not parts[4]:
        return _is_exact(parts[5].partition("/")[0])  # nobody else has a bucket of that name
    return _is_exact(parts[4])


def _is_attribute(arn: str) -> bool:
    """Whether an ARN begins with what one is made of: an attribute of one thing."""
    return next(symbols_in(arn.partition(":")[0]), None) is not None


def _account_of(arn: str) -> str:
    return f"{arn}:::::".split(":")[4]


def _has_whole_name(subject: str) -> bool:
    head = re.split(r"[*?]|\$\{", subject, maxsplit=1)[0]
    return _WHOLE.match(_KIND.sub("", head, count=1)) is not None


def _is_range(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return next(symbols_in(value), None) is not None
    return network.prefixlen >= _LEAST[network.version]
