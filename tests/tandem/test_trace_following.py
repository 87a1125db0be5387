"""Events followed through rules, pipelines and builds."""

import time
from typing import Any

import pytest
from trace_stack import (
    ACCOUNT,
    REGISTRY,
    action,
    arn,
    base,
    bucket,
    build,
    codecommit,
    connection,
    deployment,
    linked,
    on_commit,
    on_push,
    pinned,
    pipeline,
    project,
    repository,
    resource,
    role,
    rule,
    target,
)

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.trace.events import commit_pushed, event_of, git_pushed, image_pushed, object_uploaded
from tandem.trace.following import Chain, Follower, Pin, Start, first_events

Blocks = dict[str, Any]


def words(chain: Chain) -> list[str]:
    """What an event starts, in words: uncertain with a question mark, loops with an @."""
    return [
        f"{start.what.name}{'' if start.certain else '?'}{'@' if start.loops else ''}"
        for start in chain.starts
    ]


def firsts(stack: Deployment) -> list[str]:
    return [event.words for event in first_events(stack)]


def of_commit(stack: Deployment, name: str, branch: str = "main") -> list[str]:
    return words(Follower(stack).follow(commit_pushed(stack, name, branch)))


def only(chain: Chain) -> Start:
    (start,) = chain.starts
    return start


# Links


def test_a_push_goes_through_to_the_deployment() -> None:
    stack = linked()
    started = only(Follower(stack).follow(commit_pushed(stack, "base-code", "main")))
    assert (started.what.name, started.certain, started.why) == ("base", True, "")
    assert started.through is not None
    assert started.through.name == "base-code"
    assert started.pin is not None
    assert (started.pin.action, started.pin.kind) == ("Source", "COMMIT_ID")
    assert [(push.repository, push.tag) for push in started.pushes] == [("base", "latest")]

    (pushed,) = started.then
    assert pushed.event.words == "push of base:latest"
    follows = only(pushed)
    digest = pushed.event.document["detail"]["image-digest"]
    assert follows.pin == Pin("Base", "IMAGE_DIGEST", digest)
    assert follows.deploys == ("ECS prod/web",)
    assert follows.then == ()


def test_where_everything_begins() -> None:
    assert firsts(linked()) == ["push to base-code (main)", "push to web-code (main)"]
    nightly = rule("nightly", None, target("base"), schedule="rate(1 day)")
    assert firsts(linked(nightly))[-1] == "rate(1 day)"
    other = pipeline("fonts", codecommit("fonts"), base("fonts/all", "newest"))
    assert firsts(linked(other))[-3:] == [
        "push to web-code (main)",
        "push of fonts/all:newest",
        "start of fonts by hand",
    ]


BY_HAND = "start of p by hand"


@pytest.mark.parametrize(
    ("broken", "instead"),
    [
        (rule("r", on_commit("code", "release"), target("p")), "push to code (release)"),
        (rule("r", on_commit("other"), target("p")), "push to other (main)"),
        (rule("r", on_commit("code"), target("p"), enabled=False), BY_HAND),
        (rule("r", on_commit("code"), target("q")), BY_HAND),
        (rule("r", on_commit("code"), target("p"), region="us-east-1"), BY_HAND),
        (rule("r", {**on_commit("code"), "account": ["999999999999"]}, target("p")), BY_HAND),
    ],
)
def test_a_link_that_does_not_fire_starts_nothing(broken: Any, instead: str) -> None:
    parts = (project("b", "i:t"), pipeline("p", codecommit("code"), build("b")))
    whole = rule("r", on_commit("code"), target("p"))
    assert of_commit(deployment(*parts, whole), "code") == ["p"]
    stack = deployment(*parts, broken)
    assert of_commit(stack, "code") == []
    assert firsts(stack) == ["push to code (main)", instead]


@pytest.mark.parametrize(
    ("bus", "started"),
    [("default", ["p"]), ("", ["p"]), ("mine", []), (symbol("bus"), ["p?"])],
)
def test_only_the_default_bus_gets_the_events_of_services(bus: str, started: list[str]) -> None:
    listening = rule("r", on_commit("code"), target("p"))
    bus_of = resource("aws_cloudwatch_event_rule", "r", event_bus_name=bus)
    stack = deployment(pipeline("p", codecommit("code")), listening, bus_of)
    assert of_commit(stack, "code") == started


def test_a_rule_of_which_the_pattern_is_unknown_may_fire_for_what_it_refers_to() -> None:
    git = resource("aws_codecommit_repository", "code", repository_name="code")
    dark = rule("r", None, target("p"), known=False)
    referring = resource("aws_cloudwatch_event_rule", "r", after=[git.address])
    stack = deployment(pipeline("p", codecommit("code")), dark, git, referring)
    assert of_commit(stack, "code") == ["p?"]
    assert of_commit(stack, "other") == []
    alone = deployment(pipeline("p", codecommit("code")), dark)
    assert of_commit(alone, "code") == []
    assert Follower(alone).unreadable_rules == [dark]


def test_the_end_of_a_pipeline_and_of_a_build_start_what_waits_for_them() -> None:
    ended = {"source": ["aws.codepipeline"], "detail": {"pipeline": ["p"], "state": ["SUCCEEDED"]}}
    built = {"source": ["aws.codebuild"], "detail": {"project-name": ["b"]}}
    stack = deployment(
        project("b"),
        project("c"),
        pipeline("p", codecommit("code"), build("b")),
        pipeline("q"),
        rule("git", on_commit("code"), target("p")),
        rule("ended", ended, target("q")),
        rule("built", built, target("c", "codebuild"), target("x", "lambda", arn="arn:aws:l:::x")),
    )
    started = only(Follower(stack).follow(commit_pushed(stack, "code", "main")))
    assert [(chain.event.words, words(chain)) for chain in started.then] == [
        ("end of the build b", ["c"]),
        ("end of p", ["q"]),
    ]
    assert started.then[0].others == ("l x (rule built)",)


def test_a_schedule_of_the_scheduler_names_the_pipeline_in_its_input() -> None:
    call = "arn:aws:scheduler:::aws-sdk:codepipeline:startPipelineExecution"
    stack = deployment(
        pipeline("p"),
        rule("s", None, target("s", arn=call, input='{"Name": "p"}'), schedule="rate(1 day)"),
    )
    follower = Follower(stack)
    (event,) = follower.first_events
    assert words(follower.follow(event)) == ["p"]


def test_a_real_event_starts_only_what_it_fits() -> None:
    stack = linked()
    document = dict(image_pushed(stack, "base", "latest").document)
    assert words(Follower(stack).follow(event_of(document))) == ["web"]
    failed = {**document, "detail": {**document["detail"], "result": "FAILURE"}}
    assert words(Follower(stack).follow(event_of(failed))) == []
    tagged = {**document, "detail": {**document["detail"], "image-tag": "cache"}}
    assert words(Follower(stack).follow(event_of(tagged))) == []
    there = {**document, "region": "us-east-1"}
    assert words(Follower(stack).follow(event_of(there))) == []


# Pushes


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


# What starts by itself


@pytest.mark.parametrize(
    ("source", "started"),
    [
        (codecommit("code", poll=""), ["p"]),
        (codecommit("code", poll="true"), ["p"]),
        (codecommit("code", poll="false"), []),
        (codecommit("code", poll=symbol("var.poll")), ["p?"]),
        (codecommit("code", branch="release", poll=""), []),
    ],
)
def test_codecommit_is_polled_unless_told_not_to(source: Any, started: list[str]) -> None:
    assert of_commit(deployment(pipeline("p", source)), "code") == started


def test_an_image_is_never_polled() -> None:
    polling = action("Source", "ECR", RepositoryName="web", PollForSourceChanges="true")
    stack = deployment(pipeline("p", polling))
    assert words(Follower(stack).follow(image_pushed(stack, "web", "latest"))) == []


def trigger(**filters: Any) -> Blocks:
    return {"git_configuration": [{"source_action_name": "Source", **filters}]}


def push_filter(**criteria: list[str]) -> Blocks:
    """As in `branches=["main", "!wip"]`: what begins with `!` is excluded."""
    return {
        name: [
            {
                "includes": [each for each in patterns if each[0] != "!"],
                "excludes": [each[1:] for each in patterns if each[0] == "!"],
            }
        ]
        for name, patterns in criteria.items()
    }


BRANCH = git_pushed("acme/web", "main")
FEATURE = git_pushed("acme/web", "feature/a/b")
TAG = git_pushed("acme/web", "v1", change="tag")
DOCS = git_pushed("acme/web", "main", paths=("docs/a.md", "README.md"))
REQUEST = git_pushed("acme/web", "main", change="pull request", action="OPEN")


@pytest.mark.parametrize(
    ("triggers", "started", "not_started", "perhaps"),
    [
        ([], [BRANCH, DOCS], [FEATURE, TAG, REQUEST], []),
        ([trigger()], [BRANCH], [FEATURE, TAG, REQUEST], []),
        ([trigger(push=[push_filter(branches=["feature/**"])])], [FEATURE], [BRANCH, TAG], []),
        ([trigger(push=[push_filter(branches=["feature/*"])])], [], [BRANCH, FEATURE], []),
        ([trigger(push=[push_filter(branches=["!main"])])], [FEATURE], [BRANCH, TAG], []),
        ([trigger(push=[push_filter(branches=["{main,x}"])])], [BRANCH], [FEATURE], []),
        ([trigger(push=[push_filter(tags=["v?"])])], [TAG], [BRANCH, REQUEST], []),
        (
            [trigger(push=[push_filter(tags=["v*"]), push_filter(branches=["m*"])])],
            [TAG, BRANCH],
            [FEATURE],
            [],
        ),
        (
            [trigger(push=[push_filter(branches=["main"], file_paths=["docs/*"])])],
            [DOCS],
            [FEATURE],
            [BRANCH],
        ),
        (
            [trigger(push=[push_filter(branches=["main"], file_paths=["src/**"])])],
            [],
            [DOCS],
            [BRANCH],
        ),
        (
            [trigger(pull_request=[{"events": ["OPEN"], **push_filter(branches=["main"])}])],
            [REQUEST],
            [BRANCH],
            [],
        ),
        (
            [trigger(pull_request=[{"events": ["CLOSED"], **push_filter(branches=["main"])}])],
            [],
            [REQUEST],
            [],
        ),
    ],
)
def test_a_connections_filters(
    triggers: list[Blocks], started: list[Any], not_started: list[Any], perhaps: list[Any]
) -> None:
    stack = deployment(pipeline("p", connection("acme/web"), triggers=triggers))
    follower = Follower(stack)
    assert [words(follower.follow(event)) for event in started] == [["p"]] * len(started)
    assert [words(follower.follow(event)) for event in not_started] == [[]] * len(not_started)
    assert [words(follower.follow(event)) for event in perhaps] == [["p?"]] * len(perhaps)
    # For each filter there is an event to begin with that it lets through.
    reached = [words(follower.follow(event)) for event in follower.first_events]
    assert reached == [["p"]] * len(reached) != []


def test_a_connection_that_detects_nothing_starts_nothing() -> None:
    stack = deployment(pipeline("p", connection("acme/web", DetectChanges="false")))
    assert words(Follower(stack).follow(BRANCH)) == []
    assert firsts(stack) == ["push to acme/web (main)", "start of p by hand"]


def test_a_github_action_of_old_waits_for_its_webhook_or_polls() -> None:
    said = {"Owner": "acme", "Repo": "web", "Branch": "main"}
    polling = action("Source", "GitHub", "Source", **said)
    silent = action("Source", "GitHub", "Source", **said, PollForSourceChanges="false")
    hook = resource("aws_codepipeline_webhook", "h", target_pipeline="p", target_action="Source")
    assert words(Follower(deployment(pipeline("p", polling))).follow(BRANCH)) == ["p"]
    assert words(Follower(deployment(pipeline("p", silent))).follow(BRANCH)) == []
    assert words(Follower(deployment(pipeline("p", silent), hook)).follow(BRANCH)) == ["p"]


@pytest.mark.parametrize(
    ("filters", "started", "first"),
    [
        (None, ["b"], "push to acme/web (main)"),
        ([("EVENT", "PUSH")], ["b"], "push to acme/web (main)"),
        ([("EVENT", "PUSH"), ("HEAD_REF", "^refs/heads/main$")], ["b"], "push to acme/web (main)"),
        ([("EVENT", "PUSH"), ("HEAD_REF", "^refs/tags/")], [], "push to acme/web (tag main)"),
        ([("EVENT", "PUSH"), ("FILE_PATH", "^src/")], ["b?"], "push to acme/web (main: src/)"),
        (
            [("EVENT", "PULL_REQUEST_MERGED")],
            [],
            "pull request to acme/web (main, closed)",
        ),
    ],
)
def test_a_webhook_starts_builds(
    filters: list[tuple[str, str]] | None, started: list[str], first: str
) -> None:
    groups = [{"filter": [{"type": kind, "pattern": it} for kind, it in filters or []]}]
    hook = resource(
        "aws_codebuild_webhook",
        "h",
        project_name="b",
        filter_group=groups if filters is not None else [],
    )
    url = "https://github.com/acme/web.git"
    stack = deployment(project("b", "web:latest", source=[{"location": url}]), hook)
    chain = Follower(stack).follow(BRANCH)
    assert words(chain) == started
    assert {start.how for start in chain.starts} <= {"webhook"}
    assert firsts(stack) == [first]


@pytest.mark.parametrize(
    ("parts", "started"),
    [
        ([bucket("in", sends_events=True)], ["p"]),
        ([bucket("in", sends_events=False)], []),
        ([], ["p?"]),
    ],
)
def test_a_bucket_must_send_its_events(parts: list[Any], started: list[str]) -> None:
    said = {"S3Bucket": "in", "S3ObjectKey": "code.zip", "PollForSourceChanges": "false"}
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["in"]}}}
    source = action("Source", "S3", "Source", **said)
    stack = deployment(pipeline("p", source), rule("r", pattern, target("p")), *parts)
    uploaded = object_uploaded(stack, "in", "code.zip")
    assert words(Follower(stack).follow(uploaded)) == started
    document = {**uploaded.document}
    assert words(Follower(stack).follow(event_of(document))) == ["p"]  # it was sent, evidently


def test_what_cloudtrail_records_needs_a_trail() -> None:
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": ["PutObject"], "requestParameters": {"bucketName": ["in"]}},
    }
    parts = (pipeline("p"), rule("r", pattern, target("p")))
    stack, recorded = deployment(*parts), deployment(*parts, resource("aws_cloudtrail", "t"))
    event = object_uploaded(stack, "in", "code.zip")
    assert words(Follower(stack).follow(event)) == ["p?"]
    assert words(Follower(recorded).follow(event)) == ["p"]
    assert firsts(recorded) == ["upload to s3://in/example"]


# Shapes


def test_a_loop_ends_where_it_closes() -> None:
    stack = deployment(
        repository("a"),
        repository("b"),
        project("make-a", "a:latest"),
        project("make-b", "b:latest"),
        pipeline("a", codecommit("code"), base("b"), build("make-a")),
        pipeline("b", base("a"), build("make-b")),
        rule("git", on_commit("code"), target("a")),
        rule("to-b", on_push("a", "latest"), target("b")),
        rule("to-a", on_push("b", "latest"), target("a")),
    )
    follower = Follower(stack)
    chain = follower.follow(commit_pushed(stack, "code", "main"))
    second = only(only(chain).then[0])
    assert (second.what.name, second.loops) == ("b", False)
    third = only(second.then[0])
    assert (third.what.name, third.loops, third.then) == ("a", True, ())
    # From the middle it is cut elsewhere.
    from_a = follower.follow(image_pushed(stack, "a", "latest"))
    assert words(from_a) == ["b"]
    assert words(only(from_a).then[0]) == ["a"]
    assert words(only(only(from_a).then[0]).then[0]) == ["b@"]


def test_a_diamond_is_followed_once() -> None:
    parts: list[Any] = []
    for level in range(40):  # two ways on each level: 2^40 ways in all
        for side in "xy":
            name = f"{side}{level}"
            parts += [
                repository(name),
                project(f"make-{name}", f"{name}:latest"),
                pipeline(name, build(f"make-{name}")),
                rule(f"on-{name}", on_push(name), target(f"x{level + 1}"), target(f"y{level + 1}")),
            ]
    stack = deployment(*parts)
    chain = Follower(stack).follow(image_pushed(stack, "x0", "latest"))
    left, right = chain.starts
    assert left.then[0].starts[0].then == right.then[0].starts[0].then
    depth = 0
    while chain.starts and chain.starts[0].then:
        chain, depth = chain.starts[0].then[0], depth + 1
    assert depth == 38


def chain_of(length: int) -> Deployment:
    parts: list[Any] = []
    for number in range(length):
        name = f"image-{number}"
        parts += [
            repository(name),
            project(f"make-{number}", f"{name}:latest"),
            pipeline(f"p{number}", build(f"make-{number}")),
            rule(f"on-{number}", on_push(name, "latest"), target(f"p{number + 1}")),
        ]
    return deployment(*parts, rule("git", on_commit("code"), target("p0")))


def test_a_long_chain_is_no_recursion() -> None:
    stack = chain_of(400)
    chain, depth = Follower(stack).follow(commit_pushed(stack, "code", "main")), 1
    while only(chain).then:
        chain, depth = only(chain).then[0], depth + 1
    assert depth == 400


def test_a_rule_that_matches_every_image_does_not_take_for_ever() -> None:
    parts: list[Any] = [rule("git", on_commit("code"), target("p0"))]
    for number in range(60):
        parts += [
            repository(f"image-{number}"),
            project(f"make-{number}", f"image-{number}:latest"),
            pipeline(f"p{number}", build(f"make-{number}")),
        ]
    everyone = [target(f"p{number}") for number in range(60)]
    stack = deployment(*parts, rule("all", {"source": ["aws.ecr"]}, *everyone))
    began = time.perf_counter()
    chain = Follower(stack).follow(commit_pushed(stack, "code", "main"))
    assert time.perf_counter() - began < 10
    assert words(only(chain).then[0])[:2] == ["p0@", "p1"]


def test_the_account_of_a_pattern_counts() -> None:
    pattern = {"account": [ACCOUNT], **on_push("web", "latest")}
    stack = deployment(pipeline("p"), rule("r", pattern, target("p")))
    assert words(Follower(stack).follow(image_pushed(stack, "web", "latest"))) == ["p"]


def test_a_pin_is_what_the_transformer_makes_of_the_event() -> None:
    wrong = pinned("p", "Base", "IMAGE_DIGEST", "$.detail.digest")
    stack = deployment(pipeline("p"), rule("r", on_push("web"), wrong))
    started = only(Follower(stack).follow(image_pushed(stack, "web", "latest")))
    assert started.pin == Pin("Base", "IMAGE_DIGEST", "")
