"""Fixtures for tests that open the page of a review in a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import Browser

from tandem.review.html.page import html
from tandem.review.model import Review


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser that has started."""
    with Browser() as started:
        yield started


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Review], Path]:
    """Write a review as a page, once."""
    folder = tmp_path_factory.mktemp("pages")
    files: dict[Review, Path] = {}  # drawing the links takes a second

    def write(review: Review) -> Path:
        if review not in files:
            files[review] = folder / f"{len(files)}.html"
            files[review].write_text(html(review), encoding="utf-8")
        return files[review]

    return write
