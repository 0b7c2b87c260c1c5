"""Commands around grading: a new assignment, and the report on a class that was graded before."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import OverridesOption, app
from autograder.errors import CourseError


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Make both halves of a new assignment, small and gradable, to be filled with your own."""
    from autograder.authoring.new import new_assignment
    from autograder.course.loading import find_course

    try:
        root = find_course(Path.cwd()).root
    except CourseError:
        root = Path.cwd()  # the first assignment of a course
    for folder in new_assignment(root, name):
        print(f"made {folder}")
    print(f"it can be graded as it is: autograder verify {name}")


@app.command()
def report(folder: Annotated[Path, typer.Argument(metavar="DIR")], overrides: OverridesOption = None) -> None:
    """Write grades, feedback and the class report again from what `grade -o DIR` left, grading nothing."""
    require_page_makers()
    from autograder.classroom.class_session import report_again
    from autograder.cli.classes import print_class

    print_class(report_again(folder, overrides))


def require_page_makers() -> None:
    """Refuse in one sentence if pages cannot be made.

    Raises
    ------
    CourseError
        If a package that makes pages is not installed.
    """
    for package in ("jinja2", "matplotlib"):
        if importlib.util.find_spec(package) is None:
            raise CourseError(
                f"{package}, which makes the pages, is not installed; install the extra 'instructor' (uv sync)."
            )
