"""The places that names, attributes and expressions are, and what flows between them by what Python does with names."""

from __future__ import annotations

import ast
import builtins
import itertools
import math
import sys
from collections.abc import Callable, Iterable
from types import ModuleType

from autograder.grading.names.binding import imported_by
from autograder.grading.names.flow_graph import MANY, MOST_MEANINGS, FlowGraph
from autograder.grading.names.named_objects import OFFERED, object_named
from autograder.grading.names.python_functions import OF_ATTRIBUTES, OF_CONTAINERS
from autograder.grading.names.scopes import (
    FUNCTION,
    LOCALS,
    MEMBERS,
    PICKS,
    TEXT,
    TEXTS,
    Called,
    Function,
    Lookup,
    Scope,
)
from autograder.sandbox.wire.libraries import handed_in

_HELD_BY_WRAPPERS = frozenset({"value", "_value_"})
"""What members of an enumeration call what they stand for, and the end of a generator what it returned."""


class Places:
    """Where meanings are held: one place for each name of a scope, for each attribute, for each expression.

    Parameters
    ----------
    names
        Of the files, without `.py`.

    Attributes
    ----------
    files
        The scope of each file's top level, by the file's name without `.py`.
    functions
        Those that have been read; a meaning names one by its number.
    calls
        Those that have been read.
    mentions
        Places whose meanings are used, each with the node and the file in which they are.
    lookups
        Lookups whose text is not known, by node and what they reach.
    lost
        Places whose values go where they are not followed.
    beyond
        Where attributes are used that reach beyond what is followed.
    told
        Handlers that are to be told of a meaning again, once more is known.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.graph = FlowGraph()
        self.files: dict[str, Scope] = {}
        self.functions: list[Function] = []
        self.calls: list[Called] = []
        self.mentions: list[tuple[int, ast.AST, str]] = []
        self.lookups: dict[tuple[int, str], Lookup] = {}
        self.lost: list[tuple[int, ast.AST, Scope]] = []
        self.beyond: list[tuple[ast.AST, Scope]] = []
        self.told: list[tuple[Callable[[str], None], str]] = []
        self._bound: dict[str, frozenset[str]] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._attributes: dict[str, int] = {}
        self._implicit: dict[tuple[str, ...], int] = {}

    def add_file(self, name: str, file: str, bound: Iterable[str], stars: Iterable[str]) -> None:
        """Make a file known: what its top level binds, and what its star imports bring."""
        self.files[name] = Scope(name, file, None)
        self._bound[name] = frozenset(bound)
        self._stars[name] = tuple(stars)

    # --- names ------------------------------------------------------------------------------------------

    def look_up(self, name: str, scope: Scope) -> int:
        """Return the place that a name is read from."""
        here: Scope | None = scope
        first = True
        while here is not None and here.parent is not None:
            if name in here.bound and (first or not here.is_class):
                return self.local(name, here)
            first = False
            here = here.parent
        place = self.of_file(scope.module, name)
        if name not in self._bound[scope.module]:
            if name == "__builtins__":
                self.graph.add(place, "builtins")
            elif hasattr(builtins, name):
                self.graph.add(place, name)
            for star in self._stars[scope.module]:
                self.member(star, name, place, scope)
        return place

    def store(self, name: str, scope: Scope) -> int:
        """Return the place that a name is written to."""
        here: Scope | None = scope
        while here is not None and here.parent is not None:
            if name in here.bound:
                return self.local(name, here)
            here = here.parent
        return self.of_file(scope.module, name)

    def local(self, name: str, scope: Scope) -> int:
        """Return the place of a name that is bound in this very scope."""
        if name not in scope.places:
            scope.places[name] = self.graph.new()
        return scope.places[name]

    def of_file(self, module: str, name: str) -> int:
        """Return the place of a name of a file's top level."""
        return self.local(name, self.files[module])

    def imported(self, node: ast.stmt, scope: Scope) -> None:
        """Let what an import statement brings flow into the names that it binds."""
        for bound, full in imported_by(node).items():
            place = self.store(bound, scope)
            owner, _, name = full.rpartition(".")
            file = handed_in(owner, self.names, OFFERED) or owner
            if isinstance(node, ast.ImportFrom) and file in self.files:
                self.graph.flow(self.of_file(file, name), place)
            else:
                self.graph.add(place, full)

    def member(self, owner: str, name: str, target: int, scope: Scope) -> None:
        """Let an attribute of what an owner means flow into a place."""
        if owner.startswith((FUNCTION, TEXT, PICKS)):
            return
        if owner.startswith(TEXTS):  # a method of a container
            if name in OF_CONTAINERS:
                self.graph.add(target, f"{owner}\0{name}")
            return
        if owner.startswith(MANY):
            self.graph.add(target, owner)
            return
        if owner.startswith(MEMBERS):
            if name in OF_CONTAINERS:
                self.graph.add(target, f"{owner}\0{name}")
            return
        if owner == LOCALS:
            self.graph.flow(self.look_up(name, scope), target)
            return
        file = handed_in(owner, self.names, OFFERED) or owner
        if file in self.files:
            self.graph.flow(self.of_file(file, name), target)
            return
        if owner.partition(".")[0] in OFFERED and (module := _passed_on(owner, name)):
            self.graph.add(target, module)
        if name == "__dict__":
            self.graph.add(target, f"{MEMBERS}{owner}")
            return
        if name in _HELD_BY_WRAPPERS and object_named(f"{owner}.{name}") is None:
            self.graph.add(target, owner)
        self.graph.add(target, name if owner == "builtins" else f"{owner}.{name}")

    # --- what is shared by name -------------------------------------------------------------------------

    def of_attribute(self, name: str) -> int:
        """Return the one place for what is ever put into an attribute of this name."""
        if name not in self._attributes:
            self._attributes[name] = self.graph.new()
        return self._attributes[name]

    def attribute_of(self, place: int, name: str, scope: Scope) -> int:
        """Return the place of an attribute of what a place means."""
        result = self.graph.new()
        self.graph.on(place, lambda meaning: self.member(meaning, name, result, scope))
        self.graph.flow(self.of_attribute(name), result)
        self.graph.flow(self.returned_by(OF_ATTRIBUTES), result)
        return result

    def returned_by(self, methods: tuple[str, ...]) -> int:
        """Return the one place for what methods of these names return, in whatever class they are."""
        if methods not in self._implicit:
            result = self._implicit[methods] = self.graph.new()

            def found(meaning: str) -> None:
                if meaning.startswith(FUNCTION):
                    function = self.functions[int(meaning.removeprefix(FUNCTION))]
                    self.graph.flow(function.returns, result)

            for method in methods:
                self.graph.on(self.of_attribute(method), found)
        return self._implicit[methods]

    # --- containers and texts ---------------------------------------------------------------------------

    def put(self, place: int, container: int) -> None:
        """Let what a place means be an element of a container."""

        def put(meaning: str) -> None:
            is_text = meaning.startswith(TEXT)
            self.graph.add(container, TEXTS + meaning.removeprefix(TEXT) if is_text else meaning)

        self.graph.on(place, put)

    def element(self, container: int) -> int:
        """Return the place of an element of what a place means; those of a text are not followed."""
        place = self.graph.new()

        def pick(meaning: str) -> None:
            if meaning.startswith(TEXTS):
                self.graph.add(place, TEXT + meaning.removeprefix(TEXTS))
            if not meaning.startswith(TEXT):
                self.graph.add(place, meaning)

        self.graph.on(container, pick)
        return place

    def picked(self, meaning: str, keys: int, node: ast.AST, scope: Scope, result: int) -> None:
        """Let what is found at a key flow into a place."""
        if meaning in ("sys.modules", "builtins") or meaning.startswith(MEMBERS):
            texts = self.texts_of(keys)
            for text in texts:
                self._at_key(meaning, text, result, scope)
            if not texts:
                self.unknown(
                    "builtins" if meaning == "sys.modules" else meaning.removeprefix(MEMBERS), node, scope
                )
        elif meaning.startswith(TEXTS):
            self.graph.add(result, meaning)
            self.graph.add(result, TEXT + meaning.removeprefix(TEXTS))
        elif not meaning.startswith(TEXT):
            self.graph.add(result, meaning)

    def _at_key(self, meaning: str, text: str, result: int, scope: Scope) -> None:
        if meaning == "sys.modules":
            self.graph.add(result, text)
        else:
            self.member(meaning.removeprefix(MEMBERS), text, result, scope)

    def texts_of(self, place: int) -> list[str]:
        """Return the texts that a place may hold; none if there are too many to be known."""
        if any(it.startswith(MANY) for it in self.graph.held[place]):
            return []
        return sorted(it.removeprefix(TEXT) for it in self.graph.held[place] if it.startswith(TEXT))

    def concatenated(self, places: list[int]) -> int:
        """Return the place of the texts that those of several places make one after the other."""
        result = self.graph.new()

        def join(_: str) -> None:
            texts = [self.texts_of(place) for place in places]
            if 0 < math.prod(map(len, texts)) <= MOST_MEANINGS:
                for parts in itertools.product(*texts):
                    self.graph.add(result, TEXT + "".join(parts))

        for place in places:
            self.graph.on(place, join)
        return result

    # --- what is noted ----------------------------------------------------------------------------------

    def on_and_again(self, place: int, handler: Callable[[str], None]) -> None:
        """Tell the handler of each meaning, and again once more is known of the texts that it asks for."""

        def tell(meaning: str) -> None:
            if not meaning.startswith((FUNCTION, TEXT, TEXTS)):
                self.told.append((handler, meaning))
            handler(meaning)

        self.graph.on(place, tell)

    def mention(self, place: int, node: ast.AST, scope: Scope) -> None:
        """Note that what a place means is used at a node."""
        if scope.counts:
            self.mentions.append((place, node, scope.file))

    def unknown(self, reaches: str, node: ast.AST, scope: Scope) -> None:
        """Note a lookup whose text is not known, in what it reaches."""
        if scope.counts:
            self.lookups.setdefault((id(node), reaches), Lookup(reaches, node, scope.file))


def _passed_on(owner: str, name: str) -> str:
    """Return the module that an attribute of another one is; by its name where this process has no such attribute."""
    found = object_named(f"{owner}.{name}")
    if found is not None:
        return found.__name__ if isinstance(found, ModuleType) else ""
    if name == "np":
        return "numpy"
    return name.lstrip("_") if name.lstrip("_") in sys.stdlib_module_names else ""
