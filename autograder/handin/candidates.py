"""Every file of a hand-in that may be one of those asked for, wherever it lies."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.handin.trees import (
    Entry,
    EntryKind,
    FolderTree,
    Listing,
    ReadLimits,
    TooLargeError,
    Tree,
    UnreadableError,
    ZipTree,
    open_regular,
    read_file,
)
from autograder.text import one_line


def is_zip_name(name: str) -> bool:
    """Return whether a file of this name is to be opened as a zip."""
    return name.lower().endswith(".zip")


@dataclass(frozen=True)
class Part:
    """One piece of a hand-in: a path below its source's root (empty for the root), and its own name."""

    member: str = ""
    name: str = ""


@dataclass(frozen=True)
class Source:
    """Where a hand-in lies: a folder, zip or file, or some parts of a folder or zip that holds a class."""

    root: Path
    parts: tuple[Part, ...] = (Part(),)


@dataclass(frozen=True)
class Candidate:
    """One file of a hand-in: its path there, its kind, and how to read it up to a cap."""

    path: str
    kind: EntryKind
    read: Callable[[int], bytes]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Shelf:
    """All candidates of a hand-in, with the zips they lie in kept open."""

    def __init__(self, limits: ReadLimits, stack: ExitStack) -> None:
        self.limits = limits
        self.stack = stack
        self.candidates: list[Candidate] = []
        self.notes: list[str] = []
        self.bare = False

    def add_source(self, source: Source) -> None:
        """Add everything that lies in `source`."""
        root = existing(source.root)
        if root.is_dir():
            for part in source.parts:
                self._add_from_folder(root, part)
        elif looks_like_zip(root):
            self._add_from_zip(root, source.parts)
        else:
            self.bare = True
            self._add_file(source.parts[0].name or root.name, partial(read_file, root))

    def _add_from_folder(self, root: Path, part: Part) -> None:
        path = root / part.member
        if path.is_symlink():
            raise SubmissionError(
                f"{one_line(part.member)} is a symbolic link; hand in the folder or file itself."
            )
        if path.is_dir():
            self._add_tree(FolderTree(path, self.limits))
        elif looks_like_zip(path):
            self._open_zip(path)
        else:
            self._add_file(part.name or path.name, partial(read_file, path))

    def _add_from_zip(self, root: Path, parts: Iterable[Part]) -> None:
        if tuple(parts) == (Part(),):
            self._open_zip(root)
            return
        tree = self.stack.enter_context(zip_on_disk(root, self.limits.for_a_class()))
        listing = tree.listing()
        for part in parts:
            self._add_member(tree, listing, part)

    def _add_member(self, tree: ZipTree, listing: Listing, part: Part) -> None:
        inside = [entry for entry in listing.entries if entry.path.startswith(f"{part.member}/")]
        self._add_entries(tree, inside, drop=len(part.member) + 1)
        for entry in listing.entries:
            if entry.path != part.member:
                continue
            if is_zip_name(entry.name):
                self._open_inner_zip(entry.name, partial(tree.read, entry), prefix="")
            else:
                self._add_file(part.name or entry.name, partial(tree.read, entry), entry.kind)

    def _open_zip(self, path: Path) -> None:
        self._add_tree(self.stack.enter_context(zip_on_disk(path, self.limits)))

    def _open_inner_zip(self, name: str, read: Callable[[int], bytes], prefix: str) -> None:
        content = _inner_zip(name, read, self.limits)
        self._add_tree(self.stack.enter_context(ZipTree(io.BytesIO(content), name, self.limits)), prefix)

    def add_nested_zips(self) -> None:
        """Add what lies in the first few zips among the candidates; a broken one becomes a note."""
        zips = [it for it in self.candidates if is_zip_name(it.name) and it.kind is EntryKind.FILE]
        for candidate in zips[: self.limits.nested]:
            try:
                self._open_inner_zip(candidate.name, candidate.read, prefix=f"{candidate.path}/")
            except SubmissionError as error:
                self.notes.append(str(error))

    def _add_tree(self, tree: Tree, prefix: str = "") -> None:
        listing = tree.listing()
        self.notes += listing.notes
        self._add_entries(tree, listing.entries, prefix)

    def _add_entries(self, tree: Tree, entries: Iterable[Entry], prefix: str = "", drop: int = 0) -> None:
        for entry in entries:
            self._add_file(prefix + entry.path[drop:], partial(tree.read, entry), entry.kind)

    def _add_file(self, path: str, read: Callable[[int], bytes], kind: EntryKind = EntryKind.FILE) -> None:
        self.candidates.append(Candidate(path, kind, read))


def existing(path: Path) -> Path:
    """Return `path` with links resolved; `SubmissionError` where nothing is there."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        raise SubmissionError(
            f"{one_line(str(path))} cannot be opened ({reason}); check the path."
        ) from error


def looks_like_zip(path: Path) -> bool:
    """Return whether the file at `path` is called or begins like a zip."""
    if is_zip_name(path.name):
        return True
    try:
        with open_regular(path) as file:
            return file.read(4) == b"PK\x03\x04"
    except (UnreadableError, OSError):
        return False  # whoever reads it next says why it cannot be


def zip_on_disk(path: Path, limits: ReadLimits) -> ZipTree:
    """Open the zip at `path`; `SubmissionError` says why it cannot be."""
    try:
        return ZipTree(open_regular(path), path.name, limits)
    except UnreadableError as error:
        raise SubmissionError(f"{one_line(path.name)} {error}.") from error


def _inner_zip(name: str, read: Callable[[int], bytes], limits: ReadLimits) -> bytes:
    try:
        return read(limits.archive_bytes)
    except TooLargeError as error:
        raise SubmissionError(
            f"{one_line(name)} is too large to look into; hand in only the files asked for."
        ) from error
    except UnreadableError as error:
        raise SubmissionError(f"{one_line(name)} {error}.") from error
