"""What stands for values that do not cross the boundary as they are: foreign values, records, objects of a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


class TooLargeError(ValueError):
    """A value of a library is larger than what is made again of what student code sent; says how large it may be."""


@dataclass(frozen=True)
class Foreign:
    """Stands for a value of another library or class, for example an `np.matrix` or a generator.

    Attributes
    ----------
    type_name
        Dotted name of its type; only letters, digits, dots and underscores.
    numbers
        The plain array inside, for an array of another class; else None.
    parts
        What it consists of, by name, if that can be compared; else None.
    to_rebuild
        What making it again needs besides, as words by name, and no comparison asks for: the dtype of a column.
    """

    type_name: str
    numbers: np.ndarray | None = field(default=None, compare=False, repr=False)
    parts: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    to_rebuild: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


class Record(tuple[Any, ...]):
    """A named tuple: a tuple whose parts have names and can be had as attributes.

    Attributes
    ----------
    type_name
        Dotted name of its class, as of a `Foreign`.
    names
        Of its parts, in order.
    """

    type_name: str
    names: tuple[str, ...]

    def __new__(cls, type_name: str, names: Sequence[str], parts: Sequence[Any]) -> Record:
        """Return a record; each part has a name.

        Raises
        ------
        ValueError
            If it has not, or two have the same.
        """
        if len(set(names)) != len(names) or len(names) != len(parts):
            raise ValueError("the names of a record do not fit its parts")
        self = super().__new__(cls, parts)
        self.type_name, self.names = type_name, tuple(names)
        return self

    def __getattr__(self, name: str) -> Any:
        names = self.__dict__.get("names", ())
        if name not in names:
            raise AttributeError(name)
        return self[names.index(name)]

    def with_parts(self, parts: Sequence[Any]) -> Record:
        """Return a record of the same class with other parts."""
        return Record(self.type_name, self.names, parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return Record, (self.type_name, self.names, tuple(self))


class WorkerObject:
    """Stands for an object that lives in a worker.

    Attributes
    ----------
    type_name
        Name of its class.
    parts
        The fields of a dataclass when it came, by name; None for any other object.
    """

    type_name: str
    parts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ObjectKey:
    """Names an object that lives in the worker, with the name of its class and the fields of a dataclass."""

    number: int
    type_name: str = ""
    parts: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class FunctionKey:
    """Names a function on the sending side that the receiving side may call back."""

    number: int


@dataclass(frozen=True)
class NamedKey:
    """Names a class or function that the student defined, `module.name`, to be passed to student code."""

    name: str


Key = ObjectKey | FunctionKey | NamedKey
