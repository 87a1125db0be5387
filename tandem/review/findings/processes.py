"""Work in a process of its own, beside what this one does meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")

_LESS_URGENT = 5
"""What is done beside comes after what is waited for: on few cores both are done sooner."""

# A copy of this process has everything that the work needs; macOS's own libraries do not bear it.
_CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def forked(work: Callable[[], T]) -> Callable[[], T]:
    """Begin some work, and return what waits for its result.

    The result is pickled; what the work raises is raised by whoever waits. Where no process can be
    copied, the work is done by whoever waits. Begin it before there are threads: a copy has none.
    """
    if not _CAN_FORK:
        return work
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()

    def result() -> T:
        try:
            done, found = ours.recv()
        except EOFError:  # the process was ended, as by a machine without memory
            return work()
        finally:
            ours.close()
            process.join()
        if not done:
            raise found
        return found  # type: ignore[no-any-return]

    return result


def _work(work: Callable[[], T], to: Connection) -> None:
    os.nice(_LESS_URGENT)
    try:
        said = True, work()
    except Exception as error:
        to.send((False, error))
    else:
        to.send(said)
