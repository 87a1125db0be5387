"""What the real provider asks AWS for in a plan, against what the roles that plan may do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from synthesis import Block, read, synthesize

from modules.plan_reads import READS
from tandem.access.evaluator import Evaluator, Request
from tandem.deployment import understand
from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.review.changes.changes import drift
from tandem.review.reading.deployments import deployments
from tandem.review.reading.plan import understand as understand_plan
from tandem.review.redaction.redaction import redact
from tandem.terraform import Terraform

pytestmark = pytest.mark.integration

ACCOUNT = "111122223333"
REGION = "eu-west-1"
BUCKET, KEY = "acme-state", "shop/terraform.tfstate"
PIPELINES = {
    "project": "shop",
    "region": REGION,
    "account": ACCOUNT,
    "state": {"s3": {"bucket": BUCKET, "key": KEY}},
    "review": {
        "pipeline": True,
        "source": {
            "connection": f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/"
            "01234567-0123-0123-0123-0123456789ab",
            "repository": "acme/pipelines",
        },
        "drift": "rate(1 day)",
        "github": {"repository": "acme/pipelines"},
    },
    "images": {
        "base": {"source": {"codecommit": "base"}, "repository": {"existing": "acme/base"}},
        "web": {
            "base": "base",
            "source": {"codecommit": "web"},
            "deploy": {"ecs": {"cluster": "prod", "service": "web", "container": "web"}},
        },
    },
}
OPTIONS = ("-input=false", "-lock=false")
"""As the buildspecs and the workflow plan."""
_SENT = "HTTP Request Sent"
_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\dT)", re.MULTILINE)
_SAID = re.compile(r'\b(rpc\.method|rpc\.service|aws\.s3\.key)=(?:"([^"]*)"|(\S+))')
"""Fields of a record of the log, which come in any order."""
_SERVICES = {
    "CloudWatch Logs": "logs",
    "CodeBuild": "codebuild",
    "CodePipeline": "codepipeline",
    "ECR": "ecr",
    "ECS": "ecs",
    "EventBridge": "events",
    "IAM": "iam",
    "S3": "s3",
    "SNS": "sns",
    "SQS": "sqs",
    "STS": "sts",
}
_OTHERWISE = {
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""Operations whose action has another name.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html says for each what it needs.
"""
_OF_THE_STATE = {"s3:GetObject"}
_OF_NOBODY = {"sts:GetCallerIdentity"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""


@dataclass(frozen=True)
class Planned:
    """A stack that was applied, and what a plan of it asked for afterwards."""

    folder: Path
    asked: frozenset[str]
    """Actions of IAM."""
    log: str
    changes: int
    """Terraform's exit status: 2 where something would change."""
    drift: Mapping[str, Block]
    """Plans with -refresh-only: before something was changed past Terraform, and after."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    scratch = tmp_path_factory.mktemp("planned")
    (scratch / "pipelines.yaml").write_text(json.dumps(PIPELINES))
    folder = synthesize(scratch / "pipelines.yaml", scratch / "out")
    stack = read(folder)
    instead = override(stack)
    backend = {**stack["terraform"]["backend"]["s3"], "use_path_style": True}
    instead["terraform"]["backend"] = {"s3": backend}
    (folder / OVERRIDE_FILE).write_text(json.dumps(instead))
    with Emulator(account_id=ACCOUNT) as emulator:
        seed(emulator, stack, region=REGION)
        emulator.client("s3", region=REGION).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        terraform = Terraform(folder, environment=emulator.environment(region=REGION))
        terraform.init()
        terraform.plan(out=scratch / "first.tfplan")
        terraform.apply(scratch / "first.tfplan")
        log = scratch / "terraform.log"

        def plan(*options: str, **more: str) -> int:
            run = subprocess.run(
                ["terraform", "plan", *OPTIONS, "-detailed-exitcode", *options],  # noqa: S607
                cwd=folder,
                env={**terraform.environment, **more},
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode in (0, 2), run.stderr
            return run.returncode

        changes = plan(TF_LOG="DEBUG", TF_LOG_PATH=str(log))
        assert plan("-refresh-only", f"-out={scratch}/before.tfplan") == 2
        emulator.client("logs", region=REGION).put_retention_policy(
            logGroupName="/aws/codebuild/shop-web", retentionInDays=1
        )
        assert plan("-refresh-only", f"-out={scratch}/after.tfplan") == 2
        found = {it: terraform.show_json(scratch / f"{it}.tfplan") for it in ("before", "after")}
    text = log.read_text(encoding="utf-8")
    return Planned(folder, frozenset(_actions(text)), text, changes, found)


def _requests(log: str) -> Iterator[dict[str, str]]:
    """What is said of each request: Terraform's own, and the provider's, of several lines each."""
    for record in _RECORD.split(log):
        if _SENT in record:
            yield {name: quoted or plain for name, quoted, plain in _SAID.findall(record)}


def _actions(log: str) -> Iterator[str]:
    for said in _requests(log):
        action = f"{_SERVICES[said['rpc.service']]}:{said['rpc.method']}"
        yield _OTHERWISE.get(action, action)


def test_a_plan_of_what_was_applied_changes_nothing(planned: Planned) -> None:
    assert planned.changes == 0


def test_drift_is_told_from_what_the_provider_only_reads_back(planned: Planned) -> None:
    """As buildspecs/drift.yml asks: Terraform's status is the same."""
    found = {}
    for name, document in planned.drift.items():
        redacted, _ = redact(document)
        sides = deployments(redacted, drift=True)
        drifted = drift(understand_plan(redacted), sides.after, sides.before)
        found[name] = {it.address for it in drifted}
    assert found == {"before": set(), "after": {"aws_cloudwatch_log_group.web_build"}}


def test_a_plan_asks_for_exactly_what_the_table_has(planned: Planned) -> None:
    stack = read(planned.folder)
    types = {*stack["resource"], *(f"data.{kind}" for kind in stack["data"])}
    assert types == set(READS)
    table = {action for kind in types for action in (*READS[kind].actions, *READS[kind].anywhere)}
    assert planned.asked - _OF_THE_STATE - _OF_NOBODY == table


def test_the_state_is_looked_for_where_the_roles_may_look(planned: Planned) -> None:
    prefixes = set(re.findall(r"tf_backend\.workspace-prefix=(\S+)", planned.log))
    assert prefixes == {"env:/"}
    # Objects are asked for in the state's bucket alone.
    objects = {
        (said["rpc.method"], said["aws.s3.key"])
        for said in _requests(planned.log)
        if "aws.s3.key" in said
    }
    assert objects == {("GetObject", KEY), ("HeadObject", KEY)}


@pytest.mark.parametrize("name", ["plan_review_role", "drift_review_role", "github_plan_role"])
def test_a_role_may_do_all_that_a_plan_asks_for(planned: Planned, name: str) -> None:
    """On something at least; on what exactly, tests/modules/test_plan_review.py asks."""
    deployment = understand(read(planned.folder))
    (role,) = [it for it in deployment.roles if it.address == f"aws_iam_role.{name}"]
    allowed: set[str] = set()
    for policy in role.policies:
        assert policy.document is not None
        allowed.update(*(statement["Action"] for statement in policy.document["Statement"]))
    assert planned.asked - _OF_NOBODY <= allowed
    with Evaluator(ACCOUNT) as iam:
        requests = [
            Request(role, "s3:GetObject", f"arn:aws:s3:::{BUCKET}/{KEY}", {}, None),
            Request(role, "s3:ListBucket", f"arn:aws:s3:::{BUCKET}", {"s3:prefix": "env:/"}, None),
        ]
        assert [decision.allowed for decision in iam.evaluate(requests)] == [True] * 2
        other = Request(role, "s3:ListBucket", f"arn:aws:s3:::{BUCKET}", {"s3:prefix": ""}, None)
        assert [decision.allowed for decision in iam.evaluate([other])] == [False]
