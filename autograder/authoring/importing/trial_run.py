"""Tries an imported assignment on its reference and its stubs, which shows what a translation has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from autograder.authoring.importing.draft import ByHand, Draft, Place
from autograder.authoring.lazy_hand_ins import hand_in_of_public_answers
from autograder.course.loading import load_assignment, load_solution
from autograder.errors import AutograderError
from autograder.grading.grader import Grader
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict
from autograder.text import counted
from autograder.values.kinds import Foreign

_OF_LIBRARY = (
    "a value that no file under autograder/values/ makes again comes to a test as a Foreign, with which it cannot "
    'compute: let compare("module.function", ...) compare it as a whole, or have students return plain arrays of it'
)


def tried(public: Path, secret: Path, draft: Draft) -> Iterator[ByHand]:
    """Yield what the reference does not pass and what the stubs do, or why it cannot be graded at all."""
    places = {f"test_{it.name}": it.place for question in draft.questions for it in question.tests}
    try:
        assignment, solution = load_assignment(public), load_solution(secret)
        with Grader(assignment, solution) as grader:
            right = grader.grade(solution.reference_files(assignment))
            empty = grader.grade({file.name: file.stub() for file in assignment.files})
            graded = {test.id for test in grader.plan.tests if not test.public}
            answers = hand_in_of_public_answers(assignment, solution.reference_files(assignment))
            typed_in = grader.grade(answers)
            earned = sum((it.score for it in score(grader.plan, assignment, typed_in)), Fraction(0))
    except AutograderError as error:
        yield ByHand(
            Place(""),
            f"it cannot be graded as it is: {error}".rstrip("."),
            "mend that, then run `autograder verify`",
        )
        return
    earning = (it for it in typed_in.values() if it.test in graded and (it.passed or it.credit))
    yield from _of_answers(earning, earned)
    told = set[str]()
    for verdict in right.values():
        name = _function(verdict)
        if verdict.passed or name in told or _is_unwritten(verdict):
            continue
        told.add(name)
        said = " ".join(f"{verdict.message} {verdict.details}".split())[:300]
        is_of_library = f"'{Foreign.__name__}'" in verdict.details
        yield ByHand(
            places.get(name, Place("")),
            f"the reference does not pass {name} as it was translated ({said})",
            _OF_LIBRARY if is_of_library else "correct the test, or the reference if it is wrong",
        )
    for verdict in empty.values():
        name = _function(verdict)
        if (verdict.passed or verdict.credit) and verdict.test in graded and name not in told:
            told.add(name)
            yield ByHand(
                places.get(name, Place("")),
                f"the untouched stub {'passes' if verdict.passed else 'earns a part of'} {name}",
                "ask for something that only filled-in work has",
            )


def _of_answers(verdicts: Iterable[Verdict], earned: Fraction) -> Iterator[ByHand]:
    """Yield what work earns that knows the answers to the public checks and nothing else."""
    names = ", ".join(dict.fromkeys(_function(it) for it in verdicts))
    if earned:
        yield ByHand(
            Place(""),
            f"whoever types in the answers that the public checks show earns {counted(earned, 'point')}, in {names}",
            "take the mark away from the lines `# compare(...)` in them, which ask the reference on other inputs, and "
            'write some where there are none; or accept it: autograder verify NAME --accept "REASON"',
        )


def _function(verdict: Verdict) -> str:
    return verdict.test.rpartition("::")[2].partition("[")[0]


def _is_unwritten(verdict: Verdict) -> bool:
    """Return whether it is a test that was left to be written, which the page names already."""
    return verdict.kind is Kind.GRADER_FAULT and "write this test by hand" in verdict.details
