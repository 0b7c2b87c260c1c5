"""Hand-ins per minute for a mixed class, by processes and on a cluster, beside `otter run` on a sample of it.

    python benchmarks/classroom.py [NAME] [--class-size N] [--otter-sample N]

The class holds right work, known mistakes, untouched stubs, files that do not parse, code that ends its process
and functions that never return. Packages are compiled before the clock starts, as they are where they are installed.
All figures are of one run:

1. throughput with 1 and with 2 processes and with two workers of a dask cluster on this machine, each into a
   fresh folder, with the peak memory of the command itself; then the same command once more, which grades nothing;
2. the peak memory of the command for a tenth of the class and for all of it;
3. a sample of the class through plain `otter run`, one process for each hand-in as otter has it, on an otter zip
   that makes the same calls of functions and expects the same values: without loops, races and isolation. What
   does not end there within `--otter-seconds` is stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading import keep_compiled, otter_zip
from rich.console import Console
from rich.table import Table

from autograder.classroom.work import prepare
from autograder.course.loading import Course, find_course
from autograder.grading.explain.bank import load_bank
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent
# Of every twenty hand-ins; the rest have one known mistake each.
RIGHT, STUB, BROKEN, ENDS_PROCESS, ENDLESS = 8, 1, 1, 1, 1


@dataclass(frozen=True)
class Run:
    """One grading of a class: wall-clock seconds, and the peak memory of the command in megabytes."""

    seconds: float
    megabytes: float
    output: str


# --- the class --------------------------------------------------------------------------------------------


def make_class(course: Course, name: str, size: int, folder: Path) -> Counter[str]:
    """Write a class of `size` and return how many there are of each kind."""
    assignment, solution = course.assignment(name), course.solution(name)
    bank = load_bank(assignment, solution)
    right = solution.reference_files(assignment)
    stub = {file.name: file.source.read_bytes() for file in assignment.files}
    first = assignment.file_names[0]
    function = assignment.questions[0].functions[0].partition(".")[2]
    body = f"\n\ndef {function}(*args, **keywords):\n    ".encode()
    variants = [variant for variant in bank.variants if not variant.mistake.accepted]
    kinds = Counter[str]()
    for number in range(size):
        place = number % 20
        bounds = [RIGHT, STUB, BROKEN, ENDS_PROCESS, ENDLESS]
        kind, files = "known mistake", dict(variants[number % len(variants)].files)
        if place < bounds[0]:
            kind, files = "right", right
        elif place < sum(bounds[:2]):
            kind, files = "untouched stub", stub
        elif place < sum(bounds[:3]):
            kind, files = "does not parse", {**right, first: right[first] + b"\nreturn (1,\n"}
        elif place < sum(bounds[:4]):
            kind, files = (
                "ends its process",
                {**right, first: right[first] + body + b"import os; os._exit(3)\n"},
            )
        elif place < sum(bounds[:5]):
            kind, files = (
                "never returns",
                {**right, first: right[first] + body + b"while True:\n        pass\n"},
            )
        kinds[kind] += 1
        for file, source in files.items():
            path = folder / f"s{number:04}-{kind.replace(' ', '-')}" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            # A comment of their own, so that each is graded.
            path.write_bytes(source + f"\n# hand-in {number}\n".encode())
    return kinds


def first_of(class_: Path, count: int, folder: Path) -> Path:
    """Copy the first hand-ins of a class."""
    for hand_in in sorted(class_.iterdir())[:count]:
        shutil.copytree(hand_in, folder / hand_in.name)
    return folder


# --- grading ----------------------------------------------------------------------------------------------


def grade(course: Course, name: str, class_: Path, output: Path, *options: str) -> Run:
    """Run the command as an instructor would."""
    command = [sys.executable, "-m", "autograder", "grade", name, str(class_), "-o", str(output), *options]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = 0.0
    while process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            peak = max(peak, int(found[1]) / 1000 if found else 0.0)
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    printed = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, printed
    return Run(seconds, peak, printed)


@contextlib.contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Run a scheduler and some workers on this machine; give the scheduler's address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    start = [
        [str(SCRIPTS / "dask"), "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    ]
    start += [
        [str(SCRIPTS / "dask"), "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    ] * workers
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in start:
            processes.append(
                subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            time.sleep(5.0)  # each is there before the next one, and all before the clock starts
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()  # it says goodbye to nobody, and what it started ends with it
                process.wait()


def throughput(course: Course, name: str, class_: Path, folder: Path) -> None:
    size = len(list(class_.iterdir()))
    table = Table(
        "how",
        "seconds",
        "hand-ins a minute",
        "command's peak MB",
        title=f"1. A class of {size}, from command to report",
    )

    def add(how: str, run: Run) -> None:
        table.add_row(how, f"{run.seconds:.0f}", f"{60 * size / run.seconds:.0f}", f"{run.megabytes:.0f}")

    for jobs in (1, 2):
        add(
            f"{jobs} process{'es' * (jobs > 1)}",
            grade(course, name, class_, folder / f"jobs-{jobs}", "-j", str(jobs)),
        )
    with cluster(folder, 2) as address:
        add("dask, 2 workers", grade(course, name, class_, folder / "dask", "--scheduler", address))
    add("once more, nothing new", grade(course, name, class_, folder / "jobs-2", "-j", "2"))
    Console().print(table)
    scores = {how: (folder / how / "grades.csv").read_text() for how in ("jobs-1", "jobs-2", "dask")}
    print("the same grades everywhere:", "yes" if len(set(scores.values())) == 1 else "NO")
    for rows in itertools.zip_longest(*(text.splitlines() for text in scores.values()), fillvalue="no row"):
        if len(set(rows)) > 1:
            for how, row in zip(scores, rows, strict=True):
                print(f"  {how}: {row}")


def memory(course: Course, name: str, class_: Path, folder: Path) -> None:
    size = len(list(class_.iterdir()))
    tenth = first_of(class_, max(2, size // 10), folder / "tenth")
    table = Table("hand-ins", "command's peak MB", title="2. Memory of the command, 2 processes")
    for label, members in (("tenth", tenth), ("all", class_)):
        run = grade(course, name, members, folder / f"memory-{label}", "-j", "2")
        table.add_row(str(len(list(members.iterdir()))), f"{run.megabytes:.0f}")
    Console().print(table)


# --- otter ------------------------------------------------------------------------------------------------


def calls_of(course: Course, name: str) -> list[tuple[Any, ...]]:
    """Return every call that the tests make of the reference, with its value."""
    assignment, solution = course.assignment(name), course.solution(name)
    calls: list[tuple[Any, ...]] = []

    def note(trial: Trial) -> None:
        calls.extend((call.name, call.args, call.keywords, it.value) for call, it in trial.returned)

    with Grader(assignment, solution) as grader:
        grader.grade(solution.reference_files(assignment), on_trial=note)
    return calls


def by_otter(course: Course, name: str, class_: Path, folder: Path, sample: int, limit: float) -> None:
    members = sorted(class_.iterdir())
    chosen = members[:: max(1, len(members) // sample)][:sample]
    archive, _ = otter_zip(course.assignment(name), calls_of(course, name), folder / "otter")
    output = folder / "otter-results"
    output.mkdir()
    ended = Counter[str]()
    start = time.perf_counter()
    for hand_in in chosen:
        file = hand_in / course.assignment(name).file_names[0]
        (output / "results.json").unlink(missing_ok=True)
        command = [str(SCRIPTS / "otter"), "run", "-a", str(archive), "-o", str(output), str(file)]
        if not ends_in_time(command, output, limit):
            ended[f"stopped after {limit:g} s"] += 1
            continue
        ended[_written(output / "results.json")] += 1
    seconds = time.perf_counter() - start
    table = Table(
        "hand-ins",
        "seconds",
        "hand-ins a minute",
        "how they ended",
        title="3. A sample by `otter run`, one at a time",
    )
    how = ", ".join(f"{count} {end}" for end, count in ended.most_common())
    table.add_row(str(len(chosen)), f"{seconds:.0f}", f"{60 * len(chosen) / seconds:.0f}", how)
    Console().print(table)


def ends_in_time(command: list[str], folder: Path, limit: float) -> bool:
    """Run a command, with everything it starts ended after `limit` seconds, and return whether it ended by itself."""
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the kernel that runs the hand-in is a child of it
        process.wait()
        return False
    return True


def _written(path: Path) -> str:
    try:
        json.loads(path.read_text())
    except (OSError, ValueError):
        return "without a result"
    return "with a result"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="svm")
    parser.add_argument("--class-size", type=int, default=200)
    parser.add_argument("--otter-sample", type=int, default=20, help="hand-ins; 0 for none")
    parser.add_argument("--otter-seconds", type=float, default=60.0)
    options = parser.parse_args()
    course = find_course(ROOT)
    prepare(course, options.name)  # whatever is wrong with the assignment shows here
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        kinds = make_class(course, options.name, options.class_size, folder / "class")
        print("the class:", ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
        keep_compiled(folder / "compiled")
        throughput(course, options.name, folder / "class", folder)
        memory(course, options.name, folder / "class", folder)
        if options.otter_sample:
            by_otter(
                course, options.name, folder / "class", folder, options.otter_sample, options.otter_seconds
            )
    print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
