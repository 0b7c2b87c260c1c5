"""One worker process from the trusted side: started and confined, spoken to with deadlines, measured, ended."""

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
from dataclasses import dataclass
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
from autograder.sandbox.wire import channel, messages
from autograder.sandbox.wire.channel import Channel, ChannelClosed, DeadlinePassed
from autograder.sandbox.wire.messages import Ready, Reply, Request, WorkerLimits
from autograder.values.pack import WireError

START_SECONDS = 30.0
"""A worker that is not ready by then is a fault of the machine; student code is not loaded yet."""
CAN_INHERIT_SOCKETS = sys.platform != "win32"
_MOST_REPLY_BYTES = 256 << 20

Answer = Callable[[messages.Callback, np.ndarray], tuple[messages.CallbackResult, Sequence[np.ndarray]]]
"""Carries out a callback on the trusted side."""


class DiskFilled(Exception):
    """The worker has written more than it may."""


@dataclass(frozen=True)
class Sandbox:
    """How workers are confined: the tier, the limits, the Python."""

    tier: Tier
    limits: WorkerLimits
    interpreter: Interpreter

    @classmethod
    def of_this_machine(cls, memory_mb: int = 1024, tier: str | None = None) -> Sandbox:
        """Return the best sandbox that this machine offers, or the tier that is asked for.

        A hand-in gets `memory_mb` mebibytes, or less on a machine that has too little.
        """
        chosen = isolation.choose_tier(tier)
        interpreter = worker_interpreter()
        compile_for_workers(interpreter)
        memory_bytes = memory_for_students(memory_mb) << 20
        # A reply lies in the grader's memory, which small containers lack as well.
        reply_bytes = min(_MOST_REPLY_BYTES, memory_bytes // 4)
        return cls(chosen, WorkerLimits(memory_bytes=memory_bytes, reply_bytes=reply_bytes), interpreter)

    def start(self) -> WorkerProcess:
        """Start a worker and wait until it is confined."""
        return WorkerProcess(self)


class WorkerProcess:
    """A confined process and the channel to it.

    Attributes
    ----------
    pid
        Its process id as seen from here, even if it has a process table of its own.
    protection
        What it could apply to itself on top of its tier.
    resident_at_first
        Bytes of memory that were resident before any student code was loaded; 0 if that cannot be read.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._account: Account | None = None
        self._scratch: Scratch | None = None
        self._channel: Channel[Request, Reply] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self._init_pid = 0  # process 1 of the worker's namespace, as seen from here
        self._init_pidfd: int | None = None
        self.resident_at_first = 0
        try:
            self._start()
            self.protection = self._confine()
            with contextlib.suppress(OSError):
                self.resident_at_first = self.status_bytes("VmRSS")
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
        if CAN_INHERIT_SOCKETS:
            ours, theirs = socket.socketpair()
            with theirs:
                self._launch(str(theirs.fileno()), [theirs.fileno()])
        else:
            listener = _Listener()
            self._launch(listener.address, [])
            ours = listener.accept()
        most = self._sandbox.limits.reply_bytes + (1 << 20)
        headers = (channel.REPLY_HEADER_BYTES, channel.REQUEST_HEADER_BYTES)
        self._channel = Channel(ours, Reply, most, *headers, watch=self._watch)

    def _launch(self, address: str, inherited: list[int]) -> None:
        interpreter = self._sandbox.interpreter
        script = Path(__file__).parent / "worker" / "__main__.py"
        command = interpreter.command("-B", str(script), address, *interpreter.import_paths)
        options: dict[str, object] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": _environment(self._scratch.folder if self._scratch else None),
            "cwd": self._scratch.folder if self._scratch else "/",
        }
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
            self._init_pid = int(json.loads(text)["child-pid"])
        except (ValueError, KeyError) as error:
            raise GraderError(
                "bubblewrap did not start a worker; `autograder doctor` says what it lacks"
            ) from error

        # A pidfd stays valid after the pid is reused, as it may be if somebody else kills the parent.
        with contextlib.suppress(OSError, AttributeError):
            self._init_pidfd = os.pidfd_open(self._init_pid)

    def _confine(self) -> Ready:
        tier = self._sandbox.tier
        landlock = not tier.has_namespaces and isolation.landlock_version() > 0
        confinement = messages.Confinement(
            user=self._account.user if self._account is not None else None,
            limit_processes=tier is not Tier.LIMITS,
            readable=isolation.landlock_paths(self._sandbox.interpreter) if landlock else None,
            writable=str(self._scratch.folder) if self._scratch else "",
            seccomp=compiled_filter(),
        )
        try:
            reply, _ = self.exchange(
                messages.Setup(limits=self._sandbox.limits, confinement=confinement), seconds=START_SECONDS
            )
        except (ChannelClosed, DeadlinePassed) as error:
            raise GraderError(
                f"a worker under tier {tier} did not start; `autograder doctor` says what this machine offers"
            ) from error
        if not isinstance(reply, Ready):
            raise GraderError(f"a worker under tier {tier} could not be confined")
        if self._init_pid:
            self.pid = _child_of(self._init_pid) if tier.has_own_user else self._init_pid
        if self._scratch is not None and self._account is not None and not reply.landlock:
            self._scratch.watch_open_places()
        if self._scratch is not None:
            self._scratch.watch_process(self.pid, self._sandbox.limits.file_bytes)
        return reply

    # --- speaking -------------------------------------------------------------------------------------

    def exchange(
        self,
        request: Request,
        arrays: Sequence[np.ndarray] = (),
        seconds: float = START_SECONDS,
        answer: Answer | None = None,
    ) -> tuple[Reply, np.ndarray]:
        """Send a request and return the reply with its payload, (bytes,) uint8.

        Callbacks that come in between are carried out by `answer`; `seconds` are for all of it together.

        Raises
        ------
        DeadlinePassed, ChannelClosed, WireError, DiskFilled
            If no proper reply came; the worker is of no further use then.
        """
        assert self._channel is not None
        self._channel.require_silence()
        deadline = time.monotonic() + seconds
        self._channel.send(request, arrays, deadline)
        while True:
            reply, payload = self._channel.receive(deadline)
            if not isinstance(reply, messages.Callback):
                return reply, payload
            if answer is None:
                raise WireError("a callback came although no function was passed")
            result, result_arrays = answer(reply, payload)
            self._channel.send(result, result_arrays, deadline)

    def status_bytes(self, name: str) -> int:
        """Return an amount of memory from the kernel's status of the process, such as `VmRSS`.

        Raises
        ------
        OSError
            If it cannot be read, or the process is gone.
        """
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(f"process {self.pid} has no memory any more")

    # --- watching -------------------------------------------------------------------------------------

    def has_company(self) -> bool:
        """Return whether student code has started a process, whose time this one's clock does not count."""
        if self.protection.seccomp or sys.platform != "linux":
            return False  # refused, or impossible to find out
        if self._account is not None:
            return len(processes_of(self._account.user)) > 1
        return bool(_children_of(self.pid)) or (self._init_pid > 0 and len(_children_of(self._init_pid)) > 1)

    def _watch(self) -> None:
        """Raise if the worker can no longer answer, or has written too much."""
        # If bubblewrap ends while it sets up a namespace, what is in it waits for ever, with the channel open.
        bubblewrap = self._process if self._sandbox.tier.has_namespaces else None
        if bubblewrap is not None and bubblewrap.poll() is not None:
            raise ChannelClosed
        self.require_room()

    def require_room(self) -> None:
        """Raise `DiskFilled` if the worker has written more than it may."""
        if self._scratch is not None:
            overfull = self._scratch.overfull()
        else:
            # Its temporary folder is a file system of its own, which limits the bytes.
            overfull = bool(self.pid) and has_too_many_files(Path(f"/proc/{self.pid}/root/tmp"))
        if overfull:
            raise DiskFilled

    # --- ending ---------------------------------------------------------------------------------------

    def ending(self, seconds: float = 1.0) -> str | None:
        """Return how the process ended by itself, a signal's name or an exit code; None if it still runs."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        # bubblewrap reports a signal as 128 + its number, unless a signal ended bubblewrap itself.
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
        if self._init_pidfd is not None:
            # When process 1 of a namespace ends, the kernel ends everything else in it.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init_pidfd, signal.SIGKILL)
            os.close(self._init_pidfd)
            self._init_pidfd = None
        elif self._init_pid and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._init_pid, signal.SIGKILL)
        elif hasattr(os, "killpg") and (process.poll() is None or self._sandbox.tier.has_namespaces):
            # If somebody else ends bubblewrap while it starts, it leaves its child behind in its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        if not self._sandbox.tier.has_namespaces:
            process.kill()
        try:
            process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._init_pid:
            _wait_until_gone(self._init_pid)


def _children_of(pid: int) -> list[int]:
    """Return the ids of a process's children, whichever of its threads started them."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def _wait_until_gone(pid: int, seconds: float = 5.0) -> None:
    """Wait for the end of a process that has been killed and is not a child of ours."""
    deadline = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while thread_state(pid, pid) not in (b"", b"Z", b"X") and time.monotonic() < deadline:
            time.sleep(0.001)


def thread_state(pid: int, thread: int | str) -> bytes:
    """Return the letter that stands for the state of a thread, such as R for running; empty if it has ended."""
    try:
        # A race reads this often, and a Path costs as much as the call.
        with open(f"/proc/{pid}/task/{thread}/stat", "rb") as file:  # noqa: PTH123
            return file.read().rpartition(b") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _child_of(pid: int) -> int:
    """Return the id of a process's one child."""
    try:
        return _children_of(pid)[0]
    except (OSError, IndexError) as error:
        raise GraderError(
            f"the worker that bubblewrap started as a child of {pid} is not in /proc; is /proc mounted whole?"
        ) from error


def _environment(folder: Path | None) -> dict[str, str]:
    home = str(folder) if folder else "/tmp"
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C.UTF-8",
        # Freed memory stays mapped: mapping it again would take a third of a short call's time, and the part
        # of it that varies most.
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
    """A socket that the worker connects to, with a secret token, if it cannot inherit one."""

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
