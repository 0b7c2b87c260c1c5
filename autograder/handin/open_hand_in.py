"""Opens one hand-in: the bytes of the named files, wherever in a folder or zip they lie, and nothing else."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.handin.answers import NO_ANSWERS, collect_answers
from autograder.handin.archives import is_archive_name, without_suffix
from autograder.handin.candidates import Candidates, Source
from autograder.handin.forms import (
    forms,
    is_code,
    module_file,
    read_form,
    too_much_code,
    without_false_cells,
    works_with,
)
from autograder.handin.manifest import read_hints, read_manifest
from autograder.handin.matching import fitting, misnamed, notebook_instead, numbered
from autograder.handin.source_text import UnusableError, refuse_endless_names, source_text
from autograder.handin.trees import (
    DEFAULT_LIMITS,
    HANDIN_MANIFEST,
    Entry,
    EntryKind,
    ReadLimits,
    TooLargeError,
    UnreadableError,
)
from autograder.model.hint_use import HintUse
from autograder.model.written import WrittenQuestion
from autograder.text import lossless

_MOST_COPIES = 10
"""How many of the files that one name may mean are read to tell which of them counts: each may be large."""


@dataclass(frozen=True)
class Submission:
    """The named files of one hand-in.

    Each name that was asked for is in exactly one of `files`, `missing` and `problems`, but for optional ones that were
    not handed in; in `files`, a notebook is the
    module that its cells are, under the module's name.

    Attributes
    ----------
    label
        What to call it.
    files
        The bytes of each usable file, by its proper name, without a byte order mark.
    notes
        Sentences for the student that cost no points, such as which of two copies counts.
    missing
        Names that were not found.
    problems
        For each file that was found but cannot be used, a sentence that says why and what to do.
    contents
        A few names of what the hand-in holds, for the sentence about a missing file.
    release, assignment
        The release that the student worked from and the assignment, as `autograder submit` recorded
        them; None for other hand-ins.
    python
        The version of Python that it was made with, likewise; empty if unknown.
    hints
        What its student was shown of hints, likewise.
    answers
        What was written to the questions that are answered in words, by question; they decide nothing in the grading.
    is_unread
        Whether nothing is known about the work: what was asked for is encrypted, damaged or no plain file, or may be
        in an archive that could not be opened.
    content_hash
        SHA-256 over everything that can affect grading, in hexadecimal.
    """

    label: str
    files: Mapping[str, bytes] = field(hash=False)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict, hash=False)
    contents: tuple[str, ...] = ()
    release: str | None = None
    assignment: str | None = None
    python: str = ""
    hints: tuple[HintUse, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_unread: bool = False
    content_hash: str = ""

    @property
    def unusable(self) -> dict[str, str]:
        """The sentence that says why, for each file that is not there, by the name that it would have."""
        names = (*self.missing, *self.problems)
        return {module_file(name): reason for name in names if (reason := self.why_not(name))}

    def why_not(self, name: str) -> str | None:
        """Return the sentence that says why `name` is not among the files, or None if it is."""
        if name in self.problems:
            return self.problems[name]
        if name not in self.missing:
            return None
        there = f"it holds {', '.join(self.contents)}" if self.contents else "it is empty"
        return f"{name} is not in the hand-in ({there}); hand it in under exactly this name."


class UnreadError(UnusableError):
    """Nothing of a file could be read, so nothing is known about what it holds."""


def open_hand_in(
    path: Path | Source,
    names: Sequence[str],
    limits: ReadLimits = DEFAULT_LIMITS,
    label: str | None = None,
    stubs: Mapping[str, bytes] | None = None,
    optional: Sequence[str] = (),
    written: Sequence[WrittenQuestion] = (),
) -> Submission:
    """Read the files called `names` from a folder, a zip or a single file.

    Nothing is written to disk and no link in the hand-in is followed. A file is found in whatever
    folder it lies; the one in the fewest folders counts, then the first by name. If no file has
    the exact name, one that differs in case or by what browsers and systems append
    (`linear_svm (1).py`) counts, else one with a number before it (`4711_linear_svm.py`).

    Parameters
    ----------
    stubs
        What was handed out, by name: of several copies an untouched one does not count.
    optional
        Names of files that may be there as well; nothing is said of one that is not.
    written
        The questions whose answers are collected, too, from `answers.md` and notebooks.

    Raises
    ------
    SubmissionError
        If it cannot be opened at all: it does not exist, is a broken archive, or holds far too many files.
    """
    source = path if isinstance(path, Source) else Source(path)
    with ExitStack() as stack:
        candidates = Candidates(limits, stack)
        candidates.add_source(source)
        copies = {name: _copies(name, names, candidates) for name in names}
        if not all(copies.values()):
            candidates.add_nested_archives()
            copies = {name: _copies(name, names, candidates) for name in names}
        for name in optional:
            meant = [it for it in candidates.files if it.name not in names]
            if found := [it for form in forms(name) for it in fitting(form, meant)]:
                copies[name] = found
        submission = _submission(label or _label(source), candidates, copies, stubs or {})
        answers = collect_answers(candidates.files, written, limits)
        unread = tuple(f"{lossless(it, 80)} cannot be read, so {NO_ANSWERS}." for it in answers.unread)
        return replace(submission, answers=answers.texts, notes=(*submission.notes, *unread))


def _label(source: Source) -> str:
    name = source.parts[0].member.rpartition("/")[2] or source.root.resolve().name
    stem, suffix = without_suffix(name)
    return lossless(stem if is_archive_name(name) or is_code(suffix) else name)


def _submission(
    label: str,
    candidates: Candidates,
    copies: Mapping[str, Sequence[Entry]],
    stubs: Mapping[str, bytes],
) -> Submission:
    files, problems, missing = dict[str, bytes](), dict[str, str](), list[str]()
    notes = [*candidates.notes, *candidates.unopened]
    source_left = candidates.limits.source_bytes
    unread = list[str]()
    for name, found in copies.items():
        if not found:
            meant = _meant_for(name, list(copies), candidates)
            if instead := misnamed(name, meant) or notebook_instead(name, meant):
                problems[name] = instead
            else:
                missing.append(name)
            continue
        fit = _stubs_last(name, found, stubs.get(module_file(name)), candidates.limits)
        notes += _notes_about(name, fit)
        try:
            content = _content(name, fit[0], candidates.limits, source_left)
        except UnusableError as error:
            problems[name] = str(error)
            unread += [name] if isinstance(error, UnreadError) else []
        else:
            files[module_file(name)] = content
            source_left -= len(content) if is_code(name) else 0
    if candidates.unopened and not any(is_code(it.name) for it in candidates.files):
        # The work may be in what could not be opened, as it would be if that had been handed in by itself.
        problems |= dict.fromkeys(missing, candidates.unopened[0])
        unread, missing, notes = [*unread, *missing], [], [it for it in notes if it != candidates.unopened[0]]
    manifest = read_manifest(candidates.files)
    submission = Submission(
        label=label,
        files=files,
        notes=tuple(notes),
        missing=tuple(missing),
        problems=problems,
        contents=_contents(candidates.files),
        release=manifest.get("release"),
        assignment=manifest.get("assignment"),
        python=manifest.get("python", ""),
        hints=read_hints(candidates.files),
        is_unread=bool(unread) and not files,
    )
    return replace(submission, content_hash=_hash(submission))


def _meant_for(name: str, names: Sequence[str], candidates: Candidates) -> list[Entry]:
    """Return the candidates without those whose exact name is that of another file due."""
    return [it for it in candidates.files if it.name == name or it.name not in names]


def _copies(name: str, names: Sequence[str], candidates: Candidates) -> list[Entry]:
    """Return what a name may mean: the file itself, then a notebook in a module's place or the other way round."""
    meant = _meant_for(name, names, candidates)
    found = (
        [entry for form in forms(name) for entry in fitting(form, meant)]
        or [entry for form in forms(name) for entry in numbered(form, meant)]
        or [entry for form in forms(name) for entry in _the_only_one(name, names, candidates, form)]
    )
    looked_at = [
        it for it in found[:_MOST_COPIES] if not works_with(module_file(name), it, candidates.limits)
    ]
    return [*looked_at, *found[_MOST_COPIES:]] if looked_at else []


def _the_only_one(name: str, names: Sequence[str], candidates: Candidates, form: str) -> list[Entry]:
    """Return the single file that was handed in, whatever its name, if a single module is due; else nothing."""
    only_due = [it for it in names if is_code(it)] == [name]
    if (
        candidates.is_single_file
        and only_due
        and candidates.files[0].name.lower().endswith(Path(form).suffix)
    ):
        return candidates.files
    return []


def _stubs_last(name: str, fit: Sequence[Entry], stub: bytes | None, limits: ReadLimits) -> list[Entry]:
    """Return the files that a name may mean with those that are as they were handed out at the end."""
    if stub is None or len(fit) < 2:
        return list(fit)

    def is_stub(entry: Entry) -> bool:
        try:
            return entry.kind is EntryKind.FILE and _plain(read_form(name, entry, limits)) == _plain(stub)
        except (UnusableError, TooLargeError, UnreadableError):
            return False

    looked_at, rest = fit[:_MOST_COPIES], fit[_MOST_COPIES:]
    return [*sorted(looked_at, key=is_stub), *rest]


def _plain(source: bytes) -> bytes:
    """Return source text without what editors change by themselves: line ends, blanks at the end, a byte order mark."""
    return b"\n".join(line.rstrip() for line in source.removeprefix(codecs.BOM_UTF8).splitlines()).strip()


def _notes_about(name: str, fit: Sequence[Entry]) -> list[str]:
    notes = list[str]()
    chosen, *others = fit
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        notes.append(
            f"{name} was found more than once; {lossless(chosen.path, 80)} counts, "
            f"not {lossless(others[0].path, 80)}{more}."
        )
    if chosen.name not in forms(name):
        notes.append(f"{lossless(chosen.name, 80)} counts as {name}; next time, hand it in under that name.")
    return notes


def _content(name: str, chosen: Entry, limits: ReadLimits, source_left: int) -> bytes:
    if chosen.kind is not EntryKind.FILE:
        raise UnreadError(f"{name} is {chosen.kind.with_article}; hand in the plain file itself.")
    try:
        content = source_text(module_file(name), read_form(name, chosen, limits))
    except TooLargeError as error:
        raise UnusableError(
            f"{name} is larger than {limits.file_bytes:,} bytes; hand in your code without data."
        ) from error
    except UnreadableError as error:
        raise UnreadError(f"{name} {error}.") from error
    if is_code(name):
        if len(content) > source_left:
            raise too_much_code(name, limits)
        refuse_endless_names(module_file(name), content)
        content = without_false_cells(name, content)
    return content


def _contents(candidates: Sequence[Entry]) -> tuple[str, ...]:
    names = [lossless(it.path, 60) for it in candidates if it.name != HANDIN_MANIFEST]
    return (*names[:5], *([f"{len(names) - 5} more"] if len(names) > 5 else []))


def _hash(submission: Submission) -> str:
    digest = hashlib.sha256()
    pieces = [("file", name, content) for name, content in sorted(submission.files.items())]
    # Verdicts quote these sentences, which name what else a hand-in holds.
    pieces += [
        ("problem", name, sentence.encode("utf-8", "replace"))
        for name, sentence in sorted(submission.unusable.items())
    ]
    pieces.append(("release", submission.release or "", b""))
    for what, name, content in pieces:
        digest.update(f"{what} {name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
