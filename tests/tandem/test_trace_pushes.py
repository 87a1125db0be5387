"""What builds push, and what follows from it."""

from typing import Any

import pytest
from trace_stack import (
    ACCOUNT,
    PUSH,
    REGISTRY,
    action,
    arn,
    base,
    build,
    codecommit,
    deployment,
    on_commit,
    on_push,
    pipeline,
    project,
    repository,
    role,
    rule,
    target,
)
from trace_words import firsts, only, words

from tandem.deployment import Deployment
from tandem.trace.events import commit_pushed, image_pushed
from tandem.trace.following import Follower

Blocks = dict[str, Any]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, [("web", "latest", True, True)]),
        ({"TAG": "#{Source.CommitId}"}, [("web", "<Source.CommitId>", True, True)]),
        ({"URI": f"{REGISTRY}/elsewhere/made"}, [("elsewhere/made", "latest", True, True)]),
        ({"URI": "acme/web"}, [("acme/web", "latest", True, False)]),
        ({"URI": f"9{REGISTRY[1:]}/web"}, [(f"9{REGISTRY[1:]}/web", "latest", True, False)]),
        ({"URI": "#{Base.Account}.dkr.ecr.eu-west-1.amazonaws.com/web"}, [("web",)]),
    ],
)
def test_an_actions_variables_come_before_the_projects(
    said: dict[str, str], found: list[tuple[Any, ...]]
) -> None:
    web = pipeline("p", build("b", **said))
    stack = deployment(repository("web"), project("b", "web:latest"), web)
    pushes = Follower(stack).pushes_of(web)
    shown = [
        (push.repository, push.tag.strip("\ue000\ue001"), push.certain, push.here)
        for push in pushes
    ]
    wanted = [tuple(str(it).strip("<>") if isinstance(it, str) else it for it in f) for f in found]
    assert [each[: len(want)] for each, want in zip(shown, wanted, strict=True)] == wanted


ALLOWED = {
    "Effect": "Allow",
    "Action": ["ecr:*Image"],
    "Resource": [arn("ecr", "repository/web")],
}


def test_a_buildspec_in_the_source_may_push_what_its_role_may() -> None:
    hidden = project("b", path="ci/build.yml", role=arn("iam", "builder"))
    stack = deployment(
        repository("web"),
        hidden,
        role("builder", ALLOWED, {**ALLOWED, "Effect": "Deny", "Resource": "*"}),
        pipeline("p", codecommit("code"), build("b")),
        pipeline("q", base("web")),
        rule("git", on_commit("code"), target("p")),
        rule("pushed", on_push("web", "latest"), target("q")),
    )
    started = only(Follower(stack).follow(commit_pushed(stack, "code", "main")))
    assert started.certain
    assert [(push.repository, push.certain) for push in started.pushes] == [("web", False)]
    follows = only(started.then[0])
    assert not follows.certain
    assert follows.why == (
        "the buildspec of b lies in the source (ci/build.yml); its role may push to web"
    )
    assert "push of web:latest" not in firsts(stack)


@pytest.mark.parametrize(
    ("statements", "certain"),
    [
        ([ALLOWED], True),
        ([ALLOWED, {**ALLOWED, "Effect": "Deny", "Resource": "*"}], True),
        ([ALLOWED, {**ALLOWED, "Resource": "*"}], False),
        ([ALLOWED, {**ALLOWED, "Resource": arn("ecr", "repository/other")}], False),
    ],
)
def test_an_unknown_repository_is_the_only_one_that_the_role_allows(
    statements: list[Blocks], certain: bool
) -> None:
    spec = (
        "version: 0.2\nphases:\n  build:\n    commands:\n"
        "      - aws ecr get-login-password | docker login --password-stdin\n"
        '      - docker push "$WHERE:stable"\n'
    )
    web = pipeline("p", build("b", WHERE="#{Other.Uri}"))
    stack = deployment(
        repository("web"),
        repository("other"),
        project("b", buildspec=spec, role=arn("iam", "builder")),
        role("builder", *statements),
        web,
    )
    first = Follower(stack).pushes_of(web)[0]
    assert (first.repository, first.tag, first.certain) == ("web", "stable", certain)


def test_an_unknown_tag_may_start_what_waits_for_one_and_not_beside_one_that_does() -> None:
    parts = (
        repository("web"),
        project("b", "web:latest"),
        pipeline("q", base("web")),
        rule("pushed", on_push("web", "latest"), target("q")),
        rule("git", on_commit("code"), target("p")),
    )
    unknown = deployment(
        pipeline("p", codecommit("code"), build("b", TAG="#{Source.CommitId}")), *parts
    )
    started = only(Follower(unknown).follow(commit_pushed(unknown, "code", "main")))
    assert words(started.then[0]) == ["q?"]
    assert only(started.then[0]).why == "its tag is known only when it is built"

    both = deployment(
        pipeline(
            "p", codecommit("code"), build("b", TAG="#{Source.CommitId}"), build("b", TAG="latest")
        ),
        *parts,
    )
    started = only(Follower(both).follow(commit_pushed(both, "code", "main")))
    assert [words(chain) for chain in started.then] == [["q"]]


def test_an_action_that_builds_by_itself_pushes_too() -> None:
    own = action("Build", "ECRBuildAndPublish", ECRRepositoryName="web", ImageTags="latest, v1")
    stack = deployment(pipeline("p", own))
    pushes = Follower(stack).pushes_of(stack.pipelines[0])
    assert [(push.repository, push.tag) for push in pushes] == [("web", "latest"), ("web", "v1")]


def test_a_push_is_heard_in_its_own_region() -> None:
    there = rule("r", on_push("web", "latest"), target("q"), region="us-east-1")
    parts = (
        repository("web"),
        project("b", "web:latest"),
        pipeline("p", codecommit("code"), build("b")),
        rule("git", on_commit("code"), target("p")),
    )
    stack = deployment(*parts, pipeline("q", region="us-east-1"), there)
    assert only(Follower(stack).follow(commit_pushed(stack, "code", "main"))).then == ()


def test_a_push_on_a_condition_is_uncertain() -> None:
    spec = PUSH.replace('docker push "$URI:$TAG"', 'if ./changed; then docker push "$URI:$TAG"; fi')
    stack = deployment(
        repository("web"),
        project("b", "web:latest", buildspec=spec),
        pipeline("p", codecommit("code", poll=""), build("b")),
        rule("pushed", on_push("web", "latest"), target("q")),
        pipeline("q", base("web")),
    )
    started = only(Follower(stack).follow(commit_pushed(stack, "code", "main")))
    assert words(started.then[0]) == ["q?"]
    assert only(started.then[0]).why == "the buildspec of b pushes it only sometimes"


def test_an_image_that_is_built_elsewhere_is_a_first_event() -> None:
    def stack(uri: str, **there: str) -> Deployment:
        made = project("b", buildspec=PUSH, **there)
        return deployment(
            repository("web"),
            repository("web", region="us-east-1"),
            made,
            pipeline("p", build("b", URI=uri, TAG="latest")),
            pipeline("q", base("web")),
        )

    pushed = "push of web:latest"
    assert pushed not in firsts(stack(f"{REGISTRY}/web"))
    assert pushed in firsts(stack("web"))
    assert pushed in firsts(stack(f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web"))


def test_a_rule_that_a_push_gets_to_needs_no_example() -> None:
    pattern = {"source": ["aws.codecommit"], "detail": {"referenceName": [{"prefix": "ma"}]}}
    named = {**pattern, "resources": [arn("codecommit", "code")]}
    stack = deployment(pipeline("p", codecommit("code")), rule("r", named, target("p")))
    assert firsts(stack) == ["push to code (main)"]
    alone = deployment(pipeline("p"), rule("r", named, target("p")))
    assert firsts(alone) == ["push to code (maexample)"]


def test_a_pattern_that_says_no_source_gets_everything() -> None:
    wide = rule("r", {"detail-type": ["ECR Image Action"]}, target("p"))
    stack = deployment(pipeline("p"), wide)
    assert words(Follower(stack).follow(image_pushed(stack, "web", "latest"))) == ["p"]
