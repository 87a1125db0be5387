"""What happens to an image after it was built."""

from typing import Any

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, REGION

from modules import Approval, EcsDeploy

SERVICE: dict[str, Any] = {"cluster": "prod", "service": "web", "container": "web"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web-task"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"


def test_defaults() -> None:
    deploy = EcsDeploy(**SERVICE)
    assert deploy.timeout_minutes == 60
    assert deploy.task_roles is None
    assert Approval() == Approval(sns_topic=None, message=None)


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        ("cluster", ["prod_2-a", "c" * 255], ["", "prod/a", "c" * 256]),
        ("service", ["web"], ["", "w b"]),
        ("container", ["web"], ["", "web:1"]),
        ("timeout_minutes", [1, 60], [0, 61, "5"]),
        ("task_roles", [[ROLE], [], None], [["web-task"], ROLE]),
    ],
)
def test_limits(setting: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        settings: dict[str, Any] = {**SERVICE, setting: value}
        assert getattr(EcsDeploy(**settings), setting) == value
    for value in bad:
        with pytest.raises(ValidationError, match=setting):
            EcsDeploy(**{**SERVICE, setting: value})


@pytest.mark.parametrize("setting", SERVICE)
def test_cluster_service_and_container_are_required(setting: str) -> None:
    with pytest.raises(ValidationError, match=setting):
        EcsDeploy(**{name: value for name, value in SERVICE.items() if name != setting})


def test_an_approval_may_tell_somebody_something() -> None:
    assert Approval(sns_topic=TOPIC, message="Ship it?").sns_topic == TOPIC
    with pytest.raises(ValidationError, match="an SNS topic's ARN"):
        Approval(sns_topic="releases")
    with pytest.raises(ValidationError, match="not empty"):
        Approval(message=" ")
