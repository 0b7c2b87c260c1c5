"""The command line application itself, and options that several commands share."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Annotated

import typer

from autograder import __version__
from autograder.cli.say import say
from autograder.course.loading import Course, find_course

app = typer.Typer(
    name="autograder",
    help="Auto-graded NumPy homework: sandboxed, fair, and it says what kind of mistake was made. "
    "The first five commands are for students, the others for those who teach.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

TierOption = Annotated[
    str | None,
    typer.Option(
        "--tier", metavar="TIER", help="Isolation to use instead of the best that this machine gives."
    ),
]


def _ask_for_fresh_interpreters(asked: bool) -> None:
    if asked:  # a variable, because the processes that grade a class are started with this one's
        os.environ["AUTOGRADER_FRESH_INTERPRETERS"] = "1"


FreshOption = Annotated[
    bool,
    typer.Option(
        "--fresh-interpreters",
        callback=_ask_for_fresh_interpreters,
        help="Start a new Python for every worker instead of forking one; slower.",
    ),
]
JobsOption = Annotated[
    int | None, typer.Option("-j", "--jobs", min=1, help="Processes to use; all cores unless given.")
]
OverridesOption = Annotated[
    Path | None,
    typer.Option("--overrides", metavar="CSV", help="Points given by hand; DIR/overrides.csv if there."),
]
HintsOption = Annotated[
    Path | None,
    typer.Option(
        "--hints", metavar="CSV", help="Hints for groups that nothing explains; DIR/hints.csv if there."
    ),
]
OutputOption = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write to.")]


RosterOption = Annotated[
    Path | None,
    typer.Option("--roster", metavar="CSV", help="The course's students, to see who handed nothing in."),
]
GroupsOption = Annotated[
    Path | None,
    typer.Option(
        "--groups",
        metavar="CSV",
        help="Who is in which group, where one hands in for all: a row for each member.",
    ),
]
ClassOption = Annotated[
    bool, typer.Option("--class", help="What lies in HAND-INS are hand-ins, where that is not clear.")
]
OneOption = Annotated[bool, typer.Option("--one", help="All of it is one hand-in, where that is not clear.")]


def _print_versions(asked: bool) -> None:
    if asked:
        import numpy as np  # here, because no other command needs it this early

        say(f"autograder {__version__} (Python {platform.python_version()}, NumPy {np.__version__})")
        raise typer.Exit


_VersionOption = Annotated[
    bool,
    typer.Option(
        "--version",
        callback=_print_versions,
        is_eager=True,
        help="Print the versions of the autograder, Python and NumPy.",
    ),
]


@app.callback()
def _before_every_command(version: _VersionOption = False) -> None:
    pass


def this_course() -> Course:
    """Return the course that the current folder lies in."""
    return find_course(Path.cwd())
