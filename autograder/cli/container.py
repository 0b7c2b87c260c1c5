"""Commands for Gradescope: the one that its container runs, and a rehearsal of it."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.app import PATH, app
from autograder.cli.say import say


@app.command()
@click.option("--root", metavar="DIR", type=PATH, default="/autograder", help="Where the platform's tree is.")
@click.option(
    "--prepare", is_flag=True, help="Grade nothing, but work out what is the same for all hand-ins."
)
def gradescope(root: Path, prepare: bool) -> None:
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
        raise click.exceptions.Exit(1)


@app.command()
@click.argument("archive", metavar="ZIP", type=PATH)
@click.argument("submissions", nargs=-1, required=True, metavar="HAND-IN...", type=PATH)
def rehearse(archive: Path, submissions: tuple[Path, ...]) -> None:
    """Run a Gradescope zip in a fresh /autograder tree, as root, as the platform would."""
    from autograder.authoring.rehearsal import rehearse as run_rehearsal
    from autograder.cli.tables import print_rehearsal

    print_rehearsal(run_rehearsal(archive, submissions))
