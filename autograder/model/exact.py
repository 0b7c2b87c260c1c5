"""Points are fractions: how they are read from what people write, and how they stay exact in files."""

from __future__ import annotations

import re
from fractions import Fraction

# Only short plain forms: Fraction("1e999999999") would compute for minutes.
_POINTS = re.compile(r"\d{1,6}(/(?!0+$)\d{1,6}|\.\d{1,6})?")
_EXACT = re.compile(r"-?\d{1,99}(/[1-9]\d{0,99})?")


def read_points(text: str) -> Fraction | None:
    """Return a number that is not negative, such as `7`, `7.5` or `7/2`; None if `text` is malformed."""
    return Fraction(text) if _POINTS.fullmatch(text) else None


def decoded(wanted: type, value: object) -> Fraction:
    """Return what `enc_hook=str` made text of; msgspec's `dec_hook`.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if wanted is Fraction and isinstance(value, str) and _EXACT.fullmatch(value):
        return Fraction(value)
    raise ValueError(f"{wanted.__name__} is not exact points")
