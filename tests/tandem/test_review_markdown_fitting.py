"""What is cut from a comment, and that it never gets too long."""

from hypothesis import given
from hypothesis import strategies as st

from tandem.review.markdown.fitting import Cut, Frame, More, Part, Rank, Section, fit

FRAMES = st.sampled_from([None, Frame("<details>\n", "\n</details>"), Frame("```", "```")])
PARTS = st.builds(
    Part,
    text=st.integers(0, 60).map(lambda length: "x" * length),
    what=st.sampled_from(["change", "link"]),
    brief=st.sampled_from(["", "y"]),
    frame=FRAMES,
    count=st.integers(1, 3),
    can_miss=st.booleans(),
    more=st.none() | st.integers(0, 60).map(lambda length: Part("z" * length, "more")),
)
SECTIONS = st.lists(
    st.builds(
        Section,
        heading=st.just("### Heading"),
        parts=st.lists(PARTS).map(tuple),
        rank=st.sampled_from([0, 1, 2]),
    ),
    max_size=6,
)


def section(*texts: str, what: str = "change") -> Section:
    return Section("### Heading", tuple(Part(text, what) for text in texts))


@given(SECTIONS, st.integers(0, 2000))
def test_it_fits_and_everything_is_shown_or_counted(sections: list[Section], room: int) -> None:
    texts, cuts = fit(sections, room)
    assert len("\n\n".join(texts)) <= room
    for cut in cuts:
        parts_of = [part for it in sections for part in it.parts]
        whole: list[Part | More] = [*parts_of, *(part.more for part in parts_of if part.more)]
        parts = [part for part in whole if part.what == cut.what]
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


def test_more_is_added_where_all_else_has_its_place() -> None:
    sections = [
        Section("### First", (Part("- a", "change", more=More("more", 4, lambda: "z" * 40)),)),
        Section("### Last", (Part("- b" * 20, "change"),), rank=2),
    ]
    texts, cuts = fit(sections, 200)
    assert texts == [f"### First\n- a\n{'z' * 40}", f"### Last\n{'- b' * 20}"]
    assert not cuts
    texts, cuts = fit(sections, 100)
    assert texts == ["### First\n- a", f"### Last\n{'- b' * 20}"]
    assert cuts == [Cut("more", 4, 0, 4)]


def test_the_end_of_a_section_is_cut_and_counted() -> None:
    texts, cuts = fit([section(*("- " + "x" * 50 for _ in range(20)))], 500)
    assert texts[0].endswith("x\n\n**… and 14 more, left out here.**")
    assert cuts == [Cut("change", 14, 0, 20)]


def test_the_details_go_before_the_rest() -> None:
    parts = tuple(Part(f"- {n}\n" + "x" * 80, "change", brief=f"- {n}") for n in range(20))
    [text], cuts = fit([Section("### Heading", parts)], 800)
    assert text.endswith("\n- 16\n- 17\n- 18\n- 19")
    assert text.startswith("### Heading\n- 0\nxxx")
    assert cuts == [Cut("change", 0, 12, 20)]


def test_a_later_section_is_sure_of_its_share() -> None:
    later = "- the last" + "x" * 200
    texts, cuts = fit([section(*(["x" * 90] * 100)), section(later, what="link")], 1000)
    assert texts[1] == f"### Heading\n{later}"
    assert [cut.left_out > 90 for cut in cuts] == [True]


def test_what_can_miss_does_not_hide_what_follows() -> None:
    parts = (Part("x" * 900, "picture", can_miss=True), Part("- a link", "link"))
    texts, cuts = fit([Section("### Heading", parts)], 500)
    assert "- a link" in texts[0]
    assert cuts == [Cut("picture", 1, 0, 1)]


def ranked(rank: Rank, count: int, what: str) -> Section:
    name = f"{what} " + "x" * 80
    parts = (Part(f"- {name}\n" + "y" * 80, what, brief=f"- {what}") for _ in range(count))
    return Section(f"### {what}", tuple(parts), rank)


def test_nothing_gets_room_that_an_earlier_rank_needs() -> None:
    sections = [ranked(1, 3, "link"), ranked(0, 5, "objection"), ranked(2, 1, "output")]
    texts, cuts = fit(sections, 800)
    assert [text[:8] for text in texts] == ["### obje"]
    assert cuts == [Cut("link", 3, 0, 3), Cut("objection", 0, 1, 5), Cut("output", 1, 0, 1)]
    texts, cuts = fit(sections, 1300)
    assert [text[:8] for text in texts] == ["### link", "### obje", "### outp"]
    assert cuts == [Cut("link", 0, 1, 3), Cut("output", 0, 1, 1)]


def test_of_the_first_rank_all_are_seen_in_brief_before_one_is_whole() -> None:
    [text], cuts = fit([ranked(0, 30, "objection")], 700)
    assert text.count("- objection") == 30
    assert cuts == [Cut("objection", 0, 29, 30)]
    [text], cuts = fit([ranked(0, 500, "objection")], 550)
    assert "y" not in text
    assert cuts == [Cut("objection", 469, 31, 500)]


def test_what_nobody_took_of_the_shares_is_used() -> None:
    texts, _ = fit([section(*(["x" * 90] * 100)), section("y" * 300, what="link")], 1000)
    assert len("\n\n".join(texts)) > 800


def test_a_picture_gives_way_to_all_that_is_as_important() -> None:
    first = Section("### Heading", (Part("p" * 500, "picture", can_miss=True), Part("-", "link")))
    texts, cuts = fit([first, section("x" * 400)], 800)
    assert texts[0].startswith("### Heading\n-\n")
    assert texts[1] == f"### Heading\n{'x' * 400}"
    assert cuts == [Cut("picture", 1, 0, 1)]
    assert fit([first, section("x" * 400)], 1000)[1] == []
