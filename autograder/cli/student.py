"""Commands for students: run the public checks, make a hand-in, play with a linear classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import FreshOption, TierOption, app
from autograder.cli.say import say
from autograder.errors import CourseError
from autograder.playground.page import PLAYGROUND_FILE

AssignmentArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[ASSIGNMENT]", help="Its name or folder, in a folder above; this folder's unless named."
    ),
]


@app.command()
def check(
    questions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ASSIGNMENT] [QUESTION]...", help="All unless named; see below for ASSIGNMENT."
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again after every save, until Ctrl-C.")
    ] = False,
    page: Annotated[
        bool, typer.Option("--page", help="Also write a page to open in a browser, with wrong cells marked.")
    ] = False,
    summary: Annotated[
        Path | None,
        typer.Option("--summary", metavar="FILE", help="Add the outcome as Markdown to this file."),
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option("--points", metavar="FILE", help="Add lines with points= and out_of= to this file."),
    ] = None,
    tier: TierOption = None,
    fresh_interpreters: FreshOption = False,
) -> None:
    """Run the public checks on the files in this folder and explain what is wrong.

    In a folder above, name the assignment first.
    """
    from autograder.cli.checks import print_checks, watch_checks
    from autograder.files.writing import append, write_atomically
    from autograder.report.grades import decimal
    from autograder.student.checks import check_folder
    from autograder.student.page import page_of
    from autograder.student.place import find_work
    from autograder.student.summary import points_of, summary_of

    folder, questions = find_work(Path.cwd(), questions or [])
    if watch:
        watch_checks(folder, questions, tier)
    checks = check_folder(questions, folder, tier)
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
        raise typer.Exit(1)


@app.command()
def hint(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[ASSIGNMENT] QUESTION", help="The question; in a folder above, the assignment first."
        ),
    ],
    tier: TierOption = None,
    fresh_interpreters: FreshOption = False,
) -> None:
    """Give a hint for a question: first a question, then where to look, then a worked example.

    Each stage comes after a new attempt or a minute.
    """
    from rich.text import Text

    from autograder.cli.console import CleanConsole
    from autograder.student.checks import check_folder
    from autograder.student.hints import hint_for
    from autograder.student.place import find_work

    folder, questions = find_work(Path.cwd(), words)
    if len(questions) != 1:
        raise CourseError("say which question: autograder hint QUESTION; autograder status lists them.")
    checks = check_folder((), folder, tier)
    given = hint_for(checks, checks.assignment.question(questions[0]).id, folder)
    console = CleanConsole(highlight=False)
    for number, paragraph in enumerate(given.paragraphs):
        # Lines of code are to be copied, so they are not broken.
        console.print(Text(f"{chr(10) * bool(number)}{paragraph}"), soft_wrap="\n" in paragraph)


@app.command()
def status(
    assignment: AssignmentArgument = None, tier: TierOption = None, fresh_interpreters: FreshOption = False
) -> None:
    """Say for each question what its public checks say, what is at stake, what changed, and what to do next."""
    from autograder.cli.checks import print_standing
    from autograder.student.checks import check_folder
    from autograder.student.place import find_whole_work
    from autograder.student.standing import standing_of

    folder = find_whole_work(Path.cwd(), assignment)
    checks = check_folder((), folder, tier)
    print_standing(standing_of(checks, folder))
    if not checks.passed:
        raise typer.Exit(1)


@app.command()
def submit(
    assignment: AssignmentArgument = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="ZIP", help="The zip to write.")
    ] = None,
    tier: TierOption = None,
    fresh_interpreters: FreshOption = False,
) -> None:
    """Check the work in this folder and write the one zip to hand in."""
    from autograder.cli.checks import print_hand_in
    from autograder.student.place import find_whole_work
    from autograder.student.submit import make_hand_in

    folder = find_whole_work(Path.cwd(), assignment)
    hand_in = make_hand_in(folder, output, tier)
    print_hand_in(hand_in, folder)
    if not hand_in.checks.passed:
        raise typer.Exit(1)


@app.command()
def playground(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="HTML", help="The page to write.")] = Path(
        PLAYGROUND_FILE
    ),
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Write the page without opening it.")
    ] = False,
) -> None:
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
