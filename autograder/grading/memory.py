"""The fixture `memory`: the peak memory of a call, held against what the reference needs for the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.trial import Finding, NotPassed, Target, Trial, prepared_call, returned
from autograder.grading.values import require_same
from autograder.grading.verdict import Kind
from autograder.sandbox.measuring import peak_memory

SMALLEST_BYTES = 1e6
"""Needs below this are not told apart: they are a few pages more or less."""


@dataclass(frozen=True)
class Memory:
    """The fixture `memory`."""

    trial: Trial

    def __call__(
        self,
        target: Target,
        generate: Callable[[tuple[int, ...], np.random.Generator], Sequence[Any]],
        small: tuple[int, ...] = (40, 400, 300),
        full: tuple[int, ...] = (500, 5000, 3072),
        at_most: float = 4.0,
        names: Sequence[str] = (),
    ) -> None:
        """Require right values and peak memory of at most `at_most` times the reference's.

        Where the reference needs less than the inputs take, or than a megabyte, that stands for its need.

        Parameters
        ----------
        target
            `module.function`, or a script that returns a bound call.
        generate
            `(sizes, rng) -> arguments`.
        small, full
            Sizes that are measured, and those of the question, to which the need is extrapolated: what is
            too much on the small case is taken to be an array with one entry for every combination of them.
        """
        args = tuple(generate(small, self.trial.rng))
        reference, student = self.trial.reference, self.trial.student
        assert reference is not None
        allowed, expected = peak_memory(lambda: prepared_call(reference, target, args))
        needed, got = peak_memory(lambda: prepared_call(student, target, args))
        require_same(self.trial, returned(expected), got, names)
        inputs = sum(value.nbytes for value in args if isinstance(value, np.ndarray))
        most = at_most * max(allowed, inputs, SMALLEST_BYTES)
        self.trial.measured.update(bytes=needed, bytes_allowed=most)
        if needed <= most:
            return
        growth = math.prod(full) / math.prod(small)
        message = (
            f"the call needs {in_units(needed)} on a case of {_product(small)}, where the reference needs "
            f"{in_units(allowed)}: that is {in_units(needed * growth)} at the size of this question, {_product(full)}"
        )
        raise NotPassed(Finding(Kind.OUT_OF_MEMORY, message))


def _product(sizes: tuple[int, ...]) -> str:
    return " × ".join(map(str, sizes))


def in_units(count: float) -> str:
    """Return a number of bytes with three digits at most and a unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
