"""A button beneath a check that failed: it gives the next hint, as `grader.hint(...)` in a cell does.

It needs ipywidgets, which notebooks work without, and someone who can press it. What is printed above it says the same
in words, and is all that is left of it where no kernel runs: the notebook as it is saved, a page made of it.
"""

from __future__ import annotations

import contextlib
import html
import importlib.util
from collections.abc import Callable
from typing import Any

from autograder.notebook.waiting import is_notebook

Lines = list[tuple[str, bool]]

_VIEW = "application/vnd.jupyter.widget-view+json"
_MARK = "autograder-button"
_NEXT = f".jp-OutputArea-child:has(.{_MARK}) + .jp-OutputArea-child"
_STYLE = (
    f'<span class="{_MARK}"></span><style>'
    f"{_NEXT} > .jp-OutputArea-output:not(:has(*)), {_NEXT} button.jupyter-widgets-disconnected {{ display: none }} "
    f"{_NEXT} .jupyter-widgets-disconnected::before {{ content: none }} "
    f"{_NEXT} button {{ white-space: normal }}</style>"
)
"""Where the kernel that knows the button is gone, JupyterLab and Notebook show an error in the place of the output that
follows this one, as text without an element, or the button with signs of what is broken. A student can mend neither."""
_TEXT = "white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; line-height: 1.4; color: inherit"
_NAME, _BUSY = "Give me a hint for {}", "Looking at {} …"


def can_show_buttons() -> bool:
    """Return whether there is someone who can press a button; what runs notebooks from start to end answers nothing."""
    if not is_notebook() or importlib.util.find_spec("ipywidgets") is None:
        return False
    from IPython import get_ipython

    parent: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    return bool(parent.get("content", {}).get("allow_stdin", False))


class HintButton:
    """A button with the hint that it gave beneath it, the same in all cells that show it.

    Parameters
    ----------
    question
        What the hints are for.
    hint
        Returns the lines of the hint, and of each whether it is a sentence. It may be called in another thread.
    """

    def __init__(self, question: str, hint: Callable[[], Lines]) -> None:
        import ipywidgets  # takes as long as a check, where none of them fails for nothing

        self._question, self._hint, self._is_busy = question, hint, False
        # Disabled while it works it would lose the focus, and whoever uses keys would have to find it again.
        self._button = ipywidgets.Button(
            description=_NAME.format(question),
            layout=ipywidgets.Layout(width="max-content", max_width="100%", height="auto"),
        )
        self._said = ipywidgets.HTML()
        self._whole = ipywidgets.VBox([self._button, self._said])
        self._button.on_click(self._press)

    def show(self) -> None:
        """Show it in the cell that is running, without the hint that was given for an earlier attempt."""
        from IPython.display import display

        self._said.value = ""
        view = {"version_major": 2, "version_minor": 0, "model_id": self._whole.model_id}
        for shown in (
            {"text/html": _STYLE, "text/plain": ""},
            {_VIEW: view, "text/plain": ""},
        ):
            display(shown, raw=True)  # type: ignore[no-untyped-call]

    def _press(self, _: Any) -> None:
        if self._is_busy:
            return
        self._is_busy = True
        self._button.description = _BUSY.format(self._question)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                self._said.value = _as_html(self._hint())
        finally:
            self._button.description = _NAME.format(self._question)
            self._is_busy = False


def _as_html(lines: Lines) -> str:
    text = "\n".join(line for line, _ in lines)
    return f'<pre style="{_TEXT}">{html.escape(text)}</pre>'
