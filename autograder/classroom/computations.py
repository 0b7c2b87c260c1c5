"""Finds what code computes, however it is spelled, so that a copy of which every line was rewritten can be compared.

Each operation is a node of a graph whose edges lead to what it is computed from, through names, attributes and calls
of the file's own functions: `x += y` is `x = x + y`, and `X[i]` the `x` of a loop over X. Which forms are equal, and
how a node is hashed with what lies behind it, is in `operations`. In which order statements stand, what surrounds them,
and what is computed beside them is in none of these hashes.

Nothing is executed. The time is proportional to the size of the tree; calls are followed only as far as a fixed number
of operations reaches.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.classroom.operations import Function, Node, Operations, Scope
from autograder.grading.names.parsing import MOST_BYTES, parsed_or_none

FEWEST_INSIDE = 3
"""Operations that a hash must hold: there are few that are smaller, and everybody has them."""
_MOST_FOLLOWED = 60_000
_MOST_FOLLOWED_OF_ONE = 3_000
"""Operations that calls may add in all, and in one function: few that call each other could add any number."""
_MOST_CALLS_DEEP = 6
_MOST_TEXTS = 10
"""Texts that are read because they are executed."""
_DEEPEST = 100
"""Levels of nesting; what lies deeper is looked at by itself."""
_SAYS_HOW = frozenset({"axis", "copy", "dtype", "keepdims", "order", "out", "strict"})
"""Parameters that say how something is computed, not of what."""
_BUILT_IN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Computed:
    """An operation with what it is computed from, as a hash, and the lines, counted from 1, that it stands on."""

    value: int
    first_line: int
    last_line: int


def computed_in(source: bytes) -> tuple[Computed, ...]:
    """Return the operations of a source whose results are used, each different one once; none of what is no Python."""
    tree = parsed_or_none(source) if len(source) <= MOST_BYTES else None
    if tree is None:
        return ()
    found: dict[int, Computed] = {}
    for node in _Graph(tree).used():
        if node.sizes[-1] >= FEWEST_INSIDE:
            value = node.hashes[-1]
            found.setdefault(value, Computed(value, *node.lines))
    return tuple(found.values())


class _Graph:
    """The operations of a module."""

    def __init__(self, tree: ast.Module, texts: int = _MOST_TEXTS) -> None:
        self._texts = texts
        self._modules: set[str] = set()
        self._imported: dict[str, str] = {}
        self._methods: dict[str, Function | None] = {}
        """By name; None where several classes have one."""
        self._classes: dict[str, Function | None] = {}
        """What makes an object of each class."""
        self._attributes: dict[str, Node] = {}
        self._sinks: list[Node] = []
        self._waiting: list[tuple[ast.expr, Scope]] = []
        self._followed: set[int] = set()
        self._active: list[Function] = []
        self._depth = 0
        self._most_of_one = 0
        self._make = Operations()
        self._top = Scope()
        self._read(tree)

    def used(self) -> Iterator[Node]:
        """Yield every operation that something depends on: what is returned, stored, decided on or called for."""
        seen = {id(node) for node in self._sinks}
        waiting = list({id(node): node for node in self._sinks}.values())
        while waiting:
            node = waiting.pop()
            yield node
            for part in node.parts:
                if id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)

    def _read(self, tree: ast.Module) -> None:
        functions, called = list[tuple[Function, bool]](), set[str]()
        for part in ast.walk(tree):
            match part:
                case ast.Import(names=names):
                    self._modules |= {(it.asname or it.name).partition(".")[0] for it in names}
                case ast.ImportFrom(names=names):
                    self._imported |= {it.asname or it.name: it.name for it in names}
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    called.add(name)
                case ast.ClassDef(name=name, body=body):
                    for method in body:
                        if isinstance(method, ast.FunctionDef):
                            known = method.name in self._methods
                            self._methods[method.name] = None if known else method
                            functions.append((method, True))
                            if method.name == "__init__":
                                self._classes[name] = method
                    self._classes.setdefault(name, None)
        methods = {id(method) for method, _ in functions}
        functions += [
            (it, False)
            for it in ast.walk(tree)
            if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef) and id(it) not in methods
        ]
        self._block(tree.body, self._top)
        # Functions that others call are part of those; by themselves, they would be seen without what they are given.
        for first in (True, False):
            for function, is_method in functions:
                own = getattr(function, "name", "")
                is_called = own in called and self._methods.get(own, function) is function
                if id(function) not in self._followed and not (first and is_called):
                    self._most_of_one = self._make.made_by_calls + _MOST_FOLLOWED_OF_ONE
                    self._follow(function, self._top, [], {}, is_method)

    def _sink(self, node: Node) -> None:
        """Note that a value is used; of a tuple, each of its parts is."""
        self._sinks += node.parts if node.label == "tuple" else [node]

    # --- statements --------------------------------------------------------------------------------------

    def _block(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        self._depth += 1
        for statement in body:
            self._make.line = statement.lineno, statement.end_lineno or statement.lineno
            self._statement(statement, scope)
            while self._waiting and self._depth < _DEEPEST // 2:
                self._sink(self._value(*self._waiting.pop()))
        self._depth -= 1

    def _statement(self, statement: ast.stmt, scope: Scope) -> None:
        match statement:
            case ast.Assign(targets=targets, value=value):
                node = self._value(value, scope)
                for target in targets:
                    self._bind(target, node, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._value(value, scope), scope)
            case ast.AugAssign(target=target, op=operator, value=value):
                before = self._value(target, scope)
                self._bind(target, self._make.operation(operator, before, self._value(value, scope)), scope)
            case ast.Return(value=ast.expr() as value):
                node = self._value(value, scope)
                self._sink(node)
                scope.returned.append(node)
            case ast.Expr(value=value):
                self._sink(self._value(value, scope))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                scope.names[name] = Node("leaf", function=(statement, scope))
            case ast.ClassDef(body=body):
                self._block([it for it in body if not isinstance(it, ast.FunctionDef)], scope)
            case ast.If():
                self._cases(statement, scope)
            case ast.Match(subject=subject, cases=cases):
                self._sink(self._value(subject, scope))
                for case in cases:
                    self._block(case.body, scope)
            case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
                for body in (
                    statement.body,
                    *(it.body for it in handlers),
                    statement.orelse,
                    statement.finalbody,
                ):
                    self._block(body, scope)
            case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
                over = self._value(iterable, scope)
                self._sink(over)
                self._bind(target, self._make.item(over), scope)
                self._block(statement.body, scope)
                self._block(statement.orelse, scope)
            case ast.While(test=test):
                self._sink(self._value(test, scope))
                self._block(statement.body, scope)
                self._block(statement.orelse, scope)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    self._sink(self._value(item.context_expr, scope))
                self._block(body, scope)
            case ast.Assert(test=test):
                self._sink(self._value(test, scope))

    def _cases(self, statement: ast.If, scope: Scope) -> None:
        """Read a condition and all that follow it with `elif`, of which there may be more than levels."""
        while True:
            self._sink(self._value(statement.test, scope))
            self._block(statement.body, scope)
            if len(statement.orelse) != 1 or not isinstance(statement.orelse[0], ast.If):
                break
            statement = statement.orelse[0]
        self._block(statement.orelse, scope)

    def _bind(self, target: ast.expr, node: Node, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                before = scope.names.get(name)
                if before is not None and before.parts:
                    self._sinks.append(before)  # another branch may have it still
                scope.names[name] = node
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                one_each = node.label == "tuple" and len(node.parts) == len(targets)
                whole = node if node.label == "size" else None
                for at, part in enumerate(targets):
                    each = node.parts[at] if one_each else whole or self._make.node("item", [node])
                    self._bind(part, each, scope)
            case ast.Starred(value=value):
                self._bind(value, node, scope)
            case ast.Attribute(attr=name, value=owner) if self._is_object(owner, scope):
                self._attributes[name] = node
                self._sink(node)
            case ast.Subscript() | ast.Attribute():
                self._sink(self._make.node("store", [self._value(target, scope), node]))

    @staticmethod
    def _is_object(owner: ast.expr, scope: Scope) -> bool:
        return isinstance(owner, ast.Name) and owner.id == scope.owner

    # --- expressions -------------------------------------------------------------------------------------

    def _value(self, value: ast.expr, scope: Scope) -> Node:
        if self._depth >= _DEEPEST:
            self._waiting.append((value, scope))
            return Node("leaf")
        self._depth += 1
        line = self._make.line
        if not isinstance(value, ast.Name | ast.Constant):
            self._make.line = value.lineno, value.end_lineno or value.lineno
        node = self._node_of(value, scope)
        self._make.line = line
        self._depth -= 1
        return node

    def _values(self, values: Iterable[ast.expr | None], scope: Scope) -> list[Node]:
        return [self._value(value, scope) for value in values if value is not None]

    def _node_of(self, value: ast.expr, scope: Scope) -> Node:
        match value:
            case ast.Constant(value=constant):
                return Node("leaf", number=constant)
            case ast.Name(id=name):
                return self._name(name, scope)
            case ast.Attribute():
                return self._attribute(value, scope)
            case ast.Call():
                return self._call(value, scope)
            case ast.BinOp():
                return self._chain(value, scope)
            case ast.UnaryOp(operand=operand) | ast.Starred(value=operand) | ast.Await(value=operand):
                return self._value(operand, scope)
            case ast.Compare(left=left, ops=operators, comparators=others):
                same = isinstance(operators[0], ast.Eq | ast.NotEq | ast.Is | ast.IsNot)
                label = "in" if isinstance(operators[0], ast.In | ast.NotIn) else "equal" if same else "order"
                return self._make.node(label, self._values([left, *others], scope))
            case ast.BoolOp(values=values):
                return self._make.node("bool", self._values(values, scope))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._make.node("where", self._values([test, body, orelse], scope))
            case ast.Subscript(value=owner, slice=index):
                return self._subscript(owner, index, scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return self._make.node("tuple", self._values(parts, scope))
            case ast.Dict(keys=keys, values=values):
                return self._make.node("dict", self._values([*keys, *values], scope))
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                return self._make.node("each", self._values([part], self._inside(value.generators, scope)))
            case ast.DictComp(key=key, value=part):
                return self._make.node(
                    "dict", self._values([key, part], self._inside(value.generators, scope))
                )
            case ast.NamedExpr(target=target, value=part):
                node = self._value(part, scope)
                self._bind(target, node, scope)
                return node
            case ast.Lambda(body=body):
                inside = Scope(scope, {it.arg: Node("leaf") for it in _parameters(value)})
                node = self._make.node("lambda", self._values([body], inside))
                return Node("lambda", node.parts, node.hashes, node.sizes, node.lines, None, (value, scope))
        parts = [it for it in ast.iter_child_nodes(value) if isinstance(it, ast.expr)]
        return self._make.node(type(value).__name__, self._values(parts, scope))

    def _inside(self, generators: Sequence[ast.comprehension], scope: Scope) -> Scope:
        inside = Scope(scope, owner=scope.owner)
        for generator in generators:
            over = self._value(generator.iter, inside)
            self._sink(over)
            self._bind(generator.target, self._make.item(over), inside)
            for condition in generator.ifs:
                self._sink(self._value(condition, inside))
        return inside

    def _name(self, name: str, scope: Scope) -> Node:
        known = scope.meaning(name)
        if known is not None:
            return known
        meaning = self._imported.get(name) or (name if name in _BUILT_IN else "")
        return Node(f"function {meaning}" if meaning else "leaf")

    def _attribute(self, value: ast.Attribute, scope: Scope) -> Node:
        owner, name = value.value, value.attr
        if self._is_module(owner):
            return Node("leaf") if name in ("newaxis", "pi", "inf", "nan") else Node(f"function {name}")
        if self._is_object(owner, scope):
            return self._attributes.get(name) or Node("leaf")
        node = self._value(owner, scope)
        if name in self._attributes:
            return self._attributes[name]
        return self._make.attribute(name, node)

    def _is_module(self, owner: ast.expr) -> bool:
        while isinstance(owner, ast.Attribute):
            owner = owner.value
        return isinstance(owner, ast.Name) and owner.id in self._modules

    def _chain(self, value: ast.BinOp, scope: Scope) -> Node:
        """Return a chain of operations, which may have more links than there are levels."""
        links: list[ast.BinOp] = []
        left: ast.expr = value
        while isinstance(left, ast.BinOp):
            links.append(left)
            left = left.left
        node = self._value(left, scope)
        for link in reversed(links):
            node = self._make.operation(link.op, node, self._value(link.right, scope))
        return node

    def _subscript(self, owner: ast.expr, index: ast.expr, scope: Scope) -> Node:
        """Return an item; whole axes and new ones, of length 1, are no part of what is computed."""
        node = self._value(owner, scope)
        indices: list[Node] = []
        for part in index.elts if isinstance(index, ast.Tuple) else [index]:
            if isinstance(part, ast.Slice):
                bounds = self._values([part.lower, part.upper, part.step], scope)
                indices += [self._make.node("slice", bounds)] if bounds else []
            elif not (isinstance(part, ast.Constant) and part.value in (None, ...)) and not (
                isinstance(part, ast.Attribute) and part.attr == "newaxis"
            ):
                one = self._value(part, scope)
                indices += one.parts if one.label == "tuple" else [one]
        if not indices or node.label == "size":
            return node
        if node.label == "tuple" and len(indices) == 1 and type(indices[0].number) is int:
            return node.parts[indices[0].number] if -1 <= indices[0].number < len(node.parts) else node
        return self._make.node("sub", [node, *indices])

    # --- calls -------------------------------------------------------------------------------------------

    def _call(self, call: ast.Call, scope: Scope) -> Node:
        name, given, function = "", list[Node](), None
        is_method = False
        match call.func:
            case ast.Attribute(attr=name, value=owner) if self._is_module(owner):
                pass
            case ast.Attribute(attr=name, value=owner):
                method = self._methods.get(name)
                if method is not None:
                    function, is_method = (method, self._top), True
                if self._is_object(owner, scope):
                    name = name if name not in self._methods else ""
                else:
                    node = self._value(owner, scope)
                    given = [] if is_method else [node]
            case ast.Name(id=name) if name in self._classes and scope.meaning(name) is None:
                made = self._classes[name]
                function, is_method, name = (made, self._top) if made else None, True, ""
            case called:
                node = self._value(called, scope)
                function, name = node.function, node.label.removeprefix("function ")
                if name == node.label:
                    name = ""
                    given = [] if function or not node.parts else [node]
        arguments = self._values(call.args, scope)
        if function is not None:
            by_name = {it.arg: self._value(it.value, scope) for it in call.keywords if it.arg}
            returned = self._follow(function[0], function[1], arguments, by_name, is_method)
            if returned is not None:
                return returned
            name, arguments = "", [*arguments, *by_name.values()]
        else:
            arguments += [self._value(it.value, scope) for it in call.keywords if it.arg not in _SAYS_HOW]
        if name in ("exec", "eval") and call.args:
            self._text(call.args[0], scope)
        return self._make.call(name, [*given, *arguments])

    def _text(self, text: ast.expr, scope: Scope) -> None:
        """Read code that is executed from a text."""
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and self._texts:
            self._texts -= 1
            tree = parsed_or_none(text.value.encode("utf-8", "replace"))
            if tree is not None:
                inner = _Graph(tree, self._texts // 2)
                self._sinks += [
                    Node(it.label, (), it.hashes, it.sizes, self._make.line)
                    for it in inner.used()
                    if it.parts
                ]

    def _follow(
        self,
        function: Function,
        outer: Scope,
        arguments: Sequence[Node],
        by_name: dict[str, Node],
        is_method: bool,
    ) -> Node | None:
        """Return what a call of a function returns, None if it is not followed."""
        if function in self._active or len(self._active) > _MOST_CALLS_DEEP or self._depth > _DEEPEST // 2:
            return None
        if self._active and self._make.made_by_calls > min(_MOST_FOLLOWED, self._most_of_one):
            return None
        self._followed.add(id(function))
        names = [it.arg for it in _parameters(function)]
        inside = Scope(outer, {name: Node("leaf") for name in names})
        if is_method and names and not _is_static(function):
            inside.owner = names.pop(0)
        elif not is_method:
            inside.owner = outer.owner
        inside.names |= dict(zip(names, arguments, strict=False))
        inside.names |= {name: node for name, node in by_name.items() if name in names}
        self._active.append(function)
        self._make.in_a_call = len(self._active) > 1
        line = self._make.line
        if isinstance(function, ast.Lambda):
            inside.returned.append(self._value(function.body, inside))
        else:
            self._block(function.body, inside)
        self._make.line = line
        self._active.pop()
        self._make.in_a_call = len(self._active) > 1
        return inside.returned[-1] if inside.returned else Node("leaf")


def _parameters(function: Function) -> list[ast.arg]:
    own = function.args
    extra = [it for it in (own.vararg, own.kwarg) if it is not None]
    return [*own.posonlyargs, *own.args, *own.kwonlyargs, *extra]


def _is_static(function: Function) -> bool:
    decorators = getattr(function, "decorator_list", [])
    return any(isinstance(it, ast.Name) and it.id == "staticmethod" for it in decorators)
