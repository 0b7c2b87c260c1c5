"""Code with definitions of a test's own at the end of its files: one function judged apart from the others."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.code import Listener

HAND_IN = """
    def inner(x):
        raise NotImplementedError("not yet")

    def outer(x):
        return inner(x) + 1
"""
STAND_IN = """
def inner(x):
    return 10 * x
"""


class Heard(Listener):
    """Keeps what it hears."""

    def __init__(self):
        self.calls, self.outcomes = [], []

    def called(self, call):
        self.calls.append(call)

    def came(self, outcome, call=None):
        self.outcomes.append((outcome, call))


def test_a_stand_in_takes_the_place_of_what_a_function_relies_on(code):
    extended = code(HAND_IN).extended(hw=STAND_IN)
    assert extended.call("hw.outer", 4) == 41


def test_the_code_itself_stays_what_it_was(code):
    original = code(HAND_IN)
    original.extended(hw=STAND_IN).call("hw.outer", 4)
    with pytest.raises(CodeRaised, match="NotImplementedError"):
        original.call("hw.outer", 4)


def test_two_extensions_do_not_see_each_other(code):
    original = code(HAND_IN)
    ten = original.extended(hw=STAND_IN)
    hundred = original.extended(hw=STAND_IN.replace("10", "100"))
    assert [ten.call("hw.outer", 1), hundred.call("hw.outer", 1), ten.call("hw.outer", 1)] == [11, 101, 11]


def test_what_extended_code_does_is_told_to_the_listener_of_the_code(code):
    original = code(HAND_IN)
    original.listener = heard = Heard()
    original.extended(hw=STAND_IN).call("hw.outer", 2)
    assert [(call.name, call.args) for call in heard.calls] == [("hw.outer", (2,))]
    assert [(outcome.value, call) for outcome, call in heard.outcomes] == [(21, heard.calls[0])]


def test_a_failure_of_extended_code_is_the_failure_of_the_code(code):
    original = code(HAND_IN)
    with pytest.raises(CodeRaised) as failure:
        original.extended(hw="def inner(x):\n    raise KeyError(x)\n").call("hw.outer", 2)
    assert failure.value.code is original


def test_an_object_can_hold_the_very_array_that_an_addition_defines(code):
    holder = "class Holder:\n    def change(self):\n        self.W[0] = 7\n"
    extended = code(holder).extended(hw="import numpy\nweights = numpy.zeros(3)\n")
    model = extended.new("hw.Holder")
    model.set("W", extended.ref("hw.weights"))
    model.call("change")
    assert np.array_equal(extended.call("hw.weights.copy"), [7, 0, 0])
