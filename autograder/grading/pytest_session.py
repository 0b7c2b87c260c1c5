"""Runs pytest inside this process: collects the tests once, and runs them against one hand-in after the other.

Only trusted code runs here. Each session starts from fresh modules and is judged against the plan, because pytest's
exit codes say too little (a file that fails to import is silent the second time).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol

from autograder.errors import CourseError
from autograder.grading import plugin
from autograder.grading.direct_call import DirectCall, direct_call
from autograder.grading.ladder import Ladder, ladders_in
from autograder.grading.plugin import STRUCTURAL_FIXTURES, TRIAL
from autograder.grading.trial import Trial
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan, PlannedTest

PUBLIC_FILE = "test_public.py"
GRADED_FILE = "test_graded.py"
_OPTIONS = (
    "--import-mode=importlib",
    "--noconftest",
    "--assert=rewrite",
    "--capture=no",
    *(
        option
        for plugin in (
            *("cacheprovider", "doctest", "faulthandler", "junitxml", "logging", "pastebin", "stepwise"),
            *("terminal", "threadexception", "unraisableexception"),
        )
        for option in ("-p", f"no:{plugin}")
    ),
)
_EXCEPTION = pytest.StashKey[BaseException | None]()

_NOT_OURS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


def test_files(assignment: Assignment, solution: Solution | None) -> list[Path]:
    """Return the files that hold an assignment's tests, public checks first.

    Raises
    ------
    CourseError
        Where one of them is missing.
    """
    files = [assignment.folder / PUBLIC_FILE]
    if solution is not None:
        files.append(solution.folder / GRADED_FILE)
    for file in files:
        if not file.is_file():
            raise CourseError(f"{file} is missing; every assignment has public checks and graded tests")
    return files


def normalised_id(assignment: str, item: pytest.Item) -> str:
    """Return the id of a test case that is the same on every machine, `NAME/test_graded.py::test[case]`."""
    return f"{assignment}/{item.path.name}::{item.name}"


class Session:
    """A pytest session that collects some files at once and runs their tests whenever it is asked to.

    A new session for each hand-in would cost as much as running its tests.

    Attributes
    ----------
    items
        What was collected by normalised id, in the order of the files.
    doubled
        An id that two tests have, if any.
    problems
        One sentence for everything that could not be collected.
    """

    def __init__(self, assignment: str, files: Sequence[Path]) -> None:
        self._assignment = assignment
        configuration = Path(__file__).with_name("pytest.ini")
        self._root = Path(os.path.commonpath([file.parent for file in files]))
        # Without a place to end at, pytest lists every folder above the files, up to one that they share with ours.
        places = ["-c", str(configuration), "--rootdir", str(self._root), "--confcutdir", str(self._root)]
        arguments = [*places, *_OPTIONS, *map(str, files)]
        self.items: dict[str, pytest.Item] = {}
        self._direct: dict[str, DirectCall | None] = {}
        self.doubled = ""
        self.problems: list[str] = []
        with _fresh_modules(files), _own_environment(), contextlib.redirect_stdout(io.StringIO()):
            # The steps of `pytest.main`, which ends a session before it returns.
            self._config = _prepareconfig(arguments, [plugin, self])  # by name, it is looked for everywhere
            session = pytest.Session.from_config(self._config)
            self._config._do_configure()
            self._config.hook.pytest_sessionstart(session=session)
            with contextlib.suppress(pytest.Session.Interrupted):  # failures are among the problems
                self._config.hook.pytest_collection(session=session)

    def run(self, test: str, trial: Trial) -> TestRun:
        """Run one test on a trial and tear down everything that it set up."""
        direct = self._direct[test]
        if direct is not None:
            return _called(direct, trial)
        item = self.items[test]
        self._config.stash[TRIAL] = trial
        item.stash[_EXCEPTION] = None
        with contextlib.redirect_stdout(io.StringIO()):
            reports = runtestprotocol(item, log=False, nextitem=None)
        if any(hasattr(report, "wasxfail") for report in reports):
            return TestRun(None, passed=False)  # neither outcome of an expected failure says anything
        clean = all(report.outcome == "passed" for report in reports)
        return TestRun(item.stash[_EXCEPTION], clean and len(reports) == len(("setup", "call", "teardown")))

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        """The ladders that the files of graded tests declare."""
        modules = {
            item.module.__name__: item.module
            for item in self.items.values()
            if isinstance(item, pytest.Function) and item.path.name == GRADED_FILE
        }
        return tuple(it for module in modules.values() for it in ladders_in(module))

    def close(self) -> None:
        """End the session."""
        self._config._ensure_unconfigure()

    # --- pytest's hooks -------------------------------------------------------------------------------

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what cannot be collected."""
        if report.skipped:
            self.problems.append(f"{report.nodeid} skips itself; every planned test counts, so remove that")
        elif report.failed:
            text = str(report.longrepr).strip().splitlines() or ["no reason given"]
            reason = next((line[1:].strip() for line in reversed(text) if line.startswith("E ")), text[-1])
            missing = re.fullmatch(r"ModuleNotFoundError: No module named '(\w+)'", reason)
            if missing and (self._root / report.nodeid).with_name(f"{missing[1]}.py").is_file():
                reason = f"it imports {missing[1]}.py, but files of tests run alone; put what it uses into it"
            self.problems.append(f"{report.nodeid} cannot be collected: {reason}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what is collected."""
        for item in session.items:
            id = normalised_id(self._assignment, item)
            self.doubled = id if id in self.items else self.doubled
            self.items[id] = item
            self._direct[id] = direct_call(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep the exception itself; pytest's own report would format a long traceback that nobody reads."""
        outcome: Literal["passed", "failed"] = "passed"
        if call.excinfo is not None:
            item.stash[_EXCEPTION] = call.excinfo.value
            outcome = "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, cast(Any, call.when))


@dataclass(frozen=True)
class TestRun:
    """How the run of a test ended: the exception, if any, and whether all its phases passed."""

    error: BaseException | None
    passed: bool


def _called(direct: DirectCall, trial: Trial) -> TestRun:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            direct(trial)
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except pytest.xfail.Exception:
        return TestRun(None, passed=False)  # neither outcome of an expected failure says anything
    except BaseException as error:  # as pytest has it: `pytest.fail` is no Exception
        return TestRun(error, passed=False)
    return TestRun(None, passed=True)


@contextlib.contextmanager
def _own_environment() -> Iterator[None]:
    """Keep options that an instructor's shell has for other projects out, and bytecode out of the course's folders."""
    kept = {name: os.environ.pop(name) for name in _NOT_OURS if name in os.environ}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # as an option, only later versions of pytest know it
    writes_no_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes_no_bytecode
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(kept)


@contextlib.contextmanager
def _fresh_modules(files: Sequence[Path]) -> Iterator[None]:
    """Forget the test modules after collection, so that the next session reads its files again."""
    before = set(sys.modules)
    paths = {str(file) for file in files}
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if getattr(sys.modules[name], "__file__", None) in paths:
                del sys.modules[name]


def collect_plan(assignment: Assignment, solution: Solution | None) -> Plan:
    """Collect every test that will count.

    Raises
    ------
    CourseError
        Where a file cannot be imported, a test belongs to no question, or a question has no test.
    """
    session = Session(assignment.name, test_files(assignment, solution))
    try:
        return plan_of(session, assignment, solution)
    finally:
        session.close()


def plan_of(session: Session, assignment: Assignment, solution: Solution | None) -> Plan:
    """Return the plan of the tests that a session has collected.

    Raises
    ------
    CourseError
        As `collect_plan` has it.
    """
    if session.problems:
        raise CourseError(session.problems[0])
    if session.doubled:
        raise CourseError(f"two tests are both called {session.doubled}; give them names of their own")
    tests = _planned(assignment, session.items)
    if solution is not None:
        graded = {test.question for test in tests if not test.public}
        for question in assignment.questions:
            if question.id not in graded:
                where = solution.folder / GRADED_FILE
                raise CourseError(
                    f"{where}: question {question.id!r} has no graded test; write one or remove it"
                )
    return Plan(assignment=assignment.name, tests=tests)


def _planned(assignment: Assignment, items: Mapping[str, pytest.Item]) -> tuple[PlannedTest, ...]:
    known = {question.id for question in assignment.questions}
    questions = {id: _question_of(item, known) for id, item in items.items()}
    shares = Counter((_function_of(items[id]), question) for id, question in questions.items())
    tests = []
    for id, question in questions.items():
        item = items[id]
        _require_runnable(item)
        public = item.path.name == PUBLIC_FILE
        tests.append(
            PlannedTest(
                id=id,
                question=question,
                weight=Fraction(0) if public else _weight_of(item) / shares[_function_of(item), question],
                parts=_parts_of(item),
                structural=bool(STRUCTURAL_FIXTURES & set(getattr(item, "fixturenames", ()))),
                edge=item.get_closest_marker("edge") is not None,
                public=public,
            )
        )
    return tuple(tests)


def _function_of(item: pytest.Item) -> tuple[str, str]:
    return item.path.name, getattr(item, "originalname", item.name)


def _question_of(item: pytest.Item, known: set[str]) -> str:
    marker = item.get_closest_marker("question")
    if marker is None or len(marker.args) != 1:
        raise CourseError(f'{item.nodeid} belongs to no question; mark it with @pytest.mark.question("id")')
    question = marker.args[0]
    if not isinstance(question, str) or question not in known:
        raise CourseError(
            f"{item.nodeid} belongs to question {question!r}, which assignment.toml does not list"
        )
    return question


def _require_runnable(item: pytest.Item) -> None:
    """Refuse tests that would turn out only during grading to neither pass nor fail."""
    for mark in ("skip", "skipif", "xfail"):
        if item.get_closest_marker(mark) is not None:
            raise CourseError(
                f"{item.nodeid} is marked to be skipped or to fail ({mark}); every planned test counts, so remove that"
            )
    known = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - pytest has no public name for it
    for name in getattr(item, "fixturenames", ()):
        if name not in known and name != "request":
            raise CourseError(f"{item.nodeid} asks for {name!r}, which is no fixture; correct the name")


def _weight_of(item: pytest.Item) -> Fraction:
    marker = item.get_closest_marker("weight")
    if marker is None:
        return Fraction(1)
    weight = _positive(marker.args[0]) if len(marker.args) == 1 else None
    if weight is None:
        raise CourseError(f"{item.nodeid} has no positive weight; write @pytest.mark.weight(2), for example")
    return weight


def _parts_of(item: pytest.Item) -> dict[str, Fraction] | None:
    marker = item.get_closest_marker("parts")
    if marker is None:
        return None
    weights = {name: _positive(weight) for name, weight in marker.kwargs.items()}
    found = {name: weight for name, weight in weights.items() if weight is not None}
    if marker.args or len(found) < len(weights):
        raise CourseError(
            f"{item.nodeid} weighs its parts by something else than positive numbers; "
            "write @pytest.mark.parts(loss=1, dW=2), for example"
        )
    return found


def _positive(number: object) -> Fraction | None:
    """Return a positive number exactly, or None if it is none."""
    try:
        exact = Fraction(str(number))
    except (ValueError, ZeroDivisionError):
        return None
    return exact if exact > 0 else None
