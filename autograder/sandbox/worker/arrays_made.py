"""Makes every array visible that NumPy makes room for, whichever code asks for it.

An array of objects that are rows of another (`rows[:] = list(X)`, then `rows * w`) is gone through in C: NumPy calls
each row's own multiplication, and no Python runs for any. So do `numpy.dot` and `numpy.einsum` of such arrays, an
unpickler that calls what a stream names, and whatever else in C takes functions or objects from student code. Whatever
drives it, work on an array for every example makes an array for every example.

NumPy asks for that room through a table of functions, in which those of this file stand while a call is counted.

Only what writes into the arrays that it is given makes none. NumPy's own arithmetic on objects never does, but that of
a subclass of arrays may, whose `__add__` is `numpy.ndarray.__iadd__`.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import types
from typing import Any

import numpy as np

_POINTER = ctypes.c_void_p
_TABLE = ("numpy._core._multiarray_umath", "_ARRAY_API")
"""Where NumPy keeps the functions and objects of its C interface."""
_USUAL_HANDLER = 306
"""Which of them is `PyDataMem_DefaultHandler`: it is part of the binary interface and does not move."""
_NAME, _VERSION = b"default_allocator", 1
_IN_C = (
    types.BuiltinFunctionType,
    types.ClassMethodDescriptorType,
    types.MethodDescriptorType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    functools.partial,
    np.ufunc,
    staticmethod,
    classmethod,
)
_MADE_BY_PYTHON = 1 << 9
"""A flag of types that no library in C brings."""
_ATTRIBUTES: Any = type.__dict__["__dict__"]
"""Reads the attributes of a class; its metaclass may be a student's."""


def has_arrays_with_functions_in_c() -> bool:
    """Return whether Python code has made a subclass of arrays that gets a method from a function in C."""
    waiting, seen = [np.ndarray], set[int]()
    while waiting:
        for kind in type.__subclasses__(waiting.pop()):
            if id(kind) not in seen:
                seen.add(id(kind))
                waiting.append(kind)
                if kind.__flags__ & _MADE_BY_PYTHON and _gets_a_function_in_c(kind):
                    return True
    return False


def _gets_a_function_in_c(kind: type) -> bool:
    for value in _ATTRIBUTES.__get__(kind).values():
        wrapped = value.__func__ if type(value) in (staticmethod, classmethod) else value
        if type(wrapped) in _IN_C:
            return True
    return False


class _Functions(ctypes.Structure):
    _fields_ = [(name, _POINTER) for name in ("context", "malloc", "calloc", "realloc", "free")]


class _Handler(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char * 127), ("version", ctypes.c_uint8), ("functions", _Functions)]


def _usual_functions() -> _Functions | None:
    """Return NumPy's own table of functions, or None where it is not what is known of it."""
    if sys.implementation.name != "cpython":
        return None
    module, name = _TABLE
    table = getattr(sys.modules.get(module), name, None)
    if table is None:
        return None
    within: Any = ctypes.PYFUNCTYPE(_POINTER, ctypes.py_object, ctypes.c_char_p)
    pointer_in = within(("PyCapsule_GetPointer", ctypes.pythonapi))
    try:
        pointers = ctypes.cast(pointer_in(table, None), ctypes.POINTER(_POINTER))
        capsule = ctypes.cast(pointers[_USUAL_HANDLER] or 0, ctypes.POINTER(ctypes.py_object))[0]
        handler = _Handler.from_address(pointer_in(capsule, b"mem_handler"))
    except ValueError:
        return None
    return handler.functions if (handler.name, handler.version) == (_NAME, _VERSION) else None


class ArraysMade:
    """Runs a function of Python's for each array that is made between `start` and `stop`.

    They say nothing themselves: whoever follows what Python runs sees them called, by the frame that makes the array.
    Where NumPy's table is not what is known of it, none run.

    Attributes
    ----------
    makers
        The functions.
    """

    makers: tuple[Any, ...] = ()

    def __init__(self) -> None:
        self._functions = _usual_functions()
        if self._functions is None:
            return
        size = ctypes.c_size_t
        # As functions of Python's, they keep its lock; whoever asks for room may have given it back.
        for_one, for_many = [_POINTER, size], [_POINTER, size, size]
        functions = self._functions
        malloc = ctypes.PYFUNCTYPE(_POINTER, *for_one)(functions.malloc or 0)
        calloc = ctypes.PYFUNCTYPE(_POINTER, *for_many)(functions.calloc or 0)

        def make(context: int | None, nbytes: int) -> int | None:
            return malloc(context, nbytes)  # type: ignore[no-any-return]

        def make_empty(context: int | None, number: int, nbytes: int) -> int | None:
            return calloc(context, number, nbytes)  # type: ignore[no-any-return]

        self.makers = (make, make_empty)
        # Kept, for NumPy refers to them by address alone.
        self._kept = (
            ctypes.CFUNCTYPE(_POINTER, *for_one)(make),
            ctypes.CFUNCTYPE(_POINTER, *for_many)(make_empty),
        )
        self._usual = functions.malloc, functions.calloc
        self._telling = tuple(ctypes.cast(function, _POINTER).value for function in self._kept)

    def start(self) -> None:
        """Have the functions run."""
        if self._functions is not None:
            self._functions.malloc, self._functions.calloc = self._telling

    def stop(self) -> bool:
        """Have them run no more; return whether they have run for all."""
        if self._functions is None:
            return True
        untouched = (self._functions.malloc, self._functions.calloc) == self._telling
        self._functions.malloc, self._functions.calloc = self._usual
        return untouched
