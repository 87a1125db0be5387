"""Parts of ARNs that AWS chooses: keys of objects, log streams, ids of stacks and executions.

A role must be allowed every one of them. So a policy is asked about one that nobody can have
named in a statement: what allows it allows all, and whoever names a single one allows none.
"""

from __future__ import annotations

from tandem.deployment.symbols import readable, replace_symbols, symbol

_CHOSEN = "any "
MADE_UP = "zq7Xk2"
_SUFFIX = "suffix"
_PATTERNS = {f"{_CHOSEN}{_SUFFIX}": "?" * len(MADE_UP)}
"""What a statement writes instead of `*`."""
SUFFIX = symbol(f"{_CHOSEN}{_SUFFIX}")
"""The six characters that follow the name of a secret in its ARN.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
"""


def chosen(what: str) -> str:
    """A part of an ARN that AWS chooses, as in `chosen("object")`."""
    return symbol(f"{_CHOSEN}{what}")


def is_chosen(name: str) -> bool:
    """Whether a symbol of this name is such a part."""
    return name.startswith(_CHOSEN)


def made_up(text: str) -> str:
    """`text` with the made-up name for what AWS chooses; other symbols stay."""
    return replace_symbols(text, lambda name: MADE_UP if is_chosen(name) else symbol(name))


def as_pattern(text: str) -> str:
    """`text` for a statement: `*` for what AWS chooses, other symbols for people."""

    def pattern(name: str) -> str:
        return _PATTERNS.get(name, "*") if is_chosen(name) else symbol(name)

    return readable(replace_symbols(text, pattern))
