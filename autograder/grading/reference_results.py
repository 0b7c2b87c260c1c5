"""What the reference gives for arguments that are the same for every hand-in, asked for once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.code import Code
from autograder.sandbox.replies import Returned
from autograder.values.nodes import WireError
from autograder.values.pack import Packer

MOST_BYTES = 1 << 20
"""Of arguments; larger ones belong to tests that measure, whose inputs are each hand-in's own."""
MOST_RESULTS = 1_000


class ReferenceResults:
    """The results of a grader's reference, and of its versions that follow another convention.

    Only functions of files are asked, which give the same for the same arguments, whoever handed in what; a call with
    functions or objects of workers is made each time.
    """

    def __init__(self) -> None:
        self._results: OrderedDict[bytes, Returned] = OrderedDict()

    def outcome(
        self, code: Code, target: str, args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Returned | CodeRaised:
        """Return what a call of the reference ends in.

        Raises
        ------
        CallFailed
            If that is neither a value nor an exception.
        """
        key = _key_of(code.space, target, args, keywords)
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key]
        outcome = code.bind(target, *args, **keywords).value_or_exception()
        if key and isinstance(outcome, Returned):
            self._results[key] = outcome
            if len(self._results) > MOST_RESULTS:
                self._results.popitem(last=False)
        return outcome


def _key_of(space: str, target: str, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> bytes:
    """Return a hash of a call, nothing if it depends on more than these values."""
    packer = Packer(lost=_refuse)
    try:
        node = packer.pack((space, target, args, dict(keywords)))
    except WireError:
        return b""
    if packer.nbytes > MOST_BYTES:
        return b""
    digest = hashlib.blake2b(msgspec.msgpack.encode(node), digest_size=16)
    for array in packer.arrays:
        digest.update(array.reshape(-1).view("u1").data)
    return digest.digest()


def _refuse(value: object) -> NoReturn:
    raise WireError(f"{type(value).__name__} is no plain value")
