"""Decides which folder of what was named holds the hand-ins of a class, or that all of it is one hand-in.

The same rule holds for folders and archives. What lies around a class does not matter: folders that hold nothing else,
files that are no hand-ins, results that `grade` wrote. Where two readings are possible the instructor is asked, because
the wrong one would lose students, or grade one of them as several.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from autograder.errors import SubmissionError
from autograder.handin.archives import is_archive_name
from autograder.handin.exports import EXPORT_FILE
from autograder.handin.forms import is_code
from autograder.handin.places import Look
from autograder.handin.students import is_named_by_platform
from autograder.handin.trees import HAND_IN_SUFFIX, MOST_WRAPS, Entry, EntryKind
from autograder.text import first_few, lossless

_EXPORT_FOLDER = re.compile(r"assignment_\d+_export.*", re.IGNORECASE)


class Shape(StrEnum):
    """What an instructor may say about what was named."""

    CLASS = "class"
    ONE = "one"


@dataclass(frozen=True)
class ClassFolder:
    """The folder, below what was named, whose entries are the hand-ins of a class."""

    path: str = ""


class AmbiguousError(SubmissionError):
    """What was named may be read in two ways; the message says what to pass."""


class OwnerUnknownError(AmbiguousError):
    """There is one hand-in, but more than one folder may be called after its owner."""


def class_folder(
    look: Look, named: str, names: Sequence[str], said: Shape | None = None, paths: Sequence[str] = ()
) -> ClassFolder | None:
    """Return the folder that holds the hand-ins of a class, None if there is one hand-in and this is it.

    Parameters
    ----------
    look
        At what was named.
    named
        What to call it in messages.
    names
        Of the files that are due.
    said
        What the instructor says that it is.
    paths
        Where the files are due, such as `cs231n/layers.py`: what lies so is one hand-in.

    Raises
    ------
    AmbiguousError
        If it may be either, or several classes.
    """
    if said is not None:
        return ClassFolder() if said is Shape.CLASS else None
    return _Reader(look, lossless(named, 200), tuple(names), tuple(paths)).read("", MOST_WRAPS)


class _Reader:
    def __init__(self, look: Look, named: str, names: tuple[str, ...], paths: tuple[str, ...]) -> None:
        self._look = look
        self._named = named
        self._names = names
        self._paths = [name.rpartition("/") for name in paths]

    def read(self, folder: str, wraps: int) -> ClassFolder | None:
        entries = self._look.shown(folder)
        if folder == "" and _has_export(entries):
            return ClassFolder(folder)
        holders = [it for it in entries if self._holds(it)]
        direct = self._look.due_in(folder)
        if self._is_laid_out(folder):
            return None
        if direct:
            return self._beside(folder, direct, holders)
        if self._holds_named_by_platform(folder):
            return ClassFolder(folder)
        folders = [it for it in entries if it.kind is EntryKind.FOLDER]
        if len(folders) == 1 and holders in ([], folders):
            return self._within(folder, folders[0], wraps)
        self._require_one_class(folder, folders, holders)
        return ClassFolder(folder)

    def _beside(self, folder: str, direct: frozenset[str], holders: Sequence[Entry]) -> ClassFolder | None:
        """Decide about files that are due and lie beside folders or archives that hold some too."""
        # What somebody handed in lies beside the work, where `submit` writes it.
        holders = [it for it in holders if not it.name.endswith(HAND_IN_SUFFIX)]
        if not holders or (len(holders) == 1 and is_archive_name(holders[0].name)):
            return None
        if len(holders) == 1:
            raise AmbiguousError(
                f"{self._at(folder)} holds {_some(direct)} and, beside it, {lossless(holders[0].name)}; pass --one if "
                "all of it is one hand-in, or --class if what lies in it are hand-ins."
            )
        self._require_one_class(folder, [it for it in holders if it.kind is EntryKind.FOLDER], holders)
        return ClassFolder(folder)

    def _within(self, folder: str, only: Entry, wraps: int) -> ClassFolder:
        """Decide about a folder that lies alone: that of a class, or of the only student."""
        inside = self._look.shown(only.path)
        if _has_export(inside) and not self._look.due_in(only.path):
            if _EXPORT_FOLDER.fullmatch(only.name) or (self._look.is_archive and folder == ""):
                return ClassFolder(only.path)
            raise AmbiguousError(
                f"{self._at(only.path)} holds {EXPORT_FILE}; name that folder itself if it is an export of Gradescope, "
                "or pass --class if it is the hand-in of a student."
            )
        holds = (
            bool(self._look.due_below(only.path))
            or any(map(self._holds, inside))
            or self._holds_named_by_platform(only.path)
        )
        lies_alone = [it.kind for it in inside] == [EntryKind.FOLDER]  # then the class may be far below
        if not wraps or not (holds or lies_alone):
            return ClassFolder(folder)
        found = self.read(only.path, wraps - 1)
        if found is None:
            return ClassFolder(folder)
        hand_ins = [it for it in self._look.shown(found.path) if self._holds(it)]
        if not (hand_ins or holds or self._holds_named_by_platform(found.path)):
            return ClassFolder(folder)
        if len(hand_ins) == 1 and hand_ins[0].kind is EntryKind.FOLDER:
            if is_named_by_platform(hand_ins[0].name, self._names, is_folder=True):
                return found
            raise OwnerUnknownError(
                f"{self._at(found.path)} holds a single hand-in, {lossless(hand_ins[0].name)}; pass --class if "
                f"{lossless(only.name)} is the student, --one if that is {self._named}, or name the folder in which "
                "the students' folders lie."
            )
        return found

    def _require_one_class(self, folder: str, folders: Sequence[Entry], holders: Sequence[Entry]) -> None:
        """Refuse what may be several classes, a class beside something else, or one hand-in in several folders."""
        exports = [it for it in folders if holds_export(self._look, it.path)]
        if exports and all(it in exports for it in holders):
            raise several_exports(self._at(folder), [it.name for it in exports])
        several = self._classes(folders, holders)
        if several:
            raise AmbiguousError(
                f"In {self._at(folder)}, there are several hand-ins in {_some(it.name for it in several)}; name that "
                "folder if the class is in it, or pass --class if it is the hand-in of one student."
            )
        if len(holders) < 2 or holders != [it for it in folders if it in holders]:
            return
        if self._are_parts(holders):
            raise AmbiguousError(
                f"No file that is due lies twice in the folders of {self._at(folder)}; pass --one if they are one "
                "hand-in, or --class if each is that of a student."
            )

    def _is_laid_out(self, folder: str) -> bool:
        """Return whether every file lies where it is due, some of them in folders."""
        if not any(inside for inside, _, _ in self._paths):
            return False
        return all(
            name in self._look.due_in(f"{folder}/{inside}".strip("/")) for inside, _, name in self._paths
        )

    def _holds_named_by_platform(self, folder: str) -> bool:
        """Return whether anything in a folder says whose hand-in it is."""
        entries = self._look.shown(folder)
        return any(is_named_by_platform(it.name, self._names, it.kind is EntryKind.FOLDER) for it in entries)

    def _classes(self, folders: Sequence[Entry], holders: Sequence[Entry]) -> list[Entry]:
        """Return the folders that may be classes themselves, as the sections of a course, or a class beside a solution.

        Each folder holds several hand-ins, or one holds as many as there may be students beside it, or some hold
        several and all hold some. In the latter two no name is in two folders, as often in those of students.
        """
        inside = {it.path: self._hand_ins_in(it) for it in folders}
        several = [it for it in folders if len(inside[it.path]) > 1]
        students = len({it.path for it in (*folders, *holders)})
        places = Counter(name for names in inside.values() for name in names)
        apart = {path: [name for name in names if places[name] == 1] for path, names in inside.items()}
        are_all = len(several) == len(folders)
        is_one = any(len(names) >= students for names in apart.values())
        are_uneven = all(inside.values()) and apart == inside
        return several if are_all or is_one or are_uneven else []

    def _hand_ins_in(self, entry: Entry) -> list[str]:
        """Return the names of what may be hand-ins in a folder; none if it is clearly one itself."""
        inside = [it for it in self._look.shown(entry.path) if self._holds(it)]
        return [] if self._look.due_in(entry.path) or self._are_parts(inside) else [it.name for it in inside]

    def _are_parts(self, entries: Sequence[Entry]) -> bool:
        """Return whether folders may hold one hand-in together: each has files that are due, and no other has them."""
        held = [self._look.due_below(it.path) for it in entries]
        return len(self._names) > 1 and all(held) and sum(map(len, held)) == len(frozenset().union(*held))

    def _holds(self, entry: Entry) -> bool:
        """Return whether an entry may be a hand-in by itself."""
        if entry.kind is EntryKind.FOLDER:
            inside = self._look.shown(entry.path)
            return bool(self._look.due_below(entry.path)) or any(
                is_archive_name(it.name) or is_named_by_platform(it.name, (), is_folder=False)
                for it in inside
            )
        return is_archive_name(entry.name) or self._is_named_after_somebody(entry)

    def _is_named_after_somebody(self, entry: Entry) -> bool:
        """Return whether a file of code is named by its student, as in `alice.py` where one module is due."""
        if is_named_by_platform(entry.name, self._names, is_folder=False):
            return True
        modules = [name for name in self._names if is_code(name)]
        is_due = bool(self._look.due_in(entry.path.rpartition("/")[0]))
        return is_code(entry.name) and len(modules) == 1 and not is_due

    def _at(self, folder: str) -> str:
        return f"{self._named}/{lossless(folder, 200)}" if folder else self._named


def holds_export(look: Look, folder: str) -> bool:
    """Return whether a folder, or its only subfolder, may be an export of Gradescope, such as that of one section."""
    inside = look.shown(folder)
    only = [it for it in inside if it.kind is EntryKind.FOLDER]
    return _has_export(inside) or (len(only) == 1 and _has_export(look.shown(only[0].path)))


def several_exports(where: str, names: Iterable[str]) -> AmbiguousError:
    """Return the error for exports of Gradescope, such as those of sections, of which none is the class."""
    return AmbiguousError(
        f"In {where}, {EXPORT_FILE} lies in {_some(names)}; grade each export of Gradescope by itself, with -o for "
        "each, or pass --class if these are the hand-ins of students."
    )


def _has_export(entries: Sequence[Entry]) -> bool:
    return any(it.name == EXPORT_FILE and it.kind is EntryKind.FILE for it in entries)


def _some(names: Iterable[str]) -> str:
    return first_few(sorted(map(lossless, names)), 3)
