"""A review as a comment of a pull request: one, which is updated as often as the review is made.

A comment is found again by a mark in its first line that nobody sees. Who reviews is who wrote it:
other people's comments are left alone, even if they have the mark.
"""
