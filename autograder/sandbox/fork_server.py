"""The trusted side of a fork server: a process that holds Python, NumPy and the worker's code, and forks workers.

It never runs student code. A worker starts in a fraction of the time that a fresh interpreter takes, and is confined
by the same code before it gets anything of a hand-in.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from typing import IO

from autograder.errors import GraderError
from autograder.sandbox.interpreter import Interpreter
from autograder.sandbox.isolation import Tier, fork_server_command
from autograder.sandbox.launching import END_SECONDS, SCRIPT, environment, wait_for
from autograder.sandbox.orphans import end_orphans

START_SECONDS = 30.0
_STATUS = struct.Struct("<i")


class ForkServer:
    """A fork server of this process, started when it is first needed and again if something has ended it.

    It ends with this process, whichever way that ends.

    Parameters
    ----------
    tier
        The tier of the workers. Where that has namespaces, the server lives in bubblewrap, and each worker in
        further namespaces of its own.
    interpreter
        The Python that it holds.
    """

    def __init__(self, tier: Tier, interpreter: Interpreter) -> None:
        self._tier = tier
        self._interpreter = interpreter
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._pidfd = -1
        self._owner = os.getpid()

    def fork(self, channel: socket.socket) -> Forked:
        """Return a new worker that serves `channel`; it waits for the message that confines it.

        Raises
        ------
        GraderError
            If the server does not start, or cannot fork.
        """
        with self._lock:
            for _ in range(2):  # something may have ended the server since the last worker
                if self._control is None:
                    self._start()
                forked = self._fork(channel)
                if forked is not None:
                    return forked
                self._stop()
        raise GraderError("the fork server ends when it is to fork a worker; use --fresh-interpreters")

    def close(self) -> None:
        """End the server, and with it every worker that it has forked."""
        with self._lock:
            self._stop()

    def _fork(self, channel: socket.socket) -> Forked | None:
        """Return a worker, or None if there is no server any more."""
        assert self._control is not None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self._control, [b"fork"], [channel.fileno(), theirs.fileno()])
            ours.settimeout(START_SECONDS)
            message, descriptors, _, _ = socket.recv_fds(ours, 1000, 1)
        except OSError:
            ours.close()
            return None
        if descriptors:
            return Forked(ours, descriptors[0], self._tier.has_namespaces)
        ours.close()
        if not message:
            return None
        raise GraderError(f"the fork server cannot fork a worker: {message.decode(errors='replace')}")

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = self._interpreter.command("-B", str(SCRIPT), f"forks:{theirs.fileno()}")
        options: dict[str, object] = {}
        if self._tier.has_namespaces:
            end_orphans(os.getpid())
            command = fork_server_command(self._tier, self._interpreter, command)
        with theirs, tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environment("/tmp"),
                cwd="/",
                start_new_session=True,
                umask=0o077,
                **options,  # type: ignore[call-overload]
            )
            theirs.close()
            self._control = ours
            try:
                self._pidfd = self._greet(ours)
            except OSError as error:
                self._stop()
                raise GraderError(f"the fork server does not start: {_last_line(said) or error}") from error

    def _greet(self, control: socket.socket) -> int:
        """Tell the server what it has to know; return a descriptor of its process when it is ready."""
        settings = {
            "import_paths": self._interpreter.import_paths,
            "libraries": self._interpreter.libraries,
            "process_tables": self._tier.has_namespaces,
        }
        # It ends when this process does, even if a child of ours still holds the other end of its socket.
        ourselves = os.pidfd_open(os.getpid())
        try:
            socket.send_fds(control, [json.dumps(settings).encode()], [ourselves])
        finally:
            os.close(ourselves)
        control.settimeout(START_SECONDS)
        _, descriptors, _, _ = socket.recv_fds(control, 100, 1)
        if not descriptors:
            raise ConnectionError("it ended at once")
        return descriptors[0]

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if os.getpid() != self._owner:
            return  # it is our parent's
        if self._pidfd >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            _has_ended(self._pidfd, END_SECONDS)
            os.close(self._pidfd)
            self._pidfd = -1
        elif self._process is not None:
            self._process.kill()
        if self._process is not None:
            wait_for(self._process)
            self._process = None


class Forked:
    """A worker that a fork server has forked; the server keeps its process id from being used again.

    Parameters
    ----------
    report
        Where the server says how it ended; the server ends it when this is closed.
    pidfd
        A descriptor of its process.
    has_own_table
        Whether it is process 1 of a table of its own: the kernel ends whatever else is in there before it has ended.
    """

    first_pid = 0

    def __init__(self, report: socket.socket, pidfd: int, has_own_table: bool) -> None:
        self._report = report
        self._pidfd = pidfd
        self._has_own_table = has_own_table
        self._code: int | None = None
        self.pid = _pid_of(pidfd)

    def settled(self) -> None:
        """Do nothing: the process is the worker from its start."""

    def is_lost(self) -> bool:
        """Return False: its channel closes with it."""
        return False

    def code(self, seconds: float) -> int | None:
        """Return its exit code, or minus the signal that ended it; None if it still runs after `seconds`."""
        if self._code is None:
            self._report.settimeout(seconds)
            try:
                said = self._report.recv(_STATUS.size)
            except (TimeoutError, BlockingIOError):
                return None
            except OSError:
                said = b""
            # Without its server, the kernel kills it.
            self._code = _STATUS.unpack(said)[0] if len(said) == _STATUS.size else -int(signal.SIGKILL)
        return self._code

    def end(self) -> bool:
        """End it and all of its session or namespaces; return whether nothing of it can be left."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        # The server has not been told to reap it, so that the id is still that of its group.
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
        has_ended = _has_ended(self._pidfd, END_SECONDS)
        self._report.close()
        os.close(self._pidfd)
        return has_ended and self._has_own_table


@functools.cache
def _fork_server(owner: int, tier: Tier, interpreter: Interpreter) -> ForkServer:
    server = ForkServer(tier, interpreter)
    atexit.register(server.close)
    return server


def fork_server(tier: Tier, interpreter: Interpreter) -> ForkServer:
    """Return this process's fork server for workers of a tier and a Python."""
    return _fork_server(os.getpid(), tier, interpreter)


def why_no_fork_server() -> str:
    """Return the sentence that says why workers cannot be forked on this system at all; empty if they can."""
    if sys.platform != "linux":
        return "only Linux offers what keeps forked workers apart"
    try:
        os.close(os.pidfd_open(os.getpid()))
        _pid_of_ourselves()
    except (OSError, AttributeError, ValueError) as error:
        return f"this kernel or container offers no descriptors of processes: {error}"
    return ""


def _pid_of_ourselves() -> None:
    pidfd = os.pidfd_open(os.getpid())
    try:
        if _pid_of(pidfd) != os.getpid():
            raise ValueError("/proc is not that of this process")
    finally:
        os.close(pidfd)


def _pid_of(pidfd: int) -> int:
    """Return the id of a process as seen from here; it may have another where it runs."""
    with open(f"/proc/self/fdinfo/{pidfd}") as lines:  # noqa: PTH123 - read at every start of a worker
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def _has_ended(pidfd: int, seconds: float) -> bool:
    """Wait until a process has ended; return whether it has."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read(10_000).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
