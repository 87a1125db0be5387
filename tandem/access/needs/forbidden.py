"""What roles must not be able to do: the negative table.

Of a thousand images not every pair is asked for, but the next one by name: who may push to that
one may push to others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tandem.access.chosen import made_up
from tandem.access.needs.asking import Asker, place_of
from tandem.access.needs.need import Need, Unclear
from tandem.deployment import Deployment
from tandem.deployment.symbols import equal

_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
_BASES = 2
"""How many of the repositories that a build reads are asked for."""
_ELSEWHERE = "tandem-another-bucket"
_BUCKET = re.compile("(?:\ue000[^\ue001]*\ue001|[^/])*")
"""Of an object's ARN; a symbol may have slashes in it."""


@dataclass(frozen=True)
class _Names:
    """What there is in a deployment, in an order that is always the same."""

    repositories: Sequence[str]
    buckets: Sequence[str]
    pipelines: Sequence[str]
    projects: Sequence[str]
    roles: Sequence[str]

    @classmethod
    def of(cls, deployment: Deployment) -> _Names:
        return cls(
            repositories=_sorted(it.arn for it in deployment.repositories),
            buckets=_sorted(it.arn for it in deployment.buckets),
            pipelines=_sorted(it.arn for it in deployment.pipelines),
            projects=_sorted(it.arn for it in deployment.projects),
            roles=_sorted(it.arn for it in deployment.roles),
        )


def _sorted(arns: Iterable[str]) -> Sequence[str]:
    return sorted(set(arns))


@dataclass(frozen=True)
class _Worker:
    """A role, and all that it is known to do."""

    asker: Asker
    needs: Sequence[Need]
    unclear: Sequence[Unclear]

    def resources(self, action: str) -> Sequence[str]:
        """On what the role needs an action."""
        return list(dict.fromkeys(need.resource for need in self.needs if need.action == action))

    @property
    def buckets(self) -> Sequence[str]:
        """The buckets in which the role has something to do."""
        used = (_BUCKET.match(it.resource) for it in self.needs if it.action.startswith("s3:"))
        return list(dict.fromkeys(found[0] for found in used if found))

    def allowed(self, need: Need) -> bool:
        """Whether the role needs this, or may need it for all that is known."""
        if any(fnmatchcase(need.action, pattern) for it in self.unclear for pattern in it.actions):
            return True
        service = "iam:PassedToService"
        return any(
            own.action == need.action
            and equal(made_up(own.resource), need.resource) is not False
            and own.context.get(service) == need.context.get(service)
            for own in self.needs
        )


def forbidden_of(
    deployment: Deployment, needs: Sequence[Need], unclear: Sequence[Unclear]
) -> Iterator[Need]:
    """What each role that is used must not be able to do."""
    names = _Names.of(deployment)
    by_role: Mapping[str, list[Need]] = defaultdict(list)
    unclear_by_role: Mapping[str, list[Unclear]] = defaultdict(list)
    for need in needs:
        by_role[need.role.arn].append(need)
    for it in unclear:
        unclear_by_role[it.role.arn].append(it)
    kinds = (
        (_build, {it.role_arn for it in deployment.projects}),
        (_pipeline, _pipeline_roles(deployment)),
        (_rule, {it.role_arn for rule in deployment.rules for it in rule.targets}),
    )
    for role in deployment.roles:
        at_work = Asker(role, place_of(deployment), deployment)
        worker = _Worker(at_work, by_role.get(role.arn, []), unclear_by_role.get(role.arn, []))
        asked: set[tuple[str, str, str]] = set()
        for kind, roles in kinds:
            for need in kind(worker, names) if role.arn in roles else ():
                key = need.action, need.resource, str(need.context.get("iam:PassedToService"))
                if key not in asked and not worker.allowed(need):
                    asked.add(key)
                    yield need


def _pipeline_roles(deployment: Deployment) -> set[str]:
    return {
        arn
        for pipeline in deployment.pipelines
        for arn in (pipeline.role_arn, *(action.role_arn for action in pipeline.actions))
        if arn
    }


def _next(all_names: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    """The first name after one's own that is certainly another one."""
    if any(equal(mine, "") is None for mine in own):
        return  # of one's own nothing is known: it may be any of them
    start = bisect_right(all_names, min(own)) if own else 0
    for step in range(len(all_names)):
        name = all_names[(start + step) % len(all_names)]
        if all(equal(name, mine) is False for mine in own):
            yield name
            return


def _build(worker: _Worker, names: _Names) -> Iterator[Need]:
    """A build pushes nothing but its images, and changes nothing else."""
    ask, role = worker.asker.ask, worker.asker.role
    own = worker.resources("ecr:PutImage")
    other = list(_next(names.repositories, own))
    bases = [arn for arn in worker.resources("ecr:BatchGetImage") if arn not in own][:_BASES]
    for arn in (*other, *bases):
        yield from ask("ecr:PutImage", arn, "it pushes to another image's repository", _PAGE)
    yield from _deletes(worker, (*own[:1], *other))
    yield from _reads(worker, names)
    for arn in names.pipelines[:1]:
        start = "codepipeline:StartPipelineExecution"
        yield from ask(start, arn, "it starts a pipeline", _PAGE)
    yield from _passes(worker, role.arn, "codebuild.amazonaws.com")
    changes = "iam:AttachRolePolicy iam:PutRolePolicy iam:UpdateAssumeRolePolicy"
    yield from ask(changes, role.arn, "it changes what it may do itself", _PAGE)
    new = worker.asker.place.arn("iam", "role/tandem-another-role").replace(
        f":{worker.asker.place.region}:", "::"
    )
    yield from ask("iam:CreateRole", new, "it makes roles", _PAGE)


def _pipeline(worker: _Worker, names: _Names) -> Iterator[Need]:
    """A pipeline runs its own builds, and passes its own roles to their service."""
    ask, role = worker.asker.ask, worker.asker.role
    for arn in _next(names.projects, worker.resources("codebuild:StartBuild")):
        yield from ask("codebuild:StartBuild", arn, "it runs another build project", _PAGE)
    read = worker.resources("ecr:DescribeImages")
    other = [*read[:1], *_next(names.repositories, read)]
    for arn in other:
        yield from ask("ecr:PutImage", arn, "it pushes images", _PAGE)
    yield from _deletes(worker, other)
    yield from _reads(worker, names)
    for arn in names.pipelines[:1]:
        start = "codepipeline:StartPipelineExecution"
        yield from ask(start, arn, "it starts another pipeline", _PAGE)
    passed = worker.resources("iam:PassRole")
    for arn in (role.arn, *_next(names.roles, [*passed, role.arn])):
        yield from _passes(worker, arn, "ecs-tasks.amazonaws.com")
    for arn in passed[:1]:
        yield from _passes(worker, arn, "lambda.amazonaws.com")
    changes = "iam:AttachRolePolicy iam:PutRolePolicy"
    yield from ask(changes, role.arn, "it changes what it may do itself", _PAGE)


def _rule(worker: _Worker, names: _Names) -> Iterator[Need]:
    """A rule starts its own targets."""
    ask = worker.asker.ask
    for action, arns, what in (
        ("codepipeline:StartPipelineExecution", names.pipelines, "pipeline"),
        ("codebuild:StartBuild", names.projects, "build project"),
    ):
        for arn in _next(arns, worker.resources(action)):
            yield from ask(action, arn, f"it starts another {what}", _PAGE)


def _deletes(worker: _Worker, repositories: Iterable[str]) -> Iterator[Need]:
    for arn in repositories:
        actions = "ecr:BatchDeleteImage ecr:DeleteRepository"
        yield from worker.asker.ask(actions, arn, "it deletes images", _PAGE)


def _reads(worker: _Worker, names: _Names) -> Iterator[Need]:
    own = worker.buckets
    made_up = worker.asker.place.bucket_arn(_ELSEWHERE)
    for bucket in (made_up, *_next(names.buckets, own)):
        why = "it reads another bucket"
        yield from worker.asker.ask("s3:GetObject", f"{bucket}/object", why, _PAGE)


def _passes(worker: _Worker, role: str, service: str) -> Iterator[Need]:
    passed = {"iam:PassedToService": service}
    why = f"it passes a role to {service}"
    yield from worker.asker.ask("iam:PassRole", role, why, _PAGE, context=passed)
