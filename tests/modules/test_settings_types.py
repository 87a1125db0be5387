"""The types of single values: what each takes, what it refuses, and in which words."""

import re
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from text_values import GOOD_AND_BAD

from modules.settings import types
from modules.settings.types import Between, Flag, Text, is_token


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(types, name))


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (good, _) in GOOD_AND_BAD.items() for value in good]
)
def test_what_aws_takes_is_taken_as_it_is(name: str, value: str) -> None:
    assert adapter(name).validate_python(value) == value


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (_, bad) in GOOD_AND_BAD.items() for value in bad]
)
def test_what_aws_refuses_is_refused_in_words(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        adapter(name).validate_python(value)
    (problem,) = refused.value.errors()
    assert problem["msg"].startswith("must be ")
    assert "\\" not in problem["msg"], "a regular expression is no explanation"


def test_every_text_type_is_in_the_table() -> None:
    named = {
        name
        for name, type_ in vars(types).items()
        if any(isinstance(rule, Text) for rule in getattr(type_, "__metadata__", ()))
    }
    assert named == set(GOOD_AND_BAD)


@pytest.mark.parametrize("name", GOOD_AND_BAD)
def test_the_pattern_for_editors_agrees(name: str) -> None:
    rule = adapter(name).json_schema()

    def taken(value: str) -> bool:
        never = rule.get("not", {"pattern": "^a^"})["pattern"]
        return bool(
            rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value))
            and re.search(rule["pattern"], value, re.ASCII)
            and not re.search(never, value, re.ASCII)
        )

    good, bad = GOOD_AND_BAD[name]
    assert all(taken(value) for value in good)
    assert not [value for value in bad if taken(value)]


@pytest.mark.parametrize("name", GOOD_AND_BAD)
@pytest.mark.parametrize("value", [1, True, None, ["x"]])
def test_a_text_is_a_text(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        adapter(name).validate_python(value)


def between(value: object) -> object:
    return TypeAdapter(Annotated[int, Between(5, 480)]).validate_python(value)


@given(number=st.integers())
def test_a_number_within_its_limits_is_taken(number: int) -> None:
    if 5 <= number <= 480:
        assert between(number) == number
    else:
        with pytest.raises(ValidationError, match="must be from 5 to 480"):
            between(number)


@pytest.mark.parametrize("value", ["30", True, 30.5, None, [30]])
def test_a_number_is_a_whole_number_and_nothing_like_it(value: object) -> None:
    with pytest.raises(ValidationError):
        between(value)


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, None])
def test_a_flag_is_true_or_false(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(value)


@pytest.mark.parametrize("value", ["${TfToken[TOKEN.3]}", "a-${TfToken[TOKEN.3]}", -1.9e289])
def test_a_token_is_known_when_seen(value: object) -> None:
    assert is_token(value)


@given(value=st.text() | st.integers() | st.floats(-1e279, 1e279) | st.booleans() | st.none())
def test_nothing_that_a_person_writes_is_a_token(value: object) -> None:
    assert not is_token(value)


@pytest.mark.parametrize("name", GOOD_AND_BAD)
def test_a_token_passes_every_text_rule(name: str) -> None:
    assert adapter(name).validate_python("${TfToken[TOKEN.3]}") == "${TfToken[TOKEN.3]}"
