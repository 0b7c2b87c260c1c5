"""Keeps results, so that a class that was stopped or handed in again is not graded anew."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from autograder.classroom.work import StoredResult
from autograder.files.writing import write_atomically
from autograder.model.exact import decoded
from autograder.model.result import GradingResult

_SUFFIX = ".outcome"


class _Result(msgspec.Struct):
    """The result alone: all else that is kept takes as long again to read."""

    result: GradingResult


class _Sources(msgspec.Struct):
    """The sources alone."""

    sources: dict[str, str] = {}


_Kept = TypeVar("_Kept", StoredResult, _Result, _Sources)


class Store:
    """A folder of results, each under a key of what was graded and with what.

    Parameters
    ----------
    folder
        Made when the first result is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> StoredResult | None:
        """Return the result under `key`; None if there is none that can be read."""
        return self._read(key, StoredResult)

    def result(self, key: str) -> GradingResult | None:
        """Return what `get` does, without what is kept of the code."""
        kept = self._read(key, _Result)
        return None if kept is None else kept.result

    def sources(self, key: str) -> dict[str, str]:
        """Return the files of the hand-in under `key` as text, by name; none if they cannot be read."""
        kept = self._read(key, _Sources)
        return {} if kept is None else kept.sources

    def finished(self, key: str) -> StoredResult | None:
        """Return the result under `key`; None if it has to be graded again."""
        outcome = self.get(key)
        done = outcome is not None and outcome.result.finished and not outcome.result.at_fault
        return outcome if done else None

    def put(self, key: str, outcome: StoredResult) -> None:
        """Keep a result, without the details of graded tests, which quote their inputs."""
        kept = msgspec.structs.replace(outcome, result=_without_details(outcome.result))
        write_atomically(self._path(key), msgspec.msgpack.encode(kept, enc_hook=str), durable=False)

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove every result whose key is not among `keys`."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if path.name.removesuffix(_SUFFIX) not in keys:
                with suppress(OSError):
                    path.unlink()

    def _read(self, key: str, kind: type[_Kept]) -> _Kept | None:
        try:
            return msgspec.msgpack.decode(self._path(key).read_bytes(), type=kind, dec_hook=decoded)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"


def _without_details(result: GradingResult) -> GradingResult:
    questions = []
    for question in result.questions:
        verdicts = (
            it if it.test in question.public else msgspec.structs.replace(it, details="")
            for it in question.verdicts
        )
        questions.append(msgspec.structs.replace(question, verdicts=tuple(verdicts)))
    return msgspec.structs.replace(result, questions=tuple(questions))
