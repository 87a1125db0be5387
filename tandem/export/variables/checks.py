"""What no type of a value says: which attributes of a variable go together."""

from __future__ import annotations

from collections.abc import Iterator

from modules.settings.build import (
    RESERVED_PREFIXES,
    RESERVED_VARIABLES,
    SECRET_NAME,
    SECRET_VALUE,
)
from tandem.config.fields import fields_of
from tandem.export.variables.hcl import listed, literal, matches, plain, unless_null, validation
from tandem.export.variables.rules import Validation, offenders, words
from tandem.export.variables.shapes import Attribute, Single, settings

RESERVED = f"^(?:{'|'.join(sorted(RESERVED_VARIABLES))})$|^(?:{'|'.join(RESERVED_PREFIXES)})"
"""Names of variables that the build sets itself."""
_REMEDY = (
    "anyone could read it in the plan, the state and the console, so name it as secret or "
    "parameter under build.environment"
)


def kinds(path: str, *classes: type) -> Iterator[Validation]:
    """Exactly one of the classes is meant, and has what it needs, and nothing of the others."""
    names = [next(iter(fields_of(cls))) for cls in classes]
    given = {name: f"var.{path}.{name}" for name in names}
    shown = ", ".join(f'{value} == null ? "" : "{name}"' for name, value in given.items())
    count = ", ".join(given.values())
    yield validation(
        f"length([for kind in [{count}] : kind if kind != null]) == 1",
        f'{path} has ${{coalesce(join(" and ", compact([{shown}])), "no kind")}}: '
        f"it must have exactly one of {listed(names, 'and')}.",
    )
    objects = {name: settings(cls) for name, cls in zip(names, classes, strict=True)}
    for name in dict.fromkeys(name for each in objects.values() for name in each.attributes):
        owners = {
            kind: each.attributes[name] for kind, each in objects.items() if name in each.attributes
        }
        if name not in names:
            yield from _owned(path, name, owners, given)


def _owned(
    path: str, name: str, owners: dict[str, Attribute], given: dict[str, str]
) -> Iterator[Validation]:
    value = f"var.{path}.{name}"
    for kind, each in owners.items():
        if each.required and isinstance(each.shape, Single):
            what = plain(words(each.shape.rules[0]))
            yield validation(
                unless_null([given[kind]], f"{value} != null"),
                f"{path}.{name} is missing: with {kind} it must be {what}.",
            )
    if len(owners) < len(given):
        default = next(iter(owners.values())).default
        belongs = " || ".join(f"{given[kind]} != null" for kind in owners)
        yield validation(
            f"{value} == {literal(default)} ? true : {belongs}",
            f"{path}.{name} is given, but goes with {listed(owners, 'or')} only: remove it.",
        )


def filters(path: str) -> Iterator[Validation]:
    """Some branches and paths, or some tags."""
    value = f"var.{path}"
    parts = {part: f"{value}.{part}" for part in ("branches", "paths", "tags")}
    all_null = " && ".join(f"{part} == null" for part in parts.values())
    yield validation(
        unless_null([value], f"!({all_null})"),
        f"{path} is empty: it must have branches, paths or tags.",
    )
    yield validation(
        unless_null(
            [value, parts["tags"]], f"{parts['branches']} == null && {parts['paths']} == null"
        ),
        f"{path} has tags together with branches or paths, which AWS rejects: keep one of them.",
    )
    for name, part in parts.items():
        yield validation(
            unless_null([value, part], f"length({part}.include) + length({part}.exclude) > 0"),
            f"{path}.{name} is empty: it must name at least one pattern to include or exclude.",
        )


def build() -> Iterator[Validation]:
    """What the classes of a build check between their settings."""
    yield from _environment("build.environment")
    for name, value, is_plain in (
        ("environment", "each == null ? null : each.value", "each.secret == each.parameter"),
        ("arguments", "each", "true"),
    ):
        over = f"var.build.{name}"
        free = f"!{matches(RESERVED, 'name')}"
        yield validation(
            f"alltrue([for name in keys({over}) : {free}])",
            f"build.{name} has ${{{offenders('name', f'keys({over})', 'name', free)}}}, "
            "which the build sets itself: choose another name.",
        )
        # The message names by name only: Terraform hides a message with a sensitive value in it.
        by_name = matches(f"(?i:{SECRET_NAME.pattern})", "name")
        suspect = f"[for name, each in {over} : name if {by_name} && try({is_plain}, false)]"
        yield validation(
            f"alltrue([for name, each in {over} : {_harmless('name', f'({value})')}])",
            f'build.{name} holds what looks like a secret${{join(", ", concat([""], {suspect}))}}: '
            f"{_REMEDY}.",
        )
    both = "setintersection(keys(var.build.environment), keys(var.build.arguments))"
    yield validation(
        f"length({both}) == 0",
        f'${{join(", ", {both})}} is in both build.environment and build.arguments: keep one.',
    )
    yield validation(
        "var.build.privileged || var.build.buildspec != null",
        "build.privileged is false: the standard buildspec runs docker, which needs "
        "privileged = true; or name a buildspec of your own.",
    )
    yield validation(
        'var.build.privileged || var.build.cache != "local"',
        'build.cache is "local": the local cache of docker layers needs privileged = true.',
    )


def _environment(path: str) -> Iterator[Validation]:
    given = "[each.value, each.secret, each.parameter]"
    one = unless_null(["each"], f"length([for kind in {given} : kind if kind != null]) == 1")
    yield validation(
        f"alltrue([for name, each in var.{path} : {one}])",
        f"{path} has ${{{offenders('name, each', f'var.{path}', 'name', one)}}}: each must have "
        "exactly one of value, secret and parameter.",
    )
    useful = unless_null(["each", "each.kms_key"], "each.secret != null || each.parameter != null")
    yield validation(
        f"alltrue([for name, each in var.{path} : {useful}])",
        f"{path} has ${{{offenders('name, each', f'var.{path}', 'name', useful)}}}: kms_key goes "
        "with secret or parameter only: remove it.",
    )


def _harmless(name: str, value: str) -> str:
    """Whether a variable is none that looks like a secret."""
    by_value = f"!{matches(SECRET_VALUE.pattern, value)}"
    by_name = f'({value} == "" || !{matches(f"(?i:{SECRET_NAME.pattern})", name)})'
    return f"{value} == null ? true : {by_value} && {by_name}"
