"""Files that are written: what stands there before stays what it is."""

import os
import stat
import threading
from pathlib import Path

import pytest

from tandem.files import write


def test_a_file_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "made" / "review.html"
    write({file: "old"})
    file.chmod(0o640)
    write({file: "new"})
    assert file.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_happens_to_have_the_name_is_not_lost(tmp_path: Path) -> None:
    other = tmp_path / "review.html.new"
    other.write_text("mine")
    write({tmp_path / "review.html": "text"})
    assert other.read_text() == "mine"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    for text in ("first", "then"):  # it is not there, and it is
        write({link: text})
        assert link.is_symlink()
        assert target.read_text() == text


def test_a_pipe_stays_a_pipe_and_gets_the_text(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write({pipe: "text"})
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    reader.join(5)
    assert read == ["text"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with pytest.raises(UnicodeEncodeError):
        write({file: "\ud800"})
    assert not list(tmp_path.iterdir())


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write({tmp_path: "text"})
