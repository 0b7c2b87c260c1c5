"""Makes loops in C visible: functions of Python's that loop have stand-ins that do the same, and visit items in Python.

`sum(X)` and `list(map(np.dot, X, Y))` work something out for every item, yet no Python runs for any. The stand-ins take
each item through a line of this file, which is an event like any other. Functions that only collect (`list`, `zip`,
`enumerate`) work nothing out and have none.

They are in place from before the first file of a hand-in is executed, so that whatever name, table or object keeps one
of these functions, in whichever call, keeps its stand-in. While no call is counted, a stand-in does no more than what
it stands for.
"""

from __future__ import annotations

import builtins
import collections
import contextlib
import functools
import itertools
import math
import operator
import sys
from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

_CALLS_AND_TESTS = (
    map,
    filter,
    itertools.accumulate,
    itertools.compress,
    itertools.dropwhile,
    itertools.filterfalse,
    itertools.groupby,
    itertools.starmap,
    itertools.takewhile,
)
"""Iterators that call a function for every item, or decide on it."""
_GO_THROUGH_THE_FIRST = (
    (builtins, "sum", 0),
    (builtins, "any", 0),
    (builtins, "all", 0),
    (builtins, "sorted", 0),
    (functools, "reduce", 1),
    (math, "fsum", 0),
    (math, "prod", 0),
    (math, "sumprod", 0),
    (math, "dist", 0),
    (operator, "countOf", 0),
    (operator, "indexOf", 0),
    (collections, "_count_elements", 1),
)
"""Functions that go through one of their arguments, and its position."""
_NEED_SEQUENCES = ("sumprod", "dist")
_GO_THROUGH_ALL = ((builtins, "min"), (builtins, "max"), (math, "hypot"))
"""Functions that go through all of their arguments, or through a single one."""
_MAKE_TEXT = (str, repr, ascii, format)

# Bound now: while the stand-ins are in place, the names mean them.
_LIST_SORT, _CHOOSE = list.sort, np.ndarray.choose
_map, _iter, _from_python, _look_up = map, iter, np.frompyfunc, operator.itemgetter


def _visited(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:  # noqa: UP028 - `yield from` would go through them in C
        yield item


def _seen_function(function: Any) -> Any:
    """Return a function that does the same and runs Python in every call."""
    if isinstance(function, FunctionType) or not callable(function):
        return function

    def seen(*args: Any, **keywords: Any) -> Any:
        return function(*args, **keywords)

    return _named_like(function, seen)


def _makes_text(function: object) -> bool:
    """Return whether a function is one that writes values as text, as for printing."""
    if isinstance(function, BuiltinFunctionType) and type(function.__self__) is str:
        return True
    return any(function is it for it in _MAKE_TEXT)  # what is equal to one of them may be anything


class _Kind(type):
    """The type of stand-ins for types: what is of the type itself is of the stand-in's, too."""

    def __instancecheck__(cls, value: object) -> bool:
        return issubclass(type(value), cls)

    def __subclasscheck__(cls, other: type) -> bool:
        kind = _STANDS_FOR.get(cls)
        return type.__subclasscheck__(cls, other) or (
            kind is not None and type.__subclasscheck__(kind, other)
        )


_STANDS_FOR: dict[_Kind, type] = {}
"""What each of them stands for; an attribute would lead there."""
_ITEMS: dict[type, Any] = {}
"""Where a stand-in that makes text keeps its iterator."""


def _iterator(kind: Any) -> Any:
    # It has such an iterator, and is none: its bases would lead to the type that it stands for.
    def make(cls: Any, *args: Any, **keywords: Any) -> Any:
        usual = cls in (stand_in, written)
        text = usual and kind is _map and args and _makes_text(args[0])
        self = object.__new__(written if text else stand_in if usual else cls)
        items.__set__(self, kind(*args, **keywords))
        return self

    def take(self: Any, *args: Any, **keywords: Any) -> None:
        """Take what the type takes, for a subclass that passes it on."""

    def visit(self: Any) -> Any:
        return next(items.__get__(self))

    def reduce(self: Any) -> Any:
        made, *state = items.__get__(self).__reduce__()
        return (type(self) if made is kind else made, *state)

    names = {"__module__": kind.__module__, "__doc__": kind.__doc__, "__slots__": ()}
    methods = {
        "__new__": make,
        "__init__": take,
        "__iter__": _itself,
        "__next__": visit,
        "__reduce__": reduce,
    }
    stand_in = _Kind(kind.__name__, (), {**names, **methods, "__slots__": ("items",)})
    # No attribute leads from a stand-in to the iterator, whose type would be the one that loops unseen.
    items = vars(stand_in)["items"]
    type.__delattr__(stand_in, "items")
    written = _Kind(kind.__name__, (stand_in,), {**names, "__next__": not_visited})
    _STANDS_FOR.update(dict.fromkeys((stand_in, written), kind))
    _ITEMS[written] = items
    return stand_in


def _itself(iterator: Any) -> Any:
    return iterator


def not_visited(iterator: Any) -> Any:
    """Return the next item of a stand-in's; the counter passes over it."""
    return next(_ITEMS[type(iterator)].__get__(iterator))


def _through_one(function: Any, position: int) -> Any:
    prepared: Any = tuple if function.__name__ in _NEED_SEQUENCES else lambda items: items

    def stand_in(*args: Any, **keywords: Any) -> Any:
        if not LoopsInC.counting or len(args) <= position:
            return function(*args, **keywords)
        items = prepared(_visited(args[position]))
        return function(*args[:position], items, *args[position + 1 :], **keywords)

    return stand_in


def _through_all(function: Any) -> Any:
    def stand_in(*args: Any, **keywords: Any) -> Any:
        if not LoopsInC.counting:
            return function(*args, **keywords)
        if len(args) == 1 and function.__name__ != "hypot":
            return function(_visited(args[0]), **keywords)
        return function(*_visited(args), **keywords)

    return stand_in


def _called_again(*args: Any) -> Any:
    """Stand in for `iter`, which calls a function until it returns a value if it is given both."""
    return _visited(_iter(*args)) if len(args) == 2 else _iter(*args)


def _from_function(func: Any, /, *args: Any, **keywords: Any) -> Any:
    """Stand in for `numpy.frompyfunc`."""
    return _from_python(_seen_function(func), *args, **keywords)


class _ItemGetter:
    """Stands in for `operator.itemgetter`, which looks up all of its items in one call."""

    def __init__(self, *items: Any) -> None:
        self._get = _look_up(*items)
        self._items = items

    def __call__(self, owner: Any, /) -> Any:
        if len(self._items) > 1:
            for _ in _visited(self._items):
                pass
        return self._get(owner)

    def __repr__(self) -> str:
        return repr(self._get)

    def __reduce__(self) -> Any:
        return type(self), self._items


class _Vectorize(np.vectorize, metaclass=_Kind):
    """Stands in for `numpy.vectorize`, which calls a function for every element."""

    def __init__(self, pyfunc: Any = np._NoValue, *args: Any, **keywords: Any) -> None:
        super().__init__(_seen_function(pyfunc), *args, **keywords)


def _named_like(function: Any, stand_in: Any) -> Any:
    """Give a stand-in the names by which tracebacks and texts call the function itself."""
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(function, name):
            with contextlib.suppress(AttributeError, TypeError):
                setattr(stand_in, name, getattr(function, name))
    return stand_in


def _stand_ins() -> dict[int, tuple[Any, Any]]:
    """Return each function with its stand-in, by its id."""
    pairs: list[tuple[Any, Any]] = [(kind, _iterator(kind)) for kind in _CALLS_AND_TESTS]
    pairs += [
        (function, _through_one(function, position))
        for module, name, position in _GO_THROUGH_THE_FIRST
        if (function := getattr(module, name, None)) is not None
    ]
    pairs += [
        (function, _through_all(function))
        for function in (getattr(module, name) for module, name in _GO_THROUGH_ALL)
    ]
    pairs += [(iter, _called_again), (np.frompyfunc, _from_function)]
    pairs += [(operator.itemgetter, _ItemGetter), (np.vectorize, _Vectorize)]
    return {id(it): (it, _named_like(it, stand_in)) for it, stand_in in pairs}


_STAND_INS = _stand_ins()


def _places() -> Iterator[tuple[ModuleType, str, Any]]:
    """Yield every name of a module that means one of the functions, with its stand-in: private twins, too."""
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and module.__name__ != __name__:
            for name, value in list(vars(module).items()):
                if id(value) in _STAND_INS:
                    yield module, name, _STAND_INS[id(value)][1]


_PLACES = list(_places())
"""Found when this is imported, which a fork server does once for all of its workers."""
LOOPING_NAMES = frozenset(name for _, name, _ in _PLACES) - {"min", "max", "sum", "any", "all"}
"""What the functions are called, but for those that arrays have methods for."""
COMPILED = {
    module.__name__: module
    for module, *_ in _PLACES
    if not str(getattr(module, "__file__", "")).endswith(".py")
}
"""Modules that would hold the functions themselves if they were made again."""
_HOMES = frozenset(COMPILED)
_FUNCTIONS = frozenset(
    name
    for module, name, _ in _PLACES
    if module.__name__ in _HOMES and not isinstance(vars(module)[name], type)
)
_TYPES = tuple(it for it, _ in _STAND_INS.values() if isinstance(it, type) and it is not np.vectorize)

_SEARCHED_FOR = tuple(it for it, _ in _STAND_INS.values() if it not in (_look_up, np.vectorize))
"""All but the types whose objects refer to them."""


class LoopsInC:
    """Puts the stand-ins in place and says when they visit items.

    Attributes
    ----------
    counting
        Whether a call is being counted. If not, a stand-in does what it stands for and no more.
    """

    counting = False

    def __init__(self) -> None:
        self._known: list[int] = []

    def put_in_place(self) -> None:
        """Have every name mean the stand-in, once and for all."""
        for module, name, stand_in in _PLACES:
            vars(module)[name] = stand_in
        # Later Pythons tell of calls of types, and count no references to some.
        if sys.version_info < (3, 12):
            self._known = self._references()

    @staticmethod
    def _references() -> list[int]:
        return list(map(sys.getrefcount, _SEARCHED_FOR))

    def is_kept(self) -> bool:
        """Return whether something refers to one of the functions themselves that did not when the names were changed.

        No event tells that student code calls a type in CPython 3.11, or what a `partial` calls. It can hold one only
        if it has searched the interpreter for it.
        """
        return bool(self._known) and any(map(operator.gt, self._references(), self._known))

    @staticmethod
    @contextlib.contextmanager
    def counted() -> Iterator[None]:
        """Visit items."""
        LoopsInC.counting = True
        try:
            yield
        finally:
            LoopsInC.counting = False


_CALLED = _FUNCTIONS | {"sort", "choose", "__new__", "__subclasses__", "start_new_thread"}


def may_be_ignored(called: object) -> bool:
    """Return whether a function in C is clearly none of those that have a stand-in or are looked at by themselves."""
    return type(called) is BuiltinFunctionType and called.__name__ not in _CALLED


def is_looping(called: object) -> bool:
    """Return whether what C code is called by Python code is one of the functions that have stand-ins."""
    if type(called) is functools.partial:
        return is_looping(called.func)
    if type(called) is BuiltinFunctionType:
        if called.__name__ == "__subclasses__":
            return True  # it finds them all
        owner = called.__self__
        if type(owner) is ModuleType:
            # A module that was made again has functions of its own.
            return called.__name__ in _FUNCTIONS and owner.__name__ in _HOMES
        called = owner  # of `map.__new__`, say
    return any(called is it for it in _TYPES)


def is_list_sort(function: object) -> bool:
    """Return whether a function is `list.sort`, of a list or of none."""
    if type(function) is BuiltinFunctionType:
        return function.__name__ == "sort"
    return function is _LIST_SORT


def is_choose(function: object) -> bool:
    """Return whether a function is `numpy.ndarray.choose`, of an array or of none."""
    if type(function) is BuiltinFunctionType:
        return function.__name__ == "choose" and isinstance(function.__self__, np.ndarray)
    return function is _CHOOSE


def is_stand_in(file: str) -> bool:
    """Return whether code of a file is that of the stand-ins."""
    return file == __file__
