"""Finds the hand-ins of a class: in a folder, a zip, or an export of Gradescope, Canvas or Moodle."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.handin.candidates import Part, Source, existing, is_zip_name, looks_like_zip, zip_on_disk
from autograder.handin.exports import EXPORT_BYTES, EXPORT_FILE, Listed, UnreadableExportError, read_export
from autograder.handin.matching import fits
from autograder.handin.students import NamedFile, Student, label_for, read_file_name
from autograder.handin.trees import (
    DEFAULT_LIMITS,
    Entry,
    EntryKind,
    Listing,
    ReadLimits,
    TooLargeError,
    UnreadableError,
    is_junk,
    scan,
)
from autograder.text import one_line

_OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")


class Fate(StrEnum):
    """What becomes of one item of a class folder; a later hand-in of the same student replaces an earlier one."""

    GRADED = "graded"
    REFUSED = "refused"
    REPLACED = "replaced"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Found:
    """One item of a class folder, whatever becomes of it.

    Attributes
    ----------
    label
        A name that no other item has, safe as a file name.
    reason
        If it was refused or ignored, a sentence that says why.
    source
        What `open_hand_in` takes; None unless it is a hand-in.
    students
        Who handed it in, as far as is known.
    counts_for
        Those of them who have no later hand-in.
    created_at
        When it was handed in, if the export says so.
    doubts
        Sentences for a person who has to find out whose it is.
    order
        Higher for the later of a student's hand-ins.
    doubtful
        Whether it may belong to another student with the same id.
    """

    label: str
    fate: Fate
    reason: str = ""
    source: Source | None = None
    students: tuple[Student, ...] = ()
    counts_for: tuple[Student, ...] = ()
    created_at: datetime | None = None
    doubts: tuple[str, ...] = ()
    order: tuple[int, int] = (0, 0)
    doubtful: bool = False


def find_hand_ins(path: Path, names: Sequence[str], limits: ReadLimits = DEFAULT_LIMITS) -> tuple[Found, ...]:
    """Return every item of a class folder or zip: hand-ins, and what was refused or ignored and why.

    It may hold folders, zips and single files named by student, or be an export of Gradescope (with
    `submission_metadata.yml`), Canvas or Moodle. If the files called `names` lie at the top, it is one
    hand-in.

    Raises
    ------
    SubmissionError
        If `path` cannot be opened or holds no hand-in.
    """
    root = existing(path)
    with ExitStack() as stack:
        if root.is_dir():
            folder, entries = _class_folder(root)
        elif looks_like_zip(root):
            folder, entries = root, _class_zip(root, names, limits, stack)
        else:
            return (_single(root, path),)
        if any(fits(name, entry.name) for entry in entries for name in names):
            return (_single(root, path),)
        found = _with_labels(_from_gradescope(folder, entries, names) or _by_name(folder, entries, names))
    if not any(it.source for it in found):
        there = ", ".join(one_line(entry.name, 60) for entry in entries[:5]) or "nothing"
        raise SubmissionError(
            f"{one_line(str(path))} holds no hand-in (there: {there}); "
            "give a folder or zip with a folder, zip or Python file per student."
        )
    return _with_counts(found)


def find_one(
    path: Path, names: Sequence[str], label: str | None = None, limits: ReadLimits = DEFAULT_LIMITS
) -> Source:
    """Return the source of the only hand-in in a folder or zip, or of the one called `label`.

    Raises
    ------
    SubmissionError
        If there are several and no `label` is given, none has that label, or that one cannot be graded.
    """
    hand_ins = {it.label: it for it in find_hand_ins(path, names, limits) if it.fate is not Fate.IGNORED}
    where = one_line(str(path))
    if label is None and len(hand_ins) > 1:
        raise SubmissionError(
            f"{where} holds {len(hand_ins)} hand-ins ({_some(hand_ins)}); say which with --label LABEL."
        )
    found = next(iter(hand_ins.values())) if label is None else hand_ins.get(label)
    if found is None:
        raise SubmissionError(f"{where} holds no hand-in called {label!r} (there: {_some(hand_ins)}).")
    if found.source is None:
        raise SubmissionError(f"{found.label} cannot be graded: {found.reason}")
    return found.source


def _some(names: Iterable[str]) -> str:
    """Return the first few names, with a mark if there are more."""
    first = list(itertools.islice(names, 6))
    return ", ".join([*first[:5], "…"] if len(first) > 5 else first)


def _single(root: Path, path: Path) -> Found:
    name = root.name if root.is_dir() else root.stem
    students = (Student(name=one_line(name, 100)),)
    return Found(
        label_for(name, set()), Fate.GRADED, source=Source(path), students=students, counts_for=students
    )


def _class_folder(root: Path) -> tuple[Path, list[Entry]]:
    """Return the folder of a class, which may lie alone in another, and what lies in it."""
    entries = scan(root)
    folders = [it.name for it in entries if it.kind is EntryKind.FOLDER and not is_junk(it)]
    if len(folders) == 1 and (root / folders[0] / EXPORT_FILE).is_file():
        return _class_folder(root / folders[0])
    return root, entries


def _class_zip(root: Path, names: Sequence[str], limits: ReadLimits, stack: ExitStack) -> list[Entry]:
    """Return what lies at the top of a zip, or in its only folder if that is the folder of a class."""
    listing = stack.enter_context(zip_on_disk(root, limits.for_a_class())).listing()
    entries = _entries_below(listing, "")
    shown = [it for it in entries if not is_junk(it)]
    if len(shown) == 1 and shown[0].kind is EntryKind.FOLDER:
        inside = _entries_below(listing, f"{shown[0].path}/")
        several = sum(_is_somebodys(it, names) for it in inside if not is_junk(it)) > 1
        if several or any(it.name == EXPORT_FILE for it in inside):
            return inside
    return entries


def _is_somebodys(entry: Entry, names: Sequence[str]) -> bool:
    """Return whether an entry of an inner folder looks like one student's hand-in among several."""
    student = _named(entry, names).student
    has_name = bool(student.id) or student.name != Path(entry.name).stem
    return entry.kind is EntryKind.FOLDER or is_zip_name(entry.name) or has_name


def _entries_below(listing: Listing, prefix: str) -> list[Entry]:
    """Return the files and folders directly below a folder of a zip, by name."""
    files = [it for it in listing.entries if it.path.startswith(prefix) and "/" not in it.path[len(prefix) :]]
    entries = {it.name: it for it in files}
    for path in (*listing.ignored, *(f"{folder}/" for folder in listing.folders)):
        if path.startswith(prefix):
            name, slash, _ = path[len(prefix) :].partition("/")
            kind = EntryKind.FOLDER if slash else EntryKind.FILE
            entries.setdefault(name, Entry(prefix + name, kind))
    return [entries[name] for name in sorted(entries) if name]


def _named(entry: Entry, names: Sequence[str]) -> NamedFile:
    return read_file_name(entry.name, names, entry.kind is EntryKind.FOLDER)


# --- items named by student -----------------------------------------------------------------------


_Named = tuple[Entry, NamedFile]


def _by_name(root: Path, entries: Iterable[Entry], names: Sequence[str]) -> list[Found]:
    found, groups = list[Found](), dict[tuple[Student, int], list[_Named]]()
    for entry in entries:
        if reason := _why_ignored(entry, names):
            found.append(_passed_over(entry, Fate.IGNORED, reason))
        elif reason := _why_refused(entry):
            found.append(_passed_over(entry, Fate.REFUSED, reason))
        else:
            about = _named(entry, names)
            if entry.kind is EntryKind.FOLDER or (is_zip_name(entry.name) and not about.student.id):
                found.append(_hand_in(root, [(entry, about)]))
            else:
                groups.setdefault((about.student, about.copy), []).append((entry, about))
    largest = max((about.upload for group in groups.values() for _, about in group), default=0)
    for group in groups.values():
        sure, doubtful = _told_apart(group, largest)
        latest, earlier = _latest_uploads(sure, names)
        found.append(_hand_in(root, latest))
        found += [replace(_hand_in(root, [pair]), doubtful=True) for pair in doubtful]
        found += earlier
    return sorted(found, key=lambda it: it.label)


def _told_apart(group: Sequence[_Named], largest: int) -> tuple[list[_Named], list[_Named]]:
    """Return the files that surely belong to one student, and those that may belong to another.

    The files of a student called `victim_9` begin with `victim_9_`, as do those of the student `victim`
    whose id is 9; what is then taken for the id and the file's number is really one part further on.
    """
    shifted = Counter(about.other_upload for _, about in group)
    doubtful = [
        pair
        for pair in group
        if len(group) > 1
        and pair[1].other_upload
        and len(str(pair[1].other_upload)) == len(str(largest))
        and shifted[pair[1].other_upload] == 1  # no two files have the same number
    ]
    sure = [pair for pair in group if pair not in doubtful]
    return (sure, doubtful) if sure else (doubtful[:1], doubtful[1:])


def _latest_uploads(group: Sequence[_Named], names: Sequence[str]) -> tuple[list[_Named], list[Found]]:
    """Return a student's files without those that were uploaded again later, and those as ignored."""
    earlier: dict[str, Found] = {}
    for name in names:
        meant = [(entry, about) for entry, about in group if about.upload and fits(name, about.original)]
        meant.sort(key=lambda pair: pair[1].upload)
        for entry, _ in meant[:-1]:
            reason = f"is an earlier upload of {name}; {one_line(meant[-1][0].name, 100)} counts"
            earlier[entry.name] = _passed_over(entry, Fate.IGNORED, reason)
    return [pair for pair in group if pair[0].name not in earlier], list(earlier.values())


def _hand_in(root: Path, group: Sequence[_Named]) -> Found:
    (entry, about), *_ = group
    # A folder beside a zip of the same name was unpacked from it, and perhaps corrected.
    last = 2 if entry.kind is EntryKind.FOLDER else 1 if is_zip_name(entry.name) else 0
    parts = tuple(Part(it.path, named.original) for it, named in group)
    return Found(
        about.label,
        Fate.GRADED,
        source=Source(root, parts),
        students=(about.student,),
        order=(about.copy, last),
    )


def _passed_over(entry: Entry, fate: Fate, reason: str) -> Found:
    name = one_line(entry.name, 100)
    return Found(name, fate, f"{name} {reason}.")


def _why_ignored(entry: Entry, names: Sequence[str]) -> str:
    if is_junk(entry):
        return "is left behind by a system or an editor"
    if entry.kind is not EntryKind.FILE or entry.name.lower().endswith(_OTHER_ARCHIVES):
        return ""
    known = {".zip", ".py", ".ipynb", *(Path(name).suffix for name in names if Path(name).suffix)}
    if Path(entry.name).suffix.lower() in known or _named(entry, names).student.id:
        return ""
    return "is neither a folder nor a zip nor a Python file"


def _why_refused(entry: Entry) -> str:
    if entry.kind not in (EntryKind.FILE, EntryKind.FOLDER):
        return f"is {entry.kind.with_article}; ask for the plain files"
    if entry.kind is EntryKind.FILE and entry.name.lower().endswith(_OTHER_ARCHIVES):
        return "is an archive of an unsupported kind; unpack it, or ask for a zip"
    return ""


# --- Gradescope's export --------------------------------------------------------------------------


def _from_gradescope(root: Path, entries: Sequence[Entry], names: Sequence[str]) -> list[Found]:
    """Return the items of a Gradescope export, or nothing if it is not one."""
    export = next((it for it in entries if it.name == EXPORT_FILE and it.kind is not EntryKind.FOLDER), None)
    if export is None:
        return []
    others = [it for it in entries if it is not export]
    found = _by_name(root, others, names)
    try:
        listed = _read_export(export)
    except UnreadableExportError as error:
        reason = f"cannot be used, so only the folders' names say who handed in ({error})"
        return [_passed_over(export, Fate.REFUSED, reason), *found]
    missing = sorted(set(listed) - {it.name for it in others})
    return [
        _passed_over(export, Fate.IGNORED, "says who handed in what"),
        *(_with_owners(it, listed) for it in found),
        *(_not_there(name) for name in missing),
    ]


def _read_export(export: Entry) -> dict[str, Listed]:
    try:
        return read_export(export.read(EXPORT_BYTES))
    except TooLargeError as error:
        raise UnreadableExportError("it is far too large") from error
    except UnreadableError as error:
        raise UnreadableExportError(str(error)) from error


def _with_owners(found: Found, listed: Mapping[str, Listed]) -> Found:
    """Return the hand-in with what the export says about it."""
    member = found.source.parts[0].member if found.source else ""
    entry = listed.get(member.rpartition("/")[2])
    if entry is None:
        return found
    digits = member.rpartition("_")[2]
    return replace(
        found,
        students=entry.students or found.students,
        created_at=entry.created_at,
        order=(int(digits) if digits.isdecimal() and len(digits) < 20 else 0, 0),
    )


def _not_there(name: str) -> Found:
    name = one_line(name, 100)
    return Found(
        name, Fate.REFUSED, f"{name} is listed in {EXPORT_FILE}, but is not there; export the class again."
    )


# --- labels, and which hand-in counts -------------------------------------------------------------


def _with_labels(found: Iterable[Found]) -> list[Found]:
    taken: set[str] = set()
    return [
        replace(it, label=label_for(it.label, taken))
        for it in sorted(found, key=lambda it: it.source is None)
    ]


_Claim = tuple[str, str, bool]
"""A student's key, the name with it, and whether it is doubtful that the hand-in is this student's."""


def _with_counts(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return what was found with the students for whom it is the last.

    If several names come with one id, each of them may belong to another student: what each name handed in
    last counts, with a doubt, because a student who chooses a name must not replace another's work.
    """
    last: dict[_Claim, Found] = {}
    for it in sorted(found, key=_time_order):
        if it.source:
            last.update({_claim(it, student): it for student in it.students})
    claims = Counter(key for key, _, _ in last)
    return tuple(_counted(it, last, claims) for it in found)


def _claim(found: Found, student: Student) -> _Claim:
    name = "" if student.email else student.plain_name  # no two students share an address
    return student.key, name, found.doubtful


def _time_order(found: Found) -> tuple[datetime, tuple[int, int], str]:
    return found.created_at or datetime.min.replace(tzinfo=UTC), found.order, found.label


def _counted(found: Found, last: Mapping[_Claim, Found], claims: Mapping[str, int]) -> Found:
    if found.source is None:
        return found
    counts_for = tuple(it for it in found.students if last.get(_claim(found, it)) is found)
    doubts = tuple(
        f"another hand-in has the same {it.key.partition(' ')[0]} and may be somebody else's; "
        "find out whose each of them is"
        for it in found.students
        if claims.get(it.key, 0) > 1
    )
    fate = Fate.GRADED if counts_for else Fate.REPLACED
    return replace(found, fate=fate, counts_for=counts_for, doubts=doubts)
