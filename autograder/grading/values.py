"""The fixtures that judge values: `compare`, `unchanged`, `expect`, `check`, `evidence`."""

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
    """The fixture `check`: a condition of the test's own, with the sentence for the student."""

    trial: Trial

    def __call__(self, condition: object, sentence: str) -> None:
        """End the test as a wrong value unless the condition holds."""
        if not bool(condition):
            raise NotPassed(Finding(Kind.WRONG_VALUE, sentence))


@dataclass(frozen=True)
class Evidence:
    """The fixture `evidence`: what a test observed, by which a known mistake is recognised."""

    trial: Trial

    def __call__(self, **features: Any) -> None:
        """Record features that stand for the raw values, which are random here."""
        self.trial.features.update(features)


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
