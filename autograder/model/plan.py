"""The plan: every test that will count, with its question and weight, fixed before any hand-in is seen."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from autograder.errors import CourseError
from autograder.model.exact import decoded


class PlannedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test case as collected from `test_public.py` or `test_graded.py`.

    Attributes
    ----------
    id
        Normalised id, `NAME/test_graded.py::test_name[case]`.
    question
        Id of the question it belongs to.
    weight
        Its share of the question's weight: the test function's weight divided by the number of its cases that
        belong to the question; 0 for a public check.
    parts
        The weights of the named parts of what is returned, each of which earns its share on its own. None if they
        all weigh the same; empty if they count only together.
    structural
        True if the test judges how a value is computed (loops, speed, memory, unchanged
        inputs); it earns only if the question's value tests pass.
    edge
        True for a special case: failing it does not hold back structural tests.
    public
        True for a check of `test_public.py`, which explains and earns nothing.
    """

    id: str
    question: str
    weight: Fraction
    parts: dict[str, Fraction] | None = None
    structural: bool = False
    edge: bool = False
    public: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All planned tests of an assignment, in the order of the files."""

    assignment: str
    tests: tuple[PlannedTest, ...]

    def of_question(self, question: str) -> tuple[PlannedTest, ...]:
        """Return the planned tests of one question, public checks included."""
        return tuple(test for test in self.tests if test.question == question)

    def to_json(self) -> bytes:
        """Return the plan as JSON, weights as exact text such as `"1/3"`."""
        return msgspec.json.format(msgspec.json.encode(self, enc_hook=str), indent=1) + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Plan:
        """Return the plan that `to_json` wrote.

        Raises
        ------
        CourseError
            If the text is not a plan.
        """
        try:
            return msgspec.json.decode(text, type=cls, dec_hook=decoded)
        except (msgspec.MsgspecError, ValueError) as error:
            raise CourseError(f"plan.json is not a plan of tests ({error}); make the bundle again") from error
