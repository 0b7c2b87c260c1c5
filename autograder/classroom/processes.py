"""Grading processes on this machine: each is a grader of one assignment for many hand-ins."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import util
from types import FrameType
from typing import NoReturn, TypeVar

import msgspec

from autograder.classroom.grade_one import grade_one, open_grader, require_secrets_kept
from autograder.classroom.similarity import fingerprints, not_compared
from autograder.classroom.watchdog import Watchdog
from autograder.classroom.work import StoredResult, Work
from autograder.grading.grader import Grader
from autograder.handin.open_hand_in import Submission
from autograder.model.verdict import Verdict
from autograder.sandbox.isolation import choose_tier

Done = TypeVar("Done")

AHEAD = 2
"""Hand-ins that wait beyond those being graded, so that no process is ever idle."""
GRACE_SECONDS = 120.0
"""A grading process ends itself so long after a hand-in's budget was spent twice: the grader hangs."""
STOP_SECONDS = 5.0
"""What does not stop by then, because something took the interrupt for its own, is left as it is."""

_NOT_COMPARED = "{} is not compared with others: it has a line too long for code"


def grade_watched(work: Work, grader: Grader, submission: Submission) -> StoredResult:
    """Grade one hand-in; ends this process where the grader itself hangs."""
    budget = 2 * work.assignment.limits.seconds_total + GRACE_SECONDS
    watchdog = Watchdog(budget, lambda: os._exit(70))
    try:
        result = grade_one(work, grader, submission)
        prints = fingerprints(submission.files, work.boilerplate)
    finally:
        watchdog.cancel()
    flags = (*result.flags, *map(_NOT_COMPARED.format, not_compared(submission.files)))
    return StoredResult(result=msgspec.structs.replace(result, flags=flags), prints=prints)


class LocalPool:
    """Some processes of this machine.

    Parameters
    ----------
    jobs
        How many.

    Raises
    ------
    CourseError
        Where student code could read the solutions.
    GraderError
        Where the isolation asked for is not available on this machine.
    """

    def __init__(self, work: Work, jobs: int) -> None:
        require_secrets_kept(work.solution.folder, choose_tier(work.tier))
        self._work = work
        self._jobs = jobs
        self._executor = _Processes(work, jobs)

    @property
    def width(self) -> int:
        """How many hand-ins to have under way at once."""
        return self._jobs + AHEAD

    def submit(self, submission: Submission) -> Future[StoredResult]:
        """Have a hand-in graded."""
        return self._executor.submit(_grade, submission)

    def renew(self) -> None:
        """Start other processes after one of them has died, which ends them all."""
        # A process that was started while the others were being ended has been told by nobody.
        self._executor.end(at_once=True)
        self._executor = _Processes(self._work, self._jobs)

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._executor.end(at_once=kind is not None)


@contextmanager
def grading_processes(work: Work, jobs: int) -> Iterator[Executor]:
    """Run `jobs` processes that are graders of one assignment, for tasks such as `grade_files`."""
    executor = _Processes(work, jobs)
    try:
        yield executor
    except BaseException:
        executor.end(at_once=True)
        raise
    executor.end(at_once=False)


def grade_files(files: Mapping[str, bytes]) -> dict[str, Verdict]:
    """Return the verdicts on these files; runs in one of the `grading_processes`."""
    assert _this_process is not None
    return _this_process.carry_out(lambda grader: grader.grade(files))


def _grade(submission: Submission) -> StoredResult:
    assert _this_process is not None
    work = _this_process.work
    return _this_process.carry_out(lambda grader: grade_watched(work, grader, submission))


class _Processes(ProcessPoolExecutor):
    """The processes, which can be ended in the middle of what they do."""

    def __init__(self, work: Work, jobs: int) -> None:
        self._others = {process.pid for process in multiprocessing.active_children()}
        super().__init__(jobs, multiprocessing.get_context("spawn"), _set_up, (work,))

    def end(self, at_once: bool) -> None:
        """End the processes: after what is under way, or at once."""
        if at_once:
            # What runs cannot be cancelled; the signal ends it, see `_GradingProcess.stop`.
            for process in multiprocessing.active_children():
                if process.pid not in self._others:
                    process.terminate()
        self.shutdown(wait=True, cancel_futures=True)


# --- inside a grading process -------------------------------------------------------------------------


class _GradingProcess:
    """What this process is: a grader of one assignment, made for the first of many hand-ins."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._grader: Grader | None = None
        self._busy = False
        self._stopping = False

    def carry_out(self, task: Callable[[Grader], Done]) -> Done:
        """Return what a task comes to; where the process is to stop by then, end it instead."""
        self._busy = True
        try:
            if self._grader is None:
                self._grader = open_grader(self.work)
                util.Finalize(None, self._grader.close, exitpriority=1)
            return task(self._grader)
        finally:
            self._busy = False
            if self._stopping:
                self.leave()

    def stop(self, number: int, frame: FrameType | None) -> None:
        """End the hand-in under way, with the processes that run its code; where there is none, end this process."""
        self._stopping = True
        if not self._busy:
            # An exception would end it too, but not everywhere: the executor takes one for what a task came to.
            self.leave()
        reminder = threading.Timer(STOP_SECONDS, self.leave)
        reminder.daemon = True
        reminder.start()
        # pytest ends its session at a KeyboardInterrupt, and swallows a SystemExit.
        raise KeyboardInterrupt

    def leave(self) -> NoReturn:
        """Exit hard: the executor would treat an exception as the task's result."""
        if self._grader is not None:
            with contextlib.suppress(Exception):
                self._grader.close()
        os._exit(0)

    def leave_with_parent(self) -> None:
        """Leave when the first process is gone: killed, it tells nobody, and tasks would be waited for for ever."""
        parent = multiprocessing.parent_process()
        assert parent is not None
        parent.join()
        self.leave()


_this_process: _GradingProcess | None = None
"""Set in grading processes; an executor hands its tasks nothing but their arguments."""


def _set_up(work: Work) -> None:
    """Make this process a grader; it stays one for many hand-ins."""
    global _this_process
    _this_process = _GradingProcess(work)
    # A terminal sends Ctrl-C to every process; the first one decides and tells the others by SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _this_process.stop)
    # One thread for the arithmetic of tests and comparison: the cores are busy with other hand-ins.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    threading.Thread(target=_this_process.leave_with_parent, daemon=True).start()
