"""Walks lists, tuples and dictionaries, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """Return the value with `change` applied to everything in its containers, whose structure stays."""
    if type(value) in (list, tuple):
        return type(value)(mapped(change, part) for part in value)
    if type(value) is dict:
        return {key: mapped(change, part) for key, part in value.items()}
    return change(value)


def agree(same: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Return whether two values have the same structure and `same` holds for everything in their containers.

    A list and a tuple count as the same structure, and so do dictionaries with equal keys.
    """
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(agree(same, *pair) for pair in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(agree(same, left[key], right[key]) for key in left)
    return same(left, right)
