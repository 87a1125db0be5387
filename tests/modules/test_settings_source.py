"""Where an image's Dockerfile lives and what starts a build of it."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from stack import CONNECTION_ARN

from modules import S3, CodeCommit, Connection, Filters, Patterns
from modules.settings import Source

FILTERS = TypeAdapter(Filters)


def test_a_source_is_known_by_its_keys() -> None:
    source: TypeAdapter[Source] = TypeAdapter(Source)
    assert source.validate_python({"codecommit": "web"}) == CodeCommit(codecommit="web")
    assert source.validate_python({"s3": "uploads", "key": "k"}) == S3(s3="uploads", key="k")
    connection: dict[str, Any] = {"connection": CONNECTION_ARN, "repository": "acme/web"}
    assert source.validate_python(connection) == Connection(**connection)


def test_the_main_branch_is_built_unless_another_is_named() -> None:
    assert CodeCommit(codecommit="web").branch == "main"
    assert Connection(connection=CONNECTION_ARN, repository="acme/web").branch == "main"
    assert CodeCommit(codecommit="web", branch="release/1.x").branch == "release/1.x"


@pytest.mark.parametrize(
    ("kind", "settings", "problem"),
    [
        (CodeCommit, {}, "codecommit"),
        (CodeCommit, {"codecommit": "web.git"}, "not ending in .git"),
        (CodeCommit, {"codecommit": "web", "branch": "release/*"}, "without wildcards"),
        (CodeCommit, {"codecommit": "web", "full_clone": "yes"}, "full_clone"),
        (Connection, {"connection": CONNECTION_ARN}, "repository"),
        (Connection, {"connection": "mine", "repository": "acme/web"}, "a connection's ARN"),
        (Connection, {"connection": CONNECTION_ARN, "repository": "web"}, "owner and repository"),
        (S3, {"s3": "uploads"}, "key"),
        (S3, {"s3": "Uploads", "key": "k"}, "an S3 bucket name"),
        # A token would be in the plan, the state and the console: there is no place for one.
        (Connection, {"connection": CONNECTION_ARN, "repository": "a/b", "token": "x"}, "token"),
    ],
)
def test_what_codepipeline_refuses_is_refused_here(
    kind: type[Any], settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        kind(**settings)


def test_a_plain_list_of_patterns_is_what_is_included() -> None:
    assert FILTERS.validate_python({"branches": ["release/*"]}) == Filters(
        branches=Patterns(include=["release/*"])
    )


@pytest.mark.parametrize(
    ("filters", "problem"),
    [
        ({}, "must have branches, paths or tags"),
        ({"tags": ["v*"], "branches": ["main"]}, "keep one of them"),
        ({"tags": ["v*"], "paths": ["docker/**"]}, "keep one of them"),
        ({"branches": []}, "at least one pattern"),
        ({"branches": {"include": [], "exclude": []}}, "at least one pattern"),
        ({"branches": [f"b{n}" for n in range(9)]}, "at most 8"),
        ({"branches": {"exclude": [f"b{n}" for n in range(9)]}}, "at most 8"),
        ({"branches": ["release *"]}, "without blanks"),
        ({"branch": ["main"]}, "branch"),
    ],
)
def test_filters_that_aws_rejects(filters: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        FILTERS.validate_python(filters)


def test_branches_and_paths_go_together() -> None:
    both = FILTERS.validate_python({"branches": ["main"], "paths": {"exclude": ["docs/**"]}})
    assert both.paths == Patterns(exclude=["docs/**"])
