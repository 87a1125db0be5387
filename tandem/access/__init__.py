"""Are the permissions right: what every role must be able to do, and what it can do."""
