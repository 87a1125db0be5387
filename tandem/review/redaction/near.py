"""Sensitive values that may be anything elsewhere: looked for where they belong.

That a provider repeats a value unmarked is seen in the resource itself. What refers to the copy
has it too: it is looked for there, and if it is no common word, in all resources.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.review.redaction.configuration import Arguments, references
from tandem.review.redaction.forms import as_json, forms, lines
from tandem.review.redaction.search import Needles
from tandem.review.redaction.secrets import is_telling
from tandem.review.redaction.symbols import DEPOSED, Hiding, as_written
from tandem.review.redaction.values import By, between_symbols, changed_values
from tandem.review.redaction.words import Words

_SAYS_NOTHING = frozenset(
    {"true", "false", "null", "none", "yes", "no", "on", "off", "default", "enabled", "disabled"}
)
_SHORTEST_NUMBER, _SHORTEST_PART, _SHORTEST_WORD = 4, 4, 8
_WORD = re.compile("[a-z]+")
_PLACE = re.compile(r"\d{12}|[a-z]{2}(?:-[a-z]+)+-\d")
"""Accounts and regions, which stand in nearly every ARN."""
_GIVEN = re.compile(r"(?:.*\.)?(?:var|provider)(?:\.[^.]+)?")
_PUBLIC = "insecure_value"
"""Of parameters: a copy that the provider makes on purpose, of those that are no secret."""


class Near:
    """What is sensitive in which block, and which of it has copies there.

    Args:
        hiding: What is hidden.
        moved: The address after the apply, of what had another one before.
        arguments: What is set of each resource: Terraform marks it where it is made of a secret.
    """

    def __init__(self, hiding: Hiding, moved: Mapping[str, str], arguments: Arguments) -> None:
        self._arguments = arguments
        self._symbols = hiding.symbols
        self.copied: set[str] = set()
        """What is found once more, as the whole of a value."""
        self._copies: dict[str, set[str]] = defaultdict(set)
        """The same, by the block that it is in."""
        self._given: set[str] = set()
        """What variables and providers are given: it may come from there to any resource."""
        self._referred: dict[str, dict[str, set[str]]] = {}
        """The copies that a block may have from others, by the argument that refers to these."""
        self._further: dict[str, frozenset[str]] = {}
        """What a block refers to."""
        self.wholes: dict[str, str] = {}
        """Symbols of maps and lists of which there are copies, as written."""
        texts: dict[str, set[str]] = defaultdict(set)
        wholes: dict[str, dict[str, str]] = defaultdict(dict)
        for owner, values in hiding.by_owner.items():
            block = without_keys(owner.removesuffix(DEPOSED))
            said = {it for it in values if _says_something(it)}
            texts[block] |= said
            wholes[block] |= hiding.wholes.get(owner, {})
            if _GIVEN.fullmatch(block):
                self._given |= said
        # Thousands of instances may be moved from one block to another.
        for old, new in dict.fromkeys(tuple(map(without_keys, it)) for it in moved.items()):
            texts[old] |= texts[new]
            wholes[old] |= wholes[new]
        self._sought = {
            block: _Sought(it, wholes[block], self._symbols)
            for block, it in texts.items()
            if it or wholes[block]
        }

    def hidden(self, document: dict[str, Any]) -> dict[str, Any]:
        """The plan without the copies."""
        if not self._sought:
            return document
        # The configuration has no copies that a provider made.
        kept = {key: it for key, it in document.items() if key == "configuration"}
        rest = {key: it for key, it in document.items() if key not in kept}
        rest = changed_values(rest, self._in_own)
        if self._copies:
            rest = changed_values(rest, self._in_referring)
        return rest | kept

    def anywhere(self) -> dict[str, str]:
        """Symbols of what has copies and is hidden wherever it is the whole of a value."""
        return {it: self._symbols[it] for it in self._given | self.copied if _is_rare(it)}

    def _in_own(self, address: str) -> By | None:
        block = without_keys(address)
        sought = self._sought.get(block)
        if sought is None:
            return None
        arguments: Collection[str] = self._arguments.get(block, ())

        def hidden(value: Any, attribute: str) -> Any:
            if attribute in arguments:
                return value
            if not isinstance(value, str):
                if not sought.wholes or (written := as_written(value)) not in sought.wholes:
                    return value
                found = self.wholes[written] = sought.wholes[written]
                return found
            if value not in sought.texts:
                return sought.replaced(value)
            if attribute != _PUBLIC:
                self.copied.add(value)
                self._copies[block].add(value)
            return self._symbols[value]

        return hidden

    def _in_referring(self, address: str) -> By | None:
        block = without_keys(address)
        if block not in self._referred:
            by_argument = {
                name: self._copies_in(references(it, block))
                for name, it in self._arguments.get(block, {}).items()
            }
            # What the provider works out may be made of any of the arguments.
            self._referred[block] = {**by_argument, "": set().union(*by_argument.values())}
        referred = self._referred[block]
        if not referred[""]:
            return None

        def hidden(value: Any, attribute: str) -> Any:
            texts = referred.get(attribute, referred[""])
            return self._symbols[value] if isinstance(value, str) and value in texts else value

        return hidden

    def _copies_in(self, blocks: Collection[str]) -> set[str]:
        """The copies in some blocks, and in all that they refer to."""
        waiting, seen, found = list(blocks), set(blocks), set[str]()
        while waiting:
            block = waiting.pop()
            found |= self._copies.get(block, set())
            if block not in self._further:
                self._further[block] = references(self._arguments.get(block), block)
            further = self._further[block] - seen
            waiting += further
            seen |= further
        return found


class _Sought:
    """What is looked for in one block."""

    def __init__(
        self, texts: set[str], wholes: Mapping[str, str], symbols: Mapping[str, str]
    ) -> None:
        self.texts = texts
        self.wholes = wholes
        short = (it for it in texts if not is_telling(it) and _may_be_part(it))
        self._short = Words({form: symbols[it] for it in short for form in forms(it)})
        # What is telling is looked for everywhere, but not all lines that it has.
        self._lines = Needles(
            {
                form: symbols[text]
                for text in texts
                for line in lines(text)
                if is_telling(line)
                for form in as_json(line)
            }
        )

    def replaced(self, text: str) -> str:
        return between_symbols(self._lines.replaced(text), self._short.replaced)


def _says_something(text: str) -> bool:
    """Whether a text that is equal may be the same: no `true`, no small number, no region."""
    if text.casefold() in _SAYS_NOTHING or len(text) < 2 or _PLACE.fullmatch(text):
        return False
    return not text.isdecimal() or len(text) >= _SHORTEST_NUMBER


def _may_be_part(text: str) -> bool:
    """Whether a text may be found within others: no `build`."""
    return len(text) >= (_SHORTEST_WORD if _WORD.fullmatch(text) else _SHORTEST_PART)


def _is_rare(text: str) -> bool:
    """Whether a text that is equal elsewhere is the same: no `latest`, and no number of a port."""
    return _may_be_part(text) and not (is_telling(text) or text.isdecimal())
