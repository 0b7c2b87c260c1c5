"""The students behind a hand-in, and what file names say about them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.text import one_line

# Students control the tail of the name, so the platform's prefix is parsed first. Moodle leaves no underscore
# in a student's name; if Canvas leaves one, no id is known, which is better than a wrong one.
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<original>.+)", re.IGNORECASE)
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_file_?(?P<original>.*)", re.IGNORECASE)
_COPY = re.compile(r"(?P<name>.+?) ?\((?P<number>\d{1,4})\)")
_LABEL_BYTES = 120


@dataclass(frozen=True)
class Student:
    """One student, as far as is known; what is not is empty."""

    name: str = ""
    email: str = ""
    id: str = ""

    @property
    def key(self) -> str:
        """What all hand-ins of this student share, and no other student can choose as a name."""
        if self.email:
            return f"email {self.email.casefold()}"
        if self.id:
            return f"id {self.id}"
        return f"name {self.plain_name}" if self.name else ""

    @property
    def plain_name(self) -> str:
        """The name without differences in case or in how its letters are encoded."""
        return unicodedata.normalize("NFC", self.name).casefold()


@dataclass(frozen=True)
class NamedFile:
    """What a file name says: whose it is, what the student called it, and which of several copies it is.

    `upload` is Canvas's number of the file, higher for later ones; 0 if there is none.
    """

    student: Student
    original: str
    copy: int = 0
    upload: int = 0

    @property
    def other_upload(self) -> int:
        """The file's number if the student's name itself ends in a number, so that every part is one further on."""
        first = self.original.partition("_")[0] if self.upload else ""
        return int(first) if first.isdecimal() and len(first) < 20 else 0

    @property
    def label(self) -> str:
        """What to call the hand-in."""
        name = f"{self.student.name}_{self.student.id}" if self.student.id else self.student.name
        return f"{name} ({self.copy})" if self.copy else name


def read_file_name(name: str, names: Sequence[str], is_folder: bool = False) -> NamedFile:
    """Return what the name of a file or folder in a class folder says.

    It may be Canvas's `<name>_<id>_<id>_<original>`, Moodle's `<name>_<id>_assignsubmission_file_`,
    `<name>_<file that is due>` or else the student's name alone; the last two also as a browser's
    second copy, `alice (1).zip`.
    """
    for pattern in (_MOODLE,) if is_folder else (_CANVAS, _MOODLE):
        if match := pattern.fullmatch(name):
            student = Student(name=one_line(match["name"], 100), id=match["id"])
            upload = int(match["file"]) if pattern is _CANVAS and len(match["file"]) < 20 else 0
            return NamedFile(student, match["original"] or name, upload=upload)
    stem, suffix = (name, "") if is_folder else _split(name)
    stem, copy = _without_copy(stem)
    for due in sorted(names, key=len, reverse=True):
        owner = re.fullmatch(rf"(.+?)[-_ .]+{re.escape(due)}", stem + suffix, re.IGNORECASE)
        if owner and not is_folder:
            return NamedFile(Student(name=one_line(owner[1], 100)), due, copy)
    modules = [due for due in names if due.endswith(".py")]
    original = modules[0] if suffix.lower() == ".py" and len(modules) == 1 else stem + suffix
    return NamedFile(Student(name=one_line(stem, 100)), original, copy)


def label_for(name: str, taken: set[str]) -> str:
    """Return `name` as a label that is a safe file name and not in `taken`, and add it to `taken`."""
    safe = re.sub(r"[^\w.@+() -]+", "_", unicodedata.normalize("NFC", one_line(name, 200)))
    safe = safe.encode()[:_LABEL_BYTES].decode("utf-8", "ignore").strip(" .-") or "hand-in"
    label, number = safe, 2
    while label.casefold() in taken:
        label, number = f"{safe}~{number}", number + 1
    taken.add(label.casefold())
    return label


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem else (name, "")


def _without_copy(stem: str) -> tuple[str, int]:
    match = _COPY.fullmatch(stem)
    return (match["name"], int(match["number"])) if match else (stem, 0)
