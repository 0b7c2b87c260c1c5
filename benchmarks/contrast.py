"""What is said of wrong functions that nothing names, and whether it is true on inputs that the grader never drew.

    python benchmarks/contrast.py [NAME ...] [--also FOLDER] [--verbose]

Every known mistake is taken as if it were not in the bank; `FOLDER/NAME/*.py` are further hand-ins, each in
place of the first file of assignment NAME. Every sentence is tried on fresh draws, with sizes that are no levels of the
ladder where it allows them. Of right solutions nothing may be said. The exit code is 1 if a sentence is
contradicted, or if something is said of right code.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from right_solutions import right_solutions

from autograder.course.loading import find_course
from autograder.grading.explain.allowance import Allowance, Stopped
from autograder.grading.explain.decimals import has_more_decimals, is_rounded, is_whole_alone
from autograder.grading.explain.dependence import (
    IDLE,
    depends_on_case,
    is_idle_case,
    other_argument,
    rolled_argument,
    special_argument,
)
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact
from autograder.grading.explain.inputs import Inputs
from autograder.grading.explain.likeness import (
    arguments_exchanged,
    form_holds,
    is_transposed,
    ordinary,
    parts_exchanged,
    way_of_places,
)
from autograder.grading.explain.moves import broken_by
from autograder.grading.explain.outcomes import close, part_of
from autograder.grading.explain.overflow import how
from autograder.grading.explain.probes import generic, off_level, probe_of
from autograder.grading.explain.properties import (
    LAWS,
    PATTERNS,
    STRANGE,
    breaks_law,
    has_strange,
    is_cut_off,
    is_within,
    telling_of,
    wrong_in,
)
from autograder.grading.explain.regions import contradicting, contradicts
from autograder.grading.explain.scalings import broken_effect
from autograder.grading.explain.sharing import shares, smallest
from autograder.grading.explain.sides import is_opposite, sides_of
from autograder.grading.explain.slopes import slope_state, special_slopes
from autograder.grading.grader import Grader
from autograder.grading.ladder import Case, Switch
from autograder.grading.trial import Subject
from autograder.sandbox.host import Host

ROOT = Path(__file__).parent.parent
FRESH = 91
"""The number of the draw that sentences are tried on; the grader draws 1, 2 and 3."""
LOOSE = 1.3
"""What "about" may mean."""


class Checker:
    """Tries facts about one function on fresh inputs, each kind of sentence in a way of its own."""

    def __init__(self, examined: Examined) -> None:
        self.examined = examined
        self.ladder = examined.inputs.ladder
        rng = np.random.default_rng(FRESH)
        drawn = [probe_of(off_level(self.ladder, rng), FRESH, number) for number in range(60)]
        self.probes = [it for it in drawn if examined.outcome(it) is not None]
        self.generic = [it for draw in (FRESH, FRESH + 1) for it in generic(self.ladder, draw)]

    def contradicted(self, fact: Fact) -> bool:
        check = getattr(self, "of_" + fact.kind.replace(" ", "_"))
        return any(check(part, fact.claim) for part in fact.parts)

    def of_where(self, part, claim) -> bool:
        question, where = claim
        question = replace(question, part=part)
        drawn = self._all(where.apart)
        probes = [*drawn, *contradicting(self.examined, part, where, FRESH)]
        if any(self._contradicts(question, where, it) for it in probes):
            return True
        elsewhere = [it for it in drawn if not where.there(self.examined, part, it)]
        opposite = [question.asked(self.examined, it) is not where.wrong for it in elsewhere]
        return where.mostly and len(elsewhere) > 10 and bool(np.mean(opposite) < 0.5)

    def _contradicts(self, question, where, probe) -> bool:
        if "wrong" in question.bad and self.examined.state(probe, question.part) == "unclear":
            # The grader says nothing while a probe is as near as this; to a reader it is wrong, as it is to the tests.
            return (
                not where.wrong
                if where.there(self.examined, question.part, probe)
                else (where.exact and where.wrong)
            )
        return contradicts(self.examined, question, where, probe)

    def of_moved(self, part, claim) -> bool:
        move, way = claim
        # The sentence does not say that every input shows it: a loss that is 0 is 0 in any order.
        shown = [broken_by(self.examined, move, part, [it], fewest=1) == way for it in self.generic]
        return bool(np.mean(shown) < 0.5)

    def of_slope(self, part, claim) -> bool:
        if part != self.ladder.slope[0]:
            return False
        off = {name: it.off for name, it in self.ladder.all_of(Switch).items()}
        if claim == (True, True) and any(
            slope_state(self.examined, it, 7) is False for it in special_slopes(self.ladder, FRESH)
        ):
            return True
        found = [
            {slope_state(self.examined, it, 7) for it in probes} - {None}
            for probes in (self.generic, [it.with_(**off) for it in self.generic])
        ]
        wanted = {(True, True): (True, True), (True, False): (False, True), (False, False): (False, False)}[
            claim
        ]
        return any(states - {state} for states, state in zip(found, wanted, strict=True))

    def of_idle(self, part, name) -> bool:
        inputs = self.examined.inputs
        pairs = []
        for probe in [*self.generic, *self.probes]:
            others = [change(inputs, probe, name) for change in (other_argument, rolled_argument)]
            others += [special_argument(inputs, probe, name, case) for case in self.ladder.all_of(Case)]
            pairs += [(probe, it) for it in others if it is not None]
        # What the right function refuses is no input.
        possible = [both for both in pairs if part_of(self.examined.expected(both[1]), part) is not None]
        return self._differs(part, possible)

    def of_idle_switch(self, part, name) -> bool:
        off = self.ladder.all_of(Switch)[name].off
        return self._differs(part, [(it, it.with_(**{name: off})) for it in self.generic])

    def of_idle_case(self, part, name) -> bool:
        return not is_idle_case(self.examined, name, part, self.generic) or depends_on_case(
            self.examined, name, part, self.probes
        )

    def _differs(self, part, pairs) -> bool:
        for one, other in pairs:
            left, right = (part_of(self.examined.outcome(it), part) for it in (one, other))
            if left is not None and (right is None or not close(left, right, IDLE)):
                return True
        return False

    def of_entries(self, part, claim) -> bool:
        (pattern,) = (it for it in PATTERNS if it.words == claim[0])
        return any(wrong_in(self.examined, part, it, pattern, claim[1]) is False for it in self.probes)

    def of_strange(self, part, name) -> bool:
        return not has_strange(STRANGE[name][0], self._pairs(part, self.probes))

    def of_law(self, part, claim) -> bool:
        name, unswitched = claim
        off = {key: it.off for key, it in self.ladder.all_of(Switch).items()} if unswitched else {}
        law = LAWS[name]
        pairs = telling_of(self._pairs(part, [it.with_(**off) for it in self.probes]))
        if law.bound is None:
            return not breaks_law(law, pairs)
        came = [got for _, got in pairs if got is not None]
        return all(map(law.has, came)) or not all(law.has(right) for right, _ in pairs)

    def of_rounding(self, part, claim) -> bool:
        name, decimals, _ = claim
        if has_more_decimals(self.examined, part, self.probes, decimals):
            return True
        # As near to a whole number as 1e-9, what was rounded is right.
        asked = [it for it in self.probes if not self.examined.may_be_right(it, part)]
        pairs = self._pairs(part, asked)
        return not all(got is not None and is_rounded(right, got, name, decimals) for right, got in pairs)

    def of_whole(self, part, _) -> bool:
        return not is_whole_alone(self.examined, part, self.probes)

    def of_side(self, part, claim) -> bool:
        name, apart = claim
        return name not in sides_of(self.examined, part, self._all(apart), fewest=1)

    def of_shared(self, part, claim) -> bool:
        name, knob, apart = claim
        probes = smallest(self.examined, knob, FRESH) if knob else self._all(apart)
        return not shares(self.examined, part, probes, name, fewest=1)

    def of_scaling(self, part, claim) -> bool:
        name, argument, effect = claim
        return any(
            broken_effect(self.examined, part, name, argument, [it], fewest=1) != effect
            for it in self.generic
        )

    def _pairs(self, part, probes):
        asked = [(self.examined.expected(it), self.examined.outcome(it)) for it in probes]
        return [(part_of(right, part), part_of(got, part)) for right, got in asked if right is not None]

    def of_limits(self, part, limits) -> bool:
        pairs = self._pairs(part, self.probes)
        return not all(got is not None and is_cut_off(right, got, limits) for right, got in pairs)

    def of_precision(self, part, most) -> bool:
        pairs = self._pairs(part, self.probes)
        return not all(got is not None and is_within(right, got, most) for right, got in pairs)

    def of_form(self, part, claim) -> bool:
        form, apart = claim
        return not form_holds(self.examined, part, form, self._all(apart))

    def of_transposed(self, part, claim) -> bool:
        (apart,) = claim
        return not is_transposed(self.examined, part, self._all(apart), fewest=1)

    def of_opposite(self, part, claim) -> bool:
        return not is_opposite(self.examined, part, claim[0], self.probes, fewest=1)

    def of_exchanged_arguments(self, part, claim) -> bool:
        one, other, apart = claim
        return not arguments_exchanged(self.examined, part, one, other, self._all(apart), fewest=1)

    def of_places(self, part, claim) -> bool:
        one, other, way = claim
        found = [way_of_places(self.examined, part, one, other, [it], fewest=1) for it in self.generic]
        return any(it not in ("", way) for it in found) or way not in found

    def of_exchanged_parts(self, part, claim) -> bool:
        one, other, apart = claim
        return not parts_exchanged(self.examined, one, other, self._all(apart), fewest=1)

    def _all(self, apart):
        return ordinary(self.examined, self.probes) if apart else self.probes

    def of_everywhere(self, part, raised) -> bool:
        came = {self.examined.outcome(it).raised for it in self.probes}
        return "" in came or (raised != "an exception" and came != {raised})

    def of_amount(self, part, claim) -> bool:
        name, low, high, way = claim
        base = self.ladder.base
        below, beyond = (probe_of({**base, name: it}, FRESH, 1) for it in (low / LOOSE, high * LOOSE))
        found = how(self.examined, beyond, part)
        return (
            how(self.examined, below, part) != "right"
            or found == "right"
            or (way != "wrong" and found != way)
        )

    def of_simplest(self, part, claim) -> bool:
        settings, certain = claim
        states = [self.examined.state(probe_of(settings, FRESH, 2000 + it), part) for it in range(20)]
        # What is off by a little more than rounding is wrong to the tests, too.
        wrong = sum(it != "right" for it in states)
        return wrong < len(states) if certain else wrong <= len(states) / 2

    def of_unsteady(self, part, claim) -> bool:
        # Of a function that draws at random, two calls may agree by chance.
        return all(
            str(self.examined.asked_again([it])) == str([self.examined.outcome(it)])
            for it in self.generic
            for _ in range(3)
        )


def hand_ins(grader: Grader, also, name):
    """Yield a title, files, the functions to try, and whether they are right."""
    stubs = {file.name: file.source.read_bytes() for file in grader.assignment.files}
    functions = list(grader.contrast.functions())
    for variant in grader.bank.variants:
        if variant.target in functions and not variant.mistake.structural:
            # Notes on types are no wrong values; conventions are right.
            yield variant.name, variant.files, [variant.target], variant.mistake.accepted
    for title, files in right_solutions(grader.assignment, grader.solution):
        yield f"right: {title}", files, functions, True
    for path in sorted((also / name).glob("*.py")) if also else ():
        yield f"also: {path.stem}", {**stubs, next(iter(stubs)): path.read_bytes()}, functions, False


def tried(grader, files, function):
    """Return the facts of a function, those that fresh inputs contradict, and the seconds of CPU spent here."""
    question = grader.assignment.questions_of(function)[0].id
    references = grader.references(question)
    with Host(grader.sandbox) as host:
        student = Subject(host, files, "", 1.0)
        student.process()
        started = time.process_time()
        facts = grader.contrast.facts(function, student, references, 60.0, most=99)
        seconds = time.process_time() - started
        wrong = []
        for inputs in grader.contrast.inputs_of(function):
            examined = Examined(
                Inputs(inputs.ladder, function),
                student,
                references[0],
                Allowance(60.0, time.monotonic() + 60.0, student),
            )
            used = grader.contrast.compared_with(inputs, student, references)
            examined.reference = used
            if facts:
                checker = Checker(examined)
                # A function may have several ladders, each with parts of its own.
                own = [fact for fact in facts if set(fact.parts) <= set(inputs.ladder.parts)]
                wrong += [fact for fact in own if checker.contradicted(fact)]
        student.forget()
    return facts, wrong, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--also", type=Path)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    course, console = find_course(ROOT), Console()
    table = Table(
        "assignment", "wrong", "with a fact", "sentences", "contradicted", "right", "said of right", "CPU ms"
    )
    failures = 0
    for name in options.names or course.names():
        count: Counter[str] = Counter()
        times: list[float] = []
        with Grader(course.assignment(name), course.solution(name)) as grader:
            for title, files, functions, right in hand_ins(grader, options.also, name):
                for function in functions:
                    try:
                        facts, contradicted, seconds = tried(grader, files, function)
                    except Stopped:
                        facts, contradicted, seconds = (), [], 0.0
                    count["right" if right else "wrong"] += 1
                    count["said of right" if right else "with a fact"] += bool(facts)
                    count["sentences"] += len(facts)
                    count["contradicted"] += len(contradicted)
                    times.append(1000 * seconds)
                    if options.verbose or contradicted or (right and facts):
                        console.print(f"[bold]{title}[/bold] {function}", highlight=False)
                        for fact in facts:
                            mark = "CONTRADICTED " if fact in contradicted else ""
                            console.print(f"    {mark}{fact.hint}", highlight=False, markup=False)
        failures += count["contradicted"] + count["said of right"]
        cells = [str(count[str(it.header)]) for it in table.columns[1:-1]]
        table.add_row(name, *cells, f"{np.median(times):.0f}, at most {max(times):.0f}")
    console.print(table)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
