"""What is said of a hand-in in a few words, and why one has nothing that could be judged."""

from __future__ import annotations

import msgspec

from autograder.model.result import GradingResult
from autograder.model.verdict import Kind, Verdict
from autograder.report.in_short import in_short, known_mistakes, why_nothing
from tests.report.samples import CHECK, FAST, IDS, OTHER, VALUES, failed, result

UTF_16 = "svm.py is UTF-16; save it as UTF-8"


def nowhere(kind: Kind, *messages: str) -> list[Verdict]:
    graded = [test for test in IDS if test != CHECK]
    return [failed(test, kind, message=messages[n % len(messages)]) for n, test in enumerate(graded)]


def with_bonus(graded: GradingResult) -> GradingResult:
    questions = (msgspec.structs.replace(it, bonus=it.id == "gradient") for it in graded.questions)
    return msgspec.structs.replace(graded, questions=tuple(questions))


def test_the_mistake_of_most_tests_comes_first_and_a_convention_is_none() -> None:
    wrong = [failed(test, mistake="S09") for test in VALUES]
    convention = Verdict(test=FAST, kind=Kind.PASSED, mistake="half")
    assert known_mistakes(result(failed(OTHER, mistake="S01"), convention, *wrong)) == ("S09", "S01")


def test_what_is_the_same_everywhere_is_said_and_the_rest_is_counted() -> None:
    assert in_short(result()) == ""
    assert in_short(result(*nowhere(Kind.MISSING, UTF_16))) == f"{UTF_16}."
    assert (
        in_short(result(failed(FAST, Kind.SLOW), *(failed(it) for it in VALUES)))
        == "wrong value (3), slow (1)"
    )
    assert in_short(with_bonus(result(failed(OTHER, Kind.MISSING)))) == ""


def test_a_long_sentence_ends_between_words_and_hides_nothing() -> None:
    said = in_short(result(*nowhere(Kind.RAISED, "it \u202eraised " + "SomethingLong " * 50)))
    assert len(said) <= 120 and said.endswith("SomethingLong …") and "\u202e" not in said


def test_why_nothing_could_be_judged_is_said_once_for_each_reason() -> None:
    assert why_nothing(result(*nowhere(Kind.MISSING, UTF_16))) == f"{UTF_16}."
    assert (
        why_nothing(result(*nowhere(Kind.MISSING, "a is missing", "b is missing")))
        == "a is missing. b is missing."
    )
    assert why_nothing(result(*nowhere(Kind.RAISED, "a", "b", "c"))).endswith(". …")


def test_one_value_is_enough_to_be_judged_and_a_bonus_is_not() -> None:
    broken = nowhere(Kind.RAISED, "no")
    assert why_nothing(result(*broken[:-1], failed(OTHER))) == ""
    assert why_nothing(with_bonus(result(*broken[:-1]))) == "no."


def test_a_fault_of_the_grader_is_nobodys_to_be_written_to() -> None:
    graded = result(*nowhere(Kind.GRADER_FAULT, ""), faults=("the worker could not start",))
    assert why_nothing(graded) == "" and in_short(graded).startswith("the grader is at fault: the worker")
