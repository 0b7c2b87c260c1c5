"""What a hand-in says of one hint that its student was shown."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

STAGES = 3
"""A question, where to look, a worked example."""
MOST_HINTS = 60
"""Hints of one hand-in that are looked at."""


class HintUse(msgspec.Struct, frozen=True):
    """One hint and what came of it, as the student's own record has it.

    Attributes
    ----------
    question
        The id of the question.
    hint
        What `digest_of_hint` gives for it; empty if no known mistake was recognised, so that it was a general one.
    stage
        The last stage that was shown, from 1.
    attempts
        How many other versions of the files were checked after that, the one that was right among them.
    fixed
        Whether what was wrong is gone.
    """

    question: Annotated[str, Meta(max_length=100)]
    hint: Annotated[str, Meta(max_length=20)]
    stage: Annotated[int, Meta(ge=1, le=STAGES)]
    attempts: Annotated[int, Meta(ge=0, le=100_000)]
    fixed: bool
