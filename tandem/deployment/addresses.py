"""Terraform's addresses.

https://developer.hashicorp.com/terraform/cli/state/resource-addressing
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_CALL = re.compile(r'(module\.[^.\[]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?)\.')
_DATA = re.compile(r"(?:module\.[^.]+\.)*data\.")


@lru_cache(maxsize=131072)
def without_keys(address: str) -> str:
    """The address of the block: without keys of `count` and `for_each`."""
    return _KEY.sub("", address) if "[" in address else address


def with_key(address: str, key: str | int | None) -> str:
    """The address of one instance."""
    return address if key is None else f"{address}[{json.dumps(key, ensure_ascii=False)}]"


def within(module: str, address: str) -> str:
    """The address, in the root, of what has `address` in a module."""
    return f"{module}.{address}" if module else address


@lru_cache(maxsize=131072)
def is_data(address: str) -> bool:
    """Whether an address is that of a data source: what it is, is managed elsewhere."""
    return _DATA.match(without_keys(address)) is not None


def calls_of(address: str) -> tuple[str, ...]:
    """The module calls that a resource is in, each with its key, as in `module.web["a"]`."""
    found: list[str] = []
    if not address.startswith("module."):
        return ()
    start = 0
    while call := _CALL.match(address, start):
        found.append(call[1])
        start = call.end()
    return tuple(found)
