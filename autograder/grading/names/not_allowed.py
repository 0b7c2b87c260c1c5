"""Finds what a question does not allow, by reading the student's source without running it.

Only code that the question's functions can reach counts; a helper that only draws a plot may use anything.
What a name is decides, not how it is spelled: names are followed to what they may mean (`meanings`), and that is
looked up here, so that another name for the same function is the same function. A lookup by a text that is not known
is a use of whatever it may find. The time taken is linear in the length of the source, however it is written.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import decode_source
from types import ModuleType

from autograder.grading.names.binding import imported_by
from autograder.grading.names.meanings import Meanings
from autograder.grading.names.named_objects import OFFERED, meant_by, object_named
from autograder.grading.names.reachable import Definition, reachable
from autograder.grading.names.scopes import Lookup
from autograder.grading.names.spelling import written
from autograder.grading.names.top_level import Module, Unread, modules_in
from autograder.sandbox.wire.checks import lines_of_checks

HIDDEN_LOOPS = frozenset(
    {
        "numpy.vectorize",
        "numpy.frompyfunc",
        "numpy.apply_along_axis",
        "numpy.apply_over_axes",
        "numpy.fromiter",
        "numpy.fromfunction",
        "numpy.nditer",
        "numpy.ndenumerate",
        "map",
        "itertools",
        "functools.reduce",
    }
)
"""Loops in disguise: they cost the points for structure, not those for right values."""
FAMILIES = {
    "numpy.linalg.norm": ("numpy.linalg.*norm*",),
    "numpy.apply_along_axis": ("numpy.ma.apply_along_axis",),
    "numpy.apply_over_axes": ("numpy.ma.apply_over_axes",),
    "numpy.nditer": ("numpy.ndindex", "numpy.nested_iters"),
    "numpy.ndenumerate": ("numpy.ma.ndenumerate",),
    "itertools": ("more_itertools",),
}
"""What is not allowed together with each of these; what is the same object under another name need not be listed."""
_DEEPEST = 50_000
_LOOPING_NAMES = frozenset({*dir(itertools), *(name.rpartition(".")[2] for name in HIDDEN_LOOPS)})


@dataclass(frozen=True)
class Use:
    """One use of something that is not allowed.

    Attributes
    ----------
    unchecked
        Why the file could not be checked, so that it might use anything; empty for a use that was found.
    is_lookup
        Whether it is not known what is used: a name is looked up by an unknown text, or a module is passed on.
    is_passed_on
        Whether it is a module that goes where it is not followed.
    undefined
        The only function or class that it is about, as `module.name`: nothing in its file says what that is. Where it
        is not there at all, nobody can have called it.
    """

    rule: str
    written: str
    file: str
    line: int
    unchecked: str = ""
    is_lookup: bool = False
    is_passed_on: bool = False
    undefined: str = ""

    @property
    def hides_loop(self) -> bool:
        """Whether it concerns only tests of structure."""
        return self.rule in HIDDEN_LOOPS

    @property
    def sentence(self) -> str:
        """The sentence for the student."""
        if self.is_passed_on:
            return (
                f"{self.file}, line {self.line} passes a module on to where nobody can tell what is used of it "
                f"({self.written}), so that it cannot be checked for what this question does not allow: write its name."
            )
        if self.is_lookup:
            return (
                f"{self.file}, line {self.line} finds out only while it runs what it uses ({self.written}), "
                "so that it cannot be checked for what this question does not allow: write its name."
            )
        if self.unchecked:
            return f"{self.file} cannot be checked for what this question does not allow: {self.unchecked}."
        why = (
            "it loops in Python under another name" if self.hides_loop else "this question does not allow it"
        )
        return f"{self.file}, line {self.line} uses {self.written}: {why}."


@dataclass(frozen=True)
class Reading:
    """What was found in the source of a hand-in.

    Attributes
    ----------
    uses
        In source order; those of files that could not be read come last.
    flags
        Sentences for a person about what can neither be decided nor held against anybody.
    """

    uses: tuple[Use, ...]
    flags: tuple[str, ...] = ()


def read_for(files: Mapping[str, bytes], functions: Iterable[str], not_allowed: Sequence[str]) -> Reading:
    """Return what is found of `not_allowed` names in code that `functions` can reach.

    A file that does not parse may use anything, so it yields one unchecked use for each rule, after those that
    were found. That matters only if the test passes; the syntax error itself is reported elsewhere.

    Parameters
    ----------
    files
        Source of every file handed in, by name.
    functions
        `module.function` or `module.Class.method`.
    not_allowed
        Dotted names (`numpy.linalg.norm`), families of them (`numpy.linalg.*norm*`), modules (`itertools`) or
        builtins (`map`).
    """
    if not not_allowed:
        return Reading(())
    names = frozenset(name.removesuffix(".py") for name in files)
    modules = modules_in(tuple(files.items()), tuple(not_allowed))
    functions = list(functions)
    reached = list(reachable(modules, functions))
    unread = [it for it in reached if isinstance(it, Unread)]
    uses = {
        Use(rule, "", it.file, 0, it.reason, undefined=it.undefined) for it in unread for rule in not_allowed
    }
    scopes = [it for it in reached if isinstance(it, Definition)]
    with _deep_recursion():
        meanings = _meanings_in(modules, scopes, names, functions)
        lookups = list(meanings.lookups())
        uses.update(_uses_in(meanings, names, not_allowed))
        uses.update(use for it in lookups for use in _uses_by(it, names, not_allowed))
        uses = {use for use in uses if not _only_prints(use, files)}
    flags = [_flag_of(it) for it in lookups if not it.reaches]
    flags += [it for module in dict.fromkeys(scope.module for scope in scopes) for it in module.changes()]
    return Reading(tuple(sorted(uses, key=_place_of)), tuple(dict.fromkeys(flags)))


def _only_prints(use: Use, files: Mapping[str, bytes]) -> bool:
    """Return whether a use is `map` in a statement that only prints or checks: `print(*map(str, y))`."""
    if use.rule != "map" or use.unchecked or use.is_lookup or use.file not in files:
        return False
    return use.line in lines_of_checks(decode_source(files[use.file]), _LOOPING_NAMES)


def _place_of(use: Use) -> tuple[bool, str, int, bool, int, str]:
    return bool(use.unchecked), use.file, use.line, use.is_lookup, -len(use.written), use.rule


@contextlib.contextmanager
def _deep_recursion() -> Iterator[None]:
    """Let trees be walked that nest as deep as the parser lets them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _meanings_in(
    modules: Mapping[str, Module | Unread],
    reached: Iterable[Definition],
    names: frozenset[str],
    functions: Iterable[str],
) -> Meanings:
    meanings = Meanings(names)
    readable = {name: module for name, module in modules.items() if isinstance(module, Module)}
    for name, module in readable.items():
        meanings.module(name, module.file, module.bound, module.imports, module.stars)
    for name, module in readable.items():
        for statement in module.effects:
            meanings.read(name, statement, counts=False)
    for scope in reached:
        module = scope.module
        meanings.read(module.file.removesuffix(".py"), scope.node, module.owners.get(id(scope.node), ""))
    for function in functions:
        name, _, first = ".".join(function.split(".")[:2]).partition(".")
        for statement in readable[name].imports if name in readable else ():
            if first in imported_by(statement):  # the function itself is what is imported
                meanings.mention(name, first, statement)
    meanings.solve()
    return meanings


def _uses_in(meanings: Meanings, names: frozenset[str], not_allowed: Sequence[str]) -> Iterator[Use]:
    rules = [_rule(rule) for rule in not_allowed]
    found: dict[str, str | None] = {}
    for node, file, meant in meanings.mentioned():
        for meaning in meant:
            if meaning not in found:
                found[meaning] = _rule_broken(meant_by(meaning, names), rules)
            if rule := found[meaning]:
                yield Use(rule, written(node), file, getattr(node, "lineno", 0))


@functools.lru_cache(maxsize=4096)
def _holds_any(name: str, not_allowed: str) -> bool:
    """Return whether a name is that of a module that has something that a rule does not allow."""
    module = object_named(name)
    if not isinstance(module, ModuleType):
        return False
    rule = _rule(not_allowed)
    named = any(pattern.startswith(f"{name}.") for pattern in rule.patterns)
    return named or any(id(it) in rule.objects for it in vars(module).values())


def _uses_by(lookup: Lookup, names: frozenset[str], not_allowed: Sequence[str]) -> Iterator[Use]:
    """Yield a use of each rule that a lookup may reach."""
    reaches = lookup.reaches.partition(".")[0]
    anything = reaches == "builtins" or reaches in names
    if not anything and reaches not in OFFERED:
        return
    for rule in not_allowed:
        if lookup.is_value and not _holds_any(lookup.reaches, rule):
            continue
        top = rule.partition(".")[0]
        of_python = top in sys.stdlib_module_names or hasattr(builtins, top)
        if (of_python and reaches != "numpy") or (top == "numpy" and (anything or reaches == "numpy")):
            line = getattr(lookup.node, "lineno", 0)
            yield Use(
                rule,
                written(lookup.node),
                lookup.file,
                line,
                is_lookup=True,
                is_passed_on=lookup.is_value,
            )


def _flag_of(lookup: Lookup) -> str:
    line = getattr(lookup.node, "lineno", 0)
    return f"{lookup.file}, line {line}: what {written(lookup.node)} finds cannot be told from the source"


@dataclass(frozen=True)
class _Rule:
    """One entry of `not_allowed`: the names that it covers, and the ids of the objects that they are."""

    name: str
    patterns: tuple[str, ...]
    objects: frozenset[int]


@functools.lru_cache(maxsize=256)
def _rule(name: str) -> _Rule:
    patterns = (name, *FAMILIES.get(name, ()))
    objects: set[int] = set()
    for pattern in patterns:
        owner, _, last = pattern.rpartition(".")
        found = object_named(pattern)
        if "*" in last:
            members = getattr(object_named(owner), "__dict__", {})
            objects |= {id(it) for key, it in members.items() if fnmatchcase(key, last) and callable(it)}
        elif isinstance(found, ModuleType):
            own = vars(found).items()
            objects |= {id(it) for key, it in own if callable(it) and not key.startswith("__")}
        elif callable(found):
            objects.add(id(found))
    return _Rule(name, patterns, frozenset(objects))


def _rule_broken(meanings: Iterable[str], rules: Sequence[_Rule]) -> str | None:
    for meaning in meanings:
        full = meaning.removeprefix("builtins.")
        found = object_named(meaning)
        for rule in rules:
            by_name = any(full == it or full.startswith(f"{it}.") for it in rule.patterns)
            if by_name or (callable(found) and id(found) in rule.objects):
                return rule.name
    return None
