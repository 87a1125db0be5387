"""Reviews of real plans of a file of ours: by the real Terraform and provider, on the emulator."""

from collections.abc import Iterator

import pytest
from conftest import Golden
from review_plans.ours import Shop
from review_plans.properties import (
    Made,
    Properties,
    assert_counts_what_it_cuts,
    happening,
    scenarios,
)
from review_plans.reviewed import reviewed
from review_plans.workshop import Plan, Workshop, provider

from tandem.emulator import Emulator

pytestmark = pytest.mark.integration

SHOWN = {
    "ours-base_changed",
    "ours-drift",
    "ours-image_renamed",
    "ours-link_broken",
    "ours-no_change",
    "ours-policy_widened",
}
"""Those whose comment is in tests/golden/review/, to be read."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Emulator() as emulator, provider(emulator) as found:
        workshop = Workshop(emulator, found, tmp_path_factory.mktemp("plans"))
        yield Shop(workshop, tmp_path_factory.mktemp("stacks"))


@pytest.fixture(scope="module", params=scenarios(Shop))
def made(request: pytest.FixtureRequest, shop: Shop) -> Made:
    plan: Plan = getattr(shop, request.param)()
    return Made(f"ours-{request.param}", plan, reviewed(plan.document))


class TestEach(Properties):
    """What holds for all."""


def test_the_comment_is_as_it_was(made: Made, golden: Golden) -> None:
    if made.name in SHOWN:
        golden(f"review/{made.name}.md", made.review.markdown)


def test_a_shorter_comment_says_what_it_leaves_out(shop: Shop) -> None:
    plan = shop.create().document
    for limit in (2_000, 5_000, 10_240):
        review = reviewed(plan, "--limit", str(limit))
        assert len(review.markdown) <= limit
        assert "Shortened" in review.markdown
        assert_counts_what_it_cuts(review, [change["address"] for change in happening(plan)])
