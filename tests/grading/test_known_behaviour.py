"""What tests see of known mistakes is shared by graders in a file, on which no verdict depends."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from autograder.grading.explain.observation import Behaviour, Observation
from autograder.grading.grader import Grader
from autograder.grading.known_behaviour import MOST_BYTES, KnownBehaviour
from autograder.model.verdict import Kind
from tests.grading.losses import grader_of, with_loss

WRONG = with_loss("""
    scores = X @ W
    return (scores ** 2).sum() + reg * (W * W).sum(), 2 * X.T @ scores + 2 * reg * W
""")


def grade(folder: Path, known: KnownBehaviour, may_find_out: bool = True) -> dict[str, object]:
    """Return the verdicts on a wrong hand-in of a grader that shares what is known."""
    with grader_of(folder) as plain:
        grader = Grader(plain.assignment, plain.solution, plain.plan, known=known)
    with grader, pytest.MonkeyPatch.context() as patch:
        if not may_find_out:
            patch.setattr(KnownBehaviour, "put", lambda *_: pytest.fail("a known mistake was run again"))
        verdicts = grader.grade(WRONG)
    assert "not_averaged" in {it.mistake for it in verdicts.values()}
    return dict(verdicts)


def test_what_one_grader_has_found_out_another_only_reads(tmp_path):
    path = tmp_path / "state" / "known.sqlite"
    first = grade(tmp_path / "course", KnownBehaviour(path, "key"))
    second = grade(tmp_path / "course again", KnownBehaviour(path, "key"), may_find_out=False)
    assert first == second == grade(tmp_path / "course once more", KnownBehaviour(None))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_graders_share_while_both_work(tmp_path):
    one, other = (KnownBehaviour(tmp_path / "known.sqlite", "key") for _ in range(2))
    seen = Behaviour(Observation(Kind.WRONG_VALUE, (("returned", 1.0, {}),)), (1.0,))
    one.put("a test", "a mistake", 0, seen)
    assert other.get("a test", "a mistake", 0) == seen
    assert other.get("a test", "a mistake", 1) is None
    assert other.get("another test", "a mistake", 0) is None


def test_what_was_found_out_with_other_tests_is_dropped(tmp_path):
    path = tmp_path / "known.sqlite"
    seen = Behaviour(Observation(None, ()))
    for key in ("before", "after"):
        known = KnownBehaviour(path, key)
        assert known.get("a test", "a mistake", 0) is None
        known.put("a test", "a mistake", 0, seen)
        known.close()
    assert KnownBehaviour(path, "after").get("a test", "a mistake", 0) == seen


def test_a_file_that_is_final_is_read_and_stays_as_it_is(tmp_path):
    path = tmp_path / "known.sqlite"
    grade(tmp_path / "course", KnownBehaviour(path, "key"))
    before = path.read_bytes()
    final = KnownBehaviour(path, "key", read_only=True)
    final.put("a test", "a mistake", 0, Behaviour(Observation(None, ())))
    grade(tmp_path / "course again", final, may_find_out=False)
    grade(tmp_path / "course once more", KnownBehaviour(path, "another key", read_only=True))
    assert path.read_bytes() == before
    grade(tmp_path / "course at last", KnownBehaviour(tmp_path / "missing", "key", read_only=True))
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(500)])
def test_a_damaged_file_costs_nothing(tmp_path, content):
    path = tmp_path / "known.sqlite"
    path.write_bytes(content)
    grade(tmp_path / "course", KnownBehaviour(path, "key"))


def test_a_file_that_cannot_be_made_costs_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    grade(tmp_path / "course", KnownBehaviour(tmp_path / "file" / "known.sqlite", "key"))


def test_values_come_back_as_they_were(tmp_path):
    known = KnownBehaviour(tmp_path / "known.sqlite")
    values = (
        np.arange(6.0).reshape(2, 3),
        np.float32(0.1),
        3,
        True,
        None,
        "text",
        [1, (2.5, "b")],
        {"dW": np.eye(2)},
    )
    known.put("a test", "a mistake", 0, Behaviour(Observation(Kind.RAISED, values), values))
    found = known.get("a test", "a mistake", 0)
    assert found is not None and found.observation.kind is Kind.RAISED
    for got in (found.observation.events, found.compared):
        assert repr(got) == repr(values)
        assert [type(it) for it in got] == [type(it) for it in values]


@pytest.mark.parametrize("value", [object(), np.zeros(MOST_BYTES)])
def test_what_cannot_be_kept_is_not(tmp_path, value):
    known = KnownBehaviour(tmp_path / "known.sqlite")
    known.put("a test", "a mistake", 0, Behaviour(Observation(None, (value,))))
    assert known.get("a test", "a mistake", 0) is None


@pytest.mark.parametrize("kind", [Kind.TIMED_OUT, Kind.DIED, Kind.GRADER_FAULT])
def test_what_a_busy_machine_may_cause_is_not_kept(tmp_path, kind):
    known = KnownBehaviour(tmp_path / "known.sqlite")
    known.put("a test", "a mistake", 0, Behaviour(Observation(kind, ())))
    assert known.get("a test", "a mistake", 0) is None
