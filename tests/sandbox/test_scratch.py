"""A worker writes only so much, wherever it may write, and nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import process, scratch
from autograder.sandbox.call_failures import CallOutOfDisk, CodeRaised, ProtocolBroken
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox
from autograder.sandbox.scratch import MOST_BYTES, MOST_DEPTH, MOST_FILES, Scratch
from autograder.sandbox.unlinked_files import UnlinkedFiles
from tests.sandbox.hand_ins import files_of

ROOT = Path(__file__).parents[2]

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

HOLDING = """
    import ctypes, os, tempfile, threading

    SIZE = 4 << 20
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    kept = []

    def unlinked():
        descriptor, path = tempfile.mkstemp()
        os.unlink(path)
        assert os.write(descriptor, bytes(SIZE)) == SIZE
        return descriptor

    def open_files(number):
        kept.extend(unlinked() for _ in range(number))

    def map_files(number):
        tempfile.template = "with\\r line\\v ends (deleted)"
        for _ in range(number):
            descriptor = unlinked()
            kept.append(libc.mmap(None, ctypes.c_size_t(4096), 1, 1, descriptor, ctypes.c_long(0)))
            os.close(descriptor)

    def send_files(number):
        import socket
        kept.extend(socket.socketpair())
        send(kept[0], number)

    def send_to_the_grader(number):
        import socket, stat
        for descriptor in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                    break
            except OSError:
                continue
        send(socket.socket(fileno=os.dup(descriptor)), number)

    def send(stream, number):
        import array, socket
        for _ in range(number):
            descriptor = unlinked()
            rights = array.array("i", [descriptor])
            stream.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            os.close(descriptor)

    def share_memory(number):
        import mmap
        kept.extend(mmap.mmap(-1, 4096) for _ in range(number))

    def hide(number):
        assert not libc.prctl(4, 0, 0, 0, 0)  # nobody without special rights may look at it any more
        open_files(number)
"""


def overfull(code: Code, call: str, number: int) -> bool:
    """Return whether files that a call holds count as too much, while it runs or afterwards."""
    try:
        code.call(f"hw.{call}", number)
    except CallOutOfDisk:
        return True
    return code.forget() is None and code.host.restarts > 0


@pytest.fixture
def holding(worker_python):
    with Host(Sandbox.of_this_machine(tier="limits" if os.geteuid() else "uid")) as host:
        yield Code(host, files_of(HOLDING))


@pytest.fixture
def without_filter(monkeypatch):
    """A machine without libseccomp."""
    monkeypatch.setattr(process, "compiled_filter", lambda: None)


def test_files_that_are_under_way_count(without_filter, holding):
    assert not overfull(holding, "send_files", 3)
    assert overfull(holding, "send_files", 9)


@pytest.mark.parametrize("call", ["send_files", "send_to_the_grader"])
def test_files_cannot_be_sent_where_a_filter_refuses_it(holding, call):
    with pytest.raises(CodeRaised, match="PermissionError"):
        holding.call(f"hw.{call}", 1)


@pytest.mark.parametrize(("call", "few", "many"), [("open_files", 3, 20), ("map_files", 3, 9)])
def test_files_without_a_name_count_as_long_as_they_are_held(holding, call, few, many):
    assert not overfull(holding, call, few)
    assert overfull(holding, call, many)


SHARING = """
    import mmap

    def share():
        mmap.mmap(-1, 4096)

    def map_zeros():
        with open("/dev/zero", "r+b") as zeros:
            mmap.mmap(zeros.fileno(), 4096)

    def map_own():
        return len(mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
"""


def test_memory_that_no_limit_counts_cannot_be_had(confining_sandbox):
    with Host(confining_sandbox) as host:
        code = Code(host, files_of(SHARING))
        with pytest.raises(CodeRaised, match="PermissionError"):
            code.call("hw.share")
        with pytest.raises(CodeRaised):
            code.call("hw.map_zeros")
        assert code.call("hw.map_own") == 4096


def test_shared_memory_is_no_file(without_filter, holding):
    assert not overfull(holding, "share_memory", 50)


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can give up the rights of root"
)
@pytest.mark.parametrize("call", ["open_files", "map_files", "hide"])
def test_what_is_held_is_seen_in_a_container_as_well(call, worker_python):
    script = f"""
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox
from tests.sandbox.test_scratch import HOLDING, files_of, overfull

with Host(Sandbox.of_this_machine(tier="uid")) as host:
    code = Code(host, files_of(HOLDING))
    assert not overfull(code, "open_files", 1)
    assert overfull(code, {call!r}, 20)
"""
    lacking = "-sys_ptrace,-sys_admin,-sys_resource,-checkpoint_restore"
    subprocess.run(["setpriv", "--bounding-set", lacking, sys.executable, "-c", script], cwd=ROOT, check=True)


def test_a_process_that_ends_holds_nothing_and_is_not_blamed():
    user = None if os.geteuid() else 60_998
    nothing: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    ending = subprocess.Popen(["sleep", "600"], user=user, **nothing)
    held = UnlinkedFiles(ending.pid, user, [], 1)
    ending.kill()
    for _ in range(30):  # while it dies, and when it is dead and nobody has asked how
        assert held.sizes() == []
    ending.wait()
    assert held.sizes() == []


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
def test_a_folder_that_was_renamed_is_found_and_removed(tmp_path, monkeypatch):
    (tmp_path / "true").mkdir()
    (tmp_path / "link").symlink_to("true")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "link"))
    room = Scratch(61_000)
    room.watch_open_places()
    assert room.folder.exists()
    renamed = room.folder.rename(room.folder.with_name("renamed"))
    for number in range(MOST_FILES + 1):
        (renamed / str(number)).touch()
    assert room.overfull()
    room.remove()
    assert not list((tmp_path / "true").iterdir())


def nested(folder: Path, depth: int, name: str) -> int:
    """Nest folders and return a descriptor of the last."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    return here


@pytest.mark.parametrize("name", ["a", "a" * 250])
def test_what_is_deep_down_is_too_much_or_counted(tmp_path, monkeypatch, name):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    room = Scratch()
    last = nested(room.folder, MOST_DEPTH - 10, name)
    assert not room.overfull()
    file = os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=last)
    os.posix_fallocate(file, 0, MOST_BYTES + 1)
    assert room.overfull()
    os.ftruncate(file, 0)
    assert not room.overfull()
    for descriptor in (file, last, nested(room.folder, MOST_DEPTH, f"b{name}")):
        os.close(descriptor)
    assert room.overfull()
    room.remove()
    assert not list(tmp_path.iterdir())


def test_a_thousand_folders_in_each_other_are_nobody_s_trouble_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    room = Scratch()
    os.close(nested(room.folder, 1_100, "a"))
    assert room.overfull()
    room.remove()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_where_everybody_may_write_only_what_is_the_worker_s_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "WORLD_WRITABLE", (str(tmp_path),))
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
        assert select.select([host.process()._channel._stream], [], [], 60.0)[0]  # the second answer has come
        with pytest.raises(ProtocolBroken):
            code.call("hw.three")
        assert code.call("hw.three") == 3
