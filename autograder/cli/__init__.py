"""The command `autograder`; each command is thin and hands over to the room that does the work."""

from __future__ import annotations

import codecs
import gc
import io
import os
import shutil
import sys
from pathlib import Path

import click

from autograder.cli.app import app
from autograder.cli.say import say
from autograder.errors import AutograderError, GraderError
from autograder.text import filled

OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""A command ends soon, and most of what it makes lasts until then."""

__all__ = ["app", "check_beside", "main", "register"]


def main() -> None:
    """Run the command line; every foreseeable error is one sentence on stderr.

    Exit codes: 0 done, 1 something graded or verified fell short or the grader was at fault, 2 wrong usage
    or unusable input.
    """
    # What a command imports and reads is no garbage; looking through it again and again is a tenth of its start.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    if codecs.lookup(sys.getfilesystemencoding()).name == "ascii":
        _begin_again_in_utf_8()
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    register()
    try:
        code = app.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GraderError as error:
        sys.exit(_say(error, 1))
    except AutograderError as error:
        sys.exit(_say(error, 2))
    except (click.Abort, KeyboardInterrupt):
        say("autograder: stopped", file=sys.stderr)
        sys.exit(130)
    sys.exit(code)  # what a command ended with, None if it came to its end


def check_beside(file: str) -> None:
    """Do what `autograder check` does in the folder of a file: `python test_public.py` ends here."""
    os.chdir(Path(file).resolve().parent)
    sys.argv[:1] = ["autograder", "check"]
    main()


def register() -> None:
    """Make the commands known, in the order in which the help lists them."""
    from autograder.cli import student, course, grading, container  # noqa: F401 # isort: skip


def _begin_again_in_utf_8() -> None:
    """Start anew where Python takes the names of files for ASCII: names and results in UTF-8 would be all escapes."""
    os.environ["PYTHONUTF8"] = "1"  # for the processes that grade, too
    # Without -P the current folder is where modules are first looked for, and it may be a stranger's.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "autograder", *sys.argv[1:]])


def _say(error: AutograderError, code: int) -> int:
    sentence = f"autograder: {' '.join(str(error).split())}"
    if sys.stderr.isatty():  # a terminal by itself breaks lines within words
        sentence = filled(sentence, shutil.get_terminal_size().columns)
    say(sentence, file=sys.stderr)
    return code
