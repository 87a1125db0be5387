"""What every construct of Tandem shares: readable Terraform addresses, and text kept literal."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from modules._cdktf import Construct, TerraformDataSource, TerraformResource, TerraformStack
from modules.expressions import Condition, Decision, Entries, Text, every

_Placed = TypeVar("_Placed", bound=TerraformResource | TerraformDataSource)

_TYPES = "_tandem_types"


class Element(Construct):
    """A construct whose resources have addresses that people can read and rely on.

    CDKTF appends a hash to the address of a nested resource. Here it is the path of construct ids
    below the stack, joined by "_", as in `aws_codepipeline.web_pipeline`. The ids come from the
    user's names, so that no address depends on a position in a list.
    """

    stack: TerraformStack
    """The stack it is in."""
    address: str
    """What the addresses of its resources begin with; empty at the top."""
    exists: Decision | Entries[Any]
    """Whether it is there, and each element in it; or for each entry of which map."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        address: str | None = None,
        exists: Decision | Entries[Any] = True,
    ) -> None:
        super().__init__(scope, id)
        self.stack = stack_of(scope)
        self.address = _address(scope, id) if address is None else address
        self.exists = _exists(scope, exists)

    def place(
        self,
        resource: _Placed,
        suffix: str = "",
        *,
        exists: Decision | Entries[Any] | None = None,
    ) -> _Placed:
        """Give `resource` the address of this construct, and a suffix where it has several.

        It exists as this construct does, or else as is said.
        """
        _classes(self.stack)[type(resource)] = None
        parts = (part for part in (self.address, suffix) if part)
        resource.override_logical_id(terraform_name("_".join(parts)))
        match self.exists if exists is None else exists:
            case Condition(expression=expression):
                resource.add_override("count", Text(f"{expression} ? 1 : 0"))
            case Entries(expression=expression):
                resource.add_override("for_each", Text(expression))
        return resource

    def local(self, name: str, value: str) -> str:
        """`value`, by a name where it is an expression, so that it stands in one place."""
        if not isinstance(value, Text):
            return value
        self.stack.add_override(f"locals.{name}", Text(value.expression))
        return Text(f"local.{name}", nullable=value.nullable)


def stack_of(scope: Construct) -> TerraformStack:
    """The stack that `scope` is in, or is."""
    match scope:
        case Element():
            return scope.stack
        case TerraformStack():
            return scope
    return TerraformStack.of(scope)


def types_in(stack: TerraformStack) -> list[str]:
    """The types of what elements have placed in a stack, as in `data.aws_region`, sorted."""
    return sorted(
        f"data.{cls.TF_RESOURCE_TYPE}"
        if issubclass(cls, TerraformDataSource)
        else str(cls.TF_RESOURCE_TYPE)
        for cls in _classes(stack)
    )


def _classes(stack: TerraformStack) -> dict[Any, None]:
    found: dict[Any, None] = vars(stack).setdefault(_TYPES, {})
    return found


def _exists(scope: Construct, exists: Decision | Entries[Any]) -> Decision | Entries[Any]:
    above = scope.exists if isinstance(scope, Element) else True
    if exists is True:
        return above
    if above is True:
        return exists
    if isinstance(above, Entries) or isinstance(exists, Entries):
        raise TypeError("Terraform takes count or for_each, not both")
    return every(above, exists)


def _address(scope: Construct, id: str) -> str:
    match scope:
        case Element():
            above = scope.address
        case TerraformStack():
            above = ""
        case _:
            below_stack = scope.node.path.removeprefix(stack_of(scope).node.path)
            above = below_stack.strip("/").replace("/", "_")
    return f"{above}_{id}" if above else id


def terraform_name(text: str) -> str:
    """`text` as a name in Terraform, which no digit begins, as in `_3d-assets-main-committed`.

    https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers
    """
    return f"_{text}" if text[:1].isdigit() else text


def literal(text: str) -> str:
    """`text` as Terraform must read it to give exactly `text`; tokens of CDKTF stay tokens.

    Without it a shell's `${VAR}` reaches Terraform as an interpolation.
    https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1
    """
    if isinstance(text, Text):
        return text
    return re.sub(r"([$%])\{(?!TfToken\[)", r"\1\1{", text)
