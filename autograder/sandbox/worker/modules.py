"""The hand-in's files as modules, held in memory, and stand-ins for libraries that grading does not offer.

Only the expected files can be imported, so a `numpy.py` in a hand-in never shadows anything. A library that
is neither NumPy nor part of Python imports as a stand-in: unused imports are common and honest. The stand-ins
of drawing and progress libraries do nothing; any other raises `LibraryUnavailable` when it is used, or is
missing, as on any machine that lacks it, if a hand-in imports it only where it catches the failure.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

OFFERED = frozenset(sys.stdlib_module_names) | {"numpy", "__future__"}
TAKEN = OFFERED | {"autograder", "msgspec"}
"""Names that no file of a hand-in can have: the worker itself uses these modules."""
COMPATIBILITY = frozenset({"tqdm", "past", "future", "six"})
"""Libraries whose stand-ins do what they are used for."""
INERT = frozenset({"matplotlib", "pylab", "seaborn", "IPython", "ipywidgets", "imageio", "PIL"})
"""Libraries whose stand-ins accept everything and do nothing."""


class LibraryUnavailable(ImportError):
    """Student code used a library that grading does not offer."""

    def __init__(self, library: str) -> None:
        super().__init__(f"{library} is not available when your work is graded")
        self.library = library


class Space:
    """The files of one hand-in and the modules made from them."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self.sources = {
            file.removesuffix(".py"): source
            for file, source in files.items()
            if file.endswith(".py") and file.removesuffix(".py") not in TAKEN
        }
        self.modules: dict[str, ModuleType] = {}
        self.dispensable = dispensable_imports(self.sources.values()) - INERT - COMPATIBILITY

    def file_of(self, module: str) -> str:
        """Return the name under which a module's file appears in tracebacks."""
        label = self.name.partition("+")[0]  # a test's additions stand below the file's own lines
        return f"{module}.py [{label}]" if label else f"{module}.py"


class Spaces:
    """Finds the modules of the space in use, and stand-ins for what is not offered."""

    def __init__(self) -> None:
        self._spaces: dict[str, Space] = {}
        self._no_space = Space("", {})
        self._current = self._no_space

    def load(self, name: str, files: Mapping[str, bytes]) -> None:
        """Hold files as a space, in place of an earlier one of that name."""
        if self._current.name == name:
            self._leave()
        self._spaces[name] = Space(name, files)

    def enter(self, name: str) -> None:
        """Make a space's modules the importable ones."""
        space = self._spaces[name]
        if space is not self._current:
            self._leave()
            sys.modules.update(space.modules)
            self._current = space

    def _leave(self) -> None:
        for module in self._current.sources:
            held = sys.modules.pop(module, None)
            if held is not None:
                self._current.modules[module] = held
        self._current = self._no_space

    @property
    def student_files(self) -> frozenset[str]:
        """Names under which the files of the space in use appear in code objects."""
        return frozenset(map(self._current.file_of, self._current.sources))

    @property
    def student_modules(self) -> frozenset[str]:
        """Names of the modules in the space in use."""
        return frozenset(self._current.sources)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a hand-in's module or of a stand-in; None leaves it to Python."""
        if fullname in self._current.sources:
            file = self._current.file_of(fullname)
            return importlib.util.spec_from_loader(fullname, cast(Any, self), origin=file)
        top = fullname.partition(".")[0]
        if top in OFFERED or self._current is self._no_space:
            return None
        if top in self._current.dispensable:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return importlib.util.spec_from_loader(fullname, cast(Any, StandInLoader()), is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave creating the module to Python."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Execute the student's file."""
        source = self._current.sources[module.__name__]
        file = self._current.file_of(module.__name__)
        module.__file__ = file
        text = importlib.util.decode_source(source)
        # Gives tracebacks and `inspect.getsource` their lines; there is no such file on disk.
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        code = compile(source, file, "exec", dont_inherit=True)
        exec(code, module.__dict__)


def dispensable_imports(sources: Iterable[bytes]) -> frozenset[str]:
    """Return the top-level names that are only imported under a `try` that catches a failing import.

    A source that is not Python is passed over; importing it says why.
    """
    caught: set[str] = set()
    needed: set[str] = set()
    sources = list(sources)
    for source in sources if any(b"try" in it for it in sources) else ():
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        guarded = {
            id(node)
            for statement in ast.walk(tree)
            if isinstance(statement, ast.Try) and any(map(_catches_import_errors, statement.handlers))
            for part in statement.body
            for node in ast.walk(part)
        }
        for node in ast.walk(tree):
            (caught if id(node) in guarded else needed).update(_imported(node))
    return frozenset(caught - needed)


def _imported(node: ast.AST) -> list[str]:
    """Return the top-level names that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
    return any(it is None or (isinstance(it, ast.Name) and it.id in names) for it in caught)


class StandInLoader:
    """Makes stand-in modules."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the stand-in for the library."""
        top = spec.name.partition(".")[0]
        if top in COMPATIBILITY:
            return StandIn(spec.name, _compatible)
        return StandIn(spec.name, InertName if top in INERT else UnavailableName)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


class StandIn(ModuleType):
    """Imports without complaint; whatever is taken from it is what `make` returns for its dotted name."""

    def __init__(self, name: str, make: Callable[[str], Any]) -> None:
        super().__init__(name)
        self._make = make

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._make(f"{self.__name__}.{name}")


class UnavailableName:
    """A name taken from a library that is not available: every use but a further name says so."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return UnavailableName(f"{self._name}.{name}")

    def _refuse(self, *args: object, **keywords: object) -> Any:
        raise LibraryUnavailable(self._name)

    __call__ = __mro_entries__ = __iter__ = _refuse


class InertName:
    """A name taken from a library that does nothing here; accepts any use in silence."""

    def __init__(self, name: str = "") -> None:
        """Forget the name."""

    def _ignore(self, *args: object) -> None:
        """Do nothing."""

    def _inert(self, *args: object, **keywords: object) -> Any:
        return InertName()

    __setattr__ = __setitem__ = __exit__ = _ignore
    __call__ = __getitem__ = _inert

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return InertName()

    def __iter__(self) -> Iterator[Any]:
        return iter((InertName(), InertName()))

    def __enter__(self) -> Any:
        return self


def _compatible(dotted_name: str) -> Any:
    """Return a Python 2 helper or progress bar: `range` for `xrange`, the iterable itself for `tqdm`."""
    name = dotted_name.rpartition(".")[2]
    if name in ("tqdm", "tqdm_notebook"):
        return _pass_through
    if name in ("notebook", "auto", "moves"):
        return StandIn(dotted_name, _compatible)
    if name in ("xrange", "trange"):
        return range
    return getattr(builtins, name, InertName())


def _pass_through(iterable: Any = (), *args: object, **keywords: object) -> Any:
    return iterable
