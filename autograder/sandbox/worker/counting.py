"""Counts the Python events of a call: how often each place ran, and for which line of the student's.

CPython 3.11 reports lines and calls through `sys.settrace`. From 3.12 on `sys.monitoring` does, at a fraction
of the cost; there a loop on a single line shows only in its jumps, and a generator in its resumptions.

What Python and NumPy do inside a function that student code calls is not the student's loop: printing an array runs
hundreds of lines. That the function is called, once or for every example, is.

Loops in C run no Python; `loops_in_c` makes those visible that work something out for every item, and `arrays_made`
whatever makes an array for every item.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from autograder.sandbox.wire.messages import CountedLine
from autograder.sandbox.worker.arrays_made import ArraysMade, has_arrays_with_functions_in_c
from autograder.sandbox.worker.code_origins import Libraries, with_code_inside
from autograder.sandbox.worker.counts import Counts
from autograder.sandbox.worker.events import Monitoring, Tracing
from autograder.sandbox.worker.loops_in_c import LoopsInC, not_visited
from autograder.sandbox.worker.watch import NotCounted, Watch


class EventCounter:
    """Counts events in one call after another; made once, before any student code is loaded."""

    def __init__(self, loops_in_c: LoopsInC, output: type) -> None:
        """Take what makes loops in C visible, and the type of what student code prints to."""
        self._loops_in_c = loops_in_c
        self._watch = Watch()
        self._libraries = Libraries()
        self._arrays = ArraysMade()
        source: type[Monitoring | Tracing] = Monitoring if sys.version_info >= (3, 12) else Tracing
        makers = frozenset(id(function.__code__) for function in self._arrays.makers)
        self._source = source(self._watch, makers)
        # What runs between the start of the events and their end without being the call's.
        kinds = (Watch, ArraysMade, source, output, type(self))
        ours = [not_visited, *self._arrays.makers]
        ours += [function for kind in kinds for function in _functions_of(kind)]
        codes = with_code_inside([function.__code__ for function in ours])
        self._ours = frozenset(map(id, codes))

    def count(self, call: Callable[[], None], student_files: Mapping[str, str]) -> list[CountedLine]:
        """Make the call and return (place, student's file, its line, count) of the busiest places.

        Parameters
        ----------
        call
            Takes nothing, returns nothing, raises nothing; its own frame is not counted.
        student_files
            The text of each of the student's files, by name. That a library's function is called counts for the line
            of these files that calls it; what runs inside that function does not count.

        Raises
        ------
        NotCounted
            If the code hid events.
        """
        own: Any = call
        ours = self._ours | {id(own.__code__)}
        counts = Counts(student_files, ours, self._libraries, self._watch)
        if self._loops_in_c.is_kept():
            raise NotCounted("round")
        if has_arrays_with_functions_in_c():
            raise NotCounted("operators")
        with LoopsInC.counted():
            self._source.start(counts)
            self._watch.begin()
            self._arrays.start()
            try:
                call()
            finally:
                all_told = self._arrays.stop()
                self._source.stop()
                if not all_told:
                    self._watch.report("trace")
                reason = self._watch.end()
        if reason is None and has_arrays_with_functions_in_c():
            reason = "operators"
        if reason is not None:
            raise NotCounted(reason)
        return counts.lines()


def _functions_of(kind: type) -> list[Any]:
    return [value for value in vars(kind).values() if isinstance(value, FunctionType)]
