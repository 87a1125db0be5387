"""A plan, and what is said of it, without sensitive values."""
