"""Checks that the two halves of an assignment fit: stubs and reference, questions and functions, bank and ladders."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from fractions import Fraction

from autograder.authoring import slips
from autograder.authoring.claims import Claim
from autograder.authoring.written_questions import without_a_place, without_a_rubric
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.grading.explain.bank import Bank
from autograder.grading.grader import Grader
from autograder.grading.mutants import functions_of
from autograder.grading.trial import Subject
from autograder.model.assignment import Assignment
from autograder.sandbox.host import Host
from autograder.text import counted


def without_slips(work: Work, reference: Mapping[str, bytes]) -> Iterator[Claim]:
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


def answers_in_words(work: Work) -> Iterator[Claim]:
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


def halves_agree(assignment: Assignment, reference: Mapping[str, bytes]) -> Iterator[Claim]:
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


def targets_exist(assignment: Assignment, bank: Bank) -> Claim:
    """Check that what the bank names is there: a question for each of its functions, and entries that are alike."""
    known = {entry.id for entry in bank.mistakes}
    lost = [variant.name for variant in bank.variants if assignment.question_of(variant.target) is None]
    for entry in bank.mistakes:
        lost += [f"{entry.id} same_as {other}" for other in entry.same_as if other not in known]
    found = f"no question of assignment.toml has {', '.join(lost)}" if lost else f"{len(known)} in the bank"
    return Claim("every known mistake belongs to a question", not lost, found)


def ladders_fit(work: Work, reference: Mapping[str, bytes]) -> Iterator[Claim]:
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
