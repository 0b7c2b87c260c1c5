"""What is said of a function that is not where it should be, and of a line of the stub that was left."""

from __future__ import annotations

import pytest

from autograder.grading.misplaced import statements_around, where_instead

ASKED_FOR = ("hw.loss_naive", "hw.loss_vectorized", "hw.Model.fit", "hw.Model.predict", "hw.Other.predict")
METHODS = "class Model:\n    def fit(self): pass\n"


@pytest.mark.parametrize(
    "what, source, said",
    [
        ("loss_naive", "def loss_naiv(W): pass", "; is loss_naiv meant (hw.py, line 1)? Then rename it to loss_naive"),
        ("loss_naive", "def loss_vectorized(W): pass", ""),
        ("loss_naive", "def loss_naive_a(W): pass\ndef loss_naive_b(W): pass", ""),
        ("loss_naive", "def f(W):\n    def loss_naive(W): pass", ": it is defined inside the function f (hw.py, line"),
        ("loss_naive", "class A:\n    def loss_naive(W): pass", "defined inside the class A (hw.py, line 2)"),
        ("loss_naive", "if 0:\n    def loss_naive(W): pass", ""),
        ("loss_naive", "try:\n    1\nexcept OSError:\n    def loss_naiv(W): pass", "loss_naiv meant (hw.py, line 4)"),
        ("loss_naive", "def loss_naive(W)", ""),
        ("Model.predict", METHODS + "def predict(self): pass", ": it stands outside the class (hw.py, line 3)"),
        ("Model.predict", METHODS + "class Other:\n    def predict(self): pass", ""),
        ("Model.predict", METHODS + "    def predicts(self): pass", "; is predicts meant (hw.py, line 3)"),
        ("Model.predict", METHODS + "def predicts(self): pass", ""),
        ("Model.predict", METHODS[:-5] + "\n        def predict(self): pass", "the function fit (hw.py, line 3)"),
        ("Model", "class model:\n    pass", "; is model meant (hw.py, line 1)"),
    ],
)  # fmt: skip
def test_what_is_missing_is_looked_for_where_students_put_it(what, source, said) -> None:
    found = where_instead(what, {"hw.py": source.encode(), "notes.txt": b"def"}, ASKED_FOR)
    assert said in found and bool(said) == bool(found)


def test_statements_are_those_of_the_innermost_function() -> None:
    source = b"def f():\n    def g():\n        a = 1\n        raise ValueError\n    return g()\n"
    assert len(statements_around(source, 4)) == 2
    assert len(statements_around(source, 5)) == 2
    assert not statements_around(b"x = 1\n", 1) and not statements_around(b"def", 1)
