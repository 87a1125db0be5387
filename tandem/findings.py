"""What is wrong, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """Something that does not work, or that is wider than it must be.

    https://developer.hashicorp.com/terraform/cli/state/resource-addressing says what an address is.
    """

    address: str
    """The Terraform address of what has to be changed."""
    check: str
    """The id of the check, as in `image-source-unwatched`: a heading of the catalogue."""
    cause: str
    """What happens, in one line."""
    remedy: str
    """What to do, in one line."""

    def __str__(self) -> str:
        return f"{self.address}: {self.check}: {self.cause}; {self.remedy}"
