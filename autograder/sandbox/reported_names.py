"""What a worker says of itself, reduced to what it cannot have made up while it ran.

Names of files, functions and libraries end up in sentences that students read. Code that has seen hidden
inputs could put them into such a name; what the files that were handed in define or import was there before.
What is left to choose, one name or line of a hand-in, is a few bits.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from autograder.sandbox.wire.messages import Frame

Lines = tuple[tuple[str, str, int, int], ...]
_WORD = re.compile(rb"[^\W\d]\w*")
_FUNCTION = re.compile(rb"\bdef[ \t]+(\w+)")
_CLASS = re.compile(rb"\bclass[ \t]+(\w+)")
_IMPORT = re.compile(rb"\b(?:import|from)\b(.*)")
MOST_LINES = 2_000
"""Lines further down are not told by number; no homework is as long."""
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

    def absent(self, what: str, asked: str) -> str:
        """Return the name of what is missing of a dotted name that was asked for, with its class or file."""
        parts = asked.split(".")
        owner, _, name = what.rpartition(".")
        of_class = name in parts and (not owner or owner.encode(errors="replace") in self._classes)
        return what if of_class or what == f"{parts[0]}.py" else asked

    def imports(self, library: str) -> bool:
        """Return whether a library stands in an import of the files."""
        return library.encode(errors="replace") in self._imported

    def _function(self, name: str) -> str:
        return name if name in _GENERAL or name.encode(errors="replace") in self._functions else ""

    def _file(self, shown: str) -> str:
        """Return the name of the file that is shown so, or nothing."""
        name = shown.removesuffix(self._suffix)
        return name if name in self._files else ""

    def _line(self, shown: str, line: int) -> int:
        source = self._files.get(self._file(shown), b"")
        last = min(MOST_LINES, source.count(b"\n") + source.count(b"\r") + 1)
        return line if 0 < line <= last else 0

    @functools.cached_property
    def _functions(self) -> frozenset[bytes]:
        return self._all(_FUNCTION)

    @functools.cached_property
    def _classes(self) -> frozenset[bytes]:
        return self._all(_CLASS)

    @functools.cached_property
    def _imported(self) -> frozenset[bytes]:
        return frozenset(word for line in self._all(_IMPORT) for word in _WORD.findall(line))

    def _all(self, pattern: re.Pattern[bytes]) -> frozenset[bytes]:
        return frozenset(found for source in self._files.values() for found in pattern.findall(source))
