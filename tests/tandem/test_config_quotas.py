"""Quotas: each is warned of one above its limit, and not at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.config import Config, load
from tandem.config.quotas import count_rules


def loaded(folder: Path, images: str) -> Config:
    path = folder / "pipelines.yaml"
    path.write_text(f"project: shop\nregion: us-east-1\nimages:\n{images}", encoding="utf-8")
    return load(path)


def warnings(folder: Path, images: str) -> list[str]:
    return [str(warning) for warning in loaded(folder, images).warnings]


def on_one_base(number: int) -> str:
    return "  b: {source: {codecommit: b}}\n" + "".join(
        f"  i{n}: {{base: b, source: {{codecommit: one}}}}\n" for n in range(number - 1)
    )


def test_pipelines(tmp_path: Path) -> None:
    images = "".join(f"  i{n}: {{source: {{codecommit: one}}}}\n" for n in range(1000))
    assert warnings(tmp_path, images) == []
    assert warnings(tmp_path, f"{images}  x: {{source: {{codecommit: one}}}}\n") == [
        "3: images: 1,001 pipelines, and a region has 1,000: ask AWS for more, or use another "
        "region"
    ]


@pytest.mark.parametrize(
    ("images", "rules"),
    [
        (on_one_base(6), 1 + 1 + 1),  # the base's source, the five's, and their base
        (on_one_base(7), 1 + 2 + 2),
        ("  a: {source: {s3: abc, key: a}}\n  b: {source: {s3: abc, key: a}}\n", 1),
        ("  a: {source: {s3: abc, key: a}}\n  b: {source: {s3: abc, key: b}}\n", 2),
        ("  a: {source: {codecommit: a}, schedule: rate(1 day)}\n", 2),
        ("  a: {source: {codecommit: a}, base: {repository: aa}}\n", 2),
        (
            "  a: {source: {codecommit: a}, repository: {existing: aa}, tag: x}\n"
            "  b: {source: {codecommit: a}, base: a}\n"
            "  c: {source: {codecommit: a}, base: {repository: aa, tag: y}}\n",
            3,
        ),
    ],
)
def test_rules(tmp_path: Path, images: str, rules: int) -> None:
    assert count_rules(loaded(tmp_path, images)) == rules


def test_a_connection_needs_no_rule(tmp_path: Path) -> None:
    arn = f"arn:aws:codeconnections:us-east-1:123456789012:connection/{'0' * 36}"
    images = f"  a: {{source: {{connection: '{arn}', repository: a/b}}}}\n"
    assert count_rules(loaded(tmp_path, images)) == 0


def test_too_many_rules(tmp_path: Path) -> None:
    images = "".join(f"  i{n}: {{source: {{codecommit: c{n}}}}}\n" for n in range(300))
    assert warnings(tmp_path, images) == []
    assert warnings(tmp_path, f"{images}  x: {{source: {{codecommit: x}}}}\n") == [
        "3: images: 301 rules of EventBridge, and an event bus has 300: ask AWS for more"
    ]


def bases(number: int) -> str:
    arguments = ", ".join(f"B{n:02}: {{repository: r{n:02}}}" for n in range(number))
    return f"  web:\n    source: {{codecommit: web}}\n    base: {{{arguments}}}\n"


def test_the_digests_of_many_bases(tmp_path: Path) -> None:
    assert warnings(tmp_path, bases(8)) == []
    (warning,) = warnings(tmp_path, bases(9))
    assert warning.startswith("6: images.web.base: the digests of 9 bases take about 1,0")
    assert warning.endswith(" characters of the build action, which has 1,000: use fewer bases")


def test_source_actions(tmp_path: Path) -> None:
    assert not any("source actions" in warning for warning in warnings(tmp_path, bases(49)))
    assert warnings(tmp_path, bases(50))[0] == (
        "6: images.web.base: 51 source actions, and a stage has 50: use fewer bases"
    )
