"""The small changes that turn a function into a mutant: of operators, bounds, names, arguments, statements."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_NEIGHBOURS = (
    ("maximum", "minimum"),
    ("max", "min"),
    ("argmax", "argmin"),
    ("sum", "mean"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("exp", "expm1"),
    ("log", "log1p"),
    ("floor", "ceil"),
    ("any", "all"),
    ("std", "var"),
    ("hstack", "vstack"),
    ("rows", "columns"),
    ("standard_normal", "random"),
    ("normal", "uniform"),
    ("append", "extend"),
    ("sin", "cos"),
)
_OTHER = {one: other for pair in _NEIGHBOURS for one, other in (pair, pair[::-1])} | {"argsort": "sort"}
_SYMMETRIC = {
    "maximum",
    "minimum",
    "max",
    "min",
    "add",
    "multiply",
    "logaddexp",
    "hypot",
    "vdot",
    "inner",
    "allclose",
    "array_equal",
    "isinstance",
    "zip",
}
_CONVERSIONS = {
    "float",
    "int",
    "list",
    "tuple",
    "bool",
    "str",
    "print",
    "array",
    "asarray",
    "ascontiguousarray",
    "len",
}
_POSITIVE = {"abs", "absolute", "fabs", "norm", "square"}
_BY_COLUMN = {"reduce", "accumulate", "concatenate", "stack", "array_split", "split"}
"""Functions along the first axis unless they are told otherwise."""
_WITHOUT_EFFECT = {"out", "strict", "verbose", "copy", "optimize", "order"}
"""Keywords that change how something is computed, not what."""


@dataclass(frozen=True)
class Unit:
    """A statement that is written anew if something in it changes, or the expression in the head of one."""

    node: ast.stmt | ast.expr
    head: str = "{}"
    drops: tuple[tuple[str, str], ...] = ()
    parameters: tuple[str, ...] = ()

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield kind and text of every change."""
        for parent, name, index, node in _children(self.node):
            if not isinstance(node, ast.expr):
                continue
            for kind, change in [*_expressions(node), *_wrong_names(node, self.parameters)]:
                if not _changes_nothing(kind, node, parent):
                    yield kind, self._written(parent, name, index, change(copy.deepcopy(node)))
        if isinstance(self.node, ast.expr):
            for kind, change in [*_expressions(self.node), *_wrong_names(self.node, self.parameters)]:
                yield kind, ast.unparse(ast.fix_missing_locations(change(copy.deepcopy(self.node))))
        else:
            for kind, statement in _statements(self.node):
                yield kind, ast.unparse(ast.fix_missing_locations(statement))
        yield from self.drops

    def _written(self, parent: ast.AST, name: str, index: int | None, changed: ast.expr) -> str:
        place = getattr(parent, name)
        kept = place if index is None else place[index]
        _put(parent, name, index, changed)
        try:
            return ast.unparse(self.node)
        finally:
            _put(parent, name, index, kept)

    def shown(self, text: str) -> str:
        """Return a text of the unit as the line that it stands in."""
        return self.head.format(text.strip() or "pass").partition("\n")[0]


def _changes_nothing(kind: str, node: ast.expr, parent: ast.AST) -> bool:
    """Return whether a change would not matter: of how something is computed, or of what is made positive anyway."""
    if kind == "constant" and isinstance(parent, ast.keyword):
        return parent.arg in {"axis", *_WITHOUT_EFFECT}
    if kind == "swapped operands" and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        squared = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and parent.left is node
        return squared or (isinstance(parent, ast.Call) and _name_of(parent.func) in _POSITIVE)
    return False


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Yield every node below one, with what it takes to replace it; nothing of texts and of what is assigned to."""
    for name, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.JoinedStr, ast.stmt)):
                continue
            if (
                isinstance(node, ast.Call)
                and _name_of(node.func) == "reshape"
                and isinstance(child, ast.UnaryOp)
            ):
                continue  # any number below 0 stands for what is left
            yield node, name, index, child
            yield from _children(child)


def units_of(function: ast.FunctionDef) -> Iterator[Unit]:
    """Yield what can be changed in a function, from top to bottom."""
    names = [it.arg for it in ast.walk(function.args) if isinstance(it, ast.arg)]
    parameters = tuple(name for name in names if name != "self")
    for unit in _units_in(function.body, set(names)):
        yield replace(unit, parameters=parameters)


def _units_in(body: list[ast.stmt], known: set[str]) -> Iterator[Unit]:
    for statement in body:
        if _only_prints(statement):
            continue
        match statement:
            case (
                ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Assert() | ast.Import() | ast.ImportFrom()
            ):
                continue
            case ast.FunctionDef():
                yield from _units_in(statement.body, known | {it.arg for it in statement.args.args})
            case ast.If() | ast.While():
                word = "if" if isinstance(statement, ast.If) else "while"
                yield Unit(statement.test, f"{word} {{}}:", tuple(_conditions(statement.test)))
                yield from _units_in(statement.body, known)
                yield from _units_in(statement.orelse, known)
            case ast.For():
                yield Unit(statement.iter, f"for {ast.unparse(statement.target)} in {{}}:")
                yield from _units_in([*statement.body, *statement.orelse], known)
            case ast.With() | ast.Try():
                yield from _units_in(statement.body, known)
            case ast.Break() | ast.Continue():
                other = "continue" if isinstance(statement, ast.Break) else "break"
                yield Unit(statement, drops=((f"{other} for another", other),))
            case _:
                yield Unit(statement, drops=tuple(_dropped(statement, known)))
        known |= set(_assigned(statement))


def _only_prints(statement: ast.stmt) -> bool:
    """Return whether all that a statement does is to print: no test looks at that."""
    if isinstance(statement, ast.If):
        return all(map(_only_prints, [*statement.body, *statement.orelse]))
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return is_call and _name_of(statement.value.func) == "print"  # type: ignore[attr-defined]


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _dropped(statement: ast.stmt, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the statement left out, where what it assigns to has a value without it."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    plain = [target.id for target in targets if isinstance(target, ast.Name)]
    if isinstance(statement, (ast.AugAssign, ast.Expr)) or (targets and set(plain) <= known):
        yield "dropped statement", f"pass  # without: {ast.unparse(statement)}"


def _conditions(test: ast.expr) -> Iterator[tuple[str, str]]:
    yield "condition", f"not ({ast.unparse(test)})"
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield "condition", ast.unparse(value)
    yield "condition", "True"


def _statements(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """Yield other forms of a whole statement."""
    match statement:
        case ast.AugAssign(target=target, op=operator, value=value):
            if type(operator) in _OPERATORS:
                yield (
                    "sign or operator of an update",
                    ast.AugAssign(target, _OPERATORS[type(operator)](), value),
                )
            yield "update for an assignment", ast.Assign([target], value, lineno=statement.lineno)
        case ast.Return(value=ast.Tuple(elts=[first, second, *rest])):
            yield "order of results", ast.Return(ast.Tuple([second, first, *rest], ast.Load()))
            for number, part in enumerate([first, second, *rest]):
                if not isinstance(part, ast.Constant):
                    parts = [first, second, *rest]
                    parts[number] = ast.UnaryOp(ast.USub(), part)
                    yield "sign", ast.Return(ast.Tuple(parts, ast.Load()))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, (ast.Constant, ast.Tuple)):
            yield "sign", ast.Return(ast.UnaryOp(ast.USub(), value))


Change = Callable[[ast.expr], ast.expr]


def _expressions(node: ast.expr) -> Iterator[tuple[str, Change]]:
    """Yield kind and change of everything that can be done to one expression."""
    match node:
        case ast.BinOp(op=operator) if type(operator) in _OPERATORS and not _is_text(node):
            yield "operator", lambda it: _set(it, op=_OPERATORS[type(it.op)]())  # type: ignore[attr-defined]
            if isinstance(operator, (ast.Sub, ast.Div, ast.MatMult)):
                yield "swapped operands", lambda it: _set(it, left=it.right, right=it.left)  # type: ignore[attr-defined]
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
            yield "comparison", lambda it: _set(it, ops=[_COMPARISONS[type(it.ops[0])]()])  # type: ignore[attr-defined]
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield "and or or", lambda it: _set(it, op=other())
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield "sign", lambda it: it.operand  # type: ignore[attr-defined]
        case ast.IfExp():
            yield "condition", lambda it: _set(it, body=it.orelse, orelse=it.body)  # type: ignore[attr-defined]
        case ast.Constant():
            yield from _constants(node)
        case ast.Attribute(attr="T"):
            yield "transposed", lambda it: it.value  # type: ignore[attr-defined]
        case ast.Subscript():
            yield from _subscripts(node)
        case ast.Call():
            yield from _calls(node)
        case ast.ListComp() | ast.GeneratorExp() if node.generators[0].ifs:
            yield "condition", _without_condition


def _is_text(node: ast.AST) -> bool:
    return any(
        isinstance(it, ast.JoinedStr) or (isinstance(it, ast.Constant) and isinstance(it.value, str))
        for it in ast.walk(node)
    )


def _set(node: ast.expr, **fields: object) -> ast.expr:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _constants(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", lambda it: _set(it, value=not value)
    elif isinstance(value, int):
        yield "constant", lambda it: _set(it, value=value + 1)
        if value:
            yield "constant", lambda it: _set(it, value=value - 1)
    elif isinstance(value, float):
        yield "constant", lambda it: _set(it, value=2 * value if value else 1.0)


def _without_condition(node: ast.expr) -> ast.expr:
    node.generators[0].ifs.pop()  # type: ignore[attr-defined]
    return node


def _subscripts(node: ast.Subscript) -> Iterator[tuple[str, Change]]:
    slices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for number, part in enumerate(slices):
        if isinstance(part, ast.Slice):
            yield "slice", _with_bound(number, "lower")
            yield "slice", _with_bound(number, "upper")
            if part.step is not None:
                yield "slice", _with_bound(number, "step")
    if isinstance(node.slice, ast.Tuple) and len(slices) == 2:
        yield "swapped indices", lambda it: _set(it, slice=_reversed(it.slice))  # type: ignore[attr-defined]


def _with_bound(number: int, bound: str) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        part = node.slice  # type: ignore[attr-defined]
        part = part.elts[number] if isinstance(part, ast.Tuple) else part
        before = getattr(part, bound)
        if bound == "step":
            after: ast.expr | None = None
        elif before is None:
            after = ast.Constant(1 if bound == "lower" else -1)
        else:
            after = ast.BinOp(before, ast.Add() if bound == "lower" else ast.Sub(), ast.Constant(1))
        setattr(part, bound, after)
        return node

    return changed


def _reversed(pair: ast.expr) -> ast.expr:
    return ast.Tuple(pair.elts[::-1], ast.Load())  # type: ignore[attr-defined]


def _calls(node: ast.Call) -> Iterator[tuple[str, Change]]:
    name = _name_of(node.func)
    if name in _OTHER:
        yield "neighbour of a function", lambda it: _set(it, func=_renamed(it.func, _OTHER[name]))  # type: ignore[attr-defined]
    plain = [it for it in node.args if not isinstance(it, ast.Starred)]
    if len(plain) == len(node.args) >= 2:
        if name not in _SYMMETRIC:
            yield "swapped arguments", lambda it: _set(it, args=[it.args[1], it.args[0], *it.args[2:]])  # type: ignore[attr-defined]
        for number in range(1, len(node.args)):
            yield "wrong neighbour in a call", _repeated(number)
    if name == "range" and len(node.args) == 1:
        yield "range", lambda it: _set(it, args=[ast.Constant(1), *it.args])  # type: ignore[attr-defined]
        yield "range", lambda it: _set(it, args=[ast.BinOp(it.args[0], ast.Sub(), ast.Constant(1))])  # type: ignore[attr-defined]
    if (
        len(node.args) == 1
        and not node.keywords
        and name not in _CONVERSIONS | {"range"}
        and name[:1].islower()
    ):
        yield "dropped call", lambda it: it.args[0]  # type: ignore[attr-defined]
    if not node.args and not node.keywords and name == "copy" and isinstance(node.func, ast.Attribute):
        yield "dropped call", lambda it: it.func.value  # type: ignore[attr-defined]
    if name == "len":
        yield "length of another axis", _other_length
    for number, keyword in enumerate(node.keywords):
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            yield "axis", _other_axis(number)
            if name in _BY_COLUMN and keyword.value.value == 0:
                continue  # that is what they do anyway
        if keyword.arg not in _WITHOUT_EFFECT | {None}:
            yield "axis" if keyword.arg == "axis" else "dropped keyword", _without_keyword(number)


def _wrong_names(node: ast.expr, parameters: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    """Yield a call with another parameter of the function around it in the place of each that it is given."""
    if not isinstance(node, ast.Call) or _name_of(node.func) == "len":
        return  # what belongs together is of one length
    for places, number, value in (
        *(("args", number, it) for number, it in enumerate(node.args)),
        *(("keywords", number, it.value) for number, it in enumerate(node.keywords)),
    ):
        if isinstance(value, ast.Name) and value.id in parameters and len(parameters) > 1:
            other = parameters[(parameters.index(value.id) + 1) % len(parameters)]
            yield "wrong neighbour in a call", _named(places, number, other)


def _named(places: str, number: int, name: str) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        place = getattr(node, places)
        if places == "keywords":
            place[number].value = ast.Name(name, ast.Load())
        else:
            place[number] = ast.Name(name, ast.Load())
        return node

    return changed


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _renamed(function: ast.expr, name: str) -> ast.expr:
    return _set(function, **{"attr" if isinstance(function, ast.Attribute) else "id": name})


def _repeated(number: int) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        node.args[number] = copy.deepcopy(node.args[number - 1])  # type: ignore[attr-defined]
        return node

    return changed


def _other_length(node: ast.expr) -> ast.expr:
    return _set(node, args=[ast.Subscript(node.args[0], ast.Constant(0), ast.Load())])  # type: ignore[attr-defined]


def _other_axis(number: int) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        constant = node.keywords[number].value  # type: ignore[attr-defined]
        constant.value = 1 if constant.value == 0 else 0
        return node

    return changed


def _without_keyword(number: int) -> Change:
    def changed(node: ast.expr) -> ast.expr:
        del node.keywords[number]  # type: ignore[attr-defined]
        return node

    return changed
