"""Plans of the exported modules, called from HCL."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from synthesis import ROOT

from review_plans.workshop import Files, Plan, Workshop, changed, tree

_FOLDER = Path(__file__).parent / "exported"
_MODULE = Path("terraform/image-pipeline")


class Exported:
    """Two calls, applied once."""

    def __init__(self, workshop: Workshop, scratch: Path) -> None:  # noqa: ARG002 - as Shop
        self._workshop = workshop

    @cached_property
    def files(self) -> Files:
        module = {
            str(_MODULE / name): text
            for name, text in tree(ROOT / _MODULE).items()
            if not name.startswith(("examples/", "tests/"))
        }
        return {**tree(_FOLDER), **module}

    @cached_property
    def state(self) -> str:
        return self._workshop.apply(self.files)

    def create(self) -> Plan:
        return self._workshop.plan(self.files)

    def no_change(self) -> Plan:
        return self._plan({})

    def tag_switched(self) -> Plan:
        """Of the base: its pipeline pushes another tag, and the rule waits for it."""
        return self._plan({'= "base-image" }\n': '= "base-image" }\n  tag = "stable"\n'})

    def call_renamed(self) -> Plan:
        """The module is what it was, under another address: all of it is made anew."""
        return self._plan({'module "web"': 'module "shop"'})

    def call_moved(self) -> Plan:
        moved = "\nmoved {\n  from = module.web\n  to   = module.shop\n}\n"
        return self._plan({'module "web"': f'{moved}module "shop"'})

    def call_removed(self) -> Plan:
        text = self.files["main.tf"]
        return self._plan({text[text.index('module "web"') :]: ""})

    def _plan(self, replaced: dict[str, str]) -> Plan:
        return self._workshop.plan(changed(self.files, replaced), state=self.state)
