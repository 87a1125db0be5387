"""First plans of Terraform that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

from foreign_terraform import FOLDER

from review_plans.workshop import Files, Plan, Workshop, tree

_MADE = ("plan.json", "state.json", "README.md")


class Foreign:
    """Three of them: nested modules, images by `for_each`, two sources."""

    def __init__(self, workshop: Workshop, scratch: Path) -> None:  # noqa: ARG002 - as Shop
        self._workshop = workshop

    def service_module(self) -> Plan:
        return self._plan("service-module")

    def nightly_images(self) -> Plan:
        return self._plan("nightly-images")

    def two_sources(self) -> Plan:
        return self._plan("two-sources")

    def _plan(self, name: str) -> Plan:
        files: Files = {
            file: text for file, text in tree(FOLDER / name).items() if file not in _MADE
        }
        return self._workshop.plan(files)
