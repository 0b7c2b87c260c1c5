"""Starts the process of a worker as a fresh interpreter, by itself or in bubblewrap, and ends it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from autograder.errors import GraderError
from autograder.sandbox.interpreter import Interpreter
from autograder.sandbox.isolation import Tier, bubblewrap_command
from autograder.sandbox.orphans import end_orphans

SCRIPT = Path(__file__).parent / "worker" / "__main__.py"
END_SECONDS = 5.0
_EXITING = 0x4
"""The kernel's flag of a process that has begun to end; its files are closed after that."""


class Launched(Protocol):
    """A process that was started for a worker.

    Attributes
    ----------
    pid
        Its process id as seen from here; under bubblewrap that of the worker once it is `settled`.
    first_pid
        Process 1 of its namespace, if that is not the worker itself; else 0.
    """

    pid: int
    first_pid: int

    def settled(self) -> None:
        """Note that the worker itself runs by now."""

    def is_lost(self) -> bool:
        """Return whether it can never answer, although its channel may stay open."""

    def code(self, seconds: float) -> int | None:
        """Return its exit code, or minus the signal that ended it; None if it still runs after `seconds`."""

    def end(self) -> bool:
        """End it, and what it started, as far as that can be told from here; return whether nothing can be left."""


class Fresh:
    """A worker that is a child of ours."""

    first_pid = 0

    def __init__(self, command: Sequence[str], inherited: Sequence[int], **options: Any) -> None:
        if sys.platform != "win32":
            options |= {"start_new_session": True, "umask": 0o077}
        self._process = subprocess.Popen(
            command,
            pass_fds=inherited,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )
        self.pid = self._process.pid

    def settled(self) -> None:
        """Do nothing: the process is the worker from its start."""

    def is_lost(self) -> bool:
        """Return False: its channel closes with it."""
        return False

    def code(self, seconds: float) -> int | None:
        """Return its exit code, or minus the signal that ended it; None if it still runs after `seconds`."""
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> bool:
        """End it and all of its session; return False: what left the session may be left."""
        if hasattr(os, "killpg") and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        wait_for(self._process)
        return False


class InBubblewrap:
    """A worker in namespaces that bubblewrap made for it."""

    def __init__(
        self,
        tier: Tier,
        interpreter: Interpreter,
        command: Sequence[str],
        inherited: Sequence[int],
        **options: Any,
    ) -> None:
        self._has_own_user = tier.has_own_user
        self._first_pidfd: int | None = None
        end_orphans(os.getpid())
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as information:
            wrapped = bubblewrap_command(tier, interpreter, command)
            wrapped[1:1] = ["--info-fd", str(writing)]
            try:
                self._bubblewrap = subprocess.Popen(
                    wrapped,
                    pass_fds=[*inherited, writing],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    umask=0o077,
                    **options,
                )
            finally:
                os.close(writing)
            # bubblewrap writes this before it runs anything of ours.
            text = information.read()
        self.first_pid = self.pid = 0
        try:
            self.first_pid = int(json.loads(text)["child-pid"])
        except (ValueError, KeyError) as error:
            self.end()
            raise GraderError(
                "bubblewrap did not start a worker; `autograder doctor` says what it lacks"
            ) from error
        # A pidfd stays valid after the pid is reused, as it may be if somebody else kills the parent.
        with contextlib.suppress(OSError, AttributeError):
            self._first_pidfd = os.pidfd_open(self.first_pid)

    def settled(self) -> None:
        """Find the worker's process id."""
        self.pid = _child_of(self.first_pid) if self._has_own_user else self.first_pid

    def is_lost(self) -> bool:
        """Return whether bubblewrap has ended: what it was still setting up waits for ever."""
        return self._bubblewrap.poll() is not None

    def code(self, seconds: float) -> int | None:
        """Return its exit code, or minus the signal that ended it; None if it still runs after `seconds`."""
        try:
            code = self._bubblewrap.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        # bubblewrap reports a signal as 128 + its number, unless a signal ended bubblewrap itself.
        return 128 - code if code > 128 else code

    def end(self) -> bool:
        """End everything in its namespaces."""
        if self._first_pidfd is not None:
            # When process 1 of a namespace ends, the kernel ends everything else in it.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first_pidfd, signal.SIGKILL)
            os.close(self._first_pidfd)
            self._first_pidfd = None
        elif self.first_pid and self._bubblewrap.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.first_pid, signal.SIGKILL)
        else:
            # If somebody else ends bubblewrap while it starts, it leaves its child behind in its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._bubblewrap.pid, signal.SIGKILL)
        wait_for(self._bubblewrap)
        if self.first_pid:
            _wait_until_gone(self.first_pid)
        return False


def environment(home: str) -> dict[str, str]:
    """Return all the environment that a worker gets."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C.UTF-8",
        # Freed memory stays mapped: mapping it again would take a third of a short call's time, and the part
        # of it that varies most.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
        "MPLBACKEND": "agg",  # there is no screen
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
    }
    if sys.platform == "win32":
        variables |= {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "TEMP") if name in os.environ}
    return variables


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children, whichever of its threads started them."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def thread_state(pid: int, thread: int | str) -> bytes:
    """Return the letter that stands for the state of a thread, such as R for running; empty if it has ended."""
    try:
        # A race reads this often, and a Path costs as much as the call.
        with open(f"/proc/{pid}/task/{thread}/stat", "rb") as file:  # noqa: PTH123
            return file.read().rpartition(b") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return b""


def is_ending(pid: int) -> bool:
    """Return whether a process is on its way out, or gone; False on systems that do not tell."""
    if sys.platform != "linux":
        return False
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return True
    return all(map(_is_exiting, threads))


def _is_exiting(thread: Path) -> bool:
    try:
        state, *numbers = (thread / "stat").read_bytes().rpartition(b") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in (b"Z", b"X") or bool(int(numbers[5]) & _EXITING)


def wait_for(process: subprocess.Popen[bytes]) -> None:
    """Wait for a child that has been killed, or whose only reason to run is gone."""
    try:
        process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_gone(pid: int) -> None:
    """Wait for the end of a process that has been killed and is not a child of ours."""
    deadline = time.monotonic() + END_SECONDS
    with contextlib.suppress(OSError):
        while thread_state(pid, pid) not in (b"", b"Z", b"X") and time.monotonic() < deadline:
            time.sleep(0.001)


def _child_of(pid: int) -> int:
    """Return the id of a process's one child."""
    try:
        return children_of(pid)[0]
    except (OSError, IndexError) as error:
        raise GraderError(
            f"the worker that bubblewrap started as a child of {pid} is not in /proc; is /proc mounted whole?"
        ) from error
