"""The pytest plugin: the fixtures that tests use, and the hooks that turn test runs into verdicts.

A grading session sets a trial before each run of a test. Where none is set, this is plain `pytest` in an
unpacked release, loaded by name (`-p autograder.grading.plugin`): the files beside the checks are judged.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from autograder.grading.fixtures.check import Check
from autograder.grading.fixtures.compare import Compare
from autograder.grading.fixtures.expect import Expect
from autograder.grading.fixtures.loops import Loops
from autograder.grading.fixtures.memory import Memory
from autograder.grading.fixtures.own_tests import OwnTests
from autograder.grading.fixtures.race import Race
from autograder.grading.fixtures.unchanged import Unchanged
from autograder.grading.plain_pytest import Folders, explanation_of, why_not_begun
from autograder.grading.trial import NotPassed, Subject, Trial
from autograder.sandbox.code import Code

TRIAL = pytest.StashKey[Trial]()
"""Where the run of a test in progress keeps its trial, on the session's config."""

FOLDERS = pytest.StashKey[Folders]()
"""Where plain pytest keeps the folders it judges."""

STRUCTURAL_FIXTURES = frozenset({"loops", "race", "memory", "unchanged"})
MARKERS = (
    "question(id): the question that a test belongs to",
    "weight(n): weight of a test function in a question, shared by its cases there; 1 unless given",
    "parts(name=n): weights of the named parts of what is returned; parts() if they count only together",
    "edge: a special case that stands for itself; failing it does not hold back tests of structure",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers that plain pytest started."""
    if FOLDERS in config.stash:
        config.stash[FOLDERS].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what a check found instead of a traceback through the grader."""
    report = yield
    if call.excinfo is not None and FOLDERS in item.config.stash:
        trial = item.funcargs.get("trial") if isinstance(item, pytest.Function) else None
        text = explanation_of(call.excinfo.value, trial if isinstance(trial, Trial) else None)
        report.longrepr = text or report.longrepr
        reason = why_not_begun(call.excinfo.value)
        if reason and item.config.stash[FOLDERS].is_for_bonus(item):  # nobody has to begin it
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: for bonus points: {reason}")
    return report


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """The run of this test; the other fixtures are made of it."""
    stash = request.config.stash
    if TRIAL in stash:
        yield stash[TRIAL]
        return
    if FOLDERS not in stash:
        stash[FOLDERS] = Folders()
    trial = stash[FOLDERS].trial(request.node)
    trial.begin()
    yield trial
    trial.end()
    if trial.other_types:
        raise NotPassed(trial.other_types[0])


@pytest.fixture
def rng(trial: Trial) -> object:
    """A NumPy generator, the same in every run of this test."""
    return trial.rng


@pytest.fixture
def student(trial: Trial) -> Subject:
    """The hand-in, callable across the boundary."""
    return trial.student


@pytest.fixture
def reference(trial: Trial) -> Code:
    """The reference, callable in the same way; graded tests only."""
    assert trial.reference is not None
    return trial.reference


@pytest.fixture
def compare(trial: Trial) -> Compare:
    """Compares the hand-in with the reference."""
    return Compare(trial)


@pytest.fixture
def unchanged(trial: Trial) -> Unchanged:
    """Requires that a call leaves its arguments as they were."""
    return Unchanged(trial)


@pytest.fixture
def expect(trial: Trial) -> Expect:
    """Compares the hand-in with fixed values; for public checks."""
    return Expect(trial)


@pytest.fixture
def check(trial: Trial) -> Check:
    """Requires conditions, with a sentence for the student each, and records what the test observed."""
    return Check(trial)


@pytest.fixture
def loops(trial: Trial) -> Loops:
    """Counts Python-level loops."""
    return Loops(trial)


@pytest.fixture
def race(trial: Trial) -> Race:
    """Compares CPU time with the reference's."""
    return Race(trial)


@pytest.fixture
def memory(trial: Trial) -> Memory:
    """Compares peak memory with the reference's."""
    return Memory(trial)


@pytest.fixture
def own_tests(trial: Trial) -> OwnTests:
    """Runs the tests that a student has written against wrong versions; graded tests only."""
    return OwnTests(trial)
