"""Makes a small class for an assignment, with right, empty, wrong and broken hand-ins."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.grading.explain.bank import Variant
from autograder.model.assignment import Assignment

MISTAKES_SHOWN = 5
_MARK = ".made-by-autograder-demo"
_LOOPS_FOR_EVER = "\n\ndef endless(*args, **keywords):\n    while True:\n        pass\n\n\n{name} = endless\n"


def make_class(work: Work, folder: Path) -> Path:
    """Write one folder of files for each member of the class and return the folder of all.

    Raises
    ------
    CourseError
        If `folder` holds something that an earlier demonstration did not make.
    """
    _clear(folder)
    for label, files in _members(work).items():
        for name, source in files.items():
            path = folder / label / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source)
    return folder


def _clear(folder: Path) -> None:
    """Remove the class of an earlier demonstration."""
    mark = folder.parent / _MARK
    if folder.exists():
        if not mark.is_file():
            raise CourseError(
                f"{folder} exists and was not made by a demonstration; choose another folder with -o"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    mark.write_text("submissions/ beside this file is made anew by every demonstration\n")


def _members(work: Work) -> dict[str, Mapping[str, bytes]]:
    reference = work.solution.reference_files(work.assignment)
    bank = work.bank
    stub = {file.name: file.stub() for file in work.assignment.files}
    members: dict[str, Mapping[str, bytes]] = {"right": reference, "untouched-stub": stub}
    for variant in _spread(bank.variants):
        members[f"{variant.mistake.id}-{variant.target.rpartition('.')[2]}"] = variant.files
    members["loops-for-ever"] = _endless(work.assignment, reference)
    first = work.assignment.files[0].name
    members["does-not-parse"] = {**reference, first: reference[first] + b"\n\nreturn (loss, dW\n"}
    return members


def _spread(variants: tuple[Variant, ...]) -> list[Variant]:
    """Return a few mistakes from all over the bank."""
    mistakes = [variant for variant in variants if not variant.mistake.accepted]
    step = max(1, len(mistakes) // MISTAKES_SHOWN)
    return mistakes[::step][:MISTAKES_SHOWN]


def _endless(assignment: Assignment, reference: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the reference with one function that never ends."""
    functions = [function for question in assignment.questions for function in question.functions]
    module, _, name = functions[-1].partition(".")
    file = f"{module}.py"
    return {**reference, file: reference[file] + _LOOPS_FOR_EVER.format(name=name).encode()}
