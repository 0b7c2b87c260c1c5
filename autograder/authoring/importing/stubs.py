"""Makes stubs say what to fill in, and makes those that a source leaves out, from the reference."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Set

from autograder.authoring.importing.names import parsed

_NOTHING = ("...", "", "# YOUR CODE HERE\nraise NotImplementedError()")


def completed(stub: str, reference: str, file: str, before: str = "") -> str:
    """Return a stub whose empty functions say that they are to be filled in, with those that only the reference has.

    Parameters
    ----------
    stub, reference
        The same piece of source, without and with the solution.
    file
        What students hand in.
    before
        What students are given already for the same question.
    """
    lines = stub.split("\n")
    for function in reversed(list(_functions(parsed(stub)))):
        *_, last = function.body
        if not _is_empty(function):
            continue
        first = last.lineno - 1
        while "YOUR CODE HERE" in lines[first - 1]:
            first -= 1
        lines[first : last.end_lineno] = [f"{' ' * last.col_offset}{_fill_in(function.name, file)}"]
    there = {it.name for it in (*_functions(parsed(stub)), *_functions(parsed(before)))}
    missing = [it for it in parsed(reference) if isinstance(it, ast.FunctionDef) and it.name not in there]
    made = [header(it, file) for it in missing]
    if made and stub.strip() in _NOTHING:
        return "\n\n\n".join(made)
    return "\n".join(lines) + "".join(f"\n\n\n{it}" for it in made)


def emptied(reference: str, file: str, answers: Set[str] = frozenset(), asked: Set[str] = frozenset()) -> str:
    """Return a module with every function and method to be filled in, without private functions.

    What runs while the module is imported keeps the private functions that it uses. An `__init__` stays as it is
    unless it calls functions of the module, which are not there yet.

    Parameters
    ----------
    answers
        Variables whose values are answers, and are left out.
    asked
        Functions that tests call: private ones among them are to be filled in as well.
    """
    lines = reference.split("\n")
    tree = ast.parse(reference).body
    own = {it.name: it for it in tree if isinstance(it, ast.FunctionDef)}
    kept = _run_by_import(tree, own)
    private = [it for it in own.values() if it.name.startswith("_") and it.name not in asked]
    for statement in reversed(tree):
        if isinstance(statement, ast.FunctionDef) and statement.name in kept:
            continue
        if statement in private:
            first = min([statement.lineno, *(it.lineno for it in statement.decorator_list)])
            del lines[first - 1 : statement.end_lineno]
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            if answers & {it.id for it in ast.walk(statement) if isinstance(it, ast.Name)}:
                _replace(lines, statement.value, statement.value, "...")
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            for function in reversed(list(_functions([statement]))):
                body = function.body[1:] if ast.get_docstring(function) is not None else function.body
                is_start = function.name == "__init__" and own.keys().isdisjoint(_names_in(body))
                if body and not is_start:
                    _replace(lines, body[0], body[-1], _fill_in(function.name, file))
    return "\n".join(lines).strip("\n") + "\n"


def _run_by_import(tree: list[ast.stmt], own: Mapping[str, ast.FunctionDef]) -> set[str]:
    """Return the private functions that are called while a module is imported, with those that they call."""
    waiting = list[ast.AST]()
    for statement in tree:
        parts: list[ast.AST] = [statement]
        while parts:
            part = parts.pop()
            if isinstance(part, ast.ClassDef):
                parts += [*part.decorator_list, *part.bases, *part.body]
            else:
                waiting += part.decorator_list if isinstance(part, ast.FunctionDef) else [part]
    found = set[str]()
    while waiting:
        for name in _names_in([waiting.pop()]):
            if name in own and name.startswith("_") and name not in found:
                found.add(name)
                waiting += own[name].body
    return found


def _names_in(nodes: Iterable[ast.AST]) -> set[str]:
    return {it.id for node in nodes for it in ast.walk(node) if isinstance(it, ast.Name)}


def _replace(lines: list[str], first: ast.stmt | ast.expr, last: ast.stmt | ast.expr, text: str) -> None:
    """Replace what stands from one node to another."""
    before = lines[first.lineno - 1].encode()[: first.col_offset].decode()
    lines[first.lineno - 1 : last.end_lineno] = [before + text]


def header(function: ast.FunctionDef, file: str) -> str:
    """Return a function with its docstring and nothing else."""
    docstring = [function.body[0]] if ast.get_docstring(function) is not None else []
    alone = ast.FunctionDef(
        function.name, function.args, docstring or [ast.Pass()], [], function.returns, lineno=0
    )
    text = ast.unparse(ast.fix_missing_locations(alone))
    if not docstring:
        text = text.removesuffix("    pass").rstrip("\n")
    return f"{text}\n{textwrap.indent(_fill_in(function.name, file), '    ')}"


def _fill_in(name: str, file: str) -> str:
    return f'raise NotImplementedError("fill in {name} in {file}")'


def _functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    """Yield functions and methods in the order of their lines."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield statement
        elif isinstance(statement, ast.ClassDef):
            yield from _functions(statement.body)


def _is_empty(function: ast.FunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    match body:
        case [ast.Expr(value=ast.Constant(value=value))]:
            return value is ...
        case [ast.Pass()]:
            return True
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"), args=[]))]:
            return True
        case [ast.Raise(exc=ast.Name(id="NotImplementedError"))]:
            return True
    return False
