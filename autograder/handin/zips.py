"""Reads zips in memory, whatever made them: nothing is unpacked to disk, no size is believed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from functools import partial
from typing import IO

from autograder.errors import SubmissionError
from autograder.handin.trees import (
    EntryKind,
    Listing,
    Member,
    ReadLimits,
    TooLargeError,
    UnreadableError,
    list_members,
    too_many,
)
from autograder.text import lossless

# What zipfile and zlib raise for bytes that only look like a zip; NotImplementedError is a RuntimeError.
_BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, OverflowError, RuntimeError, ValueError),
)
_CHUNK = 1 << 20
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_UNIX = 3
_UNICODE_PATH = 0x7075


class ZipTree:
    """The members of a zip, read in memory."""

    def __init__(self, file: IO[bytes], name: str, limits: ReadLimits) -> None:
        """Read the table of contents.

        Raises
        ------
        SubmissionError
            If `file` is not a zip, is broken, or has too long a table of contents.
        """
        self._name = lossless(name)
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
        """List the files."""
        infos = self._zip.infolist()
        # Some programs for Windows separate folders by backslashes, whatever system they claim to be.
        separates = any("/" in info.filename for info in infos)
        members = (
            Member(_path_of(info, separates), _kind_of_member(info), partial(self._read, info))
            for info in infos
        )
        return list_members(members, self._name, self._limits)

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
            raise SubmissionError(too_many(self._name, None))
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


def _path_of(info: zipfile.ZipInfo, separates: bool) -> str:
    """Return a member's path; bytes of its name that are no text stay apart as Python keeps them in file names.

    Parameters
    ----------
    separates
        Whether any name of the zip holds a slash: then a backslash of a Unix system is part of a name.

    Notes
    -----
    A name is UTF-8 if the zip says so. macOS writes UTF-8 and does not say so, and the standard's own
    encoding is that of DOS; other systems write whatever their file names are.
    """
    path = info.filename
    if not info.flag_bits & _UTF8_NAME:
        raw = path.encode("cp437", "replace")
        path = _unicode_path(info.extra, raw) or _decoded(raw, info.create_system == _UNIX) or path
    return path if info.create_system == _UNIX and separates else path.replace("\\", "/")


def _decoded(raw: bytes, from_unix: bool) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape") if from_unix else ""


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """Return the name that Info-ZIP and WinZip write beside one that is not UTF-8; empty if there is none."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack("<L", field[1:5])[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "surrogateescape")
    return ""


def _kind_of_member(info: zipfile.ZipInfo) -> EntryKind:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.SPECIAL
    if info.flag_bits & _ENCRYPTED:
        return EntryKind.ENCRYPTED
    # Deflate is what every zip program writes; the others can claim gigabytes for their window.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return EntryKind.UNSUPPORTED
    return EntryKind.FILE
