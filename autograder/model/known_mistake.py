"""A known mistake, as results, reports and explanations speak of it."""

from __future__ import annotations

import msgspec


class KnownMistake(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the bank: a known mistake, or an accepted convention.

    Attributes
    ----------
    id
        Its name in results and reports.
    title
        What was done, in a few words, for the instructor.
    hint
        What a teaching assistant would say: an observation, then a question. For a convention, the note.
    example
        What a student writes who makes it, for each function where that looks different.
    also_affects
        Questions that cannot avoid it, because their functions call the one that it is made in.
    same_as
        Mistakes that give the same values on every sensible input; their hint is as good.
    structural
        True if the values are right and only a test of structure tells.
    accepted
        True for a convention: another reading of the task that costs nothing and is noted.
    """

    id: str
    title: str
    hint: str
    example: str = ""
    also_affects: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    structural: bool = False
    accepted: bool = False
