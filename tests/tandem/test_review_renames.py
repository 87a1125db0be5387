"""What is destroyed and created although it could be moved."""

from __future__ import annotations

from typing import Any

from review_planned import change, planned

from tandem.deployment.symbols import symbol
from tandem.review.changes.renames import renames
from tandem.review.model import Rename


def gone(address: str, **values: Any) -> dict[str, Any]:
    return change(address, "destroy", before={"id": "x", **values})


def come(address: str, **values: Any) -> dict[str, Any]:
    return change(address, "create", after=values)


def later(entry: dict[str, Any], **unknown: Any) -> dict[str, Any]:
    entry["change"]["after_unknown"] = unknown
    return entry


def found(*entries: dict[str, Any]) -> list[tuple[str, str]]:
    return [(it.old, it.new) for it in renames(planned(*entries))]


def test_of_the_same_name_in_aws() -> None:
    plan = planned(
        gone("aws_ecr_repository.web", name="shop/web", tags={"team": "a"}, scan=True),
        come("aws_ecr_repository.site", name="shop/web", tags={"team": "b"}, scan=True),
    )
    (rename,) = renames(plan)
    assert rename == Rename("aws_ecr_repository.web", "aws_ecr_repository.site", True, ("tags",))
    assert rename.block == (
        "moved {\n  from = aws_ecr_repository.web\n  to   = aws_ecr_repository.site\n}"
    )


def test_from_count_to_for_each() -> None:
    old, new = "aws_ecr_repository.this[0]", 'aws_ecr_repository.this["web"]'
    assert found(gone(old, name="shop/web"), come(new, name="shop/web")) == [(old, new)]


def test_each_is_moved_to_its_own() -> None:
    names = ("a", "b", "c")
    entries = [gone(f"aws_ecr_repository.old_{it}", name=it) for it in names]
    entries += [come(f"aws_ecr_repository.new_{it}", name=it) for it in reversed(names)]
    assert found(*entries) == [
        (f"aws_ecr_repository.old_{it}", f"aws_ecr_repository.new_{it}") for it in names
    ]


def test_not_where_two_could_be_meant() -> None:
    entries = [gone("aws_x.a", name="n"), come("aws_x.b", name="n"), come("aws_x.c", name="n")]
    assert found(*entries) == []


def test_not_another_type_nor_another_name() -> None:
    assert found(gone("aws_x.a", name="n"), come("aws_y.a", name="n")) == []
    assert found(gone("aws_x.a", name="n"), come("aws_x.b", name="m")) == []
    target = {"rule": "pushed", "target_id": "web"}
    other = {"rule": "pushed", "target_id": "worker"}
    kind = "aws_cloudwatch_event_target"
    assert found(gone(f"{kind}.a", **target), come(f"{kind}.b", **other)) == []
    assert found(gone(f"{kind}.a", **target), come(f"{kind}.b", **target)) != []


def test_what_a_replacement_left_behind_is_no_rename() -> None:
    left = {**gone("aws_x.a", name="n"), "deposed": "12345678"}
    assert found(left, come("aws_x.b", name="n")) == []


def test_a_resource_with_for_each_is_moved_as_a_whole() -> None:
    entries = [gone(f'aws_ecr_repository.image["{it}"]', name=it) | {"index": it} for it in "ab"]
    entries += [come(f'aws_ecr_repository.images["{it}"]', name=it) | {"index": it} for it in "ab"]
    assert found(*entries) == [("aws_ecr_repository.image", "aws_ecr_repository.images")]
    stays = change('aws_ecr_repository.image["c"]', "no-op", before={"name": "c"}) | {"index": "c"}
    assert found(*entries, stays) == [
        ('aws_ecr_repository.image["a"]', 'aws_ecr_repository.images["a"]'),
        ('aws_ecr_repository.image["b"]', 'aws_ecr_repository.images["b"]'),
    ]


def module(call: str, make: Any) -> list[dict[str, Any]]:
    known = make is gone
    return [
        make(f"{call}.aws_ecr_repository.this[0]", name="shop/web"),
        make(f"{call}.aws_iam_role.build", name="web-build"),
        make(
            f"{call}.aws_iam_role_policy.build", name="build", **({"role": "web"} if known else {})
        ),
        make(f"{call}.module.alerts.aws_sns_topic.this", name="alerts"),
    ]


def test_a_module_is_moved_as_a_whole() -> None:
    plan = planned(*module("module.web", gone), *module('module.images["web"]', come))
    (rename,) = renames(plan)
    assert rename == Rename("module.web", 'module.images["web"]', True)


def test_a_module_that_stays_in_part_is_not() -> None:
    entries = [*module("module.web", gone), *module("module.site", come)]
    stays = change("module.web.aws_sqs_queue.this", "no-op", before={"name": "q"})
    assert set(found(*entries, stays)) == {
        ("module.web.aws_ecr_repository.this[0]", "module.site.aws_ecr_repository.this[0]"),
        ("module.web.aws_iam_role.build", "module.site.aws_iam_role.build"),
        ("module.web.module.alerts", "module.site.module.alerts"),
    }


def test_a_module_that_is_another_one_is_not() -> None:
    others = [come(f"module.site.aws_x.other{it}", name=f"o{it}") for it in range(9)]
    entries = [*module("module.web", gone), *module("module.site", come), *others]
    assert ("module.web", "module.site") not in found(*entries)


def test_what_has_another_name_can_be_kept_with_its_name() -> None:
    plan = planned(
        gone("aws_ecr_repository.worker", name="shop/worker", scan=True),
        gone("aws_ecr_lifecycle_policy.worker", repository="shop/worker", policy="{}"),
        gone("aws_codepipeline.worker", name="shop-worker"),
        come("aws_ecr_repository.jobs", name="shop/jobs", scan=True),
        come("aws_ecr_lifecycle_policy.jobs", repository="shop/jobs", policy="{}"),
        come("aws_codepipeline.jobs", name="shop-jobs"),
    )
    assert renames(plan) == (
        Rename(
            "aws_ecr_repository.worker",
            "aws_ecr_repository.jobs",
            False,
            keeps=('name = "shop/worker"',),
        ),
        Rename(
            "aws_ecr_lifecycle_policy.worker",
            "aws_ecr_lifecycle_policy.jobs",
            False,
            keeps=('repository = "shop/worker"',),
        ),
    )


def test_what_is_configured_otherwise_is_another_thing() -> None:
    old = gone("aws_ecr_repository.worker", name="shop/worker", scan=True)
    assert found(old, come("aws_ecr_repository.jobs", name="shop/jobs", scan=False)) == []
    same = come("aws_ecr_repository.jobs", name="shop/jobs", scan=True)
    assert found(old, same) != []
    assert found(old, same, come("aws_ecr_repository.more", name="shop/more", scan=True)) == []


def test_what_is_not_set_or_not_known_yet_does_not_differ() -> None:
    old = gone("aws_ecr_repository.a", name="shop/a", block=[{"x": 1, "key": ""}])
    old["change"]["before"]["scan"] = [{"on": False}]
    new = come("aws_ecr_repository.b", name="shop/a", block=[{"x": 1}], scan=[])
    (rename,) = renames(planned(old, later(new, block=[{"key": True}])))
    assert rename.differs == ()
    new = come("aws_ecr_repository.b", name="shop/a", block=[{"x": 1}], scan=None, tags={})
    assert renames(planned(old, new))[0].differs == ()
    new = come("aws_ecr_repository.b", name="shop/a", block=[{"x": 2}], scan=[{"on": True}])
    assert renames(planned(old, new))[0].differs == ("block", "scan")


def test_a_sensitive_name_is_no_name() -> None:
    old = gone("aws_ecr_repository.a", name=symbol("sensitive: aws_ecr_repository.a.name"))
    new = come("aws_ecr_repository.b", name=symbol("sensitive: aws_ecr_repository.b.name"))
    assert found(old, new) == []


def test_what_has_no_name_is_known_by_its_configuration() -> None:
    old = gone("aws_kms_key.a", description="images", rotation=True, arn="arn:x", policy="{}")
    new = {"description": "images", "rotation": True}
    created = later(come("aws_kms_key.b", **new), arn=True, policy=True)
    (rename,) = renames(planned(old, created))
    assert not rename.certain
    assert found(old, come("aws_kms_key.b", **{**new, "description": "logs"})) == []


def test_very_many_take_no_time() -> None:
    entries = [gone(f"aws_ecr_repository.old{it}", name=f"old{it}") for it in range(2000)]
    entries += [come(f"aws_ecr_repository.new{it}", name=f"new{it}") for it in range(2000)]
    entries += [gone(f"aws_x.old{it}", name=f"n{it}") for it in range(500)]
    entries += [come(f"aws_x.new{it}", name=f"n{it}") for it in range(500)]
    assert len(found(*entries)) == 500


def test_nothing_of_a_name_is_taken_for_configuration() -> None:
    old = gone("aws_ecr_repository.a", name='shop"\\${x}')
    (rename,) = renames(planned(old, come("aws_ecr_repository.b", name="shop/b")))
    assert rename.keeps == (r'name = "shop\"\\$${x}"',)
