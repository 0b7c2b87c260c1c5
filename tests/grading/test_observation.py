"""What a test sees of two hand-ins is compared as far as it is the same in every run."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.grading.explain.observation import Observation
from autograder.model.verdict import Kind


def seen(kind: Kind | None = Kind.WRONG_VALUE, **features: object) -> Observation:
    return Observation(kind, tuple(sorted(features.items())))


FIRST = seen(rows=np.arange(3.0), drawn=0.25)
AGAIN = seen(rows=np.arange(3.0), drawn=0.75)


@pytest.mark.parametrize(
    ("hand_in", "agrees"),
    [
        (seen(rows=np.arange(3.0), drawn=0.5), True),
        (seen(rows=np.arange(3.0) + 1, drawn=0.25), False),
        (seen(rows=np.arange(3.0)), False),
        (seen(None, rows=np.arange(3.0), drawn=0.25), False),
    ],
    ids=["all that is steady", "drawn alone", "fewer features", "passes"],
)
def test_what_is_drawn_at_random_does_not_tell_hand_ins_apart(hand_in, agrees):
    assert hand_in.agrees_with(FIRST, AGAIN) is agrees


def test_what_is_the_same_in_every_run_has_to_be_the_same():
    assert FIRST.agrees_with(FIRST, FIRST)
    assert not AGAIN.agrees_with(FIRST, FIRST)
