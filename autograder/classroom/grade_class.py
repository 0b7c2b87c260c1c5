"""Grades a class: every hand-in with the same grader, each result passed on as it comes and not kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from autograder.classroom.grade_one import notes_on
from autograder.classroom.identity import result_key
from autograder.classroom.store import Store
from autograder.classroom.work import CannotGrade, StoredResult, Work, at_fault, refused
from autograder.errors import CourseError, GraderError, SubmissionError
from autograder.handin.found import Found
from autograder.handin.open_hand_in import Submission
from autograder.model.result import GradingResult
from autograder.model.scoring import not_run


class Pool(Protocol):
    """Where hand-ins are graded: processes of this machine, or of several."""

    @property
    def width(self) -> int:
        """How many hand-ins to have under way at once."""

    def submit(self, submission: Submission) -> Future[StoredResult]:
        """Have a hand-in graded."""

    def renew(self) -> None:
        """Make the pool usable again after it broke; raise `GraderError` if it breaks without any hand-in."""


@dataclass(frozen=True)
class Graded:
    """A hand-in and its result.

    Attributes
    ----------
    key
        Where the store keeps the result; empty for a hand-in that could not be opened.
    reused
        Whether it was graded before and taken from the store.
    answers
        Its written answers, by question.
    """

    found: Found
    result: GradingResult
    key: str = ""
    reused: bool = False
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)


def grade_class(
    work: Work, hand_ins: Iterable[Found], pool: Pool, store: Store, regrade: bool = False
) -> Iterator[Graded]:
    """Grade every hand-in and yield each with its result, in the order of completion.

    Every result is in `store` before it is yielded. What was graded before, with the same files, tests
    and grader, comes from there, unless `regrade` is set. Only as many hand-ins are open at a time as
    the pool is wide. A hand-in that ends grading processes costs nobody else anything.

    Raises
    ------
    CourseError, GraderError
        If no hand-in can be graded.
    """
    opened = _opened(work, hand_ins, store, regrade)
    waiting: dict[Future[StoredResult], _Task] = {}
    suspects: deque[_Task] = deque()
    while True:
        if suspects:
            # One at a time: whichever breaks the pool then has done it alone.
            task = suspects.popleft()
            waiting[_submitted(task, pool)] = task
        else:
            width = pool.width
            while len(waiting) < width and (following := next(opened, None)):
                if isinstance(following, Graded):
                    yield following
                else:
                    waiting[_submitted(following, pool)] = following
        if not waiting:
            return
        alone = len(waiting) == 1
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        broken = [waiting.pop(future) for future in done if isinstance(_error(future), BrokenProcessPool)]
        for future in done & waiting.keys():
            task = waiting.pop(future)
            yield replace(_graded(work, task, future, store), answers=task.submission.answers)
        if broken:
            pool.renew()
            broken += waiting.values()
            waiting.clear()
            if alone:
                task = broken.pop()
                fault = keep_fault(work, task.found, GraderError(ENDED), store, task.key)
                yield replace(fault, answers=task.submission.answers)
            suspects.extend(broken)


ENDED = "a grading process ended unexpectedly while it graded this hand-in; run the command again"


@dataclass(frozen=True)
class _Task:
    found: Found
    submission: Submission
    key: str


def _opened(work: Work, hand_ins: Iterable[Found], store: Store, regrade: bool) -> Iterator[_Task | Graded]:
    """Yield each hand-in opened, or with its result if there is nothing left to grade."""
    for found in hand_ins:
        try:
            yield _open(work, found, store, regrade)
        except SubmissionError as error:
            yield Graded(found, refused(work.plan, work.assignment, str(error)))
        except Exception as error:  # one hand-in's fault must not cost the others anything
            yield keep_fault(work, found, error, store)


def _open(work: Work, found: Found, store: Store, regrade: bool) -> _Task | Graded:
    assert found.source is not None
    submission = work.opened(found.source, label=found.label)
    if submission.is_unread:
        raise SubmissionError(" ".join(dict.fromkeys(submission.problems.values())))
    key = result_key(submission.content_hash, work.hash, work.tier)
    before = None if regrade else store.finished(key)
    if before is None:
        return _Task(found, submission, key)
    notes = notes_on(submission, work.assignment)
    result = msgspec.structs.replace(
        before.result, notes=notes, release=submission.release, hints=submission.hints
    )
    return Graded(found, result, key, reused=True, answers=submission.answers)


def _submitted(task: _Task, pool: Pool) -> Future[StoredResult]:
    try:
        return pool.submit(task.submission)
    except BrokenProcessPool:
        # The futures of what was under way report it too.
        pool.renew()
        return pool.submit(task.submission)


def keep_fault(work: Work, found: Found, error: Exception, store: Store, key: str = "") -> Graded:
    """Keep a result that says how the grader failed, by default under a key that no other hand-in has."""
    key = key or result_key(found.label, work.hash, work.tier)
    result = at_fault(not_run(work.plan, work.assignment), error)
    return _kept(found, key, StoredResult(result=result), store)


def _kept(found: Found, key: str, outcome: StoredResult, store: Store) -> Graded:
    store.put(key, outcome)
    return Graded(found, outcome.result, key)


def _error(future: Future[StoredResult]) -> BaseException | None:
    return None if future.cancelled() else future.exception()


def _graded(work: Work, task: _Task, future: Future[StoredResult], store: Store) -> Graded:
    """Keep the result of a hand-in; if the grader failed, one that says so."""
    try:
        outcome = future.result()
    except (CourseError, CannotGrade):
        raise  # no hand-in can be graded
    except CancelledError:
        lost = GraderError("the grading of this hand-in was called off; run the command again")
        return keep_fault(work, task.found, lost, store, task.key)
    except Exception as error:  # one hand-in's fault must not cost the others anything
        return keep_fault(work, task.found, error, store, task.key)
    return _kept(task.found, task.key, outcome, store)
