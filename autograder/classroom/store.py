"""Keeps what has been graded, so that a class that was stopped or handed in again is not graded anew."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from autograder.classroom.work import StoredResult
from autograder.files.writing import write_atomically
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Verdict

_SUFFIX = ".outcome"


class Store:
    """A folder of outcomes, each under the key of what was graded with what.

    Parameters
    ----------
    folder
        Made when the first outcome is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> StoredResult | None:
        """Return what is kept under `key`; None where there is nothing that can be read."""
        try:
            return StoredResult.from_bytes(self._path(key).read_bytes())
        except (OSError, ValueError, msgspec.MsgspecError):
            return None

    def finished(self, key: str) -> StoredResult | None:
        """Return what is kept under `key`, unless it has to be graded again."""
        outcome = self.get(key)
        done = outcome is not None and outcome.result.finished and not outcome.result.at_fault
        return outcome if done else None

    def put(self, key: str, outcome: StoredResult) -> None:
        """Keep an outcome, without the details of graded tests, which quote their inputs."""
        kept = msgspec.structs.replace(outcome, result=_without_details(outcome.result))
        write_atomically(self._path(key), kept.to_bytes())

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove every outcome whose key is not among `keys`."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if path.name.removesuffix(_SUFFIX) not in keys:
                with suppress(OSError):
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"


def _without_details(result: GradingResult) -> GradingResult:
    questions = tuple(
        msgspec.structs.replace(
            question, verdicts=tuple(_shareable(question, verdict) for verdict in question.verdicts)
        )
        for question in result.questions
    )
    return msgspec.structs.replace(result, questions=questions)


def _shareable(question: QuestionResult, verdict: Verdict) -> Verdict:
    return verdict if verdict.test in question.public else msgspec.structs.replace(verdict, details="")
