"""The hand-in's files as modules, held in memory, and stand-ins for libraries that grading does not offer.

Only the expected files can be imported, so a `numpy.py` in a hand-in never shadows anything. A library that
is neither NumPy nor part of Python imports as a stand-in: unused imports are common and honest. The stand-ins
of drawing and progress libraries do nothing; any other raises `LibraryUnavailable` when it is used, or is
missing, as on any machine that lacks it, if a hand-in imports it only where it catches the failure.

The files lie side by side, whatever folders they were written in: an import from a package, or relative to one, means
the file of that name.
"""

from __future__ import annotations

import ast
import importlib.util
import linecache
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

from autograder.sandbox.wire.cells import cells_in
from autograder.sandbox.wire.libraries import COMPATIBILITY, INERT, RELATIVE, handed_in
from autograder.sandbox.worker.cells import cause_of_absence, run_cells
from autograder.sandbox.worker.compatibility import TAKEN_OVER, compatible_module, module_meant
from autograder.sandbox.worker.loops_in_c import COMPILED
from autograder.sandbox.worker.stand_ins import StandIn, inert, inert_module, unavailable

OFFERED = frozenset(sys.stdlib_module_names) | {"numpy", "__future__"}
TAKEN = OFFERED | {"autograder", "msgspec"}
"""Names that no file of a hand-in can have: the worker itself uses these modules."""
LENT = "__lent__"
"""The module by which files of the course's reach the functions that they lend."""
_IMPORTING = ("importlib", "_frozen_importlib")
_FOLDERS = 6
"""So many folders up a relative import may begin."""
_RELATIVE_IMPORT = re.compile(rb"^[ \t;]*from[ \t]*\.", re.MULTILINE)
_INTERACTIVE = re.compile(rb"\bget_ipython\b")
_NOT_INTERACTIVE = re.compile(rb"\bNameError\b|\bdef[ \t]+get_ipython\b")


_SERVING = (INERT | COMPATIBILITY | TAKEN_OVER) - {"google", "IPython"}
"""Libraries that are there even where their absence is caught; for Colab or a notebook a hand-in goes other ways."""


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
        self.texts: dict[str, str] = {}
        """The text of each file that was executed, by the name under which it appears in code objects."""
        self.failed_cells: dict[str, dict[str, BaseException]] = {}
        """What ended cells of a notebook early, by module and the text of each."""
        self.borrowed: set[str] = set()
        """Names that are imported for as long as the space is in use, besides those of its files."""
        self.dispensable = dispensable_imports(self.sources.values()) - _SERVING

    def file_of(self, module: str) -> str:
        """Return the name under which a module's file appears in tracebacks."""
        label = self.name.partition("+")[0]  # a test's additions stand below the file's own lines
        return f"{module}.py [{label}]" if label else f"{module}.py"


class Spaces:
    """Finds the modules of the space in use, and stand-ins for what is not offered."""

    def __init__(self, call_lent: Callable[..., Any]) -> None:
        self._lent = ModuleType(LENT)
        self._lent.__dict__["call"] = call_lent
        self._spaces: dict[str, Space] = {}
        self._no_space = Space("", {})
        self._current = self._no_space
        self._offered: frozenset[str] = frozenset()

    def offer(self, modules: Iterable[str]) -> None:
        """Leave these modules, by top-level names, and all that they import to Python."""
        self._offered = frozenset(modules)

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
        for module in (*self._current.sources, *self._current.borrowed):
            held = sys.modules.pop(module, None)
            if held is not None:
                self._current.modules[module] = held
        self._current = self._no_space

    @property
    def student_files(self) -> frozenset[str]:
        """Names under which the files of the space in use appear in code objects."""
        return frozenset(map(self._current.file_of, self._current.sources))

    @property
    def student_texts(self) -> dict[str, str]:
        """The text of each file of the space in use, empty where it was not executed, by its name in code objects."""
        return {file: self._current.texts.get(file, "") for file in self.student_files}

    @property
    def student_modules(self) -> frozenset[str]:
        """Names of the modules in the space in use."""
        return frozenset(self._current.sources)

    def cause_of_absence(self, module: str, name: str) -> BaseException | None:
        """Return what ended the cell of a notebook that would have defined a name of a module, if any did."""
        return cause_of_absence(name, self._current.failed_cells.get(module, {}))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a hand-in's module or of a stand-in; None leaves it to Python."""
        if fullname in self._current.sources:
            file = self._current.file_of(fullname)
            return importlib.util.spec_from_loader(fullname, cast(Any, self), origin=file)
        if fullname in COMPILED:  # asked for again, after it was taken out of `sys.modules`
            return importlib.util.spec_from_loader(fullname, cast(Any, _Ready(COMPILED[fullname])))
        if fullname == LENT:
            return importlib.util.spec_from_loader(fullname, cast(Any, _Ready(self._lent)))
        top = fullname.partition(".")[0]
        if top in OFFERED or top in self._offered or self._current is self._no_space:
            return None
        if self._offered and self._is_asked_by_library():
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)  # it does without
        meant = handed_in(fullname, self._current.sources) or module_meant(fullname)
        if meant is None and self._is_dispensable(fullname):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        self._current.borrowed.add(fullname)
        loader = OtherNameLoader(meant) if meant else StandInLoader(self._part_of)
        # The origin is what Python shows of the module.
        return importlib.util.spec_from_loader(
            fullname, cast(Any, loader), origin="not available", is_package=True
        )

    def _is_asked_by_library(self) -> bool:
        """Return whether it is a library that imports something."""
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_IMPORTING):
            frame = frame.f_back
        return str(frame.f_globals.get("__name__", "")).partition(".")[0] in self._offered

    def _is_dispensable(self, module: str) -> bool:
        top, _, below = module.partition(".")
        if top != RELATIVE:
            return top in self._current.dispensable
        first = below.replace(f"{RELATIVE}.", "").partition(".")[0]
        return f".{first}" in self._current.dispensable

    def _part_of(self, dotted: str) -> Any:
        """Return what is taken from a package that is not there: a file of the hand-in, or what says so when used."""
        meant = handed_in(dotted, self._current.sources)
        if meant is not None:
            return importlib.import_module(meant)
        if dotted.startswith(f"{RELATIVE}.") and self._is_dispensable(dotted):
            raise AttributeError(dotted.rpartition(".")[2])
        return unavailable(dotted)

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
        self._current.texts[file] = text
        if _RELATIVE_IMPORT.search(source):
            module.__package__ = ".".join([RELATIVE] * _FOLDERS)
            module.__spec__ = ModuleSpec(
                f"{module.__package__}.{module.__name__}", cast(Any, self), origin=file
            )
        if _INTERACTIVE.search(source) and not _NOT_INTERACTIVE.search(source):
            module.__dict__["get_ipython"] = inert("IPython.get_ipython")
        _, cells = cells_in(source)
        if cells:
            self._current.failed_cells[module.__name__] = run_cells(text, cells, file, module.__dict__)
        else:
            exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)


def dispensable_imports(sources: Iterable[bytes]) -> frozenset[str]:
    """Return the top-level names, with a dot where the import is relative, that are only imported under a `try` that
    catches a failing import.

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
    if isinstance(node, ast.ImportFrom) and node.module:
        return ["." * bool(node.level) + node.module.partition(".")[0]]
    if isinstance(node, ast.ImportFrom):
        return [f".{alias.name}" for alias in node.names]
    return []


def _catches_import_errors(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
    return any(it is None or (isinstance(it, ast.Name) and it.id in names) for it in caught)


class StandInLoader:
    """Makes stand-in modules; `part_of` returns what is taken from one of a library that does nothing else."""

    def __init__(self, part_of: Callable[[str], Any]) -> None:
        self._part_of = part_of

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the stand-in for the library."""
        top = spec.name.partition(".")[0]
        if top in COMPATIBILITY:
            return compatible_module(spec.name)
        return inert_module(spec.name) if top in INERT else StandIn(spec.name, self._part_of)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


class _Ready:
    """Gives a module that is there already."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


class OtherNameLoader:
    """Imports a module under another name than its own."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave creating the module to Python, for the moment."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the module that is meant in its place."""
        sys.modules[module.__name__] = importlib.import_module(self._name)
