"""Workers that are forked from one server have nothing of it or of each other, and end with it."""

from __future__ import annotations

import functools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.sandbox import fork_server as fork_server_module
from autograder.sandbox import isolation, process
from autograder.sandbox.call_failures import CallFailed, WorkerDied
from autograder.sandbox.code import Code
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox
from tests.sandbox import attacks
from tests.sandbox.hand_ins import files_of

ROOT = Path(__file__).parents[2]
ATTACKS = {"attacks.py": Path(attacks.__file__).read_bytes()}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can read the memory of every worker")

LOOKING = """
    import gc, os, random, socket, stat, tempfile
    import numpy as np

    def drawn():
        return [random.random(), float(np.random.rand()), float(np.random.default_rng().random())]

    def seed_of_hashes():
        return hash("a word") % 10**9

    def descriptors():
        found = []
        for number in range(1024):
            try:
                found.append(f"{number} socket" if stat.S_ISSOCK(os.fstat(number).st_mode) else f"{number}")
            except OSError:
                continue
        return found

    def write(name):
        with open(os.path.join(tempfile.gettempdir(), name), "w") as file:
            file.write(name)

    def listed(folder):
        return os.listdir(folder)

    def temporary():
        return [os.getcwd(), tempfile.gettempdir(), os.environ["HOME"]]

    def abstract(name):
        global listening
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(name)
        listening.listen()

    def reached(name):
        with socket.socket(socket.AF_UNIX) as stream:
            return stream.connect_ex(name)

    def segment(key):
        import ctypes
        return ctypes.CDLL(None).shmget(key, 4096, 0o1666)

    def found_segment(key):
        import ctypes
        return ctypes.CDLL(None).shmget(key, 0, 0)

    def exit_with(code):
        os._exit(code)

    def crash():
        import ctypes
        ctypes.string_at(1)

    def hang():
        while True: pass
"""


def forking(sandbox: Sandbox) -> Sandbox:
    assert sandbox.is_forking, process.why_not_forked(sandbox.tier, sandbox.interpreter)
    return sandbox


@pytest.fixture
def pair(sandbox):
    """Two workers of one server."""
    with Host(forking(sandbox)) as first, Host(sandbox) as second:
        yield Code(first, files_of(LOOKING)), Code(second, files_of(LOOKING))


@pytest.fixture
def confined_pair(confining_sandbox):
    with Host(forking(confining_sandbox)) as first, Host(confining_sandbox) as second:
        yield Code(first, files_of(LOOKING)), Code(second, files_of(LOOKING))


@pytest.fixture
def own_server(sandbox, monkeypatch):
    """A server that no worker of another test has had, which it may not have reaped yet."""
    server = ForkServer(sandbox.tier, sandbox.interpreter)
    monkeypatch.setattr(process, "fork_server", lambda tier, interpreter: server)
    yield server
    server.close()


def status(pid, name):
    return re.search(rf"^{name}:\s*(.*)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1]


def server_of(host):
    return int(status(host.process().pid, "PPid"))


def is_alive(pid):
    try:
        return status(pid, "State")[0] not in "ZX"
    except OSError:
        return False


def eventually(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


# --- what a worker begins with --------------------------------------------------------------------------


def test_workers_have_one_server_which_is_not_the_grader(pair):
    first, second = (server_of(code.host) for code in pair)
    assert first == second != os.getpid()


def test_every_worker_draws_random_numbers_of_its_own(pair):
    first, second = (code.call("hw.drawn") for code in pair)
    assert all(one != other for one, other in zip(first, second, strict=True))
    assert pair[0].call("hw.seed_of_hashes") == pair[1].call("hw.seed_of_hashes")  # else this is not a fork


def test_a_worker_has_no_descriptor_but_its_channel(pair):
    first, second = (code.call("hw.descriptors") for code in pair)
    assert first[:3] == second[:3] == ["0", "1", "2"]
    for descriptors in (first, second):
        assert len(descriptors) == 4
        assert descriptors[3].endswith("socket")


def test_a_worker_is_at_home_in_its_own_folder(pair):
    first, second = (code.call("hw.temporary") for code in pair)
    assert len(set(first)) == len(set(second)) == 1
    namespaces = pair[0].host.sandbox.tier.has_namespaces
    assert namespaces == (first == second)
    assert namespaces == (first[0] == "/tmp")


def test_a_worker_has_no_rights_left(pair):
    tier = pair[0].host.sandbox.tier
    for code in pair:
        pid = code.host.process().pid
        assert status(pid, "NoNewPrivs") == "1"
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status(pid, name), 16) == 0
        # Without a right to do so, a plain user's process cannot empty it.
        assert int(status(pid, "CapBnd"), 16) == 0 or (tier is Tier.LIMITS and os.geteuid() != 0)


def test_a_worker_is_alone_in_its_namespaces(pair):
    first, second = (code.host.process().pid for code in pair)
    kinds = ["mnt", "pid", "net", "ipc"]
    server = server_of(pair[0].host)
    for kind in kinds:
        seen = {os.readlink(f"/proc/{pid}/ns/{kind}") for pid in (first, second)}  # noqa: PTH115
        assert len(seen) == (2 if pair[0].host.sandbox.tier.has_namespaces else 1)
        if os.geteuid() == 0 and pair[0].host.sandbox.tier.has_namespaces:
            assert os.readlink(f"/proc/{server}/ns/{kind}") not in seen  # noqa: PTH115


@as_root
def test_no_worker_holds_the_name_of_an_earlier_one_s_folder(sandbox):
    with Host(forking(sandbox)) as host:
        earlier, pid = (
            Path(Code(host, files_of(LOOKING)).call("hw.temporary")[0]).name.encode(),
            host.process().pid,
        )
        assert earlier in attacks.memory_of(pid)
        with Host(sandbox) as other:
            # In namespaces, the folder of each is called /tmp.
            assert (earlier in attacks.memory_of(other.process().pid)) == sandbox.tier.has_namespaces


# --- out of each other's reach --------------------------------------------------------------------------


@pytest.fixture(params=["as it is", "without Landlock and seccomp"])
def kernel(request, monkeypatch):
    if request.param != "as it is":
        monkeypatch.setattr(process, "compiled_filter", lambda: None)
        monkeypatch.setattr(isolation, "landlock_version", lambda: 0)


@pytest.mark.parametrize("attack", ["environment_of", "memory_of", "open_file_of"])
def test_nothing_of_the_server_is_read(confining_sandbox, kernel, attack):
    with Host(forking(confining_sandbox)) as host:
        attacker = Code(host, ATTACKS)
        for pid in (server_of(host), os.getppid()):
            with pytest.raises(CallFailed, match=r"PermissionError|FileNotFoundError"):
                attacker.call(f"attacks.{attack}", pid)


@pytest.mark.parametrize("attack", ["signal_to", "thread_signal_to"])
def test_no_signal_reaches_the_server(confining_sandbox, kernel, attack):
    with Host(forking(confining_sandbox)) as host:
        attacker = Code(host, ATTACKS)
        server = server_of(host)
        with pytest.raises(CallFailed):
            attacker.call(f"attacks.{attack}", server)
        time.sleep(0.1)
        assert is_alive(server)
        assert server_of(host) == server


def test_workers_of_one_server_find_nothing_of_each_other(kernel, confined_pair):
    first, second = confined_pair
    key = 0x5EED1234
    first.call("hw.write", "left-here")
    if "left-here" in _tried(second, "hw.listed", "/tmp"):
        pytest.fail("a file of another worker is in /tmp")
    for call in (("abstract", "\0of-the-first"), ("segment", key)):
        _tried(first, f"hw.{call[0]}", call[1])
    if first.host.sandbox.tier.has_namespaces:
        assert _tried(second, "hw.reached", "\0of-the-first") != "0"
        assert _tried(second, "hw.found_segment", key) == "-1"
    for place in ("/proc", "/dev"):
        assert str(first.host.process().pid) not in _tried(second, "hw.listed", place) or not _hides(first)


def _hides(code):
    """Whether a worker's tier hides other processes even on a kernel without Landlock."""
    return code.host.sandbox.tier.has_namespaces or code.host.process().protection.landlock


def _tried(code, *call):
    try:
        return repr(code.call(*call))
    except CallFailed as failure:
        return repr(failure)


# --- endings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "how"),
    [(("exit_with", 3), "exit code 3"), (("exit_with", 0), "exit code 0"), (("crash",), "SIGSEGV")],
)
def test_how_a_worker_ended_is_told(sandbox, call, how):
    with Host(forking(sandbox)) as host, pytest.raises(WorkerDied, match=how):
        Code(host, files_of(LOOKING)).call(f"hw.{call[0]}", *call[1:])


def test_how_a_worker_ended_is_told_although_its_server_gets_no_core_for_a_while(sandbox):
    with Host(forking(sandbox)) as host:
        code = Code(host, files_of(LOOKING))
        code.call("hw.drawn")
        server = server_of(host)
        os.kill(server, signal.SIGSTOP)
        going_on = threading.Timer(1.5, os.kill, (server, signal.SIGCONT))
        going_on.start()
        try:
            with pytest.raises(WorkerDied, match="exit code 3"):
                code.call("hw.exit_with", 3)
        finally:
            going_on.join()


def test_the_server_keeps_nothing_of_workers_that_are_over(sandbox, own_server):
    def descriptors():
        return len(os.listdir(f"/proc/{server}/fd")) if os.geteuid() == 0 else 0  # noqa: PTH208

    with Host(forking(sandbox)) as host:
        server = server_of(host)
        before = descriptors()
        for _ in range(5):
            with Host(sandbox) as other:
                other.process()
        assert eventually(lambda: _children(server) == [host.process().pid] and descriptors() == before)


def _children(pid):
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@pytest.mark.parametrize("state", ["waiting", "busy"])
def test_workers_end_with_their_server_and_the_next_has_another(sandbox, state):
    with Host(forking(sandbox)) as host:
        code = Code(host, files_of(LOOKING), seconds_per_call=60.0)
        worker, server = host.process().pid, server_of(host)
        code.call("hw.drawn")
        if state == "busy":
            killer = subprocess.Popen(
                [sys.executable, "-c", f"import os, time; time.sleep(1); os.kill({server}, 9)"]
            )
            with pytest.raises(WorkerDied):
                code.call("hw.hang")
            killer.wait()
        else:
            os.kill(server, signal.SIGKILL)
        assert eventually(lambda: not is_alive(worker))
        host.drop()
        assert len(code.call("hw.drawn")) == 3
        assert server_of(host) != server


GRADER = """
import os, sys, time
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox
host = Host(Sandbox.of_this_machine(tier=sys.argv[1]))
pid = host.process().pid
if sys.argv[2] == "with a child that holds its descriptors" and os.fork() == 0:
    time.sleep(30)
    os._exit(0)
print(pid, flush=True)
if sys.argv[2] == "at its end":
    sys.exit()
time.sleep(600)
"""


@pytest.mark.system
@pytest.mark.parametrize("ended", ["at its end", "by a signal", "with a child that holds its descriptors"])
def test_no_server_outlives_its_grader(sandbox, ended):
    forking(sandbox)
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, str(sandbox.tier), ended],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        worker = int(grader.stdout.readline())
        below = _below(grader.pid) if ended != "at its end" else [worker]
        if ended != "at its end":
            assert worker in below
            grader.kill()
        grader.wait()
        ours = [pid for pid in below if _is_of_the_sandbox(pid)]
        assert eventually(lambda: not any(map(is_alive, ours)))
    finally:
        os.killpg(grader.pid, signal.SIGKILL) if ended.startswith("with") else None
        grader.wait()
        grader.stdout.close()


def _below(pid):
    found = _children(pid)
    return found + [each for child in found for each in _below(child)]


def _is_of_the_sandbox(pid):
    try:
        return b"worker/__main__.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_closing_the_server_ends_its_workers(sandbox, own_server):
    host = Host(forking(sandbox))
    worker, pid = host.process().pid, server_of(host)
    own_server.close()
    assert not is_alive(pid)
    assert eventually(lambda: not is_alive(worker))
    host.close()


# --- where they are not forked --------------------------------------------------------------------------


@pytest.fixture
def nothing_known(worker_python, monkeypatch):
    """As when no worker has been started yet: no server runs, and nobody knows whether one can."""
    servers = []

    def start(owner, *what):
        servers.append(ForkServer(*what))
        return servers[-1]

    monkeypatch.setattr(fork_server_module, "_fork_server", functools.cache(start))
    process._why_no_forked_worker.cache_clear()
    yield
    process._why_no_forked_worker.cache_clear()
    for server in servers:
        server.close()


def test_fresh_interpreters_are_children_of_the_grader_s(tier, monkeypatch):
    monkeypatch.setenv(process.FRESH_INTERPRETERS, "1")
    sandbox = Sandbox.of_this_machine(tier=tier)
    assert not sandbox.is_forking
    with Host(sandbox) as first, Host(sandbox) as second:
        ones, others = (Code(host, files_of(LOOKING)) for host in (first, second))
        assert ones.call("hw.seed_of_hashes") != others.call("hw.seed_of_hashes")
        assert first.process().pid in _below(os.getpid())
        with pytest.raises(WorkerDied, match="exit code 3"):
            ones.call("hw.exit_with", 3)
        worker = second.process().pid
    assert not is_alive(worker)


def refused(descriptor):
    raise OSError(38, "Function not implemented")


def test_workers_are_fresh_where_the_kernel_has_no_descriptors_of_processes(tier, monkeypatch):
    monkeypatch.setattr(os, "pidfd_open", refused)
    require_fresh(tier, "descriptors of processes")


def test_workers_are_fresh_where_no_server_starts(tier, monkeypatch, nothing_known):
    monkeypatch.setattr(fork_server_module, "SCRIPT", "/nowhere/at-all.py")
    require_fresh(tier, "does not start")


def test_workers_are_fresh_where_the_server_may_not_make_namespaces(tier, monkeypatch, nothing_known):
    monkeypatch.setattr(isolation, "_namespaces", without_the_right_to_make_more(isolation._namespaces))
    if tier.has_namespaces:
        require_fresh(tier, "no new table of processes")
    else:
        assert Sandbox.of_this_machine(tier=tier).is_forking  # these need none


def require_fresh(tier, reason):
    sandbox = Sandbox.of_this_machine(tier=tier)
    assert not sandbox.is_forking
    assert reason in process.why_not_forked(tier, sandbox.interpreter)
    with Host(sandbox) as host:
        assert len(Code(host, files_of(LOOKING)).call("hw.drawn")) == 3


def without_the_right_to_make_more(namespaces):
    def fewer(tier, rights):
        return namespaces(tier, [right for right in rights if right != "CAP_SYS_ADMIN"])

    return fewer


def test_a_server_that_cannot_start_says_so_in_one_sentence(sandbox, monkeypatch):
    monkeypatch.setattr(fork_server_module, "SCRIPT", "/nowhere/at-all.py")
    server = ForkServer(sandbox.tier, sandbox.interpreter)
    monkeypatch.setattr(process, "fork_server", lambda tier, interpreter: server)
    with pytest.raises(GraderError, match=r"the fork server does not start: .*at-all\.py"):
        replace(sandbox, is_forking=True).start()
