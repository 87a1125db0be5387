"""What is said of input that is not what it should be."""


class InputError(Exception):
    """The input cannot be read; the message is one line: the file, the rule, what to do."""
