"""One worker process from the trusted side: started confined, spoken to with deadlines, measured, ended."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder.errors import GraderError
from autograder.sandbox import isolation
from autograder.sandbox.accounts import Account, processes_of
from autograder.sandbox.bytecode import compile_for_workers
from autograder.sandbox.interpreter import Interpreter, worker_interpreter
from autograder.sandbox.isolation import Tier
from autograder.sandbox.machine import memory_for_students
from autograder.sandbox.scratch import Scratch, has_too_many_files
from autograder.sandbox.seccomp import compiled_filter
from autograder.sandbox.wire.channel import (
    REPLY_HEADER_BYTES,
    REQUEST_HEADER_BYTES,
    Channel,
    ChannelClosed,
    DeadlinePassed,
)
from autograder.sandbox.wire.messages import (
    Callback,
    CallbackResult,
    Confinement,
    Limits,
    Protection,
    Ready,
    Reply,
    Request,
    Setup,
)
from autograder.values.pack import WireError

START_SECONDS = 30.0
"""A worker that is not ready by then is a fault of the machine; student code is not loaded yet."""

_MOST_REPLY_BYTES = 256 << 20

Answer = Callable[[Callback, np.ndarray], tuple[CallbackResult, Sequence[np.ndarray]]]
"""Carries out a callback on the trusted side."""


class DiskFilled(Exception):
    """The worker has written more than it may."""


@dataclass(frozen=True)
class Sandbox:
    """How workers are confined: the tier, the limits, the Python."""

    tier: Tier
    limits: Limits
    interpreter: Interpreter

    @classmethod
    def of_this_machine(cls, memory_mb: int = 1024, tier: str | None = None) -> Sandbox:
        """Return the best sandbox that this machine gives, or the tier that is asked for.

        A hand-in gets `memory_mb` mebibytes, or less on a machine that has too little.
        """
        chosen = isolation.choose_tier(tier)
        interpreter = worker_interpreter()
        compile_for_workers(interpreter)
        return cls(chosen, _limits(memory_for_students(memory_mb)), interpreter)

    def with_memory(self, memory_mb: int) -> Sandbox:
        """Return the same sandbox with another limit on memory."""
        return replace(self, limits=_limits(memory_mb))

    def start(self) -> WorkerProcess:
        """Start a worker and wait until it is confined."""
        return WorkerProcess(self)


def _limits(memory_mb: int) -> Limits:
    """Return the limits of a worker; a reply lies in the grader's memory, which small containers lack as well."""
    memory_bytes = memory_mb << 20
    return Limits(memory_bytes=memory_bytes, reply_bytes=min(_MOST_REPLY_BYTES, memory_bytes // 4))


class WorkerProcess:
    """A confined process and the channel to it.

    Attributes
    ----------
    pid
        Its process id as seen from here, also where it has a process table of its own.
    protection
        What it could put on itself besides its tier.
    resident_at_first
        Bytes of memory that were resident before any student code was loaded; 0 where that cannot be read.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._account: Account | None = None
        self._scratch: Scratch | None = None
        self._channel: Channel[Request, Reply] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self._first = 0  # number 1 of the worker's process table
        self._first_handle: int | None = None
        try:
            self._start()
            self.protection = self._confine()
            self.resident_at_first = self._resident_at_first()
        except BaseException:
            self.kill()
            raise

    # --- starting -------------------------------------------------------------------------------------

    def _start(self) -> None:
        tier = self._sandbox.tier
        if tier.has_own_user:
            self._account = Account()
        if not tier.has_namespaces:
            self._scratch = Scratch(self._account.user if self._account else None)
        ours, theirs = _connected_sockets()
        with theirs:
            self._launch(theirs)
        if isinstance(theirs, _Listener):
            ours = theirs.accept()
        most = self._sandbox.limits.reply_bytes + (1 << 20)
        self._channel = Channel(
            ours, Reply, most, REPLY_HEADER_BYTES, REQUEST_HEADER_BYTES, watch=self._watch
        )

    def _launch(self, theirs: socket.socket | _Listener) -> None:
        interpreter = self._sandbox.interpreter
        script = Path(__file__).parent / "worker" / "__main__.py"
        command = [
            str(interpreter.executable), "-I", "-S", "-B", "-X", "utf8", str(script),
            theirs.address if isinstance(theirs, _Listener) else str(theirs.fileno()), *interpreter.import_paths,
        ]  # fmt: skip
        options: dict[str, object] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": _environment(self._scratch.folder if self._scratch else None),
            "cwd": self._scratch.folder if self._scratch else "/",
        }
        inherited = [] if isinstance(theirs, _Listener) else [theirs.fileno()]
        if sys.platform != "win32":
            options |= {"start_new_session": True, "umask": 0o077}
        if self._sandbox.tier is Tier.USER:
            assert self._account is not None
            options |= {"user": self._account.user, "group": self._account.user, "extra_groups": []}
        if not self._sandbox.tier.has_namespaces:
            self._process = subprocess.Popen(command, pass_fds=inherited, **options)  # type: ignore[call-overload]
            self.pid = self._process.pid
            return
        self._launch_in_namespaces(command, inherited, options)

    def _launch_in_namespaces(
        self, command: list[str], inherited: list[int], options: dict[str, object]
    ) -> None:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as information:
            wrapped = isolation.bubblewrap_command(self._sandbox.tier, self._sandbox.interpreter, command)
            wrapped[1:1] = ["--info-fd", str(writing)]
            try:
                self._process = subprocess.Popen(wrapped, pass_fds=[*inherited, writing], **options)  # type: ignore[call-overload]
            finally:
                os.close(writing)
            # bubblewrap writes this before it runs anything of ours.
            text = information.read()
        try:
            self._first = int(json.loads(text)["child-pid"])
        except (ValueError, KeyError) as error:
            raise GraderError(
                "bubblewrap did not start a worker; `autograder doctor` says what it lacks"
            ) from error

        # By this it is reached even where its parent has been killed by somebody else, and its id been given away.
        with contextlib.suppress(OSError, AttributeError):
            self._first_handle = os.pidfd_open(self._first)

    def _confine(self) -> Protection:
        tier = self._sandbox.tier
        landlock = not tier.has_namespaces and isolation.landlock_version() > 0
        confinement = Confinement(
            user=self._account.user if self._account is not None else None,
            limit_processes=tier is not Tier.LIMITS,
            readable=isolation.landlock_paths(self._sandbox.interpreter) if landlock else None,
            writable=str(self._scratch.folder) if self._scratch else "",
            seccomp=compiled_filter(),
        )
        try:
            reply, _ = self.exchange(
                Setup(limits=self._sandbox.limits, confinement=confinement), seconds=START_SECONDS
            )
        except (ChannelClosed, DeadlinePassed) as error:
            raise GraderError(
                f"a worker under tier {tier} did not start; `autograder doctor` says what this machine gives"
            ) from error
        if not isinstance(reply, Ready):
            raise GraderError(f"a worker under tier {tier} could not be confined")
        if self._first:
            self.pid = _child_of(self._first) if tier.has_own_user else self._first
        if self._scratch is not None and self._account is not None and not reply.protection.landlock:
            self._scratch.watch_open_places()
        if self._scratch is not None:
            self._scratch.watch_process(self.pid, self._sandbox.limits.file_bytes)
        return reply.protection

    # --- speaking -------------------------------------------------------------------------------------

    def exchange(
        self,
        request: Request,
        arrays: Sequence[np.ndarray] = (),
        seconds: float = START_SECONDS,
        answer: Answer | None = None,
    ) -> tuple[Reply, np.ndarray]:
        """Send a request and return the reply with its payload, (bytes,) uint8.

        Callbacks that come in between are carried out by `answer`; all of it has `seconds` together.

        Raises
        ------
        DeadlinePassed, ChannelClosed, WireError, DiskFilled
            Where no proper reply came; the worker is of no further use then.
        """
        assert self._channel is not None
        self._channel.require_silence()
        deadline = time.monotonic() + seconds
        self._channel.send(request, arrays, deadline)
        while True:
            reply, payload = self._channel.receive(deadline)
            if not isinstance(reply, Callback):
                return reply, payload
            if answer is None:
                raise WireError("a callback came where no function was passed in")
            result, result_arrays = answer(reply, payload)
            self._channel.send(result, result_arrays, deadline)

    def status_bytes(self, name: str) -> int:
        """Return an amount of memory from what the kernel says of the process, such as `VmRSS`.

        Raises
        ------
        OSError
            Where it cannot be read, or the process is gone.
        """
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(f"process {self.pid} has no memory any more")

    def _resident_at_first(self) -> int:
        try:
            return self.status_bytes("VmRSS")
        except OSError:
            return 0

    # --- watching -------------------------------------------------------------------------------------

    def has_company(self) -> bool:
        """Return whether student code has started a process, which no clock of this one sees."""
        if self.protection.seccomp or sys.platform != "linux":
            return False  # refused, or not to be found out
        if self._account is not None:
            return len(processes_of(self._account.user)) > 1
        return bool(_children_of(self.pid)) or (self._first > 0 and len(_children_of(self._first)) > 1)

    def _watch(self) -> None:
        """Raise where the worker cannot answer any more, or has written too much."""
        # Without its monitor, a name space that was being set up waits for ever, with the channel open.
        if (
            self._sandbox.tier.has_namespaces
            and self._process is not None
            and self._process.poll() is not None
        ):
            raise ChannelClosed
        self.require_room()

    def require_room(self) -> None:
        """Raise `DiskFilled` where the worker has written more than it may."""
        if self._scratch is not None:
            overfull = self._scratch.overfull()
        else:
            # Its temporary folder is a file system of its own, as large as it may be.
            overfull = bool(self.pid) and has_too_many_files(Path(f"/proc/{self.pid}/root/tmp"))
        if overfull:
            raise DiskFilled

    # --- ending ---------------------------------------------------------------------------------------

    def ending(self, seconds: float = 1.0) -> str | None:
        """Return how the process ended by itself, a signal's name or an exit code; None where it still runs."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        # bubblewrap reports a signal as 128 + its number, unless it is what was ended by one.
        number = code - 128 if self._sandbox.tier.has_namespaces and code >= 0 else -code
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(number).name}"
        return f"exit code {code}"

    def kill(self) -> None:
        """End the process and everything it started, and remove what it left on disk."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            self._end_process(self._process)
            self._process = None
        if self._account is not None:
            self._account.release()
            self._account = None
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    def _end_process(self, process: subprocess.Popen[bytes]) -> None:
        if self._first_handle is not None:
            # With number 1 of the table, the kernel ends everything else in it.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first_handle, signal.SIGKILL)
            os.close(self._first_handle)
            self._first_handle = None
        elif self._first and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGKILL)
        elif hasattr(os, "killpg") and (process.poll() is None or self._sandbox.tier.has_namespaces):
            # Bubblewrap that somebody else has ended while it starts leaves its child behind, in its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        if not self._sandbox.tier.has_namespaces:
            process.kill()
        try:
            process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._first:
            _wait_until_gone(self._first)


def _children_of(pid: int) -> list[int]:
    """Return the ids of a process's children, by whichever of its threads."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def _wait_until_gone(pid: int, seconds: float = 5.0) -> None:
    """Wait for the end of a process that has been killed and is nobody's child any more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state in "ZX":
            return
        time.sleep(0.001)


def _child_of(pid: int) -> int:
    """Return the id of a process's one child."""
    try:
        return _children_of(pid)[0]
    except (OSError, IndexError) as error:
        raise GraderError(
            f"the worker that bubblewrap started as a child of {pid} is not in /proc; is all of it there?"
        ) from error


def _environment(folder: Path | None) -> dict[str, str]:
    home = str(folder) if folder else "/tmp"
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C.UTF-8",
        # Memory that was freed stays at hand: to have it mapped anew would be a third of a short call's time,
        # and the part of it that varies most.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
    }
    if sys.platform == "win32":
        environment |= {
            name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "TEMP") if name in os.environ
        }
    return environment


class _Listener:
    """Where no sockets can be handed down, the worker connects to this one and says a secret word."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._token = secrets.token_hex(16)

    @property
    def address(self) -> str:
        return f"{self._server.getsockname()[1]}:{self._token}"

    def accept(self) -> socket.socket:
        self._server.settimeout(START_SECONDS)
        while True:
            stream, _ = self._server.accept()
            stream.settimeout(START_SECONDS)
            said = b""
            while len(said) < len(self._token) and (part := stream.recv(len(self._token) - len(said))):
                said += part
            if secrets.compare_digest(said, self._token.encode()):
                self._server.close()
                return stream
            stream.close()

    def __enter__(self) -> _Listener:
        return self

    def __exit__(self, *error: object) -> None:
        """The server is closed once the worker has connected."""


def _connected_sockets() -> tuple[socket.socket, socket.socket | _Listener]:
    if sys.platform == "win32":
        return socket.socket(), _Listener()
    return socket.socketpair()
