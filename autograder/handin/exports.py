"""Gradescope's class export: which folder was handed in by whom and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from autograder.handin.students import Student, text_of
from autograder.text import one_line

EXPORT_FILE = "submission_metadata.yml"
EXPORT_BYTES = 200_000_000


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
        If it is no YAML mapping, or PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise UnreadableExportError(
            "PyYAML is not installed; install homework-autograder[instructor]"
        ) from error
    text = "".join(_without_results(content.decode("utf-8-sig", "replace")))
    try:
        table = yaml.load(text, Loader=_loader(yaml))
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError, TypeError) as error:
        raise UnreadableExportError(f"it is no YAML: {one_line(str(error), 120)}") from error
    if not isinstance(table, dict):
        raise UnreadableExportError("it lists no hand-ins")
    return {name: _listed(entry) for name, entry in table.items() if isinstance(name, str)}


def _without_results(text: str) -> Iterator[str]:
    """Yield the lines but for each hand-in's results and history: long, of no use here, slow to parse."""
    skipping = False
    for line in text.splitlines(keepends=True):
        if re.match(r"\S|  :?\w+:", line):
            skipping = re.match(r"  :?(results|history|test_results):", line) is not None
        if not skipping:
            yield line


def _loader(yaml: Any) -> Any:
    """Return a safe loader that takes a value with a foreign tag (`!ruby/…`) for what it plainly is."""

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def plain(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!", plain)
    return Loader


def _listed(entry: object) -> Listed:
    submitters = _get(entry, "submitters")
    students = [_student(it) for it in submitters] if isinstance(submitters, list) else []
    return Listed(tuple(it for it in students if it.key), _time(_get(entry, "created_at")))


def _student(entry: object) -> Student:
    return Student(
        name=text_of(_get(entry, "name")), email=text_of(_get(entry, "email")), id=text_of(_get(entry, "sid"))
    )


def _get(entry: object, key: str) -> object:
    if not isinstance(entry, Mapping):
        return None
    return entry.get(f":{key}", entry.get(key))


def _time(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None
