"""Finding the hand-ins of a class: in a folder, a zip, or an export of Gradescope, Canvas or Moodle."""

from __future__ import annotations

import itertools
import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    EntryKind,
    Listing,
    ReadLimits,
    TooLargeError,
    UnreadableError,
    is_ignored,
    kind_of_mode,
    read_file,
)
from autograder.text import one_line

_OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")


class Status(StrEnum):
    """What became of one item of a class folder."""

    HAND_IN = "hand-in"
    REFUSED = "refused"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Found:
    """One item of a class folder, whatever became of it.

    Attributes
    ----------
    label
        A name for it that no other has, safe as a file name.
    reason
        For what was refused or ignored, a sentence that says why.
    source
        What `open_hand_in` takes; None unless it is a hand-in.
    students
        Who handed it in, as far as is known.
    counts_for
        Those of them who have no later hand-in.
    created_at
        When it was handed in, where the export says so.
    doubts
        Sentences for a person who has to find out whose it is.
    """

    label: str
    status: Status
    reason: str = ""
    source: Source | None = None
    students: tuple[Student, ...] = ()
    counts_for: tuple[Student, ...] = ()
    created_at: datetime | None = None
    doubts: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is the last hand-in of at least one student."""
        return bool(self.counts_for)


def find_hand_ins(path: Path, names: Sequence[str], limits: ReadLimits = DEFAULT_LIMITS) -> tuple[Found, ...]:
    """Return every item of a class folder or zip: hand-ins, and what was refused or ignored and why.

    Understood are folders, zips and single files named by student, exports of Gradescope (with
    `submission_metadata.yml`), Canvas and Moodle, and zips of all these. Where the files called
    `names` lie at the top, it is one hand-in.

    Raises
    ------
    SubmissionError
        If `path` cannot be opened or holds no hand-in.
    """
    root = existing(path)
    top = (
        _folder_top(root)
        if root.is_dir()
        else _zip_top(root, names, limits)
        if looks_like_zip(root)
        else None
    )
    if top is None or any(fits(name, item.name) for item in top.items for name in names):
        return (_single(root, path),)
    drafts = _with_labels(_from_gradescope(top, limits, names) or _by_name(top, names))
    if not any(it.found.status is Status.HAND_IN for it in drafts):
        there = ", ".join(one_line(item.name, 60) for item in top.items[:5]) or "nothing"
        raise SubmissionError(
            f"{one_line(str(path))} holds no hand-in (there: {there}); "
            "give a folder or zip with a folder, zip or Python file per student."
        )
    return _with_counts(drafts)


def find_one(
    path: Path, names: Sequence[str], label: str | None = None, limits: ReadLimits = DEFAULT_LIMITS
) -> Source:
    """Return what `open_hand_in` takes of the only hand-in in a folder or zip, or of the one called `label`.

    Raises
    ------
    SubmissionError
        If there are several and none is named, or none is called so, or that one cannot be graded.
    """
    hand_ins = {it.label: it for it in find_hand_ins(path, names, limits) if it.status is not Status.IGNORED}
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
    """Return the first few names, and that there are more."""
    first = list(itertools.islice(names, 6))
    return ", ".join([*first[:5], "…"] if len(first) > 5 else first)


@dataclass(frozen=True)
class _Item:
    name: str
    member: str
    kind: EntryKind
    is_folder: bool = False


@dataclass(frozen=True)
class _Top:
    root: Path
    items: tuple[_Item, ...]
    is_zip: bool


@dataclass(frozen=True)
class _Draft:
    """A finding whose label is not final; `order` tells which of a student's hand-ins is the last.

    `doubtful` is what may be another student's with the same id.
    """

    found: Found
    order: tuple[int, int] = (0, 0)
    doubtful: bool = False


def _single(root: Path, path: Path) -> Found:
    name = root.name if root.is_dir() else root.stem
    student = Student(name=one_line(name, 100))
    return Found(
        label_for(name, set()),
        Status.HAND_IN,
        source=Source(path),
        students=(student,),
        counts_for=(student,),
    )


def _folder_top(root: Path) -> _Top:
    try:
        with os.scandir(root) as entries:
            modes = {entry.name: entry.stat(follow_symlinks=False).st_mode for entry in entries}
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise SubmissionError(f"{one_line(str(root))} cannot be read ({reason}); check the path.") from error
    folders = [name for name in modes if stat.S_ISDIR(modes[name]) and not is_ignored(f"{name}/")]
    if len(folders) == 1 and (root / folders[0] / EXPORT_FILE).is_file():
        return _folder_top(root / folders[0])
    items = (
        _Item(name, name, kind_of_mode(modes[name]), stat.S_ISDIR(modes[name])) for name in sorted(modes)
    )
    return _Top(root, tuple(items), is_zip=False)


def _zip_top(root: Path, names: Sequence[str], limits: ReadLimits) -> _Top:
    with zip_on_disk(root, limits.for_a_class()) as tree:
        listing = tree.listing()
    items = _items_below(listing, "")
    shown = _not_ignored(items)
    if len(shown) == 1 and shown[0].is_folder:
        inside = _items_below(listing, f"{shown[0].name}/")
        several = sum(_is_somebodys(item, names) for item in _not_ignored(inside)) > 1
        if several or any(item.name == EXPORT_FILE for item in inside):
            items = inside
    return _Top(root, items, is_zip=True)


def _not_ignored(items: Iterable[_Item]) -> list[_Item]:
    return [item for item in items if not is_ignored(item.name + "/" * item.is_folder)]


def _is_somebodys(item: _Item, names: Sequence[str]) -> bool:
    """Return whether an item of an inner folder looks like one student's hand-in among several."""
    student = read_file_name(item.name, names, item.is_folder).student
    names_one = bool(student.id) or student.name != Path(item.name).stem
    return item.is_folder or is_zip_name(item.name) or names_one


def _items_below(listing: Listing, prefix: str) -> tuple[_Item, ...]:
    """Return the files and folders directly below a folder of a zip, by name."""
    items: dict[str, _Item] = {}
    for folder in listing.folders:
        if folder.startswith(prefix):
            name = folder[len(prefix) :].partition("/")[0]
            items[name] = _Item(name, prefix + name, EntryKind.FILE, is_folder=True)
    for entry in listing.entries:
        if entry.path.startswith(prefix) and "/" not in entry.path[len(prefix) :]:
            name = entry.path[len(prefix) :]
            items[name] = _Item(name, entry.path, entry.kind)
    for path in listing.ignored:
        if path.startswith(prefix):
            name, slash, _ = path[len(prefix) :].partition("/")
            items.setdefault(name, _Item(name, prefix + name, EntryKind.FILE, bool(slash)))
    return tuple(items[name] for name in sorted(items) if name)


# --- items named by student -----------------------------------------------------------------------


def _by_name(top: _Top, names: Sequence[str]) -> list[_Draft]:
    drafts, groups = list[_Draft](), dict[tuple[Student, int], list[tuple[_Item, NamedFile]]]()
    for item in top.items:
        if reason := _why_ignored(item, names):
            drafts.append(_passed_over(item, Status.IGNORED, reason))
        elif reason := _why_refused(item):
            drafts.append(_passed_over(item, Status.REFUSED, reason))
        else:
            about = read_file_name(item.name, names, item.is_folder)
            if item.is_folder or (is_zip_name(item.name) and not about.student.id):
                drafts.append(_hand_in(top, [(item, about)]))
            else:
                groups.setdefault((about.student, about.copy), []).append((item, about))
    largest = max((about.upload for group in groups.values() for _, about in group), default=0)
    for group in groups.values():
        sure, doubtful = _told_apart(group, largest)
        latest, earlier = _latest_uploads(sure, names)
        drafts.append(_hand_in(top, latest))
        drafts += [replace(_hand_in(top, [pair]), doubtful=True) for pair in doubtful]
        drafts += [_passed_over(item, Status.IGNORED, reason) for item, reason in earlier]
    return sorted(drafts, key=lambda draft: draft.found.label)


_Named = tuple[_Item, NamedFile]


def _told_apart(group: Sequence[_Named], largest: int) -> tuple[list[_Named], list[_Named]]:
    """Return the files that are surely of one student, and those whose name another's can be read in.

    A student who is called `victim_9` has files that begin with `victim_9_`, as the files of the student
    `victim` with the id 9 do; the id and the number of the file then follow where else the number of the file
    and its own name are.
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


def _latest_uploads(
    group: Sequence[tuple[_Item, NamedFile]], names: Sequence[str]
) -> tuple[list[tuple[_Item, NamedFile]], list[tuple[_Item, str]]]:
    """Return a student's files without those that were uploaded again, and these with the reason."""
    earlier: dict[str, tuple[_Item, str]] = {}
    for name in names:
        meant = [(it, about) for it, about in group if about.upload and fits(name, about.original)]
        meant.sort(key=lambda pair: pair[1].upload)
        for item, _ in meant[:-1]:
            latest = one_line(meant[-1][0].name, 100)
            earlier[item.name] = (item, f"is an earlier upload of {name}; {latest} counts")
    return [pair for pair in group if pair[0].name not in earlier], list(earlier.values())


def _hand_in(top: _Top, group: Sequence[tuple[_Item, NamedFile]]) -> _Draft:
    (item, about), *_ = group
    parts = tuple(Part(it.member, named.original) for it, named in group)
    found = Found(about.label, Status.HAND_IN, source=Source(top.root, parts), students=(about.student,))
    # A folder beside a zip of the same name is what somebody unpacked, and perhaps mended.
    return _Draft(found, (about.copy, 2 if item.is_folder else 1 if is_zip_name(item.name) else 0))


def _passed_over(item: _Item, status: Status, reason: str) -> _Draft:
    return _Draft(Found(one_line(item.name, 100), status, f"{one_line(item.name, 100)} {reason}."))


def _why_ignored(item: _Item, names: Sequence[str]) -> str:
    if is_ignored(item.name + "/" * item.is_folder):
        return "is what a system or an editor leaves behind"
    if item.is_folder or item.kind is not EntryKind.FILE or item.name.lower().endswith(_OTHER_ARCHIVES):
        return ""
    known = {".zip", ".py", ".ipynb", *(Path(name).suffix for name in names if Path(name).suffix)}
    if Path(item.name).suffix.lower() in known or read_file_name(item.name, names).student.id:
        return ""
    return "is neither a folder nor a zip nor a Python file"


def _why_refused(item: _Item) -> str:
    if item.is_folder:
        return ""
    if item.kind is not EntryKind.FILE:
        article = "an" if item.kind.value[0] in "aeiou" else "a"
        return f"is {article} {item.kind.value}; ask for the plain files"
    if item.name.lower().endswith(_OTHER_ARCHIVES):
        return "is an archive of a kind that is not opened; unpack it, or ask for a zip"
    return ""


# --- Gradescope's export --------------------------------------------------------------------------


def _from_gradescope(top: _Top, limits: ReadLimits, names: Sequence[str]) -> list[_Draft]:
    """Return the items of a Gradescope export, or nothing where it is none."""
    item = next((it for it in top.items if it.name == EXPORT_FILE and not it.is_folder), None)
    if item is None:
        return []
    others = replace(top, items=tuple(it for it in top.items if it is not item))
    try:
        listed = read_export(_read_item(top, item, limits))
    except UnreadableExportError as error:
        reason = f"cannot be used, so that only the folders' names say who handed in ({error})"
        return [_passed_over(item, Status.REFUSED, reason), *_by_name(others, names)]
    there = {it.name for it in others.items}
    drafts = [_known(draft, listed) for draft in _by_name(others, names)]
    drafts += [_not_there(name) for name in sorted(set(listed) - there)]
    return [_passed_over(item, Status.IGNORED, "says who handed in what"), *drafts]


def _read_item(top: _Top, item: _Item, limits: ReadLimits) -> bytes:
    try:
        if not top.is_zip:
            return read_file(top.root / item.member, EXPORT_BYTES)
        with zip_on_disk(top.root, limits.for_a_class()) as tree:
            entry = next(it for it in tree.listing().entries if it.path == item.member)
            return tree.read(entry, EXPORT_BYTES)
    except TooLargeError as error:
        raise UnreadableExportError("it is far too large") from error
    except UnreadableError as error:
        raise UnreadableExportError(str(error)) from error


def _known(draft: _Draft, listed: dict[str, Listed]) -> _Draft:
    """Return the hand-in with what the export says about it."""
    source = draft.found.source
    entry = listed.get(source.parts[0].member.rpartition("/")[2]) if source else None
    if source is None or entry is None:
        return draft
    found = replace(draft.found, students=entry.students or draft.found.students, created_at=entry.created_at)
    digits = source.parts[0].member.rpartition("_")[2]
    return _Draft(found, (int(digits) if digits.isdecimal() and len(digits) < 20 else 0, 0))


def _not_there(name: str) -> _Draft:
    reason = f"{one_line(name, 100)} is listed in {EXPORT_FILE}, but it is not there; export the class again."
    return _Draft(Found(one_line(name, 100), Status.REFUSED, reason))


# --- labels, and which hand-in counts -------------------------------------------------------------


def _with_labels(drafts: Iterable[_Draft]) -> list[_Draft]:
    taken: set[str] = set()
    return [
        replace(it, found=replace(it.found, label=label_for(it.found.label, taken)))
        for it in sorted(drafts, key=lambda draft: draft.found.status is not Status.HAND_IN)
    ]


_Claim = tuple[str, str, bool]
"""A student's key, the name with it, and whether it is doubtful that it is this student's."""


def _with_counts(drafts: Sequence[_Draft]) -> tuple[Found, ...]:
    """Return what was found with the students for whom it is the last.

    Where several names come with one id, any of them may be another's: what each handed in last counts, with
    a doubt, for a student who chooses a name must not replace another's work.
    """
    last: dict[_Claim, int] = {}
    for index, draft in sorted(enumerate(drafts), key=lambda pair: _time_order(pair[1])):
        if draft.found.status is Status.HAND_IN:
            last.update({_claim(draft, student): index for student in draft.found.students})
    claims = Counter(key for key, _, _ in last)
    return tuple(_counted(draft, index, last, claims) for index, draft in enumerate(drafts))


def _claim(draft: _Draft, student: Student) -> _Claim:
    name = "" if student.email else student.plain_name  # nobody has the address of another
    return student.key, name, draft.doubtful


def _time_order(draft: _Draft) -> tuple[datetime, tuple[int, int], str]:
    return draft.found.created_at or datetime.min.replace(tzinfo=UTC), draft.order, draft.found.label


def _counted(draft: _Draft, index: int, last: Mapping[_Claim, int], claims: Mapping[str, int]) -> Found:
    students = draft.found.students
    counts_for = tuple(it for it in students if last.get(_claim(draft, it)) == index)
    doubts = tuple(
        f"another hand-in has the same {it.key.partition(' ')[0]} and may be somebody else's; "
        "find out whose each of them is"
        for it in students
        if claims.get(it.key, 0) > 1
    )
    return replace(draft.found, counts_for=counts_for, doubts=doubts)
