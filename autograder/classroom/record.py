"""Everything about a graded class but its results: `class.json`, from which reports can be made at any time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from autograder.classroom.anonymous import secret_of
from autograder.classroom.grade_class import Graded
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.files.writing import write_atomically
from autograder.handin.answers import NO_ANSWERS
from autograder.handin.found import Fate, Found
from autograder.handin.students import Student
from autograder.model.assignment import (
    Assignment,
    AttemptsPolicy,
    DropPolicy,
    LatePolicy,
    Question,
    Visibility,
)
from autograder.model.exact import decoded
from autograder.model.hint_use import HintUse
from autograder.model.known_mistake import KnownMistake
from autograder.model.plan import Plan
from autograder.model.written import Rubric, WrittenQuestion
from autograder.report.context import Leftover, LikePair, ReportContext, RosterLine
from autograder.text import lossless

REPLACED = "a later hand-in of the same student counts"
TIME_UNKNOWN = "it is not known when it came, so nothing is deducted for lateness"
MARKED_LATE = "Canvas marks it as late, without a time"
_BYTES = 500_000_000


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a class folder.

    Attributes
    ----------
    key
        Where the store keeps its result; empty if there is none.
    counts_for
        The students for whom it counts.
    last_of
        The students who have no later hand-in.
    doubts
        Sentences for a person who has to find out whose it is; among the flags too.
    parts
        The paths of what it was made of, in the folder or archive that was named.
    notes, release, hints, answers
        This hand-in's own; another with the same files shares its result, but not these. The written answers are by
        question.
    """

    label: str
    fate: Fate
    reason: str = ""
    key: str = ""
    students: tuple[Student, ...] = ()
    counts_for: tuple[Student, ...] = ()
    last_of: tuple[Student, ...] = ()
    created_at: datetime | None = None
    flags: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    release: str | None = None
    hints: tuple[HintUse, ...] = ()
    answers: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def has_unread_answers(self) -> bool:
        """Whether there is a notebook that could not be read, so that what it answers is not known."""
        return any(map(_says_unread, self.notes))

    @classmethod
    def of(cls, found: Found, graded: Graded | None) -> Item:
        """Return the item for something that was found, and graded if it is a hand-in that counts."""
        fate, reason = found.fate, REPLACED if found.fate is Fate.REPLACED else found.reason
        if graded is not None:
            fate, reason = (Fate.GRADED, "") if graded.key else (Fate.REFUSED, graded.result.notes[0])
        notes = graded.result.notes if graded else ()
        flags = [*found.doubts, *([MARKED_LATE] if found.late else []), *filter(_says_unread, notes)]
        return cls(
            label=found.label,
            fate=fate,
            reason=reason,
            key=graded.key if graded else "",
            students=found.students,
            counts_for=found.counts_for,
            last_of=found.counts_for,
            created_at=found.created_at,
            doubts=found.doubts,
            parts=tuple(_shown(part.member) for part in found.source.parts) if found.source else (),
            flags=tuple(flags),
            notes=notes,
            release=graded.result.release if graded else None,
            hints=graded.result.hints if graded else (),
            answers={id: _storable(text) for id, text in graded.answers.items()} if graded else {},
        )


def _says_unread(note: str) -> bool:
    return note.endswith(f"{NO_ANSWERS}.")


def _shown(path: str) -> str:
    """Return a path that can be stored: JSON has no place for bytes that are no text."""
    return path if path.isprintable() else "/".join(lossless(part, 1_000) for part in path.split("/"))


def _storable(text: str) -> str:
    """Return a text without what is no Unicode."""
    return text.encode("utf-8", "replace").decode()


class ClassRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A graded class.

    Attributes
    ----------
    due
        When it was due for everybody who has no other date; None if nobody said so.
    unread_as_zero
        Whether a hand-in that could not be read gets 0 points instead of none.
    written, rubrics
        The questions that are answered in words, and what their answers are graded by.
    secret
        What answers and their authors are called by where names must not be seen; derived from the salt.
    roster
        Everybody of the roster that was given, and whoever handed in and is not in it.
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
    mistakes: tuple[KnownMistake, ...]
    attempts: AttemptsPolicy = AttemptsPolicy()
    drop: DropPolicy = DropPolicy()
    written: tuple[WrittenQuestion, ...] = ()
    rubrics: tuple[Rubric, ...] = ()
    secret: str = ""
    roster: tuple[RosterLine, ...] = ()
    due: datetime | None = None
    unread_as_zero: bool = False
    items: tuple[Item, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[LikePair, ...] = ()

    @classmethod
    def of(cls, work: Work, due: datetime | None = None, unread_as_zero: bool = False) -> ClassRecord:
        """Return the record of a class of which nothing has been graded yet."""
        return cls(
            name=work.assignment.name,
            title=work.assignment.title,
            version=work.assignment.version,
            questions=work.assignment.questions,
            plan=work.plan,
            visibility=work.solution.visibility,
            late=work.solution.late,
            mistakes=work.bank.mistakes,
            attempts=work.solution.attempts,
            drop=work.solution.drop,
            written=work.assignment.written,
            rubrics=work.solution.rubrics,
            secret=secret_of(work.solution.salt),
            due=due,
            unread_as_zero=unread_as_zero,
        )

    @property
    def assignment(self) -> Assignment:
        """The assignment as far as results need it: its questions, but no files."""
        return Assignment(self.name, self.title, self.version, Path(), (), self.questions, self.written)

    @property
    def written_ids(self) -> frozenset[str]:
        """The ids of the questions that are answered in words."""
        return frozenset(question.id for question in self.written)

    @property
    def report_context(self) -> ReportContext:
        """What the class report says besides the results."""

        def left_over(fate: Fate) -> tuple[Leftover, ...]:
            return tuple(Leftover(item.label, item.reason) for item in self.items if item.fate is fate)

        return ReportContext(
            mistakes=self.mistakes,
            refused=left_over(Fate.REFUSED),
            replaced=left_over(Fate.REPLACED),
            ignored=left_over(Fate.IGNORED),
            alike=self.alike,
            pairs=self.pairs,
            roster=tuple(line for line in self.roster if line.status != "handed in"),
        )

    @property
    def without_time(self) -> tuple[str, ...]:
        """The labels of hand-ins of which it is not known when they came, though lateness costs points."""
        if self.late.policy == "none":
            return ()
        return tuple(it.label for it in self.items if it.fate is Fate.GRADED and it.created_at is None)

    def counted(self) -> Counter[Fate]:
        """Return how many items there are of each fate."""
        return Counter(item.fate for item in self.items)


def write_record(path: Path, record: ClassRecord) -> None:
    """Write `record` at `path`, exact points as text."""
    content = msgspec.json.encode(record, enc_hook=str)
    write_atomically(path, msgspec.json.format(content, indent=1) + b"\n")


def read_record(path: Path) -> ClassRecord:
    """Return what `write_record` wrote.

    Raises
    ------
    CourseError
        If the file is not there or is malformed.
    """
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_BYTES), type=ClassRecord, dec_hook=decoded)
    except OSError as error:
        raise CourseError(
            f"{path.parent} holds no graded class ({path.name}: {(error.strerror or 'unreadable').lower()}); "
            "give the folder that `autograder grade -o` wrote."
        ) from error
    except (msgspec.MsgspecError, ValueError, UnicodeError) as error:
        raise CourseError(
            f"{path} was written by another version of the grader ({error}); grade the class again."
        ) from error
