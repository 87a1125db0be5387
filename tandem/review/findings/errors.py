"""What a review ends with where nothing is wrong with its input."""


class ScanError(Exception):
    """checkov was asked for and did not look: no gate may pass for that. The message is a line."""
