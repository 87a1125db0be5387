"""Calls of the `aws` command line in a build.

https://docs.aws.amazon.com/cli/latest/reference/ has the commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tandem.access.needs.asking import Asker
from tandem.access.needs.need import Need
from tandem.buildspec import Command
from tandem.deployment import BuildProject

_CLI = "https://docs.aws.amazon.com/cli/latest/reference"
_SERVICE_AND_COMMAND = 2
_WITHOUT_VALUE = """
--debug --delete --dryrun --exact-timestamps --follow-symlinks --force --force-new-deployment
--no-cli-auto-prompt --no-cli-pager --no-follow-symlinks --no-force-new-deployment
--no-include-email --no-paginate --no-progress --no-sign-request --no-verify-ssl
--only-show-errors --quiet --recursive --size-only --with-decryption
"""
_FLAGS = frozenset(_WITHOUT_VALUE.split())
"""Options that no value follows."""


@dataclass(frozen=True)
class Call:
    """A call of the command line."""

    service: str
    command: str
    arguments: Sequence[str]
    options: Mapping[str, str]
    why: str
    asker: Asker

    @property
    def page(self) -> str:
        """AWS's page of the command."""
        return f"{_CLI}/{self.service}/{self.command}.html"

    def option(self, name: str) -> str:
        """The value of an option; empty: it is not given."""
        return self.options.get(name, "")

    def ask(self, actions: str, resource: str, *, optional: bool = False) -> Iterator[Need]:
        """Ask for some actions, separated by spaces, on one resource."""
        return self.asker.ask(actions, resource, self.why, self.page, optional=optional)


def call_of(command: Command, project: BuildProject, role: Asker) -> Call | None:
    """What a command calls; None: it is not `aws`."""
    if not command.argv or command.argv[0] != "aws":
        return None
    words, options = [], {}
    rest = list(command.argv[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            words.append(word)
            continue
        name, has_value, value = word.partition("=")
        if not has_value and name not in _FLAGS and rest and not rest[0].startswith("--"):
            value = rest.pop(0)
        options[name] = value
    if len(words) < _SERVICE_AND_COMMAND:
        return None
    why = f"{project.name} runs aws {words[0]} {words[1]}"
    at = role.within(options.get("--region") or None)
    return Call(words[0], words[1], words[2:], options, why, at)
