"""Functions of this side that student code may call: those that a test passes to it, and those that are lent to it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.errors import CourseError
from autograder.sandbox.arguments import Refused, cannot_be_given, refuse
from autograder.sandbox.call_failures import CallFailed, CallTimedOut, CodeRaised, ReplyTooLarge
from autograder.sandbox.wire import messages
from autograder.values.kinds import Foreign, FunctionKey, Key
from autograder.values.nodes import WireError
from autograder.values.pack import Packer
from autograder.values.unpack import Unpacker

MOST_CALLBACKS = 1_000_000
MOST_CALLBACK_BYTES = 128 << 20
"""Limit on the bytes that student code passes to functions of one test in all: the test may keep them."""
CALLBACK_BYTES = 64
"""What a call of such a function counts for at least."""
MOST_LENT_BYTES, MOST_LENT_SECONDS = 1 << 30, 60.0
"""What calls of functions that are lent may pass, and take on this side, in one test."""
SENT_BACK_FACTOR, SENT_BACK_BYTES = 4, 1 << 20
"""Limit on the bytes of arrays that student code passes to a test's function or leaves in its own arguments: 4 times
what the test has sent at once, or 1 MB. Nothing else limits what the function computes from them."""

Answer = tuple[messages.CallbackResult, list[np.ndarray]]


class Callbacks:
    """The functions of one test.

    Parameters
    ----------
    refer
        Returns the key of an object that may cross by name, None for any other.
    resolve
        Returns what an object's key stands for.
    answered
        Is told of each function of the test that was called, and of what it returned.
    """

    def __init__(
        self,
        refer: Callable[[object], Key | None],
        resolve: Callable[[Key], Any],
        answered: Callable[[Callable[..., Any], Any], None],
    ) -> None:
        self._refer = refer
        self._resolve = resolve
        self._answered = answered
        self.forget()

    def forget(self) -> None:
        """Forget the functions of a test that is over, and what their calls have cost."""
        self._functions: list[Callable[..., Any]] = []
        self._signatures: dict[int, inspect.Signature] = {}
        self._count = self._bytes = 0
        self._lent_bytes, self._lent_seconds = 0, 0.0

    def key_of(self, function: Callable[..., Any]) -> FunctionKey:
        """Return the key by which student code can call a function until the test is over."""
        self._functions.append(function)
        return FunctionKey(len(self._functions) - 1)

    def answer(
        self,
        callback: messages.Callback,
        payload: np.ndarray,
        bytes_sent: int,
        lent: Mapping[str, Callable[..., Any]],
    ) -> Answer:
        """Carry out a call by student code and return what it is told.

        Parameters
        ----------
        payload
            (bytes,) uint8: the arrays among the arguments.
        bytes_sent
            What the test has sent at once; see `SENT_BACK_FACTOR`.
        lent
            The functions that are lent to the code, by `module.function`.

        Raises
        ------
        ReplyTooLarge, CallTimedOut
            If all such calls together cost more than they may.
        CourseError
            If the test's function returns what cannot be given to student code.
        WireError
            If the call is not as it must be.
        """
        self._count += 1
        if self._count > MOST_CALLBACKS:
            return messages.CallbackResult(error="the function was called too often"), []
        if callback.lent:
            return self._lent(callback, payload, lent)
        if not 0 <= callback.function < len(self._functions):
            return messages.CallbackResult(error="the test that this function belongs to is over"), []
        part = "what the call passes to the function that it was given"
        require_small(len(payload), bytes_sent, part)
        self._bytes += len(payload) + CALLBACK_BYTES
        if self._bytes > MOST_CALLBACK_BYTES:
            raise ReplyTooLarge(f"it takes more than {MOST_CALLBACK_BYTES / 1e6:.0f} MB in all", part)
        function = self._functions[callback.function]
        args, keywords = _arguments(callback, Unpacker(payload, self._resolve))
        packer = Packer(self._refer, refuse)
        try:
            self._signature_of(callback.function).bind(*args, **keywords)
            with np.errstate(all="ignore"):  # what student code passes is no news to who runs this
                value = function(*args, **keywords)
        except Exception as error:  # what student code passed does not fit; it is told so and goes on
            name = type(error).__name__
            return messages.CallbackResult(error=f"the function that you were given raised {name}"), []
        self._answered(function, value)
        try:
            return messages.CallbackResult(value=packer.pack(value)), packer.arrays
        except Refused as error:
            raise cannot_be_given("what the test's function returns", error.value) from None

    def _lent(
        self, callback: messages.Callback, payload: np.ndarray, lent: Mapping[str, Callable[..., Any]]
    ) -> Answer:
        """Carry out a call of a function that is lent to the code."""
        function = lent.get(callback.lent)
        if function is None:
            return messages.CallbackResult(error="this function is not lent here"), []
        self._lent_bytes += len(payload)
        if self._lent_bytes > MOST_LENT_BYTES or self._lent_seconds > MOST_LENT_SECONDS:
            raise CallTimedOut(MOST_LENT_SECONDS)
        args, keywords = _arguments(callback, Unpacker(payload, lambda key: Foreign("object")))
        packer = Packer()
        began = time.monotonic()
        try:
            return messages.CallbackResult(value=packer.pack(function(*args, **keywords))), packer.arrays
        except CodeRaised as error:
            return messages.CallbackResult(error=f"{callback.lent} raised {error.type_name}"), []
        except (CallFailed, CourseError, WireError, TypeError) as error:
            name = type(error).__name__
            return messages.CallbackResult(error=f"{callback.lent} cannot be called so ({name})"), []
        finally:
            self._lent_seconds += time.monotonic() - began

    def _signature_of(self, number: int) -> inspect.Signature:
        """Return the signature of a function that was passed on; finding it out costs more than most calls."""
        if number not in self._signatures:
            self._signatures[number] = inspect.signature(self._functions[number])
        return self._signatures[number]


def _arguments(callback: messages.Callback, unpacker: Unpacker) -> tuple[list[Any], dict[str, Any]]:
    args, keywords = unpacker.unpack(callback.arguments), unpacker.unpack(callback.keywords) or {}
    unpacker.require_all_used()
    if not isinstance(args, list) or not isinstance(keywords, dict):
        raise WireError("malformed arguments of a callback")
    return args, keywords


def require_small(nbytes: int, bytes_sent: int, part: str) -> None:
    """Raise `ReplyTooLarge` if student code sends back far more than it was sent."""
    if nbytes > max(SENT_BACK_FACTOR * bytes_sent, SENT_BACK_BYTES):
        raise ReplyTooLarge(f"it takes more than {SENT_BACK_FACTOR} times what the call was given", part)
