"""Reads CIFAR-10's pickled batches without running anything that a pickle may ask for.

A pickle is a program: it names functions and has them called. Here, the few names that a batch of images
needs become inert records, which only note their arguments; any other name ends the reading. The pixels are
then taken from the records, once their type, shape and size have been checked.
"""

import io
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kit.data.examples import DataError


class _Forbidden(pickle.UnpicklingError):
    """The pickle names something that no batch of images needs."""


class _Record:
    """Notes what the pickle would have NumPy do."""

    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state


class _Array(_Record):
    """An array by its state: (version, shape, type, column order, bytes)."""


class _Buffer(_Record):
    """An array by its arguments, as pickle protocol 5 has it: (bytes, type, shape, order)."""


class _Type(_Record):
    """An element type, as in `dtype("u1")`."""


class _Octets(_Record):
    """Bytes, which Python 3 writes into old pickles as text to be encoded."""

    def __new__(cls, text: str, encoding: str) -> Any:
        return text.encode("latin-1")


_ADMITTED: dict[tuple[str, str], type[_Record]] = {
    ("numpy", "ndarray"): _Record,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _Octets,
}
for _package in ("numpy.core", "numpy._core"):  # before and since NumPy 2
    _ADMITTED[f"{_package}.multiarray", "_reconstruct"] = _Array
    _ADMITTED[f"{_package}.numeric", "_frombuffer"] = _Buffer


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[_Record]:
        if (module, name) not in _ADMITTED:
            raise _Forbidden(f"{module}.{name}")
        return _ADMITTED[module, name]


def read_batch(content: bytes, where: str) -> tuple[NDArray[np.uint8], list[int]]:
    """Return the pixels and labels of one pickled batch.

    Parameters
    ----------
    content : bytes
        The pickle: a dictionary with the keys `data` and `labels`, as bytes or text.
    where : str
        Names the file in errors.

    Returns
    -------
    pixels : (N, 3072) uint8 array
        Read-only; each row holds the red, the green and the blue plane.
    labels : list of N int

    Raises
    ------
    DataError
        If the pickle is broken, names anything but NumPy's array constructors, or holds something else.
    """
    batch = _unpickled(content, where)
    try:
        entries = {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}
        pixels, labels = _pixels(entries["data"]), entries["labels"]
        if not isinstance(labels, list) or not all(type(label) is int for label in labels):
            raise ValueError("the labels are not a list of integers")
        if len(labels) != len(pixels):
            raise ValueError(f"there are {len(pixels)} images but {len(labels)} labels")
    except KeyError as error:
        raise DataError(f"{where} is not a CIFAR-10 batch: it has no {error}.") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise DataError(f"{where} is not a CIFAR-10 batch: {error}.") from error
    return pixels, labels


def _unpickled(content: bytes, where: str) -> Any:
    try:
        return _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except _Forbidden as error:
        raise DataError(
            f"{where} asks for '{error}', which no batch of images needs: "
            "nothing of it was run, and it should not be opened."
        ) from error
    except Exception as error:  # a broken pickle may raise anything at all
        raise DataError(f"{where} is not a whole pickle, cut short or corrupt: download it again.") from error


def _pixels(record: object) -> NDArray[np.uint8]:
    if isinstance(record, _Array) and isinstance(record.state, tuple) and len(record.state) == 5:
        _, shape, kind, by_columns, octets = record.state
    elif isinstance(record, _Buffer) and len(record.arguments) == 4:
        octets, kind, shape, order = record.arguments
        by_columns = order == "F"
    else:
        raise ValueError("its data are not an array")
    if not isinstance(kind, _Type) or kind.arguments[:1] not in ((b"u1",), ("u1",), (b"|u1",), ("|u1",)):
        raise ValueError("its pixels are not of type uint8")
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] != 3072:
        raise ValueError("its array is not of shape (N, 3072)")
    if not isinstance(octets, bytes | bytearray) or len(octets) != shape[0] * 3072:
        raise ValueError("its pixels are incomplete")
    return np.frombuffer(octets, np.uint8).reshape(shape, order="F" if by_columns else "C")
