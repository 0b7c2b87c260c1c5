"""Writes the files by which otter-grader finds the questions; otter itself is not needed for that."""

from __future__ import annotations

import json

from autograder.model.assignment import NOTEBOOK, Assignment

TESTS_FOLDER = "tests"
EMPTY_NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'

_TEST_FILE = '''\
"""Lets otter-grader check the question {id}: the checks themselves are in test_public.py."""

from autograder.otter import require, test_case

OK_FORMAT = False
name = "{id}"
points = {points}


@test_case(name="public checks")
def public_checks():
    require("{id}")
'''


def otter_test_files(assignment: Assignment) -> dict[str, bytes]:
    """Return otter's test files by path, one for each question, in its exception format."""
    return {
        f"{TESTS_FOLDER}/{question.id}.py": _TEST_FILE.format(
            id=question.id, points=float(question.points)
        ).encode()
        for question in assignment.questions
    }


def otter_run_files(assignment: Assignment, visible: bool) -> dict[str, bytes]:
    """Return the extra files with which a plain `otter run -a` accepts a zip for Gradescope.

    Otter insists on a folder of tests and on exactly one notebook or module among the files handed in. Where
    modules are due, of which there may be several, our empty notebook is the one; it replaces one of that name in the
    hand-in before anything reads it. Where a notebook is due, that is the one.
    """
    config = {
        "plugins": ["autograder.otter.SandboxPlugin"],
        "pdf": False,
        "show_hidden": True,
        "show_all_public": visible,
        "print_summary": True,
    }
    notebook_is_due = any(file.due.endswith(NOTEBOOK) for file in assignment.files)
    return {
        "otter_config.json": json.dumps(config, indent=2).encode() + b"\n",
        **({} if notebook_is_due else {f"files/{assignment.name}{NOTEBOOK}": EMPTY_NOTEBOOK}),
        **otter_test_files(assignment),
    }
