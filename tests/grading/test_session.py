"""One pytest session serves one hand-in after the other: nothing of a test stays, and sessions do not mix."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from autograder.grading.pytest_session import Session
from tests.grading.measured import hosts, trial_of

FIXTURES = """
    import pytest

    @pytest.fixture(scope="module")
    def made():
        return []

    def test_first(made, trial):
        made.append(1)
        assert made == [1]

    def test_second(made, trial):
        made.append(2)
        assert made == [2]
"""

BROKEN = """
    import pytest

    @pytest.fixture
    def broken():
        yield
        raise RuntimeError("in the teardown")

    def test_setup(nothing_of_that_name):
        pass

    def test_teardown(broken):
        pass

    def test_leaves():
        raise SystemExit(0)

    def test_skips():
        pytest.skip("not today")

    @pytest.mark.xfail
    def test_expected_to_fail():
        assert False

    def test_passes():
        pass
"""


@pytest.fixture
def session_of(tmp_path):
    sessions = []

    def make(text, folder="hw"):
        file = tmp_path / folder / "test_public.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(text))
        sessions.append(Session("hw", [file]))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def trial():
    with hosts() as pair:
        yield trial_of(pair, "", "")


def outcomes(session, trial):
    return {id.partition("::")[2]: session.run(id, trial) for id in session.items}


def test_a_test_leaves_nothing_to_the_next_one_or_to_the_next_hand_in(session_of, trial):
    session = session_of(FIXTURES)
    for _ in range(3):
        assert all(outcome.passed for outcome in outcomes(session, trial).values())


def test_the_trial_is_the_one_that_the_run_was_given(session_of, trial):
    session = session_of("def test_stands(trial):\n    assert trial.features['run'] == 2")
    trial.features["run"] = 1
    assert not outcomes(session, trial)["test_stands"].passed
    trial.features["run"] = 2
    assert outcomes(session, trial)["test_stands"].passed


def test_nothing_but_a_clean_pass_is_one_and_no_failure_spoils_what_follows(session_of, trial):
    session = session_of(BROKEN)
    for _ in range(2):
        found = outcomes(session, trial)
        assert [name for name, outcome in found.items() if outcome.passed] == ["test_passes"]
        assert isinstance(found["test_leaves"].error, SystemExit)
        assert isinstance(found["test_teardown"].error, RuntimeError)


def test_sessions_of_files_with_the_same_name_stand_side_by_side(session_of, trial):
    one, other = (
        session_of("def test_it(trial):\n    pass", "one"),
        session_of("def test_it(trial):\n    assert False", "other"),
    )
    assert outcomes(one, trial)["test_it"].passed
    assert not outcomes(other, trial)["test_it"].passed


def test_a_new_session_reads_an_edited_file_again(session_of, trial):
    assert outcomes(session_of("def test_it(trial):\n    pass"), trial)["test_it"].passed
    assert not outcomes(session_of("def test_it(trial):\n    assert False"), trial)["test_it"].passed


def test_a_file_that_cannot_be_imported_is_a_problem_every_time(session_of):
    for _ in range(2):
        session = session_of("import nothing_of_that_name")
        assert session.items == {}
        assert "cannot be collected" in session.problems[0]
        assert "nothing_of_that_name" in session.problems[0]


def test_a_module_beside_the_tests_is_named_with_what_to_do(session_of, tmp_path):
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "helpers.py").write_text("X = 1")
    (problem,) = session_of("from helpers import X").problems
    assert "it imports helpers.py, but files of tests run alone; put what it uses into it" in problem


def test_only_the_folder_of_the_files_is_listed(session_of, tmp_path, monkeypatch):
    listed: set[Path] = set()
    scandir = os.scandir

    def noted(place: str = "."):
        listed.add(Path(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", noted)
    session = session_of(FIXTURES)
    assert list(session.items) == ["hw/test_public.py::test_first", "hw/test_public.py::test_second"]
    assert listed == {tmp_path / "hw"}
