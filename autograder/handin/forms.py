"""The forms in which a file that is due may be handed in: a module as itself, or as a notebook of its name."""

from __future__ import annotations

import functools
import re

from autograder.files.notebooks import (
    NotANotebookError,
    NumberedCell,
    TooMuchCodeError,
    cells_of,
    module_of,
)
from autograder.handin.source_text import UnusableError, refuse_endless_names
from autograder.handin.trees import Entry, ReadLimits, TooLargeError, UnreadableError
from autograder.model.assignment import NOTEBOOK
from autograder.sandbox.wire.cells import cells_in, lines_of

_MODULE = ".py"


def is_code(name: str) -> bool:
    """Return whether a file that is due is a module, handed in as such or as a notebook."""
    return name.lower().endswith((_MODULE, NOTEBOOK))


def module_file(name: str) -> str:
    """Return the name of the module that a file is: of a notebook, that of its cells; of any other, its own."""
    return f"{name.removesuffix(NOTEBOOK)}{_MODULE}" if name.endswith(NOTEBOOK) else name


@functools.lru_cache(maxsize=100)
def forms(name: str) -> tuple[str, ...]:
    """Return the names under which a file may be handed in, its own first: those of a module and of a notebook."""
    if not is_code(name):
        return (name,)
    module = module_file(name)
    notebook = f"{module.removesuffix(_MODULE)}{NOTEBOOK}"
    return (module, notebook) if name == module else (notebook, module)


def read_form(name: str, entry: Entry, limits: ReadLimits) -> bytes:
    """Return what an entry holds that was handed in as `name`; of a notebook, the module that its cells are.

    Raises
    ------
    UnusableError
        If it is a notebook without usable code; the message is a sentence for the student.
    TooLargeError, UnreadableError
        If it cannot be read.
    """
    if not _is_notebook(name, entry):
        return entry.read(limits.file_bytes)
    notebook = next(form for form in forms(name) if form.endswith(NOTEBOOK))
    try:
        cells = _cells(entry, limits)
    except TooMuchCodeError as error:
        raise too_much_code(notebook, limits) from error
    except NotANotebookError as error:
        raise UnusableError(f"{notebook} {error}.") from error
    code = "\n".join(source for _, source in cells).encode("utf-8", "replace")
    if len(code) > limits.source_bytes:
        raise too_much_code(notebook, limits)
    refuse_endless_names(notebook, code)  # before anything parses it
    return module_of(notebook, cells)


def without_false_cells(name: str, source: bytes) -> bytes:
    """Return a module as it is, or, if it only claims to be made of a notebook, without that claim.

    Its cells are run one by one, but it is read as a whole for what is not allowed. Both see the same code only if
    every byte is what `read_form` makes of a notebook.
    """
    _, cells = cells_in(source)
    if not cells:
        return source
    notebook = next(form for form in forms(name) if form.endswith(NOTEBOOK))
    text = source.decode("utf-8", "replace")
    # What is made of a cell ends in an empty line.
    own = [(cell.number, "\n".join(lines[:-1])) for cell, lines in lines_of(text, cells)]
    return source if module_of(notebook, own) == source else b"#" + source


def too_much_code(name: str, limits: ReadLimits) -> UnusableError:
    """Return what is said of the file with which a hand-in holds more code than it may."""
    return UnusableError(
        f"With {name}, the code is larger than {limits.source_bytes:,} bytes; hand in your code without data."
    )


def works_with(module: str, entry: Entry, limits: ReadLimits) -> bool:
    """Return whether a notebook imports the module of its own name: then it goes with that file, and is not it."""
    if not _is_notebook(module, entry):
        return False
    imports = re.compile(
        rf"^[ \t]*(from|import)[ \t]+{re.escape(module.removesuffix(_MODULE))}\b", re.MULTILINE
    )
    try:
        return any(imports.search(source) for _, source in _cells(entry, limits))
    except (NotANotebookError, TooLargeError, UnreadableError):
        return False


def _cells(entry: Entry, limits: ReadLimits) -> list[NumberedCell]:
    return cells_of(entry.read(limits.notebook_bytes), limits.source_bytes)


def _is_notebook(name: str, entry: Entry) -> bool:
    return is_code(name) and entry.name.lower().endswith(NOTEBOOK)
