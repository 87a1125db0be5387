"""Settings whose values are expressions: what an exported module is made from.

A union, as in a source of three kinds, is one object with all of their attributes: which of them is
given, and so which kind it is, only Terraform knows.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from modules.expressions import (
    Condition,
    Decision,
    Entries,
    Number,
    Text,
    Texts,
    choose,
    flag,
    given,
)
from modules.settings import (
    S3,
    CodeCommit,
    Connection,
    Repository,
)

_T = TypeVar("_T")


def symbolic(cls: type[_T], expression: str, *, nullable: bool = False, **known: object) -> _T:
    """Settings whose values are the attributes of an object that Terraform knows.

    They are not validated here: the variables of the module are, by the same rules.

    Args:
        cls: The class of the settings.
        expression: The object, as in `var.build`.
        nullable: Whether it may be null.
        known: Values that are known in spite of it.
    """
    settings = object.__new__(cls)
    fields: dict[str, Any] = vars(cls)["__pydantic_fields__"]
    for name, field in fields.items():
        value = known[name] if name in known else _value(field.annotation, f"{expression}.{name}")
        object.__setattr__(settings, name, value)
    object.__setattr__(settings, "expression", expression)
    object.__setattr__(settings, "nullable", nullable)
    return settings


def _value(annotation: Any, expression: str) -> Any:
    members = [
        get_args(member)[0] if get_origin(member) is Annotated else member
        for member in _members(annotation)
    ]
    nullable = type(None) in members
    kind = next(member for member in members if member is not type(None))
    if get_origin(kind) is Literal:
        kind = type(get_args(kind)[0])
    make: dict[Any, Callable[[], Any]] = {
        str: lambda: Text(expression, nullable=nullable),
        int: lambda: Number(expression, nullable=nullable),
        bool: lambda: flag(expression),
        list: lambda: Texts(expression, nullable=nullable),
        dict: lambda: Entries(expression, _entry(kind)),
    }
    origin = get_origin(kind) or kind
    return make[origin]() if origin in make else symbolic(kind, expression, nullable=nullable)


def _members(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    is_union = get_origin(annotation) in (Union, types.UnionType)
    return get_args(annotation) if is_union else (annotation,)


def _entry(kind: Any) -> Callable[[str], Any]:
    """What makes a value of a map: a text, or a variable of a build."""
    value = get_args(kind)[1]
    return Text if value is str else AnyVariable


class Argument(Text):
    """The build argument of a base."""

    artifact: str
    """The pipeline artifact of the base."""
    rule: str
    """The rule that its pushes fire."""

    @classmethod
    def of(cls, argument: str, base: str) -> Argument:
        """A build argument, from the expressions for it and for its base in `local.bases`."""
        text = cls(argument)
        text.artifact = Text(f"{base}.artifact")
        text.rule = Text(f"{base}.rule")
        return text


class AnyVariable:
    """An environment variable of a build: a text, a secret or a parameter."""

    def __init__(self, expression: str) -> None:
        self.value = Text(f"{expression}.value", nullable=True)
        self.secret = Text(f"{expression}.secret", nullable=True)
        self.parameter = Text(f"{expression}.parameter", nullable=True)
        self.kms_key = Text(f"{expression}.kms_key", nullable=True)

    @property
    def kind(self) -> str:
        """As CodeBuild calls it."""
        stored = choose(given(self.parameter), "PARAMETER_STORE", "PLAINTEXT")
        return choose(given(self.secret), "SECRETS_MANAGER", stored)

    @property
    def text(self) -> str:
        """The text, or the name of the secret or parameter."""
        stored = choose(given(self.parameter), self.parameter, self.value)
        return choose(given(self.secret), self.secret, stored)


@dataclass(frozen=True)
class AnySource:
    """A source of one of three kinds."""

    codecommit: CodeCommit
    connection: Connection
    s3: S3
    kind: str
    """The expression for the kind: `codecommit`, `connection` or `s3`."""

    @classmethod
    def at(cls, expression: str, *, kind: str) -> AnySource:
        """A source that is an object Terraform knows."""
        return cls(
            symbolic(CodeCommit, expression),
            symbolic(Connection, expression),
            symbolic(S3, expression),
            kind,
        )

    def is_kind(self, kind: str) -> Decision:
        """Whether it is of a kind: `codecommit`, `connection` or `s3`."""
        return Condition(f'{self.kind} == "{kind}"')


class AnyRepository:
    """A repository: a new one that is protected, a new one that is not, or an existing one.

    Args:
        expression: The object, as in `var.repository`.
        known: Values that are known in spite of it.
    """

    def __init__(self, expression: str, **known: str | None) -> None:
        self.existing = known.get("existing", Text(f"{expression}.existing", nullable=True))
        self.name = known.get("name", Text(f"{expression}.name", nullable=True))
        self.protect = Condition(f"{expression}.protect")
        self.protected = symbolic(Repository, expression, protect=True)
        self.unprotected = symbolic(Repository, expression, protect=False)
