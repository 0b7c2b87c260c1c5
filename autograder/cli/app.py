"""The command line application itself, and options that several commands share."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from autograder import __version__
from autograder.cli.say import say
from autograder.course.loading import Course, find_course

Function = TypeVar("Function", bound=Callable[..., Any])


class _AsRegistered(click.Group):
    """A group that lists its commands in the order in which they were made known, students' first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in that order."""
        return [*self.commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its whole first sentence, which click would cut to one line."""
        shown = [it for it in self.commands.values() if not it.hidden]
        with formatter.section("Commands"):
            formatter.write_dl([(it.name or "", it.get_short_help_str(limit=200)) for it in shown])


def _print_versions(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        import numpy as np  # here, because no other command needs it this early

        say(f"autograder {__version__} (Python {platform.python_version()}, NumPy {np.__version__})")
        context.exit()


@click.group(
    cls=_AsRegistered,
    name="autograder",
    help="Auto-graded NumPy homework: sandboxed, fair, and it says what kind of mistake was made. "
    "The first five commands are for students, the others for those who teach.",
    context_settings={"show_default": True},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Print the versions of the autograder, Python and NumPy.",
)
def app() -> None:
    """Hold all commands."""


def _ask_for_fresh_interpreters(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:  # a variable, because the processes that grade a class are started with this one's
        os.environ["AUTOGRADER_FRESH_INTERPRETERS"] = "1"


PATH = click.Path(path_type=Path)

tier_option = click.option(
    "--tier", metavar="TIER", help="Isolation to use instead of the best that this machine gives."
)
fresh_option = click.option(
    "--fresh-interpreters",
    is_flag=True,
    expose_value=False,
    callback=_ask_for_fresh_interpreters,
    help="Start a new Python for every worker instead of forking one; slower.",
)
jobs_option = click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes to use; all cores unless given.",
)
overrides_option = click.option(
    "--overrides", metavar="CSV", type=PATH, help="Points given by hand; DIR/overrides.csv if there."
)
hints_option = click.option(
    "--hints",
    metavar="CSV",
    type=PATH,
    help="Hints for groups that nothing explains; DIR/hints.csv if there.",
)
roster_option = click.option(
    "--roster", metavar="CSV", type=PATH, help="The course's students, to see who handed nothing in."
)
groups_option = click.option(
    "--groups",
    metavar="CSV",
    type=PATH,
    help="Who is in which group, where one hands in for all: a row for each member.",
)
class_option = click.option(
    "--class", "as_class", is_flag=True, help="What lies in HAND-INS are hand-ins, where that is not clear."
)
one_option = click.option("--one", is_flag=True, help="All of it is one hand-in, where that is not clear.")


def output_option(default: str) -> Callable[[Function], Function]:
    """Return the option for the folder to write to."""
    return click.option(
        "-o", "--output", metavar="DIR", type=PATH, default=default, help="Folder to write to."
    )


def this_course() -> Course:
    """Return the course that the current folder lies in."""
    return find_course(Path.cwd())
