"""Reads statements and expressions into places."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable

from autograder.grading.names.binding import MOST_PARTS, bound_in, names_stored
from autograder.grading.names.calls import Calls
from autograder.grading.names.flow_graph import MANY
from autograder.grading.names.places import Places
from autograder.grading.names.python_functions import (
    CALLED_WITH_THE_CLASS,
    OF_ITERATION,
    OF_KEYS,
    OF_OPERATIONS,
    OF_WITH,
    REACHES_BEYOND,
)
from autograder.grading.names.scopes import FUNCTION, MEMBERS, TEXT, Called, Function, Scope


class Syntax:
    """Reads what is written, and tells places what may flow into which."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._graph = places.graph
        self._following = Calls(places, self._executed)
        self._number_of: dict[int, int] = {}
        self._returns: list[int] = []
        self._generators: list[bool] = []
        """Whether each of the functions that are being read is a generator, as far as it is read."""

    # --- statements -------------------------------------------------------------------------------------

    def block(self, body: Iterable[ast.AST], scope: Scope) -> None:
        """Read statements, and all that are inside them."""
        # A chain of `elif` nests as deep as it is long.
        waiting = deque(body)
        while waiting:
            statement = waiting.popleft()
            inner = self._shallow(statement, scope)
            waiting.extendleft(reversed(inner))

    def _shallow(self, node: ast.AST, scope: Scope) -> list[ast.AST]:
        """Read a statement but for the statements inside it, which are returned."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                place = self._definition(node, node.args, node.body, scope)
                for decorator in node.decorator_list:
                    self._graph.flow(self._expression(decorator, scope), place)
                if not all(map(_is_followed_decorator, node.decorator_list)) or isinstance(
                    node, ast.AsyncFunctionDef
                ):
                    self._places.lost.append(
                        (self._places.functions[self._number_of[id(node)]].returns, node, scope)
                    )
                if scope.is_class:
                    self._graph.flow(place, self._places.of_attribute(node.name))
                    if node.name in CALLED_WITH_THE_CLASS:
                        self._graph.flow(place, self._places.store(scope.name, scope))
                else:
                    self._graph.flow(place, self._places.store(node.name, scope))
            case ast.ClassDef():
                for part in (*node.bases, *node.decorator_list, *(it.value for it in node.keywords)):
                    self._places.lost.append((self._expression(part, scope), part, scope))
                bound = bound_in(node.body)
                own = Scope(scope.module, scope.file, scope, bound, True, scope.counts, node.name)
                self.block(node.body, own)
            case ast.Import() | ast.ImportFrom():
                self._places.imported(node, scope)
            case ast.Assign():
                self._assigned(node.targets, node.value, scope)
            case ast.AnnAssign() | ast.AugAssign() if node.value is not None:
                self._assigned([node.target], node.value, scope)
                if isinstance(node, ast.AugAssign):
                    self._bind(node.target, self._places.returned_by(OF_OPERATIONS), scope)
            case ast.For() | ast.AsyncFor():
                self._bind(node.target, self._iterated(node.iter, scope), scope)
                return [*node.body, *node.orelse]
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    place = self._expression(item.context_expr, scope)
                    if item.optional_vars is not None:
                        self._bind(item.optional_vars, place, scope)
                        self._bind(item.optional_vars, self._places.returned_by(OF_WITH), scope)
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
                    self._places.lost.append((subject, node.subject, scope))
                for case in node.cases:
                    for inner in ast.walk(case.pattern):
                        if isinstance(inner, ast.expr):
                            self._expression(inner, scope)
                        for name in (getattr(inner, "name", None), getattr(inner, "rest", None)):
                            if isinstance(name, str):
                                self._graph.flow(subject, self._places.store(name, scope))
                    if case.guard is not None:
                        self._expression(case.guard, scope)
                return [statement for case in node.cases for statement in case.body]
            case ast.expr():  # of the head of a class
                self._places.lost.append((self._expression(node, scope), node, scope))
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._expression(child, scope)
        return []

    def _assigned(self, targets: Iterable[ast.expr], value: ast.expr, scope: Scope) -> None:
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

    def _bind(self, target: ast.expr, place: int, scope: Scope) -> None:
        """Let a place flow into whatever a target names."""
        match target:
            case ast.Name():
                self._graph.flow(place, self._places.store(target.id, scope))
                if scope.is_class:
                    self._graph.flow(place, self._places.of_attribute(target.id))
            case ast.Attribute():
                self._expression(target.value, scope)
                self._graph.flow(place, self._places.of_attribute(target.attr))
            case ast.Starred():
                self._bind(target.value, place, scope)
            case ast.Tuple() | ast.List():
                for part in target.elts:
                    self._bind(part, place, scope)
            case ast.Subscript():
                self._put_in(target, place, scope)

    def _put_in(self, target: ast.Subscript, place: int, scope: Scope) -> None:
        """Let a place flow into a container, or into the name that a dictionary of names has at this key."""
        keys = self._expression(target.slice, scope)
        into = self._expression(target.value, scope)

        def put(meaning: str) -> None:
            if meaning.startswith(MEMBERS):
                module = meaning.removeprefix(MEMBERS)
                for text in self._places.texts_of(keys) if module in self._places.files else ():
                    self._graph.flow(place, self._places.of_file(module, text))

        self._places.on_and_again(into, put)
        match target.value:
            case ast.Name(id=name):
                self._graph.flow(place, self._places.store(name, scope))
            case ast.Attribute(attr=name):
                self._graph.flow(place, self._places.of_attribute(name))

    def _definition(
        self, node: ast.AST, args: ast.arguments, body: Iterable[ast.AST] | ast.expr, scope: Scope
    ) -> int:
        """Read a function or a lambda and return the place that means it."""
        positional = [*args.posonlyargs, *args.args]
        every = [*positional, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
        inside = body if isinstance(body, list) else []
        bound = bound_in(inside) | {it.arg for it in every}
        inner = Scope(scope.module, scope.file, scope, bound, counts=scope.counts)
        places = {it.arg: self._places.local(it.arg, inner) for it in every}
        rest = self._graph.new()
        for more in filter(None, (args.vararg, args.kwarg)):
            self._graph.flow(rest, places[more.arg])
        if scope.is_class and getattr(node, "name", "") == "__array_function__" and len(positional) > 1:
            # NumPy hands over whichever of its functions was called.
            self._graph.add(places[positional[1].arg], f"{MANY}numpy")
        returns = self._graph.new()
        is_method = scope.is_class and isinstance(node, ast.FunctionDef) and not _is_static(node)
        function = Function([places[it.arg] for it in positional], places, rest, returns, is_method)
        self._number_of[id(node)] = len(self._places.functions)
        self._places.functions.append(function)
        place = self._graph.new(f"{FUNCTION}{len(self._places.functions) - 1}")
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
            self.block(body, inner)
        self._returns.pop()
        if self._generators.pop():
            self._graph.flow(returns, self._places.of_attribute("value"))
        return place

    # --- expressions ------------------------------------------------------------------------------------

    def _expression(self, node: ast.AST, scope: Scope) -> int:
        """Read an expression and return the place of its value."""
        match node:
            case ast.Name():
                place = self._places.look_up(node.id, scope)
                self._places.mention(place, node, scope)
                return place
            case ast.Constant():
                return self._graph.new(*([f"{TEXT}{node.value}"] if isinstance(node.value, str) else []))
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
                return self._places.returned_by(OF_OPERATIONS)
            case ast.UnaryOp():
                self._expression(node.operand, scope)
                return self._places.returned_by(OF_OPERATIONS)
        place = self._graph.new()
        yields = isinstance(node, (ast.Yield, ast.YieldFrom))
        flows = (
            self._places.put
            if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict))
            else self._graph.flow
        )
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                flows(self._expression(child, scope), place)
        if yields and self._returns:
            self._places.put(place, self._returns[-1])
            self._generators[-1] = True
        return place

    def _attribute(self, node: ast.Attribute, scope: Scope) -> int:
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
                self._places.beyond.append((node, scope))
            place = self._places.attribute_of(place, name, scope)
            self._places.mention(place, node, scope)
        return place

    def _subscript(self, node: ast.Subscript, scope: Scope) -> int:
        value, keys = self._expression(node.value, scope), self._expression(node.slice, scope)
        result = self._graph.new()
        self._places.on_and_again(
            value, lambda meaning: self._places.picked(meaning, keys, node, scope, result)
        )
        self._graph.flow(self._places.returned_by(OF_KEYS), result)
        self._places.mention(result, node, scope)
        return result

    def _comprehension(self, node: ast.expr, scope: Scope) -> int:
        generators: list[ast.comprehension] = getattr(node, "generators")  # noqa: B009 - of four classes
        bound = {name for it in generators for name in names_stored(it.target)}
        inner = Scope(scope.module, scope.file, scope, frozenset(bound), counts=scope.counts)
        for generator in generators:
            self._bind(generator.target, self._iterated(generator.iter, inner), inner)
            for condition in generator.ifs:
                self._expression(condition, inner)
        result = self._graph.new()
        for part in (getattr(node, "elt", None), getattr(node, "key", None), getattr(node, "value", None)):
            if part is not None:
                self._places.put(self._expression(part, inner), result)
        return result

    def _iterated(self, node: ast.expr, scope: Scope) -> int:
        """Read what is iterated over and return the place of one element."""
        place = self._places.element(self._expression(node, scope))
        self._graph.flow(self._places.returned_by(OF_ITERATION), place)
        return place

    def _operation(self, node: ast.BinOp, scope: Scope) -> int:
        # A sum of many terms nests as deep as it has terms.
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            parts.append(left.right)
            left = left.left
        terms = [left, *reversed(parts)]
        places = [self._expression(it, scope) for it in terms]
        self._places.lost += [(place, it, scope) for place, it in zip(places, terms, strict=True)]
        if len(places) > MOST_PARTS or not isinstance(node.op, ast.Add):
            return self._places.returned_by(OF_OPERATIONS)
        result = self._places.concatenated(places)
        self._graph.flow(self._places.returned_by(OF_OPERATIONS), result)
        return result

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> int:
        places = [
            self._expression(it.value if isinstance(it, ast.FormattedValue) else it, scope)
            for it in node.values
        ]
        return self._places.concatenated(places) if len(places) <= MOST_PARTS else self._graph.new()

    def _call(self, node: ast.Call, scope: Scope) -> int:
        function = self._expression(node.func, scope)
        places = [self._expression(it, scope) for it in node.args]
        given = [self._expression(it.value, scope) for it in node.keywords]
        keywords = {it.arg or "": place for it, place in zip(node.keywords, given, strict=True)}
        for it, place in zip((*node.args, *node.keywords), (*places, *given), strict=True):
            if isinstance(it, ast.Starred) or (isinstance(it, ast.keyword) and it.arg is None):
                self._places.lost.append((place, it, scope))
        result = self._graph.new()
        call = Called(node, function, places, given, keywords, result, scope)
        self._places.calls.append(call)
        self._places.on_and_again(function, lambda meaning: self._following.called(meaning, call))
        self._places.mention(result, node, scope)
        return result

    def _executed(self, statement: ast.stmt, scope: Scope) -> int | None:
        if isinstance(statement, ast.Expr):
            return self._expression(statement.value, scope)
        self.block([statement], scope)
        return None


def _is_followed_decorator(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("staticmethod", "classmethod")


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(it, ast.Name) and it.id == "staticmethod" for it in node.decorator_list)
