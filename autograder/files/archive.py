"""Zips whose bytes depend on their content alone, and the files that go into them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from autograder.errors import CourseError

# The date that reproducible wheels use; a zip cannot hold the epoch, which is before 1980.
_DATE = (2020, 2, 2, 0, 0, 0)
_LEFT_OUT = ("__pycache__", "*.py[co]", "*~", ".*")


def zip_bytes(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """Return a zip of `files`; the same files give the same bytes, whoever makes it and when.

    Parameters
    ----------
    files
        Content by path inside the zip.
    executable
        Paths that are stored with the executable bits set.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whatever system: otherwise the permissions are ignored
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def collect(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under `folder` by its path relative to it.

    Hidden files, editors' backup copies and compiled Python are left out.

    Raises
    ------
    CourseError
        If a file is a link, which could lead out of the folder, or cannot be read.
    """
    return {path.relative_to(folder).as_posix(): _read(path) for path in _walk(folder)}


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of names and contents together, in hexadecimal."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return total.hexdigest()


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(path.match(pattern) for pattern in _LEFT_OUT):
            continue
        if path.is_symlink():
            raise CourseError(f"{path}: this is a link, which a zip cannot carry; put the file itself there.")
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise CourseError(f"{path}: cannot be read ({reason}); make it readable or remove it.") from error
