"""Nested blocks of which Terraform decides some.

https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modules._cdktf import TerraformResource
from modules.expressions.language import Block, Each, When, is_plain
from modules.expressions.values import Text


def set_blocks(
    resource: TerraformResource, name: str, blocks: Sequence[Any], *, within: str = ""
) -> None:
    """Give a resource its nested blocks, if Terraform decides some of them."""
    if all(map(is_plain, blocks)):
        return
    if any(isinstance(block, When | Each) for block in blocks):
        dynamic = [_dynamic(block, name) for block in blocks]
        resource.add_override(f"{within}dynamic.{name}", dynamic)
        resource.add_override(f"{within}{name}", None)  # the bindings have an empty list there
    else:
        resource.add_override(f"{within}{name}", [_body(block) for block in blocks])


def _dynamic(block: Any, name: str) -> dict[str, Any]:
    """A block as Terraform's `dynamic`; all of a list are, so that they keep their order."""
    match block:
        case When(condition=condition, element=element):
            return {
                "for_each": Text(f"{condition.expression} ? [1] : []"),
                "content": _body(element),
            }
        case Each(over=over, element=make):
            entry = over.entry(f"{name}.key", f"{name}.value")
            return {"for_each": Text(over.expression), "content": _body(make(*entry))}
    return {"for_each": [1], "content": _body(block)}


def _body(block: Any) -> dict[str, Any]:
    """The attributes and the nested blocks of a block, as Terraform's JSON."""
    values = block if isinstance(block, Block) else block._values
    result: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or value == []:
            continue
        if hasattr(value, "expression"):
            result[name] = Text(value.expression)
        elif isinstance(value, list) and any(isinstance(item, When | Each) for item in value):
            result.setdefault("dynamic", {})[name] = [_dynamic(item, name) for item in value]
        elif isinstance(value, Block) or hasattr(value, "_values"):
            result[name] = _body(value)
        elif isinstance(value, list) and value and not isinstance(value[0], str | int):
            result[name] = [_body(item) for item in value]
        else:
            result[name] = value
    return result
