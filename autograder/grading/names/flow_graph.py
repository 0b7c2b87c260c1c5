"""A graph of places that hold a few meanings each and pass them on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from autograder.grading.names.binding import LONGEST_NAME, MOST_PARTS

MOST_MEANINGS = 24
"""A place into which more flows may mean anything."""
MANY = "many:"
"""What stands for all further meanings, with the module that they begin with where that is known."""


class FlowGraph:
    """Places, and what flows between them.

    Attributes
    ----------
    held
        The meanings at each place, in the order in which they came, which decides what is kept where there are many.
    additions
        How many meanings were added so far, at all places together.
    """

    def __init__(self) -> None:
        self.held: list[dict[str, None]] = []
        self.additions = 0
        self._edges: list[list[int]] = []
        self._handlers: list[list[Callable[[str], None]]] = []
        self._queue: deque[tuple[int, str]] = deque()

    def new(self, *meanings: str) -> int:
        """Return a new place that holds these meanings."""
        self.held.append({})
        self._edges.append([])
        self._handlers.append([])
        place = len(self.held) - 1
        for meaning in meanings:
            self.add(place, meaning)
        return place

    def add(self, place: int, meaning: str) -> None:
        """Put a meaning into a place, unless it is too long or the place holds too many."""
        there = self.held[place]
        if meaning in there or len(meaning) > LONGEST_NAME or meaning.count(".") > MOST_PARTS:
            return
        if len(there) >= MOST_MEANINGS:
            if meaning.startswith(MANY) or len(there) > MOST_MEANINGS:
                return
            meaning = f"{MANY}{meaning.partition('.')[0]}" if ":" not in meaning else MANY
        there[meaning] = None
        self.additions += 1
        self._queue.append((place, meaning))

    def flow(self, source: int, target: int) -> None:
        """Let whatever a place holds now or later be held by another one, too."""
        self._edges[source].append(target)
        for meaning in list(self.held[source]):
            self.add(target, meaning)

    def on(self, place: int, handler: Callable[[str], None]) -> None:
        """Call a handler with each meaning that a place holds now or later."""
        self._handlers[place].append(handler)
        for meaning in list(self.held[place]):
            handler(meaning)

    def run(self) -> None:
        """Pass on what was added until nothing more comes."""
        while self._queue:
            place, meaning = self._queue.popleft()
            for other in self._edges[place]:
                self.add(other, meaning)
            for handler in list(self._handlers[place]):
                handler(meaning)
