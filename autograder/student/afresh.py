"""Checks for a notebook in a second Python, which knows nothing of what the kernel has imported or changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autograder.course.loading import ASSIGNMENT_FILE, load_work
from autograder.errors import AutograderError, CourseError, GraderError
from autograder.files.archive import content_hash
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.student.checks import check_folder
from autograder.student.hints import hint_for
from autograder.student.messages import messages
from autograder.student.page import CELLS, checks_in_html
from autograder.student.standing import standing_of
from autograder.student.states import State, outcomes_of
from autograder.student.work import open_work


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
    passing
        A line for each question whose checks all pass, by its id.
    state
        What `state_of_work` says of the files that were checked.
    problem
        Why nothing could be checked at all; empty if something was.
    """

    passed: bool = False
    text: str = ""
    standing: str = ""
    passing: dict[str, str] = {}
    state: str = ""
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


def state_of_work(folder: Path) -> str:
    """Return a checksum of everything saved in a folder that its public checks depend on.

    Raises
    ------
    CourseError
        If the folder is not an assignment's.
    """
    assignment = load_work(folder)
    places = {"", *(file.folder for file in assignment.every_file)}
    return _state(open_work(folder, assignment.file_names, places, assignment.optional_names).files, folder)


def _state(files: Mapping[str, bytes], folder: Path) -> str:
    """Return a checksum of a student's files and of what checks them; data files have checksums of their own."""
    given = {
        name: (folder / name).read_bytes()
        for name in (ASSIGNMENT_FILE, PUBLIC_FILE)
        if (folder / name).is_file()
    }
    return content_hash(given | dict(files))


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
        {
            it.question: f"{it.question}: {it.seen.count}"
            for it in outcomes_of(checks)
            if it.seen.state is State.DONE
        },
        _state(checks.submission.files, Path.cwd()),
    )


if __name__ == "__main__":
    main()
