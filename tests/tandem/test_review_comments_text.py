"""The text of a comment: cut where it stays whole, and without tags where they would be shown."""

import re
from dataclasses import replace

import pytest
import review_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from review_samples import HOSTILE

from tandem.review.comments.fitting import fitted, length
from tandem.review.comments.plainer import plainer
from tandem.review.comments.sticky import marked
from tandem.review.markdown import markdown
from tandem.review.model import AttributeChange, Change

LINES = st.lists(
    st.sampled_from(
        [
            "a line 🙂",
            "",
            "```diff",
            "````",
            "```",
            "- item",
            "<details><summary>More</summary>",
            "</details>",
            "| a | b |",
        ]
    ),
    max_size=200,
)

SAID = "**More did not fit into this comment.** The report of the build has it all."


def shown(text: str) -> str:
    return str(MarkdownIt("commonmark").render(text))


def test_nobody_sees_the_mark() -> None:
    assert shown(marked("## Passes", "examples/chain")) == "<h2>Passes</h2>\n"


def test_what_fits_is_as_it_was() -> None:
    assert fitted("a" * 100, 100) == "a" * 100


def test_characters_are_counted_as_hosts_do() -> None:
    assert length("a→🙂") == 4


@given(LINES, st.integers(200, 600))
def test_what_is_cut_is_within_the_limit_and_the_beginning(lines: list[str], limit: int) -> None:
    text = "\n\n".join(lines)  # directly after a tag a fence would be none
    cut = fitted(text, limit)
    assert length(cut) <= limit
    if cut != text:
        kept = cut.removesuffix(SAID).rstrip("\n")
        while not text.startswith(kept):
            assert kept.endswith("</details>")
            kept = kept.removesuffix("</details>").rstrip("\n")
        assert "<p><strong>More did not fit" in shown(cut), "it is in a fence, or in a list"


@pytest.mark.parametrize("inside", ["+ line", "```", "~~~", "```` text"])
def test_a_fence_is_never_left_open(inside: str) -> None:
    diff = "\n".join(["````diff", *[inside] * 100, "````"])
    cut = fitted(f"before\n\n{diff}\n\nafter", 400)
    assert cut.startswith("before\n\n**More did not fit")


def test_details_are_closed() -> None:
    more = "\n".join(f"- line {number}" for number in range(100))
    cut = fitted(f"<details><summary>a</summary>\n\n<details><summary>b</summary>\n\n{more}", 400)
    assert cut.count("</details>") == 2
    text = f"- a\n  <details><summary>a</summary>\n\n{more}"
    assert fitted(text, 400).count("</details>") == 1
    assert "line 10" in cut


def test_folded_parts_are_shown_where_they_cannot_be_folded() -> None:
    summary = "<details open><summary><code>web</code>: 2</summary>"
    text = f"{summary}\n\n- one<br>and\n- two\n\n</details>\n\nend\n"
    assert plainer(text) == "**`web`: 2**\n\n- one and\n- two\n\n\nend\n"
    assert plainer("- a\n  <details><summary>b</summary>\n\n  </details>") == "- a\n  **b**\n"


def test_pictures_are_left_out_where_nobody_draws_them() -> None:
    text = "before\n\n```mermaid\nflowchart LR\n  a --> b\n```\n\n```diff\n+ a\n```\n"
    assert plainer(text) == "before\n\n```diff\n+ a\n```\n"


@pytest.mark.parametrize("text", [HOSTILE, "`<details>`", "a &lt;details&gt; b"])
def test_escaped_text_stays_as_it_is(text: str) -> None:
    assert plainer(f"- {text}").replace(" ", "") == f"- {text}".replace("<br>", "").replace(" ", "")


def test_code_stays_as_it_is_where_tags_go() -> None:
    change = AttributeChange(
        "buildspec", "a", "b", diff=("+ echo <br> done", "+</details>", "+```")
    )
    spec = Change("a.b", "a", "update", attributes=(change,), image="a<b>`c", means=("not <br> x",))
    text = markdown(replace(samples.tiny(), changes=(spec, *samples.small().changes)))
    plain = plainer(text)
    block = "    ````diff\n    + echo <br> done\n    +</details>\n    +```\n    ````"
    assert block in text
    assert block in plain
    assert "\n**``a<b>`c``: 1 changed**\n" in plain
    assert "not `<br>` x" in plain
    assert not re.search("<(?!br> done|br>` x|b>`c`|/details>\n    [+])", plain)


def test_a_block_within_a_block_is_code() -> None:
    text = "````diff\n```mermaid\n<br>\n```\n````\n\na<br>b ``<br>`` c<br>d\n"
    assert plainer(text) == "````diff\n```mermaid\n<br>\n```\n````\n\na b ``<br>`` c d\n"
