"""What a student's own tests would not notice, found by trying small changes to the student's own functions.

No right version is needed: a change counts if a public check notices it, so that nobody is asked for a test of what
makes no difference.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from autograder.grading.grader import Grader
from autograder.grading.mutants import Mutant, mutants_of
from autograder.model.plan import PlannedTest
from autograder.sandbox.process import Sandbox
from autograder.student.checks import Checks

MOST_OF_A_FUNCTION = 12
MOST_SECONDS = 10.0


@dataclass(frozen=True)
class SmallChanges:
    """What became of the changes that public checks notice.

    Attributes
    ----------
    noticed
        How many of them the student's tests notice, too.
    missed
        Those that they do not, in the order in which they were tried.
    """

    noticed: int
    missed: tuple[Mutant, ...]


def small_changes(checks: Checks, question: str, seconds: float = MOST_SECONDS) -> SmallChanges:
    """Try changes to the functions that a student's tests call, for some seconds.

    Parameters
    ----------
    checks
        In which the tests pass on the student's own code.
    question
        The one that is for these tests.
    """
    files = checks.submission.files
    noticed, missed = 0, list[Mutant]()
    begun = time.monotonic()
    with Grader(checks.assignment, None, sandbox=Sandbox.for_assignment(checks.assignment)) as grader:
        for mutant in _changes(checks):

            def is_asked(
                test: PlannedTest, questions: tuple[str, ...] = (question, *mutant.questions)
            ) -> bool:
                return test.public and not test.structural and test.question in questions

            found = grader.grade({**files, mutant.file: mutant.source}, only=is_asked)
            failed = {
                test.question for test in grader.plan.tests if test.id in found and not found[test.id].passed
            }
            if not failed.isdisjoint(mutant.questions):
                noticed += question in failed
                missed += [mutant] * (question not in failed)
            if time.monotonic() - begun > seconds:
                break
    return SmallChanges(noticed, tuple(missed))


def _changes(checks: Checks) -> Iterator[Mutant]:
    """Yield changes of the functions that tests of the student's name, and of what these call, one of each in turn."""
    files, assignment = checks.submission.files, checks.assignment
    tests = [name for name in assignment.optional_names if name.endswith(".py") and name in files]
    try:
        used = {name for test in tests for name in _names_in(files[test])}
        others = {name: source for name, source in files.items() if name.removesuffix(".py") in used}
        mutants = mutants_of(assignment, others, MOST_OF_A_FUNCTION)
    except (SyntaxError, ValueError, RecursionError):
        return  # such as a file in another encoding
    called = {
        it.id for it in assignment.questions if any(used & {*name.split(".")[1:]} for name in it.functions)
    }
    by_function: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        if not called.isdisjoint(mutant.questions):
            by_function.setdefault(mutant.target, []).append(mutant)
    for turn in zip_longest(*by_function.values()):
        yield from (mutant for mutant in turn if mutant is not None)


def _names_in(source: bytes) -> Iterator[str]:
    """Yield every name that a file uses or imports, with or without a dot before it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)
            yield getattr(node, "module", None) or ""
