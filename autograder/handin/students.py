"""The students behind a hand-in, and what file names say about them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.handin.archives import without_suffix
from autograder.handin.forms import forms, is_code
from autograder.text import lossless

# Students control the tail of the name, so the platform's prefix is parsed first. Moodle leaves no underscore
# in a student's name; Canvas may, so that some names can be read in several ways (see `readings.py`). What Canvas
# writes for anonymous hand-ins holds no id of a student at all.
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon_[A-Za-z0-9]+)_(?P<late_too>LATE_)?(?P<file>\d+)_(?P<original>.+)",
    re.IGNORECASE,
)
_ANONYMOUS_TYPED = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon_[A-Za-z0-9]+)_(?P<late_too>LATE_)?(?P<kind>text|link)\.html",
    re.IGNORECASE,
)
_CANVAS_IDS = re.compile(
    r"_(?P<late>LATE_)?(?=(?P<id>\d+)_((?P<file>\d+)_(?P<original>.+)|(?P<kind>text|link)\.html)\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""What stands behind a student's name in Canvas' names of files; the next reading may begin within it."""
_MOST_READINGS = 20
_MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<original>.*)",
    re.IGNORECASE | re.DOTALL,
)
# Where the title of the assignment ends and the login begins, only the other names can say; see `readings.py`.
_BLACKBOARD = re.compile(
    r"(?P<name>.+?_.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<original>.+)|(?P<kind>\.txt))",
    re.IGNORECASE | re.DOTALL,
)
_BRIGHTSPACE = re.compile(
    r"(?P<id>\d+)-\d+ - (?P<name>.+?) - (?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d\d?), (?P<year>\d{4}) "
    r"(?P<hour>\d\d?)(?P<minute>\d\d) (?P<half>[AP]M)(?: - (?P<original>.+))?",
    re.DOTALL,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# These names are read in one way only, before any other of Canvas'.
_OF_FOLDERS = (_MOODLE, _BRIGHTSPACE)
_OF_FILES = (_ANONYMOUS, _ANONYMOUS_TYPED, _BLACKBOARD, *_OF_FOLDERS)
_COPY = re.compile(r"(?P<name>.+?) ?\((?P<number>\d{1,4})\)", re.DOTALL)
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
        return f"name {self.name}" if self.name else ""


@dataclass(frozen=True)
class NamedFile:
    """What a file name says.

    Attributes
    ----------
    student
        Whose it is.
    original
        What the student called it.
    copy
        Which of several copies it is; higher for later ones.
    dated
        Whether the platform numbers copies by their time, for which `copy` stands.
    upload
        Canvas's number of the file, higher for later ones; 0 if there is none.
    late
        Whether Canvas marks it as late.
    typed
        Whether it is what was typed into Canvas, Moodle or Blackboard, beside the files.
    may_be
        The students whose it may be, where the name can be read in several ways and nothing decides.
    """

    student: Student
    original: str
    copy: int = 0
    upload: int = 0
    late: bool = False
    typed: bool = False
    may_be: tuple[Student, ...] = ()
    dated: bool = False

    @property
    def label(self) -> str:
        """What to call the hand-in."""
        name = f"{self.student.name}_{self.student.id}" if self.student.id else self.student.name
        return f"{name} ({self.copy})" if self.copy and not self.dated else name


def read_file_name(name: str, names: Sequence[str], is_folder: bool = False) -> NamedFile:
    """Return what the name of a file or folder in a class folder says.

    It may be Canvas's `<name>_<id>_<id>_<original>`, `anon_<id>_<id>_<original>` or `<name>_<id>_text.html`, Moodle's
    `<name>_<id>_assignsubmission_file_`, Blackboard's `<title>_<login>_attempt_<time>_<original>`, whose title counts
    as part of the name, Brightspace's `<id>-<id> - <name> - <time>`, `<name>_<file that is due>` or else the student's
    name alone; the last two also as a browser's second copy, `alice (1).zip`. Nothing of a student's name is lost: what
    cannot be seen is escaped.
    """
    if found := _by_platform(name, is_folder):
        return found
    return read_plain_name(name, names, is_folder)


def read_plain_name(name: str, names: Sequence[str], is_folder: bool = False) -> NamedFile:
    """Return what the name of a file or folder says that no platform gave it."""
    if is_folder:
        return NamedFile(Student(name=lossless(name)), name)
    stem, suffix = without_suffix(name)
    stem, copy = _without_copy(stem)
    if owner := _before_a_file_that_is_due(stem + suffix, names):
        return NamedFile(Student(name=lossless(owner[0])), owner[1], copy)
    original = _the_only_one(suffix, names) or stem + suffix
    return NamedFile(Student(name=lossless(stem)), original, copy)


def _the_only_one(suffix: str, names: Sequence[str]) -> str:
    """Return the module or notebook that a file of such a suffix is, whatever its name, where only one is due."""
    due = [name for name in names if is_code(name)]
    meant = (
        (form for form in forms(due[0]) if suffix and form.endswith(suffix.lower())) if len(due) == 1 else ()
    )
    return next(iter(meant), "")


def is_named_by_platform(name: str, names: Sequence[str], is_folder: bool) -> bool:
    """Return whether a name says whose a hand-in is: as a platform writes it, or before that of a file that is due."""
    if _by_platform(name, is_folder):
        return True
    stem, suffix = without_suffix(name)
    return not is_folder and _before_a_file_that_is_due(_without_copy(stem)[0] + suffix, names) is not None


def canvas_readings(name: str) -> tuple[NamedFile, ...]:
    """Return all that a file's name may say if Canvas gave it, the shortest name of a student first.

    Canvas leaves underscores in names, so that `kim_9_77_9001_hw.py` may be the file 77 of `kim`, whose id is 9, or the
    file 9001 of `kim_9`, whose id is 77. Names of anonymous hand-ins, and those that Moodle, Blackboard or Brightspace
    gave, say one thing, and none of these.
    """
    if any(it.fullmatch(name) for it in _OF_FILES):
        return ()
    found = list[NamedFile]()
    for match in _CANVAS_IDS.finditer(name):
        student = name[: match.start()]
        # The mark of a late file is no end of a name; of two, the first is one.
        is_marked = match["late"] is None and student.upper().endswith("_LATE")
        if len(found) < _MOST_READINGS and student and not is_marked:
            found.append(_read(name, {"name": student} | match.groupdict()))
    return tuple(found)


def blackboard_readings(name: str) -> dict[str, NamedFile]:
    """Return all that a file's name may say if Blackboard gave it, by the title of the assignment that it has then."""
    match = _BLACKBOARD.fullmatch(name)
    if match is None or any(it.fullmatch(name) for it in (_ANONYMOUS, _ANONYMOUS_TYPED)):
        return {}
    both, parts = match["name"], match.groupdict()
    places = [place for place, letter in enumerate(both) if letter == "_" and 0 < place < len(both) - 1]
    return {both[:place]: _read(name, parts | {"name": both[place + 1 :]}) for place in places}


def _by_platform(name: str, is_folder: bool) -> NamedFile | None:
    """Return what a platform says by a name; what Canvas does, only if a student's name holds no underscore."""
    for pattern in _OF_FOLDERS if is_folder else _OF_FILES:
        if match := pattern.fullmatch(name):
            return _read(name, match.groupdict())
    readings = () if is_folder else canvas_readings(name)
    return readings[0] if readings and "_" not in readings[0].student.name else None


def _read(name: str, parts: Mapping[str, str | None]) -> NamedFile:
    file = parts.get("file") or ""
    return NamedFile(
        Student(name=lossless(parts["name"] or ""), id=parts.get("id") or ""),
        parts.get("original") or name,
        upload=int(file) if file and len(file) < 20 else 0,
        late=bool(parts.get("late") or parts.get("late_too")),
        copy=(copy := _moment(parts)),
        dated=copy > 0,
        typed=(parts.get("kind") or "file").lower() != "file",
    )


def _moment(parts: Mapping[str, str | None]) -> int:
    """Return the time in a name as a number that is higher for later ones, 0 if there is none.

    It is that of an unknown time zone, so that it orders what one student handed in and says nothing of lateness.
    """
    if when := parts.get("when"):
        return int(when.replace("-", ""))
    if (month := parts.get("month")) not in _MONTHS:
        return 0
    year, day, hour, minute = (int(parts[it] or 0) for it in ("year", "day", "hour", "minute"))
    hour = hour % 12 + 12 * (parts["half"] == "PM")
    return int(f"{year}{_MONTHS.index(month) + 1:02}{day:02}{hour:02}{minute:02}")


def _before_a_file_that_is_due(name: str, names: Sequence[str]) -> tuple[str, str] | None:
    """Return what stands before the name of a file that is due, and that name."""
    for due in sorted((form for one in names for form in forms(one)), key=len, reverse=True):
        owner = re.fullmatch(rf"(.+?)[-_ .]+{re.escape(due)}", name, re.IGNORECASE | re.DOTALL)
        if owner:
            return owner[1], due
    return None


def label_for(name: str, taken: dict[str, int]) -> str:
    """Return `name` as a label that is a safe file name and no key of `taken`, and add it there.

    `taken` says for each label which number the next one like it may get.
    """
    safe = re.sub(r"[^\w.@+() -]+", "_", unicodedata.normalize("NFC", lossless(name, 200)))
    safe = safe.encode()[:_LABEL_BYTES].decode("utf-8", "ignore").strip(" .-") or "hand-in"
    label, number = safe, taken.get(safe.casefold(), 2)
    while label.casefold() in taken:
        label, number = f"{safe}~{number}", number + 1
    taken[safe.casefold()] = number
    taken.setdefault(label.casefold(), 2)
    return label


def _without_copy(stem: str) -> tuple[str, int]:
    match = _COPY.fullmatch(stem)
    return (match["name"], int(match["number"])) if match else (stem, 0)
