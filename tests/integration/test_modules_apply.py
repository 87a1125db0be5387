"""A root module that calls the exported modules in every way, through Terraform's whole life."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from first_plan import texts
from looking import Look
from same_resources import managed
from scanning import scan
from synthesis import ROOT, Block

from tandem.emulator import Emulator, seed
from tandem.terraform import Terraform, TerraformError

pytestmark = pytest.mark.integration

ACCOUNT = "111122223333"
REGION = "eu-west-1"
SECOND_REGION = "us-east-1"
CALLS = Path("tests/terraform/root")
"""The root module, in the project and in its copy."""

THERE_ALREADY: Block = {
    "data": {
        "aws_ecs_service": {
            "web": {
                "cluster_arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop",
                "service_name": "web",
            }
        },
    }
}
"""What the modules look up, as `seed` takes it. Repositories are only named."""
OWN_REPOSITORIES = [
    "module.base",
    "module.elsewhere",
    "module.report",
    'module.service["cart"]',
    'module.service["search"]',
    "module.web",
]
"""The calls that make a repository of their own."""


@dataclass
class Applied:
    """The root module, applied."""

    folder: Path
    emulator: Emulator

    def terraform(self, *plan_options: str, **variables: str) -> Terraform:
        environment = {
            **self.emulator.environment(region=REGION),
            "TF_CLI_ARGS_plan": " ".join(plan_options),
            **{f"TF_VAR_{name}": value for name, value in variables.items()},
        }
        return Terraform(self.folder, environment=environment)

    def changes(self, *plan_options: str, **variables: str) -> dict[str, str]:
        """What a plan does, by address. What exists was read just before: not read again."""
        found: dict[str, str] = {}
        self.terraform("-refresh=false", *plan_options, **variables).plan(
            out=self.folder / "tfplan",
            on_event=lambda event: found.update({event.address: event.action}),
        )
        return found

    @cached_property
    def state(self) -> Any:
        """What exists after the apply: to print it takes Terraform some seconds."""
        return self.terraform().show_json()

    def resources(self, kind: str) -> dict[str, Block]:
        """What the state says of a type, by address."""
        everything = managed(self.state["values"]["root_module"])
        return {it["address"]: it["values"] for it in everything if it["type"] == kind}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """Planned when nothing exists and no ARN is known, and applied, once for all tests."""
    tree = tmp_path_factory.mktemp("tree")
    for folder in (Path("terraform"), CALLS):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns(".terraform*"))
    with Emulator(account_id=ACCOUNT) as emulator:
        seed(emulator, THERE_ALREADY, region=REGION)
        root = Applied(tree / CALLS, emulator)
        terraform = root.terraform()
        terraform.init()
        terraform.validate()
        terraform.plan(out=root.folder / "first.tfplan")
        terraform.apply(root.folder / "first.tfplan")
        yield root


def test_the_first_plan_has_every_policy_but_those_with_a_key_made_with_it(
    applied: Applied,
) -> None:
    found = dict(texts(applied.terraform().show_json(applied.folder / "first.tfplan")))
    users = set(applied.resources("aws_codebuild_project")) - {
        "module.elsewhere.aws_codebuild_project.this"
    }
    assert {text for text, known in found.items() if not known} == {
        user.replace("aws_codebuild_project.this", f"aws_iam_role_policy.{role}.policy")
        for user in users
        for role in ("build", "pipeline")
    }
    assert "module.artifacts.aws_s3_bucket_policy.artifacts.policy" in found


def test_a_second_plan_is_empty(applied: Applied) -> None:
    assert applied.terraform().plan(out=applied.folder / "tfplan") is False


def test_a_push_starts_what_is_built_on_it(applied: Applied) -> None:
    look = Look(applied.state)
    for event, started in {
        "push to base (main)": {"shop-base"},
        "push of shop-base:stable": {"shop-web", "shop-cart", "shop-search"},
        "push of shop/web:latest": {"shop-report"},
        "push of design/fonts:newest": {"shop-report", "shop-tagged"},
    }.items():
        assert look.started_by(event) == started
    assert look.first_events == {
        "push to base (main)",
        "cron(0 3 ? * SUN *)",
        "push to acme/web (main, release/*: web/**)",
        "upload to s3://acme-sources/report.zip",
        "push to cart (main)",
        "push to search (main)",
        "push to acme/tagged (tag v*)",
        "push of design/fonts:newest",
        "push to elsewhere (main) in us-east-1",
    }


def test_all_links_fire_and_all_permissions_are_there(applied: Applied) -> None:
    state = Look(applied.state)
    plan = Look(applied.terraform().show_json(applied.folder / "first.tfplan"))
    assert (state.findings, plan.findings) == ([], [])
    assert plan.chains == state.chains


def test_the_queue_takes_the_events_of_all_rules_that_share_it(applied: Applied) -> None:
    queues = {queue["arn"]: queue for queue in applied.resources("aws_sqs_queue").values()}
    rules = applied.resources("aws_cloudwatch_event_rule").values()
    arns = {rule["name"]: rule["arn"] for rule in rules}
    targets = applied.resources("aws_cloudwatch_event_target")
    assert len(queues) == 2
    assert len(targets) == 12
    refused = [
        address
        for address, target in targets.items()
        if not may_send(queues[target["dead_letter_config"][0]["arn"]], arns[target["rule"]])
    ]
    assert refused == []


def may_send(queue: Block, rule_arn: str) -> bool:
    (statement,) = json.loads(queue["policy"])["Statement"]
    assert statement["Resource"] in (queue["arn"], [queue["arn"]])
    return fnmatchcase(rule_arn, statement["Condition"]["ArnLike"]["aws:SourceArn"])


def test_one_store_is_shared_and_encrypted_with_a_key_made_with_it(applied: Applied) -> None:
    key = applied.resources("aws_kms_key")["aws_kms_key.this"]["arn"]
    stores = {
        pipeline["name"]: pipeline["artifact_store"][0]
        for pipeline in applied.resources("aws_codepipeline").values()
    }
    own = stores.pop("shop-elsewhere")
    assert own["location"] == f"shop-elsewhere-artifacts-{ACCOUNT}-{SECOND_REGION}"
    assert own["encryption_key"] == []
    for store in stores.values():
        assert store["location"] == f"shop-store-{ACCOUNT}-{REGION}"
        assert store["encryption_key"] == [{"id": key, "type": "KMS"}]
    for role in ("build", "pipeline"):
        policies = {
            policy["role"]: policy["policy"]
            for address, policy in applied.resources("aws_iam_role_policy").items()
            if f".{role}" in address
        }
        assert [name for name, policy in policies.items() if key not in policy] == [
            f"shop-elsewhere-{role}"
        ]
    base = applied.resources("aws_ecr_repository")["module.base.aws_ecr_repository.this[0]"]
    assert base["encryption_configuration"] == [{"encryption_type": "KMS", "kms_key": key}]


def test_a_role_has_the_boundary_made_with_it(applied: Applied) -> None:
    boundaries = {
        role["name"]: role["permissions_boundary"]
        for role in applied.resources("aws_iam_role").values()
    }
    bounded = {name for name, boundary in boundaries.items() if boundary}
    assert bounded == {name for name in boundaries if name.startswith("shop-base-")}


def test_checkov_has_nothing_against_a_policy(applied: Applied, tmp_path: Path) -> None:
    """Here it reads them all: in a module they are expressions, and in a plan some are unknown."""
    policies = [
        resource
        for resource in managed(applied.state["values"]["root_module"])
        if resource["type"] == "aws_iam_role_policy"
    ]
    anything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    values = {**policies[0]["values"], "policy": json.dumps(anything)}
    control = {**policies[0], "address": "aws_iam_role_policy.control", "values": values}
    planned = {"root_module": {"resources": [*policies, control]}}
    found = scan(tmp_path, {"plan": {"terraform_version": "1", "planned_values": planned}})
    failed = {one.address for one in found if one.result == "FAILED"}
    passed = {one.address for one in found if one.result == "PASSED"}
    assert failed == {control["address"]}
    assert passed >= {policy["address"] for policy in policies}


def test_another_provider_means_another_region(applied: Applied) -> None:
    assert pipelines(applied, SECOND_REGION) == {"shop-elsewhere"}
    assert len(pipelines(applied, REGION)) == 6
    image = applied.state["values"]["outputs"]["images"]["value"]["elsewhere"]
    host = f"{ACCOUNT}.dkr.ecr.{SECOND_REGION}.amazonaws.com"
    assert image["repository_url"] == f"{host}/shop-elsewhere"
    policies = applied.resources("aws_iam_role_policy")
    elsewhere = [policy for name, policy in policies.items() if name.startswith("module.elsewh")]
    assert elsewhere
    assert not any(REGION in policy["policy"] for policy in elsewhere)


def pipelines(applied: Applied, region: str) -> set[str]:
    client = applied.emulator.client("codepipeline", region=region)
    return {pipeline["name"] for pipeline in client.list_pipelines()["pipelines"]}


def test_protected_repositories_refuse_a_destroy(applied: Applied) -> None:
    with pytest.raises(TerraformError) as refused:
        applied.changes("-destroy", "-target=module.service")
    assert protected(refused.value) == {'module.service["cart"]', 'module.service["search"]'}


def test_a_renamed_key_is_refused(applied: Applied) -> None:
    with pytest.raises(TerraformError) as refused:
        applied.changes("-target=module.service", services='["cart", "find"]')
    assert protected(refused.value) == {'module.service["search"]'}


def protected(refused: TerraformError) -> set[str]:
    """The modules whose repository refuses to be destroyed."""
    return {
        module
        for module in OWN_REPOSITORIES
        if f"{module}.aws_ecr_repository.this[0] has lifecycle.prevent_destroy" in str(refused)
    }


def test_a_call_that_is_removed_takes_its_repository_with_it(applied: Applied) -> None:
    """Terraform forgets the protection of what is no longer in the configuration."""
    calls = applied.folder / "services.tf"
    text = calls.read_text()
    calls.unlink()
    try:
        found = applied.changes("-target=module.service")
    finally:
        calls.write_text(text)
    for key in ("cart", "search"):
        assert found[f'module.service["{key}"].aws_ecr_repository.this[0]'] == "delete"


def test_in_the_end_nothing_is_left(applied: Applied) -> None:
    """The way out of the protection that docs/terraform.md has, here with `moved` blocks."""
    moved = [
        {"from": f"{module}.{kind}.this[0]", "to": f"{module}.{kind}.unprotected[0]"}
        for module in OWN_REPOSITORIES
        for kind in ("aws_ecr_repository", "aws_ecr_lifecycle_policy")
    ]
    (applied.folder / "moved.tf.json").write_text(json.dumps({"moved": moved}))
    applied.terraform(protect="false").destroy()
    assert json.loads((applied.folder / "terraform.tfstate").read_text())["resources"] == []
    assert not pipelines(applied, REGION) | pipelines(applied, SECOND_REGION)
