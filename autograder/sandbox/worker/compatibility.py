"""What six, past, future and tqdm give to a hand-in, which may compute with it: it works as in those libraries."""

from __future__ import annotations

import builtins
import functools
import importlib
import io
import itertools
import numbers
import operator
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from autograder.sandbox.worker.stand_ins import ProgressBar, StandIn, inert, progress_range, unavailable

_RENAMED = {
    "cPickle": "pickle", "cStringIO": "io", "StringIO": "io", "Queue": "queue", "ConfigParser": "configparser",
    "copy_reg": "copyreg", "urllib2": "urllib.request", "urlparse": "urllib.parse", "__builtin__": "past.builtins",
}  # fmt: skip
_MOVED = {
    "cPickle": "pickle", "queue": "queue", "configparser": "configparser", "copyreg": "copyreg", "urllib": "urllib",
    "builtins": "builtins", "http_client": "http.client", "http_cookies": "http.cookies", "reprlib": "reprlib",
    "html_parser": "html.parser", "html_entities": "html.entities", "socketserver": "socketserver",
    "_thread": "_thread", "collections_abc": "collections.abc", "pickle": "pickle", "tkinter": "tkinter",
    "collections": "collections", "itertools": "itertools", "sys": "sys", "subprocess": "subprocess",
    "http": "http", "html": "html", "urllib_parse": "urllib.parse",
}  # fmt: skip
"""Modules of Python 3 by their names in `six.moves` and `future.moves`."""
TAKEN_OVER = frozenset(_RENAMED)
"""Modules of Python 2 that mean those of Python 3."""


def module_meant(name: str) -> str | None:
    """Return the module of Python 3 that an import by an old name means, or None."""
    top, _, below = name.partition(".")
    if top in _RENAMED and not below:
        return _RENAMED[top]
    for moves in ("six.moves.", "future.moves."):
        first, dot, rest = name.removeprefix(moves).partition(".")
        if name.startswith(moves) and first in _MOVED:
            return _MOVED[first] + dot + rest
    return "builtins" if name == "future.builtins" else None


def compatible_module(name: str) -> ModuleType:
    """Return the module of a compatibility library, with its names."""
    names = _NAMES.get(name.partition(".")[0] if name.startswith("tqdm") else name, dict)()
    module = StandIn(name, inert if name.startswith("tqdm") else _further)
    vars(module).update(names)
    return module


def _further(dotted: str) -> Any:
    """Return a module that an old name means, or a name that says that it is not there."""
    meant = dotted if dotted in _NAMES else module_meant(dotted)
    return importlib.import_module(meant) if meant else unavailable(dotted)


# --- what a hand-in computes with -----------------------------------------------------------------------


def old_div(a: Any, b: Any) -> Any:
    """Divide as Python 2 does: whole numbers without a remainder."""
    whole = isinstance(a, numbers.Integral) and isinstance(b, numbers.Integral)
    return a // b if whole else a / b


def iteritems(d: Any, **keywords: Any) -> Iterator[Any]:
    """Iterate over the pairs of a dictionary."""
    return iter(d.items(**keywords))


def iterkeys(d: Any, **keywords: Any) -> Iterator[Any]:
    """Iterate over the keys of a dictionary."""
    return iter(d.keys(**keywords))


def itervalues(d: Any, **keywords: Any) -> Iterator[Any]:
    """Iterate over the values of a dictionary."""
    return iter(d.values(**keywords))


def _list_of(function: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def listed(*args: Any) -> list[Any]:
        return list(function(*args))

    return listed


def with_metaclass(meta: Any, *bases: type) -> Any:
    """Return a base by which a class gets a metaclass."""

    class Metaclass(type):
        def __new__(cls, name: str, this_bases: Any, body: Any) -> Any:
            return meta(name, bases, body)

    return type.__new__(Metaclass, "temporary_class", (), {})


def add_metaclass(metaclass: Any) -> Callable[[type], Any]:
    """Return a decorator that gives a class a metaclass."""

    def wrapper(cls: type) -> Any:
        body = {key: value for key, value in vars(cls).items() if key not in ("__dict__", "__weakref__")}
        return metaclass(cls.__name__, cls.__bases__, body)

    return wrapper


def reraise(tp: Any, value: Any = None, tb: Any = None) -> None:
    """Raise an exception with a traceback."""
    raise (value if value is not None else tp()).with_traceback(tb)


def raise_from(value: BaseException, from_value: BaseException | None) -> None:
    """Raise an exception that another has caused."""
    raise value from from_value


def cmp(x: Any, y: Any) -> int:
    """Compare as Python 2 does."""
    return int(x > y) - int(x < y)


def apply(f: Callable[..., Any], args: Any = (), kw: Any = None) -> Any:
    """Call a function."""
    return f(*args, **(kw or {}))


def ensure_text(s: Any, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Return text."""
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


def ensure_binary(s: Any, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    """Return bytes."""
    return s.encode(encoding, errors) if isinstance(s, str) else s


def _same(value: Any, *args: Any, **keywords: Any) -> Any:
    """Return what came: Python 3 needs no more."""
    return value


def _nothing(*args: Any, **keywords: Any) -> None:
    """Do nothing: Python 3 needs no more."""


def _as_decorator(*args: Any, **keywords: Any) -> Callable[[Any], Any]:
    return _same


# --- the libraries --------------------------------------------------------------------------------------


def _dictionaries() -> dict[str, Any]:
    views = {f"view{name}": operator.methodcaller(name) for name in ("items", "keys", "values")}
    return {"iteritems": iteritems, "iterkeys": iterkeys, "itervalues": itervalues, **views}


def _types() -> dict[str, Any]:
    return {
        "PY2": False, "PY3": True, "string_types": (str,), "integer_types": (int,), "class_types": (type,),
        "text_type": str, "binary_type": bytes,
    }  # fmt: skip


def _six() -> dict[str, Any]:
    return {
        **_dictionaries(), **_types(), "PY34": True, "MAXSIZE": sys.maxsize, "Iterator": object,
        "iterlists": lambda d, **keywords: iter(d.lists(**keywords)), "moves": compatible_module("six.moves"),
        "b": lambda s: s.encode("latin-1"), "u": _same, "unichr": chr, "int2byte": lambda i: bytes((i,)),
        "byte2int": operator.itemgetter(0), "indexbytes": operator.getitem, "iterbytes": iter,
        "StringIO": io.StringIO, "BytesIO": io.BytesIO, "next": next, "advance_iterator": next,
        "callable": callable, "reraise": reraise, "raise_from": raise_from, "print_": print, "exec_": exec,
        "with_metaclass": with_metaclass, "add_metaclass": add_metaclass, "wraps": functools.wraps,
        "python_2_unicode_compatible": _same, "ensure_str": ensure_text, "ensure_text": ensure_text,
        "ensure_binary": ensure_binary, "get_function_code": operator.attrgetter("__code__"),
        "get_function_defaults": operator.attrgetter("__defaults__"), "create_bound_method": _bound,
        "get_function_globals": operator.attrgetter("__globals__"), "get_unbound_function": _same,
        "get_method_function": operator.attrgetter("__func__"), "get_method_self": operator.attrgetter("__self__"),
    }  # fmt: skip


def _bound(function: Any, instance: Any) -> Any:
    return function.__get__(instance)


def _moves() -> dict[str, Any]:
    return {
        "range": range, "xrange": range, "zip": zip, "map": map, "filter": filter, "input": input,
        "reduce": functools.reduce, "zip_longest": itertools.zip_longest, "filterfalse": itertools.filterfalse,
        "cStringIO": io.StringIO, "StringIO": io.StringIO, "intern": sys.intern, "reload_module": importlib.reload,
    }  # fmt: skip


def _past_builtins() -> dict[str, Any]:
    listed = {function.__name__: _list_of(function) for function in (map, filter, zip)}
    return {
        **{name: value for name, value in vars(builtins).items() if not name.startswith("_")},
        **listed, "xrange": range, "range": _list_of(range), "basestring": (str, bytes), "unicode": str, "long": int,
        "unichr": chr, "raw_input": input, "reduce": functools.reduce, "cmp": cmp, "apply": apply, "dict": dict,
        "intern": sys.intern, "reload": importlib.reload, "oldint": int,
    }  # fmt: skip


def _utils() -> dict[str, Any]:
    lists = {f"l{function.__name__}": _list_of(function) for function in (map, filter, zip, range)}
    views = {f"list{name}": _list_of(operator.methodcaller(name)) for name in ("items", "keys", "values")}
    return {
        **_dictionaries(), **_types(), **lists, **views, "old_div": old_div, "native": _same, "native_str": str,
        "native_bytes": bytes, "with_metaclass": with_metaclass, "raise_from": raise_from, "reraise": reraise,
        "raise_": reraise, "raise_with_traceback": _same, "exec_": exec, "implements_iterator": _same,
        "python_2_unicode_compatible": _same, "bytes_to_native_str": ensure_text, "text_to_native_str": _same,
        "as_native_str": _as_decorator, "tobytes": ensure_binary, "istext": lambda it: isinstance(it, str),
        "isbytes": lambda it: isinstance(it, bytes), "isint": lambda it: isinstance(it, int), "PYPY": False,
        "get_next": operator.attrgetter("__next__"), "is_new_style": lambda it: True, "ensure_new_type": _same,
    }  # fmt: skip


def _standard_library() -> dict[str, Any]:
    names = ("install_aliases", "install_hooks", "remove_hooks", "hooks", "enable_hooks", "disable_hooks")
    return {**dict.fromkeys(names, _nothing), "hooks": inert}


def _tqdm() -> dict[str, Any]:
    bars = ("tqdm", "tqdm_notebook", "tqdm_gui", "tqdm_pandas")
    ranges = ("trange", "tnrange", "tgrange")

    def tenumerate(iterable: Any, start: int = 0, *args: Any, **keywords: Any) -> Any:
        return enumerate(iterable, start)

    return {
        **dict.fromkeys(bars, ProgressBar),
        **dict.fromkeys(ranges, progress_range),
        "tenumerate": tenumerate,
        "tzip": lambda *iterables, **keywords: zip(*iterables, strict=False),
        "tmap": lambda function, *iterables, **keywords: map(function, *iterables),
        "__all__": [*bars, *ranges],
    }


_NAMES: dict[str, Callable[[], dict[str, Any]]] = {
    "tqdm": _tqdm,
    "six": _six,
    "six.moves": _moves,
    "past.builtins": _past_builtins,
    "past.utils": _utils,
    "future.utils": _utils,
    "future.standard_library": _standard_library,
}
