"""Walks lists, tuples, dictionaries and what is made of named parts, whatever they hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from autograder.values.kinds import Foreign, Record, WorkerObject


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """Return the value with `change` applied to everything in its containers, whose structure stays."""
    if type(value) in (list, tuple):
        return type(value)(mapped(change, part) for part in value)
    if type(value) in (dict, OrderedDict):
        return type(value)((key, mapped(change, part)) for key, part in value.items())
    if type(value) is Record:
        return value.with_parts([mapped(change, part) for part in value])
    if type(value) is Foreign and value.parts is not None:
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
    ours, theirs = _parts_of(left), _parts_of(right)
    if ours is not None and theirs is not None:
        return left.type_name == right.type_name and agree(same, dict(ours), dict(theirs))
    return same(left, right)


def _parts_of(value: Any) -> Mapping[str, Any] | None:
    """Return the named parts of a foreign value or of an object, None for any other."""
    return value.parts if isinstance(value, (Foreign, WorkerObject)) else None
