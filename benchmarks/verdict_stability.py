"""Whether verdicts on speed and loops flake: honest and looping versions, judged hundreds of times on a bad day.

    python benchmarks/verdict_stability.py [--quick] [--verdicts N] [--conditions idle loaded quota]

Five vectorized questions are judged by the fixtures `race` and `loops`, in real workers, on honest versions (as
slow as 8.5 times the reference) and on looping ones (from 27 times), under each condition:

idle     nothing else runs, as far as this machine allows: its load is printed beside
loaded   both cores are kept busy by two processes each, one of Python and one of matrix products
quota    this process, its workers and nothing else share half a core: by a cgroup where they may be made,
         else by stopping all of them for half of every 50 ms; the title says which

A verdict is wrong where an honest version loses any credit or a looping one keeps any. Seconds are wall clock,
for one verdict in workers that run already. Fresh workers are started every few verdicts, because where a
process happens to lie in memory is a part of the noise.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import signal
import sys
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.grading.fixtures.loops import Loops
from autograder.grading.fixtures.race import Race
from autograder.grading.trial import NotPassed, Subject, Trial
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox

SOLUTIONS = Path(__file__).parent.parent / "solutions"
CONDITIONS = ("idle", "loaded", "quota")
WANTED_SECONDS = 0.2
VERDICTS_PER_PAIR = 25
"""So many verdicts are made with the same two workers."""
QUOTA_CORES = 0.5
CGROUP = Path("/sys/fs/cgroup/cpu/autograder-verdicts")
DUTY_SECONDS = 0.05


# --- the questions and their versions ---------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A vectorized question: what is called, on which arguments, and versions of it.

    `honest` and `looping` map a version's name to source that goes below the reference's own file.
    """

    name: str
    file: Path
    target: Any
    race_inputs: Callable[[np.random.Generator], tuple[Any, ...]]
    loop_inputs: Callable[[int, np.random.Generator], tuple[Any, ...]]
    honest: dict[str, str]
    looping: dict[str, str]


def lasting(name: str, times: float) -> str:
    """Return a version that uses so many times the CPU time of its own first, cold call.

    Repeating the work so many times would use less: after the first time, caches and memory are warm.
    """
    return f"""
        def lasting(function, times):
            from time import process_time
            def repeated(*args, **named):
                start = process_time()
                result = function(*args, **named)
                once = process_time() - start
                half = 0.0
                while process_time() - start + half < times * once:
                    before = process_time()
                    function(*args, **named)
                    half = (process_time() - before) / 2
                return result
            return repeated

        {name} = lasting({name}, {times})
    """


def linear_problem(examples: int, features: int, classes: int) -> Callable[..., tuple[Any, ...]]:
    def inputs(rng: np.random.Generator, n: int = examples) -> tuple[Any, ...]:
        W = rng.normal(scale=0.5, size=(features, classes))
        return W, rng.normal(size=(n, features)), rng.integers(classes, size=n), 0.1

    return inputs


def svm() -> Question:
    inputs, small = linear_problem(3000, 20, 10), linear_problem(0, 5, 4)
    masks = """
        def svm_loss_vectorized(W, X, y, reg):
            N = X.shape[0]
            scores = X.dot(W)
            correct = scores[range(N), list(y)].reshape(-1, 1)
            margins = np.maximum(0, scores - correct + 1)
            margins[range(N), list(y)] = 0
            loss = np.sum(margins) / N + reg * np.sum(W * W)
            mask = np.zeros(margins.shape)
            mask[margins > 0] = 1
            mask[range(N), list(y)] = -np.sum(mask, axis=1)
            return loss, X.T.dot(mask) / N + 2 * reg * W
    """
    one_hot = """
        def svm_loss_vectorized(W, X, y, reg):
            truth = np.eye(W.shape[1])[y]
            scores = X @ W
            margins = np.where(truth == 1, 0.0, np.maximum(0, scores - (scores * truth).sum(1, keepdims=True) + 1))
            violated = np.where(margins > 0, 1.0, 0.0)
            slopes = violated - truth * violated.sum(1, keepdims=True)
            return margins.sum(1).mean() + reg * (W**2).sum(), (X.T @ slopes) / len(X) + 2 * reg * W
    """
    one_loop = """
        def svm_loss_vectorized(W, X, y, reg):
            loss, dW = 0.0, np.zeros(W.shape)
            for i in range(len(y)):
                scores = X[i] @ W
                margins = np.maximum(0, scores - scores[y[i]] + 1)
                margins[y[i]] = 0
                loss += margins.sum()
                slopes = (margins > 0).astype(float)
                slopes[y[i]] = -slopes.sum()
                dW += np.outer(X[i], slopes)
            return loss / len(y) + reg * np.sum(W * W), dW / len(y) + 2 * reg * W
    """
    gradient_loop = """
        fast = svm_loss_vectorized

        def svm_loss_vectorized(W, X, y, reg):
            loss, _ = fast(W, X, y, reg)
            scores = X @ W
            violated = (scores - scores[np.arange(len(y)), y][:, None] + 1 > 0).astype(float)
            violated[np.arange(len(y)), y] = 0
            dW = np.zeros(W.shape)
            for i in range(len(y)):
                dW += X[i][:, None] * violated[i]
                dW[:, y[i]] -= X[i] * violated[i].sum()
            return loss, dW / len(y) + 2 * reg * W
    """
    return Question(
        "svm_loss_vectorized",
        SOLUTIONS / "svm" / "linear_svm.py",
        "linear_svm.svm_loss_vectorized",
        inputs,
        lambda n, rng: small(rng, n),
        {"masks": masks, "one-hot": one_hot, "8.5 × the time": lasting("svm_loss_vectorized", 8.5)},
        {
            "one loop": one_loop,
            "gradient in a loop": gradient_loop,
            "27 × the time": lasting("svm_loss_vectorized", 27),
        },
    )


def softmax() -> Question:
    inputs, small = linear_problem(3000, 20, 10), linear_problem(0, 5, 4)
    textbook = """
        def softmax_loss_vectorized(W, X, y, reg):
            N = X.shape[0]
            scores = X.dot(W)
            scores -= np.max(scores, axis=1).reshape(N, 1)
            probabilities = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
            loss = -np.mean(scores[np.arange(N), y] - np.log(np.exp(scores).sum(axis=1))) + reg * np.sum(W**2)
            truth = np.zeros_like(probabilities)
            truth[np.arange(N), y] = 1
            return loss, X.T.dot(probabilities - truth) / N + 2 * reg * W
    """
    powers = """
        def softmax_loss_vectorized(W, X, y, reg):
            truth = (y[:, None] == np.arange(W.shape[1])).astype(float)
            logits = np.einsum("nd,dc->nc", X, W)
            logits = logits - np.amax(logits, 1)[:, None]
            powers = np.power(np.e, logits)
            total = np.sum(powers, 1)[:, None]
            loss = np.average(np.log(total[:, 0]) - np.sum(truth * logits, 1)) + reg * np.sum(np.square(W))
            return loss, np.einsum("nd,nc->dc", X, powers / total - truth) / len(X) + 2 * reg * W
    """
    one_loop = """
        def softmax_loss_vectorized(W, X, y, reg):
            loss, dW = 0.0, np.zeros(W.shape)
            for row, label in zip(X, y):
                logits = row @ W
                logits -= logits.max()
                powers = np.exp(logits)
                loss += np.log(powers.sum()) - logits[label]
                slopes = powers / powers.sum()
                slopes[label] -= 1
                dW += np.outer(row, slopes)
            return loss / len(y) + reg * np.sum(W * W), dW / len(y) + 2 * reg * W
    """
    return Question(
        "softmax_loss_vectorized",
        SOLUTIONS / "softmax" / "softmax.py",
        "softmax.softmax_loss_vectorized",
        inputs,
        lambda n, rng: small(rng, n),
        {
            "textbook": textbook,
            "einsum and powers": powers,
            "8.5 × the time": lasting("softmax_loss_vectorized", 8.5),
        },
        {"one loop": one_loop, "27 × the time": lasting("softmax_loss_vectorized", 27)},
    )


def distances() -> Question:
    def target(code: Code, X_train: np.ndarray, X: np.ndarray) -> Any:
        model = code.new("k_nearest_neighbor.KNearestNeighbor")
        model.call("train", X_train, np.zeros(len(X_train), dtype=int))
        return model.bind("compute_distances_no_loops", X)

    textbook = """
        def no_loops(self, X):
            test, train = np.sum(X**2, axis=1), np.sum(self.X_train**2, axis=1)
            cross = np.dot(X, self.X_train.T)
            return np.sqrt(np.abs(test.reshape(-1, 1) + train - 2 * cross))
    """
    einsum = """
        def no_loops(self, X):
            squares = np.einsum("id,id->i", X, X)[:, None] + np.einsum("jd,jd->j", self.X_train, self.X_train)[None]
            return np.sqrt(np.clip(squares - 2 * np.einsum("id,jd->ij", X, self.X_train), 0, None))
    """
    one_loop = """
        def no_loops(self, X):
            return np.array([np.sqrt(np.sum((self.X_train - row) ** 2, axis=1)) for row in X])
    """
    name = "KNearestNeighbor.compute_distances_no_loops"
    named = f"\n        {name} = no_loops\n"
    return Question(
        "distances_no_loops",
        SOLUTIONS / "knn" / "k_nearest_neighbor.py",
        target,
        lambda rng: (rng.normal(size=(16, 20)), rng.normal(size=(5000, 20))),
        lambda n, rng: (rng.normal(size=(5, 3)), rng.normal(size=(n, 3))),
        {"textbook": textbook + named, "einsum": einsum + named, "8.5 × the time": lasting(name, 8.5)},
        {"one loop": one_loop + named, "27 × the time": lasting(name, 27)},
    )


def predict() -> Question:
    def target(code: Code, W: np.ndarray, X: np.ndarray) -> Any:
        model = code.new("linear_classifier.LinearClassifier")
        model.set("W", W)
        return model.bind("predict", X)

    def inputs(rng: np.random.Generator, n: int = 10_000) -> tuple[Any, ...]:
        return rng.normal(size=(20, 10)), rng.normal(size=(n, 20))

    two_steps = """
        def labels(self, X):
            scores = np.dot(X, self.W)
            predicted = np.zeros(X.shape[0], dtype=int)
            predicted[:] = np.argsort(scores, axis=1)[:, -1]
            return predicted
    """
    one_loop = """
        def labels(self, X):
            return np.array([np.argmax(row @ self.W) for row in X])
    """
    name = "LinearClassifier.predict"
    named = f"\n        {name} = labels\n"
    return Question(
        "predict",
        SOLUTIONS / "sgd" / "linear_classifier.py",
        target,
        inputs,
        lambda n, rng: inputs(rng, n),
        {"sorting": two_steps + named, "8.5 × the time": lasting(name, 8.5)},
        {"one loop": one_loop + named, "27 × the time": lasting(name, 27)},
    )


def questions() -> list[Question]:
    return [svm(), softmax(), distances(), predict()]


# --- conditions -------------------------------------------------------------------------------------------


def _python_load() -> None:
    while True:
        sum(number * number for number in range(10_000))


def _product_load() -> None:
    A = np.random.default_rng(0).normal(size=(600, 600))
    while True:
        A @ A


@contextlib.contextmanager
def both_cores_loaded() -> Iterator[str]:
    """Run a Python loop and a loop of matrix products for every core."""
    loads = [
        multiprocessing.get_context("spawn").Process(target=load, daemon=True)
        for load in (_python_load, _product_load)
        for _ in range(os.cpu_count() or 1)
    ]
    for process in loads:
        process.start()
    time.sleep(2.0)
    try:
        yield f"{len(loads)} busy processes on {os.cpu_count()} cores"
    finally:
        for process in loads:
            process.kill()
            process.join()


@contextlib.contextmanager
def half_a_core() -> Iterator[str]:
    """Give this process and all that it starts half a core together."""
    try:
        CGROUP.mkdir()
    except OSError:
        with stopped_half_of_the_time() as how:
            yield how
        return
    try:
        (CGROUP / "cpu.cfs_period_us").write_text("100000")
        (CGROUP / "cpu.cfs_quota_us").write_text(str(int(QUOTA_CORES * 100_000)))
        (CGROUP / "cgroup.procs").write_text(str(os.getpid()))
        yield f"cgroup quota of {QUOTA_CORES} cores"
    finally:
        (CGROUP.parent / "cgroup.procs").write_text(str(os.getpid()))
        CGROUP.rmdir()


@contextlib.contextmanager
def stopped_half_of_the_time() -> Iterator[str]:
    """Stop this process group of processes for half of every period; a helper process does it."""
    helper = multiprocessing.get_context("spawn").Process(
        target=_stop_and_go, args=(os.getpid(),), daemon=True
    )
    helper.start()
    try:
        yield f"no cgroups here: stopped for half of every {DUTY_SECONDS * 1e3:.0f} ms"
    finally:
        helper.kill()
        helper.join()
        os.kill(os.getpid(), signal.SIGCONT)


def _stop_and_go(root: int) -> None:
    while True:
        stopped = [pid for pid in _descendants(root) if pid != os.getpid()]
        for signal_number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal_number)
            time.sleep(DUTY_SECONDS / 2)


def _descendants(root: int) -> list[int]:
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found


CONDITION: dict[str, Callable[[], contextlib.AbstractContextManager[str]]] = {
    "idle": lambda: contextlib.nullcontext(f"load {os.getloadavg()[0]:.1f} before"),
    "loaded": both_cores_loaded,
    "quota": half_a_core,
}


# --- verdicts ---------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What came of all verdicts of one sort."""

    verdicts: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def row(self) -> list[str]:
        ratios = f"{min(self.ratios):.3g} to {max(self.ratios):.3g}" if self.ratios else "-"
        return [str(self.verdicts), str(self.wrong), ratios, *seconds_of([self])]


def seconds_of(tallies: list[Tally]) -> list[str]:
    """Return the median and the 95th percentile of the seconds, as text."""
    seconds = sorted(second for tally in tallies for second in tally.seconds)
    return [f"{seconds[int(share * (len(seconds) - 1))]:.3f}" for share in (0.5, 0.95)]


@dataclass(frozen=True)
class Case:
    """One version of one question."""

    question: Question
    version: str
    honest: bool

    @property
    def files(self) -> dict[str, bytes]:
        versions = self.question.honest if self.honest else self.question.looping
        files = _reference_files(self.question)
        name = self.question.file.name
        return {**files, name: files[name] + b"\n\n" + textwrap.dedent(versions[self.version]).encode()}

    @property
    def lasts(self) -> bool:
        """Whether it does the reference's work again and again, which says nothing about loops over examples."""
        return "the time" in self.version


def _reference_files(question: Question) -> dict[str, bytes]:
    """Return the question's file and those that it imports."""
    files = {question.file.name: question.file.read_bytes()}
    for other in SOLUTIONS.glob("*/*.py"):
        if f"from {other.stem} import".encode() in files[question.file.name]:
            files[other.name] = other.read_bytes()
    return files


def cases() -> list[Case]:
    return [
        Case(question, version, honest)
        for question in questions()
        for honest, versions in ((True, question.honest), (False, question.looping))
        for version in versions
    ]


def credit_of(fixture: Any, *args: Any) -> Fraction:
    try:
        fixture(*args)
    except NotPassed as error:
        return error.finding.credit
    return Fraction(1)


class Judge:
    """Makes verdicts in one pair of workers after the other."""

    def __init__(self) -> None:
        self._sandbox = Sandbox.of_this_machine()
        self._hosts: tuple[Host, Host] | None = None
        self._made = 0

    def trial(self, case: Case, seed: int) -> Trial:
        if self._hosts is None or self._made % VERDICTS_PER_PAIR == 0:
            self.close()
            self._hosts = Host(self._sandbox), Host(self._sandbox)
        self._made += 1
        student, reference = self._hosts
        name = f"{case.question.name}-{case.version}"
        trial = Trial(
            Subject(student, case.files, f"+{name}"),
            Code(reference, _reference_files(case.question), case.question.name),
            partial(np.random.default_rng, [seed, self._made]),
        )
        trial.student.process(), trial.reference.process()  # a verdict's time does not include their start
        return trial

    def close(self) -> None:
        for host in self._hosts or ():
            host.close()


def judge_all(verdicts: int, seed: int) -> dict[tuple[str, str, str], Tally]:
    """Return the tallies, by fixture, question and version."""
    tallies: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    judge = Judge()
    known = cases()
    for number in range(verdicts):
        case = known[number % len(known)]
        question = case.question
        trial = judge.trial(case, seed)
        tally = tallies["race", question.name, case.version]
        note(tally, case, trial, Race(trial), question.target, question.race_inputs)
        if not case.lasts:
            trial = judge.trial(case, seed)
            tally = tallies["loops", question.name, case.version]
            note(tally, case, trial, Loops(trial), question.target, question.loop_inputs)
    judge.close()
    return tallies


def note(tally: Tally, case: Case, trial: Trial, fixture: Any, *args: Any) -> None:
    trial.begin()
    start = time.perf_counter()
    credit = credit_of(fixture, *args)
    tally.seconds.append(time.perf_counter() - start)
    trial.end()
    tally.verdicts += 1
    if "cpu_ratio" in trial.measured:
        tally.ratios.append(trial.measured["cpu_ratio"])
    if credit != int(case.honest):
        tally.wrong += 1
        print(
            f"wrong: {type(fixture).__name__.lower()} gives {credit} to {case.question.name}, {case.version!r} "
            f"{trial.measured}",
            file=sys.stderr,
        )


def table_of(title: str, tallies: dict[tuple[str, str, str], Tally]) -> Table:
    table = Table(
        "fixture", "question", "version", "verdicts", "wrong", "ratios", "median s", "95 % s", title=title
    )
    for fixture in ("race", "loops"):
        of_fixture = {key: tally for key, tally in tallies.items() if key[0] == fixture}
        for key, tally in of_fixture.items():
            table.add_row(*key, *tally.row())
        everything = list(of_fixture.values())
        counts = [str(sum(getattr(tally, name) for tally in everything)) for name in ("verdicts", "wrong")]
        table.add_row(
            fixture, "all", "all", *counts, "", *seconds_of(everything), style="bold", end_section=True
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--verdicts", type=int, default=1000, help="races per condition")
    parser.add_argument("--quick", action="store_true", help="50 races per condition")
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    wrong = 0
    for condition in options.conditions:
        with CONDITION[condition]() as how:
            tallies = judge_all(50 if options.quick else options.verdicts, options.seed)
        Console(width=120).print(table_of(f"{condition}: {how}", tallies))
        wrong += sum(tally.wrong for tally in tallies.values())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
