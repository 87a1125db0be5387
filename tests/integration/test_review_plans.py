"""Reviews of real plans of a file of ours: by the real Terraform and provider, on the emulator."""

from collections.abc import Iterator

import pytest
from review_plans.ours import Shop
from review_plans.properties import Made, Properties, scenarios
from review_plans.workshop import Workshop, provider

from tandem.emulator import Emulator

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Emulator() as emulator, provider(emulator) as found:
        workshop = Workshop(emulator, found, tmp_path_factory.mktemp("plans"))
        yield Shop(workshop, tmp_path_factory.mktemp("stacks"))


@pytest.fixture(scope="module", params=scenarios(Shop))
def made(request: pytest.FixtureRequest, shop: Shop) -> Made:
    return Made.by(shop, request.param)


class TestEach(Properties):
    """What holds for all."""
