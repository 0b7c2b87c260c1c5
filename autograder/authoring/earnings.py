"""Checks what right, empty, lazy and looping work earns."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from autograder.authoring.claims import Claim, listed, name_of
from autograder.authoring.lazy_hand_ins import hand_in_of_public_answers, hand_in_of_zeros
from autograder.authoring.looping_hand_ins import Looping, Vectorized, watched_by
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict
from autograder.text import counted

ROOM_IN_BUDGET = 4
"""The time allowed for a hand-in must be at least this many times what the reference takes."""


def what_work_earns(work: Work, pool: LocalPool, reference: Mapping[str, bytes]) -> Iterator[Claim]:
    """Check that the reference earns everything, and what nobody has worked on nothing, in the time that is allowed."""
    started = time.monotonic()
    everything = {**reference, **work.solution.optional_reference_files(work.assignment)}
    first = pool.verdicts(everything).result()
    seconds = time.monotonic() - started
    second = pool.verdicts(everything)
    answers = hand_in_of_public_answers(work.assignment, reference)
    files_of = {
        "an untouched stub": work.stubs,
        "work that returns zeros of the right shape": hand_in_of_zeros(work.assignment, reference),
        "work that knows the answers to the public checks": answers,
    }
    grading = {what: pool.verdicts(files) for what, files in files_of.items()}
    numbers_alone = pool.verdicts(hand_in_of_zeros(work.assignment, reference, keep_numbers=True))
    yield _earns_everything(work, first)
    public = [first[test.id] for test in work.plan.tests if test.public]
    failed = [f"{name_of(verdict.test)} ({_reason(verdict)})" for verdict in public if not verdict.passed]
    show = (
        f"autograder explain {work.assignment.name} {work.solution.folder.parent.name}/{work.assignment.name}"
    )
    found = f"{listed(failed)}; `{show} TEST` shows what it returns" if failed else f"{len(public)} checks"
    yield Claim("the public checks pass on the reference", not failed, found)
    same = _points(work, first) == _points(work, second.result())
    yield Claim("two runs give the same points", same, "the same" if same else "they differ")
    for what, future in grading.items():
        remedy = "ask these for what no public check asks for" if files_of[what] is answers else ""
        yield _earns_nothing(work, what, future.result(), first, remedy)
    yield _passes_nothing(work, "the right numbers with arrays of zeros", numbers_alone.result(), first)
    limit = work.assignment.limits.seconds_total
    yield Claim(
        "the time for a hand-in leaves room",
        seconds * ROOM_IN_BUDGET <= limit,
        f"the reference takes {seconds:.1f} of {limit:g} seconds",
    )


def _earns_everything(work: Work, verdicts: Mapping[str, Verdict]) -> Claim:
    failed = [
        f"{name_of(verdict.test)} ({verdict.kind}: {_reason(verdict)})"
        for verdict in (verdicts[test.id] for test in work.plan.tests if not test.public)
        if not verdict.passed
    ]
    earned, total = sum(_points(work, verdicts)), sum(it.points for it in work.assignment.questions)
    found = listed(failed) or f"{earned} of {total} points"
    return Claim("the reference earns everything", earned == total, found)


def _reason(verdict: Verdict) -> str:
    """Return what a verdict says to an instructor: of a fault in the course, which one it is."""
    first, *_ = verdict.details.splitlines() or [""]
    if verdict.kind is Kind.GRADER_FAULT:
        return re.sub(r"\(/\S+/", "(", first) or verdict.message  # a table would cut a long path
    # Several lines are inputs or a traceback, not the reason.
    return f"{verdict.message}; {first}" if first and first == verdict.details else verdict.message


def _faults(verdicts: Iterable[Verdict], of_reference: Mapping[str, Verdict]) -> str:
    """Return which tests were at fault, and how the first one ended; nothing if none was.

    Those that are so on the reference, too, are said there.
    """
    faults = [
        verdict
        for verdict in verdicts
        if verdict.kind is Kind.GRADER_FAULT and of_reference[verdict.test].kind is not Kind.GRADER_FAULT
    ]
    if not faults:
        return ""
    names = listed([name_of(verdict.test) for verdict in faults])
    return (
        f"; the test is at fault in {names} ({_reason(faults[0])}): convert replies before you compute with them, or "
        "put `with check.computation():` around the lines"
    )


def _earns_nothing(
    work: Work,
    what: str,
    verdicts: Mapping[str, Verdict],
    of_reference: Mapping[str, Verdict],
    remedy: str = "",
) -> Claim:
    results = score(work.plan, work.assignment, verdicts)
    earned = sum(result.score for result in results)
    where = [
        name_of(verdict.test)
        for result in results
        if result.score
        for verdict in result.graded
        if verdict.passed or verdict.credit
    ]
    faults = _faults(verdicts.values(), of_reference)
    found = f"{counted(earned, 'point')}" + (f" from {listed(where)}" if where else "")
    if where and remedy:
        found += f"; {remedy}"
    lacking = tuple(where) if not faults else ()
    return Claim(f"{what} earns nothing", not earned and not faults, found + faults, lacking)


def _passes_nothing(
    work: Work, what: str, verdicts: Mapping[str, Verdict], of_reference: Mapping[str, Verdict]
) -> Claim:
    """Check that work of which some parts are right passes no test, so that it earns at most their share."""
    graded = [verdicts[test.id] for test in work.plan.tests if not test.public]
    passed = [name_of(verdict.test) for verdict in graded if verdict.right]
    faults = _faults(graded, of_reference)
    found = f"passes {listed(passed)}" if passed else f"{sum(_points(work, verdicts))} points for parts"
    lacking = tuple(passed) if not faults else ()
    return Claim(f"{what} pass no graded test", not passed and not faults, found + faults, lacking)


def loops_cost_points(work: Work, pool: LocalPool, questions: Sequence[Vectorized]) -> Iterator[Claim]:
    """Say which loops the tests watch, and check that those over what they scale cost points."""
    if not questions:
        return
    yield Claim("what tests of loops watch", True, "; ".join(map(watched_by, questions)))
    loops = [loop for it in questions for loop in dict.fromkeys([*it.alone, it.shortest])]
    graded = [pool.verdicts(loop.files) for loop in loops]
    lost = [_lost(work, loop, future.result()) for loop, future in zip(loops, graded, strict=True)]
    free = [
        f"one over {loop.told} keeps all points of {loop.question}"
        for loop, points in zip(loops, lost, strict=True)
        if not points
    ]
    found = "; ".join(free) or ", ".join(
        f"{points} for {loop.told}" for loop, points in zip(loops, lost, strict=True)
    )
    if free:
        found += "; have the generator name every axis, with a test over each"
    yield Claim("a loop over what is scaled costs points", not free, found)


def _lost(work: Work, loop: Looping, verdicts: Mapping[str, Verdict]) -> Fraction:
    """Return the points that a loop costs in its question."""
    results = {result.id: result for result in score(work.plan, work.assignment, verdicts)}
    return results[loop.question].points - results[loop.question].score


def _points(work: Work, verdicts: Mapping[str, Verdict]) -> list[Fraction]:
    """Return what each question earns."""
    return [result.score for result in score(work.plan, work.assignment, verdicts)]
