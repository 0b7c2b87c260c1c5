"""Stand-ins for libraries that are not there: those that do nothing, those that say so, and progress bars.

Students meet their values in reprs and messages, so each says which library it is of and nothing else.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from opcode import opmap
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

from autograder.sandbox.wire.libraries import COMPATIBILITY, INERT, RELATIVE
from autograder.sandbox.worker.loops_in_c import is_stand_in

VERSION = "9.9.9"
"""Newer than whatever a hand-in asks for, compared as text or by its numbers."""
MOST_ITEMS = 100
"""So often can the next item of a value be taken: what asks for ever comes to an end."""

_BINARY = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow"]
_BINARY += ["lshift", "rshift", "and", "xor"]
_CALCULATIONS = [
    f"__{side}{name}__" for name in _BINARY for side in ("", "r", "i") if side + name != "idivmod"
]
_CALCULATIONS += [
    f"__{name}__" for name in ("neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil")
]
_COMPARISONS = [f"__{name}__" for name in ("lt", "le", "gt", "ge", "eq", "ne")]
_EITHER = ["__or__", "__ror__", "__ior__"]
_CONVERSIONS = ["__int__", "__index__", "__float__", "__complex__", "__len__", "__contains__"]


_Kind = TypeVar("_Kind")


def _called(module: str, name: str) -> Callable[[type[_Kind]], type[_Kind]]:
    """Return a decorator that gives a class the name that students meet, also in messages about its methods."""

    def rename(kind: type[_Kind]) -> type[_Kind]:
        for method in filter(lambda it: isinstance(it, FunctionType), vars(kind).values()):
            method.__qualname__ = f"{name}.{method.__name__}"
        kind.__module__, kind.__name__, kind.__qualname__ = module, name, name
        return kind

    return rename


@_called("builtins", "ImportError")
class LibraryUnavailable(ImportError):
    """Student code used a library that grading does not offer."""

    def __init__(self, library: str) -> None:
        library = library.replace(f"{RELATIVE}.", "")
        super().__init__(f"{library} is not available when your work is graded")
        self.library = library


@_called("builtins", "module")
class StandIn(ModuleType):
    """Imports without complaint; whatever is taken from it is what `make` returns for its dotted name."""

    def __init__(self, name: str, make: Callable[[str], Any], names: Iterable[str] = ()) -> None:
        super().__init__(name)
        self.__dict__["__version__"] = VERSION
        self.__dict__["_make"] = make
        if star := list(names):
            self.__dict__["__all__"] = star

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return self._make(f"{self.__name__}.{name}")


# --- values of any library ------------------------------------------------------------------------------


def _special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


@functools.cache
def _exception(dotted: str) -> type[Exception] | None:
    """Return a class for the name of an exception: it is named in `except` or to a filter of warnings."""
    library, _, name = dotted.rpartition(".")
    if name.endswith("Warning") or name == "mplDeprecation":
        return type(name, (UserWarning,), {"__module__": library})
    return (
        type(name, (Exception,), {"__module__": library}) if name.endswith(("Error", "Exception")) else None
    )


def _own_name(value: Any) -> str:
    return f"<{type(value).library}, which is not available>"


def _attribute(value: Any, name: str) -> str:
    if _special(name):
        raise AttributeError(name)
    return f"{value.__dict__['dotted']}.{name}"


# --- libraries that do nothing --------------------------------------------------------------------------


def inert(dotted: str) -> Any:
    """Return a value that accepts any use in silence, for a name of a library that does nothing here."""
    return _exception(dotted) or _inert_class(dotted.partition(".")[0])()


def _is_decorated(value: object) -> bool:
    """Return whether the only argument of a call may be what it decorates: a type such as in `astype(float)` is not."""
    if isinstance(value, type):
        return value.__module__.partition(".")[0] not in ("builtins", "numpy")
    return isinstance(value, FunctionType)


@functools.cache
def _inert_class(library: str) -> type:
    """Return the class of a library's values. It names the library where the type of a value is told."""
    kind: type[Any]

    def again(*args: Any, **keywords: Any) -> Any:
        return kind()

    def call(self: Any, *args: Any, **keywords: Any) -> Any:
        return args[0] if len(args) == 1 and not keywords and _is_decorated(args[0]) else kind()

    def attribute(self: Any, name: str) -> Any:
        if name == "__name__":
            return library
        if name == "__version__":
            return VERSION
        if _special(name):
            raise AttributeError(name)
        return _exception(f"{library}.{name}") or kind()

    def array(self: Any, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.zeros((), dtype or int)

    ignored: list[str] = ["__setitem__", "__delitem__", "__delattr__", "__exit__", "__init__"]
    same = ["__enter__", "__copy__", "__deepcopy__"]
    answers = {"__float__": 0.0, "__complex__": 0j, "__len__": 0, "__int__": 0, "__index__": 0}
    answers |= dict.fromkeys(["__bool__", "__contains__", "__instancecheck__", "__subclasscheck__"], False)
    body: dict[str, Any] = {
        **dict.fromkeys([*_CALCULATIONS, *_COMPARISONS, *_EITHER, "__getitem__"], again),
        **dict.fromkeys(["__array_ufunc__", "__array_function__"], again),
        **dict.fromkeys(ignored, lambda self, *args, **keywords: None),
        **dict.fromkeys(same, lambda self, *args: self),
        **{name: _answering(value) for name, value in answers.items()},
        **dict.fromkeys(["__str__", "__repr__"], _own_name),
        "__format__": lambda self, how: _own_name(self),
        "__fspath__": _own_name,
        "__hash__": object.__hash__,
        "__call__": call,
        "__getattr__": attribute,
        "__iter__": lambda self: _items(kind, _asking()),
        "__reversed__": lambda self: _items(kind, _asking()),
        "__next__": again,
        "__array__": array,
        "__mro_entries__": lambda self, bases: (kind,),
        "__module__": library,
        "library": library,
    }
    kind = _called(library, "object")(type("object", (), body))
    return kind


def _answering(value: Any) -> Callable[..., Any]:
    return lambda self, *args: value


def _asking() -> FrameType:
    """Return the frame that asks for items: that of the student's where `max` and the like have stand-ins."""
    frame = sys._getframe(2)
    while frame.f_back is not None and is_stand_in(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def _items(make: Callable[[], Any], frame: FrameType) -> Iterator[Any]:
    """Return as many items as the statement in a frame unpacks; none for a loop, one for a function such as `max`."""
    code, place = frame.f_code, frame.f_lasti
    count = _unpacked(code, place)
    if count is not None:
        return iter([make() for _ in range(count)])
    return _Items(make, code, place, _operation(code, place) in _CALLS)


def _operation(code: CodeType, place: int) -> int:
    text = code.co_code
    while (
        place > 0 and text[place] == _CACHE
    ):  # where CPython 3.11 is in the frame that calls a function in Python
        place -= 2
    return text[place]


def _unpacked(code: CodeType, place: int) -> int | None:
    """Return how many values an instruction unpacks a value to, or None if it does something else."""
    operation, argument = code.co_code[place], code.co_code[place + 1]
    before = place - 2
    if before >= 0 and code.co_code[before] == opmap["EXTENDED_ARG"]:
        argument |= code.co_code[before + 1] << 8
    if operation == opmap["UNPACK_SEQUENCE"]:
        return argument
    return (argument & 0xFF) + (argument >> 8) if operation == opmap["UNPACK_EX"] else None


_CACHE = opmap.get("CACHE", 0)
_CALLS = frozenset(code for name, code in opmap.items() if name in ("CALL", "PRECALL", "CALL_KW"))


@_called("builtins", "iterator")
class _Items:
    """Iterates for a function or loop: `next` always has an item, a loop none.

    `zip(X, colours)` draws nothing, but `next(colours)` goes on.
    """

    def __init__(self, make: Callable[[], Any], code: CodeType, place: int, called: bool) -> None:
        self._make = make
        self._began = (code, place)
        self._left_there = int(called)
        self._left = MOST_ITEMS

    def __iter__(self) -> _Items:
        frame = _asking()
        self._began = (frame.f_code, frame.f_lasti)
        return self

    def __next__(self) -> Any:
        frame = _asking()
        code, place = frame.f_code, frame.f_lasti
        if (code, place) == self._began:
            self._left_there -= 1
            if self._left_there < 0:
                raise StopIteration
        elif self._left <= 0 or _operation(code, place) not in _CALLS:
            raise StopIteration
        self._left -= 1
        return self._make()


# --- libraries that a hand-in needs ---------------------------------------------------------------------


def unavailable(dotted: str) -> Any:
    """Return a value that says, whatever is done with it, that the library is not there.

    It may be named further, stand in a type annotation and be asked whether something is of its type.
    """
    return _exception(dotted) or _unavailable_class(dotted.replace(f"{RELATIVE}.", "").partition(".")[0])(
        dotted
    )


def needed_library(value: object) -> str | None:
    """Return what a value is of a library that a hand-in needs, or None for any other value."""
    if type(value) is StandIn:
        known = value.__name__.partition(".")[0] in INERT | COMPATIBILITY
        return None if known else value.__name__
    return value.__dict__["dotted"] if hasattr(type(value), "needs_library") else None


@functools.cache
def _unavailable_class(library: str) -> type:
    def begin(self: Any, dotted: str) -> None:
        self.__dict__["dotted"] = dotted

    def refuse(self: Any, *args: Any, **keywords: Any) -> Any:
        raise LibraryUnavailable(self.__dict__["dotted"])

    def attribute(self: Any, name: str) -> Any:
        if name == "__version__":
            return VERSION
        if name == "__name__":
            return library
        return unavailable(_attribute(self, name))

    refused = ["__call__", "__iter__", "__next__", "__mro_entries__", "__setitem__", "__enter__", "__bool__"]
    refused += [
        "__array__",
        "__array_ufunc__",
        "__array_function__",
        "__reversed__",
        "__exit__",
        "__fspath__",
    ]
    kept = [*_EITHER, "__getitem__", "__copy__", "__deepcopy__"]
    body: dict[str, Any] = {
        **dict.fromkeys([*_CALCULATIONS, *_COMPARISONS, *_CONVERSIONS, *refused], refuse),
        **dict.fromkeys(kept, lambda self, *args: self),
        **dict.fromkeys(["__instancecheck__", "__subclasscheck__"], lambda self, other: False),
        **dict.fromkeys(["__str__", "__repr__"], _own_name),
        "__format__": lambda self, how: _own_name(self),
        "__hash__": object.__hash__,
        "__init__": begin,
        "__getattr__": attribute,
        "__module__": library,
        "library": library,
        "needs_library": True,
    }
    return _called(library, "object")(type("object", (), body))


# --- progress bars --------------------------------------------------------------------------------------


@_called("tqdm", "tqdm")
class ProgressBar:
    """Gives the items that it was given and shows nothing."""

    monitor_interval = 0
    _instances = inert("tqdm._instances")

    def __init__(self, iterable: Any = None, *args: Any, **keywords: Any) -> None:
        self.iterable = iterable
        self.desc = keywords.get("desc", args[0] if args else "")
        self.total = keywords.get("total", args[1] if len(args) > 1 else None)
        if self.total is None and hasattr(iterable, "__len__"):
            self.total = len(iterable)
        self.n = keywords.get("initial", 0)
        self.disable = bool(keywords.get("disable", False))
        self.postfix = None

    def __iter__(self) -> Any:
        return iter(() if self.iterable is None else self.iterable)

    def __next__(self) -> Any:
        return next(self.iterable)

    def __reversed__(self) -> Any:
        return reversed(self.iterable)

    def __contains__(self, item: object) -> bool:
        return item in (() if self.iterable is None else self.iterable)

    def __len__(self) -> int:
        return len(self.iterable) if self.iterable is not None else int(self.total or 0)

    def __bool__(self) -> bool:
        return len(self) > 0 if self.iterable is None or hasattr(self.iterable, "__len__") else True

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        """Let an exception pass."""

    def __getattr__(self, name: str) -> Any:
        if _special(name):
            raise AttributeError(name)
        return inert(f"tqdm.{name}")

    def __str__(self) -> str:
        return f"{self.desc}: {self.n}/{self.total}"

    __repr__ = __str__

    def update(self, n: Any = 1) -> bool:
        """Count."""
        self.n += n
        return True

    def reset(self, total: Any = None) -> None:
        """Begin again."""
        self.n, self.total = 0, total if total is not None else self.total

    def set_description(self, desc: Any = None, refresh: bool = True) -> None:
        """Note the text."""
        self.desc = desc or ""

    set_description_str = set_description

    def set_postfix(self, *args: Any, **keywords: Any) -> None:
        """Show nothing."""

    set_postfix_str = refresh = clear = close = unpause = display = set_postfix

    @staticmethod
    def write(s: Any = "", file: Any = None, end: str = "\n", nolock: bool = False) -> None:
        """Print the text."""
        print(s, file=file, end=end)

    @classmethod
    def pandas(cls, *args: Any, **keywords: Any) -> None:
        """Do nothing."""

    set_lock = get_lock = pandas


def progress_range(*args: Any, **keywords: Any) -> ProgressBar:
    """Return a bar over a range."""
    return ProgressBar(range(*args), **keywords)


# --- names that a star brings ---------------------------------------------------------------------------

_PYPLOT = """
    figure plot show subplot subplots imshow title xlabel ylabel legend axis savefig scatter hist bar barh clf cla
    close gca gcf grid xlim ylim xticks yticks colorbar contour contourf errorbar fill fill_between semilogx semilogy
    loglog suptitle text annotate tight_layout axhline axvline axvspan axhspan hlines vlines pie boxplot violinplot
    stem step quiver pcolor pcolormesh matshow imread imsave ion ioff draw pause rc rcParams rcdefaults style cm
    subplots_adjust subplot2grid subplot_mosaic axes sca set_cmap clim get_cmap twinx twiny table spy polar stackplot
    hexbin hist2d streamplot tripcolor tricontour locator_params margins minorticks_on minorticks_off tick_params
    ticklabel_format figtext figimage fignum_exists get_fignums switch_backend isinteractive interactive connect
    disconnect ginput waitforbuttonpress arrow broken_barh cohere csd psd specgram xcorr acorr eventplot gci
    Figure Axes Subplot GridSpec Line2D Circle Rectangle Polygon Button Slider Normalize FuncFormatter MaxNLocator
    jet gray hot cool viridis plasma inferno magma autumn spring summer winter bone copper hsv pink prism
"""
_STARS = {
    "matplotlib.pyplot": _PYPLOT,
    "IPython": "display get_ipython embed",
    "IPython.display": "display clear_output HTML Image Math Markdown Latex SVG Audio Video YouTubeVideo",
    "ipywidgets": "interact interactive interact_manual fixed widgets IntSlider FloatSlider Dropdown Button",
    "google.colab": "drive files output auth",
    "google.colab.patches": "cv2_imshow",
}
_PYTHON_S_OWN = frozenset({"bytes", "abs", "bool", "max", "min", "pow", "round", "long", "ulong"})
"""Names of NumPy that pylab leaves to Python."""


def inert_module(name: str) -> StandIn:
    """Return a module whose names do nothing, except that pylab has NumPy's as well."""
    if name in ("pylab", "matplotlib.pylab"):
        return StandIn(name, _of_pylab, [*_PYPLOT.split(), "np", "plt", *_names_of_numpy()])
    return StandIn(name, _inert_part, _STARS.get(name, "").split())


def _inert_part(dotted: str) -> Any:
    return importlib.import_module(dotted) if dotted == "matplotlib.pylab" else inert(dotted)


@functools.cache
def _names_of_numpy() -> dict[str, Any]:
    """Return what pylab takes from NumPy: each place hides the names of those before it."""
    places = [np, *(importlib.import_module(f"numpy.{name}") for name in ("fft", "random", "linalg"))]
    found = {name: getattr(place, name) for place in places for name in place.__all__ if hasattr(place, name)}
    return {name: value for name, value in found.items() if name not in _PYTHON_S_OWN}


def _of_pylab(dotted: str) -> Any:
    name = dotted.rpartition(".")[2]
    if name == "np":
        return np
    if name in _PYTHON_S_OWN and hasattr(builtins, name):
        return getattr(builtins, name)
    numpy_s = _names_of_numpy()
    return numpy_s[name] if name in numpy_s else inert(dotted)
