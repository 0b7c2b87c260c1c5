"""Says where a wrong function is right, where it starts to be wrong, and how its results hang together.

Where neither a known mistake nor a closed form agrees with what the tests saw, the function is tried beside the
reference on the ladder of inputs that its author declared (`grading/ladder.py`). The inputs are drawn twice, apart from
those of the tests, and what is said comes from a closed vocabulary, so that no hidden input shows. A sentence that a
probe of either draw contradicts is not said, and nothing is said of a function that is right wherever it was tried.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.errors import CourseError
from autograder.grading.explain.allowance import Allowance, Stopped
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about, observation_of
from autograder.grading.explain.inputs import Inputs
from autograder.grading.explain.likeness import (
    ordinary,
)
from autograder.grading.explain.outcomes import Outcome, state
from autograder.grading.explain.overflow import facts_of_amounts
from autograder.grading.explain.probes import DRAWS, Probe
from autograder.grading.explain.regions import Table
from autograder.grading.explain.stages import facts_of_wrong
from autograder.grading.ladder import Case, Ladder
from autograder.model.assignment import Assignment
from autograder.model.verdict import Kind, Verdict
from autograder.sandbox.code import Code

CPU_SECONDS = 3.0
"""CPU time for the facts of one function; what is not found out by then stays unsaid."""
SECONDS = 120.0
"""Wall-clock time for those of all functions: so much that the CPU time is what counts on a busy machine, too."""
MOST_FACTS = 2
"""Sentences that are said of one function: more would not be read."""
MOST_REPEATED = 5
"""Inputs that tell two functions apart and are asked again: where these give other values, chance is at work."""

FOLLOWING = 0.1
"""A convention is followed if so large a share of all parts is right by it that is not right without."""
EXPLAINED = frozenset({Kind.WRONG_VALUE, Kind.WRONG_TYPE_OR_SHAPE, Kind.RAISED})
"""The verdicts that a fact may be said of."""


@dataclass
class Contrast:
    """The ladders of an assignment, and what the reference makes of them, kept for a whole class.

    Parameters
    ----------
    ladders
        As the author declared them.
    """

    ladders: Sequence[Ladder]
    _inputs: dict[tuple[str, str], Inputs] = field(default_factory=dict)

    def functions(self) -> tuple[str, ...]:
        """Return the functions that have a ladder."""
        return tuple(dict.fromkeys(name for ladder in self.ladders for name in ladder.functions))

    def function_of(self, failed: Unexplained, assignment: Assignment) -> str:
        """Return the function with a ladder that a failed test is about; empty if there is none."""
        return self._named(failed.question, failed.function, assignment)

    def _named(self, question: str, function: str, assignment: Assignment) -> str:
        of_question = [
            name for name in self.functions() if question in (it.id for it in assignment.questions_of(name))
        ]
        for name in of_question:
            if name == function or name.endswith(f".{function}"):
                return name
        return of_question[0] if len(of_question) == 1 else ""

    def inputs_of(self, function: str) -> Iterator[Inputs]:
        """Yield the inputs of each ladder of a function."""
        for ladder in self.ladders:
            if function in ladder.functions:
                yield self._inputs.setdefault((ladder.name, function), Inputs(ladder, function))

    def compared_with(self, inputs: Inputs, student: Code, references: Sequence[Code]) -> Code:
        """Return which of the references a hand-in is compared with on a ladder."""
        examined = Examined(inputs, student, references[0], _allowance(student, SECONDS))
        return _followed(examined, references, _asked(examined, inputs.design))

    def tells_apart(
        self, question: str, function: str, student: Code, other: Code, assignment: Assignment
    ) -> bool:
        """Return whether ordinary inputs, without special cases, tell a hand-in from other code.

        A few tests may not tell two mistakes apart that other inputs do. Nothing is told where one of the two draws
        random numbers of its own, or where a call does not end.

        Parameters
        ----------
        question, function
            What tests saw: the question, and the function that was called last, as its object names it.
        """
        with _short_calls(student) as limit:
            try:
                allowance = _allowance(student, min(SECONDS, student.most_wall_seconds))
                for inputs in self.inputs_of(self._named(question, function, assignment)):
                    examined = Examined(inputs, student, other, allowance, limit)
                    if _are_steadily_apart(examined, _asked(examined, _ordinary(inputs))):
                        return True
            except Stopped:
                return False
        return False

    def trouble(self, function: str, right: Code, references: Sequence[Code]) -> str:
        """Return what is wrong with the ladders of a function, which is tried on right code; empty if nothing is."""
        try:
            for inputs in self.inputs_of(function):
                ladder = inputs.ladder
                examined = Examined(inputs, right, references[0], _allowance(right, SECONDS))
                probes = _asked(examined, inputs.design)
                if not probes:
                    return f"the ladder {ladder.name} returns no arguments at any settings"
                for probe in probes:
                    outcome = examined.outcome(probe)
                    if outcome is not None and outcome.parts is None and not outcome.raised:
                        return f"the ladder {ladder.name} names {len(ladder.parts)} parts; {function} returns others"
            facts = self.facts(function, right, references, SECONDS)
        except CourseError as error:
            return str(error)
        except Stopped:
            return f"{function} gives neither a value nor an exception somewhere on its ladder"
        return f"of the reference it is said that {facts[0].sentence}" if facts else ""

    def facts(
        self,
        function: str,
        student: Code,
        references: Sequence[Code],
        seconds: float = SECONDS,
        most: int = MOST_FACTS,
    ) -> tuple[Fact, ...]:
        """Return what can be said of a function, the most telling first; nothing where a call does not end.

        Parameters
        ----------
        function
            As its ladder names it.
        student
            The hand-in.
        references
            The reference, and it with each accepted convention: the one that the hand-in agrees with most is what it
            is compared with.
        seconds
            Wall-clock time that it may take, beside the CPU time that it may take in any case.

        Raises
        ------
        CourseError
            If a generator of the author's fails.
        """
        found: list[Fact] = []
        with _short_calls(student) as limit:
            try:
                allowance = _allowance(student, seconds)
                for inputs in self.inputs_of(function):
                    examined = Examined(inputs, student, references[0], allowance, limit)
                    found += _facts(examined, references, most)
            except Stopped:
                return ()
        return tuple(sorted(found, key=lambda it: it.rank)[:most])


def _allowance(student: Code, seconds: float) -> Allowance:
    return Allowance(CPU_SECONDS, time.monotonic() + seconds, student)


@contextlib.contextmanager
def _short_calls(student: Code) -> Iterator[float]:
    """Give the limit of a hand-in's calls; set both its limits back afterwards, and forget what was passed to it."""
    limits = student.seconds_per_call, student.most_wall_seconds
    try:
        yield student.seconds_per_call
    finally:
        student.seconds_per_call, student.most_wall_seconds = limits
        student.forget()


@dataclass(frozen=True)
class Unexplained:
    """A test that a hand-in failed, and whatever explains it already.

    Attributes
    ----------
    function
        Qualified name of the function that was called last, as its object names it.
    """

    question: str
    function: str
    verdict: Verdict


def facts_of_failures(
    contrast: Contrast,
    failed: Sequence[Unexplained],
    assignment: Assignment,
    student: Code,
    references: Callable[[str], Sequence[Code]],
    seconds: float,
) -> dict[str, str]:
    """Return hints by test id for each function of which neither a known mistake nor a hint is told.

    All tests of a function get the same one, and a report shows it once.
    """
    deadline = time.monotonic() + seconds
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for one in failed:
        ladder = contrast.function_of(one, assignment)
        if ladder:
            groups.setdefault((one.question, ladder), []).append(one.verdict)
    hints: dict[str, str] = {}
    known: dict[str, str] = {}
    for (question, function), verdicts in groups.items():
        wrong = [it for it in verdicts if it.kind in EXPLAINED]
        if not wrong or any(it.mistake or it.hint for it in verdicts):
            continue
        if function not in known:
            left = deadline - time.monotonic()
            facts = contrast.facts(function, student, references(question), left)
            known[function] = " ".join(fact.hint for fact in facts)
        if known[function]:
            hints |= dict.fromkeys((it.test for it in wrong), known[function])
    return hints


def _facts(examined: Examined, references: Sequence[Code], most: int) -> list[Fact]:
    ladder, design = examined.inputs.ladder, examined.inputs.design
    if not examined.has_time_for(design):
        return []
    probes = _asked(examined, design)
    if not probes:
        return []
    repeated = _are_repeated(examined, probes[:: max(1, len(probes) // 3)])
    if not all(repeated):
        # Once may be rounding, or chance that the task asks for; of a function that changes, nothing else is true.
        if sum(repeated) > len(repeated) / 2:
            return []
        return [
            Fact(
                about(ladder.parts, "something else comes back when the same call is made again"),
                "What does your function keep from one call to the next, or change in what it was given?",
                "unsteady",
                ladder.parts,
            )
        ]
    examined.reference = _followed(examined, references, probes)
    table: Mapping[str, Table] = {
        part: [(it, examined.state(it, part)) for it in probes]  # type: ignore[misc]
        for part in ladder.parts
    }
    wrong = [
        part for part in ladder.parts if not all(examined.may_be_right(it, part) for it, _ in table[part])
    ]
    bad = [it for it in probes if any(examined.state(it, part) != "right" for part in wrong)]
    if not all(_are_repeated(examined, bad[:: max(1, len(bad) // MOST_REPEATED)])):
        # Where it is wrong, chance decides how, and may decide whether.
        return []
    # What is neither right nor clearly wrong somewhere may be on its way to a limit; amounts have no special cases.
    plain = ordinary(examined, probes)
    nearly = [
        part for part in ladder.parts if {examined.state(it, part) for it in plain} <= {"right", "unclear"}
    ]
    known = list(itertools.islice(facts_of_amounts(examined, nearly), most))
    return _told(known, facts_of_wrong(examined, wrong, table, probes), most) if wrong else known


def _told(known: Sequence[Fact], stages: Iterable[tuple[list[Fact], int]], most: int) -> list[Fact]:
    """Return what is known already and what stages find, without those that would change nothing of what is said.

    Parameters
    ----------
    stages
        Everything that was found after each of them, with the lowest rank that what comes later may have.
    most
        How many facts are said.
    """
    found: list[Fact] = []
    for found_by_now, rank_to_come in stages:
        found = [*known, *_merged(found_by_now)]
        if sum(it.rank <= rank_to_come for it in found) >= most:
            break
    return found


def _ordinary(inputs: Inputs) -> list[Probe]:
    """Return the probes of one draw that have no special case: for what is asked of every hand-in with a mistake."""
    cases = inputs.ladder.all_of(Case)
    return [it for it in inputs.design if it.seed[0] == DRAWS[0] and not any(it[name] for name in cases)]


def _asked(examined: Examined, probes: Sequence[Probe]) -> list[Probe]:
    """Return the probes that have arguments, after having asked the hand-in about all of them at once."""
    examined.ask(probes)
    return [probe for probe in probes if examined.outcome(probe) is not None]


def _followed(examined: Examined, references: Sequence[Code], probes: Sequence[Probe]) -> Code:
    """Return the reference, or one that follows a convention if the hand-in agrees with it much more often."""
    first, *others = references
    parts = examined.inputs.ladder.parts
    examined.reference = followed = first
    right = {(it, part) for it in probes for part in parts if examined.state(it, part) == "right"}
    most = len(right) + FOLLOWING * len(probes) * len(parts)
    for reference in others:
        # Where a convention makes no difference, nothing has to be compared again.
        differing = examined.inputs.differing(first, reference, probes)
        examined.reference = reference
        agreed = len(right) - sum(it in right for it in differing)
        for left, (probe, part) in zip(range(len(differing), 0, -1), differing, strict=True):
            if agreed + left <= most:
                break
            agreed += examined.state(probe, part) == "right"
        if agreed > most:
            followed, most = reference, agreed
    return followed


def _are_steadily_apart(examined: Examined, probes: Sequence[Probe]) -> bool:
    """Return whether at some probe both sides give what differs, and give it each time."""
    differing = [it for it in probes if _is_apart(examined, it)]
    for probe in differing[:MOST_REPEATED]:
        again = examined.inputs.trusted_again(examined.reference, probe)
        if _alike(examined.expected(probe), again) and all(_are_repeated(examined, [probe])):
            return True
    return False


def _is_apart(examined: Examined, probe: Probe) -> bool:
    got, other = examined.outcome(probe), examined.expected(probe)
    states = {examined.state(probe, part) for part in examined.inputs.ladder.parts}
    if got is None or other is None or (got.parts is other.parts is None and not got.raised):
        return False  # neither of them gives such parts as the task asks for
    return bool(states & {"wrong", "raised", "odd"})


def _are_repeated(examined: Examined, probes: Sequence[Probe]) -> list[bool]:
    """Return whether each probe gives what it gave before, when it is asked again."""
    before = [examined.outcome(it) for it in probes]
    return [_alike(*both) for both in zip(before, examined.asked_again(probes), strict=True)]


def _alike(before: Outcome | None, after: Outcome | None) -> bool:
    assert before is not None and after is not None
    if before.parts is None or after.parts is None:
        return (before.parts is None, before.raised) == (after.parts is None, after.raised)
    return all(state(before, after, part) != "wrong" for part in before.parts)


def _merged(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the facts, those that say the same of several parts as one."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((observation_of(fact), fact.question), []).append(fact)
    for (observation, _), group in groups.items():
        parts = tuple(dict.fromkeys(part for fact in group for part in fact.parts))
        yield (
            group[0]
            if len(group) == 1
            else replace(group[0], parts=parts, sentence=about(parts, observation))
        )
