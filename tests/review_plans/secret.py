"""Plans with secrets in every place in which Terraform writes them down."""

from __future__ import annotations

from base64 import b64encode
from functools import cached_property
from pathlib import Path

from review_plans.workshop import Files, Plan, Workshop, changed, tree

_FOLDER = Path(__file__).parent / "secrets"
_OLD = "canary-of-a-variable-before"
_NEW = "canary-of-a-variable-after"
_READ = "canary-that-is-read"
_CHANGED = {
    "canary-in-an-argument": "canary-in-a-new-argument",
    "canary-in-json": "canary-in-new-json",
    "canary-on-a-second-line": "canary-on-a-new-line",
    "canary-given-to-a-module": "canary-newly-given-to-a-module",
    "canary-of-a-function": "canary-of-a-new-function",
    "canary-of-a-default": "canary-of-a-new-default",
    "canary-that-is-only-written": "canary-that-is-newly-written",
    "48151623420815": "48151623420816",
}
CANARIES = (
    _OLD,
    _NEW,
    _READ,
    *_CHANGED,
    *_CHANGED.values(),
    "canary-of-the-provider",
    "canary-in-quotes",
    "canary-in-a-tag",
    b64encode(_OLD.encode()).decode(),
    b64encode(_NEW.encode()).decode(),
)
"""What must never be seen: each is in one of the plans."""


class Secrets:
    """A root module full of secrets, applied once."""

    def __init__(self, workshop: Workshop, scratch: Path) -> None:  # noqa: ARG002 - as Shop
        self._workshop = workshop
        workshop.emulator.client("ssm").put_parameter(
            Name="/given/parameter", Value=_READ, Type="SecureString", Overwrite=True
        )

    @cached_property
    def files(self) -> Files:
        return tree(_FOLDER)

    @cached_property
    def state(self) -> str:
        return self._workshop.apply({**self.files, **_given(_OLD)})

    def create(self) -> Plan:
        return self._workshop.plan({**self.files, **_given(_OLD)})

    def changed(self) -> Plan:
        """Every secret is another one."""
        files = changed(self.files, _CHANGED)
        return self._workshop.plan({**files, **_given(_NEW)}, state=self.state)

    def destroyed(self) -> Plan:
        return self._workshop.plan({**self.files, **_given(_OLD)}, "-destroy", state=self.state)

    def drift(self) -> Plan:
        """Somebody changed them by hand."""
        ssm = self._workshop.emulator.client("ssm")
        literal = {"Name": "/secrets/literal", "Type": "SecureString", "Overwrite": True}
        state = self.state
        ssm.put_parameter(**literal, Value="canary-in-a-new-argument")
        try:
            return self._workshop.plan(
                {**self.files, **_given(_OLD)}, "-refresh-only", state=state, refresh=True
            )
        finally:
            ssm.put_parameter(**literal, Value="canary-in-an-argument")


def _given(token: str) -> Files:
    return {"terraform.tfvars": f'token = "{token}"\n'}
