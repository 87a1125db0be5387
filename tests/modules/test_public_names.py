"""What `modules` promises is there, and nothing is missing from the promise."""

import modules
from modules import settings


def test_every_public_name_can_be_imported_and_says_what_it_is() -> None:
    for name in modules.__all__:
        assert (getattr(modules, name).__doc__ or "").strip(), name


def test_the_promise_is_complete() -> None:
    # Source is a union of settings, for annotations only.
    assert set(modules.__all__) == {*modules._CONSTRUCTS, *settings.__all__} - {"Source"}
