"""The rules of single values, which Python, JSON Schema and Terraform read alike."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import Any

from pydantic import ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

SETTINGS = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""How every settings class is read: unknown names are refused, docstrings reach the schema."""


def is_token(value: object) -> bool:
    """Whether `value` is a CDKTF token, which only Terraform will know.

    CDKTF encodes number tokens as doubles far below any number a person writes.
    https://developer.hashicorp.com/terraform/cdktf/concepts/tokens
    """
    if isinstance(value, str):
        return "${TfToken[" in value
    return isinstance(value, float) and value < -1e280


@dataclass(frozen=True)
class Text:
    r"""A rule for a text, which Python, JSON Schema and Terraform read alike; `words` explain it.

    The patterns are RE2, so without lookaround, and a repetition goes up to 1,000. Python's ASCII
    flag is meant: `\w` and `\d` are ASCII. `\s` is written with `\v`, which RE2 does not count.
    """

    pattern: str
    """What the whole of it matches."""
    words: str
    _: KW_ONLY
    shortest: int = 0
    longest: int | None = None
    """Characters, where the pattern does not limit them."""
    never: str | None = None
    """What must not be found in it."""

    def takes(self, value: str) -> bool:
        """Whether a text that is no token follows the rule."""
        return bool(
            self.shortest <= len(value)
            and (self.longest is None or len(value) <= self.longest)
            and re.fullmatch(self.pattern, value, re.ASCII)
            and not (self.never and re.search(self.never, value, re.ASCII))
        )

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def check(value: str) -> str:
            if is_token(value) or self.takes(value):
                return value
            raise PydanticCustomError("text", "must be {words}", {"words": self.words})

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        rule: dict[str, Any] = {**handler(schema), "pattern": f"^(?:{self.pattern})$"}
        if self.shortest:
            rule["minLength"] = self.shortest
        if self.longest is not None:
            rule["maxLength"] = self.longest
        if self.never:
            rule["not"] = {"pattern": self.never}
        return rule


@dataclass(frozen=True)
class Between:
    """A rule for a whole number: from `least` to `most`, both included."""

    least: int
    most: int

    def __get_pydantic_core_schema__(
        self, source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        whole = core_schema.int_schema(strict=True)  # "30" and true are mistakes, not numbers

        def check(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            if is_token(value):
                return value
            number = validate(value)
            if self.least <= number <= self.most:
                return number
            raise PydanticCustomError(
                "between",
                "must be from {least} to {most}",
                {"least": self.least, "most": self.most},
            )

        return core_schema.no_info_wrap_validator_function(check, whole)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "minimum": self.least, "maximum": self.most}


class OrToken:
    """A rule for a choice between fixed values: a token is none of them, and passes."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def check(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            return value if is_token(value) else validate(value)

        return core_schema.no_info_wrap_validator_function(check, handler(source))
