"""Questions that are answered in words: what is asked, what an answer should say, and what became of one."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import msgspec

from autograder.model.names import QuestionId, Text


class WrittenQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that is answered in words and graded by a person; its points come on top of the total once graded.

    Attributes
    ----------
    id
        What rubrics and tables call it; no other question has it.
    title
        What the cell of its answer begins with, in bold, and what students and graders call it.
    points
        What it is worth.
    """

    id: QuestionId
    title: Text
    points: Fraction


class RubricItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that an answer should say.

    Attributes
    ----------
    text
        What it is. The student reads it after the grading.
    points
        What it is worth.
    """

    text: Text
    points: Fraction

    @property
    def id(self) -> str:
        """A name that stays with the text, wherever in the rubric it stands."""
        return hashlib.sha256(" ".join(self.text.split()).encode()).hexdigest()[:6]


class Rubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the answer to a written question is graded by.

    Attributes
    ----------
    question
        The id of the written question.
    items
        What an answer should say; their points add up to the question's.
    note
        For whoever grades, such as which other answers count as well; students never see it.
    """

    question: QuestionId
    items: tuple[RubricItem, ...]
    note: str = ""


class RubricMark(msgspec.Struct, frozen=True):
    """An item of a rubric, and whether an answer meets it."""

    text: str
    points: Fraction
    met: bool


class WrittenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered to a written question.

    Attributes
    ----------
    text
        The answer as it was handed in; empty if there is none.
    graded
        Whether a person has given points for it.
    marks
        The rubric's items, once it is graded.
    note
        What the grader wrote to the student.
    """

    text: str = ""
    graded: bool = False
    marks: tuple[RubricMark, ...] = ()
    note: str = ""
