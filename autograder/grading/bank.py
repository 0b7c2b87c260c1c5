"""The bank of known mistakes: what each does to the reference, and the hint that belongs to it.

`solutions/NAME/misconceptions.py` declares them with `@misconception` and `@convention`. Each is a function
that takes the reference's function and returns the wrong one; as a hand-in it is plain text: the
reference's file, the declaring file's imports and helpers, the function, and one line that applies it.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.errors import CourseError

Wrong = TypeVar("Wrong", bound=Callable[..., Any])

_declared: list[Misconception] = []


@dataclass(frozen=True)
class Misconception:
    """One known mistake, or an accepted convention.

    Attributes
    ----------
    id
        Its name in results and reports.
    targets
        `module.function` or `module.Class.method` it can be applied to, one at a time.
    mistake
        What was done, in a few words, for the instructor.
    hint
        What a teaching assistant would say: an observation, then a question. For a convention, the note.
    also_affects
        Questions that cannot avoid it, because their functions call the target.
    same_as
        Mistakes that give the same values on every sensible input; their hint is as good.
    structural
        True where the values are right and only a test of structure tells.
    accepted
        True for a convention: another reading of the task that costs nothing and is noted.
    """

    id: str
    targets: tuple[str, ...]
    mistake: str
    hint: str
    function: str
    also_affects: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    structural: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class Variant:
    """A misconception applied to one of its targets."""

    misconception: Misconception
    target: str

    @property
    def name(self) -> str:
        """A name that is unique in its bank."""
        return f"{self.misconception.id}@{self.target}"


def misconception(
    id: str,
    *targets: str,
    mistake: str,
    hint: str,
    also_affects: tuple[str, ...] = (),
    same_as: tuple[str, ...] = (),
    structural: bool = False,
) -> Callable[[Wrong], Wrong]:
    """Declare a known mistake; the decorated function turns the right function into the wrong one."""

    def declare(function: Wrong) -> Wrong:
        _declared.append(
            Misconception(id, targets, mistake, hint, function.__name__, also_affects, same_as, structural)
        )
        return function

    return declare


def convention(id: str, *targets: str, note: str) -> Callable[[Wrong], Wrong]:
    """Declare another reading of the task that is accepted with a note."""

    def declare(function: Wrong) -> Wrong:
        _declared.append(Misconception(id, targets, note, note, function.__name__, accepted=True))
        return function

    return declare


class Bank:
    """The misconceptions of one assignment.

    Parameters
    ----------
    misconceptions
        In the order of their file.
    source
        The text of that file.
    """

    def __init__(self, misconceptions: tuple[Misconception, ...], source: str, path: Path) -> None:
        self.misconceptions = misconceptions
        self._path = path
        tree = ast.parse(source)
        declared = {entry.function for entry in misconceptions}
        self._functions = {
            node.name: _without_decorators(node, source)
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name in declared
        }
        self._shared = "\n\n".join(
            _with_decorators(node, source) for node in tree.body if _is_shared(node, declared)
        )

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Every misconception on every one of its targets."""
        return tuple(Variant(entry, target) for entry in self.misconceptions for target in entry.targets)

    def example(self, entry: Misconception) -> str:
        """Return the source of the function that makes the mistake."""
        return self._functions[entry.function]

    def hand_in(self, variant: Variant, reference: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the reference's files with the mistake made in one function.

        Raises
        ------
        CourseError
            Where the reference does not have the target.
        """
        module, _, name = variant.target.partition(".")
        file = f"{module}.py"
        if file not in reference or not _defines(reference[file], name):
            raise CourseError(
                f"{self._path}: misconception {variant.misconception.id} names {variant.target}, but the reference has "
                f"no such function; name it module.function or module.Class.method"
            )
        function = variant.misconception.function
        applied = f"{name} = {function}({name})\n"
        text = "\n\n\n".join([reference[file].decode(), self._shared, self._functions[function], applied])
        return {**reference, file: text.encode()}


def load_bank(folder: Path) -> Bank:
    """Read the bank of an assignment from `folder/misconceptions.py`; an absent file is an empty bank.

    Raises
    ------
    CourseError
        Where the file cannot be executed or declares an id twice.
    """
    path = folder / "misconceptions.py"
    if not path.is_file():
        return Bank((), "", path)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read as UTF-8 text: {error}") from error
    name = f"_misconceptions_of_{folder.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    _declared.clear()
    try:
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except Exception as error:
        raise CourseError(f"{path} cannot be executed: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(name, None)
    found = tuple(_declared)
    _declared.clear()
    ids = [entry.id for entry in found]
    if twice := next((id for id in ids if ids.count(id) > 1), None):
        raise CourseError(f"{path} declares {twice} twice; give each misconception an id of its own")
    return Bank(found, source, path)


def _without_decorators(node: ast.FunctionDef, source: str) -> str:
    lines = source.splitlines()
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _with_decorators(node: ast.stmt, source: str) -> str:
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def _defines(source: bytes, name: str) -> bool:
    """Return whether a file defines a function, or a class with a method, which may be inherited."""
    owner, _, method = name.rpartition(".")
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ClassDef) and statement.name == owner:
            members = {member.name for member in statement.body if isinstance(member, ast.FunctionDef)}
            return method in members or bool(statement.bases)
        if not owner and isinstance(statement, ast.FunctionDef) and statement.name == name:
            return True
    return False


def _is_shared(node: ast.stmt, declared: set[str]) -> bool:
    """Return whether a top-level statement is an import or helper that every variant may need."""
    if isinstance(node, ast.FunctionDef) and node.name in declared:
        return False
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        return not any(name.split(".")[0] in ("autograder", "__future__") for name in names)
    return not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
