"""Writes a draft as both halves of an assignment, with the page of what needs a person's hand."""

from __future__ import annotations

import hashlib
import json
import keyword
import math
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from autograder.authoring.importing.draft import ByHand, Draft, ImportedQuestion, literal_of
from autograder.authoring.importing.further_inputs import further_inputs
from autograder.authoring.importing.libraries import libraries_in, look_at_plots
from autograder.authoring.importing.test_files import TestFiles, test_files
from autograder.authoring.importing.trial_run import tried
from autograder.errors import CourseError
from autograder.model.exact import HALF, MOST_OF_A_POINT
from autograder.text import counted

PAGE = "IMPORTED.md"
RUBRIC = "rubric.md"


@dataclass(frozen=True)
class Imported:
    """What an import made.

    Attributes
    ----------
    tests
        How many tests were translated, and of how many.
    by_hand
        What a person has to see to; the page says the same.
    """

    public: Path
    secret: Path
    tests: tuple[int, int]
    by_hand: tuple[ByHand, ...]

    @property
    def page(self) -> Path:
        """The page of what needs a person's hand."""
        return self.secret / PAGE


def write(draft: Draft, root: Path) -> Imported:
    """Make `assignments/NAME` and `solutions/NAME` below `root`, try them, and write the page.

    Raises
    ------
    CourseError
        If one of the folders exists already.
    """
    public, secret = root / "assignments" / draft.name, root / "solutions" / draft.name
    for folder in (public, secret):
        if folder.exists():
            raise CourseError(f"{folder} exists already; give another name with --name, or remove it.")
    draft, tests = _with_libraries_of_tests(draft)
    # On a machine with several users, nobody else may read the solutions.
    (root / "solutions").mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(public, _public_half(draft, tests))
    _write(secret, _secret_half(draft, tests))
    earning = {
        f"test_{it.name}"
        for question in draft.questions
        for it in question.tests
        if it.sets_score or it.out_of is not None
    }
    if further := further_inputs(public, secret, but=earning):
        tests = test_files(draft, further)
        _write(secret, _secret_half(draft, tests))
    by_hand = sorted(
        [*draft.by_hand, *tests.by_hand, *_odd_points(draft), *tried(public, secret, draft)], key=_in_order
    )
    made = Imported(public, secret, (tests.translated, tests.of), tuple(by_hand))
    made.page.write_text(_page(draft, made, further), encoding="utf-8")
    return made


def _with_libraries_of_tests(draft: Draft) -> tuple[Draft, TestFiles]:
    """Return the draft with the libraries that its tests import, without which none of them runs, and the tests."""
    tests = test_files(draft)
    own = {Path(name).stem for name in draft.files}
    needed = {*draft.libraries, *libraries_in([tests.public, tests.graded], own)}
    statements = [it for question in draft.questions for test in question.tests for it in test.body]
    if look_at_plots(statements, (reference for _, reference in draft.files.values())):
        needed.add("matplotlib")
    if needed == {*draft.libraries}:
        return draft, tests
    draft = replace(draft, libraries=tuple(sorted(needed)))
    return draft, test_files(draft)


def name_of(text: str) -> str:
    """Return a name for an assignment and its module, made of that of a file.

    Raises
    ------
    CourseError
        If nothing can be made of it.
    """
    name = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_")
    if not re.fullmatch(r"[a-z]\w{0,60}", name, re.ASCII) or keyword.iskeyword(name):
        raise CourseError(
            f"{text!r} cannot be the name of an assignment; give one with --name, such as hw01."
        )
    return name


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _public_half(draft: Draft, tests: TestFiles) -> dict[str, bytes]:
    stubs = {name: stub for name, (stub, _) in draft.files.items()}
    return {
        "assignment.toml": "\n".join(_assignment_toml(draft)).encode(),
        "README.md": "\n".join(_handout(draft)).encode(),
        "test_public.py": tests.public.encode(),
        **stubs,
        **draft.data,
        **draft.beside,
    }


def _secret_half(draft: Draft, tests: TestFiles) -> dict[str, bytes]:
    half = {name: reference for name, (_, reference) in draft.files.items()} | dict(draft.of_tests)
    half["grading.toml"] = "\n".join(_grading_toml(draft)).encode()
    half["test_graded.py"] = tests.graded.encode()
    half["mistakes.toml"] = _MISTAKES.encode()
    if draft.written:
        half[RUBRIC] = "\n".join(_rubric(draft)).encode()
    return half


_MISTAKES = """\
# Known mistakes: each is an edit of the reference, with the hint that its student gets. `autograder report
# DIR --as-known-mistake GROUP` makes one of what many did; "Writing assignments" shows how they are written.
"""


def _assignment_toml(draft: Draft) -> Iterator[str]:
    total = sum((it.points for it in draft.questions), Fraction(0))
    yield f"title = {_text(draft.title)}"
    yield 'version = "1.0"'
    yield f"total_points = {literal_of(total)}"
    if draft.libraries:
        yield f"libraries = {json.dumps(list(draft.libraries))}"
    for name in draft.files:
        yield from ("", "[[files]]", f"name = {_text(name)}")
    for name, content in draft.data.items():
        yield from (
            "",
            "[[data]]",
            f"name = {_text(name)}",
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
        )
    for question in draft.questions:
        yield from ("", "[[questions]]", f"id = {_text(question.id)}", f"title = {_text(question.title)}")
        yield f"points = {literal_of(question.points)}"
        if (step := _step(question)) != HALF and step.denominator <= MOST_OF_A_POINT:
            yield f"step = {literal_of(step)}"
        if question.functions:
            yield f"functions = {json.dumps(list(question.functions))}"
    for written in draft.written:
        yield from ("", "[[written]]", f"id = {_text(written.id)}", f"title = {_text(written.title)}")
        yield f"points = {literal_of(written.points)}"
    yield ""


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _handout(draft: Draft) -> Iterator[str]:
    files = ", ".join(f"`{name}`" for name in draft.files)
    yield from (f"# {draft.title}", "", f"Work in {files}.", "", "## Check your work", "")
    yield from ("    python3 start.py                     # once; it says what every new terminal needs",)
    yield from ("    autograder check                     # all public checks of this folder", "")
    yield "The public checks show what went wrong; they earn no points. The graded tests cover more."
    yield from ("", "    autograder submit                    # makes the zip to hand in", "")


def _grading_toml(draft: Draft) -> Iterator[str]:
    yield f'salt = "{secrets.token_hex(16)}"'
    for it in draft.written:
        yield from ("", "[[rubric]]", f"question = {_text(it.id)}")
        if it.sample.strip():
            yield f"note = {_text(it.sample.strip())}"
        yield f'items = [{{ text = "A right and whole answer.", points = {literal_of(it.points)} }}]'
    yield ""


def _rubric(draft: Draft) -> Iterator[str]:
    yield from (f"# Sample answers for {draft.title}", "")
    for it in draft.written:
        yield from (
            f"## {it.title} ({it.id}, {it.points} points)",
            "",
            it.sample.strip() or "*None was given.*",
            "",
        )


def _odd_points(draft: Draft) -> Iterator[ByHand]:
    """Yield the questions whose tests are worth parts of a point that nobody reads."""
    for question in draft.questions:
        counting = _counting(question)
        if _step(question).denominator > MOST_OF_A_POINT:
            yield ByHand(
                question.place,
                f"the {len(counting)} tests of {question.id} share {counted(question.points, 'point')}, "
                f"{' and '.join(str(it) for it in dict.fromkeys(counting))} each",
                f"students read points in halves, and `verify` insists on it: give {question.id} "
                f"{counted(_whole(question, counting), 'point')} and its tests as many, or merge tests",
            )


def _counting(question: ImportedQuestion) -> list[Fraction]:
    """Return what each graded test is worth."""
    if question.together:
        return [question.points]
    return [it.points for it in question.tests if it.points]


def _step(question: ImportedQuestion) -> Fraction:
    """Return the part of a point of which each graded test is worth a multiple: a half if that will do."""
    counting = _counting(question)
    if not any(points % HALF for points in counting):
        return HALF
    return Fraction(1, math.lcm(*(points.denominator for points in counting)))


def _whole(question: ImportedQuestion, counting: Sequence[Fraction]) -> Fraction:
    """Return the fewest points, in multiples of what there are, with which each test is worth halves."""
    factor = 1
    while any(points * factor % HALF for points in counting):
        factor += 1
    return question.points * factor


def _in_order(it: ByHand) -> tuple[str, int, int]:
    number = re.search(r"\d+", it.place.where)
    return re.sub(r"\d+", "", it.place.where), int(number[0]) if number else 0, it.place.line


def _about_further(further: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if further:
        lines = counted(sum(map(len, further.values())), "line")
        yield f"- {lines} with `# compare(` in `test_graded.py` would ask the reference on other inputs. Where these"
        yield "  make sense, take the mark away: nobody passes the test then who only knows its answers."


def _page(draft: Draft, made: Imported, further: Mapping[str, Sequence[str]]) -> str:
    translated, of = made.tests
    lines = [
        f"# {draft.name}: what was imported, and what needs your hand",
        "",
        f"Imported from {draft.source}: {counted(len(draft.questions), 'question')}, {translated} of "
        f"{counted(of, 'graded test')} translated, {counted(len(draft.written), 'written answer')}.",
        "",
        "## What needs your hand",
        "",
    ]
    for number, it in enumerate(made.by_hand, start=1):
        place = str(it.place)
        lines.append(f"{number}. {f'**{place}**: ' if place else ''}{it.what}. *To do:* {it.remedy}.")
    if not made.by_hand:
        lines.append("Nothing: every test was translated, and the reference passes all of them.")
    lines += [
        "",
        "## Then",
        "",
        f"- `autograder verify {draft.name}` proves it. It also makes small mistakes in the reference and says which",
        "  no test finds: imported tests often have inputs on which a wrong axis or sign gives the same.",
        *_about_further(further),
        f'- `autograder verify {draft.name} --accept "REASON"` accepts what the tests leave open: grade with them as',
        "  they are today, and write better ones later.",
        "- Where a test types in what a function should return, `compare` asks the reference instead: it works on any",
        "  input, and can say what kind of mistake it is.",
        "- `mistakes.toml` is empty: every known mistake that you write there gives its students a hint.",
        "",
    ]
    return "\n".join(lines)
