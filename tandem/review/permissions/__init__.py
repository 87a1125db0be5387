"""What a plan changes in what roles may do and in whom resources let in, by what is meant."""

from tandem.review.permissions.changes import permission_changes

__all__ = ["permission_changes"]
