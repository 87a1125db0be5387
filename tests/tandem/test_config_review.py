"""`review:` in the file: what it gives, and what is said of what is wrong."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tandem.config import ConfigError, Limit, Review, Waiver, load, load_review

HEAD = "project: shop\nregion: eu-west-1\nimages: {web: {source: {codecommit: web}}}\n"
WAIVER = "address: aws_ecr_repository.old, rule: data-destroyed, reason: unused"


def loaded(folder: Path, text: str) -> Review:
    path = folder / "pipelines.yaml"
    path.write_text(f"{HEAD}{text}\n", encoding="utf-8")
    return load(path).review


def test_left_out(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == Review(limits=[], waivers=[], findings="new")


def test_in_full(tmp_path: Path) -> None:
    text = f"""\
review:
  findings: all
  limits:
    - {{actions: [ecr:Get*], resources: ['*'], principals: [codebuild.amazonaws.com]}}
    - {{actions: ['*'], resources: ['arn:aws:s3:::shop-*/*']}}
  waivers: [{{{WAIVER}, expires: 2030-12-31}}]
"""
    assert loaded(tmp_path, text) == Review(
        limits=[
            Limit(["ecr:Get*"], ["*"], ["codebuild.amazonaws.com"]),
            Limit(["*"], ["arn:aws:s3:::shop-*/*"]),
        ],
        waivers=[
            Waiver(
                "aws_ecr_repository.old",
                "data-destroyed",
                "unused",
                "2030-12-31",  # type: ignore[arg-type]
            )
        ],
        findings="all",
    )


def test_an_expiry_is_a_date(tmp_path: Path) -> None:
    review = loaded(tmp_path, f"review: {{waivers: [{{{WAIVER}, expires: '2028-02-29'}}]}}")
    assert review.waivers[0].expires == datetime.date(2028, 2, 29)


@pytest.mark.parametrize(
    ("review", "problem"),
    [
        (
            f"{{waivers: [{{{WAIVER}}}]}}",
            "review.waivers[0].expires: is missing: the last day on which it holds, in UTC",
        ),
        *(
            (
                f"{{waivers: [{{{WAIVER}, expires: {value}}}]}}",
                f'review.waivers[0].expires: must be a date, as in 2030-12-31, received "{value}"',
            )
            for value in ("never", "2027-02-29", "2027-1-1", "2027-01-01T00:00:00")
        ),
        (
            "{limits: [{actions: [ecr], resources: ['*']}]}",
            "review.limits[0].actions[0]: must be an action of IAM with its service, as in "
            'ecr:BatchGetImage or ecr:*, received "ecr"',
        ),
        (
            "{limits: [{actions: ['*'], resources: [shop]}]}",
            "review.limits[0].resources[0]: must be an ARN, in which * stands for any characters, "
            'or * for every resource, received "shop"',
        ),
        (
            "{limits: [{actions: ['*']}]}",
            "review.limits[0].resources: is missing: the resources' ARNs, in which "
            '"*" stands for any characters',
        ),
        ("{finding: all}", 'review.finding: unknown key; did you mean "findings"?'),
        (
            "{waivers: [{adress: a, rule: b, reason: c, expires: 2030-01-01}]}",
            'review.waivers[0].adress: unknown key; did you mean "address"?',
        ),
        (
            "{waivers: [{address: a, rule: data-destroyd, reason: c, expires: 2030-01-01}]}",
            'review.waivers[0].rule: is no rule and no check: did you mean "data-destroyed"?',
        ),
        (
            "{waivers: [{address: a, rule: waiver-expired, reason: c, expires: 2030-01-01}]}",
            "review.waivers[0].rule: has no waiver: let somebody answer for it anew",
        ),
        (
            "{findings: none}",
            'review.findings: must be new or all, received "none"',
        ),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, review: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, f"review: {review}")
    said = str(raised.value)
    assert f":4: {problem}" in said


def of_review(folder: Path, text: str) -> Review:
    path = folder / "review.yaml"
    path.write_text(text, encoding="utf-8")
    return load_review(path)


def test_a_review_needs_nothing_of_the_images(tmp_path: Path) -> None:
    waivers = f"review: {{waivers: [{{{WAIVER}, expires: 2030-12-31}}]}}\n"
    assert of_review(tmp_path, waivers) == loaded(tmp_path, waivers)
    assert of_review(tmp_path, f"{waivers}images: {{web: 5}}\n") == loaded(tmp_path, waivers)
    assert of_review(tmp_path, "project: shop\n") == Review()


def test_what_is_wrong_with_a_review_alone_is_a_line_each(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        of_review(tmp_path, "reveiw: {}\nreview:\n  findings: some\n  waver: []\n")
    lines = str(raised.value).splitlines()
    assert [line.removeprefix(str(tmp_path)) for line in lines] == [
        '/review.yaml:1: reveiw: unknown key; did you mean "review"?',
        '/review.yaml:3: review.findings: must be new or all, received "some"',
        '/review.yaml:4: review.waver: unknown key; did you mean "waivers"?',
    ]
