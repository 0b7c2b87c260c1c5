"""When a worker is over, nothing of it is left: no process, no folder, no memory that outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from autograder.errors import GraderError
from autograder.sandbox import accounts, process
from autograder.sandbox.accounts import FIRST_USER, POOL_SIZE, Account, processes_of
from autograder.sandbox.call_failures import CallFailed, CallTimedOut
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox
from tests.sandbox.hand_ins import files_of

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start workers as other users")

MESSY = """
    import ctypes, os, signal, sys, tempfile, threading, time

    def leave_files():
        for number in range(200):
            folder = tempfile.mkdtemp()
            with open(os.path.join(folder, f"file {number}"), "w") as file:
                file.write("x" * 1000)
            os.chmod(folder, 0)
        return tempfile.gettempdir()

    def leave_shared_memory(key):
        libc = ctypes.CDLL(None)
        return [libc.shmget(key, 4096, 0o1600), libc.semget(key, 1, 0o1600), libc.msgget(key, 0o1600)]

    def leave_thread():
        threading.Thread(target=lambda: [time.sleep(0.01) for _ in range(100_000)]).start()

    def daemon():
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(60)  # even if these tests themselves are ended, it is not for ever
        os._exit(0)

    def leave_daemons(count):
        for _ in range(count):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    daemon()
                os._exit(0)
        return "started"

    def leave_daemons_and_hang():
        leave_daemons(3)
        time.sleep(60)

    def fork_and_hang():
        for _ in range(100):
            try:
                if os.fork() == 0:
                    daemon()
            except OSError:
                break
        time.sleep(60)

    def processes_possible():
        started = 0
        try:
            while started < 100:
                if os.fork() == 0:
                    daemon()
                started += 1
        except OSError:
            pass
        return started

    def hang():
        while True: pass
"""


@pytest.fixture
def nothing_else(tmp_path, monkeypatch):
    """A temporary folder that only this test's workers use."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-tests-"))
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def user_of(host):
    """Return the user whose processes the host's worker and its children are, or None."""
    status = Path(f"/proc/{host.process().pid}/status").read_text()
    user = int(next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:")))
    return user if host.sandbox.tier.has_own_user else None


def is_alive(pid):
    with contextlib.suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def is_at_work(pid):
    """Return whether a process goes on using CPU time, however little of it a busy machine leaves to it."""
    before = cpu_ticks(pid)
    return eventually(lambda: cpu_ticks(pid) > before + 2)


def cpu_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return int(fields[11]) + int(fields[12])


def eventually(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_no_folder_is_left(sandbox, nothing_else):
    with Host(sandbox) as host:
        inside = Code(host, files_of(MESSY)).call("hw.leave_files")
        assert sandbox.tier.has_namespaces == (inside == "/tmp")
        assert sandbox.tier.has_namespaces or list(nothing_else.glob("autograder-worker-*"))
    assert list(nothing_else.glob("autograder-worker-*")) == []


@pytest.mark.parametrize("ending", ["close", "drop", "time out"])
def test_no_process_is_left(sandbox, ending):
    with Host(sandbox) as host:
        code = Code(host, files_of(MESSY), seconds_per_call=0.3)
        code.call("hw.leave_thread")
        pid, user = host.process().pid, user_of(host)
        assert is_alive(pid)
        if ending == "drop":
            host.drop()
        if ending == "time out":
            with pytest.raises(CallTimedOut):
                code.call("hw.hang")
    assert not is_alive(pid)
    assert user is None or processes_of(user) == []


def test_no_shared_memory_is_left(sandbox):
    key = 0x1A2B3C
    with Host(sandbox) as host:
        assert Code(host, files_of(MESSY)).call("hw.leave_shared_memory", key) == [-1, -1, -1]
    for kind in ("shm", "sem", "msg"):
        assert str(key) not in Path(f"/proc/sysvipc/{kind}").read_text()


def test_no_descriptor_of_the_grader_is_left(sandbox, monkeypatch):
    # Each user that a worker of another test had holds a descriptor until it is used again.
    unused: list[tuple[int, int]] = []
    monkeypatch.setattr(accounts, "_unused", lambda owner: unused)

    def opened():
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    with Host(sandbox) as host:
        host.process()
    before = opened()
    for _ in range(3):
        with Host(sandbox) as host:
            host.process()
            host.drop()
    assert opened() == before
    for descriptor, _ in unused:
        os.close(descriptor)


# --- where no filter refuses new processes --------------------------------------------------------------


@pytest.fixture
def without_filter(monkeypatch):
    """A machine without libseccomp."""
    monkeypatch.setattr(process, "compiled_filter", lambda: None)


@pytest.fixture
def forking_sandbox(confining_sandbox, without_filter):
    """One whose workers may start processes, so that it shows what ends them."""
    limits = msgspec.structs.replace(confining_sandbox.limits, unfiltered_processes=32)
    return replace(confining_sandbox, limits=limits)


@pytest.mark.parametrize("function", ["leave_daemons_and_hang", "fork_and_hang"])
def test_no_daemon_is_left(forking_sandbox, function):
    host = Host(forking_sandbox)
    code = Code(host, files_of(MESSY), seconds_per_call=0.5)
    pid, user = host.process().pid, user_of(host)
    namespace = os.readlink(f"/proc/{pid}/ns/pid")  # noqa: PTH115
    with pytest.raises(CallTimedOut):
        code.call(f"hw.{function}")
    host.close()
    if user is None:
        assert eventually(lambda: namespace not in namespaces())
    else:
        assert processes_of(user) == []


def namespaces():
    """Return the process tables that the processes of this machine live in."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry / "ns" / "pid"))  # noqa: PTH115
    return found


def test_daemons_started_really_run_until_then(forking_sandbox):
    with Host(forking_sandbox) as host:
        code = Code(host, files_of(MESSY))
        if forking_sandbox.tier.has_own_user:
            user = user_of(host)
            assert code.call("hw.leave_daemons", 3) == "started"
            assert eventually(lambda: len(processes_of(user)) >= 4)
        else:
            assert code.call("hw.leave_daemons", 3) == "started"


def test_no_processes_are_possible_where_no_filter_refuses_them(confining_sandbox, without_filter):
    with Host(confining_sandbox) as host:
        assert Code(host, files_of(MESSY)).call("hw.processes_possible") == 0


# --- when the grader itself is ended --------------------------------------------------------------------

GRADER = """
import sys, time
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox
host = Host(Sandbox.of_this_machine(tier=sys.argv[1]))
code = Code(host, {"hw.py": b"import time\\ndef hang():\\n    while True: pass\\ndef one():\\n    return 1"})
assert code.call("hw.one") == 1
print(host.process().pid, flush=True)
if sys.argv[2] == "busy":
    code.seconds_per_call = 600
    code.call("hw.hang")
time.sleep(600)
"""


@pytest.mark.system
@pytest.mark.parametrize("state", ["waiting", "busy"])
def test_a_worker_does_not_outlive_its_grader(tier, state):
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, str(tier), state], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        worker = int(grader.stdout.readline())
        assert is_alive(worker)
        assert state == "waiting" or is_at_work(worker)
    finally:
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        grader.stdout.close()
    gone = eventually(lambda: not is_alive(worker))
    if not gone:
        os.kill(worker, signal.SIGKILL)
    assert gone


# --- users of the pool ----------------------------------------------------------------------------------


@as_root
def test_every_live_worker_has_a_user_of_its_own(worker_python):
    sandbox = Sandbox.of_this_machine(tier=Tier.USER)
    with Host(sandbox) as first, Host(sandbox) as second, Host(sandbox) as third:
        users = [user_of(host) for host in (first, second, third)]
    assert len(set(users)) == 3
    assert all(FIRST_USER <= user < FIRST_USER + POOL_SIZE for user in users)


def only_users(monkeypatch, first, number):
    """Have a pool of users that no other test has."""
    monkeypatch.setattr(accounts, "POOL_SIZE", number)
    monkeypatch.setattr(accounts, "FIRST_USER", FIRST_USER + POOL_SIZE + first)
    kept: list[tuple[int, int]] = []
    monkeypatch.setattr(accounts, "_unused", lambda owner: kept)
    return accounts.FIRST_USER


@as_root
def test_a_user_whose_processes_are_somebody_else_s_is_not_taken(monkeypatch):
    first = only_users(monkeypatch, 8, 2)
    stranger = subprocess.Popen(["sleep", "600"], user=first, group=first)
    try:
        account = Account()
        assert account.user == first + 1
        with pytest.raises(GraderError, match="in use"):
            Account()
        account.release()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@as_root
def test_a_user_is_given_back(monkeypatch):
    only_users(monkeypatch, 16, 1)
    for _ in range(3):
        Account().release()


@as_root
def test_a_user_without_processes_is_kept_for_the_next_worker(monkeypatch):
    first = only_users(monkeypatch, 24, 1)
    Account().release(are_ended=True)
    monkeypatch.setattr(accounts, "processes_of", lambda user: pytest.fail("its processes have ended"))
    again = Account()
    assert again.user == first
    with pytest.raises(GraderError, match="in use"):
        Account()  # it is locked all the time
    monkeypatch.undo()
    again.release()


@as_root
def test_graders_with_other_temporary_folders_take_no_user_that_one_keeps(monkeypatch, tmp_path):
    only_users(monkeypatch, 32, 1)
    ours = Account()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(GraderError, match="in use"):
        Account()
    ours.release()


@as_root
def test_where_the_lock_folder_is_read_only_the_temporary_folder_has_the_locks(tmp_path):
    take = (
        "import sys, pathlib\n"
        "from autograder.sandbox import accounts\n"
        "accounts.SHARED_PLACES = (pathlib.Path(sys.argv[1]),)\n"
        "accounts.Account().release()\n"
    )
    mount = "mkdir $0/shared && mount -t tmpfs none $0/shared && mkdir $0/shared/autograder-users"
    mount += " && mount -o remount,ro $0/shared"
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            f'{mount} && exec "$1" -c "$2" $0/shared',
            tmp_path,
            sys.executable,
            take,
        ],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "autograder-users").iterdir())


@as_root
def test_a_lock_folder_of_somebody_else_is_refused(nothing_else, monkeypatch):
    monkeypatch.setattr(accounts, "_unused", lambda owner: [])
    monkeypatch.setattr(accounts, "SHARED_PLACES", (nothing_else / "not there",))
    folder = nothing_else / "autograder-users"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(GraderError, match="belongs to somebody else"):
        Account()


def test_a_call_after_closing_starts_anew(host):
    code = Code(host, files_of(MESSY + "\n    def one():\n        return 1"))
    host.close()
    with contextlib.suppress(CallFailed):
        assert code.call("hw.one") == 1
