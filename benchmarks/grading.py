"""Where the time of grading one hand-in goes, and a class of them, beside `otter run` on the same values.

    python benchmarks/grading.py [NAME] [--hand-ins N] [--class-size N] [--no-otter]

Five tables, all of the same run, for a right hand-in of an assignment (`svm` unless named), without optional files:

1. one hand-in in a grader that runs already: wall-clock milliseconds by what they were spent on, each part
   without those nested in it;
2. the grader's own overhead: the first table's total without what the hand-in's own code costs;
3. what one of which a function never returns costs, or ends its process, as a multiple of that;
4. from a cold process to results.json, pinned to one core, as a Gradescope container runs it, beside a cold
   `otter run` of an otter zip that holds the same calls with the same expected values (but neither loops
   nor races, which otter has none of, and no isolation);
5. a class of copies with one process per core: throughput, and how busy it keeps the cores.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.authoring.bundle import bundle
from autograder.classroom.work import prepare
from autograder.course.loading import Course, find_course
from autograder.grading.fixtures import same
from autograder.grading.fixtures.loops import Loops
from autograder.grading.fixtures.memory import Memory
from autograder.grading.fixtures.race import Race
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.model.assignment import Assignment
from autograder.sandbox.process import Sandbox, WorkerProcess
from autograder.sandbox.wire.channel import Channel
from autograder.values.pack import Packer
from autograder.values.unpack import Unpacker

PARTS = ("worker start", "worker end", "code", "transfer", "comparison", "loops", "race", "memory", "rest")
MEASURED = ("loops", "race", "memory")
WHOLE = ("worker start", "worker end", *MEASURED)
BROKEN = {"never returns": "while True: pass", "ends its process": "import os; os._exit(3)"}
LARGEST_LITERAL_BYTES = 20_000
ROOT = Path(__file__).parent.parent


class Stopwatch:
    """Wall-clock seconds by part; a part does not include the parts that are entered within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open = ["rest"]
        self._since = time.perf_counter()

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        if self._open[-1] in WHOLE:  # all that a race does is the race's
            name = self._open[-1]
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def restart(self) -> dict[str, float]:
        """Return what was measured and begin anew."""
        self._turn()
        measured, self.seconds = dict(self.seconds), defaultdict(float)
        return measured


def watch(watch_: Stopwatch) -> None:
    """Have the stopwatch run in the functions that the parts are made of."""

    def wrap(owner: Any, name: str, part: str) -> None:
        original = getattr(owner, name)

        def timed(*args: Any, **named: Any) -> Any:
            with watch_.part(part):
                return original(*args, **named)

        setattr(owner, name, timed)

    wrap(Sandbox, "start", "worker start")
    wrap(WorkerProcess, "kill", "worker end")
    wrap(Channel, "send", "transfer")
    wrap(Packer, "pack", "transfer")
    wrap(Unpacker, "unpack", "transfer")
    wrap(Channel, "receive", "transfer")
    wrap(same, "compare_parts", "comparison")
    for fixture, part in ((Loops, "loops"), (Race, "race"), (Memory, "memory")):
        wrap(fixture, "__call__", part)
    fill = Channel._fill

    def timed_fill(self: Channel[Any, Any], view: memoryview, deadline: float | None) -> None:
        # Until the first bytes of a reply are there, the other side works; the rest is transfer.
        with watch_.part("code" if view.obj is self._prefix else "transfer"):
            fill(self, view, deadline)

    Channel._fill = timed_fill  # type: ignore[method-assign]


def idle_seconds() -> float:
    """Return for how long the cores of this machine have had nothing to do, added up.

    What workers use is in no account of this process: theirs are ended with the process table they are in.
    """
    idle, waiting = Path("/proc/stat").read_text().split()[4:6]
    return (int(idle) + int(waiting)) / os.sysconf("SC_CLK_TCK")


# --- one hand-in ------------------------------------------------------------------------------------------


def one_hand_in(course: Course, name: str, hand_ins: int) -> list[tuple[Any, ...]]:
    """Grade the reference's files again and again; print the parts and return the calls that were made."""
    assignment, solution = course.assignment(name), course.solution(name)
    stopwatch = Stopwatch()
    watch(stopwatch)
    calls: list[tuple[Any, ...]] = []
    found: dict[str, list[float]] = defaultdict(list)
    with Grader(assignment, solution) as grader:

        def note(trial: Trial) -> None:
            calls.extend((call.name, call.args, call.keywords, it.value) for call, it in trial.returned)

        everything = {**grader.reference_files, **solution.optional_reference_files(assignment)}
        first = grader.grade(everything, on_trial=note)
        wrong = [verdict.test for verdict in first.values() if not verdict.passed]
        assert not wrong, f"the reference does not pass {wrong}"
        stopwatch.restart()
        for _ in range(hand_ins):
            grader.grade(grader.reference_files)
            for part, seconds in stopwatch.restart().items():
                found[part].append(seconds)
        broken = {
            how: grading_seconds(grader, broken_by(body, grader, assignment)) for how, body in BROKEN.items()
        }
    parts = Table("part", "median ms", "smallest ms", title=f"1. One hand-in of {name}, {len(first)} tests")
    for part in PARTS:
        if part in found:
            parts.add_row(part, *in_ms(found[part]))
    total = [sum(found[part][n] for part in PARTS if part in found) for n in range(hand_ins)]
    parts.add_row("all", *in_ms(total), style="bold")
    Console().print(parts)
    own = [
        whole - sum(found[part][n] for part in ("code", *MEASURED) if part in found)
        for n, whole in enumerate(total)
    ]
    overhead = Table(
        "", "median ms", "smallest ms", title="2. Overhead beyond what calls, loops and races cost"
    )
    overhead.add_row("grader's own", *in_ms(own), style="bold")
    Console().print(overhead)
    others = Table(
        "a function that", "ms", "right hand-ins", title="3. One hand-in of which a function is broken"
    )
    for how, seconds in broken.items():
        others.add_row(how, f"{seconds * 1e3:.0f}", f"{seconds / statistics.median(total):.1f}")
    Console().print(others)
    return calls


def broken_by(body: str, grader: Grader, assignment: Assignment) -> dict[str, bytes]:
    """Return right files, the first function of which does something else."""
    file, function = assignment.file_names[0], assignment.questions[0].functions[0].partition(".")[2]
    other = f"\n\ndef {function}(*args, **keywords):\n    {body}\n"
    return {**grader.reference_files, file: grader.reference_files[file] + other.encode()}


def grading_seconds(grader: Grader, files: dict[str, bytes], repeats: int = 3) -> float:
    """Return the median of the wall-clock seconds of several times."""
    seconds = []
    for number in range(repeats):
        changed = {name: source + f"\n# {number}\n".encode() for name, source in files.items()}
        start = time.perf_counter()
        grader.grade(changed)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def in_ms(seconds: list[float]) -> tuple[str, str]:
    return f"{statistics.median(seconds) * 1e3:.1f}", f"{min(seconds) * 1e3:.1f}"


def keep_compiled(folder: Path) -> None:
    """Have commands that are started from here keep what Python compiles in a folder, as an installed package has it.

    Where a variable forbids it, as in many containers, every process compiles all packages anew.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    modules = "cli.classes", "classroom.class_session", "classroom.processes", "report.plots"
    imported = ", ".join(f"autograder.{it}" for it in modules)
    subprocess.run([sys.executable, "-c", f"import {imported}"], check=True)


# --- a cold process ---------------------------------------------------------------------------------------


def cold(course: Course, name: str, calls: list[tuple[Any, ...]], with_otter: bool, repeats: int = 5) -> None:
    """Print what one hand-in takes from the start of a process to its end."""
    contenders: dict[str, Callable[[], list[str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        tree = container_tree(course, name, Path(folder) / "autograder")
        command = [sys.executable, "-I", "-m", "autograder", "gradescope", "--root", str(tree)]
        contenders["autograder gradescope"] = lambda: command
        otter = shutil.which("otter", path=str(Path(sys.executable).parent))
        if with_otter and otter:
            archive, hand_in = otter_zip(course.assignment(name), calls, Path(folder) / "otter")
            output = Path(folder) / "otter" / "results"
            output.mkdir()
            contenders["otter run"] = lambda: [
                otter,
                "run",
                "-a",
                str(archive),
                str(hand_in),
                "-o",
                str(output),
            ]
        table = Table(
            "command", "median s", "smallest s", "score", title="4. Cold process to results, one core"
        )
        for label, make in contenders.items():
            seconds = [wall_seconds(make()) for _ in range(repeats)]
            results = tree / "results" if "autograder" in label else Path(folder) / "otter" / "results"
            table.add_row(
                label, f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f}", score_in(results)
            )
        Console().print(table)


def wall_seconds(command: list[str]) -> float:
    pinned = ["taskset", "-c", "0", *command] if shutil.which("taskset") else command
    start = time.perf_counter()
    done = subprocess.run(pinned, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    assert done.returncode == 0, done.stdout + done.stderr
    return seconds


def score_in(results: Path) -> str:
    import json

    written = json.loads((results / "results.json").read_text())
    return f"{written.get('score', sum(test.get('score', 0) for test in written['tests'])):g}"


def container_tree(course: Course, name: str, tree: Path) -> Path:
    """Lay a bundle and a hand-in of the reference out as a Gradescope container has them."""
    assignment, solution = course.assignment(name), course.solution(name)
    archive = bundle(course, name, tree.parent, prepare(course, name).plan)
    for part in ("source", "submission", "results"):
        (tree / part).mkdir(parents=True)
    with zipfile.ZipFile(archive) as content:
        content.extractall(tree / "source")
    for file, source in solution.reference_files(assignment).items():
        (tree / "submission" / file).write_bytes(source)
    for path in [tree, *tree.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return tree


# --- the same values under otter --------------------------------------------------------------------------

OTTER_TEST = """
import numpy as np
from numpy import array, inf, nan
from otter.test_files import test_case

OK_FORMAT = False
name = "values"
points = 1


def same(got, expected):
    if isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for part, wanted in zip(got, expected):
            same(part, wanted)
    else:
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-12)

"""
OTTER_CASE = """
@test_case(points=None, hidden=False)
def test_{number}({function}, env):
    same({function}(*{arguments}, **{named}), {expected})

"""


def otter_zip(assignment: Assignment, calls: list[tuple[Any, ...]], folder: Path) -> tuple[Path, Path]:
    """Write an otter zip that makes the same calls of functions and expects the same values, and the hand-in."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    text = OTTER_TEST
    for number, (function, arguments, named, expected) in enumerate(calls):
        literals = [literal(list(arguments)), literal(named), literal(expected)]
        if "." in function and sum(map(len, literals)) < LARGEST_LITERAL_BYTES:
            name = function.rpartition(".")[2]
            text += OTTER_CASE.format(
                number=number, function=name, arguments=literals[0], named=literals[1], expected=literals[2]
            )
    (tests / "values.py").write_text(text)
    archive = folder / "autograder.zip"
    command = [sys.executable, "-m", "otter", "generate", "-t", str(tests), "-o", str(archive)]
    subprocess.run(command, capture_output=True, check=True, cwd=folder)
    hand_in = folder / assignment.file_names[0]
    hand_in.write_bytes((ROOT / "solutions" / assignment.name / hand_in.name).read_bytes())
    return archive, hand_in


def literal(value: Any) -> str:
    """Return Python source for a value."""
    if isinstance(value, np.ndarray):
        return f"array({value.tolist()!r}, dtype={value.dtype.name!r}).reshape({value.shape!r})"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, tuple):
        return f"({''.join(literal(part) + ', ' for part in value)})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {literal(part)}' for key, part in value.items())}}}"
    return repr(value)


# --- a class ----------------------------------------------------------------------------------------------


def a_class(course: Course, name: str, size: int) -> None:
    """Print the throughput of `autograder grade` on a class of copies of the reference, and its use of the cores."""
    assignment, solution = course.assignment(name), course.solution(name)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(size):
            student = Path(folder) / "hand-ins" / f"student-{number:03}"
            student.mkdir(parents=True)
            for file, source in solution.reference_files(assignment).items():
                # A comment of their own, so that no two are the same and each is graded.
                (student / file).write_bytes(source + f"\n# hand-in {number}\n".encode())
        output = str(Path(folder) / "results")
        command = [
            sys.executable,
            "-m",
            "autograder",
            "grade",
            name,
            str(Path(folder) / "hand-ins"),
            "-o",
            output,
        ]
        idle, start = idle_seconds(), time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=course.root)
        seconds = time.perf_counter() - start
        idle = idle_seconds() - idle
    assert done.returncode == 0, done.stdout + done.stderr
    busy = 1.0 - idle / seconds / (os.cpu_count() or 1)
    columns = (
        "hand-ins",
        "cores",
        "seconds",
        "ms per hand-in",
        "CPU ms per hand-in",
        "cores busy (by anything)",
    )
    table = Table(*columns, title="5. A class, from the command to the report")
    per_cpu = busy * seconds * (os.cpu_count() or 1) / size * 1e3
    figures = (f"{seconds:.1f}", f"{seconds / size * 1e3:.0f}", f"{per_cpu:.0f}", f"{busy:.0%}")
    table.add_row(str(size), str(os.cpu_count()), *figures)
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="svm")
    parser.add_argument("--hand-ins", type=int, default=15, help="in the first two tables")
    parser.add_argument("--class-size", type=int, default=40)
    parser.add_argument("--no-otter", action="store_true")
    options = parser.parse_args()
    course = find_course(ROOT)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    calls = one_hand_in(course, options.name, options.hand_ins)
    cold(course, options.name, calls, not options.no_otter)
    with tempfile.TemporaryDirectory() as folder:
        keep_compiled(Path(folder))
        a_class(course, options.name, options.class_size)


if __name__ == "__main__":
    main()
