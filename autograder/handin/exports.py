"""Gradescope's class export: which folder was handed in by whom and when."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from autograder.handin.students import Student
from autograder.text import lossless, one_line

EXPORT_FILE = "submission_metadata.yml"
EXPORT_BYTES = 200_000_000
SECONDS_TO_READ = 60.0
MOST_NESTED = 50


class UnreadableExportError(Exception):
    """The export's list cannot be read; the message is the reason."""


@dataclass(frozen=True)
class Listed:
    """One folder of the export."""

    students: tuple[Student, ...]
    created_at: datetime | None


def read_export(content: bytes) -> dict[str, Listed]:
    """Return what `submission_metadata.yml` says, by folder name.

    Every field is optional. Keys may be Ruby symbols (`:name:`) or plain.

    Raises
    ------
    UnreadableExportError
        If it is not a YAML mapping, or PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise UnreadableExportError(
            "PyYAML is not installed; install homework-autograder[instructor]"
        ) from error
    text = "".join(_without_results(content.decode("utf-8-sig", "backslashreplace")))
    try:
        table = _Builder(yaml, text).document()
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise UnreadableExportError(f"it is not valid YAML: {one_line(str(error), 120)}") from error
    if not isinstance(table, dict):
        raise UnreadableExportError("it lists no hand-ins")
    return {name: _listed(entry) for name, entry in table.items() if isinstance(entry, dict)}


class _Builder:
    """Makes plain data of a YAML document: every scalar is text, whatever its tag, so that no id becomes a number.

    Aliases and merges, by which a few lines become gigabytes, are refused.
    """

    def __init__(self, yaml: Any, text: str) -> None:
        self._yaml = yaml
        self._events = yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        self._stop_at = time.monotonic() + SECONDS_TO_READ

    def document(self) -> object:
        """Return the first document; None if there is none."""
        for event in self._events:
            if isinstance(event, self._yaml.DocumentStartEvent):
                return self._value(next(self._events), 0)
        return None

    def _value(self, event: Any, depth: int) -> object:
        if depth > MOST_NESTED:
            raise UnreadableExportError("its entries are nested too deeply")
        if time.monotonic() > self._stop_at:
            raise UnreadableExportError(f"it takes longer than {SECONDS_TO_READ:.0f} seconds to read")
        if isinstance(event, self._yaml.AliasEvent):
            raise UnreadableExportError("it refers to parts of itself, as no export does")
        if isinstance(event, self._yaml.ScalarEvent):
            return event.value
        parts = list(self._parts(depth + 1))
        if isinstance(event, self._yaml.SequenceStartEvent):
            return parts
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return {key: value for key, value in pairs if isinstance(key, str)}

    def _parts(self, depth: int) -> Iterator[object]:
        for event in self._events:
            if isinstance(event, (self._yaml.SequenceEndEvent, self._yaml.MappingEndEvent)):
                return
            yield self._value(event, depth)


def _without_results(text: str) -> Iterator[str]:
    """Yield the lines without each hand-in's results and history: long, of no use here, slow to parse."""
    skipping = False
    for line in text.splitlines(keepends=True):
        if re.match(r"\S|  :?\w+:", line):
            skipping = re.match(r"  :?(results|history|test_results):", line) is not None
        if not skipping:
            yield line


def _listed(entry: dict[str, object]) -> Listed:
    submitters = _get(entry, "submitters")
    students = (
        [_student(it) for it in submitters if isinstance(it, dict)] if isinstance(submitters, list) else []
    )
    return Listed(tuple(it for it in students if it.key), moment_of(_get(entry, "created_at")))


def _student(entry: dict[str, object]) -> Student:
    name, email, id = (_get(entry, key) for key in ("name", "email", "sid"))
    return Student(*(lossless(it, 200) if isinstance(it, str) else "" for it in (name, email, id)))


def _get(entry: dict[str, object], key: str) -> object:
    value = entry.get(f":{key}", entry.get(key))
    return None if value in ("null", "~") else value


def moment_of(value: object) -> datetime | None:
    """Return the moment that Gradescope wrote in ISO 8601 or Ruby's form, in UTC; None if it is not one."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(re.sub(r" (?=[Z+-])", "", value.strip()))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
