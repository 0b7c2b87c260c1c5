"""The fixtures that judge values: `compare`, `unchanged`, `expect`, `check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.grading.comparison import compare_values, shown
from autograder.grading.counterexample import counterexample
from autograder.grading.failures import finding_of
from autograder.grading.signatures import signature_of
from autograder.grading.trial import Finding, NotPassed, Target, Trial, outcome_of, require_exception
from autograder.grading.verdict import Kind
from autograder.sandbox.code import Returned
from autograder.sandbox.outcomes import CallFailed, CodeRaised


@dataclass(frozen=True)
class Compare:
    """The fixture `compare`: the hand-in against the reference, on private copies of the same arguments."""

    trial: Trial

    def __call__(
        self,
        target: Target,
        *args: Any,
        names: Sequence[str] = (),
        rtol: float = 1e-6,
        atol: float = 0.0,
        **keywords: Any,
    ) -> None:
        """Require the same value, or the same type of exception.

        Parameters
        ----------
        target
            `module.function`, or a script `(code, *args)`.
        names
            Names of the returned parts, for messages.
        rtol, atol
            Tolerances; see `comparison`.
        """
        expected = self.trial.expected(target, args, keywords)
        got = outcome_of(self.trial.student, target, args, keywords)
        require_same(self.trial, expected, got, names, rtol, atol)


@dataclass(frozen=True)
class Unchanged:
    """The fixture `unchanged`: right values, and arguments that the call left as they were."""

    trial: Trial

    def __call__(self, target: Target, *args: Any, names: Sequence[str] = (), **keywords: Any) -> None:
        """Require the reference's value and that no argument of the (last) call changed."""
        expected = self.trial.expected(target, args, keywords)
        got = outcome_of(self.trial.student, target, args, keywords)
        require_same(self.trial, expected, got, names)
        # A script may return something else than what its last call returned.
        last = self.trial.outcomes[-1] if self.trial.outcomes else got
        if isinstance(last, Returned) and last.changed:
            which = " and ".join(f"argument {int(key) + 1}" if key.isdigit() else key for key in last.changed)
            finding = Finding(
                Kind.WRONG_VALUE,
                f"the values are right, but the call changed {which} of its caller",
                "\n".join(f"{key} after the call: {shown(value)}" for key, value in last.changed.items()),
            )
            raise NotPassed(finding)


@dataclass(frozen=True)
class Expect:
    """The fixture `expect` of public checks: fixed expected values, and everything is shown."""

    trial: Trial

    def __call__(
        self,
        target: Target,
        *args: Any,
        equals: Any,
        names: Sequence[str] = (),
        rtol: float = 1e-6,
        atol: float = 0.0,
        **keywords: Any,
    ) -> None:
        """Require this value."""
        try:
            got = outcome_of(self.trial.student, target, args, keywords)
            require_same(self.trial, Returned(equals, {}), got, names, rtol, atol)
        except NotPassed as error:
            raise NotPassed(self._shown(error.finding, equals)) from None
        except CallFailed as error:
            if error.code is not self.trial.student:
                raise
            raise NotPassed(self._shown(finding_of(error), equals)) from error

    def _shown(self, finding: Finding, equals: Any) -> Finding:
        """Return the finding with the call that shows it; what is not written yet needs none."""
        if finding.kind is Kind.MISSING:
            return finding
        return replace(finding, counterexample=counterexample(self.trial, equals))


@dataclass(frozen=True)
class Check:
    """The fixture `check`: conditions of the test's own, each with its sentence for the student.

    What a test observes where raw values are random is named: known mistakes are recognised by it.
    """

    trial: Trial

    def __call__(self, condition: object = True, sentence: str = "", /, **observed: Any) -> None:
        """End the test as a wrong value unless everything holds that is required.

        Parameters
        ----------
        condition, sentence
            What must hold, and what the student reads where it does not.
        observed
            `name=(value, required, sentence)`: the value is recorded, and has to be the one required, as
            `compare` compares. `name=value` is recorded alone. Everything is recorded before anything is required.
        """
        required = {name: it for name, it in observed.items() if _is_required(it)}
        self.trial.features |= observed | {name: value for name, (value, *_) in required.items()}
        for value, wanted, what in required.values():
            _require(compare_values(wanted, value) is None, what)
        _require(condition, sentence)


def _is_required(observed: Any) -> bool:
    return isinstance(observed, tuple) and len(observed) == 3 and isinstance(observed[2], str)


def _require(condition: object, sentence: str) -> None:
    if not bool(condition):
        raise NotPassed(Finding(Kind.WRONG_VALUE, sentence))


def require_same(
    trial: Trial,
    expected: Returned | CodeRaised,
    got: Returned | CodeRaised,
    names: Sequence[str] = (),
    rtol: float = 1e-6,
    atol: float = 0.0,
) -> None:
    """End the test unless both outcomes are the same."""
    if isinstance(expected, CodeRaised):
        require_exception(expected.type_name, got)
        return
    if isinstance(got, CodeRaised):
        raise got
    mismatch = compare_values(expected.value, got.value, names, rtol, atol)
    if mismatch is None:
        return
    arguments = trial.arguments()
    signature = None
    shapes = [getattr(value, "shape", None) for value in (mismatch.expected, mismatch.got)]
    if mismatch.kind is Kind.WRONG_VALUE or shapes[0] != shapes[1]:
        signature = signature_of(mismatch.place, mismatch.expected, mismatch.got, arguments)
    message = f"{mismatch.message}: {signature.observation}" if signature else mismatch.message
    inputs = "\n".join(f"{name} = {shown(value)}" for name, value in arguments.items())
    printed = f"\nprinted:\n{got.output.rstrip()}" if got.output.strip() else ""
    details = f"{inputs}\n{mismatch.details()}{printed}".lstrip()
    raise NotPassed(Finding(mismatch.kind, message, details, hint=signature.question if signature else None))
