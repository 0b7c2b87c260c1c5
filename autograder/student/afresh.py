"""Checks for a notebook in a second Python, which knows nothing of what the kernel has imported or changed.

Starting that Python takes longer than most checks, so one is kept for all checks of a kernel; student code runs in
workers of its own, new for each check. It ends with the kernel however that ends, when a check is interrupted, and
after some minutes without one; another takes its place once what it holds is not what is installed.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

import autograder
from autograder.errors import CourseError, GraderError

_ANSWERING = "autograder.student.answering"
_END_SECONDS = 5.0
_OWN_GROUP: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)
"""Jupyter interrupts every process of the kernel's group; what that means for checks is decided here."""

What = Literal["checks", "state", "hint", "page", "hand-in"]


class Request(msgspec.Struct, frozen=True):
    """What the other Python is asked.

    Attributes
    ----------
    what
        The checks of some questions, the state of the files, the hint for a question, the page of some questions, or
        to write the hand-in.
    folder
        Holds the student's files and `assignment.toml`.
    questions
        Ids of questions; for checks and a page, all if empty.
    """

    what: What
    folder: str
    questions: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What the other Python found.

    Attributes
    ----------
    passed
        Whether every file is there and every check passed.
    lines
        Everything about those that did not, or the hint or the page that was asked for, or what is said of the hand-in:
        each line, and whether it is a sentence, which may be broken where it is too long; code is not.
    standing
        Where the student stands, in lines.
    is_news
        Whether that is something else than last time.
    passing
        A line for each question whose checks all pass, by its id.
    hinted
        The questions that were checked for which there is a hint.
    state
        What `state_of_work` says of the files that were checked.
    problem
        Why nothing could be checked at all; empty if something was.
    """

    passed: bool = False
    lines: list[tuple[str, bool]] = []
    standing: str = ""
    is_news: bool = False
    passing: dict[str, str] = {}
    hinted: list[str] = []
    state: str = ""
    problem: str = ""

    @property
    def text(self) -> str:
        """The lines as they are."""
        return "\n".join(line for line, _ in self.lines)


def check_afresh(question: str | None = None, folder: Path | None = None) -> Report:
    """Run the public checks of one question, or of all, in another Python and return what it found.

    Raises
    ------
    CourseError
        If the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    return _asked("checks", question, folder)


def state_of_work(folder: Path) -> str:
    """Return a checksum of everything saved in a folder that its public checks depend on.

    Raises
    ------
    CourseError
        If the folder is not an assignment's.
    GraderError
        If the other Python broke down.
    """
    return _asked("state", folder=folder).state


def hint_afresh(question: str) -> Report:
    """Return the hint for a question in the current folder, in its lines.

    Raises
    ------
    CourseError
        If there is nothing to hint at, or the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    return _asked("hint", question)


def submit_afresh() -> Report:
    """Write the hand-in of the current folder, and return what is said of it, in lines.

    Raises
    ------
    CourseError
        If nothing was written, or the folder is not an assignment's.
    GraderError
        If the other Python broke down.
    """
    return _asked("hand-in")


def page_afresh(question: str) -> str:
    """Return the failed checks of a question in the current folder as HTML.

    Raises
    ------
    CourseError
        If the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    return _asked("page", question).text


def _asked(what: What, question: str | None = None, folder: Path | None = None) -> Report:
    request = Request(what, str((folder or Path.cwd()).resolve()), (question,) if question else ())
    answer = _second_python.ask(msgspec.json.encode(request))
    try:
        report = msgspec.json.decode(answer, type=Report)
    except msgspec.MsgspecError as error:
        # It was made by another version than this kernel has imported.
        raise GraderError(f"the checks could not be run ({error}); restart the kernel") from error
    if report.problem:
        raise CourseError(report.problem)
    return report


class _Running:
    """A second Python that is running."""

    def __init__(self, surroundings: object) -> None:
        self.surroundings = surroundings
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as it runs
        # Without -P a student's file called like a library would be imported in its place.
        command = [sys.executable, "-P", "-m", _ANSWERING]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, **_OWN_GROUP
        )

    def ask(self, request: bytes) -> bytes:
        """Return the answer to a request; nothing if there is none, because it has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(request + b"\n")
            self._process.stdin.flush()
        except OSError:
            return b""
        answer = self._process.stdout.readline()
        return answer if answer.endswith(b"\n") else b""

    def end(self) -> str:
        """End it, with everything that it has started; return the last line that it said."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):  # what could not be written
            self._process.stdin.close()
        try:
            self._process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        with self._said as said:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "no reason given"


class _SecondPython:
    """The second Python of this process, started when it is first needed and again if it is not what it should be."""

    def __init__(self) -> None:
        self._running: _Running | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def ask(self, request: bytes) -> bytes:
        """Return the answer to a request.

        Raises
        ------
        GraderError
            If it broke down.
        """
        with self._lock:
            surroundings = _surroundings()
            if self._owner != os.getpid():
                self._running, self._owner = None, os.getpid()  # it is our parent's
            if self._running is not None and self._running.surroundings != surroundings:
                self._end()
            reason = ""
            for _ in range(2):  # one that has waited long has ended, maybe just now
                is_new = self._running is None
                self._running = self._running or _Running(surroundings)
                try:
                    answer = self._running.ask(request)
                except BaseException:
                    # Interrupted: an answer that comes now would be taken for that of the next.
                    self._end()
                    raise
                if answer:
                    return answer
                reason = self._end()
                if is_new:
                    break
            raise GraderError(f"the checks could not be run: {reason}")

    def close(self) -> None:
        """End it."""
        if self._owner == os.getpid():
            self._end()

    def _end(self) -> str:
        running, self._running = self._running, None
        return running.end() if running is not None else ""


_second_python = _SecondPython()
atexit.register(_second_python.close)


def _surroundings() -> object:
    """Return what a second Python keeps from its start: our code, which packages are installed, and the environment."""
    packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    code = [_stamp(path) for path in (*_modules(Path(autograder.__file__).parent), *sorted(packages))]
    return code, dict(os.environ)


def _modules(folder: Path) -> Iterator[str]:
    """Yield the paths of all Python files below a folder: one of ours, of some hundred files."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda it: it.name):
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _modules(Path(entry.path))


def _stamp(path: str) -> tuple[str, int, int]:
    """Return what changes when a file is written, or when something is put into a folder."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of hundreds of files before each check
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size
