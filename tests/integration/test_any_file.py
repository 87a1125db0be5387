"""Any file that is right becomes Terraform that is valid: files made at random, by the rules."""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from annotated_types import Len, MaxLen, MinLen
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from synthesis import Block, blocks

from modules import App, TerraformStack, _cdktf
from modules.settings import types
from modules.settings.types import Between, Text
from tandem.config import Config, ConfigError, Image, load
from tandem.config.fields import fields_of
from tandem.config.review import ReviewedSource
from tandem.stack import compose
from tandem.terraform import Terraform

AT_ONCE = 8
"""Stacks that one `terraform validate` looks at."""
ROUNDS = 2
"""The first is of the simplest files there are."""

NASTY = ["${x}", "%{ if true }", "$${a} $", 'a "b" \\ c', "$(ls) `ls`", "ä€😀", "<revision>"]
OTHER = {
    # Rules with more than a pattern: what is drawn at random would seldom fit.
    types.ProjectName: st.from_regex(r"\A[a-z][a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}\Z"),
    types.EnvironmentName: st.from_regex(r"\A[a-z0-9]{1,9}(-[a-z0-9]{1,9})?\Z"),
    types.EcrRepositoryName: st.from_regex(
        r"\A[a-z0-9]{2,9}([._-][a-z0-9]{1,9}|__[a-z0-9])?(/[a-z0-9]{1,100}){0,2}\Z"
    ),
    types.CodeCommitRepositoryName: st.from_regex(r"\A[A-Za-z0-9_.-]{1,96}x\Z"),
    types.Branch: st.sampled_from(["main", "release/1.x", "ü", "${branch}", "%{b}", "x" * 256]),
    types.RelativePath: st.sampled_from(["Dockerfile", "a b/ü", "${dir}/x", "%{y}", "x" * 512]),
    # What a pattern does not say, and texts that YAML and Terraform could take for their own.
    types.FullRepositoryId: st.sampled_from(["acme/web", "a/b/c-d", "${a}/%{b}", "ä/ö"]),
    types.Pattern: st.sampled_from(["**", "release/*", "${x}", "%{y}*", "ä*", "x" * 255]),
    types.Region: st.sampled_from(["us-east-1", "eu-central-1", "us-gov-west-1"]),
    types.Schedule: st.sampled_from(["rate(1 day)", "rate(90 minutes)", "cron(0 3 ? * SUN *)"]),
    types.NonEmpty: st.sampled_from([*NASTY, "two\nlines", "x" * 300]),
    types.ObjectKey: st.sampled_from([*NASTY, "k" * 1024]),
    types.ImageName: st.from_regex(r"\A[a-z](-?[a-z0-9]){0,70}\Z"),
}
BY_RULE = {get_args(kind)[1]: drawn for kind, drawn in OTHER.items()}


def values(annotation: Any, rules: list[Any]) -> SearchStrategy[Any]:
    """What the file may have for a type and the rules that annotate it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return values(inner[0], [*annotation.__metadata__, *rules])
    if hasattr(annotation, "__pydantic_fields__"):
        return mappings(annotation)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is dict:
        return st.dictionaries(values(inner[0], []), values(inner[1], []), max_size=3)
    if origin is list:
        least = max([rule.min_length for rule in rules if isinstance(rule, Len | MinLen)] or [0])
        most = min(
            [rule.max_length or 3 for rule in rules if isinstance(rule, Len | MaxLen)] or [3]
        )
        return st.lists(values(inner[0], []), min_size=least, max_size=most, unique_by=repr)
    if inner:  # a union; what may be null is left out instead
        return st.one_of([values(each, rules) for each in inner if each is not type(None)])
    for rule in rules:
        if isinstance(rule, Between):
            return st.sampled_from([rule.least, rule.most]) | st.integers(rule.least, rule.most)
        if isinstance(rule, Text):
            if rule in BY_RULE:
                return BY_RULE[rule]
            pattern = re.compile(rule.pattern, re.ASCII)
            return st.from_regex(pattern, fullmatch=True).filter(rule.takes)
    return {
        bool: st.booleans(),
        str: st.sampled_from([*NASTY, ""]),
        date: st.dates().map(date.isoformat),
    }[annotation]


@cache  # hypothesis looks at a pattern once, not for every file
def mappings(cls: type, *without: str) -> SearchStrategy[dict[str, Any]]:
    """Mappings with what a settings class requires, and some of what it allows."""
    fields = {name: field for name, field in fields_of(cls).items() if name not in without}
    drawn = {name: values(field.annotation, field.metadata) for name, field in fields.items()}
    required = {name: drawn[name] for name, field in fields.items() if field.is_required()}
    optional = {name: drawn[name] for name in drawn.keys() - required.keys()}
    return st.fixed_dictionaries(required, optional=dict(sorted(optional.items())))


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A file. What only the whole can break is mended: bases that exist, no approval of nothing."""
    file = draw(mappings(Config, "images", "state"))
    names = draw(st.lists(OTHER[types.ImageName], min_size=1, max_size=5, unique=True))
    images = {}
    for number, name in enumerate(names):
        image = draw(mappings(Image, "base"))
        if number:
            chosen = st.lists(st.sampled_from(names[:number]), max_size=3, unique=True)
            bases: list[Any] = draw(chosen)
            if draw(st.booleans()):
                bases.append({"repository": f"elsewhere/{number}", "tag": "v1"})
            image["base"] = {f"BASE_{argument}": base for argument, base in enumerate(bases)}
            if len(bases) == 1:
                image["base"] = bases[0]
        if "deploy" not in image:
            image.pop("approval", None)
        images[name] = image
    review = file.get("review", {})
    builds = review.get("pipeline") or "drift" in review
    if builds and "source" not in review:
        review["source"] = draw(values(ReviewedSource, []))
    for name, used in {
        "source": builds,
        "notify": "drift" in review,
        "checkov": review.get("pipeline"),
    }.items():
        if not used:
            review.pop(name, None)
    return {**file, "images": images}


def synthesized(file: dict[str, Any], folder: Path) -> Block | None:
    """The Terraform JSON of a file; none where some rule between settings forbids it."""
    path = folder / "pipelines.yaml"
    path.write_text(json.dumps(file, ensure_ascii=False))
    try:
        config = load(path)
    except ConfigError:
        return None
    stack = TerraformStack(App(outdir=str(folder / "out")), config.names.prefix)
    compose(stack, config)
    parsed: Block = json.loads(str(_cdktf.Testing.synth(stack)))
    return parsed


def check_references(stack: Block) -> None:
    """Whatever a stack refers to is in it, and no token of CDKTF is left."""
    text = json.dumps(stack)
    assert not re.search(r"object at 0x|e\+298|TfToken", text)
    known = dict(blocks(stack))
    # "$${" is literal text.
    referred = re.findall(r"(?<!\$)\$\{((?:data\.)?aws_\w+\.[\w-]+)", text)
    for block in known.values():
        referred += block.get("depends_on", [])
    assert referred
    assert set(referred) <= known.keys()


@pytest.mark.integration
@settings(
    max_examples=ROUNDS,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking would take many minutes
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(drawn=st.lists(files(), min_size=AT_ONCE, max_size=AT_ONCE))
def test_a_right_file_becomes_valid_terraform(
    drawn: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("root")
    stacks = [stack for file in drawn if (stack := synthesized(file, root))]
    assume(len(stacks) > AT_ONCE / 2)
    for number, stack in enumerate(stacks):
        check_references(stack)
        (root / str(number)).mkdir()
        # As a module it has no backend, and shares one provider, which starts once.
        del stack["terraform"]["backend"], stack["provider"]
        (root / f"{number}/cdk.tf.json").write_text(json.dumps(stack))
    calls = {f"stack_{number}": {"source": f"./{number}"} for number in range(len(stacks))}
    provider = {"aws": {"region": "us-east-1"}}
    (root / "main.tf.json").write_text(json.dumps({"module": calls, "provider": provider}))
    terraform = Terraform(root)
    terraform.init()
    terraform.validate()
