"""What is known of a graded class besides its results: `class.json`, from which reports are made at any time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import msgspec

from autograder.classroom.lateness import Lateness
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.files.writing import write_atomically
from autograder.grading.explain.bank import Bank, load_bank
from autograder.handin.find import Fate, Found
from autograder.handin.students import Student
from autograder.model.assignment import Assignment, LatePolicy, Question, Visibility
from autograder.model.plan import Plan
from autograder.model.result import GradingResult
from autograder.report.context import Leftover, LikePair, Mistake, ReportContext

_BYTES = 500_000_000


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a class folder.

    Attributes
    ----------
    key
        Where the store keeps its outcome; empty where there is none.
    counts_for
        The students who have no later hand-in.
    notes, release
        What was noted of this hand-in as it came; another with the same files shares its outcome, not these.
    """

    label: str
    fate: Fate
    reason: str = ""
    key: str = ""
    students: tuple[Student, ...] = ()
    counts_for: tuple[Student, ...] = ()
    created_at: datetime | None = None
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    release: str | None = None

    @classmethod
    def of(
        cls, found: Found, fate: Fate, reason: str = "", key: str = "", result: GradingResult | None = None
    ) -> Item:
        """Return the item for something that was found."""
        late = ("Canvas marks it as late, without a time",) if marked_late(found) else ()
        return cls(
            label=found.label,
            fate=fate,
            reason=reason or found.reason,
            key=key,
            students=found.students,
            counts_for=found.counts_for,
            created_at=found.created_at,
            flags=(*found.doubts, *late),
            notes=result.notes if result else (),
            release=result.release if result else None,
        )


class ClassRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A graded class.

    Attributes
    ----------
    due
        When it was due for everybody who has no other date, where somebody said so.
    alike
        Groups of hand-ins by different students whose code is the same but for names.
    """

    format: Literal[1] = 1
    name: str
    title: str
    version: str
    questions: tuple[Question, ...]
    plan: Plan
    visibility: Visibility
    late: LatePolicy
    mistakes: tuple[Mistake, ...]
    due: datetime | None = None
    items: tuple[Item, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[LikePair, ...] = ()

    @classmethod
    def of(cls, work: Work, due: datetime | None = None) -> ClassRecord:
        """Return the record of a class of which nothing has been graded yet."""
        bank = load_bank(work.assignment, work.solution)
        return cls(
            name=work.assignment.name,
            title=work.assignment.title,
            version=work.assignment.version,
            questions=work.assignment.questions,
            plan=work.plan,
            visibility=work.solution.visibility,
            late=work.solution.late,
            mistakes=_mistakes(bank),
            due=due,
        )

    @property
    def assignment(self) -> Assignment:
        """The assignment as far as results need it: its questions, without any files."""
        return Assignment(self.name, self.title, self.version, Path(), (), self.questions)

    def lateness(self, item: Item, own_due: datetime | None = None) -> Lateness:
        """Return how late an item is, by its students' own due date where there is one."""
        return Lateness(item.created_at, own_due or self.due)

    @property
    def report_context(self) -> ReportContext:
        """What a report says besides the results."""
        left_over = {
            fate: tuple(Leftover(item.label, item.reason) for item in self.items if item.fate is fate)
            for fate in Fate
        }
        return ReportContext(
            mistakes=self.mistakes,
            refused=left_over[Fate.REFUSED],
            replaced=left_over[Fate.REPLACED],
            ignored=left_over[Fate.IGNORED],
            alike=self.alike,
            pairs=self.pairs,
        )

    def counted(self) -> Counter[Fate]:
        """Return how many items had which fate."""
        return Counter(item.fate for item in self.items)


def marked_late(found: Found) -> bool:
    """Return whether Canvas put its mark of lateness into the file's name."""
    parts = found.source.parts if found.source else ()
    return any("_LATE_" in part.member for part in parts)


def write_record(path: Path, record: ClassRecord) -> None:
    """Write `record` at `path`, exact points as text."""
    write_atomically(
        path, msgspec.json.format(msgspec.json.encode(record, enc_hook=_encoded), indent=1) + b"\n"
    )


def read_record(path: Path) -> ClassRecord:
    """Return what `write_record` wrote.

    Raises
    ------
    CourseError
        If the file is not there or is something else.
    """
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_BYTES), type=ClassRecord, dec_hook=_decoded)
    except OSError as error:
        raise CourseError(
            f"{path.parent} holds no graded class ({path.name}: {(error.strerror or 'unreadable').lower()}); "
            "give the folder that `autograder grade -o` wrote."
        ) from error
    except (msgspec.MsgspecError, ValueError, UnicodeError) as error:
        raise CourseError(
            f"{path} was written by another version of the grader ({error}); grade the class again."
        ) from error


def _mistakes(bank: Bank) -> tuple[Mistake, ...]:
    return tuple(
        Mistake(
            id=entry.id,
            mistake=entry.title,
            hint=entry.hint,
            example=bank.example(entry),
            accepted=entry.accepted,
        )
        for entry in bank.mistakes
    )


def _encoded(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError


def _decoded(wanted: type, value: Any) -> Any:
    if wanted is Fraction and isinstance(value, str) and len(value) < 200:
        return Fraction(value)
    raise ValueError(f"{wanted.__name__} is no part of a graded class")
