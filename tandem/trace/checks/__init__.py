"""Checks of the links: each is a small function that knows one way in which a link fails."""
