"""Grades a class on a cluster of `dask.distributed`; the only module that imports it."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import uuid
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import distributed

from autograder.classroom.grade_one import open_grader
from autograder.classroom.identity import grader_hash
from autograder.classroom.processes import grade_watched
from autograder.classroom.work import StoredResult, Work
from autograder.course.loading import Course
from autograder.errors import CourseError, GraderError
from autograder.files.archive import collect
from autograder.files.private_folder import PrivateFolder
from autograder.grading.grader import Grader
from autograder.handin.open_hand_in import Submission

CONNECT_SECONDS = 10
WAIT_FOR_WORKERS_SECONDS = 30
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
        If no scheduler with workers answers there, or they cannot grade the assignment.
    GraderError
        If a worker's grader is another one, or cannot be confined as asked.
    """

    def __init__(self, work: Work, address: str) -> None:
        self._address = address
        self._plugin = GraderPlugin(work)
        self._client = _connected(address)
        self._executor = self._client.get_executor(pure=False)
        try:
            self._client.register_plugin(self._plugin)
        except BaseException as error:
            self.__exit__(type(error))
            raise

    @property
    def width(self) -> int:
        """How many hand-ins to have under way at once; workers may come and go."""
        self._require_scheduler()
        try:
            return PER_WORKER * max(1, len(self._client.nthreads()))
        except (OSError, CancelledError, RuntimeError) as error:
            raise self._gone() from error

    def submit(self, submission: Submission) -> Future[StoredResult]:
        """Have a hand-in graded."""
        self._require_scheduler()
        future: Future[StoredResult] = self._executor.submit(_grade, self._plugin.name, submission)
        return future

    def renew(self) -> None:
        """Do nothing: a cluster replaces its own workers."""

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        with contextlib.suppress(Exception):  # whatever is gone by now needs no clearing up
            self._require_scheduler()
            self._executor.shutdown(wait=kind is None)
            self._client.unregister_worker_plugin(self._plugin.name)
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
        # Its failures are reported in one sentence, here or where the pool is used.
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


# --- inside a worker ----------------------------------------------------------------------------------

# pytest keeps its state in the process, so that a worker with several threads still grades one at a time.
_lock = threading.Lock()


class GraderPlugin(distributed.WorkerPlugin):
    """Makes every worker a grader of one assignment, those that come later included.

    Parameters
    ----------
    work
        What to grade with; all of it that grading takes is sent to the workers.

    Attributes
    ----------
    opened
        What a worker grades with; None until `setup` has succeeded.

    Raises
    ------
    CourseError
        If a file of the assignment is a link or cannot be read.
    """

    def __init__(self, work: Work) -> None:
        self.name = f"autograder-{uuid.uuid4()}"
        assignment, solution = work.assignment, work.solution
        public = collect(assignment.folder)
        public |= {file.name: file.stub() for file in assignment.every_file}
        secret = collect(solution.folder) | solution.reference_files(assignment)
        self._files = {f"assignments/{assignment.name}/{path}": public[path] for path in public}
        self._files |= {f"solutions/{assignment.name}/{path}": secret[path] for path in secret}
        self._assignment, self._plan, self._tier = assignment.name, work.plan, work.tier
        self._hashes = work.hash, grader_hash()
        self.opened: tuple[Work, Grader] | None = None

    def setup(self, worker: distributed.Worker) -> None:
        """Unpack the assignment and open its grader."""
        with contextlib.ExitStack() as stack:
            # Made for its owner alone: the solutions are in there.
            work = self._unpacked(stack.enter_context(PrivateFolder("course")))
            self.opened = work, stack.enter_context(open_grader(work))
            self._closing = stack.pop_all()

    def teardown(self, worker: distributed.Worker) -> None:
        """Forget the assignment; nobody waits for a hand-in that is still under way."""
        if self.opened is not None:
            self._closing.close()

    def grade(self, submission: Submission) -> StoredResult:
        """Grade one hand-in."""
        if self.opened is None:
            self.setup(distributed.get_worker())  # says why it failed when this worker came
        assert self.opened is not None
        with _lock:
            return grade_watched(*self.opened, submission)

    def _unpacked(self, folder: Path) -> Work:
        hash, grader = self._hashes
        if grader != grader_hash():  # which could come to other points
            raise GraderError(
                "a worker has another version of the grader or of NumPy than this machine; "
                "install the same wheel and packages on both."
            )
        for name, content in self._files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        course, name = Course(folder), self._assignment
        work = Work(course.assignment(name), course.solution(name), self._plan, self._tier)
        if work.hash != hash:
            raise CourseError(f"{name} did not arrive as it was sent; start grading again.")
        return work


def _grade(plugin: str, submission: Submission) -> StoredResult:
    grader: Any = distributed.get_worker().plugins[plugin]
    result: StoredResult = grader.grade(submission)
    return result
