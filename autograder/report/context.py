"""What a class report shows besides scores: known mistakes, what was found, similar code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from autograder.model.known_mistake import KnownMistake


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a hand-in's file."""

    file: str
    first_line: int
    text: str


class LikePair(msgspec.Struct, frozen=True, kw_only=True):
    """Two hand-ins with much code in common, and the lines concerned in each.

    Attributes
    ----------
    likeness
        Share of the smaller one's code that is in both, between 0 and 1.
    rewritten
        Whether that is of what the code computes, which may be written differently.
    """

    first: str
    second: str
    likeness: float
    rewritten: bool = False
    first_lines: tuple[Excerpt, ...] = ()
    second_lines: tuple[Excerpt, ...] = ()


@dataclass(frozen=True)
class Leftover:
    """Something of the class folder that was not graded, and why."""

    label: str
    reason: str


@dataclass(frozen=True)
class Example:
    """What one hand-in wrote.

    Attributes
    ----------
    where
        The file and the lines, `linear_svm.py, lines 41 to 60`.
    anchor
        The id of the first of these lines on the hand-in's own page.
    source
        The lines, numbered as in the file.
    """

    label: str
    where: str
    anchor: str
    source: str


@dataclass(frozen=True)
class AttemptLine:
    """One of several hand-ins of a student.

    Attributes
    ----------
    when
        When it came, in words; empty if that is not known.
    score
        Its points; None if it was not graded.
    counts
        Whether it is the one that counts.
    changes
        By how many points each question went up or down since the last hand-in that was graded: title and points.
    """

    label: str
    when: str
    score: float | None
    counts: bool
    changes: tuple[tuple[str, float], ...] = ()


class RosterLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, and what is known of a hand-in.

    Attributes
    ----------
    status
        `handed in`, `not handed in`, `unclear` or `not in the roster`.
    submission
        The label of the hand-in, if there is one.
    email
        The first of the addresses that are known, if any is.
    """

    who: str
    status: str
    submission: str = ""
    email: str = ""


@dataclass(frozen=True)
class ReportContext:
    """What a class report says that no result contains.

    Attributes
    ----------
    refused, replaced, ignored
        What was found and not graded: unusable, replaced by a later hand-in, or not a hand-in.
    alike
        Groups of hand-ins by different students whose code is the same except for names.
    hints, titles
        What the instructor has written for groups of hand-ins that nothing explains, by group.
    examples
        One hand-in of each of these groups.
    mistaken
        For each known mistake, some hand-ins of this class that make it.
    people
        The students behind each hand-in, by label.
    addresses
        Their e-mail addresses, by label.
    attempts
        The hand-ins of each student who has several, the earliest first.
    roster
        Whom the roster tells apart from those who handed in.
    """

    mistakes: tuple[KnownMistake, ...] = ()
    refused: tuple[Leftover, ...] = ()
    replaced: tuple[Leftover, ...] = ()
    ignored: tuple[Leftover, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[LikePair, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Example] = field(default_factory=dict)
    mistaken: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attempts: Mapping[str, tuple[AttemptLine, ...]] = field(default_factory=dict)
    roster: tuple[RosterLine, ...] = ()
