"""The variables of the exported modules: what the settings say, in Terraform's words."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import pytest
from pydantic.dataclasses import dataclass

from modules.settings import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    ExistingRepository,
    Filters,
    Parameter,
    Patterns,
    Repository,
    Secret,
    Vpc,
)
from modules.settings.types import SETTINGS, Between, Text
from tandem.config.fields import fields_of
from tandem.export import variables as exported
from tandem.export.readme.type_expressions import Attribute as TypeAttribute
from tandem.export.readme.type_expressions import attributes_of, parse_type
from tandem.export.variables import MODULES, variables
from tandem.export.variables.hcl import follows
from tandem.export.variables.rules import validations
from tandem.export.variables.shapes import Attribute, settings

PIPELINE = variables("image-pipeline")
ALL = [(module, name) for module in MODULES for name in variables(module)]


def attributes(name: str) -> dict[str, TypeAttribute]:
    return dict(attributes_of(parse_type(str(PIPELINE[name]["type"]))))


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "image-pipeline",
            "name code base repository build tag mode retry approval deploy schedule artifacts "
            "artifact_store dead_letters permissions_boundary tags",
        ),
        (
            "image-repository",
            "name keep_images untagged_days scan_on_push kms_key protect tag tags",
        ),
        ("artifact-store", "name kms_key expire_days tags"),
        (
            "build-project",
            "name build repository artifact_store tag permissions_boundary tags",
        ),
    ],
)
def test_the_names_in_their_order(module: str, names: str) -> None:
    assert list(variables(module)) == names.split()


def test_what_must_be_given() -> None:
    required = {(module, name) for module, name in ALL if "default" not in variables(module)[name]}
    assert required == {
        ("image-pipeline", "name"),
        ("image-pipeline", "code"),
        ("image-repository", "name"),
        ("artifact-store", "name"),
        ("build-project", "name"),
        ("build-project", "repository"),
        ("build-project", "artifact_store"),
    }


@pytest.mark.parametrize(("module", "name"), ALL)
def test_null_is_taken_where_it_is_the_default_and_nowhere_else(module: str, name: str) -> None:
    block = variables(module)[name]
    assert block["nullable"] == (block.get("default", "none") is None)


def test_the_types_that_people_write() -> None:
    assert PIPELINE["name"]["type"] == PIPELINE["mode"]["type"] == "string"
    assert PIPELINE["base"]["type"] == "any"
    assert PIPELINE["tags"]["type"] == "map(string)"
    assert PIPELINE["artifacts"]["type"] == (
        "object({kms_key = optional(string), expire_days = optional(number, 30)})"
    )
    assert PIPELINE["deploy"]["type"] == (
        "object({ecs = object({cluster = string, service = string, container = string, "
        "timeout_minutes = optional(number, 60), task_roles = optional(list(string))})})"
    )
    assert (
        "map(object({value = optional(string), secret = optional(string), "
        "parameter = optional(string), kms_key = optional(string)}))"
    ) in str(PIPELINE["build"]["type"])


@pytest.mark.parametrize(
    ("cls", "name", "path"),
    [
        (CodeCommit, "code", ""),
        (Connection, "code", ""),
        (S3, "code", ""),
        (Filters, "code", "filters."),
        (Patterns, "code", "filters.branches."),
        (Repository, "repository", ""),
        (ExistingRepository, "repository", ""),
        (Build, "build", ""),
        (Vpc, "build", "vpc."),
        (Secret, "build", "environment[*]."),
        (Parameter, "build", "environment[*]."),
        (Approval, "approval", ""),
        (EcsDeploy, "deploy", "ecs."),
        (Artifacts, "artifacts", ""),
    ],
)
def test_every_setting_is_there_with_its_default(cls: type, name: str, path: str) -> None:
    there = attributes(name)
    for field_name, field in fields_of(cls).items():
        found = there[f"{path}{field_name}"]
        default = None
        if not field.is_required():
            default = field.get_default(call_default_factory=True, validated_data={})
        in_hcl = str(default) if default in ({}, []) else json.dumps(default)
        assert found.default == (None if default is None else in_hcl)


@pytest.mark.parametrize(("module", "name"), ALL)
def test_descriptions_are_sentences_and_name_every_attribute(module: str, name: str) -> None:
    block = variables(module)[name]
    first, *lines = str(block["description"]).split("\n")
    assert all(line.endswith(".") for line in (first, *filter(None, lines)))
    told = [line.partition(" - ")[0] for line in lines if line]
    there = attributes_of(parse_type(str(block["type"])), name)
    assert told == [path for path, _ in there]
    assert "None" not in str(block["description"])


def test_every_description_in_other_words_is_used() -> None:
    text = "\n".join(str(block["description"]) for block in PIPELINE.values())
    assert [words for words in exported._WORDS.values() if words not in text] == []


@pytest.mark.parametrize(("module", "name"), ALL)
def test_messages_say_where_and_are_sentences(module: str, name: str) -> None:
    rules: Any = variables(module)[name].get("validation", [])
    for rule in rules:
        assert rule["condition"].startswith("${")
        assert rule["error_message"].endswith(".")
        assert name in rule["error_message"]
        assert f"var.{name}" in rule["condition"]
        assert set(re.findall(r"\bvar\.(\w+)", rule["condition"])) == {name}, "not before 1.9"


@dataclass(frozen=True, config=SETTINGS)
class Oven:
    """An oven."""

    minutes: Annotated[int, Between(3, 7)] = 5
    """Minutes to bake."""
    bread: Annotated[str, Text(r"[a-z]+", "a bread")] | None = None
    """What is baked. None: nothing."""


def test_a_rule_of_the_settings_reaches_terraform() -> None:
    oven = Attribute(settings(Oven), "An oven.", default={})
    assert str(oven.shape) == "object({minutes = optional(number, 5), bread = optional(string)})"
    minutes, bread = validations("oven", oven)
    assert minutes == {
        "condition": "${floor(var.oven.minutes) == var.oven.minutes && var.oven.minutes >= 3 && "
        "var.oven.minutes <= 7}",
        "error_message": "oven.minutes is ${var.oven.minutes}: it must be a whole number from 3 "
        "to 7.",
    }
    assert bread == {
        "condition": "${var.oven.bread == null ? true : "
        'can(regex("^(?:[a-z]+)$", var.oven.bread))}',
        "error_message": 'oven.bread is ${try(jsonencode(var.oven.bread), "null")}: it must be a '
        "bread.",
    }


def test_a_rule_nobody_told_terraform_is_an_error() -> None:
    @dataclass(frozen=True, config=SETTINGS)
    class Odd:
        """Odd."""

        name: Annotated[str, "a rule of another kind"]
        """Its name."""

    with pytest.raises(TypeError, match="a rule of another kind"):
        settings(Odd)


def test_a_text_rule_in_full() -> None:
    rule = Text(r"\w+\u00fc", "x", shortest=2, longest=1024, never=r"\.git$")
    assert follows(rule, "x") == (
        r'can(regex("^(?:\\w+\\x{00fc})$", x))'
        r' && can(regex("^(?s:.{2,1000}.{0,24})$", x))'
        r' && !can(regex("\\.git$", x))'
    )
