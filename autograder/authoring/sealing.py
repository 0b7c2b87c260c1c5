"""Seals the hints of a bank for a release: runs every known mistake through the public checks and locks its hint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from autograder.authoring.pool import Pool
from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.explain.bank import Bank, Variant, load_bank
from autograder.grading.explain.explanation import questions_of
from autograder.grading.explain.sealed import (
    COARSE,
    FEWEST_BITS,
    FINE,
    Checked,
    Key,
    Place,
    checked,
    is_repeated,
    key_of,
    sealed_file,
    terms_of,
)
from autograder.grading.grader import Grader
from autograder.grading.trial import Subject
from autograder.grading.worked_examples import worked_examples
from autograder.model.assignment import Assignment, Solution
from autograder.model.known_mistake import KnownMistake
from autograder.model.plan import PlannedTest
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox

PASSES = "pass every public check"
NO_VALUES = "end without values to compare, or with others in each run"
GUESSABLE = f"could be guessed ({FEWEST_BITS} bits of wrong numbers are needed)"
SAME = "look the same as others in the public checks"


@dataclass(frozen=True)
class Sealed:
    """What became of one known mistake in one question, in code that follows the task as it is written.

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


def seal_hints(
    assignment: Assignment, solution: Solution, tier: str | None = None, pool: Pool | None = None
) -> Sealing:
    """Seal the hints of an assignment's bank.

    Parameters
    ----------
    pool
        Where the known mistakes are run; in this process if there is none.

    Raises
    ------
    CourseError
        If the bank or the public checks cannot be read.
    """
    bank = load_bank(assignment, solution)
    if not bank.variants:
        return Sealing()
    touched = [
        (question.id, variant)
        for question in assignment.questions
        for variant in _variants_of(question.id, assignment, bank)
    ]
    code = [ToCheck("reference", solution.reference_files(assignment))]
    code += [ToCheck(variant.name, variant.files, question) for question, variant in touched]
    right, *found = _seen(assignment, code, tier, pool)
    seen: dict[str, dict[Variant, list[Checked]]] = {question.id: {} for question in assignment.questions}
    for (question_id, variant), checks in zip(touched, found, strict=True):
        seen[question_id][variant] = checks
    return _sealing(assignment, seen, right)


def _seen(
    assignment: Assignment, code: Sequence[ToCheck], tier: str | None, pool: Pool | None
) -> list[list[Checked]]:
    """Return what public checks see of each, run in as many parts as a pool has processes."""
    if pool is None:
        return Task(assignment, tuple(code), tier)()
    parts = [Task(assignment, tuple(code[number :: pool.jobs]), tier) for number in range(pool.jobs)]
    found: list[list[Checked]] = [[] for _ in code]
    for number, future in enumerate([pool.carry_out(part) for part in parts]):
        found[number :: pool.jobs] = future.result()
    return found


def hints_for_release(course: Course, assignment: Assignment) -> tuple[bytes | None, str]:
    """Return the sealed hints of an assignment, None if there are none, and what to say about them."""
    if not (course.root / "solutions" / assignment.name).is_dir():
        return None, f"without hints, as there is no solutions/{assignment.name}"
    try:
        sealing = seal_hints(assignment, course.solution(assignment.name))
    except CourseError as error:
        return None, f"without hints: {error}"
    return sealing.file, f"hints are sealed for {len(sealing.sealed)} of {len(sealing.known)} known mistakes"


def examples_for_release(course: Course, assignment: Assignment) -> bytes | None:
    """Return the worked examples of an assignment's functions, None if there are none."""
    if not (course.root / "solutions" / assignment.name).is_dir():
        return None
    try:
        with Grader(assignment, course.solution(assignment.name)) as grader:
            found = worked_examples(grader)
    except CourseError:
        return None
    return msgspec.json.format(msgspec.json.encode(found)) + b"\n" if found else None


def _variants_of(question: str, assignment: Assignment, bank: Bank) -> Iterator[Variant]:
    """Yield the mistakes that may show in a question, also in code that follows an accepted convention."""
    for variant in (*bank.variants, *bank.combined):
        touched = {it.id for it in assignment.questions_of(variant.target)} | set(
            variant.mistake.also_affects
        )
        accepted = assignment.conventions.get(variant.convention, "accept") == "accept"
        if question in touched and accepted:
            yield variant


@dataclass(frozen=True)
class ToCheck:
    """Files that public checks are run on, by a name of their own: those of one question, or of all."""

    name: str
    files: Mapping[str, bytes]
    question: str | None = None


@dataclass(frozen=True)
class Task:
    """ToCheck to be run through the public checks of an assignment."""

    assignment: Assignment
    code: tuple[ToCheck, ...]
    tier: str | None = None

    def __call__(self, grader: Grader | None = None) -> list[list[Checked]]:
        """Return what the checks see of each.

        They are run by a grader without a solution, not by the one that a process of a pool has: the student's own
        machine has no solution either, and what is seen must be the same in both places.
        """
        sandbox = Sandbox.for_assignment(self.assignment, self.tier)
        with Grader(self.assignment, None, sandbox=sandbox) as own, Host(sandbox) as host:
            observer = _Observer(own, host)
            return [observer.seen_of(it.name, it.files, it.question) for it in self.code]


@dataclass(frozen=True)
class _Observer:
    """Runs public checks on code that is known to be harmless, all of it in one process."""

    grader: Grader
    host: Host

    def seen_of(self, space: str, files: Mapping[str, bytes], question: str | None = None) -> list[Checked]:
        """Return what the public checks of a question, or of all, see of some files.

        Of a mistake that gives other values when it is run again, nothing is kept: nobody would get the same key. All
        questions are asked of the reference alone, which gives no key.
        """
        subject = Subject(self.host, files, space, self.grader.assignment.limits.seconds_per_call)
        # Otherwise a check of loops would ask for the reference, and end without values.
        subject.public = True
        tests = [test for test in self.grader.plan.tests if test.public and question in (None, test.question)]
        seen = [self._run(test, subject) for test in tests]
        if question is None or is_repeated(seen, [self._run(test, subject) for test in tests]):
            return seen
        return [replace(one, observation=None, terms=None) for one in seen]

    def _run(self, test: PlannedTest, subject: Subject) -> Checked:
        trial, finding = self.grader.trial_of(test, subject)
        return checked(test, trial, finding.kind if finding else None, self.grader.assignment.switches)


def _sealing(
    assignment: Assignment, seen: Mapping[str, Mapping[Variant, list[Checked]]], right: Sequence[Checked]
) -> Sealing:
    hints: dict[Place, dict[bytes, str]] = {}
    outcomes: list[Sealed] = []
    for question, variants in seen.items():
        for precision in (FINE, COARSE):
            keys = _visible({it: key_of(checks, precision, right=right) for it, checks in variants.items()})
            hints[Place(question, precision)] = {
                key.secret: variant.mistake.hint
                for variant, key in keys.items()
                if key is not None and not _why_not(variant, variants[variant], keys)
            }
            of_question = [one for one in right if one.question == question]
            by_term = {
                term: {it: key_of(checks, precision, term, of_question) for it, checks in variants.items()}
                for term in terms_of(of_question)
            }
            for term in by_term:
                hints[Place(question, precision, term)] = _hints_about(term, by_term)
            if precision is FINE:
                outcomes += [
                    Sealed(it, question, _why_not(it, checks, keys), key.bits if (key := keys[it]) else 0.0)
                    for it, checks in variants.items()
                    if not it.convention
                ]
    hints = {place: group for place, group in hints.items() if group}
    return Sealing(sealed_file(assignment.name, hints) if hints else None, tuple(outcomes))


def _visible(keys: Mapping[Variant, Key | None]) -> dict[Variant, Key | None]:
    """Return the keys without those of mistakes that show nothing but the convention that is followed beside them."""
    conventions = {
        (it.mistake.id, it.target): key.secret
        for it, key in keys.items()
        if it.mistake.accepted and key is not None
    }

    def is_hidden(variant: Variant, key: Key | None) -> bool:
        convention = conventions.get((variant.convention, variant.target))
        return key is not None and key.secret == convention

    return {variant: key for variant, key in keys.items() if not is_hidden(variant, key)}


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


def _hints_about(term: str, by_term: Mapping[str, Mapping[Variant, Key | None]]) -> dict[bytes, str]:
    """Return what can be said about one term, by the secrets of the keys that the term gives."""
    alike: dict[bytes, list[Variant]] = {}
    for variant, key in by_term[term].items():
        if key is not None and key.bits >= FEWEST_BITS:
            alike.setdefault(key.secret, []).append(variant)
    hints = {}
    for secret, them in alike.items():
        mistake = _singled_out(them, by_term)
        asked = questions_of(mistake.hint) if mistake is not None else ""
        if asked:
            hints[secret] = f"About {term}: {asked}"
    return hints


def _singled_out(
    alike: Sequence[Variant], by_term: Mapping[str, Mapping[Variant, Key | None]]
) -> KnownMistake | None:
    """Return the mistake that a term tells of: of those that give its values, the one that changes least besides."""
    if any(variant.mistake.accepted for variant in alike):
        return None  # the term may be right, as the convention has it
    changed: dict[int, list[KnownMistake]] = {}
    for variant in alike:
        keys = [of_term[variant] for of_term in by_term.values()]
        count = sum(key is not None and bool(key.wrong) for key in keys)
        changed.setdefault(count, []).append(variant.mistake)
    least = {mistake.id: mistake for mistake in changed[min(changed)]}
    return next(iter(least.values())) if len(least) == 1 else None
