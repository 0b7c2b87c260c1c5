"""Copies of which every line was written anew are found by what they compute, and listed after all others."""

from __future__ import annotations

import random
import re

import pytest

from autograder.classroom.computations import computed_in
from autograder.classroom.similarity import Pair, Suspect, computations, find_alike, fingerprints
from tests.graders import COURSE
from tests.test_right_solutions import SOLUTIONS, files_of

ASSIGNMENTS = sorted({path.parent.name for path in SOLUTIONS})

ORIGINAL = """
import numpy as np

def loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    for i in range(num_train):
        scores = X[i] @ W
        count = 0
        for j in range(W.shape[1]):
            if j != y[i]:
                margin = scores[j] - scores[y[i]] + 1
                if margin > 0:
                    loss += margin
                    dW[:, j] += X[i]
                    count += 1
        dW[:, y[i]] -= count * X[i]
    loss /= num_train
    loss += reg * np.sum(W ** 2)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

def loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X @ W
    correct = scores[np.arange(num_train), y]
    margins = scores - correct[:, None] + 1
    margins[np.arange(num_train), y] = 0
    margins[margins < 0] = 0
    loss = margins.sum() / num_train + reg * np.sum(W ** 2)
    active = (margins > 0).astype(float)
    active[np.arange(num_train), y] = -active.sum(axis=1)
    dW = X.T @ active / num_train + 2 * reg * W
    return loss, dW
"""

REWRITTEN = '''
import numpy as numerics
from numpy import square

def loss_vectorized(weights: numerics.ndarray, data, labels, strength) -> tuple:
    """Mine."""
    n = len(data)
    picked = numerics.dot(data, weights)[numerics.arange(n), labels].reshape(n, 1)
    gaps = 1 + numerics.dot(data, weights) - picked
    gaps[numerics.arange(n), labels] = 0.0
    small = 0 > gaps
    gaps[small] = 0.0
    on = numerics.array(0 < gaps, dtype=float)
    size = square(weights).sum()
    on[numerics.arange(n), labels] = -1 * numerics.sum(on, axis=1)
    value = strength * size + numerics.sum(gaps) / n
    return value, strength * weights * 2 + numerics.dot(data.T, on) / n

def loss_naive(weights, data, labels, strength):
    slope, value = numerics.zeros_like(weights), 0
    n = len(data)
    i = 0
    while i < n:
        out, seen = numerics.dot(data[i], weights), 0
        for c, s in enumerate(out):
            if c == labels[i]:
                continue
            if 0 < (gap := 1 + s - out[labels[i]]):
                seen = seen + 1
                slope[:, c] = slope[:, c] + data[i]
                value = value + gap
        slope[:, labels[i]] = slope[:, labels[i]] - data[i] * seen
        i = i + 1
    value, slope = value / n, slope / n
    return value + strength * numerics.sum(weights ** 2), slope + 2 * strength * weights
'''

IN_PIECES = """
import numpy as np

def penalty(W, reg):
    return reg * np.sum(W ** 2)

def slope(W, reg):
    return 2 * reg * W

class Margins:
    def __init__(self, W, X, y):
        self.X, self.y = X, y
        self.table = X @ W
        self.rows = np.arange(X.shape[0])

    def all(self):
        self.kept = self.table - self.own()[:, None] + 1
        self.kept[self.rows, self.y] = 0
        self.kept[self.kept < 0] = 0
        return self.kept

    def own(self):
        return self.table[self.rows, self.y]

def indicators(margins, y, m):
    active = (margins > 0).astype(float)
    active[np.arange(m), y] = -active.sum(axis=1)
    return active

def loss_vectorized(W, X, y, reg):
    kept = Margins(W, X, y).all()
    turn = lambda active: X.T @ active / X.shape[0]
    return kept.sum() / X.shape[0] + penalty(W, reg), turn(indicators(kept, y, X.shape[0])) + slope(W, reg)

def inner(scores, label, classes, dW, x):
    loss, count = 0.0, 0
    for j in range(classes):
        if j != label:
            margin = scores[j] - scores[label] + 1
            if margin > 0:
                loss += margin
                dW[:, j] += x
                count += 1
    return loss, count

def loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for x, label in zip(X, y):
        more, count = inner(x @ W, label, W.shape[1], dW, x)
        loss += more
        dW[:, label] -= count * x
    return loss / len(X) + penalty(W, reg), dW / len(X) + slope(W, reg)
"""

OWN = """
import numpy as np

def loss_naive(W, X, y, reg):
    total, grad = reg * np.vdot(W, W), 2 * reg * W
    for x, c in zip(X, y):
        s = W.T @ x
        wrong = [k for k in range(len(s)) if k != c and s[k] + 1 > s[c]]
        total += sum(s[k] + 1 - s[c] for k in wrong) / len(y)
        for k in wrong:
            grad[:, k] += x / len(y)
        grad[:, c] -= len(wrong) * x / len(y)
    return total, grad

def loss_vectorized(W, X, y, reg):
    mine = np.eye(W.shape[1])[y]
    s = np.einsum("nd,dc->nc", X, W)
    gaps = np.clip(s + 1 - (s * mine).sum(axis=1, keepdims=True), 0, None) * (1 - mine)
    on = np.sign(gaps)
    on = on - mine * on.sum(axis=1, keepdims=True)
    return gaps.sum(axis=1).mean() + reg * np.vdot(W, W), np.einsum("nd,nc->dc", X, on) / len(y) + 2 * reg * W
"""

DISGUISES = {
    "every line rewritten": REWRITTEN,
    "helpers, a class and a lambda": IN_PIECES,
    "inside of a block": "import numpy as np\ntry:\n    if np:\n"
    + re.sub("^", "        ", ORIGINAL.replace("import numpy as np\n", ""), flags=re.M)
    + "\nexcept* ValueError:\n    pass\n",
    "run from a text": f"import numpy as np\nexec({ORIGINAL!r})\n",
    "with dead code": re.sub(
        r"^( +)(\w+) = (.+)$", r"\1\2 = \3\n\1z_\2 = len(str(3))\n\1z_\2 -= 1", ORIGINAL, flags=re.M
    ),
    "under conditions that hold": re.sub(
        r"^( +)(\w+) = (.+)$", r"\1if reg >= reg:\n\1    \2 = \3", ORIGINAL, flags=re.M
    ),
    "the other way round": re.sub(
        r"^( +)(\S+(?: j\]|\[i\]\])?) ([-+*/])= (.+)$", r"\1\2 = \2 \3 \4", ORIGINAL, flags=re.M
    ),
    "as functions and methods": ORIGINAL.replace("X[i] @ W", "np.dot(X[i], W)")
    .replace("X @ W", "np.matmul(X, W)")
    .replace("np.sum(W ** 2)", "(W * W).sum()")
    .replace("margins.sum()", "np.sum(margins)")
    .replace("[:, None]", "[:, np.newaxis]"),
}


def computed(source: str) -> frozenset[int]:
    return frozenset(it.value for it in computed_in(source.encode()))


def suspect(label: str, source: str, owner: str = "") -> Suspect:
    files = {"loss.py": source.encode()}
    prints = frozenset(mark.value for mark in fingerprints(files))
    return Suspect(label, frozenset({owner or label}), prints, computed(source))


def somebodys_own_code(seed: int) -> str:
    """Return code that computes what nobody else would."""
    choice = random.Random(seed)
    calls = ["sum", "exp", "abs", "mean", "sort", "log", "sqrt", "cumsum", "diff", "sin"]
    lines = ["import numpy as np", "def loss_naive(W, X, y, reg):", "    v0 = X @ W"]
    for number in range(1, 30):
        one, other = choice.sample(calls, 2)
        a, b = choice.randrange(number), choice.randrange(number)
        lines.append(
            f"    v{number} = np.{one}(v{a}) {choice.choice(['+', '*', '@', '>'])} np.{other}(v{b}, X)"
        )
    return "\n".join([*lines, f"    return {', '.join(f'v{it}' for it in range(30))}"])


def pairs_of(*suspects: Suspect) -> list[Pair]:
    return list(find_alike(suspects).pairs)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_computes_the_same_however_it_is_disguised(disguise: str) -> None:
    original, copy = computed(ORIGINAL), computed(DISGUISES[disguise])
    assert len(original & copy) >= 0.9 * len(original)
    others = [suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(20)]
    (pair,) = pairs_of(suspect("ada", ORIGINAL), suspect("bob", DISGUISES[disguise]), *others)
    assert {pair.first, pair.second} == {"ada", "bob"}


def test_another_solution_computes_something_else() -> None:
    original, own = computed(ORIGINAL), computed(OWN)
    assert len(original & own) < 0.4 * min(len(original), len(own))
    others = [suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(20)]
    assert pairs_of(suspect("ada", ORIGINAL), suspect("eve", OWN), *others) == []
    assert pairs_of(suspect("ada", ORIGINAL), suspect("eve", OWN)) == []


def test_code_in_common_comes_before_computations_in_common() -> None:
    lines = OWN.splitlines()
    partly = "\n".join([*lines[:8], "        extra = np.sqrt(abs(reg)) + len(y) ** 2 - X.std()", *lines[8:]])
    found = pairs_of(
        suspect("ada", ORIGINAL), suspect("bob", REWRITTEN), suspect("eve", OWN), suspect("fay", partly)
    )
    assert [(pair.first, pair.second, pair.rewritten) for pair in found] == [
        ("eve", "fay", False),
        ("ada", "bob", True),
    ]


def wired(seed: int, wires: int, own: int) -> str:
    """Return code with the calls of `seed`, of values that `wires` chooses, and with as many lines of its own."""
    shape, wire = random.Random(seed), random.Random(wires)
    calls = ["sum", "exp", "abs", "mean", "sort", "log", "sqrt", "cumsum", "diff", "sin"]
    lines = somebodys_own_code(own).splitlines()
    for number in range(60):
        one, other = shape.sample(calls, 2)
        operator = shape.choice("+*@>")
        a, b = wire.randrange(30), wire.randrange(30)
        lines.insert(-1, f"    w{number} = np.{one}(v{a}) {operator} np.{other}(v{b}, X)")
    return "\n".join([*lines[:-1], f"    return {', '.join(f'w{it}' for it in range(60))}, {lines[-1][11:]}"])


def test_code_in_common_that_computes_other_things_comes_last() -> None:
    others = [suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(20)]
    first, second = (suspect(f"w{seed}", wired(1, seed, 100 + seed)) for seed in (1, 2))
    found = pairs_of(suspect("ada", ORIGINAL), suspect("bob", REWRITTEN), first, second, *others)
    assert [(pair.first, pair.second, pair.rewritten) for pair in found] == [
        ("ada", "bob", True),
        ("w1", "w2", False),
    ]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_right_work_in_different_styles_makes_no_pair(name: str) -> None:
    assignment = COURSE.assignment(name)
    stub = {file.name: file.stub() for file in assignment.files}
    code = frozenset(mark.value for mark in fingerprints(stub, window=1))
    computed = frozenset(mark.value for mark in computations(stub))
    right = {path.stem: files_of(path, name) for path in SOLUTIONS if path.parent.name == name}
    right["reference"] = dict(COURSE.solution(name).reference_files(assignment))
    class_ = [
        Suspect(
            label,
            frozenset({label}),
            frozenset(mark.value for mark in fingerprints(files, code)),
            frozenset(mark.value for mark in computations(files, computed)),
        )
        for label, files in right.items()
    ]
    assert len(class_) > 2
    found = find_alike(class_)
    assert (found.groups, found.pairs) == ((), ())


def test_the_lines_that_compute_the_same_are_known() -> None:
    marks = computations({"loss.py": REWRITTEN.encode(), "answers.md": b"a @ b + c @ d"})
    assert {mark.file for mark in marks} == {"loss.py"}
    text = REWRITTEN.splitlines()
    lines = [
        "\n".join(text[mark.first_line - 1 : mark.last_line])
        for mark in marks
        if mark.value in computed(ORIGINAL)
    ]
    assert any("gaps[small] = 0.0" in line for line in lines)
    assert not any("import" in line for line in lines)


def test_a_ring_is_listed_however_large() -> None:
    ring = [suspect(f"copy{number}", source) for number, source in enumerate([ORIGINAL, *DISGUISES.values()])]
    others = [suspect(f"s{seed}", somebodys_own_code(seed)) for seed in range(20)]
    found = find_alike([*ring, *others])
    listed = {label for pair in found.pairs for label in (pair.first, pair.second)}
    assert listed | {label for group in found.groups for label in group} == {one.label for one in ring}


def test_what_much_of_the_class_computes_makes_no_pair() -> None:
    usual = list(DISGUISES.values())
    class_ = [
        suspect(f"s{seed}", usual[seed % len(usual)] + somebodys_own_code(seed).replace("loss_", "own_"))
        for seed in range(42)
    ]
    assert not any(pair.rewritten for pair in pairs_of(*class_))


def test_of_many_who_agree_by_twos_a_few_are_listed() -> None:
    class_ = [
        one
        for seed in range(20)
        for one in (
            suspect(f"a{seed}", somebodys_own_code(seed)),
            suspect(f"b{seed}", _in_other_words(somebodys_own_code(seed))),
        )
    ]
    found = pairs_of(*class_)
    assert len(found) == 5
    assert all(pair.rewritten and pair.first[1:] == pair.second[1:] for pair in found)


def _in_other_words(source: str) -> str:
    """Return the same computations with a line of its own for each operand."""
    return re.sub(
        r"    (v\d+) = (np.+?\)) (\S) (np.+)",
        r"    left = \2\n    right = \4\n    \1 = left \3 right",
        source,
    )


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def f(:",
        "def f(a):\n    return " + "[" * 180 + "a @ a + 1" + "]" * 180,
        "def f(a):\n    return " + "-" * 900 + "a",
        "def f(a):\n    return a" + "[a.sum(" * 80 + "1" + ")]" * 80,
        "def f(a):\n" + "".join(" " * (depth + 1) + "if a:\n" for depth in range(95)) + " " * 97 + "a @ a",
        "f = " + "lambda a: " * 90 + "a",
        "def f(a):\n    return f(a) + g(a)\ndef g(a):\n    return f(a) @ g(a)\n",
        "def f(a):\n    if a: pass\n" + "    elif a == 1: a = a @ a\n" * 3000,
        "def f(x):\n" + "    x = enumerate(x)\n" * 2000 + "    for a in x: print(a)\n",
        "exec('exec(1)')\nexec(b'')\nexec('(')\nexec()\n",
    ],
    ids=[
        *("empty", "no Python", "lists", "signs", "items", "blocks", "functions", "each other", "cases"),
        *("loops", "texts"),
    ],
)
def test_odd_code_is_read_as_far_as_it_goes(source: str) -> None:
    computed_in(source.encode())


def test_what_lies_deep_is_read_all_the_same() -> None:
    deep = ORIGINAL.replace("scores = X @ W\n", "scores = " + "[" * 120 + "X @ W + X @ X" + "]" * 120 + "\n")
    assert computed("def f(X, W):\n    return (X @ W + X @ X)[0]") & computed(deep)


def test_calls_of_calls_are_followed_only_so_far() -> None:
    """Each function calls the next four times: followed to the end, a thousand lines would take for ever."""
    chain = "".join(
        f"def f{it}(a):\n    return f{it + 1}(a) @ f{it + 1}(a) + f{it + 1}(a) - f{it + 1}(a)\n"
        for it in range(200)
    )
    assert computed(chain + ORIGINAL) >= computed(ORIGINAL)
