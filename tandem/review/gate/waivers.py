"""Exceptions from the gate: what they are about, and how long they hold."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from tandem.deployment.globs import joined
from tandem.review.model import Objection, Waiver

EXPIRED = "waiver-expired"


def waived(objection: Objection, waivers: Iterable[Waiver], today: datetime.date) -> Objection:
    """The objection with the waiver that holds longest, if there is one."""
    found = [it for it in waivers if it.expires >= today and _is_about(it, objection)]
    return replace(objection, waiver=max(found, key=lambda it: it.expires, default=None))


def expired(
    waivers: Iterable[Waiver], objections: Iterable[Objection], today: datetime.date
) -> list[Objection]:
    """An objection for each waiver that has expired."""
    known = [*objections]
    found = []
    for waiver in waivers:
        if waiver.expires < today:
            needed = any(_is_about(waiver, it) and not it.waiver for it in known)
            remedy = "remove what it is about, or let somebody answer for it anew"
            found.append(
                Objection(
                    EXPIRED,
                    waiver.address,
                    f"the waiver of {waiver.rule} held until {waiver.expires}: {waiver.reason}",
                    remedy if needed else "nothing needs it any more: remove it",
                )
            )
    return found


def unused(
    waivers: Iterable[Waiver],
    objections: Sequence[Objection],
    today: datetime.date,
) -> Iterator[str]:
    """A note about each waiver that still holds, and that nothing needs."""
    for waiver in waivers:
        if waiver.expires < today or any(_is_about(waiver, it) for it in objections):
            continue
        yield f"nothing needs the waiver of {waiver.rule} for {waiver.address}: it may be removed"


def _is_about(waiver: Waiver, objection: Objection) -> bool:
    return (
        waiver.rule in (objection.rule, objection.check)
        and objection.rule != EXPIRED
        and _pattern(waiver.address).fullmatch(objection.address) is not None
    )


@lru_cache(maxsize=1024)
def _pattern(address: str) -> re.Pattern[str]:
    return joined(None if it == "*" else re.escape(it) for it in re.split(r"(\*)", address))
