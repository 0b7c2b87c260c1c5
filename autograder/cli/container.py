"""Commands for Gradescope: the one that its container runs, and a rehearsal of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import app
from autograder.cli.say import say


@app.command()
def gradescope(
    root: Annotated[Path, typer.Option("--root", metavar="DIR", help="Where the platform's tree is.")] = Path(
        "/autograder"
    ),
    prepare: Annotated[
        bool,
        typer.Option("--prepare", help="Grade nothing, but work out what is the same for all hand-ins."),
    ] = False,
) -> None:
    """Grade the submission in a Gradescope container; `run_autograder` calls this, `setup.sh` with --prepare."""
    from autograder.classroom.container import grade_in_container, prepare_container

    if prepare:
        prepare_container(root)
        return
    result = grade_in_container(root)
    for fault in result.faults:
        say(f"grader fault: {fault}")
    for question in result.questions:
        for verdict in question.verdicts:
            if not verdict.passed:
                say(f"{verdict.kind:20} {verdict.test}: {verdict.message}")
                if verdict.kind == "grader_fault":
                    say(verdict.details)
    if result.at_fault:
        raise typer.Exit(1)


@app.command()
def rehearse(
    archive: Annotated[Path, typer.Argument(metavar="ZIP")],
    submissions: Annotated[list[Path], typer.Argument(metavar="HAND-IN...")],
) -> None:
    """Run a Gradescope zip in a fresh /autograder tree, as root, as the platform would."""
    from autograder.authoring.rehearsal import rehearse as run_rehearsal
    from autograder.cli.tables import print_rehearsal

    print_rehearsal(run_rehearsal(archive, submissions))
