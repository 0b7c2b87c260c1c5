"""Seals the hints of a bank for a release: runs every known mistake through the public checks and locks its hint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.explain.bank import Bank, Variant, load_bank
from autograder.grading.explain.sealed import (
    COARSE,
    FEWEST_BITS,
    FINE,
    Checked,
    Key,
    Precision,
    checked,
    key_of,
    sealed_file,
)
from autograder.grading.grader import Grader
from autograder.grading.trial import Subject
from autograder.model.assignment import Assignment, Solution
from autograder.sandbox.code import Host
from autograder.sandbox.process import Sandbox

PASSES = "pass every public check"
NO_VALUES = "end without values to compare"
GUESSABLE = f"could be guessed ({FEWEST_BITS} bits of wrong numbers are needed)"
SAME = "look the same as others in the public checks"


@dataclass(frozen=True)
class Sealed:
    """What became of one known mistake in one question.

    Attributes
    ----------
    why_not
        Why its hint is not in the release; empty if it is.
    bits
        How many bits of its key somebody who does not make the mistake has to guess; 0 if it has no key.
    """

    variant: Variant
    question: str
    why_not: str
    bits: float = 0.0


@dataclass(frozen=True)
class Sealing:
    """The sealed hints of a release.

    Attributes
    ----------
    file
        The content of `hints.sealed`; None if no hint could be sealed.
    outcomes
        What became of each known mistake in each question that it touches.
    """

    file: bytes | None = None
    outcomes: tuple[Sealed, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of all known mistakes."""
        return tuple(dict.fromkeys(it.variant.mistake.id for it in self.outcomes))

    @property
    def sealed(self) -> tuple[str, ...]:
        """The ids of those whose hint is sealed in at least one question."""
        return tuple(dict.fromkeys(it.variant.mistake.id for it in self.outcomes if not it.why_not))

    @property
    def summary(self) -> str:
        """How many known mistakes are sealed, and which are not, each with the reason in its first question."""
        reasons: dict[str, list[str]] = {}
        for id in self.known:
            if id not in self.sealed:
                why = next(it.why_not for it in self.outcomes if it.variant.mistake.id == id)
                reasons.setdefault(why, []).append(id)
        others = [f"{', '.join(ids)} {why}" for why, ids in reasons.items()]
        return "; ".join([f"{len(self.sealed)} of {len(self.known)} known mistakes", *others])


def seal_hints(assignment: Assignment, solution: Solution, tier: str | None = None) -> Sealing:
    """Seal the hints of an assignment's bank.

    Raises
    ------
    CourseError
        If the bank or the public checks cannot be read.
    """
    bank = load_bank(assignment, solution)
    if not bank.variants:
        return Sealing()
    sandbox = Sandbox.of_this_machine(assignment.limits.memory_mb, tier)
    # The student's own machine has no solution either: what the checks see must be the same in both places.
    with Grader(assignment, None, sandbox=sandbox) as grader, Host(sandbox) as host:
        observer = _Observer(grader, host)
        right = observer.seen_of("reference", solution.reference_files(assignment))
        seen = {
            question.id: {
                variant: observer.seen_of(variant.name, variant.files, question.id)
                for variant in _variants_of(question.id, assignment, bank)
            }
            for question in assignment.questions
        }
    return _sealing(assignment, seen, right)


def hints_for_release(course: Course, assignment: Assignment) -> tuple[bytes | None, str]:
    """Return the sealed hints of an assignment, None if there are none, and what to say about them."""
    if not (course.root / "solutions" / assignment.name).is_dir():
        return None, f"without hints, as there is no solutions/{assignment.name}"
    try:
        sealing = seal_hints(assignment, course.solution(assignment.name))
    except CourseError as error:
        return None, f"without hints: {error}"
    return sealing.file, f"hints are sealed for {len(sealing.sealed)} of {len(sealing.known)} known mistakes"


def _variants_of(question: str, assignment: Assignment, bank: Bank) -> Iterator[Variant]:
    for variant in bank.variants:
        touched = {it.id for it in assignment.questions_of(variant.target)} | set(
            variant.mistake.also_affects
        )
        if question in touched:
            yield variant


@dataclass(frozen=True)
class _Observer:
    """Runs public checks on code that is known to be harmless, all of it in one process."""

    grader: Grader
    host: Host

    def seen_of(self, space: str, files: Mapping[str, bytes], question: str | None = None) -> list[Checked]:
        """Return what the public checks of a question, or of all, see of some files."""
        subject = Subject(self.host, files, space, self.grader.assignment.limits.seconds_per_call)
        tests = [test for test in self.grader.plan.tests if test.public and question in (None, test.question)]
        seen = []
        for test in tests:
            trial, finding = self.grader.trial_of(test, subject)
            seen.append(checked(test, trial, finding.kind if finding else None))
        return seen


def _sealing(
    assignment: Assignment, seen: Mapping[str, Mapping[Variant, list[Checked]]], right: Sequence[Checked]
) -> Sealing:
    locks: dict[tuple[str, Precision], dict[bytes, str]] = {}
    outcomes: list[Sealed] = []
    for question, variants in seen.items():
        keys = {
            precision: {variant: key_of(checks, precision, right) for variant, checks in variants.items()}
            for precision in (FINE, COARSE)
        }
        for variant, checks in variants.items():
            why_not = _why_not(variant, checks, keys[FINE])
            key = keys[FINE][variant]
            outcomes.append(Sealed(variant, question, why_not, key.bits if key else 0.0))
        for precision, by_variant in keys.items():
            group = {
                key.secret: variant.mistake.hint
                for variant, key in by_variant.items()
                if key is not None and not _why_not(variant, variants[variant], by_variant)
            }
            if group:
                locks[question, precision] = group
    return Sealing(sealed_file(assignment.name, locks) if locks else None, tuple(outcomes))


def _why_not(variant: Variant, checks: Sequence[Checked], keys: Mapping[Variant, Key | None]) -> str:
    """Return why the hint of a known mistake is not sealed; empty if it is."""
    key = keys[variant]
    if all(one.kind is None for one in checks):
        return PASSES
    if key is None:
        return NO_VALUES
    if key.bits < FEWEST_BITS:
        return GUESSABLE
    others = {it.mistake.id for it, other in keys.items() if other is not None and other.secret == key.secret}
    return SAME if len(others) > 1 else ""
