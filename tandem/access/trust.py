"""Who can assume a role, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tandem.deployment.model import Deployment, Role
from tandem.deployment.statements import covers_action, statements_in, texts
from tandem.deployment.symbols import equal, is_known, readable
from tandem.findings import Finding

SENDS_SOURCE: Mapping[str, str] = {
    "codebuild": "https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html",
    "codedeploy": "https://docs.aws.amazon.com/codedeploy/latest/userguide/security_confused_deputy.html",
    "codepipeline": "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    "events": "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html",
    "scheduler": "https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html",
}
"""Services that say for whom they assume a role, and the pages that tell to ask for it."""

_SOURCE_KEYS = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_CALLER_KEYS = (
    *_SOURCE_KEYS,
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "sts:externalid",
)
_ASSUME = "sts:AssumeRole"
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn")


@dataclass(frozen=True)
class Principal:
    """Somebody whom a trust policy lets assume the role."""

    kind: str
    """`Service`, `AWS`, `Federated` or `*`."""
    name: str
    """As in `codebuild.amazonaws.com`, or an ARN."""
    conditions: tuple[str, ...]
    """The condition keys that are asked for, in lower case."""

    @property
    def service(self) -> str:
        """A service without region and domain, as in `codebuild`; empty: none, or not known."""
        is_service = self.kind == "Service" and is_known(self.name)
        return self.name.partition(".")[0] if is_service else ""

    @property
    def account(self) -> str:
        """The account of an AWS principal; empty: none."""
        if self.kind != "AWS":
            return ""
        parts = self.name.split(":")
        return parts[4] if len(parts) > 4 else self.name

    def __str__(self) -> str:
        who = "anybody" if self.name == "*" else readable(self.name)
        asked = " and ".join(self.conditions)
        return f"{who} with {asked}" if asked else who


def principals(role: Role) -> list[Principal]:
    """Who can assume a role, as its trust policy says; statements that deny are not looked at."""
    found: dict[Principal, None] = {}
    for statement in statements_in(role.trust):
        if statement.get("Effect") != "Allow" or not _assumes(statement):
            continue
        said = statement.get("Principal")
        conditions = statement.get("Condition") or {}
        keys = tuple(sorted({key.lower() for asked in conditions.values() for key in asked}))
        for kind, names in said.items() if isinstance(said, Mapping) else (("*", said),):
            for name in texts(names):
                found[Principal("*" if name == "*" else kind, name, keys)] = None
    return list(found)


def _assumes(statement: Mapping[str, object]) -> bool:
    patterns = texts(statement.get("Action"))
    actions = (_ASSUME, "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
    return any(covers_action(pattern, action) for pattern in patterns for action in actions)


def trust_findings(
    role: Role, trusted: Sequence[Principal], used_by: frozenset[str], deployment: Deployment
) -> Iterator[Finding]:
    """What is wrong with who can assume a role.

    Args:
        role: The role.
        trusted: Who can assume it.
        used_by: The services that use it, as in `codebuild`; none: nobody knows.
        deployment: What the role is part of.
    """
    for principal in trusted:
        if principal.service in SENDS_SOURCE and not set(_SOURCE_KEYS) & {*principal.conditions}:
            yield Finding(
                address=role.address,
                check="trust-without-condition",
                cause=f"{principal.name} may assume the role for anybody's resources: "
                "the trust policy asks for neither aws:SourceAccount nor aws:SourceArn",
                remedy="ask for them in the Condition of the trust policy: "
                + SENDS_SOURCE[principal.service],
            )
        if principal.service and used_by and principal.service not in used_by:
            yield Finding(
                address=role.address,
                check="trust-too-wide",
                cause=f"{principal.name} may assume the role, which only {_services(used_by)} uses",
                remedy=f"remove {principal.name} from the trust policy",
            )
        narrowed = set(_CALLER_KEYS) & {*principal.conditions}
        if principal.kind == "*" and not narrowed - {"sts:externalid"}:
            yield Finding(
                address=role.address,
                check="trust-too-wide",
                cause="anybody in any account may assume the role",
                remedy="name the service or the role that uses it as the Principal",
            )
        elif principal.account and not narrowed and _is_other(principal.account, deployment):
            yield Finding(
                address=role.address,
                check="trust-too-wide",
                cause=f"{readable(principal.name)}, of another account, may assume the role",
                remedy="remove it from the trust policy, or ask for sts:ExternalId or "
                "aws:PrincipalArn",
            )


def _is_other(account: str, deployment: Deployment) -> bool:
    return account.isdigit() and equal(account, deployment.account) is False


def _services(names: frozenset[str]) -> str:
    return " and ".join(f"{name}.amazonaws.com" for name in sorted(names))


class Users:
    """Which services use the roles of a deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._services: dict[str, set[str]] = {}
        for project in deployment.projects:
            self._add(project.role_arn, "codebuild")
        for pipeline in deployment.pipelines:
            self._add(pipeline.role_arn, "codepipeline")
            for action in pipeline.actions:
                self._add(action.role_arn, "codepipeline")
        for rule in deployment.rules:
            for target in rule.targets:
                self._add(target.role_arn, rule.service.partition(".")[0])
        for task in deployment.task_definitions:
            for arn in task.role_arns:
                self._add(arn, "ecs-tasks")
        self._elsewhere: frozenset[str] | None = None

    def of(self, role: Role) -> frozenset[str]:
        """The services that use a role; none where others may use it, or nobody is seen to."""
        found = frozenset(self._services.get(role.arn, ()))
        return frozenset() if found and role.arn in self._used_elsewhere() else found

    def _add(self, arn: str | None, service: str) -> None:
        if arn:
            self._services.setdefault(arn, set()).add(service)

    def _used_elsewhere(self) -> frozenset[str]:
        """ARNs of roles that resources of other types name."""
        if self._elsewhere is None:
            known = set(self._deployment.role_of)
            self._elsewhere = frozenset(
                text
                for resource in self._deployment.resources.values()
                if not resource.type.startswith(_UNDERSTOOD)
                for text in _texts(resource.values)
                if text in known
            )
        return self._elsewhere


_UNDERSTOOD = (
    "aws_iam_",
    "data.aws_iam_",
    "aws_codebuild_project",
    "aws_codepipeline",
    "aws_cloudwatch_event_",
    "aws_scheduler_schedule",
    "aws_ecs_task_definition",
    "data.aws_ecs_task_definition",
)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
