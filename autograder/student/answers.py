"""The answers written in a notebook, as text that can be handed in and read without the notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

ANSWERS_FILE = "answers.md"
"""Its name in a hand-in."""
_LARGEST = 50_000_000
_UNWRITTEN = re.compile(r"\*?write here\.?\*?", re.IGNORECASE)
_HEADING = re.compile(r"\A\s*\*\*([^*]+?)\.?\*\*\s*")


class _Metadata(msgspec.Struct):
    tags: list[str] = []


class _Cell(msgspec.Struct):
    cell_type: str = ""
    source: str | list[str] = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)

    @property
    def text(self) -> str:
        return self.source if isinstance(self.source, str) else "".join(self.source)


class _Notebook(msgspec.Struct):
    cells: list[_Cell] = []


@dataclass(frozen=True)
class Answers:
    """The written answers of one notebook.

    Attributes
    ----------
    written, empty
        What the answers are called, such as "Answer 1".
    content
        All that are written, as Markdown; empty if none is.
    problem
        Why nothing could be read, in a sentence; empty if something was.
    """

    written: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    content: str = ""
    problem: str = ""

    @property
    def sentence(self) -> str:
        """What is handed in of them; empty where nothing is asked."""
        if self.problem:
            return self.problem
        if not self.written and not self.empty:
            return ""
        total = len(self.written) + len(self.empty)
        missing = f"; still empty: {', '.join(self.empty)}" if self.empty else ""
        return f"It holds {len(self.written)} of {total} written answers of the notebook{missing}."


def answers_in(path: Path) -> Answers:
    """Return the answers in a notebook: what stands in the cells with the tag `answer`, outputs and code left out."""
    if not path.is_file():
        return Answers()
    try:
        with path.open("rb") as file:
            notebook = msgspec.json.decode(file.read(_LARGEST), type=_Notebook)
    except (OSError, ValueError, msgspec.MsgspecError):
        return Answers(problem=f"{path.name} cannot be read, so its written answers are not in the hand-in.")
    written, empty, texts = list[str](), list[str](), list[str]()
    for cell in notebook.cells:
        if "answer" not in cell.metadata.tags:
            continue
        heading = _HEADING.match(cell.text)
        name = heading[1] if heading else f"Answer {len(written) + len(empty) + 1}"
        text = cell.text[heading.end() :].strip() if heading else cell.text.strip()
        if not text or _UNWRITTEN.fullmatch(text):
            empty.append(name)
        else:
            written.append(name)
            texts.append(f"## {name}\n\n{text}\n")
    return Answers(tuple(written), tuple(empty), "\n".join(texts))
