"""What the shell makes of the words of a command."""

from __future__ import annotations

import json

import pytest

from tandem.buildspec import Buildspec, parse
from tandem.deployment.symbols import readable, symbol


def read(*commands: str, **variables: str) -> Buildspec:
    return parse(json.dumps({"phases": {"build": {"commands": list(commands)}}}), variables)


@pytest.mark.parametrize(
    ("word", "becomes"),
    [
        ("a:$X", "a:v1.2"),
        ("a:${X}", "a:v1.2"),
        ("a:'$X'", "a:$X"),
        ('a:"$X"', "a:v1.2"),
        ("a:$NONE", "a:<$NONE>"),
        ("a:${NONE:-b}", "a:b"),
        ("a:${NONE-b}", "a:b"),
        ("a:${EMPTY:-b}", "a:b"),
        ("a:${X:-b}", "a:v1.2"),
        ("a:${X:+y}", "a:y"),
        ("a:t${NONE:+y}", "a:t"),
        ("a:${NONE:-${X}}", "a:v1.2"),
        ("a:${UNKNOWN:-b}", "a:<${UNKNOWN:-b}>"),
        ("a:${X#v}", "a:1.2"),
        ("a:${X%%.*}", "a:v1"),
        ("a:${X%.*}", "a:v1"),
        ("a:${P##*/}", "a:c"),
        ("a:${P%%/*}", "a:a"),
        ("a:${P#*/}-x", "a:b/c-x"),
        ("a:${P//\\//-}", "a:a-b-c"),
        ("a:${P/\\//-}", "a:a-b/c"),
        ("a:${X:0:2}", "a:v1"),
        ("a:${X^^}", "a:V1.2"),
        ("a:${#X}", "a:4"),
        ("a:${!NAME}", "a:v1.2"),
        ("a:${UNKNOWN%%-*}", "a:<${UNKNOWN%%-*}>"),
        ("a:${MIXED##*/}", "a:tail"),
        ("a:$CODEBUILD_BUILD_NUMBER", "a:<$CODEBUILD_BUILD_NUMBER>"),
        ("a:$(echo $P | tr / -)", "a:a-b-c"),
        ("a:$(echo $P | cut -d/ -f2)", "a:b"),
        ("a:$(echo $X | cut -c1-2)", "a:v1"),
        ("a:$(printf '%s-%s' $X z)", "a:v1.2-z"),
        ("a:$(basename $P)", "a:c"),
        ("a:`echo x`-y", "a:x-y"),
        ("a:$(git rev-parse HEAD)-y", "a:<$(git rev-parse HEAD)>-y"),
        ("a:$(echo $UNKNOWN | cut -c 1-7)", "a:<$(echo $UNKNOWN | cut -c 1-7)>"),
        ("$P.x.$X.y/$P:1", "a/b/c.x.v1.2.y/a/b/c:1"),
        ("a:\\$X", "a:$X"),
        ("$P/x/$X", "a/b/c/x/v1.2"),
        ("'x y'$X", "x yv1.2"),
        ('"  $X  $P  "', "  v1.2  a/b/c  "),
        ("a{b", "a{b"),
        ("a:$(dirname $P)", "a:a/b"),
        ("a:$(dirname x)", "a:."),
        ("a:$(echo $P | tr abc xy)", "a:x/y/y"),
        ("a:$(printf %5d 1)", "a:<$(printf %5d 1)>"),
        ("a:$(echo no >&2; echo x)", "a:x"),
        ("a:$(echo no > /dev/null; echo x)", "a:x"),
        ("a:$(echo x 2>&1)", "a:x"),
        ("${HEAD%%/*}", "known"),
        ("${HEAD%%-*}", "<${HEAD%%-*}>"),
        ("${MIXED#[/]}", "<${MIXED#[/]}>"),
        ('"${NONE:-a  b}"', "a  b"),
        ("a:$((1 + 2))", "a:<$((1 + 2))>"),
        ("'{a,b}'", "{a,b}"),
        ("$'a\\tb'", "a\tb"),
    ],
)
def test_expansions(word: str, becomes: str) -> None:
    found = read(
        f"command-of-ours {word}",
        X="v1.2",
        P="a/b/c",
        EMPTY="",
        NAME="X",
        UNKNOWN=symbol("var.x"),
        MIXED=symbol("var.x") + "/known/tail",
        HEAD="known/b/" + symbol("var.x"),
    )

    assert found.problems == ()
    assert [readable(text) for text in found.commands[-1].argv] == ["command-of-ours", becomes]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("$LIST", ["a", "b"]),
        ('"$LIST"', [" a  b "]),
        ("x$LIST", ["x", "a", "b"]),
        ("x${LIST}y", ["x", "a", "b", "y"]),
        ('"$@"', []),
        ('"" x', ["", "x"]),
        ("''", [""]),
        ("$EMPTY x", ["x"]),
        ("${NONE:-a b}", ["a", "b"]),
        ("$(echo a; echo b)", ["a", "b"]),
        ("x{1..3}", ["x1", "x2", "x3"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("`echo a` b", ["a", "b"]),
        ("${ARRAY[1]} ${#ARRAY[@]} ${ARRAY[@]}", ["two", "2", "one", "two"]),
        ('"${ARRAY[*]}"', ["one two"]),
    ],
)
def test_words_are_split_as_the_shell_does(words: str, fields: list[str]) -> None:
    found = read("ARRAY=(one two)", f"command-of-ours {words}", LIST=" a  b ", EMPTY="")

    assert found.problems == ()
    assert list(found.commands[-1].argv[1:]) == fields
