"""Points are exact shares of the plan, whatever happened to run."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model.assignment import Assignment, Question
from autograder.model.plan import Plan, PlannedTest
from autograder.model.scoring import cost_of_another_type, not_run, score
from autograder.model.verdict import Kind, Verdict
from tests.report.samples import (
    ASSIGNMENT,
    CHECK,
    FAST,
    IDS,
    LOOPS,
    OTHER,
    PIXELS,
    PLAN,
    VALUES,
    failed,
    passed,
    scored,
)


def test_all_passed_earns_exactly_all_points():
    loss, gradient = scored()
    assert (loss.score, gradient.score) == (15, Fraction(7, 2))
    assert loss.passed
    assert gradient.passed


def test_questions_come_in_the_assignments_order_with_verdicts_in_the_plans():
    loss, gradient = scored()
    assert [loss.id, gradient.id] == ["loss", "gradient"]
    assert [verdict.test for verdict in (*loss.verdicts, *gradient.verdicts)] == IDS


def test_points_are_shared_by_weight():
    assert scored(failed(PIXELS))[0].score == 15 * Fraction(7, 8)


def test_a_test_without_a_verdict_was_not_run_and_earns_nothing():
    (loss, gradient) = score(PLAN, ASSIGNMENT, {OTHER: passed(OTHER)})
    assert loss.score == 0
    assert {verdict.kind for verdict in loss.verdicts} == {Kind.NOT_RUN}
    assert gradient.score == Fraction(7, 2)


def test_a_verdict_of_an_unplanned_test_earns_nothing():
    (loss, gradient) = score(
        PLAN, ASSIGNMENT, {"svm/test_graded.py::test_x": passed("svm/test_graded.py::test_x")}
    )
    assert loss.score == gradient.score == 0


def test_public_checks_neither_earn_nor_cost():
    assert scored(failed(CHECK))[0].score == 15
    assert score(PLAN, ASSIGNMENT, {CHECK: passed(CHECK)})[0].score == 0


def test_structural_tests_earn_only_where_all_values_are_right():
    loss, _ = scored(failed(VALUES[0]))
    assert loss.score == 15 * (Fraction(8, 3) + 1) / 8
    assert loss.withheld == (LOOPS, FAST)


def test_a_withheld_verdict_stays_and_says_when_it_will_count():
    loss, _ = scored(failed(VALUES[0]), passed(LOOPS, "No loop was seen"))
    (verdict,) = [it for it in loss.verdicts if it.test == LOOPS]
    assert verdict.passed
    assert verdict.message == "No loop was seen. This counts once the values are right."


def test_a_special_case_does_not_hold_back_the_structural_tests():
    loss, _ = scored(failed(PIXELS))
    assert loss.withheld == ()


def test_a_failed_question_does_not_hold_back_another():
    assert scored(failed(OTHER))[0].score == 15


def test_a_stepped_verdict_earns_its_share():
    loss, _ = scored(Verdict(test=FAST, kind=Kind.SLOW, credit=Fraction(1, 2)))
    assert loss.score == 15 * Fraction(7, 8)
    assert not loss.passed


def test_right_parts_of_a_wrong_value_earn_their_share_and_hold_structure_back():
    loss, _ = scored(failed(VALUES[0], credit=Fraction(1, 4)))
    assert loss.score == 15 * (Fraction(8, 3) + Fraction(1, 3) + 1) / 8
    assert loss.withheld == (LOOPS, FAST)


@pytest.mark.parametrize("kind", [Kind.WRONG_VALUE, Kind.WRONG_TYPE_OR_SHAPE])
def test_right_parts_earn_nothing_in_a_test_of_structure(kind):
    assert scored(failed(LOOPS, kind, credit=Fraction(1, 2)))[0].score == 15 * Fraction(7, 8)


def of_another_type(test, **fields):
    return Verdict(test=test, kind=Kind.OTHER_TYPE, credit=Fraction(1), other_type=True, **fields)


@pytest.mark.parametrize("tests", [VALUES[:1], VALUES, [*VALUES, LOOPS, FAST, PIXELS]])
def test_right_numbers_of_another_type_cost_a_small_share_once_and_count_as_right(tests):
    loss, gradient = scored(*map(of_another_type, tests))
    assert loss.score == 15 - cost_of_another_type(Fraction(15))
    assert loss.deducted == 15 - loss.score
    assert loss.withheld == ()
    assert (gradient.score, gradient.deducted) == (Fraction(7, 2), 0)


def test_another_type_costs_no_more_than_what_it_earned():
    (loss, _) = score(PLAN, ASSIGNMENT, {LOOPS: of_another_type(LOOPS)})
    assert (loss.score, loss.deducted) == (0, 0)
    small = msgspec.structs.replace(PLAN, tests=tuple(it for it in PLAN.tests if it.id in (OTHER, PIXELS)))
    heavy = msgspec.structs.replace(
        small, tests=(*small.tests, PlannedTest(id=VALUES[0], question="loss", weight=Fraction(99)))
    )
    (loss, _) = score(heavy, ASSIGNMENT, {PIXELS: of_another_type(PIXELS)})
    assert (loss.score, loss.deducted) == (0, Fraction(15, 100))


def test_parts_of_another_type_beside_a_wrong_one_cost_the_share_as_well():
    (loss, _) = scored(failed(VALUES[0], credit=Fraction(1, 2), other_type=True))
    assert loss.deducted == min(cost_of_another_type(Fraction(15)), 15 * Fraction(4, 6) / 8)


@pytest.mark.parametrize(
    "points, cost",
    [(1, "1/4"), (2, "1/2"), (3, "1/2"), (8, 1), (10, 1), (16, "3/2"), (24, "5/2"), (50, 5)],
)
def test_another_type_costs_about_a_tenth_in_halves(points, cost):
    assert cost_of_another_type(Fraction(points)) == Fraction(cost)


EARN = {Kind.PASSED, Kind.OTHER_TYPE, Kind.SLOW, Kind.WRONG_VALUE, Kind.WRONG_TYPE_OR_SHAPE}


@pytest.mark.parametrize("kind", sorted(set(Kind) - EARN))
def test_no_other_kind_earns_whatever_credit_it_claims(kind):
    assert scored(Verdict(test=OTHER, kind=kind, credit=Fraction(1)))[1].score == 0


def test_a_question_without_weight_earns_nothing():
    plan = Plan(
        assignment="svm",
        tests=tuple(
            msgspec.structs.replace(test, weight=Fraction(0)) if test.id == OTHER else test
            for test in PLAN.tests
        ),
    )
    (_, gradient) = score(plan, ASSIGNMENT, {OTHER: passed(OTHER)})
    assert gradient.score == 0


def test_a_question_without_tests_earns_nothing():
    (loss, _) = score(Plan(assignment="svm", tests=()), ASSIGNMENT, {})
    assert (loss.score, loss.verdicts) == (0, ())


def test_the_first_result_lists_every_planned_test_as_not_run():
    first = not_run(PLAN, ASSIGNMENT)
    assert [it.test for question in first.questions for it in question.verdicts] == IDS
    assert {it.kind for question in first.questions for it in question.verdicts} == {Kind.NOT_RUN}
    assert first.score == 0
    assert not first.finished


_credits = st.fractions(0, 1, max_denominator=50)


@st.composite
def graded_hand_ins(draw):
    """An assignment, a plan with any weights, and verdicts for some of its tests."""
    questions = tuple(
        Question(f"q{i}", f"Question {i}", draw(st.fractions(0, 100, max_denominator=7)))
        for i in range(draw(st.integers(1, 3)))
    )
    tests = tuple(
        PlannedTest(
            id=f"a/test_graded.py::test_{i}",
            question=draw(st.sampled_from(questions)).id,
            weight=draw(st.fractions(0, 10, max_denominator=9)),
            structural=draw(st.booleans()),
            edge=draw(st.booleans()),
            public=draw(st.booleans()),
        )
        for i in range(draw(st.integers(0, 8)))
    )
    verdicts = {
        test.id: Verdict(
            test=test.id,
            kind=kind,
            credit=draw(_credits) if kind is not Kind.PASSED else Fraction(1),
            other_type=draw(st.booleans()),
        )
        for test in tests
        if (kind := draw(st.sampled_from([None, *Kind]))) is not None
    }
    assignment = Assignment("a", "A", "1", ASSIGNMENT.folder, (), questions)
    return assignment, Plan(assignment="a", tests=tests), verdicts


@given(graded_hand_ins())
def test_scores_are_exact_and_within_the_points(hand_in):
    assignment, plan, verdicts = hand_in
    results = score(plan, assignment, verdicts)
    for question in results:
        assert isinstance(question.score, Fraction)
        assert 0 <= question.score <= question.points
    assert sum(question.points for question in results) == assignment.total_points


@given(graded_hand_ins(), st.data())
def test_passing_one_more_test_never_costs_points(hand_in, data):
    assignment, plan, verdicts = hand_in
    if not plan.tests:
        return
    test = data.draw(st.sampled_from(plan.tests)).id
    before = score(plan, assignment, verdicts)
    after = score(plan, assignment, {**verdicts, test: passed(test)})
    assert all(a.score >= b.score for a, b in zip(after, before, strict=True))


@given(graded_hand_ins())
def test_passing_everything_earns_everything_that_has_weight(hand_in):
    assignment, plan, _ = hand_in
    for question in score(plan, assignment, {test.id: passed(test.id) for test in plan.tests}):
        weight = sum(test.weight for test in plan.of_question(question.id) if not test.public)
        assert question.score == (question.points if weight else 0)
