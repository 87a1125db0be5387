"""Events followed from link to link, and the shapes that links make."""

from typing import Any

import pytest
from trace_stack import (
    ACCOUNT,
    base,
    build,
    codecommit,
    deployment,
    linked,
    on_commit,
    on_push,
    pinned,
    pipeline,
    project,
    repository,
    resource,
    rule,
    target,
)
from trace_words import firsts, of_commit, only, words

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.trace.events import commit_pushed, event_of, image_pushed
from tandem.trace.following import Follower, Pin

Blocks = dict[str, Any]


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
    "pattern",
    [
        {"source": ["aws.ecr"], "detail": {"repository-name": ["base"], "image-tag": [3]}},
        {"source": ["aws.ecr"], "detail": {"repository-name": [["base"]]}},
        {"source": ["aws.codecommit"], "detail": {"repositoryName": [3], "referenceName": [3]}},
        {"source": ["aws.s3"], "detail": {"bucket": ["x"], "object": {"key": [1.5]}}},
        {"source": ["aws.s3"], "detail": {"bucket": {"name": ["x"]}, "object": {"key": [True]}}},
        {"source": ["aws.ecr"], "detail": ["x"]},
    ],
)
def test_what_no_service_names_so_starts_nothing(pattern: Any) -> None:
    stack = deployment(
        repository("base"),
        project("b", "base:latest"),
        pipeline("p", build("b")),
        pipeline("q", codecommit("code"), base("base")),
        rule("r", pattern, target("q")),
    )
    first = Follower(stack).first_events
    assert "start of q by hand" in [event.words for event in first]
    assert all(words(Follower(stack).follow(event)) != ["q"] for event in first[:-2])


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


def test_a_rule_of_which_nothing_is_known_may_fire_for_what_its_pipeline_reads() -> None:
    dark = rule("r", None, target("p"), known=False)
    readers = pipeline("p", codecommit("code")), pipeline("q", codecommit("code"))
    stack = deployment(*readers, dark)
    assert of_commit(stack, "code") == ["p?"]
    assert of_commit(stack, "code", "other") == of_commit(stack, "other") == []
    assert firsts(stack) == ["push to code (main)", "start of q by hand"]
    start = only(Follower(stack).follow(commit_pushed(stack, "code", "main")))
    assert start.why == "its pattern is known only after the apply"
    account = resource("aws_cloudwatch_event_rule", "r", after=["data.aws_caller_identity.me"])
    assert of_commit(deployment(*readers, dark, account), "code") == ["p?"]
    refused = resource("aws_cloudwatch_event_rule", "r", event_pattern="{")
    assert of_commit(deployment(*readers, dark, refused), "code") == []


def test_a_target_of_which_the_arn_is_unknown_may_be_what_reads_the_source() -> None:
    listening = rule("r", on_commit("code"), target("x", arn=symbol("module.p.arn")))
    stack = deployment(pipeline("p", codecommit("code")), pipeline("q"), listening)
    assert of_commit(stack, "code") == ["p?"]
    start = only(Follower(stack).follow(commit_pushed(stack, "code", "main")))
    assert start.why == "the ARN of its target is known only after the apply"
    function = target("x", arn=f"arn:aws:lambda:eu-west-1:{symbol('account')}:function:f")
    other = deployment(pipeline("p", codecommit("code")), rule("r", on_commit("code"), function))
    assert of_commit(other, "code") == []


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


def test_two_pipelines_that_push_what_starts_them_are_a_loop_each() -> None:
    stack = deployment(
        repository("web"),
        project("make", "web:latest"),
        pipeline("p", build("make")),
        pipeline("q", build("make")),
        rule("pushed", on_push("web"), target("p"), target("q")),
    )
    chain = Follower(stack).follow(image_pushed(stack, "web", "latest"))
    assert words(chain) == ["p", "q"]
    assert [words(start.then[0]) for start in chain.starts] == [["p@", "q@"], ["p@", "q@"]]


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
    chain = Follower(stack).follow(commit_pushed(stack, "code", "main"))
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
