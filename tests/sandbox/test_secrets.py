"""Student code reaches nothing but its own files: no solution, no result, no other process, no network."""

from __future__ import annotations

import contextlib
import ctypes
import inspect
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from autograder.sandbox import isolation
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox
from tests.sandbox import attacks

SOURCE = Path(attacks.__file__).read_bytes()
TOKEN = f"token_{secrets.token_hex(12)}"


@pytest.fixture(scope="module")
def attacker(confining_sandbox):
    """The attacks in a worker."""
    with Host(confining_sandbox) as host:
        yield Code(host, {"attacks.py": SOURCE}, seconds_per_call=20.0)


def in_a_worker(attacker, name, *args):
    """Return all that an attack brought, its exception included."""
    try:
        return repr(attacker.call(f"attacks.{name}", *args))
    except CallFailed as failure:
        return repr(failure)


def in_plain_python(name, *args, **options):
    """Return what an attack brings that nothing stands against."""
    call = f"import attacks; print(repr(attacks.{name}(*{args!r})))"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=Path(attacks.__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )
    return done.stdout + done.stderr


# --- files --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def machine():
    """A course on disk with a secret in every place, all of it open to everybody."""
    with tempfile.TemporaryDirectory(prefix="autograder-tests-") as name:
        root = Path(name)
        for place in PLACES:
            path = root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'TOKEN = "{TOKEN}"\n')
        (root / f"{TOKEN}.txt").write_text("")
        for path in [root, *root.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        yield root


PLACES = [
    "solutions/svm/linear_svm.py",
    "solutions/svm/test_graded.py",
    "solutions/svm/grading.toml",
    "assignments/svm/test_public.py",
    "autograder/results/results.json",
    "autograder/submission_metadata.json",
    ".git/HEAD",
    "tmp/another worker/left over.py",
]
READING = ["read", "read_through_a_link", "read_through_the_c_library", "read_by_another_program"]
ON_ANY_FILE = [(attack, place) for attack in READING for place in PLACES[:1]] + [
    ("read", place) for place in PLACES
]
ON_A_MODULE = [("import_file", PLACES[0]), ("import_by_name", PLACES[0])]


@pytest.mark.parametrize("attack, place", dict.fromkeys(ON_ANY_FILE + ON_A_MODULE))
def test_no_file_outside_is_read(attacker, machine, attack, place):
    assert TOKEN not in in_a_worker(attacker, attack, str(machine / place))
    assert TOKEN in in_plain_python(attack, str(machine / place))


@pytest.mark.parametrize("attack", ["list_folder", "walk_from_the_root"])
def test_no_folder_outside_is_listed(attacker, machine, attack):
    path = str(machine / f"{TOKEN}.txt")
    assert TOKEN not in in_a_worker(attacker, attack, path).replace(repr(path), "")
    assert TOKEN in in_plain_python(attack, path)


@pytest.mark.parametrize("attack", ["append", "replace"])
def test_no_file_outside_is_written(attacker, open_folder, attack):
    path = open_folder / "results.json"
    path.write_text("{}")
    path.chmod(0o666)
    in_a_worker(attacker, attack, str(path))
    assert path.read_text() == "{}"
    assert [entry.name for entry in open_folder.iterdir()] == ["results.json"]
    in_plain_python(attack, str(path))
    assert path.read_text() != "{}"


def test_nothing_of_the_grader_s_own_checkout_is_read(attacker):
    own = Path(__file__).resolve()
    git = own.parents[2] / ".git" / "HEAD"
    assert "test_nothing_of_the" not in in_a_worker(attacker, "read", str(own))
    assert "test_nothing_of_the" in in_plain_python("read", str(own))
    assert "ref:" not in in_a_worker(attacker, "read", str(git))


def test_without_landlock_and_namespaces_the_weakest_tier_reads_what_all_may_read(
    machine, worker_python, monkeypatch
):
    monkeypatch.setattr(isolation, "landlock_version", lambda: 0)
    with Host(Sandbox.of_this_machine(tier=Tier.LIMITS)) as host:
        attacker = Code(host, {"attacks.py": SOURCE})
        assert TOKEN in in_a_worker(attacker, "read", str(machine / PLACES[0]))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start workers as other users")
def test_without_landlock_another_user_still_keeps_private_files_private(
    worker_python, open_folder, monkeypatch
):
    secret = open_folder / "secret.py"
    secret.write_text(f'TOKEN = "{TOKEN}"')
    secret.chmod(0o600)
    monkeypatch.setattr(isolation, "landlock_version", lambda: 0)
    with Host(Sandbox.of_this_machine(tier=Tier.USER)) as host:
        attacker = Code(host, {"attacks.py": SOURCE})
        for attack in (*READING, "import_file"):
            assert TOKEN not in in_a_worker(attacker, attack, str(secret))
    assert TOKEN in in_plain_python("read", str(secret))


# --- processes ----------------------------------------------------------------------------------------


@pytest.fixture
def neighbour():
    """A process that stands for the grader: the token is in its environment, arguments, memory and an open file."""
    waiting = (
        "import sys, tempfile, os, time\n"
        "kept = [os.environ['SECRET'].encode()]\n"
        "file = tempfile.TemporaryFile(); file.write(kept[0]); file.flush()\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", waiting, TOKEN],
        env={**os.environ, "SECRET": TOKEN},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("attack", ["environment_of", "command_line_of", "memory_of", "open_file_of"])
def test_nothing_of_another_process_is_read(attacker, neighbour, attack):
    assert TOKEN not in in_a_worker(attacker, attack, neighbour.pid)
    assert TOKEN in in_plain_python(attack, neighbour.pid)


@pytest.mark.parametrize("attack", ["signal_to", "thread_signal_to"])
def test_no_other_process_is_signalled(attacker, neighbour, attack):
    in_a_worker(attacker, attack, neighbour.pid)
    in_a_worker(attacker, attack, os.getpid())
    time.sleep(0.1)
    assert neighbour.poll() is None
    in_plain_python(attack, neighbour.pid)
    assert neighbour.wait(timeout=60) == -15


HOLDING = """
def hold(token):
    global kept
    kept = [token * 3]
def stay(token):
    return kept[0] == token * 3
"""


@pytest.mark.parametrize(
    "attack", ["environment_of", "command_line_of", "memory_of", "open_file_of", "signal_to"]
)
def test_the_twin_of_a_worker_is_out_of_its_reach(attacker, confining_sandbox, attack):
    with Host(confining_sandbox) as host:
        twin = Code(host, {"attacks.py": SOURCE, "holding.py": HOLDING.encode()})
        twin.call("holding.hold", TOKEN)
        got = in_a_worker(attacker, attack, host.process().pid)
        assert TOKEN not in got
        assert "CodeRaised" in got or got in ("b''", "'sent'")
        assert twin.call("holding.stay", TOKEN)
        assert host.restarts == 0


def test_no_descriptor_of_the_grader_is_inherited(confining_sandbox, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(TOKEN)
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        with Host(confining_sandbox) as host:
            attacker = Code(host, {"attacks.py": SOURCE})
            assert TOKEN not in in_a_worker(attacker, "inherited_files")
        assert TOKEN in in_plain_python("inherited_files", close_fds=False)


# --- network and shared memory ------------------------------------------------------------------------


class Server:
    """Says the token to everybody who connects."""

    def __init__(self, family, kind, address):
        self.socket = socket.socket(family, kind)
        self.socket.bind(address)
        self.datagrams = kind == socket.SOCK_DGRAM
        if not self.datagrams:
            self.socket.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                if self.datagrams:
                    _, sender = self.socket.recvfrom(100)
                    self.socket.sendto(TOKEN.encode(), sender)
                else:
                    stream, _ = self.socket.accept()
                    with stream:
                        stream.sendall(TOKEN.encode())
            except (OSError, TypeError):  # the socket was shut down
                return

    def __enter__(self):
        return self.socket.getsockname()

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        self.socket.close()


def test_no_connection_is_made(attacker):
    with Server(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)) as (_, port):
        assert TOKEN not in in_a_worker(attacker, "connect_to", port)
        assert TOKEN in in_plain_python("connect_to", port)


def test_no_datagram_such_as_a_question_for_a_name_is_sent(attacker):
    with Server(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)) as (_, port):
        assert TOKEN not in in_a_worker(attacker, "send_datagram_to", port)
        assert TOKEN in in_plain_python("send_datagram_to", port)


@pytest.mark.parametrize("abstract", [False, True], ids=["in a folder", "abstract"])
def test_no_socket_of_this_machine_is_reached(attacker, open_folder, abstract):
    path = f"\0{secrets.token_hex(8)}" if abstract else str(open_folder / "socket")
    with Server(socket.AF_UNIX, socket.SOCK_STREAM, path):
        if not abstract:
            Path(path).chmod(0o777)
        assert TOKEN not in in_a_worker(attacker, "connect_to_path", path)
        assert TOKEN in in_plain_python("connect_to_path", path)


def test_no_shared_memory_is_reached(attacker):
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    key = secrets.randbits(30)
    number = libc.shmget(key, 4096, 0o1666)
    try:
        ctypes.memmove(libc.shmat(number, None, 0), TOKEN.encode() + b"\0", len(TOKEN) + 1)
        assert TOKEN not in in_a_worker(attacker, "shared_memory", key)
        assert TOKEN in in_plain_python("shared_memory", key)
    finally:
        libc.shmctl(number, 0, None)


# --- the worker's own process -------------------------------------------------------------------------


def test_the_worker_s_process_holds_no_name_of_the_grader_s_files(confining_sandbox, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", TOKEN)
    looking = b"""
import gc, os, sys, inspect
def look():
    found = [dict(os.environ), sys.argv, sys.path, sorted(sys.modules), os.getcwd()]
    found += [frame.filename for frame in inspect.stack()]
    held = [text for each in gc.get_objects() if type(each) in (dict, list, tuple) for text in texts_in(each)]
    return (repr(found) + "|".join(dict.fromkeys(held)))[:1_000_000].encode("ascii", "replace").decode()
def texts_in(each):
    parts = list(each.values()) if type(each) is dict else each
    return [part for part in parts if type(part) is str and 3 < len(part) < 200]
"""
    with Host(confining_sandbox) as host:
        code = Code(host, {"hw.py": looking})
        code.public = True
        seen = code.call("hw.look")
    assert TOKEN not in seen
    assert "hw.py" in seen
    for secret in ("test_graded", "solutions", "autograder.grading", "tests/sandbox"):
        assert secret not in seen, secret


def test_every_attack_of_the_file_is_tried():
    tried = Path(__file__).read_text()
    for name, _ in inspect.getmembers(attacks, inspect.isfunction):
        assert f'"{name}"' in tried, name
