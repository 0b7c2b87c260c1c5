"""Ends workers, their servers, grading processes and graders at random moments, and tells what became of the results.

    python benchmarks/faults.py [NAME] [--course DIR] [--rounds N] [--seed N]

Without a NAME it is the small assignment that `autograder new` makes, with which a round takes a few seconds. Each
round ends one process at a moment of its own.

Two thirds of the rounds grade one right hand-in as a Gradescope container does, under its tier where this
machine gives it to this Python (or to the one that `AUTOGRADER_WORKER_PYTHON` names). While they run,
results.json is read again and again: it has to be valid whenever it is there. Where a worker was ended, the
results must come out as without it, or say that the grader was at fault; where the grader itself was, what
was known is still there, no worker is left, and running it again gives the undisturbed results and removes
the files of the first.

The others grade a small class with two processes and end a worker, one grading process, a fork server or the
command, several of them one after the other in each class, which goes on meanwhile and is begun again where it was
the command. In the end the same command runs undisturbed. Grades, Canvas' table, and every result but for its seconds
must then be the same as those of a class that nothing happened to, byte for byte.

Commands are copies of this program, which has imported what they need: to import it would be most of a round.

Prints a table by what was ended, and exits with 1 where anything in the last columns is not zero. A moment may come
when the run is over or has no such process any more; those rounds are "too late", and judged all the same.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil
from grading import container_tree
from rich.console import Console
from rich.table import Table

import autograder.__main__
import autograder.classroom.container
import autograder.classroom.outputs
import autograder.cli.classes
import autograder.report.plots
from autograder.authoring.new import new_assignment
from autograder.cli import main as main_of_command
from autograder.course.loading import Course, find_course
from autograder.grading.explain.bank import load_bank
from autograder.report.gradescope import GradescopeResults
from autograder.sandbox.isolation import Tier, choose_tier, why_not
from autograder.sandbox.launching import children_of
from autograder.sandbox.orphans import orphans

ROOT = Path(__file__).parent.parent
COLUMNS = (
    "rounds",
    "too late",
    "as if nothing were",
    "said to be our fault",
    "results not valid",
    "different",
    "left",
)
MISTAKES = 2
FAULTS_PER_CLASS = 4
IN_CLASS = ("a worker", "a grading process", "the command", "a fork server")
LONGEST_SECONDS = 120.0
"""No command takes half as long on a busy machine; one that does has hung."""
LOOKS_SECONDS = 0.05
WORKER = "worker/__main__.py"


@dataclass
class Tally:
    """What became of the rounds in which one kind of process was ended."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    problems: list[str] = field(default_factory=list)

    def note(self, column: str, problem: str = "") -> None:
        self.counts[column] += 1
        if problem:
            self.problems.append(problem)

    @property
    def has_failed(self) -> bool:
        return any(self.counts[column] for column in ("results not valid", "different", "left"))


# --- processes --------------------------------------------------------------------------------------------


class Run:
    """One command, watched."""

    def __init__(self, command: list[str], folder: Path, temporary: Path, tier: str | None = None) -> None:
        variables = _environment(temporary) | ({"AUTOGRADER_TIER": tier} if tier else {})
        self.began = time.monotonic()
        self._process = multiprocessing.get_context("fork").Process(
            target=_as_command, args=(command, folder, variables)
        )
        self._process.start()
        self.seen: set[psutil.Process] = set()
        self._looked = 0.0
        self.hung = False

    @property
    def running(self) -> bool:
        """Whether it goes on; one that would do so for ever is ended, and is `hung`."""
        if self._process.is_alive() and time.monotonic() - self.began > LONGEST_SECONDS:
            self.hung = True
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.join()
        return self._process.is_alive()

    @property
    def code(self) -> int:
        """Its exit code, waited for."""
        while self.running:
            pause()
        return self._process.exitcode

    def processes(self, kind: str) -> list[psutil.Process]:
        """Return the command itself, its grading processes, the workers, or the servers that fork them."""
        if kind == "the command":
            return [psutil.Process(self._process.pid)]
        return [it for it in self.note_processes() if _kind(it) == kind]

    def note_processes(self) -> list[psutil.Process]:
        """Return all that the command has started and that is running, and remember it."""
        below: list[psutil.Process] = []
        waiting = [self._process.pid]
        while waiting:
            # psutil would look for children among all processes of the machine, which takes a core to itself.
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                children = children_of(waiting.pop())
                waiting += children
                below += [psutil.Process(pid) for pid in children]
        self.seen.update(below)
        return below

    def look(self) -> None:
        """Note them every now and then, and leave the cores to what is watched."""
        if time.monotonic() - self._looked > LOOKS_SECONDS:
            self.note_processes()
            self._looked = time.monotonic()

    def left(self, seconds: float = LONGEST_SECONDS) -> list[psutil.Process]:
        """Return what stays when the command is over.

        A grading process that was just starting finds its pipe closed once it has imported what it needs, which
        takes many seconds where other work keeps the cores busy.
        """
        _, alive = psutil.wait_procs([it for it in self.seen if it.is_running()], timeout=seconds)
        alive += [psutil.Process(it) for it in orphans() if it not in {known.pid for known in alive}]
        return [it for it in alive if it.status() != psutil.STATUS_ZOMBIE]


def _as_command(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    """Be the command `autograder`, in a copy of this process."""
    os.setsid()
    atexit._clear()  # what this process was copied from has to do at its own end
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123
        for stream in range(3):
            os.dup2(nothing.fileno(), stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    tempfile.tempdir = None
    # Processes that it starts find the command as their main module, not this program.
    sys.modules["__main__"] = autograder.__main__
    sys.argv = ["autograder", *command]
    try:
        main_of_command()
    finally:
        atexit._run_exitfuncs()


def _environment(temporary: Path) -> dict[str, str]:
    """Return the variables of a command; servers and grading processes, new Pythons, keep what they compile."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"TMPDIR": str(temporary)}


def _kind(process: psutil.Process) -> str:
    try:
        words = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""
    if any(word.endswith(WORKER) for word in words) and not words[0].endswith("bwrap"):
        return "a worker" if _is_forked(process, words) else "a fork server"
    return "a grading process" if any("spawn_main" in word for word in words) else ""


def _is_forked(process: psutil.Process, words: list[str]) -> bool:
    """Return whether a worker, or what it comes from, is a copy of a server, whose command line it still has."""
    try:
        parents = [it.cmdline() for it in process.parents()]
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return True
    return words in parents or not any(word.startswith("forks:") for word in words)


def end_one(run: Run, kind: str, at: float, chance: random.Random) -> bool:
    """Wait until `at` seconds after the run's beginning and end one process of a kind; return whether there was one."""
    while run.running and time.monotonic() - run.began < at:
        run.look()
        pause()
    while run.running:
        if found := run.processes(kind):
            victim = chance.choice(found)
            try:
                os.kill(victim.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return True
        pause()
    return False


def files_left(temporary: Path) -> list[str]:
    """Return what is left of the files of ended commands, locks of worker users apart, which are kept."""
    return sorted(path.name for path in temporary.iterdir() if path.name != "autograder-users")


def pause() -> None:
    """Leave the cores to what is watched."""
    time.sleep(0.003)


# --- one hand-in as in a container ------------------------------------------------------------------------


def in_container(
    course: Course, name: str, folder: Path, temporary: Path, rounds: int, chance: random.Random, tier: Tier
) -> Iterator[tuple[str, Tally]]:
    """Grade one hand-in again and again, and yield what was ended and what came of it."""
    tree = container_tree(course, name, folder / "autograder")
    path = tree / "results" / "results.json"
    command = ["gradescope", "--root", str(tree)]

    def start() -> Run:
        return Run(command, folder, temporary, tier)

    _watched(start(), path)  # compiles what is imported
    began = time.monotonic()
    undisturbed, _ = _watched(start(), path)
    seconds = time.monotonic() - began
    assert undisturbed is not None
    assert not undisturbed["extra_data"]["faults"], undisturbed
    for number in range(rounds):
        kind = ("a worker", "the command", "a fork server", "the command")[number % 4]
        tally = Tally()
        path.unlink(missing_ok=True)
        run = start()
        found = end_one(run, kind, chance.uniform(0, seconds), chance)
        results, problems = _watched(run, path)
        tally.note("rounds")
        if not found:
            tally.note("too late")
        if run.hung:
            tally.note("different", f"{kind} ended, and the command never did")
        for problem in problems:
            tally.note("results not valid", problem)
        for process in run.left():
            tally.note("left", f"{process.pid} {kind}")
        if kind == "the command" and found:
            if (
                results is not None
                and results["extra_data"]["finished"]
                and settled(results) != settled(undisturbed)
            ):
                tally.note("different", "the results of a grader that was ended say that it had finished")
            results, _ = _watched(start(), path)
        for file in files_left(temporary):
            tally.note("left", f"{file} {kind}")
        if results is None:
            tally.note("results not valid", "there are no results")
        elif settled(results) == settled(undisturbed):
            tally.note("as if nothing were")
        elif results["extra_data"]["faults"]:
            tally.note("said to be our fault")
        else:
            tally.note("different", json.dumps(results)[:2000])
        yield f"one hand-in, {kind}", tally


def _watched(run: Run, path: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Wait for the end of a run; return the results that it leaves, and what was ever wrong with them."""
    problems: list[str] = []
    results: dict[str, Any] | None = None
    before: bytes | None = None
    while True:
        running = run.running
        run.look()
        try:
            content = path.read_bytes()
            if content != before:
                before = content
                msgspec.json.decode(content, type=GradescopeResults)
                results = json.loads(content)
        except FileNotFoundError:
            results = before = None
        except (ValueError, msgspec.ValidationError) as error:
            results = None
            problems.append(str(error))
        if not running:
            return results, problems
        pause()


def settled(results: dict[str, Any]) -> dict[str, Any]:
    """Return results without what differs from run to run: seconds."""
    extra = {key: value for key, value in results["extra_data"].items() if key != "seconds"}
    kept = {key: value for key, value in results.items() if key != "execution_time"}
    return {**kept, "extra_data": extra}


# --- a class ----------------------------------------------------------------------------------------------


def in_class(
    course: Course, name: str, folder: Path, temporary: Path, rounds: int, chance: random.Random
) -> Iterator[tuple[str, Tally]]:
    """Grade a class again and again, disturbed and resumed several times, and yield what was ended, what came of it."""
    hand_ins = write_class(course, name, folder / "hand-ins")

    def start(out: Path) -> Run:
        return Run(["grade", name, str(hand_ins), "-o", str(out), "-j", "2"], course.root, temporary)

    assert start(folder / "first").code == 0  # compiles what is imported
    began = time.monotonic()
    assert start(folder / "undisturbed").code == 0
    seconds = time.monotonic() - began
    undisturbed = outputs(folder / "undisturbed")
    differing = _differing(outputs(folder / "first"), undisturbed)
    assert not differing, f"two undisturbed runs differ: {differing}"
    for first in range(0, rounds, FAULTS_PER_CLASS):
        out = folder / f"round-{first}"
        faults: list[tuple[str, Tally]] = []
        run = start(out)
        numbers = range(first, min(first + FAULTS_PER_CLASS, rounds))
        for number in numbers:
            kind = (
                IN_CLASS[first // FAULTS_PER_CLASS % len(IN_CLASS)]
                if number == first
                else chance.choice(IN_CLASS)
            )
            if not run.running:
                run = start(out)
            tally = Tally()
            faults.append((kind, tally))
            tally.note("rounds")
            passed = time.monotonic() - run.began
            if not end_one(run, kind, chance.uniform(passed, max(passed, seconds)), chance):
                tally.note("too late")
            if kind == "the command" or number == numbers[-1]:
                _wait_for_end(run, kind, tally)
        again = start(out).code
        left, found = files_left(temporary), outputs(out)
        differing = _differing(undisturbed, found)
        for kind, tally in faults:
            for file in left:
                tally.note("left", f"{file} {kind}")
            if again == 0 and not differing:
                tally.note("as if nothing were")
            elif again == 1:
                tally.note("said to be our fault")
            else:
                tally.note("different", f"{kind} ended, then exit code {again}: {differing}")
            yield f"a class, {kind}", tally
        shutil.rmtree(out, ignore_errors=True)


def _wait_for_end(run: Run, kind: str, tally: Tally) -> None:
    """Wait for the end of a run, and note what is left of it."""
    while run.running:
        run.look()
        pause()
    if run.hung:
        tally.note("different", f"{kind} ended, and the command never did")
    for process in run.left():
        tally.note("left", f"{process.pid} {kind}")


def _differing(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    names = sorted(before.keys() | after.keys())
    both = {name: (before.get(name), after.get(name)) for name in names}
    return "\n".join(f"{name}:\n{was!r}\n{now!r}" for name, (was, now) in both.items() if was != now)


def small_course(root: Path, name: str) -> Course:
    """Make a course of one small assignment."""
    for half in ("assignments", "solutions"):
        (root / half).mkdir(parents=True)
    new_assignment(root, name)
    return find_course(root)


def write_class(course: Course, name: str, folder: Path) -> Path:
    """Write right work, an untouched stub, a file that does not parse, and known mistakes."""
    assignment, solution = course.assignment(name), course.solution(name)
    reference = dict(solution.reference_files(assignment))
    bank = load_bank(assignment, solution)
    stub = {file.name: file.source.read_bytes() for file in assignment.files}
    first = assignment.file_names[0]
    members = {"right": reference, "stub": stub, "no-python": {**reference, first: b"def f(:\n"}}
    for variant in bank.variants[:MISTAKES]:
        members[variant.name.replace("/", "-")] = dict(variant.files)
    for label, files in members.items():
        for file, source in files.items():
            path = folder / label / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source)
    return folder


def outputs(folder: Path) -> dict[str, bytes]:
    """Return the tables and results of a class by file name, results without their seconds."""
    found = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    for path in folder.glob("results/*.json"):
        found[path.name] = json.dumps(settled(json.loads(path.read_bytes()))).encode()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", help="of an assignment; a small one that is made for it otherwise")
    parser.add_argument("--course", type=Path, default=ROOT)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tier = Tier.USER if not why_not(Tier.USER) else choose_tier()
    chance, began = random.Random(options.seed), time.monotonic()
    tallies: dict[str, Tally] = defaultdict(Tally)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o711)  # workers of other users have their folders in there
        name = options.name or "small"
        course = find_course(options.course) if options.name else small_course(folder / "course", name)
        temporary = folder / "temporary"
        temporary.mkdir()
        temporary.chmod(0o1777)
        of_classes = options.rounds // 3
        for rounds in (
            in_container(course, name, folder, temporary, options.rounds - of_classes, chance, tier),
            in_class(course, name, folder, temporary, of_classes, chance),
        ):
            for kind, tally in rounds:
                for column, count in tally.counts.items():
                    tallies[kind].counts[column] += count
                tallies[kind].problems += tally.problems
    table = Table(
        "what was ended",
        *COLUMNS,
        title=f"{options.rounds} rounds of {name} in {time.monotonic() - began:.0f} s, seed {options.seed}; "
        f"one hand-in under tier {tier}",
    )
    for kind, tally in tallies.items():
        table.add_row(kind, *(str(tally.counts[column]) for column in COLUMNS))
    console = Console(width=130)
    console.print(table)
    for kind, tally in tallies.items():
        for problem in tally.problems:
            console.print(f"{kind}: {problem}", markup=False)
    sys.exit(any(tally.has_failed for tally in tallies.values()))


if __name__ == "__main__":
    main()
