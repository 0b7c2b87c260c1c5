"""What a test may ask of an exception that the code under test, or a block of the test, has raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.errors import AutograderError
from autograder.sandbox.call_failures import CallFailed, CodeRaised, NameAbsent


@dataclass
class Raised:
    """An exception, of which a test may ask its class, its text and its arguments.

    Attributes
    ----------
    error
        None if there was none.
    """

    error: Exception | None = None

    def raised(self, *errors: str) -> bool:
        """Return whether it is one of these exceptions, or any if none is named."""
        return self.error is not None and is_one_of(self.error, errors)

    @property
    def text(self) -> str:
        """What `str` makes of it, at most 2000 characters of what student code wrote; empty if there is none."""
        if isinstance(self.error, CodeRaised):
            self.error.asked_for = False  # it counts now what its author wrote
            return self.error.text
        return "" if self.error is None else str(self.error)

    @property
    def args(self) -> tuple[object, ...]:
        """What it was made of, `raise ValueError("empty", 0)`: at most eight texts, numbers and None; () if none was.

        Any other of them is an object that is equal to nothing.
        """
        if isinstance(self.error, CodeRaised):
            self.error.asked_for = False  # it counts now what its author wrote
            return self.error.arguments
        return () if self.error is None else self.error.args

    @property
    def type_name(self) -> str:
        """The name of its own class; empty if there is none."""
        return "" if self.error is None else _classes(self.error)[0]


def is_one_of(error: Exception, errors: Sequence[str]) -> bool:
    """Return whether a test may go on behind an exception: one of those that are named, any if none is."""
    if isinstance(error, (CallFailed, AutograderError)) and not isinstance(error, (CodeRaised, NameAbsent)):
        return False
    return not errors or any(it in _classes(error) for it in errors)


def _classes(error: Exception) -> Sequence[str]:
    """Return the names of an exception's classes, most specific first."""
    match error:
        case CodeRaised(bases=bases):
            return bases
        case NameAbsent():
            return "NameError", "AttributeError", "Exception"
    return getattr(error, "stands_for", None) or [it.__name__ for it in type(error).__mro__]
