"""Settings of which every value is an expression."""

import json
from dataclasses import fields
from typing import Any

import pytest
from stack import new_stack, terraform_json

from modules import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    Filters,
    Repository,
    Vpc,
)
from modules._cdktf import SqsQueue
from modules.expressions import Condition, Entries, given, hcl
from modules.symbols import AnyRepository, AnySource, AnyVariable, Argument, symbolic

CLASSES = [
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    Filters,
    Repository,
    S3,
    Vpc,
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_value_is_an_attribute_of_the_object(cls: type[Any]) -> None:
    settings = symbolic(cls, "var.it")
    for field in fields(cls):
        value = getattr(settings, field.name)
        assert value.expression == f"var.it.{field.name}"


def test_it_passes_for_the_settings_themselves() -> None:
    assert isinstance(symbolic(Build, "var.build"), Build)


@pytest.mark.parametrize(
    ("cls", "name", "nullable"),
    [
        (Build, "image", True),
        (Build, "dockerfile", False),
        (Build, "architecture", False),
        (Build, "timeout_minutes", False),
        (Build, "concurrent_build_limit", True),
        (Build, "vpc", True),
        (EcsDeploy, "task_roles", True),
        (Connection, "filters", True),
        (Vpc, "subnets", False),
    ],
)
def test_what_may_be_none_may_be_null(cls: type[Any], name: str, nullable: bool) -> None:
    value = getattr(symbolic(cls, "var.it"), name)
    assert given(value) == (Condition(f"var.it.{name} != null") if nullable else True)


def test_an_object_may_be_null_as_a_whole() -> None:
    assert given(symbolic(Approval, "var.it", nullable=True)) == Condition("var.it != null")
    assert given(symbolic(Approval, "var.it")) is True


def test_some_values_may_be_known() -> None:
    settings = symbolic(Repository, "var.it", protect=False)
    assert settings.protect is False
    assert hcl(settings.keep_images) == "var.it.keep_images"


def test_numbers_and_flags_reach_the_json() -> None:
    stack = new_stack()
    build = symbolic(Build, "var.build")
    SqsQueue(stack, "queue", delay_seconds=build.timeout_minutes, fifo_queue=build.privileged)
    queue = json.loads(terraform_json(stack))["resource"]["aws_sqs_queue"]["queue"]
    assert queue["delay_seconds"] == "${var.build.timeout_minutes}"
    assert queue["fifo_queue"] == "${var.build.privileged}"


def test_a_variable_is_a_secret_a_parameter_or_a_text() -> None:
    environment = symbolic(Build, "var.build").environment
    assert isinstance(environment, Entries)
    _, variable = environment.entry("key", "value")
    assert isinstance(variable, AnyVariable)
    assert hcl(variable.kind) == (
        '(value.secret != null ? "SECRETS_MANAGER" : '
        '(value.parameter != null ? "PARAMETER_STORE" : "PLAINTEXT"))'
    )
    assert hcl(variable.text) == (
        "(value.secret != null ? value.secret : "
        "(value.parameter != null ? value.parameter : value.value))"
    )


def test_the_kind_of_a_source_is_what_is_given() -> None:
    source = AnySource.at("var.code", kind="local.kind")
    for kind in ("codecommit", "connection", "s3"):
        assert source.is_kind(kind) == Condition(f'local.kind == "{kind}"')


def test_a_repository_is_protected_or_not() -> None:
    repository = AnyRepository("var.it")
    assert (repository.protected.protect, repository.unprotected.protect) == (True, False)
    assert repository.protect == Condition("var.it.protect")
    assert hcl(repository.existing) == "var.it.existing"
    assert AnyRepository("var.it", existing=None).existing is None


def test_an_argument_knows_its_artifact_and_its_rule() -> None:
    argument = Argument.of("key", "value")
    assert [hcl(text) for text in (argument, argument.artifact, argument.rule)] == [
        "key",
        "value.artifact",
        "value.rule",
    ]
