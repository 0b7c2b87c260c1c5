"""What authors write so that the grader can say where a wrong function is right: ladders of special inputs.

A ladder is a generator of inputs with knobs: how many examples, with a penalty or without one, whether the last class
is missing. The grader turns the knobs, one by one and together, calls the hand-in and the reference, and says in
words that the knobs bring along where the two agree. It knows nothing about losses or distances.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from autograder.errors import CourseError
from autograder.grading.beside import Beside, Definition
from autograder.sandbox.code import Code

_LARGER = (10, 11, 13)
"""Tried for every size, because code that was written for one data set has its numbers built in, often 10."""


@dataclass(frozen=True)
class Place:
    """An axis of an argument."""

    argument: str
    axis: int


@dataclass(frozen=True)
class Size:
    """A number of something, such as examples; the parameter's name is the word for them.

    Parameters
    ----------
    base
        How many there are where another knob is turned.
    one
        The word for one of them, where it is not the word for several without its last s.
    many
        The word for several of them, where it is not the parameter's name.
    least
        The smallest number that makes sense.
    along
        The axes on which they lie, `"X y W[1]"`: argument, and axis unless it is the first. What the reference gives
        does not depend on their order, or is ordered as they are; where that does not hold, leave it out.
    labels
        Arguments whose values count along these axes, as labels count classes.
    levels
        The numbers to try, and none beyond them; by default the smallest three, the base, 10, 11 and 13.
    """

    base: int
    one: str = ""
    many: str = ""
    least: int = 1
    along: str = ""
    labels: str = ""
    levels: tuple[int, ...] = ()

    @functools.cached_property
    def tried(self) -> tuple[int, ...]:
        """The numbers to try in ascending order."""
        usual = (self.least, self.least + 1, self.least + 2, self.base, *_LARGER)
        return tuple(sorted({*(self.levels or usual), self.base}))

    @property
    def places(self) -> tuple[Place, ...]:
        """The axes on which they lie."""
        found = (text.rstrip("]").partition("[") for text in self.along.split())
        return tuple(Place(name, int(axis or 0)) for name, _, axis in found)


@dataclass(frozen=True)
class Switch:
    """Something that is there or not, such as a penalty, as two values of a number.

    Parameters
    ----------
    noun
        What is there, with its article: "a penalty".
    on, off
        The values. If `on` is a float, values between the two are tried as well, up to half the way.
    """

    noun: str
    on: float
    off: float = 0.0

    @property
    def tried(self) -> tuple[float, float]:
        """Both values."""
        return (self.off, self.on)

    def drawn(self, rng: np.random.Generator) -> float:
        """Draw a value with which it is there: wrong code may have one of them built in."""
        way = rng.uniform(0.1, 0.5) if rng.random() < 0.7 else 0.0
        return self.on + way * (self.off - self.on) if isinstance(self.on, float) else self.on


@dataclass(frozen=True)
class Case:
    """A special case, false or true, in words that continue "where": "the last class is missing"."""

    where: str

    @property
    def tried(self) -> tuple[bool, bool]:
        """Both values."""
        return (False, True)


@dataclass(frozen=True)
class Amount:
    """A quantity that grows until something overflows, such as the size of the scores.

    Parameters
    ----------
    noun
        What grows, in the plural: "scores".
    base
        Its usual value.
    most
        The largest value to try; right code is right there, too.
    """

    noun: str
    base: float
    most: float


Knob: TypeAlias = Size | Switch | Case | Amount
Arguments: TypeAlias = Mapping[str, Any]
Settings: TypeAlias = Mapping[str, Any]
Run: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Ladder:
    """A generator of inputs with its knobs, and the functions that they are for.

    Attributes
    ----------
    functions
        `module.function` or `module.Class.method`, as questions name them.
    parts
        The names of what is returned.
    slope
        Names of a part, of the part that is its derivative, and of the argument that it is derived by; or empty.
    run
        Makes the call, `run(code, function, *arguments)`, like a script of a test; None for a call of the function.
    prepare
        Returns the code that is called, `prepare(code)`; None for the code as it is.
    compared
        Makes what is compared of what came back, `compared(reply, *arguments)`; None for that itself.
    runs_beside
        Whether that is done for functions that are arguments: the call is one of the function, too.
    generate
        Returns the arguments by name from a generator and a value for every knob; None where they do not go together.
    """

    functions: tuple[str, ...]
    parts: tuple[str, ...]
    generate: Callable[..., Arguments | None]
    knobs: Mapping[str, Knob]
    slope: tuple[str, ...] = ()
    run: Run | None = None
    prepare: Callable[[Code], Code] | None = None
    compared: Run | None = None
    runs_beside: bool = False
    name: str = field(default="")

    def __call__(self, rng: np.random.Generator, **settings: Any) -> Arguments | None:
        """Return the arguments for some settings; knobs that are not named stay at their base."""
        return self.generate(rng, **{**self.base, **settings})

    def target(self, code: Code, function: str, *arguments: Any) -> Any:
        """Make the call on some code, or return it bound: what tests call a script."""
        return code.bind(function, *arguments) if self.run is None else self.run(code, function, *arguments)

    @property
    def base(self) -> dict[str, Any]:
        """Every knob where it is while others are turned."""
        return dict(self._base)

    @functools.cached_property
    def _base(self) -> dict[str, Any]:
        return {
            name: (knob.base if isinstance(knob, Size | Amount) else knob.tried[0])
            for name, knob in self.knobs.items()
        }

    def all_of(self, kind: type) -> dict[str, Any]:
        """Return the knobs of one kind by name."""
        return {name: knob for name, knob in self.knobs.items() if isinstance(knob, kind)}

    def inputs(self, settings: Settings, seed: Iterable[int]) -> dict[str, Any] | None:
        """Return the arguments for some settings.

        Raises
        ------
        CourseError
            If the generator fails, or returns something other than arguments by name.
        """
        try:
            arguments = self.generate(np.random.default_rng(list(seed)), **settings)
        except Exception as error:
            raise CourseError(
                f"the ladder {self.name} fails with {type(error).__name__} ({error}) at {_listed(settings)}; "
                "return None where settings do not go together"
            ) from error
        if arguments is None:
            return None
        if not isinstance(arguments, Mapping):
            raise CourseError(
                f"the ladder {self.name} returns a {type(arguments).__name__}; it has to return the arguments by "
                "name, dict(X=X, y=y), in their order"
            )
        named = [it.argument for knob in self.all_of(Size).values() for it in knob.places]
        named += [word for knob in self.all_of(Size).values() for word in knob.labels.split()]
        for name in (*named, *self.slope[2:]):
            if name not in arguments:
                raise CourseError(
                    f"the ladder {self.name} speaks of {name!r}, but returns {', '.join(arguments)}"
                )
        return dict(arguments)


def ladder(
    *functions: str,
    parts: tuple[str, ...] = ("the result",),
    slope: tuple[str, ...] = (),
    run: Run | None = None,
    prepare: Callable[[Code], Code] | None = None,
    compared: Run | None = None,
    beside: Sequence[Definition] = (),
) -> Callable[[Callable[..., Arguments | None]], Ladder]:
    """Declare a generator of inputs with knobs, the defaults of its parameters, as the ladder of some functions.

    Parameters
    ----------
    functions
        Those that it is for, as questions name them.
    parts
        Names of what they return, as in the tests.
    slope
        `("loss", "dW", "W")`: the part dW is the derivative of the part loss by the argument W.
    run
        `run(code, function, *arguments)`, where more is needed than a call of the function.
    prepare
        `prepare(code)` returns the code that is called, with stand-ins for what the function relies on; it is called
        once for all inputs.
    compared
        `compared(reply, *arguments)` returns what is compared, made of what the function returned, where that is not
        the reply itself. A `run` that calls the function and computes with the reply does the same, but each of its
        calls crosses alone, which costs much more.
    beside
        Functions of the test file that are arguments, and classes whose methods are; also as `functools.partial`. They
        run beside the hand-in, as functions that it has to ask for take a way across the boundary for each value. They
        use nothing but each other and NumPy as `np`, and students may see them. In the place of `run` and `prepare`.

    Examples
    --------
    >>> @ladder("hw.loss", parts=("loss", "dW"), slope=("loss", "dW", "W"))
    ... def problem(rng, examples=Size(7, along="X"), classes=Size(4, one="class"), reg=Switch("a penalty", 0.3)):
    ...     return dict(W=rng.normal(size=(5, classes)), X=rng.normal(size=(examples, 5)), reg=reg)
    >>> list(problem.knobs)
    ['examples', 'classes', 'reg']
    """

    def declared(generate: Callable[..., Arguments | None]) -> Ladder:
        name = getattr(generate, "__name__", "")
        _, *parameters = inspect.signature(generate).parameters.values()
        for parameter in parameters:
            if not isinstance(parameter.default, Knob):
                raise CourseError(
                    f"the ladder {name} has the parameter {parameter.name!r}, whose default is no knob; make it a "
                    "Size, Switch, Case or Amount"
                )
        if not functions or not parameters:
            raise CourseError(f"the ladder {name} needs the name of a function and at least one knob")
        if slope and (len(slope) != 3 or not set(slope[:2]) <= set(parts)):
            raise CourseError(
                f"the slope of the ladder {name} has to name two of its parts and an argument: "
                f"{', '.join(parts)} are its parts"
            )
        knobs = {parameter.name: parameter.default for parameter in parameters}
        if not beside:
            return Ladder(functions, parts, generate, knobs, slope, run, prepare, compared, name=name)
        if run is not None or prepare is not None:
            raise CourseError(
                f"the ladder {name} has beside in the place of run and prepare; give one or the other"
            )
        given = Beside.of(beside, functions)
        return Ladder(
            functions, parts, generate, knobs, slope, given.run, given.prepare, compared, True, name
        )

    return declared


def ladders_in(module: object) -> tuple[Ladder, ...]:
    """Return the ladders that a module of tests declares."""
    return tuple(it for it in vars(module).values() if isinstance(it, Ladder))


def _listed(settings: Settings) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())
