"""A stack, synthesized in this process, and easy access to the Terraform JSON it becomes."""

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from modules import CodeCommit, Connection
from modules._cdktf import App, TerraformStack, Testing

ACCOUNT = "111122223333"
REGION = "eu-west-1"
CONNECTION_ARN = (
    f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/01234567-89ab-cdef-0123-456789abcdef"
)
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11112222-3333-4444-5555-666677778888"

CODE = CodeCommit(codecommit="code")
GITHUB = Connection(connection=CONNECTION_ARN, repository="acme/web")

Block = dict[str, Any]
Permissions = dict[str, tuple[set[str], set[str]]]
"""Sid → actions and resources."""

_OUT = tempfile.mkdtemp(prefix="tandem-tests-")
atexit.register(shutil.rmtree, _OUT, ignore_errors=True)

_ESCAPE_OR_EXPRESSION = re.compile(r"([$%])\1\{|[$%]\{([^{}]*)\}")
_REFERENCE = re.compile(r"((?:data\.)?aws_\w+\.[\w-]+)\.(\w+)")

_EXPORTED = {
    "data.aws_caller_identity.account_id": ACCOUNT,
    "data.aws_ecr_repository.arn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{{name}}",
    "data.aws_ecr_repository.repository_url": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{{name}}",
    "data.aws_ecs_service.task_definition": "the-task-definition",
    "data.aws_ecs_task_definition.family": "the-family",
    "data.aws_partition.dns_suffix": "amazonaws.com",
    "data.aws_partition.partition": "aws",
    "data.aws_region.id": REGION,
    "aws_codepipeline.arn": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{{name}}",
    "aws_iam_role.arn": f"arn:aws:iam::{ACCOUNT}:role/{{name}}",
    "aws_s3_bucket.id": "{bucket}",
}
"""What Terraform knows after an apply, in terms of what the configuration says. No policy needs the
ARN of a new resource from here: it would hide the policy from the first plan."""


def new_stack(name: str = "shop") -> TerraformStack:
    """An empty stack in an app of its own."""
    return TerraformStack(App(outdir=_OUT), name)


def template(build: Callable[[TerraformStack], object]) -> "Template":
    """What a stack becomes that `build` filled."""
    stack = new_stack()
    build(stack)
    return synthesize(stack)


def synthesize(stack: TerraformStack) -> "Template":
    """What a stack becomes."""
    return Template(json.loads(terraform_json(stack)))


def terraform_json(stack: TerraformStack) -> str:
    """What a stack becomes, as text."""
    return str(Testing.synth(stack))


@dataclass(frozen=True)
class Template:
    """The Terraform JSON of a stack."""

    json: Block

    def resources(self, kind: str) -> dict[str, Block]:
        """Resources of one type, by name."""
        found: dict[str, Block] = self.json.get("resource", {}).get(kind, {})
        return found

    def data(self, kind: str) -> dict[str, Block]:
        """Data sources of one type, by name."""
        found: dict[str, Block] = self.json.get("data", {}).get(kind, {})
        return found

    def block(self, address: str) -> Block:
        """The resource or data source at a Terraform address."""
        blocks = self.json["data"] if address.startswith("data.") else self.json["resource"]
        kind, name = address.removeprefix("data.").split(".")
        found: Block = blocks[kind][name]
        return found

    @property
    def blocks(self) -> dict[str, Block]:
        """All resources and data sources, by address."""
        return {
            f"{prefix}{kind}.{name}": block
            for section, prefix in (("resource", ""), ("data", "data."))
            for kind, named in self.json.get(section, {}).items()
            for name, block in named.items()
        }

    def resolve(self, text: str) -> str:
        """`text` as it is after an apply in one account and region."""

        def value(match: re.Match[str]) -> str:
            if match[1]:
                return f"{match[1]}{{"
            reference = _REFERENCE.fullmatch(match[2])
            if reference:
                return self._attribute(*reference.groups())
            assert match[2].startswith("coalesce("), f"Terraform would evaluate {match[0]}"
            return match[0]

        return _ESCAPE_OR_EXPRESSION.sub(value, text)

    def _attribute(self, address: str, attribute: str) -> str:
        block = self.block(address)
        if attribute in block:
            return self.resolve(block[attribute])
        known = _EXPORTED[f"{address.rpartition('.')[0]}.{attribute}"]
        return re.sub(r"\{(\w+)\}", lambda match: self.resolve(block[match[1]]), known)

    def document(self, text: str) -> Any:
        """JSON inside the JSON, resolved."""
        return json.loads(self.resolve(text))

    def statements(self, role: str) -> dict[str, Block]:
        """What a role is allowed, by Sid."""
        document = self.document(self.resources("aws_iam_role_policy")[role]["policy"])
        statements = {statement["Sid"]: statement for statement in document["Statement"]}
        assert len(statements) == len(document["Statement"]), "a Sid is used twice"
        return statements

    def permissions(self, role: str) -> Permissions:
        """What a role is allowed: Sid → actions and resources."""
        return {
            sid: (set(statement["Action"]), set(statement["Resource"]))
            for sid, statement in self.statements(role).items()
        }

    def stages(self, pipeline: str) -> dict[str, list[Block]]:
        """The actions of a pipeline by stage."""
        stages = self.resources("aws_codepipeline")[pipeline]["stage"]
        return {stage["name"]: stage["action"] for stage in stages}

    def action(self, pipeline: str, name: str) -> Block:
        """An action of a pipeline."""
        (found,) = [
            action
            for actions in self.stages(pipeline).values()
            for action in actions
            if action["name"] == name
        ]
        return found

    def variables(self, project: str) -> dict[str, tuple[str, str]]:
        """The environment variables of a build project: name → type and value."""
        environment = self.resources("aws_codebuild_project")[project]["environment"]
        return {
            variable["name"]: (variable["type"], self.resolve(variable["value"]))
            for variable in environment["environment_variable"]
        }

    def targets(self) -> Iterator[tuple[Block, Block]]:
        """Every EventBridge target, with its rule."""
        rules = self.resources("aws_cloudwatch_event_rule")
        by_name = {self.resolve(rule["name"]): rule for rule in rules.values()}
        for target in self.resources("aws_cloudwatch_event_target").values():
            yield target, by_name[self.resolve(target["rule"])]

    def dependencies(self) -> dict[str, set[str]]:
        """Address → the addresses it depends on, through references and `depends_on`."""
        return {
            address: {
                found
                for found in re.findall(r"(?:data\.)?aws_\w+\.[\w-]+", json.dumps(block))
                if found in self.blocks
            }
            - {address}
            for address, block in self.blocks.items()
        }

    def creation_order(self) -> list[str]:
        """The addresses in an order in which they can be created; an error if there is none."""
        return list(TopologicalSorter(self.dependencies()).static_order())


def holds(value: object, predicate: Callable[[str], bool]) -> bool:
    """Whether any text in a JSON value satisfies `predicate`."""
    if isinstance(value, Mapping):
        return any(holds(part, predicate) for part in [*value.keys(), *value.values()])
    if isinstance(value, list):
        return any(holds(part, predicate) for part in value)
    return isinstance(value, str) and predicate(value)
