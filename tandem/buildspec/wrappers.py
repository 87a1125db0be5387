"""Commands that run another command with the same effect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TAKES_NOTHING = {"command", "exec", "nohup", "builtin", "time", "setsid"}
_VALUED = {
    "sudo": {"-u", "--user", "-g", "--group", "-h", "-p", "-C", "-D"},
    "env": {"-u", "--unset", "-C", "--chdir"},
    "nice": {"-n", "--adjustment"},
    "timeout": {"-s", "--signal", "-k", "--kill-after"},
    "stdbuf": {"-i", "-o", "-e"},
}
_SHELLS = {"sh", "bash", "dash", "ash", "zsh", "ksh"}


def unwrapped(words: Sequence[str]) -> list[str]:
    """The words without `sudo`, `env NAME=value`, `timeout 60` and their like."""
    rest = list(words)
    while rest:
        rest[0] = re.sub(r"^(/usr(/local)?)?/s?bin/", "", rest[0])
        name = rest[0]
        if name == "command" and len(rest) > 1 and rest[1] in ("-v", "-V"):
            return rest
        if name not in _VALUED and name not in _TAKES_NOTHING:
            return rest
        valued = _VALUED.get(name, set())
        at = 1
        while at < len(rest) and rest[at].startswith("-") and len(rest[at]) > 1:
            at += 2 if rest[at] in valued else 1
        if name in ("env", "sudo"):
            while at < len(rest) and re.match(r"[A-Za-z_]\w*=", rest[at]):
                at += 1
        if name == "timeout":
            at += 1
        if name == "env" and at >= len(rest):
            return rest  # prints the environment
        rest = rest[at:]
    return rest


@dataclass(frozen=True, slots=True)
class ShellText:
    """What `sh -c` is given."""

    text: str
    arguments: tuple[str, ...]


def shell_text(words: Sequence[str]) -> ShellText | None:
    """The text that `sh -c TEXT` runs; None for other commands."""
    if words[0] not in _SHELLS:
        return None
    at = 1
    while at < len(words) and words[at].startswith("-"):
        option = words[at]
        at += 1
        if re.fullmatch("-[a-zA-Z]*c[a-zA-Z]*", option) and at < len(words):
            # Options may follow: sh -c -e TEXT.
            while at < len(words) - 1 and re.fullmatch("-[a-z]+", words[at]):
                at += 1
            return ShellText(words[at], tuple(words[at + 2 :]))
        if option == "-o":
            at += 1
    return None
