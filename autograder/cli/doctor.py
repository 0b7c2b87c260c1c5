"""`autograder doctor`: which isolation and tools this machine has, and how to get the rest."""

from __future__ import annotations

import platform
import shutil
import sys

from rich.table import Table

from autograder.cli.console import CleanConsole
from autograder.errors import GraderError
from autograder.sandbox import isolation
from autograder.sandbox.interpreter import worker_interpreter
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox, why_not_forked
from autograder.sandbox.seccomp import compiled_filter

_PROMISES = {
    Tier.USER_AND_BUBBLEWRAP: "a user of its own for each worker, and no files, processes or network to see",
    Tier.BUBBLEWRAP: "no files, processes or network to see; the same user as you",
    Tier.USER: "a user of its own for each worker; private folders are closed to it, public ones by Landlock",
    Tier.LIMITS: "limits on time and memory only: for a student's own checks, not for grading strangers",
}
_FORKED = "each starts as a copy of one process that holds Python and NumPy, which is much faster"


def examine() -> None:
    """Print the tiers of isolation, the protections and the tools."""
    console = CleanConsole(highlight=False)
    chosen = isolation.choose_tier()
    table = Table("isolation tier", "here", "what it gives, or why not", title="Isolation of student code")
    for tier in Tier:
        reason = isolation.why_not(tier)
        here = "used" if tier is chosen else ("no" if reason else "yes")
        table.add_row(tier, here, reason or _PROMISES[tier])
    console.print(table)
    if chosen is Tier.LIMITS:
        console.print(
            "Grading strangers' code here is not safe: install bubblewrap, or run as root.", style="bold red"
        )
    console.print(_protections(chosen))
    console.print(_machine())


def _protections(chosen: Tier) -> Table:
    table = Table("protection", "here", "note", title=f"On top of tier {chosen}")
    version = isolation.landlock_version()
    table.add_row(
        "Landlock", f"version {version}" if version else "no", "closes files; the kernel has to offer it"
    )
    seccomp = compiled_filter() is not None
    table.add_row(
        "seccomp", "yes" if seccomp else "no", "refuses new processes and sockets; needs libseccomp2"
    )
    try:
        reason = why_not_forked(chosen, worker_interpreter())
        table.add_row(
            "forked workers",
            "no" if reason else "yes",
            f"each is a fresh interpreter: {reason}" if reason else _FORKED,
        )
        process = Sandbox.of_this_machine().start()
        problem = process.protection.problem or "a worker starts and is confined"
        process.kill()
        table.add_row("a worker", "yes", problem)
    except GraderError as error:
        table.add_row("a worker", "no", str(error))
    return table


def _machine() -> Table:
    table = Table("what", "here", title="This machine")
    interpreter = worker_interpreter()
    table.add_row("Python", f"{platform.python_version()} ({sys.executable})")
    table.add_row("Python of the workers", str(interpreter.executable))
    table.add_row("system", f"{platform.system()} {platform.release()}")
    for command, use in (("bwrap", "isolation"), ("uv", "development"), ("git", "development")):
        table.add_row(f"{command} ({use})", shutil.which(command) or "not found")
    return table
