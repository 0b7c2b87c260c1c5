"""What tests see of known mistakes, kept in a file: the same for every hand-in, so found out once for all graders."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import numpy as np

from autograder.grading.explain.observation import Behaviour, Observation
from autograder.model.verdict import Kind
from autograder.values.nodes import ALIGNMENT, Node, WireError
from autograder.values.pack import Packer
from autograder.values.unpack import Unpacker

KNOWN_FILE = "known_behaviour.sqlite"
"""Its usual name. Wherever it is missing, all is graded the same, but slower."""
MOST_BYTES = 1 << 21
"""What is larger is found out again by each grader, which mostly takes no longer than to read it."""
SECONDS_TO_WAIT = 1.0
"""For another process that writes."""
_MAY_BE_AN_ACCIDENT = {Kind.TIMED_OUT, Kind.DIED, Kind.NOT_RUN, Kind.GRADER_FAULT}
"""What a machine that is busy or short of memory may do to right code."""
_KINDS = {kind.value: kind for kind in Kind}


class KnownBehaviour:
    """A file that several graders share, in a folder that only the grader's user may enter.

    Nothing depends on it: where it cannot be read or written, every grader finds out by itself.

    Parameters
    ----------
    path
        Made if need be, together with its folder; None keeps nothing.
    key
        Hash of whatever decides what is seen: tests, reference, bank, salt, grader and NumPy. What was found
        out under another is not used, and dropped.
    read_only
        Whether the file stays as it is, whatever else is found out.
    """

    def __init__(self, path: Path | None, key: str = "", *, read_only: bool = False) -> None:
        self._database: sqlite3.Connection | None = None
        self._read_only = read_only
        if path is not None:
            with contextlib.suppress(sqlite3.Error, OSError):
                self._database = _opened_to_read(path, key) if read_only else _opened(path, key)

    def get(self, test: str, variant: str, run: int) -> Behaviour | None:
        """Return what a test saw of a variant in a run, None if that is not known."""
        rows = self._execute(
            "SELECT content FROM seen WHERE test = ? AND variant = ? AND run = ?", test, variant, run
        )
        with contextlib.suppress(WireError, ValueError, TypeError, LookupError, msgspec.MsgspecError):
            return _decoded(rows[0][0])
        return None

    def put(self, test: str, variant: str, run: int, behaviour: Behaviour) -> None:
        """Keep what a test saw, unless it is large, holds objects of a worker, or may be an accident."""
        if self._read_only or behaviour.observation.kind in _MAY_BE_AN_ACCIDENT:
            return
        try:
            content = _encoded(behaviour)
        except WireError:
            return
        if content is not None:
            self._execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", test, variant, run, content)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        if self._database is None:
            return []
        try:
            return self._database.execute(statement, parameters).fetchall()
        except sqlite3.Error:  # damaged, no room, or on a file system without locks
            self.close()
            return []


def _opened(path: Path, key: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    database = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=None)
    try:
        # What a crash loses is found out again.
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("BEGIN IMMEDIATE")
        database.execute("CREATE TABLE IF NOT EXISTS made_with (key TEXT)")
        if database.execute("SELECT key FROM made_with").fetchall() != [(key,)]:
            database.execute("DROP TABLE IF EXISTS seen")
            database.execute(
                "CREATE TABLE seen (test, variant, run, content, PRIMARY KEY (test, variant, run))"
            )
            database.execute("DELETE FROM made_with")
            database.execute("INSERT INTO made_with VALUES (?)", (key,))
        database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def _opened_to_read(path: Path, key: str) -> sqlite3.Connection | None:
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
    )
    with contextlib.suppress(sqlite3.Error):
        if database.execute("SELECT key FROM made_with").fetchall() == [(key,)]:
            return database
    database.close()
    return None


def _encoded(behaviour: Behaviour) -> bytes | None:
    """Return a behaviour as it is kept, None if it is too large; `WireError` says what cannot be kept."""
    packer = Packer(_refuse)
    observation = behaviour.observation
    node = packer.pack((observation.kind and observation.kind.value, observation.events, behaviour.compared))
    if packer.nbytes > MOST_BYTES:
        return None
    payload = b"".join(it.tobytes() + bytes(-it.nbytes % ALIGNMENT) for it in packer.arrays)
    content = msgspec.msgpack.encode((node, payload))
    return content if len(content) <= MOST_BYTES else None


def _decoded(content: bytes) -> Behaviour:
    node, payload = msgspec.msgpack.decode(content, type=tuple[Node, bytes])
    kind, events, compared = Unpacker(np.frombuffer(bytearray(payload), np.uint8)).unpack(node)
    return Behaviour(Observation(None if kind is None else _KINDS[kind], events), compared)


def _refuse(value: object) -> NoReturn:
    raise WireError(f"{type(value).__name__} is not kept")
