"""Which functions call which is told by names, and not told where a name could mean several."""

from __future__ import annotations

import pytest

from autograder.student.calls import calls_in

TWO = """
class Near:
    def train(self, X): self.X = X
    def predict(self, X): return self.distances(X)
    def distances(self, X): return helper(X)

class Nearest:
    def train(self, X): self.X = X
    def predict(self, X): return X

class Nearer(Near):
    def distances(self, X): return 0
"""
NEAREST = {"Nearest.__init__", "Nearest.predict"}


@pytest.mark.parametrize(
    "caller, source, called",
    [
        ("Near.predict", "", {"Near.distances", "Nearer.distances"}),
        ("Nearest.predict", "", set()),
        ("Near.distances", "", {"helper"}),
        ("folds", "def folds(X):\n    model = Nearest()\n    return model.predict(X)", NEAREST),
        ("folds", "def folds(model):\n    return model.predict(1)", {"predict"}),
        ("folds", "def folds(model):\n    return model.votes(1)", {"votes"}),
        ("folds", "import near\ndef folds(X):\n    return near.helper(X)", {"helper"}),
        ("inner", "def folds(X):\n    def inner():\n        return helper(X)\n    return inner()", {"helper"}),
    ],
)  # fmt: skip
def test_a_call_means_what_its_name_can_mean(caller, source, called) -> None:
    files = {"near.py": (TWO + source).encode(), "broken.py": b"def", "data.csv": b"1,2"}
    assert calls_in(files)[caller] == called
