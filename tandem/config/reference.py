"""The reference of the file in Markdown: from the models, so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Len, MaxLen, MinLen
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from modules.settings.types import Between, Text
from tandem.config.fields import classes, fields_of, members
from tandem.config.models import Config
from tandem.config.reference_examples import EXAMPLES
from tandem.config.schema import plain_words

_WORDS = {str: "text", int: "whole number", bool: "true or false", type(None): ""}
_INTRODUCTION = """\
# The file `pipelines.yaml`

<!-- Generated from the models: `pipenv run tandem generate`. -->

One YAML file describes the images of one account and region. `pipenv run tandem check` says
everything that is wrong with it. The first line lets editors complete keys and show this text:

```yaml
# yaml-language-server: $schema=pipelines.schema.json
```
"""
_DEFAULTS = """\
## Defaults

`defaults` takes every key of an [Image](#image), all of them optional, and gives it to each image
that does not say otherwise. Mappings are merged; texts, numbers and lists are replaced. A mapping
of another kind replaces the default as a whole, such as an S3 source a CodeCommit one. `null`
removes a default. A default approval counts for images that are deployed.

```yaml
defaults:
  source: {branch: release}
  build: {architecture: arm64}
```
"""


def reference() -> str:
    """What docs/configuration.md holds: a section for each class, the file's own first."""
    first, *sections = [_section(cls, path) for cls, path in _classes(Config, "", {}).items()]
    return "\n".join([_INTRODUCTION, first, _DEFAULTS, *sections])


def _classes(cls: type, path: str, found: dict[type, str]) -> dict[type, str]:
    """Every settings class, and where in the file it is first: each followed by those within."""
    found[cls] = path
    for name, field in fields_of(cls).items():
        for inner, key in _nested(_input(field), f"{path}.{name}"):
            if inner not in found:
                _classes(inner, key, found)
    return found


def _nested(annotation: Any, path: str) -> Iterator[tuple[type, str]]:
    for member in members(annotation):
        if get_origin(member) is dict:
            yield from _nested(get_args(member)[1], f"{path}.NAME")
        elif get_origin(member) is list:
            yield from _nested(get_args(member)[0], f"{path}[]")
        else:
            yield from ((cls, path) for cls in classes(member))


def _section(cls: type, path: str) -> str:
    first, *more = [" ".join(each.split()) for each in (cls.__doc__ or "").strip().split("\n\n")]
    if more and more[-1].startswith("https://"):
        owner = "AWS" if "aws.amazon.com" in more[-1] else "Terraform"
        more[-1] = f"[What {owner} says]({more[-1]})"
    key = [f"At `{path.removeprefix('.')}`."] if path else []
    lines = [
        f"## {_title(cls)}",
        "",
        "\n\n".join([" ".join([first, *key]), *more]),
        "",
        "| Key | Type | Default | Limits | Description |",
        "|---|---|---|---|---|",
        *(_row(name, field) for name, field in fields_of(cls).items()),
        "",
        "```yaml",
        EXAMPLES[cls].strip(),
        "```",
        "",
    ]
    return "\n".join(lines)


def _title(cls: type) -> str:
    return "The file" if cls is Config else cls.__name__


def _row(name: str, field: FieldInfo) -> str:
    annotation = _input(field)
    cells = [
        f"`{name}`",
        _type(annotation),
        _default(field),
        "; ".join(_limits(annotation, field.metadata)),
        plain_words(field.description or ""),
    ]
    return f"| {' | '.join(cells)} |"


def _input(field: FieldInfo) -> Any:
    """The type of what the file has, before a shorthand is written out."""
    for each in field.metadata:
        if isinstance(each, BeforeValidator):
            return each.json_schema_input_type
    return field.annotation


def _type(annotation: Any) -> str:
    names = [_name(member) for member in _shorthands(annotation)]
    return " or ".join(dict.fromkeys(name for name in names if name))


def _shorthands(annotation: Any) -> Iterator[Any]:
    """The members of a union, and what may be written for one of them in short."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        short = [each for each in metadata if isinstance(each, BeforeValidator)]
        yield from _shorthands(short[0].json_schema_input_type if short else inner)
    elif isinstance(annotation, type) or get_origin(annotation) in (dict, list, Literal):
        yield annotation
    else:
        for member in get_args(annotation):
            yield from _shorthands(member)


def _name(member: Any) -> str:
    origin, arguments = get_origin(member), get_args(member)
    if origin is dict:
        return f"mapping of {_type(arguments[0])} to {_type(arguments[1])}"
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    if classes(member):
        return f"[{_title(member)}](#{_title(member).lower().replace(' ', '-')})"
    return _WORDS[member]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == {} or value == [] or classes(type(value)):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limits(annotation: Any, metadata: list[Any]) -> Iterator[str]:
    for each in metadata:
        if isinstance(each, Text):
            yield each.words
        elif isinstance(each, Between):
            yield f"{each.least:,} to {each.most:,}"
        elif isinstance(each, Len):
            yield f"{each.min_length} to {each.max_length} entries"
        elif isinstance(each, MinLen):
            yield f"at least {each.min_length}"
        elif isinstance(each, MaxLen):
            yield f"at most {each.max_length}"
    if get_origin(annotation) is Annotated:
        yield from _limits(get_args(annotation)[0], list(get_args(annotation)[1:]))
    else:
        for argument in get_args(annotation):
            if not classes(argument) or get_origin(argument):
                yield from _limits(argument, [])
