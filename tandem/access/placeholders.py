"""Symbols as texts that the simulator takes: the same symbol is the same text everywhere.

`simulator/uncertain.mjs` knows these texts again, so that it can say what depends on them.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from tandem.access.chosen import MADE_UP, is_chosen
from tandem.deployment.model import Document
from tandem.deployment.symbols import readable, replace_symbols, symbol

_ACCOUNT = "000000000000"
_ARN = "arn:aws:zzsymbol:::"
_PLACEHOLDER = re.compile(f"(?:{_ARN})?zz[0-9a-f]{{12}}zz|{_ACCOUNT}|{MADE_UP}")
_BEGIN = symbol("")[0]
_COMPARED = ("Resource", "NotResource", "Condition")
"""Elements whose values may be whole ARNs."""


class Placeholders:
    """The texts for the symbols of one deployment."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._names: dict[str, str] = {}
        self._known: dict[str, str] = {}

    @property
    def account(self) -> str:
        """The account: 12 digits."""
        return _ACCOUNT if _BEGIN in self._account else self._account

    def text(self, value: str) -> str:
        """A text without symbols."""
        if _BEGIN not in value:
            return value
        if value not in self._known:
            self._known[value] = replace_symbols(value, self._plain)
        return self._known[value]

    def value(self, value: str) -> str:
        """The same for what may be an ARN: a symbol that it begins with stands for a whole one."""
        text = self.text(value)
        is_arn = value.startswith(_BEGIN) and not value.startswith(self._account)
        return f"{_ARN}{text}" if is_arn else text

    def document(self, document: Document) -> str:
        """A policy document without symbols, as JSON."""
        text = json.dumps(document, ensure_ascii=False)
        return text if _BEGIN not in text else json.dumps(self._without(document))

    def readable(self, text: str) -> str:
        """The text for people: placeholders as `<the symbol's name>`."""
        return _PLACEHOLDER.sub(lambda found: self._names.get(found[0][-16:], found[0]), text)

    def _plain(self, name: str) -> str:
        marked = symbol(name)
        if is_chosen(name):
            self._names[MADE_UP] = "*"
            return MADE_UP
        if marked == self._account:
            placeholder = _ACCOUNT
        else:
            placeholder = f"zz{hashlib.sha256(name.encode()).hexdigest()[:12]}zz"
        self._names[placeholder] = readable(marked)
        return placeholder

    def _without(self, value: Any, may_be_arn: bool = False) -> Any:
        match value:
            case str():
                return self.value(value) if may_be_arn else self.text(value)
            case list() | tuple():
                return [self._without(item, may_be_arn) for item in value]
            case dict():
                return {
                    self.text(key): self._without(item, may_be_arn or key in _COMPARED)
                    for key, item in value.items()
                }
        return value
