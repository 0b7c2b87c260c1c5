"""What cannot be written is said with its reason, and with what helps against that reason."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.files.writing import write_atomically


def test_a_full_disk_asks_for_space_and_the_old_content_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "kept.txt"
    write_atomically(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GraderError, match=r"\(No space left on device\); free some space or choose another"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_place_that_nothing_can_be_written_to_is_no_matter_of_space(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(GraderError, match=r"cannot be written \([A-Za-z ]+\); choose another place\.$"):
        write_atomically(tmp_path / "taken" / "file", b"new")
