"""What is kept of a hand-in can be read in parts, which take less time than all of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from autograder.classroom.store import Store
from autograder.classroom.work import StoredResult
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Kind, Verdict

RIGHT = Verdict(test="test_graded.py::test_values", kind=Kind.PASSED, credit=Fraction(1, 3))


def test_the_parts_of_what_is_kept_are_those_of_the_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    question = QuestionResult(
        id="loss", title="Loss", points=Fraction(2), score=Fraction(2, 3), verdicts=(RIGHT,)
    )
    result = GradingResult(assignment="svm", questions=(question,), finished=True)
    store.put("a", StoredResult(result=result, sources={"svm.py": "x = 1\n"}))
    whole = store.get("a")
    assert whole is not None
    assert (
        (store.result("a"), store.sources("a"))
        == (whole.result, whole.sources)
        == (result, {"svm.py": "x = 1\n"})
    )


def test_what_is_not_kept_or_damaged_has_neither_result_nor_sources(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / "b.outcome").write_bytes(b"\x81")
    for key in ("a", "b"):
        assert store.result(key) is None
        assert store.sources(key) == {}
