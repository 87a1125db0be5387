"""What every review of a plan is held against notices what it is there for."""

import json

import pytest
from review_plans.properties import assert_counts_what_it_cuts
from review_plans.reviewed import Reviewed

CUT = "> ✂️ **Shortened to fit in a comment.** Not shown here: {}. Shown in one line: 9 changes. All"


def comment(left_out: str, shown: str = "`a.b0`") -> Reviewed:
    data = {"changes": [{"address": f"a.b{n}"} for n in range(3)]}
    return Reviewed(0, "", markdown=f"{CUT.format(left_out)}\n{shown}\n", json=json.dumps(data))


ADDRESSES = [f"a.b{n}" for n in range(3)]


@pytest.mark.parametrize("said", ["2 of 3 changes", "5 of 6 findings, 2 of 3 changes"])
def test_changes_that_are_counted_may_be_missing(said: str) -> None:
    assert_counts_what_it_cuts(comment(said), ADDRESSES)


@pytest.mark.parametrize(
    "said", ["5 of 6 findings", "2 of 3 permission changes", "1 of 3 changes", "2 of 4 changes"]
)
def test_changes_do_not_hide_behind_anything_else(said: str) -> None:
    with pytest.raises(AssertionError):
        assert_counts_what_it_cuts(comment(said), ADDRESSES)


def test_nothing_is_missing_that_is_there() -> None:
    assert_counts_what_it_cuts(comment("5 of 6 findings", "`a.b0` `a.b1` `a.b2`"), ADDRESSES)
