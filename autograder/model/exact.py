"""Points are fractions: how they are read from what people write, and how they stay exact in files."""

from __future__ import annotations

import functools
import re
from fractions import Fraction

# Only short plain forms: Fraction("1e999999999") would compute for minutes.
_POINTS = re.compile(r"\d{1,6}(/(?!0+$)\d{1,6}|\.\d{1,6})?")
_ROUNDED = re.compile(r"\d{1,6}\.(\d{7,20})")
HALF = Fraction(1, 2)
"""Students read points in multiples of this, unless a question says otherwise."""
MOST_OF_A_POINT = 12
"""Of a point cut into more parts than this nobody reads a fraction."""
_EXACT = re.compile(r"-?\d{1,99}(/[1-9]\d{0,99})?")


def read_points(text: str) -> Fraction | None:
    """Return a number that is not negative, such as `7`, `7.5` or `7/2`; None if `text` is malformed."""
    return Fraction(text) if _POINTS.fullmatch(text) else None


def read_rounded_points(text: str) -> Fraction | None:
    """Return what `read_points` does, and of a long decimal such as `0.3333333` the fraction that it stands for.

    It stands for a fraction of at most `MOST_OF_A_POINT` parts that is the same decimal, rounded or cut off.
    """
    rounded = _ROUNDED.fullmatch(text)
    if rounded is None:
        return read_points(text)
    written = Fraction(text)
    fraction = written.limit_denominator(MOST_OF_A_POINT)
    return fraction if abs(fraction - written) < Fraction(1, 10 ** len(rounded[1])) else None


def decoded(wanted: type, value: object) -> Fraction:
    """Return what `enc_hook=str` made text of; msgspec's `dec_hook`.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if wanted is Fraction and isinstance(value, str) and _EXACT.fullmatch(value):
        return _fraction(value)
    raise ValueError(f"{wanted.__name__} is not exact points")


@functools.lru_cache(1024)  # a class has a few different numbers of points, ten thousands of times
def _fraction(text: str) -> Fraction:
    return Fraction(text)
