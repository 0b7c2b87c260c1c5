"""What the top level of each file of a hand-in defines and imports, and what it does to names besides."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from autograder.grading.names.binding import (
    LONGEST_NAME,
    imported_by,
    module_of,
    names_stored,
    parts_of,
    walked,
)
from autograder.grading.names.named_objects import OFFERED, OTHER_NAMES
from autograder.grading.names.parsing import MOST_BYTES, parsed
from autograder.grading.names.put_elsewhere import put_elsewhere
from autograder.grading.names.spelling import dotted, written
from autograder.sandbox.wire.libraries import handed_in

_IMPLICIT = re.compile(r"__(?!(?:repr|str|format)__)\w+__")
"""Methods that are called by no name, but for those that make text: how an object is printed is never charged."""
_GOES_ROUND = frozenset({"exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr"})
"""Functions that write to names, or are a way to them, whatever they are given."""
_NAMESPACES = frozenset({"__dict__", "__globals__", "__builtins__", "modules"})
"""Attributes that hold what names mean: of an object, a function, and `sys`."""
StarReader = Callable[[str], str | None]


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, and why; or only one name of it, which nothing in it defines."""

    file: str
    reason: str
    undefined: str = ""


@functools.lru_cache(maxsize=1)
def modules_in(
    files: tuple[tuple[str, bytes], ...], not_allowed: tuple[str, ...]
) -> Mapping[str, Module | Unread]:
    """Read the files of a hand-in, once for all its questions that have the same rules."""
    names = frozenset(name.removesuffix(".py") for name, _ in files)
    star_of = _star_reader(names, not_allowed)
    return {
        name.removesuffix(".py"): _read(name, source, star_of, names)
        for name, source in files
        if name.endswith(".py")
    }


def _read(file: str, source: bytes, star_of: StarReader, names: frozenset[str]) -> Module | Unread:
    if len(source) > MOST_BYTES:
        return Unread(file, "it is far longer than any homework")
    try:
        return Module(file, parsed(source), star_of, names)
    except (RecursionError, MemoryError):
        return Unread(file, "it is nested too deeply")
    except (SyntaxError, ValueError, LookupError):
        return Unread(file, "it cannot be read as Python")


def _star_reader(names: frozenset[str], not_allowed: Iterable[str]) -> StarReader:
    """Return a function from a module to the name that `from module import *` may bring in, or None."""
    telling = {"builtins", *OTHER_NAMES, "future.utils", "tqdm.contrib", *names}
    for rule in not_allowed:
        parts = rule.split(".")
        telling |= {".".join(parts[: end + 1]) for end in range(len(parts))}

    def star_of(module: str) -> str | None:
        module = handed_in(module, names, OFFERED) or module
        below = (rule for rule in not_allowed if module.startswith(f"{rule}."))
        return next(below, module if module in telling else None)

    return star_of


class Module:
    """Definitions, import aliases and star imports at the top level of one file."""

    def __init__(self, file: str, tree: ast.Module, star_of: StarReader, names: frozenset[str]) -> None:
        self.file = file
        self.tree = tree
        self.names = names
        self.star_of = star_of
        self.aliases: dict[str, str] = {}
        self.stars: dict[str, None] = {}
        self.definitions: dict[str, list[ast.AST]] = {}
        self.imports: list[ast.stmt] = []
        self.effects: list[ast.stmt] = []
        self.owners: dict[int, str] = {}
        for statement in _top_level(tree.body):
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.aliases |= imported_by(statement)
                self.stars |= star_imported(statement, star_of)
                self.imports.append(statement)
            else:
                self._note_definition(statement)
        put = {(name, id(node)): (name, node) for name, node in put_elsewhere(tree)}
        for name, node in put.values():
            if name in self.definitions:
                self._define(name, node)

    @property
    def bound(self) -> Iterator[str]:
        """The names that the top level binds."""
        yield from (name for name in self.definitions if "." not in name)
        yield from self.aliases

    def _note_definition(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._define(statement.name, statement)
                for part in walked(statement):
                    for bound in part.names if isinstance(part, ast.Global) else ():
                        self._define(bound, statement)
            case ast.ClassDef():
                head = (*statement.bases, *statement.decorator_list, *(it.value for it in statement.keywords))
                self._define(statement.name, *head)
                for member in statement.body:
                    self.owners[id(member)] = statement.name
                    if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        if _IMPLICIT.fullmatch(member.name):  # called by no name, wherever the class is used
                            self._define(statement.name, member)
                        self._define(f"{statement.name}.{member.name}", member)
                        self._define(f".{member.name}", member)
                    else:
                        self._define(statement.name, member)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                for target in _assigned_to(statement):
                    if name := dotted(target):
                        self._define(name, statement)
                        if "." in name:
                            self._define("." + name.rpartition(".")[2], statement)
                if isinstance(statement, ast.Assign):
                    self.aliases |= assigned_alias(statement, self.aliases)
                self._note_names(statement)
                if any(not isinstance(it, ast.Name) for it in _assigned_to(statement)):
                    self.effects.append(statement)
            case _:
                if isinstance(statement, ast.Expr):
                    self.effects.append(statement)
                    name = _receiver(statement.value)
                    if (
                        name in self.definitions and name not in self.aliases
                    ):  # `table.append(…)` is part of it
                        self._define(name, statement)
                self._note_names(statement)

    def changes(self) -> Iterator[str]:
        """Yield a sentence for each place at the top level that may change what names mean by going round them."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                continue
            if _is_main_guard(node):
                waiting += reversed(node.orelse)
            elif _goes_round_names(node):
                line = getattr(node, "lineno", 0)
                yield f"{self.file}, line {line}: what {written(node)} changes cannot be told from the source"
            else:
                waiting += reversed(parts_of(node))

    def _note_names(self, statement: ast.stmt) -> None:
        """Note the names that a statement binds in other ways: in a tuple, a loop, a `with`, by `:=`."""
        for part in ast.iter_child_nodes(statement):
            if isinstance(part, (ast.expr, ast.withitem, ast.match_case)):
                for name in set(names_stored(part)):
                    if self.definitions.get(name, [None])[-1] is not statement:
                        self._define(name, statement)

    def _define(self, name: str, *nodes: ast.AST) -> None:
        self.definitions.setdefault(name, []).extend(nodes)


def star_imported(statement: ast.Import | ast.ImportFrom, star_of: StarReader) -> dict[str, None]:
    """Return the module of whose names a statement may bring in all, as a key; none for other statements."""
    if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
        star = star_of(module_of(statement))
        return {star: None} if star else {}
    return {}


def assigned_alias(statement: ast.Assign, aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the alias that a statement such as `la = np.linalg` defines."""
    value = dotted(statement.value)
    if value is None or len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        return {}
    first, _, rest = value.partition(".")
    if first not in aliases:
        return {}
    full = aliases[first] + (f".{rest}" if rest else "")
    return {statement.targets[0].id: full[:LONGEST_NAME]}


def _goes_round_names(node: ast.AST) -> bool:
    """Return whether a part of a statement at the top level may give names a meaning that is not written there."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _GOES_ROUND
        case ast.Name(id="__builtins__") | ast.Attribute(attr="__globals__" | "__builtins__"):
            return True
        case ast.Attribute(attr="__code__", ctx=ast.Store()):
            return True
        case ast.Attribute(value=ast.Subscript(value=ast.Attribute(attr="modules")), ctx=ast.Store()):
            return True
        case ast.Subscript(value=ast.Attribute(attr=name), ctx=ast.Store()):
            return name in _NAMESPACES
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr=name), attr="update" | "setdefault" | "__setitem__")
        ):
            return name in _NAMESPACES
        case ast.Attribute(value=ast.Name(id="builtins"), ctx=ast.Store()):
            return True
    return False


def _is_main_guard(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, including those inside conditions, loops and `try`."""
    waiting: list[ast.stmt | ast.ExceptHandler] = [*reversed(list(body))]
    while waiting:
        statement = waiting.pop()
        if not isinstance(statement, ast.ExceptHandler):
            yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += reversed(list(_directly_below(statement)))


def _assigned_to(statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def _directly_below(statement: ast.stmt | ast.ExceptHandler) -> Iterator[ast.stmt | ast.ExceptHandler]:
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(statement, part, ()):
            if isinstance(inner, ast.match_case):
                yield from inner.body
            else:
                yield inner


def _receiver(node: ast.AST) -> str:
    """Return the name whose method a call is; empty if it is no such call."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return node.value.id
        node = node.func if isinstance(node, ast.Call) else node.value
    return ""
