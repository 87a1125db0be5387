"""What commands need that speak to ECS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tandem.access.chosen import chosen
from tandem.access.needs.asking import Asker
from tandem.access.needs.calls import Call
from tandem.access.needs.deploys import REVISION, TASKS
from tandem.access.needs.need import Context, Need, Unclear
from tandem.deployment.symbols import readable, symbol

_ROLES = ("--task-role-arn", "--execution-role-arn")
_FILES = ("--cli-input-json", "--cli-input-yaml")
_ANY_TASK = chosen("task")


def service(action: str) -> Callable[[Call], Iterator[Need]]:
    """An action on the service that is named."""

    def needs(call: Call) -> Iterator[Need]:
        name = _last(call.option("--service") or call.option("--services"))
        arn = call.asker.place.arn("ecs", f"service/{_cluster(call)}/{name}")
        return call.asker.ask(action, arn, call.why, call.page, context=_within(call))

    return needs


def describe_task_definition(call: Call) -> Iterator[Need]:
    """Read a task definition, which AWS checks against no resource."""
    return call.ask("ecs:DescribeTaskDefinition", "*")


def list_tasks(call: Call) -> Iterator[Need]:
    """List the tasks of a cluster, which is a condition."""
    return call.asker.ask("ecs:ListTasks", "*", call.why, call.page, context=_within(call))


def describe_tasks(call: Call) -> Iterator[Need]:
    """Look at tasks of a cluster."""
    arn = call.asker.place.arn("ecs", f"task/{_cluster(call)}/{_ANY_TASK}")
    return call.asker.ask("ecs:DescribeTasks", arn, call.why, call.page, context=_within(call))


def register_task_definition(call: Call) -> Iterator[Need]:
    """Register a task definition, and give its roles to tasks."""
    family = call.option("--family") or symbol(f"the family in a file, {call.why}")
    arn = call.asker.place.arn("ecs", f"task-definition/{family}:{REVISION}")
    yield from call.ask("ecs:RegisterTaskDefinition", arn)
    passed = {"iam:PassedToService": TASKS}
    for option in _ROLES:
        role = call.option(option)
        if role:
            arn = role if role.startswith(("arn:", symbol("")[0])) else _role_arn(call.asker, role)
            yield from call.asker.ask("iam:PassRole", arn, call.why, call.page, context=passed)


def unclear_roles(call: Call) -> Iterator[Unclear]:
    """What is not known of a task definition that is in a file: its roles."""
    if not call.option("--family") or any(name in call.options for name in _FILES):
        why = f"{call.why}: the roles of the tasks are in its file"
        yield call.asker.unclear("iam:PassRole", readable(why))


def _cluster(call: Call) -> str:
    return _last(call.option("--cluster") or "default")


def _within(call: Call) -> Context:
    return {"ecs:cluster": call.asker.place.arn("ecs", f"cluster/{_cluster(call)}")}


def _last(name_or_arn: str) -> str:
    return name_or_arn.rpartition("/")[2]


def _role_arn(asker: Asker, name: str) -> str:
    """A role is in no region."""
    return f"arn:{asker.place.partition}:iam::{asker.place.account}:role/{name}"
