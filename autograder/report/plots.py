"""The class report's pictures, by matplotlib: readable in print and by the colour-blind, each described in words.

Every picture is an SVG with its letters drawn as shapes, so that it looks the same everywhere.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from autograder.report.statistics import ClassStatistics, QuestionTally, TestTally

# Okabe and Ito's palette: distinguishable with every kind of colour blindness, and in grey by the hatching.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, PALE, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#EEEEEE",
    "#BBBBBB",
)
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # a title may hold a dollar sign
    "svg.fonttype": "path",
    "svg.hashsalt": "autograder",
}
WIDTH = 8.0
SMALL = 4.6
"""Widths of pictures, in inches: as wide as a page or half of it."""
_MOST_BINS = 20


@dataclass(frozen=True)
class Picture:
    """A picture and a description for those who cannot see it."""

    source: str
    text: str


def score_histogram(statistics: ClassStatistics) -> Picture:
    """Return the distribution of the totals."""
    with _figure(2.8, SMALL) as (figure, picture):
        axes = figure.subplots()
        counts, edges = _histogram(axes, statistics.totals, statistics.points)
        middle = statistics.quantile(0.5)
        axes.axvline(middle, color=VERMILION, linewidth=2, linestyle="--", label=f"median {_number(middle)}")
        axes.set_xlabel("points in total")
        axes.set_ylabel("hand-ins")
        axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1.0), borderaxespad=0)
    most = int(np.argmax(counts))
    return picture(
        f"Histogram of the totals of {len(statistics.totals)} hand-ins, from 0 to {statistics.points:g} points. "
        f"The median is {_number(middle)}, half of them lie between {_number(statistics.quantile(0.25))} and "
        f"{_number(statistics.quantile(0.75))}. The fullest bin, {edges[most]:g} to {edges[most + 1]:g}, "
        f"has {int(counts[most])}."
    )


def question_histogram(tally: QuestionTally) -> Picture:
    """Return the distribution of the points of a question."""
    with _figure(1.9, SMALL) as (figure, picture):
        axes = figure.subplots()
        _histogram(axes, tally.scores, tally.points)
        axes.axvline(tally.mean, color=VERMILION, linewidth=1.5, linestyle="--")
        axes.set_ylabel("hand-ins")
    return picture(
        f"Histogram of the points of {len(tally.scores)} hand-ins, from 0 to {tally.points:g}, with the mean dashed: "
        f"{tally.mean:.2f}. {tally.full} have full points, {tally.none} have none."
    )


STRUCTURE: dict[str, tuple[str, str]] = {
    "passed": (GREEN, ""),
    "loops": (VERMILION, "///"),
    "slow": (ORANGE, "\\\\\\"),
    "memory": (PURPLE, "xxx"),
    "not allowed": (SKY, "---"),
    "wrong values": (PALE, ""),
    "missing": (GREY, ""),
    "no value": (GREY, "..."),
}
"""How a hand-in may fare in a test of structure, with colour and hatching."""


def structure_bars(tallies: Sequence[TestTally]) -> Picture:
    """Return how the hand-ins fare in each test of how a value is computed."""
    with _figure(1.1 + 0.42 * len(tallies)) as (figure, picture):
        axes = figure.subplots()
        counted = [it.ways for it in tallies]
        left = np.zeros(len(tallies))
        for name in [name for name in STRUCTURE if any(counts.get(name) for counts in counted)]:
            widths = np.array([counts.get(name, 0) for counts in counted], dtype=float)
            color, hatch = STRUCTURE[name]
            axes.barh(
                range(len(tallies)), widths, left=left, label=name,
                color=color, hatch=hatch, edgecolor="#333333", linewidth=0.6,
            )  # fmt: skip
            left += widths
        axes.set_yticks(range(len(tallies)), _labels(tallies))
        axes.set_ylim(len(tallies) - 0.4, -0.6)
        axes.set_xlabel("hand-ins")
        axes.grid(axis="y", visible=False)
        axes.legend(frameon=False, ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=9)
    each = "; ".join(f"{it.name}: {it.ways['passed']} pass" for it in tallies)
    return picture(f"Stacked bars of the verdicts on loops, speed and memory, by test. {each}.")


def _labels(tallies: Sequence[TestTally]) -> list[str]:
    """Return the names of tests, those of several questions with the question."""
    alike = Counter(it.name for it in tallies)
    return [_lines(it.name if alike[it.name] == 1 else f"{it.name} ({it.question})", 40) for it in tallies]


def speed_strip(tallies: Sequence[TestTally]) -> Picture:
    """Return the CPU time of every hand-in that was raced, as a multiple of the reference's, on a log scale."""
    with _figure(0.9 + 0.6 * len(tallies)) as (figure, picture):
        axes = figure.subplots()
        spread = np.random.default_rng(0)
        for place, tally in enumerate(tallies):
            ratios = np.clip(tally.cpu_ratios, 1e-2, 1e4)
            heights = place + spread.uniform(-0.25, 0.25, len(ratios))
            axes.plot(ratios, heights, "o", color=BLUE, markersize=4, alpha=0.5, markeredgewidth=0)
            for limit, style in zip(tally.limits or (), ("--", "-"), strict=False):
                axes.plot([limit, limit], [place - 0.4, place + 0.4], style, color=VERMILION, linewidth=2)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g×"))
        axes.set_yticks(range(len(tallies)), _labels(tallies))
        axes.set_ylim(len(tallies) - 0.5, -0.5)
        axes.set_xlabel("CPU time as a multiple of the reference's")
    each = "; ".join(f"{it.name}: median {np.median(it.cpu_ratios):.2g} times" for it in tallies)
    return picture(f"CPU time of the hand-ins that were timed, as a multiple of the reference's. {each}.")


# --- drawing ------------------------------------------------------------------------------------------


class _Drawing:
    """Becomes a picture once its text is known."""

    def __init__(self) -> None:
        self.svg = b""

    def __call__(self, text: str) -> Picture:
        return Picture("data:image/svg+xml;base64," + base64.b64encode(self.svg).decode(), text)


@contextmanager
def _figure(height: float, width: float = WIDTH) -> Iterator[tuple[Figure, _Drawing]]:
    """Give a figure in our style, and what makes a picture of it once it is drawn."""
    drawing = _Drawing()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, drawing
        buffer = io.BytesIO()
        # `Figure.savefig` would draw everything twice, the first time for what is cropped, which is nothing here.
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
        drawing.svg = buffer.getvalue()


def _lines(text: str, width: int) -> str:
    """Return `text` wrapped to at most two lines."""
    lines = textwrap.wrap(textwrap.shorten(text, 2 * width - 4, placeholder=" …"), width)
    return "\n".join(lines[:2])


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _histogram(axes: Axes, values: Sequence[float], points: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw how many values fall into each of equal bins from 0 to `points`; return the counts and the bins' edges."""
    top = max([points, *values]) or 1.0
    edges = _edges(top)
    counts, _ = np.histogram(values, edges)
    axes.bar(
        edges[:-1], counts, width=np.diff(edges), align="edge", color=BLUE, edgecolor="white", linewidth=0.6
    )
    axes.set_xlim(0, top)
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True, nbins=4))
    # Whoever reads how many have full points looks for that number below the last bar.
    ticks = [it for it in mpl.ticker.MaxNLocator(nbins=5).tick_values(0, top) if 0 <= it < 0.92 * top]
    axes.set_xticks([*ticks, top])
    return counts, edges


def _edges(top: float) -> np.ndarray:
    """Return the edges of at most `_MOST_BINS` bins from 0 to `top`, which are round numbers but for the last."""
    width = next(
        step * 10.0**power
        for power in range(-3, 12)
        for step in (1.0, 2.5, 5.0)
        if step * 10.0**power * _MOST_BINS >= top
    )
    return np.append(np.arange(0, top - 1e-9 * top, width), top)
