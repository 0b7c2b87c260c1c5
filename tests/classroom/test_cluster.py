"""Grading on a real scheduler with real workers, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.classroom.class_session import ClassSession, GradeOptions
from autograder.classroom.cluster import PER_WORKER, ClusterPool, GraderPlugin
from autograder.classroom.grade_class import Graded
from autograder.classroom.work import Work
from autograder.course.loading import Course
from autograder.errors import CourseError, GraderError
from autograder.handin.found import Fate
from tests.classroom.conftest import NAME, RIGHT, SUMMED, write_class
from tests.classroom.test_grade_class import eventually
from tests.commands import only_line, run_command

START_SECONDS = 120


class Cluster:
    """A scheduler and workers on this machine, each a process of its own."""

    def __init__(self, folder: Path, temporary: Path) -> None:
        self._folder = folder
        self._environment = {**os.environ, "TMPDIR": str(temporary)}
        self.address = ""
        self.processes: list[subprocess.Popen[bytes]] = []

    def start_scheduler(self) -> None:
        """Start it on a port that it chooses; another program may take one that was free a moment ago."""
        told = self._folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told), "--no-dashboard"]
        self.scheduler = self._start("scheduler", *options)
        assert eventually(lambda: told.exists() and told.read_text().endswith("}"), START_SECONDS)
        self.address = json.loads(told.read_text())["address"]

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start a process that grades; returns before it is connected."""
        local = str(self._folder / f"worker-{len(self.processes)}")
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", local]
        return self._start("worker", self.address, *options)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).parent / "dask"), *arguments]
        log = (self._folder / f"{arguments[0]}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(command, cwd=self._folder, env=self._environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:  # a worker that still looks for its scheduler does not hurry
                process.kill()
                process.wait(timeout=10)


@pytest.fixture
def cluster(tmp_path: Path, open_folder: Path) -> Iterator[Cluster]:
    (tmp_path / "cluster").mkdir()
    cluster = Cluster(tmp_path / "cluster", open_folder)
    cluster.start_scheduler()
    yield cluster
    cluster.stop()


SLOWLY = b"\nimport time\n_at_once = predict\n\ndef predict(X, w):\n    time.sleep(0.2)\n    return _at_once(X, w)\n"


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    work: Work, cluster: Cluster, tmp_path: Path
) -> None:
    _, victim = cluster.start_worker(), cluster.start_worker()
    members = {
        f"s{number:02}": (RIGHT, SUMMED)[number % 2] + SLOWLY + b"# %d" % number for number in range(8)
    }
    submissions = write_class(tmp_path / "class", members)
    scores, reused = {}, 0
    killed = threading.Event()

    def on_graded(graded: Graded, result: object) -> None:
        nonlocal reused
        scores[graded.found.label] = graded.result.score
        reused += graded.reused
        assert not graded.result.at_fault, graded.result.faults
        if len(scores) == 3:
            os.kill(victim.pid, signal.SIGKILL)  # two or more hand-ins are on their way to it
            killed.set()

    session = ClassSession(work, submissions, tmp_path / "out", GradeOptions())
    with ClusterPool(work, cluster.address) as pool:
        assert eventually(lambda: pool.width == 2 * PER_WORKER, START_SECONDS)
    done = session.grade(ClusterPool(work, cluster.address), on_graded)

    assert killed.is_set() and victim.wait(timeout=10) == -signal.SIGKILL
    assert done.record.counted() == {Fate.GRADED: 8}
    assert reused == 0
    assert {label: score == 10 for label, score in scores.items()} == {
        label: RIGHT in source for label, source in members.items()
    }


def test_a_scheduler_that_goes_away_ends_the_run_with_a_sentence(
    work: Work, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.start_worker()
    members = {f"s{number}": RIGHT + SLOWLY + b"# %d" % number for number in range(6)}
    session = ClassSession(work, write_class(tmp_path / "class", members), tmp_path / "out", GradeOptions())
    with pytest.raises(GraderError, match=r"the scheduler at .* is gone; start it again and run the same"):
        session.grade(
            ClusterPool(work, cluster.address),
            lambda graded, result: os.kill(cluster.scheduler.pid, signal.SIGKILL),
        )
    assert not (tmp_path / "out" / "grades.csv").exists()
    assert list((tmp_path / "out" / "state").iterdir())


def test_the_command_grades_on_a_cluster(
    course: Course, cluster: Cluster, tmp_path: Path, open_folder: Path
) -> None:
    cluster.start_worker()
    submissions = write_class(tmp_path / "class", {"ada": RIGHT, "bob": SUMMED})
    arguments = ["grade", NAME, str(submissions), "-o", str(tmp_path / "out"), "--scheduler", cluster.address]
    done = run_command(*arguments, cwd=course.root, TMPDIR=str(open_folder))
    assert done.returncode == 0, done.stderr
    assert "2 graded" in done.stdout
    assert list(open_folder.iterdir()) and not list(open_folder.glob("autograder-course-*"))


def test_a_scheduler_that_is_not_there_is_said_in_one_sentence(course: Course, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT})
    with socket.socket() as taken:  # nobody listens there, and nobody else can
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        done = run_command(
            "grade", NAME, submissions, "-o", tmp_path, "--scheduler", address, cwd=course.root
        )
    assert done.returncode == 2
    assert f"no scheduler answers at {address}" in only_line(done.stderr)


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "http://127.0.0.1:8786", "10.0.0.5:8786"])
def test_an_address_that_is_none_is_said_in_one_sentence(work: Work, address: str) -> None:
    with pytest.raises(CourseError, match="is no address of a scheduler; write it like"):
        ClusterPool(work, address)


def test_a_worker_gets_all_that_grading_takes_and_closes_it_to_others(work: Work) -> None:
    plugin = GraderPlugin(work)
    plugin.setup(None)
    assert plugin.opened is not None
    there = plugin.opened[0]
    try:
        assert there.hash == work.hash
        assert there.plan == work.plan
        assert there.assignment.folder != work.assignment.folder
        assert there.assignment.folder.parents[1].stat().st_mode & 0o077 == 0
    finally:
        plugin.teardown(None)
    assert not there.assignment.folder.exists()


def test_a_worker_with_another_grader_refuses(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = GraderPlugin(work)
    monkeypatch.setattr("autograder.classroom.cluster.grader_hash", lambda: "another")
    with pytest.raises(GraderError, match="has another version of the grader"):
        plugin.setup(None)


def test_only_one_module_imports_dask() -> None:
    sources = {path.name: path.read_text() for path in Path(autograder.__file__).parent.rglob("*.py")}
    pattern = re.compile(r"^\s*(import|from) (dask|distributed)\b", re.MULTILINE)
    assert [name for name, text in sources.items() if pattern.search(text)] == ["cluster.py"]
