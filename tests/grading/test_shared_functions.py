"""A function that several questions look at, and a function that others rely on: which hint is shown where."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.model.verdict import Verdict

COURSE = find_course(Path(__file__).parents[2])


def verdicts_of(name: str, mistake: str, target: str) -> dict[str, list[Verdict]]:
    """Grade a known mistake; return the graded tests that it fails, by question."""
    with Grader(COURSE.assignment(name), COURSE.solution(name)) as grader:
        variant = next(it for it in grader.bank.variants if it.name == f"{mistake}@{target}")
        verdicts = grader.grade(variant.files)
        failed: dict[str, list[Verdict]] = {}
        for test in grader.plan.tests:
            if not test.public and not verdicts[test.id].passed:
                failed.setdefault(test.question, []).append(verdicts[test.id])
    return failed


def test_a_function_belongs_to_every_question_that_names_it():
    softmax = COURSE.assignment("softmax")
    questions = softmax.questions_of("softmax.softmax_loss_naive")
    assert [question.id for question in questions] == ["softmax_loss_naive", "softmax_stability"]
    assert softmax.questions_of("softmax.unheard_of") == ()


@pytest.mark.parametrize("function", ["softmax_loss_naive", "softmax_loss_vectorized"])
def test_an_overflow_costs_stability_alone_and_is_explained_there(function):
    failed = verdicts_of("softmax", "X01", f"softmax.{function}")
    assert failed.keys() == {"softmax_stability"}
    assert {verdict.mistake for verdict in failed["softmax_stability"]} == {"X01"}


def test_a_mistake_is_named_where_it_is_only_felt():
    failed = verdicts_of("gradient_check", "G02", "gradient_check.numerical_gradient")
    assert failed.keys() == {"numerical_gradient", "choose_step"}
    assert {verdict.mistake for verdict in failed["choose_step"]} == {"G02"}


def test_a_mistake_is_told_by_features_where_the_values_are_random():
    failed = verdicts_of("sgd", "T12", "linear_classifier.LinearClassifier.train")
    assert failed.keys() == {"train"}
    assert {verdict.mistake for verdict in failed["train"]} == {"T12"}


def test_a_choice_of_the_wrong_object_is_told_by_what_the_object_holds():
    failed = verdicts_of("sgd", "T18", "linear_classifier.grid_search")
    assert failed.keys() == {"grid_search"}
    assert {verdict.mistake for verdict in failed["grid_search"]} == {"T18"}
