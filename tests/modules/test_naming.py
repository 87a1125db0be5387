"""Names within AWS's limits, never colliding."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.naming import Names, artifact_name, fit

text = st.text(max_size=150) | st.text("ab-/.", max_size=150)
words = st.text("ab-1", min_size=1, max_size=120)
projects = st.builds(
    Names,
    st.text("shop1", min_size=1, max_size=32),
    st.none() | st.text("prod2", min_size=1, max_size=8),
)

NAMES: dict[str, tuple[Callable[[Names, str], str], int]] = {
    "pipeline": (Names.pipeline, 100),
    "build project": (Names.build_project, 150),
    "rule": (Names.rule, 64),
    "queue": (Names.queue, 80),
    "build role": (lambda names, image: names.role(image, "build"), 64),
    "pipeline role": (lambda names, image: names.role(image, "pipeline"), 64),
    "start role": (lambda names, trigger: names.role(trigger, "start"), 64),
}


def test_what_fits_is_left_as_it_is() -> None:
    names = Names("shop", "prod")
    assert names.repository("web") == "shop-prod/web"
    assert names.pipeline("web") == names.build_project("web") == "shop-prod-web"
    assert names.role("web", "build") == "shop-prod-web-build"
    assert names.rule("base-pushed") == "shop-prod-base-pushed"
    assert names.queue("dead-letters") == "shop-prod-dead-letters"
    bucket = names.bucket("artifacts", account="111122223333", region="eu-west-1")
    assert bucket == "shop-prod-artifacts-111122223333-eu-west-1"


def test_without_environment_the_prefix_is_the_project() -> None:
    assert Names("shop").prefix == "shop"
    assert Names("shop").pipeline("web") == "shop-web"


def test_a_long_name_is_cut_and_keeps_its_beginning_and_its_purpose() -> None:
    name = Names("shop").role("w" * 80, "pipeline")
    assert re.fullmatch(r"shop-w+-[0-9a-f]{8}-pipeline", name)
    assert len(name) == 64


@given(stem=text, limit=st.integers(24, 120))
def test_fit_gives_a_name_that_every_service_takes(stem: str, limit: int) -> None:
    name = fit(stem, limit=limit, suffix="-pushed")
    assert len(name) <= limit
    assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
    assert name.endswith("-pushed")


@given(one=text, other=text, limit=st.integers(24, 120))
def test_different_stems_stay_different(one: str, other: str, limit: int) -> None:
    assert (one == other) == (fit(one, limit=limit) == fit(other, limit=limit))


@pytest.mark.parametrize("other", ["a-b", "a.b", "a--b", "a/b/", "-a/b"])
def test_a_replaced_character_does_not_make_two_stems_one(other: str) -> None:
    assert fit("a/b", limit=64) != fit(other, limit=64)


@given(start=words, one=words, other=words, limit=st.integers(24, 120))
def test_stems_that_differ_only_in_what_is_cut_stay_different(
    start: str, one: str, other: str, limit: int
) -> None:
    stem = (start * 120)[:120]
    assert (one == other) == (fit(stem + one, limit=limit) == fit(stem + other, limit=limit))


@pytest.mark.parametrize("kind", NAMES)
@given(names=projects, one=words, other=words)
def test_names_keep_to_the_limit_and_to_one_owner(
    kind: str, names: Names, one: str, other: str
) -> None:
    name, limit = NAMES[kind]
    assert len(name(names, one)) <= limit
    assert name(names, one).startswith(names.prefix)
    assert (one == other) == (name(names, one) == name(names, other))


@given(names=projects, trigger=words)
def test_the_dead_letter_queue_knows_every_rule_by_the_beginning_of_its_name(
    names: Names, trigger: str
) -> None:
    assert names.rule(trigger).startswith(f"{names.prefix}-")


@given(names=projects, region=st.sampled_from(["eu-west-1", "ap-southeast-1", "us-gov-west-1"]))
def test_a_bucket_name_fits_in_every_region(names: Names, region: str) -> None:
    name = names.bucket("artifacts", account="1" * 12, region=region)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name)
    assert name.endswith(f"-artifacts-{'1' * 12}-{region}")


def test_an_artifact_is_named_after_the_build_argument() -> None:
    assert artifact_name("BASE_IMAGE") == "BaseImage"
    assert artifact_name("tools") == "Tools"


@given(argument=st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,40}", fullmatch=True))
def test_an_artifact_name_has_letters_digits_and_underscores_only(argument: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_]{1,100}", artifact_name(argument))
