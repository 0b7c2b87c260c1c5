"""Says which name or file is missing, where a hand-in asks for it and what to do, from the student's own source.

What student code reports only chooses among what stands in that source.
"""

from __future__ import annotations

import ast
import difflib
import functools
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from autograder.grading.names.binding import module_of
from autograder.grading.names.named_objects import OFFERED
from autograder.grading.names.parsing import KEPT_BYTES, parsed
from autograder.sandbox.call_failures import CodeRaised, LibraryUsed
from autograder.sandbox.wire.libraries import COMPATIBILITY, INERT, KNOWN, RELATIVE, handed_in

_IN_PYTHON_3 = {
    "xrange": "range", "raw_input": "input", "unicode": "str", "basestring": "str", "unichr": "chr", "long": "int",
    "izip": "zip", "imap": "map", "ifilter": "filter", "reduce": "functools.reduce", "reload": "importlib.reload",
    "execfile": "exec(open(...).read())", "file": "open", "cmp": "(a > b) - (a < b)",
}  # fmt: skip
_USUAL_IMPORTS = {
    "np": "import numpy as np",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
}
_NOT_DEFINED = re.compile(r"name '([^\W\d]\w{0,79})' is not defined")
_NOT_YET = re.compile(r"cannot access local variable '([^\W\d]\w{0,79})'")
_NO_SUCH_NAME = re.compile(r"cannot import name '([^\W\d]\w{0,79})' from (?:partially initialized module )?'")
_NO_SUCH_MODULE = re.compile(r"No module named '([\w.]{1,200})'")
_NO_ATTRIBUTE = re.compile(r"'[^']{1,80}' object has no attribute '([^\W\d]\w{0,79})'")
_TOO_MANY = re.compile(r"(\w{1,80}\.\w{1,80})\(\) (?:takes .{1,80} given$|got multiple values for argument)")
_TOO_FEW = re.compile(
    r"(?P<name>[^\W\d]\w{0,79})\(\) takes (?:from \d{1,3} to )?(?P<takes>\d{1,3}) positional arguments? but "
    r"(?P<given>\d{1,3}) (?:was|were) given$"
)
_MORE = re.compile(
    r"(?P<name>[^\W\d]\w{0,79})\(\) missing (?P<more>\d{1,3}) required positional arguments?: "
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ALIKE = 0.75
"""From which similarity on, as difflib counts it, one name is asked about where another is not defined."""
NOT_IMPORTED = "the file does not import it"
OURS_ALONE = (
    "only the files asked for, NumPy and Python's standard library are there when your work is graded"
)


@dataclass(frozen=True)
class Said:
    """What is missing, in a sentence.

    Attributes
    ----------
    file
        The file that should have been handed in, if that is what is missing.
    is_known
        Whether it is a library that is known by name.
    """

    sentence: str
    file: str = ""
    is_known: bool = False


@dataclass(frozen=True)
class _Import:
    """One name that a file imports, from where and in which line; `*` for all, nothing for the module itself."""

    module: str
    name: str
    line: int
    bound: str

    @property
    def written(self) -> str:
        """The module in words of the student's."""
        folder = self.name if self.module == RELATIVE else self.module
        return folder.removeprefix(f"{RELATIVE}.")

    @property
    def dotted(self) -> str:
        full = f"{self.module}.{self.name}" if self.name not in ("", "*") else self.module
        return full.removeprefix(f"{RELATIVE}.")

    @property
    def is_relative(self) -> bool:
        return self.module.startswith(RELATIVE)


def file_and_line(file: str, line: int) -> str:
    """Return a place in the student's files in words, without the line if that is 0."""
    return f"{file}, line {line}" if line else file


def of_library(failure: LibraryUsed, files: Mapping[str, bytes], unusable: Mapping[str, str]) -> Said:
    """Return what to say of the use of a module that is not there."""
    place = file_and_line(failure.file, failure.line) if failure.file else ""
    found = _import_of(failure, files)
    file, imported = found if found else ("", None)
    top = failure.library.partition(".")[0]
    is_relative = imported is not None and imported.is_relative
    due = _due(top, imported, unusable) if is_relative or top not in KNOWN else None
    if due:
        return Said(f"{place or 'your code'} needs {due}: {unusable[due]}", file=due)
    if imported is None or (top in KNOWN and not is_relative):
        where = f" ({place})" if place else ""
        end = "the line can go, unless your result needs it: then compute that with NumPy"
        only = "only NumPy and Python's standard library are available for grading"
        return Said(f"{top} is used{where}, but {only}; {end}", is_known=True)
    begin = file_and_line(file, imported.line)
    same = failure.file == file and failure.line == imported.line
    use = f", and {place} uses it" if place and not same else ""
    missing = f"{imported.written}, which is not part of this homework"
    return Said(f"{begin} imports {missing}{use}; do without it: {OURS_ALONE}")


def of_exception(error: CodeRaised, files: Mapping[str, bytes], unusable: Mapping[str, str]) -> Said | None:
    """Return what to say of an exception about a missing name; None if nothing is certain."""
    if error.type_name == "TypeError":
        return _without_self(error.text, files) or (
            None if error.frames else _other_parameters(error.text, files)
        )
    if not error.frames or not error.frames[-1].line:
        return None
    frame = error.frames[-1]
    file = frame.file.partition(" [")[0]
    names = _names_of(files.get(file))
    if names is None:
        return None
    place = file_and_line(frame.file, frame.line)
    match error.type_name:
        case "NameError":
            return _undefined(error.text, names, frame.line, place, unusable, files, file)
        case "AttributeError":
            return _not_set(error.text, files[file], names, frame.line, place)
        case "UnboundLocalError":
            name = _named_in_line(_NOT_YET, error.text, names, frame.line)
            return (
                Said(f"{place}: {name} is used before it has a value (UnboundLocalError)") if name else None
            )
        case "ImportError" | "ModuleNotFoundError":
            return _not_importable(error.text, names, frame.line, place, files, file)
    return None


# --- names ----------------------------------------------------------------------------------------------


def _undefined(
    text: str,
    names: _Names,
    line: int,
    place: str,
    unusable: Mapping[str, str],
    files: Mapping[str, bytes],
    file: str,
) -> Said | None:
    name = _named_in_line(_NOT_DEFINED, text, names, line)
    if name is None:
        return None
    begin = f"{place}: the name {name} is not defined (NameError)"
    if name not in names.bound and (said := _not_imported(name, begin, names, unusable, files)):
        return said
    if meant := _meant(name, line, files[file]):
        return Said(f"{begin}; is {meant} meant?")
    return Said(begin if name in names.bound else f"{begin}; nothing in the file defines or imports it")


def _not_imported(
    name: str, begin: str, names: _Names, unusable: Mapping[str, str], files: Mapping[str, bytes]
) -> Said | None:
    """Return what to say of a name that comes from elsewhere: of Python 2, of a star import, or not imported."""
    if name in _IN_PYTHON_3:
        return Said(f"{begin}: it is of Python 2, in Python 3 it is {_IN_PYTHON_3[name]}")
    for star in (it for it in names.imports if it.name == "*"):
        due = _due(star.dotted, None, unusable)
        known = star.module.partition(".")[0] in KNOWN
        if due and not known:
            return Said(f"{begin}; line {star.line} imports all names of {due}: {unusable[due]}", file=due)
        if not _is_there(star, files):
            what = "is not there when your work is graded" if known else "is not part of this homework"
            return Said(
                f"{begin}; line {star.line} imports all names of {star.written}, which {what}: it brings none"
            )
    if usual := _usual_import(name):
        return Said(f"{begin}: {NOT_IMPORTED}; write {usual} at its top")
    return None


def _usual_import(name: str) -> str:
    return _USUAL_IMPORTS.get(name) or (f"import {name}" if name in OFFERED else "")


def without_import(source: bytes) -> Iterator[tuple[str, str]]:
    """Yield names that a file uses without giving them a meaning, each with the import that it has by custom."""
    names = _names_of(source)
    if names is None or any(it.name == "*" for it in names.imports):
        return
    for name in dict.fromkeys(name for _, name in sorted(names.in_lines)):
        if name not in names.bound and (usual := _usual_import(name)):
            yield name, usual


def _meant(name: str, line: int, source: bytes) -> str:
    """Return the name that could be meant where one is not defined: of the object, or one that looks alike."""
    tree = parsed(source)
    around = [it for it in ast.walk(tree) if isinstance(it, _SCOPES) and _holds(it, line)]
    for scope in around:
        if isinstance(scope, ast.ClassDef) and name in {it.attr for it in _of_self(scope)}:
            return f"self.{name}"
    inner = [it for it in around if not isinstance(it, ast.ClassDef)]
    bound = [it for it in tree.body if isinstance(it, (*_SCOPES, ast.Assign, ast.AnnAssign))]
    known = {it.name for it in bound if isinstance(it, _SCOPES)}
    assigned = [it for it in bound if not isinstance(it, _SCOPES)]
    for node in (part for scope in (*inner, *assigned) for part in ast.walk(scope)):
        if isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            known.add(node.id)
    return next(iter(difflib.get_close_matches(name, known - {name}, n=1, cutoff=_ALIKE)), "")


def _holds(scope: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, line: int) -> bool:
    return scope.lineno <= line <= (scope.end_lineno or scope.lineno)


def _of_self(scope: ast.AST) -> Iterator[ast.Attribute]:
    """Yield the attributes of `self` to which a class gives a value."""
    for it in ast.walk(scope):
        if isinstance(it, ast.Attribute) and isinstance(it.ctx, ast.Store) and _is_self(it.value):
            yield it


def _is_self(it: ast.expr) -> bool:
    return isinstance(it, ast.Name) and it.id == "self"


def _not_set(text: str, source: bytes, names: _Names, line: int, place: str) -> Said | None:
    """Return what to say of an attribute of `self` to which nothing in its class gives a value."""
    found = _NO_ATTRIBUTE.match(text)
    scopes = [it for it in ast.walk(parsed(source)) if isinstance(it, ast.ClassDef) and _holds(it, line)]
    if not found or not scopes:
        return None
    owner, name = scopes[-1], found[1]
    read = {
        it.attr
        for it in ast.walk(owner)
        if isinstance(it, ast.Attribute) and it.lineno == line and _is_self(it.value)
    }
    if owner.bases or name not in read or name in {it.attr for it in _of_self(owner)}:
        return None
    if name in {it.name for it in owner.body if isinstance(it, _SCOPES)}:
        return None
    begin = f"{place}: self.{name} has no value (AttributeError)"
    for method in (it for it in owner.body if isinstance(it, (ast.FunctionDef, ast.AsyncFunctionDef))):
        for it in ast.walk(method):
            if isinstance(it, ast.Name) and it.id == name and isinstance(it.ctx, ast.Store):
                return Said(
                    f"{begin}; line {it.lineno} gives one to {name}, which is gone when {method.name} ends: "
                    f"write self.{name} there"
                )
    return Said(f"{begin}; no line of the class {owner.name} gives it one")


def _other_parameters(text: str, files: Mapping[str, bytes]) -> Said | None:
    """Return what to say of a function whose very call failed, because it has more or fewer parameters than that."""
    few, more = _TOO_FEW.match(text), _MORE.match(text)
    found = few or more
    if found is None or not any(found["name"] in it.bound for it in map(_names_of, files.values()) if it):
        return None
    what = (
        f"takes {few['takes']} {'argument' if few['takes'] == '1' else 'arguments'}, but is called with {few['given']}"
        if few
        else f"needs {found['more']} more {'argument' if found['more'] == '1' else 'arguments'} than it is called with"
    )
    return Said(
        f"{found['name']} {what}: give it the parameters that the task names, in that order (TypeError)"
    )


def _without_self(text: str, files: Mapping[str, bytes]) -> Said | None:
    """Return what to say of a call with one argument too many, where the object has no parameter."""
    found = _TOO_MANY.match(text)
    for file, source in files.items() if found else ():
        names = _names_of(source)
        for method in names.without_self if names else ():
            if found and f"{method.owner}.{method.name}" == found[1]:
                place = file_and_line(file, method.line)
                what = f"{method.name} is a method, so its first parameter has to be self, the object itself"
                return Said(f"{place}: {what} (TypeError)")
    return None


def _is_there(star: _Import, files: Mapping[str, bytes]) -> bool:
    modules = {name.removesuffix(".py") for name in files}
    if star.module in modules or handed_in(star.module, modules, OFFERED):
        return True
    return star.module.partition(".")[0] in OFFERED | INERT | COMPATIBILITY


def _named_in_line(pattern: re.Pattern[str], text: str, names: _Names, line: int) -> str | None:
    """Return the name that an exception's text speaks of if the line reads it."""
    found = pattern.match(text)
    return found[1] if found and (line, found[1]) in names.in_lines else None


# --- imports --------------------------------------------------------------------------------------------


def _not_importable(
    text: str, names: _Names, line: int, place: str, files: Mapping[str, bytes], file: str
) -> Said | None:
    here = [it for it in names.imports if it.line == line]
    if found := _NO_SUCH_MODULE.match(text):
        if any(it.module == found[1] for it in here):
            return Said(f"{place} imports {found[1]}, which does not exist (ModuleNotFoundError)")
        return None
    found = _NO_SUCH_NAME.match(text)
    imported = next((it for it in here if found and it.name == found[1]), None)
    if imported is None:
        return None
    modules = {name.removesuffix(".py") for name in files}
    meant = _file_of(imported, modules)
    if meant:
        other = _names_of(files[f"{meant}.py"])
        if other is None or any(it.name == "*" for it in other.imports):
            return None
        if imported.name in other.bound:
            both = any(f"{_file_of(it, modules)}.py" == file for it in other.imports)
            what = f"{imported.name} from {meant}.py before it is defined there"
            return (
                Said(f"{place} imports {what}: the two files import each other (ImportError)")
                if both
                else None
            )
        return Said(
            f"{place} imports {imported.name} from {meant}.py, which does not define it (ImportError)"
        )
    if imported.module.partition(".")[0] in OFFERED:
        return Said(
            f"{place} imports {imported.name} from {imported.module}, which has no such name (ImportError)"
        )
    return None


def _file_of(imported: _Import, modules: Set[str]) -> str | None:
    """Return the file of the hand-in that an import means, without `.py`."""
    for module in (imported.module, imported.dotted if imported.module != imported.dotted else ""):
        if module in modules:
            return module
        if meant := handed_in(module, modules, OFFERED):
            return meant
    return None


def _import_of(failure: LibraryUsed, files: Mapping[str, bytes]) -> tuple[str, _Import] | None:
    """Return the statement that imports what was used, in the file that uses it or else in another."""
    first = failure.file.partition(" [")[0]
    for file in sorted(files, key=lambda it: it != first):
        names = _names_of(files[file])
        for imported in names.imports if names else ():
            if imported.name != "*" and f"{failure.library}.".startswith(f"{imported.dotted}."):
                return file, imported
    return None


def _due(dotted: str, imported: _Import | None, unusable: Mapping[str, str]) -> str | None:
    """Return the file that an import means and that should be there, but cannot be used."""
    module = imported.module.removeprefix(f"{RELATIVE}.") if imported else dotted
    names = [module.rpartition(".")[2], imported.name if imported else ""]
    return next((f"{name}.py" for name in names if f"{name}.py" in unusable), None)


# --- reading --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Names:
    """The names in a file.

    Attributes
    ----------
    in_lines
        Pairs of a line and a name that stands in it.
    bound
        What anything in the file gives a meaning, anywhere.
    without_self
        Methods that have no parameter for their object.
    """

    in_lines: Set[tuple[int, str]]
    bound: Set[str]
    imports: tuple[_Import, ...]
    without_self: tuple[_Method, ...] = ()


@dataclass(frozen=True)
class _Method:
    owner: str
    name: str
    line: int


def _names_of(source: bytes | None) -> _Names | None:
    """Return the names in a source, from memory if it was read before; None if it cannot be read as Python."""
    if source is None:
        return None
    try:
        return _read_once(source) if len(source) <= KEPT_BYTES else _read(source)
    except (RecursionError, MemoryError, SyntaxError, ValueError, LookupError):
        return None


@functools.lru_cache(maxsize=16)
def _read_once(source: bytes) -> _Names:
    """Read a file once for all tests that it fails."""
    return _read(source)


def _read(source: bytes) -> _Names:
    in_lines: set[tuple[int, str]] = set()
    bound: set[str] = set()
    imports: list[_Import] = []
    without_self: list[_Method] = []
    for part in ast.walk(parsed(source)):
        match part:
            case ast.Name():
                in_lines.add((part.lineno, part.id))
                if not isinstance(part.ctx, ast.Load):
                    bound.add(part.id)
            case ast.arg():
                bound.add(part.arg)
            case ast.ClassDef():
                bound.add(part.name)
                without_self += [_Method(part.name, it.name, it.lineno) for it in _lacking_self(part)]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                bound.add(part.name)
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
                bound.add(part.name or "")
            case ast.Import():
                for alias in part.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    imports.append(_Import(alias.name, "", part.lineno, name))
            case ast.ImportFrom():
                for alias in part.names:
                    name = alias.asname or alias.name
                    imports.append(_Import(module_of(part), alias.name, part.lineno, name))
    bound.update(it.bound for it in imports)
    return _Names(frozenset(in_lines), frozenset(bound), tuple(imports), tuple(without_self))


def _lacking_self(owner: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    for it in owner.body:
        if isinstance(it, ast.FunctionDef) and not it.decorator_list and it.args.vararg is None:
            first = next(iter([*it.args.posonlyargs, *it.args.args]), None)
            if first is None or first.arg not in ("self", "cls"):
                yield it
