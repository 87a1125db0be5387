"""Mappings of which one key says what they are, such as `codecommit` in a source."""

from __future__ import annotations


def by_kind(value: object, kinds: tuple[str, ...]) -> str | None:
    """The tag of the one kind that is a key of `value`; None if there is none, or two.

    Tags of unions stand in brackets, as no key of the file does, so that they can be told apart.
    """
    found = [kind for kind in kinds if isinstance(value, dict) and kind in value]
    return f"({found[0]})" if len(found) == 1 else None
