"""Finds the hand-ins of a class: in a folder, an archive, or what a platform gives to download."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.handin.archives import (
    class_archive,
    is_archive_name,
    is_other_archive_name,
    looks_like_archive,
    without_suffix,
)
from autograder.handin.candidates import Part, Source, existing
from autograder.handin.exports import EXPORT_BYTES, EXPORT_FILE, Listed, UnreadableExportError, read_export
from autograder.handin.forms import is_code
from autograder.handin.found import Fate, Found, with_counts
from autograder.handin.matching import fits, fits_but_for_a_number
from autograder.handin.places import Look, place_in, place_of
from autograder.handin.readings import InRoster, no_roster, read_names
from autograder.handin.shape import (
    AmbiguousError,
    ClassFolder,
    OwnerUnknownError,
    Shape,
    class_folder,
    holds_export,
    several_exports,
)
from autograder.handin.students import NamedFile, Student, label_for
from autograder.handin.trees import (
    DEFAULT_LIMITS,
    Entry,
    EntryKind,
    ReadLimits,
    TooLargeError,
    UnreadableError,
)
from autograder.text import first_few, lossless

MOST_LOOKED_INTO = 10
"""If there are more hand-ins, only so many are looked into for classes of their own, and only if all are archives."""


def find_hand_ins(
    path: Path,
    names: Sequence[str],
    limits: ReadLimits = DEFAULT_LIMITS,
    shape: Shape | None = None,
    in_roster: InRoster = no_roster,
    paths: Sequence[str] = (),
) -> tuple[Found, ...]:
    """Return every item of a class folder or archive: hand-ins, and what was refused or ignored and why.

    It may hold folders, archives and single files named by student, or be an export of Gradescope (with
    `submission_metadata.yml`), Canvas, Moodle, Blackboard or Brightspace. If the files called `names` lie at the top,
    it is one hand-in.

    Parameters
    ----------
    shape
        Whether it is a class or one hand-in, where the instructor says so.
    in_roster
        Says who is in the list of the course's students, where names of files may be those of several.
    paths
        Where the files are due, such as `cs231n/layers.py`: what lies so is one hand-in.

    Raises
    ------
    SubmissionError
        If `path` cannot be opened, holds no hand-in, or may be read in two ways.
    """
    root = existing(path)
    if not root.is_dir() and not looks_like_archive(root):
        return (_single(root, path),)
    look = Look(place_of(root, limits), tuple(names), limits.for_a_class().hidden)
    where = class_folder(look, str(path), names, shape, paths)
    look.require_whole(where.path if where else "")
    if where is None:
        return (_single(root, path),)
    found = _in_class(root, look, where, names, in_roster)
    hand_ins = [it for it in found if it.source]
    if not hand_ins:
        entries = look.children(where.path)
        there = ", ".join(lossless(entry.name, 60) for entry in entries[:5]) or "nothing"
        raise SubmissionError(
            f"{lossless(str(path), 300)} holds no hand-in (there: {there}); "
            "give a folder or zip with a folder, zip or Python file per student."
        )
    if shape is None:
        _refuse_classes_in(hand_ins, root, names, limits)
    return with_counts(found)


def _in_class(
    root: Path, look: Look, where: ClassFolder, names: Sequence[str], in_roster: InRoster = no_roster
) -> list[Found]:
    """Return every item of a class folder, and of what lies around it."""
    entries = look.children(where.path)
    found = _from_gradescope(root, look, entries, names) or _by_name(root, look, entries, names, in_roster)
    return _with_labels([*found, *_around(look, where)])


def find_one(
    path: Path,
    names: Sequence[str],
    label: str | None = None,
    limits: ReadLimits = DEFAULT_LIMITS,
    shape: Shape | None = None,
    paths: Sequence[str] = (),
) -> Source:
    """Return the source of the only hand-in in a folder or archive, or of the one called `label`.

    Raises
    ------
    SubmissionError
        If there are several and no `label` is given, none has that label, or that one cannot be graded.
    """
    try:
        everything = find_hand_ins(path, names, limits, shape, paths=paths)
    except OwnerUnknownError:
        everything = find_hand_ins(path, names, limits, Shape.ONE)
    hand_ins = {it.label: it for it in everything if it.fate is not Fate.IGNORED}
    where = lossless(str(path), 300)
    if label is None and len(hand_ins) > 1:
        raise SubmissionError(
            f"{where} holds {len(hand_ins)} hand-ins ({first_few(hand_ins)}); say which with --label LABEL."
        )
    found = next(iter(hand_ins.values())) if label is None else hand_ins.get(label)
    if found is None:
        raise SubmissionError(f"{where} holds no hand-in called {label!r} (there: {first_few(hand_ins)}).")
    if found.source is None:
        raise SubmissionError(f"{found.label} cannot be graded: {found.reason}")
    return found.source


def _refuse_classes_in(
    hand_ins: Sequence[Found], root: Path, names: Sequence[str], limits: ReadLimits
) -> None:
    """Refuse an archive that holds at least as many hand-ins as lie beside it, or only exports.

    In a large class a student's archive may hold more than one folder of work; then only exports, and archives of which
    each holds hand-ins of several people by a platform's names, are refused.

    Raises
    ------
    AmbiguousError
        If there is one.
    """
    firsts = (_first_archive(root, it.source, limits) for it in hand_ins if it.source)
    archives = [it for it in firsts if it]
    is_large = len(hand_ins) > MOST_LOOKED_INTO
    if is_large and len(archives) < len(hand_ins):
        return
    looked_into = archives[:MOST_LOOKED_INTO]
    exports, classes = list[str](), list[str]()
    for member in looked_into:
        try:
            look = Look(place_in(root, member, limits), tuple(names), limits.for_a_class().hidden)
            where = class_folder(look, member, names)
        except SubmissionError:
            continue  # it is not clearly a class, or cannot be opened, which the hand-in's own result says
        exports += [member] if holds_export(look, "") else []
        inside = [it for it in _in_class(root, look, where, names) if it.source] if where else []
        if len(inside) > 1 and not is_large and len(inside) >= len(hand_ins):
            raise AmbiguousError(
                f"{lossless(member)} in {lossless(str(root), 200)} holds {len(inside)} hand-ins; name "
                "it itself if it is a class, or pass --class if it is the hand-in of one student."
            )
        ids = {student.id for it in inside for student in it.students} - {""}
        classes += [member] if len(ids) > 1 else []
    where_named = lossless(str(root), 200)
    all_of_them = len(looked_into if is_large else hand_ins)
    if exports and len(exports) == all_of_them:
        raise several_exports(where_named, exports)
    if len(classes) > 1 and len(classes) == all_of_them:
        raise AmbiguousError(
            f"In {where_named}, {first_few(map(lossless, classes), 3)} hold hand-ins of several students each; grade "
            "each download by itself, with -o for each, or pass --class if these are the hand-ins of students."
        )


def _first_archive(root: Path, source: Source, limits: ReadLimits) -> str:
    """Return the first part of a hand-in that is an archive, empty if none is."""
    members = (part.member for part in source.parts)
    return next((it for it in members if it and _is_archive_in(root, it, limits)), "")


def _is_archive_in(root: Path, member: str, limits: ReadLimits) -> bool:
    """Return whether something in a folder or archive is an archive, and no folder of such a name."""
    if not root.is_dir():
        below = class_archive(root, limits).below(member)
        return is_archive_name(member) and [it.path for it in below] == [member]
    path = root / member
    return not path.is_dir() and looks_like_archive(path)


def _around(look: Look, where: ClassFolder) -> list[Found]:
    """Return what lies around the folder that holds the hand-ins."""
    if not where.path:
        return []
    found, level, above = list[Found](), look.children(""), ""
    for name in where.path.split("/"):
        found += [
            _passed_over(it, Fate.IGNORED, "lies beside the folder with the hand-ins")
            for it in level
            if it.name != name
        ]
        above = f"{above}/{name}" if above else name
        level = look.children(above)
    return found


def _single(root: Path, path: Path) -> Found:
    name = root.name if root.is_dir() else without_suffix(root.name)[0]
    students = (Student(name=lossless(name)),)
    return Found(
        label_for(name, {}), Fate.GRADED, source=Source(path), students=students, counts_for=students
    )


# --- items named by student -----------------------------------------------------------------------


_Named = tuple[Entry, NamedFile]
_Groups = dict[tuple[Student, int], list[_Named]]
"""The files of each student and copy."""
_AGAIN = re.compile(r"-\d{1,3}\Z")


def _by_name(
    root: Path, look: Look, entries: Iterable[Entry], names: Sequence[str], in_roster: InRoster = no_roster
) -> list[Found]:
    found, groups = list[Found](), _Groups()
    entries = list(entries)
    said = read_names([it for it in entries if not look.is_junk(it)], names, in_roster)
    beside = _lie_beside_hand_ins(look, entries, names)
    unopened, whole = list[_Named](), set[Student]()
    for entry in entries:
        about = said.get(entry.name) or NamedFile(Student(), entry.name)
        if reason := _why_ignored(look, entry, about, names):
            found.append(_passed_over(entry, Fate.IGNORED, reason))
        elif reason := _why_refused(entry, beside):
            refused = _passed_over(entry, Fate.REFUSED, reason)
            found.append(refused if entry.name in beside else replace(refused, students=(about.student,)))
        elif entry.kind is EntryKind.FILE and is_other_archive_name(entry.name):
            unopened.append((entry, about))
        elif about.may_be:
            found.append(_hand_in(root, [(entry, about)]))
        else:
            own = entry.kind is EntryKind.FOLDER or is_archive_name(entry.name)
            if own and not (about.student.id or about.dated):
                found.append(_hand_in(root, [(entry, about)]))
                whole.add(about.student)
            else:
                groups.setdefault((about.student, about.copy), []).append((entry, about))
    found += _settle_unopened(unopened, groups, whole, names)
    whole |= {student for (student, _), group in groups.items() if not all(about.typed for _, about in group)}
    for (student, _), group in groups.items():
        kept, typed = _without_typed(group, student in whole)
        found += typed
        folders = [pair for pair in kept if pair[0].kind is EntryKind.FOLDER]
        files = [pair for pair in kept if pair[0].kind is not EntryKind.FOLDER]
        found += [_hand_in(root, [pair]) for pair in folders]
        if files:
            latest, earlier = _latest_uploads(files, names)
            found.append(_hand_in(root, latest))
            found += earlier
    # In this order a later hand-in never takes the label that an earlier one has had.
    return sorted(found, key=lambda it: (it.label, it.order))


def _settle_unopened(
    unopened: Sequence[_Named], groups: _Groups, whole: set[Student], names: Sequence[str]
) -> list[Found]:
    """Return what becomes of archives of a kind that is not opened.

    Beside work of its student, or before a later copy with work, such an archive is ignored. Else it is refused, and
    what lies beside it leaves `groups`: the work is surely in the archive.

    Parameters
    ----------
    whole
        The students with a hand-in of their own; whose archive is refused is added, so that it is refused once.
    """
    found = list[Found]()
    last = dict[Student, int]()
    for (student, number), group in groups.items():
        if any(_may_be_work(pair, names) for pair in group):
            last[student] = max(number, last.get(student, 0))
    for entry, about in sorted(unopened, key=lambda pair: (-pair[1].copy, -pair[1].upload)):
        group = groups.get((about.student, about.copy), [])
        if about.student in whole or last.get(about.student, -1) >= about.copy:
            reason = "is an archive of a kind that is not opened, beside another hand-in of the same student"
            found.append(_passed_over(entry, Fate.IGNORED, reason))
            continue
        reason = "is an archive of a kind that is not opened; unpack it, or ask for a zip"
        found.append(replace(_passed_over(entry, Fate.REFUSED, reason), students=(about.student,)))
        reason = f"lies beside {lossless(entry.name, 100)}, which is not opened"
        found += [_passed_over(other, Fate.IGNORED, reason) for other, _ in group]
        groups.pop((about.student, about.copy), None)
        whole.add(about.student)
    return found


def _may_be_work(file: _Named, names: Sequence[str]) -> bool:
    """Return whether a student's file may be what was asked for, or hold it."""
    entry, about = file
    holds = entry.kind is EntryKind.FOLDER or is_archive_name(entry.name) or is_code(about.original)
    return holds or any(fits(name, about.original) for name in names)


def _lie_beside_hand_ins(look: Look, entries: Sequence[Entry], names: Sequence[str]) -> set[str]:
    """Return the files whose name fits one that is due: nobody's, where the hand-ins lie beside them."""
    return {
        it.name
        for it in entries
        if it.kind is not EntryKind.FOLDER
        and any(fits(name, it.name) for name in names)
        and not look.is_junk(it)
    }


def _without_typed(group: Sequence[_Named], has_files: bool) -> tuple[list[_Named], list[Found]]:
    """Return a student's files without text that was typed beside them, and that text as ignored.

    Parameters
    ----------
    has_files
        Whether the student handed in files, with this or at another time.
    """
    typed = [pair for pair in group if pair[1].typed]
    if not has_files:
        return list(group), []
    others = [pair for pair in group if not pair[1].typed]
    reason = "is text that was typed beside the files that were handed in"
    return others, [_passed_over(entry, Fate.IGNORED, reason) for entry, _ in typed]


def _latest_uploads(group: Sequence[_Named], names: Sequence[str]) -> tuple[list[_Named], list[Found]]:
    """Return a student's files but those that were uploaded again, the last upload first, and the others as ignored."""
    latest: dict[str, Entry] = {}
    earlier, kept = list[Found](), list[_Named]()
    originals = {about.original for _, about in group}
    for entry, about in sorted(group, key=lambda pair: -pair[1].upload):
        what = _uploaded_as(about.original, names, originals) if about.upload else None
        if what is None or latest.setdefault(what, entry) is entry:
            kept.append((entry, about))
        else:
            reason = (
                f"is an earlier upload of {lossless(what, 100)}; {lossless(latest[what].name, 100)} counts"
            )
            earlier.append(_passed_over(entry, Fate.IGNORED, reason))
    return kept, earlier


def _uploaded_as(original: str, names: Sequence[str], originals: Collection[str]) -> str | None:
    """Return the name under which a file was uploaded at first, if it may be the work: Canvas numbers later ones."""
    stem, suffix = without_suffix(original)
    first = f"{_AGAIN.sub('', stem)}{suffix}"
    archive = (first if first in originals else original) if is_archive_name(original) else None
    exact = next((name for name in names if fits(name, original)), None)
    numbered = (
        it
        for it in names
        if fits_but_for_a_number(it, original) and not any(fits(it, other) for other in originals)
    )
    return exact or next(numbered, archive)


def _hand_in(root: Path, group: Sequence[_Named]) -> Found:
    (entry, about), *_ = group
    # A folder beside an archive of the same name was unpacked from it, and perhaps corrected.
    last = 2 if entry.kind is EntryKind.FOLDER else 1
    parts = tuple(Part(it.path, named.original) for it, named in group)
    return Found(
        about.label,
        Fate.GRADED,
        source=Source(root, parts),
        students=(about.student,),
        order=(about.copy, last),
        late=any(named.late for _, named in group),
        may_be=about.may_be,
    )


def _passed_over(entry: Entry, fate: Fate, reason: str) -> Found:
    name = lossless(entry.name)
    return Found(name, fate, f"{name} {reason}.")


def _why_ignored(look: Look, entry: Entry, about: NamedFile, names: Sequence[str]) -> str:
    if look.is_junk(entry):
        return "is left behind by a system or an editor"
    if look.is_our_output(entry):
        return "holds results that were written by an earlier run"
    if entry.kind is not EntryKind.FILE or is_archive_name(entry.name) or is_other_archive_name(entry.name):
        return ""
    known = {".py", ".ipynb", *(Path(name).suffix for name in names if Path(name).suffix)}
    if Path(entry.name).suffix.lower() in known or about.student.id or about.typed or about.may_be:
        return ""
    return "is neither a folder nor an archive nor a Python file"


def _why_refused(entry: Entry, beside: Collection[str]) -> str:
    if entry.kind not in (EntryKind.FILE, EntryKind.FOLDER):
        return f"is {entry.kind.with_article}; ask for the plain files"
    if entry.name in beside:
        return "lies beside the hand-ins of others, and nothing says whose it is; put it into a folder with a name"
    return ""


# --- Gradescope's export --------------------------------------------------------------------------


def _from_gradescope(root: Path, look: Look, entries: Sequence[Entry], names: Sequence[str]) -> list[Found]:
    """Return the items of a Gradescope export, or nothing if it is not one."""
    export = next((it for it in entries if it.name == EXPORT_FILE and it.kind is not EntryKind.FOLDER), None)
    if export is None:
        return []
    others = [it for it in entries if it is not export]
    found = _by_name(root, look, others, names)
    try:
        listed = _read_export(export)
    except UnreadableExportError as error:
        reason = f"cannot be used, so only the folders' names say who handed in ({error})"
        return [_passed_over(export, Fate.REFUSED, reason), *found]
    missing = sorted(set(listed) - {it.name for it in others})
    return [
        _passed_over(export, Fate.IGNORED, "says who handed in what"),
        *(_with_owners(it, listed) for it in found),
        *(_not_there(name, listed[name]) for name in missing),
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
    names_people = any(it.students for it in listed.values())  # as that of anonymous grading does not
    if names_people and found.source and not (entry and entry.students):
        found = replace(found, is_unlisted=True)
    if entry is None:
        return found
    digits = member.rpartition("_")[2]
    return replace(
        found,
        students=entry.students or found.students,
        created_at=entry.created_at,
        order=(int(digits) if digits.isdecimal() and len(digits) < 20 else 0, 0),
    )


def _not_there(name: str, listed: Listed) -> Found:
    name = lossless(name)
    reason = f"{name} is listed in {EXPORT_FILE}, but is not there; export the class again."
    return Found(name, Fate.REFUSED, reason, students=listed.students, created_at=listed.created_at)


# --- labels -----------------------------------------------------------------------------------------


def _with_labels(found: Iterable[Found]) -> list[Found]:
    taken: dict[str, int] = {}
    return [
        replace(it, label=label_for(it.label, taken))
        for it in sorted(found, key=lambda it: it.source is None)
    ]
