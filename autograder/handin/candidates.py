"""Every file of a hand-in that may be one of those asked for, in whatever folder or zip it lies."""

from __future__ import annotations

import io
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.handin.trees import (
    Entry,
    EntryKind,
    Listing,
    ReadLimits,
    TooLargeError,
    UnreadableError,
    ZipTree,
    list_folder,
    open_regular,
    read_file,
)
from autograder.text import one_line


def is_zip_name(name: str) -> bool:
    """Return whether a file of this name is to be opened as a zip."""
    return name.lower().endswith(".zip")


@dataclass(frozen=True)
class Part:
    """One piece of a hand-in: its path below the source's root (empty for the root), and what the student called it."""

    member: str = ""
    name: str = ""


@dataclass(frozen=True)
class Source:
    """Where a hand-in lies: a folder, zip or file, or some parts of a folder or zip that holds a class."""

    root: Path
    parts: tuple[Part, ...] = (Part(),)


class Candidates:
    """All files of a hand-in; the zips they lie in stay open as long as `stack`.

    Attributes
    ----------
    is_single_file
        Whether a single file was handed in, not a folder or zip.
    """

    def __init__(self, limits: ReadLimits, stack: ExitStack) -> None:
        self.limits = limits
        self.files: list[Entry] = []
        self.notes: list[str] = []
        self.is_single_file = False
        self._stack = stack

    def add_source(self, source: Source) -> None:
        """Add everything that lies in `source`."""
        root = existing(source.root)
        in_class_zip = source.parts != (Part(),) and not root.is_dir()
        if in_class_zip:
            listing = self._listing_of_zip(root, self.limits.for_a_class())
        for part in source.parts:
            if in_class_zip:
                self._add_members(listing, part)
            else:
                self._add_path(root / part.member, part)

    def _add_path(self, path: Path, part: Part) -> None:
        if path.is_symlink():
            raise SubmissionError(
                f"{one_line(part.member)} is a symbolic link; hand in the folder or file itself."
            )
        if path.is_dir():
            self._add(list_folder(path, self.limits))
        elif looks_like_zip(path):
            self._add(self._listing_of_zip(path, self.limits))
        else:
            self.is_single_file = not part.member
            self.files.append(Entry(part.name or path.name, EntryKind.FILE, partial(read_file, path)))

    def _add_members(self, listing: Listing, part: Part) -> None:
        for entry in listing.entries:
            below = entry.path.removeprefix(f"{part.member}/")
            if below != entry.path:
                self.files.append(replace(entry, path=below))
            elif entry.path == part.member and is_zip_name(entry.name):
                self._add_inner_zip(entry)
            elif entry.path == part.member:
                self.files.append(replace(entry, path=part.name or entry.name))

    def _listing_of_zip(self, path: Path, limits: ReadLimits) -> Listing:
        return self._stack.enter_context(zip_on_disk(path, limits)).listing()

    def _add_inner_zip(self, entry: Entry, prefix: str = "") -> None:
        content = io.BytesIO(_inner_zip(entry, self.limits))
        self._add(self._stack.enter_context(ZipTree(content, entry.name, self.limits)).listing(), prefix)

    def add_nested_zips(self) -> None:
        """Add what lies in the first few zips among the files; a broken one becomes a note."""
        zips = [it for it in self.files if is_zip_name(it.name) and it.kind is EntryKind.FILE]
        for entry in zips[: self.limits.nested]:
            try:
                self._add_inner_zip(entry, prefix=f"{entry.path}/")
            except SubmissionError as error:
                self.notes.append(str(error))

    def _add(self, listing: Listing, prefix: str = "") -> None:
        self.notes += listing.notes
        self.files += [replace(entry, path=prefix + entry.path) for entry in listing.entries]


def existing(path: Path) -> Path:
    """Return `path` with links resolved; `SubmissionError` if nothing is there."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        raise SubmissionError(
            f"{one_line(str(path))} cannot be opened ({reason}); check the path."
        ) from error


def looks_like_zip(path: Path) -> bool:
    """Return whether the file at `path` has the name or the first bytes of a zip."""
    if is_zip_name(path.name):
        return True
    try:
        with open_regular(path) as file:
            return file.read(4) == b"PK\x03\x04"
    except (UnreadableError, OSError):
        return False  # whoever reads it next says why it cannot be read


def zip_on_disk(path: Path, limits: ReadLimits) -> ZipTree:
    """Open the zip at `path`; `SubmissionError` says why it cannot be opened."""
    try:
        return ZipTree(open_regular(path), path.name, limits)
    except UnreadableError as error:
        raise SubmissionError(f"{one_line(path.name)} {error}.") from error


def _inner_zip(entry: Entry, limits: ReadLimits) -> bytes:
    try:
        return entry.read(limits.archive_bytes)
    except TooLargeError as error:
        raise SubmissionError(
            f"{one_line(entry.name)} is too large to look into; hand in only the files asked for."
        ) from error
    except UnreadableError as error:
        raise SubmissionError(f"{one_line(entry.name)} {error}.") from error
