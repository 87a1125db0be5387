"""Symbols as single letters, so that no parser trips over what is in their names."""

from __future__ import annotations

from tandem.deployment.symbols import replace_symbols, symbol

_FIRST = 0xF0000  # a private-use plane: YAML and the shell take its characters for letters


def masked(text: str, masks: dict[int, str]) -> str:
    """The text with a letter for each symbol; `masks` learns which stands for which."""

    def letter(name: str) -> str:
        whole = symbol(name)
        for code, known in masks.items():
            if known == whole:
                return chr(code)
        code = _FIRST + len(masks)
        masks[code] = whole
        return chr(code)

    return replace_symbols(text, letter)
