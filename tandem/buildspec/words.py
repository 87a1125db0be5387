"""From the words of a command to what the shell makes of them.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tandem.buildspec import patterns
from tandem.buildspec.limits import LONGEST_TEXT, MOST_WORDS, TooMuchError
from tandem.buildspec.operators import Mode, Piece, operate
from tandem.buildspec.state import State, Value
from tandem.buildspec.syntax import Node
from tandem.buildspec.unknowns import Unknowns
from tandem.deployment.symbols import is_known, symbol

_ALWAYS_THERE = re.compile(
    r"CODEBUILD_\w+|AWS_(DEFAULT_)?REGION|AWS_CONTAINER_\w+|AWS_EXECUTION_ENV"
    r"|HOME|PATH|PWD|USER|SHELL|HOSTNAME|LANG|TERM|RANDOM|SECONDS|UID|OSTYPE"
)
_UNBROKEN = re.compile(f"(?:{symbol('')[0]}[^{symbol('')[1]}]*{symbol('')[1]}|[^ \t\n])+")
_BRACES = re.compile(r"\{([^{}\s]*,[^{}\s]*|(\d{1,3})\.\.(\d{1,3}))\}")
_NAMES = re.compile(r"\$\{?[#!]?([A-Za-z_]\w*|\d+|[@*])")


class Words:
    """Expands words. Reading a variable of the environment is noted in `reads`."""

    def __init__(
        self,
        environment: Mapping[str, str],
        masks: Mapping[int, str],
        output_of: Callable[[Node, State], str | None],
    ) -> None:
        """`output_of` runs a command substitution and gives its output, if that is known."""
        self.unknowns = Unknowns()
        self.reads: set[str] = set()
        self.masks = dict(masks)
        self._environment = environment
        self._output_of = output_of

    def fields(self, node: Node, state: State) -> list[str]:
        """The words that a word becomes: none, one or several."""
        fields: list[str] = []
        current: str | None = None
        braces = False
        for text, mode in self._pieces(node, state):
            if mode == "break" or mode == "split":
                separators, words = _split(text) if mode == "split" else ((True, True), [])
                if separators[0] and current is not None:
                    fields.append(current)
                    current = None
                for word in words:
                    if current is not None and word is not words[0]:
                        fields.append(current)
                        current = None
                    current = (current or "") + word
                if words and separators[1] and current is not None:
                    fields.append(current)
                    current = None
            else:
                braces = braces or (mode == "literal" and "{" in text)
                current = (current or "") + text
        if current is not None:
            fields.append(current)
        if braces:
            fields = [each for field in fields for each in _in_braces(field)]
        if len(fields) > MOST_WORDS:
            raise TooMuchError
        return [_shortened(field) for field in fields]

    def text(self, node: Node, state: State) -> str:
        """The text that a word becomes where the shell does not split it."""
        pieces = self._pieces(node, state)
        if len(pieces) == 1:
            return _shortened(pieces[0][0])
        return _shortened("".join(" " if mode == "break" else text for text, mode in pieces))

    def pattern(self, node: Node, state: State) -> str:
        """The pattern that a word becomes, in which only what is not quoted has a meaning."""
        return "".join(
            patterns.escaped(text) if mode == "quoted" else text
            for text, mode in self._pieces(node, state)
        )

    def value(self, name: str, state: State, *, noted: bool = True) -> Value:
        """A variable's value; None where nothing sets it."""
        if name in state.variables:
            return state.variables[name]
        if name in ("@", "*"):
            return state.arguments
        if name.isdecimal():
            return state.arguments[int(name) - 1] if 0 < int(name) <= len(state.arguments) else None
        if name == "#":
            return str(len(state.arguments))
        if name == "?" and state.status is not None:
            return state.status
        if not name.isidentifier():
            return symbol(f"${name}")
        if noted:
            self.reads.add(name)
        if name in self._environment:
            return self._environment[name]
        if _ALWAYS_THERE.fullmatch(name):
            return symbol(f"${name}")
        return symbol(f"${{{name}}}") if state.foreign else None

    def unknown(self, node: Node, state: State) -> str:
        """A symbol for what an expression gives: the same one for the same inputs."""
        text = node.text.strip()
        inputs = tuple(self.value(name, state, noted=False) for name in _NAMES.findall(text))
        return self.unknowns.named(self._unmasked(text), inputs)

    def _unmasked(self, text: str) -> str:
        return text.translate(self.masks) if self.masks else text

    def _pieces(self, node: Node, state: State, *, quoted: bool = False) -> list[Piece]:
        soft: Mode = "quoted" if quoted else "split"
        match node.kind:
            case "simple_expansion":
                return self._variable(node.text.strip()[1:], state, quoted=quoted)
            case "expansion":
                return self._parameter(node, state, quoted=quoted)
            case "command_substitution":
                output = self._output_of(node, state)
                return [(self.unknown(node, state) if output is None else output, soft)]
            case "arithmetic_expansion":
                for name in _NAMES.findall(node.text):
                    self.value(name, state)
                return [(self.unknown(node, state), soft)]
            case "process_substitution":
                self._output_of(node, state)
                return [(self.unknown(node, state), "quoted")]
            case "string" | "raw_string" | "ansi_c_string" | "translated_string" | "heredoc_body":
                return self._quoted(node, state)
        hard: Mode = "quoted" if quoted else "literal"
        pieces: list[Piece] = []
        for part in node.parts:
            if isinstance(part, str):
                pieces.append((self._unmasked(part), hard))
            else:
                pieces += self._pieces(part, state, quoted=quoted)
        if not node.parts and not node.children:
            pieces.append((self._unmasked(node.text), hard))
        return pieces

    def _quoted(self, node: Node, state: State) -> list[Piece]:
        pieces: list[Piece] = []
        for part in node.parts:
            if isinstance(part, str):
                pieces.append((self._unmasked(part), "quoted"))
            else:
                pieces += self._pieces(part, state, quoted=True)
        # "$@" without arguments is no word at all; "" is an empty one.
        is_list = len(node.parts) == 1 and not isinstance(node.parts[0], str)
        return pieces if pieces or is_list else [("", "quoted")]

    def _variable(self, name: str, state: State, *, quoted: bool) -> list[Piece]:
        value = self.value(name, state)
        if name in ("@", "*"):
            return _items(state.arguments, name, quoted=quoted)
        if isinstance(value, tuple):
            value = value[0] if value else ""
        text = self.unknowns.unset(name) if value is None else value
        return [(text, "quoted" if quoted else "split")]

    def _parameter(self, node: Node, state: State, *, quoted: bool) -> list[Piece]:
        soft: Mode = "quoted" if quoted else "split"
        parameter = node.parameter
        if parameter is None:
            return [(self.unknown(node, state), soft)]
        name, index = parameter.name, parameter.index
        value = self.value(name, state)
        if parameter.prefix == "!" and not parameter.operator and not index:
            named = value if isinstance(value, str) else ""
            if not (is_known(named) and named.isidentifier()):
                return [(self.unknown(node, state), soft)]
            return self._variable(named, state, quoted=quoted)
        if name in ("@", "*") or index in ("@", "*"):
            items = value if isinstance(value, tuple) else () if value is None else (value,)
            if parameter.prefix == "#":
                return [(str(len(items)), soft)]
            if not parameter.operator and not parameter.prefix:
                return _items(items, index or name, quoted=quoted)
            value = " ".join(items) if items else None
        elif isinstance(value, tuple):
            at = int(index) if index.isdecimal() else 0 if not index else len(value)
            value = value[at] if at < len(value) else None
        if not parameter.operator and not parameter.prefix:
            text = self.unknowns.unset(name) if value is None else value
            return [(text, soft)]
        result = operate(value, parameter, list(self._rest(node, state)), self.unknowns.is_empty)
        if result is None:
            result = [(self.unknown(node, state), soft)]
        if parameter.operator in (":=", "=") and name.isidentifier():
            state.variables[name] = "".join(text for text, _ in result)
        if quoted:
            return [(text, "quoted") for text, _ in result]
        return [(text, "split" if mode == "literal" else mode) for text, mode in result]

    def _rest(self, node: Node, state: State) -> Iterator[Piece]:
        """The right side of an operator. Within double quotes, too, a pattern is a pattern."""
        for part in node.parts:
            if isinstance(part, str):
                yield self._unmasked(part), "literal"
            else:
                yield from self._pieces(part, state)


def _items(items: tuple[str, ...], name: str, *, quoted: bool) -> list[Piece]:
    if quoted and name == "*":
        return [(" ".join(items), "quoted")]
    mode: Mode = "quoted" if quoted else "split"
    pieces: list[Piece] = []
    for item in items:
        pieces += [("", "break"), (item, mode)] if pieces else [(item, mode)]
    return pieces


def _split(text: str) -> tuple[tuple[bool, bool], list[str]]:
    """The words of an unquoted expansion, and whether it begins and ends with a separator."""
    words = _UNBROKEN.findall(text)
    return (text[:1] in " \t\n" and text != "", text[-1:] in " \t\n" and text != ""), words


def _in_braces(field: str) -> list[str]:
    made, rest = [""], field
    while (found := _BRACES.search(rest)) is not None:
        if found[2]:
            options = [str(number) for number in range(int(found[2]), int(found[3]) + 1)]
        else:
            options = found[1].split(",")
        if len(made) * len(options) > MOST_WORDS:
            raise TooMuchError
        made = [begun + rest[: found.start()] + option for begun in made for option in options]
        rest = rest[found.end() :]
    return [begun + rest for begun in made]


def _shortened(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise TooMuchError
    return text
