"""Every file of a hand-in that may be one of those asked for, in whatever folder or archive it lies."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.handin.archives import (
    archive_on_disk,
    class_archive,
    is_archive_name,
    is_other_archive_name,
    looks_like_archive,
    open_archive,
)
from autograder.handin.trees import (
    Entry,
    EntryKind,
    Listing,
    ReadLimits,
    TooLargeError,
    UnreadableError,
    list_folder,
    notes_on,
    read_file,
    too_many,
)
from autograder.text import lossless


@dataclass(frozen=True)
class Part:
    """One piece of a hand-in: its path below the source's root (empty for the root), and what the student called it."""

    member: str = ""
    name: str = ""


@dataclass(frozen=True)
class Source:
    """Where a hand-in lies: a folder, archive or file, or some parts of a folder or archive that holds a class."""

    root: Path
    parts: tuple[Part, ...] = (Part(),)


class Candidates:
    """All files of a hand-in; the archives they lie in stay open as long as `stack`.

    Attributes
    ----------
    unopened
        A sentence for each archive among the files that could not be looked into.
    """

    def __init__(self, limits: ReadLimits, stack: ExitStack) -> None:
        self.limits = limits
        self.files: list[Entry] = []
        self.notes: list[str] = []
        self.unopened: list[str] = []
        self._by_themselves = 0
        self._stack = stack

    @property
    def is_single_file(self) -> bool:
        """Whether nothing but a single file was handed in, not in a folder or archive."""
        return self._by_themselves == len(self.files) == 1

    def add_source(self, source: Source) -> None:
        """Add everything that lies in `source`."""
        root = existing(source.root)
        in_class_archive = source.parts != (Part(),) and not root.is_dir()
        for part in source.parts:
            # Of several archives, each is a folder, so that it can be said which of two files counts.
            prefix = f"{part.name}/" if len(source.parts) > 1 else ""
            if in_class_archive:
                archive = class_archive(root, self.limits)
                if not archive.is_whole(part.member):
                    raise SubmissionError(too_many(part.name or part.member, self.limits.members))
                self._add_members(archive.below(part.member), part, prefix)
            else:
                self._add_path(root / part.member, part, prefix)

    def _add_path(self, path: Path, part: Part, prefix: str) -> None:
        if path.is_symlink():
            raise SubmissionError(
                f"{lossless(part.member)} is a symbolic link; hand in the folder or file itself."
            )
        if path.is_dir():
            self._add(list_folder(path, self.limits))
        elif looks_like_archive(path):
            self._add(self._stack.enter_context(archive_on_disk(path, self.limits)).listing(), prefix)
        else:
            self._add_file(Entry(part.name or path.name, EntryKind.FILE, partial(read_file, path)))

    def _add_file(self, entry: Entry) -> None:
        self._by_themselves += 1
        self.files.append(entry)

    def _add_members(self, entries: Sequence[Entry], part: Part, prefix: str) -> None:
        if len(entries) > self.limits.members:
            raise SubmissionError(too_many(part.name or part.member, self.limits.members))
        self.notes += notes_on(entries)
        for entry in entries:
            if entry.path != part.member:
                self.files.append(replace(entry, path=entry.path.removeprefix(f"{part.member}/")))
            elif is_archive_name(entry.name):
                self._add_inner_archive(entry, prefix)
            else:
                self._add_file(replace(entry, path=part.name or entry.name))

    def _add_inner_archive(self, entry: Entry, prefix: str = "") -> None:
        content = io.BytesIO(read_archive(entry, self.limits))
        self._add(self._stack.enter_context(open_archive(content, entry.name, self.limits)).listing(), prefix)

    def add_nested_archives(self) -> None:
        """Add what lies in the first few archives among the files and in them; a broken one becomes a note."""
        left = self.limits.nested
        for entry in self.files:  # which grow
            if left and is_archive_name(entry.name) and entry.kind is EntryKind.FILE:
                left -= 1
                try:
                    self._add_inner_archive(entry, prefix=f"{entry.path}/")
                except SubmissionError as error:
                    self.unopened.append(str(error))
            elif is_other_archive_name(entry.name):
                name = lossless(entry.name)
                self.unopened.append(f"{name} is an archive of a kind that is not opened; hand in a zip.")

    def _add(self, listing: Listing, prefix: str = "") -> None:
        self.notes += (*listing.notes, *notes_on(listing.entries))
        self.files += [replace(entry, path=prefix + entry.path) for entry in listing.entries]


def existing(path: Path) -> Path:
    """Return `path` with links resolved; `SubmissionError` if nothing is there."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        raise SubmissionError(
            f"{lossless(str(path))} cannot be opened ({reason}); check the path."
        ) from error


def read_archive(entry: Entry, limits: ReadLimits) -> bytes:
    """Return the bytes of an archive that lies in another one or in a folder; `SubmissionError` if it is too large."""
    try:
        return entry.read(limits.archive_bytes)
    except TooLargeError as error:
        raise SubmissionError(
            f"{lossless(entry.name)} is too large to look into; hand in only the files asked for."
        ) from error
    except UnreadableError as error:
        raise SubmissionError(f"{lossless(entry.name)} {error}.") from error
