"""What the reference makes of the probes of a ladder, which all hand-ins share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from autograder.grading.explain.allowance import Stopped
from autograder.grading.explain.outcomes import Outcome, is_the_same, state
from autograder.grading.explain.probes import CONFIRMING_DRAW, DRAWS, Probe, design, off_level, probe_of
from autograder.grading.findings import exception_name
from autograder.grading.ladder import Amount, Case, Ladder, Switch
from autograder.grading.trial import computed_with, prepared
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Call, Code
from autograder.sandbox.replies import Returned
from autograder.values.same import same
from autograder.values.walk import agree

T = TypeVar("T")
Change = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Makes other arguments of some, by name; None where that cannot be done."""

MOST_TOGETHER, MOST_BYTES_TOGETHER = 32, 1 << 20
"""Calls that are made in one exchange, and the bytes of their arguments."""
FIRST_ASKED = 16
"""Probes that show whether the hand-in is fast enough for all of them."""
FURTHER = 30
"""Further probes that may contradict what is said of a result as a whole."""


@dataclass
class Inputs:
    """The arguments of probes, worked out once for a class, and what trusted code makes of them.

    Parameters
    ----------
    ladder
        Where they come from.
    function
        What is called.
    """

    ladder: Ladder
    function: str
    _arguments: dict[Probe, dict[str, Any] | None] = field(default_factory=dict)
    _trusted: dict[tuple[str, Probe], Outcome | None] = field(default_factory=dict)
    _matters: dict[tuple[str, Probe, str, str], bool] = field(default_factory=dict)
    _ordinary: dict[Probe, bool] = field(default_factory=dict)
    _shared: dict[Hashable, Any] = field(default_factory=dict)
    _changes: dict[Hashable, Change] = field(default_factory=dict)

    @functools.cached_property
    def design(self) -> Sequence[Probe]:
        """The probes of both draws."""
        return [probe for draw in DRAWS for probe in design(self.ladder, draw)]

    @functools.cached_property
    def first(self) -> Sequence[Probe]:
        """Those of the design that are asked first: a few in which every knob takes as many of its values as can be."""
        off = {name: it.off for name, it in self.ladder.all_of(Switch).items()}
        values = {
            probe: {(name, value != off[name] if name in off else value) for name, value in probe.settings}
            for probe in self.design
            if self.arguments(probe) is not None
        }
        found, seen = list[Probe](), set[tuple[str, Any]]()
        while values and len(found) < FIRST_ASKED:
            most = max(values, key=lambda it: len(values[it] - seen))
            found.append(most)
            seen |= values.pop(most)
        return found

    @functools.cached_property
    def further(self) -> Sequence[Probe]:
        """Probes of another draw; their sizes need be no levels."""
        rng = np.random.default_rng(CONFIRMING_DRAW)
        settings = [off_level(self.ladder, rng) for _ in range(FURTHER)]
        return [probe_of(it, CONFIRMING_DRAW, 3000 + number) for number, it in enumerate(settings)]

    def shared(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what is the same for a whole class, which is found out once; the key says what it is."""
        if key not in self._shared:
            self._shared[key] = find()
        found: T = self._shared[key]
        return found

    def is_ordinary(self, probe: Probe) -> bool:
        """Return whether a probe has no special case, and the usual amounts."""
        if probe not in self._ordinary:
            self._ordinary[probe] = not any(probe[it] for it in self.ladder.all_of(Case)) and all(
                probe[name] == amount.base for name, amount in self.ladder.all_of(Amount).items()
            )
        return self._ordinary[probe]

    def changed(self, probe: Probe, key: Hashable, change: Change) -> Probe:
        """Return the probe whose arguments are changed; the key says how, so that it is done once."""
        self._changes.setdefault(key, change)
        return replace(probe, change=key)

    def arguments(self, probe: Probe) -> dict[str, Any] | None:
        """Return the arguments of a probe, None where there are none."""
        if probe not in self._arguments:
            if probe.change == "":
                arguments = self.ladder.inputs(dict(probe.settings), probe.seed)
            else:
                unchanged = self.arguments(replace(probe, change=""))
                arguments = None if unchanged is None else self._changes[probe.change](unchanged)
            self._arguments[probe] = arguments
        return self._arguments[probe]

    def changed_by(self, one: Probe, other: Probe) -> int:
        """Return in how many arguments two probes that have some differ."""
        left, right = self.arguments(one), self.arguments(other)
        assert left is not None and right is not None
        return sum(not agree(same, left[name], right[name]) for name in left)

    def matters(self, code: Code, probe: Probe, knob: str, part: str) -> bool:
        """Return whether a switch that is on makes a difference to a part of what the reference, or a variant, gives.

        Where other arguments are drawn with it than without, so that both give the same in the end, it does.
        """
        key = code.space, probe, knob, part
        if key not in self._matters:
            switch = self.ladder.knobs[knob]
            assert isinstance(switch, Switch)
            turned_off = probe.with_(**{knob: switch.off})
            off, on = (self.trusted(code, it) for it in (turned_off, probe))
            self._matters[key] = (
                off is not None
                and on is not None
                and (state(off, on, part) != "right" or self.changed_by(turned_off, probe) > 1)
            )
        return self._matters[key]

    def ask_without(self, code: Code, probes: Iterable[Probe], knobs: Iterable[str]) -> None:
        """Find out what makes a difference to the reference where switches are on: together, which costs less."""
        switches = self.ladder.all_of(Switch)
        on = [(it, knob) for it in probes for knob in knobs if it[knob] != switches[knob].off]
        both = [side for it, knob in on for side in (it, it.with_(**{knob: switches[knob].off}))]
        self.ask_trusted(code, both)

    def trusted(self, code: Code, probe: Probe) -> Outcome | None:
        """Return what the reference, or a variant of it, makes of a probe; None where it has no arguments."""
        try:
            return self._trusted[code.space, probe]
        except KeyError:
            self.ask_trusted(code, [probe])
        return self._trusted[code.space, probe]

    def ask_trusted(self, code: Code, probes: Iterable[Probe]) -> None:
        """Find out what the reference makes of probes, as far as that is not known."""
        new = [it for it in dict.fromkeys(probes) if (code.space, it) not in self._trusted]
        arguments = {it: self.arguments(it) for it in new}
        self._trusted |= {(code.space, it): None for it in new if arguments[it] is None}
        asked = {it: given for it in new if (given := arguments[it]) is not None}
        for together in in_batches(list(asked.items())):
            outcomes = self._trusted_outcomes(code, [given for _, given in together])
            self._trusted |= {(code.space, it): got for (it, _), got in zip(together, outcomes, strict=True)}

    def differing(self, code: Code, other: Code, probes: Sequence[Probe]) -> Sequence[tuple[Probe, str]]:
        """Return where the reference and a variant of it do not give the very same part of a result, once for a class.

        Parameters
        ----------
        probes
            The design, of which it is asked always: those that have arguments.
        """

        def find() -> list[tuple[Probe, str]]:
            self.ask_trusted(other, probes)
            found = []
            for probe in probes:
                one, two = self.trusted(code, probe), self.trusted(other, probe)
                assert one is not None and two is not None
                found += [(probe, part) for part in self.ladder.parts if not is_the_same(one, two, part)]
            return found

        return self.shared(("differing", code.space, other.space), find)

    def trusted_again(self, code: Code, probe: Probe) -> Outcome:
        """Return what the reference, or a variant of it, makes of a probe that has arguments now."""
        arguments = self.arguments(probe)
        assert arguments is not None
        (again,) = self._trusted_outcomes(code, [arguments])
        return again

    def _trusted_outcomes(self, code: Code, all_arguments: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        try:
            return self.outcomes(self.prepared(code), all_arguments)
        except CallFailed as failure:
            raise Stopped from failure
        finally:
            code.forget()

    def outcomes(self, code: Code, all_arguments: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Return what calls of prepared code with these arguments give, made one after the other.

        Raises
        ------
        CallFailed
            Where one ends in neither a value nor an exception.
        """
        found: list[Outcome | None] = [None] * len(all_arguments)
        waiting: list[tuple[int, Call]] = []
        for number, arguments in enumerate(all_arguments):
            exchanges = code.host.exchanges
            try:
                call = prepared(code, self.ladder.target, (self.function, *arguments.values()), {})
            except CodeRaised as error:
                found[number] = self._outcome(code, error, arguments)
                continue
            if not isinstance(call, Call):
                found[number] = self._outcome(code, Returned(call, {}), arguments)
            elif call.code is code and code.host.exchanges == exchanges:
                waiting.append((number, call))
            else:
                # What the ladder's script has asked for belongs to this call, and may not outlive another one.
                found[number] = self._outcome(code, call.value_or_exception(), arguments)
        came = code.outcomes([call for _, call in waiting])
        for (number, _), outcome in zip(waiting, came, strict=True):
            found[number] = self._outcome(code, outcome, all_arguments[number])
        return [it for it in found if it is not None]

    def prepared(self, code: Code) -> Code:
        """Return the code that is called: with the ladder's stand-ins, which last until the process ends."""
        return code if self.ladder.prepare is None else self.ladder.prepare(code)

    def _outcome(self, code: Code, result: Returned | CodeRaised, arguments: Mapping[str, Any]) -> Outcome:
        parts = self.ladder.parts
        if isinstance(result, CodeRaised):
            return Outcome(raised=exception_name(result))
        value = result.value
        if self.ladder.compared is not None:
            value = computed_with(code, self.ladder.compared, value, *arguments.values())
        if len(parts) == 1:
            return Outcome({parts[0]: value})
        if not isinstance(value, (tuple, list)) or len(value) != len(parts):
            return Outcome()
        return Outcome(dict(zip(parts, value, strict=True)))


def in_batches(
    asked: Sequence[tuple[Probe, Mapping[str, Any]]],
) -> Iterator[list[tuple[Probe, Mapping[str, Any]]]]:
    """Yield probes with their arguments, as many at once as one exchange may hold."""
    batch: list[tuple[Probe, Mapping[str, Any]]] = []
    nbytes = 0
    for probe, arguments in asked:
        size = sum(it.nbytes for it in arguments.values() if isinstance(it, np.ndarray))
        if batch and (len(batch) == MOST_TOGETHER or nbytes + size > MOST_BYTES_TOGETHER):
            yield batch
            batch, nbytes = [], 0
        batch.append((probe, arguments))
        nbytes += size
    if batch:
        yield batch
