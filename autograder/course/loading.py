"""Finds a course and reads its toml files; whatever is wrong with them becomes one sentence."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import msgspec

from autograder.course.toml import AssignmentToml, DataToml, FileToml, GradingToml, read_toml
from autograder.errors import CourseError
from autograder.model.assignment import (
    NOTEBOOK,
    Assignment,
    DataFile,
    HandInFile,
    Question,
    Solution,
    beside_or_origin,
    unknown,
)
from autograder.model.exact import MOST_OF_A_POINT
from autograder.model.written import WrittenQuestion

ASSIGNMENT_FILE = "assignment.toml"
GRADING_FILE = "grading.toml"
GRADED_TESTS = "test_graded.py"
RELEASE_FILE = "release.json"
START_FILE = "start.py"

_SHORTEST_SALT = 8
_MOST_DATA_MIB = 32
_TAKEN_MODULES = sys.stdlib_module_names | {"numpy", "msgspec", "autograder", "conftest", "usercustomize"}


@dataclass(frozen=True)
class Course:
    """A folder that holds `assignments/` and, for those who may see it, `solutions/`."""

    root: Path

    def names(self) -> tuple[str, ...]:
        """Return the names of the assignments, sorted."""
        found = (self.root / "assignments").glob(f"*/{ASSIGNMENT_FILE}")
        return tuple(sorted(path.parent.name for path in found))

    def in_order(self) -> tuple[Assignment, ...]:
        """Return the assignments, each behind those that come before it, otherwise by name.

        Raises
        ------
        CourseError
            If one is unusable, comes after one that does not exist, or after itself.
        """
        assignments = {name: self.assignment(name) for name in self.names()}
        for it in assignments.values():
            for before in it.placement.after:
                if before not in assignments:
                    where = f"{it.folder / ASSIGNMENT_FILE}: course.after is unusable, the course"
                    raise CourseError(unknown("assignment", before, list(assignments), where))
        sorter = TopologicalSorter({name: it.placement.after for name, it in assignments.items()})
        try:
            sorter.prepare()
        except CycleError as error:
            around = " after ".join(reversed(error.args[1]))  # each comes before the next
            raise CourseError(
                f"course.after leads round in a circle: {around}; leave one of them out."
            ) from error
        ordered = list[Assignment]()
        while ready := sorted(sorter.get_ready()):
            ordered += (assignments[name] for name in ready)
            sorter.done(*ready)
        return tuple(ordered)

    def assignment(self, name: str) -> Assignment:
        """Load `assignments/NAME`; nothing of `solutions/` is opened.

        Raises
        ------
        CourseError
            If there is no such assignment (the sentence lists those that exist) or it is unusable.
        """
        if name not in self.names():
            raise CourseError(unknown("assignment", name, list(self.names()), str(self.root)))
        folder = self.root / "assignments" / name
        assignment = load_assignment(folder)
        if assignment.name != name:
            raise _wrong(
                folder / ASSIGNMENT_FILE,
                "name",
                f"is {assignment.name!r} in a folder called {name!r}; make them agree",
            )
        return assignment

    def solution(self, name: str) -> Solution:
        """Load `solutions/NAME`.

        Raises
        ------
        CourseError
            If the folder, its `grading.toml` or its `test_graded.py` is missing or unusable.
        """
        if name not in self.names():
            raise CourseError(unknown("assignment", name, list(self.names()), str(self.root)))
        return load_solution(self.root / "solutions" / name)


def find_course(start: Path) -> Course:
    """Return the course that `start` is in: the nearest folder upwards that holds `assignments/`.

    Raises
    ------
    CourseError
        If no folder upwards of `start` holds one.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "assignments").is_dir():
            return Course(folder)
    raise CourseError(
        f"{here}: neither this folder nor one above it holds assignments/; change into the course's folder."
    )


def load_assignment(folder: Path) -> Assignment:
    """Load the assignment whose `assignment.toml` lies in `folder`.

    Works in a course and in an unpacked release, where all files are beside `assignment.toml`. The name is
    the toml's `name`, or else that of the release, whatever its folder is called by now, or else the folder's.

    Raises
    ------
    CourseError
        If the toml is missing, malformed or inconsistent, or a stub is missing.
    """
    return _load(folder, with_stubs=True)


def load_work(folder: Path) -> Assignment:
    """Load the assignment that a student works on in `folder`, who may have lost or renamed files to hand in.

    Raises
    ------
    CourseError
        If the toml is missing, malformed or inconsistent.
    """
    return _load(folder, with_stubs=False)


def _load(folder: Path, with_stubs: bool) -> Assignment:
    folder = folder.resolve()
    path = folder / ASSIGNMENT_FILE
    if not path.exists():
        below = sorted(it.parent.name for it in folder.glob(f"*/{ASSIGNMENT_FILE}"))
        such = f", such as {below[0]} in it" if below else ""
        raise CourseError(
            f"there is no {path.name} in {folder}; use the folder of an assignment, as it was unpacked{such}."
        )
    toml = read_toml(path, AssignmentToml)
    files = _files(path, toml.files)
    for i, file in enumerate(files if with_stubs else ()):
        if not file.source.is_file():
            raise _wrong(
                path, f"files[{i}].name", f"names {file.due}, but {file.source} is missing; put it there"
            )
    optional = tuple(file for file, entry in zip(files, toml.files, strict=True) if entry.optional)
    files = tuple(file for file in files if file not in optional)
    if not files:
        raise _wrong(path, "files", "names optional files alone; name at least one that has to be handed in")
    questions = _questions(path, toml, {file.module for file in files})
    _check_total(path, toml.total_points, questions)
    for key in ("seconds_per_call", "seconds_total"):
        if not 0 < getattr(toml.limits, key) < float("inf"):
            raise _wrong(path, f"limits.{key}", "is not a positive number of seconds; give one, such as 10.0")
    return Assignment(
        name=toml.name or _name_of_release(folder) or folder.name,
        title=toml.title.strip(),
        version=toml.version.strip(),
        folder=folder,
        files=files,
        optional_files=optional,
        questions=questions,
        written=_written(path, toml),
        limits=toml.limits,
        libraries=tuple(dict.fromkeys(toml.libraries)),
        data=_data(path, toml.data),
        conventions=toml.conventions,
        switches=toml.switches,
        playground=toml.playground,
        placement=toml.course,
    )


def _name_of_release(folder: Path) -> str:
    """Return the name that an unpacked release was made under; empty if the folder is none."""
    try:
        return msgspec.json.decode((folder / RELEASE_FILE).read_bytes(), type=_Named).assignment
    except (OSError, ValueError, msgspec.MsgspecError):
        return ""


def parameters_of_release(folder: Path) -> dict[str, list[str]]:
    """Return the names of parameters that an unpacked release says of its functions; nothing if the folder is none."""
    try:
        return msgspec.json.decode((folder / RELEASE_FILE).read_bytes(), type=_Named).parameters
    except (OSError, ValueError, msgspec.MsgspecError):
        return {}


class _Named(msgspec.Struct):
    assignment: str = ""
    parameters: dict[str, list[str]] = {}


def load_solution(folder: Path) -> Solution:
    """Load the solution whose `grading.toml` lies in `folder`.

    Raises
    ------
    CourseError
        If the folder, its `grading.toml` or its `test_graded.py` is missing or unusable.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise CourseError(
            f"{folder}: this folder is missing; put the reference, the tests and {GRADING_FILE} there."
        )
    path = folder / GRADING_FILE
    toml = read_toml(path, GradingToml)
    if not (folder / GRADED_TESTS).is_file():
        raise CourseError(f"{folder / GRADED_TESTS}: the graded tests are missing; put them there.")
    if len(toml.salt.strip()) < _SHORTEST_SALT:
        raise _wrong(path, "salt", "is too short to be secret; put 16 or more random characters there")
    if toml.late.per_cent_per_day > 100:
        raise _wrong(path, "late.per_cent_per_day", "is more than 100; give a number between 0 and 100")
    return Solution(
        name=folder.name,
        folder=folder,
        salt=toml.salt,
        visibility=toml.visibility.tests,
        late=toml.late,
        attempts=toml.attempts,
        drop=toml.drop,
        rubrics=toml.rubric,
    )


def _files(path: Path, entries: Sequence[FileToml]) -> tuple[HandInFile, ...]:
    if not entries:
        raise _wrong(path, "files", "names no file; add a [[files]] entry for each file to hand in")
    # They lie side by side when they are graded.
    _check_unique(path, "files", "name", [entry.name.rpartition("/")[2].lower() for entry in entries])
    return tuple(_file(path, f"files[{i}].name", entry) for i, entry in enumerate(entries))


def _file(path: Path, key: str, entry: FileToml) -> HandInFile:
    folder, _, name = entry.name.rpartition("/")
    source = beside_or_origin(path.parent, entry.name, entry.origin)
    if folder and not source.exists() and (path.parent / name).is_file():
        source = path.parent / name  # as a hand-in holds it
    if not source.is_file() and name.endswith(".py") and source.with_suffix(NOTEBOOK).is_file():
        source = source.with_suffix(NOTEBOOK)  # a release in the form of a notebook
    if name.endswith(NOTEBOOK):
        name = f"{name.removesuffix(NOTEBOOK)}.py"
        if not source.is_file() and source.with_suffix(".py").is_file():  # as a hand-in holds it
            source = source.with_suffix(".py")
    file = HandInFile(name, source, entry.origin, folder)
    _check_module(path, key, file.module)
    return file


def _check_module(path: Path, key: str, module: str | None) -> None:
    if module is None:
        return
    if not module.isidentifier():
        raise _wrong(
            path,
            key,
            f"is {module + '.py'!r}, which Python cannot import; use letters, digits and underscores",
        )
    if module in _TAKEN_MODULES:
        raise _wrong(
            path, key, f"is {module + '.py'!r}, which would hide the module {module}; choose another name"
        )


def _data(path: Path, entries: Sequence[DataToml]) -> tuple[DataFile, ...]:
    _check_unique(path, "data", "name", [entry.name.lower() for entry in entries])
    files, size = list[DataFile](), 0
    for i, entry in enumerate(entries):
        source = path.parent / entry.name
        if not source.is_file():
            raise _wrong(
                path, f"data[{i}].name", f"names {entry.name}, but {source} is missing; put it there"
            )
        size += source.stat().st_size
        if not entry.sha256:
            digest = hashlib.sha256(source.read_bytes()).hexdigest()
            raise _wrong(path, f"data[{i}].sha256", f'is missing; write sha256 = "{digest}"')
        files.append(DataFile(entry.name, source, entry.sha256))
    if size > _MOST_DATA_MIB << 20:
        what = f"takes {size >> 20} MiB, of which every worker gets a copy; give {_MOST_DATA_MIB} at most"
        raise _wrong(path, "data", what)
    return tuple(files)


def _questions(path: Path, toml: AssignmentToml, modules: set[str | None]) -> tuple[Question, ...]:
    if not toml.questions:
        raise _wrong(path, "questions", "names no question; add a [[questions]] entry for each")
    _check_unique(path, "questions", "id", [question.id for question in toml.questions])
    for i, question in enumerate(toml.questions):
        if question.step.numerator != 1 or question.step.denominator > MOST_OF_A_POINT:
            what = (
                f"is {question.step}; give 1, a half or another part of a point down to 1/{MOST_OF_A_POINT}"
            )
            raise _wrong(path, f"questions[{i}].step", what)
        for function in question.functions:
            module = function.partition(".")[0]
            if module in question.given:
                raise _wrong(
                    path, f"questions[{i}].given", f"names {module}, which the question itself asks for"
                )
            if module not in modules:
                what = f"has {function!r}, but {module}.py is not among the files; add it or correct the name"
                raise _wrong(path, f"questions[{i}].functions", what)
        for module in question.given:
            if module not in modules:
                raise _wrong(
                    path, f"questions[{i}].given", f"names {module}, but {module}.py is not among the files"
                )
    return tuple(
        msgspec.structs.replace(
            question,
            title=question.title.strip(),
            functions=tuple(dict.fromkeys(question.functions)),
            not_allowed=tuple(dict.fromkeys(toml.not_allowed + question.not_allowed)),
        )
        for question in toml.questions
    )


def _written(path: Path, toml: AssignmentToml) -> tuple[WrittenQuestion, ...]:
    taken = [question.id for question in toml.questions]
    for i, question in enumerate(toml.written):
        if question.id in taken:
            raise _wrong(
                path, f"written[{i}].id", f"is {question.id!r}, which another question has; give each its own"
            )
        if not question.points:
            raise _wrong(path, f"written[{i}].points", "is 0; say what an answer is worth")
        taken.append(question.id)
    _check_unique(path, "written", "title", [" ".join(it.title.split()).casefold() for it in toml.written])
    return tuple(
        msgspec.structs.replace(question, title=" ".join(question.title.split())) for question in toml.written
    )


def _check_total(path: Path, stated: Fraction, questions: Sequence[Question]) -> None:
    added = sum(question.points for question in questions if not question.bonus)
    if stated != added:
        raise _wrong(
            path,
            "total_points",
            f"is {stated}, but the questions' points add up to {added} without bonus; make them agree",
        )
    if not stated:
        raise _wrong(path, "total_points", "is 0; give at least one question points")


def _check_unique(path: Path, table: str, key: str, names: Sequence[str]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise _wrong(
                path, f"{table}[{i}].{key}", f"is {name!r}, the same as an earlier one; give each its own"
            )


def _wrong(path: Path, key: str, what: str) -> CourseError:
    return CourseError(f"{path}: {key} {what}.")
