"""Makes one notebook of an assignment whose stubs are modules: the functions are filled in between the pictures."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.errors import CourseError
from autograder.model.assignment import NOTEBOOK, Assignment, HandInFile


def in_notebook_form(assignment: Assignment, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a release's files with a notebook in place of the one module that is due and of the course's notebook.

    Where the course's notebook imports the module's functions, their stubs stand instead; without such a notebook,
    the stubs alone are its cells. It has the module's name, so that it is handed in as that module.

    Raises
    ------
    CourseError
        If not exactly one module is due, or it is a notebook already.
    """
    modules = [file for file in assignment.files if file.module]
    if len(modules) != 1:
        due = ", ".join(assignment.file_names)
        raise CourseError(
            f"{assignment.name} cannot be one notebook: {due} are due; write a notebook as one of its files instead."
        )
    (file,) = modules
    if file.due.endswith(NOTEBOOK):
        raise CourseError(
            f"{assignment.name}: students hand in {file.due} as it is; leave out --as-notebook."
        )
    walk = f"{assignment.name}{NOTEBOOK}"
    book = json.loads(files[walk]) if walk in files else _empty_book()
    book["cells"] = list(_with_stubs(book["cells"], str(file.module), list(_cells_of(_in_its_words(file)))))
    rest = {name: content for name, content in files.items() if name not in (walk, file.name)}
    # What students read calls the file by the name that it has for them.
    named, module = (
        f"{file.module}{NOTEBOOK}".encode(),
        re.compile(rf"(?<![\w/]){file.module}\.py\b".encode()),
    )
    rest |= {name: module.sub(named, content) for name, content in rest.items() if name.endswith(".md")}
    return {
        **rest,
        f"{file.module}{NOTEBOOK}": json.dumps(book, indent=1, ensure_ascii=False).encode() + b"\n",
    }


def _in_its_words(file: HandInFile) -> str:
    """Return the stub, whose functions say in which file they are to be filled in."""
    return file.stub().decode("utf-8").replace(f' in {file.name}"', f' in {file.module}{NOTEBOOK}"')


def _with_stubs(cells: list[Any], module: str, stubs: list[Any]) -> Iterator[Any]:
    imported = re.compile(rf"^from {module} import (?:\([^)]*\)|.*)\n?", re.MULTILINE)
    placed = False
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            source = source.replace(f"`{module}.py`", "this notebook")
        found = cell["cell_type"] == "code" and imported.search(source)
        yield {**cell, "source": imported.sub("", source).rstrip("\n").splitlines(keepends=True)}
        if found and not placed:
            yield from stubs
            placed = True
    if not placed:
        yield from stubs


def _cells_of(source: str) -> Iterator[Any]:
    """Yield a module as cells: what it says of itself, then its statements, with each function and class alone."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    body = tree.body
    if (about := ast.get_docstring(tree)) is not None:
        yield _cell("markdown", about, 0)
        body = body[1:]
    begin, waiting = (tree.body[0].end_lineno or 0) if about is not None else 0, ""
    for number, statement in enumerate(body, start=1):
        text = "".join(lines[begin : statement.end_lineno]).strip("\n")
        begin = statement.end_lineno or begin
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            if waiting:
                yield _cell("code", waiting, 1000 + number)
            waiting = ""
            yield _cell("code", text, number)
        else:
            waiting = f"{waiting}\n{text}".strip("\n")
    if waiting:
        yield _cell("code", waiting, 0)


def _cell(kind: str, source: str, number: int) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"stub-{kind}-{number}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True)}


def _empty_book() -> dict[str, Any]:
    return {
        "cells": [],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
