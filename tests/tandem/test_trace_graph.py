"""The graph: what is in it, and where findings are drawn."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from trace_stack import (
    ACCOUNT,
    Part,
    action,
    base,
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
    role,
    rule,
    target,
)

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.findings import Finding
from tandem.trace.following import Follower
from tandem.trace.graph import Edge, Graph, Node, graph
from tandem.trace.pictures.labels import edge_words, node_lines


def drawn(found: Deployment, *findings: Finding) -> Graph:
    follower = Follower(found)
    return graph(found, [follower.follow(it) for it in follower.first_events], findings)


def names(picture: Graph) -> dict[str, Node]:
    return {node.name: node for node in picture.nodes}


def links(picture: Graph) -> dict[tuple[str, str], Edge]:
    name = {node.id: node.name for node in picture.nodes}
    return {(name[edge.source], name[edge.target]): edge for edge in picture.edges}


def without(found: Deployment, name: str) -> Deployment:
    return replace(found, rules=tuple(it for it in found.rules if it.name != name))


def finding(address: str, cause: str, check: str = "some-check") -> Finding:
    return Finding(address=address, check=check, cause=cause, remedy="mend it")


UNWATCHED = finding(
    "aws_codepipeline.web",
    'a push of base:latest does not start it: no rule is for its action "Base"',
    "image-source-unwatched",
)


def test_everything_of_two_linked_pipelines_is_there() -> None:
    picture = drawn(linked())
    assert {(node.kind, node.name, node.notes) for node in picture.nodes} == {
        ("git", "push to base-code", ("main",)),
        ("git", "push to web-code", ("main",)),
        ("pipeline", "base", ("All", "builds in base-build")),
        ("pipeline", "web", ("All", "builds in web-build")),
        ("image", "base:latest", ()),
        ("image", "web:latest", ()),
        ("deploy", "ECS prod/web", ()),
    }
    assert {ends: (it.kind, it.through, it.pin) for ends, it in links(picture).items()} == {
        ("push to base-code", "base"): ("starts", "rule", "commit"),
        ("push to web-code", "web"): ("starts", "rule", "commit"),
        ("base:latest", "web"): ("starts", "rule", "digest"),
        ("base", "base:latest"): ("pushes", "", ""),
        ("web", "web:latest"): ("pushes", "", ""),
        ("web", "ECS prod/web"): ("deploys", "", ""),
    }
    assert all(edge.broken is None and edge.certain for edge in picture.edges)
    assert names(picture)["base:latest"].address == "aws_ecr_repository.base"
    assert links(picture)["base:latest", "web"].address == "aws_cloudwatch_event_rule.base-pushed"
    assert picture.summary == "2 pipelines, 2 images"


def test_the_order_of_the_resources_does_not_matter() -> None:
    found = linked()
    other = replace(
        found,
        repositories=found.repositories[::-1],
        projects=found.projects[::-1],
        pipelines=found.pipelines[::-1],
        rules=found.rules[::-1],
    )
    assert drawn(found) == drawn(other)


def test_names_are_in_the_order_of_people() -> None:
    pipelines = [pipeline(f"web-{number}", codecommit("web")) for number in (10, 9, 1)]
    listed = [node.name for node in drawn(deployment(*pipelines)).nodes if node.kind == "pipeline"]
    assert listed == ["web-1", "web-9", "web-10"]


def test_ids_come_from_names_and_are_told_apart() -> None:
    picture = drawn(deployment(pipeline("a-b", codecommit("x")), pipeline("a_b", codecommit("x"))))
    ids = [node.id for node in picture.nodes if node.kind == "pipeline"]
    assert len(set(ids)) == 2
    assert all(it.startswith("pipeline_a_b__") for it in ids)
    assert "pipeline_web" in {node.id for node in drawn(linked()).nodes}


# Broken links


def test_an_image_that_nobody_watches_is_a_broken_link() -> None:
    picture = drawn(without(linked(), "base-pushed"), UNWATCHED)
    edge = links(picture)["base:latest", "web"]
    assert (edge.kind, edge.broken, edge.through) == ("reads", "image-source-unwatched", "")
    assert edge.details == (str(UNWATCHED),)
    assert [it.broken for it in picture.edges if it is not edge] == [None] * 5
    assert names(picture)["web"].problem is None
    assert picture.summary == "2 pipelines, 2 images, 1 broken link"


def test_without_a_finding_a_source_that_starts_nothing_is_only_read() -> None:
    edge = links(drawn(without(linked(), "base-pushed")))["base:latest", "web"]
    assert (edge.kind, edge.broken) == ("reads", None)


@pytest.mark.parametrize(
    "address",
    [
        "aws_cloudwatch_event_rule.base-pushed",
        "aws_cloudwatch_event_target.web",
        "aws_iam_role.starter",
        "aws_iam_role_policy.starter",
    ],
)
def test_what_makes_a_link_breaks_it(address: str) -> None:
    found = linked(role("starter"))
    rules = [
        replace(it, targets=(replace(it.targets[0], role_arn=found.roles[0].arn),))
        if it.name == "base-pushed"
        else replace(it, targets=(replace(it.targets[0], address=f"target.{it.name}"),))
        for it in found.rules
    ]
    picture = drawn(replace(found, rules=tuple(rules)), finding(address, "it cannot start web"))
    broken = [ends for ends, edge in links(picture).items() if edge.broken]
    assert broken == [("base:latest", "web")]


def test_a_rule_of_several_targets_is_broken_where_the_cause_says() -> None:
    found = linked(
        pipeline("api", base("base")),
        rule("both", on_push("base", "latest"), target("api"), target("web")),
    )
    cause = "a push of base:latest does not start api"
    picture = drawn(without(found, "base-pushed"), finding("aws_cloudwatch_event_rule.both", cause))
    broken = [ends for ends, edge in links(picture).items() if edge.broken]
    assert broken == [("base:latest", "api")]


def test_a_rule_of_several_images_is_broken_where_the_cause_says() -> None:
    both = on_push("base", "latest")
    both["detail"]["repository-name"] = ["base", "tools"]
    found = deployment(
        pipeline("web", base("base"), base("tools")), rule("both", both, target("web"))
    )
    cause = "a push of tools:latest starts web without its digest"
    picture = drawn(found, finding("aws_cloudwatch_event_rule.both", cause))
    broken = [ends for ends, edge in links(picture).items() if edge.broken]
    assert broken == [("tools:latest", "web")]


def test_a_disabled_rule_is_drawn_at_the_source_that_it_is_for() -> None:
    found = linked()
    rules = [replace(it, enabled=it.name != "base-pushed") for it in found.rules]
    cause = "it is disabled, so a push of base:latest does not start web"
    picture = drawn(
        replace(found, rules=tuple(rules)),
        finding("aws_cloudwatch_event_rule.base-pushed", cause, "rule-disabled"),
    )
    broken = {ends: edge.broken for ends, edge in links(picture).items() if edge.broken}
    assert broken == {("base:latest", "web"): "rule-disabled"}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("aws_codebuild_project.web-build", "web"),
        ("aws_codepipeline.web", "web"),
        ("aws_ecr_repository.base", "base:latest"),
    ],
)
def test_other_findings_are_drawn_at_their_node(address: str, name: str) -> None:
    picture = drawn(linked(), finding(address, "privileged_mode is not true", "docker"))
    assert {it.name: it.problem for it in picture.nodes if it.problem} == {name: "docker"}
    assert not [edge for edge in picture.edges if edge.broken]
    assert picture.summary == "2 pipelines, 2 images, 1 with problems"


def test_the_findings_of_one_place_are_counted() -> None:
    two = [finding("aws_codepipeline.web", "wrong", check) for check in ("b-check", "a-check")]
    assert names(drawn(linked(), *two))["web"].problem == "a-check and 1 more"


def test_advice_breaks_no_link() -> None:
    advice = finding("aws_cloudwatch_event_rule.base-pushed", "too wide", "pattern-too-wide")
    edge = links(drawn(linked(), advice))["base:latest", "web"]
    assert (edge.broken, edge.remark) == (None, "pattern-too-wide")
    assert edge.details == (str(advice),)
    assert edge_words(edge) == "rule, digest, ! pattern-too-wide"
    assert drawn(linked(), advice).summary == "2 pipelines, 2 images, 1 remark"


def test_what_breaks_a_link_is_named_before_advice() -> None:
    rule_of = "aws_cloudwatch_event_rule.base-pushed"
    both = [
        finding(rule_of, "it", check)
        for check in ("branch-creation-missed", "pattern-misses-source", "pattern-too-wide")
    ]
    edge = links(drawn(linked(), *both))["base:latest", "web"]
    assert (edge.broken, edge.remark) == ("pattern-misses-source and 2 more", None)


def test_advice_for_a_node_is_a_remark() -> None:
    late = finding("aws_codebuild_project.web-build", "may be made before", "policy-after-use")
    node = names(drawn(linked(), late))["web"]
    assert (node.problem, node.remark) == (None, "policy-after-use")
    assert node_lines(node)[-1] == "! policy-after-use"


def test_what_is_not_in_the_picture_is_said() -> None:
    lost = finding("aws_s3_bucket.artifacts", "wrong")
    picture = drawn(linked(), lost)
    assert picture.undrawn == (lost,)
    assert picture.summary == "2 pipelines, 2 images, 1 finding elsewhere"


# Kinds of nodes and links


def one(*parts: Part) -> Graph:
    return drawn(deployment(*parts))


def kinds(picture: Graph) -> Iterable[tuple[str, str]]:
    return [(node.kind, node.name) for node in picture.nodes]


def test_an_image_that_nothing_here_builds_is_elsewhere() -> None:
    assert ("elsewhere", "mirror/node:20") in kinds(one(pipeline("web", base("mirror/node", "20"))))


def test_an_image_that_an_unknown_build_may_push_is_not_said_to_be_elsewhere() -> None:
    name = symbol("random_pet.name.id")
    picture = one(
        project("pet-build", f"{name}:latest"),
        pipeline("pet", codecommit("pet"), build("pet-build")),
        pipeline("web", base("base"), base("other", "stable")),
    )
    assert ("image", "base:latest") in kinds(picture)
    assert ("elsewhere", "other:stable") in kinds(picture)


def test_an_image_that_is_read_by_its_uri_is_the_same_image() -> None:
    uri = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/base"
    picture = one(repository("base"), pipeline("web", base(uri)))
    assert ("elsewhere", "base:latest") in kinds(picture)


def test_a_schedule_belongs_to_its_rule() -> None:
    weekly = [
        rule(f"{name}-weekly", None, target(name), schedule="rate(7 days)") for name in ("a", "b")
    ]
    picture = one(*weekly, *(pipeline(name, codecommit(name)) for name in ("a", "b")))
    schedules = [node for node in picture.nodes if node.kind == "schedule"]
    assert [node.name for node in schedules] == ["rate(7 days)"] * 2
    assert links(picture)["rate(7 days)", "b"].through == "schedule"


def test_a_connection_needs_no_rule() -> None:
    edge = links(one(pipeline("web", connection("acme/web"))))["push to acme/web", "web"]
    assert (edge.kind, edge.through, edge.pin) == ("starts", "connection", "")


def test_a_filter_of_a_connection_stands_for_the_branch_of_the_action() -> None:
    trigger = {
        "provider_type": "CodeStarSourceConnection",
        "git_configuration": [
            {"source_action_name": "Source", "push": [{"tags": [{"includes": ["v*"]}]}]}
        ],
    }
    picture = one(pipeline("web", connection("acme/web"), triggers=[trigger]))
    pushes = [(node.name, node.notes) for node in picture.nodes if node.kind == "git"]
    assert pushes == [("push to acme/web", ("tag v*",))]


def test_polling_and_uploads() -> None:
    upload = action("Source", "S3", S3Bucket="sources", S3ObjectKey="web.zip")
    picture = one(pipeline("web", codecommit("web", poll=""), upload))
    assert links(picture)["push to web", "web"].through == "polling"
    assert names(picture)["upload to sources"].notes == ("web.zip",)


def test_a_build_that_a_rule_starts_by_itself() -> None:
    picture = one(
        repository("web"),
        project("web-build", "web:latest"),
        rule("pushed", on_commit("web"), target("web-build", "codebuild")),
    )
    assert ("build", "web-build") in kinds(picture)
    assert links(picture)["push to web", "web-build"].through == "rule"
    assert links(picture)["web-build", "web:latest"].kind == "pushes"


def test_a_pipeline_that_follows_another_one_has_it_as_its_source() -> None:
    ended = {"source": ["aws.codepipeline"], "detail": {"pipeline": ["a"], "state": ["SUCCEEDED"]}}
    picture = one(
        pipeline("a", codecommit("x")),
        pipeline("b", codecommit("y")),
        rule("ended", ended, target("b")),
        rule("pushed", on_commit("x"), target("a")),
    )
    assert links(picture)["a", "b"].through == "rule"


def test_a_start_by_hand_is_no_link() -> None:
    picture = one(pipeline("web", codecommit("web")))
    assert [(edge.kind, edge.broken) for edge in picture.edges] == [("reads", None)]


def test_what_only_the_apply_decides_is_uncertain() -> None:
    tag = symbol("random_id.tag.hex")
    picture = one(
        repository("base"),
        project("base-build", f"base:{tag}"),
        pipeline("base", codecommit("base"), build("base-build")),
        pipeline("web", base("base")),
        rule("base-pushed", on_push("base", "latest"), target("web")),
    )
    assert links(picture)["base", "base:latest"].certain is False
    assert names(picture)["base:latest"].kind == "image"


def test_of_several_tags_those_that_are_read_are_drawn() -> None:
    picture = one(
        repository("base"),
        project("one", "base:latest"),
        project("two", "base:1.2"),
        pipeline("base", codecommit("base"), build("one"), build("two")),
        pipeline("web", base("base", "1.2")),
    )
    assert [name for kind, name in kinds(picture) if kind == "image"] == ["base:1.2"]
    assert links(picture)["base", "base:1.2"].details == ("pushes base as latest too",)


def test_a_loop_ends() -> None:
    picture = one(
        repository("web"),
        project("web-build", "web:latest"),
        pipeline("web", base("web"), build("web-build")),
        rule(
            "web-pushed",
            on_push("web", "latest"),
            pinned("web", "Base", "IMAGE_DIGEST", "$.detail.image-digest"),
        ),
    )
    assert links(picture)["web:latest", "web"].kind == "starts"
    assert links(picture)["web", "web:latest"].kind == "pushes"
