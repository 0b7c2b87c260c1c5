"""The last look into a student zip: nothing from `solutions/` may be in it, whatever it is wrapped in."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import importlib.util
import io
import json
import lzma
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from autograder.authoring.secrets import SHORTEST, SHORTEST_LINE, Place, Secrets, secrets_of, squeeze
from autograder.errors import CourseError
from autograder.text import first_few

_DEEPEST = 8
_STEP = SHORTEST_LINE - SHORTEST + 1
"""Whoever looks at a piece of `SHORTEST` characters in every so many sees one of each line, wherever it begins."""
_PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
_END_OF_ZIP = b"PK\x05\x06"
"""Without it nothing is a zip; most of what base64 may stand for is random bytes, and opening each takes long."""
_PRINTABLE = re.compile(rb"[\x20-\x7e\t\r\n]{%d,}" % SHORTEST)
_PIECE = rb"[A-Za-z0-9+/_-]{16,}={0,2}"
_BREAK = rb"(?:\\n|[\s\"'\\,]){1,12}"
# Encoded text is often broken into lines or quoted piece by piece; only the last piece may be short.
_BASE64 = re.compile(rb"%b(?:%b%b)*(?:%b[A-Za-z0-9+/_-]{1,15})?" % (_PIECE, _BREAK, _PIECE, _BREAK))

_DIGEST = re.compile(rb"[0-9a-f]{64}(?:%b[A-Za-z0-9+/_-]{1,15})?" % _BREAK)
"""The hash of a package; every release lists thousands, and no text comes out in 16 of the 64 letters alone."""


class Leak(NamedTuple):
    """Something from `solutions/` in a zip: where it was found and where it comes from."""

    member: str
    line: int
    origin: Place

    def __str__(self) -> str:
        return f"{self.member}, line {self.line} shows {self.origin.file}, line {self.origin.line}"


def scan_for_leaks(archive: bytes, solutions: Path, name: str) -> None:
    """Look for anything from `solutions/` in a zip.

    Looks into nested zips and wheels, compressed files, notebooks and base64. Lines are compared without
    white space. Imports, signatures, short and commonplace lines tell nothing; nor do docstrings of the
    stubs, nor what stub and reference share in the same function, unless that is all of a function that
    students fill in.

    Parameters
    ----------
    archive
        The content of the zip.
    solutions
        The course's folder `solutions/`; the stubs are expected in `assignments/` beside it.
    name
        What to call the zip in errors.

    Raises
    ------
    CourseError
        If something is found: the sentence names file and line on both sides. Also if the zip holds
        something that cannot be searched.
    """
    secrets = secrets_of(solutions)
    origins: dict[Place, Leak] = {}
    for leak in _Finder(secrets).look("", archive, 0):
        origins.setdefault(leak.origin, leak)
    if origins:
        found = first_few(map(str, origins.values()))
        raise CourseError(f"{name}: {found}; remove that there, or reword it in {solutions.name}/.")


class _Finder:
    """Searches content for secrets, unwrapping whatever it recognises."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._looked_at: set[bytes] = set()
        self._short = [text for text in secrets.lines if len(text) < SHORTEST_LINE]
        self._by_piece: dict[str, list[tuple[str, int]]] = {}
        for text in secrets.lines:
            if len(text) >= SHORTEST_LINE:
                for offset in range(_STEP):
                    piece = text[offset : offset + SHORTEST]
                    self._by_piece.setdefault(piece, []).append((text, offset))

    def look(self, label: str, data: bytes, depth: int) -> Iterator[Leak]:
        """Yield the leaks of `data` unless it was looked at before; `label` says where in the zip it is."""
        if depth > _DEEPEST:
            raise CourseError(f"{label}: is wrapped more than {_DEEPEST} times; unpack it in the assignment.")
        if data.startswith(importlib.util.MAGIC_NUMBER) or label.endswith((".pyc", ".pyo")):
            raise CourseError(f"{label}: is compiled Python, which cannot be searched; remove it.")
        digest = hashlib.sha256(data).digest()
        # Several lists of packages hold the same hashes.
        if digest in self._looked_at:
            return
        self._looked_at.add(digest)
        if place := self._secrets.files.get(digest):
            yield Leak(label, 1, place)
        # Members first: what a zip stores uncompressed is better reported by member than for the whole zip.
        for inner, content in _members(label, data):
            yield from self.look(inner, content, depth + 1)
        yield from self._text(label, _as_text(data))
        for inner, content in _unwrapped(label, data):
            yield from self.look(inner, content, depth + 1)

    def _text(self, label: str, text: str) -> Iterator[Leak]:
        """Yield the secret lines in a text, wherever its own lines break."""
        lines = [squeeze(line) for line in text.splitlines()]
        joined = "".join(lines)
        found = [
            (match.start(), text) for text in self._short for match in re.finditer(re.escape(text), joined)
        ]
        for place in range(0, len(joined) - SHORTEST + 1, _STEP):
            for secret, offset in self._by_piece.get(joined[place : place + SHORTEST], ()):
                if offset <= place and joined.startswith(secret, place - offset):
                    found.append((place - offset, secret))
        ends = list(accumulate(map(len, lines))) if found else []
        for start, secret in sorted(found, key=itemgetter(0)):
            yield Leak(label, bisect_right(ends, start) + 1, self._secrets.lines[secret])


def _as_text(data: bytes) -> str:
    """Return the readable text in `data`."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return "\n".join(run.decode("ascii") for run in _PRINTABLE.findall(data))
    return data.decode("utf-8-sig", "replace")


def _unwrapped(label: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is compressed or encoded in `data`, each with a label of its own."""
    for magic, decompress in _PACKED.items():
        if data.startswith(magic):
            with suppress(OSError, EOFError, ValueError, lzma.LZMAError):
                yield f"{label} (decompressed)", decompress(data)
    for i, cell in enumerate(_strings(data)):
        yield f"{label} (text {i + 1})", cell.encode("utf-8", "replace")
    line, seen = 1, 0
    for match in _BASE64.finditer(data):
        if _DIGEST.fullmatch(match[0]):
            continue
        line, seen = line + data.count(b"\n", seen, match.start()), match.start()
        for content in _decoded(match[0]):
            yield f"{label}, line {line} (base64)", content


def _members(label: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if _END_OF_ZIP not in data or not zipfile.is_zipfile(io.BytesIO(data)):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield f"{label}/{entry.filename}".lstrip("/"), archive.read(entry)
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise CourseError(f"{label or 'the zip'}: cannot be unpacked ({error}); pack it again.") from error


def _strings(data: bytes) -> Iterator[str]:
    """Yield every string of a JSON document, and each list of strings joined, as notebooks split their cells."""
    if data.lstrip()[:1] not in (b"{", b"["):
        return
    try:
        todo = [json.loads(data)]
    except (ValueError, RecursionError):
        return
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            yield "".join(value)
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str):
            yield value


def _decoded(run: bytes) -> Iterator[bytes]:
    """Yield what `run` may mean as base64, for each of the four places where a group of letters can start."""
    letters = re.sub(rb"\\n|[^A-Za-z0-9+/_-]", b"", run)
    for start in range(4):
        part = letters[start:]
        whole = len(part) - (len(part) % 4 == 1)  # one letter alone holds no byte
        yield base64.b64decode(part[:whole] + b"==", b"-_")
