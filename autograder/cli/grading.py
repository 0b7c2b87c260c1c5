"""Commands around grading: a class, a demonstration, a report on a class, and one test looked at closely."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import (
    ClassOption,
    FreshOption,
    GroupsOption,
    HintsOption,
    JobsOption,
    OneOption,
    OutputOption,
    OverridesOption,
    RosterOption,
    TierOption,
    app,
    this_course,
)
from autograder.cli.say import say
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.handin.shape import Shape


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


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    overrides: OverridesOption = None,
    hints: HintsOption = None,
    roster: RosterOption = None,
    as_known_mistake: Annotated[
        str | None,
        typer.Option(
            "--as-known-mistake",
            metavar="GROUP",
            help="Add an entry for a group of the report to the bank, to be finished; write nothing else.",
        ),
    ] = None,
    tier: TierOption = None,
) -> None:
    """Write grades, feedback and the class report again from what `grade -o DIR` left, grading nothing."""
    if as_known_mistake is not None:
        from autograder.cli.classes import print_new_mistake

        print_new_mistake(folder, as_known_mistake, hints, tier)
        return
    require_page_makers()
    from autograder.classroom.class_session import report_again
    from autograder.cli.classes import print_class

    print_class(report_again(folder, overrides, hints, roster))


@app.command()
def grade(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    submissions: Annotated[Path, typer.Argument(metavar="HAND-INS")],
    output: OutputOption = Path("autograder-results"),
    jobs: JobsOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Grade every hand-in of a student, not only the last.")
    ] = False,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade again what was graded before, and list what changed.")
    ] = False,
    due: Annotated[
        str | None,
        typer.Option("--due", metavar="DATE", help="When it was due, such as 2030-01-31T23:59; local time."),
    ] = None,
    as_class: ClassOption = False,
    one: OneOption = False,
    unread_as_zero: Annotated[
        bool,
        typer.Option(
            "--unread-as-zero", help="Give 0 points for hand-ins that cannot be read, instead of none."
        ),
    ] = False,
    overrides: OverridesOption = None,
    hints: HintsOption = None,
    roster: RosterOption = None,
    groups: GroupsOption = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Grade on a dask cluster, at tcp://HOST:PORT."),
    ] = None,
    tier: TierOption = None,
    fresh_interpreters: FreshOption = False,
) -> None:
    """Grade a class: a folder or an archive of hand-ins, or an export of Gradescope, Canvas or Moodle.

    What was graded before with the same files, tests and grader is not graded again.
    """
    require_page_makers()
    from autograder.classroom.class_session import GradeOptions
    from autograder.classroom.lateness import read_date
    from autograder.classroom.work import prepare
    from autograder.cli.classes import grade_into

    options = GradeOptions(
        every=every,
        regrade=regrade,
        due=read_date(due, "--due") if due else None,
        overrides=overrides,
        hints=hints,
        shape=_shape(as_class, one),
        unread_as_zero=unread_as_zero,
        roster=roster,
        groups=groups,
    )
    work = prepare(this_course(), name, tier)
    grade_into(work, submissions, output, jobs, options, scheduler)


def _shape(as_class: bool, one: bool) -> Shape | None:
    from autograder.handin.shape import Shape

    if as_class and one:
        raise CourseError("--class and --one exclude each other; give the one that is true.")
    return Shape.CLASS if as_class else Shape.ONE if one else None


@app.command()
def grades(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    gradebook: Annotated[
        Path,
        typer.Option("--gradebook", metavar="CSV", help="As exported from Canvas, Moodle or Gradescope."),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="CSV", help="The gradebook to write.")
    ] = None,
    column: Annotated[
        str | None,
        typer.Option("--column", metavar="HEADING", help="The column to write; found unless given."),
    ] = None,
    scale: Annotated[
        bool, typer.Option("--scale", help="Scale the totals where the gradebook has another maximum.")
    ] = False,
    overrides: OverridesOption = None,
) -> None:
    """Write the totals that `grade -o DIR` left into a gradebook; everything else in it stays as it was."""
    from autograder.classroom.class_session import outputs_of
    from autograder.classroom.gradebook import merge
    from autograder.cli.classes import print_merged
    from autograder.files.writing import write_atomically

    _, outputs = outputs_of(folder, overrides)
    merged = merge(gradebook, outputs.rows(), outputs.assignment, column, scale)
    path = output or folder / f"{gradebook.stem}-with-grades.csv"
    write_atomically(path, merged.sheet.to_bytes())
    print_merged(merged, path)


@app.command()
def written(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    take: Annotated[
        Path | None,
        typer.Option("--take", metavar="CSV", help="Marks downloaded from the page, for the overrides."),
    ] = None,
    overrides: OverridesOption = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="HTML", help="The page; DIR/written.html unless given."),
    ] = None,
    hints: HintsOption = None,
) -> None:
    """Make the page on which the written answers of `grade -o DIR` are graded, without anybody's name on it.

    With --take, write the marks that the page downloaded into the overrides, and everything in DIR again.
    """
    require_page_makers()
    from autograder.classroom.class_session import report_again, take_answers, write_answers_page
    from autograder.cli.classes import print_class, print_taken

    if take is not None:
        print_taken(*take_answers(folder, take, overrides))
        print_class(report_again(folder, overrides, hints))
    say(f"page to grade written answers on: {write_answers_page(folder, overrides, output)}")


@app.command()
def feedback(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    platform: Annotated[str, typer.Option("--for", metavar="PLATFORM", help="canvas or moodle.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="ZIP", help="The zip to write.")
    ] = None,
) -> None:
    """Zip the feedback pages under the names by which Canvas or Moodle gives each to its student."""
    from autograder.classroom.feedback_zip import Platform, default_path, feedback_zip
    from autograder.classroom.outputs import Places
    from autograder.classroom.record import read_record
    from autograder.files.writing import write_atomically

    if platform not in set(Platform):
        raise CourseError(f"--for {platform!r}: give one of {', '.join(Platform)}.")
    places = Places(folder)
    made = feedback_zip(read_record(places.record), places, Platform(platform))
    path = output or default_path(folder, Platform(platform))
    write_atomically(path, made.content)
    for sentence in made.left:
        say(f"left out: {sentence}")
    say(f"{path} holds {made.pages} feedback pages for {platform.capitalize()}")


@app.command()
def demo(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The smallest unless named.")] = None,
    output: OutputOption = Path("autograder-results/demo"),
    jobs: JobsOption = None,
    tier: TierOption = None,
    fresh_interpreters: FreshOption = False,
) -> None:
    """Make a small class for an assignment, grade it like any other, and show the results."""
    require_page_makers()
    from autograder.classroom.class_session import GradeOptions
    from autograder.classroom.demo import make_class
    from autograder.classroom.work import prepare
    from autograder.cli.classes import grade_into

    course = this_course()
    name = name or ("svm" if "svm" in course.names() else course.names()[0])
    work = prepare(course, name, tier)
    submissions = make_class(work, output / "submissions")
    say(f"made a class of {len(list(submissions.iterdir()))} for {name} in {submissions}")
    grade_into(work, submissions, output, jobs, GradeOptions())


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    submission: Annotated[Path, typer.Argument(metavar="HAND-IN")],
    test: Annotated[str, typer.Argument(metavar="TEST", help="A test's id, or a part of it.")],
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="LABEL", help="Which hand-in of a class, as grades.csv calls it."),
    ] = None,
    as_class: ClassOption = False,
    one: OneOption = False,
    tier: TierOption = None,
    fresh_interpreters: FreshOption = False,
) -> None:
    """Show everything about one test of one hand-in: inputs, expected and got, of hidden tests too."""
    from autograder.classroom.grade_one import open_grader
    from autograder.classroom.work import prepare
    from autograder.cli.tables import print_explanation
    from autograder.handin.find import find_one

    work = prepare(this_course(), name, tier)
    ids = [planned.id for planned in work.plan.tests]
    wanted = [id for id in ids if test in id]
    exact = [id for id in wanted if id == test or id.endswith(f"::{test}")]
    if not wanted:
        there = ", ".join(id.partition("::")[2] for id in ids)
        raise CourseError(f"no test of {name} has {test!r} in its id; there: {there}")
    source = find_one(submission, work.assignment.file_names, label, shape=_shape(as_class, one))
    with open_grader(work) as grader:
        opened = work.opened(source)
        verdicts = grader.grade(
            opened.files, only=lambda planned: planned.id in (exact or wanted), unusable=opened.unusable
        )
        print_explanation(verdicts.values(), grader.bank)
