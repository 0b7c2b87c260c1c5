"""How wide a cell is: notebooks break the lines of what is printed wherever it ends, within words too."""

from __future__ import annotations

from autograder.notebook.waiting import is_notebook
from autograder.text import filled

COLUMNS = 84
"""What a cell shows in a window of 1100 pixels with the list of files open."""


_WORDS_STAY_WHOLE = "<style>.jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere }</style>"


def keep_words_whole() -> None:
    """Have JupyterLab and Notebook break all that is printed between words, the notebook's own lines too."""
    if is_notebook():
        from IPython.display import display

        display({"text/html": _WORDS_STAY_WHOLE, "text/plain": ""}, raw=True)  # type: ignore[no-untyped-call]


def fitted(line: str) -> str:
    """Return a line broken between words as a cell shows it."""
    return filled(line, COLUMNS)
