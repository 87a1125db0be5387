"""Reviews of real plans of modules, of other people's Terraform and of secrets."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from conftest import Golden
from review_plans.everything import MAKERS
from review_plans.properties import Made, Properties, scenarios
from review_plans.reviewed import printed, reviewed
from review_plans.secret import CANARIES
from review_plans.workshop import Plan, Workshop, provider

from tandem.emulator import Emulator

pytestmark = pytest.mark.integration

KINDS = [kind for kind in MAKERS if kind != "ours"]
REFUSED = "team-errored"
SHOWN = {
    "exported-call_renamed",
    "secrets-changed",
    "team-moved",
    "team-replaced",
}
"""Those whose comment is in tests/golden/review/, to be read."""
Make = Callable[[str], Plan]


def names() -> list[str]:
    """Of the plans, as in `team-moved`."""
    return [f"{kind}-{scenario}" for kind in KINDS for scenario in scenarios(MAKERS[kind])]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Emulator() as emulator, provider(emulator) as found:
        yield Workshop(emulator, found, tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="module")
def make(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """What makes the plan of a name, once."""
    makers = {kind: MAKERS[kind](workshop, tmp_path_factory.mktemp(kind)) for kind in KINDS}

    @cache
    def plan(name: str) -> Plan:
        kind, _, scenario = name.partition("-")
        made: Plan = getattr(makers[kind], scenario)()
        return made

    return plan


@pytest.fixture(scope="module", params=[name for name in names() if name != REFUSED])
def made(request: pytest.FixtureRequest, make: Make) -> Made:
    plan = make(request.param)
    return Made(request.param, plan, reviewed(plan.document))


class TestEach(Properties):
    """What holds for all."""


def test_the_comment_is_as_it_was(made: Made, golden: Golden) -> None:
    if made.name in SHOWN:
        golden(f"review/{made.name}.md", made.review.markdown)


def test_the_proposed_blocks_keep_what_would_be_destroyed(make: Make, workshop: Workshop) -> None:
    """Terraform itself says whether it takes them, and what is left to do."""
    plan = make("exported-call_renamed")
    renames = reviewed(plan.document).data["renames"]
    after = workshop.again(plan, "\n".join(rename["block"] for rename in renames))
    assert after.counts == {"add": 0, "change": 0, "destroy": 0}
    assert [rename["differs"] for rename in renames] == [[]]


def test_a_name_that_must_be_kept_is_said_with_the_block(make: Make, workshop: Workshop) -> None:
    plan = make("team-renamed")
    renames = reviewed(plan.document).data["renames"]
    after = workshop.again(plan, "\n".join(rename["block"] for rename in renames))
    replaced = {
        change["address"]
        for change in after.document["resource_changes"]
        if "delete" in change["change"]["actions"]
    }
    assert replaced == {it["new"] for it in renames if it["keeps"]}


def test_a_plan_that_failed_is_no_plan_to_apply(make: Make) -> None:
    review = reviewed(make(REFUSED).document)
    assert review.exit_status == 2
    assert "is a plan that failed" in review.said
    assert review.markdown == review.json == ""


def test_every_secret_is_in_a_plan(make: Make) -> None:
    """Else that they are not told would show nothing."""
    texts = [str(make(name).document) for name in names() if name.startswith("secrets-")]
    assert [secret for secret in CANARIES if not any(secret in text for text in texts)] == []


def test_none_is_printed(make: Make) -> None:
    text = printed(make("secrets-changed").document)
    assert "secret_string" in text
    assert [secret for secret in CANARIES if secret in text] == []
