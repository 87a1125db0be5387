"""What trace and access say of a configuration, a plan or a state."""

from functools import cached_property
from typing import Any

from synthesis import Block

from tandem.access.report import access
from tandem.deployment import understand
from tandem.findings import Finding
from tandem.trace.report import as_json, trace


class Look:
    """A look at one document of Terraform."""

    def __init__(self, document: Block) -> None:
        self._deployment = understand(document)
        self._trace = trace(self._deployment)

    @cached_property
    def findings(self) -> list[Finding]:
        """Of both."""
        return [*self._trace.findings, *access(self._deployment).findings]

    @cached_property
    def chains(self) -> list[Any]:
        """What starts what, as plain data."""
        found: list[Any] = as_json(self._trace)["chains"]
        return found

    @property
    def first_events(self) -> set[str]:
        """In words."""
        return {chain["event"] for chain in self.chains if chain["first"]}

    def started_by(self, event: str) -> set[str]:
        """Names of what an event starts."""
        return {
            start["name"]
            for chain in self.chains
            if chain["event"] == event
            for start in chain["starts"]
        }
