"""Copied code is found through renaming and reformatting; agreeing on the right answer means nothing."""

from __future__ import annotations

import ast
import random
import re
import textwrap
import time
from collections.abc import Callable

import numpy as np
import pytest

from autograder.classroom.similarity import (
    RUN,
    WINDOW,
    Suspect,
    find_alike,
    fingerprints,
    lines_in_common,
    not_compared,
)
from autograder.report.class_page import connected

STUB = b'''"""The stub."""

import numpy as np


def svm_loss(W, X, y, reg):
    """Return the loss."""
    raise NotImplementedError("fill in")
'''

ORIGINAL = b'''
import numpy as np

def svm_loss(W, X, y, reg):
    """Mine."""
    number, classes = X.shape[0], W.shape[1]
    table = X.dot(W)
    right = table[np.arange(number), y].reshape(-1, 1)
    hinge = np.clip(table - right + 1.0, 0, None)
    hinge[np.arange(number), y] = 0.0
    total = hinge.sum() / number
    active = (hinge > 0).astype(float)
    active[np.arange(number), y] -= active.sum(axis=1)
    slope = X.T.dot(active) / number
    return total + reg * (W ** 2).sum(), slope + 2 * reg * W
'''

DISGUISED = b'''
# my own work
import numpy as numerics

def svm_loss(weights, data, labels, strength):
    """Computes everything from scratch."""
    n, c = data.shape[0], weights.shape[1]
    s = data.dot(weights)   # the scores
    r = s[numerics.arange(n), labels].reshape(-1, 1)

    h = numerics.clip(s - r + 1, 0, None)
    h[numerics.arange(n), labels] = 0
    t = h.sum() / n
    a = (h > 0).astype(float)
    a[numerics.arange(n), labels] -= a.sum(axis=1)
    g = data.T.dot(a) / n
    return t + strength * (weights ** 2).sum(), \\
        g + 2 * strength * weights
'''

OWN = b"""
import numpy as np

def svm_loss(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        scores = W.T @ X[i]
        for j in range(len(scores)):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1
            if margin > 0:
                loss = loss + margin
                dW[:, j] += X[i] / len(X)
                dW[:, y[i]] -= X[i] / len(X)
    loss = loss / len(X)
    loss += reg * np.square(W).sum()
    dW += reg * 2 * W
    return loss, dW
"""


FORMS = (
    "    v{} = {}(X {} 1) [{}(W)]",
    "    if {1}(y) {2} {3}(X): v{0} = reg",
    "    v{} = ({}(W), y {} {}(X, 2))",
)


def values(source: bytes) -> frozenset[int]:
    return frozenset(mark.value for mark in fingerprints({"svm.py": source}))


def suspect(label: str, source: bytes, owner: str = "") -> Suspect:
    return Suspect(label, frozenset({owner or label}), values(source))


def somebodys_own_code(seed: int) -> bytes:
    """Return code that nobody else would write."""
    choice = random.Random(seed)
    lines = ["import numpy as np", "def svm_loss(W, X, y, reg):"]
    calls = ["np.sum", "np.dot", "len", "np.exp", "abs", "X.mean", "W.max", "y.copy", "np.where", "sorted"]
    for number in range(40):
        a, b = choice.choice(calls), choice.choice(calls)
        operator = choice.choice(["+", "-", "*", "/", "**", "@", ">", "<="])
        form = choice.choice(FORMS)
        lines.append(form.format(number, a, operator, b))
    return "\n".join(lines).encode()


def test_renaming_comments_and_layout_hide_nothing() -> None:
    assert values(DISGUISED) == values(ORIGINAL)
    (group,) = find_alike([suspect("ada", ORIGINAL), suspect("bob", DISGUISED), suspect("eve", OWN)]).groups
    assert group == ("ada", "bob")


def test_a_part_that_was_copied_makes_a_pair() -> None:
    lines = ORIGINAL.splitlines()
    partly = b"\n".join([*lines[:9], b"    extra = np.sqrt(abs(reg)) + len(y) ** 2 - X.std()", *lines[9:]])
    others = [suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(20)]
    (pair,) = find_alike([suspect("ada", ORIGINAL), suspect("bob", partly), *others]).pairs
    assert {pair.first, pair.second} == {"ada", "bob"}
    assert 0.6 <= pair.likeness < 1


def test_different_solutions_of_the_same_task_are_left_alone() -> None:
    others = [suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(30)]
    found = find_alike([suspect("ada", ORIGINAL), suspect("eve", OWN), *others])
    assert found.groups == () and found.pairs == ()


def test_what_much_of_the_class_writes_makes_no_pair() -> None:
    usual = ORIGINAL.replace(b"def svm_loss", b"def usual")
    class_ = [suspect(f"s{seed}", usual + somebodys_own_code(seed)) for seed in range(40)]
    assert find_alike(class_).pairs == ()


def test_the_stubs_own_code_does_not_count() -> None:
    boilerplate = frozenset(mark.value for mark in fingerprints({"svm.py": STUB * 5}, window=1))
    assert fingerprints({"svm.py": STUB * 5}, boilerplate) == ()
    assert len(fingerprints({"svm.py": STUB + ORIGINAL}, boilerplate)) > 10


def test_hand_ins_of_one_student_or_group_are_not_compared() -> None:
    class_ = [suspect("first", ORIGINAL, "ada"), suspect("second", DISGUISED + b"\nx = 1\n", "ada")]
    found = find_alike([*class_, *(suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(9))])
    assert found.groups == () and found.pairs == ()


def test_untouched_and_tiny_hand_ins_are_nobodys_copy() -> None:
    tiny = b"def svm_loss(W, X, y, reg):\n    return 0.0, W\n"
    assert find_alike([suspect("ada", tiny), suspect("bob", tiny), suspect("eve", b"")]).groups == ()


@pytest.mark.parametrize("length", [RUN + WINDOW - 1, 2 * RUN])
def test_a_copy_of_enough_tokens_is_always_seen(length: int) -> None:
    """Winnowing's guarantee: no copy of RUN + WINDOW - 1 tokens goes unseen, wherever it begins."""
    rng = np.random.default_rng(0)
    words = ["if", "else", "for", "in", "+", "-", "*", "[", "]", "len", "abs", "sum", "max", "x"]
    for _ in range(50):
        copied = rng.choice(words, length)
        one, other = ([*rng.choice(words, 30), *copied, *rng.choice(words, 30)] for _ in range(2))
        assert values(" ".join(one).encode()) & values(" ".join(other).encode())


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff\xfe",
        b"def f(:\n",
        b"'''never closed",
        b"    bad\n  indent\n",
        b"(" * 100_000,
        b"x = 1\\",
    ],
    ids=["empty", "binary", "syntax", "open string", "indent", "deep", "continued"],
)
def test_what_is_no_python_is_read_as_far_as_it_goes(source: bytes) -> None:
    fingerprints({"a.py": source})


def test_the_lines_in_common_are_found_on_both_sides() -> None:
    moved = b"# one\n# two\n# three\n" + ORIGINAL
    shared = values(ORIGINAL)
    (before,) = lines_in_common(fingerprints({"svm.py": ORIGINAL}), shared)["svm.py"]
    (after,) = lines_in_common(fingerprints({"svm.py": moved}), shared)["svm.py"]
    assert after == (before[0] + 3, before[1] + 3)
    text = ORIGINAL.decode().splitlines()[before[0] - 1 : before[1]]
    assert "np.clip" in textwrap.dedent("\n".join(text))


BLANKS = {
    "within": b"x =" + b" " * 9_000 + b"?\n",
    "in brackets": b"x = (\n" + b"\t" * 9_000 + b"?\n)\n",
    "after a form feed": b"x =\f\v" + b" \f" * 4_500 + b"$\n",
}


@pytest.mark.parametrize("blanks", BLANKS)
def test_blanks_before_what_begins_no_token_cost_no_more_than_others(blanks: str) -> None:
    """A line of blanks takes less than three times as long as much more code."""
    begin = time.process_time()
    fingerprints({"svm.py": ORIGINAL * 100})
    usual = time.process_time() - begin
    begin = time.process_time()
    assert values(ORIGINAL + b"\n" + BLANKS[blanks]) >= values(ORIGINAL)
    assert time.process_time() - begin < 3 * usual


def test_a_file_with_a_line_too_long_for_code_is_left_out_and_named() -> None:
    files = {
        "long.py": ORIGINAL + b"data = " + b"1" * 10_001,
        "svm.py": ORIGINAL,
        "plot.ipynb": b"x" * 20_000,
    }
    assert {mark.file for mark in fingerprints(files)} == {"svm.py"}
    assert not_compared(files) == {"long.py": "it has a line too long for code"}
    assert not not_compared({"svm.py": ORIGINAL.replace(b"\n", b"\r") * 50})


def test_old_line_ends_hide_nothing() -> None:
    assert values(ORIGINAL.replace(b"\n", b"\r")) == values(ORIGINAL)


PADDING = {
    "zeros": b"PAD = [" + b"0, " * 20 + b"\n" + b"    0, 0, 0,\n" * 26_000 + b"]\n",
    "lines that do nothing": b"pass\n" * 60_000,
    "values nobody takes": b"'''a'''\n0\n" * 30_000,
    "names nobody reads": b"".join(b"v%d = 1 + 2 * 3 - 4\n" % number for number in range(9_000)),
}


@pytest.mark.parametrize("padding", PADDING)
def test_padding_hides_no_copy(padding: str) -> None:
    padded = PADDING[padding] + DISGUISED
    assert values(padded) >= values(ORIGINAL)
    (found,) = [
        {"ada", "bob"} & {*pair} for pair in _listed([suspect("ada", ORIGINAL), suspect("bob", padded)])
    ]
    assert found == {"ada", "bob"}


def test_what_is_too_long_to_be_compared_is_named() -> None:
    junk = "".join(
        f"a{it} = b[{it}] {'+-*/@'[it * it % 5]} c{'([{'[it % 3] + ')]}'[it % 3]}\n" for it in range(9_000)
    )
    assert not_compared({"svm.py": junk.encode() + b"print(" + b"+a1" * 3_000 + b")"}) in (
        {"svm.py": "it is far longer than any homework"},
        {},
    )


def test_what_is_too_long_to_be_read_for_what_it_computes_is_named() -> None:
    """Comments are no tokens, so that a file may hold few of them and still be too long to be parsed."""
    padded = ORIGINAL + b"# a comment\n" * 23_000
    assert values(padded) == values(ORIGINAL)
    assert not_compared({"svm.py": padded}) == {"svm.py": "it is far longer than any homework"}
    assert not_compared({"svm.py": padded[:200_000]}) == {}


def test_dead_code_between_the_lines_hides_no_copy() -> None:
    mixed, before = [], ""
    for number, line in enumerate(DISGUISED.decode().splitlines()):
        mixed.append(line)
        if line.startswith("    ") and not before.endswith("\\") and line[-1] not in ",(:\\":
            indent = line[: len(line) - len(line.lstrip())]
            mixed.append(f"{indent}unused_{number} = {number} * 3 - 1")
        before = line
    copy = "\n".join(mixed).encode()
    assert len(values(copy) & values(ORIGINAL)) > 0.8 * len(values(ORIGINAL))


def _with_each_line(source: bytes, change: Callable[[str], str]) -> bytes:
    """Return a source with each statement of functions that stands on a single line replaced."""
    lines, before = [], ""
    for line in source.decode().splitlines():
        text = line.lstrip()
        indent = line[: len(line) - len(text)]
        is_whole = line[-1:] not in [*",(:\\"] and before[-1:] not in [*",(\\"]
        lines.append(textwrap.indent(change(text), indent) if indent and is_whole else line)
        before = line
    return "\n".join(lines).encode()


WRAPPED = {
    "conditions that hold": (r"(.+)", r"if True:\n    \1"),
    "calls for nothing": (r"(.+)", r"np.abs(np.ones(7))\n\1"),
    "functions for nothing": (r"(.+)", r"(lambda: 7)()\n\1"),
    "parentheses": (r"(\w+ =|return) ([^#]+?)( *#.*)?", r"\1 (((\2)))\3"),
    "annotations": (r"(\w+) = (.+)", r"\1: dict[str, list[int]] = \2"),
    "names for a moment": (r"(\w+) = (.+)", r"t_\1 = \2\n\1 = t_\1"),
    "semicolons": (r"(.+)", r"\1;"),
}


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_what_can_be_put_around_every_line_hides_no_copy(wrapping: str) -> None:
    pattern, replacement = WRAPPED[wrapping]
    copy = _with_each_line(DISGUISED, lambda line: re.sub(f"^{pattern}$", replacement, line))
    ast.parse(copy)
    assert copy != DISGUISED
    assert len(values(copy) & values(ORIGINAL)) > 0.8 * len(values(ORIGINAL))


def test_two_are_enough_for_a_class() -> None:
    changed = ORIGINAL + b"\n\ndef more(X):\n    return [abs(x) ** 2 - len(X) for x in sorted(X) if x > 3]\n"
    assert _listed([suspect("ada", ORIGINAL), suspect("bob", changed)]) == [("ada", "bob")]
    assert _listed([suspect("ada", ORIGINAL), suspect("eve", OWN)]) == []


def _edited(source: bytes, seed: int) -> bytes:
    """Return a copy with lines of its writer's own at places of its writer's own."""
    choice = random.Random(seed)
    lines = source.decode().splitlines()
    for own in choice.sample(somebodys_own_code(seed).decode().splitlines()[2:], 3):
        places = [at for at, line in enumerate(lines) if re.match(r"    \w+ =", line)]
        lines.insert(choice.choice(places), own)
    return "\n".join(lines).encode()


LONG = ORIGINAL + OWN.replace(b"svm_loss", b"svm_loss_naive")


@pytest.mark.parametrize("copies, others", [(5, 0), (9, 30)])
def test_copies_that_differ_are_all_listed_however_many_there_are(copies: int, others: int) -> None:
    """What one hand-in has passes for what much of the class has, where many have it from there."""
    ring = [suspect(f"copy{seed}", _edited(LONG, seed)) for seed in range(copies)]
    class_ = [*ring, *(suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(others))]
    assert len({one.values for one in ring}) == copies
    found = find_alike(class_)
    listed = {label for pair in _listed(class_) for label in pair}
    assert listed == {one.label for one in ring}
    assert connected((pair.first, pair.second) for pair in found.pairs) == [
        tuple(sorted(one.label for one in ring))
    ]


def test_what_half_a_class_writes_is_no_copy_however_much_of_their_code_it_is() -> None:
    usual = LONG.replace(b"def svm_loss", b"def usual")
    half = [
        suspect(f"s{seed}", usual + b"\n".join(somebodys_own_code(seed).splitlines()[:30]))
        for seed in range(30)
    ]
    class_ = [*half, *(suspect(f"t{seed}", somebodys_own_code(100 + seed)) for seed in range(30))]
    one, other = half[0].values, half[1].values
    assert 0.4 < len(one & other) / len(one) < 0.8
    assert find_alike(class_).pairs == ()


def test_everybody_who_is_like_somebody_is_in_a_pair_that_is_listed() -> None:
    rings = [LONG + somebodys_own_code(seed) for seed in range(16)]
    class_ = [
        suspect(f"r{number}c{seed}", _edited(ring, seed))
        for number, ring in enumerate(rings)
        for seed in range(3)
    ]
    listed = {label for pair in _listed(class_) for label in pair}
    assert listed == {one.label for one in class_}


def _listed(suspects: list[Suspect]) -> list[tuple[str, ...]]:
    """Return the labels of everything that is listed."""
    found = find_alike(suspects)
    return [*found.groups, *((pair.first, pair.second) for pair in found.pairs)]
