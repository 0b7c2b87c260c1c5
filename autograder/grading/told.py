"""What students are told of graded tests: messages from a closed vocabulary, because code that has seen hidden inputs
chooses among them.

A shape is repeated as far as its extents are those of inputs or of what was expected, a dtype as its kind, a number if
the author of the test wrote it. What an object of an unusual type is called is told once for a function, and later only
if it is the same. Where something happened, and what was raised, is told once for a function: the first message with a
place in it. The same message may be repeated; another one says only that it is another.
`docs/security.md` says how many bits that leaves, and `tests/grading/test_told.py` measures them.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.grading.trial import Finding, Trial
from autograder.model.verdict import Family, Kind
from autograder.values.describe import OTHER_OBJECT, words_for_objects
from autograder.values.walk import mapped

MOST_EXTENTS = 8
"""So many extents may be told apart; the first ones that occur."""
UNTOLD = "…"
STEPS = 24
"""Measured numbers are told in so many steps for each power of ten: a call chooses what time and memory it takes."""
_ALWAYS = frozenset({0, 1, 2})
_KINDS = {
    "float": "floats", "int": "integers", "uint": "integers", "complex": "complex numbers", "bool": "truth values",
    "longdouble": "floats", "clongdouble": "complex numbers",
}  # fmt: skip
_PLACE = re.compile(r"\bline \d+")
_ARRAY = re.compile(
    r"an array of ([a-z]+)\d* with (?:shape \([\d, ]*\)|a (?:far larger|very different) shape)"
)
_SHAPE = re.compile(r"shape \(([\d, ]*)\)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*\w)(?! (?:MB|times)\b)")
_ANOTHER = {
    Kind.RAISED: "it raises another exception than in an earlier test",
    Kind.LOOPS: "it runs in another Python loop than in an earlier test",
}


def roughly(number: float) -> float:
    """Return a measured number by the nearest of `STEPS` in each power of ten, from a tenth to a thousand."""
    power = round(math.log10(number) * STEPS) if 0 < number < math.inf else 0
    return float(f"{10 ** (min(3 * STEPS, max(-STEPS, power)) / STEPS):.3g}")


class Told:
    """What one hand-in has been told so far."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, Kind], str] = {}
        self._objects: dict[str, str] = {}

    def closed(self, finding: Finding, trial: Trial, file: Path) -> Finding:
        """Return a finding of a graded test with a message that tells no more than it may.

        Parameters
        ----------
        trial
            The run that it was found in.
        file
            The file of the test, whose numbers are its author's.
        """
        if finding.kind is Kind.GRADER_FAULT:
            return finding
        message = finding.message
        if finding.kind.family is Family.VALUE or finding.kind is Kind.OTHER_TYPE:
            message = self._with_one_object(message, trial.called_last)
            message = _with_known_numbers(message, set(_extents_in(trial)), file)
        return replace(finding, message=self._once(message, finding.kind, trial.called_last))

    def _with_one_object(self, message: str, function: str) -> str:
        found = _objects().search(message)
        if found is None or self._objects.setdefault(function, found[0]) == found[0]:
            return message
        return _objects().sub(OTHER_OBJECT, message)

    def _once(self, message: str, kind: Kind, function: str) -> str:
        if not _PLACE.search(message):
            return message
        first = self._places.setdefault((function, kind), message)
        return (
            message
            if first == message
            else _ANOTHER.get(kind, "something else is missing than in an earlier test")
        )


@functools.cache
def _objects() -> re.Pattern[str]:
    words = sorted(words_for_objects(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w| of )")


def _with_known_numbers(message: str, extents: set[int], file: Path) -> str:
    known = numbers_in(file)

    def shape(found: re.Match[str]) -> str:
        parts = [part.strip() for part in found[1].split(",") if part.strip()]
        told = [part if int(part) in extents else UNTOLD for part in parts]
        told = told if len(told) < 3 or UNTOLD not in told else [UNTOLD] * len(told)
        return f"shape ({', '.join(told)}{',' * (len(told) == 1)})"

    def number(found: re.Match[str]) -> str:
        text = found[0]
        is_extent = text.isdigit() and int(text) in extents
        return text if is_extent or text in known else UNTOLD

    message = _ARRAY.sub(lambda it: f"an array of {_KINDS.get(it[1], it[1])}", message)
    pieces = re.split(r"(shape \([\d, ]*\))", message)
    return "".join(
        _SHAPE.sub(shape, it) if _SHAPE.fullmatch(it) else _NUMBER.sub(number, it) for it in pieces
    )


@functools.lru_cache(maxsize=32)
def numbers_in(file: Path) -> frozenset[str]:
    """Return the numbers in a file of tests, as they are written."""
    return frozenset(re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", file.read_text(encoding="utf-8")))


def _extents_in(trial: Trial) -> Iterator[int]:
    """Yield the extents that are no secret to who may see messages: of what goes in, and of what is expected."""
    yield from _ALWAYS
    values = [it.expected for it in trial.compared] + [
        value for call in trial.calls for value in (*call.args, *call.keywords.values())
    ]
    yield from list(dict.fromkeys(_extents_of(values)))[:MOST_EXTENTS]


def _extents_of(values: Iterable[Any]) -> list[int]:
    found: list[int] = []

    def note(part: Any) -> Any:
        if isinstance(part, np.ndarray):
            found.extend(part.shape)
        elif isinstance(part, (list, tuple, dict)):
            found.append(len(part))
        return part

    for value in values:
        note(value)
        mapped(note, value)
    return found
