"""The written answers of a hand-in: from the cells of its notebooks and from the file that `submit` makes of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from autograder.files.notebooks import NotANotebookError
from autograder.handin.matching import fitting, is_set_aside
from autograder.handin.trees import Entry, EntryKind, ReadLimits, TooLargeError, UnreadableError
from autograder.model.assignment import NOTEBOOK
from autograder.model.written import WrittenQuestion

ANSWERS_FILE = "answers.md"
"""Its name in a hand-in."""
TAG = "answer"
"""The tag of a cell that is an answer."""
LONGEST = 20_000
"""Characters of an answer that are kept."""
NO_ANSWERS = "its written answers are not in the hand-in"
_MOST_NOTEBOOKS = 5
MOST_CELLS = 1_000
"""Cells of a notebook that may be answers; further ones are passed over."""
_UNWRITTEN = re.compile(
    r"[*_]*write here[.:…]*[*_]*"
    r"|[*_]+(write|type|enter|your answer)\b([^*_\n]{0,30}|[^*_\n]{0,14}\b(here|your)\b[^*_\n]{0,180})[*_]+",
    re.IGNORECASE,
)
"""What is handed out for an answer: one short line in italics that says what to do."""
_HALF_A_PAIR = re.compile(
    rb"(\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|\\u[dD][89a-fA-F][\da-fA-F]{2}"
)
"""A surrogate without its other half, in JSON, behind what is to be passed over."""
_HEADING = re.compile(r"\A\s*\*\*([^*\n]{1,300}?)\.?\*\*\s*")
_LINE = re.compile(r"^## (.{1,300})$", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(?=\\*## )", re.MULTILINE)
_TO_ESCAPE = re.compile(r"^(?=\\*## )", re.MULTILINE)


class _Cell(msgspec.Struct):
    """What is read of a cell; one that is odd in any way must not cost the others."""

    cell_type: Any = ""
    source: Any = ""
    metadata: Any = None

    @property
    def is_answer(self) -> bool:
        tags = self.metadata.get("tags") if isinstance(self.metadata, dict) else None
        return isinstance(tags, list) and TAG in tags and self.cell_type != "code"

    @property
    def text(self) -> str:
        lines = self.source if isinstance(self.source, list) else [self.source]
        return "".join(line for line in lines if isinstance(line, str))


class _Notebook(msgspec.Struct):
    cells: list[_Cell] = []


def cells_with_answers(notebook: bytes) -> list[tuple[str, str]]:
    """Return what each cell with the tag `answer` is headed and says; one that says nothing yet says "".

    Parameters
    ----------
    notebook
        Its bytes; outputs and code are passed over.

    Raises
    ------
    NotANotebookError
        If it is no notebook.
    """
    found = list[tuple[str, str]]()
    for text in itertools.islice((cell.text for cell in _cells(notebook) if cell.is_answer), MOST_CELLS):
        heading = _HEADING.match(text)
        name = heading[1] if heading else f"Answer {len(found) + 1}"
        found.append((name, _said(text[heading.end() :] if heading else text)))
    return found


def _cells(notebook: bytes) -> list[_Cell]:
    try:
        return msgspec.json.decode(notebook, type=_Notebook).cells
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        whole = _HALF_A_PAIR.sub(lambda it: it[1] or rb"\ufffd", notebook)
        if whole != notebook:  # a character that no text can hold must not cost the answers of other cells
            return _cells(whole)
        raise NotANotebookError("is not a whole notebook; save it again") from error


def _said(text: str) -> str:
    """Return an answer without blanks around it; empty if it is what was handed out."""
    text = _without_ends(text.lstrip()[: 2 * LONGEST]).strip()
    return "" if _UNWRITTEN.fullmatch(text) else text[:LONGEST]


def is_unwritten(text: str) -> bool:
    """Return whether a text counts as no answer yet: it is empty, or what is handed out for one."""
    return not _said(text)


def _without_ends(text: str) -> str:
    """Return `text` with a line feed after each line, and no blanks before it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines)


def question_called(name: str, written: Sequence[WrittenQuestion]) -> WrittenQuestion | None:
    """Return the question of that title; "Answer 3" is that of the third where none has this title."""
    return _by_name(written).get(_plain(name))


def _by_name(written: Sequence[WrittenQuestion]) -> dict[str, WrittenQuestion]:
    """Return the questions by all that they are called; of equal titles the first counts."""
    numbered = {f"answer {number}": question for number, question in enumerate(written, 1)}
    return numbered | {_plain(question.title): question for question in reversed(written)}


def _plain(name: str) -> str:
    return " ".join(name.split()).rstrip(".").casefold()


def answers_file(answers: Mapping[str, str], written: Sequence[WrittenQuestion]) -> str:
    """Return the text of `answers.md`: what is written, below a heading for each question; empty if nothing is."""
    return "\n".join(
        f"## {question.title}\n\n{_TO_ESCAPE.sub(chr(92) * 2, answers[question.id])}\n"
        for question in written
        if answers.get(question.id)
    )


def answers_in(content: bytes, written: Sequence[WrittenQuestion]) -> dict[str, str]:
    """Return the answers in an `answers.md`, by question; headings of no question are part of the answer above."""
    text = _without_ends(content.decode("utf-8-sig", "replace"))
    known = _headings(text, written)
    ends = [*(it.start() for it, _ in known), len(text)][1:]
    found: dict[str, str] = {}
    for (heading, question), end in zip(known, ends, strict=False):
        said = _said(_ESCAPED.sub("", text[heading.end() : end]))
        if said:
            found.setdefault(question.id, said)
    return found


def headings_in(content: bytes, written: Sequence[WrittenQuestion]) -> list[WrittenQuestion]:
    """Return the questions that an `answers.md` has a heading for, in its order."""
    text = _without_ends(content.decode("utf-8-sig", "replace"))
    return [question for _, question in _headings(text, written)]


def _headings(text: str, written: Sequence[WrittenQuestion]) -> list[tuple[re.Match[str], WrittenQuestion]]:
    by_name = _by_name(written)
    found = ((it, by_name.get(_plain(it[1]))) for it in _LINE.finditer(text))
    return [(it, question) for it, question in found if question is not None]


@dataclass(frozen=True)
class Answers:
    """The written answers of a hand-in.

    Attributes
    ----------
    texts
        By question, in the order of the questions; those that are empty are left out.
    unread
        The names of notebooks that could not be read.
    """

    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    unread: tuple[str, ...] = ()


def collect_answers(
    files: Sequence[Entry], written: Sequence[WrittenQuestion], limits: ReadLimits
) -> Answers:
    """Return the written answers in the files of a hand-in.

    What stands in a notebook counts before what stands in an `answers.md`, which an earlier hand-in may have left.
    Of several notebooks, one that no folder sets aside counts first, then one in fewer folders, then the shorter name.
    """
    if not written:
        return Answers()
    found: dict[str, str] = {}
    unread = list[str]()
    notebooks = [it for it in files if it.name.lower().endswith(NOTEBOOK) and it.kind is EntryKind.FILE]
    notebooks.sort(key=lambda it: (is_set_aside(it.path), it.path.count("/"), len(it.name), it.path))
    for entry in notebooks[:_MOST_NOTEBOOKS]:
        try:
            cells = cells_with_answers(entry.read(limits.notebook_bytes))
        except (NotANotebookError, TooLargeError, UnreadableError):
            unread.append(entry.name)
        else:
            _add(found, _by_question(cells, written))
    for entry in fitting(ANSWERS_FILE, files)[:1]:
        with suppress(TooLargeError, UnreadableError):
            _add(found, answers_in(entry.read(limits.file_bytes), written))
    texts = {question.id: found[question.id] for question in written if question.id in found}
    return Answers(texts, tuple(unread))


def _add(found: dict[str, str], more: Mapping[str, str]) -> None:
    for question, text in more.items():
        found.setdefault(question, text)


def _by_question(cells: Iterable[tuple[str, str]], written: Sequence[WrittenQuestion]) -> dict[str, str]:
    """Return what cells say, by question; those that say nothing or belong to no question are left out."""
    found: dict[str, str] = {}
    by_name = _by_name(written)
    for name, text in cells:
        question = by_name.get(_plain(name))
        if question is not None and text:
            found.setdefault(question.id, text)
    return found
