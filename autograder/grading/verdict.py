"""What one test says about a hand-in: an explicit set of kinds, of which exactly one is a pass."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import msgspec


class Kind(StrEnum):
    """The kinds of verdict. Whatever is not `PASSED` is not a pass."""

    PASSED = "passed"
    WRONG_VALUE = "wrong_value"
    WRONG_TYPE_OR_SHAPE = "wrong_type_or_shape"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    DIED = "died"
    MISSING = "missing"
    NOT_ALLOWED = "not_allowed"
    SLOW = "slow"
    LOOPS = "loops"
    PROTOCOL_BROKEN = "protocol_broken"
    GRADER_FAULT = "grader_fault"
    NOT_RUN = "not_run"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one planned test.

    Attributes
    ----------
    test
        Normalised test id, `NAME/test_graded.py::test_name[case]`.
    credit
        Share of the test's weight that was earned, between 0 and 1. Only `PASSED` and the
        stepped verdicts (`SLOW`) may carry more than 0.
    message
        One or two sentences the student may read, whatever the test's visibility.
    details
        Inputs, expected and got values, the student's own traceback. Shown for public checks and to
        the instructor by `explain`; never written into results for a graded test.
    hint
        The question a teaching assistant would ask, of the known mistake that gives the same values.
    mistake
        Its id in the bank, or None.
    flags
        Reasons for a person to look at this hand-in (for example "too fast to be true").
    counterexample
        Imports, inputs and a call with the value expected of it, to be pasted; public checks only.
    measured
        What a test of structure measured, for pictures: `cpu_ratio` with `full` and `none`; `n` with
        `runs_at_n` and `runs_at_2n`; `bytes` with `bytes_allowed`.
    """

    test: str
    kind: Kind
    credit: Fraction = Fraction(0)
    message: str = ""
    details: str = ""
    hint: str | None = None
    mistake: str | None = None
    flags: tuple[str, ...] = ()
    counterexample: str = ""
    measured: dict[str, float] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.credit <= 1:
            raise ValueError(f"credit {self.credit} of {self.test} is outside 0..1")

    @property
    def passed(self) -> bool:
        """Whether this is an explicit pass."""
        return self.kind is Kind.PASSED
