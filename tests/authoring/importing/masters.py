"""Masters of otter assign in several styles, with hand-ins for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Cell = tuple[str, str] | tuple[str, str, str]


def raw(text: str) -> Cell:
    return "raw", text


def text(source: str) -> Cell:
    return "markdown", source


def code(source: str, output: str = "") -> Cell:
    return "code", source, output


def question(name: str, *cells: Cell, **config: Any) -> list[Cell]:
    lines = [f"{key}: {json.dumps(value)}" for key, value in {"name": name, **config}.items()]
    return [raw("\n".join(["# BEGIN QUESTION", *lines])), *cells, raw("# END QUESTION")]


def solution(*cells: Cell) -> list[Cell]:
    return [raw("# BEGIN SOLUTION"), *cells, raw("# END SOLUTION")]


def checks(*cells: Cell) -> list[Cell]:
    return [raw("# BEGIN TESTS"), *cells, raw("# END TESTS")]


def prompt(*cells: Cell) -> list[Cell]:
    return [raw("# BEGIN PROMPT"), *cells, raw("# END PROMPT")]


def notebook_of(cells: list[Cell]) -> dict[str, Any]:
    made = []
    for number, (kind, source, *output) in enumerate(cells):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"c{number}", "metadata": {}, "source": source}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
            if output and output[0]:
                data = {"text/plain": output[0]}
                cell["outputs"] = [
                    {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
                ]
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def write_notebook(path: Path, cells: list[Cell]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook_of(cells), indent=1))
    return path


CONFIG = "# ASSIGNMENT CONFIG\nexport_cell: false\nsuppress_no_tests_warning: true\nrun_tests: false\n"

OK_STYLE: list[Cell] = [
    raw(CONFIG + "name: means\ninit_cell: false\n"),
    text("# Means and spreads"),
    code("import numpy as np\n\ndata = np.array([[1.0, 2.0], [3.0, 6.0]])"),
    code("def close(a, b):\n    return np.allclose(a, b)"),
    *question(
        "row_means",
        text("**Question 1.** Return the mean of each row."),
        *solution(
            code(
                'def row_means(X):\n    """Return the mean of each row."""\n    # BEGIN SOLUTION\n'
                "    return X.mean(axis=1)\n    # END SOLUTION"
            )
        ),
        *checks(
            code("row_means(data).tolist()", "[1.5, 4.5]"),
            code("close(row_means(data), [1.5, 4.5])", "True"),
            code("# HIDDEN\nassert np.allclose(row_means(np.ones((50, 3))), 1)"),
            code("# HIDDEN\nX = np.arange(12.0).reshape(4, 3)\nclose(row_means(X), X.mean(axis=1))", "True"),
        ),
        points=2,
    ),
    *question(
        "spread",
        text("### Question 2\nThe spread of the numbers, and how many there are."),
        *solution(
            code(
                "spread = data.max() - data.min() # SOLUTION\ncount = data.size  # SOLUTION NO PROMPT\nspread"
            )
        ),
        *checks(
            code("spread == 5", "np.True_"),
            code(
                '""" # BEGIN TEST CONFIG\nhidden: true\npoints: 1.5\nfailure_message: Look at the smallest.\n'
                '""" # END TEST CONFIG\nassert isinstance(spread, float)'
            ),
        ),
        points=2,
    ),
]

WRITTEN: list[Cell] = [
    *question(
        "why",
        text("**Question 3.** Why is the mean no robust measure?"),
        *prompt(text("*Write two sentences.*")),
        *solution(text("One number far away moves it **as far as it likes**.")),
        manual=True,
        points=3,
    ),
]

LAYER = """
class Layer:
    def __init__(self, n, m):
        self.W = np.zeros((n, m))

    def forward(self, X):
        return X @ self.W  # SOLUTION

    def square(self):
        # BEGIN SOLUTION
        if self.W.shape[0] != self.W.shape[1]:
            raise ValueError('not square')
        return True
        # END SOLUTION
"""
TEST_FORWARD = """
def test_forward(Layer, np):
    layer = Layer(3, 2)
    layer.W = np.ones((3, 2))
    assert layer.W.shape == (3, 2)
    assert np.allclose(layer.forward(np.ones((1, 3))), 3)

test_forward(Layer, np)
"""
HIDDEN = '""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\n'
TEST_SQUARE = """
def test_square(env):
    layer = env['Layer'](3, 2)
    try:
        layer.square()
        assert False
    except ValueError:
        pass
"""
TEST_RANDOM = """
def test_random(Layer):
    import numpy as np

    np.random.seed(3)
    X, W = np.random.randn(4, 3), np.random.randn(3, 2)
    layer = Layer(3, 2)
    layer.W = W
    np.testing.assert_allclose(layer.forward(X), X @ W)
"""
SOFTMAX = """
# BEGIN SOLUTION
def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()
# END SOLUTION
"""
TEST_SUM = """
def test_sum(softmax, np):
    for n in (2, 5):
        assert abs(softmax(np.arange(n)).sum() - 1) < 1e-9, 'no distribution'
"""
TEST_ORDER = """
def test_order(softmax, env):
    np = env['np']
    p = softmax(np.array([1.0, 3.0, 2.0]))
    assert [int(i) for i in np.argsort(p)] == [0, 2, 1]
"""
EXCEPTION_STYLE: list[Cell] = [
    raw(CONFIG + "tests:\n  ok_format: false\n"),
    text("# Layers"),
    code("import numpy as np"),
    *question(
        "layer",
        text("## A linear layer"),
        *solution(code(LAYER.strip())),
        *checks(
            code(TEST_FORWARD.strip()),
            code(HIDDEN + TEST_SQUARE.strip()),
            code(HIDDEN + TEST_RANDOM.strip()),
        ),
        points=3,
        all_or_nothing=True,
    ),
    *question(
        "softmax",
        text("## Softmax"),
        *solution(code(SOFTMAX.strip())),
        *checks(code(TEST_SUM.strip()), code(TEST_ORDER.strip())),
        points=[1, 2],
    ),
]

FENCED_STYLE: list[Cell] = [
    text("```otter\n" + CONFIG + "```"),
    text(
        "# Choices\n\n```otter\n# BEGIN QUESTION\nname: pick\n```\n\n**Which** one?\n\n```otter\n# BEGIN SOLUTION\n```"
    ),
    code('pick = "b"  # SOLUTION'),
    text("```otter\n# END SOLUTION\n```\n\n```otter\n# BEGIN TESTS\n```"),
    code("pick in ('a', 'b', 'c')", "True"),
    code("# HIDDEN\npick == 'b'", "True"),
    text("```otter\n# END TESTS\n```\n\n```otter\n# END QUESTION\n```"),
    *question(
        "gradient",
        text("A gradient."),
        *prompt(code("def gradient(f, x):\n    raise NotImplementedError")),
        *solution(
            code(
                "# BEGIN SOLUTION NO PROMPT\ndef gradient(f, x):\n    h = 1e-5\n"
                "    return (f(x + h) - f(x - h)) / (2 * h)\n# END SOLUTION"
            )
        ),
        *checks(
            code("abs(gradient(lambda x: x**2, 3) - 6) < 1e-6", "True"),
            code(
                "# HIDDEN\nimport math\nassert all(math.isclose(gradient(math.sin, x), math.cos(x), rel_tol=1e-6) "
                "for x in (0.1, 1.0))"
            ),
        ),
        points={"each": 2},
    ),
]

MASTERS = {"ok": OK_STYLE, "exception": EXCEPTION_STYLE, "fenced": FENCED_STYLE}
