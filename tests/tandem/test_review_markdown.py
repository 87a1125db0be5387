"""A review as a comment: what it says, in which order, and what it leaves out."""

import re
from dataclasses import replace
from functools import cache

import pytest
import review_samples as samples

from tandem.review.markdown import LIMIT, SHORTEST, markdown
from tandem.review.model import (
    AttributeChange,
    Change,
    Counts,
    Grant,
    Objection,
    PermissionChange,
    Rename,
    Review,
)

REALISTIC = markdown(samples.realistic())


@cache
def huge() -> tuple[Review, str]:
    review = samples.huge()
    return review, markdown(review)


def test_the_first_line_is_the_verdict_and_terraforms_counts() -> None:
    first = REALISTIC.split("\n", 1)[0]
    assert first == (
        "## ⛔ Blocked by 4 objections · 1 to import, 3 to add, 4 to change, 4 to destroy"
    )


@pytest.mark.parametrize(
    ("review", "first"),
    [
        (samples.tiny(), "## ✅ Nothing changes · 0 to add, 0 to change, 0 to destroy"),
        (samples.small(), "## ✅ Passes · 0 to add, 1 to change, 0 to destroy"),
        (samples.drift(), "## ⚠️ Drift · 1 resource changed outside of Terraform"),
        (Review("drift", "1.11.4", Counts()), "## ✅ No drift · 0 resources"),
    ],
)
def test_what_nothing_stands_against_says_so(review: Review, first: str) -> None:
    assert markdown(review).startswith(first)


def test_a_review_in_which_everything_is_waived_passes() -> None:
    waived = tuple(it for it in samples.realistic().objections if it.waiver)
    text = markdown(replace(samples.realistic(), objections=waived))
    assert text.startswith("## ✅ Passes with 1 waiver · ")
    assert "Waived until 2027-01-31: its history is in the log" in text


def test_the_second_line_says_what_it_does() -> None:
    line = REALISTIC.split("\n\n")[1]
    for words in ("2 resources lose their data", "1 link breaks", "2 new findings"):
        assert words in line
    assert "3 roles or policies allow more" in line


def test_the_most_dangerous_comes_first() -> None:
    headings = re.findall("^### (.*)$", REALISTIC, re.MULTILINE)
    assert headings == [
        "Before this can be merged",
        "Destroyed or replaced",
        "Renamed?",
        "What starts what",
        "Permissions",
        "New findings",
        "Everything else, by image",
        "Outputs",
        "Changed outside of Terraform",
        "Found before",
        "Not known",
    ]


def test_drift_is_the_first_thing_that_a_review_of_drift_shows() -> None:
    review = replace(samples.drift(), changes=samples.small().changes)
    text = markdown(review)
    assert text.index("### Changed outside of Terraform") < text.index("### Permissions")


def test_every_changed_address_is_there_with_what_happens() -> None:
    for change in samples.realistic().changes:
        assert f"`{change.address}`" in REALISTIC
    assert "- `aws_ecr_repository.shop-web` is **destroyed**: its configuration" in REALISTIC
    assert "- `aws_kms_key.images` moved from `aws_kms_key.this`" in REALISTIC
    assert "changed, imported as `shop-artifacts-123456789012`" in REALISTIC


def test_attributes_are_old_and_new() -> None:
    assert "`build_timeout`: `90` → `60`" in REALISTIC
    assert "`tags.team`: `shop` (removed)" in REALISTIC
    assert "`tags.cost-centre`: `4711` (new)" in REALISTIC
    assert "`name`: `shop-web` → `shop-storefront` **(replaces it)**" in REALISTIC
    assert "    -      - docker build -t" in REALISTIC
    folded = "  - `delivery_policy`\n    <details><summary><code>2 lines</code></summary>\n\n"
    assert f"{folded}    ```diff\n    @@ -0,0 +1,2 @@\n    +a: 1\n" in REALISTIC


def test_a_rename_is_a_block_to_be_copied() -> None:
    block = "moved {\n  from = module.worker\n  to   = module.jobs\n}"
    assert f"\n\n{block}\n```" in REALISTIC
    assert (
        "# tags.image would then change in place\n"
        '# keep name = "shop/web", or it is replaced all the same\nmoved {'
    ) in REALISTIC


def test_permissions_say_who_gains_what_and_how_wide_it_is() -> None:
    assert "⚠️ **`shop-api-build` may do more**" in REALISTIC
    assert "+ s3:* on *\n!   on every resource; no step needs it\n" in REALISTIC
    assert "- Deny ecr:* but not ecr:Get*\n" in REALISTIC
    assert "-   for * but not 123456789012\n" in REALISTIC
    assert "!   no longer denied" in REALISTIC
    assert "+ arn:aws:iam::210987654321:root if sts:ExternalId StringEquals shop" in REALISTIC


def test_what_a_role_needs_is_no_warning() -> None:
    base, *others = samples.realistic().permissions
    needed = replace(base, gained=tuple(replace(it, needed=True, wide="") for it in base.gained))
    text = markdown(replace(samples.realistic(), permissions=(needed, *others)))
    assert "\n**`shop-api-build` may do other things**" in text
    assert "2 roles or policies allow more" in text
    assert text.index("`shop-deploy` may be") < text.index("`shop-api-build` may do other")


def test_permissions_that_nobody_can_compare_are_no_gain_and_a_warning() -> None:
    dark = PermissionChange("aws_iam_role.x", "x", "trust", unknown=("its policy is sensitive",))
    text = markdown(replace(samples.tiny(), permissions=(dark,)))
    assert "⚠️ **`x` cannot be compared** · `aws_iam_role.x`\n\n- Not known: its policy" in text


def test_long_grants_are_broken_between_names() -> None:
    base = samples.realistic().permissions[0]
    arns = tuple(f"arn:aws:ecr:eu-west-1:123456789012:repository/shop/image-{n}" for n in range(20))
    grant = Grant(tuple(f"ecr:Action{n}" for n in range(20)), arns)
    text = markdown(replace(samples.tiny(), permissions=(replace(base, gained=(grant,)),)))
    lines = [line for line in text.split("\n") if line.startswith("+")]
    assert max(map(len, lines)) < 100
    assert "+      and 8 more" in lines
    assert [line for line in lines if line.endswith("image-3")]


def test_what_is_the_same_is_said_once() -> None:
    same = tuple(
        Objection(
            "data-destroyed", f"aws_ecr_repository.r{n}", "All images are deleted.", "keep it"
        )
        for n in range(3)
    )
    text = markdown(replace(samples.tiny(), objections=same))
    assert text.count("All images are deleted.") == 1
    assert "`aws_ecr_repository.r0`, `aws_ecr_repository.r1`, `aws_ecr_repository.r2` →" in text


def test_many_of_the_same_are_no_endless_line() -> None:
    same = tuple(Objection("data-destroyed", f"a.b{n}", "gone", "keep it") for n in range(5000))
    text = markdown(replace(samples.tiny(), objections=same))
    shown = sum(f"`a.b{n}`" in text for n in range(5000))
    assert shown > 1000
    assert f"Not shown here: {5000 - shown:,} of 5,000 objections" in text


def test_a_finding_that_closes_the_gate_is_explained_once() -> None:
    assert "- **New finding**: `action-too-wide`; what to do stands with each finding" in REALISTIC
    assert REALISTIC.count("name the actions and the bucket") == 1


def test_of_much_that_is_destroyed_what_holds_data_is_seen_first() -> None:
    many = tuple(
        Change(f"a.b{n}", "a", "destroy", holds_data=n == 15, rank=20 - n) for n in range(20)
    )
    text = markdown(replace(samples.tiny(), changes=many))
    seen, folded = text.split("<details><summary>19 that hold no data</summary>")
    assert "`a.b15` is **destroyed**" in seen
    assert folded.count("is **destroyed**") == 19


def test_links_without_room_for_their_picture_are_listed() -> None:
    text = markdown(samples.huge(200), limit=6000)
    assert "```mermaid" not in text
    assert "❌ **broken**" in text
    assert "1 of 1 picture" in text


def test_only_new_findings_are_shown_without_a_click() -> None:
    new, known = REALISTIC.split("<summary>1 finding that this plan does not bring</summary>")
    assert "CKV_AWS_51" in known
    assert "CKV_AWS_51" not in new
    assert "give the rule a target that starts shop-storefront" in new


def test_what_nobody_knows_is_said() -> None:
    assert "- the policy of `aws_iam_role.shop-jobs-build`: known after apply" in REALISTIC
    assert "- the plan is incomplete: it has `-target`" in REALISTIC


def test_nothing_is_shortened_that_fits() -> None:
    assert "Shortened" not in REALISTIC
    assert "left out" not in REALISTIC


def test_a_comment_is_never_too_long_and_says_what_is_missing() -> None:
    review, text = huge()
    assert LIMIT * 0.95 < len(text) <= LIMIT
    said = re.search(r"Not shown here: ([\d,]+) of 5,000 changes", text)
    assert said
    shown = sum(f"`{change.address}`" in text for change in review.changes)
    assert shown == 5000 - int(said[1].replace(",", ""))
    assert text.count("<details") == text.count("</details>")
    cut = re.findall(r"\*\*… and ([\d,]+) more, left out here", text)
    assert sum(int(it.replace(",", "")) for it in cut) > 2000
    assert re.search(r"Shown in one line: \d+ changes", text)


def test_many_of_one_kind_do_not_hide_another_kind() -> None:
    text = markdown(samples.huge(500), limit=10_240)
    for heading in ("Destroyed or replaced", "Permissions", "New findings"):
        assert f"### {heading}\n" in text


@pytest.mark.parametrize("limit", [SHORTEST, 4_000, 10_240])
def test_what_closes_the_gate_is_never_cut_for_something_else(limit: int) -> None:
    why = "All images in it are deleted: what runs one of them cannot pull it again."
    objections = tuple(
        Objection("data-destroyed", f"module.image{n}.aws_ecr_repository.r", f"{n}: {why}", "keep")
        for n in range(14)
    )
    text = markdown(replace(samples.huge(500), objections=objections), limit=limit)
    assert all(f"`{it.address}`" in text for it in objections)
    if text.count(why) < 14:
        assert text.count("\n### ") == 1
    assert "### Outputs" not in text
    assert "### Everything else" not in text


def test_permissions_without_room_are_named() -> None:
    base = samples.realistic().permissions[0]
    many = tuple(replace(base, address=f"aws_iam_role.r{n}", name=f"r{n}") for n in range(40))
    text = markdown(replace(samples.small(), permissions=many), limit=6_000)
    assert all(f"**`{it.name}` may do more** · `{it.address}`" in text for it in many)
    assert 0 < text.count("```diff") < 40


def test_nothing_that_has_drifted_waits_to_be_merged() -> None:
    text = markdown(replace(samples.drift(), objections=samples.realistic().objections))
    assert "### Objections\n" in text
    assert "merged" not in text


def test_what_is_cut_is_the_least_dangerous() -> None:
    review, text = huge()
    lost = [it for it in review.changes if it.action in ("destroy", "replace")]
    shown = [f"`{it.address}`" in text for it in lost]
    assert shown == sorted(shown, reverse=True)
    assert any(shown)


def test_one_change_does_not_take_the_room_of_all_others() -> None:
    attributes = tuple(AttributeChange(f"tags.t{n}", "a" * 900, "b" * 900) for n in range(500))
    lines = tuple(f"+{n}" + "x" * 900 for n in range(5000))
    big = Change(
        "a.big", "a", "update", attributes=(AttributeChange("x", "1", "2", diff=lines), *attributes)
    )
    text = markdown(replace(samples.small(), changes=(big, *samples.small().changes)))
    assert "… and 4,940 more lines, left out here" in text
    assert "… and 476 more attributes, left out here" in text
    assert "module.web.aws_codebuild_project.this[0]" in text


def test_a_limit_without_room_is_refused() -> None:
    for review in (samples.huge(200), samples.poisoned(samples.huge(40), samples.HOSTILE)):
        assert len(markdown(review, limit=SHORTEST)) <= SHORTEST
    with pytest.raises(ValueError, match=r"limit: 100 characters are too few; use 2000 or more"):
        markdown(samples.tiny(), limit=100)


def test_hundreds_of_blocks_are_left_out_whole() -> None:
    renames = tuple(Rename(f"module.a{n}", f"module.b{n}", True) for n in range(2000))
    text = markdown(replace(samples.small(), renames=renames))
    fence = re.search("```hcl\n(.*?)\n```", text, re.DOTALL)
    assert fence
    assert fence[1].count("moved {") == fence[1].count("}") > 100
    assert "proposed `moved` blocks" in text


def test_what_is_of_no_image_is_said_so_only_beside_images() -> None:
    (change,) = samples.small().changes
    alone = markdown(replace(samples.small(), changes=(replace(change, image=""),)))
    assert "### Changes, by image\n\n<details open><summary>1 changed</summary>" in alone
    both = (change, replace(change, image=""))
    assert "Shared, or of no image: 1 changed" in markdown(replace(samples.small(), changes=both))
