"""Grading processes on this machine: each is a grader of one assignment for many hand-ins."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import util
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

import msgspec

from autograder.classroom.grade_one import grade_one, open_grader, require_secrets_kept
from autograder.classroom.similarity import computations, fingerprints, not_compared
from autograder.classroom.watchdog import limit_memory, watched
from autograder.classroom.work import CannotGrade, StoredResult, Work
from autograder.errors import GraderError
from autograder.files.private_folder import PrivateFolder
from autograder.grading.grader import Grader
from autograder.handin.open_hand_in import Submission
from autograder.model.verdict import Verdict
from autograder.sandbox.isolation import choose_tier
from autograder.text import clean_source, with_marks

Done = TypeVar("Done")

AHEAD = 2
"""Hand-ins that wait beyond those being graded, so that no process is ever idle."""
GRACE_SECONDS = 120.0
"""A grading process ends itself this long after twice a hand-in's budget: the grader hangs."""
STOP_SECONDS = 5.0
"""Whatever has not stopped by then, because something swallowed the interrupt, is abandoned."""

OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""So many more than were let go may be made before Python looks for garbage; 700 is usual."""
LONGEST_SOURCE = 200_000
"""In bytes; a longer file is not kept as an example."""

NO_WORKER = (
    "a grading process cannot start what runs the code of hand-ins, so none can be graded: {}; see what `autograder "
    "doctor` says of this machine, and run the same command again"
)
ENDED_AT_START = (
    "the grading processes end before they are given a hand-in{}, so none can be graded; see whether this machine has "
    "memory left and what `autograder doctor` says, and run the same command again"
)
_NOT_COMPARED = "{} is not compared with others, or not to its end: {}"


def grade_watched(work: Work, grader: Grader, submission: Submission) -> StoredResult:
    """Grade one hand-in; ends this process if the grader itself hangs."""
    budget = 2 * work.assignment.limits.seconds_total + GRACE_SECONDS
    # The CPU time is this process's alone: reading, comparing and explaining what the hand-in sent.
    with watched(budget, lambda: os._exit(70), work.assignment.limits.seconds_total + GRACE_SECONDS):
        result = grade_one(work, grader, submission)
        found = fingerprints(submission.files, work.boilerplate)
        computed = computations(submission.files, work.computed_by_stubs)
    left_out = not_compared(submission.files).items()
    flags = (*result.flags, *(_NOT_COMPARED.format(name, why) for name, why in left_out))
    return StoredResult(
        result=msgspec.structs.replace(result, flags=flags),
        fingerprints=found,
        computations=computed,
        sources=_sources(submission),
    )


def _sources(submission: Submission) -> dict[str, str]:
    """Return the files of a hand-in as text, those that are code and not too long."""
    return {
        name: clean_source(with_marks(content.decode("utf-8-sig", errors="replace")), LONGEST_SOURCE)
        for name, content in submission.files.items()
        if name.endswith(".py") and len(content) <= LONGEST_SOURCE
    }


class LocalPool:
    """Some processes of this machine.

    Parameters
    ----------
    jobs
        How many.

    Raises
    ------
    CourseError
        If student code could read the solutions.
    GraderError
        If the requested isolation is not available on this machine.
    """

    def __init__(self, work: Work, jobs: int) -> None:
        require_secrets_kept(work.solution.folder, choose_tier(work.tier))
        # One thread for the arithmetic of tests and comparison: the cores are busy with other hand-ins.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self.jobs = jobs
        # Arguments of a process go through a pipe. What is more than that holds would be waited for without end where
        # the process dies before it has read them.
        self._room = PrivateFolder("pool")
        self._kept = self._room.path / "work"
        self._kept.write_bytes(pickle.dumps(work))
        self._start()

    @property
    def width(self) -> int:
        """How many hand-ins to have under way at once."""
        return self.jobs + AHEAD

    def submit(self, submission: Submission) -> Future[StoredResult]:
        """Have a hand-in graded."""
        return self._executor.submit(_grade, submission)

    def verdicts(self, files: Mapping[str, bytes]) -> Future[dict[str, Verdict]]:
        """Have every test judge these files; the verdicts are by test id."""
        return self._executor.submit(_judge, files)

    def carry_out(self, task: Callable[[Grader], Done]) -> Future[Done]:
        """Have a grader carry out a task, which can be sent to another process."""
        return self._executor.submit(_carry_out, task)

    def renew(self) -> None:
        """Start other processes after one of them has died, which ends them all.

        Raises
        ------
        GraderError
            If they die without having been given any hand-in, so that none can be graded.
        """
        # A process that was started while the others were ended has not been told.
        self._end(at_once=True)
        self._start()
        try:
            self._executor.submit(_open).result()
        except BrokenProcessPool:
            self._executor.shutdown(wait=True)  # until then it may be taking the exit codes itself
            raise CannotGrade(ENDED_AT_START.format(_endings(self._context.started))) from None

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._end(at_once=kind is not None)
        self._room.remove()

    def _start(self) -> None:
        self._context = _Remembering()
        self._executor = ProcessPoolExecutor(self.jobs, self._context, _set_up, (self._kept,))

    def _end(self, at_once: bool) -> None:
        """End the processes: after what is under way, or at once."""
        if at_once:
            # What runs cannot be cancelled; the signal ends it, see `_GradingProcess.stop`.
            for process in self._context.started:
                if process.pid is not None:  # it is None where the machine had no room for another process
                    process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)


class _Remembering(SpawnContext):
    """Starts processes as usual and remembers them, so that they can be asked how they ended."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[BaseProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        """Return a process that has not been started, as the class of that name does."""
        process = SpawnProcess(*args, **kwargs)
        self.started.append(process)
        return process


def _endings(processes: Sequence[BaseProcess]) -> str:
    """Return how processes have ended, in brackets; nothing if that is not known."""
    codes = {it.exitcode for it in processes if it.exitcode is not None}
    words = [
        f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}" for code in sorted(codes)
    ]
    return f" ({', '.join(words)})" if words else ""


# --- inside a grading process -------------------------------------------------------------------------


class _GradingProcess:
    """The state of a grading process: a grader of one assignment, opened for the first of many hand-ins."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._grader: Grader | None = None
        self._busy = False
        self._stopping = False

    def carry_out(self, task: Callable[[Grader], Done]) -> Done:
        """Return what a task returns; if the process has been told to stop by then, end it instead."""
        self._busy = True
        try:
            if self._grader is None:
                self._grader = self._opened()
                util.Finalize(None, self._grader.close, exitpriority=1)
            return task(self._grader)
        finally:
            self._busy = False
            if self._stopping:
                self.leave()

    def _opened(self) -> Grader:
        """Return a grader that has a worker, without which each test of each hand-in would try in vain to start one."""
        try:
            grader = open_grader(self.work)
            try:
                grader.require_worker()
            except BaseException:
                grader.close()
                raise
        except (GraderError, OSError) as error:
            raise CannotGrade(NO_WORKER.format(error)) from error
        # What is there now stays: looking through it for garbage again and again takes a twentieth of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
        return grader

    def stop(self, number: int, frame: FrameType | None) -> None:
        """End the hand-in under way and the processes that run its code; if there is none, end this process."""
        self._stopping = True
        if not self._busy:
            # An exception would not always end it: the executor may treat one as the task's result.
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
        """Leave when the parent is gone: a parent that is killed tells nobody, and no task would ever come."""
        parent = multiprocessing.parent_process()
        assert parent is not None
        parent.join()
        self.leave()


_this_process: _GradingProcess | None = None
"""Set in grading processes; an executor hands its tasks nothing but their arguments."""


def _set_up(kept: Path) -> None:
    """Make this process a grader, of what the pool has kept; it stays one for many hand-ins."""
    global _this_process
    _this_process = _GradingProcess(pickle.loads(kept.read_bytes()))
    limit_memory()
    # A terminal sends Ctrl-C to every process; the parent decides and sends the others SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _this_process.stop)
    threading.Thread(target=_this_process.leave_with_parent, daemon=True).start()


def _grade(submission: Submission) -> StoredResult:
    assert _this_process is not None
    work = _this_process.work
    return _this_process.carry_out(lambda grader: grade_watched(work, grader, submission))


def _open() -> None:
    assert _this_process is not None
    _this_process.carry_out(lambda grader: None)


def _carry_out(task: Callable[[Grader], Done]) -> Done:
    assert _this_process is not None
    return _this_process.carry_out(task)


def _judge(files: Mapping[str, bytes]) -> dict[str, Verdict]:
    assert _this_process is not None
    return _this_process.carry_out(lambda grader: grader.grade(files))
