"""Takes results apart into terms that are explained one by one: the parts of a result, and what a switch adds to each.

A loss and its gradient are two parts. Where a parameter switches a term on (a penalty's factor, say; the
assignment names such parameters), the same call with it switched off parts the term from the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.explain.closed_forms import Sample
from autograder.grading.trial import Compared
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Code
from autograder.values.other_types import in_types_of

Numbers = Mapping[str, tuple[np.ndarray, float]]
"""By the name of a term: its numbers, and the largest absolute value among those that they were computed from."""


@dataclass(frozen=True)
class Switched:
    """A compared value, and what the same call gives with its switch off.

    Attributes
    ----------
    on, off
        The values; `off` is None where the call has no switch that is on.
    switch
        The parameter, if the call has one.
    setting
        What switches it off.
    """

    names: tuple[str, ...]
    on: Any
    off: Any
    switch: str
    setting: float

    def terms(self) -> Numbers | None:
        """Return the terms of the value, None if it is not made of numbers."""
        on = _parts(self.names, self.on)
        if on is None or not self.switch:
            return None if on is None else {name: (part, _largest(part)) for name, part in on.items()}
        at = f" at {self.switch} = {self.setting:g}"
        if self.off is None:
            return {f"{name}{at}": (part, _largest(part)) for name, part in on.items()}
        off = _parts(self.names, self.off)
        if off is None or any(off[name].shape != part.shape for name, part in on.items()):
            return None
        terms = {f"{name}{at}": (part, _largest(part)) for name, part in off.items()}
        for name, part in on.items():
            scale = max(_largest(part), _largest(off[name]))
            with np.errstate(invalid="ignore"):  # inf - inf
                terms[f"what {self.switch} adds to {name}"] = part - off[name], scale
        return terms


def _parts(names: Sequence[str], value: Any) -> dict[str, np.ndarray] | None:
    """Return the named parts of a value as arrays of float64, None if any is something else."""
    values = value if isinstance(value, (tuple, list)) else (value,)
    names = names or (("the result",) if not isinstance(value, (tuple, list)) else ())
    if len(values) != len(names):
        return None
    parts = {name: _numbers(part) for name, part in zip(names, values, strict=True)}
    return None if any(part is None for part in parts.values()) else parts  # type: ignore[return-value]


def _numbers(value: Any) -> np.ndarray | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.generic, np.ndarray)):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "fiu" and array.size else None


def _largest(numbers: np.ndarray) -> float:
    finite = numbers[np.isfinite(numbers)]
    return float(np.abs(finite).max(initial=0.0))


class Terms:
    """The terms of what one function returned, test by test, for any code that the tests ran on.

    Parameters
    ----------
    compared
        What was compared in each test of the hand-in, by the test's id.
    switches
        Parameters that switch a term on, with what switches each off.
    """

    def __init__(self, compared: Mapping[str, Compared], switches: Mapping[str, float]) -> None:
        self._compared = compared
        self._switches = switches

    def of(self, code: Code, values: Mapping[str, Any]) -> dict[str, Numbers] | None:
        """Return the terms that some code gives in each test, None if in any it gives no numbers.

        Parameters
        ----------
        code
            Is called again with switches off.
        values
            What it returned in each test.
        """
        terms = {}
        for test, compared in self._compared.items():
            try:
                found = self._switched(code, compared, values[test]).terms()
            except CallFailed:
                return None
            if found is None:
                return None
            terms[test] = found
        return terms

    def _switched(self, code: Code, compared: Compared, on: Any) -> Switched:
        for switch, setting in self._switches.items():
            given = compared.arguments.get(switch)
            if compared.call is None or not isinstance(given, (int, float)):
                continue
            off = None
            if given != setting:
                arguments = {**compared.arguments, switch: setting}
                off = in_types_of(on, code.call(compared.call.name, *arguments.values()))
            return Switched(compared.names, on, off, switch, setting)
        return Switched(compared.names, on, None, "", 0.0)

    def samples(
        self, right: Mapping[str, Numbers], wrong: Mapping[str, Numbers]
    ) -> dict[str, dict[str, Sample]] | None:
        """Return the samples of each term by test, None where the two differ in shape."""
        samples: dict[str, dict[str, Sample]] = {}
        for test, terms in right.items():
            if terms.keys() != wrong[test].keys():
                return None
            for name, (numbers, scale) in terms.items():
                got, own_scale = wrong[test][name]
                if got.shape != numbers.shape:
                    return None
                compared = self._compared[test]
                # Numbers that are written out in a test may be rounded by as much as it allows.
                allowed = compared.atol + compared.rtol * scale
                sample = Sample(numbers, got, compared.arguments, max(scale, own_scale), allowed)
                samples.setdefault(name, {})[test] = sample
        return samples
