"""Opening one hand-in: wherever the named files lie in a folder or zip, their bytes and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from autograder.handin.candidates import Candidate, Shelf, Source
from autograder.handin.manifest import read_manifest
from autograder.handin.matching import best, fitting, notebook_instead
from autograder.handin.source_text import UnusableError, refuse_endless_names, source_text
from autograder.handin.trees import (
    DEFAULT_LIMITS,
    HANDIN_MANIFEST,
    EntryKind,
    ReadLimits,
    TooLargeError,
    UnreadableError,
)
from autograder.text import one_line


@dataclass(frozen=True)
class Submission:
    """The named files of one hand-in.

    Each name that was asked for is in exactly one of `files`, `missing` and `problems`.

    Attributes
    ----------
    label
        What to call it.
    files
        The bytes of each usable file, by its proper name, without a byte order mark.
    notes
        Sentences for the student that cost nothing, such as which of two copies counts.
    missing
        Names that were not found.
    problems
        For each name that was found and cannot be used, a sentence that says why and what to do.
    contents
        What the hand-in holds instead, a few names, for the sentence about a missing file.
    release, assignment, versions
        What `autograder submit` recorded: the release worked from, the assignment it was meant for
        and the versions of Python and its packages; None and empty for hand-ins made otherwise.
    content_hash
        SHA-256 over all that can make a difference to grading, in hexadecimal.
    """

    label: str
    files: Mapping[str, bytes] = field(hash=False)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict, hash=False)
    contents: tuple[str, ...] = ()
    release: str | None = None
    assignment: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict, hash=False)
    content_hash: str = ""

    def why_not(self, name: str) -> str | None:
        """Return the sentence that says why `name` is not among the files, or None if it is."""
        if name in self.problems:
            return self.problems[name]
        if name not in self.missing:
            return None
        there = f"it holds {', '.join(self.contents)}" if self.contents else "it is empty"
        return f"{name} is not in the hand-in ({there}); hand it in under exactly this name."


def open_hand_in(
    path: Path | Source, names: Sequence[str], limits: ReadLimits = DEFAULT_LIMITS, label: str | None = None
) -> Submission:
    """Read the files called `names` from a folder, a zip or a single file.

    Nothing is written to disk and no link in the hand-in is followed. A file is found in whatever
    folder it lies; the one in the fewest folders counts, then the first by name. Where no file has
    the exact name, one that differs in case or by what browsers and systems append
    (`linear_svm (1).py`) counts.

    Raises
    ------
    SubmissionError
        If it cannot be opened at all: it is not there, a broken zip, or holds far too many files.
    """
    source = path if isinstance(path, Source) else Source(path)
    with ExitStack() as stack:
        shelf = Shelf(limits, stack)
        shelf.add_source(source)
        if any(best(name, _meant_for(name, names, shelf)) is None for name in names):
            shelf.add_nested_zips()
        return _submission(label or _label(source), shelf, names)


def _label(source: Source) -> str:
    name = source.parts[0].member.rpartition("/")[2] or source.root.resolve().name
    stem, dot, suffix = name.rpartition(".")
    return one_line(stem if dot and stem and suffix.lower() in ("zip", "py", "ipynb") else name, 100)


def _submission(label: str, shelf: Shelf, names: Sequence[str]) -> Submission:
    files, problems, missing = dict[str, bytes](), dict[str, str](), list[str]()
    notes = list(shelf.notes)
    source_left = shelf.limits.source_bytes
    for name in names:
        candidates = _meant_for(name, names, shelf)
        candidate = best(name, candidates) or _the_only_one(name, names, shelf)
        if candidate is None:
            if notebook := notebook_instead(name, candidates):
                problems[name] = notebook
            else:
                missing.append(name)
            continue
        notes += _notes_about(name, candidate, candidates)
        try:
            files[name] = _content(name, candidate, shelf.limits, source_left)
        except UnusableError as error:
            problems[name] = str(error)
        else:
            source_left -= len(files[name]) if _is_module(name) else 0
    manifest = read_manifest(shelf.candidates)
    return Submission(
        label=label,
        files=files,
        notes=tuple(notes),
        missing=tuple(missing),
        problems=problems,
        contents=_contents(shelf.candidates),
        release=manifest.release,
        assignment=manifest.assignment,
        versions=manifest.versions,
        content_hash=_hash(files, missing, problems, manifest.release),
    )


def _meant_for(name: str, names: Sequence[str], shelf: Shelf) -> list[Candidate]:
    """Return the candidates without those that are, by their exact name, another of the files due."""
    return [it for it in shelf.candidates if it.name == name or it.name not in names]


def _the_only_one(name: str, names: Sequence[str], shelf: Shelf) -> Candidate | None:
    """Return the single file that was handed in for the single module that is due, whatever its name."""
    only_due = [it for it in names if it.endswith(".py")] == [name]
    if shelf.bare and only_due and shelf.candidates[0].name.lower().endswith(".py"):
        return shelf.candidates[0]
    return None


def _notes_about(name: str, chosen: Candidate, candidates: Iterable[Candidate]) -> list[str]:
    notes = list[str]()
    others = [it.path for it in fitting(name, candidates) if it is not chosen]
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        notes.append(
            f"{name} is there more than once; {one_line(chosen.path, 80)} counts, "
            f"not {one_line(others[0], 80)}{more}."
        )
    if chosen.name != name:
        notes.append(f"{one_line(chosen.name, 80)} counts as {name}; next time, hand it in under that name.")
    return notes


def _is_module(name: str) -> bool:
    return name.endswith(".py")


def _content(name: str, candidate: Candidate, limits: ReadLimits, source_left: int) -> bytes:
    if candidate.kind is not EntryKind.FILE:
        article = "an" if candidate.kind.value[0] in "aeiou" else "a"
        raise UnusableError(f"{name} is {article} {candidate.kind.value}; hand in the plain file itself.")
    try:
        content = source_text(name, candidate.read(limits.file_bytes))
    except TooLargeError as error:
        raise UnusableError(
            f"{name} is larger than {limits.file_bytes:,} bytes; hand in your code without data."
        ) from error
    except UnreadableError as error:
        raise UnusableError(f"{name} {error}.") from error
    if _is_module(name):
        if len(content) > source_left:
            raise UnusableError(
                f"With {name}, the code is larger than {limits.source_bytes:,} bytes; hand in your code without data."
            )
        refuse_endless_names(name, content)
    return content


def _contents(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    names = [one_line(it.path, 60) for it in candidates if it.name != HANDIN_MANIFEST]
    return (*names[:5], *([f"{len(names) - 5} more"] if len(names) > 5 else []))


def _hash(
    files: Mapping[str, bytes], missing: Iterable[str], problems: Mapping[str, str], release: str | None
) -> str:
    digest = hashlib.sha256()
    pieces = [("file", name, content) for name, content in sorted(files.items())]
    pieces += [
        ("problem", name, sentence.encode("utf-8", "replace")) for name, sentence in sorted(problems.items())
    ]
    pieces += [("missing", name, b"") for name in sorted(missing)]
    pieces.append(("release", release or "", b""))
    for what, name, content in pieces:
        digest.update(f"{what} {name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
