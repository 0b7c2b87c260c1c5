"""A folder or an archive of a class, seen the same way: what lies directly in each of its folders."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Protocol

from autograder.errors import SubmissionError
from autograder.handin.archives import class_archive, open_archive
from autograder.handin.candidates import read_archive
from autograder.handin.matching import fits
from autograder.handin.trees import (
    Entry,
    EntryKind,
    Listing,
    ReadLimits,
    is_junk,
    scan,
    too_many,
)

MOST_DEPTH = 5
"""Folders that are looked into for a file that is due; deeper ones are found when the hand-in is opened."""
_OUR_OUTPUT = {"class.json", "grades.csv"}


class Place(Protocol):
    """A folder or an archive."""

    def children(self, folder: str) -> list[Entry]:
        """Return what lies directly in a folder of it, by name; the empty path is the whole."""

    def require_whole(self, folder: str) -> None:
        """Raise `SubmissionError` if not everything in a folder of it is known, because that was too much."""


class FolderPlace:
    """A folder on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def children(self, folder: str) -> list[Entry]:
        """Return what lies directly in a folder below the root, by name."""
        return scan(self._root, folder)

    def require_whole(self, folder: str) -> None:
        """Do nothing: folders are read as they are looked into."""


class ArchivePlace:
    """What an archive holds.

    Parameters
    ----------
    name
        What it is called.
    most
        How many files it may hold, for what is said of one that holds more.
    """

    def __init__(self, listing: Listing, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._overfull = listing.overfull
        self._children: dict[str, dict[str, Entry]] = {}
        for entry in listing.entries:
            self._add(entry)
        for path in (*listing.ignored, *(f"{folder}/" for folder in listing.folders)):
            kind = EntryKind.FOLDER if path.endswith("/") else EntryKind.FILE
            self._add(Entry(path.rstrip("/"), kind))

    def _add(self, entry: Entry) -> None:
        above, _, name = entry.path.rpartition("/")
        siblings = self._children.setdefault(above, {})
        known = siblings.get(name)
        # What an archive has in a folder is there, even if it has a file of the folder's name as well.
        if known is not None and (known.kind is EntryKind.FOLDER or entry.kind is not EntryKind.FOLDER):
            return
        siblings[name] = entry
        if above:
            self._add(Entry(above, EntryKind.FOLDER))

    def children(self, folder: str) -> list[Entry]:
        """Return what lies directly in a folder of the archive, by name."""
        found = self._children.get(folder, {})
        return [found[name] for name in sorted(found) if name]

    def require_whole(self, folder: str) -> None:
        """Raise `SubmissionError` if a folder, or one around it, held too much to be listed."""
        if any(folder == it or folder.startswith(f"{it}/") for it in self._overfull):
            raise SubmissionError(too_many(self._name, self._most))


def place_of(root: Path, limits: ReadLimits) -> Place:
    """Return a folder or archive on disk as a place."""
    if root.is_dir():
        return FolderPlace(root)
    most = limits.for_a_class().members
    return ArchivePlace(class_archive(root, limits).listing, root.name, most)


def place_in(root: Path, member: str, limits: ReadLimits) -> Place:
    """Return an archive that lies in a folder or archive as a place.

    Raises
    ------
    SubmissionError
        If it cannot be opened.
    """
    if root.is_dir():
        return place_of(root / member, limits)
    (entry,) = class_archive(root, limits).below(member)
    content = io.BytesIO(read_archive(entry, limits))
    with open_archive(content, entry.name, limits.for_a_class()) as archive:
        return ArchivePlace(archive.listing(), entry.name, limits.for_a_class().members)


class Look:
    """What of a place are files that are due, and where they lie.

    Parameters
    ----------
    names
        Of the files that are due.

    Attributes
    ----------
    is_archive
        Whether an archive was named, not a folder.
    """

    def __init__(self, place: Place, names: tuple[str, ...], hidden: int) -> None:
        self._place = place
        self._names = names
        self._hidden = hidden
        self.is_archive = isinstance(place, ArchivePlace)
        self.due_below = functools.cache(self._due_below)
        self.due_in = functools.cache(self._due_in)
        self.shown = functools.cache(self._shown)
        # Every question about a folder asks this; on a network drive each answer takes a while.
        self._children_or_none = functools.cache(self._read)

    def children(self, folder: str) -> list[Entry]:
        """Return everything that lies directly in a folder."""
        return self._place.children(folder)

    def require_whole(self, folder: str) -> None:
        """Raise `SubmissionError` if a folder held too much to be listed: some of its hand-ins might be missing."""
        self._place.require_whole(folder)

    def is_junk(self, entry: Entry) -> bool:
        """Return whether systems, editors and environments leave such a thing behind."""
        return is_junk(entry, self._hidden)

    def _shown(self, folder: str) -> tuple[Entry, ...]:
        """Return what lies directly in a folder, without what systems leave behind and what `grade` wrote."""
        return tuple(
            it for it in self._children_or_none(folder) if not self.is_junk(it) and not self.is_our_output(it)
        )

    def is_our_output(self, entry: Entry) -> bool:
        """Return whether a folder is one that `grade` wrote results into, and holds no hand-in."""
        if entry.kind is not EntryKind.FOLDER:
            return False
        names = {it.name for it in self._children_or_none(entry.path)}
        return names >= _OUR_OUTPUT and not self.due_below(entry.path)

    def _due_in(self, folder: str) -> frozenset[str]:
        """Return the names of files that are due and lie directly in a folder."""
        files = [it.name for it in self._children_or_none(folder) if it.kind is not EntryKind.FOLDER]
        return frozenset(name for name in self._names if any(fits(name, it) for it in files))

    def _due_below(self, folder: str, depth: int = 0) -> frozenset[str]:
        """Return the names of files that are due and lie anywhere in a folder."""
        found = self.due_in(folder)
        if depth < MOST_DEPTH and len(found) < len(self._names):
            for entry in self._children_or_none(folder):
                if entry.kind is EntryKind.FOLDER and not self.is_junk(entry):
                    found |= self._due_below(entry.path, depth + 1)
        return found

    def _read(self, folder: str) -> list[Entry]:
        """Return what lies in a folder; nothing if it cannot be read, which is said when it is opened."""
        try:
            return self.children(folder)
        except SubmissionError:
            return []
