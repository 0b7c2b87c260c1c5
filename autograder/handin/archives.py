"""Which files are archives, and what opens them: zip, tar plain or packed, and 7z where py7zr is installed."""

from __future__ import annotations

import bisect
import bz2
import contextlib
import functools
import io
import lzma
import os
import tarfile
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from autograder.errors import SubmissionError
from autograder.handin.trees import (
    Entry,
    EntryKind,
    Listing,
    Member,
    ReadLimits,
    TooLargeError,
    UnreadableError,
    list_members,
    open_regular,
    within,
)
from autograder.handin.zips import ZipTree
from autograder.text import lossless, one_line

_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_SEVEN_ZIP = (".7z",)
OPENED = (".zip", *_TAR, *_SEVEN_ZIP)
"""Ends of the names of archives that are opened, in lower case."""
_OTHERS = (".rar", ".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".cab", ".iso", ".dmg", ".arj", ".z")
_CHUNK = 1 << 20
_MOST_MEMORY = 1 << 28
"""In bytes; what the compression of an archive may need to be undone."""


def is_archive_name(name: str) -> bool:
    """Return whether a file of this name is to be opened as an archive."""
    return name.lower().endswith(OPENED)


def is_other_archive_name(name: str) -> bool:
    """Return whether a file of this name is an archive of a kind that is not opened."""
    return not is_archive_name(name) and name.lower().endswith(_OTHERS)


def without_suffix(name: str) -> tuple[str, str]:
    """Return a file's name without its suffix, and the suffix; `.tar.gz` is one."""
    lower = name.lower()
    longest = max((it for it in OPENED if lower.endswith(it)), key=len, default="")
    size = len(longest) or len(name.rpartition(".")[2]) + 1
    stem, suffix = name[:-size], name[-size:]
    return (stem, suffix) if stem else (name, "")


def looks_like_archive(path: Path) -> bool:
    """Return whether the file at `path` has the name of an archive, or the first bytes of a zip."""
    if is_archive_name(path.name):
        return True
    try:
        with open_regular(path) as file:
            return file.read(4) == b"PK\x03\x04"
    except (UnreadableError, OSError):
        return False  # whoever reads it next says why it cannot be read


class Archive(Protocol):
    """An archive that is open; use it in a `with` statement."""

    def __enter__(self) -> Archive: ...

    def __exit__(self, *exc: object) -> None: ...

    def listing(self) -> Listing:
        """List its files."""


class ClassArchive:
    """What an archive that holds the hand-ins of a class contains; it is listed once for all of them.

    Attributes
    ----------
    listing
        Everything in it.
    """

    def __init__(self, archive: Archive) -> None:
        self.listing = archive.listing()
        # In this order, what lies in one folder stands together.
        self._entries = sorted(self.listing.entries, key=_path)
        weakref.finalize(self, archive.__exit__)

    def below(self, member: str) -> list[Entry]:
        """Return the files in the folder called `member`, the shallowest first, or else the file of that name."""
        first = bisect.bisect_left(self._entries, f"{member}/", key=_path)
        end = bisect.bisect_left(self._entries, f"{member}{_AFTER_SLASH}", key=_path)
        if first < end:
            return sorted(self._entries[first:end], key=lambda entry: (entry.path.count("/"), entry.path))
        start = bisect.bisect_left(self._entries, member, key=_path)
        return [it for it in self._entries[start : start + 1] if it.path == member]

    def is_whole(self, member: str) -> bool:
        """Return whether everything in the folder called `member` is listed."""
        return not any(
            f"{it}/".startswith(f"{member}/") or member.startswith(f"{it}/") for it in self.listing.overfull
        )


_AFTER_SLASH = chr(ord("/") + 1)


def _path(entry: Entry) -> str:
    return entry.path


def class_archive(path: Path, limits: ReadLimits) -> ClassArchive:
    """Return what the archive of a class at `path` contains; `SubmissionError` says why it cannot be opened.

    It stays open until another one is asked for.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise SubmissionError(f"{lossless(path.name)} cannot be read ({error.strerror}).") from error
    return _class_archive(path, limits.for_a_class(), status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=1)
def _class_archive(path: Path, limits: ReadLimits, changed: int, size: int) -> ClassArchive:
    return ClassArchive(archive_on_disk(path, limits))


def archive_on_disk(path: Path, limits: ReadLimits) -> Archive:
    """Open the archive at `path`; `SubmissionError` says why it cannot be opened."""
    try:
        file = open_regular(path)
    except UnreadableError as error:
        raise SubmissionError(f"{lossless(path.name)} {error}.") from error
    if _kind(file, path.name) is ZipTree:
        return ZipTree(file, path.name, limits)
    with file:
        status = os.fstat(file.fileno())
    return _unpacked(path, limits, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=1)
def _unpacked(path: Path, limits: ReadLimits, changed: int, size: int) -> Archive:
    """Open an archive that has to be unpacked as a whole: once, for all of a class that lie in it."""
    return open_archive(open_regular(path), path.name, limits)


def open_archive(file: IO[bytes], name: str, limits: ReadLimits) -> Archive:
    """Open an archive, of the kind that its first bytes say.

    Raises
    ------
    SubmissionError
        If it is broken, of a kind that is not opened, or needs far too much memory.
    """
    return _kind(file, name)(file, name, limits)


def _kind(file: IO[bytes], name: str) -> Callable[[IO[bytes], str, ReadLimits], Archive]:
    """Return what opens an archive of the kind that its first bytes say."""
    head = file.read(6)
    file.seek(0)
    if head == b"7z\xbc\xaf\x27\x1c":
        return _SevenZipTree
    unpack = next((it for magic, it in _PACKED.items() if head.startswith(magic)), None)
    called = next((it for it in (*_TAR, *_SEVEN_ZIP) if name.lower().endswith(it)), "")
    if not head or (called in _SEVEN_ZIP and unpack is None and not head.startswith(b"PK")):
        file.close()
        raise _broken(
            lossless(name), "7z" if called in _SEVEN_ZIP else "tar" if called else "zip", is_empty=not head
        )
    # Some browsers unpack what is called .tar.gz and keep the name.
    if unpack is not None or (called and not head.startswith(b"PK")):
        return partial(_TarTree, unpack=unpack or _as_it_is)
    return ZipTree


# --- tar ------------------------------------------------------------------------------------------


def _as_it_is(file: IO[bytes], cap: int) -> bytes:
    return file.read(cap + 1)


def _gunzip(file: IO[bytes], cap: int) -> bytes:
    content, unpacker = bytearray(), zlib.decompressobj(31)
    while len(content) <= cap and (data := file.read(_CHUNK)):
        while data and len(content) <= cap:
            content += unpacker.decompress(data, cap + 1 - len(content))
            data = unpacker.unconsumed_tail
            if unpacker.eof:  # another may follow
                data, unpacker = unpacker.unused_data, zlib.decompressobj(31)
    return bytes(content)


def _decompress(make: Callable[[], Any], file: IO[bytes], cap: int) -> bytes:
    content, unpacker = bytearray(), make()
    while len(content) <= cap and not unpacker.eof:
        data = file.read(_CHUNK) if unpacker.needs_input else b""
        if unpacker.needs_input and not data:
            raise EOFError
        content += unpacker.decompress(data, cap + 1 - len(content))
    return bytes(content)


_PACKED: dict[bytes, Callable[[IO[bytes], int], bytes]] = {
    b"\x1f\x8b": _gunzip,
    b"BZh": partial(_decompress, bz2.BZ2Decompressor),
    b"\xfd7zXZ\0": partial(_decompress, partial(lzma.LZMADecompressor, memlimit=_MOST_MEMORY)),
}
_BROKEN_TAR = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)


class _TarTree:
    """The members of a tar, unpacked in memory."""

    def __init__(
        self, file: IO[bytes], name: str, limits: ReadLimits, unpack: Callable[[IO[bytes], int], bytes]
    ) -> None:
        self._name = lossless(name)
        self._limits = limits
        cap = limits.unpacked_bytes
        try:
            with file:
                content = unpack(file, cap)
            if len(content) > cap:
                raise SubmissionError(
                    f"{self._name} unpacks to more than {cap // 1_000_000} MB; hand in code without data."
                )
            self._tar = tarfile.open(fileobj=io.BytesIO(content), mode="r:", encoding="utf-8")  # noqa: SIM115
        except _BROKEN_TAR as error:
            raise _broken(self._name, "tar") from error

    def __enter__(self) -> _TarTree:
        return self

    def __exit__(self, *exc: object) -> None:
        """Keep what is unpacked for whoever opens it next; it is all in memory."""

    def listing(self) -> Listing:
        try:
            return list_members(self._members(), self._name, self._limits)
        except _BROKEN_TAR as error:
            raise _broken(self._name, "tar") from error

    def _members(self) -> Iterator[Member]:
        for info in self._tar:
            path = info.name + ("/" if info.isdir() else "")
            yield Member(path, _kind_of(info), partial(self._read, info))

    def _read(self, info: tarfile.TarInfo, cap: int) -> bytes:
        if info.size > cap:
            raise TooLargeError
        try:
            file = self._tar.extractfile(info)
            return file.read(cap + 1) if file else b""
        except _BROKEN_TAR as error:
            raise UnreadableError("is damaged in the archive; pack the files again") from error


def _kind_of(info: tarfile.TarInfo) -> EntryKind:
    if info.isdir():
        return EntryKind.FOLDER
    if info.issym() or info.islnk():
        return EntryKind.LINK
    return EntryKind.FILE if info.isreg() and not info.issparse() else EntryKind.SPECIAL


def _broken(name: str, kind: str, is_empty: bool = False) -> SubmissionError:
    why = "it is empty" if is_empty else f"broken or not a {kind}"
    return SubmissionError(
        f"{name} cannot be opened as a {kind} ({why}); zip the files again and hand that in."
    )


# --- 7z -------------------------------------------------------------------------------------------


class _SevenZipTree:
    """The members of a 7z, unpacked in memory."""

    def __init__(self, file: IO[bytes], name: str, limits: ReadLimits) -> None:
        self._name = lossless(name)
        self._limits = limits
        try:
            import py7zr
            from py7zr.io import BytesIOFactory
        except ImportError as error:
            file.close()
            raise SubmissionError(
                f"{self._name} is a 7z archive, which is opened only where the extra 'archives' is installed; "
                "ask for a zip, or install it."
            ) from error
        cap = limits.unpacked_bytes
        factory = BytesIOFactory(cap + 1)
        try:
            with file, py7zr.SevenZipFile(file, max_extract_size=cap) as archive:
                if archive.needs_password():
                    raise SubmissionError(f"{self._name} is encrypted; hand in a zip without a password.")
                _refuse_large_memory(archive)
                self._infos = archive.list()
                _refuse_outside(self._name, [info.filename for info in self._infos])
                archive.extract(path="/", factory=factory)
        except SubmissionError:
            raise
        except Exception as error:  # what its many decoders raise has nothing in common
            raise _broken(self._name, "7z") from error
        self._contents = {path.lstrip("/"): product for path, product in factory.products.items()}

    def __enter__(self) -> _SevenZipTree:
        return self

    def __exit__(self, *exc: object) -> None:
        """Keep what is unpacked for whoever opens it next; it is all in memory."""

    def listing(self) -> Listing:
        return list_members(self._members(), self._name, self._limits)

    def _members(self) -> Iterator[Member]:
        for info in self._infos:
            folder = info.is_directory
            kind = EntryKind.FOLDER if folder else EntryKind.LINK if info.is_symlink else EntryKind.FILE
            yield Member(info.filename + "/" * folder, kind, partial(self._read, info.filename))

    def _read(self, path: str, cap: int) -> bytes:
        product = self._contents.get(path)
        if product is None:
            raise UnreadableError("is damaged in the archive; pack the files again")
        product.seek(0)
        content: bytes = product.read(cap + 1)
        if len(content) > cap:
            raise TooLargeError
        return content


def _refuse_outside(name: str, paths: Iterable[str]) -> None:
    """Refuse names that lead out of the archive, at which py7zr stops."""
    if outside := next((path for path in paths if within(path) != path), None):
        raise SubmissionError(
            f"{name} holds names that lead outside it, such as {one_line(outside, 80)!r}, which is read in a zip but "
            "not in a 7z; hand in a zip."
        )


def _refuse_large_memory(archive: Any) -> None:
    """Refuse an archive whose compression needs far more memory to be undone than homework does."""
    with contextlib.suppress(AttributeError, TypeError):
        for folder in archive.header.main_streams.unpackinfo.folders:
            for coder in folder.coders:
                needed = _memory_of(coder["method"], coder.get("properties") or b"")
                if needed > _MOST_MEMORY:
                    raise SubmissionError(
                        f"{lossless(str(archive.filename or 'the 7z'))} needs {needed >> 20} MB of memory to be "
                        "unpacked; hand in a zip."
                    )


def _memory_of(method: bytes, properties: bytes) -> int:
    """Return the memory that a decoder of 7z needs, in bytes, as its properties say; 0 if they do not."""
    if method == b"\x21" and len(properties) == 1:  # LZMA2
        bits = properties[0]
        return (2 | (bits & 1)) << (bits // 2 + 11)
    if method in (b"\x03\x01\x01", b"\x03\x04\x01") and len(properties) >= 5:  # LZMA, PPMd
        return int.from_bytes(properties[1:5], "little")
    return 0
