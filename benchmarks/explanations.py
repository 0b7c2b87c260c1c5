"""How often an explanation is right, wrong or missing, over hand-ins whose mistakes are known.

    python benchmarks/explanations.py [NAME...] [--pairs N]

Hand-ins are made of each assignment's bank of known mistakes, those that give wrong values:

present     each mistake, with the whole bank to name it
absent      each mistake, with its own entry taken out of the bank: what is said of a mistake that nobody listed?
convention  each mistake made by somebody who follows an accepted convention, with its entry taken out
pairs       two mistakes at once in one function, as far as their edits fit together; N of each assignment
right       the reference, and right solutions in other styles

Every hand-in is graded twice, with different inputs. A statement that is made on one of them alone counts as wrong,
unless it names a mistake that was made, or is a fact that `contrast.py` finds again and cannot contradict: code that
draws random numbers of its own is not recognised in every run, and of two mistakes inputs decide which one shows. So
does another name for a mistake that is in the bank, unless the bank calls the two the same; a statement about right
code is always wrong. Named is what an entry of the bank explains, or a closed form; a fact
says only where the values begin to be wrong. Where there is neither, a test may have told what is wrong in a sentence
of its own, such as "f is called 24 times for an x of 8 entries", or which type or shape is due; nothing is where
every test says only that a value is wrong, or that there was an exception.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from contrast import tried
from rich.console import Console
from rich.table import Table
from right_solutions import right_solutions

from autograder.course.loading import Course, find_course
from autograder.grading.explain.bank import Bank, Variant, combine
from autograder.grading.explain.recognise import Candidates
from autograder.grading.grader import Grader
from autograder.model.assignment import Assignment
from autograder.model.verdict import Verdict

ROOT = Path(__file__).parent.parent
OTHER_SALT = "another salt, for inputs that nobody has seen"
OUTCOMES = ("named", "fact", "told", "nothing", "wrong")
TELLS_NOTHING = re.compile(
    r"but wrong values|but not the right one|^it raised |has (NaN|infinity) in |is NaN|is infinite"
)
"""What the message of a test says that tells no more than that a value is wrong, or that there is none."""


@dataclass(frozen=True)
class Case:
    """A hand-in of which it is known what is wrong.

    Attributes
    ----------
    target
        The function that is wrong, empty if none is.
    mistakes
        Ids of what was done; empty in right code.
    listed
        Whether the bank may name them.
    """

    group: str
    name: str
    target: str
    files: Mapping[str, bytes]
    mistakes: tuple[str, ...] = ()
    listed: bool = True


def cases_of(course: Course, assignment: Assignment, bank: Bank, pairs: int) -> Iterator[Case]:
    """Yield the hand-ins of an assignment."""
    wrong = [it for it in bank.variants if not it.mistake.structural and not it.mistake.accepted]
    for variant in wrong:
        yield _case("present", variant)
        yield _case("absent", variant, listed=False)
    for variant in bank.combined:
        if not variant.mistake.structural:
            yield _case("convention", variant, listed=False)
    both = [
        (one, other)
        for one, other in itertools.combinations(wrong, 2)
        if one.target == other.target and one.mistake.id != other.mistake.id
    ]
    random.Random(7).shuffle(both)
    made = (
        (one, other, combine(assignment, course.solution(assignment.name), one, other)) for one, other in both
    )
    for one, other, files in itertools.islice((it for it in made if it[2] is not None), pairs):
        assert files is not None
        ids = one.mistake.id, other.mistake.id
        yield Case("pairs", f"{' and '.join(ids)}@{one.target}", one.target, files, ids)
    for name, right in right_solutions(assignment, course.solution(assignment.name)):
        yield Case("right", name, "", right)


def _case(group: str, variant: Variant, listed: bool = True) -> Case:
    return Case(group, variant.name, variant.target, variant.files, (variant.mistake.id,), listed)


# --- what is said -----------------------------------------------------------------------------------------


def said_of(grader: Grader, assignment: Assignment, bank: Bank, case: Case) -> list[Verdict]:
    """Return the failed verdicts on the questions that a case is about."""
    grader.candidates = Candidates(bank if case.listed else _without(bank, case.mistakes), assignment)
    questions = {it.id for it in assignment.questions_of(case.target)} if case.target else None
    verdicts = grader.grade(
        case.files,
        only=lambda test: (
            not test.public and not test.structural and (not questions or test.question in questions)
        ),
    )
    return [verdict for verdict in verdicts.values() if not verdict.passed]


def _without(bank: Bank, ids: tuple[str, ...]) -> Bank:
    """Return the bank as if nobody had listed these mistakes, or what is the same as they are."""
    gone = {*ids, *(same for entry in bank.mistakes if entry.id in ids for same in entry.same_as)}
    gone |= {entry.id for entry in bank.mistakes if gone & set(entry.same_as)}
    return Bank(
        bank.mistakes,
        tuple(it for it in bank.variants if it.mistake.id not in gone),
        tuple(it for it in bank.combined if it.mistake.id not in gone),
    )


def statements(verdicts: list[Verdict]) -> set[tuple[str | None, str]]:
    """Return everything that is said, as the mistake's id, if one is named, and the hint."""
    return {(verdict.mistake, verdict.hint) for verdict in verdicts if verdict.hint}


def outcome(
    case: Case, bank: Bank, first: list[Verdict], second: list[Verdict], is_borne_out: Callable[[str], bool]
) -> tuple[str, str]:
    """Return what became of a case, and what was said that is wrong or, if nothing is, at all.

    Parameters
    ----------
    is_borne_out
        Whether facts are found again on inputs that no grader draws, and not contradicted there.
    """
    said, repeated = statements(first), statements(second)
    text = " / ".join(sorted(f"[{id or 'form'}] {hint}" for id, hint in said))
    if not case.mistakes:
        return ("wrong", text) if said else ("nothing", "")
    true = _with_the_same(bank, case.mistakes) if case.listed else set()
    if not said:
        return _without_a_hint(first)
    if not repeated and {id for id, _ in said} <= true:
        # True, though code that draws random numbers of its own is not recognised in every run.
        return _without_a_hint(second)
    once = {(id, hint) for id, hint in said ^ repeated if id not in true}
    if not all(_is_of_facts(id, hint) and is_borne_out(hint) for id, hint in once):
        return (
            "wrong",
            f"{text}\n   on other inputs: {' / '.join(sorted(hint for _, hint in repeated)) or 'nothing'}",
        )
    if case.group == "present" and (others := {id for id, _ in said if id is not None} - true):
        return "wrong", f"called {', '.join(sorted(others))}: {text}"
    named = any(id is not None or "In every test, " in hint for id, hint in said)
    return ("named" if named else "fact"), text


def _without_a_hint(verdicts: list[Verdict]) -> tuple[str, str]:
    told = any(not TELLS_NOTHING.search(it.message) for it in verdicts)
    messages = sorted({f"{it.kind.value}: {it.message}" for it in verdicts})
    return "told" if told else "nothing", ", ".join(messages[:2])


def _with_the_same(bank: Bank, ids: tuple[str, ...]) -> set[str]:
    """Return the ids of mistakes, and of those that the bank calls the same."""
    return {it for entry in bank.mistakes if entry.id in ids for it in (entry.id, *entry.same_as)}


def _is_of_facts(id: str | None, hint: str) -> bool:
    """Return whether what is said consists of facts, and is neither a name nor a closed form that tests have shown."""
    return id is None and "In every test, " not in hint


def are_borne_out(grader: Grader, case: Case, said: str) -> bool:
    """Return whether all facts that are said of a case are found again, and none is contradicted by fresh inputs."""
    facts, contradicted, _ = tried(grader, case.files, case.target)
    left = said
    for fact in facts:
        if fact not in contradicted:
            left = left.replace(fact.hint, "")
    return not left.strip()


def measured(name: str, pairs: int) -> list[tuple[Case, str, str]]:
    """Return every case of an assignment with its outcome and what was said."""
    course = find_course(ROOT)
    assignment, solution = course.assignment(name), course.solution(name)
    results = []
    with (
        Grader(assignment, solution) as grader,
        Grader(assignment, dataclasses.replace(solution, salt=OTHER_SALT)) as other,
    ):
        bank = grader.bank
        for case in cases_of(course, assignment, bank, pairs):
            first, second = (said_of(it, assignment, bank, case) for it in (grader, other))
            if case.mistakes and not first and not second:
                continue  # two mistakes that undo each other, or that only another question's tests tell
            borne_out = functools.partial(are_borne_out, other, case)
            results.append(
                (dataclasses.replace(case, files={}), *outcome(case, bank, first, second, borne_out))
            )
    return results


def main() -> None:
    """Measure and print a table."""
    course = find_course(ROOT)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="assignments; all unless given")
    parser.add_argument("--pairs", type=int, default=60, help="so many pairs of mistakes for each assignment")
    parser.add_argument("--verbose", action="store_true", help="print what was said of every hand-in")
    arguments = parser.parse_args()
    console = Console()
    table = Table(title="What is said of hand-ins whose mistakes are known")
    for column in ("assignment", "hand-ins", "number", *OUTCOMES):
        table.add_column(column, justify="left" if column in ("assignment", "hand-ins") else "right")
    names = arguments.names or course.names()
    totals: dict[str, Counter[str]] = {}
    with ProcessPoolExecutor(2) as pool:
        for name, results in zip(
            names, pool.map(measured, names, itertools.repeat(arguments.pairs)), strict=True
        ):
            for group in dict.fromkeys(case.group for case, _, _ in results):
                counts = Counter(outcome for case, outcome, _ in results if case.group == group)
                totals.setdefault(group, Counter()).update(counts)
                _add_row(table, name, group, counts)
            for case, outcome, text in results:
                if arguments.verbose or outcome == "wrong":
                    console.print(
                        f"{name} {case.group} {case.name}: {outcome}: {text}", highlight=False, markup=False
                    )
    for group, counts in totals.items():
        _add_row(table, "all", group, counts)
    console.print(table)


def _add_row(table: Table, name: str, group: str, counts: Counter[str]) -> None:
    number = counts.total()
    shares = (f"{counts[it]} ({counts[it] / number:.0%})" for it in OUTCOMES)
    table.add_row(name, group, str(number), *shares)


if __name__ == "__main__":
    main()
