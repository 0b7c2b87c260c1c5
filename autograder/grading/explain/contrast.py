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
from typing import Any

import numpy as np

from autograder.errors import CourseError
from autograder.grading.explain.allowance import Allowance, Stopped
from autograder.grading.explain.conditions import counted, in_words
from autograder.grading.explain.deviations import (
    TELLING_SIDES,
    facts_of_opposites,
    facts_of_rounding,
    facts_of_sharing,
    facts_of_sharing_at_the_smallest,
    facts_of_sides,
)
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about, observation_of
from autograder.grading.explain.inputs import Inputs
from autograder.grading.explain.likeness import (
    facts_of_exchanges,
    facts_of_forms,
    facts_of_places,
    facts_of_transposes,
    ordinary,
)
from autograder.grading.explain.outcomes import Outcome, State, state
from autograder.grading.explain.overflow import facts_of_amounts
from autograder.grading.explain.probes import DRAWS, Probe, probe_of
from autograder.grading.explain.properties import (
    facts_of_entries,
    facts_of_limits,
    facts_of_precision,
    facts_of_properties,
)
from autograder.grading.explain.regions import MOSTLY, is_real, questions_of, where_bad
from autograder.grading.explain.relations import (
    facts_of_dependence,
    facts_of_idle_cases,
    facts_of_moves,
    facts_of_slope,
    generic,
)
from autograder.grading.explain.scalings import facts_of_scalings
from autograder.grading.ladder import Case, Ladder, Size, Switch
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
SIMPLEST_TRIED = 8
"""How often the simplest wrong input is drawn anew in each draw."""

FOLLOWING = 0.1
"""A convention is followed if so large a share of all parts is right by it that is not right without."""
BESIDE_FORMS = frozenset({"where", "slope", "idle switch"})
"""The kinds of fact that say more of a part than what it always is instead of the right one."""
MOVED = frozenset({"transposed", "exchanged parts", "exchanged arguments"})
"""The kinds of fact that say what is right in another place."""
NO_PLACE = frozenset({"side", "scaling"})
"""The kinds of fact that do not say on which input to begin."""
EXPLAINED = frozenset({Kind.WRONG_VALUE, Kind.WRONG_TYPE_OR_SHAPE, Kind.RAISED})
"""The verdicts that a fact may be said of."""

Table = dict[str, list[tuple[Probe, State]]]


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
    table: Table = {part: [(it, examined.state(it, part)) for it in probes] for part in ladder.parts}  # type: ignore[misc]
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
    return _told(known, _facts_of_wrong(examined, wrong, table, probes), most) if wrong else known


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


def _facts_of_wrong(
    examined: Examined, wrong: Sequence[str], table: Table, probes: Sequence[Probe]
) -> Iterator[tuple[list[Fact], int]]:
    """Yield everything that was found after each stage, and the lowest rank of what a later one may find.

    Of equal rank, what is found first is said first.
    """
    ladder = examined.inputs.ladder
    if raised := _raised_everywhere(examined, table):
        sentence = about(ladder.parts, f"raises {raised} wherever it was tried")
        question = (
            "What is in each variable of the line that raises it, and which of them is another thing than you "
            "thought?"
        )
        yield [Fact(sentence, question, "everywhere", ladder.parts, raised)], 0
        return
    found, formed, whole = _facts_of_likeness(examined, wrong, table, probes)
    # What a part is in another place says everything about it.
    moved = {part for fact in found if fact.kind in MOVED for part in fact.parts if part in whole}
    wrong = [part for part in wrong if part not in moved]
    formless = [part for part in wrong if part not in whole]
    even = [part for part in formless if all(it != "odd" for _, it in table[part])]
    real = [part for part in even if is_real(examined, part)]
    found += [fact for part in real for fact in facts_of_limits(examined, part, probes)]
    yield found, 0

    found += _facts_of_conditions(examined, wrong, table)
    yield found, 0

    found += [
        fact for part in even if part not in formed for fact in facts_of_sharing(examined, part, probes)
    ]
    yield found, 1

    def news(facts: Iterable[Fact]) -> list[Fact]:
        return [it for it in facts if it.kind in BESIDE_FORMS or not whole.issuperset(it.parts)]

    usual = [probe for draw in DRAWS for probe in generic(ladder, draw)]
    examined.ask(usual)
    idle: set[str] = set()
    for fact in facts_of_dependence(examined, wrong, usual):
        # That all further probes bear one out costs much, so no more of them are looked for than are said.
        found += news([fact])
        yield found, 1
        idle |= set(fact.parts if fact.kind == "idle" else ())
    # Of what ignores a whole argument, a special case is no news.
    found += news(facts_of_idle_cases(examined, [part for part in wrong if part not in idle], usual))
    yield found, 1

    found += facts_of_slope(
        examined, {part: part not in wrong for part in ladder.parts if part not in moved}, usual
    )
    yield found, 1

    for part in even:
        found += facts_of_entries(examined, part, probes, by_chance=part not in real)
    yield found, 1

    sides = [fact for part in formless for fact in facts_of_sides(examined, part, probes)]
    telling = [fact for fact in sides if fact.claim[0] in TELLING_SIDES]
    yield found + telling, 2

    # Of labels in a wrong shape, all that is said of their order follows from that shape.
    labels = {part for part in wrong if _are_labels(examined, part, usual)}
    related = [part for part in wrong if part in even or part not in labels]
    found += news(facts_of_moves(examined, related, usual, labels))
    yield found + telling, 2

    found += news(facts_of_places(examined, even, usual))
    shared = {part for fact in found if fact.kind == "shared" for part in fact.parts}
    for part in even:
        found += _facts_of_properties(examined, part, probes)
        if part not in formed and part not in shared:
            found += facts_of_sharing_at_the_smallest(examined, part, probes)
    yield found + telling, 3

    told = {part for fact in found for part in fact.parts}
    found += [
        fact for part in formless if part not in told for fact in facts_of_precision(examined, part, probes)
    ]
    nearly = {part for fact in found if fact.kind == "precision" for part in fact.parts}
    changing = [part for part in formless if part in related and part not in formed and part not in nearly]
    found += facts_of_scalings(examined, changing, usual, probes)
    clear = {part for fact in found if not _leaves_much_open(fact) for part in fact.parts}
    # On which side wrong numbers lie is worth saying where nothing else is, unless it says what to look for.
    found += [fact for fact in sides if fact in telling or clear.isdisjoint(fact.parts)]
    yield found, 5

    said = {part for fact in found if fact.kind not in NO_PLACE for part in fact.parts}
    rest = [part for part in formless if part not in said]
    if rest:
        yield [*found, *_facts_of_the_simplest(examined, rest, table)], 5


def _facts_of_likeness(
    examined: Examined, wrong: Sequence[str], table: Table, probes: Sequence[Probe]
) -> tuple[list[Fact], set[str], set[str]]:
    """Return what wrong parts are instead of the right ones, the parts that have a form, and those that say it all."""
    even = [part for part in wrong if all(it not in ("odd", "raised") for _, it in table[part])]
    found = [fact for part in even for fact in facts_of_forms(examined, part, probes)]
    formed = {part for fact in found for part in fact.parts}
    found += [
        fact for part in even if part not in formed for fact in facts_of_opposites(examined, part, probes)
    ]
    formed = {part for fact in found for part in fact.parts}
    for part in even:
        if part not in formed and is_real(examined, part):
            found += facts_of_rounding(examined, part, probes)
    # What has changed places may have another shape there.
    moved = [part for part in wrong if all(it != "raised" for _, it in table[part])]
    found += [
        fact for part in moved if part not in formed for fact in facts_of_transposes(examined, part, probes)
    ]
    formed |= {part for fact in found for part in fact.parts}
    found += facts_of_exchanges(examined, [part for part in moved if part not in formed], probes)
    return found, formed, {part for fact in found for part in fact.parts if not fact.claim[-1]}


def _facts_of_properties(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield which properties of right numbers a part lacks, or has although right ones have not."""
    switches = examined.inputs.ladder.all_of(Switch)
    unswitched = [it for it in probes if all(it[name] == switch.off for name, switch in switches.items())]
    without = f"without {' and '.join(it.noun for it in switches.values())}, " if switches else ""
    yield from facts_of_properties(examined, part, probes, unswitched, without)


def _are_labels(examined: Examined, part: str, probes: Sequence[Probe]) -> bool:
    """Return whether right values of a part are chosen from some, so that their type holds no fractions."""
    outcomes = (examined.expected(probe) for probe in probes)
    values = (it.parts[part] for it in outcomes if it is not None and it.parts is not None)
    return all(np.asarray(it).dtype.kind in "iub" for it in values)


def _leaves_much_open(fact: Fact) -> bool:
    return fact.kind == "where" and fact.claim[1].leaves_much_open


def _raised_everywhere(examined: Examined, table: Table) -> str:
    """Return the exception that all probes raise, or that they raise several; empty where one of them does not."""
    raised = {
        outcome.raised for rows in table.values() for it, _ in rows if (outcome := examined.outcome(it))
    }
    return "" if "" in raised else raised.pop() if len(raised) == 1 else "an exception"


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


def _facts_of_conditions(examined: Examined, wrong: Sequence[str], table: Table) -> Iterator[Fact]:
    ladder, said = examined.inputs.ladder, set()
    for part in wrong:
        probes = [probe for probe, _ in table[part]]
        for question in questions_of(examined, part, table[part]):
            about_the_call = "wrong" not in question.bad
            parts = ladder.parts if about_the_call else (part,)
            if question.bad in said and about_the_call:
                continue
            said.add(question.bad)
            where = where_bad(examined, question, probes)
            if where is None or where.leaves_much_open:
                where = where_bad(examined, question, ordinary(examined, probes), apart=True) or where
            if where is not None:
                observation, asked = in_words(ladder, where)
                fact = Fact(about(parts, observation), asked, "where", parts, (question, where))
                yield replace(fact, rank=3) if where.leaves_much_open else fact


# --- the simplest input -------------------------------------------------------------------------------


def _facts_of_the_simplest(examined: Examined, parts: Sequence[str], table: Table) -> Iterator[Fact]:
    """Yield the simplest settings at which every draw is wrong, or most draws of what may be right by chance."""
    ladder = examined.inputs.ladder
    for settings in simplest_first(ladder, (probe for probe, _ in table[parts[0]])):
        again = [probe_of(settings, draw, 700 + n) for draw in DRAWS for n in range(SIMPLEST_TRIED)]
        examined.ask(again)
        states = {part: {examined.state(it, part) for it in again} for part in parts}
        mostly = [
            part
            for part in parts
            if "raised" not in states[part]
            and not is_real(examined, part)
            and sum(examined.state(it, part) == "wrong" for it in again) >= MOSTLY * len(again)
        ]
        always = tuple(part for part in parts if states[part] in ({"wrong"}, {"raised"}) or part in mostly)
        if always:
            raised = {it.raised for probe in again if (it := examined.outcome(probe)) is not None}
            same = states[always[0]] == {"raised"} and len(raised) == 1
            certain = same or all(
                is_real(examined, it) and not _is_right_at_more(ladder, table[it], settings) for it in always
            )
            verb = f"raises {raised.pop()}" if same else "wrong" if certain else "wrong in most cases"
            sizes = in_full(ladder, settings)
            yield Fact(
                about(always, f"{verb} already {f'for {sizes}' if sizes else 'without any special case'}"),
                "Work that out by hand and print what your code has after each step: where do the two part?",
                "simplest",
                always,
                (dict(settings), certain),
                rank=5,
            )
            return


def _is_right_at_more(
    ladder: Ladder, rows: Sequence[tuple[Probe, State]], settings: Mapping[str, Any]
) -> bool:
    """Return whether a part is right somewhere with no less of anything: what is wrong may be right by chance, too."""
    sizes = ladder.all_of(Size)
    return any(
        state == "right"
        and all(probe[it] >= settings[it] if it in sizes else probe[it] == settings[it] for it in settings)
        for probe, state in rows
    )


def simplest_first(ladder: Ladder, probes: Iterable[Probe]) -> list[Mapping[str, object]]:
    """Return the smallest settings of a ladder, then those of probes without special cases, the smaller first."""
    base = ladder.base | {name: knob.tried[0] for name, knob in ladder.all_of(Size).items()}
    sizes, others = list(ladder.all_of(Size)), [*ladder.all_of(Switch), *ladder.all_of(Case)]
    tried = [dict(it.settings) for it in probes]
    tried.sort(
        key=lambda it: (sum(it[name] != base[name] for name in others), sum(it[name] for name in sizes))
    )
    plain = [it for it in tried if all(it[name] == base[name] for name in ladder.all_of(Case))]
    return [base, *plain[:6]]


def in_full(ladder: Ladder, settings: Mapping[str, object]) -> str:
    """Return settings in words: "one example, two classes and without a penalty"."""
    words = [counted(ladder, name, int(settings[name])) for name in ladder.all_of(Size)]  # type: ignore[call-overload]
    words += [
        f"{'without' if settings[name] == switch.off else 'with'} {switch.noun}"
        for name, switch in ladder.all_of(Switch).items()
    ]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


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
