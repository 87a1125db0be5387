"""A review for machines; `docs/review.schema.json` says what is in it."""

from __future__ import annotations

import datetime
from dataclasses import fields, is_dataclass
from typing import Any

from tandem.deployment.symbols import is_known, readable
from tandem.review.model import Rename, Review, ReviewFinding
from tandem.trace.pictures.model import Graph

VERSION = 1
"""Of the format: it grows with what breaks a reader, not with what is added."""


def as_json(review: Review) -> dict[str, Any]:
    """The review as plain values, in the order of the model."""
    return {"version": VERSION, "passes": review.passes, **_fields(review)}


def _fields(value: Any) -> dict[str, Any]:
    return {it.name: _plain(getattr(value, it.name)) for it in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case str():
            return value if is_known(value) else readable(value)
        case tuple():
            return [_plain(item) for item in value]
        case datetime.date():
            return value.isoformat()
        case ReviewFinding():
            about = {"source": value.source, "new": value.new, "page": value.page}
            return _fields(value.finding) | about
        case Rename():
            return _fields(value) | {"block": _plain(value.block)}
        case Graph():
            # Findings that the picture does not show are among the findings.
            return {"nodes": _plain(value.nodes), "edges": _plain(value.edges)}
    return _fields(value) if is_dataclass(value) else value
