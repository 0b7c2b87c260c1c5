"""What tests cannot give to student code, and what to give instead."""

from __future__ import annotations

import dataclasses

from autograder.errors import CourseError
from autograder.values.pack import type_name


class Refused(Exception):
    """A value of a test cannot be given to student code."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


def refuse(value: object) -> None:
    """Raise `Refused`: what a packer does with a value that it cannot pack."""
    raise Refused(value)


_INSTEAD = {
    "numpy.random._generator.Generator": "pass a seed, or numbers that the test has drawn",
    "numpy.random.mtrand.RandomState": "pass a seed, or numbers that the test has drawn",
    "numpy.matrix": "pass np.asarray(...) of it",
    "range": "pass list(...) of it",
    "generator": "pass list(...) of it",
    "numpy.ndarray_of_object": "pass a list",
}


def cannot_be_given(where: str, value: object) -> CourseError:
    """Return the error for a value of a test that cannot cross to student code, with what to pass instead."""
    kind = type_name(value)
    if kind.startswith("_io."):
        instead = "pass its text, or a file that [[data]] lays into the worker's folder"
    elif dataclasses.is_dataclass(value):
        instead = 'have it made there: student.new("module.Class", ...)'
    else:
        instead = _INSTEAD.get(kind, "pass numbers, text, arrays, or lists, tuples, sets and dicts of them")
    return CourseError(f"{where} is a value of type {kind}, which cannot be given to student code: {instead}")
