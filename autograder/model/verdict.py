"""What one test says about a hand-in: one of a closed set of kinds, of which exactly one is a pass."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import msgspec

NOT_TRIED = "not tried"
"""How the message of a test begins whose call was not made, because earlier ones cost too much."""
CAUGHT = "mistake_caught"
"""What a test of a student's own tests measures: 1 if they notice one mistake, else 0."""


class Family(StrEnum):
    """What a kind of verdict is about."""

    PASSED = "passed"
    VALUE = "value"
    """A value came back, and it is wrong."""
    STRUCTURE = "structure"
    """How a value is computed: loops, time, memory, what is used."""
    BROKEN = "broken"
    """No value came back."""
    UNJUDGED = "unjudged"
    """Nothing is known about the hand-in."""


class Kind(StrEnum):
    """The kinds of verdict. Whatever is not `PASSED` is not a pass.

    Attributes
    ----------
    family
        What it is about.
    heading
        The kind in words, as the start of a line.
    sentence
        What a student is told if the verdict itself has no message.
    """

    family: Family
    heading: str
    sentence: str

    def __new__(cls, value: str, family: Family, heading: str, sentence: str = "") -> Kind:
        """Return the kind with its words."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.family, kind.heading, kind.sentence = family, heading, sentence
        return kind

    PASSED = "passed", Family.PASSED, "Passed"
    WRONG_VALUE = "wrong_value", Family.VALUE, "Wrong value", "the result is not the expected one."
    WRONG_TYPE_OR_SHAPE = (
        "wrong_type_or_shape",
        Family.VALUE,
        "Wrong type or shape",
        "the result does not have the expected type or shape.",
    )
    OTHER_TYPE = (
        "other_type",
        Family.VALUE,
        "Right numbers, other type",
        "the numbers are right, but not of the type that is asked for.",
    )
    RAISED = "raised", Family.BROKEN, "Raised an error", "your code raised an error."
    TIMED_OUT = "timed_out", Family.BROKEN, "Took too long", "your code did not return in time."
    DIED = "died", Family.BROKEN, "Ended the process", "your code ended the process that it ran in."
    OUT_OF_MEMORY = (
        "out_of_memory",
        Family.STRUCTURE,
        "Ran out of memory",
        "your code needed more memory than it may use.",
    )
    MISSING = "missing", Family.BROKEN, "Missing", "the function is missing."
    NOT_ALLOWED = (
        "not_allowed",
        Family.STRUCTURE,
        "Not allowed",
        "your code uses something that this question does not allow.",
    )
    SLOW = "slow", Family.STRUCTURE, "Slow", "your code takes much longer than it should."
    LOOPS = "loops", Family.STRUCTURE, "Python loop", "your code loops in Python where NumPy should."
    NOT_RUN = "not_run", Family.UNJUDGED, "Not run", "this test was not run."
    PROTOCOL_BROKEN = (
        "protocol_broken",
        Family.BROKEN,
        "Disturbed the grader",
        "your code sent something that is not a result.",
    )
    GRADER_FAULT = (
        "grader_fault",
        Family.UNJUDGED,
        "Our fault",
        "this could not be graded and will be graded again.",
    )


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one planned test.

    Attributes
    ----------
    test
        Normalised test id, `NAME/test_graded.py::test_name[case]`.
    credit
        Share of the test's weight that was earned, between 0 and 1. Besides `PASSED`, these may carry more than 0:
        wrong values of which some parts are right, right numbers of another type, and the stepped `SLOW`.
    message
        One or two sentences the student may read, whatever the test's visibility.
    details
        Inputs, expected and returned values, the student's own traceback. Shown for public checks, and to
        the instructor by `explain`; never written into results for a graded test.
    hint
        The question that a teaching assistant would ask, from the known mistake that gives the same values.
    mistake
        Its id in the bank, or None.
    flags
        Reasons for a person to look at this hand-in (for example "too fast to be true").
    counterexample
        Imports, inputs, a call and its expected value, to be pasted; public checks only.
    begun
        Of a function that is missing: whether the student wrote something of it, if only under another name.
    other_type
        Whether right numbers came in another type than the one asked for.
    measured
        What a test of structure measured, for pictures: `cpu_ratio` with `full` and `none`; `n` with
        `runs_at_n` and `runs_at_2n`; `bytes` with `bytes_allowed`; `mistake_caught`.
    seen
        A digest of what a graded test of values observed where it failed: equal for hand-ins that gave the same,
        telling nothing of it. For the class report; not among a student's results.
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
    begun: bool = False
    other_type: bool = False
    measured: dict[str, float] = msgspec.field(default_factory=dict)
    seen: str = ""

    def __post_init__(self) -> None:
        # What comparing fractions does, at a tenth of its cost; a class has ten thousands of verdicts.
        if not 0 <= self.credit.numerator <= self.credit.denominator:
            raise ValueError(f"credit {self.credit} of {self.test} is outside 0..1")

    @property
    def passed(self) -> bool:
        """Whether this is an explicit pass."""
        return self.kind is Kind.PASSED

    @property
    def right(self) -> bool:
        """Whether everything that was asked for is right, of whatever type."""
        return self.kind in (Kind.PASSED, Kind.OTHER_TYPE)
