"""What was read of another grader's files: an assignment that is not written yet."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Kind = Literal["function", "class", "constant"]


@dataclass(frozen=True)
class Place:
    """Where something stands in what was imported.

    Attributes
    ----------
    where
        "cell 7", counting all cells from the top, or the name of a file.
    line
        In that cell or file, counted from 1; 0 for all of it.
    """

    where: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.where}, line {self.line}" if self.line else self.where


@dataclass(frozen=True)
class ByHand:
    """Something that a person has to see to: where it stands, what it is, what to do."""

    place: Place
    what: str
    remedy: str


@dataclass(frozen=True)
class Known:
    """A name that the hand-in defines.

    Attributes
    ----------
    target
        `module.name`, as tests call it.
    methods, attributes
        Of a class, those that it defines, and what its methods set on their objects or properties give.
    handed_out
        Whether students were given it as it is.
    """

    kind: Kind
    target: str
    methods: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    handed_out: bool = False


@dataclass(frozen=True)
class Names:
    """What a name in a test may mean.

    Attributes
    ----------
    known
        What the hand-in defines, by the name that tests use.
    modules
        Modules of the hand-in, by the name that tests use.
    imports
        The statements that import other names.
    given
        Definitions that were handed out and compute with nothing of the student's, in order: they are copied into
        the tests, so that no hand-in can change what it is compared with.
    handed_out
        Whether students have these definitions anyway.
    """

    known: Mapping[str, Known]
    modules: Mapping[str, str] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, ast.stmt] = field(default_factory=dict)
    handed_out: bool = True


@dataclass(frozen=True)
class ImportedTest:
    """A test as plain statements that assert.

    Attributes
    ----------
    body
        With the line numbers of `place.where`.
    source
        As it was written.
    public
        Whether students see it.
    points
        What it is worth; 0 for one that only informs.
    names
        What its names mean.
    marks
        Decorators to be kept, such as `pytest.mark.parametrize(...)`, and `arguments`, the parameters that they fill.
    trouble
        Why it cannot be translated, where that is known without trying.
    out_of
        Of how many points its last line shows those that are earned; None if all are, unless it raises.
    sets_score
        Whether it calls `set_score`, as `partial_credit` lets it, and not its last line says so.
    """

    name: str
    body: tuple[ast.stmt, ...]
    source: str
    place: Place
    public: bool
    points: Fraction
    names: Names
    marks: tuple[ast.expr, ...] = ()
    arguments: tuple[str, ...] = ()
    trouble: ByHand | None = None
    out_of: Fraction | None = None
    sets_score: bool = False


@dataclass(frozen=True)
class ImportedQuestion:
    """A question that tests decide.

    Attributes
    ----------
    functions
        What students fill in for it, `module.function`, `module.Class.method` or `module.NAME`.
    together
        Whether its tests count only if all pass.
    """

    id: str
    title: str
    points: Fraction
    tests: tuple[ImportedTest, ...]
    functions: tuple[str, ...] = ()
    together: bool = False
    place: Place = Place("")


@dataclass(frozen=True)
class ImportedWritten:
    """A question that a person marks, with its sample solution as Markdown."""

    id: str
    title: str
    points: Fraction
    sample: str
    place: Place


@dataclass(frozen=True)
class Draft:
    """An assignment as it was read.

    Attributes
    ----------
    source
        What it was imported from, and by which tool's name.
    files
        Name to stub and reference of every file that is handed in.
    data
        Name to content of every file that hand-ins read.
    beside
        Name to content of what students are given and nobody hands in.
    of_tests
        Name to content of what graded tests read, from where they lie.
    """

    name: str
    title: str
    source: str
    files: Mapping[str, tuple[bytes, bytes]]
    questions: tuple[ImportedQuestion, ...]
    written: tuple[ImportedWritten, ...] = ()
    data: Mapping[str, bytes] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)
    of_tests: Mapping[str, bytes] = field(default_factory=dict)


def id_of(text: str) -> str:
    """Return the id of a question, made of what it was called."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text)


def title_of(name: str) -> str:
    """Return a title for something that has only a name."""
    return name.replace("_", " ").capitalize()


def literal_of(points: Fraction) -> str:
    """Return points as both toml and Python read them exactly: a whole number, or a fraction in quotes."""
    return str(points) if points.denominator == 1 else f'"{points}"'
