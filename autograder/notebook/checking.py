"""What checks questions in a notebook, and what it sets up there first."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import AutograderError
from autograder.notebook.button import HintButton, Lines, can_show_buttons
from autograder.notebook.saves import follow_saves
from autograder.notebook.waiting import number_of_cell, waiting
from autograder.notebook.width import fitted, keep_words_whole
from autograder.student.afresh import (
    Report,
    check_afresh,
    hint_afresh,
    page_afresh,
    state_of_work,
    submit_afresh,
)

if TYPE_CHECKING:  # the grader itself is for the second Python
    from autograder.student.checks import Checker

_GRAMMAR_OF_ADDRESSES = "rfc3987_syntax"
"""Otter imports jsonschema, which loads this if it finds it. That takes as long as all the rest, in the first cell of
every notebook; no schema of notebooks has addresses of that kind."""


_COMMAND = re.compile(r"\bautograder (check|hint) ([\w-]+)")
_SUBMIT = re.compile(r"\bautograder submit\b")


class PlainChecker:
    """Checks questions in a notebook without anything beyond the package itself.

    Parameters
    ----------
    report
        What checks of all questions have found.
    """

    def __init__(self, report: Report) -> None:
        self._state, self._passing = report.state, dict(report.passing)
        self._cell: int | None = None
        self._buttons: dict[str, HintButton] = {}

    def check(self, question: str) -> None:
        """Run the public checks of a question on the files as saved, and print what they found.

        Where they have passed on the very same files, which is so in most cells when a notebook is run once more, they
        are not run again. Where a cell checks several questions, it says only once where the student stands, until
        that changes. Beneath what fails stands a button that gives a hint.
        """
        with _sentences():
            with waiting(f"checking {question}"):
                is_known = question in self._passing and state_of_work(Path.cwd()) == self._state
                report = None if is_known else check_afresh(question)
            if report is None:
                print(f"{self._passing[question]}; nothing has been saved since they ran.")
                return
            if report.state != self._state:
                self._state, self._passing = report.state, {}
            self._passing |= report.passing
            cell = number_of_cell()
            again, self._cell = cell is not None and cell == self._cell, cell
            if again:
                print()
            print(_in_a_cell(report.lines))
            if report.is_news or not again:
                print(f"\n{_standing(report)}")
            if can_show_buttons():
                for hinted in report.hinted:
                    self._button(hinted).show()

    def _button(self, question: str) -> HintButton:
        """Return the button of a question: one, so that nothing is left behind by checking again."""
        if question not in self._buttons:
            self._buttons[question] = HintButton(question, lambda: _hint_for_button(question))
        return self._buttons[question]

    def show(self, question: str) -> None:
        """Show the failed checks of a question with what was expected beside what came, wrong cells marked."""
        from IPython.display import HTML, display

        with _sentences():
            with waiting(f"checking {question}"):
                page = page_afresh(question)
            display(HTML(page))  # type: ignore[no-untyped-call]

    def hint(self, question: str) -> None:
        """Print a hint for a question, one stage further each time after an attempt or a minute."""
        with _sentences():
            with waiting(f"looking at {question}"):
                hint = hint_afresh(question)
            print(_in_a_cell(hint.lines))

    def submit(self) -> None:
        """Check the files as saved, and the answers of the notebook as saved, and write the one zip to hand in.

        A terminal beside the notebook may be in another folder, and know no command `autograder`.
        """
        submit()


def _hint_for_button(question: str) -> Lines:
    """Return the next hint, or why there is none, in words for whoever pressed the button."""
    try:
        lines = hint_afresh(question).lines
    except AutograderError as error:
        lines = [(str(error), True)]
    again = f'grader.hint("{question}")'
    return [(_as_cells(line).replace(again, "press the button again"), is_it) for line, is_it in lines]


def submit() -> None:
    """Write the hand-in of the current folder, and print what it holds."""
    with _sentences():
        with waiting("checking what is handed in"):
            report = submit_afresh()
        print(_in_a_cell(report.lines))


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """Print as a sentence why nothing could be checked; a traceback would look like the student's own error."""
    try:
        yield
    except AutograderError as error:
        print(fitted(_as_cells(str(error))))


def _in_a_cell(lines: Sequence[tuple[str, bool]]) -> str:
    return "\n".join(fitted(_as_cells(line)) if is_sentence else line for line, is_sentence in lines)


def _standing(report: Report) -> str:
    return "\n".join(fitted(_as_cells(line)) for line in report.standing.splitlines())


def _as_cells(text: str) -> str:
    """Return text in which commands for a terminal are the lines of a cell that do the same."""
    return _SUBMIT.sub("grader.submit()", _COMMAND.sub(r'grader.\1("\2")', text))


def checker() -> Checker:
    """Return what checks questions, have the notebook follow what is saved beside it, and say where the student stands.

    It is otter-grader where that is installed and the release was made for it.

    Raises
    ------
    AutograderError
        If nothing can be checked. A notebook shows the sentence in the place of a traceback, and runs no more cells.
    """
    keep_words_whole()
    follow_saves(Path.cwd())
    with waiting("checking all questions"):
        report = check_afresh()
        otter = _otter_checker()
    if otter is not None:
        print(report.standing)
        return otter
    print(_standing(report))
    return PlainChecker(report)


def _otter_checker() -> Checker | None:
    """Return otter-grader's checker if it is installed and this folder's release was made for it."""
    if importlib.util.find_spec("otter") is None:
        return None
    from autograder.authoring.otter_files import otter_test_files
    from autograder.course.loading import load_work

    if not all(Path(name).is_file() for name in otter_test_files(load_work(Path.cwd()))):
        return None
    try:
        with _without(_GRAMMAR_OF_ADDRESSES):
            from autograder.otter import notebook
    except ImportError:
        return None
    made = notebook()
    vars(made)["submit"] = submit  # which the notebook's text names, whoever checks
    return made


@contextlib.contextmanager
def _without(module: str) -> Iterator[None]:
    """Have imports do without a module that they can do without, unless it is there already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment] # an import of it raises ImportError
    try:
        yield
    finally:
        del sys.modules[module]
