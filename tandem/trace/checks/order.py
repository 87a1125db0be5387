"""What Terraform has to make first, and is not told to.

A state describes what exists already, so nothing is said of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tandem.deployment.model import Pipeline, Role
from tandem.deployment.symbols import readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context, Link

_DEPENDS_ON = "https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on"
_MODULE = re.compile(r"(?:module\.[^.\[]+(?:\[[^\]]*\])?\.)*")


@check(
    "policy-after-use",
    title="The role is used before its policies are attached",
    remedy="add the policies of the role to depends_on",
    page=_DEPENDS_ON,
    breaks=False,
)
def policy_after_use(context: Context) -> Iterator[Problem]:
    """A reference to a role waits for the role, and not for its policies.

    A new pipeline starts at once, and a new target gets events at once: what comes before the
    policies is denied.
    """
    if context.deployment.kind == "state":
        return
    for address, role, starters in _uses(context):
        late = [
            policy.address
            for policy in role.policies
            if policy.address != role.address
            and context.deployment.comes_after(address, policy.address) is False
            and not _all_wait(context, starters, policy.address)
        ]
        if late:
            yield Problem(
                address, f"it uses {role.address}, but may be made before {' and '.join(late)}"
            )


@check(
    "linked-too-late",
    title="The first push of the base may come before the rule that waits for it",
    remedy="let the base's pipeline depend on the target of the rule",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create.html",
    breaks=False,
)
def linked_too_late(context: Context) -> Iterator[Problem]:
    """A new pipeline starts at once, whatever is not there yet.

    The app's first run fails while there is no base image; the base's first push starts it again,
    if the rule and its target are there by then.

    Said where both are in one module, or where Terraform certainly makes the target last.
    """
    if context.deployment.kind == "state":
        return
    bases = _bases(context)
    for pipeline in context.deployment.pipelines:
        for source in context.sources(pipeline):
            if source.service != "aws.ecr":
                continue
            said = source.action.configuration
            pushed = said.get("RepositoryName", ""), said.get("ImageTag") or "latest"
            links = [
                link
                for link in context.links_to(pipeline)
                if link.rule.enabled and context.fires(link.rule, source)
            ]
            for base in bases.get(pushed, []):
                if base is pipeline or not all(_is_late(context, base, it) for it in links):
                    continue
                for link in links[:1]:
                    yield Problem(
                        base.address,
                        f"its first push may come before {link.target.address}, and then "
                        f"starts no {readable(pipeline.name)}",
                    )


def _uses(context: Context) -> Iterator[tuple[str, Role, list[str]]]:
    """Who uses which role, and who else may do the waiting: the pipelines that run a project."""
    deployment = context.deployment
    for pipeline in deployment.pipelines:
        role = context.role(pipeline.role_arn)
        if role:
            yield pipeline.address, role, []
    starters: dict[str, list[str]] = defaultdict(list)
    for build in context.builds.in_pipelines:
        starters[build.project.address].append(build.pipeline.address)
    for project in deployment.projects:
        role = context.role(project.role_arn)
        if role and project.address in starters:
            yield project.address, role, starters[project.address]
    for link in context.links:
        role = context.role(link.target.role_arn)
        if role and link.target.arn in deployment.pipeline_of:
            yield link.target.address, role, []


def _all_wait(context: Context, starters: list[str], policy: str) -> bool:
    waits = [context.deployment.comes_after(it, policy) is not False for it in starters]
    return bool(waits) and all(waits)


def _bases(context: Context) -> dict[tuple[str, str], list[Pipeline]]:
    """The pipelines by what they certainly push: repository and tag."""
    found: dict[tuple[str, str], list[Pipeline]] = {}
    for pipeline in context.deployment.pipelines:
        for push in context.pushes_of(pipeline):
            if push.certain:
                found.setdefault((push.repository, push.tag), []).append(pipeline)
    return found


def _is_late(context: Context, base: Pipeline, link: Link) -> bool:
    deployment = context.deployment
    if deployment.comes_after(base.address, link.target.address) is not False:
        return False
    together = _module(base.address) == _module(link.target.address)
    return together or bool(deployment.comes_after(link.target.address, base.address))


def _module(address: str) -> str:
    found = _MODULE.match(address)
    return found[0] if found else ""
