"""How much of a buildspec is followed before it is given up as no text people write."""

MOST_STEPS = 5_000
"""Commands and blocks that are run."""
MOST_WORDS = 2_000
"""Words of one command."""
LONGEST_TEXT = 50_000
"""Characters of one word."""
DEEPEST_CALL = 20
"""Functions that call each other."""


class TooMuchError(Exception):
    """A limit was reached."""
