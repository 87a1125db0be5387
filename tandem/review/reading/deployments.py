"""What there is before a plan's apply, and what there will be after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.deployment import Deployment, plan, state
from tandem.deployment.addresses import is_data
from tandem.deployment.place import Place
from tandem.deployment.reading import model_of
from tandem.deployment.symbols import is_known

Json = Mapping[str, Any]

_FORGOTTEN = ("forget",)


@dataclass(frozen=True)
class Deployments:
    """Two models. What is moved has its new address in both."""

    before: Deployment | None
    """None: there is nothing yet."""
    after: Deployment


def deployments(document: Json, *, drift: bool = False) -> Deployments:
    """The models before and after a plan.

    Args:
        document: The plan, as `terraform show -json` prints it.
        drift: It is of `terraform plan -refresh-only`: what Terraform left, and what it found.

    Raises:
        InputError: The plan is not as Terraform writes it.
    """
    prior: Json = (document.get("prior_state") or {}).get("values") or {}
    root: Json = prior.get("root_module") or {}
    planned = _with_forgotten(document)
    after = model_of(lambda: plan.world(planned))
    if drift:
        # Nothing is planned: the prior state is what was found, and the drift tells what was left.
        after = _state(lambda: root, Place.of(after))
        return Deployments(_state(lambda: left_by(root, document), Place.of(after)), after)
    before = _state(lambda: root, Place.of(after))
    if all(map(is_data, before.resources)):
        return Deployments(None, after)
    if not is_known([after.account, after.region]) and is_known([before.account, before.region]):
        after = model_of(lambda: plan.world(planned), near=Place.of(before))
    return Deployments(before, after)


def _with_forgotten(document: Json) -> Json:
    """The plan, in which nothing happens to what Terraform only forgets: that lives on as it is."""
    changes = document.get("resource_changes") or []
    kept = [it for it in changes if tuple(it["change"]["actions"]) != _FORGOTTEN]
    return document if len(kept) == len(changes) else {**document, "resource_changes": kept}


def _state(root: Callable[[], Json], near: Place) -> Deployment:
    return model_of(lambda: state.world({"values": {"root_module": root()}}), near=near)


def left_by(root: Json, document: Json) -> Json:
    """The state as Terraform left it, as one module: its references are resolved already."""
    left = {str(it["address"]): it for _, it in state.resources_of(root)}
    for drifted in document.get("resource_drift") or []:
        if "deposed" not in drifted:
            address, values = str(drifted["address"]), drifted["change"].get("before")
            left[address] = {**drifted, **left.get(address, {}), "values": values or {}}
    return {"resources": list(left.values())}
