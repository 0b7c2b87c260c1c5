"""Finds what a question does not allow, by reading the student's source without running it.

Only code that the question's functions can reach counts; a helper that only draws a plot may use anything.
What a name is decides, not how it is spelled: names are followed to what they may mean (`meanings`), and that is
looked up here, so that another name for the same function is the same function. A lookup by a text that is not known
is a use of whatever it may find. The time taken is linear in the length of the source, however it is written.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import re
import sys
import threading
from collections import ChainMap, Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import decode_source
from types import ModuleType
from typing import TypeGuard

from autograder.grading.binding import (
    LONGEST_NAME,
    MOST_PARTS,
    imported_by,
    module_of,
    names_stored,
    parts_of,
    walked,
)
from autograder.grading.meanings import Lookup, Meanings
from autograder.grading.named_objects import OFFERED, object_named
from autograder.sandbox.wire.libraries import handed_in

HIDDEN_LOOPS = frozenset(
    {
        "numpy.vectorize",
        "numpy.frompyfunc",
        "numpy.apply_along_axis",
        "numpy.apply_over_axes",
        "numpy.fromiter",
        "numpy.fromfunction",
        "numpy.nditer",
        "numpy.ndenumerate",
        "map",
        "itertools",
        "functools.reduce",
    }
)
"""Loops in disguise: they cost the points for structure, not those for right values."""

FAMILIES = {
    "numpy.linalg.norm": ("numpy.linalg.*norm*",),
    "numpy.apply_along_axis": ("numpy.ma.apply_along_axis",),
    "numpy.apply_over_axes": ("numpy.ma.apply_over_axes",),
    "numpy.nditer": ("numpy.ndindex", "numpy.nested_iters"),
    "numpy.ndenumerate": ("numpy.ma.ndenumerate",),
    "itertools": ("more_itertools",),
}
"""What is not allowed together with each of these; what is the same object under another name need not be listed."""

_OTHER_NAMES = {
    "six.moves.reduce": ["functools.reduce"],
    "past.builtins.reduce": ["functools.reduce"],
    "__builtin__.reduce": ["functools.reduce"],
    "six.moves.zip_longest": ["itertools.zip_longest"],
    "six.moves.filterfalse": ["itertools.filterfalse"],
    "future.utils.lmap": ["map"],
    "tqdm.contrib.tmap": ["map"],
    "pylab.np": ["numpy"],
    "pylab": ["numpy", "numpy.fft", "numpy.random", "numpy.linalg"],
    "matplotlib.pylab.np": ["numpy"],
    "matplotlib.pylab": ["numpy", "numpy.fft", "numpy.random", "numpy.linalg"],
    "six.moves.builtins": ["builtins"],
    "six.moves": ["builtins"],
    "past.builtins": ["builtins"],
    "future.builtins": ["builtins"],
    "future.moves.builtins": ["builtins"],
    "__builtin__": ["builtins"],
}
"""What stand-ins that compute pass on, the longer names first."""
_DEEPEST = 50_000
_LONGEST_WRITTEN = 60
_STACK_BYTES = 64 << 20
MOST_BYTES = 1 << 18
"""Longer files are not read: that takes some ten microseconds for each byte, in every question."""
KEPT_BYTES = 1 << 16
"""Trees of longer files are not kept, for they take many times the memory of their source."""
_IMPLICIT = re.compile(r"__(?!(?:repr|str|format)__)\w+__")
"""Methods that are called by no name, but for those that make text: how an object is printed is never charged."""
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Use:
    """One use of something that is not allowed.

    Attributes
    ----------
    unchecked
        Why the file could not be checked, so that it might use anything; empty for a use that was found.
    is_lookup
        Whether it is not known what is used: a name is looked up by an unknown text, or a module is passed on.
    is_passed_on
        Whether it is a module that goes where it is not followed.
    undefined
        The only function or class that it is about, as `module.name`: nothing in its file says what that is. Where it
        is not there at all, nobody can have called it.
    """

    rule: str
    written: str
    file: str
    line: int
    unchecked: str = ""
    is_lookup: bool = False
    is_passed_on: bool = False
    undefined: str = ""

    @property
    def hides_loop(self) -> bool:
        """Whether it concerns only tests of structure."""
        return self.rule in HIDDEN_LOOPS

    @property
    def sentence(self) -> str:
        """The sentence for the student."""
        if self.is_passed_on:
            return (
                f"{self.file}, line {self.line} passes a module on to where nobody can tell what is used of it "
                f"({self.written}), so that it cannot be checked for what this question does not allow: write its name."
            )
        if self.is_lookup:
            return (
                f"{self.file}, line {self.line} finds out only while it runs what it uses ({self.written}), "
                "so that it cannot be checked for what this question does not allow: write its name."
            )
        if self.unchecked:
            return f"{self.file} cannot be checked for what this question does not allow: {self.unchecked}."
        why = (
            "it loops in Python under another name" if self.hides_loop else "this question does not allow it"
        )
        return f"{self.file}, line {self.line} uses {self.written}: {why}."


@dataclass(frozen=True)
class Reading:
    """What was found in the source of a hand-in.

    Attributes
    ----------
    uses
        In source order; those of files that could not be read come last.
    flags
        Sentences for a person about what can neither be decided nor held against anybody.
    """

    uses: tuple[Use, ...]
    flags: tuple[str, ...] = ()


def read_for(files: Mapping[str, bytes], functions: Iterable[str], not_allowed: Sequence[str]) -> Reading:
    """Return what is found of `not_allowed` names in code that `functions` can reach.

    A file that does not parse may use anything, so it yields one unchecked use for each rule, after those that
    were found. That matters only if the test passes; the syntax error itself is reported elsewhere.

    Parameters
    ----------
    files
        Source of every file handed in, by name.
    functions
        `module.function` or `module.Class.method`.
    not_allowed
        Dotted names (`numpy.linalg.norm`), families of them (`numpy.linalg.*norm*`), modules (`itertools`) or
        builtins (`map`).
    """
    if not not_allowed:
        return Reading(())
    names = frozenset(name.removesuffix(".py") for name in files)
    star_of = _star_reader(names, not_allowed)
    modules = {
        name.removesuffix(".py"): _read(name, source, star_of, names)
        for name, source in files.items()
        if name.endswith(".py")
    }
    functions = list(functions)
    reached = list(_reachable(modules, functions))
    unread = [it for it in reached if isinstance(it, _Unread)]
    uses = {
        Use(rule, "", it.file, 0, it.reason, undefined=it.undefined) for it in unread for rule in not_allowed
    }
    scopes = [it for it in reached if isinstance(it, _Definition)]
    with _deep_recursion():
        meanings = _meanings_in(modules, scopes, names, functions)
        lookups = list(meanings.lookups())
        uses.update(_uses_in(meanings, names, not_allowed))
        uses.update(use for it in lookups for use in _uses_by(it, names, not_allowed))
    flags = [_flag_of(it) for it in lookups if not it.reaches]
    flags += [it for module in dict.fromkeys(scope.module for scope in scopes) for it in module.changes()]
    return Reading(tuple(sorted(uses, key=_place_of)), tuple(dict.fromkeys(flags)))


def _place_of(use: Use) -> tuple[bool, str, int, bool, int, str]:
    return bool(use.unchecked), use.file, use.line, use.is_lookup, -len(use.written), use.rule


@contextlib.contextmanager
def _deep_recursion() -> Iterator[None]:
    """Let trees be walked that nest as deep as the parser lets them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _meanings_in(
    modules: Mapping[str, _Module | _Unread],
    reached: Iterable[_Definition],
    names: frozenset[str],
    functions: Iterable[str],
) -> Meanings:
    meanings = Meanings(names)
    readable = {name: module for name, module in modules.items() if isinstance(module, _Module)}
    for name, module in readable.items():
        meanings.module(name, module.file, module.bound, module.imports, module.stars)
    for name, module in readable.items():
        for statement in module.effects:
            meanings.read(name, statement, counts=False)
    for scope in reached:
        module = scope.module
        meanings.read(module.file.removesuffix(".py"), scope.node, module.owners.get(id(scope.node), ""))
    for function in functions:
        name, _, first = ".".join(function.split(".")[:2]).partition(".")
        for statement in readable[name].imports if name in readable else ():
            if first in imported_by(statement):  # the function itself is what is imported
                meanings.mention(name, first, statement)
    meanings.solve()
    return meanings


@dataclass(frozen=True)
class _Unread:
    """A file that could not be read, and why; or only one name of it, which nothing in it defines."""

    file: str
    reason: str
    undefined: str = ""


def _read(file: str, source: bytes, star_of: _StarReader, names: frozenset[str]) -> _Module | _Unread:
    if len(source) > MOST_BYTES:
        return _Unread(file, "it is far longer than any homework")
    try:
        return _Module(file, parsed(source), star_of, names)
    except (RecursionError, MemoryError):
        return _Unread(file, "it is nested too deeply")
    except (SyntaxError, ValueError, LookupError):
        return _Unread(file, "it cannot be read as Python")


def parsed(source: bytes) -> ast.Module:
    """Return the tree of a source, from memory if it was parsed before.

    Raises
    ------
    RecursionError, MemoryError, SyntaxError, ValueError, LookupError
        If it cannot be read.
    """
    return _parsed_once(source) if len(source) <= KEPT_BYTES else _parsed(source)


def _parsed(source: bytes) -> ast.Module:
    """Parse the source as the worker does, in a thread with a large stack, which limits how deep code may nest."""
    before = threading.stack_size(_STACK_BYTES)
    try:
        with ThreadPoolExecutor(1) as own:
            return own.submit(ast.parse, decode_source(source)).result()
    finally:
        threading.stack_size(before)


@functools.lru_cache(maxsize=16)
def _parsed_once(source: bytes) -> ast.Module:
    """Parse a file once for all questions, and once for all hand-ins that hold it."""
    return _parsed(source)


_StarReader = Callable[[str], str | None]


def _star_reader(names: frozenset[str], not_allowed: Iterable[str]) -> _StarReader:
    """Return a function from a module to the name that `from module import *` may bring in, or None."""
    telling = {"builtins", *_OTHER_NAMES, "future.utils", "tqdm.contrib", *names}
    for rule in not_allowed:
        parts = rule.split(".")
        telling |= {".".join(parts[: end + 1]) for end in range(len(parts))}

    def star_of(module: str) -> str | None:
        module = handed_in(module, names, OFFERED) or module
        below = (rule for rule in not_allowed if module.startswith(f"{rule}."))
        return next(below, module if module in telling else None)

    return star_of


class _Module:
    """Definitions, import aliases and star imports at the top level of one file."""

    def __init__(self, file: str, tree: ast.Module, star_of: _StarReader, names: frozenset[str]) -> None:
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
                self.stars |= _star_imported(statement, star_of)
                self.imports.append(statement)
            else:
                self._note_definition(statement)

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
                    if name := _dotted(target):
                        self._define(name, statement)
                        if "." in name:
                            self._define("." + name.rpartition(".")[2], statement)
                if isinstance(statement, ast.Assign):
                    self.aliases |= _assigned_alias(statement, self.aliases)
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
                yield f"{self.file}, line {line}: what {_written(node)} changes cannot be told from the source"
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


class _Definition:
    """One definition, inner functions included, and what the names in it mean."""

    def __init__(self, module: _Module, node: ast.AST) -> None:
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
                self.stars |= _star_imported(part, module.star_of)
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
            for name, full in _assigned_alias(statement, known).items():
                if assigned[name] == 1:  # bound nowhere else, so it must be the alias
                    self._imports[name] = full

    def meanings(self, written: str) -> list[str]:
        """Return the full dotted names that a name may stand for; empty if the student defined it."""
        return [meant for full in self._full_names(written) for meant in _meant(full, self.module.names)]

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


def _meant(full: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the names in whose terms rules are written: files by their own names, libraries by what they pass on."""
    for other, meant in _OTHER_NAMES.items():
        if full == other or full.startswith(f"{other}."):
            yield from (it + full[len(other) :] for it in meant)
            return
    parts = full.split(".")
    for end in range(2, len(parts) + 1):
        if name := handed_in(".".join(parts[:end]), names, OFFERED):
            yield ".".join([name, *parts[end:]])
            return
    yield full


_GOES_ROUND = frozenset({"exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr"})
"""Functions that write to names, or are a way to them, whatever they are given."""
_NAMESPACES = frozenset({"__dict__", "__globals__", "__builtins__", "modules"})
"""Attributes that hold what names mean: of an object, a function, and `sys`."""


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


def _star_imported(statement: ast.Import | ast.ImportFrom, star_of: _StarReader) -> dict[str, None]:
    if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
        star = star_of(module_of(statement))
        return {star: None} if star else {}
    return {}


def _assigned_alias(statement: ast.Assign, aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the alias that a statement such as `la = np.linalg` defines."""
    value = _dotted(statement.value)
    if value is None or len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        return {}
    first, _, rest = value.partition(".")
    if first not in aliases:
        return {}
    full = aliases[first] + (f".{rest}" if rest else "")
    return {statement.targets[0].id: full[:LONGEST_NAME]}


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


def _reachable(
    modules: Mapping[str, _Module | _Unread], functions: Iterable[str]
) -> Iterator[_Definition | _Unread]:
    """Yield each definition that the functions can reach, once, and each file that cannot be read."""
    waiting: list[tuple[str, str]] = []
    for function in functions:
        name, _, path = function.partition(".")
        if path:
            found = list(_defined_at(modules, name, path))
            waiting += found
            file = modules.get(name)
            if not found and isinstance(file, _Module):
                first = path.partition(".")[0]
                yield _Unread(file.file, f"nothing in it says what {path} is", f"{name}.{first}")
    known, seen = set(waiting), set[int]()
    while waiting:
        module_name, name = waiting.pop()
        module = modules.get(module_name)
        if isinstance(module, _Unread):
            yield module
            continue
        for node in module.definitions.get(name, ()) if module else ():
            assert module is not None
            if id(node) in seen:
                continue
            seen.add(id(node))
            scope = _Definition(module, node)
            yield scope
            for place in _names_in(module_name, scope, modules):
                # Many definitions of one name that all use that name would otherwise lead to each other.
                if place[0] in modules and place not in known:
                    known.add(place)
                    waiting.append(place)


def _defined_at(modules: Mapping[str, _Module | _Unread], name: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield where a function of a question is defined; a method may come from a base class, a function from a file."""
    module = modules.get(name)
    first, _, rest = path.partition(".")
    if not isinstance(module, _Module):
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
    module_name: str, scope: _Definition, modules: Mapping[str, _Module | _Unread]
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
            for meaning in scope.meanings(_dotted(part.value) or ""):
                yield meaning, part.attr
        elif (
            isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) <= LONGEST_NAME
        ):
            # Names may be looked up by their text, and files imported by theirs.
            for word in _WORD.findall(part.value):
                yield module_name, word
                yield module_name, f".{word}"
                named = modules.get(word)
                if isinstance(named, _Module):
                    yield from ((word, name) for name in named.definitions)
                elif named is not None:
                    yield word, ""


def _uses_in(meanings: Meanings, names: frozenset[str], not_allowed: Sequence[str]) -> Iterator[Use]:
    rules = [_rule(rule) for rule in not_allowed]
    found: dict[str, str | None] = {}
    for node, file, meant in meanings.mentioned():
        for meaning in meant:
            if meaning not in found:
                found[meaning] = _rule_broken(_meant(meaning, names), rules)
            if rule := found[meaning]:
                yield Use(rule, _written(node), file, getattr(node, "lineno", 0))


@functools.lru_cache(maxsize=4096)
def _holds_any(name: str, not_allowed: str) -> bool:
    """Return whether a name is that of a module that has something that a rule does not allow."""
    module = object_named(name)
    if not isinstance(module, ModuleType):
        return False
    rule = _rule(not_allowed)
    named = any(pattern.startswith(f"{name}.") for pattern in rule.patterns)
    return named or any(id(it) in rule.objects for it in vars(module).values())


def _uses_by(lookup: Lookup, names: frozenset[str], not_allowed: Sequence[str]) -> Iterator[Use]:
    """Yield a use of each rule that a lookup may reach."""
    reaches = lookup.reaches.partition(".")[0]
    anything = reaches == "builtins" or reaches in names
    if not anything and reaches not in OFFERED:
        return
    for rule in not_allowed:
        if lookup.is_value and not _holds_any(lookup.reaches, rule):
            continue
        top = rule.partition(".")[0]
        of_python = top in sys.stdlib_module_names or hasattr(builtins, top)
        if (of_python and reaches != "numpy") or (top == "numpy" and (anything or reaches == "numpy")):
            line = getattr(lookup.node, "lineno", 0)
            yield Use(
                rule,
                _written(lookup.node),
                lookup.file,
                line,
                is_lookup=True,
                is_passed_on=lookup.is_value,
            )


def _flag_of(lookup: Lookup) -> str:
    line = getattr(lookup.node, "lineno", 0)
    return f"{lookup.file}, line {line}: what {_written(lookup.node)} finds cannot be told from the source"


def _written(node: ast.AST) -> str:
    """Return what stands there, cut where it is long."""
    dotted = _dotted(node)
    if dotted is not None:
        return dotted
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return "an expression"
    return text if len(text) <= _LONGEST_WRITTEN else f"{text[:_LONGEST_WRITTEN]}…"


@dataclass(frozen=True)
class _Rule:
    """One entry of `not_allowed`: the names that it covers, and the ids of the objects that they are."""

    name: str
    patterns: tuple[str, ...]
    objects: frozenset[int]


@functools.lru_cache(maxsize=256)
def _rule(name: str) -> _Rule:
    patterns = (name, *FAMILIES.get(name, ()))
    objects: set[int] = set()
    for pattern in patterns:
        owner, _, last = pattern.rpartition(".")
        found = object_named(pattern)
        if "*" in last:
            members = getattr(object_named(owner), "__dict__", {})
            objects |= {id(it) for key, it in members.items() if fnmatchcase(key, last) and callable(it)}
        elif isinstance(found, ModuleType):
            own = vars(found).items()
            objects |= {id(it) for key, it in own if callable(it) and not key.startswith("__")}
        elif callable(found):
            objects.add(id(found))
    return _Rule(name, patterns, frozenset(objects))


def _rule_broken(meanings: Iterable[str], rules: Sequence[_Rule]) -> str | None:
    for meaning in meanings:
        full = meaning.removeprefix("builtins.")
        found = object_named(meaning)
        for rule in rules:
            by_name = any(full == it or full.startswith(f"{it}.") for it in rule.patterns)
            if by_name or (callable(found) and id(found) in rule.objects):
                return rule.name
    return None


def _receiver(node: ast.AST) -> str:
    """Return the name whose method a call is; empty if it is no such call."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return node.value.id
        node = node.func if isinstance(node, ast.Call) else node.value
    return ""


def _dotted(node: ast.AST) -> str | None:
    """Return `a.b.c` for a short chain of names, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < MOST_PARTS:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
