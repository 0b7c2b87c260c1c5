"""Makes a module of what students fill in in an imported notebook; the rest is a notebook that imports it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from autograder.authoring.importing.cells import HEAD, Cell, cells_of_draft, notebook_of, without_magics
from autograder.authoring.importing.draft import Draft
from autograder.authoring.importing.names import bound_by, imports_of, parsed, read_by
from autograder.errors import CourseError

_RELOADING = "%load_ext autoreload\n%autoreload 2\n\n"


@dataclass(frozen=True)
class _Half:
    """The module that is made of one half's notebook, and what is left of its cells."""

    module: str
    cells: tuple[Cell, ...]
    moved: tuple[str, ...]


def in_module_form(draft: Draft) -> Draft:
    """Return the assignment with a module as its hand-in, beside which the notebook lies.

    Functions, classes, and the variables that questions ask for or that these need, move into the module.

    Raises
    ------
    CourseError
        If something that moves calls what students fill in while it is imported: then nothing of the stub could be.
    """
    notebook, module = f"{draft.name}.ipynb", f"{draft.name}.py"
    if notebook not in draft.files:
        raise CourseError(f"{draft.source} has no notebook to make a module of; leave --as-module out.")
    stub, reference = (cells_of_draft(content) for content in draft.files[notebook])
    wanted = _wanted(draft, [*_statements(stub), *_statements(reference)])
    _require_importable(draft, wanted, _statements(reference))
    public, secret = (_taken_apart(cells, wanted) for cells in (stub, reference))
    title = ast.unparse(ast.Expr(ast.Constant(f"{draft.title.rstrip('.')}."))) + "\n\n"
    said = public.module.replace(f' in {notebook}")', f' in {module}")')
    importing = f"from {draft.name} import {', '.join(public.moved)}"
    first = Cell("code", _RELOADING + importing)
    head, *others = (
        public.cells if public.cells[:1] and public.cells[0].source == HEAD.source else (HEAD, *public.cells)
    )
    files = {module: ((title + said).encode(), (title + secret.module).encode())}
    files |= {name: halves for name, halves in draft.files.items() if name != notebook}
    return replace(draft, files=files, beside={**draft.beside, notebook: notebook_of([head, first, *others])})


def _wanted(draft: Draft, statements: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names that move: what is defined, what questions and tests ask for, and what these need."""
    defined = {it.name for it in statements if isinstance(it, (ast.FunctionDef, ast.ClassDef))}
    asked = _asked(draft)
    tested = [statement for question in draft.questions for test in question.tests for statement in test.body]
    bound = {name for statement in statements for name in bound_by(statement)}
    wanted = (defined | asked | read_by(tested)) & bound
    while True:
        needed = {
            name
            for statement in statements
            if wanted & set(bound_by(statement))
            for name in read_by([statement])
            if name in bound
        }
        if needed <= wanted:
            return frozenset(wanted)
        wanted |= needed


def _asked(draft: Draft) -> set[str]:
    """Return the names that questions are about, without the file's."""
    return {name.split(".")[1] for question in draft.questions for name in question.functions}


def _require_importable(draft: Draft, wanted: Set[str], reference: Iterable[ast.stmt]) -> None:
    functions = {it.name for it in reference if isinstance(it, (ast.FunctionDef, ast.ClassDef))} & _asked(
        draft
    )
    for statement in reference:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) or not wanted & set(bound_by(statement)):
            continue
        if called := sorted(read_by([statement]) & functions):
            name = next(iter(bound_by(statement)))
            raise CourseError(
                f"{draft.source} cannot become a module: {name} calls {called[0]}, which students fill in, while the "
                "module is imported; leave --as-module out, and the notebook is the hand-in."
            )


def _taken_apart(cells: Sequence[Cell], wanted: Set[str]) -> _Half:
    pieces, left, moved = list[tuple[bool, str]](), list[Cell](), dict[str, None]()
    needed = read_by(it for it in _statements(cells) if wanted & set(bound_by(it)))
    for cell in cells:
        if cell.kind != "code":
            left.append(cell)
            continue
        lines, taken = cell.source.split("\n"), list[tuple[int, int]]()
        plain = without_magics(cell.source).split("\n")
        for statement in parsed("\n".join(plain)):
            names = [name for name in bound_by(statement) if name in wanted]
            if not names and not {*needed, "*"} & imports_of(statement).keys():
                continue
            first = min([statement.lineno, *(it.lineno for it in getattr(statement, "decorator_list", ()))])
            last = statement.end_lineno or first
            defines = isinstance(statement, (ast.FunctionDef, ast.ClassDef))
            moved |= dict.fromkeys(names)
            if (first, last) in taken:  # one line may hold several statements
                continue
            pieces.append((defines, "\n".join(plain[first - 1 : last])))
            if names:
                taken.append((first, last))
        for first, last in reversed(taken):
            del lines[first - 1 : last]
        source = "\n".join(lines).strip("\n")
        if source.strip() or not taken:
            left.append(replace(cell, source=source))
    return _Half(_joined(pieces), tuple(left), tuple(moved))


def _joined(pieces: Sequence[tuple[bool, str]]) -> str:
    """Return statements as a module, with two empty lines around those that are definitions."""
    module, before = "", True
    for defines, text in pieces:
        gap = "" if not module else "\n\n\n" if defines or before else "\n"
        module, before = f"{module}{gap}{text}", defines
    return f"{module}\n"


def _statements(cells: Iterable[Cell]) -> list[ast.stmt]:
    return [it for cell in cells if cell.kind == "code" for it in parsed(without_magics(cell.source))]
