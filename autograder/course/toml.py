"""The shapes of `assignment.toml` and `grading.toml`, and the reader that checks files against them."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Meta, field

from autograder.errors import CourseError
from autograder.model.assignment import Visibility

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
PositiveCount = Annotated[int, Meta(ge=1, le=1_000_000)]
Points = int | str
Names = tuple[str, ...]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class FileToml(_Strict, frozen=True, kw_only=True):
    """One `[[files]]` entry."""

    name: str
    origin: str | None = field(name="from", default=None)


class LimitsToml(_Strict, frozen=True, kw_only=True):
    """The `[limits]` table; its defaults are those of `Limits`."""

    seconds_per_call: float = 10.0
    seconds_total: float = 240.0
    memory_mb: PositiveCount = 1024


class QuestionToml(_Strict, frozen=True, kw_only=True):
    """One `[[questions]]` entry."""

    id: str
    title: str
    points: Points
    functions: Names = ()
    not_allowed: Names = ()


class AssignmentToml(_Strict, frozen=True, kw_only=True):
    """The whole of `assignment.toml`."""

    title: str
    version: str
    total_points: Points
    files: tuple[FileToml, ...]
    questions: tuple[QuestionToml, ...]
    name: Annotated[str, Meta(pattern="^[A-Za-z0-9_][A-Za-z0-9_.-]*$")] | None = None
    not_allowed: Names = ()
    limits: LimitsToml = LimitsToml()
    conventions: dict[str, Literal["accept", "mistake"]] = field(default_factory=dict)


class VisibilityToml(_Strict, frozen=True, kw_only=True):
    """The `[visibility]` table."""

    tests: Visibility = "visible"


class LateToml(_Strict, frozen=True, kw_only=True):
    """The `[late]` table; its defaults are those of `LatePolicy`."""

    policy: Literal["none", "per_day", "cut_off"] = "none"
    per_cent_per_day: Points = 10
    grace_minutes: Count = 0
    max_days: Count = 3


class MistakeToml(_Strict, frozen=True, kw_only=True):
    """One table of `mistakes.toml`: a known mistake, or with `note` an accepted convention.

    `edits` are by function: the text as it stands in the reference and what a student writes instead, or a list
    of such pairs. `replaced_by` names a function of `mistakes.py` for what no edit says well.
    """

    title: str = ""
    hint: str = ""
    note: str = ""
    edits: dict[str, tuple[str | tuple[str, str], ...]] = field(default_factory=dict)
    replaced_by: dict[str, str] = field(default_factory=dict)
    also_affects: Names = ()
    same_as: Names = ()
    structural: bool = False


class GradingToml(_Strict, frozen=True, kw_only=True):
    """The whole of `grading.toml`."""

    salt: str
    visibility: VisibilityToml = VisibilityToml()
    late: LateToml = LateToml()


Toml = TypeVar("Toml", bound=msgspec.Struct)


def read_toml(path: Path, shape: type[Toml]) -> Toml:
    """Return the toml file at `path` as `shape`.

    Raises
    ------
    CourseError
        If it is missing, is not UTF-8, is no toml (with the line) or has another shape (with the key).
    """
    return _converted(path, _parse(path, read_text(path)), shape)


def read_tables(path: Path, shape: type[Toml]) -> dict[str, Toml]:
    """Return the toml file at `path`, every table of which is a `shape`, by the tables' names.

    Raises
    ------
    CourseError
        As `read_toml` does, with the name of the table.
    """
    tables = _parse(path, read_text(path))
    return {name: _converted(path, table, shape, name) for name, table in tables.items()}


def _converted(path: Path, table: Any, shape: type[Toml], name: str = "") -> Toml:
    try:
        return msgspec.convert(table, shape)
    except msgspec.ValidationError as error:
        raise CourseError(f"{path}: {_explain(str(error), name, shape)}.") from error


def read_text(path: Path) -> str:
    """Return the text of a course's file.

    Raises
    ------
    CourseError
        If it is missing or is not UTF-8 (with the line).
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise CourseError(f"{path}: {reason}; this file must be there and readable.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CourseError(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8.") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        match = re.search(r" ?\(at (?:line (\d+), column \d+|end of document)\)", reason)
        line = int(match[1]) if match and match[1] else text.count("\n") + 1
        reason = reason[: match.start()] if match else reason
        raise CourseError(
            f"{path}, line {line}: this is not toml ({reason[:1].lower()}{reason[1:]}); correct that line."
        ) from error


def _explain(message: str, name: str, shape: type[msgspec.Struct]) -> str:
    """Return a validation message, which may be about the table `name`, as `KEY: what is wrong, what to do`."""
    what, _, where = message.partition(" - at ")
    key = f"{name}{where.strip('`').removeprefix('$')}".removeprefix(".")
    where = f"in {key}, " if key else ""
    if match := re.fullmatch(r"Object missing required field `(.*)`", what, re.DOTALL):
        return f"{where}the key {match[1]!r} is missing; add it"
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        close = get_close_matches(match[1], _keys_of(shape), n=1)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        return f"{where}the key {match[1]!r} is unknown{guess}; correct or remove it"
    what = what[:1].lower() + what[1:].replace("`", "")
    return f"{key or 'the file'} has an unusable value ({what}); correct it"


def _keys_of(shape: type[msgspec.Struct]) -> list[str]:
    """Return every key that may appear anywhere in `shape`."""
    keys = list(shape.__struct_encode_fields__)
    for hint in get_type_hints(shape).values():
        for part in (hint, *get_args(hint)):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                keys += _keys_of(part)
    return keys
