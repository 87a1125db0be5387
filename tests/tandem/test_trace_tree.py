"""The chains as a tree and as data; the same from a plan and from a state."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from trace_stack import (
    base,
    build,
    codecommit,
    deployment,
    linked,
    on_commit,
    on_push,
    pipeline,
    project,
    repository,
    rule,
    target,
)

from tandem.deployment import BuildProject, Deployment, read, understand
from tandem.trace.following import Chain, Follower
from tandem.trace.tree import chains_json, tree

TESTS = Path(__file__).resolve().parents[1]


def chains(stack: Deployment) -> list[Chain]:
    follower = Follower(stack)
    return [follower.follow(event) for event in follower.first_events]


def printed(stack: Deployment) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(tree(chains(stack)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_tree_says_what_starts_what_and_with_what() -> None:
    assert printed(linked()) == (
        """\
What starts what
├── push to base-code (main)
│   └── base → base:latest
│       by rule base-code, Source at that commit
│       └── web → web:latest → ECS prod/web
│           push of base:latest, by rule base-pushed, Base at that digest
└── push to web-code (main)
    └── web → web:latest → ECS prod/web
        by rule web-code, Source at that commit
"""
    )


def test_what_was_printed_is_not_printed_again() -> None:
    assert printed(linked(rule("nightly", None, target("base"), schedule="rate(1 day)"))).endswith(
        """\
└── rate(1 day)
    └── base → base:latest
        by rule nightly
        └── (see above)
"""
    )


def test_several_pushes_that_start_something_are_told_apart() -> None:
    stack = deployment(
        repository("web"),
        project("b", "web:latest"),
        pipeline("p", codecommit("code", poll=""), build("b", TAG="v1"), build("b")),
        pipeline("q", base("web")),
        rule("any", on_push("web"), target("q")),
    )
    assert printed(stack) == (
        """\
What starts what
└── push to code (main)
    └── p → web:v1, web:latest
        as it looks for changes itself
        ├── push of web:v1
        │   └── q
        │       by rule any
        └── push of web:latest
            └── q
                by rule any
"""
    )


def test_what_is_uncertain_looks_so_and_says_why() -> None:
    stack = deployment(
        repository("web"),
        project("b", "web:latest"),
        pipeline("p", codecommit("code"), build("b", TAG="#{Source.CommitId}")),
        pipeline("q", base("web")),
        rule("git", on_commit("code"), target("p"), target("x", arn="arn:aws:sns:r:a:topic")),
        rule("pushed", on_push("web", "latest"), target("q")),
    )
    assert printed(stack) == (
        """\
What starts what
└── push to code (main)
    ├── p → web:…
    │   by rule git
    │   └── perhaps q
    │       push of web:<Source.CommitId>, by rule pushed
    │       its tag is known only when it is built
    └── sns topic (rule git): not followed
"""
    )


def spec(*commands: str) -> str:
    return json.dumps({"version": 0.2, "phases": {"build": {"commands": [*commands]}}})


@pytest.mark.parametrize(
    ("hiding", "said"),
    [
        (project("b", path="ci/build.yml"), "its buildspec lies in the source (ci/build.yml)"),
        (project("b", buildspec=spec("make push")), "its buildspec runs make"),
        (
            project("b", buildspec=spec("docker build .")),
            "its buildspec uses Docker, and shows no push",
        ),
        (project("b", buildspec="phases: ["), "its buildspec cannot be read: line 1"),
    ],
)
def test_what_a_build_hides_is_said(hiding: BuildProject, said: str) -> None:
    stack = deployment(hiding, pipeline("p", codecommit("code", poll=""), build("b")))
    lines = printed(stack).splitlines()
    assert lines[2:4] == ["    └── p", "        as it looks for changes itself"]
    assert f"what b pushes is not seen: {said}" in lines[4]


def test_a_project_that_is_not_here_is_said() -> None:
    stack = deployment(pipeline("p", codecommit("code", poll=""), build("gone")))
    assert "what Build does is not seen: its project gone is not here" in printed(stack)


def test_what_is_seen_and_what_only_tests_is_not_said() -> None:
    tests = project("tests", buildspec=spec("make test"))
    plain = project("plain", buildspec=spec("terraform apply"))
    pushing = pipeline("p", codecommit("code", poll=""), build("tests"), build("b"))
    other = pipeline("q", codecommit("code", poll=""), build("plain"))
    stack = deployment(tests, plain, project("b", "web:latest"), pushing, other)
    assert "not seen" not in printed(stack)


def test_a_loop_and_an_event_that_starts_nothing_are_said() -> None:
    stack = deployment(
        repository("web"),
        project("b", "web:latest"),
        pipeline("p", codecommit("code", poll=""), build("b")),
        pipeline("silent", codecommit("other")),
        rule("pushed", on_push("web"), target("p")),
    )
    assert printed(stack) == (
        """\
What starts what
├── push to code (main)
│   └── p → web:latest
│       as it looks for changes itself
│       └── p (a loop: it is running already, see above)
├── push to other (main) starts nothing
└── start of silent by hand
    └── silent
"""
    )


def test_names_are_no_markup() -> None:
    stack = deployment(pipeline("p", codecommit("[bold]code[/x]", poll="")))
    assert "push to [bold]code[/x] (main)" in printed(stack)


def test_the_data_have_each_event_once() -> None:
    nightly = rule("nightly", None, target("base"), schedule="rate(1 day)")
    found = chains_json(chains(linked(nightly)))
    assert [(each["event"], each["first"]) for each in found] == [
        ("push to base-code (main)", True),
        ("push of base:latest", False),
        ("push to web-code (main)", True),
        ("rate(1 day)", True),
    ]
    (web,) = found[1]["starts"]
    digest = web["pin"].pop("value")
    assert digest.startswith("sha256:")
    assert web == {
        "name": "web",
        "type": "pipeline",
        "how": "rule",
        "rule": "base-pushed",
        "pin": {"action": "Base", "type": "IMAGE_DIGEST"},
        "certain": True,
        "why": "",
        "loops": False,
        "unseen": [],
        "pushes": [{"repository": "web", "tag": "latest", "project": "web-build", "certain": True}],
        "deploys": ["ECS prod/web"],
        "then": [],
    }
    assert json.loads(json.dumps(found)) == found


def test_a_first_event_that_something_also_causes_is_first() -> None:
    stack = deployment(
        repository("web"),
        project("b", "web:latest"),
        pipeline("p", codecommit("code", poll=""), build("b")),
        pipeline("q", base("web")),
        rule("pushed", on_push("web"), target("q")),
    )
    follower = Follower(stack)
    first = follower.follow(follower.first_events[0])
    pushed = first.starts[0].then[0]
    found = chains_json([first, pushed])
    assert [(each["event"], each["first"]) for each in found] == [
        ("push to code (main)", True),
        ("push of web:latest", True),
    ]


# Real input


@pytest.mark.parametrize("name", ["service-module", "tag-deployer", "unwatched-releases"])
def test_a_plan_and_its_state_give_the_same(name: str) -> None:
    folder = TESTS / "foreign" / name
    plan, state = (chains_json(chains(read(folder / f"{it}.json"))) for it in ("plan", "state"))
    assert plan
    assert plan == state


def unfolded(value: Any) -> Any:
    """What a golden file says in a readable form, as Terraform has it."""
    match value:
        case {"(JSON)": document}:
            return json.dumps(unfolded(document))
        case dict():
            return {key: unfolded(each) for key, each in value.items()}
        case list():
            return [unfolded(each) for each in value]
        case str() if value.startswith("(the text of "):
            text = (TESTS.parent / value.removeprefix("(the text of ")[:-1]).read_text()
            return text.replace("${", "$${").replace("%{", "%%{")
    return value


def example(name: str) -> Deployment:
    return understand(unfolded(json.loads((TESTS / f"golden/{name}.json").read_text())))


def test_the_walkthrough_has_its_chain() -> None:
    assert printed(example("walkthrough")) == (
        """\
What starts what
├── push to base-image (main)
│   └── shop-prod-base → shop-prod/base:…-…, shop-prod/base:latest
│       by rule shop-prod-base-image-main-committed, Source at that commit
│       └── shop-prod-web → shop-prod/web:…-…, shop-prod/web:latest → ECS prod/web
│           push of shop-prod/base:latest, by rule shop-prod-base-pushed, BaseImage at that digest
├── push to web (release)
│   └── shop-prod-web → shop-prod/web:…-…, shop-prod/web:latest → ECS prod/web
│       by rule shop-prod-web-release-committed, Source at that commit
└── cron(0 3 ? * SUN *)
    └── shop-prod-base → shop-prod/base:…-…, shop-prod/base:latest
        by rule shop-prod-base-scheduled
        └── (see above)
"""
    )


@pytest.mark.parametrize(
    "name", ["chain", "fan-out", "github", "pipelines", "python", "single", "walkthrough"]
)
def test_in_an_example_everything_starts_and_nothing_is_uncertain(name: str) -> None:
    stack = example(name)
    found = chains_json(chains(stack))
    starts = [start for each in found for start in each["starts"]]
    # Buckets with code are not made here, and nobody says whether they send events.
    sure = [start for it in found if it["kind"] != "upload" for start in it["starts"]]
    assert {start["name"] for start in starts} == {it.name for it in stack.pipelines}
    assert all(each["starts"] for each in found)
    assert all(start["pushes"] for start in starts)
    assert all(start["certain"] for start in sure)
    assert not any("by hand" in each["event"] for each in found)
