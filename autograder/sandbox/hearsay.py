"""What a worker says of itself, reduced to what it cannot have made up while it ran.

Names of files, functions and libraries end up in sentences that students read. Code that has seen hidden
inputs could put them into such a name; what stands in the files that were handed in was there before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from autograder.sandbox.wire.messages import Frame

Lines = tuple[tuple[str, str, int, int], ...]
_WORD = re.compile(rb"[^\W\d]\w*")
_GENERAL = frozenset({"<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})


class HandedIn:
    """The files that a worker holds, as far as they bear out what it says.

    Parameters
    ----------
    files
        Name to source.
    label
        What the worker puts in brackets behind a file's name; empty where it puts nothing.
    """

    def __init__(self, files: Mapping[str, bytes], label: str = "") -> None:
        self._files = files
        self._suffix = f" [{label}]" if label else ""

    def frames(self, frames: Iterable[Frame]) -> tuple[Frame, ...]:
        """Return the frames that lie in the files, without names of functions that do not stand there."""
        return tuple(
            Frame(
                frame.file, self._line(frame.file, frame.line), self._function(frame.function), frame.source
            )
            for frame in frames
            if self._file(frame.file)
        )

    def lines(self, lines: Iterable[tuple[str, str, int, int]]) -> Lines:
        """Return counted lines; those that lie in none of the files are nobody's."""
        return tuple((place, *self.place(file, line), count) for place, file, line, count in lines)

    def place(self, file: str, line: int) -> tuple[str, int]:
        """Return a file and line, or ("", 0) where the hand-in has no such file."""
        return (file, self._line(file, line)) if self._file(file) else ("", 0)

    def holds_words(self, text: str) -> bool:
        """Return whether every word of a dotted name stands in the files."""
        return all(part.encode(errors="replace") in self._words for part in text.split("."))

    def _function(self, name: str) -> str:
        return name if name in _GENERAL or self.holds_words(name) else ""

    def _file(self, shown: str) -> str:
        """Return the name of the file that is shown so, or nothing."""
        name = shown.removesuffix(self._suffix)
        return name if name in self._files else ""

    def _line(self, shown: str, line: int) -> int:
        source = self._files.get(self._file(shown), b"")
        return line if 0 < line <= source.count(b"\n") + source.count(b"\r") + 1 else 0

    @functools.cached_property
    def _words(self) -> frozenset[bytes]:
        return frozenset(word for source in self._files.values() for word in _WORD.findall(source))
