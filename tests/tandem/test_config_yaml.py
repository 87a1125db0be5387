"""The file as YAML: what is no YAML, what is too much of it, and what each value is read as."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from tandem.config.nodes import scalar
from tandem.config.problems import ConfigError
from tandem.config.yaml_file import DEEPEST, LARGEST_FILE, MOST_VALUES, read


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as error:
        read(path)
    assert len(error.value.problems) == 1
    return str(error.value).removeprefix(f"{path}:")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "pipelines.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


DEEP = f"1: more than {DEEPEST} mappings and lists in one another: write it flat"
MUCH = f"more than {MOST_VALUES:,} values, those of aliases included"

WRONG: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", " is empty: it needs project, region and images"),
    "a comment": ("# nothing\n", " is empty: it needs project, region and images"),
    "nothing": ("---\n...\n", " is empty: it needs project, region and images"),
    "a text": ("hello", "1: must be a mapping with project, region and images"),
    "a list": ("\n- a", "2: must be a mapping with project, region and images"),
    "no YAML": ("a: 1\nb: c: d\n", "2: is no YAML: mapping values are not allowed here"),
    "not closed": ("a: [1", "1: is no YAML: expected ',' or ']', but got '<stream end>'"),
    "a tab": ("a:\n\tb: 1\n", "2: is no YAML: a tab begins the line or the value: use blanks"),
    "a control character": ("a: 1\nb: \x01", "2: has the control character U+0001: remove it"),
    "one in quotes": ('a: "\\u0000"', "1: has a control character in quotes: remove it"),
    "half a character": ('a: "\\ud800"', "1: has a control character in quotes: remove it"),
    "no character": ('a: "\\Uffffffff"', " is no YAML: Python int too large to convert to C int"),
    "not UTF-8": (b"a: 1\nb: \xff\n", "2: is not UTF-8: save it as UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), "1: is not UTF-8: save it as UTF-8"),
    "two documents": (
        "a: 1\n---\nb: 1\n",
        "2: a second document begins here: keep one, without '---' between",
    ),
    "a tag": (
        "a: !!python/object/apply:os.system [ls]\n",
        "1: the tag tag:yaml.org,2002:python/object/apply:os.system is not supported: remove it",
    ),
    "an unknown alias": ("a: *b\n", "1: *b is not the name of anything above"),
    "an alias of itself": ("a: &a [*a]\n", "1: *a is not the name of anything above"),
    "a list as key": ("? [a]\n: b\n", "1: a mapping or a list is no key: keys are text"),
    "no key": (": a\n", "1: a key is missing before the colon"),
    "a merge of a text": (
        "a: &a 1\nb: {<<: *a}\n",
        "2: << takes the alias of a mapping, as in <<: *name",
    ),
    "deep in brackets": ("a: " + "[" * 5000, DEEP),
    "deep in braces": ("{a: " * 5000, DEEP),
    "deep in dashes": ("- " * 5000, DEEP),
    "deep in keys": ("? " * 5000, DEEP),
    "deep by aliases": (
        "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{x: *a{n - 1}}}\n" for n in range(1, 99)),
        f"32: {DEEP.removeprefix('1: ')}",
    ),
    "a bomb": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20)),
        f"6: {MUCH}",
    ),
    "a bomb of merges": (
        "a0: &a0 {"
        + ", ".join(f"k{n}: v" for n in range(999))
        + "}\n"
        + "".join(f"a{n}: {{<<: *a0}}\n" for n in range(1, 500)),
        f"200: {MUCH}",
    ),
    "too large": (b"#" * (LARGEST_FILE + 1), " has more than 2 MiB: is it the right file?"),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_refused(tmp_path: Path, text: str | bytes, expected: str) -> None:
    path = written(tmp_path, text)
    start = time.process_time()
    message = refused(path)
    assert time.process_time() - start < 1
    assert message == expected


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG["a bomb"][0])
    tracemalloc.start()
    refused(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_no_such_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml") == " no such file"
    assert refused(Path("\0")).startswith(" cannot be read: ")


def test_a_directory(tmp_path: Path) -> None:
    assert refused(tmp_path) == " is a directory: name the file in it"


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)  # the superuser may read anything
    assert refused(tmp_path / "x") == " cannot be read: permission denied"


def test_lines(tmp_path: Path) -> None:
    text = "# comment\na:\n  b: &b\n    - x\n    - {c: 1}\n  d: *b\n  e: |\n    text\n"
    a = read(written(tmp_path, text))[0].mapping["a"]
    b = a.mapping["b"]
    assert isinstance(b.value, list)
    assert [a.line, b.line, b.value[0].line, b.value[1].mapping["c"].line] == [2, 3, 4, 5]
    assert [a.mapping["d"].line, a.mapping["e"].line] == [3, 7]


def test_keys_that_are_there_twice(tmp_path: Path) -> None:
    text = "a: 1\nb: [{c: 1, c: 2}]\n'a': 3\nd: {e: {f: 1, f: 2}}\n"
    root, problems = read(written(tmp_path, text))
    assert [str(problem) for problem in problems] == [
        "2: b[0].c: is there twice, in line 2 too: keep one",
        "3: a: is there twice, in line 1 too: keep one",
        "4: d.e.f: is there twice, in line 4 too: keep one",
    ]
    assert root.plain() == {"a": 1, "b": [{"c": 1}], "d": {"e": {"f": 1}}}


def test_keys_are_text(tmp_path: Path) -> None:
    root, _ = read(written(tmp_path, "on: 1\n1.10: 2\ntrue: 3\n0123: 4\n'<': 5\n"))
    assert list(root.mapping) == ["on", "1.10", "true", "0123", "<"]


def test_a_mark_of_byte_order(tmp_path: Path) -> None:
    assert read(written(tmp_path, b"\xef\xbb\xbfa: 1\n"))[0].plain() == {"a": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[(text, None) for text in ("", "~", "null", "NULL")],
        *[(text, True) for text in ("true", "True")],
        *[(text, False) for text in ("false", "FALSE")],
        *[(text, text) for text in ("yes", "on", "No", "1_000", "1:30", "2026-01-01", "nULL", "-")],
        ("0123", 123),
        ("-7", -7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-.INF", float("-inf")),
        ("9" * 400, float("inf")),
    ],
)
def test_values_as_in_yaml_1_2(text: str, expected: object) -> None:
    assert scalar(text) == expected
    assert type(scalar(text)) is type(expected)


def test_quotes_and_tags_make_text(tmp_path: Path) -> None:
    root, _ = read(written(tmp_path, "a: '1'\nb: \"true\"\nc: !!str 1.0\nd: ! 5\ne: |\n  1\n"))
    assert root.plain() == {"a": "1", "b": "true", "c": "1.0", "d": "5", "e": "1\n"}
