"""Which hand-ins are a group, and which of their tests get its hint."""

from __future__ import annotations

from fractions import Fraction

import pytest

from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Kind, Verdict
from autograder.report.unexplained import group_id, groups_in, with_hints

WRONG = Verdict(test="line/t.py::test_values", kind=Kind.WRONG_VALUE, message="the loss is wrong", seen="0a")
SLOW = Verdict(test="line/t.py::test_loops", kind=Kind.WRONG_VALUE, message="the loss is wrong")
CHANGED = Verdict(test="line/t.py::test_unchanged", kind=Kind.WRONG_VALUE, message="X was changed")
KNOWN = Verdict(
    test="line/t.py::test_known", kind=Kind.WRONG_VALUE, message="the loss is wrong", mistake="L1", seen="0b"
)


def question(*verdicts: Verdict, id: str = "loss") -> QuestionResult:
    return QuestionResult(id=id, title=id, points=Fraction(4), score=Fraction(0), verdicts=verdicts)


def test_a_hint_is_given_where_the_same_is_said_and_nowhere_else() -> None:
    seen = question(WRONG, SLOW, CHANGED, KNOWN)
    (told,) = with_hints(
        GradingResult(assignment="line", questions=(seen,)), {group_id(seen): "Look."}
    ).questions
    assert [verdict.hint for verdict in told.verdicts] == ["Look.", "Look.", None, None]
    assert group_id(told) == group_id(seen)


@pytest.mark.parametrize(
    "other",
    [
        Verdict(test=WRONG.test, kind=Kind.WRONG_VALUE, seen="0b"),
        Verdict(test=WRONG.test, kind=Kind.WRONG_TYPE_OR_SHAPE, seen="0a"),
        Verdict(test="line/t.py::test_others", kind=Kind.WRONG_VALUE, seen="0a"),
    ],
    ids=["other values", "another kind", "another test"],
)
def test_a_group_fails_the_same_tests_in_the_same_way(other: Verdict) -> None:
    assert group_id(question(other)) != group_id(question(WRONG))
    assert group_id(question(WRONG, other)) != group_id(question(WRONG))
    assert group_id(question(WRONG)) != group_id(question(WRONG, id="gradient"))


def test_what_is_explained_or_not_judged_is_in_no_group() -> None:
    unread = Verdict(test=WRONG.test, kind=Kind.RAISED)
    hung = Verdict(test=WRONG.test, kind=Kind.TIMED_OUT, seen="0a")
    parts = (question(KNOWN), question(unread), question(hung), question(SLOW, CHANGED), question())
    assert groups_in(GradingResult(assignment="line", questions=parts)) == set()


def test_an_exception_is_in_a_group_as_a_wrong_value_is() -> None:
    raised = Verdict(test=WRONG.test, kind=Kind.RAISED, message="it raised IndexError", seen="0a")
    assert group_id(question(raised)) not in ("", group_id(question(WRONG)))
