"""What calls make of what they are given, by what is called: functions of the hand-in, and Python's that matter."""

from __future__ import annotations

import ast
from collections.abc import Callable

from autograder.grading.names.named_objects import OFFERED, object_named
from autograder.grading.names.places import Places
from autograder.grading.names.python_functions import (
    ALL_MEMBERS,
    EXECUTES,
    EXECUTES_OR_LOADS,
    IMPORTS,
    LOOKS_UP,
    OF_CONTAINERS,
    OF_ITERATION,
    PASSING_ON,
    REACHES_ANYTHING,
    REACHES_BEYOND,
    READS_ANNOTATIONS,
    RESOLVES,
    RUNS_A_TEXT_OR_A_FUNCTION,
)
from autograder.grading.names.scopes import (
    FUNCTION,
    LOCALS,
    MEMBERS,
    PICKS,
    TEXT,
    TEXTS,
    Called,
    Function,
    Scope,
)
from autograder.sandbox.wire.libraries import handed_in

_MOST_TEXTS = 50
"""Pieces of text to be executed that are read; what further ones do is not known."""


class Calls:
    """Lets what calls may return flow into their places, and what they are given into parameters.

    Parameters
    ----------
    read
        Reads a statement of a text that a call executes, in the call's scope, and returns the place of its value; None
        if it has none.
    """

    def __init__(self, places: Places, read: Callable[[ast.stmt, Scope], int | None]) -> None:
        self._places = places
        self._graph = places.graph
        self._read = read
        self._executions: set[tuple[int, str]] = set()

    def called(self, meaning: str, call: Called) -> None:
        """Let what a call may return flow into its place, and what it is given into the parameters."""
        first = call.places[0] if call.places else None
        if meaning.startswith(FUNCTION):
            self._enter(self._places.functions[int(meaning.removeprefix(FUNCTION))], call)
        elif meaning.startswith(MEMBERS):
            self._of_members(meaning, call)
        elif meaning.startswith(TEXTS):
            text, _, method = meaning.removeprefix(TEXTS).partition("\0")
            if method:
                self._graph.add(call.result, TEXTS + text)
                self._graph.add(call.result, TEXT + text)
        elif meaning.startswith(PICKS):
            for text in self._places.texts_of(int(meaning.removeprefix(PICKS))):
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
            self._graph.add(call.result, f"{PICKS}{first}")
        elif meaning == "operator.getitem" and len(call.places) > 1:
            keys = call.places[1]
            self._graph.on(
                call.places[0], lambda it: self._places.picked(it, keys, call.node, call.scope, call.result)
            )
        elif meaning in IMPORTS and first is not None:
            self._named_by_text(first, call, lambda text: self._module_named(meaning, text, call))
        elif meaning in RESOLVES and first is not None:
            self._named_by_text(
                first, call, lambda text: self._graph.add(call.result, text.replace(":", "."))
            )
        elif meaning == "locals" or (meaning == "vars" and first is None):
            self._graph.add(call.result, f"{MEMBERS}{LOCALS}")
        elif meaning in ALL_MEMBERS:
            if first is not None:
                self._graph.on(first, lambda it: self._members_of(it, call))
        elif meaning == "globals":
            self._graph.add(call.result, f"{MEMBERS}{call.scope.module}")
        elif meaning == "setattr" and len(call.places) > 2:
            for text in self._places.texts_of(call.places[1]):
                self._graph.flow(call.places[2], self._places.of_attribute(text))
                for module in [it for it in self._graph.held[call.places[0]] if it in self._places.files]:
                    self._graph.flow(call.places[2], self._places.of_file(module, text))
        elif (
            meaning in ("sys.modules.get", "sys.modules.pop", "sys.modules.__getitem__") and first is not None
        ):
            self._named_by_text(first, call, lambda text: self._graph.add(call.result, text))
        elif meaning in EXECUTES and first is not None:
            self._executed(first, call)
        elif meaning in REACHES_ANYTHING:
            self._places.unknown("", call.node, call.scope)
        elif meaning in READS_ANNOTATIONS:
            if call.keywords.keys() & {"eval_str", ""}:  # which may be among those that `**` passes
                self._places.unknown("builtins", call.node, call.scope)
        elif meaning.startswith(EXECUTES_OR_LOADS) and object_named(meaning.rpartition(".")[0]) is not None:
            # A student's own folder may be called `code`, too.
            if meaning not in RUNS_A_TEXT_OR_A_FUNCTION or not _is_given_lambdas(call.node):
                self._places.unknown("builtins", call.node, call.scope)
        elif meaning in PASSING_ON or meaning.rpartition(".")[2] in OF_CONTAINERS:
            owner, _, name = meaning.rpartition(".")
            if (
                name in OF_CONTAINERS and owner and owner not in OFFERED
            ):  # np.copy is no method of a container
                self._graph.add(call.result, owner)
            for place in (*call.places, *call.keywords.values()):
                self._graph.flow(self._places.element(place), call.result)
                self._graph.flow(place, call.result)
            self._graph.flow(self._places.returned_by(OF_ITERATION), call.result)
        elif meaning == "type" and len(call.places) > 2:
            self._places.lost.append((call.places[2], call.node.args[2], call.scope))
        self._require_no_lookup_passed_on(meaning, call)

    def _enter(self, function: Function, call: Called) -> None:
        own = function.positional[1:] if function.is_method else function.positional
        for place, parameter in zip(call.places, own, strict=False):
            self._graph.flow(place, parameter)
        for place in call.places[len(own) :]:
            self._graph.flow(place, function.rest)
        for name, place in call.keywords.items():
            self._graph.flow(place, function.by_name.get(name, function.rest))
        self._graph.flow(function.returns, call.result)

    def _of_members(self, meaning: str, call: Called) -> None:
        """Follow a method of a dictionary of names."""
        owner, _, method = meaning.partition("\0")
        if not method:
            return
        if method in ("values", "items", "__iter__", "copy"):
            self._graph.add(call.result, owner)
            if method != "copy":
                self._reached(owner.removeprefix(MEMBERS), call)
        elif call.places:
            keys = call.places[0]
            self._places.picked(owner, keys, call.node, call.scope, call.result)

    def _members_of(self, meaning: str, call: Called) -> None:
        if ":" not in meaning:
            self._graph.add(call.result, f"{MEMBERS}{meaning}")

    def _looked_up(self, owner: int, text: int, call: Called) -> None:
        """Follow `getattr(owner, text)`."""

        def from_owner(meaning: str) -> None:
            texts = self._places.texts_of(text)
            for name in texts:
                self._add_path(meaning, name, call)
                if name in REACHES_BEYOND:
                    self._places.unknown("builtins", call.node, call.scope)
            if not texts:
                self._reached(meaning, call)

        self._graph.on(owner, from_owner)
        for name in self._places.texts_of(text):
            self._graph.flow(self._places.of_attribute(name), call.result)

    def _add_path(self, owner: str, path: str, call: Called) -> None:
        first, _, rest = path.partition(".")
        if not rest:
            self._places.member(owner, first, call.result, call.scope)
            return
        place = self._graph.new()
        self._places.member(owner, first, place, call.scope)
        self._graph.on(place, lambda meaning: self._add_path(meaning, rest, call))

    def _at_path(self, owner: int, path: str, call: Called) -> None:
        self._graph.on(owner, lambda meaning: self._add_path(meaning, path, call))

    def _reached(self, meaning: str, call: Called) -> None:
        """Note a lookup with a text that is not known in what a place means."""
        if ":" not in meaning and meaning not in self._places.files:
            self._places.unknown(meaning, call.node, call.scope)

    def _named_by_text(self, place: int, call: Called, found: Callable[[str], None]) -> None:
        texts = self._places.texts_of(place)
        for text in texts:
            found(text)
        if not texts:
            self._places.unknown("builtins", call.node, call.scope)

    def _module_named(self, how: str, text: str, call: Called) -> None:
        # `__import__("a.b")` is a, unless something is to be taken from b.
        whole = how != "__import__" or len(call.places) > 3 or "fromlist" in call.keywords
        top = text.partition(".")[0]
        for name in dict.fromkeys((text, top) if whole else (top,)):
            self._graph.add(call.result, handed_in(name, self._places.names, OFFERED) or name)

    def _executed(self, place: int, call: Called) -> None:
        """Read a text that is executed."""
        texts = self._places.texts_of(place)
        for text in texts:
            execution = id(call.node), text
            if execution in self._executions:
                continue
            if len(self._executions) == _MOST_TEXTS:
                self._places.unknown("builtins", call.node, call.scope)
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
                value = self._read(statement, call.scope)
                if value is not None:
                    self._graph.flow(value, call.result)
        if not texts and not any(it.startswith(FUNCTION) for it in self._graph.held[place]):
            self._places.unknown("builtins", call.node, call.scope)

    def _require_no_lookup_passed_on(self, meaning: str, call: Called) -> None:
        """Note that `getattr` is handed to something else, beside what it may look in."""
        if meaning.startswith(FUNCTION):
            return
        given = [*call.places, *call.keywords.values()]
        for place in given:
            if self._graph.held[place].keys() & (LOOKS_UP | IMPORTS | EXECUTES):
                self._places.unknown("builtins", call.node, call.scope)


def _is_given_lambdas(node: ast.AST) -> bool:
    """Return whether what a call has timed, and what it prepares, are functions written there: they are read."""
    if not isinstance(node, ast.Call):
        return False
    named = {it.arg: it.value for it in node.keywords}
    timed = [*node.args[:2], *(named[it] for it in ("stmt", "setup") if it in named)]
    return bool(timed) and None not in named and all(isinstance(it, ast.Lambda) for it in timed)
