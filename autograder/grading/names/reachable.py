"""Which definitions of a hand-in the functions of a question can reach, by whatever names they use."""

from __future__ import annotations

import ast
import re
from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping

from autograder.grading.names.binding import LONGEST_NAME, imported_by, walked
from autograder.grading.names.named_objects import meant_by
from autograder.grading.names.spelling import dotted
from autograder.grading.names.top_level import Module, Unread, assigned_alias, star_imported

_WORD = re.compile(r"[^\W\d]\w*")


def reachable(
    modules: Mapping[str, Module | Unread], functions: Iterable[str]
) -> Iterator[Definition | Unread]:
    """Yield each definition that the functions can reach, once, and each file that cannot be read."""
    waiting: list[tuple[str, str]] = []
    for function in functions:
        name, _, path = function.partition(".")
        if path:
            found = list(_defined_at(modules, name, path))
            waiting += found
            file = modules.get(name)
            if not found and isinstance(file, Module):
                first = path.partition(".")[0]
                yield Unread(file.file, f"nothing in it says what {path} is", f"{name}.{first}")
    known, seen = set(waiting), set[int]()
    while waiting:
        module_name, name = waiting.pop()
        module = modules.get(module_name)
        if isinstance(module, Unread):
            yield module
            continue
        for node in module.definitions.get(name, ()) if module else ():
            assert module is not None
            if id(node) in seen:
                continue
            seen.add(id(node))
            scope = Definition(module, node)
            yield scope
            for place in _names_in(module_name, scope, modules):
                # Many definitions of one name that all use that name would otherwise lead to each other.
                if place[0] in modules and place not in known:
                    known.add(place)
                    waiting.append(place)


class Definition:
    """One definition, inner functions included, and what the names in it mean."""

    def __init__(self, module: Module, node: ast.AST) -> None:
        self.module = module
        self.node = node
        self.parts = walked(node)
        self._imports: dict[str, str] = {}
        self.stars = dict(module.stars)
        assigned: Counter[str] = Counter()
        candidates: list[ast.Assign] = []
        for part in self.parts:
            if isinstance(part, (ast.Import, ast.ImportFrom)):
                self._imports |= imported_by(part)
                self.stars |= star_imported(part, module.star_of)
            assigned.update(_bound_by(part))
            if isinstance(part, ast.Assign):
                candidates.append(part)
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assigned -= Counter(_targets_of(node))  # names bound at the top level are not local
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assigned -= Counter([node.name])
        self._own = set(assigned)
        known = ChainMap(self._imports, module.aliases)
        for statement in candidates:
            for name, full in assigned_alias(statement, known).items():
                if assigned[name] == 1:  # bound nowhere else, so it must be the alias
                    self._imports[name] = full

    def meanings(self, written: str) -> list[str]:
        """Return the full dotted names that a name may stand for; empty if the student defined it."""
        return [meant for full in self._full_names(written) for meant in meant_by(full, self.module.names)]

    def _full_names(self, written: str) -> list[str]:
        first, _, rest = written.partition(".")
        rest = f".{rest}" if rest else ""
        if first in self._imports:
            return [self._imports[first] + rest]
        if first in self._own:
            return []
        if first in self.module.aliases:
            return [self.module.aliases[first] + rest]
        if first in self.module.definitions:
            return []
        return [written, *(f"{star}.{written}" for star in self.stars)]


def _bound_by(part: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds, except by import."""
    match part:
        case ast.Name(ctx=ast.Store()):
            yield part.id
        case ast.arg():
            yield part.arg
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield part.name
        case ast.ExceptHandler(name=str(name)):
            yield name


def _targets_of(statement: ast.stmt) -> Iterator[str]:
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id


def _defined_at(modules: Mapping[str, Module | Unread], name: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield where a function of a question is defined; a method may come from a base class, a function from a file."""
    module = modules.get(name)
    first, _, rest = path.partition(".")
    if not isinstance(module, Module):
        yield name, path
        return
    if path in module.definitions:
        yield name, path
    elif rest and first in module.definitions:
        yield name, first
        yield name, f".{rest.rpartition('.')[2]}"
    if first in module.aliases:
        other, _, inside = ".".join(filter(None, (module.aliases[first], rest))).partition(".")
        yield other, inside
    yield from ((star, path) for star in module.stars if star in modules)
    if "__getattr__" in module.definitions:
        yield name, "__getattr__"


def _names_in(
    module_name: str, scope: Definition, modules: Mapping[str, Module | Unread]
) -> Iterator[tuple[str, str]]:
    """Yield where each name that a definition uses may be defined."""
    for part in scope.parts:
        if isinstance(part, ast.Name):
            yield module_name, part.id
            for meaning in scope.meanings(part.id):
                other, _, attribute = meaning.partition(".")
                yield other, attribute
        elif isinstance(part, ast.Attribute):
            yield module_name, f".{part.attr}"
            for meaning in scope.meanings(dotted(part.value) or ""):
                yield meaning, part.attr
        elif (
            isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) <= LONGEST_NAME
        ):
            # Names may be looked up by their text, and files imported by theirs.
            for word in _WORD.findall(part.value):
                yield module_name, word
                yield module_name, f".{word}"
                named = modules.get(word)
                if isinstance(named, Module):
                    yield from ((word, name) for name in named.definitions)
                elif named is not None:
                    yield word, ""
