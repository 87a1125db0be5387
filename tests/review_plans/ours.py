"""Plans of a file of ours: what happens to it in a year."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from modules import _cdktf
from review_plans.workshop import Block, Files, Plan, Workshop, ours
from tandem.config import load
from tandem.stack import compose

SHOP: Block = {
    "project": "shop",
    "region": "us-east-1",
    "images": {
        "base": {"base": None, "source": {"codecommit": "base-image"}},
        "tools": {"base": None, "source": {"codecommit": "tools-image"}},
        "web": {
            "base": "base",
            "source": {"codecommit": "web"},
            "build": {"environment": {"STAGE": "production"}},
            "deploy": {"ecs": {"cluster": "prod", "service": "web", "container": "web"}},
        },
        "worker": {"base": "base", "source": {"codecommit": "worker"}},
    },
}


class Shop:
    """The file, applied once, and what people do with it."""

    def __init__(self, workshop: Workshop, scratch: Path) -> None:
        self._workshop = workshop
        self._scratch = scratch

    @cached_property
    def state(self) -> str:
        return self._workshop.apply(self._files())

    def create(self) -> Plan:
        return self._workshop.plan(self._files())

    def no_change(self) -> Plan:
        return self._plan()

    def image_added(self) -> Plan:
        return self._plan(report={"base": "web", "source": {"codecommit": "report"}})

    def image_renamed(self) -> Plan:
        """Without a word: the repository is destroyed."""
        return self._plan(worker=None, jobs={"base": "base", "source": {"codecommit": "worker"}})

    def image_renamed_from(self) -> Plan:
        return self._plan(
            worker=None,
            jobs={
                "base": "base",
                "source": {"codecommit": "worker"},
                "renamed_from": "worker",
                "repository": {"name": "shop/worker"},
            },
        )

    def image_removed(self) -> Plan:
        return self._plan(worker=None)

    def base_changed(self) -> Plan:
        return self._plan(web={"base": "tools"})

    def tag_switched(self) -> Plan:
        return self._plan(base={"tag": "stable"})

    def repository_renamed(self) -> Plan:
        return self._plan(worker={"repository": {"name": "shop/jobs", "protect": False}})

    def build_changed(self) -> Plan:
        """Its variables and its buildspec."""

        def edit(stack: Block) -> None:
            source = stack["resource"]["aws_codebuild_project"]["web_build"]["source"]
            login = "docker login --username AWS"
            assert login in source["buildspec"]
            source["buildspec"] = source["buildspec"].replace(login, f"{login} --log-level error")

        return self._plan(edit=edit, web={"build": {"environment": {"STAGE": "staging"}}})

    def policy_widened(self) -> Plan:
        """The role of a build may do everything with every repository, and anybody may take it."""

        def edit(stack: Block) -> None:
            policy = stack["resource"]["aws_iam_role_policy"]["web_build_role"]
            document = json.loads(policy["policy"])
            (push,) = [it for it in document["Statement"] if it["Sid"] == "Push"]
            push.update(Action=["ecr:*"], Resource=["*"])
            policy["policy"] = json.dumps(document)
            role = stack["resource"]["aws_iam_role"]["web_build_role"]
            trust = json.loads(role["assume_role_policy"])
            trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::999999999999:root"
            role["assume_role_policy"] = json.dumps(trust)

        return self._plan(edit=edit)

    def link_broken(self) -> Plan:
        """The rule waits for a tag that nobody pushes."""

        def edit(stack: Block) -> None:
            rule = stack["resource"]["aws_cloudwatch_event_rule"]["base-pushed"]
            assert '"latest"' in rule["event_pattern"]
            rule["event_pattern"] = rule["event_pattern"].replace('"latest"', '"newest"')

        return self._plan(edit=edit)

    def only_a_part(self) -> Plan:
        target = "-target=aws_codebuild_project.web_build"
        return self._plan(target, web={"build": {"timeout_minutes": 10}}, worker=None)

    def replaced_on_demand(self) -> Plan:
        return self._plan("-replace=aws_codepipeline.web_pipeline")

    def tainted(self) -> Plan:
        state = json.loads(self.state)
        (repository,) = [
            it
            for it in state["resources"]
            if (it["type"], it["name"]) == ("aws_ecr_repository", "worker_repository")
        ]
        repository["instances"][0]["status"] = "tainted"
        unprotected = {"repository": {"protect": False}}
        return self._plan(state=json.dumps(state), worker=unprotected)

    def provider_upgraded(self) -> Plan:
        """The state is an older provider's: targets had no bus yet, pipelines no mode."""
        state = json.loads(self.state)
        for resource in state["resources"]:
            for instance in resource["instances"]:
                if resource["type"] == "aws_cloudwatch_event_target":
                    instance["schema_version"] = 0
                    del instance["attributes"]["event_bus_name"]
                if resource["type"] == "aws_codepipeline":
                    del instance["attributes"]["execution_mode"]
        return self._plan(state=json.dumps(state))

    def destroyed(self) -> Plan:
        unprotected: dict[str, Any] = {
            name: {"repository": {"protect": False}} for name in SHOP["images"]
        }
        return self._plan("-destroy", **unprotected)

    def drift(self) -> Plan:
        """Somebody was in the console."""
        with self._by_hand():
            return self._workshop.plan(
                self._files(), "-refresh-only", state=self.state, refresh=True
            )

    def drift_of_nothing(self) -> Plan:
        """The first look after an apply: AWS says `{}` where nothing was said."""
        assert self.state
        state = self._workshop.unrefreshed
        return self._workshop.plan(self._files(), "-refresh-only", state=state, refresh=True)

    def drift_and_change(self) -> Plan:
        with self._by_hand():
            return self._workshop.plan(self._files(), state=self.state, refresh=True)

    @contextmanager
    def _by_hand(self) -> Iterator[None]:
        """What is changed by hand, for as long as the block lasts."""
        iam = self._workshop.emulator.client("iam")
        role = {"RoleName": "shop-web-build", "PolicyName": "shop-web-build"}
        before = json.dumps(iam.get_role_policy(**role)["PolicyDocument"])
        events = self._workshop.emulator.client("events")
        iam.put_role_policy(**role, PolicyDocument=before.replace("ecr:PutImage", "ecr:*"))
        events.disable_rule(Name="shop-base-pushed")
        try:
            yield
        finally:
            iam.put_role_policy(**role, PolicyDocument=before)
            events.enable_rule(Name="shop-base-pushed")

    def _plan(
        self,
        *options: str,
        edit: Callable[[Block], None] | None = None,
        state: str | None = None,
        **images: Block | None,
    ) -> Plan:
        return self._workshop.plan(
            self._files(edit, **images), *options, state=self.state if state is None else state
        )

    def _files(self, edit: Callable[[Block], None] | None = None, **images: Block | None) -> Files:
        """Of the stack, with images changed, added, or, where None is said, left out."""
        everything = SHOP["images"]
        changed = everything | {
            name: {**everything.get(name, {}), **more} for name, more in images.items() if more
        }
        kept = {name: it for name, it in changed.items() if images.get(name, it) is not None}
        folder = Path(mkdtemp(dir=self._scratch))
        file = folder / "pipelines.yaml"
        file.write_text(json.dumps({**SHOP, "images": kept}))
        stack = _cdktf.TerraformStack(_cdktf.App(outdir=str(folder)), "shop")
        compose(stack, load(file))
        return ours(self._workshop, json.loads(str(_cdktf.Testing.synth(stack))), edit)
