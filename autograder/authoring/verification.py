"""Proves an assignment gradable: right work earns everything, empty work nothing, every known mistake is caught."""

from __future__ import annotations

import ast
import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring import slips
from autograder.authoring.claims import Claim, with_accepted
from autograder.authoring.lazy_hand_ins import hand_in_of_public_answers, hand_in_of_zeros
from autograder.authoring.looping_hand_ins import Looping, Vectorized, uses, vectorized_questions, watched_by
from autograder.authoring.mutation import Mutation, check_mutants
from autograder.authoring.proof import keep_proof
from autograder.authoring.release import release
from autograder.authoring.sealing import Sealing, seal_hints
from autograder.authoring.written_questions import without_a_place, without_a_rubric
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work, prepare
from autograder.course.loading import Course
from autograder.course.toml import read_bank
from autograder.errors import CourseError
from autograder.grading.explain.bank import BANK_FILE, Bank, Variant, load_bank
from autograder.grading.grader import Grader
from autograder.grading.mutants import functions_of
from autograder.grading.trial import Subject
from autograder.model.assignment import Assignment
from autograder.model.exact import HALF
from autograder.model.scoring import score
from autograder.model.verdict import Family, Kind, Verdict
from autograder.sandbox.host import Host
from autograder.text import counted

ROOM_IN_BUDGET = 4
"""The time allowed for a hand-in must be at least this many times what the reference takes."""

MOST_MISSED = Fraction(1, 10)
"""The share of the generated mistakes of a question that tests may miss; one of a few is always allowed."""

Verdicts = dict[str, Verdict]


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


@dataclass
class Verification:
    """Everything that was checked about one assignment."""

    assignment: Assignment
    claims: list[Claim] = field(default_factory=list)
    mistakes: list[MistakeCheck] = field(default_factory=list)
    mutation: Mutation = field(default_factory=lambda: Mutation((), ()))
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing fell short."""
        return all(claim.holds for claim in self.claims) and all(mistake.holds for mistake in self.mistakes)


def verify_assignment(
    course: Course, name: str, jobs: int | None = None, tier: str | None = None, accept: str = ""
) -> Verification:
    """Check an assignment and return what was found.

    Parameters
    ----------
    accept
        Why what tests leave open is accepted from now on; empty if it is not.

    Raises
    ------
    CourseError
        If it cannot be graded at all, or nothing is to be accepted.
    """
    started = time.monotonic()
    work = prepare(course, name, tier)
    reference = work.solution.reference_files(work.assignment)
    bank = load_bank(work.assignment, work.solution)
    report = Verification(work.assignment)
    _, equivalents = read_bank(work.solution.folder / BANK_FILE)
    report.claims += _without_slips(work, reference)
    report.claims += _answers_in_words(work)
    report.claims += _halves_agree(work.assignment, reference)
    report.claims.append(_targets_exist(work.assignment, bank))
    report.claims += _ladders_fit(work, reference)
    with Grader(work.assignment, work.solution, work.plan) as grader:
        without_loops = list(vectorized_questions(grader))
        races = frozenset(test.id for test in work.plan.tests if uses(grader, test, "race"))
    with LocalPool(work, jobs or os.cpu_count() or 1) as pool:
        report.claims += _reference_and_nothing(work, pool, reference)
        report.claims += _loops_cost_points(work, pool, without_loops)
        report.mistakes += _mistakes(work, pool, bank)
        report.mutation = check_mutants(work, pool, reference, equivalents)
        sealing = seal_hints(work.assignment, work.solution, tier, pool)
    report.claims += _mutants_are_found(report.mutation)
    report.claims.append(_read_in_halves(work, report.mistakes, races))
    report.claims += _hints_are_sealed(sealing)
    report.claims.append(_release_leaks_nothing(course, work.assignment, reference, sealing.file))
    report.claims = with_accepted(report.claims, work.solution.folder, accept)
    report.seconds = time.monotonic() - started
    keep_proof(course, name, report.holds)
    return report


# --- both halves --------------------------------------------------------------------------------------


def _without_slips(work: Work, reference: Mapping[str, bytes]) -> Iterator[Claim]:
    """Check for what costs points or hides tests in silence."""
    assignment, solution = work.assignment, work.solution
    looked_for = {
        "every function of a question exists": slips.misspelt_functions(assignment, reference),
        "every file of tests is run, and every module used": slips.unused_files(assignment, solution),
        "the handout describes this assignment": slips.left_of_the_example(assignment),
        "the handout has the points of this assignment": slips.points_in_the_handout(assignment),
        "tests draw the same numbers in every run": slips.draws_from_global_state(assignment, solution),
    }
    for claim, found in looked_for.items():
        sentences = list(found)
        yield Claim(claim, not sentences, "; ".join(sentences))


def _answers_in_words(work: Work) -> Iterator[Claim]:
    """Check that what is answered in words can be answered and graded."""
    places = list(without_a_place(work.assignment))
    rubrics = list(without_a_rubric(work.assignment, work.solution))
    questions = work.assignment.written
    if not questions and not places and not rubrics:
        return
    worth = sum((question.points for question in questions), Fraction(0))
    asked = f"{counted(len(questions), 'question')}, {worth} points beside the total"
    yield Claim("every written question has a place for its answer", not places, "; ".join(places) or asked)
    yield Claim("every written question has a rubric that adds up", not rubrics, "; ".join(rubrics) or asked)


def _halves_agree(assignment: Assignment, reference: Mapping[str, bytes]) -> Iterator[Claim]:
    """Check that stubs and reference have the same functions with the same parameters."""
    for file in assignment.files:
        asked = _signatures(file.stub(), file.name)
        given = _signatures(reference[file.name], file.name)
        differing = [
            f"{name}{asked.get(name, ' (missing)')} in the stub, {name}{given.get(name, ' (missing)')} in the reference"
            for name in dict.fromkeys([*assignment.functions_in(file.module), *asked])
            if asked.get(name) != given.get(name)
        ]
        found = "; ".join(differing) or f"{counted(len(asked), 'signature')} the same"
        yield Claim(f"{file.due}: stub and reference agree", not differing, found)


def _signatures(source: bytes, name: str) -> dict[str, str]:
    """Return the parameters of every function and method, by name."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CourseError(f"{name}, line {error.lineno}: not valid Python ({error.msg})") from error
    # A reference may have helpers that the stub has not.
    return {
        name: f"({ast.unparse(function.args)})"
        for name, function in functions_of(tree).items()
        if not function.name.startswith("_")
    }


def _targets_exist(assignment: Assignment, bank: Bank) -> Claim:
    known = {entry.id for entry in bank.mistakes}
    lost = [variant.name for variant in bank.variants if assignment.question_of(variant.target) is None]
    for entry in bank.mistakes:
        lost += [f"{entry.id} same_as {other}" for other in entry.same_as if other not in known]
    found = f"no question of assignment.toml has {', '.join(lost)}" if lost else f"{len(known)} in the bank"
    return Claim("every known mistake belongs to a question", not lost, found)


def _ladders_fit(work: Work, reference: Mapping[str, bytes]) -> Iterator[Claim]:
    """Check that every ladder can be drawn, is for functions of questions, and finds the reference right."""
    with Grader(work.assignment, work.solution, work.plan) as grader:
        functions = grader.contrast.functions()
        if not functions:
            return
        strange = []
        for function in functions:
            questions = work.assignment.questions_of(function)
            if not questions:
                strange.append(f"{function} belongs to no question of assignment.toml")
                continue
            with Host(grader.sandbox) as host:
                student = Subject(host, reference, "", work.assignment.limits.seconds_per_call)
                said = grader.contrast.trouble(function, student, grader.references(questions[0].id))
            strange += [said] if said else []
        found = "; ".join(strange) or counted(len(functions), "function")
        yield Claim("the reference is right on every ladder", not strange, found)


# --- right, empty and lazy work -----------------------------------------------------------------------


def _reference_and_nothing(work: Work, pool: LocalPool, reference: Mapping[str, bytes]) -> Iterator[Claim]:
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
    failed = [f"{_name(verdict.test)} ({_reason(verdict)})" for verdict in public if not verdict.passed]
    show = (
        f"autograder explain {work.assignment.name} {work.solution.folder.parent.name}/{work.assignment.name}"
    )
    found = f"{_listed(failed)}; `{show} TEST` shows what it returns" if failed else f"{len(public)} checks"
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


def _earns_everything(work: Work, verdicts: Verdicts) -> Claim:
    failed = [
        f"{_name(verdict.test)} ({verdict.kind}: {_reason(verdict)})"
        for verdict in (verdicts[test.id] for test in work.plan.tests if not test.public)
        if not verdict.passed
    ]
    earned, total = sum(_points(work, verdicts)), sum(it.points for it in work.assignment.questions)
    found = _listed(failed) or f"{earned} of {total} points"
    return Claim("the reference earns everything", earned == total, found)


def _reason(verdict: Verdict) -> str:
    """Return what a verdict says to an instructor: of a fault in the course, which one it is."""
    first, *_ = verdict.details.splitlines() or [""]
    if verdict.kind is Kind.GRADER_FAULT:
        return re.sub(r"\(/\S+/", "(", first) or verdict.message  # a table would cut a long path
    # Several lines are inputs or a traceback, not the reason.
    return f"{verdict.message}; {first}" if first and first == verdict.details else verdict.message


def _faults(verdicts: Iterable[Verdict], of_reference: Verdicts) -> str:
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
    names = _listed([_name(verdict.test) for verdict in faults])
    return (
        f"; the test is at fault in {names} ({_reason(faults[0])}): convert replies before you compute with them, or "
        "put `with check.computation():` around the lines"
    )


def _earns_nothing(
    work: Work, what: str, verdicts: Verdicts, of_reference: Verdicts, remedy: str = ""
) -> Claim:
    results = score(work.plan, work.assignment, verdicts)
    earned = sum(result.score for result in results)
    where = [
        _name(verdict.test)
        for result in results
        if result.score
        for verdict in result.graded
        if verdict.passed or verdict.credit
    ]
    faults = _faults(verdicts.values(), of_reference)
    found = f"{counted(earned, 'point')}" + (f" from {_listed(where)}" if where else "")
    if where and remedy:
        found += f"; {remedy}"
    lacking = tuple(where) if not faults else ()
    return Claim(f"{what} earns nothing", not earned and not faults, found + faults, lacking)


def _passes_nothing(work: Work, what: str, verdicts: Verdicts, of_reference: Verdicts) -> Claim:
    """Check that work of which some parts are right passes no test, so that it earns at most their share."""
    graded = [verdicts[test.id] for test in work.plan.tests if not test.public]
    passed = [_name(verdict.test) for verdict in graded if verdict.right]
    faults = _faults(graded, of_reference)
    found = f"passes {_listed(passed)}" if passed else f"{sum(_points(work, verdicts))} points for parts"
    lacking = tuple(passed) if not faults else ()
    return Claim(f"{what} pass no graded test", not passed and not faults, found + faults, lacking)


def _read_in_halves(work: Work, mistakes: Sequence[MistakeCheck], races: Set[str]) -> Claim:
    """Check that every test, every part that is weighed and every known mistake is worth a multiple of half a point.

    A question may name another step, in which its points are read then. Bonus points, which are few for many cases,
    may come in half of that. A race earns half of its points between its bounds.
    """
    odd: list[str] = []
    for question in work.assignment.questions:
        graded = [test for test in work.plan.of_question(question.id) if not test.public]
        total = sum((test.weight for test in graded), Fraction(0))
        untold = total != question.points
        step = question.step / 2 if question.bonus else question.step
        for test in graded:
            worth = question.points * test.weight / total
            parts = test.parts or {}
            shares = {part: worth * share / sum(parts.values()) for part, share in parts.items()}
            if any(points % step for points in (worth, *shares.values())):
                each = " and ".join(f"{share} for {part}" for part, share in shares.items())
                odd.append(
                    f"{_name(test.id)} is worth {worth} of {question.id}" + (f" ({each})" if each else "")
                )
                if untold:
                    untold = False
                    odd[-1] += f", whose weights add up to {total} for {question.points} points"
            elif test.id in races and worth / 2 % step:
                odd.append(
                    f"{_name(test.id)} is worth {worth} of {question.id}, of which slow code earns {worth / 2}"
                )
    steps = {question.id: question.step for question in work.assignment.questions}
    odd += [
        f"{it.variant.name} costs {it.lost} of {it.question}"
        for it in mistakes
        if it.lost % steps[it.question]
    ]
    others = [f"{id} in steps of {step}" for id, step in steps.items() if step != HALF]
    found = _listed(odd) or "; ".join(["every test and every known mistake", *others])
    return Claim("students read points in halves", not odd, found, tuple(odd))


def _loops_cost_points(work: Work, pool: LocalPool, questions: Sequence[Vectorized]) -> Iterator[Claim]:
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


def _lost(work: Work, loop: Looping, verdicts: Verdicts) -> Fraction:
    """Return the points that a loop costs in its question."""
    results = {result.id: result for result in score(work.plan, work.assignment, verdicts)}
    return results[loop.question].points - results[loop.question].score


def _points(work: Work, verdicts: Verdicts) -> list[Fraction]:
    """Return what each question earns."""
    return [result.score for result in score(work.plan, work.assignment, verdicts)]


# --- known mistakes -----------------------------------------------------------------------------------


def _mistakes(work: Work, pool: LocalPool, bank: Bank) -> Iterator[MistakeCheck]:
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


def _mistake(work: Work, variant: Variant, verdicts: Verdicts) -> MistakeCheck:
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


def _cause(check: MistakeCheck, verdicts: Verdicts, again: Verdicts) -> str:
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


def _mutants_are_found(mutation: Mutation) -> Iterator[Claim]:
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


# --- the release --------------------------------------------------------------------------------------


def _hints_are_sealed(sealing: Sealing) -> Iterator[Claim]:
    if sealing.outcomes:
        # What students cannot be told on their own machines is told when their work is graded.
        yield Claim("hints are sealed for students' own checks", True, sealing.summary)


def _release_leaks_nothing(
    course: Course, assignment: Assignment, reference: Mapping[str, bytes], hints: bytes | None
) -> Claim:
    claim = "the release holds nothing of the solutions"
    with TemporaryDirectory() as folder:
        try:
            release(assignment, Path(folder), course.root / "solutions", hints)
        except CourseError as error:
            return Claim(claim, False, str(error))
    given = sorted(_given_statements(assignment, reference), key=len, reverse=True)
    # What a stub gives away is for its author to decide, but should not be overlooked.
    lines = "1 line" if len(given) == 1 else f"{len(given)} lines"
    shared = f"; in the stubs: {lines} of the reference, {_listed(given)}" if given else ""
    return Claim(claim, True, f"scanned{shared}")


def _given_statements(assignment: Assignment, reference: Mapping[str, bytes]) -> set[str]:
    """Return the statements of functions to be written that stub and reference share."""
    shared: set[str] = set()
    for file in assignment.files:
        functions = assignment.functions_in(file.module)
        if functions:
            stub = _statements(file.stub(), functions)
            shared |= stub & _statements(reference[file.name], functions)
    return shared


def _statements(source: bytes, functions: tuple[str, ...]) -> set[str]:
    """Return the simple statements in the named functions, without docstrings, `pass` and `raise`."""
    return {
        ast.unparse(inner)
        for name, function in functions_of(ast.parse(source)).items()
        if name in functions
        for inner in ast.walk(function)
        if isinstance(inner, (ast.Assign, ast.AugAssign, ast.Return))
        or (isinstance(inner, ast.Expr) and not isinstance(inner.value, ast.Constant))
    }


def _name(test: str) -> str:
    """Return a test's name and case without its file, which a table would have to cut."""
    return test.partition("::")[2]


def _listed(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
