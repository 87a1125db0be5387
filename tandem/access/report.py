"""What the roles of a deployment may do, and what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tandem.access.denials import any_resource, missing, too_wide
from tandem.access.evaluator import Evaluator, GrantedAction
from tandem.access.excess import Excess, Uses, excess
from tandem.access.judging import Verdict, judge
from tandem.access.managed import of_aws
from tandem.access.needs import (
    Need,
    ServiceNeed,
    Unclear,
    needs,
    service_needs,
    unclear,
)
from tandem.access.needs.forbidden import forbidden_of
from tandem.access.services import ServiceVerdict, judge_services, service_findings
from tandem.access.statements import Statement, statements_of
from tandem.access.trust import Principal, Users, principals, trust_findings
from tandem.access.wildcards import wide
from tandem.deployment.addresses import is_data
from tandem.deployment.model import Deployment, Role
from tandem.deployment.symbols import readable
from tandem.findings import Finding


@dataclass(frozen=True)
class RoleReport:
    """A role."""

    role: Role
    assumed_by: tuple[Principal, ...]
    used_by: frozenset[str]
    """The services that use it, as in `codebuild`."""
    needed: tuple[Verdict, ...]
    """What it must be able to do."""
    forbidden: tuple[Verdict, ...]
    """What it must not be able to do."""
    excess: tuple[Excess, ...]
    not_judged: tuple[str, ...]
    """What could not be judged, and why."""
    findings: tuple[Finding, ...]

    @cached_property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """The actions and resources that it needs, and what does as well."""
        needs = (it.need for it in self.needed)
        return tuple(
            pair for need in needs for pair in ((need.action, need.resource), *need.alternatives)
        )


@dataclass(frozen=True)
class Report:
    """All roles."""

    roles: tuple[RoleReport, ...]
    services: tuple[ServiceVerdict, ...]
    """What services do without a role."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Tables:
    """What the roles need, by the identity of the role."""

    needed: Mapping[int, Sequence[Verdict]]
    forbidden: Mapping[int, Sequence[Verdict]]
    unclear: Mapping[int, Sequence[Unclear]] = field(default_factory=dict)


def access(
    deployment: Deployment,
    *,
    only: Collection[str] | None = None,
    when_asked: Callable[[], object] | None = None,
) -> Report:
    """Prove what the roles of a deployment may do against what they need.

    Args:
        deployment: What Terraform describes.
        only: Addresses of the roles to look at; None: all.
        when_asked: As for `Evaluator`.

    Raises:
        EvaluatorError: Node or the package that evaluates policies is not installed.
    """

    def chosen(found: Sequence[Need]) -> Sequence[Need]:
        return found if only is None else [it for it in found if it.role.address in only]

    with Evaluator(deployment.account, when_asked=when_asked) as evaluator:
        if deployment.roles:
            evaluator.start()
        asked, open_questions = needs(deployment), unclear(deployment)
        return examine(
            deployment,
            evaluator,
            needed=chosen(asked),
            not_allowed=chosen(list(forbidden_of(deployment, asked, open_questions))),
            open_questions=open_questions,
            of_services=service_needs(deployment),
            only=only,
        )


def examine(
    deployment: Deployment,
    evaluator: Evaluator,
    *,
    needed: Sequence[Need],
    not_allowed: Sequence[Need],
    open_questions: Sequence[Unclear] = (),
    of_services: Sequence[ServiceNeed] = (),
    only: Collection[str] | None = None,
) -> Report:
    """The report for needs that are given."""
    looked_at = [it for it in deployment.roles if only is None or it.address in only]
    verdicts = judge(deployment, evaluator, [*needed, *not_allowed])
    open_by_role: dict[int, list[Unclear]] = defaultdict(list)
    for question in open_questions:
        open_by_role[id(question.role)].append(question)
    tables = _Tables(
        needed=_by_role(verdicts[: len(needed)]),
        forbidden=_by_role(verdicts[len(needed) :]),
        unclear=open_by_role,
    )
    statements = {id(role): tuple(statements_of(role)) for role in looked_at}
    patterns = {
        action
        for found in statements.values()
        for statement in found
        if statement.allows
        for action in statement.actions
    }
    actions = evaluator.expand(sorted(patterns))
    users = Users(deployment)
    roles = tuple(
        _role_report(role, statements[id(role)], tables, actions, users, deployment)
        for role in looked_at
    )
    services = tuple(judge_services(deployment, evaluator, of_services))
    findings = {it for role in roles for it in role.findings} | set(service_findings(services))
    return Report(roles, services, tuple(sorted(findings)))


def _by_role(verdicts: Sequence[Verdict]) -> Mapping[int, Sequence[Verdict]]:
    found: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        found[id(verdict.need.role)].append(verdict)
    return found


def _role_report(
    role: Role,
    statements: Sequence[Statement],
    tables: _Tables,
    actions: Mapping[str, tuple[GrantedAction, ...]],
    users: Users,
    deployment: Deployment,
) -> RoleReport:
    needed = tuple(tables.needed.get(id(role), ()))
    not_allowed = tuple(tables.forbidden.get(id(role), ()))
    open_questions = tables.unclear.get(id(role), ())
    used_by = users.of(role)
    trusted = tuple(principals(role))
    allowing = [statement for statement in statements if statement.allows]
    uses = Uses(needed)
    asked = [verdict.need for verdict in needed]
    findings: list[Finding] = []
    superfluous: tuple[Excess, ...] = ()
    if not is_data(role.address):
        theirs = of_aws(role, deployment)
        findings.extend(missing(role, needed))
        findings.extend(too_wide(role, not_allowed, theirs))
        findings.extend(trust_findings(role, trusted, used_by, deployment))
        for statement in allowing:
            findings.extend(any_resource(list(wide(statement, asked, actions)), theirs))
    if needed:
        superfluous = tuple(
            it for statement in allowing for it in excess(statement, uses, open_questions, actions)
        )
    return RoleReport(
        role=role,
        assumed_by=trusted,
        used_by=used_by,
        needed=needed,
        forbidden=not_allowed,
        excess=superfluous,
        not_judged=tuple(dict.fromkeys(_not_judged(role, needed, not_allowed, open_questions))),
        findings=tuple(sorted(set(findings))),
    )


def _not_judged(
    role: Role,
    needed: Sequence[Verdict],
    not_allowed: Sequence[Verdict],
    open_questions: Sequence[Unclear],
) -> Iterator[str]:
    """What is not known of a role, in lines for people."""
    if is_data(role.address):
        yield "it is managed elsewhere"
    if role.trust is None:
        yield "its trust policy is not known"
    unknown = [
        policy
        for policy in (*role.policies, *([role.boundary] if role.boundary else []))
        if policy.document is None
    ]
    for policy in unknown:
        yield f"policy-unknown: {policy.address} ({readable(policy.name)}) is not known"
    for question in open_questions:
        yield f"{', '.join(question.actions)}: {readable(question.why)}"
    for verdict in () if unknown else (*needed, *not_allowed):
        if verdict.decision.allowed is None and not verdict.need.optional:
            yield unjudged(verdict)


def unjudged(verdict: Verdict) -> str:
    """A line about something of which nobody knows whether it is allowed."""
    on = f"{verdict.need.action} on {readable(verdict.need.resource)}"
    return f"{on}: {verdict.decision.why}"
