"""The checks of `base`, which is null, an image, or images by build argument.

Its parts may be unknown while its structure is known: so the structure is asked for with `keys`,
and whether it is an object at all by the first character of its JSON, which Terraform knows of
unknown values since 1.6. What is unknown passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from modules.settings.bases import MOST_BASES, OWN_ARTIFACTS
from modules.settings.types import EcrRepositoryName, ImageTag, Text, VariableName
from tandem.export.variables.checks import RESERVED
from tandem.export.variables.hcl import follows, listed, literal, matches, validation
from tandem.export.variables.rules import Validation, offenders

_NEEDED = ("repository", "tag")
_EXAMPLE = 'module.NAME.image, or {repository = "design/fonts", tag = "newest"}'


def _is_object(value: str) -> str:
    return f'startswith(jsonencode({value}), "{{")'


_GIVEN = _is_object("var.base")
_SINGLE = (
    f"{_GIVEN} ? "
    + " || ".join(f'contains(keys(var.base), "{key}")' for key in _NEEDED)
    + " : false"
)
"""Whether it is one image."""
_ARGUMENTS = f"({_GIVEN} ? ({_SINGLE}) ? [] : keys(var.base) : [])"
"""The build arguments; none where it is one image."""
_IMAGES = (
    f'concat([for image in [var.base] : ["base", image] if {_SINGLE}], '
    f"[for name in {_ARGUMENTS} : "
    '["base.${name}", var.base[name]]])'
)
_COMPLETE = (
    f"{_is_object('each[1]')} ? length(setsubtract({literal(_NEEDED)}, keys(each[1]))) == 0 : false"
)
_IMAGE = "jsonencode([each[1].repository, each[1].tag])"


def artifact(argument: str) -> str:
    """The expression of what `artifact_name` gives for the value of an expression."""
    return f'join("", [for part in split("_", {argument}) : title(lower(part))])'


def base() -> Iterator[Validation]:
    """Every rule that the value of `base` can break."""
    yield validation(
        f"var.base == null ? true : {_GIVEN}",
        f"base is ${{jsonencode(var.base)}}: it must be an image ({_EXAMPLE}), or images by build "
        "argument, as in {BASE_IMAGE = module.NAME.image}.",
    )
    yield validation(
        f"alltrue([for each in {_IMAGES} : {_COMPLETE}])",
        f"${{{offenders('each', _IMAGES, 'each[0]', _COMPLETE)}}} is no image: it needs a "
        f"repository and a tag, as has {_EXAMPLE}.",
    )
    for name, type_ in (("repository", EcrRepositoryName), ("tag", ImageTag)):
        yield _part(name, get_args(type_)[1])
    yield from _arguments()
    key = f"({_COMPLETE}) ? {_IMAGE} : each[0]"
    keys = f"[for each in {_IMAGES} : {key}]"
    alike = _groups(f"each in {_IMAGES}", key, "each[0]")
    yield validation(
        f"length(distinct({keys})) == length({keys})",
        f"${{{alike}}} are the same image: use one build argument for both.",
    )


def _part(name: str, rule: Text) -> Validation:
    value = f"each[1].{name}"
    condition = f"({_COMPLETE}) ? {follows(rule, value)} : true"
    shown = f'"${{each[0]}}.{name} = ${{jsonencode({value})}}"'
    return validation(
        f"alltrue([for each in {_IMAGES} : {condition}])",
        f"${{{offenders('each', _IMAGES, shown, condition)}}}: it must be {rule.words}.",
    )


def _arguments() -> Iterator[Validation]:
    rule: Text = get_args(VariableName)[1]
    own = f"contains({literal(sorted(OWN_ARTIFACTS))}, {artifact('name')})"
    named = matches("^.{1,100}$", artifact("name"))
    for condition, problem in (
        (follows(rule, "name"), f"each must be {rule.words}"),
        (f"!{matches(RESERVED, 'name')}", "which the build sets itself: choose another"),
        (
            f"{named} && !{own}",
            "which gives no name for an artifact, or one that every pipeline has "
            f"({listed(sorted(OWN_ARTIFACTS), 'or')}): choose another",
        ),
    ):
        broken = offenders("name", _ARGUMENTS, "jsonencode(name)", condition)
        yield validation(
            f"alltrue([for name in {_ARGUMENTS} : {condition}])",
            f"base has the build argument ${{{broken}}}: {problem}.",
        )
    artifacts = f"[for name in {_ARGUMENTS} : {artifact('name')}]"
    alike = _groups(f"name in {_ARGUMENTS}", artifact("name"), "name")
    yield validation(
        f"length(distinct({artifacts})) == length({artifacts})",
        f"base has the build arguments ${{{alike}}}, which give artifacts of the same name: "
        "choose other ones.",
    )
    yield validation(
        f"length({_ARGUMENTS}) <= {MOST_BASES}",
        f"base has ${{length({_ARGUMENTS})}} images: AWS lets a build have {MOST_BASES}.",
    )


def _groups(loop: str, key: str, name: str) -> str:
    """The names of those that have a key in common, as one text."""
    groups = f"values({{for {loop} : {key} => {name}...}})"
    return f'join(" and ", flatten([for names in {groups} : names if length(names) > 1]))'
