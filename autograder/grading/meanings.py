"""What the names in a piece of source may stand for: every value that may flow into them, without running anything.

Names are followed through imports, assignments of every kind, tuples and other containers, branches, parameters and
results of functions, attributes, comprehensions, and through the ways to look a name up by its text (`getattr`,
`__import__`, `importlib`, `sys.modules`, `vars`, `exec`). Order does not count: what a name may mean anywhere in a
scope, it may mean everywhere in it. A lookup whose text is not known reaches whatever it looks in.

What is read becomes places of a `FlowGraph`, each of which holds a few meanings; the time taken is linear in the
source.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import math
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from autograder.grading.binding import MOST_PARTS, bound_in, imported_by, names_stored
from autograder.grading.flow_graph import MANY, MOST_MEANINGS, FlowGraph
from autograder.grading.named_objects import OFFERED, object_named
from autograder.grading.python_functions import (
    ALL_MEMBERS,
    ARITHMETIC,
    CALLED_WITH_THE_CLASS,
    EXECUTES,
    EXECUTES_OR_LOADS,
    FOLLOWED,
    IMPORTS,
    LOOKS_UP,
    OF_CONTAINERS,
    PASSING_ON,
    REACHES_ANYTHING,
    REACHES_BEYOND,
    READS_ANNOTATIONS,
    RESOLVES,
    RUNS_A_TEXT_OR_A_FUNCTION,
)
from autograder.sandbox.wire.libraries import handed_in

_MOST_ROUNDS = 8
_MOST_TEXTS = 50
"""Pieces of text to be executed that are read; what further ones do is not known."""

# A meaning is a dotted name (`numpy.linalg`), or one of these with what it is about.
_TEXT, _TEXTS, _FUNCTION, _MEMBERS, _PICKS = "str:", "strs:", "def:", "vars:", "picks:"
_LOCALS = "locals()"

# Methods that are called by no name: by what is written in their place.
_OF_ATTRIBUTES = ("__get__", "__getattr__", "__getattribute__")
_OF_KEYS = ("__getitem__", "__class_getitem__", "__missing__")
_OF_ITERATION = ("__iter__", "__next__", "__aiter__", "__anext__", "__getitem__")
_OF_WITH = ("__enter__", "__aenter__")
_OF_OPERATIONS = (
    *(f"__{before}{name}__" for before in ("", "r", "i") for name in ARITHMETIC),
    *(f"__{name}__" for name in ("neg", "pos", "invert", "lt", "le", "eq", "ne", "gt", "ge")),
)
_HELD_BY_WRAPPERS = frozenset({"value", "_value_"})
"""What members of an enumeration call what they stand for, and the end of a generator what it returned."""


def _is_given_lambdas(node: ast.AST) -> bool:
    """Return whether what a call has timed, and what it prepares, are functions written there: they are read."""
    if not isinstance(node, ast.Call):
        return False
    named = {it.arg: it.value for it in node.keywords}
    timed = [*node.args[:2], *(named[it] for it in ("stmt", "setup") if it in named)]
    return bool(timed) and None not in named and all(isinstance(it, ast.Lambda) for it in timed)


@dataclass(frozen=True)
class Lookup:
    """A lookup whose text is not known, or a value that is passed on to where it is not followed.

    Attributes
    ----------
    reaches
        What it looks in: a module, or "" if that is not known either.
    is_value
        Whether `reaches` is passed on itself; of interest only if it is a module.
    """

    reaches: str
    node: ast.AST
    file: str
    is_value: bool = False


@dataclass(eq=False)
class _Scope:
    """Names that belong together.

    Attributes
    ----------
    bound
        Those that are bound in it; a module's are not looked for.
    is_class
        Whether scopes inside do not see it.
    counts
        Whether what is mentioned in it is a use.
    name
        The class's.
    """

    module: str
    file: str
    parent: _Scope | None
    bound: frozenset[str] = frozenset()
    is_class: bool = False
    counts: bool = True
    name: str = ""
    places: dict[str, int] = field(default_factory=dict)


@dataclass(eq=False)
class _Function:
    """A function of the hand-in: the places of its parameters and of what it returns."""

    positional: list[int]
    by_name: dict[str, int]
    rest: int
    returns: int
    is_method: bool


@dataclass(frozen=True, eq=False)
class _Called:
    """A call: the places of what is called, of what it is given by position and by name, and of its result."""

    node: ast.Call
    function: int
    places: list[int]
    given: list[int]
    keywords: Mapping[str, int]
    result: int
    scope: _Scope


class Meanings:
    """What may flow where, in parts of some files.

    Parameters
    ----------
    names
        Of the files, without `.py`.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._graph = FlowGraph()
        self._globals: dict[str, _Scope] = {}
        self._bound: dict[str, frozenset[str]] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._attributes: dict[str, int] = {}
        self._functions: list[_Function] = []
        self._number_of: dict[int, int] = {}
        self._returns: list[int] = []
        self._generators: list[bool] = []
        """Whether each of the functions that are being read is a generator, as far as it is read."""
        self._implicit: dict[tuple[str, ...], int] = {}
        self._mentioned: list[tuple[int, ast.AST, str]] = []
        self._lookups: dict[tuple[int, str], Lookup] = {}
        self._executions: set[tuple[int, str]] = set()
        self._told: list[tuple[Callable[[str], None], str]] = []
        self._calls: list[_Called] = []
        self._lost: list[tuple[int, ast.AST, _Scope]] = []
        """Places whose values go where they are not followed."""
        self._beyond: list[tuple[ast.AST, _Scope]] = []

    # --- what is asked ------------------------------------------------------------------------------------

    def module(
        self, name: str, file: str, bound: Iterable[str], imports: Iterable[ast.stmt], stars: Iterable[str]
    ) -> None:
        """Make a file known: what its top level binds, its import statements, what its star imports bring."""
        self._globals[name] = _Scope(name, file, None)
        self._bound[name] = frozenset(bound)
        self._stars[name] = tuple(stars)
        for statement in imports:
            self._imported(statement, self._globals[name])

    def read(self, module: str, node: ast.AST, owner: str = "", counts: bool = True) -> None:
        """Read a statement of a file's top level, or a member of the class `owner`.

        What a statement that does not count mentions is no use; what it binds flows all the same.
        """
        scope = self._globals[module]
        if not counts:
            scope = _Scope(scope.module, scope.file, scope, counts=False)
        if owner:
            scope = _Scope(module, scope.file, scope, is_class=True, counts=scope.counts, name=owner)
        self._block([node], scope)

    def mention(self, module: str, name: str, node: ast.AST) -> None:
        """Take a name of a file's top level for used, at a node."""
        scope = self._globals[module]
        self._mention(self._global(module, name), node, scope)

    def solve(self) -> None:
        """Let everything flow, until looking names up by what is known of their texts adds nothing more."""
        self._graph.run()
        for _ in range(_MOST_ROUNDS):
            before = self._graph.additions
            self._lookups.clear()
            for handler, meaning in list(self._told):
                handler(meaning)
            self._graph.run()
            if self._graph.additions == before:
                break
        self._find_other_lookups()

    def _find_other_lookups(self) -> None:
        """Note lookups in what nothing is known of, and places that may mean too much."""
        for call in self._calls:
            looks_up = bool(self._graph.held[call.function].keys() & LOOKS_UP) and len(call.places) > 1
            unknown = looks_up and not self._graph.held[call.places[0]] and not self._texts_of(call.places[1])
            if unknown and not _is_of_its_own(call.node.args[0]):
                self._unknown("", call.node, call.scope)
            if not all(map(_is_followed, self._graph.held[call.function] or [""])):
                given = [*call.node.args, *(it.value for it in call.node.keywords)]
                places = [*call.places, *call.given]
                self._lost += [(place, it, call.scope) for place, it in zip(places, given, strict=True)]
        for node, scope in self._beyond:
            self._unknown("builtins", node, scope)
        returns = set[int]()
        for place, node, scope in self._lost:  # which grows
            for meaning in self._graph.held[place]:
                if meaning.startswith(_FUNCTION):  # whoever has a function has what it returns
                    function = self._functions[int(meaning.removeprefix(_FUNCTION))]
                    if function.returns not in returns:
                        returns.add(function.returns)
                        self._lost.append((function.returns, node, scope))
                owner = meaning.removeprefix(_MEMBERS)
                if scope.counts and ":" not in owner and owner.partition(".")[0] in OFFERED:
                    self._lookups.setdefault(
                        (id(node), owner), Lookup(owner, node, scope.file, is_value=True)
                    )
        for place, node, file in self._mentioned:
            for meaning in self._graph.held[place]:
                if meaning.startswith(MANY) and meaning.removeprefix(MANY) in OFFERED:
                    self._lookups.setdefault(
                        (id(node), meaning), Lookup(meaning.removeprefix(MANY), node, file)
                    )

    def mentioned(self) -> Iterator[tuple[ast.AST, str, list[str]]]:
        """Yield every expression that may mean something, its file, and what it may mean."""
        for place, node, file in self._mentioned:
            meant = [it for it in self._graph.held[place] if ":" not in it]
            if meant:
                yield node, file, meant

    def lookups(self) -> Iterator[Lookup]:
        """Yield the lookups whose text is not known."""
        yield from self._lookups.values()

    # --- places that are shared ---------------------------------------------------------------------------

    def _on_and_again(self, place: int, handler: Callable[[str], None]) -> None:
        """Tell the handler of each meaning, and again once more is known of the texts that it asks for."""

        def tell(meaning: str) -> None:
            if not meaning.startswith((_FUNCTION, _TEXT, _TEXTS)):
                self._told.append((handler, meaning))
            handler(meaning)

        self._graph.on(place, tell)

    def _global(self, module: str, name: str) -> int:
        """Return the place of a name of a file's top level."""
        return self._local(name, self._globals[module])

    def _attribute_place(self, name: str) -> int:
        """Return the one place for what is ever put into an attribute of this name."""
        if name not in self._attributes:
            self._attributes[name] = self._graph.new()
        return self._attributes[name]

    def _returned_by(self, methods: tuple[str, ...]) -> int:
        """Return the one place for what methods of these names return, in whatever class they are."""
        if methods not in self._implicit:
            result = self._implicit[methods] = self._graph.new()

            def found(meaning: str) -> None:
                if meaning.startswith(_FUNCTION):
                    function = self._functions[int(meaning.removeprefix(_FUNCTION))]
                    self._graph.flow(function.returns, result)

            for method in methods:
                self._graph.on(self._attribute_place(method), found)
        return self._implicit[methods]

    def _unknown(self, reaches: str, node: ast.AST, scope: _Scope) -> None:
        if scope.counts:
            self._lookups.setdefault((id(node), reaches), Lookup(reaches, node, scope.file))

    # --- names --------------------------------------------------------------------------------------------

    def _look_up(self, name: str, scope: _Scope) -> int:
        """Return the place that a name is read from."""
        here: _Scope | None = scope
        first = True
        while here is not None and here.parent is not None:
            if name in here.bound and (first or not here.is_class):
                return self._local(name, here)
            first = False
            here = here.parent
        place = self._global(scope.module, name)
        if name not in self._bound[scope.module]:
            if name == "__builtins__":
                self._graph.add(place, "builtins")
            elif hasattr(builtins, name):
                self._graph.add(place, name)
            for star in self._stars[scope.module]:
                self._member(star, name, place, scope)
        return place

    def _store(self, name: str, scope: _Scope) -> int:
        """Return the place that a name is written to."""
        here: _Scope | None = scope
        while here is not None and here.parent is not None:
            if name in here.bound:
                return self._local(name, here)
            here = here.parent
        return self._global(scope.module, name)

    def _local(self, name: str, scope: _Scope) -> int:
        if name not in scope.places:
            scope.places[name] = self._graph.new()
        return scope.places[name]

    def _member(self, owner: str, name: str, target: int, scope: _Scope) -> None:
        """Let an attribute of what an owner means flow into a place."""
        if owner.startswith((_FUNCTION, _TEXT, _PICKS)):
            return
        if owner.startswith(_TEXTS):  # a method of a container
            if name in OF_CONTAINERS:
                self._graph.add(target, f"{owner}\0{name}")
            return
        if owner.startswith(MANY):
            self._graph.add(target, owner)
            return
        if owner.startswith(_MEMBERS):
            if name in OF_CONTAINERS:
                self._graph.add(target, f"{owner}\0{name}")
            return
        if owner == _LOCALS:
            self._graph.flow(self._look_up(name, scope), target)
            return
        file = handed_in(owner, self._names, OFFERED) or owner
        if file in self._globals:
            self._graph.flow(self._global(file, name), target)
            return
        if owner.partition(".")[0] in OFFERED and (module := _passed_on(owner, name)):
            self._graph.add(target, module)
        if name == "__dict__":
            self._graph.add(target, f"{_MEMBERS}{owner}")
            return
        if name in _HELD_BY_WRAPPERS and object_named(f"{owner}.{name}") is None:
            self._graph.add(target, owner)
        self._graph.add(target, name if owner == "builtins" else f"{owner}.{name}")

    # --- statements ---------------------------------------------------------------------------------------

    def _block(self, body: Iterable[ast.AST], scope: _Scope) -> None:
        # A chain of `elif` nests as deep as it is long.
        waiting = deque(body)
        while waiting:
            statement = waiting.popleft()
            inner = self._shallow(statement, scope)
            waiting.extendleft(reversed(inner))

    def _shallow(self, node: ast.AST, scope: _Scope) -> list[ast.AST]:
        """Read a statement but for the statements inside it, which are returned."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                place = self._definition(node, node.args, node.body, scope)
                for decorator in node.decorator_list:
                    self._graph.flow(self._expression(decorator, scope), place)
                if not all(map(_is_followed_decorator, node.decorator_list)) or isinstance(
                    node, ast.AsyncFunctionDef
                ):
                    self._lost.append((self._functions[self._number_of[id(node)]].returns, node, scope))
                if scope.is_class:
                    self._graph.flow(place, self._attribute_place(node.name))
                    if node.name in CALLED_WITH_THE_CLASS:
                        self._graph.flow(place, self._store(scope.name, scope))
                else:
                    self._graph.flow(place, self._store(node.name, scope))
            case ast.ClassDef():
                for part in (*node.bases, *node.decorator_list, *(it.value for it in node.keywords)):
                    self._lost.append((self._expression(part, scope), part, scope))
                bound = bound_in(node.body)
                own = _Scope(scope.module, scope.file, scope, bound, True, scope.counts, node.name)
                self._block(node.body, own)
            case ast.Import() | ast.ImportFrom():
                self._imported(node, scope)
            case ast.Assign():
                self._assigned(node.targets, node.value, scope)
            case ast.AnnAssign() | ast.AugAssign() if node.value is not None:
                self._assigned([node.target], node.value, scope)
                if isinstance(node, ast.AugAssign):
                    self._bind(node.target, self._returned_by(_OF_OPERATIONS), scope)
            case ast.For() | ast.AsyncFor():
                self._bind(node.target, self._iterated(node.iter, scope), scope)
                return [*node.body, *node.orelse]
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    place = self._expression(item.context_expr, scope)
                    if item.optional_vars is not None:
                        self._bind(item.optional_vars, place, scope)
                        self._bind(item.optional_vars, self._returned_by(_OF_WITH), scope)
                return list(node.body)
            case ast.Return():
                if node.value is not None and self._returns:
                    self._graph.flow(self._expression(node.value, scope), self._returns[-1])
            case ast.If() | ast.While():
                self._expression(node.test, scope)
                return [*node.body, *node.orelse]
            case ast.Try() | ast.TryStar():
                return [*node.body, *node.handlers, *node.orelse, *node.finalbody]
            case ast.ExceptHandler():
                if node.type is not None:
                    self._expression(node.type, scope)
                return list(node.body)
            case ast.Match():
                subject = self._expression(node.subject, scope)
                if not all(isinstance(case.pattern, (ast.MatchAs, ast.MatchValue)) for case in node.cases):
                    self._lost.append((subject, node.subject, scope))
                for case in node.cases:
                    for inner in ast.walk(case.pattern):
                        if isinstance(inner, ast.expr):
                            self._expression(inner, scope)
                        for name in (getattr(inner, "name", None), getattr(inner, "rest", None)):
                            if isinstance(name, str):
                                self._graph.flow(subject, self._store(name, scope))
                    if case.guard is not None:
                        self._expression(case.guard, scope)
                return [statement for case in node.cases for statement in case.body]
            case ast.expr():  # of the head of a class
                self._lost.append((self._expression(node, scope), node, scope))
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._expression(child, scope)
        return []

    def _imported(self, node: ast.stmt, scope: _Scope) -> None:
        for bound, full in imported_by(node).items():
            place = self._store(bound, scope)
            owner, _, name = full.rpartition(".")
            file = handed_in(owner, self._names, OFFERED) or owner
            if isinstance(node, ast.ImportFrom) and file in self._globals:
                self._graph.flow(self._global(file, name), place)
            else:
                self._graph.add(place, full)

    def _assigned(self, targets: Iterable[ast.expr], value: ast.expr, scope: _Scope) -> None:
        place = self._expression(value, scope)
        for target in targets:
            parts: list[ast.expr] = getattr(target, "elts", [])
            values: list[ast.expr] = getattr(value, "elts", [])
            one_by_one = parts and len(parts) == len(values)
            if one_by_one and not any(isinstance(it, ast.Starred) for it in (*parts, *values)):
                for part, own in zip(parts, values, strict=True):
                    self._assigned([part], own, scope)
            else:
                self._bind(target, place, scope)

    def _bind(self, target: ast.expr, place: int, scope: _Scope) -> None:
        """Let a place flow into whatever a target names."""
        match target:
            case ast.Name():
                self._graph.flow(place, self._store(target.id, scope))
                if scope.is_class:
                    self._graph.flow(place, self._attribute_place(target.id))
            case ast.Attribute():
                self._expression(target.value, scope)
                self._graph.flow(place, self._attribute_place(target.attr))
            case ast.Starred():
                self._bind(target.value, place, scope)
            case ast.Tuple() | ast.List():
                for part in target.elts:
                    self._bind(part, place, scope)
            case ast.Subscript():
                self._put_in(target, place, scope)

    def _put_in(self, target: ast.Subscript, place: int, scope: _Scope) -> None:
        """Let a place flow into a container, or into the name that a dictionary of names has at this key."""
        keys = self._expression(target.slice, scope)
        into = self._expression(target.value, scope)

        def put(meaning: str) -> None:
            if meaning.startswith(_MEMBERS):
                module = meaning.removeprefix(_MEMBERS)
                for text in self._texts_of(keys) if module in self._globals else ():
                    self._graph.flow(place, self._global(module, text))

        self._on_and_again(into, put)
        match target.value:
            case ast.Name(id=name):
                self._graph.flow(place, self._store(name, scope))
            case ast.Attribute(attr=name):
                self._graph.flow(place, self._attribute_place(name))

    def _definition(
        self, node: ast.AST, args: ast.arguments, body: Iterable[ast.AST] | ast.expr, scope: _Scope
    ) -> int:
        """Read a function or a lambda and return the place that means it."""
        positional = [*args.posonlyargs, *args.args]
        every = [*positional, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
        inside = body if isinstance(body, list) else []
        bound = bound_in(inside) | {it.arg for it in every}
        inner = _Scope(scope.module, scope.file, scope, bound, counts=scope.counts)
        places = {it.arg: self._local(it.arg, inner) for it in every}
        rest = self._graph.new()
        for more in filter(None, (args.vararg, args.kwarg)):
            self._graph.flow(rest, places[more.arg])
        if scope.is_class and getattr(node, "name", "") == "__array_function__" and len(positional) > 1:
            # NumPy hands over whichever of its functions was called.
            self._graph.add(places[positional[1].arg], f"{MANY}numpy")
        returns = self._graph.new()
        is_method = scope.is_class and isinstance(node, ast.FunctionDef) and not _is_static(node)
        function = _Function([places[it.arg] for it in positional], places, rest, returns, is_method)
        self._number_of[id(node)] = len(self._functions)
        self._functions.append(function)
        place = self._graph.new(f"{_FUNCTION}{len(self._functions) - 1}")
        for default, argument in zip(reversed(args.defaults), reversed(positional), strict=False):
            self._graph.flow(self._expression(default, scope), places[argument.arg])
        for given, argument in zip(args.kw_defaults, args.kwonlyargs, strict=True):
            if given is not None:
                self._graph.flow(self._expression(given, scope), places[argument.arg])
        for argument in every:
            if argument.annotation is not None:
                self._expression(argument.annotation, scope)
        self._returns.append(returns)
        self._generators.append(False)
        if isinstance(body, ast.expr):
            self._graph.flow(self._expression(body, inner), returns)
        else:
            self._block(body, inner)
        self._returns.pop()
        if self._generators.pop():
            self._graph.flow(returns, self._attribute_place("value"))
        return place

    # --- expressions --------------------------------------------------------------------------------------

    def _expression(self, node: ast.AST, scope: _Scope) -> int:
        """Read an expression and return the place of its value."""
        match node:
            case ast.Name():
                place = self._look_up(node.id, scope)
                self._mention(place, node, scope)
                return place
            case ast.Constant():
                return self._graph.new(*([f"{_TEXT}{node.value}"] if isinstance(node.value, str) else []))
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Call():
                return self._call(node, scope)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Lambda():
                return self._definition(node, node.args, node.body, scope)
            case ast.NamedExpr():
                place = self._expression(node.value, scope)
                self._bind(node.target, place, scope)
                return place
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, scope)
            case ast.BinOp():
                return self._operation(node, scope)
            case ast.JoinedStr():
                return self._joined(node, scope)
            case ast.Compare():
                for part in (node.left, *node.comparators):
                    self._expression(part, scope)
                return self._returned_by(_OF_OPERATIONS)
            case ast.UnaryOp():
                self._expression(node.operand, scope)
                return self._returned_by(_OF_OPERATIONS)
        place = self._graph.new()
        yields = isinstance(node, (ast.Yield, ast.YieldFrom))
        flows = self._put if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)) else self._graph.flow
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                flows(self._expression(child, scope), place)
        if yields and self._returns:
            self._put(place, self._returns[-1])
            self._generators[-1] = True
        return place

    def _mention(self, place: int, node: ast.AST, scope: _Scope) -> None:
        if scope.counts:
            self._mentioned.append((place, node, scope.file))

    def _attribute(self, node: ast.Attribute, scope: _Scope) -> int:
        names, value = [node.attr], node.value
        while isinstance(value, ast.Attribute) and len(names) < MOST_PARTS:
            names.append(value.attr)
            value = value.value
        if isinstance(value, ast.Attribute):  # no name is that long
            while isinstance(value, ast.Attribute):
                value = value.value
            self._expression(value, scope)
            return self._graph.new()
        place = self._expression(value, scope)
        for name in reversed(names):
            if name in REACHES_BEYOND:
                self._beyond.append((node, scope))
            place = self._of(place, name, scope)
            self._mention(place, node, scope)
        return place

    def _of(self, place: int, name: str, scope: _Scope) -> int:
        """Return the place of an attribute of what a place means."""
        result = self._graph.new()
        self._graph.on(place, lambda meaning: self._member(meaning, name, result, scope))
        self._graph.flow(self._attribute_place(name), result)
        self._graph.flow(self._returned_by(_OF_ATTRIBUTES), result)
        return result

    def _subscript(self, node: ast.Subscript, scope: _Scope) -> int:
        value, keys = self._expression(node.value, scope), self._expression(node.slice, scope)
        result = self._graph.new()
        self._on_and_again(value, lambda meaning: self._picked(meaning, keys, node, scope, result))
        self._graph.flow(self._returned_by(_OF_KEYS), result)
        self._mention(result, node, scope)
        return result

    def _picked(self, meaning: str, keys: int, node: ast.AST, scope: _Scope, result: int) -> None:
        """Let what is found at a key flow into a place."""
        if meaning in ("sys.modules", "builtins") or meaning.startswith(_MEMBERS):
            texts = self._texts_of(keys)
            for text in texts:
                self._at_key(meaning, text, result, scope)
            if not texts:
                self._unknown(
                    "builtins" if meaning == "sys.modules" else meaning.removeprefix(_MEMBERS), node, scope
                )
        elif meaning.startswith(_TEXTS):
            self._graph.add(result, meaning)
            self._graph.add(result, _TEXT + meaning.removeprefix(_TEXTS))
        elif not meaning.startswith(_TEXT):
            self._graph.add(result, meaning)

    def _at_key(self, meaning: str, text: str, result: int, scope: _Scope) -> None:
        if meaning == "sys.modules":
            self._graph.add(result, text)
        else:
            self._member(meaning.removeprefix(_MEMBERS), text, result, scope)

    def _texts_of(self, place: int) -> list[str]:
        """Return the texts that a place may hold; none if there are too many to be known."""
        if any(it.startswith(MANY) for it in self._graph.held[place]):
            return []
        return sorted(it.removeprefix(_TEXT) for it in self._graph.held[place] if it.startswith(_TEXT))

    def _comprehension(self, node: ast.expr, scope: _Scope) -> int:
        generators: list[ast.comprehension] = getattr(node, "generators")  # noqa: B009 - of four classes
        bound = {name for it in generators for name in names_stored(it.target)}
        inner = _Scope(scope.module, scope.file, scope, frozenset(bound), counts=scope.counts)
        for generator in generators:
            self._bind(generator.target, self._iterated(generator.iter, inner), inner)
            for condition in generator.ifs:
                self._expression(condition, inner)
        result = self._graph.new()
        for part in (getattr(node, "elt", None), getattr(node, "key", None), getattr(node, "value", None)):
            if part is not None:
                self._put(self._expression(part, inner), result)
        return result

    def _put(self, place: int, container: int) -> None:
        """Let what a place means be an element of a container."""

        def put(meaning: str) -> None:
            is_text = meaning.startswith(_TEXT)
            self._graph.add(container, _TEXTS + meaning.removeprefix(_TEXT) if is_text else meaning)

        self._graph.on(place, put)

    def _element(self, container: int) -> int:
        """Return the place of an element of what a place means; those of a text are not followed."""
        place = self._graph.new()

        def pick(meaning: str) -> None:
            if meaning.startswith(_TEXTS):
                self._graph.add(place, _TEXT + meaning.removeprefix(_TEXTS))
            if not meaning.startswith(_TEXT):
                self._graph.add(place, meaning)

        self._graph.on(container, pick)
        return place

    def _iterated(self, node: ast.expr, scope: _Scope) -> int:
        """Read what is iterated over and return the place of one element."""
        place = self._element(self._expression(node, scope))
        self._graph.flow(self._returned_by(_OF_ITERATION), place)
        return place

    def _operation(self, node: ast.BinOp, scope: _Scope) -> int:
        # A sum of many terms nests as deep as it has terms.
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            parts.append(left.right)
            left = left.left
        terms = [left, *reversed(parts)]
        places = [self._expression(it, scope) for it in terms]
        self._lost += [(place, it, scope) for place, it in zip(places, terms, strict=True)]
        if len(places) > MOST_PARTS or not isinstance(node.op, ast.Add):
            return self._returned_by(_OF_OPERATIONS)
        result = self._concatenated(places)
        self._graph.flow(self._returned_by(_OF_OPERATIONS), result)
        return result

    def _joined(self, node: ast.JoinedStr, scope: _Scope) -> int:
        places = [
            self._expression(it.value if isinstance(it, ast.FormattedValue) else it, scope)
            for it in node.values
        ]
        return self._concatenated(places) if len(places) <= MOST_PARTS else self._graph.new()

    def _concatenated(self, places: list[int]) -> int:
        result = self._graph.new()

        def join(_: str) -> None:
            texts = [self._texts_of(place) for place in places]
            if 0 < math.prod(map(len, texts)) <= MOST_MEANINGS:
                for parts in itertools.product(*texts):
                    self._graph.add(result, _TEXT + "".join(parts))

        for place in places:
            self._graph.on(place, join)
        return result

    # --- calls --------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: _Scope) -> int:
        function = self._expression(node.func, scope)
        places = [self._expression(it, scope) for it in node.args]
        given = [self._expression(it.value, scope) for it in node.keywords]
        keywords = {it.arg or "": place for it, place in zip(node.keywords, given, strict=True)}
        for it, place in zip((*node.args, *node.keywords), (*places, *given), strict=True):
            if isinstance(it, ast.Starred) or (isinstance(it, ast.keyword) and it.arg is None):
                self._lost.append((place, it, scope))
        result = self._graph.new()
        call = _Called(node, function, places, given, keywords, result, scope)
        self._calls.append(call)
        self._on_and_again(function, lambda meaning: self._called(meaning, call))
        self._mention(result, node, scope)
        return result

    def _called(self, meaning: str, call: _Called) -> None:
        """Let what a call may return flow into its place, and what it is given into the parameters."""
        first = call.places[0] if call.places else None
        if meaning.startswith(_FUNCTION):
            self._enter(self._functions[int(meaning.removeprefix(_FUNCTION))], call)
        elif meaning.startswith(_MEMBERS):
            self._of_members(meaning, call)
        elif meaning.startswith(_TEXTS):
            text, _, method = meaning.removeprefix(_TEXTS).partition("\0")
            if method:
                self._graph.add(call.result, _TEXTS + text)
                self._graph.add(call.result, _TEXT + text)
        elif meaning.startswith(_PICKS):
            for text in self._texts_of(int(meaning.removeprefix(_PICKS))):
                if first is not None:
                    self._at_path(first, text, call)
        elif ":" in meaning:
            return
        elif meaning in LOOKS_UP:
            if len(call.places) > 1:
                self._looked_up(call.places[0], call.places[1], call)
        elif meaning.endswith((".__getattribute__", ".__getattr__")) and first is not None:
            self._looked_up(self._graph.new(meaning.rpartition(".")[0]), first, call)
        elif meaning in ("operator.attrgetter", "operator.methodcaller") and first is not None:
            self._graph.add(call.result, f"{_PICKS}{first}")
        elif meaning == "operator.getitem" and len(call.places) > 1:
            keys = call.places[1]
            self._graph.on(
                call.places[0], lambda it: self._picked(it, keys, call.node, call.scope, call.result)
            )
        elif meaning in IMPORTS and first is not None:
            self._named_by_text(first, call, lambda text: self._module_named(meaning, text, call))
        elif meaning in RESOLVES and first is not None:
            self._named_by_text(
                first, call, lambda text: self._graph.add(call.result, text.replace(":", "."))
            )
        elif meaning == "locals" or (meaning == "vars" and first is None):
            self._graph.add(call.result, f"{_MEMBERS}{_LOCALS}")
        elif meaning in ALL_MEMBERS:
            if first is not None:
                self._graph.on(first, lambda it: self._members_of(it, call))
        elif meaning == "globals":
            self._graph.add(call.result, f"{_MEMBERS}{call.scope.module}")
        elif meaning == "setattr" and len(call.places) > 2:
            for text in self._texts_of(call.places[1]):
                self._graph.flow(call.places[2], self._attribute_place(text))
                for module in [it for it in self._graph.held[call.places[0]] if it in self._globals]:
                    self._graph.flow(call.places[2], self._global(module, text))
        elif (
            meaning in ("sys.modules.get", "sys.modules.pop", "sys.modules.__getitem__") and first is not None
        ):
            self._named_by_text(first, call, lambda text: self._graph.add(call.result, text))
        elif meaning in EXECUTES and first is not None:
            self._executed(first, call)
        elif meaning in REACHES_ANYTHING:
            self._unknown("", call.node, call.scope)
        elif meaning in READS_ANNOTATIONS:
            if call.keywords.keys() & {"eval_str", ""}:  # which may be among those that `**` passes
                self._unknown("builtins", call.node, call.scope)
        elif meaning.startswith(EXECUTES_OR_LOADS) and object_named(meaning.rpartition(".")[0]) is not None:
            # A student's own folder may be called `code`, too.
            if meaning not in RUNS_A_TEXT_OR_A_FUNCTION or not _is_given_lambdas(call.node):
                self._unknown("builtins", call.node, call.scope)
        elif meaning in PASSING_ON or meaning.rpartition(".")[2] in OF_CONTAINERS:
            owner, _, name = meaning.rpartition(".")
            if (
                name in OF_CONTAINERS and owner and owner not in OFFERED
            ):  # np.copy is no method of a container
                self._graph.add(call.result, owner)
            for place in (*call.places, *call.keywords.values()):
                self._graph.flow(self._element(place), call.result)
                self._graph.flow(place, call.result)
            self._graph.flow(self._returned_by(_OF_ITERATION), call.result)
        elif meaning == "type" and len(call.places) > 2:
            self._lost.append((call.places[2], call.node.args[2], call.scope))
        self._require_no_lookup_passed_on(meaning, call)

    def _enter(self, function: _Function, call: _Called) -> None:
        own = function.positional[1:] if function.is_method else function.positional
        for place, parameter in zip(call.places, own, strict=False):
            self._graph.flow(place, parameter)
        for place in call.places[len(own) :]:
            self._graph.flow(place, function.rest)
        for name, place in call.keywords.items():
            self._graph.flow(place, function.by_name.get(name, function.rest))
        self._graph.flow(function.returns, call.result)

    def _of_members(self, meaning: str, call: _Called) -> None:
        """Follow a method of a dictionary of names."""
        owner, _, method = meaning.partition("\0")
        if not method:
            return
        if method in ("values", "items", "__iter__", "copy"):
            self._graph.add(call.result, owner)
            if method != "copy":
                self._reached(owner.removeprefix(_MEMBERS), call)
        elif call.places:
            keys = call.places[0]
            self._picked(owner, keys, call.node, call.scope, call.result)

    def _members_of(self, meaning: str, call: _Called) -> None:
        if ":" not in meaning:
            self._graph.add(call.result, f"{_MEMBERS}{meaning}")

    def _looked_up(self, owner: int, text: int, call: _Called) -> None:
        """Follow `getattr(owner, text)`."""

        def from_owner(meaning: str) -> None:
            texts = self._texts_of(text)
            for name in texts:
                self._add_path(meaning, name, call)
                if name in REACHES_BEYOND:
                    self._unknown("builtins", call.node, call.scope)
            if not texts:
                self._reached(meaning, call)

        self._graph.on(owner, from_owner)
        for name in self._texts_of(text):
            self._graph.flow(self._attribute_place(name), call.result)

    def _add_path(self, owner: str, path: str, call: _Called) -> None:
        first, _, rest = path.partition(".")
        if not rest:
            self._member(owner, first, call.result, call.scope)
            return
        place = self._graph.new()
        self._member(owner, first, place, call.scope)
        self._graph.on(place, lambda meaning: self._add_path(meaning, rest, call))

    def _at_path(self, owner: int, path: str, call: _Called) -> None:
        self._graph.on(owner, lambda meaning: self._add_path(meaning, path, call))

    def _reached(self, meaning: str, call: _Called) -> None:
        """Note a lookup with a text that is not known in what a place means."""
        if ":" not in meaning and meaning not in self._globals:
            self._unknown(meaning, call.node, call.scope)

    def _named_by_text(self, place: int, call: _Called, found: Callable[[str], None]) -> None:
        texts = self._texts_of(place)
        for text in texts:
            found(text)
        if not texts:
            self._unknown("builtins", call.node, call.scope)

    def _module_named(self, how: str, text: str, call: _Called) -> None:
        # `__import__("a.b")` is a, unless something is to be taken from b.
        whole = how != "__import__" or len(call.places) > 3 or "fromlist" in call.keywords
        top = text.partition(".")[0]
        for name in dict.fromkeys((text, top) if whole else (top,)):
            self._graph.add(call.result, handed_in(name, self._names, OFFERED) or name)

    def _executed(self, place: int, call: _Called) -> None:
        """Read a text that is executed."""
        texts = self._texts_of(place)
        for text in texts:
            execution = id(call.node), text
            if execution in self._executions:
                continue
            if len(self._executions) == _MOST_TEXTS:
                self._unknown("builtins", call.node, call.scope)
                return
            self._executions.add(execution)
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # it cannot be executed either
            for statement in tree.body:
                for part in ast.walk(statement):
                    if hasattr(part, "lineno"):
                        part.lineno = getattr(call.node, "lineno", 1)
                if isinstance(statement, ast.Expr):
                    self._graph.flow(self._expression(statement.value, call.scope), call.result)
                else:
                    self._block([statement], call.scope)
        if not texts and not any(it.startswith(_FUNCTION) for it in self._graph.held[place]):
            self._unknown("builtins", call.node, call.scope)

    def _require_no_lookup_passed_on(self, meaning: str, call: _Called) -> None:
        """Note that `getattr` is handed to something else, beside what it may look in."""
        if meaning.startswith(_FUNCTION):
            return
        given = [*call.places, *call.keywords.values()]
        for place in given:
            if self._graph.held[place].keys() & (LOOKS_UP | IMPORTS | EXECUTES):
                self._unknown("builtins", call.node, call.scope)


def _is_followed(meaning: str) -> bool:
    """Return whether it is known what a function makes of what it is given."""
    if ":" in meaning:
        return meaning.startswith((_FUNCTION, _PICKS, _MEMBERS))
    is_lookup = meaning.endswith((".__getattribute__", ".__getattr__")) or meaning.startswith("sys.modules.")
    of_container = meaning.rpartition(".")[2] in OF_CONTAINERS
    return meaning in FOLLOWED or is_lookup or of_container


def _passed_on(owner: str, name: str) -> str:
    """Return the module that an attribute of another one is; by its name where this process has no such attribute."""
    found = object_named(f"{owner}.{name}")
    if found is not None:
        return found.__name__ if isinstance(found, ModuleType) else ""
    if name == "np":
        return "numpy"
    return name.lstrip("_") if name.lstrip("_") in sys.stdlib_module_names else ""


def _is_followed_decorator(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("staticmethod", "classmethod")


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(it, ast.Name) and it.id == "staticmethod" for it in node.decorator_list)


def _is_of_its_own(node: ast.expr) -> bool:
    """Return whether an expression begins with the object whose method this is."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
