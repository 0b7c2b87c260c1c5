"""Probes: the inputs of a ladder, what the reference and a hand-in make of them, and how the two compare."""

from __future__ import annotations

import functools
import hashlib
import math
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Literal, TypeVar

import numpy as np

from autograder.grading.findings import exception_name
from autograder.grading.ladder import Amount, Case, Ladder, Size, Switch
from autograder.grading.trial import computed_with, prepared
from autograder.model.verdict import Kind
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Call, Code, Returned
from autograder.sandbox.time_used import cpu_seconds
from autograder.values.mismatch import ROUNDING
from autograder.values.other_types import in_types_of
from autograder.values.same import compare_values, same
from autograder.values.walk import agree

T = TypeVar("T")
State = Literal["right", "wrong", "raised", "unclear", "odd"]
"""How a part of a result compares. Unclear: neither right to rounding nor clearly wrong. Odd: not of the right type
or shape, so that nothing can be said about its numbers."""

NEAR, FAR = 1e-6, 1e-4
"""Relative differences up to the first are rounding; from the second on they are a mistake."""
_SMALLEST_FAR = 1e-9
"""An absolute difference up to this may be rounding as well: of small results of large intermediate numbers, right ones
can differ by a larger share."""
LARGEST_COUNT = 1e15
"""Floats that are much larger are all whole, whatever they measure."""
COMBINED_FOR_EACH, MOST_COMBINED = 8, 40
"""Probes of a ladder in which several knobs are turned at once: for each knob, and at most."""
DRAWS = (1, 2)
"""The numbers of the two independent draws of every ladder."""
MOST_TOGETHER, MOST_BYTES_TOGETHER = 32, 1 << 20
"""Calls that are made in one exchange, and the bytes of their arguments."""
CONFIRMING_DRAW = 3
"""The number of the draw whose probes may contradict what the other two say."""
FIRST_ASKED = 16
"""Probes that show whether the hand-in is fast enough for all of them."""
SLOW_SECONDS = 0.2
"""CPU time from which on the design is too much for a hand-in that shows nothing wrong at the first probes."""
FURTHER = 30
"""Further probes that may contradict what is said of a result as a whole."""


@dataclass(frozen=True)
class Probe:
    """One input of a ladder.

    Attributes
    ----------
    settings
        A value for every knob.
    seed
        The draw and a number.
    change
        What was changed in the input after it was drawn: a key that the engine chooses; empty for nothing.
    """

    settings: tuple[tuple[str, Any], ...]
    seed: tuple[int, ...]
    change: Hashable = ""

    def __hash__(self) -> int:
        return self._hash

    @functools.cached_property
    def _hash(self) -> int:
        # Everything that is known of a probe is looked up by it, some thousand times.
        return hash((self.settings, self.seed, self.change))

    def __getitem__(self, knob: str) -> Any:
        return self._by_knob[knob]

    @functools.cached_property
    def _by_knob(self) -> dict[str, Any]:
        return dict(self.settings)

    def with_(self, **settings: Any) -> Probe:
        """Return the probe of the same seed with other settings."""
        return replace(self, settings=tuple({**dict(self.settings), **settings}.items()))

    def again(self, number: int) -> Probe:
        """Return the probe with the same settings and other random numbers."""
        return replace(self, seed=(*self.seed, number))


@dataclass(frozen=True)
class Outcome:
    """What a call gave: the parts of its result by name, None if it has others; or the type of its exception."""

    parts: Mapping[str, Any] | None = None
    raised: str = ""
    _numbers: dict[str, np.ndarray | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _comparable: dict[str, tuple[Any, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def numbers_of(self, part: str) -> np.ndarray | None:
        """Return the numbers of a part, converted once; None where there are none."""
        if self.parts is None:
            return None
        if part not in self._numbers:
            self._numbers[part] = numbers(self.parts[part])
        return self._numbers[part]

    def comparable(self, part: str) -> tuple[Any, float]:
        """Return a part, a list of floats as an array, and the largest of its numbers: 0 where it holds no floats."""
        assert self.parts is not None
        if part not in self._comparable:
            value = _floats(self.parts[part])
            self._comparable[part] = value, float(np.abs(value).max()) if _are_floats(value, value) else 0.0
        return self._comparable[part]


class Allowance:
    """The time that may be spent on one function: that of the CPU, so that a busy machine leaves nothing unsaid.

    Parameters
    ----------
    seconds
        CPU time of this process and of the hand-in's together.
    deadline
        When to stop in any case, by `time.monotonic`.
    code
        The hand-in.
    """

    def __init__(self, seconds: float, deadline: float, code: Code) -> None:
        self._code = code
        self._deadline = deadline
        self.seconds = seconds
        self._cpu_end = self._cpu_seconds() + seconds

    def wall_seconds_left(self) -> float:
        """Return the time that is left by the clock on the wall.

        Raises
        ------
        Stopped
            If the time is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0 or self._cpu_seconds() > self._cpu_end:
            raise Stopped
        return left

    def cpu_seconds_left(self) -> float:
        """Return the CPU time that is left."""
        return self._cpu_end - self._cpu_seconds()

    def code_seconds(self) -> float:
        """Return the CPU time of the hand-in's process alone."""
        return cpu_seconds(self._code.host.process().pid)

    def _cpu_seconds(self) -> float:
        return time.process_time() + self.code_seconds()


class Stopped(Exception):
    """Ends everything about a hand-in: a call did not end, the process died, or the time is over."""


def probe_of(settings: Mapping[str, Any], *seed: int) -> Probe:
    """Return the probe of some settings."""
    return Probe(tuple(settings.items()), seed)


def design(ladder: Ladder, draw: int) -> list[Probe]:
    """Return the probes of one draw of a ladder: each knob turned alone, with switches on, and several at once."""
    rng = np.random.default_rng([draw, *hashlib.sha256(ladder.name.encode()).digest()[:4]])
    base = ladder.base
    settings: list[dict[str, Any]] = [
        base,
        base | {name: it.on for name, it in ladder.all_of(Switch).items()},
    ]
    on = settings[-1]
    for name, knob in ladder.knobs.items():
        if not isinstance(knob, Amount):
            settings += [{**both, name: value} for value in knob.tried for both in (base, on)]
    settings += [base | dict.fromkeys(pair, True) for pair in combinations(ladder.all_of(Case), 2)]
    settings += [
        base | _equal(ladder, one, other, rng) for one, other in combinations(ladder.all_of(Size), 2)
    ]
    each_once = list({tuple(it.items()): it for it in settings}.values())
    each_once += [
        _combination(ladder, rng) for _ in range(min(COMBINED_FOR_EACH * len(ladder.knobs), MOST_COMBINED))
    ]
    return [probe_of(it, draw, number) for number, it in enumerate(each_once)]


def _combination(ladder: Ladder, rng: np.random.Generator) -> dict[str, Any]:
    settings = ladder.base
    for name, knob in ladder.knobs.items():
        if isinstance(knob, Case):
            settings[name] = bool(rng.random() < 0.25)
        elif isinstance(knob, Switch):
            if rng.random() < 0.5:
                settings[name] = knob.drawn(rng)
        elif not isinstance(knob, Amount) and rng.random() < 0.5:
            settings[name] = knob.tried[rng.integers(len(knob.tried))]
    sizes = list(ladder.all_of(Size))
    if len(sizes) > 1 and rng.random() < 0.25:
        one, other = rng.choice(sizes, size=2, replace=False).tolist()
        settings |= _equal(ladder, one, other, rng)
    return settings


def _equal(ladder: Ladder, one: str, other: str, rng: np.random.Generator) -> dict[str, int]:
    """Return two sizes that are equal, nothing where they cannot be."""
    tried, others = (ladder.all_of(Size)[name].tried for name in (one, other))
    common = sorted(set(tried) & set(others) - {1}) or sorted(set(tried) & set(others))
    return dict.fromkeys((one, other), common[rng.integers(len(common))]) if common else {}


def off_level(ladder: Ladder, rng: np.random.Generator) -> dict[str, Any]:
    """Return random settings whose sizes need not be levels of the ladder."""
    settings = _combination(ladder, rng)
    if rng.random() < 0.5:
        return settings
    for name, knob in ladder.all_of(Size).items():
        if rng.random() < 0.7:
            settings[name] = int(rng.integers(knob.tried[0], knob.tried[-1] + 1))
    return settings


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
    _changes: dict[Hashable, Callable[[dict[str, Any]], dict[str, Any] | None]] = field(default_factory=dict)

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

    def changed(
        self, probe: Probe, key: Hashable, change: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> Probe:
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
                found += [(probe, part) for part in self.ladder.parts if not _is_the_same(one, two, part)]
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


@dataclass
class Examined:
    """A hand-in under probes: every probe is asked once, until the time is over.

    Parameters
    ----------
    inputs
        The probes' arguments.
    code
        The hand-in.
    reference
        What it is compared with.
    allowance
        The time that is left for it.
    seconds_per_call
        The most CPU seconds that one call may take.
    """

    inputs: Inputs
    code: Code
    reference: Code
    allowance: Allowance
    seconds_per_call: float = 1.0
    _outcomes: dict[Probe, Outcome | None] = field(default_factory=dict)
    _states: dict[tuple[str, Probe, str], State | None] = field(default_factory=dict)
    _called: Code | None = None

    def outcome(self, probe: Probe) -> Outcome | None:
        """Return what the hand-in makes of a probe, None where the probe has no arguments."""
        try:
            return self._outcomes[probe]
        except KeyError:
            self.ask([probe])
        return self._outcomes[probe]

    def ask(self, probes: Iterable[Probe]) -> None:
        """Find out what the hand-in makes of probes, as far as that is not known: together, which costs less."""
        new = [it for it in dict.fromkeys(probes) if it not in self._outcomes]
        self._outcomes |= self._asked(new)

    @functools.cached_property
    def further(self) -> Sequence[Probe]:
        """Probes of another draw, which may contradict what is to be said, asked about.

        Raises
        ------
        Stopped
            Where the hand-in gives neither a value nor an exception, or the time is over.
        """
        self.ask(self.inputs.further)
        return self.inputs.further

    def has_time_for(self, probes: Sequence[Probe]) -> bool:
        """Ask about the first probes, and return whether all of some are worth asking about.

        They are not where the hand-in is slow and right at the first of them: such code may do too much for what it
        returns. What would not be finished costs little then. The first call may import what takes long, so it does
        not count.

        Raises
        ------
        Stopped
            Where it is too slow in any case, or gives neither a value nor an exception.
        """
        one, few = self.inputs.first[:1], self.inputs.first[1:]
        self.ask(one)
        before = self.allowance.code_seconds()
        self.ask(few)
        seconds = (self.allowance.code_seconds() - before) / max(1, len(few)) * len(probes)
        if seconds > self.allowance.seconds:
            raise Stopped
        return seconds <= SLOW_SECONDS or not all(
            self.state(it, part) == "right" for it in (*one, *few) for part in self.inputs.ladder.parts
        )

    def asked_again(self, probes: Sequence[Probe]) -> list[Outcome | None]:
        """Return what the hand-in makes of probes now, whether or not it was asked before."""
        found = self._asked(probes)
        return [found[it] for it in probes]

    def _asked(self, probes: Sequence[Probe]) -> dict[Probe, Outcome | None]:
        """Call the hand-in with some probes.

        Raises
        ------
        Stopped
            Where it gives neither a value nor an exception, or the time is over.
        """
        arguments = {it: self.inputs.arguments(it) for it in probes}
        found: dict[Probe, Outcome | None] = dict.fromkeys(probes)
        for together in in_batches([(it, given) for it in probes if (given := arguments[it]) is not None]):
            outcomes = self._called_with([given for _, given in together])
            self.inputs.ask_trusted(self.reference, [probe for probe, _ in together])
            for (probe, _), got in zip(together, outcomes, strict=True):
                found[probe] = self._in_types_expected(got, self.expected(probe))
        return found

    def _called_with(self, all_arguments: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        left = self.allowance.wall_seconds_left()
        most = max(self.seconds_per_call, self.allowance.cpu_seconds_left())
        self.code.seconds_per_call = min(len(all_arguments) * self.seconds_per_call, most)
        self.code.most_wall_seconds = left
        try:
            self._called = self._called or self.inputs.prepared(self.code)
            self._called.seconds_per_call, self._called.most_wall_seconds = self.code.seconds_per_call, left
            return self.inputs.outcomes(self._called, all_arguments)
        except CallFailed as failure:
            raise Stopped from failure

    def _in_types_expected(self, got: Outcome, expected: Outcome | None) -> Outcome:
        if got.parts is None or expected is None or expected.parts is None:
            return got
        return replace(
            got, parts={name: in_types_of(expected.parts[name], it) for name, it in got.parts.items()}
        )

    def expected(self, probe: Probe) -> Outcome | None:
        """Return what the reference makes of a probe."""
        return self.inputs.trusted(self.reference, probe)

    def state(self, probe: Probe, part: str) -> State | None:
        """Return how a part of the result compares; None where the probe has no arguments."""
        key = self.reference.space, probe, part
        try:
            return self._states[key]
        except KeyError:
            expected, got = self.expected(probe), self.outcome(probe)
        found = self._states[key] = None if expected is None or got is None else state(expected, got, part)
        return found

    def may_be_right(self, probe: Probe, part: str) -> bool:
        """Return whether a part of the result is right, or so near that rounding may have made all the difference."""
        found = self.state(probe, part)
        if found != "unclear":
            return found == "right"
        right, got = part_of(self.expected(probe), part), part_of(self.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape:
            return False
        apart = right != got
        with np.errstate(all="ignore"):
            return bool((np.abs(right[apart] - got[apart]) <= _SMALLEST_FAR).all())

    def matters(self, probe: Probe, knob: str, part: str) -> bool:
        """Return whether a switch that is on makes a difference to a part of what the reference gives."""
        return self.inputs.matters(self.reference, probe, knob, part)


def state(expected: Outcome, got: Outcome, part: str) -> State:
    """Return how a part of an outcome compares with the expected one."""
    if expected.raised or got.raised:
        if expected.raised == got.raised:
            return "right"
        return "raised" if got.raised else "wrong"
    if expected.parts is None or got.parts is None:
        return "odd"
    (right, largest), (came, _) = expected.comparable(part), got.comparable(part)
    if _are_floats(right, came):
        return _state_of_numbers(np.asarray(right), np.asarray(came), largest)
    if agree(same, right, came):
        return "right"
    right, came = (tuple(it) if isinstance(it, list) else it for it in (right, came))
    mismatch = compare_values(right, came, (part,), rtol=NEAR)
    if mismatch is None:
        return "right"
    if mismatch.kind is not Kind.WRONG_VALUE:
        return "odd"
    close = compare_values(right, came, (part,), rtol=FAR, atol=_SMALLEST_FAR) is None
    return "unclear" if close else "wrong"


def _is_the_same(one: Outcome, other: Outcome, part: str) -> bool:
    """Return whether two outcomes have the same part, to the last digit; not where it holds what is no plain value."""
    if one.parts is None or other.parts is None:
        return one.parts is other.parts and one.raised == other.raised
    left, right = (it.comparable(part)[0] for it in (one, other))
    return agree(_is_identical, left, right)


def _is_identical(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right)
    return type(left) is type(right) and isinstance(left, (int, float, str, np.generic)) and left == right


def _floats(value: Any) -> Any:
    """Return a list or tuple of floats as an array, in which they are compared at once; anything else as it is."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(it, float) for it in value):
        return np.array(value)
    return value


def _are_floats(right: Any, came: Any) -> bool:
    if isinstance(right, float) and isinstance(came, float):
        return True
    arrays = isinstance(right, np.ndarray) and isinstance(came, np.ndarray) and right.shape == came.shape
    return (
        arrays and right.dtype == came.dtype and right.dtype in (np.float64, np.complex128) and right.size > 0
    )


def _state_of_numbers(right: np.ndarray, came: np.ndarray, largest: float) -> State:
    if not math.isfinite(largest):
        finite = np.isfinite(right)
        if not np.array_equal(right[~finite], came[~finite], equal_nan=True):
            return "wrong"
        if not finite.any():
            return "right"
        right, came = right[finite], came[finite]
        largest = float(np.abs(right).max())
    apart = float(np.abs(right - came).max())
    if apart <= NEAR * largest + ROUNDING:
        return "right"
    return "unclear" if apart <= FAR * largest + _SMALLEST_FAR else "wrong"


def numbers(value: Any) -> np.ndarray | None:
    """Return a value as an array of float64, a list of floats too; None if it is not made of numbers alone."""
    value = _floats(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, np.generic, np.ndarray)):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "fiu" and array.size else None


def close(left: np.ndarray, right: np.ndarray, tolerance: float = NEAR, scale: float | None = None) -> bool:
    """Return whether two arrays of one shape agree relative to the largest of their numbers."""
    if left.shape != right.shape:
        return False
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return np.array_equal(left, right, equal_nan=True)
    largest = max(float(np.abs(left).max(initial=0)), float(np.abs(right).max(initial=0)))
    with np.errstate(over="ignore"):
        return float(np.abs(left - right).max(initial=0)) <= tolerance * (scale or largest) + _SMALLEST_FAR


def part_of(outcome: Outcome | None, part: str) -> np.ndarray | None:
    """Return the numbers of a part, None where there are none."""
    return None if outcome is None else outcome.numbers_of(part)
