"""The hand-in's files as modules, held in memory, and stand-ins for libraries that grading does not offer.

Only the named files can be imported, so a `numpy.py` in a hand-in never shadows anything. A library that
is neither NumPy nor part of Python imports as a stand-in: unused imports are common and honest. Drawing
and progress libraries are then inert; any other stand-in raises `LibraryUnavailable` where it is used.
Where a hand-in says itself what to do without such a library, wherever it imports it, it finds it missing, as
on any machine that lacks it; a stand-in that serves stays.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import linecache
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

OFFERED = frozenset(sys.stdlib_module_names) | {"numpy", "__future__"}
TAKEN = OFFERED | {"autograder", "msgspec"}
"""Names that no file of a hand-in can have: the worker itself runs on these modules."""
COMPATIBILITY = frozenset({"tqdm", "past", "future", "six"})
"""Libraries whose stand-ins do what is used of them."""
INERT = frozenset({"matplotlib", "pylab", "seaborn", "IPython", "ipywidgets", "imageio", "PIL"})
"""Libraries whose stand-ins take everything and do nothing."""


class LibraryUnavailable(ImportError):
    """Student code used a library that grading does not offer."""

    def __init__(self, library: str) -> None:
        super().__init__(f"{library} is not available when your work is graded")
        self.library = library


class Space:
    """The files of one hand-in and the modules that were made of them."""

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
        self._current: Space | None = None

    def load(self, name: str, files: Mapping[str, bytes]) -> None:
        """Hold files as a space; what a space of that name held before is dropped."""
        if self._current is not None and self._current.name == name:
            self._leave()
        self._spaces[name] = Space(name, files)

    def enter(self, name: str) -> Space:
        """Make a space's modules the importable ones."""
        space = self._spaces[name]
        if space is not self._current:
            self._leave()
            sys.modules.update(space.modules)
            self._current = space
        return space

    def _leave(self) -> None:
        if self._current is None:
            return
        for module in self._current.sources:
            held = sys.modules.pop(module, None)
            if held is not None:
                self._current.modules[module] = held
        self._current = None

    @property
    def student_files(self) -> frozenset[str]:
        """Names under which the files of the space in use appear in code objects."""
        return (
            frozenset()
            if self._current is None
            else frozenset(map(self._current.file_of, self._current.sources))
        )

    @property
    def student_modules(self) -> frozenset[str]:
        """Names of the modules in the space in use."""
        return frozenset() if self._current is None else frozenset(self._current.sources)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a hand-in's module or of a stand-in; None leaves it to Python."""
        if self._current is not None and fullname in self._current.sources:
            return importlib.util.spec_from_loader(
                fullname, cast(Any, self), origin=self._current.file_of(fullname)
            )
        top = fullname.partition(".")[0]
        if top in OFFERED or self._current is None:
            return None
        if top in self._current.dispensable:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return importlib.util.spec_from_loader(fullname, cast(Any, StandInLoader()), is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave the making of the module to Python."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Execute the student's file."""
        assert self._current is not None
        source = self._current.sources[module.__name__]
        file = self._current.file_of(module.__name__)
        module.__file__ = file
        text = importlib.util.decode_source(source)
        # Gives tracebacks and `inspect.getsource` their lines; there is no such file on disk.
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        code = compile(source, file, "exec", dont_inherit=True)
        exec(code, module.__dict__)


def dispensable_imports(sources: Iterable[bytes]) -> frozenset[str]:
    """Return the top names that are imported only under a `try` that catches a failing import.

    A source that is no Python counts for nothing; importing it says why.
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
    """Return the top names that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        it is None
        or (
            isinstance(it, ast.Name)
            and it.id in ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
        )
        for it in caught
    )


class StandInLoader:
    """Makes stand-in modules."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the stand-in for the library."""
        top = spec.name.partition(".")[0]
        if top in COMPATIBILITY:
            return CompatibilityStandIn(spec.name)
        return InertStandIn(spec.name) if top in INERT else UnavailableStandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


class UnavailableStandIn(ModuleType):
    """Imports without complaint; every use says that the library is not available."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(f"{self.__name__}.{name}")


class Unavailable:
    """A name taken from a library that is not available."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(f"{self._name}.{name}")

    def __call__(self, *args: object, **keywords: object) -> Any:
        """Say that the library is not available."""
        raise LibraryUnavailable(self._name)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        raise LibraryUnavailable(self._name)

    def __iter__(self) -> Iterator[Any]:
        raise LibraryUnavailable(self._name)


class InertStandIn(ModuleType):
    """A drawing library that draws nothing: every name is a call that returns another such name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


class Inert:
    """Takes any use in silence."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()

    def __setattr__(self, name: str, value: object) -> None:
        """Forget the value."""

    def __call__(self, *args: object, **keywords: object) -> Any:
        """Take the call in silence."""
        return Inert()

    def __getitem__(self, key: object) -> Any:
        return Inert()

    def __setitem__(self, key: object, value: object) -> None:
        """Forget the value."""

    def __iter__(self) -> Iterator[Any]:
        return iter((Inert(), Inert()))

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave in silence."""


class CompatibilityStandIn(ModuleType):
    """Python 2 helpers and progress bars: `range` for `xrange`, the iterable itself for `tqdm`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("tqdm", "tqdm_notebook", "notebook", "auto", "moves"):
            return (
                _pass_through if name.startswith("tqdm") else CompatibilityStandIn(f"{self.__name__}.{name}")
            )
        if name in ("xrange", "trange"):
            return range
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return Inert()


def _pass_through(iterable: Any = (), *args: object, **keywords: object) -> Any:
    return iterable
