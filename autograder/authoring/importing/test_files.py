"""Makes the two files of tests of an imported assignment, and says what could not be translated."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from autograder.authoring.importing.draft import (
    ByHand,
    Draft,
    ImportedQuestion,
    ImportedTest,
    Place,
    literal_of,
)
from autograder.authoring.importing.libraries import are_rebuilt
from autograder.authoring.importing.syntax import CannotTranslateError
from autograder.authoring.importing.translation import Translated, translated
from autograder.text import first_few

_PUBLIC_HEAD = '"""Public checks, imported from {source}. They explain but earn no points."""\n'
_GRADED_HEAD = '"""Graded tests, imported from {source}."""\n'
_PUBLIC_FOOT = """

if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
"""
_MADE_HERE = frozenset({"import pytest"})
_NUMPY = "import numpy as np"


@dataclass(frozen=True)
class TestFiles:
    """The two files of tests, and what a person has to see to in them.

    Attributes
    ----------
    translated, of
        How many of the tests were translated, and how many there are.
    """

    public: str
    graded: str
    by_hand: tuple[ByHand, ...]
    translated: int
    of: int


@dataclass(frozen=True)
class _Written:
    """A test as it is written: one translation for each of its parts, or the reason why there is none."""

    name: str
    question: str
    points: Fraction
    parts: tuple[tuple[ImportedTest, Translated], ...] = ()
    sources: tuple[ImportedTest, ...] = ()
    trouble: ByHand | None = None


def test_files(draft: Draft, further: Mapping[str, Sequence[str]] | None = None) -> TestFiles:
    """Return the tests of a draft as pytest files.

    Parameters
    ----------
    further
        Lines that are proposed for graded tests, by the name of the test function: they are written as comments.
    """
    by_hand, graded, public = list[ByHand](), list[_Written](), list[_Written]()
    rebuilding = are_rebuilt(draft.libraries)
    for question in draft.questions:
        graded += _graded(question, rebuilding)
        public += _public(question, rebuilding)
    for test in graded:
        if test.trouble is not None:
            by_hand.append(test.trouble)
    told = {it.place for it in by_hand}
    by_hand += [it.trouble for it in public if it.trouble is not None and it.trouble.place not in told]
    for test in graded:
        for of, translation in test.parts:
            by_hand += [
                ByHand(of.place, note, "look whether that is what you want") for note in translation.notes
            ]
    by_hand += _read_from_hand_ins(graded)
    done = sum(len(it.sources) for it in graded if it.trouble is None)
    shown = [it for it in public if it.trouble is None]
    handed_out = [(of, it) for test in graded for of, it in test.parts if of.names.handed_out]
    names = frozenset(it.name for it in shown)
    return TestFiles(
        _file(_PUBLIC_HEAD, draft, shown, names, False, handed_out) + _PUBLIC_FOOT,
        _file(_GRADED_HEAD, draft, graded, names, True, further=further or {}),
        tuple(by_hand),
        done,
        sum(len(it.sources) for it in graded),
    )


def _read_from_hand_ins(tests: Sequence[_Written]) -> Iterator[ByHand]:
    """Yield what students were given and the tests read from the hand-in all the same."""
    found = sorted({name.partition(".")[2] for test in tests for _, it in test.parts for name in it.read})
    if found:
        yield ByHand(
            Place(""),
            f"students were given {first_few(found)}, and the tests read it from the hand-in, which may change it",
            "make it again in the tests where what it holds decides: of data files, of a seed",
        )


def _graded(question: ImportedQuestion, rebuilding: bool) -> Iterator[_Written]:
    counting = [it for it in question.tests if it.points]
    if question.together and len(counting) > 1:
        yield _attempted(question.id, counting[0].name, question.points, counting, rebuilding)
        return
    for test in counting:
        yield _attempted(question.id, test.name, test.points, [test], rebuilding)


def _public(question: ImportedQuestion, rebuilding: bool) -> Iterator[_Written]:
    for test in question.tests:
        if test.public:
            yield _attempted(question.id, test.name, Fraction(0), [test], rebuilding)


def _attempted(
    question: str, name: str, points: Fraction, tests: Sequence[ImportedTest], rebuilding: bool
) -> _Written:
    parts = []
    for test in tests:
        made = _translated(test, len(tests) == 1, rebuilding)
        if isinstance(made, ByHand):
            return _Written(name, question, points, (), tuple(tests), made)
        parts.append((test, made))
    return _Written(name, question, points, tuple(parts), tuple(tests))


def _translated(test: ImportedTest, alone: bool, rebuilding: bool) -> Translated | ByHand:
    what = f"the test {test.name} could not be translated: "
    if test.trouble is not None:
        return ByHand(test.trouble.place, what + test.trouble.what, test.trouble.remedy)
    try:
        if not alone and any(
            isinstance(it, ast.Return) for statement in test.body for it in ast.walk(statement)
        ):
            raise CannotTranslateError(
                test.body[0], "it returns early, and counts only together with others", "merge them"
            )
        return translated(test, rebuilding)
    except CannotTranslateError as error:
        return ByHand(Place(test.place.where, error.line or test.place.line), what + error.why, error.remedy)


def _file(
    head: str,
    draft: Draft,
    tests: Sequence[_Written],
    shown: Set[str],
    graded: bool,
    handed_out: Sequence[tuple[ImportedTest, Translated]] = (),
    further: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return a file of tests.

    They are methods, and those that students see are in both files: that is how the last look into a release knows
    which of their lines are shown on purpose. Definitions that students have anyway are in both, whoever needs them.
    """
    translations = [(of, it) for test in tests for of, it in test.parts]
    imports = {line for _, it in (*translations, *handed_out) for line in it.imports} - _MADE_HERE
    plain = sorted(it for it in imports if it.startswith("import "))
    others = sorted(imports - set(plain))
    further = further or {}
    if any("np." in line for of in further.values() for line in of) and _NUMPY not in plain:
        plain.append(_NUMPY)
    lines = [head.format(source=draft.source), *plain, "import pytest", *others, ""]
    lines += _given([*translations, *handed_out])
    both = [it for it in tests if it.name in shown and it.trouble is None]
    for name, about, members in (
        ("TestShown", "What students see of the tests.", both),
        ("TestHidden", "What only grading sees of the tests.", [it for it in tests if it not in both]),
    ):
        if members:
            lines += ["", f"class {name}:", f'    """{about}"""']
            functions = (_function(it, graded, further.get(f"test_{it.name}", ())) for it in members)
            lines += [textwrap.indent(it, "    ").rstrip("\n ") for it in functions]
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _given(translations: Sequence[tuple[ImportedTest, Translated]]) -> Iterator[str]:
    """Yield the definitions that tests need, each once and in the order of the source."""
    needed = {name for _, it in translations for name in it.given}
    written = set[int]()
    for test, _ in translations:
        for name, statement in test.names.given.items():
            if name in needed and id(statement) not in written:
                written.add(id(statement))
                blank = [""] if isinstance(statement, ast.FunctionDef) else []
                yield from (*blank, ast.unparse(statement), *blank)


def _function(test: _Written, graded: bool, further: Sequence[str]) -> str:
    marks = [f'@pytest.mark.question("{test.question}")']
    if graded:
        marks.append(f"@pytest.mark.weight({literal_of(test.points)})")
    if test.trouble is not None:
        return "\n".join(["", *marks, f"def test_{test.name}(self):", *_unwritten(test), ""])
    marks += [f"@{mark}" for _, it in test.parts for mark in it.marks]
    fixtures = ("compare", "rng") if further else ()
    arguments = "".join(f", {it}" for it in (*fixtures, *test.sources[0].arguments))
    body = list[str]()
    for _, translation in test.parts:
        body += ["    with check.computation():", textwrap.indent(translation.lines, " " * 8)]
    if further:
        body += ["    # Other inputs, which the reference answers: if they make sense, take the mark away."]
        body += [f"    # {line}" for line in further]
    return "\n".join(["", *marks, f"def test_{test.name}(self, student, check{arguments}):", *body, ""])


def _unwritten(test: _Written) -> Iterator[str]:
    """Yield the body of a test that a person has to write: what was there, and an error that names it."""
    assert test.trouble is not None
    why = f"{test.trouble.place}: {test.trouble.what}; {test.trouble.remedy}. It was:"
    yield textwrap.fill(why, 100, initial_indent="    # ", subsequent_indent="    # ")
    for of in test.sources:
        for line in of.source.strip("\n").split("\n"):
            yield f"    #     {line}".rstrip()
    yield f'    raise NotImplementedError("write this test by hand, as IMPORTED.md says of {test.trouble.place}")'
