"""A worker writes only so much, wherever it may write, and nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

import pytest

from autograder.sandbox import scratch
from autograder.sandbox.code import Code, Host
from autograder.sandbox.outcomes import CallOutOfDisk, ProtocolBroken
from autograder.sandbox.scratch import MOST_BYTES, MOST_FILES, Scratch
from tests.sandbox.hand_ins import files_of

WRITING = """
    import os, tempfile

    def write(number, size):
        for each in range(number):
            with open(os.path.join(tempfile.gettempdir(), f"file-{each}"), "wb") as file:
                file.write(bytes(size))
        return number

    def write_forever(size):
        number = 0
        while True:
            try:
                write(number := number + 100, size)
            except OSError:
                continue
"""


def test_some_files_may_be_written(sandbox):
    with Host(sandbox) as host:
        assert Code(host, files_of(WRITING)).call("hw.write", 100, 1000) == 100


def test_a_call_that_makes_too_many_files_is_ended(sandbox):
    with Host(sandbox) as host:
        code = Code(host, files_of(WRITING), seconds_per_call=60)
        with pytest.raises(CallOutOfDisk):
            code.call("hw.write_forever", 0)
        assert code.call("hw.write", 1, 10) == 1


def test_quick_calls_cannot_add_up(sandbox):
    with Host(sandbox) as host:
        code = Code(host, files_of(WRITING))
        with contextlib.suppress(CallOutOfDisk):  # unless the machine is so slow that it is noticed at once
            code.call("hw.write", MOST_FILES + 100, 0)
        code.forget()
        assert host.restarts == 1


def test_too_many_bytes_are_too_much_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    room = Scratch()
    assert not room.overfull()
    (room.folder / "deep").mkdir()
    for number in range(5):
        (room.folder / "deep" / str(number)).write_bytes(bytes(MOST_BYTES // 4))
    assert room.overfull()
    room.remove()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_where_everybody_may_write_only_what_is_the_worker_s_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "OPEN_TO_ALL", (str(tmp_path),))
    user = 61_000
    room = Scratch(user)
    before = tmp_path / "from-before"
    before.touch()
    os.chown(before, user, user)
    room.watch_open_places()
    assert not before.exists()
    for name, owner in (("mine", 0), ("theirs", user), ("folder", user), ("link", user)):
        path = tmp_path / name
        if name == "folder":
            path.mkdir()
            (path / "file").touch()
        elif name == "link":
            path.symlink_to(tmp_path / "mine")
        else:
            path.touch()
        os.chown(path, owner, owner, follow_symlinks=False)
    for number in range(MOST_FILES + 1):
        (tmp_path / "folder" / str(number)).touch()
    assert room.overfull()
    room.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert not Path(room.folder).exists()


def test_an_answer_that_nobody_asked_for_is_noticed_before_the_next_question(sandbox):
    forging = files_of("""
        import os, stat, struct
        import msgspec

        def answer_twice():
            for descriptor in range(3, 64):
                try:
                    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                        break
                except OSError:
                    continue
            header = msgspec.msgpack.encode({"type": "Value", "value": 1})
            os.write(descriptor, struct.pack("<IQ", len(header), 0) + header)
            return 2

        def three():
            return 3
    """)
    with Host(sandbox) as host:
        code = Code(host, forging)
        assert code.call("hw.answer_twice") == 1
        time.sleep(0.2)  # until the second answer has come
        with pytest.raises(ProtocolBroken):
            code.call("hw.three")
        assert code.call("hw.three") == 3
