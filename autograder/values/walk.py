"""Walks lists, tuples, dictionaries and what is made of named parts, whatever they hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.values.kinds import Foreign, Record, WorkerObject


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """Return the value with `change` applied to everything in its containers, whose structure stays."""
    kind = type(value)
    if kind is list or kind is tuple:
        return kind([mapped(change, part) for part in value])
    if kind is dict or kind is OrderedDict:
        return kind([(key, mapped(change, part)) for key, part in value.items()])
    if kind is Record:
        return value.with_parts([mapped(change, part) for part in value])
    if kind is Foreign and value.parts is not None:
        return replace(value, parts={name: mapped(change, part) for name, part in value.parts.items()})
    return change(value)


def agree(same: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Return whether two values have the same structure and `same` holds for everything in their containers.

    A list and a tuple count as the same structure, and so do dictionaries with equal keys.
    """
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(agree(same, *pair) for pair in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(agree(same, left[key], right[key]) for key in left)
    if isinstance(left, (Foreign, WorkerObject)) and isinstance(right, (Foreign, WorkerObject)):
        ours, theirs = left.parts, right.parts
        if ours is not None and theirs is not None:
            return left.type_name == right.type_name and agree(same, dict(ours), dict(theirs))
    return same(left, right)
