"""Checks that known mistakes lose points in their own question alone, with their own hints, and tests find others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from autograder.authoring.claims import Claim
from autograder.authoring.mutation import Mutation
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work
from autograder.grading.explain.bank import Bank, Variant
from autograder.model.scoring import score
from autograder.model.verdict import Family, Verdict

MOST_MISSED = Fraction(1, 10)
"""The share of the generated mistakes of a question that tests may miss; one of a few is always allowed."""


@dataclass(frozen=True)
class MistakeCheck:
    """What became of a known mistake when it was graded.

    Attributes
    ----------
    lost
        Points lost in its own question.
    elsewhere
        Questions that lost points though the mistake does not touch them.
    explained, failed
        How many graded tests of its own question failed with its own hint, and how many failed at all.
    others
        Mistakes whose hints were shown instead.
    accepted
        Whether it is a convention that costs nothing; one that the assignment insists on is a mistake like any other.
    cause
        Why its own hint was never shown; empty if it was.
    """

    variant: Variant
    question: str
    lost: Fraction
    elsewhere: tuple[str, ...]
    explained: int
    failed: int
    others: tuple[str, ...]
    accepted: bool
    cause: str = ""

    @property
    def holds(self) -> bool:
        """Whether it loses points in its own question alone, and its own hint is the one shown."""
        if self.accepted:
            return not self.lost and not self.elsewhere
        return bool(self.lost) and not self.elsewhere and bool(self.explained) and not self.others


def check_mistakes(work: Work, pool: LocalPool, bank: Bank) -> Iterator[MistakeCheck]:
    """Grade every known mistake, and yield what became of each."""
    waiting = [
        (variant, pool.verdicts(variant.files))
        for variant in bank.variants
        if work.assignment.question_of(variant.target) is not None
    ]
    for variant, future in waiting:
        verdicts = future.result()
        check = _mistake(work, variant, verdicts)
        if check.lost and not check.explained and not check.accepted:
            again = pool.verdicts(variant.files).result()
            check = replace(check, cause=_cause(check, verdicts, again))
        yield check


def _mistake(work: Work, variant: Variant, verdicts: Mapping[str, Verdict]) -> MistakeCheck:
    questions = [question.id for question in work.assignment.questions_of(variant.target)]
    results = {result.id: result for result in score(work.plan, work.assignment, verdicts)}
    # If several questions test one function, a mistake need not show in each of them.
    own = next(
        (results[id] for id in questions if results[id].score != results[id].points), results[questions[0]]
    )
    failed = [verdict for verdict in own.graded if not verdict.passed]
    good = {variant.mistake.id, *variant.mistake.same_as}
    shown = Counter(verdict.mistake for verdict in failed)
    touched = {*questions, *variant.mistake.also_affects}
    if work.assignment.optional_files:  # they are not there: what a student tests is no part of a mistake
        touched |= {question.id for question in work.assignment.questions if not question.functions}
    return MistakeCheck(
        variant=variant,
        question=own.id,
        lost=own.points - own.score,
        elsewhere=tuple(
            id for id, result in results.items() if id not in touched and result.score != result.points
        ),
        explained=sum(count for id, count in shown.items() if id in good),
        failed=len(failed),
        others=tuple(sorted(id for id in shown if id is not None and id not in good)),
        accepted=variant.mistake.accepted
        and work.assignment.conventions.get(variant.mistake.id, "accept") == "accept",
    )


def _cause(check: MistakeCheck, verdicts: Mapping[str, Verdict], again: Mapping[str, Verdict]) -> str:
    """Return why the hint of a mistake that loses points is never shown."""
    failed = [verdict for verdict in verdicts.values() if not verdict.passed]
    if any(verdict.seen != again[verdict.test].seen for verdict in failed):
        return (
            "what tests see of it differs in every run: a test or the mistake draws from global random state"
        )
    if check.others:
        others = " and ".join(check.others)
        return (
            f"it gives the same values as {others} in every test: add one that tells them apart, or same_as"
        )
    kinds = sorted({str(verdict.kind) for verdict in failed})
    if not any(verdict.kind.family in (Family.VALUE, Family.STRUCTURE) for verdict in failed):
        return f"its tests end in {' and '.join(kinds)}, which is told without a hint"
    return "in some test of its function it fails otherwise than it does beside the reference"


def mutants_are_found(mutation: Mutation) -> Iterator[Claim]:
    """Check that tests find most of the mistakes that were generated, and that the bank's arguments fit."""
    falling_short = [
        check for check in mutation.checks if len(check.missed) > max(Fraction(1), MOST_MISSED * check.made)
    ]
    weak = [f"{it.found} of {it.made - it.equivalent} in {it.question}" for it in falling_short]
    lacking = (f"{it.target}: {it.line}" for check in falling_short for it in check.missed)
    made, found, argued = (
        sum(counts)
        for counts in zip(*((it.made, it.found, it.equivalent) for it in mutation.checks), strict=True)
    )
    yield Claim(
        "tests find generated mistakes",
        not weak,
        f"only {'; '.join(weak)}: see the missing tests below"
        if weak
        else f"{found} of {made}, {argued} argued to change nothing",
        tuple(dict.fromkeys(lacking)),
    )
    wrong = mutation.wrong_entries
    yield Claim(
        "what is called equivalent is so", not wrong, "; ".join(wrong) or f"{argued} generated mistakes"
    )
