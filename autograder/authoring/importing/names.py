"""What the names in a source mean to the tests: what students fill in, what was handed out, what is imported."""

from __future__ import annotations

import ast
import builtins
import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from autograder.authoring.importing.draft import Kind, Known, Names

_READS_OUTSIDE = frozenset({"open", "input", "exec", "eval", "globals", "locals", "print", "__import__"})
_DRAWS = "random"


def names_of(
    module: str, reference: Sequence[str], stub: Sequence[str], others: Mapping[str, str] | None = None
) -> Names:
    """Return what names in tests mean that ran beside a module.

    Parameters
    ----------
    module
        What tests call it.
    reference, stub
        Pieces of its source, such as cells; what is the same in both was handed out.
    others
        The sources of other modules of the hand-in, by name.
    """
    statements = [it for piece in reference for it in parsed(piece)]
    in_stub = {ast.dump(it) for piece in stub for it in parsed(piece)}
    from_others = names_from_modules(statements, others or {})
    imports = {
        name: line
        for statement in statements
        for name, line in imports_of(statement).items()
        if name not in from_others.known and name not in from_others.modules
    }
    known = {**from_others.known, **_all_defined(module, statements)}
    known = {name: it for name, it in known.items() if name not in imports}
    times = Counter(name for it in statements for name in bound_by(it))
    given = dict[str, ast.stmt]()
    for statement in statements:
        names = set(bound_by(statement))
        once = all(times[name] == 1 for name in names)
        handed_out = ast.dump(statement) in in_stub
        if names and once and handed_out and _stands_alone(statement, imports, given):
            given |= dict.fromkeys(names, statement)
    changed = {name for it in statements if ast.dump(it) not in in_stub for name in bound_by(it)}
    known = {
        name: replace(it, handed_out=name not in changed) for name, it in known.items() if name not in given
    }
    return Names(known, from_others.modules, imports, given)


def names_from_modules(statements: Sequence[ast.stmt], modules: Mapping[str, str]) -> Names:
    """Return what the names mean that some statements import from modules of the hand-in.

    Parameters
    ----------
    modules
        The source of each module, by its name.
    """
    defined = {module: _all_defined(module, parsed(source)) for module, source in modules.items()}
    known, used = dict[str, Known](), dict[str, str]()
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if (module := _own(alias.name, modules)) is not None:
                    used[alias.asname or alias.name] = module
        elif isinstance(statement, ast.ImportFrom):
            module = _own(statement.module or "", modules)
            for alias in statement.names:
                name = alias.asname or alias.name
                if module is None:
                    if alias.name in modules and _own(alias.name, modules):  # from folder import module
                        used[name] = alias.name
                elif alias.name == "*":
                    known |= {it: of for it, of in defined[module].items() if not it.startswith("_")}
                elif alias.name in defined[module]:
                    known[name] = defined[module][alias.name]
    known |= {
        f"{module}.{name}": defined[module][name] for module in used.values() for name in defined[module]
    }
    return Names(known, used)


def _own(name: str, modules: Mapping[str, str]) -> str | None:
    """Return the module of the hand-in that an import names, in whatever folder."""
    last = name.rpartition(".")[2]
    return last if last in modules else None


def _all_defined(module: str, statements: Sequence[ast.stmt]) -> dict[str, Known]:
    return {
        name: Known(kind, f"{module}.{name}", methods, attributes)
        for statement in statements
        for name, kind, methods, attributes in _defined(statement)
    }


def filled_in(module: str, reference: Sequence[str], stub: Sequence[str]) -> tuple[str, ...]:
    """Return what students fill in: what the reference defines otherwise than the stub, as questions list it."""
    there = {name: it for piece in stub for statement in parsed(piece) for name, it in _bodies(statement)}
    found = [
        name
        for piece in reference
        for statement in parsed(piece)
        for name, it in _bodies(statement)
        if name not in there or ast.dump(there[name]) != ast.dump(it)
    ]
    return tuple(f"{module}.{name}" for name in dict.fromkeys(found))


def parsed(source: str) -> list[ast.stmt]:
    """Return the statements of a piece of source, none if it is no Python."""
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def nodes_in(sources: Iterable[str]) -> Iterator[ast.AST]:
    """Yield every node of some pieces of source."""
    for source in sources:
        for statement in parsed(source):
            yield from ast.walk(statement)


def imports_of(statement: ast.stmt) -> dict[str, str]:
    """Return the statement that imports each name which an import binds."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        found = dict[str, str]()
        for alias in statement.names:
            alone = copy.copy(statement)
            alone.names = [alias]
            name = alias.asname or (
                alias.name.partition(".")[0] if isinstance(statement, ast.Import) else alias.name
            )
            found[name] = ast.unparse(alone)
        return found
    return {}


def bound_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a module binds or changes."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
        return
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            yield from _base(node)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        yield from _base(statement.value.func)


def _base(node: ast.expr) -> Iterator[str]:
    inside = isinstance(node, (ast.Attribute, ast.Subscript))
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if inside and isinstance(node, ast.Name):
        yield node.id


def _defined(statement: ast.stmt) -> Iterator[tuple[str, Kind, frozenset[str], frozenset[str]]]:
    """Yield what a statement defines, with its methods and attributes."""
    if isinstance(statement, ast.FunctionDef):
        yield statement.name, "function", frozenset(), frozenset()
    elif isinstance(statement, ast.ClassDef):
        functions = [it for it in statement.body if isinstance(it, ast.FunctionDef)]
        properties = {
            it.name for it in functions if any("property" in ast.unparse(of) for of in it.decorator_list)
        }
        methods = frozenset(it.name for it in functions) - properties
        yield statement.name, "class", methods, frozenset(properties | set(_set_on_self(functions)))
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.For, ast.With, ast.If, ast.AugAssign)):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, "constant", frozenset(), frozenset()


def _set_on_self(functions: Sequence[ast.FunctionDef]) -> Iterator[str]:
    for node in (it for function in functions for it in ast.walk(function)):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name


def _bodies(statement: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a statement defines; of a class, its methods."""
    if isinstance(statement, ast.ClassDef):
        for it in statement.body:
            if isinstance(it, ast.FunctionDef):
                yield f"{statement.name}.{it.name}", it
    elif isinstance(statement, ast.FunctionDef):
        yield statement.name, statement
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, statement


def _stands_alone(statement: ast.stmt, imports: Mapping[str, str], given: Mapping[str, ast.stmt]) -> bool:
    """Return whether a definition computes from nothing but imports and others of its kind."""
    if not isinstance(statement, (ast.FunctionDef, ast.Assign, ast.AnnAssign)):
        return False
    if isinstance(statement, ast.Assign) and not all(isinstance(it, ast.Name) for it in statement.targets):
        return False
    own = {it.arg for it in ast.walk(statement) if isinstance(it, ast.arg)} | {
        it.id for it in ast.walk(statement) if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)
    }
    own |= {it.name for it in ast.walk(statement) if isinstance(it, ast.FunctionDef)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and (
            node.attr == _DRAWS or node.attr.startswith(("load", "read_", "genfrom"))
        ):
            return False
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            name = node.id
            known = name in imports or name in given or hasattr(builtins, name)
            if not known or (name in _READS_OUTSIDE and name not in imports):
                return False
    return True


def read_by(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names that statements read, wherever these come from."""
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
