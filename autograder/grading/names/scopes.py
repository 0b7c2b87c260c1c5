"""What names are followed with: scopes, functions, calls, and how meanings are written."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

# A meaning is a dotted name (`numpy.linalg`), or one of these with what it is about.
TEXT, TEXTS, FUNCTION, MEMBERS, PICKS = "str:", "strs:", "def:", "vars:", "picks:"
LOCALS = "locals()"


@dataclass(frozen=True)
class Lookup:
    """A lookup whose text is not known, or a value that is passed on to where it is not followed.

    Attributes
    ----------
    reaches
        What it looks in: a module, or "" if that is not known either.
    is_value
        Whether `reaches` is passed on itself; of interest only if it is a module.
    """

    reaches: str
    node: ast.AST
    file: str
    is_value: bool = False


@dataclass(eq=False)
class Scope:
    """Names that belong together.

    Attributes
    ----------
    bound
        Those that are bound in it; a module's are not looked for.
    is_class
        Whether scopes inside do not see it.
    counts
        Whether what is mentioned in it is a use.
    name
        The class's.
    """

    module: str
    file: str
    parent: Scope | None
    bound: frozenset[str] = frozenset()
    is_class: bool = False
    counts: bool = True
    name: str = ""
    places: dict[str, int] = field(default_factory=dict)


@dataclass(eq=False)
class Function:
    """A function of the hand-in: the places of its parameters and of what it returns."""

    positional: list[int]
    by_name: dict[str, int]
    rest: int
    returns: int
    is_method: bool


@dataclass(frozen=True, eq=False)
class Called:
    """A call: the places of what is called, of what it is given by position and by name, and of its result."""

    node: ast.Call
    function: int
    places: list[int]
    given: list[int]
    keywords: Mapping[str, int]
    result: int
    scope: Scope
