"""Commands for students: run the public checks, make a hand-in, play with a linear classifier."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.app import PATH, app, fresh_option, tier_option
from autograder.cli.say import say
from autograder.errors import CourseError
from autograder.playground.page import PLAYGROUND_FILE

assignment_argument = click.argument("assignment", required=False, metavar="[ASSIGNMENT]")


@app.command()
@click.argument("questions", nargs=-1, metavar="[ASSIGNMENT] [QUESTION]...")
@click.option("--watch", is_flag=True, help="Check again after every save, until Ctrl-C.")
@click.option("--page", is_flag=True, help="Also write a page to open in a browser, with wrong cells marked.")
@click.option("--summary", metavar="FILE", type=PATH, help="Add the outcome as Markdown to this file.")
@click.option("--points", metavar="FILE", type=PATH, help="Add lines with points= and out_of= to this file.")
@tier_option
@fresh_option
def check(
    questions: tuple[str, ...],
    watch: bool,
    page: bool,
    summary: Path | None,
    points: Path | None,
    tier: str | None,
) -> None:
    """Run the public checks on the files in this folder and explain what is wrong.

    All questions are checked unless some are named. In a folder above, name the assignment first.
    """
    from autograder.cli.checks import print_checks, watch_checks
    from autograder.files.writing import append, write_atomically
    from autograder.report.grades import decimal
    from autograder.student.checks import check_folder
    from autograder.student.page import page_of
    from autograder.student.place import find_work
    from autograder.student.summary import points_of, summary_of

    folder, wanted = find_work(Path.cwd(), questions)
    if watch:
        watch_checks(folder, wanted, tier)
    checks = check_folder(wanted, folder, tier)
    print_checks(checks, folder)
    if page:
        path = folder / f"{checks.assignment.name}-checks.html"
        write_atomically(path, page_of(checks).encode())
        say(f"To see it in a browser, open {path.resolve().as_uri()}")
    if summary is not None:
        append(summary, summary_of(checks))
    if points is not None:
        earned, total = points_of(checks)
        append(points, f"points={decimal(earned)}\nout_of={decimal(total)}\n")
    if not checks.passed:
        raise click.exceptions.Exit(1)


@app.command()
@click.argument(
    "words",
    nargs=-1,
    metavar="[ASSIGNMENT] [QUESTION]",
)
@tier_option
@fresh_option
def hint(words: tuple[str, ...], tier: str | None) -> None:
    """Give a hint for a question: first a question, then where to look, then a worked example.

    Each stage comes after a new attempt or a minute. Without a question it is about the one to be mended first. In a
    folder above, name the assignment first.
    """
    from autograder.cli.checks import print_hint
    from autograder.student.checks import check_folder
    from autograder.student.hints import hint_for
    from autograder.student.place import find_work
    from autograder.student.states import first_to_mend

    folder, questions = find_work(Path.cwd(), words)
    if len(questions) > 1:
        raise CourseError(
            "give one question at a time: autograder hint QUESTION; autograder status lists them."
        )
    checks = check_folder((), folder, tier)
    question = checks.assignment.question(questions[0]).id if questions else first_to_mend(checks)
    print_hint(hint_for(checks, question, folder))


@app.command()
@assignment_argument
@tier_option
@fresh_option
def status(assignment: str | None, tier: str | None) -> None:
    """Say for each question what its public checks say, what is at stake, what changed, and what to do next.

    In a folder above, name the assignment or its folder.
    """
    from autograder.cli.checks import print_standing
    from autograder.student.checks import check_folder
    from autograder.student.place import find_whole_work
    from autograder.student.standing import standing_of

    folder = find_whole_work(Path.cwd(), assignment)
    checks = check_folder((), folder, tier)
    print_standing(standing_of(checks, folder))
    if not checks.passed:
        raise click.exceptions.Exit(1)


@app.command()
@assignment_argument
@click.option("-o", "--output", metavar="ZIP", type=PATH, help="The zip to write.")
@tier_option
@fresh_option
def submit(assignment: str | None, output: Path | None, tier: str | None) -> None:
    """Check the work in this folder and write the one zip to hand in.

    In a folder above, name the assignment or its folder.
    """
    from autograder.cli.checks import print_hand_in
    from autograder.student.place import find_whole_work
    from autograder.student.submit import make_hand_in

    folder = find_whole_work(Path.cwd(), assignment)
    hand_in = make_hand_in(folder, output, tier)
    print_hand_in(hand_in, folder)
    if not hand_in.checks.passed:
        raise click.exceptions.Exit(1)


@app.command()
@click.option("-o", "--output", metavar="HTML", type=PATH, default=PLAYGROUND_FILE, help="The page to write.")
@click.option("--no-browser", is_flag=True, help="Write the page without opening it.")
def playground(output: Path, no_browser: bool) -> None:
    """Write the page that shows what a linear classifier, its loss and its gradient do, and open it."""
    import os
    import sys
    import webbrowser

    from autograder.files.writing import write_atomically
    from autograder.playground.page import playground_page

    write_atomically(output, playground_page().encode())
    # Without a screen, a browser for the terminal might take this one over, and could not run the page.
    screen = sys.platform != "linux" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    opened = not no_browser and screen and webbrowser.open(output.resolve().as_uri())
    say(f"{output} is {'open in your browser' if opened else 'ready: open it in a browser'}")
