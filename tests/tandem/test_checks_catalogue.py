import re
from pathlib import Path

from linked_images import Stack

from tandem.trace.catalogue import CHECKS, TOPICS, catalogue_markdown, checks_of

ROOT = Path(__file__).resolve().parents[2]


def test_the_good_stack_has_no_finding() -> None:
    assert Stack().findings() == []


def test_ids_are_unique_and_in_kebab_case() -> None:
    ids = [check.id for check in CHECKS]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids)


def test_every_check_says_why_and_where_it_is_written() -> None:
    for check in CHECKS:
        assert check.why, check.id
        assert check.title[0].isupper(), check.id
        assert not check.title.endswith("."), check.id
        assert re.match(
            r"https://(docs\.aws\.amazon|developer\.hashicorp|registry\.terraform)", check.page
        )


def test_every_module_of_checks_is_in_the_catalogue() -> None:
    folder = ROOT / "tandem" / "trace" / "checks"
    with_checks = {it.stem for it in folder.glob("*.py") if "@check(" in it.read_text()}

    assert {module.__name__.rpartition(".")[2] for module in TOPICS.values()} == with_checks
    assert all(checks_of(module) for module in TOPICS.values())


def test_the_page_has_a_heading_for_every_check() -> None:
    page = catalogue_markdown()

    for check in CHECKS:
        assert f"\n### `{check.id}`\n" in page
        assert f"(#{check.id})" in page


def test_every_check_has_tests_of_its_own() -> None:
    tests = "".join(
        it.read_text()
        for it in Path(__file__).parent.glob("test_checks_*.py")
        if it.name != Path(__file__).name
    )

    assert [check.id for check in CHECKS if f'"{check.id}"' not in tests] == []
