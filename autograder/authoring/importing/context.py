"""What a test needs of the code around it: definitions of earlier cells, or of its own file."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence

from autograder.authoring.importing.draft import Names
from autograder.authoring.importing.names import bound_by, imports_of, read_by


def with_context(body: Sequence[ast.stmt], before: Sequence[ast.stmt], names: Names) -> list[ast.stmt]:
    """Return a test with the definitions above it that it needs.

    Parameters
    ----------
    before
        What ran before it on the tests' side, in order.
    """
    wanted = read_by(body)
    taken = list[ast.stmt]()
    for statement in reversed(before):
        if not isinstance(
            statement, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Import, ast.ImportFrom)
        ):
            continue
        made = {*bound_by(statement), *imports_of(statement)}
        missing = {it for it in made & wanted if not _is_there(it, names)}
        if missing:
            taken.append(statement)
            wanted |= read_by([statement])
    return [*reversed(taken), *body]


def _is_there(name: str, names: Names) -> bool:
    return any(name in it for it in (names.known, names.modules, names.given, names.imports, vars(builtins)))
