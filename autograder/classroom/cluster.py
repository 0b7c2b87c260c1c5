"""Grades a class on a cluster of `dask.distributed`; the only module that imports it."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from concurrent.futures import CancelledError, Future
from typing import Any

from autograder.classroom.course_archive import pack
from autograder.classroom.remote import grade_here, put_away
from autograder.classroom.work import StoredResult, Work
from autograder.errors import CourseError, GraderError
from autograder.handin.open_hand_in import Submission

CONNECT_SECONDS = 10
WAIT_FOR_WORKERS_SECONDS = 30
COUNT_AGAIN_SECONDS = 2.0
PER_WORKER = 2
"""Hand-ins under way for each worker: one that is graded, and one that is there when it is done."""

_ADDRESS = re.compile(r"(tcp|tls)://([\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")


class ClusterPool:
    """The workers of a scheduler, as a pool to grade with.

    A worker that dies loses nothing: the scheduler gives its hand-ins to others. Only a hand-in that
    has ended several workers is given up.

    Parameters
    ----------
    address
        Of the scheduler, such as `tcp://10.0.0.5:8786`.

    Raises
    ------
    CourseError
        If `distributed` is not installed, or no scheduler with workers answers there.
    """

    def __init__(self, work: Work, address: str) -> None:
        self._address = address
        self._parcel = pack(work)
        self._client = _connected(address)
        self._executor = self._client.get_executor(pure=False)
        self._workers, self._counted = 0, 0.0

    @property
    def width(self) -> int:
        """How many hand-ins to have under way at once; workers may come and go."""
        if time.monotonic() - self._counted > COUNT_AGAIN_SECONDS:
            self._require_scheduler()
            try:
                self._workers = len(self._client.nthreads())
            except (OSError, CancelledError, RuntimeError) as error:
                raise self._gone() from error
            self._counted = time.monotonic()
        return PER_WORKER * max(1, self._workers)

    def submit(self, submission: Submission) -> Future[StoredResult]:
        """Have a hand-in graded."""
        self._require_scheduler()
        done: Future[StoredResult] = Future()
        future = self._executor.submit(grade_here, self._parcel, submission)
        future.add_done_callback(lambda finished: _pass_on(finished, done))
        return done

    def renew(self) -> None:
        """Nothing: a cluster replaces its own workers."""

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        with contextlib.suppress(Exception):  # whatever is gone by now need not be put away
            self._executor.shutdown(wait=kind is None)
            if kind is None:
                self._client.run(put_away)
        self._client.close()

    def _require_scheduler(self) -> None:
        if self._client.status != "running":
            raise self._gone()

    def _gone(self) -> GraderError:
        return GraderError(
            f"the scheduler at {self._address} is gone; start it again and run the same command to continue"
        )


def _connected(address: str) -> Any:
    if not _ADDRESS.fullmatch(address):
        raise CourseError(f"{address!r} is no address of a scheduler; write it like tcp://10.0.0.5:8786.")
    try:
        import distributed
    except ImportError as error:
        raise CourseError(
            "dask.distributed, which --scheduler needs, is not installed; install the extra 'scale'."
        ) from error
    try:
        # What it would log is said in one sentence, here or where the pool is used.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        make: Any = distributed.Client  # without types
        client = make(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise CourseError(
            f"no scheduler answers at {address} ({type(error).__name__}); start one with `dask scheduler`, "
            "and workers with `dask worker ADDRESS --nthreads 1`."
        ) from error
    try:
        client.wait_for_workers(1, timeout=WAIT_FOR_WORKERS_SECONDS)
    except TimeoutError as error:
        client.close()
        raise CourseError(
            f"the scheduler at {address} has no worker; start some with `dask worker {address} --nthreads 1`."
        ) from error
    return client


def _pass_on(finished: Future[bytes], done: Future[StoredResult]) -> None:
    """Settle `done` with what came from a worker."""
    try:
        done.set_result(StoredResult.from_bytes(finished.result()))
    except CancelledError:
        done.set_exception(GraderError("the cluster lost this hand-in; run the same command to continue"))
    except Exception as error:
        lost = type(error).__name__ == "KilledWorker"
        done.set_exception(
            GraderError("several workers ended unexpectedly while they graded this hand-in")
            if lost
            else error
        )
