"""What a class report shows besides scores: known mistakes, what was found, similar code."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    first: str
    second: str
    likeness: float
    first_lines: tuple[Excerpt, ...] = ()
    second_lines: tuple[Excerpt, ...] = ()


@dataclass(frozen=True)
class Leftover:
    """Something of the class folder that was not graded, and why."""

    label: str
    reason: str


@dataclass(frozen=True)
class ReportContext:
    """What a class report says that no result contains.

    Attributes
    ----------
    refused, replaced, ignored
        What was found and not graded: unusable, replaced by a later hand-in, or not a hand-in.
    alike
        Groups of hand-ins by different students whose code is the same except for names.
    """

    mistakes: tuple[KnownMistake, ...] = ()
    refused: tuple[Leftover, ...] = ()
    replaced: tuple[Leftover, ...] = ()
    ignored: tuple[Leftover, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[LikePair, ...] = ()
