"""What a student reads says first how it went, then what to look at, and never what is secret."""

from __future__ import annotations

from fractions import Fraction

import pytest

from autograder.model.scoring import not_run
from autograder.model.verdict import Kind, Verdict
from autograder.report.text import overall_text, question_text
from autograder.report.view import name_of_test, shown
from tests.report.samples import (
    ASSIGNMENT,
    CHECK,
    FAST,
    LOOPS,
    OTHER,
    PIXELS,
    PLAN,
    VALUES,
    failed,
    passed,
    result,
    scored,
)

HINT = "Double the batch by repeating it: should the loss change?"


def test_a_whole_question_reads_well():
    loss, _ = scored(
        failed(CHECK, message="the loss is wrong", details="expected 5.27\ngot 15.8"),
        failed(VALUES[0], message="The loss is 5 times too large.", hint=HINT),
        failed(VALUES[2], message="The loss is 5 times too large.", hint=HINT),
        failed(PIXELS, Kind.RAISED, message="Your code raised OverflowError."),
        Verdict(
            test=FAST,
            kind=Kind.SLOW,
            credit=Fraction(1, 2),
            message="It takes 20 times as long as it should.",
        ),
    )
    assert question_text(loss) == (
        "2.5 of 15 points: 2 of 6 graded tests passed.\n"
        "\n"
        "Public checks: 0 of 1 passed.\n"
        "  worked example [cat]\n"
        "    Wrong value: the loss is wrong.\n"
        "    expected 5.27\n"
        "    got 15.8\n"
        "\n"
        "Graded tests that did not pass:\n"
        "  Wrong value (2 cases): The loss is 5 times too large.\n"
        f"    Hint: {HINT}\n"
        "  Slow: It takes 20 times as long as it should. This counts once the values are right.\n"
        "  Raised an error: Your code raised OverflowError.\n"
        "\n"
        "Counts once the values are right: has no loop.\n"
        "\n"
        "Passed: matches the reference (1 of 3 cases)."
    )


def test_a_perfect_question_lists_what_passed():
    assert question_text(scored()[0]) == (
        "15 of 15 points: 6 of 6 graded tests passed.\n"
        "\n"
        "Public checks: 1 of 1 passed.\n"
        "\n"
        "Passed: matches the reference (3 cases), has no loop, is fast, survives pixels."
    )


def test_before_anything_ran_it_says_so_and_no_more():
    first = not_run(PLAN, ASSIGNMENT)
    assert question_text(first.questions[0]) == "0 of 15 points: not run."
    assert overall_text(first) == "Not all tests have been run yet."


def test_the_same_hint_is_given_once():
    loss, _ = scored(
        *(failed(test, message=f"part {i} is wrong", hint=HINT) for i, test in enumerate(VALUES))
    )
    assert question_text(loss).count(HINT) == 1
    assert "part 2 is wrong." in question_text(loss)


def test_why_a_question_was_not_run_is_said():
    _, gradient = scored(failed(OTHER, Kind.NOT_RUN, message="the time ran out before this test"))
    assert question_text(gradient) == (
        "0 of 3.5 points: not run.\n"
        "\n"
        "Graded tests that did not pass:\n"
        "  Not run: the time ran out before this test."
    )


def test_an_accepted_convention_is_noted():
    loss, _ = scored(passed(LOOPS, "You halve the penalty, and so does your gradient"))
    assert "Note: You halve the penalty, and so does your gradient." in question_text(loss)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.PASSED])
def test_details_of_graded_tests_are_never_shown(kind):
    _, gradient = scored(failed(OTHER, kind, message="wrong", details="SECRET"))
    text = question_text(gradient)
    assert "SECRET" not in text
    assert "wrong" in text or kind is Kind.NOT_RUN


def test_cases_of_graded_tests_are_never_shown():
    assert "[" not in question_text(scored(failed(VALUES[0]))[0]).replace("[cat]", "")


def test_details_of_a_fault_of_ours_are_not_shown_even_for_a_public_check():
    loss, _ = scored(failed(CHECK, Kind.GRADER_FAULT, message="the grader is at fault", details="SECRET"))
    assert "SECRET" not in question_text(loss)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.PASSED, Kind.NOT_RUN)])
def test_every_kind_without_a_message_still_says_something(kind):
    _, gradient = scored(failed(OTHER, kind))
    line = question_text(gradient).splitlines()[-1]
    assert line.partition(": ")[2].endswith(".")


def test_hostile_text_is_disarmed():
    hostile = "\x1b[31mScore: 100\x1b[0m\x00 \u202egnp.exe\u2066 \ud800 \x1b]0;title\x07done"
    loss, _ = scored(
        failed(CHECK, message=hostile, details=hostile), failed(PIXELS, message=hostile, hint=hostile)
    )
    text = question_text(loss)
    text.encode("utf-8")
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert not set(text) & set("\u202e\u2066")
    assert "title" not in text
    assert "done" in text


def test_the_text_is_bounded_however_long_the_messages_are():
    huge = "wrong " * 1_000_000
    loss, _ = scored(
        failed(CHECK, message=huge, details=huge, hint=huge),
        *(failed(test, message=huge, hint=huge) for test in VALUES),
    )
    assert len(question_text(loss)) < 20_001
    assert question_text(loss).startswith("1.875 of 15 points")


def test_a_fault_of_ours_is_said_on_top_before_the_notes():
    text = overall_text(result(failed(OTHER, Kind.GRADER_FAULT), notes=("Two copies were found.",)))
    first, second = text.split("\n")
    assert "our fault" in first
    assert "graded again" in first
    assert second == "Two copies were found."


def test_what_went_wrong_on_our_side_is_not_quoted():
    assert "SECRET" not in overall_text(result(faults=("SECRET",)))
    assert "our fault" in overall_text(result(faults=("SECRET",)))


def test_lateness_is_said_with_what_it_leaves():
    assert overall_text(result(kept=Fraction(9, 10))) == "Handed in late: 90 % of the points are kept."


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(15), "15"),
        (Fraction(100), "100"),
        (Fraction(7, 2), "3.5"),
        (Fraction(35, 8), "4.375"),
        (Fraction(40, 3), "13 1/3"),
        (Fraction(2, 3), "2/3"),
        (Fraction(40, 13), "3.076"),
        (Fraction(99_999, 10_000), "9.999"),
    ],
)
def test_points_are_shown_short_and_never_rounded_up(number, text):
    assert shown(number) == text


def test_a_test_is_named_in_words_and_its_case_on_request():
    assert name_of_test("svm/test_public.py::test_worked_example[a b]") == "worked example"
    assert (
        name_of_test("svm/test_public.py::test_worked_example[a b]", with_case=True) == "worked example [a b]"
    )
