"""Small pictures in a student's feedback: what was measured beside what is required; plain SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping

from markupsafe import Markup

_WIDTH, _LEFT, _RIGHT = 420, 10, 410
_GOOD, _MIDDLE, _BAD, _INK = "#8fd3bf", "#f7efa0", "#f0a885", "#1b1b1b"


def picture_of(measured: Mapping[str, float]) -> Markup:
    """Return a picture of what a test of structure measured; empty if there is nothing to draw."""
    if {"cpu_ratio", "full", "none"} <= measured.keys():
        return _speed(measured["cpu_ratio"], measured["full"], measured["none"])
    if {"n", "runs_at_n", "runs_at_2n"} <= measured.keys():
        return _loop(int(measured["n"]), int(measured["runs_at_n"]), int(measured["runs_at_2n"]))
    if {"bytes", "bytes_allowed"} <= measured.keys():
        return _memory(measured["bytes"], measured["bytes_allowed"])
    return Markup("")


def _speed(ratio: float, full: float, none: float) -> Markup:
    """Draw a ratio of CPU times on a log scale, over the zones of full, some and no points."""
    low, high = min(0.3, ratio / 2), max(3 * none, 2 * ratio)

    def place(value: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * math.log(value / low) / math.log(high / low)

    a, b, here = place(full), place(none), place(max(low, ratio))
    text = f"{ratio:.3g} times the reference's CPU time; full points up to {full:g} times, none from {none:g} times"
    parts = [
        _zone(_LEFT, a, _GOOD, "full points"),
        _zone(a, b, _MIDDLE, "some"),
        _zone(b, _RIGHT, _BAD, "none"),
        _label(a, 66, f"{full:g}×"),
        _label(b, 66, f"{none:g}×"),
        f'<path d="M{here:.1f} 26l-7 -10h14z" fill="{_INK}"/>',
        _label(min(max(here, 40), _WIDTH - 40), 10, f"yours: {ratio:.3g}×"),
    ]
    return _svg(72, text, parts)


def _loop(n: int, few: int, many: int) -> Markup:
    """Draw how often a line ran for n and for 2n entries."""
    text = f"the line ran {few} times for {n} and {many} times for {2 * n}"
    longest = max(few, many, 1)
    parts = [
        _bar(0, f"{n}:", few, longest, f"ran {few} times", _BAD),
        _bar(1, f"{2 * n}:", many, longest, f"ran {many} times", _BAD),
    ]
    return _svg(58, text, parts)


def _memory(needed: float, allowed: float) -> Markup:
    """Draw the memory that a call needed beside the limit."""
    text = f"the call needed {needed / 1e6:.3g} MB and may use {allowed / 1e6:.3g} MB"
    longest = max(needed, allowed)
    parts = [
        _bar(0, "yours:", needed, longest, f"{needed / 1e6:.3g} MB", _BAD if needed > allowed else _GOOD),
        _bar(1, "at most:", allowed, longest, f"{allowed / 1e6:.3g} MB", _GOOD),
    ]
    return _svg(58, text, parts)


def _zone(left: float, right: float, color: str, name: str) -> str:
    middle = (left + right) / 2
    zone = f'<rect x="{left:.1f}" y="26" width="{right - left:.1f}" height="24" fill="{color}"/>'
    if right - left <= 8 * len(name):
        return zone
    return zone + _label(middle, 42, name)


def _bar(row: int, name: str, value: float, longest: float, text: str, color: str) -> str:
    top = 6 + 26 * row
    length = 190 * value / longest
    return (
        f'<text x="64" y="{top + 15}" text-anchor="end">{name}</text>'
        f'<rect x="70" y="{top}" width="{length:.1f}" height="20" fill="{color}"/>'
        f'<text x="{76 + length:.1f}" y="{top + 15}">{text}</text>'
    )


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{text}</text>'


def _svg(height: int, text: str, parts: list[str]) -> Markup:
    """Return the SVG; it holds only numbers and fixed words of ours."""
    return Markup(
        f'<svg class="picture" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'aria-label="{text}" font-family="system-ui, sans-serif" font-size="13">{"".join(parts)}</svg>'
    )
