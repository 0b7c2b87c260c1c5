"""Keeps a notebook at what is saved in the files beside it, and says where they are wrong.

Before every cell, a file that was saved since is run as a whole, so that line numbers are those of the file; names in
the notebook and existing objects then mean what the file says now. A file that Python cannot read takes what it defined
before out of use: old code that runs on looks like new code that does not work. Code that is running while a file is
saved is the old one, and a traceback shows its lines, not those that have taken their places.
"""

from __future__ import annotations

import gc
import inspect
import linecache
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import FunctionType, ModuleType, TracebackType
from typing import Any

from autograder.errors import AutograderError
from autograder.notebook.imports import SAVED, import_whatever_it_holds, keep_source, lines_of, when_saved
from autograder.notebook.waiting import place_in
from autograder.notebook.width import fitted
from autograder.text import sentence

_FAILURE = "__autograder_failure__"
AGAIN = "__autograder_again__"
"""Where a module keeps, by function, what is to be called when its file has been run again."""


_OTHER_LINES = (
    "{name} was saved after this had begun: the lines above are those that ran. Run the cell again to see what your "
    "changes do."
)


class NotRunnable(AutograderError):
    """A file beside the notebook cannot be run as it is saved; the sentence says where and why.

    Parameters
    ----------
    told
        What the cell that is running has said already.
    """

    def __init__(self, problem: str, told: Collection[str] = ()) -> None:
        super().__init__(problem)
        self._told = told

    @property
    def in_a_cell(self) -> str:
        """What is shown in the place of what a cell would have done."""
        if str(self) in self._told:
            return fitted("not run; when that is mended and saved, run this cell again.")
        return fitted(f"not run: {self} Mend that, save it and run this cell again.")


class Follower:
    """Follows the Python files of one folder that a notebook has imported."""

    def __init__(self, folder: Path, names: Callable[[], dict[str, Any]]) -> None:
        self._folder = folder.resolve()
        self._names = names
        self._seen: dict[str, tuple[int, int] | None] = {}
        self._broken: dict[str, str] = {}
        self._told = set[str]()
        self.look()

    def look(self) -> list[str]:
        """Run what was saved since the last look, and return a sentence for each file that cannot be run."""
        self._told.clear()
        changed = [module for module in self._modules() if self._is_new(module)]
        if not changed:
            return []
        said = []
        # Files import each other: with one of them, all are run again, in the order in which they were first imported.
        for module in self._modules():
            problem = self._run(module)
            if problem and problem != self._broken.get(module.__name__):
                said.append(problem)
            self._broken[module.__name__] = problem
        self._told.update(said)
        return said

    def _modules(self) -> list[ModuleType]:
        found = []
        for module in [*sys.modules.values()]:
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".py") and Path(file).resolve().parent == self._folder:
                found.append(module)
        return found

    def _is_new(self, module: ModuleType) -> bool:
        """Return whether a file was saved since it was looked at; what is seen first is what was imported."""
        path = str(module.__file__)
        state = when_saved(path)
        if module.__name__ not in self._seen:
            self._seen[module.__name__] = vars(module).get(SAVED, state)
            if SAVED not in vars(module) and state is not None:
                keep_source(path, Path(path).read_bytes())
        before = self._seen[module.__name__]
        self._seen[module.__name__] = state
        return state is not None and before != state

    def _run(self, module: ModuleType) -> str:
        """Run a module's file as it is saved; return what is wrong with it, empty if nothing is."""
        path = str(module.__file__)
        imported = dict(vars(module))
        before = _own(module)
        for name in before:  # what the file does not define any more is gone
            del vars(module)[name]
        try:
            source = Path(path).read_bytes()
            code = compile(source, path, "exec", dont_inherit=True)
            keep_source(path, source)
            exec(code, vars(module))
        except Exception as error:
            problem = sentence_about(error, path)
            vars(module).update(before)  # what exists is of these, and follows the next save
            _take_out_of_use(module, problem, self._told)
            return problem
        for stand_in_again in vars(module).get(AGAIN, {}).values():
            stand_in_again()
        vars(module)[_FAILURE] = lambda: _out_of_date(path)
        self._rebind(before, imported, module)
        return ""

    def _rebind(self, before: dict[str, Any], imported: dict[str, Any], module: ModuleType) -> None:
        """Have names in the notebook, and objects that were made before, mean what the file says now."""
        now = vars(module)
        namespace = self._names()
        for name, value in [*namespace.items()]:
            if isinstance(value, (FunctionType, type)) and imported.get(name) is value and name in now:
                namespace[name] = now[name]
        for name, old in before.items():
            new = now.get(name)
            if isinstance(old, type) and isinstance(new, type) and new is not old:
                for instance in [it for it in gc.get_referrers(old) if type(it) is old]:
                    instance.__class__ = new


def sentence_about(error: Exception, path: str) -> str:
    """Return one sentence that says where a file cannot be run, and why."""
    name = Path(path).name
    if isinstance(error, SyntaxError):
        where = f" in line {error.lineno}" if error.lineno else ""
        line = f" in `{error.text.strip()}`" if error.text and error.text.strip() else ""
        return f"{name} has a syntax error{where}: {error.msg}{line}."
    lines = [it.tb_lineno for it in _frames(error.__traceback__) if it.tb_frame.f_code.co_filename == path]
    where = f" in line {lines[-1]}" if lines else ""
    return sentence(f"{name} stops{where} when it is run: {type(error).__name__}: {error}")


def _is_of(value: object, module: ModuleType) -> bool:
    return isinstance(value, (FunctionType, type)) and value.__module__ == module.__name__


def _own(module: ModuleType) -> dict[str, Any]:
    return {name: it for name, it in vars(module).items() if _is_of(it, module)}


def _take_out_of_use(module: ModuleType, problem: str, told: Collection[str] = ()) -> None:
    """Have every function and every method of a module raise what is wrong with its file."""
    vars(module)[_FAILURE] = lambda: NotRunnable(problem, told)
    for value in _own(module).values():
        functions = [value] if isinstance(value, FunctionType) else [*vars(value).values()]
        for function in functions:
            function = inspect.unwrap(getattr(function, "__func__", function))
            if isinstance(function, FunctionType) and not function.__code__.co_freevars:
                function.__globals__[_FAILURE] = lambda: NotRunnable(problem, told)
                function.__code__ = _refuse.__code__


def _refuse(*arguments: Any, **keywords: Any) -> Any:
    raise __autograder_failure__() from None  # type: ignore[name-defined] # noqa: F821


def _out_of_date(path: str) -> AutograderError:
    """Return what is said of something that a file defined before it could not be run, and does not define now."""
    return AutograderError(
        f"{Path(path).name} was saved since this was taken from it; run the cell again that imports it."
    )


def _imported_all_the_same(module: ModuleType, error: Exception) -> None:
    """Have a module whose file cannot be run give, for each name, a function that says what is wrong with it."""
    problem = sentence_about(error, str(module.__file__))
    if not isinstance(error, SyntaxError):  # which the checks have said
        print(_about(problem))
    _take_out_of_use(module, problem)

    def refusing(name: str) -> FunctionType:
        if name.startswith("__"):  # which Python asks for
            raise AttributeError(name)
        vars(module)[name] = function = FunctionType(_refuse.__code__, vars(module), name)
        vars(function)["__mro_entries__"] = function  # a class derived from it is not made either
        return function

    refusing.__module__ = module.__name__  # it goes with the rest once the file can be run
    vars(module)["__getattr__"] = refusing


def _about(problem: str) -> str:
    return f"\n{fitted(f'  {problem}')}\n\n  Nothing in this file runs until that is mended and saved.\n"


def follow_saves(folder: Path) -> None:
    """Have the notebook that runs this follow the files of a folder; nothing outside notebooks."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    follower = Follower(folder, lambda: shell.user_ns)
    import_whatever_it_holds(folder, _imported_all_the_same)

    def before_a_cell(*_: object) -> None:
        for problem in follower.look():
            print(_about(problem))

    def show(
        shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: Any = None
    ) -> Any:
        if isinstance(error, AutograderError):  # a sentence for whoever ran the cell
            said = error.in_a_cell if isinstance(error, NotRunnable) else fitted(str(error))
            print(said, file=sys.stderr)
            return
        if isinstance(error, KeyboardInterrupt):  # what was stopped is known; how it was called says nothing
            print(fitted(f"stopped{_running_at(trace, folder)}."), file=sys.stderr)
            return
        kept = theirs(trace, folder)
        shell.showtraceback((kind, error, kept), tb_offset=0)
        for name in saved_since(kept):
            print(fitted(_OTHER_LINES.format(name=name)), file=sys.stderr)

    for earlier in [it for it in shell.events.callbacks["pre_run_cell"] if it.__name__ == "before_a_cell"]:
        shell.events.unregister("pre_run_cell", earlier)  # this cell is run a second time
    shell.events.register("pre_run_cell", before_a_cell)
    shell.set_custom_exc((Exception, KeyboardInterrupt), show)
    if "autoreload" in shell.magics_manager.magics["line"]:
        # It runs single functions, whose lines are then counted from 1.
        shell.run_line_magic("autoreload", "0")


def theirs(trace: TracebackType | None, folder: Path) -> TracebackType | None:
    """Return a traceback with nothing but cells of the notebook and files of the folder, if it has any of them."""
    kept = [it for it in _frames(trace) if _is_theirs(it, folder)]
    result: TracebackType | None = None
    for it in reversed(kept):
        result = TracebackType(result, it.tb_frame, it.tb_lasti, it.tb_lineno)
    return result or trace


def _running_at(trace: TracebackType | None, folder: Path) -> str:
    """Return the innermost line of a file in the folder that a traceback leads to; empty if there is none."""
    own = [place_in(folder.resolve(), it.tb_frame.f_code, it.tb_lineno) for it in _frames(trace)]
    return next((f" in {it}" for it in reversed(own) if it), "")


def saved_since(trace: TracebackType | None) -> list[str]:
    """Return the names of the files of a traceback that no longer hold the lines that were run."""
    paths = dict.fromkeys(it.tb_frame.f_code.co_filename for it in _frames(trace))
    return [Path(path).name for path in paths if _is_other(path)]


def _is_other(path: str) -> bool:
    """Return whether a file says something else than what was run of it; False where that is not known."""
    kept = linecache.cache.get(path, ())
    if len(kept) != 4 or not Path(path).is_file():
        return False
    return kept[2] != lines_of(Path(path).read_bytes())


def _is_theirs(trace: TracebackType, folder: Path) -> bool:
    frame = trace.tb_frame
    return (
        frame.f_globals.get("__name__") == "__main__"
        or Path(frame.f_code.co_filename).parent == folder.resolve()
    )


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next
