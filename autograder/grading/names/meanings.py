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
from collections.abc import Iterable, Iterator

from autograder.grading.names.flow_graph import MANY
from autograder.grading.names.named_objects import OFFERED
from autograder.grading.names.places import Places
from autograder.grading.names.python_functions import FOLLOWED, LOOKS_UP, OF_CONTAINERS
from autograder.grading.names.scopes import FUNCTION, MEMBERS, PICKS, Lookup, Scope
from autograder.grading.names.syntax import Syntax

_MOST_ROUNDS = 8


class Meanings:
    """What may flow where, in parts of some files.

    Parameters
    ----------
    names
        Of the files, without `.py`.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._places = Places(names)
        self._graph = self._places.graph
        self._syntax = Syntax(self._places)

    def module(
        self, name: str, file: str, bound: Iterable[str], imports: Iterable[ast.stmt], stars: Iterable[str]
    ) -> None:
        """Make a file known: what its top level binds, its import statements, what its star imports bring."""
        self._places.add_file(name, file, bound, stars)
        for statement in imports:
            self._places.imported(statement, self._places.files[name])

    def read(self, module: str, node: ast.AST, owner: str = "", counts: bool = True) -> None:
        """Read a statement of a file's top level, or a member of the class `owner`.

        What a statement that does not count mentions is no use; what it binds flows all the same.
        """
        scope = self._places.files[module]
        if not counts:
            scope = Scope(scope.module, scope.file, scope, counts=False)
        if owner:
            scope = Scope(module, scope.file, scope, is_class=True, counts=scope.counts, name=owner)
        self._syntax.block([node], scope)

    def mention(self, module: str, name: str, node: ast.AST) -> None:
        """Take a name of a file's top level for used, at a node."""
        scope = self._places.files[module]
        self._places.mention(self._places.of_file(module, name), node, scope)

    def solve(self) -> None:
        """Let everything flow, until looking names up by what is known of their texts adds nothing more."""
        self._graph.run()
        for _ in range(_MOST_ROUNDS):
            before = self._graph.additions
            self._places.lookups.clear()
            for handler, meaning in list(self._places.told):
                handler(meaning)
            self._graph.run()
            if self._graph.additions == before:
                break
        self._find_other_lookups()

    def _find_other_lookups(self) -> None:
        """Note lookups in what nothing is known of, and places that may mean too much."""
        for call in self._places.calls:
            looks_up = bool(self._graph.held[call.function].keys() & LOOKS_UP) and len(call.places) > 1
            unknown = (
                looks_up
                and not self._graph.held[call.places[0]]
                and not self._places.texts_of(call.places[1])
            )
            if unknown and not _is_of_its_own(call.node.args[0]):
                self._places.unknown("", call.node, call.scope)
            if not all(map(_is_followed, self._graph.held[call.function] or [""])):
                given = [*call.node.args, *(it.value for it in call.node.keywords)]
                places = [*call.places, *call.given]
                self._places.lost += [
                    (place, it, call.scope) for place, it in zip(places, given, strict=True)
                ]
        for node, scope in self._places.beyond:
            self._places.unknown("builtins", node, scope)
        returns = set[int]()
        for place, node, scope in self._places.lost:  # which grows
            for meaning in self._graph.held[place]:
                if meaning.startswith(FUNCTION):  # whoever has a function has what it returns
                    function = self._places.functions[int(meaning.removeprefix(FUNCTION))]
                    if function.returns not in returns:
                        returns.add(function.returns)
                        self._places.lost.append((function.returns, node, scope))
                owner = meaning.removeprefix(MEMBERS)
                if scope.counts and ":" not in owner and owner.partition(".")[0] in OFFERED:
                    self._places.lookups.setdefault(
                        (id(node), owner), Lookup(owner, node, scope.file, is_value=True)
                    )
        for place, node, file in self._places.mentions:
            for meaning in self._graph.held[place]:
                if meaning.startswith(MANY) and meaning.removeprefix(MANY) in OFFERED:
                    self._places.lookups.setdefault(
                        (id(node), meaning), Lookup(meaning.removeprefix(MANY), node, file)
                    )

    def mentioned(self) -> Iterator[tuple[ast.AST, str, list[str]]]:
        """Yield every expression that may mean something, its file, and what it may mean."""
        for place, node, file in self._places.mentions:
            meant = [it for it in self._graph.held[place] if ":" not in it]
            if meant:
                yield node, file, meant

    def lookups(self) -> Iterator[Lookup]:
        """Yield the lookups whose text is not known."""
        yield from self._places.lookups.values()


def _is_followed(meaning: str) -> bool:
    """Return whether it is known what a function makes of what it is given."""
    if ":" in meaning:
        return meaning.startswith((FUNCTION, PICKS, MEMBERS))
    is_lookup = meaning.endswith((".__getattribute__", ".__getattr__")) or meaning.startswith("sys.modules.")
    of_container = meaning.rpartition(".")[2] in OF_CONTAINERS
    return meaning in FOLLOWED or is_lookup or of_container


def _is_of_its_own(node: ast.expr) -> bool:
    """Return whether an expression begins with the object whose method this is."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
