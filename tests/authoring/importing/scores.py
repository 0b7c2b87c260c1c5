"""Grades notebooks with an imported assignment."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from autograder.authoring.importing.writing import Imported
from autograder.course.loading import load_assignment, load_solution
from autograder.files.notebooks import cells_of, module_of
from autograder.grading.grader import Grader
from autograder.model.scoring import score
from autograder.model.verdict import Verdict


def our_verdicts(made: Imported, notebooks: Mapping[str, bytes]) -> dict[str, list[Verdict]]:
    """Return the verdicts of each of some notebooks, with the files beside them as they are in the reference."""
    assignment, solution = load_assignment(made.public), load_solution(made.secret)
    others = solution.reference_files(assignment)
    name = next(iter(others))
    with Grader(assignment, solution) as grader:
        return {
            what: list(grader.grade({**others, name: module_of("hand_in.ipynb", cells_of(it))}).values())
            for what, it in notebooks.items()
        }


def our_scores(made: Imported, notebooks: Mapping[str, bytes]) -> dict[str, list[Fraction]]:
    """Return what each question earns, for each of some notebooks."""
    assignment, solution = load_assignment(made.public), load_solution(made.secret)
    verdicts = our_verdicts(made, notebooks)
    with Grader(assignment, solution) as grader:
        plan = grader.plan
    return {
        what: [result.score for result in score(plan, assignment, {it.test: it for it in of})]
        for what, of in verdicts.items()
    }


def page_of(made: Imported) -> str:
    """Return the page of what needs a person's hand, on one line."""
    return " ".join(made.page.read_text().split())
