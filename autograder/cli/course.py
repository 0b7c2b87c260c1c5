"""Commands about a course: list and verify its assignments, make releases and bundles."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.app import PATH, app, fresh_option, jobs_option, output_option, this_course, tier_option
from autograder.cli.say import say
from autograder.course.loading import Course
from autograder.errors import CourseError

unverified_option = click.option(
    "--unverified", is_flag=True, help="Make it even if `verify` has not found the assignment gradable."
)


@app.command("list")
@click.option("--markdown", is_flag=True, help="As a table for the course's page.")
def list_assignments(markdown: bool) -> None:
    """List the course's assignments in the order in which students can do them."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from autograder.cli.console import CleanConsole

    headings = ("assignment", "title", "goes with", "after", "points", "hours")
    rows = [
        (
            it.name,
            it.title,
            it.placement.lecture,
            ", ".join(it.placement.after),
            str(it.total_points),
            f"{it.placement.hours:g}" if it.placement.hours else "",
        )
        for it in this_course().in_order()
    ]
    if markdown:
        linked = ((f"[{name}]({name}/README.md)", *rest) for name, *rest in rows)
        for row in (headings, ["---"] * len(headings), *linked):
            say(f"| {' | '.join(row)} |")
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in headings:
        number = heading in ("points", "hours")
        table.add_column(
            heading,
            overflow="fold",
            no_wrap=number or heading == "assignment",
            justify="right" if number else "left",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    CleanConsole().print(table)


@app.command()
@click.argument("name", metavar="NAME")
@click.option("--notebook", is_flag=True, help="Let students hand in NAME.ipynb in the place of NAME.py.")
def new(name: str, notebook: bool) -> None:
    """Make both halves of a new assignment, small and gradable, to be filled with your own."""
    from autograder.authoring.new import new_assignment

    for folder in new_assignment(_root_for_one_more(), name, notebook):
        say(f"made {folder}")
    say(f"it can be graded as it is: autograder verify {name}")


@app.command("import")
@click.argument("format", metavar="FORMAT", type=click.Choice(["otter", "nbgrader", "pytest"]))
@click.argument("source", metavar="SOURCE", type=PATH)
@click.option("--name", metavar="NAME", help="What to call it; as its file unless given.")
@click.option(
    "--as-module",
    is_flag=True,
    help="Let students hand in a module of what they fill in, and keep the notebook beside it.",
)
def import_(format: str, source: Path, name: str | None, as_module: bool) -> None:
    """Make both halves of an assignment from another grader's, with a page of what needs your hand.

    FORMAT is otter for a master of otter assign, nbgrader for a source notebook, or pytest for a folder of tests, also
    of gradescope-utils, with the reference. SOURCE is the notebook or the folder.
    """
    try:
        from autograder.authoring.importing.importing import import_assignment
    except ModuleNotFoundError as error:
        raise CourseError(
            "this installation came with a release or a bundle, which import nothing; "
            "install the package from its own checkout."
        ) from error
    made = import_assignment(format, source, _root_for_one_more(), name, as_module)
    for folder in (made.public, made.secret):
        say(f"made {folder}")
    translated, of = made.tests
    say(
        f"{translated} of {of} graded tests are translated; {made.page} lists {len(made.by_hand)} points for your hand"
    )


def _root_for_one_more() -> Path:
    """Return where another assignment belongs: this course, or the current folder for the first one of a course."""
    try:
        return this_course().root
    except CourseError:
        return Path.cwd()


def _require_gradable(course: Course, name: str, unverified: bool) -> None:
    """Verify an assignment unless that was done with the very same files; refuse what falls short."""
    from autograder.authoring.proof import is_proved
    from autograder.authoring.verification import verify_assignment
    from autograder.cli.tables import print_verification

    if unverified or not (course.root / "solutions" / name).is_dir() or is_proved(course, name):
        return
    say(f"{name} is verified first, as it is now")
    report = verify_assignment(course, name)
    if not report.holds:
        print_verification(report)
        raise CourseError(
            f"{name} is not gradable as it is, for what the table says; mend that, accept what `verify` lets you "
            "accept, or give --unverified."
        )


@app.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@jobs_option
@tier_option
@fresh_option
@click.option(
    "--accept",
    metavar="REASON",
    default="",
    help="Accept what the tests of one assignment leave open, item by item: it is noted with this reason.",
)
def verify(names: tuple[str, ...], jobs: int | None, tier: str | None, accept: str) -> None:
    """Prove that assignments are gradable: reference, stubs, known mistakes, leaks, time.

    All of them unless some are named.
    """
    from autograder.authoring.verification import verify_assignment
    from autograder.cli.tables import print_verification

    course = this_course()
    if accept.strip() and len(names) != 1:
        raise CourseError("--accept is about one assignment; name it.")
    fell_short = False
    for name in names or course.names():
        report = verify_assignment(course, name, jobs, tier, accept.strip())
        print_verification(report)
        fell_short |= not report.holds
    if fell_short:
        raise click.exceptions.Exit(1)


@app.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@output_option(".")
@click.option(
    "--github", is_flag=True, help="Add a workflow that runs the public checks on every push to GitHub."
)
@click.option(
    "--as-notebook", is_flag=True, help="Students fill in a notebook instead of the module that is due."
)
@click.option("--otter", is_flag=True, help="Have notebooks check with otter-grader, and require it.")
@unverified_option
def release(
    names: tuple[str, ...], output: Path, github: bool, as_notebook: bool, otter: bool, unverified: bool
) -> None:
    """Make the zip that students receive, from `assignments/` alone, with hints sealed for their own checks."""
    from autograder.authoring.release import release as make_release
    from autograder.authoring.sealing import examples_for_release, hints_for_release

    course = this_course()
    for name in names:
        solutions = course.root / "solutions"
        assignment = course.assignment(name)
        _require_gradable(course, name, unverified)
        hints, note = hints_for_release(course, assignment)
        scanned = solutions if solutions.is_dir() else None
        path = make_release(
            assignment,
            output,
            scanned,
            hints,
            github,
            as_notebook,
            otter,
            examples_for_release(course, assignment),
        )
        say(f"{path} is ready for students; {note}")


@app.command()
@click.argument("name", metavar="NAME")
@output_option(".")
@unverified_option
def bundle(name: str, output: Path, unverified: bool) -> None:
    """Make the zip that is uploaded to Gradescope."""
    from autograder.authoring.bundle import bundle as make_bundle
    from autograder.authoring.otter_files import otter_run_files
    from autograder.grading.pytest_session import collect_plan

    course = this_course()
    assignment, solution = course.assignment(name), course.solution(name)
    _require_gradable(course, name, unverified)
    extra = otter_run_files(assignment, solution.visibility == "visible")
    path = make_bundle(course, name, output, collect_plan(assignment, solution), extra)
    say(f"{path} is ready to be uploaded to Gradescope; try it first: autograder rehearse {path} HAND-IN")


@app.command()
def doctor() -> None:
    """Say which isolation and tools this machine gives, and what is missing."""
    from autograder.cli.doctor import examine

    examine()
