"""Reads data files and checks what they can be: their size, their checksum, and that they are not a web page."""

import hashlib
import zlib
from pathlib import Path

from autograder.kit.data.examples import DataError

MAX_BYTES = 64 * 2**20  # the largest real file, MNIST's training images, holds 45 MiB


def read(path: Path) -> bytes:
    """Return a file's content, unpacked if its name ends in `.gz`.

    Raises
    ------
    DataError
        If it cannot be read, is a saved web page, is not whole, or is larger than any data file can be.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} is larger than any file of this data set: is it another file?")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    refuse_web_page(content[:64], path)
    return _unpacked(content, path) if path.suffix == ".gz" else content


def _unpacked(content: bytes, path: Path) -> bytes:
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(content, MAX_BYTES + 1)
    except zlib.error as error:
        raise DataError(f"{path} is not a whole gzip file: download it again.") from error
    if len(unpacked) > MAX_BYTES:
        raise DataError(f"{path} unpacks to more than any file of this data set: is it another file?")
    if not unpacker.eof:
        raise DataError(f"{path} is cut short, its packed data end early: download it again.")
    return unpacked


def refuse_web_page(head: bytes, path: Path) -> None:
    """Raise DataError if the first bytes are those of a web page saved under the data's name."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise DataError(f"{path} is a web page, not data: the download failed, so download it again.")


def refuse_other_md5(content: bytes, expected: str, path: Path) -> None:
    """Raise DataError unless the content has the published md5 checksum."""
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != expected:
        raise DataError(
            f"{path} differs from the published file (md5 {found} instead of {expected}): download it again."
        )


def md5_of(path: Path) -> str:
    """Return the md5 checksum of an archive, which may not fit into memory; a web page is refused."""
    try:
        with path.open("rb") as stream:
            refuse_web_page(stream.read(64), path)
            stream.seek(0)
            return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
