"""The values of a YAML file, with the line of each, as YAML 1.2 reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

Scalar = str | int | float | bool | None
Value: TypeAlias = "Scalar | dict[str, Node] | list[Node]"


@dataclass(slots=True, eq=False)
class Node:
    """A value of the file, and where it stands."""

    line: int
    """From 1; that of its key, where it has one."""
    value: Value
    written: str = ""
    """A scalar as it stands in the file, without its quotes."""
    values: int = 1
    """It and all values in it, through aliases too."""
    depth: int = 0
    """Mappings and lists in one another, from here down."""
    counted: bool = False
    """It has its place; an alias puts it into another one as well."""

    @property
    def mapping(self) -> dict[str, Node]:
        """Its entries; none if it is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> object:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_WHOLE = re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_DECIMAL = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)"
)


def scalar(text: str) -> Scalar:
    """What an unquoted text stands for: https://yaml.org/spec/1.2.2/#103-core-schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        bases = {"0o": 8, "0x": 16}
        return int(text, bases.get(text[:2], 10))
    if _DECIMAL.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
