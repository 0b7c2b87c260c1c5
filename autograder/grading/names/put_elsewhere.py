"""Finds what calls at the top level of a file put into something else: a method that a function patches into a class,
what a decorator registers in a table.

A function that is run there keeps a function for later where it stores it in what it was given, or in what belongs to
the file: that then is part of what holds it. A function that only computes, or keeps numbers, puts nothing anywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from autograder.grading.names.binding import parts_of, walked

_MOST_FUNCTIONS = 30
"""Functions that are looked at behind one call."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_MADE = (
    ast.Dict,
    ast.List,
    ast.Set,
    ast.Tuple,
    ast.Constant,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.BinOp,
)
_NOT_MADE = frozenset({"getattr", "globals", "vars", "type", "next", "iter", "locals"})
"""Functions that return what was there before."""
_CALLED_BY_NO_NAME = frozenset({"__init_subclass__", "__set_name__"})


@dataclass
class _Summary:
    """What a function, or a class by its methods, does with functions.

    Attributes
    ----------
    inner
        Functions that are written in it; empty unless it keeps some.
    kept
        Names of the file's functions that it keeps.
    holders
        Names that are not its own of what holds them.
    parameters
        Those of its parameters that do; None where any may.
    calls
        Names of what it calls.
    """

    inner: list[ast.AST] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    holders: set[str] = field(default_factory=set)
    parameters: set[str] | None = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    keeps: bool = False


@dataclass
class _File:
    """The functions and classes of a file by name, methods by `.name`, and what is known of them."""

    functions: dict[str, list[ast.AST]] = field(default_factory=dict)
    given_out: dict[str, list[ast.AST]] = field(default_factory=dict)
    """What a loop at the top level goes through, by the name that it gives one after the other."""
    made_together: dict[int, list[str]] = field(default_factory=dict)
    summaries: dict[tuple[int, bool], _Summary] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)
    """Of which holders it is known what a function that is written keeps in them."""

    def add(self, name: str, *nodes: ast.AST) -> None:
        self.functions.setdefault(name, []).extend(nodes)


def put_elsewhere(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield names that the top level binds, each with a node that becomes part of what it stands for."""
    statements = list(_run_at_once(tree.body))
    file = _functions_in(statements)
    _note_given_out(statements, file)
    for statement in statements:
        for node in (statement, *_expressions_of(statement)):
            for holder, values in _stores(node):
                yield from ((holder, it) for value in values for it in _functions_given(value, file))
        for called, given in _calls_in(statement):
            yield from _kept_by(called, given, file)


def _functions_in(statements: Iterable[ast.stmt]) -> _File:
    file = _File()
    for statement in statements:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                file.add(statement.name, statement)
            case ast.ClassDef():
                file.add(statement.name, statement)
                for member in statement.body:
                    if isinstance(member, _FUNCTIONS):
                        file.add(f".{member.name}", member)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                file.add(name, value)
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name(id=maker))):
                # What a function returns may be what is written in it; all of that shares what it begins with.
                names = [it.id for it in walked(target) if isinstance(it, ast.Name)]
                for made in [it for node in file.functions.get(maker, ())[:1] for it in _written_in(node)]:
                    file.made_together[id(made)] = names
                    for name in names[:_MOST_FUNCTIONS]:
                        file.add(name, made)
    return file


def _written_in(node: ast.AST) -> list[ast.AST]:
    return [it for it in walked(node) if isinstance(it, (ast.Lambda, *_FUNCTIONS)) and it is not node]


def _note_given_out(statements: Iterable[ast.stmt], file: _File) -> None:
    for statement in statements:
        for part in (statement, *_expressions_of(statement)):
            if isinstance(part, (ast.For, ast.comprehension)) and isinstance(part.target, ast.Name):
                given = list(_functions_given(part.iter, file))
                file.given_out.setdefault(part.target.id, []).extend(given)


def _run_at_once(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when the file is executed, those in the bodies of classes among them."""
    waiting: list[ast.AST] = [*reversed(body)]
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, ast.stmt):
            yield statement
        if not isinstance(statement, _FUNCTIONS):
            waiting += reversed([it for it in parts_of(statement) if not isinstance(it, ast.expr)])


def _expressions_of(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield what a statement itself computes, but for what lies in functions."""
    waiting: list[ast.AST]
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        waiting = [*statement.decorator_list]
        if isinstance(statement, _FUNCTIONS):
            waiting += [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
    else:
        waiting = [it for it in parts_of(statement) if isinstance(it, (ast.expr, ast.withitem))]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, ast.Lambda):
            waiting += parts_of(part)


def _calls_in(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.Call | ast.stmt]]:
    """Yield what a statement itself calls, with the call, or the function or class that it is called with."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        yield from ((it, statement) for it in statement.decorator_list)
    if isinstance(statement, ast.ClassDef):
        yield from ((it, statement) for it in statement.bases)
        yield from ((it.value, statement) for it in statement.keywords)
    for part in _expressions_of(statement):
        if isinstance(part, ast.Call):
            yield part.func, part


def _functions_given(value: ast.AST, file: _File) -> Iterator[ast.AST]:
    """Yield the functions that a value holds as it is written, without those that it only calls."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Lambda) or (isinstance(part, ast.Name) and part.id in file.functions):
            yield part
        elif isinstance(part, ast.Name):
            yield from file.given_out.get(part.id, ())
        elif isinstance(part, (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.IfExp)):
            waiting += parts_of(part)


def _kept_by(called: ast.expr, given: ast.Call | ast.stmt, file: _File) -> Iterator[tuple[str, ast.AST]]:
    if (
        isinstance(given, ast.stmt)
        and isinstance(called, (ast.Attribute, ast.Call))
        and (owner := _root(called))
    ):
        yield owner, given  # `@total.register(list)`
    values: list[ast.AST] = [given]
    if isinstance(given, ast.Call):
        arguments = [*given.args, *(it.value for it in given.keywords)]
        values = [it for argument in arguments for it in _functions_given(argument, file)]
    is_base = isinstance(given, ast.ClassDef) and called not in given.decorator_list
    seen: set[int] = set()
    waiting = [(_name_of(called), True)]
    while waiting and len(seen) < _MOST_FUNCTIONS:
        name, directly = waiting.pop()
        for node in file.functions.get(name, ()):
            if id(node) in seen:
                continue
            seen.add(id(node))
            summary = _summary_of(node, file, is_base)
            waiting += [(it, False) for it in sorted(summary.calls)]
            if summary.keeps:
                known = directly and not name.startswith(".") and isinstance(node, _FUNCTIONS)
                into = _given_to(given, node if known else None, summary.parameters)
                holders = {*summary.holders, *file.made_together.get(id(node), ()), *into}
                kept = [it for name in sorted(summary.kept) for it in file.functions[name]]
                yield from (
                    (holder, it) for holder in sorted(holders) for it in (*summary.inner, *values, *kept)
                )


def _given_to(
    given: ast.Call | ast.stmt, function: ast.AST | None, parameters: set[str] | None
) -> Iterator[str]:
    """Yield the names in what parameters of a function are given; in everything where that is not known."""
    if not isinstance(given, ast.Call):
        yield getattr(given, "name", "")
        return
    arguments: list[ast.AST] = [*given.args, *(it.value for it in given.keywords)]
    if parameters is not None and isinstance(function, _FUNCTIONS):
        order = [it.arg for it in (*function.args.posonlyargs, *function.args.args)]
        named = {it.arg: it.value for it in given.keywords}
        if not any(isinstance(it, ast.Starred) for it in given.args) and None not in named:
            by_name: dict[str | None, ast.AST] = {**dict(zip(order, given.args, strict=False)), **named}
            arguments = [by_name[it] for it in sorted(parameters) if it in by_name]
    for argument in arguments:
        yield from (it.id for it in walked(argument) if isinstance(it, ast.Name))


def _name_of(expression: ast.expr) -> str:
    """Return the name of what is called, of a method with a dot."""
    while isinstance(expression, ast.Call):
        expression = expression.func
    if isinstance(expression, ast.Attribute):
        return f".{expression.attr}"
    return expression.id if isinstance(expression, ast.Name) else ""


def _summary_of(node: ast.AST, file: _File, is_base: bool) -> _Summary:
    key = id(node), is_base
    if key not in file.summaries:
        if is_base and isinstance(node, ast.ClassDef):
            node = ast.Module([it for it in node.body if getattr(it, "name", "") in _CALLED_BY_NO_NAME], [])
        file.summaries[key] = _summarized(node, file)
    return file.summaries[key]


def _summarized(node: ast.AST, file: _File) -> _Summary:
    parts = walked(node)
    summary = _Summary(
        calls={_name_of(it) for it in parts if isinstance(it, ast.Call)} & file.functions.keys()
    )
    inner = [it for it in parts if isinstance(it, (ast.Lambda, *_FUNCTIONS)) and it is not node]
    parameters = {it.arg for it in parts if isinstance(it, ast.arg)}
    functions = (
        parameters | {it.name for it in inner if not isinstance(it, ast.Lambda)} | file.functions.keys()
    )
    made, own = _bound_in(parts)
    for part in parts:
        for holder, values in _stores(part):
            stored = [it for value in values for it in walked(value)]
            called = {id(it.func) for it in stored if isinstance(it, ast.Call)}
            names = {it.id for it in stored if isinstance(it, ast.Name) and id(it) not in called} & functions
            if holder in made - parameters or not (names or any(isinstance(it, ast.Lambda) for it in stored)):
                continue
            summary.keeps = True
            summary.kept |= names & file.functions.keys()
            if holder in parameters:
                if summary.parameters is not None:
                    summary.parameters.add(holder)
            elif holder in own:
                summary.parameters = None  # `for kind in kinds: kind.go = …`
            else:
                summary.holders.add(holder)
    summary.inner = [*inner] if summary.keeps else []
    return summary


def _stores(part: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    """Yield the name of what something is stored in, with what is stored."""
    match part:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, (ast.Attribute, ast.Subscript)) and (root := _root(target)):
                    yield root, [value]
        case ast.Call(func=ast.Name(id="setattr"), args=[owner, _, value]):
            if root := _root(owner):
                yield root, [value]
        case ast.Call(func=ast.Attribute(value=owner), args=args, keywords=keywords):
            if root := _root(owner):
                yield root, [*args, *(it.value for it in keywords)]


def _bound_in(parts: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Return the names of which all that they stand for is made there, and all that are bound there."""
    made: set[str] = set()
    shared: set[str] = set()
    own: set[str] = set()
    for part in parts:
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                (made if _is_made(value) else shared).add(name)
            case ast.Global() | ast.Nonlocal():
                shared.update(part.names)
            case ast.Name(ctx=ast.Store()):
                own.add(part.id)
    return made - shared, own


def _is_made(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return not (isinstance(value.func, ast.Name) and value.func.id in _NOT_MADE)
    return isinstance(value, _MADE)


def _root(node: ast.AST) -> str:
    """Return the name that an expression begins with; empty if it begins with none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
