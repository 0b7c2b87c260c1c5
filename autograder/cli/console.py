"""What commands print through: nothing that a stranger wrote reaches a terminal, or a container's log, uncleaned.

Names of files, messages of exceptions and printed output come from hand-ins, and a terminal obeys escape sequences.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from autograder.text import without_controls


class CleanConsole(Console):
    """A console whose own styles work, and nobody else's."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is to be printed, cleaned piece by piece."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(without_controls(segment.text), segment.style)
