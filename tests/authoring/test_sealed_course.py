"""In this course's own assignments every sealed mistake opens its own hint, and right work opens none."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from autograder.authoring.sealing import Sealing, seal_hints
from autograder.course.loading import find_course
from autograder.grading.explain.bank import Bank, load_bank
from autograder.grading.explain.sealed import Watch, open_hint, read_sealed
from autograder.grading.grader import Grader

COURSE = find_course(Path(__file__).resolve().parents[2])
RIGHT = Path(__file__).parents[1] / "right_solutions"


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

    def hints(self, files: Mapping[str, bytes], questions: Collection[str]) -> set[str]:
        """Return the hints that the public checks of some questions open."""
        watch = Watch(self._grader.plan.tests, self.assignment.switches)
        self._grader.grade(
            files,
            watch.on_verdict,
            only=lambda test: test.public and test.question in questions,
            on_trial=watch.on_trial,
        )
        opened = {open_hint(self._content, it, watch.of_question(it)) for it in questions}
        return {hint for hint in opened if hint is not None}

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
    laptop = Laptop(request.param)
    yield laptop
    laptop.close()


def test_every_sealed_mistake_opens_its_own_hint_and_no_mistake_opens_another(laptop: Laptop) -> None:
    sealed = {it.variant.name for it in laptop.sealing.outcomes if not it.why_not}
    assert sealed
    wrong = {}
    for variant in laptop.bank.variants:
        hints = laptop.hints(variant.files, laptop.questions_that_run(variant.target))
        if hints != ({variant.mistake.hint} if variant.name in sealed else set()):
            wrong[variant.name] = hints
    assert not wrong


def test_right_work_and_stubs_open_nothing_but_what_is_said_of_a_convention(laptop: Laptop) -> None:
    notes = {mistake.hint for mistake in laptop.bank.mistakes if mistake.accepted}
    every = laptop.questions
    assert laptop.hints(laptop.stubs, every) == laptop.hints(laptop.reference, every) == set()
    for path in sorted((RIGHT / laptop.assignment.name).iterdir()):
        own = (
            {path.name: path.read_bytes() for path in path.iterdir() if path.is_file()}
            if path.is_dir()
            else {laptop.assignment.file_names[0]: path.read_bytes()}
        )
        assert laptop.hints({**laptop.stubs, **own}, every) <= notes, path
