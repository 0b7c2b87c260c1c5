"""Lists and reads what is in a folder, and lists what an archive holds, without following links."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO, Any

from autograder.errors import SubmissionError
from autograder.text import one_line

MOST_WRAPS = 40
"""Folders around that of a class that are looked through; archives may hold whole paths of somebody's disk."""


@dataclass(frozen=True)
class ReadLimits:
    """Caps on what is read from one hand-in; nothing beyond them is ever held in memory.

    Attributes
    ----------
    file_bytes
        The largest file that can be handed in.
    notebook_bytes
        The largest notebook, pictures in it included.
    source_bytes
        The most Python source in a hand-in, all modules together: parsing takes a thousand times as much memory.
    members
        How many files and folders a folder or archive may hold, not counting ignored ones.
    directory_bytes
        The largest table of contents of a zip.
    archive_bytes
        The largest archive that is read from inside another one.
    unpacked_bytes
        What an archive may unpack to that has to be unpacked as a whole, as all but zips have.
    ratio
        How many times its packed size a file in a zip may unpack to, unless it is small.
    nested
        How many archives inside a hand-in are opened.
    path_length, path_depth
        The longest path in an archive, in characters, and the most folders in it.
    hidden
        Down to this depth a name that begins with a dot may be somebody's, unless systems give it.
    each
        How many files one hand-in of a class may hold; of one that makes the class hold too many, no more are listed
        than show that it does. 0 where it is no class.
    """

    file_bytes: int = 2_000_000
    notebook_bytes: int = 25_000_000
    source_bytes: int = 256_000
    members: int = 10_000
    directory_bytes: int = 2_000_000
    archive_bytes: int = 50_000_000
    unpacked_bytes: int = 50_000_000
    ratio: int = 200
    nested: int = 3
    path_length: int = 1_000
    path_depth: int = 50
    hidden: int = 0
    each: int = 0

    def for_a_class(self) -> ReadLimits:
        """Return the caps for a zip that holds the hand-ins of a whole class."""
        return replace(
            self,
            members=100 * self.members,
            directory_bytes=50 * self.directory_bytes,
            unpacked_bytes=20 * self.unpacked_bytes,
            hidden=3,
            each=self.members,
        )


DEFAULT_LIMITS = ReadLimits()


class TooLargeError(Exception):
    """There are more bytes than the cap."""


class UnreadableError(Exception):
    """Bytes that cannot be read; the message is the end of a sentence."""


class EntryKind(StrEnum):
    """What a listed name is; only a `FILE` is ever read."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    SPECIAL = "device or other special file"
    ENCRYPTED = "encrypted file"
    UNSUPPORTED = "file packed in an unusual way"

    @property
    def with_article(self) -> str:
        """The kind as the end of a sentence."""
        return f"{'an' if self.value[0] in 'aeiou' else 'a'} {self.value}"


def _read_nothing(cap: int) -> bytes:
    raise UnreadableError("is not a regular file; hand in the file itself")


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder or zip.

    Attributes
    ----------
    path
        Its path with `/` between the parts.
    read
        Returns the bytes of a `FILE`; raises `TooLargeError` beyond a cap, `UnreadableError` if it is broken.
    spelled
        How an archive spells a path that leads out of it; empty for all others.
    is_repeated
        Whether the archive holds other files under the same path before it.
    """

    path: str
    kind: EntryKind
    read: Callable[[int], bytes] = _read_nothing
    spelled: str = ""
    is_repeated: bool = False

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    """The files of a folder or zip, what was ignored, its folders, and notes on what was passed over.

    Attributes
    ----------
    overfull
        Folders of which only some of the files are listed, more than a hand-in may hold.
    """

    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    overfull: tuple[str, ...] = ()


_IGNORED_FOLDERS = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
_HIDDEN_FOLDERS = re.compile(
    r"\._.*|\.(git|svn|hg|github|vscode|idea|history|ipynb_checkpoints|venv|conda|cache|config|local|pytest_cache"
    r"|mypy_cache|ruff_cache|Trash.*|Spotlight.*|fseventsd|autograder(-.*)?)"
)
HANDIN_MANIFEST = ".autograder-handin.json"
HAND_IN_SUFFIX = "-hand-in.zip"
"""What the name of a zip ends in that `autograder submit` writes."""


_HIDDEN_FILES = re.compile(
    r"\._.*|\.(DS_Store|localized|directory|git.*|.*rc|.*history|.*swp|env|python-version)"
)


def is_junk(entry: Entry, hidden: int = 0) -> bool:
    """Return whether a file or folder is one that systems, editors and environments leave behind.

    Parameters
    ----------
    hidden
        See `ReadLimits`.
    """
    return bool(_junk_in(f"{entry.path}/" if entry.kind is EntryKind.FOLDER else entry.path, hidden))


def _junk_in(path: str, hidden: int) -> str:
    """Return the beginning of a path that is such a thing by itself, a folder's with a `/`; empty if none is."""
    *folders, name = path.split("/")
    for depth, folder in enumerate(folders):
        if folder in _IGNORED_FOLDERS or (
            folder.startswith(".") and (depth >= hidden or _HIDDEN_FOLDERS.fullmatch(folder))
        ):
            return "/".join(folders[: depth + 1]) + "/"
    if len(folders) < hidden:
        return path if _HIDDEN_FILES.fullmatch(name) else ""
    return path if name.startswith(".") and name != HANDIN_MANIFEST else ""


@dataclass(frozen=True)
class Member:
    """One name in an archive, as the archive spells it; a folder's ends in `/`."""

    path: str
    kind: EntryKind
    read: Callable[[int], bytes] = _read_nothing


def list_members(members: Iterable[Member], name: str, limits: ReadLimits) -> Listing:
    """List the files of an archive; of several with the same name the last counts, as when unpacking.

    In the archive of a class, a hand-in that holds too much is listed in part, and named in `overfull`. Names that lead
    out of the archive are read as if they lay in it.

    Raises
    ------
    SubmissionError
        If there are too many.
    """
    listed = _Listed(limits)
    unusable, long = list[str](), list[str]()
    outside = dict[str, Member]()
    for member in members:
        path = member.path
        if len(path) > limits.path_length or path.count("/") > limits.path_depth:
            long.append(one_line(path, 100))
            continue
        while path.startswith("./"):
            path = path[2:]
        if listed.is_in_overfull(path):
            continue
        if "\0" in path:
            unusable.append(path)
        elif within(path) != path:
            outside[path] = member
        else:
            listed.add(path, member)
        if not listed.make_room(len(outside)):
            raise SubmissionError(too_many(name, limits.members))
    numbers = Counter[str]()
    for spelled, member in outside.items():
        path = within(spelled)
        listed.add(
            path if path.endswith("/") else _beside(path, listed.entries, numbers), member, member.path
        )
        if not listed.make_room():
            raise SubmissionError(too_many(name, limits.members))
    return Listing(
        tuple(sorted(listed.entries.values(), key=lambda entry: (entry.path.count("/"), entry.path))),
        (*listed.ignored, *unusable, *long),
        tuple(sorted(listed.folders)),
        _unusable_note(unusable) + _long_note(long, limits),
        tuple(listed.overfull),
    )


class _Listed:
    """What is listed of an archive so far.

    Attributes
    ----------
    entries, folders, ignored
        Files, folders, those included that only paths name, and what is ignored, without what lies in it.
    overfull
        Folders of which no more is listed.
    """

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self.entries: dict[str, Entry] = {}
        self.folders: dict[str, None] = {}
        self.ignored: dict[str, None] = {}
        self.overfull: dict[str, None] = {}
        self._within_overfull: tuple[str, ...] = ()

    def is_in_overfull(self, path: str) -> bool:
        """Return whether a path leads into a folder of which no more is listed."""
        return bool(self._within_overfull) and path.startswith(self._within_overfull)

    def add(self, path: str, member: Member, spelled: str = "") -> None:
        """List a member under a path."""
        junk = _junk_in(path, self._limits.hidden)
        if junk:
            self.ignored[junk] = None
        elif path and not path.endswith("/"):
            is_repeated = path in self.entries
            self.entries[path] = Entry(path, member.kind, member.read, spelled, is_repeated)
        above = junk.rstrip("/") if junk else path
        # Folders come after those around them.
        missing = []
        while (above := above.rpartition("/")[0]) and above not in self.folders:
            missing.append(above)
        self.folders.update(dict.fromkeys(reversed(missing)))

    def make_room(self, besides: int = 0) -> bool:
        """Leave out what single hand-ins hold too much if this is too much; return whether the rest may be held."""
        most = self._limits.members - besides
        if self._size() <= most:
            return True
        heaviest = _heaviest([path for part in self._parts() for path in part], self._limits.each)
        # Room for a tenth, so that what comes next is not looked for at every further name.
        while heaviest and self._size() > 0.9 * most:
            self.overfull |= dict.fromkeys(heaviest)
            self._thin(frozenset(heaviest))
            # If that spares too little, what lies around them is taken as one.
            heaviest = list(dict.fromkeys(above for it in heaviest if (above := it.rpartition("/")[0])))
        self._within_overfull = tuple(f"{folder}/" for folder in self.overfull)
        return self._size() <= most

    def _parts(self) -> tuple[dict[str, Any], ...]:
        return self.folders, self.entries, self.ignored

    def _size(self) -> int:
        return sum(len(part) for part in self._parts())

    def _thin(self, heavy: Collection[str]) -> None:
        """Keep only so much of each of some folders that lie side by side as shows that it is too much."""
        start = next(iter(heavy)).rfind("/") + 1
        # Folders come after those around them, so those that stay need none that goes.
        for paths in self._parts():
            kept = Counter[str]()
            for path in list(paths):
                end = path.find("/", start)
                if end < 0 or (around := path[:end]) not in heavy:
                    continue
                is_left = paths is self.folders or path.rstrip("/").rpartition("/")[0] in self.folders
                if is_left and kept[around] <= self._limits.each:
                    kept[around] += 1
                else:
                    del paths[path]


_ROOT = re.compile(
    r"(?P<windows>\\\\(?:[?.]\\(?:[A-Za-z]:\\+)?|(?=[^\\/]+\\))|[A-Za-z]:\\+)"
    r"|(?://[?.](?=/))?/*(?:[A-Za-z]:/+)?"
)
"""What a path on a disk, or on another machine's, begins with."""


def within(path: str) -> str:
    """Return a path without what leads out of the archive: the root of a disk, its drive, the folder above."""
    root = _ROOT.match(path)
    assert root is not None  # it may be empty
    rest = path[root.end() :]
    # Elsewhere a backslash may be part of a name, as on Unix.
    rest = rest.replace("\\", "/") if root["windows"] else rest
    return "/".join(part for part in rest.split("/") if part != "..")


def _beside(path: str, taken: Container[str], numbers: Counter[str]) -> str:
    """Return a path that nothing else has; what came from different places stays in different folders."""
    first, slash, rest = path.partition("/")
    free = path
    while free in taken:
        numbers[path] += 1
        free = f"{first}~{numbers[path] + 1}{slash}{rest}"
    return free


def _heaviest(paths: Sequence[str], each: int) -> list[str]:
    """Return the folders of single hand-ins that make an archive hold too much; none if no folder does.

    That of the class is sought where most of the files are, as far down as it may lie. What is found may still be that
    of the class, or lie above it: whoever looks for hand-ins has to refuse it then.

    Parameters
    ----------
    each
        How much a single hand-in may hold; 0 if the archive is one.
    """
    if not each:
        return []
    around, below = "", paths
    for _ in range(MOST_WRAPS + 1):
        held = Counter(path[len(around) :].partition("/")[0] for path in below)
        heavy = [folder for folder, count in held.items() if folder and count > each]
        most = max(heavy, key=held.__getitem__, default=None)
        if most is None or held[most] <= len(paths) / 2:
            return [f"{around}{folder}" for folder in heavy] or [around.removesuffix("/")] * bool(around)
        around = f"{around}{most}/"
        below = [path for path in below if path.startswith(around)]
    return [around.removesuffix("/")]


def list_folder(root: Path, limits: ReadLimits) -> Listing:
    """List the files of a folder on disk, the shallowest first; symbolic links are listed and never followed.

    Raises
    ------
    SubmissionError
        If a folder cannot be read, or there are too many files.
    """
    entries, ignored, folders = list[Entry](), list[str](), list[str]()
    level = [""]
    while level:
        below = list[str]()
        for folder in level:
            for entry in scan(root, folder):
                if is_junk(entry):
                    ignored.append(entry.path)
                elif entry.kind is EntryKind.FOLDER:
                    below.append(entry.path)
                else:
                    entries.append(entry)
                if len(entries) + len(below) + len(folders) > limits.members:
                    raise SubmissionError(too_many(root.name, limits.members))
        folders += below
        level = below
    return Listing(tuple(entries), tuple(ignored), tuple(folders))


def scan(root: Path, folder: str = "") -> list[Entry]:
    """Return what lies directly in `folder` below `root`, by name.

    Raises
    ------
    SubmissionError
        If it cannot be read.
    """
    try:
        with os.scandir(root / folder) as found:
            modes = {item.name: item.stat(follow_symlinks=False).st_mode for item in found}
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise SubmissionError(
            f"{one_line(folder or root.name, 80)} cannot be read ({reason}); make it readable and try again."
        ) from error
    return [
        Entry(
            f"{folder}/{name}" if folder else name,
            _kind_of_mode(mode),
            partial(read_file, root / folder / name),
        )
        for name, mode in sorted(modes.items())
    ]


def open_regular(path: Path) -> IO[bytes]:
    """Open a regular file for reading; if `path` itself is a link, it is not followed.

    Raises
    ------
    UnreadableError
        If it is missing, a link or a device, or may not be read.
    """
    # Without O_NONBLOCK, opening a named pipe would wait for a writer that never comes.
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is a link or has an unusual name"
        raise UnreadableError(f"cannot be read ({reason}); hand in the file itself") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError("is not a regular file; hand in the file itself")
    return os.fdopen(descriptor, "rb")


def read_file(path: Path, cap: int) -> bytes:
    """Return the bytes of a regular file on disk.

    Raises
    ------
    TooLargeError
        If there are more than `cap`.
    UnreadableError
        If it cannot be read.
    """
    with open_regular(path) as file:
        try:
            content = file.read(cap + 1)
        except OSError as error:
            raise UnreadableError(f"cannot be read ({error.strerror}); hand it in again") from error
    if len(content) > cap:
        raise TooLargeError
    return content


def _kind_of_mode(mode: int) -> EntryKind:
    kinds = {stat.S_IFREG: EntryKind.FILE, stat.S_IFDIR: EntryKind.FOLDER, stat.S_IFLNK: EntryKind.LINK}
    return kinds.get(stat.S_IFMT(mode), EntryKind.SPECIAL)


def _long_note(paths: list[str], limits: ReadLimits) -> tuple[str, ...]:
    if not paths:
        return ()
    return (
        f"Names of more than {limits.path_length:,} characters or {limits.path_depth} folders were ignored, "
        f"for example {one_line(paths[0], 80)!r}.",
    )


def _unusable_note(paths: list[str]) -> tuple[str, ...]:
    if not paths:
        return ()
    return (f"Names that no file can have were ignored, for example {one_line(paths[0], 80)!r}.",)


def notes_on(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the sentences about names of an archive that were not taken as they are."""
    repeated = [it for it in entries if it.is_repeated]
    notes = [
        f"{one_line(it.path, 80)} is in the archive more than once; the last one counts."
        for it in repeated[:3]
    ]
    if first := next((it for it in entries if it.spelled), None):
        spelled, path = (one_line(it, 80) for it in (first.spelled, first.path))
        notes.append(
            f"Names that lead outside the archive were read as if they lay in it, for example {spelled!r} as {path!r}."
        )
    return tuple(notes)


def too_many(name: str, members: int | None) -> str:
    """Return the sentence about a folder or archive that holds too much; `members` is how many files it may hold."""
    number = f"more than {members} files" if members else "far too many files"
    return f"{one_line(name, 80)} holds {number}; hand in only the files that were asked for."
