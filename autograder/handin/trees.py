"""Lists and reads what is in a folder or zip, without following links or unpacking anything to disk."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO

from autograder.errors import SubmissionError
from autograder.text import one_line


@dataclass(frozen=True)
class ReadLimits:
    """Caps on what is read from one hand-in; nothing beyond them is ever held in memory.

    Attributes
    ----------
    file_bytes
        The largest file that can be handed in.
    source_bytes
        The most Python source in a hand-in, all modules together: parsing takes a thousand times as much memory.
    members
        How many files a folder or zip may hold, not counting ignored ones.
    directory_bytes
        The largest table of contents of a zip.
    archive_bytes
        The largest zip that is read from inside another one.
    ratio
        How many times its packed size a file in a zip may unpack to, unless it is small.
    nested
        How many zips inside a hand-in are opened.
    path_length, path_depth
        The longest path in a zip, in characters, and the most folders in it.
    """

    file_bytes: int = 2_000_000
    source_bytes: int = 256_000
    members: int = 10_000
    directory_bytes: int = 2_000_000
    archive_bytes: int = 50_000_000
    ratio: int = 200
    nested: int = 3
    path_length: int = 1_000
    path_depth: int = 50

    def for_a_class(self) -> ReadLimits:
        """Return the caps for a zip that holds the hand-ins of a whole class."""
        return replace(self, members=100 * self.members, directory_bytes=50 * self.directory_bytes)


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
    """

    path: str
    kind: EntryKind
    read: Callable[[int], bytes] = _read_nothing

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    """The files of a folder or zip, what was ignored, the folders, and sentences about what was passed over."""

    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


# What zipfile and zlib raise for bytes that only look like a zip; NotImplementedError is a RuntimeError.
_BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, OverflowError, RuntimeError, ValueError),
)
_CHUNK = 1 << 20
_IGNORED_FOLDERS = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
HANDIN_MANIFEST = ".autograder-handin.json"


def is_junk(entry: Entry) -> bool:
    """Return whether a file or folder is one that systems, editors and environments leave behind."""
    return _is_junk_path(f"{entry.path}/" if entry.kind is EntryKind.FOLDER else entry.path)


def _is_junk_path(path: str) -> bool:
    *folders, name = path.split("/")
    if any(folder.startswith(".") or folder in _IGNORED_FOLDERS for folder in folders):
        return True
    return name.startswith(".") and name != HANDIN_MANIFEST


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
                    raise SubmissionError(_too_many(root.name, limits.members))
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


class ZipTree:
    """The members of a zip, read in memory."""

    def __init__(self, file: IO[bytes], name: str, limits: ReadLimits) -> None:
        """Read the table of contents.

        Raises
        ------
        SubmissionError
            If `file` is not a zip, is broken, or has too long a table of contents.
        """
        self._name = one_line(name)
        self._limits = limits
        self._file = _BoundedReads(file, limits.directory_bytes, self._name)
        try:
            self._zip = zipfile.ZipFile(self._file)
        except _BROKEN_ZIP as error:
            self._file.close()
            reason = (
                "its names are not UTF-8" if isinstance(error, UnicodeDecodeError) else "broken or not a zip"
            )
            raise SubmissionError(
                f"{self._name} cannot be opened as a zip ({reason}); zip the files again and hand that in."
            ) from error
        except SubmissionError:
            self._file.close()
            raise

    def __enter__(self) -> ZipTree:
        return self

    def __exit__(self, *exc: object) -> None:
        self._zip.close()
        self._file.close()

    def listing(self) -> Listing:
        """List the files; of several with the same name the last counts, as when unpacking."""
        entries, ignored, folders = dict[str, Entry](), list[str](), dict[str, None]()
        unsafe, long, repeated = list[str](), list[str](), dict[str, None]()
        for info in self._zip.infolist():
            path = info.filename.replace("\\", "/")
            if self._is_too_long(path):
                long.append(one_line(path, 100))
                continue
            while path.startswith("./"):
                path = path[2:]
            if _is_unsafe(path):
                unsafe.append(path)
            elif _is_junk_path(path):
                ignored.append(path)
            elif path.endswith("/"):
                folders[path.rstrip("/")] = None
            else:
                if path in entries:
                    repeated[path] = None
                entries[path] = Entry(path, _kind_of_member(info), partial(self._read, info))
            if len(entries) > self._limits.members:
                raise SubmissionError(_too_many(self._name, self._limits.members))
        folders |= _folders_above(entries)
        notes = _unsafe_note(unsafe) + self._long_note(long) + _repeated_note(repeated)
        ordered = sorted(entries.values(), key=lambda entry: (entry.path.count("/"), entry.path))
        return Listing(tuple(ordered), (*ignored, *unsafe, *long), tuple(sorted(folders)), notes)

    def _is_too_long(self, path: str) -> bool:
        return len(path) > self._limits.path_length or path.count("/") > self._limits.path_depth

    def _long_note(self, paths: list[str]) -> tuple[str, ...]:
        if not paths:
            return ()
        limits = self._limits
        return (
            f"Names of more than {limits.path_length:,} characters or {limits.path_depth} folders were ignored, "
            f"for example {one_line(paths[0], 80)!r}.",
        )

    def _read(self, info: zipfile.ZipInfo, cap: int) -> bytes:
        """Return a member's bytes, whatever size the table of contents claims."""
        try:
            with self._zip.open(info) as member:
                content = _read_in_chunks(member, cap + 1)
        except _BROKEN_ZIP as error:
            raise UnreadableError("is damaged in the zip; zip the files again") from error
        if len(content) > cap:
            raise TooLargeError
        if len(content) > 100_000 and len(content) > self._limits.ratio * info.compress_size:
            raise UnreadableError("unpacks to far more than its size in the zip; hand in the file itself")
        return content


class _BoundedReads(io.RawIOBase):
    """A file that refuses large reads: `zipfile` reads the whole table of contents at once."""

    def __init__(self, file: IO[bytes], cap: int, name: str) -> None:
        self._file = file
        self._cap = cap
        self._name = name

    def read(self, size: int | None = -1) -> bytes:
        wanted = size if size is not None and size >= 0 else self._cap + 1
        content = self._file.read(min(wanted, self._cap + 1))
        if len(content) > self._cap:
            raise SubmissionError(_too_many(self._name, None))
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def _read_in_chunks(member: IO[bytes], size: int) -> bytes:
    chunks, left = list[bytes](), size
    while left > 0 and (chunk := member.read(min(left, _CHUNK))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


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


def _kind_of_member(info: zipfile.ZipInfo) -> EntryKind:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.SPECIAL
    if info.flag_bits & 0x1:
        return EntryKind.ENCRYPTED
    # Deflate is what every zip program writes; the others can claim gigabytes for their window.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return EntryKind.UNSUPPORTED
    return EntryKind.FILE


def _is_unsafe(path: str) -> bool:
    parts = path.split("/")
    return path.startswith("/") or ".." in parts or parts[0].endswith(":") or not path or "\0" in path


def _folders_above(paths: Iterable[str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for path in paths:
        # If a folder is known, so are all above it.
        while (path := path.rpartition("/")[0]) and path not in found:
            found[path] = None
    return found


def _unsafe_note(paths: list[str]) -> tuple[str, ...]:
    if not paths:
        return ()
    return (f"Names that lead outside the zip were ignored, for example {one_line(paths[0], 80)!r}.",)


def _repeated_note(paths: dict[str, None]) -> tuple[str, ...]:
    return tuple(
        f"{one_line(path, 80)} is in the zip more than once; the last one counts." for path in list(paths)[:3]
    )


def _too_many(name: str, members: int | None) -> str:
    number = f"more than {members} files" if members else "far too many files"
    return f"{one_line(name, 80)} holds {number}; hand in only the files that were asked for."
