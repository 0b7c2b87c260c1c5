"""The shapes of `assignment.toml` and `grading.toml`, and the reader that checks files against them."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import field

from autograder.errors import CourseError
from autograder.model.assignment import (
    AttemptsPolicy,
    DropPolicy,
    LatePolicy,
    Limits,
    Placement,
    Question,
    Visibility,
)
from autograder.model.exact import read_points
from autograder.model.names import (
    DottedName,
    FileName,
    FilePath,
    FunctionName,
    LibraryName,
    ModuleName,
    Origin,
    QuestionId,
    Text,
    Version,
)
from autograder.model.written import Rubric, WrittenQuestion

_NAMES = (
    Text,
    Version,
    FileName,
    Origin,
    QuestionId,
    FunctionName,
    DottedName,
    LibraryName,
    ModuleName,
    FilePath,
)
_REMEDIES = {repr(meta.pattern): meta.description for name in _NAMES for meta in get_args(name)[1:]}


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class FileToml(_Strict, frozen=True, kw_only=True):
    """A file that students hand in.

    Attributes
    ----------
    name
        What it is called, with the folder that it lies in, if any.
    origin
        Where its stub and its reference are, if another assignment has them.
    optional
        Whether a hand-in without it lacks nothing, as where it is for bonus points alone.
    """

    name: FilePath
    origin: Origin | None = field(name="from", default=None)
    optional: bool = False


class DataToml(_Strict, frozen=True, kw_only=True):
    """A file that is there for hand-ins to read, under the same name.

    Attributes
    ----------
    name
        Where it is, from the assignment's folder.
    sha256
        The SHA-256 of its content, in hexadecimal digits.
    """

    name: FilePath
    sha256: str = ""


class AssignmentToml(_Strict, frozen=True, kw_only=True):
    """The half of an assignment that students receive.

    Attributes
    ----------
    title
        What students call it.
    version
        What releases and hand-ins carry.
    total_points
        The sum of the questions' points, without bonus and without written questions.
    name
        What commands call it; the folder's name unless given.
    not_allowed
        What no question's functions may use: modules, dotted names, builtins.
    libraries
        What hand-ins may import besides NumPy and the standard library.
    conventions
        For each convention of the bank, whether another than the course's is accepted or a mistake.
    switches
        Parameters that switch a term of a result on, each with the number that switches it off.
    playground
        Whether releases hold `playground.html`, where students see what a linear classifier does.
    """

    title: Text
    version: Version
    total_points: Fraction
    files: tuple[FileToml, ...]
    questions: tuple[Question, ...]
    written: tuple[WrittenQuestion, ...] = ()
    name: FileName | None = None
    not_allowed: tuple[DottedName, ...] = ()
    libraries: tuple[LibraryName, ...] = ()
    data: tuple[DataToml, ...] = ()
    limits: Limits = Limits()
    conventions: dict[str, Literal["accept", "mistake"]] = field(default_factory=dict)
    switches: dict[str, float] = field(default_factory=dict)
    playground: bool = False
    course: Placement = Placement()


class VisibilityToml(_Strict, frozen=True, kw_only=True):
    """When students see the entries of graded tests on Gradescope."""

    tests: Visibility = "visible"


class MistakeToml(_Strict, frozen=True, kw_only=True):
    """A known mistake, or an accepted convention if it has a `note`.

    Attributes
    ----------
    title
        What is done wrong, for those who teach.
    hint
        What its student is told: an observation, then a question.
    note
        Of a convention: what its student is told instead of a hint.
    edits
        By function: the text that stands in the reference and what a student writes instead, or a list of such pairs.
    replaced_by
        By function: a function of `mistakes.py`, for what no edit expresses well.
    also_affects
        Questions that cannot help being affected.
    same_as
        Mistakes that give the same values on every sensible input.
    structural
        Whether its values are right.
    """

    title: str = ""
    hint: str = ""
    note: str = ""
    edits: dict[str, tuple[str | tuple[str, str], ...]] = field(default_factory=dict)
    replaced_by: dict[str, str] = field(default_factory=dict)
    also_affects: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    structural: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The functions that it changes, in the file's order."""
        return tuple({**self.edits, **self.replaced_by})


class EquivalentToml(_Strict, frozen=True, kw_only=True):
    """Generated mistakes that change nothing which matters.

    Attributes
    ----------
    function
        The function that they are in.
    lines
        As `verify` prints them.
    reason
        Why no test has to find them.
    """

    function: str
    lines: tuple[str, ...]
    reason: Text


class AcceptedToml(_Strict, frozen=True, kw_only=True):
    """What of an assignment falls short of a claim of `verify`, and is accepted.

    Attributes
    ----------
    claim
        As `verify` prints it.
    items
        The tests or lines that it is accepted of; of no others.
    reason
        Why.
    """

    claim: str
    items: tuple[str, ...]
    reason: Text


class GradingToml(_Strict, frozen=True, kw_only=True):
    """How hand-ins of an assignment are graded.

    Attributes
    ----------
    salt
        What seeds the hidden inputs: 16 or more random characters, kept secret.
    """

    salt: str
    visibility: VisibilityToml = VisibilityToml()
    late: LatePolicy = LatePolicy()
    attempts: AttemptsPolicy = AttemptsPolicy()
    drop: DropPolicy = DropPolicy()
    rubric: tuple[Rubric, ...] = ()


EQUIVALENT = "equivalent"
"""The tables of `mistakes.toml` that are no known mistake."""


class _EquivalentsToml(_Strict, frozen=True, kw_only=True):
    equivalent: tuple[EquivalentToml, ...] = ()


class _AcceptedsToml(_Strict, frozen=True, kw_only=True):
    accepted: tuple[AcceptedToml, ...] = ()


Toml = TypeVar("Toml", bound=msgspec.Struct)


def read_toml(path: Path, shape: type[Toml]) -> Toml:
    """Return the toml file at `path` as `shape`.

    Raises
    ------
    CourseError
        If it is missing, not UTF-8, not toml (with the line), or of another shape (with the key).
    """
    return _converted(path, _parse(path, read_text(path)), shape)


def read_bank(path: Path) -> tuple[dict[str, MistakeToml], tuple[EquivalentToml, ...]]:
    """Return the entries of a `mistakes.toml`, and what it says of generated mistakes; nothing if there is no file.

    Raises
    ------
    CourseError
        As `read_toml` does, with the name of the table.
    """
    if not path.exists():
        return {}, ()
    mistakes, equivalent = _bank_in(path, read_text(path))
    return dict(mistakes), equivalent


@functools.lru_cache(maxsize=4)
def _bank_in(path: Path, text: str) -> tuple[Mapping[str, MistakeToml], tuple[EquivalentToml, ...]]:
    """Return what stands in the text of a bank; each mistake that students' tests may catch asks for it."""
    tables = _parse(path, text)
    equivalents = tables.pop(EQUIVALENT, [])
    mistakes = {
        name: _converted(path, _with_whole_names(table), MistakeToml, name) for name, table in tables.items()
    }
    whole = _converted(path, {EQUIVALENT: equivalents}, _EquivalentsToml)
    return mistakes, whole.equivalent


def read_accepted(path: Path) -> tuple[AcceptedToml, ...]:
    """Return the entries of an `accepted.toml`; nothing if there is no file.

    Raises
    ------
    CourseError
        As `read_toml` does.
    """
    return read_toml(path, _AcceptedsToml).accepted if path.exists() else ()


def _with_whole_names(table: Any) -> Any:
    """Return an entry of the bank in which `edits.Class.method` has the key `Class.method`, as if it were quoted."""
    if not isinstance(table, dict):
        return table
    by_function = {
        key: _dotted(table[key]) for key in ("edits", "replaced_by") if isinstance(table.get(key), dict)
    }
    return table | by_function


def _dotted(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= _dotted(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def _converted(path: Path, table: Any, shape: type[Toml], name: str = "") -> Toml:
    try:
        return msgspec.convert(table, shape, dec_hook=_points)
    except msgspec.ValidationError as error:
        raise CourseError(f"{path}: {_explain(error, table, name, shape)}.") from error


def _points(_: type[Fraction], value: object) -> Fraction:
    """Return points as an exact number: `Fraction` is the only type here that msgspec cannot read itself."""
    text = str(value).strip()
    points = None if isinstance(value, float) else read_points(text)
    if points is None:
        remedy = "give a whole number that is not negative, or a string such as '7/2'"
        raise ValueError(f"is {text[:40]!r}; {remedy}")
    return points


def read_text(path: Path) -> str:
    """Return the text of a course's file.

    Raises
    ------
    CourseError
        If it is missing or not UTF-8 (with the line).
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


def _explain(error: msgspec.ValidationError, table: Any, name: str, shape: type[msgspec.Struct]) -> str:
    """Return a validation error, which may be about the table `name`, as `KEY: what is wrong, what to do`."""
    what, _, where = str(error).partition(" - at ")
    place = where.strip("`").removeprefix("$")
    key = f"{name}{place}".removeprefix(".")
    where = f"in {key}, " if key else ""
    if error.__cause__ is not None:
        return f"{key} {what}"
    if match := re.fullmatch(r"Object missing required field `(.*)`", what, re.DOTALL):
        return f"{where}the key {match[1]!r} is missing; add it"
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        close = get_close_matches(match[1], _keys_of(shape), n=1)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        return f"{where}the key {match[1]!r} is unknown{guess}; correct or remove it"
    if match := re.fullmatch(r"Expected `str` matching regex (.*)", what, re.DOTALL):
        for step in re.findall(r"\w+", place):
            table = table[int(step) if isinstance(table, list) else step]
        return f"{key} is {table!r}; {_REMEDIES[match[1]]}"
    if match := re.fullmatch(r"Invalid enum value (.*)", what, re.DOTALL):
        choices = _choices(shape, re.findall(r"[a-z_]+", place)[-1])
        return f"{key} is {match[1]}; choose one of {', '.join(choices)}"
    what = what[:1].lower() + what[1:].replace("`", "")
    return f"{key or 'the file'} has an unusable value ({what}); correct it"


def _choices(shape: type[msgspec.Struct], key: str) -> list[str]:
    """Return what a key anywhere in `shape`, or each value of its table, may be."""
    for name, hint in get_type_hints(shape).items():
        parts = [hint, *get_args(hint)]
        if name == key:
            return [str(it) for part in parts if get_origin(part) is Literal for it in get_args(part)]
        for part in parts:
            if isinstance(part, type) and issubclass(part, msgspec.Struct) and (found := _choices(part, key)):
                return found
    return []


def _keys_of(shape: type[msgspec.Struct]) -> list[str]:
    """Return every key that may appear anywhere in `shape`."""
    keys = list(shape.__struct_encode_fields__)
    for hint in get_type_hints(shape).values():
        for part in (hint, *get_args(hint)):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                keys += _keys_of(part)
    return keys
