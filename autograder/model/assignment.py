"""An assignment and its solution, once their toml files have been read and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from autograder.errors import CourseError
from autograder.files.notebooks import NotANotebookError, cells_of, module_of
from autograder.model.exact import HALF
from autograder.model.names import DottedName, FunctionName, ModuleName, QuestionId, Text
from autograder.model.written import Rubric, WrittenQuestion

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
PositiveCount = Annotated[int, Meta(ge=1, le=1_000_000)]
NOTEBOOK = ".ipynb"


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question: its points and the functions that the student fills in for it.

    Attributes
    ----------
    id
        What tests and students call it.
    title
        What it asks for, in a few words.
    points
        What it is worth.
    functions
        `module.function` or `module.Class.method`, in the order of the toml file.
    not_allowed
        Dotted names that its functions may not use, those of the whole assignment first.
    given
        Modules whose functions are the reference's in its graded tests, so that a mistake in them is paid for once.
    bonus
        Whether its points come on top of the assignment's total.
    step
        Students read its points in multiples of this: a half, or another part of a point, such as a third.
    """

    id: QuestionId
    title: Text
    points: Fraction
    functions: tuple[FunctionName, ...] = ()
    not_allowed: tuple[DottedName, ...] = ()
    given: tuple[ModuleName, ...] = ()
    bonus: bool = False
    step: Fraction = HALF


@dataclass(frozen=True)
class HandInFile:
    """One file that students hand in.

    Attributes
    ----------
    name
        Its bare name, `linear_svm.py`; of a notebook, that of the module that its cells are.
    source
        Where its stub is.
    origin
        `OTHER/FILE` if stub and reference live in another assignment, else None.
    folder
        Where it lies below its assignment's folder, such as `cs231n`; empty for in it. Its bare name is its own
        among all files, and all that counts in a hand-in.
    """

    name: str
    source: Path
    origin: str | None = None
    folder: str = ""

    @property
    def due(self) -> str:
        """What students hand in: the name, or that of a notebook."""
        return str(Path(self.name).with_suffix(NOTEBOOK)) if self.source.suffix == NOTEBOOK else self.name

    @property
    def path(self) -> str:
        """Where it is due, from the assignment's folder."""
        return f"{self.folder}/{self.due}" if self.folder else self.due

    def stub(self) -> bytes:
        """Return what is handed out; of a notebook, the module that its cells are."""
        return read_source(self.source)

    @property
    def module(self) -> str | None:
        """The module that the file is imported as, or None if it is not a Python file."""
        stem, dot, suffix = self.name.rpartition(".")
        return stem if dot and suffix == "py" else None


@dataclass(frozen=True)
class DataFile:
    """A file that every worker finds in its folder.

    Attributes
    ----------
    name
        Its path there and in the assignment's folder, such as `data/prices.csv`.
    source
        Where it is.
    sha256
        Of its content, as hexadecimal digits.
    """

    name: str
    source: Path
    sha256: str

    def content(self) -> bytes:
        """Return its content.

        Raises
        ------
        CourseError
            If it is missing, or not the one that the assignment was written for.
        """
        try:
            content = self.source.read_bytes()
        except OSError as error:
            reason = error.strerror or "unreadable"
            raise CourseError(f"{self.source} cannot be read ({reason}); put the data there.") from error
        if hashlib.sha256(content).hexdigest() != self.sha256.lower():
            raise CourseError(
                f"{self.source} is not the file that the assignment was written for: its SHA-256 is another one."
            )
        return content


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one hand-in may use.

    Attributes
    ----------
    seconds_per_call
        CPU seconds that every call has; one that takes the reference long has more.
    seconds_total
        Seconds by the clock on the wall for everything.
    memory_mb
        Mebibytes for its process.
    """

    seconds_per_call: float = 0.3
    seconds_total: float = 240.0
    memory_mb: PositiveCount = 1024


class LatePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lateness costs.

    Attributes
    ----------
    policy
        `none`: nothing. `per_day`: `per_cent_per_day` of the points for every day begun, and
        all points after `max_days`. `cut_off`: all points. A day is 24 hours, whatever clocks are set to.
    per_cent_per_day
        What each day costs.
    max_days
        After that many days nothing is left.
    grace_minutes
        Lateness up to this is free; it does not shift the days after it.
    slip_days
        Days late that cost nothing, unless a student has another number of them left.
    """

    policy: Literal["none", "per_day", "cut_off"] = "none"
    per_cent_per_day: Fraction = Fraction(10)
    grace_minutes: Count = 0
    max_days: Count = 3
    slip_days: Count = 0

    def days_late(self, late: timedelta) -> int:
        """Return the days begun of a span that a hand-in is late; none within the grace."""
        if self.policy == "none" or late <= timedelta(minutes=self.grace_minutes):
            return 0
        return -(-late // timedelta(days=1))

    def slip_days_used(self, late: timedelta, left: int | None = None) -> int:
        """Return how many days cost nothing; `left` is how many the student has, `slip_days` unless given."""
        return min(self.days_late(late), self.slip_days if left is None else left)

    def share_kept(self, late: timedelta, slip_days: int | None = None) -> Fraction:
        """Return the share of the points, between 0 and 1, that a hand-in this late keeps.

        Parameters
        ----------
        slip_days
            How many the student has left; those of the policy unless given.
        """
        days = self.days_late(late) - self.slip_days_used(late, slip_days)
        if not days:
            return Fraction(1)
        if self.policy == "cut_off" or days > self.max_days:
            return Fraction(0)
        return max(Fraction(0), 1 - days * self.per_cent_per_day / 100)


class AttemptsPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of a student's hand-ins counts: the last, or the one with most points after the deduction for lateness."""

    count: Literal["last", "best"] = "last"


class DropPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many questions are left out of each student's total: those of which the smallest shares were earned."""

    lowest: Count = 0


class Placement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[course]` table: where an assignment stands among the others.

    Attributes
    ----------
    lecture
        What it goes with.
    hours
        How long it takes a student, about.
    after
        The assignments that come before it.
    """

    lecture: str = ""
    hours: float = 0.0
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """The half of an assignment that students receive.

    Attributes
    ----------
    files
        What every hand-in has to hold.
    optional_files
        What a hand-in may hold besides, and lacks nothing without.
    written
        The questions that are answered in words and graded by people, in the order of the toml file.
    libraries
        What hand-ins may import besides NumPy, by top-level names.
    data
        Files that hand-ins read.
    conventions
        For each convention of the bank that the assignment speaks of, `"accept"` or `"mistake"`.
    switches
        Parameters that switch a term of the result on, each with the number that switches it off. Explanations
        look at the result with and without that term.
    playground
        Whether releases hold the page that shows what a linear classifier does.
    placement
        Where it stands among the others of its course.
    """

    name: str
    title: str
    version: str
    folder: Path
    files: tuple[HandInFile, ...]
    questions: tuple[Question, ...]
    written: tuple[WrittenQuestion, ...] = ()
    limits: Limits = field(default_factory=Limits)
    libraries: tuple[str, ...] = ()
    data: tuple[DataFile, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict, hash=False)
    switches: Mapping[str, float] = field(default_factory=dict, hash=False)
    playground: bool = False
    placement: Placement = field(default_factory=Placement)
    optional_files: tuple[HandInFile, ...] = ()

    @property
    def optional_names(self) -> tuple[str, ...]:
        """The names of the files that a hand-in may hold besides."""
        return tuple(file.due for file in self.optional_files)

    @property
    def every_file(self) -> tuple[HandInFile, ...]:
        """The files to hand in, then the optional ones."""
        return self.files + self.optional_files

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of the files to hand in."""
        return tuple(file.due for file in self.files)

    @property
    def found_as(self) -> Mapping[str, str]:
        """As what students find each module: `cs231n.layers` where it lies in a folder, `svm.ipynb` for a notebook."""
        files = {it.module: it for it in self.every_file if it.module}
        return {
            name: it.due if it.due.endswith(NOTEBOOK) else f"{it.folder}/{name}".strip("/").replace("/", ".")
            for name, it in files.items()
        }

    @property
    def file_paths(self) -> tuple[str, ...]:
        """Where the files to hand in are due, from the assignment's folder."""
        return tuple(file.path for file in self.files)

    def data_files(self) -> tuple[tuple[str, bytes], ...]:
        """Return name and content of every file of data.

        Raises
        ------
        CourseError
            If one is missing or not the one that was meant.
        """
        return tuple((file.name, file.content()) for file in self.data)

    @property
    def total_points(self) -> Fraction:
        """What all questions together are worth, without bonus and without what is answered in words."""
        return sum((question.points for question in self.questions if not question.bonus), Fraction(0))

    def question(self, id: str) -> Question:
        """Return the question of that id.

        Raises
        ------
        CourseError
            If there is none; the message names those that exist.
        """
        for question in self.questions:
            if question.id == id:
                return question
        raise CourseError(unknown("question", id, [question.id for question in self.questions], self.name))

    @property
    def functions(self) -> tuple[FunctionName, ...]:
        """The functions that students fill in, each as `module.function` or `module.Class.method`."""
        return tuple(dict.fromkeys(it for question in self.questions for it in question.functions))

    def functions_in(self, module: str | None) -> tuple[str, ...]:
        """Return the functions of one module that students fill in, `function` or `Class.method`."""
        functions = (function.partition(".") for function in self.functions)
        return tuple(name for owner, _, name in functions if owner == module)

    def questions_of(self, target: str) -> tuple[Question, ...]:
        """Return the questions that ask for `target`; several may test one function.

        `target` is `module.function` or `module.Class.method`; a method belongs to the questions
        that name it, or failing that to those that name its class.
        """
        for name in (target, target.rpartition(".")[0]):
            if found := tuple(question for question in self.questions if name in question.functions):
                return found
        return ()

    def question_of(self, target: str) -> Question | None:
        """Return the first question that asks for `target`, or None."""
        return next(iter(self.questions_of(target)), None)


@dataclass(frozen=True)
class Solution:
    """The half of an assignment that students never receive."""

    name: str
    folder: Path
    salt: str = field(repr=False)
    visibility: Visibility = "visible"
    late: LatePolicy = field(default_factory=LatePolicy)
    attempts: AttemptsPolicy = field(default_factory=AttemptsPolicy)
    drop: DropPolicy = field(default_factory=DropPolicy)
    rubrics: tuple[Rubric, ...] = ()

    def reference_files(self, assignment: Assignment) -> dict[str, bytes]:
        """Return the reference for each file of `assignment`, by name, in its order.

        Raises
        ------
        CourseError
            If one is missing or cannot be read.
        """
        return {file.name: self._reference(file) for file in assignment.files}

    def optional_reference_files(self, assignment: Assignment) -> dict[str, bytes]:
        """Return the reference for each optional file of `assignment`, by name.

        Raises
        ------
        CourseError
            If one is missing or cannot be read.
        """
        return {file.name: self._reference(file) for file in assignment.optional_files}

    def _reference(self, file: HandInFile) -> bytes:
        path = beside_or_origin(self.folder, f"{file.folder}/{file.name}".lstrip("/"), file.origin)
        if not path.is_file() and path.with_suffix(NOTEBOOK).is_file():
            path = path.with_suffix(NOTEBOOK)
        try:
            return read_source(path)
        except OSError as error:
            reason = error.strerror or "unreadable"
            raise CourseError(
                f"{path}: the reference for {file.name} cannot be read ({reason}); put it there."
            ) from error


def read_source(path: Path) -> bytes:
    """Return a file of code; of a notebook, the module that its cells are.

    Raises
    ------
    CourseError
        If a notebook is none.
    """
    content = path.read_bytes()
    if path.suffix != NOTEBOOK:
        return content
    try:
        return module_of(path.name, cells_of(content))
    except NotANotebookError as error:
        raise CourseError(f"{path} {error}.") from error


def beside_or_origin(folder: Path, name: str, origin: str | None) -> Path:
    """Return `folder/name` if it exists or there is no `origin`, else `origin` (`OTHER/FILE`) beside `folder`.

    The file in `folder` wins because an unpacked release is flat, and the folders beside it are not ours.
    """
    beside = folder / name
    return beside if origin is None or beside.exists() else folder.parent / origin


def unknown(what: str, name: str, known: list[str], where: str) -> str:
    """Return the sentence for a name that does not exist, with the closest one that does."""
    close = get_close_matches(name, known, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else "."
    there = ", ".join(known) if known else "none"
    return f"{where} has no {what} {name!r}{guess} It has: {there}."
