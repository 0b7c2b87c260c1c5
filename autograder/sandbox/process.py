"""One worker process from the trusted side: started and confined, spoken to with deadlines, measured, ended."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from autograder.errors import GraderError
from autograder.model.assignment import Assignment
from autograder.sandbox import isolation
from autograder.sandbox.accounts import Account, processes_of
from autograder.sandbox.bytecode import compile_for_workers
from autograder.sandbox.fork_server import fork_server, why_no_fork_server
from autograder.sandbox.interpreter import Interpreter, worker_interpreter
from autograder.sandbox.isolation import Tier
from autograder.sandbox.launching import (
    END_SECONDS,
    SCRIPT,
    Fresh,
    InBubblewrap,
    Launched,
    children_of,
    environment,
    is_ending,
)
from autograder.sandbox.machine import memory_for_students
from autograder.sandbox.scratch import OwnFileSystem, Scratch
from autograder.sandbox.seccomp import compiled_filter
from autograder.sandbox.time_used import TimeUsed
from autograder.sandbox.wire import channel, messages
from autograder.sandbox.wire.channel import WATCH_SECONDS, Channel, ChannelClosed, DeadlinePassed
from autograder.sandbox.wire.messages import Ready, Reply, Request, WorkerLimits
from autograder.values.nodes import WireError

START_SECONDS = 30.0
"""A worker that is not ready by then is a fault of the machine; student code is not loaded yet."""
FRESH_INTERPRETERS = "AUTOGRADER_FRESH_INTERPRETERS"
"""The variable that has every worker be a fresh interpreter."""
CAN_INHERIT_SOCKETS = sys.platform != "win32"
LEAST_WATCH_SECONDS = 0.01
"""A worker that waits for a core comes nearer to its deadline only slowly."""
_MOST_REPLY_BYTES = 256 << 20
_LIBRARY_BYTES = 512 << 20
"""What libraries besides NumPy may take up, beyond what a hand-in gets."""

Answer = Callable[[messages.Callback, np.ndarray], tuple[messages.CallbackResult, Sequence[np.ndarray]]]
"""Carries out a callback on the trusted side."""


class DiskFilled(Exception):
    """The worker has written more than it may."""


@dataclass(frozen=True)
class Sandbox:
    """How workers are started and confined.

    Attributes
    ----------
    is_forking
        Whether workers are forked from a server that holds Python and NumPy; else each is a fresh interpreter.
    data
        Pairs of path and content: files that lie in the folder of every worker.
    """

    tier: Tier
    limits: WorkerLimits
    interpreter: Interpreter
    is_forking: bool = False
    data: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def of_this_machine(
        cls, memory_mb: int = 1024, tier: str | None = None, libraries: tuple[str, ...] = ()
    ) -> Sandbox:
        """Return the best sandbox that this machine offers, or the tier that is asked for.

        Hand-ins may import NumPy and these libraries. A hand-in gets `memory_mb` mebibytes, or less on a machine that
        has too little. Workers are forked where that works, unless the variable `AUTOGRADER_FRESH_INTERPRETERS` is set.
        """
        chosen = isolation.choose_tier(tier)
        interpreter = worker_interpreter(libraries)
        compile_for_workers(interpreter)
        memory_bytes = memory_for_students(memory_mb) << 20
        # A reply lies in the grader's memory, which small containers lack as well.
        reply_bytes = min(_MOST_REPLY_BYTES, memory_bytes // 4)
        library_bytes = _LIBRARY_BYTES if libraries else 0
        limits = WorkerLimits(memory_bytes=memory_bytes, reply_bytes=reply_bytes, library_bytes=library_bytes)
        return cls(chosen, limits, interpreter, is_forking=not why_not_forked(chosen, interpreter))

    @classmethod
    def for_assignment(cls, assignment: Assignment, tier: str | None = None) -> Sandbox:
        """Return the sandbox for hand-ins of an assignment: with its memory, its libraries and its data."""
        sandbox = cls.of_this_machine(assignment.limits.memory_mb, tier, assignment.libraries)
        return replace(sandbox, data=assignment.data_files())

    def start(self) -> WorkerProcess:
        """Start a worker and wait until it is confined."""
        return WorkerProcess(self)


def why_not_forked(tier: Tier, interpreter: Interpreter) -> str:
    """Return the sentence that says why workers of a tier are fresh interpreters; empty if they are forked."""
    if os.environ.get(FRESH_INTERPRETERS):
        return "fresh interpreters were asked for"
    return why_no_fork_server() or _why_no_forked_worker(tier, interpreter)


@functools.cache
def _why_no_forked_worker(tier: Tier, interpreter: Interpreter) -> str:
    """Try it: kernels, containers and security modules refuse this or that."""
    try:
        Sandbox(tier, WorkerLimits(memory_bytes=1 << 30), interpreter, is_forking=True).start().kill()
    except GraderError as error:
        return str(error)
    return ""


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
        self._own_files: OwnFileSystem | None = None
        self._channel: Channel[Request, Reply] | None = None
        self._process: Launched | None = None
        self._time_used: TimeUsed | None = None
        self._most_cpu_seconds = 0.0
        self.pid = 0
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
                self._process = self._fork(theirs) if self._sandbox.is_forking else self._launch(theirs)
        else:
            listener = _Listener()
            self._process = self._launch_fresh(listener.address, [])
            ours = listener.accept()
        self.pid = self._process.pid
        most = self._sandbox.limits.reply_bytes + (1 << 20)
        headers = (channel.REPLY_HEADER_BYTES, channel.REQUEST_HEADER_BYTES)
        self._channel = Channel(ours, Reply, most, *headers, watch=self._watch)

    def _fork(self, theirs: socket.socket) -> Launched:
        return fork_server(self._sandbox.tier, self._sandbox.interpreter).fork(theirs)

    def _launch(self, theirs: socket.socket) -> Launched:
        return self._launch_fresh(str(theirs.fileno()), [theirs.fileno()])

    def _launch_fresh(self, address: str, inherited: list[int]) -> Launched:
        interpreter, tier = self._sandbox.interpreter, self._sandbox.tier
        offered = [f"libraries:{','.join(interpreter.libraries)}"] if interpreter.libraries else []
        command = interpreter.command("-B", str(SCRIPT), address, *offered, *interpreter.import_paths)
        home = self._scratch.folder if self._scratch else None
        options: dict[str, Any] = {"env": environment(str(home or "/tmp")), "cwd": home or "/"}
        if tier.has_namespaces:
            return InBubblewrap(tier, interpreter, command, inherited, **options)
        if tier is Tier.USER:
            assert self._account is not None
            options |= {"user": self._account.user, "group": self._account.user, "extra_groups": []}
        return Fresh(command, inherited, **options)

    def _confine(self) -> Ready:
        tier = self._sandbox.tier
        landlock = not tier.has_namespaces and isolation.landlock_version() > 0
        confinement = messages.Confinement(
            user=self._account.user if self._account is not None else None,
            namespaces=self._namespaces_to_enter(),
            temporary_bytes=isolation.TEMPORARY_BYTES,
            kept=[str(it) for it in self._sandbox.interpreter.readable if it.is_relative_to("/tmp")],
            limit_processes=tier is not Tier.LIMITS,
            readable=isolation.landlock_paths(self._sandbox.interpreter) if landlock else None,
            writable=str(self._scratch.folder) if self._scratch else "",
            seccomp=compiled_filter(),
        )
        try:
            reply, _ = self.exchange(
                messages.Setup(
                    limits=self._sandbox.limits,
                    confinement=confinement,
                    offered=list(self._sandbox.interpreter.modules),
                    data=dict(self._sandbox.data),
                ),
                seconds=START_SECONDS,
            )
        except (ChannelClosed, DeadlinePassed) as error:
            raise GraderError(
                f"a worker under tier {tier} did not start; `autograder doctor` says what this machine offers"
            ) from error
        if not isinstance(reply, Ready):
            reason = f": {reply.text}" if isinstance(reply, messages.Raised) else ""
            raise GraderError(f"a worker under tier {tier} could not be confined{reason}")
        assert self._process is not None
        self._process.settled()
        self.pid = self._process.pid
        if tier.has_namespaces:
            self._own_files = OwnFileSystem(self.pid)
        if self._scratch is not None and self._account is not None and not reply.landlock:
            self._scratch.watch_open_places()
        if self._scratch is not None:
            self._scratch.watch_process(self.pid, self._sandbox.limits.file_bytes)
        return reply

    def _namespaces_to_enter(self) -> Literal["", "as root", "as a user"]:
        """Return what a forked worker still has to do: its server has namespaces, not yet those of the worker."""
        if not self._sandbox.is_forking or not self._sandbox.tier.has_namespaces:
            return ""
        return "as root" if self._sandbox.tier.has_own_user else "as a user"

    # --- speaking -------------------------------------------------------------------------------------

    def exchange(
        self,
        request: Request,
        arrays: Sequence[np.ndarray] = (),
        seconds: float = START_SECONDS,
        answer: Answer | None = None,
        cpu_seconds: float | None = None,
    ) -> tuple[Reply, np.ndarray]:
        """Send a request and return the reply with its payload, (bytes,) uint8.

        Callbacks that come in between are carried out by `answer`. All of it together takes at most `seconds` on the
        wall, and the worker at most `cpu_seconds` as `TimeUsed` counts them; the callbacks are no part of either.

        Raises
        ------
        DeadlinePassed, ChannelClosed, WireError, DiskFilled
            If no proper reply came; the worker is of no further use then.
        """
        assert self._channel is not None
        self._channel.require_silence()
        deadline = time.monotonic() + seconds
        self._time_used = used = TimeUsed(self.pid) if cpu_seconds is not None else None
        self._most_cpu_seconds = cpu_seconds or 0.0
        self._channel.send(request, arrays, deadline)
        while True:
            reply, payload = self._channel.receive(deadline)
            if not isinstance(reply, messages.Callback):
                self._time_used = None
                return reply, payload
            if answer is None:
                raise WireError("a callback came although no function was passed")
            asked_at = time.monotonic()
            result, result_arrays = answer(reply, payload)
            deadline += time.monotonic() - asked_at
            if used is not None:
                used.skip()
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
        first = self._process.first_pid if self._process is not None else 0
        return bool(children_of(self.pid)) or (first > 0 and len(children_of(first)) > 1)

    def _watch(self) -> float:
        """Raise if the worker can no longer answer, has taken too long, or has written too much.

        Return the seconds until it can have taken too long, if that is soon: a call that does not end costs its
        deadline, and not the rest of an interval as well.
        """
        assert self._channel is not None
        has_answered = self._channel.has_more()
        if self._process is not None and self._process.is_lost() and not has_answered:
            raise ChannelClosed
        self.require_room()  # what has written too much takes long as well, and this says more
        if self._time_used is None:
            return WATCH_SECONDS
        left = self._most_cpu_seconds - self._time_used.look(has_answered)
        if left <= 0:
            raise DeadlinePassed
        return min(WATCH_SECONDS, max(LEAST_WATCH_SECONDS, left))

    def require_room(self) -> None:
        """Raise `DiskFilled` if the worker has written more than it may."""
        if self._scratch is not None and self._scratch.overfull():
            raise DiskFilled
        if self._own_files is not None and self._own_files.has_too_many_files():
            raise DiskFilled

    # --- ending ---------------------------------------------------------------------------------------

    def ending(self, seconds: float = 0.5) -> str | None:
        """Return how the process ended by itself, a signal's name or an exit code; None if it still runs."""
        assert self._process is not None
        code = self._process.code(seconds)
        if code is None and seconds and is_ending(self.pid):
            # It gets no core to end on, or whoever is to say how it ended gets none.
            code = self._process.code(END_SECONDS)
        if code is None:
            return None
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"

    def kill(self) -> None:
        """End the process and everything it started, and remove what it left on disk."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        are_ended = False
        if self._process is not None:
            are_ended = self._process.end()
            self._process = None
        if self._account is not None:
            self._account.release(are_ended)
            self._account = None
        if self._own_files is not None:
            self._own_files.close()
            self._own_files = None
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None


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
