"""Grades a class: every hand-in through the same grader, each result handed on as it comes and not held."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Protocol

import msgspec

from autograder.classroom.grade_one import notes_on
from autograder.classroom.identity import result_key
from autograder.classroom.store import Store
from autograder.classroom.work import StoredResult, Work, at_fault, refused
from autograder.errors import AutograderError, CourseError, SubmissionError
from autograder.handin.candidates import Source
from autograder.handin.find import Found
from autograder.handin.open_hand_in import Submission, open_hand_in
from autograder.model.result import GradingResult
from autograder.text import one_line


class Pool(Protocol):
    """Where hand-ins are graded: processes of this machine, or of several."""

    @property
    def width(self) -> int:
        """How many hand-ins to have under way at once."""

    def submit(self, submission: Submission) -> Future[StoredResult]:
        """Have a hand-in graded."""

    def renew(self) -> None:
        """Make the pool usable again after it broke."""


@dataclass(frozen=True)
class Graded:
    """A hand-in and what came of it.

    Attributes
    ----------
    key
        Where the store keeps the outcome; empty for a hand-in that could not be opened.
    reused
        Whether it was graded before and taken from the store.
    """

    found: Found
    result: GradingResult
    key: str = ""
    reused: bool = False


def grade_class(
    work: Work, hand_ins: Iterable[Found], pool: Pool, store: Store, regrade: bool = False
) -> Iterator[Graded]:
    """Grade every hand-in and yield what comes of each, in the order of completion.

    Every outcome is in `store` before it is yielded. What was graded before, with the same files, tests
    and grader, comes from there, unless `regrade` is set. Only as many hand-ins are open at a time as
    the pool is wide. A hand-in that ends grading processes costs nobody else anything.
    """
    opened = _opened(work, hand_ins, store, regrade)
    waiting: dict[Future[StoredResult], _Task] = {}
    suspects: deque[_Task] = deque()
    exhausted = False
    while True:
        # Suspects go one at a time: who breaks the pool then has done it alone.
        width = 1 if suspects else pool.width
        while len(waiting) < width and not (exhausted and not suspects):
            if suspects:
                task = suspects.popleft()
                waiting[_submitted(task, pool)] = task
                break
            following = next(opened, None)
            if following is None:
                exhausted = True
            elif isinstance(following, Graded):
                yield following
            else:
                waiting[_submitted(following, pool)] = following
        if not waiting:
            return
        alone = len(waiting) == 1
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        broken = [waiting.pop(future) for future in done if isinstance(_error(future), BrokenProcessPool)]
        for future in done:
            if future in waiting:
                task = waiting.pop(future)
                yield _kept(task.found, task.key, _outcome(future, work), store)
        if broken:
            pool.renew()
            broken += waiting.values()
            waiting.clear()
            if alone:
                task = broken.pop()
                yield _kept(task.found, task.key, _faulty(work, ENDED), store)
            suspects.extend(broken)


ENDED = "a grading process ended unexpectedly while it graded this hand-in; run the command again"


@dataclass(frozen=True)
class _Task:
    found: Found
    submission: Submission
    key: str


def _opened(work: Work, hand_ins: Iterable[Found], store: Store, regrade: bool) -> Iterator[_Task | Graded]:
    """Yield each hand-in opened, or what came of it where there is nothing left to grade."""
    for found in hand_ins:
        assert found.source is not None
        try:
            opened = _open(work, found, found.source, store, regrade)
        except SubmissionError as error:
            opened = Graded(found, refused(work.plan, work.assignment, str(error)))
        except Exception as error:  # one hand-in's fault must not cost the others anything
            key = result_key(found.label, work.hash, work.tier)
            opened = _kept(found, key, _faulty(work, said_of(error)), store)
        yield opened


def _open(work: Work, found: Found, source: Source, store: Store, regrade: bool) -> _Task | Graded:
    submission = open_hand_in(source, work.assignment.file_names, label=found.label)
    key = result_key(submission.content_hash, work.hash, work.tier)
    before = None if regrade else store.finished(key)
    if before is not None:
        notes = notes_on(submission, work.assignment)
        result = msgspec.structs.replace(before.result, notes=notes, release=submission.release)
        return Graded(found, result, key, reused=True)
    return _Task(found, submission, key)


def _submitted(task: _Task, pool: Pool) -> Future[StoredResult]:
    try:
        return pool.submit(task.submission)
    except BrokenProcessPool:
        # What was under way learns of it by its own future.
        pool.renew()
        return pool.submit(task.submission)


def _kept(found: Found, key: str, outcome: StoredResult, store: Store) -> Graded:
    store.put(key, outcome)
    return Graded(found, outcome.result, key)


def _error(future: Future[StoredResult]) -> BaseException | None:
    return None if future.cancelled() else future.exception()


def _outcome(future: Future[StoredResult], work: Work) -> StoredResult:
    """Return a hand-in's outcome; where the grader failed, one that says so."""
    try:
        return future.result()
    except CourseError:
        raise  # no hand-in can be graded
    except AutograderError as error:
        return _faulty(work, str(error))
    except CancelledError:
        return _faulty(work, "the grading of this hand-in was called off; run the command again")
    except Exception as error:  # one hand-in's fault must not cost the others anything
        return _faulty(work, said_of(error))


def said_of(error: Exception) -> str:
    """Return what the report says of a fault of ours."""
    return one_line(f"{type(error).__name__}: {error}".removesuffix(": "))


def _faulty(work: Work, reason: str) -> StoredResult:
    return StoredResult(result=at_fault(work.plan, work.assignment, reason))
