"""Draws the pictures of a class report once for each content: drawing them is most of what a small class costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

_drawn: dict[str, Any] = {}


@pytest.fixture(scope="module")
def drawn_once() -> Iterator[None]:
    """Have classes of which the report shows the same share its pictures, in whatever test they are graded."""
    from autograder.report import plots  # matplotlib takes long to import, in each of the processes

    def once(draw: Callable[[Any], Any], shown: Callable[[Any], object]) -> Callable[[Any], Any]:
        def drawn(argument: Any) -> Any:
            key = repr((draw.__name__, shown(argument)))
            if key not in _drawn:
                _drawn[key] = draw(argument)
            return _drawn[key]

        return drawn

    seen: dict[str, Callable[[Any], object]] = {
        "score_histogram": lambda statistics: (statistics.totals, statistics.points),
        "question_histogram": lambda tally: (tally.scores, tally.points),
        "structure_bars": lambda tallies: [(it.name, it.question, it.ways) for it in tallies],
        "speed_strip": lambda tallies: [(it.name, it.question, it.cpu_ratios, it.limits) for it in tallies],
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, shown in seen.items():
            patch.setattr(plots, name, once(getattr(plots, name), shown))
        yield
