import pytest
from linked_images import Block, Stack, source

WEB = "aws_codepipeline.web"
UNKNOWN = "${var.unknown}"
MANUAL = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}


def test_first_stage_holds_sources_only() -> None:
    stack = Stack()
    stack.pipeline("web")["stage"][0]["action"].append({"name": "Approve", **MANUAL})

    assert stack.found() == {("stages-refused", WEB)}


def test_source_action_in_a_later_stage() -> None:
    stack = Stack()
    said = {"RepositoryName": "tools", "BranchName": "main"}
    stack.pipeline("web")["stage"][1]["action"].append(source("CodeCommit", "Tools", said))

    assert stack.found() == {("stages-refused", WEB)}


def test_two_actions_of_a_stage_with_one_name() -> None:
    stack = Stack()
    actions = [{"name": "Approve", **MANUAL}, {"name": "Approve", **MANUAL}]
    stack.pipeline("web")["stage"].append({"name": "Approval", "action": actions})

    assert stack.found() == {("stages-refused", WEB)}


def test_one_stage_is_too_few() -> None:
    stack = Stack()
    del stack.pipeline("base")["stage"][1:]

    assert ("stages-refused", "aws_codepipeline.base") in stack.found()


def test_approval_in_a_stage_of_its_own() -> None:
    stack = Stack()
    approval = {"name": "Approval", "action": [{"name": "Approve", **MANUAL}]}
    stack.pipeline("web")["stage"].insert(2, approval)

    assert stack.found() == set()


@pytest.mark.parametrize(
    "unknown",
    [
        {"stage": UNKNOWN},
        {"stage": [{"name": "Source", "action": UNKNOWN}]},
        {"dynamic": {"stage": {"for_each": UNKNOWN, "content": {}}}},
    ],
)
def test_stages_that_are_not_all_known(unknown: Block) -> None:
    stack = Stack()
    del stack.pipeline("web")["stage"][1]
    stack.pipeline("web").update(unknown)

    assert not {check for check, address in stack.found() if address == WEB}


@pytest.mark.parametrize(
    "said",
    [
        {"execution_mode": "QUEUED"},
        {"execution_mode": "PARALLEL"},
        {"variable": [{"name": "Stage"}]},
    ],
)
def test_v1_is_too_old(said: Block) -> None:
    stack = Stack()
    stack.pipeline("web").update(said)

    assert stack.found() == set()

    del stack.pipeline("web")["pipeline_type"]

    assert ("type-too-old", WEB) in stack.found()


def test_v1_has_no_retry() -> None:
    stack = Stack()
    stack.pipeline("web")["stage"][1]["on_failure"] = {"result": "RETRY"}

    assert stack.found() == set()

    stack.pipeline("web")["pipeline_type"] = "V1"

    assert ("type-too-old", WEB) in stack.found()


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("BaseImage", "RepositoryName"),
        ("Source", "BranchName"),
        ("Build", "ProjectName"),
        ("Deploy", "ServiceName"),
    ],
)
def test_action_that_is_incomplete(action: str, key: str) -> None:
    stack = Stack()
    del stack.action("web", action)["configuration"][key]

    assert ("action-incomplete", WEB) in stack.found()


def test_action_whose_configuration_is_not_known() -> None:
    stack = Stack()
    stack.action("web", "Deploy")["configuration"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize("name", ["rule", "arn"])
def test_argument_that_the_provider_asks_for(name: str) -> None:
    stack = Stack()
    del stack.target()[name]

    assert ("argument-missing", "aws_cloudwatch_event_target.base_pushed") in stack.found()


def test_argument_of_a_nested_block() -> None:
    stack = Stack()
    del stack.action("web", "Deploy")["owner"]
    del stack.project("web")["environment"]["type"]

    assert {("argument-missing", WEB), ("argument-missing", "aws_codebuild_project.web")} <= (
        stack.found()
    )


def test_argument_that_is_not_known_is_there() -> None:
    stack = Stack()
    stack.project("web")["environment"]["compute_type"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("region", "stores", "finds"),
    [
        ("us-east-1", [{}], True),
        ("us-east-1", [{"region": "eu-west-1"}, {"region": "eu-central-1"}], True),
        ("us-east-1", [{"region": "eu-west-1"}, {"region": "us-east-1"}], False),
        ("us-east-1", [{"region": "eu-west-1"}, {"region": UNKNOWN}], False),
        ("eu-west-1", [{}], False),
        (UNKNOWN, [{}], False),
    ],
)
def test_action_of_a_region_without_a_store(region: str, stores: list[Block], finds: bool) -> None:
    stack = Stack()
    stack.action("web", "Deploy")["region"] = region
    stack.pipeline("web")["artifact_store"] = [
        {"location": "artifacts", "type": "S3", **store} for store in stores
    ]

    assert (("store-missing", WEB) in stack.found()) is finds
