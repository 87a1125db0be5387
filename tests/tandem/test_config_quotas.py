"""Quotas: each is warned of one above its limit, and not at it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

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


def test_names_of_others_in_the_policy_of_a_role_that_plans(tmp_path: Path) -> None:
    def warned(number: int, review: str) -> list[str]:
        names = (f"acme/team/image-{n:03}" for n in range(number))
        images = "".join(
            f"  i{n}: {{source: {{codecommit: one}}, repository: {{name: {name}}}}}\n"
            for n, name in enumerate(names)
        )
        state = "state: {s3: {bucket: acme-state, key: shop.tfstate}}\n"
        return warnings(tmp_path, f"{images}{state}review: {review}\n")

    github = "{github: {repository: acme/pipelines}}"
    assert warned(70, github) == []
    assert warned(100, "{}") == []
    (warning,) = warned(100, github)
    assert "review: the roles that plan name every repository" in warning
    assert "which has 10,240" in warning


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


def bases(number: int, name: str = "r") -> str:
    arguments = ", ".join(f"B{n:02}: {{repository: {name}{n:02}}}" for n in range(number))
    return f"  web:\n    source: {{codecommit: web}}\n    base: {{{arguments}}}\n"


def test_the_digests_of_long_names(tmp_path: Path) -> None:
    assert warnings(tmp_path, bases(4)) == []
    (warning,) = warnings(tmp_path, bases(4, "x" * 200))
    assert warning.startswith("6: images.web.base: the digests of 4 bases take about 1,3")
    assert warning.endswith("which has 1,000: shorten the repositories' names")


def test_a_base_builds_what_no_filter_chose(tmp_path: Path) -> None:
    source = f"""    source:
      connection: arn:aws:codeconnections:us-east-1:123456789012:connection/{UUID(int=7)}
      repository: acme/web
      branch: release
"""
    filters = "      filters: {tags: ['v*']}\n"
    paths = "      filters: {paths: ['src/**']}\n"
    scheduled = "    schedule: rate(7 days)\n"
    assert warnings(tmp_path, "  web:\n" + source + filters) == []
    assert warnings(tmp_path, "  web:\n" + source + paths + scheduled) == []
    (warning,) = warnings(tmp_path, "  web:\n" + source + filters + scheduled)
    assert warning.startswith("9: images.web.source.filters: filters choose pushes only")
    assert '"release"' in warning


def test_an_approval_waits_longer_than_artifacts_are_kept(tmp_path: Path) -> None:
    web = """  web:
    source: {codecommit: web}
    deploy: {ecs: {cluster: a, service: b, container: c}}
    approval: true
"""
    assert warnings(tmp_path, web + "artifacts: {expire_days: 8}\n") == []
    (warning,) = warnings(tmp_path, web + "artifacts: {expire_days: 7}\n")
    assert "approval: waits up to 7 days, and artifacts.expire_days is 7" in warning
