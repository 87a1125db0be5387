"""EventBridge rules and schedules, with what they start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tandem.deployment.blocks import block, document, flag, text, text_map
from tandem.deployment.model import Rule, Target, Unresolved
from tandem.deployment.world import Instance, World

_DEFAULT_BUS = "default"


def rules(world: World) -> Iterator[Rule]:
    """All rules and schedules."""
    targets = _targets_by_rule(world)
    for instance in world.of_type("aws_cloudwatch_event_rule"):
        values = world.values(instance)
        pattern = text(values, "event_pattern")
        found = document(pattern)
        if pattern is not None and found is None:
            why = "it is known only after the apply, or no JSON object"
            world.unresolved.append(Unresolved(instance.address, "event_pattern", why))
        yield Rule(
            address=instance.address,
            name=str(world.attribute(instance, "name")),
            arn=str(world.attribute(instance, "arn")),
            pattern=found,
            pattern_known=pattern is None or found is not None,
            schedule=text(values, "schedule_expression"),
            enabled=(text(values, "state") or "ENABLED") != "DISABLED"
            and flag(values, "is_enabled", default=True),
            targets=tuple(targets.get(instance.address, [])),
        )
    yield from _schedules(world)


def _targets_by_rule(world: World) -> dict[str, list[Target]]:
    """The targets by the address of their rule: of their region, where several have its name."""
    named: dict[tuple[str, str], list[Instance]] = defaultdict(list)
    for rule in world.of_type("aws_cloudwatch_event_rule"):
        named[_bus(world, rule), str(world.attribute(rule, "name"))].append(rule)
    targets: dict[str, list[Target]] = defaultdict(list)
    for instance in world.of_type("aws_cloudwatch_event_target"):
        name = str(world.attribute(instance, "rule"))
        found = named.get((_bus(world, instance), name), [])
        if len(found) > 1:
            region = world.region_of(instance)
            found = [rule for rule in found if world.region_of(rule) == region]
        for rule in found[:1]:
            targets[rule.address].append(_target(world, instance))
        if not found:
            why = f"no rule is named {name} here"
            world.unresolved.append(Unresolved(instance.address, "rule", why))
    return targets


def _bus(world: World, instance: Instance) -> str:
    return text(world.values(instance), "event_bus_name") or _DEFAULT_BUS


def _target(world: World, instance: Instance) -> Target:
    values = world.values(instance)
    transformer = block(values, "input_transformer")
    return Target(
        address=instance.address,
        arn=str(world.attribute(instance, "arn")),
        role_arn=text(values, "role_arn"),
        input_paths=text_map(transformer, "input_paths"),
        input_template=text(transformer, "input_template"),
        input=text(values, "input"),
        after=instance.after,
    )


def _schedules(world: World) -> Iterator[Rule]:
    """Schedules of EventBridge Scheduler, which have one target each."""
    for instance in world.of_type("aws_scheduler_schedule"):
        values = world.values(instance)
        target = block(values, "target")
        yield Rule(
            address=instance.address,
            name=str(world.attribute(instance, "name")),
            arn=str(world.attribute(instance, "arn")),
            pattern=None,
            pattern_known=True,
            schedule=text(values, "schedule_expression"),
            enabled=(text(values, "state") or "ENABLED") != "DISABLED",
            targets=(
                Target(
                    address=instance.address,
                    arn=text(target, "arn") or "",
                    role_arn=text(target, "role_arn"),
                    input_paths={},
                    input_template=None,
                    input=text(target, "input"),
                    after=instance.after,
                ),
            ),
            service="scheduler.amazonaws.com",
        )
