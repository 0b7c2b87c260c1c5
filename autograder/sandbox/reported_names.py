"""Keeps only those names and lines reported by a worker that occur in the submitted source.

Names of files, functions and libraries end up in sentences that students read. Code that has seen hidden
inputs could put them into such a name; what the submitted files define or import was there before. Choosing
one of the names or lines of a hand-in tells a few bits only.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from autograder.sandbox.wire.messages import CountedLine, Frame

_WORD = re.compile(rb"[^\W\d]\w*")
_FUNCTION = re.compile(rb"\bdef[ \t]+(\w+)")
_CLASS = re.compile(rb"\bclass[ \t]+(\w+)")
_IMPORT = re.compile(rb"\b(?:import|from)\b(.*)")
MOST_LINES = 2_000
"""Lines further down are not reported by number; no homework is that long."""
_GENERAL = frozenset({"<module>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"})


class SourceNames:
    """The names and lines in the files of a hand-in; checks what their worker reports against them.

    Parameters
    ----------
    files
        Name to source.
    label
        What the worker puts in brackets after a file's name, if anything.
    """

    def __init__(self, files: Mapping[str, bytes], label: str = "") -> None:
        self._files = files
        self._suffix = f" [{label}]" if label else ""
        self._words = functools.cache(self._find_words)
        self._last_line = functools.cache(self._find_last_line)

    def frames(self, frames: Iterable[Frame]) -> tuple[Frame, ...]:
        """Return the frames that lie in the files, without names of functions that the files do not define."""
        places = ((frame, *self.place(frame.file, frame.line)) for frame in frames)
        return tuple(
            Frame(file, line, self._function(frame.function), frame.source)
            for frame, file, line in places
            if file
        )

    def lines(self, lines: Iterable[CountedLine]) -> tuple[CountedLine, ...]:
        """Return counted lines; a line outside the files loses its place."""
        return tuple((place, *self.place(file, line), count) for place, file, line, count in lines)

    def place(self, file: str, line: int) -> tuple[str, int]:
        """Return a file and line, or ("", 0) if the hand-in has no such file; an impossible line becomes 0."""
        name = file.removesuffix(self._suffix)
        if name not in self._files:
            return "", 0
        return file, line if 0 < line <= self._last_line(name) else 0

    def absent(self, what: str, asked: str) -> str:
        """Return which part of a dotted name is missing, with its class or file."""
        parts = asked.split(".")
        owner, _, name = what.rpartition(".")
        of_class = name in parts and (not owner or owner.encode(errors="replace") in self._words(_CLASS))
        return what if of_class or what == f"{parts[0]}.py" else asked

    def imports(self, library: str) -> bool:
        """Return whether the files import a library."""
        return library.encode(errors="replace") in self._words(_IMPORT)

    def _function(self, name: str) -> str:
        return name if name in _GENERAL or name.encode(errors="replace") in self._words(_FUNCTION) else ""

    def _find_last_line(self, name: str) -> int:
        source = self._files[name]
        return min(MOST_LINES, source.count(b"\n") + source.count(b"\r") + 1)

    def _find_words(self, pattern: re.Pattern[bytes]) -> frozenset[bytes]:
        """Return the words in what a pattern finds in the files."""
        found = {text for source in self._files.values() for text in pattern.findall(source)}
        return frozenset(word for text in found for word in _WORD.findall(text))
