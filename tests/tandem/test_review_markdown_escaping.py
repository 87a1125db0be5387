"""Whatever a plan says, a comment shows it and does nothing else."""

import re

import review_samples as samples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tandem.review.markdown import LIMIT, SHORTEST, markdown
from tandem.review.markdown.escaping import code, fenced, inside_html, link, prose

_MARKS = (
    "`", "``", "```", "~~~", "|", "||", "\\", "\n", "\r\n", "\n\n", "\t", " ", "  ", "- ", "-",
    "1. ", "1)", "# ", "=", "===", "---", "> ", "*", "**", "_", "__", "~~", "[", "](", ")", "![",
    "<", ">", "</", "<!--", "-->", "<script>", "</details>", "<br>", "&lt;", "&#42;", "@octocat",
    "#1", "GH-1", "owner/repo#1", "x-GH-1", "deadbeef1",
    "a-deadbeef1", "https://e.example", "www.e.example", "a@b.example",
    ":tada:", "$", "$$", "{{", "${", "%%{", "\u202e", "\u2066", "\u200b", "\x1b[31m", "\0",
    "\ud800", "\u2028", "x", "word", "[^1]", "[ ]", "click", "end", '"', "'", "]]>",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(_MARKS) | st.text(max_size=5), max_size=25).map("".join)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OWN_HTML = re.compile(
    r"<details(?: open)?><summary>(?:<code>[^<>]*</code>|[^<>])*</summary>\n?|</details>\n?"
)
_MEANS_SOMETHING = re.compile(
    r"@\w|#\d|\bGH-\d|://|www\.|:\w+:|\$\S|<|\b(?=[a-f]*\d)[0-9a-f]{7,40}\b", re.IGNORECASE
)
"""What GitHub makes links, names or formulas of in an ordinary text."""


def blocks(text: str) -> list[tuple[str, str, str, int]]:
    """What the text consists of, without the words."""
    return [(it.type, it.tag, it.info, it.level) for it in READER.parse(text)]


def inline(text: str) -> list[Token]:
    return [child for it in READER.parse(text) for child in it.children or ()]


def assert_harmless(text: str) -> None:
    for token in READER.parse(text):
        if token.type == "html_block":
            assert _OWN_HTML.fullmatch(token.content), token.content
    for child in inline(text):
        assert child.type in {
            "text", "code_inline", "softbreak", "html_inline", "strong_open", "strong_close",
            "link_open", "link_close",
        }, child  # fmt: skip
        if child.type == "html_inline":
            assert child.content == "<br>"
        if child.type == "link_open":
            assert re.fullmatch(r"https://[\w.%~/#-]+", str(child.attrs["href"]))
        if child.type == "text" and child.content != "more":
            assert not _MEANS_SOMETHING.search(child.content), child.content
    assert all(it.isprintable() or it == "\n" for it in text.replace("\t", ""))


def test_the_hostile_review_is_the_realistic_one_with_other_words() -> None:
    text = markdown(samples.hostile())
    assert_harmless(text)
    assert blocks(text) == blocks(markdown(samples.poisoned(samples.realistic(), "x")))


@settings(max_examples=25, deadline=None)
@given(TEXTS, st.booleans())
@example("", False)
@example(" ", False)
@example("\n\n# x", True)
@example("`" * 70, True)
def test_no_text_leaves_its_place(text: str, drifted: bool) -> None:
    review = samples.drift() if drifted else samples.realistic()
    shown = markdown(samples.poisoned(review, text))
    assert_harmless(shown)
    assert blocks(shown) == blocks(markdown(samples.poisoned(review, "x")))


@settings(max_examples=12, deadline=None)
@given(TEXTS, st.integers(1, 400), st.integers(1, 120), st.integers(SHORTEST, LIMIT))
def test_no_text_makes_a_comment_too_long(text: str, times: int, count: int, limit: int) -> None:
    review = samples.poisoned(samples.huge(count), text * times)
    shown = markdown(review, limit=limit)
    assert len(shown) <= limit
    assert_harmless(shown)
    missing = sum(code(it.address) not in shown for it in review.changes)
    if missing:
        said = re.search(r"Not shown here: .*?([\d,]+) of [\d,]+ changes?\b", shown)
        assert said
        assert int(said[1].replace(",", "")) >= missing


@given(TEXTS)
def test_a_code_span_is_one_token_that_says_the_text(text: str) -> None:
    tokens = inline(f"before {code(text)} after")
    assert [it.type for it in tokens] == ["text", "code_inline", "text"]
    wanted = "".join(it if it.isprintable() or it == "\t" else "\ufffd" for it in text) or '""'
    if len(wanted) <= 300 and wanted.strip(" "):
        assert tokens[1].content == wanted


@given(TEXTS)
def test_a_sentence_keeps_its_words(text: str) -> None:
    tokens = inline(f"- {prose(text)}")
    assert {it.type for it in tokens} <= {"text", "code_inline"}
    assert len(blocks(f"- {prose(text)}")) == len(blocks("- x"))
    said = "".join(it.content for it in tokens)
    wanted = "".join(it if it.isprintable() else "\ufffd" for it in text.replace("\t", " "))
    if wanted.strip():
        assert said.split() == wanted.split()


def test_ordinary_sentences_stay_as_they_are() -> None:
    sentence = "All images in it are deleted: what runs one of them cannot pull it again."
    assert prose(sentence) == sentence
    assert prose("push of shop/base:latest starts shop-web") == (
        "push of `shop/base:latest` starts shop-web"
    )
    assert prose("it has -target, or -replace.") == "it has `-target`, or `-replace`."
    assert prose('add {"Effect": "Allow", "Action": ["a:B"]} to a policy.') == (
        'add `{"Effect": "Allow", "Action": ["a:B"]}` to a policy.'
    )
    assert prose("as it is (the account 123456789012).") == (
        "as it is (the account `123456789012`)."
    )
    assert prose("(s3:Get*, if f(x))") == "(`s3:Get*`, if `f(x)`)"
    assert prose("an [open bracket, and more") == "an `[open` bracket, and more"
    assert prose("") == prose(" ") == '`""`'
    assert prose("it runs at rate(24 hours), or (at cron(0 3 * * ? *)).") == (
        "it runs at `rate(24 hours)`, or (at `cron(0 3 * * ? *)`)."
    )
    assert prose("of {a f(b c} d) here") == "of `{a f(b c} d)` here"
    assert prose("1. first") == "`1.` first"


@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_a_fence_ends_where_it_ends(lines: list[str]) -> None:
    found = READER.parse(f"{fenced('diff', lines)}\n\nafter")
    assert [it.type for it in found] == [
        "fence", "paragraph_open", "inline", "paragraph_close",
    ]  # fmt: skip
    assert found[0].info == "diff"
    assert found[0].content.count("\n") == len(lines)


@given(TEXTS)
def test_a_name_within_html_is_text(text: str) -> None:
    inside = inside_html(text).removeprefix("<code>").removesuffix("</code>")
    assert not re.search('[<>"\n]', inside)


def test_a_link_leads_to_a_plain_page_or_nowhere() -> None:
    assert link("more", "https://docs.example.org/a/b.html#c") == (
        " ([more](https://docs.example.org/a/b.html#c))"
    )
    for page in ("javascript:alert(1)", "https://a b", "https://a)[x](y", "http://a", ""):
        assert link("more", page) == ""
