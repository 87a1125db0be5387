"""What can go wrong with a comment."""

from __future__ import annotations


class CommentError(Exception):
    """Nothing was commented; the message says who refused, why and what to do."""


class SettingError(CommentError):
    """Something that the environment should say is missing or wrong."""


class BusyError(CommentError):
    """The host may take it a little later."""

    def __init__(self, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds
        """How long it asked to be left alone; None: it did not say."""
