"""What holds for every graph of images, however they are linked."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from stack import CONNECTION_ARN, Block, Template, holds, template

from modules import (
    S3,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    Filters,
    Image,
    ImagePipeline,
    Patterns,
)
from modules._cdktf import TerraformStack
from modules.settings import Source

SOURCES: list[Source] = [
    CodeCommit(codecommit="shared"),
    CodeCommit(codecommit="shared", branch="release", full_clone=True),
    Connection(connection=CONNECTION_ARN, repository="acme/web"),
    Connection(
        connection=CONNECTION_ARN,
        repository="acme/web",
        filters=Filters(tags=Patterns(include=["v*"])),
    ),
    S3(s3="uploads", key="source.zip"),
]
ARGUMENTS = ["BASE_IMAGE", "TOOLS", "RUN_TIME_2"]


@dataclass(frozen=True)
class Node:
    """An image of a graph."""

    source: Source
    bases: tuple[int, ...]
    """Positions of earlier images."""
    tag: str
    deployed: bool
    scheduled: bool


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    return [
        Node(
            source=draw(st.sampled_from(SOURCES)),
            bases=tuple(
                draw(st.lists(st.integers(0, n - 1), unique=True, max_size=min(n, 3))) if n else ()
            ),
            tag=draw(st.sampled_from(["latest", "stable"])),
            deployed=draw(st.booleans()),
            scheduled=draw(st.booleans()),
        )
        for n in range(draw(st.integers(1, 8)))
    ]


def build(graph: list[Node]) -> Template:
    def fill(stack: TerraformStack) -> None:
        images: list[Image] = []
        for n, node in enumerate(graph):
            pipeline = ImagePipeline(
                stack,
                f"image-{n}",
                source=node.source,
                base={
                    argument: images[base]
                    for argument, base in zip(ARGUMENTS, node.bases, strict=False)
                },
                build=Build(cache="registry"),
                tag=node.tag,
                deploy=EcsDeploy(cluster="prod", service="web", container="web")
                if node.deployed
                else None,
                schedule="rate(7 days)" if node.scheduled else None,
            )
            images.append(pipeline.image)

    return template(fill)


@settings(max_examples=20, deadline=None)
@given(graph=graphs())
def test_every_graph(graph: list[Node]) -> None:
    of = build(graph)
    assert len(of.resources("aws_codepipeline")) == len(graph)
    names_are_taken_by_codepipeline(of)
    inputs_are_produced_earlier(of)
    nothing_polls(of)
    rules_start_what_they_watch(of)
    every_base_is_linked(of, graph)
    first_pushes_are_heard(of)
    policies_come_first(of)
    first_plan_has_every_policy(of)
    of.creation_order()
    assert not holds(of.json, lambda text: "TfToken" in text or "object at 0x" in text)


def names_are_taken_by_codepipeline(of: Template) -> None:
    for name in of.resources("aws_codepipeline"):
        for actions in of.stages(name).values():
            assert len({action["name"] for action in actions}) == len(actions)
            for action in actions:
                artifacts = action.get("input_artifacts", []) + action.get("output_artifacts", [])
                for text in [action["name"], *artifacts]:
                    assert re.fullmatch(r"[A-Za-z0-9_]{1,100}", text)


def inputs_are_produced_earlier(of: Template) -> None:
    for name in of.resources("aws_codepipeline"):
        produced: list[str] = []
        for actions in of.stages(name).values():
            earlier = set(produced)
            for action in actions:
                assert set(action.get("input_artifacts", [])) <= earlier
                produced += action.get("output_artifacts", [])
        assert len(produced) == len(set(produced))
        configuration = of.action(name, "Build")["configuration"]
        assert configuration["PrimarySource"] == "SourceArtifact"
        for variable in json.loads(configuration["EnvironmentVariables"]):
            assert len(of.resolve(variable["value"])) <= 1000


def nothing_polls(of: Template) -> None:
    for name, pipeline in of.resources("aws_codepipeline").items():
        assert pipeline["pipeline_type"] == "V2"
        for action in of.stages(name)["Source"]:
            configuration = action["configuration"]
            match action["provider"]:
                case "ECR":
                    assert "PollForSourceChanges" not in configuration
                case "CodeStarSourceConnection":
                    filtered = "trigger" in pipeline
                    assert configuration["DetectChanges"] == ("false" if filtered else "true")
                case _:
                    assert configuration["PollForSourceChanges"] == "false"


def source_action(of: Template, target: Block) -> Block | None:
    """The source action to which a target gives the revision that fired."""
    if "input_transformer" not in target:
        return None
    (revision,) = json.loads(target["input_transformer"]["input_template"])["sourceRevisions"]
    pipeline = target["arn"].removeprefix("${aws_codepipeline.").removesuffix(".arn}")
    (action,) = [
        action
        for action in of.stages(pipeline)["Source"]
        if action["name"] == revision["actionName"]
    ]
    return action


def rules_start_what_they_watch(of: Template) -> None:
    per_rule: Counter[str] = Counter()
    for target, rule in of.targets():
        per_rule[rule["name"]] += 1
        action = source_action(of, target)
        assert (action is None) == ("schedule_expression" in rule)
        if action is None:
            continue
        pattern = of.document(rule["event_pattern"])
        configuration = {key: of.resolve(value) for key, value in action["configuration"].items()}
        detail = pattern["detail"]
        match action["provider"]:
            case "ECR":
                assert detail["repository-name"] == [configuration["RepositoryName"]]
                assert detail["image-tag"] == [configuration["ImageTag"]]
            case "CodeCommit":
                assert pattern["resources"][0].endswith(f":{configuration['RepositoryName']}")
                assert detail["referenceName"] == [configuration["BranchName"]]
            case "S3":
                assert detail["bucket"]["name"] == [configuration["S3Bucket"]]
                assert detail["object"]["key"] == [configuration["S3ObjectKey"]]
            case other:
                raise AssertionError(f"{other} needs no rule")
    assert all(1 <= targets <= 5 for targets in per_rule.values())
    assert set(per_rule) == {
        rule["name"] for rule in of.resources("aws_cloudwatch_event_rule").values()
    }


def every_base_is_linked(of: Template, graph: list[Node]) -> None:
    linked = {
        (of.resolve(action["configuration"]["RepositoryName"]), of.resolve(target["arn"]))
        for target, _ in of.targets()
        if (action := source_action(of, target)) and action["provider"] == "ECR"
    }
    wanted = {
        (f"shop/image-{base}", of.resolve(f"${{aws_codepipeline.image-{n}_pipeline.arn}}"))
        for n, node in enumerate(graph)
        for base in node.bases
    }
    assert linked == wanted


def first_pushes_are_heard(of: Template) -> None:
    """A base's pipeline, which starts when it is created, comes after all its push starts."""
    repositories = {
        of.resolve(block["name"]): name.removesuffix("_repository")
        for name, block in of.resources("aws_ecr_repository").items()
    }
    names = {
        of.resolve(block["arn"]) + block["target_id"] + of.resolve(block["rule"]): address
        for address, block in of.blocks.items()
        if address.startswith("aws_cloudwatch_event_target.")
    }
    for target, _ in of.targets():
        action = source_action(of, target)
        if action and action["provider"] == "ECR":
            base = repositories[of.resolve(action["configuration"]["RepositoryName"])]
            key = of.resolve(target["arn"]) + target["target_id"] + of.resolve(target["rule"])
            pipeline = of.resources("aws_codepipeline")[f"{base}_pipeline"]
            assert names[key] in pipeline["depends_on"]


def policies_come_first(of: Template) -> None:
    """Whatever acts through a role waits for the role's policy."""
    for block in of.blocks.values():
        role = block.get("service_role") or block.get("role_arn")
        if role:
            address = role.removeprefix("${aws_iam_role.").removesuffix(".arn}")
            assert f"aws_iam_role_policy.{address}" in block["depends_on"]


def first_plan_has_every_policy(of: Template) -> None:
    """What reviewers read refers only to what the configuration says and what is there already.

    A single reference to the ARN of a new resource would make the whole text unknown.
    """
    for text in reviewed(of):
        for address, attribute in re.findall(r"\$\{(aws_\w+\.[\w-]+)\.(\w+)\}", text):
            assert attribute in of.block(address), f"{address}.{attribute} is not known yet"


def reviewed(of: Template) -> Iterator[str]:
    """Every policy, and every variable of a build."""
    for block in of.blocks.values():
        yield from (block[key] for key in ("assume_role_policy", "policy") if key in block)
    for project in of.resources("aws_codebuild_project").values():
        yield from (each["value"] for each in project["environment"]["environment_variable"])
