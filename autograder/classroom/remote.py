"""What a worker of a cluster runs: it needs the package and what the task carries, and grades one at a time."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from autograder.classroom.course_archive import Parcel, Unpacked
from autograder.classroom.grade_one import open_grader
from autograder.classroom.processes import grade_watched
from autograder.grading.grader import Grader
from autograder.handin.open_hand_in import Submission

# pytest keeps its state in the process, so that a worker with several threads still grades one at a time.
_lock = threading.Lock()


@dataclass
class _Office:
    """The assignment that this process grades at the moment."""

    parcel: Parcel
    unpacked: Unpacked
    grader: Grader

    def close(self) -> None:
        self.grader.close()
        self.unpacked.remove()


_office: _Office | None = None


def grade_here(parcel: Parcel, submission: Submission) -> bytes:
    """Grade one hand-in and return the outcome as bytes.

    Raises
    ------
    CourseError
        If the assignment cannot be graded on this machine.
    GraderError
        If this machine's grader is another one, or cannot be confined as asked.
    """
    global _office
    with _lock:
        if _office is None or _office.parcel.content != parcel.content:
            _put_away()
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            unpacked = Unpacked(parcel)
            _office = _Office(parcel, unpacked, open_grader(unpacked.work))
        return grade_watched(_office.unpacked.work, _office.grader, submission).to_bytes()


def put_away() -> None:
    """Forget the assignment and remove what was unpacked of it."""
    with _lock:
        _put_away()


def _put_away() -> None:
    global _office
    if _office is not None:
        office, _office = _office, None
        office.close()
