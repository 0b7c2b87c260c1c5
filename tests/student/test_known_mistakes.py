"""On a student's machine every sealed mistake opens its own hint, and the lines to paste show what the check saw."""

from __future__ import annotations

import functools
import os
import pickle
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.authoring.sealing import Sealing, seal_hints
from autograder.course.loading import find_course
from autograder.grading.explain import sealed
from autograder.grading.explain.bank import Bank, Variant, load_bank
from autograder.grading.explain.sealed import Watch, open_hint, read_sealed
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Kind, Verdict
from autograder.sandbox.code import Handle
from autograder.values.same import same
from autograder.values.walk import agree

COURSE = find_course(Path(__file__).resolve().parents[2])
RIGHT = Path(__file__).parents[1] / "right_solutions"
ENDLESS = (Kind.TIMED_OUT, Kind.DIED, Kind.OUT_OF_MEMORY)


@dataclass(frozen=True)
class Failed:
    """A public check that some files fail, and the last value that it compared; None if it compared none."""

    verdict: Verdict
    got: Any


@dataclass(frozen=True)
class Seen:
    """What the public checks of some questions say of some files."""

    hints: set[str]
    failed: tuple[Failed, ...]


class Laptop:
    """One assignment as a student's machine checks it."""

    def __init__(self, name: str) -> None:
        self.assignment, solution = COURSE.assignment(name), COURSE.solution(name)
        self.bank: Bank = load_bank(self.assignment, solution)
        self.sealing: Sealing = seal_hints(self.assignment, solution)
        self.reference = solution.reference_files(self.assignment)
        self.stubs = {file.name: file.source.read_bytes() for file in self.assignment.files}
        self._content = read_sealed(self.sealing.file)
        self._grader = Grader(self.assignment, None)

    def look_at(self, files: Mapping[str, bytes], questions: Collection[str]) -> Seen:
        """Run the public checks of some questions, once each."""
        watch = Watch(self._grader.plan.tests, self.assignment.switches)
        last: list[Trial] = []
        failed: dict[str, Failed] = {}

        def on_trial(trial: Trial) -> None:
            watch.on_trial(trial)
            last[:] = [trial]

        def on_verdict(verdict: Verdict) -> None:
            watch.on_verdict(verdict)
            if not verdict.passed:  # an explanation comes later, with what was seen already
                compared = last[0].compared if last else ()
                failed.setdefault(verdict.test, Failed(verdict, compared[-1].got if compared else None))
            last.clear()

        def is_asked_for(test: PlannedTest) -> bool:
            return test.public and test.question in questions

        self._grader.grade(files, on_verdict, only=is_asked_for, on_trial=on_trial)
        opened = {open_hint(self._content, it, watch.of_question(it)) for it in questions}
        return Seen({hint for hint in opened if hint is not None}, tuple(failed.values()))

    @functools.cached_property
    def mistakes(self) -> dict[Variant, Seen]:
        """What the checks of the questions that a known mistake touches say of it."""
        return {it: self.look_at(it.files, self.questions_that_run(it.target)) for it in self.bank.variants}

    @property
    def questions(self) -> list[str]:
        """The ids of all questions."""
        return [it.id for it in self.assignment.questions]

    @functools.cache  # noqa: B019 - a laptop lasts as long as its tests
    def questions_that_run(self, function: str) -> set[str]:
        """Return the questions whose public checks run a function: those that fail where it only raises.

        To the others, a mistake in it is the reference.
        """
        module, _, target = function.partition(".")
        broken = f"\n\ndef broken(*args, **keywords):\n    raise ArithmeticError\n\n\n{target} = broken\n"
        files = {**self.reference, f"{module}.py": self.reference[f"{module}.py"] + broken.encode()}
        verdicts = self._grader.grade(files, only=lambda test: test.public)
        question_of = {test.id: test.question for test in self._grader.plan.tests}
        return {question_of[verdict.test] for verdict in verdicts.values() if not verdict.passed}

    def close(self) -> None:
        self._grader.close()


@pytest.fixture(scope="module", params=COURSE.names())
def laptop(request: pytest.FixtureRequest) -> Iterator[Laptop]:
    with pytest.MonkeyPatch.context() as patch:
        # Keys are slow to derive for the sake of those who guess; which hint a key opens is the same.
        patch.setattr(sealed, "_SCRYPT_COST", 2)
        laptop = Laptop(request.param)
        yield laptop
        laptop.close()


def test_every_sealed_mistake_opens_its_own_hint_and_no_mistake_opens_another(laptop: Laptop) -> None:
    opened = {it.variant.name for it in laptop.sealing.outcomes if not it.why_not}
    assert opened
    wrong = {}
    for variant, seen in laptop.mistakes.items():
        if seen.hints != ({variant.mistake.hint} if variant.name in opened else set()):
            wrong[variant.name] = seen.hints
    assert not wrong


def test_every_line_to_paste_shows_what_the_check_saw(laptop: Laptop, tmp_path: Path) -> None:
    tried, wrong = 0, list[str]()
    for number, (variant, seen) in enumerate(laptop.mistakes.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        for file, content in variant.files.items():
            (folder / file).write_bytes(content)
        failed = [it for it in seen.failed if it.verdict.counterexample and it.verdict.kind not in ENDLESS]
        tried += len(failed)
        every = pasted([it.verdict.counterexample for it in failed], folder)
        for it, came in zip(failed, every, strict=True):
            problem = differs(it, *came)
            if problem:
                wrong.append(f"{variant.name} {it.verdict.test}: {problem}\n{it.verdict.counterexample}\n")
    assert tried
    assert not wrong, f"{len(wrong)} of {tried}\n" + "\n".join(wrong[:5])


def test_right_work_and_stubs_open_nothing_but_what_is_said_of_a_convention(laptop: Laptop) -> None:
    notes = {mistake.hint for mistake in laptop.bank.mistakes if mistake.accepted}
    every = laptop.questions
    for files in (laptop.stubs, laptop.reference):
        assert laptop.look_at(files, every).hints == set()
    for path in sorted((RIGHT / laptop.assignment.name).iterdir()):
        own = (
            {path.name: path.read_bytes() for path in path.iterdir() if path.is_file()}
            if path.is_dir()
            else {laptop.assignment.file_names[0]: path.read_bytes()}
        )
        assert laptop.look_at({**laptop.stubs, **own}, every).hints <= notes, path


def pasted(every: list[str], folder: Path) -> list[tuple[str, Any]]:
    """Paste lines into a Python of their own, which knows nothing of the student's files before each of them.

    Return for each the kind of what came, and the value or the names of the exception's classes.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.chdir(folder)
            sys.path.insert(0, str(folder))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            own = {path.stem for path in folder.glob("*.py")}
            with os.fdopen(writing, "wb") as file:
                for lines in every:
                    file.write(pickle.dumps(_evaluated(lines)))
                    file.flush()
                    for name in own & {*sys.modules}:
                        del sys.modules[name]
        finally:
            os._exit(0)
    os.close(writing)
    came = list[tuple[str, Any]]()
    with os.fdopen(reading, "rb") as file:
        while file.peek(1):
            came.append(pickle.load(file))
    os.waitpid(child, 0)
    return came + [("nothing", None)] * (len(every) - len(came))


def _evaluated(lines: str) -> tuple[str, Any]:
    *before, last = lines.splitlines()
    names: dict[str, Any] = {}
    try:
        exec("\n".join(before), names)
        value = eval(last, names)
    except (Exception, SystemExit) as error:
        return "raised", [it.__name__ for it in type(error).__mro__]
    try:
        pickle.dumps(value)
    except Exception:
        return "object", type(value).__name__
    return "value", value


def differs(failed: Failed, kind: str, came: Any) -> str:
    """Return how what came differs from what the check saw; empty if it does not."""
    last_line = failed.verdict.counterexample.rpartition("\n")[2]
    if failed.verdict.kind is Kind.RAISED:
        return "" if kind == "raised" else f"it raised, the lines give {came!r:.200}"
    if kind in ("raised", "nothing"):
        return f"it gave a value, the lines end in {kind} {came}"
    if (
        "  # expected: " not in last_line
        or kind != "value"
        or failed.got is None
        or isinstance(failed.got, Handle)
    ):
        return ""
    right = eval(last_line.partition("  # expected: ")[2], {"np": np})
    if not agree(same, failed.got, came) and agree(same, right, came):
        return f"the check saw {failed.got!r:.200}, the lines give the right value"
    return ""
