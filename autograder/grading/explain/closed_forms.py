"""Recognises wrong numbers that are a closed form of the right ones, for any function.

Many mistakes leave a signature in the values: a mean that was not taken is a factor N, a forgotten penalty is a
difference of reg * W. Any single number fits some formula, so a form is named only if it holds in every test, on
arguments of several sizes, with the same symbol each time. Constants come from a list, because student code could
multiply its result by a hidden input.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import numpy as np

CLOSE = 1e-7
"""Relative tolerance for a closed form to hold."""
RIGHT = 1e-6
"""Relative tolerance for numbers to be right."""
FEWEST_SIZES = 3
"""Fewest sets of sizes, or of numbers where there are no sizes, and fewest values of a size that is named, on which a
form must have held."""
FEWEST_ENTRIES = 4
"""Fewest entries of an array that differ from each other for a formula not to fit by chance."""
MANY_NUMBERS = 8
"""Different numbers of which one order is hardly another one by chance, whatever they count."""
MOST_COUNTED = 10_000
"""Numbers that become whole when multiplied by a size of the arguments up to this are shares of a count."""


@dataclass(frozen=True)
class Sample:
    """The same part of a result in one test.

    Attributes
    ----------
    right, wrong
        What was expected and what was returned; float64 arrays of one shape.
    arguments
        Those of the call by parameter name; a form may relate to their sizes and values.
    scale
        The largest absolute value among the numbers that the two were computed from: differences are compared
        relative to it.
    allowed
        By how much they may differ in any case.
    """

    right: np.ndarray
    wrong: np.ndarray
    arguments: Mapping[str, Any]
    scale: float
    allowed: float = 0.0

    @functools.cached_property
    def differs(self) -> bool:
        """Whether the returned numbers are not the expected ones."""
        return not self.agrees(self.right, RIGHT, self.allowed)

    def agrees(self, numbers: np.ndarray, tolerance: float = CLOSE, allowed: float = 0.0) -> bool:
        """Return whether these numbers, of the same shape or of none, are those that were returned."""
        with np.errstate(over="ignore", invalid="ignore"):
            apart = np.abs(self.wrong - numbers).max(initial=0.0)
        if not np.isfinite(apart):  # as it is where one of them is not
            return np.array_equal(np.broadcast_to(numbers, self.wrong.shape), self.wrong, equal_nan=True)
        return bool(apart <= max(tolerance * self.scale, allowed))

    @property
    def sizes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of all arguments."""
        return tuple(np.shape(it) for it in self.arguments.values() if isinstance(it, np.ndarray))

    @property
    def occasion(self) -> tuple[object, ...]:
        """What tells it from others that are much alike: the sizes, or the numbers where there are none."""
        return self.sizes or tuple(it for it in self.arguments.values() if _is_number(it) or _is_count(it))


@dataclass(frozen=True)
class Form:
    """A closed form: what it makes of a sample, and how it is told.

    Attributes
    ----------
    observation
        Continues a sentence that begins with the name of the part.
    of
        Returns the numbers that the form gives, or None where it has no meaning.
    symbol
        Returns the number that its symbol stands for, or None; it must have had several values.
    arranges
        Whether it puts the right numbers into other places: whole ones may be recognised by that, too.
    """

    observation: str
    question: str
    of: Callable[[Sample], np.ndarray | None]
    symbol: Callable[[Sample], float | None] = lambda sample: None
    arranges: bool = False

    def holds(self, samples: Sequence[Sample]) -> bool:
        """Return whether every sample is as the form says."""
        with np.errstate(all="ignore"):  # the right number may be infinite
            return all((numbers := self.of(it)) is not None and it.agrees(numbers) for it in samples)


def form_of(samples: Sequence[Sample]) -> Form | None:
    """Return the closed form that holds in all samples, or None.

    Parameters
    ----------
    samples
        The same part of the result in every test that was run.
    """
    wrong_first = sorted(samples, key=lambda it: not it.differs)
    if len({it.occasion for it in samples}) < FEWEST_SIZES or not wrong_first[0].differs:
        return None
    # Most forms fail on the first sample; whether the samples may be explained by one costs more to find out.
    for form in _forms(wrong_first[0]):
        if form.holds(wrong_first):
            telling = _telling(samples, form.arranges)
            if not telling:
                continue
            if _is_varied(form, telling):
                return form
    return None


def constant_form_of(samples: Sequence[Sample]) -> Form | None:
    """Return the form that a number makes of the right ones, which is not told: a difference or a factor; or None.

    Parameters
    ----------
    samples
        The same part of a result for inputs of so many kinds that no size of them could be that number. Where it could
        be made of a number among them that hardly ever changes, there is no form.
    """
    found = next((form for form in _constant_forms(samples) if form.holds(samples)), None)
    if found is None or not _telling(samples) or _has_fixed_number(samples):
        return None
    return found


def _has_fixed_number(samples: Sequence[Sample]) -> bool:
    """Return whether a number among the arguments has too few values where a part of a result is wrong."""
    values: dict[str, set[float]] = {}
    for sample in samples:
        for name, value in sample.arguments.items() if sample.differs else ():
            if _is_number(value) or _is_count(value):
                values.setdefault(name, set()).add(float(value))
    return any(len(it) < FEWEST_SIZES for it in values.values())


def _constant_forms(samples: Sequence[Sample]) -> Iterator[Form]:
    """Yield the difference and the factor that the first wrong sample has."""
    first = next((it for it in samples if it.differs and it.right.any()), None)
    if first is None or not np.isfinite(first.right).all() or not np.isfinite(first.wrong).all():
        return
    place = np.unravel_index(np.abs(first.right).argmax(), first.right.shape)
    right, wrong = float(first.right[place]), float(first.wrong[place])
    yield Form(
        "differs from what it should be by the same number everywhere",
        "Which term is counted that should not be, or left out?",
        _plus(wrong - right),
    )
    if right:
        yield Form(
            "is the same multiple of what it should be everywhere",
            "Which factor is missing, or one too many?",
            _times(wrong / right),
        )


def forms_at(sample: Sample) -> list[Form]:
    """Return the forms that one wrong sample is in accord with; the only ones that may hold in others, too."""
    return [form for form in _forms(sample) if form.holds([sample])]


def may_have_form(samples: Sequence[Sample], forms: Sequence[Form]) -> bool:
    """Return whether one of some forms holds in all of the first of many samples, which all together cost much more."""
    return any(form.holds(samples) for form in itertools.chain(forms, _constant_forms(samples)))


def _telling(samples: Sequence[Sample], arranged: bool = False) -> list[Sample]:
    """Return the samples that a form may be recognised by; none where they are too few, or too much alike."""
    telling = [
        sample
        for sample in samples
        if sample.differs and (_is_real(sample) or (arranged and _has_many_numbers(sample)))
    ]
    return telling if len({sample.occasion for sample in telling}) >= FEWEST_SIZES else []


def other_arrangement(expected: Any, got: Any) -> str:
    """Return how an array holds the expected numbers elsewhere than where they belong, or nothing."""
    if not isinstance(expected, np.ndarray) or not isinstance(got, np.ndarray) or expected.size != got.size:
        return ""
    different = len(np.unique(expected))
    if {expected.dtype.kind, got.dtype.kind} - set("fiu") or different < FEWEST_ENTRIES:
        return ""
    if expected.shape == got.shape:
        return _other_order(expected, got, different)
    if expected.ndim == 2 and got.shape == expected.shape[::-1] and np.allclose(expected, got.T):
        return "it is the expected one transposed"
    if np.allclose(expected.ravel(), got.ravel()):
        return f"it has the right numbers in the shape {got.shape}"
    return ""


def _other_order(expected: np.ndarray, got: np.ndarray, different: int) -> str:
    """Return how an array of the right shape, so many of whose numbers are different, holds them in another order."""
    if np.allclose(expected, got):
        return ""
    transposed = _transpose(expected)
    if transposed is not None and np.allclose(transposed, got):
        return "it is the expected one transposed"
    if 2 * different <= expected.size:
        return ""  # labels, or zeros: a few numbers are the same in any order
    if expected.ndim == 2 and min(expected.shape) > 1:
        for axis, line in ((1, "row"), (0, "column")):
            if np.allclose(np.sort(expected, axis=axis), np.sort(got, axis=axis)):
                return f"each {line} holds the right numbers in another order"
    if np.allclose(np.sort(expected, axis=None), np.sort(got, axis=None)):
        return "it holds the right numbers in another order"
    return ""


# --- what may be explained by a formula ---------------------------------------------------------------


def _is_real(sample: Sample) -> bool:
    """Return whether the numbers are measured on a continuous scale: no labels, no counts, no shares."""
    right = sample.right
    if not np.isfinite(right).all() or not np.isfinite(sample.wrong).all():
        return False
    if right.ndim and len(np.unique(right)) < min(FEWEST_ENTRIES, right.size):
        return False
    sizes = {1, *(extent for shape in sample.sizes for extent in shape)}
    return not any(_is_whole(right * size) for size in sizes if size <= MOST_COUNTED)


def _has_many_numbers(sample: Sample) -> bool:
    """Return whether so many different numbers would hardly be in the order of a form by chance."""
    return len(np.unique(sample.right)) >= MANY_NUMBERS


def _is_whole(numbers: np.ndarray) -> bool:
    return bool(np.abs(numbers - np.round(numbers)).max(initial=0.0) < 1e-9)


def _is_varied(form: Form, samples: Sequence[Sample]) -> bool:
    """Return whether the symbol of a form has stood for enough different numbers, if it has one."""
    values = {form.symbol(sample) for sample in samples}
    return values == {None} or len(values) >= FEWEST_SIZES


# --- the forms ----------------------------------------------------------------------------------------

_HALF = "Which factor 2 is missing, or which half is too many?"
_SIGN = "Look at the sign first: which way should it point? Then count the factors of 2."
_FACTORS = {
    -1.0: ("has the opposite sign", "Which way should it point, and which does yours?"),
    2.0: ("is twice what it should be", "Where does a factor 2 come in, and how often?"),
    0.5: ("is half of what it should be", _HALF),
    4.0: ("is four times what it should be", "Where does a factor 2 come in, and how often?"),
    0.25: (
        "is a quarter of what it should be",
        "Which factors of 2 are missing, or which halves are too many?",
    ),
    -2.0: ("is minus twice what it should be", _SIGN),
    -0.5: ("is minus half of what it should be", _SIGN),
    1 / math.log(10): ("is 1 / ln 10 times what it should be", "Which of the logarithms does the task mean?"),
    math.log(10): ("is ln 10 times what it should be", "Which of the logarithms does the task mean?"),
    1 / math.log(2): ("is 1 / ln 2 times what it should be", "Which of the logarithms does the task mean?"),
}
_MULTIPLES = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)


def _forms(sample: Sample) -> Iterator[Form]:
    """Yield every form in the symbols that a sample's arguments give, the simplest first."""
    yield Form(
        "is 0 everywhere",
        "Where is this result computed, and is that what is returned?",
        lambda it: np.zeros_like(it.right),
    )
    for factor, (observation, question) in _FACTORS.items():
        yield Form(observation, question, _times(factor))
    yield Form(
        "is the square of what it should be", "Which last step turns a square back?", lambda it: it.right**2
    )
    yield Form(
        "is the square root of what it should be",
        "How often is the root taken?",
        lambda it: np.sqrt(it.right) if (it.right >= 0).all() else None,
    )
    yield Form(
        "is the transpose of what it should be",
        "Which axis should come first?",
        lambda it: _transpose(it.right),
        arranges=True,
    )
    yield Form("is 1 divided by what it should be", "Which fraction is upside down?", _reciprocal)
    yield Form(
        "is 1 minus what it should be",
        "Of what is this the share, and of what should it be?",
        lambda it: 1 - it.right,
    )
    yield Form("is the logarithm of what it should be", "Which last step turns a logarithm back?", _logarithm)
    yield Form("is exp of what it should be", "Which logarithm is missing?", lambda it: np.exp(it.right))
    lines = (("entry", "entries"),) if sample.right.ndim == 1 else (("row", "rows"), ("column", "columns"))
    for axis, (word, several) in enumerate(lines):
        first = f"Which {word} should come first"
        yield Form(
            f"is right, but its {several} come in the opposite order",
            f"{first}?",
            _in_opposite_order(axis),
            arranges=True,
        )
        for step in (1, -1):
            question = f"{first}, and at which index do you start to count?"
            yield Form(f"is right but shifted by one {word}", question, _rolled(axis, step), arranges=True)
    for where, size in _sizes(sample):
        yield from _size_forms(
            where, size, "Is a sum taken where a mean is due, or something counted that often?"
        )
    for where, number in _numbers(sample):
        many = "What is multiplied by that number and should not be, or should be divided by it and is not?"
        yield from _size_forms(where, number, many)
    yield from _term_forms(sample)


def _times(factor: float) -> Callable[[Sample], np.ndarray]:
    return lambda it: factor * it.right


def _reciprocal(sample: Sample) -> np.ndarray | None:
    return 1 / sample.right if sample.right.all() else None


def _logarithm(sample: Sample) -> np.ndarray | None:
    return np.log(sample.right) if (sample.right > 0).all() else None


def _plus(added: float) -> Callable[[Sample], np.ndarray]:
    return lambda it: it.right + added


def _transpose(right: np.ndarray) -> np.ndarray | None:
    return right.T if right.ndim == 2 and right.shape[0] == right.shape[1] else None


def _in_opposite_order(axis: int) -> Callable[[Sample], np.ndarray | None]:
    return lambda it: np.flip(it.right, axis) if axis < it.right.ndim else None


def _rolled(axis: int, step: int) -> Callable[[Sample], np.ndarray | None]:
    return lambda it: np.roll(it.right, step, axis) if axis < it.right.ndim else None


def _sizes(sample: Sample) -> Iterator[tuple[str, Callable[[Sample], float | None]]]:
    """Yield the extents of the arguments with words for them.

    A vector's length comes first: there is one label for each example, so it says best what is counted.
    """
    places = [
        (f"the {words} of {name}" if words else f"the length of {name}", name, axis)
        for ndim, axes in ((1, ("",)), (2, ("number of rows", "number of columns")))
        for axis, words in enumerate(axes)
        for name, value in sample.arguments.items()
        if isinstance(value, np.ndarray) and value.ndim == ndim
    ]
    for where, name, axis in places:

        def size(it: Sample, name: str = name, axis: int = axis) -> float | None:
            shape = np.shape(it.arguments[name]) if name in it.arguments else ()
            return float(shape[axis]) if axis < len(shape) else None

        yield where, size


def _numbers(sample: Sample) -> Iterator[tuple[str, Callable[[Sample], float | None]]]:
    """Yield the real numbers among the arguments."""
    for name in (name for name, value in sample.arguments.items() if _is_number(value)):
        yield name, _value_of(name)


def _value_of(name: str) -> Callable[[Sample], float | None]:
    return lambda it: float(it.arguments[name]) if name in it.arguments else None


def _size_forms(where: str, size: Callable[[Sample], float | None], many: str) -> Iterator[Form]:
    def times(power: int, constant: float) -> Callable[[Sample], np.ndarray | None]:
        def of(sample: Sample) -> np.ndarray | None:
            value = size(sample)
            return constant * value**power * sample.right if value else None

        return of

    few = "What is divided by that number and should not be, or should be multiplied by it and is not?"
    for constant, words in ((1.0, ""), (-1.0, "minus "), (2.0, "twice "), (0.5, "half ")):
        yield Form(f"is what it should be times {words}{where}", many, times(1, constant), size)
        yield Form(f"is {words}what it should be divided by {where}", few, times(-1, constant), size)
    yield Form(
        f"is what it should be times the square of {where}",
        "How often is it multiplied by that number?",
        times(2, 1.0),
        size,
    )
    yield Form(
        f"is what it should be divided by the square of {where}",
        "How often is it divided by that number?",
        times(-2, 1.0),
        size,
    )


def _term_forms(sample: Sample) -> Iterator[Form]:
    """Yield forms in which something is added, or which are that and nothing else.

    That is 1, or a multiple of an argument, times a number among them.
    """
    everywhere = " in every entry" if sample.right.ndim else ""
    for multiple, way in ((1.0, "large"), (-1.0, "small")):
        yield Form(
            f"is too {way} by exactly 1{everywhere}",
            "Which term is counted that should not be, or left out?",
            _plus(multiple),
        )
    numbers = ["", *(name for name, value in sample.arguments.items() if _is_number(value))]
    for array in (name for name, value in sample.arguments.items() if _is_real_array(value)):
        for text, term in _terms_of(array):
            for number in numbers:
                once = _Product(1.0, number, array, text, term)
                for multiple in _multiples_at(sample, once):
                    yield from _with_term(replace(once, multiple=multiple))


@np.errstate(all="ignore")
def _multiples_at(sample: Sample, once: _Product) -> Iterator[float]:
    """Yield the multiples of a product that a wrong sample may hold, as one of its entries shows."""
    product = once.of(sample)
    if product is None or not product.size:
        return
    place = np.unravel_index(np.abs(product).argmax(), product.shape)
    term, right, wrong = product[place], sample.right[place], sample.wrong[place]
    for multiple in _MULTIPLES:
        apart = min(abs(wrong - right - multiple * term), abs(wrong - multiple * term))
        if not apart > 2 * CLOSE * sample.scale:
            yield multiple


def _is_number(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) and bool(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_real_array(value: Any) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim > 0


def _terms_of(name: str) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray | None]]]:
    """Yield what may be made of an array in a sum, or in the gradient of one; None where it has no meaning."""
    yield name, lambda array: array
    yield f"{name} without its last row", _without_last_row
    yield f"sum({name} * {name})", lambda array: (array**2).sum()
    yield f"sum({name} * {name}) without the last row", lambda array: (array[:-1] ** 2).sum()
    yield f"sum(abs({name}))", lambda array: np.abs(array).sum()
    yield f"sum({name})", lambda array: array.sum()
    yield f"sum({name} @ {name}.T)", _sum_of_pairs
    yield f"the norm of {name}", lambda array: np.sqrt((array**2).sum())


def _sum_of_pairs(array: np.ndarray) -> np.ndarray | None:
    return (array @ array.T).sum() if array.ndim == 2 else None


def _without_last_row(array: np.ndarray) -> np.ndarray:
    changed = array.copy()
    changed[-1:] = 0
    return changed


@dataclass(frozen=True)
class _Product:
    """A multiple of a number among the arguments times what is made of an array among them."""

    multiple: float
    number: str
    array: str
    text: str
    term: Callable[[np.ndarray], np.ndarray | None]

    def of(self, sample: Sample) -> np.ndarray | None:
        """Return the product where it has the shape of the sample."""
        array = sample.arguments.get(self.array)
        if not _is_real_array(array):
            return None
        term = self.term(array)
        if term is None:
            return None
        number = float(sample.arguments.get(self.number, np.nan)) if self.number else 1.0
        product = self.multiple * number * np.asarray(term)
        return product if product.shape == sample.right.shape else None

    def __str__(self) -> str:
        size = {1.0: "", 2.0: "2 * ", 0.5: "0.5 * "}[abs(self.multiple)]
        return f"{size}{f'{self.number} * ' if self.number else ''}{self.text}"


def _with_term(product: _Product) -> Iterator[Form]:
    def added(sample: Sample) -> np.ndarray | None:
        term = product.of(sample)
        return None if term is None else sample.right + term

    if product.multiple < 0:
        yield Form(
            f"is too small by exactly {product}", "Which term should bring that in, with which factor?", added
        )
        return
    yield Form(
        f"is too large by exactly {product}", "Which term brings that in, and how often should it?", added
    )
    if product.number:
        yield Form(f"is {product}", "Is that the term that the task asks for, whole and once?", product.of)
