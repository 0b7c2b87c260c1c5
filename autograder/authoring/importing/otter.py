"""Makes an assignment of a master notebook of `otter assign`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.authoring.importing.beside import is_inside
from autograder.authoring.importing.cells import (
    HEAD,
    Cell,
    cells_of_notebook,
    code_of,
    first_heading,
    notebook_of,
    points_in,
)
from autograder.authoring.importing.draft import (
    ByHand,
    Draft,
    ImportedQuestion,
    ImportedWritten,
    Names,
    Place,
    title_of,
)
from autograder.authoring.importing.libraries import libraries_in
from autograder.authoring.importing.names import filled_in, names_of
from autograder.authoring.importing.otter_cells import Question, Reader
from autograder.authoring.importing.otter_tests import imported_test
from autograder.errors import CourseError

_KNOWN_KEYS = frozenset(
    {"name", "files", "tests", "export_cell", "generate", "init_cell", "check_all_cell", "show_question_points",
     "requirements", "solutions_pdf", "template_pdf", "run_tests", "config_file", "environment", "python_version",
     "strip_solutions_from_all_cells", "save_environment", "ignore_modules", "overwrite_requirements",
     "suppress_no_tests_warning", "channel_priority_strict", "colab", "runs_on"}
)  # fmt: skip
"""Keys of the configuration that are taken over, or that mean nothing where otter does not grade."""


def read_master(path: Path, name: str) -> Draft:
    """Return the assignment that a master notebook of `otter assign` describes.

    Parameters
    ----------
    name
        What the assignment and its notebook will be called.

    Raises
    ------
    CourseError
        If it is no notebook, or `otter assign` would not take it either.
    """
    reader = Reader(path, f"{name}.ipynb")
    reader.read(cells_of_notebook(path))
    if not reader.questions:
        raise CourseError(f"{path} has no # BEGIN QUESTION in a raw cell; is it the master of otter assign?")
    students = notebook_of([HEAD, *_seeded(reader.students, reader.config)])
    reference = notebook_of(_seeded(reader.reference, reader.config))
    solved, stubs = code_of(reference), code_of(students)
    data, files, more = _files(path, reader.config)
    own = {it.removesuffix(".py"): source.decode("utf-8", "replace") for it, (_, source) in files.items()}
    names = names_of(name, solved, stubs, own)
    written, questions = list[ImportedWritten](), list[ImportedQuestion]()
    by_hand = reader.by_hand
    ok_format = (reader.config.get("tests") or {}).get("ok_format", True)
    for question in reader.questions:
        place = Place(f"cell {question.cell.number}")
        if question.manual:
            points = points_in(question.config.get("points") or 0, path, question.cell)
            sample = "\n\n".join(question.sample)
            written.append(ImportedWritten(question.id, question.title or question.id, points, sample, place))
            by_hand += _of_written(question, place)
        elif not question.tests:
            remedy = f"write a graded test and list {question.id} in assignment.toml, or remove its cells"
            by_hand.append(
                ByHand(place, f"the question {question.id} has no tests, so that nothing grades it", remedy)
            )
        else:
            questions.append(_question(question, names, name, ok_format, reader))
    by_hand += [*more, *_of_seed(reader.config)]
    by_hand += [
        ByHand(
            Place(""),
            f"the setting {key!r} of the configuration was not taken over",
            "see whether you need it",
        )
        for key in reader.config
        if key not in _KNOWN_KEYS and not (key == "seed" and _seed_variable(reader.config))
    ]
    if not questions:
        raise CourseError(f"{path} has no question with tests; import needs one at least.")
    title = str(reader.config.get("name") or first_heading(reader.students) or title_of(name))
    return Draft(
        name,
        title,
        f"{path.name}, a master of otter assign",
        {f"{name}.ipynb": (students, reference), **files},
        tuple(questions),
        tuple(written),
        data,
        libraries_in(solved, own),
        tuple(by_hand),
    )


def _seed_variable(config: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return the variable that otter sets while it grades, and its value then; None if there is none."""
    match config.get("seed"):
        case {"variable": str(name), "autograder_value": int(value)} if name.isidentifier():
            return name, value
    return None


def _seeded(cells: Sequence[Cell], config: Mapping[str, Any]) -> list[Cell]:
    """Return the cells with the seed with which otter grades, wherever a line sets it."""
    if (seed := _seed_variable(config)) is None:
        return list(cells)
    name, value = seed
    line = re.compile(rf"^([ \t]*){name}[ \t]*=(?!=).*$", re.MULTILINE)
    return [
        replace(it, source=line.sub(rf"\g<1>{name} = {value}", it.source)) if it.kind == "code" else it
        for it in cells
    ]


def _of_seed(config: Mapping[str, Any]) -> Iterator[ByHand]:
    if (seed := _seed_variable(config)) is not None:
        name, value = seed
        yield ByHand(
            Place(""),
            f"otter gives students another {name} than it grades with, and sets it before each cell; here they are "
            f"given {name} = {value}, as it grades",
            "see whether answers that depend on it may be seen by whoever runs the notebook",
        )
    generate = config.get("generate")
    if isinstance(generate, dict) and generate.get("seed") is not None:
        yield ByHand(
            Place(""),
            f"otter seeds the generators with {generate['seed']} before each cell of a hand-in; nothing does so here",
            "where answers are drawn, give students cells that make default_rng(...) with a seed, or call "
            f"student.seed({generate['seed']}) before the call in a test",
        )


def _of_written(question: Question, place: Place) -> Iterator[ByHand]:
    if question.tests:
        yield ByHand(
            place,
            f"{question.id} is marked by hand and has tests too, which were left out",
            "make them a question of their own",
        )
    if question.solution:
        yield ByHand(
            place,
            f"the answer to {question.id} is code, and a person marks what stands in the Markdown cell",
            "see whether its cells ask for the right thing; the sample code is in rubric.md",
        )


def _question(
    question: Question, names: Names, module: str, ok_format: bool, reader: Reader
) -> ImportedQuestion:
    points = _resolved(question, reader)
    tests = []
    for number, (test, worth) in enumerate(zip(question.tests, points, strict=True), start=1):
        name = re.sub(r"\W", "_", question.id) + f"_{number}"
        tests.append(imported_test(test, name, worth, names, ok_format))
        if test.messages:
            what = f"the message {test.messages[0]!r} of a test was left out"
            remedy = "write it as the hint of a known mistake in mistakes.toml, where it is true"
            reader.by_hand.append(ByHand(Place(f"cell {test.cell.number}"), what, remedy))
        if test.hidden and not worth:
            what = f"the hidden test {name} is worth nothing, and was left out"
            reader.by_hand.append(
                ByHand(Place(f"cell {test.cell.number}"), what, "give it points if it should count")
            )
    return ImportedQuestion(
        question.id,
        question.title or question.id,
        sum(points, Fraction(0)),
        tuple(tests),
        filled_in(module, question.solution, question.stub),
        bool(question.config.get("all_or_nothing")),
        Place(f"cell {question.cell.number}"),
    )


def _resolved(question: Question, reader: Reader) -> list[Fraction]:
    """Return what each test is worth, as otter shares out the points of a question."""
    given = question.config.get("points")
    cell, path = question.cell, reader.path
    own = [test.points for test in question.tests]
    if isinstance(given, dict):
        given = points_in(given.get("each", 1), path, cell) * len(own)
    elif isinstance(given, list):
        if len(given) != len(own):
            raise reader.wrong(
                cell, f"there are {len(own)} tests and points for {len(given)}; give each its own"
            )
        own = [None if it is None else points_in(it, path, cell) for it in given]
        given = None
    total = None if given is None else points_in(given, path, cell)
    said, open_ = sum((it for it in own if it is not None), Fraction(0)), sum(it is None for it in own)
    if total is None:
        total = said or Fraction(1)
    if said > total:
        raise reader.wrong(
            cell, f"its tests are worth {said} points, and it has {total}; correct one of them"
        )
    rest = (total - said) / open_ if open_ else Fraction(0)
    return [rest if it is None else it for it in own]


def _files(
    path: Path, config: Mapping[str, Any]
) -> tuple[dict[str, bytes], dict[str, tuple[bytes, bytes]], list[ByHand]]:
    """Return the files that go with a notebook: data, modules that are handed in as they are, and what to see to."""
    data, modules, by_hand = dict[str, bytes](), dict[str, tuple[bytes, bytes]](), list[ByHand]()
    for entry in config.get("files") or ():
        source = path.parent / str(entry)
        if not is_inside(path.parent, str(entry)) or not source.is_file():
            what = f"there is no file {entry} in the master's folder"
            by_hand.append(
                ByHand(Place(""), what, "put it into the assignment's folder, and add a [[data]] table")
            )
        elif source.suffix == ".py":
            modules[Path(str(entry)).name] = (source.read_bytes(), source.read_bytes())
            what = f"{entry} goes with the notebook, and is now a file that students hand in, as it is"
            by_hand.append(ByHand(Place(""), what, "see whether students may change it"))
        else:
            data[Path(str(entry)).as_posix()] = source.read_bytes()
    return data, modules, by_hand
