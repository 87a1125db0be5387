"""Texts that are no buildspec, or hold no shell: said in a line, never raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.buildspec import parse
from tandem.deployment.symbols import symbol


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no phases"),
        ("just text", "no phases"),
        ("phases: [", "line 1, column 10: not YAML"),
        ("phases:\n\tbuild: 1", "line 2, column 1: not YAML"),
        ("phases: {build: {commands: [a: b]}}", "phases.build.commands[0]: not a text"),
        ("phases: {build: {commands: {}}}", "phases.build.commands: not a list"),
        ("phases: {biuld: {commands: [a]}}", "phases.biuld: no phase of CodeBuild"),
        ("phases: {build: {commands: [a, if x]}}", "phases.build.commands[1], line 1: not under"),
        ("phases: {build: {commands: [a]}}\nenv: {shell: powershell.exe}", "env.shell: "),
        ("phases: {build: {commands: [2001-99-99]}}", "not YAML: month"),
        ("phases: {build: {commands: ['f() { f; }; f']}}", "commands[0]: too much to follow"),
        (f"phases: {{build: {{commands: ['{'(' * 900}a{')' * 900}']}}}}", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(text: str, problem: str) -> None:
    (said,) = parse(text, {}).problems

    assert problem in said
    assert "\n" not in said


def test_a_broken_command_leaves_the_others_readable() -> None:
    read = parse("phases: {build: {commands: ['if x', 'docker push r/a:1']}}", {})

    assert [image.repository for image in read.pushes] == ["r/a"]
    assert len(read.problems) == 1


_WORDS = (
    "if",
    "then",
    "fi",
    "for x in",
    "do",
    "done",
    "case",
    "esac",
    "while",
    "exit",
    "eval",
    "X=$X$X",
)
_PIECES = st.sampled_from(
    [
        *"$(){}[]'\"`|&;<>!#*?=:\\ \n-",
        *(f"{word} " for word in _WORDS),
        *("<<E\n", "${X:-", "$((", "[[ ", "]] ", "sh -c ", "docker push ", "set -- ", '"$@" '),
        *("f() { f; }; f ", symbol("s"), "\ue000", "\U000f0000", "\0"),
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_no_command_raises(command: str) -> None:
    document = {"phases": {"build": {"commands": [command]}}}
    found = parse(json.dumps(document), {"X": "1 2"})
    assert all("\n" not in problem for problem in found.problems)


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [*"-:{}[]'\"|>&*!%@#? \n\t", "phases", "build", "commands", "env", "1"]
            ),
            max_size=30,
        ).map("".join),
    )
)
def test_no_text_raises(text: str) -> None:
    assert all("\n" not in problem for problem in parse(text, {}).problems)


@pytest.mark.parametrize("character", ["é", "✅", "🚀", "\U0010ffff", "\udc80"])
def test_characters_beyond_ascii_are_kept(character: str) -> None:
    text = json.dumps({"phases": {"build": {"commands": ["say '{X} ${Y}X' {X $Y/X-$YX X"]}}})

    (command,) = parse(text.replace("X", character), {"Y": "y"}).commands[:1]

    assert command.argv[:2] == ("say", f"{{{character}}} ${{Y}}{character}")
    assert command.argv[2:] == (f"{{{character}", f"y/{character}-y{character}", character)
