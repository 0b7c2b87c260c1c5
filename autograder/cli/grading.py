"""Commands around grading: a class, a demonstration, a report on a class, and one test looked at closely."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.app import (
    PATH,
    app,
    class_option,
    fresh_option,
    groups_option,
    hints_option,
    jobs_option,
    one_option,
    output_option,
    overrides_option,
    roster_option,
    this_course,
    tier_option,
)
from autograder.cli.say import say
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.grading.trial import Trial
    from autograder.handin.shape import Shape
    from autograder.model.verdict import Verdict


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
@click.argument("name", metavar="NAME")
@click.argument("submissions", metavar="HAND-INS", type=PATH)
@output_option("autograder-results")
@jobs_option
@click.option("--all", "every", is_flag=True, help="Grade every hand-in of a student, not only the last.")
@click.option("--regrade", is_flag=True, help="Grade again what was graded before, and list what changed.")
@click.option("--due", metavar="DATE", help="When it was due, such as 2030-01-31T23:59; local time.")
@class_option
@one_option
@click.option(
    "--unread-as-zero", is_flag=True, help="Give 0 points for hand-ins that cannot be read, instead of none."
)
@overrides_option
@hints_option
@roster_option
@groups_option
@click.option("--scheduler", metavar="ADDRESS", help="Grade on a dask cluster, at tcp://HOST:PORT.")
@tier_option
@fresh_option
def grade(
    name: str,
    submissions: Path,
    output: Path,
    jobs: int | None,
    every: bool,
    regrade: bool,
    due: str | None,
    as_class: bool,
    one: bool,
    unread_as_zero: bool,
    overrides: Path | None,
    hints: Path | None,
    roster: Path | None,
    groups: Path | None,
    scheduler: str | None,
    tier: str | None,
) -> None:
    """Grade a class: a folder or an archive of hand-ins, or an export of Gradescope, Canvas, Moodle, Blackboard or
    Brightspace.

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
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--take", metavar="CSV", type=PATH, help="Marks downloaded from the page, for the overrides.")
@overrides_option
@click.option("-o", "--output", metavar="HTML", type=PATH, help="The page; DIR/written.html unless given.")
@hints_option
def written(
    folder: Path, take: Path | None, overrides: Path | None, output: Path | None, hints: Path | None
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
@click.argument("folder", metavar="DIR", type=PATH)
@overrides_option
@hints_option
@roster_option
@click.option(
    "--as-known-mistake",
    metavar="GROUP",
    help="Add an entry for a group of the report to the bank, to be finished; write nothing else.",
)
@tier_option
def report(
    folder: Path,
    overrides: Path | None,
    hints: Path | None,
    roster: Path | None,
    as_known_mistake: str | None,
    tier: str | None,
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
@click.argument("folder", metavar="DIR", type=PATH)
@click.option(
    "--gradebook",
    required=True,
    metavar="CSV",
    type=PATH,
    help="As exported from Canvas, Moodle or Gradescope.",
)
@click.option("-o", "--output", metavar="CSV", type=PATH, help="The gradebook to write.")
@click.option("--column", metavar="HEADING", help="The column to write; found unless given.")
@click.option("--scale", is_flag=True, help="Scale the totals where the gradebook has another maximum.")
@overrides_option
def grades(
    folder: Path,
    gradebook: Path,
    output: Path | None,
    column: str | None,
    scale: bool,
    overrides: Path | None,
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
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--for", "platform", required=True, metavar="PLATFORM", help="canvas or moodle.")
@click.option("-o", "--output", metavar="ZIP", type=PATH, help="The zip to write.")
def feedback(folder: Path, platform: str, output: Path | None) -> None:
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
@click.argument("name", metavar="NAME")
@click.argument("submission", metavar="HAND-IN", type=PATH)
@click.argument("test", metavar="TEST")
@click.option("--label", metavar="LABEL", help="Which hand-in of a class, as grades.csv calls it.")
@class_option
@one_option
@tier_option
@fresh_option
def explain(
    name: str, submission: Path, test: str, label: str | None, as_class: bool, one: bool, tier: str | None
) -> None:
    """Show everything about one test of one hand-in: inputs, expected and got, of hidden tests too.

    TEST is a test's id, or a part of it.
    """
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
    due = work.assignment
    source = find_one(submission, due.file_names, label, shape=_shape(as_class, one), paths=due.file_paths)
    public = {planned.id for planned in work.plan.tests if planned.public}
    last: list[Trial] = []
    came: dict[str, object] = {}

    def on_verdict(verdict: Verdict) -> None:
        if last and last[0].compared and verdict.test in public:
            came[verdict.test] = last[0].compared[-1].got
        last.clear()

    with open_grader(work) as grader:
        opened = work.opened(source)
        verdicts = grader.grade(
            opened.files,
            on_verdict,
            only=lambda planned: planned.id in (exact or wanted),
            on_trial=lambda trial: last.__setitem__(slice(None), [trial]),
            unusable=opened.unusable,
        )
        print_explanation(verdicts.values(), grader.bank, came)


@app.command()
@click.argument("name", required=False, metavar="[NAME]")
@output_option("autograder-results/demo")
@jobs_option
@tier_option
@fresh_option
def demo(name: str | None, output: Path, jobs: int | None, tier: str | None) -> None:
    """Make a small class for an assignment, grade it like any other, and show the results.

    It is for svm, or else the course's first assignment, unless another is named.
    """
    require_page_makers()
    from autograder.classroom.class_session import GradeOptions
    from autograder.classroom.demo import make_class
    from autograder.classroom.work import prepare
    from autograder.cli.classes import grade_into

    course = this_course()
    name = name or ("svm" if "svm" in course.names() else course.names()[0])
    work = prepare(course, name, tier)
    submissions = make_class(work, output / "submissions")
    size = len(list(submissions.iterdir()))
    say(
        f"made a class of {size} for {name} in {submissions}; all of one solution, so their code is near-identical"
    )
    grade_into(work, submissions, output, jobs, GradeOptions())
