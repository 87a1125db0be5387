"""Reviews of real plans of modules, of other people's Terraform and of secrets."""

from collections.abc import Callable, Iterator

import pytest
from review_plans.everything import MAKERS
from review_plans.properties import Made, Properties, scenarios
from review_plans.reviewed import reviewed
from review_plans.secret import CANARIES
from review_plans.workshop import Plan, Workshop, provider

from tandem.emulator import Emulator

pytestmark = pytest.mark.integration

KINDS = [kind for kind in MAKERS if kind != "ours"]
REFUSED = "team-errored"
Make = Callable[[str], Plan]


def names() -> list[str]:
    """Of the plans, as in `team-moved`."""
    return [f"{kind}-{scenario}" for kind in KINDS for scenario in scenarios(MAKERS[kind])]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """What makes the plan of a name."""
    with Emulator() as emulator, provider(emulator) as found:
        workshop = Workshop(emulator, found, tmp_path_factory.mktemp("plans"))
        makers = {kind: MAKERS[kind](workshop, tmp_path_factory.mktemp(kind)) for kind in KINDS}

        def plan(name: str) -> Plan:
            kind, _, scenario = name.partition("-")
            made: Plan = getattr(makers[kind], scenario)()
            return made

        yield plan


@pytest.fixture(scope="module", params=[name for name in names() if name != REFUSED])
def made(request: pytest.FixtureRequest, make: Make) -> Made:
    plan = make(request.param)
    return Made(request.param, plan, reviewed(plan.document))


class TestEach(Properties):
    """What holds for all."""


def test_a_plan_that_failed_is_no_plan_to_apply(make: Make) -> None:
    review = reviewed(make(REFUSED).document)
    assert review.exit_status == 2
    assert "is a plan that failed" in review.said
    assert review.markdown == review.json == ""


def test_every_secret_is_in_a_plan(make: Make) -> None:
    """Else that they are not told would show nothing."""
    texts = [str(make(name).document) for name in names() if name.startswith("secrets-")]
    assert [secret for secret in CANARIES if not any(secret in text for text in texts)] == []
