"""Which statements let a role refresh the resources of a stack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from modules.iam import ANY, Statement
from modules.plan_reads import READS
from modules.project import Project

_Names = Callable[[Project], list[str]]


def _own(service: str, form: str) -> _Names:
    """Everything whose name begins with the project's."""
    return lambda project: [project.arn(service, form.format(project.names.prefix))]


def _roles(project: Project) -> list[str]:
    name = f"role/{project.names.prefix}-*"
    return [f"arn:{project.partition}:iam::{project.account}:{name}"]


def _oidc(project: Project) -> list[str]:
    name = "oidc-provider/token.actions.githubusercontent.com"
    return [f"arn:{project.partition}:iam::{project.account}:{name}"]


def _bucket(project: Project) -> list[str]:
    store = project.artifact_store
    return [store.bucket_arn] if store else []


_NAMES: Mapping[str, _Names] = {
    "Bucket": _bucket,
    "Builds": _own("codebuild", "project/{}-*"),
    "Logs": _own("logs", "log-group:/aws/codebuild/{}-*"),
    "Oidc": _oidc,
    "Pipelines": _own("codepipeline", "{}-*"),
    "Queues": _own("sqs", "{}-*"),
    "Repositories": _own("ecr", "repository/{}/*"),
    "Roles": _roles,
    "Rules": _own("events", "rule/{}-*"),
    "Topics": _own("sns", "{}-*"),
}
"""Which resources the actions of a statement are about, by its sid."""


def read_statements(project: Project, types: Iterable[str]) -> list[Statement]:
    """What a role needs to refresh resources of some types, and no others."""
    reads = [READS[each] for each in sorted(types)]
    actions: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for read in reads:
        actions[read.sid].update(dict.fromkeys(read.actions))
    found = [
        Statement(f"Read{sid}", list(actions[sid]), _resources(project, sid))
        for sid in sorted(actions)
        if actions[sid]
    ]
    anywhere = list(dict.fromkeys(action for read in reads for action in read.anywhere))
    return [*found, Statement("ReadAnywhere", anywhere, [ANY])] if anywhere else found


def _resources(project: Project, sid: str) -> list[str]:
    own = _NAMES[sid](project) if sid in _NAMES else []
    beginnings = tuple(arn.removesuffix("*") for arn in own if arn.endswith("*"))
    others = [arn for arn in project.others.get(sid, ()) if not arn.startswith(beginnings)]
    return [*own, *others]
