"""Finds files beside a notebook or module that its code reads or imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from autograder.authoring.importing.names import nodes_in

_MOST_BYTES = 16 << 20


def data_beside(folder: Path, sources: Iterable[str]) -> dict[str, bytes]:
    """Return name and content of every file of a folder that the code names in a text."""
    found = dict[str, bytes]()
    for node in nodes_in(sources):
        match node:
            case ast.Constant(value=str(name)) if _is_data(folder, name):
                found[Path(name).as_posix()] = (folder / name).read_bytes()
    return found


def data_of_tests(folder: Path, sources: Iterable[str]) -> dict[str, bytes]:
    """Return name and content of every file below the folder of the tests whose own name they have in a text.

    Such a file is found by where the tests lie, `os.path.join(HERE, "data", "wave.txt")`: names of folders stand apart.
    """
    texts = {
        it.value for it in nodes_in(sources) if isinstance(it, ast.Constant) and isinstance(it.value, str)
    }
    named = {Path(it).name for it in texts if 3 <= len(it) <= 200 and "\0" not in it}
    found = dict[str, bytes]()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.name in named and _is_data(folder, name):
            found[name] = path.read_bytes()
    return found


def modules_beside(folder: Path, sources: Iterable[str]) -> dict[str, bytes]:
    """Return name and content of every module of a folder that the code imports, from whatever package."""
    found = dict[str, bytes]()
    for node in nodes_in(sources):
        names = [it.name for it in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        for name in names:
            path = folder / f"{name.rpartition('.')[2]}.py"
            if path.stem.isidentifier() and path.is_file():
                found[path.name] = path.read_bytes()
    return found


def is_inside(folder: Path, name: str) -> bool:
    """Return whether a name leads to a place in a folder, and the same name in a copy to one in the copy."""
    return ".." not in Path(name).parts and (folder / name).resolve().is_relative_to(folder.resolve())


def _is_data(folder: Path, name: str) -> bool:
    if not 3 <= len(name) <= 200 or "." not in name or name.startswith(("/", "-")) or "\n" in name:
        return False
    path = folder / name
    try:
        return (
            path.is_file()
            and is_inside(folder, name)
            and path.suffix not in (".py", ".ipynb")
            and path.stat().st_size <= _MOST_BYTES
        )
    except OSError:
        return False
