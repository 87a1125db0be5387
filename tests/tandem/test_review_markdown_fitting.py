"""What is cut from a comment, and that it never gets too long."""

from hypothesis import given
from hypothesis import strategies as st

from tandem.review.markdown.fitting import Cut, Frame, Part, Section, fit

FRAMES = st.sampled_from([None, Frame("<details>\n", "\n</details>"), Frame("```", "```")])
PARTS = st.builds(
    Part,
    text=st.integers(0, 60).map(lambda length: "x" * length),
    what=st.sampled_from(["change", "link"]),
    brief=st.sampled_from(["", "y"]),
    frame=FRAMES,
    count=st.integers(1, 3),
    can_miss=st.booleans(),
)
SECTIONS = st.lists(
    st.builds(Section, heading=st.just("### Heading"), parts=st.lists(PARTS).map(tuple)), max_size=6
)


def section(*texts: str, what: str = "change") -> Section:
    return Section("### Heading", tuple(Part(text, what) for text in texts))


@given(SECTIONS, st.integers(0, 2000))
def test_it_fits_and_everything_is_shown_or_counted(sections: list[Section], room: int) -> None:
    texts, cuts = fit(sections, room)
    assert len("\n\n".join(texts)) <= room
    for cut in cuts:
        parts = [part for it in sections for part in it.parts if part.what == cut.what]
        assert cut.all_of == sum(part.count for part in parts)
        assert 0 < cut.left_out + cut.in_brief <= cut.all_of
    if not cuts:
        assert sum(map(len, texts)) >= sum(len(part.text) for it in sections for part in it.parts)
    for text in texts:
        assert text.count("<details>") == text.count("</details>")
        assert text.count("```") % 2 == 0


def test_what_has_room_is_whole() -> None:
    texts, cuts = fit([section("- a", "- b"), section("- c")], 1000)
    assert texts == ["### Heading\n- a\n- b", "### Heading\n- c"]
    assert not cuts


def test_the_end_of_a_section_is_cut_and_counted() -> None:
    texts, cuts = fit([section(*("- " + "x" * 50 for _ in range(20)))], 500)
    assert texts[0].endswith("x\n\n**… and 14 more, left out here.**")
    assert cuts == [Cut("change", 14, 0, 20)]


def test_the_details_go_before_the_rest() -> None:
    parts = tuple(Part(f"- {n}\n" + "x" * 80, "change", brief=f"- {n}") for n in range(20))
    [text], cuts = fit([Section("### Heading", parts)], 800)
    assert text.endswith("\n- 16\n- 17\n- 18\n- 19")
    assert text.startswith("### Heading\n- 0\nxxx")
    assert cuts == [Cut("change", 0, 17, 20)]


def test_a_later_section_is_sure_of_its_share() -> None:
    later = "- the last" + "x" * 400
    texts, cuts = fit([section(*(["x" * 90] * 100)), section(later, what="link")], 1000)
    assert texts[1] == f"### Heading\n{later}"
    assert [cut.left_out > 90 for cut in cuts] == [True]


def test_what_can_miss_does_not_hide_what_follows() -> None:
    parts = (Part("x" * 900, "picture", can_miss=True), Part("- a link", "link"))
    texts, cuts = fit([Section("### Heading", parts)], 500)
    assert "- a link" in texts[0]
    assert cuts == [Cut("picture", 1, 0, 1)]
