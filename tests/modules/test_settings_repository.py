"""Where images and artifacts are kept, and for how long."""

from typing import Any

import pytest
from pydantic import ValidationError
from stack import KEY_ARN

from modules import Artifacts, ExistingRepository, Repository


def test_defaults_are_safe() -> None:
    repository = Repository()
    assert repository.protect is True
    assert repository.scan_on_push is True
    assert (repository.keep_images, repository.untagged_days) == (30, 7)
    assert (Artifacts().expire_days, Artifacts().kms_key) == (30, None)


@pytest.mark.parametrize(
    ("kind", "setting", "good", "bad"),
    [
        (Repository, "name", ["shop/web", None], ["Shop/web", "w"]),
        (Repository, "keep_images", [2, 1000], [1, 1001, "30"]),
        (Repository, "untagged_days", [1, 36_500], [0, 36_501]),
        (Repository, "scan_on_push", [False], ["no"]),
        (Repository, "protect", [False], ["no", 0]),
        (Repository, "kms_key", [KEY_ARN, None], ["alias/shop"]),
        (ExistingRepository, "existing", ["shop/web"], ["", "Shop"]),
        (Artifacts, "kms_key", [KEY_ARN], ["alias/shop"]),
        (Artifacts, "expire_days", [1, 36_500], [0, 36_501, True]),
    ],
)
def test_limits(kind: type[Any], setting: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        assert getattr(kind(**{setting: value}), setting) == value
    for value in bad:
        with pytest.raises(ValidationError, match=setting):
            kind(**{setting: value})


def test_nothing_unknown_is_overlooked() -> None:
    with pytest.raises(ValidationError) as refused:
        Repository(keep_image=5, untaged_days=0)  # type: ignore[call-arg]
    assert {error["loc"] for error in refused.value.errors()} == {
        ("keep_image",),
        ("untaged_days",),
    }
