"""Checks for a notebook in a second Python, which knows nothing of what the kernel has imported or changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from autograder.errors import AutograderError, CourseError, GraderError
from autograder.student.checks import check_folder
from autograder.student.hints import hint_for
from autograder.student.messages import messages
from autograder.student.page import CELLS, checks_in_html
from autograder.student.standing import standing_of


class Report(msgspec.Struct, frozen=True):
    """What the other Python found.

    Attributes
    ----------
    passed
        Whether every file is there and every check passed.
    text
        Everything about those that did not; or the hint or the page that was asked for.
    standing
        Where the student stands, in lines.
    problem
        Why nothing could be checked at all; empty if something was.
    """

    passed: bool = False
    text: str = ""
    standing: str = ""
    problem: str = ""


def check_afresh(question: str | None = None, folder: Path | None = None) -> Report:
    """Run the public checks of one question, or of all, in another Python and return what it found.

    Raises
    ------
    CourseError
        If the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    return _asked(*([question] if question else []), folder=folder)


def _asked(*words: str, folder: Path | None = None) -> Report:
    # Without -P a student's file called like a library would be imported in its place.
    command = [sys.executable, "-P", "-m", __spec__.name, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL)
    try:
        report = msgspec.json.decode(done.stdout, type=Report)
    except msgspec.MsgspecError as error:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
        raise GraderError(f"the checks could not be run: {last}") from error
    if report.problem:
        raise CourseError(report.problem)
    return report


def hint_afresh(question: str) -> str:
    """Return the hint for a question in the current folder.

    Raises
    ------
    CourseError
        If there is nothing to hint at, or the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    return _asked("--hint", question).text


def page_afresh(question: str) -> str:
    """Return the failed checks of a question in the current folder as HTML.

    Raises
    ------
    CourseError
        If the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    return _asked("--page", question).text


def main() -> None:
    """Check a question, or all, in the current folder, or get a hint or a page, and print a `Report` as JSON."""
    try:
        report = _report(sys.argv[1:])
    except AutograderError as error:
        report = Report(problem=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(report))


def _report(words: list[str]) -> Report:
    match words:
        case ["--page", question]:
            page = "\n".join(checks_in_html(check_folder([question])))
            return Report(text=f"<style>{CELLS}</style>{page}")
        case ["--hint", question]:
            checks = check_folder()
            return Report(text=hint_for(checks, checks.assignment.question(question).id, Path.cwd()).text)
    checks = check_folder(words)
    return Report(
        checks.passed,
        "\n".join(line for _, line in messages(checks)),
        "\n".join(line for _, line in standing_of(checks, Path.cwd()).text()),
    )


if __name__ == "__main__":
    main()
