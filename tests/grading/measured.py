"""Student code as the fixtures that measure see it: real workers, one for the hand-in and one for the reference."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np

from autograder.errors import GraderError
from autograder.grading.trial import Finding, NotPassed, Subject, Trial
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.interpreter import Interpreter, interpreter_of, worker_interpreter
from autograder.sandbox.process import Sandbox

_COMMANDS = ("python3.11", "python3.12", "python3.13", "python3.14")
_spaces = itertools.count()


@functools.cache
def interpreters() -> dict[str, Interpreter]:
    """Return the Pythons that workers can run on, one per version: ours, those of the path, those named.

    AUTOGRADER_TEST_PYTHONS names more of them, separated as in PATH; each must be able to run workers.
    """
    named = [python for python in os.environ.get("AUTOGRADER_TEST_PYTHONS", "").split(os.pathsep) if python]
    found = {"{}.{}".format(*sys.version_info): worker_interpreter()}
    for python in named:
        interpreter = interpreter_of(python)
        found.setdefault(_version_of(interpreter), interpreter)
    for command in filter(shutil.which, _COMMANDS):
        if command.removeprefix("python") in found:
            continue  # to ask it would start it, in each of the processes that collect tests
        try:
            interpreter = interpreter_of(command)
        except GraderError:  # a Python without NumPy is none for workers
            continue
        found.setdefault(_version_of(interpreter), interpreter)
    return found


def _version_of(interpreter: Interpreter) -> str:
    return interpreter.executable.name.removeprefix("python")


@contextmanager
def hosts(interpreter: Interpreter | None = None, tier: str | None = None) -> Iterator[tuple[Host, Host]]:
    """Start two workers of the same kind: for the hand-in, and for the reference."""
    sandbox = Sandbox.of_this_machine(tier=tier)
    sandbox = replace(sandbox, interpreter=interpreter or sandbox.interpreter)
    with Host(sandbox) as student, Host(sandbox) as reference:
        yield student, reference


def trial_of(hosts: tuple[Host, Host], student: str | bytes, reference: str, seconds: float = 20.0) -> Trial:
    """Return a trial of `hw.py` with this text, or all of its bytes, against a reference with that one."""
    names = next(_spaces)
    return Trial(
        Subject(hosts[0], _files(student), f"+{names}", seconds),
        Code(hosts[1], _files(reference), f"reference+{names}", seconds),
        partial(np.random.default_rng, names),
    )


def finding_of(run: object, *args: object, **options: object) -> Finding | None:
    """Return what a fixture finds, None where the test is passed."""
    assert callable(run)
    try:
        run(*args, **options)
    except NotPassed as error:
        return error.finding
    return None


def _files(text: str | bytes) -> dict[str, bytes]:
    if isinstance(text, bytes):
        return {"hw.py": text}
    return {"hw.py": ("import numpy as np\n" + textwrap.dedent(text)).encode()}


def line_of(text: str, part: str) -> int:
    """Return the line of `hw.py` that holds a part of its text."""
    return next(n for n, line in enumerate(textwrap.dedent(text).splitlines(), 2) if part in line)
