"""Makes what a test asks of its fixtures again without running the test, which asks the same of every hand-in.

Drawing inputs and working out what is expected of them is most of what a test of values costs the grader.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec
import numpy as np

from autograder.values.nodes import WireError
from autograder.values.pack import Packer

ASKED = frozenset({"compare", "expect", "unchanged"})
"""Fixtures that return nothing: as long as they raise nothing, a test asks the same of every hand-in."""
DRAWN_FROM = frozenset({"rng"})
"""What else such a test may use; it gives the same in every run."""
MOST_BYTES = 1 << 20
"""Of arrays that are kept for a test."""
_PLAIN = (bool, int, float, complex, str, bytes, type(None), np.number, np.bool_)


@dataclass(frozen=True)
class _Asked:
    """What a test asked a fixture."""

    fixture: str
    args: tuple[Any, ...]
    keywords: Mapping[str, Any]


class Repeated:
    """What a test asks, known after two whole runs in which that was the same.

    Two, because a test may draw from something that goes on from run to run.

    Parameters
    ----------
    fixtures
        The names of those that the test uses.
    parameters
        The values of its own parameters, by name.
    """

    def __init__(self, fixtures: frozenset[str], parameters: Mapping[str, object]) -> None:
        self._may_be_known = fixtures <= ASKED | DRAWN_FROM and _is_plain(dict(parameters))
        self._first_time = b""
        self._asked: list[_Asked] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the test need not run any more."""
        return self._asked is not None

    def ask(self, function: Callable[..., object], made: Callable[[str], Any], names: Iterable[str]) -> None:
        """Ask all of it, as the test would.

        Parameters
        ----------
        made
            Returns a fixture by its name; the `names` are those that the test uses.
        """
        fixtures = {name: made(name) for name in names if name in ASKED}
        for number, asked in enumerate(self._asked or ()):
            try:
                fixtures[asked.fixture](*asked.args, **asked.keywords)
            except Exception as error:
                # What becomes of it is for the test to say, which may catch it and go on.
                answered = _Answered(number, error)
                function(
                    **{it: answered.fixture(fixtures[it]) if it in fixtures else made(it) for it in names}
                )
                return

    def run(self, function: Callable[..., object], fixtures: Mapping[str, Any]) -> None:
        """Run the test, which is given its fixtures, and note what it asks."""
        if not self._may_be_known:
            function(**fixtures)
            return
        noted: list[_Asked] = []
        heard = {name: _Heard(name, it, noted) if name in ASKED else it for name, it in fixtures.items()}
        function(**heard)
        # A run that ends early, because the hand-in is wrong, does not come here.
        digest = _digest_of(noted)
        if digest and digest == self._first_time:
            self._asked = noted
        elif not digest or self._first_time:
            self._may_be_known = False
        self._first_time = digest


class _Answered:
    """What the first questions of a run are known to have come to: nothing, and then an exception."""

    def __init__(self, passed: int, error: Exception) -> None:
        self._passed = passed
        self._error = error
        self._asked = 0

    def fixture(self, fixture: Callable[..., object]) -> Callable[..., object]:
        """Return a fixture that answers so, and asks the fixture itself afterwards."""

        def ask(*args: Any, **keywords: Any) -> object:
            self._asked += 1
            if self._asked <= self._passed:
                return None
            if self._asked == self._passed + 1:
                raise self._error
            return fixture(*args, **keywords)

        return ask


class _Heard:
    """A fixture that notes what it is asked."""

    def __init__(self, name: str, fixture: Any, noted: list[_Asked]) -> None:
        self._name = name
        self._fixture = fixture
        self._noted = noted

    def __call__(self, *args: Any, **keywords: Any) -> object:
        self._noted.append(_Asked(self._name, _own(args), _own(keywords)))
        try:
            return self._fixture(*args, **keywords)
        except BaseException:
            self._note_unknown()  # a test that goes on may ask something else than where all is right
            raise

    def __getattr__(self, name: str) -> object:
        """Return an attribute of the fixture; what a test does with that is not known."""
        self._note_unknown()
        return getattr(self._fixture, name)

    def _note_unknown(self) -> None:
        self._noted.append(_Asked(self._name, (self._fixture,), {}))


def _own(value: Any) -> Any:
    """Return a copy of plain values that nobody changes any more, for it serves every hand-in; others as they are."""
    kind = type(value)
    if kind in (list, tuple):
        return kind(map(_own, value))
    if kind is dict:
        return {key: _own(part) for key, part in value.items()}
    if kind is np.ndarray and not value.dtype.hasobject:
        value = copy.copy(value)
        value.flags.writeable = False
    return value


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind in (list, tuple):
        return all(map(_is_plain, value))
    if kind is dict:
        return all(map(_is_plain, (*value, *value.values())))
    return (kind is np.ndarray and not value.dtype.hasobject) or isinstance(value, _PLAIN)


def _digest_of(noted: list[_Asked]) -> bytes:
    """Return a hash of all that was asked; empty if it holds more than plain values, or is large."""
    whole = [(it.fixture, it.args, dict(it.keywords)) for it in noted]
    if not whole or not _is_plain(whole):
        return b""
    packer = Packer(_refuse)
    try:
        node = packer.pack(whole)
    except WireError:
        return b""
    if packer.nbytes > MOST_BYTES:
        return b""
    digest = hashlib.sha256(msgspec.msgpack.encode(node))
    for array in packer.arrays:
        digest.update(array.reshape(-1).view("u1").data)
    return digest.digest()


def _refuse(value: object) -> NoReturn:
    raise WireError(f"{type(value).__name__} is no plain value")
