"""Hints that a release carries under lock and key: the key is what the mistake itself returns in the public checks.

A student's machine has no bank of known mistakes. A release therefore holds each hint encrypted with a key that is
computed from everything that the public checks of a question see of the mistake: which of them fail, and with which
values. Whoever makes the mistake computes the key by running the checks; everyone else would have to guess it, so keys
that could be guessed are not used. Values are rounded, so that every way to write the same mistake gives the same key.

Results have terms (the loss and the gradient, without the penalty and what the penalty adds). What a hint asks about
one of them is locked with the values of that term alone as well, for hand-ins with another mistake in another term.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np

from autograder.grading.explain.observation import Observation, observation_of
from autograder.grading.explain.terms import Numbers, Terms
from autograder.grading.trial import Finding, Trial
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Kind, Verdict
from autograder.values.kinds import Foreign

SEALED_FILE = "hints.sealed"
"""Its name in a release."""
FEWEST_BITS = 40
"""A key of which fewer bits have to be guessed is not used."""
LARGEST_FILE = 16 << 20
"""Bytes; a larger file was not written by a release."""

_FORMAT = 1
_SCRYPT_COST = 1 << 12
_SCRYPT_BLOCK = 8
_TAG_BYTES = 32
_PADDED_TO = 256

_NOTHING = 1e-9
"""Numbers below this, and differences below it, are the rounding errors of a zero."""
_SHIFT = 0.0987
"""Moves the places where rounding changes away from the halves and tenths that small examples are made of."""
_LARGEST = 1e300
_LARGEST_DENOMINATOR = 128


@dataclass(frozen=True)
class Precision:
    """How far values are rounded.

    Attributes
    ----------
    digits
        Decimal digits that are kept, relative to the largest entry: what it is called in the file.
    bits
        The same in bits, which is also the most that a number can contribute to a key.
    """

    digits: int
    bits: int


FINE = Precision(6, 21)
COARSE = Precision(4, 14)
"""For values of which one was computed in float32 or less."""


@dataclass(frozen=True)
class Checked:
    """What one public check saw of some code.

    Attributes
    ----------
    kind
        The verdict, None if the check passed.
    observation
        None if nothing can be said about the values: the code was missing, did not end, or could not be imported.
    terms
        The terms of the value that was compared; None if there are none, or if the check compared several values.
    """

    test: str
    question: str
    kind: Kind | None
    observation: Observation | None
    terms: Numbers | None = None


@dataclass(frozen=True)
class Key:
    """What a hint is locked with.

    Attributes
    ----------
    secret
        Everything that the public checks of a question saw, in one form for all ways to compute it.
    wrong
        The numbers in it that anyone else would have to guess, without repetitions.
    """

    secret: bytes
    wrong: tuple[float, ...]
    precision: Precision

    @functools.cached_property
    def bits(self) -> float:
        """How many bits have to be guessed; see `bits_of`."""
        return bits_of(self.wrong, self.precision)


class Place(NamedTuple):
    """What a key is made of: everything that is seen in a question, or one term of the results there."""

    question: str
    precision: Precision
    term: str = ""


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """The hints that are locked with keys of the same sort.

    Attributes
    ----------
    term
        The term that the keys are made of; empty if they are made of everything that was seen.
    digits
        To how many digits the values are rounded.
    hints
        Encrypted and in base64, all of the same length and in no order.
    """

    question: str
    term: str
    digits: int
    hints: tuple[str, ...]


class SealedHints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of `hints.sealed`."""

    format: int = _FORMAT
    assignment: str
    locks: tuple[Lock, ...]


# --- what the checks see ------------------------------------------------------------------------------

_TELLING = frozenset({Kind.WRONG_VALUE, Kind.WRONG_TYPE_OR_SHAPE, Kind.RAISED})


def checked(
    test: PlannedTest, trial: Trial, kind: Kind | None, switches: Mapping[str, float] | None = None
) -> Checked:
    """Return what a public check saw.

    Parameters
    ----------
    kind
        Its verdict, None or `PASSED` if it passed.
    switches
        Parameters that switch a term of the results on, with what switches each off; the code under test is called
        again with them off. None if no terms are wanted.
    """
    kind = None if kind is Kind.PASSED else kind
    if kind is not None and (kind not in _TELLING or trial.failed_to_import):
        return Checked(test.id, test.question, kind, None)
    observation = observation_of(trial, Finding(kind, "") if kind is not None else None)
    terms = _terms(trial, switches) if switches is not None else None
    return Checked(test.id, test.question, kind, observation, terms)


def _terms(trial: Trial, switches: Mapping[str, float]) -> Numbers | None:
    if len(trial.compared) != 1:
        return None
    compared = trial.compared[0]
    found = Terms({"": compared}, switches).of(trial.student, {"": compared.got})
    return None if found is None else found[""]


class Watch:
    """Collects what the checks see while a hand-in is graded: hand both its methods to `Grader.grade`.

    Parameters
    ----------
    tests
        All that are planned.
    switches
        As in `checked`.
    """

    def __init__(self, tests: Iterable[PlannedTest], switches: Mapping[str, float] | None) -> None:
        self._tests = {test.id: test for test in tests}
        self._switches = switches
        self._trial: Trial | None = None
        self._seen: dict[str, Checked] = {}

    def on_trial(self, trial: Trial) -> None:
        """Note a run; if a check is run again, the last run is what the verdict is about."""
        self._trial = trial

    def on_verdict(self, verdict: Verdict) -> None:
        """Note the verdict of the check that ran last; later words about the same check change nothing."""
        test = self._tests[verdict.test]
        if test.id in self._seen:
            return
        if self._trial is None:
            self._seen[test.id] = Checked(test.id, test.question, verdict.kind, None)
        else:
            self._seen[test.id] = checked(test, self._trial, verdict.kind, self._switches)
        self._trial = None

    def of_question(self, question: str) -> list[Checked]:
        """Return what the checks of a question saw."""
        return [one for one in self._seen.values() if one.question == question]


def key_of(
    checks: Sequence[Checked], precision: Precision, term: str = "", right: Sequence[Checked] | None = None
) -> Key | None:
    """Return the key that the checks of a question give, or None where they give none.

    Parameters
    ----------
    checks
        What every public check of the question saw.
    term
        The term that the key is made of; everything that was seen if empty.
    right
        What they saw of right code: numbers that agree with it need no guessing. None where it is not known, as on
        a student's machine; then the key's bits say nothing.
    """
    failed = [one for one in checks if one.kind is not None]
    if not failed or any(one.observation is None for one in checks):
        return None
    if term:
        return _key_of_term(checks, precision, term, right)
    seen = [
        (one.test, _canonical(one.observation.events, precision) if one.kind is not None else "passed")
        for one in sorted(checks, key=lambda one: one.test)
        if one.observation is not None
    ]
    expected = {one.test: dict(_numbers(one.observation.events)) for one in right or () if one.observation}
    wrong: dict[str, float] = {}
    for one in failed:
        assert one.observation is not None
        for place, numbers in _numbers(one.observation.events):
            for number in _differing(numbers, expected.get(one.test, {}).get(place)):
                wrong.setdefault(f"{number:.4e}", float(number))
    return Key(repr(seen).encode(), tuple(wrong.values()), precision)


def _key_of_term(
    checks: Sequence[Checked], precision: Precision, term: str, right: Sequence[Checked] | None
) -> Key | None:
    expected = {one.test: one.terms for one in right or () if one.terms}
    seen = []
    wrong: dict[str, float] = {}
    for one in sorted(checks, key=lambda one: one.test):
        if one.terms is None:
            return None
        if term in one.terms:
            numbers, scale = one.terms[term]
            rightly, _ = expected.get(one.test, {}).get(term, (None, 0.0))
            seen.append((one.test, numbers.shape, _rounded(numbers, precision, scale)))
            for number in _differing(numbers, rightly, scale):
                wrong.setdefault(f"{number:.4e}", float(number))
    return Key(repr(seen).encode(), tuple(wrong.values()), precision) if seen else None


def is_repeated(first: Sequence[Checked], second: Sequence[Checked]) -> bool:
    """Return whether two runs of the same code give the same keys."""
    keys = [key_of(checks, FINE) for checks in (first, second)]
    return len({None if key is None else key.secret for key in keys}) == 1


def terms_of(checks: Iterable[Checked]) -> list[str]:
    """Return the names of the terms, none where there is only one: that is everything that is seen."""
    names = list(dict.fromkeys(name for one in checks for name in one.terms or ()))
    return names if len(names) > 1 else []


def precision_of(checks: Iterable[Checked]) -> Precision:
    """Return how far the values of some code can be trusted."""
    for one in checks:
        if (
            one.kind is not None
            and one.observation is not None
            and _holds_short_floats(one.observation.events)
        ):
            return COARSE
    return FINE


def bits_of(numbers: Iterable[float], precision: Precision) -> float:
    """Return how many bits of some numbers, whose signs are known, have to be guessed.

    A fraction with a small denominator, or the root of one, costs no more than to name both its parts. Any other
    number costs the bits that are kept of it.
    """
    magnitudes = np.abs(np.array([*numbers]))[:, np.newaxis]
    denominators = np.arange(1.0, _LARGEST_DENOMINATOR + 1)
    bits = np.full(len(magnitudes), float(precision.bits))
    for values in (magnitudes, magnitudes**2):
        numerators = values * denominators
        is_whole = np.abs(numerators - np.round(numerators)) <= 1e-9 * np.maximum(1.0, numerators)
        to_name = np.log2(denominators) + np.log2(np.round(numerators) + 1)
        bits = np.minimum(bits, np.where(is_whole, to_name, np.inf).min(axis=1, initial=np.inf))
    return float(bits.sum())


# --- one form for the same values ---------------------------------------------------------------------


def _canonical(value: Any, precision: Precision) -> Any:
    """Return nested tuples, texts and integers that are equal where `values.same` says that values are."""
    if isinstance(value, (list, tuple)):
        return tuple(_canonical(part, precision) for part in value)
    if isinstance(value, Mapping):
        parts = [(repr(key), _canonical(part, precision)) for key, part in value.items()]
        return "mapping", tuple(sorted(parts))
    if isinstance(value, np.ndarray):
        return "array", value.shape, _rounded(value, precision)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, complex, np.generic)):
        return _canonical_other(value, precision)
    return "number", _rounded(np.asarray(value), precision)


def _canonical_other(value: Any, precision: Precision) -> Any:
    if isinstance(value, (set, frozenset)):
        return "set", tuple(sorted(repr(_canonical(part, precision)) for part in value))
    if not isinstance(value, Foreign):
        return repr(value)
    return value.type_name if value.parts is None else (value.type_name, _canonical(value.parts, precision))


def _rounded(array: np.ndarray, precision: Precision, scale: float = 0.0) -> Any:
    """Return the entries as multiples of a step, which depends on the largest of them or on a scale above it."""
    if array.dtype.kind not in "fiuc":
        return repr(array.tolist())
    if array.dtype.kind == "c":
        return _rounded(array.real, precision), _rounded(array.imag, precision)
    numbers = array.astype(np.float64).ravel()
    usual = np.abs(numbers) < _LARGEST
    largest = max(np.abs(numbers[usual]).max(initial=0.0), min(scale, _LARGEST))
    if largest < _NOTHING / 2:
        return 0, (0,) * len(numbers)
    # Where the step doubles is as arbitrary as where a multiple ends: neither may be at a round number.
    _, exponent = math.frexp(largest * (1 + _SHIFT))
    step = max(math.ldexp(1.0, exponent - precision.bits), _NOTHING)
    multiples = np.floor(np.where(usual, numbers, 0.0) / step + 0.5 + _SHIFT).astype(np.int64)
    return step, tuple(
        int(multiple) if is_usual else str(np.sign(number))
        for multiple, is_usual, number in zip(multiples, usual, numbers, strict=True)
    )


def _numbers(value: Any, place: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Yield every array and number in some events as a flat array, with its place."""
    if isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _numbers(part, f"{place}/{index}")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _numbers(part, f"{place}/{key!r}")
    elif isinstance(value, (int, float, complex, np.generic, np.ndarray)) and not isinstance(value, bool):
        array = np.asarray(value)
        if array.dtype.kind == "c":
            yield f"{place} real", array.real.astype(np.float64).ravel()
            yield f"{place} imaginary", array.imag.astype(np.float64).ravel()
        elif array.dtype.kind in "fiu":
            yield f"{place} {array.shape}", array.astype(np.float64).ravel()


def _differing(numbers: np.ndarray, right: np.ndarray | None, scale: float = 0.0) -> np.ndarray:
    """Return the magnitudes of the finite numbers that are neither 0 nor, at the same place, in right code.

    The scale is the largest of the numbers that these were computed from, which rounding errors follow.
    """
    telling: np.ndarray = np.isfinite(numbers) & (np.abs(numbers) > _NOTHING)
    if right is not None and right.shape == numbers.shape:
        scale = max(np.abs(right[np.isfinite(right)]).max(initial=0.0), scale, _NOTHING)
        with np.errstate(invalid="ignore"):
            telling &= ~(np.abs(numbers - right) <= 1e-6 * scale)
    magnitudes: np.ndarray = np.abs(numbers[telling])
    return magnitudes


def _holds_short_floats(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_short_floats, value))
    if isinstance(value, Mapping):
        return any(map(_holds_short_floats, value.values()))
    is_float = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f"
    return bool(is_float and value.dtype.itemsize < 8)


# --- lock and key -------------------------------------------------------------------------------------


def sealed_file(assignment: str, hints: Mapping[Place, Mapping[bytes, str]]) -> bytes:
    """Return the content of `hints.sealed`; the same hints and keys give the same bytes.

    Parameters
    ----------
    hints
        For each place, the hints by the secrets of their keys.
    """
    longest = max((len(text.encode()) for group in hints.values() for text in group.values()), default=0)
    size = -(-(longest + 1) // _PADDED_TO) * _PADDED_TO
    locks = []
    for place, group in hints.items():
        salt = _salt(assignment, place)
        boxes = [_box(_keys(secret, salt), text, size) for secret, text in group.items()]
        encoded = tuple(sorted(base64.b64encode(box).decode() for box in boxes))
        locks.append(
            Lock(question=place.question, term=place.term, digits=place.precision.digits, hints=encoded)
        )
    content = SealedHints(assignment=assignment, locks=tuple(locks))
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"


def read_sealed(data: bytes) -> SealedHints:
    """Return the content of `hints.sealed`.

    Raises
    ------
    ValueError
        If a release cannot have written it, or a later version of this package has.
    """
    if len(data) > LARGEST_FILE:
        raise ValueError("it is too large")
    try:
        content = msgspec.json.decode(data, type=SealedHints)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if content.format != _FORMAT:
        raise ValueError(f"its format is {content.format}")
    return content


def open_hint(content: SealedHints, question: str, checks: Sequence[Checked]) -> str | None:
    """Return what is to be said of the mistake that gives exactly what the public checks of a question saw, or None.

    If no mistake agrees with everything, this is what can be said of single terms.
    """
    if not hasattr(hashlib, "scrypt"):  # a Python built without OpenSSL
        return None
    precision = precision_of(checks)
    whole = _opened(content, Place(question, precision), checks)
    if whole is not None:
        return whole
    found = (_opened(content, Place(question, precision, term), checks) for term in terms_of(checks))
    return " ".join(dict.fromkeys(text for text in found if text is not None)) or None


def _opened(content: SealedHints, place: Place, checks: Sequence[Checked]) -> str | None:
    wanted = place.question, place.term, place.precision.digits
    boxes = [box for it in content.locks if (it.question, it.term, it.digits) == wanted for box in it.hints]
    key = key_of(checks, place.precision, place.term) if boxes else None
    if key is None:
        return None
    keys = _keys(key.secret, _salt(content.assignment, place))
    opened = (_unboxed(keys, box) for box in boxes)
    return next((text for text in opened if text is not None), None)


def _salt(assignment: str, place: Place) -> bytes:
    where = (SEALED_FILE, _FORMAT, assignment, place.question, place.term, place.precision.digits)
    return repr(where).encode()


def _keys(secret: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Return a key to encrypt and one to authenticate with. Slow on purpose, for those who try many secrets."""
    derived = hashlib.scrypt(secret, salt=salt, n=_SCRYPT_COST, r=_SCRYPT_BLOCK, p=1, dklen=64)
    return derived[:32], derived[32:]


def _box(keys: tuple[bytes, bytes], text: str, size: int) -> bytes:
    """Return a text encrypted, after a tag that authenticates it and makes the encryption its own.

    The tag stands in for a random nonce (a synthetic initialisation vector): nothing is random, yet another text
    under the same key, as in a later release, is encrypted with another stream.
    """
    encrypting, authenticating = keys
    padded = text.encode() + b"\x80" + b"\0" * (size - len(text.encode()) - 1)
    tag = hmac.digest(authenticating, padded, "sha256")
    return tag + _with_stream(padded, encrypting, tag)


def _unboxed(keys: tuple[bytes, bytes], encoded: str) -> str | None:
    """Return the text in a box, or None if these are not its keys."""
    encrypting, authenticating = keys
    try:
        box = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    tag = box[:_TAG_BYTES]
    padded = _with_stream(box[_TAG_BYTES:], encrypting, tag)
    if not hmac.compare_digest(tag, hmac.digest(authenticating, padded, "sha256")):
        return None
    return padded.rstrip(b"\0")[:-1].decode("utf-8", "replace")


def _with_stream(data: bytes, key: bytes, tag: bytes) -> bytes:
    """Return the data combined with a stream of bytes that HMAC makes from key, tag and a counter."""
    blocks = (hmac.digest(key, tag + number.to_bytes(4), "sha256") for number in range(-(-len(data) // 32)))
    stream = b"".join(blocks)[: len(data)]
    return bytes(left ^ right for left, right in zip(data, stream, strict=True))
