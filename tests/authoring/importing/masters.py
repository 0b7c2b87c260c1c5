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
        "# Choices\n\n```otter\n# BEGIN QUESTION\nname: pick\n```\n\n**Which** one?\n\n"
        "```otter\n# BEGIN SOLUTION\n```"
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
                "# HIDDEN\nimport math\n"
                "assert all(math.isclose(gradient(math.sin, x), math.cos(x), rel_tol=1e-6) "
                "for x in (0.1, 1.0))"
            ),
        ),
        points={"each": 2},
    ),
]

ALL_OR_NOTHING: list[Cell] = [
    raw(CONFIG + "name: together\n"),
    text("# Together"),
    code("import numpy as np\nrng = np.random.default_rng(42)"),
    code('grader.run_plugin("otter.plugins.builtin.RateLimiting")'),
    *question(
        "walk",
        text("**Question 1.** A walk."),
        *solution(
            code(
                "def walk(n, seed):\n    # BEGIN SOLUTION\n"
                "    rng = np.random.default_rng(seed)\n"
                "    steps = rng.choice([-1, 1], size=n)\n    return np.cumsum(steps)\n"
                "    # END SOLUTION"
            ),
            code("path = walk(100, 3) # SOLUTION"),
        ),
        *checks(
            code("walk(10, 1).shape", "(10,)"),
            code("# HIDDEN\nassert set(np.diff(walk(50, 2))) <= {-1, 1}"),
            code("# HIDDEN\nnp.testing.assert_array_equal(path, walk(100, 3))"),
            code("int(abs(walk(5, 0)).max()) <= 5", "True"),
        ),
        points=4,
        all_or_nothing=True,
    ),
    *question(
        "pick",
        text("**Question 2.** Pick all."),
        *prompt(code("pick = ...")),
        *solution(code("pick = [1, 3] # SOLUTION")),
        *checks(
            code("assert isinstance(pick, list)"),
            code(
                '""" # BEGIN TEST CONFIG\npoints: 2\nhidden: true\n""" # END TEST CONFIG\n'
                "assert sorted(pick) == [1, 3]"
            ),
            code(
                '""" # BEGIN TEST CONFIG\npoints: 0.5\nhidden: true\n""" # END TEST CONFIG\n'
                "assert 2 not in pick"
            ),
        ),
    ),
]

SEEDED: list[Cell] = [
    raw(CONFIG + "name: seeded\ngenerate:\n  seed: 42\ntests:\n  ok_format: true\n"),
    code("import numpy as np\nimport math"),
    *question(
        "draw",
        text("### 1 Draw"),
        *solution(code("def draw(n):\n    return np.random.normal(size=n).mean() # SOLUTION")),
        *checks(
            code("np.random.seed(5)\nbool(abs(draw(1000)) < 0.2)", "True"),
            code(
                "# HIDDEN\nnp.random.seed(7)\nm = draw(10)\nnp.random.seed(7)\n"
                "assert math.isclose(m, np.random.normal(size=10).mean())"
            ),
        ),
        points={"each": 1.5},
    ),
    *question(
        "area",
        text("### 2 Area"),
        *solution(code("side = 3 # SOLUTION\narea = side ** 2 # SOLUTION")),
        *checks(
            code("area", "9"),
            code("assert side > 0 and area == side * side"),
            code("# HIDDEN\ntype(area) is int", "True"),
        ),
        points=[0, 1, 2],
    ),
    *question(
        "text_out",
        text("### 3 Words"),
        *solution(
            code(
                "def shout(words):\n    # BEGIN SOLUTION\n"
                "    return ' '.join(w.upper() for w in words)\n    # END SOLUTION"
            )
        ),
        *checks(code("shout(['a', 'b'])", "'A B'"), code("# HIDDEN\nassert shout([]) == ''")),
        points=2,
    ),
]

EXPORTED: list[Cell] = [
    raw(
        CONFIG
        + "name: exported\ntests:\n  ok_format: false\nexport_cell:\n  pdf: true\n"
        "  filtering: true\n".replace("export_cell: false\n", "")
    ),
    text("# Exported"),
    code("import numpy as np"),
    *question(
        "plot",
        text("Draw it."),
        *solution(code("values = np.arange(5) ** 2 # SOLUTION\nvalues.sum()")),
        manual=True,
        points=2,
        export=True,
    ),
    *question(
        "why", text("Why?"), *prompt(text("*here*")), *solution(text("Because.")), manual=True, points=1
    ),
    *question(
        "stack",
        text("## A stack"),
        *solution(
            code(
                "class Stack:\n    def __init__(self):\n        self.items = [] # SOLUTION\n\n"
                "    def push(self, x):\n        # BEGIN SOLUTION\n"
                "        self.items.append(x)\n        return self\n        # END SOLUTION\n\n"
                "    def size(self):\n        return len(self.items) # SOLUTION"
            )
        ),
        *checks(
            code(
                "def test_size(Stack):\n    s = Stack()\n    assert s.size() == 0\n"
                "    s.push(1)\n    s.push(2)\n    assert s.size() == 2"
            ),
            code(
                '""" # BEGIN TEST CONFIG\nhidden: true\npoints: 3\n""" # END TEST CONFIG\n'
                'def test_items(env):\n    np, Stack = env["np"], env["Stack"]\n    s = Stack()\n'
                "    for i in range(4):\n        s.push(i)\n    assert list(s.items) == [0, 1, 2, 3]"
            ),
        ),
        points=5,
    ),
    *question(
        "norm",
        text("## A norm"),
        *solution(code("norm = lambda v: float(np.sqrt((v ** 2).sum())) # SOLUTION")),
        *checks(
            code(
                "def test_norm(norm, np):\n"
                "    assert abs(norm(np.array([3.0, 4.0])) - 5) < 1e-9\n\ntest_norm(norm, np)"
            )
        ),
        points=1,
    ),
]

CLEAN = """
def clean(df):
    # BEGIN SOLUTION
    return df.dropna().reset_index(drop=True)
    # END SOLUTION
"""
DIRTY = "df = pd.DataFrame({'a': [1.0, None, 3.0], 'b': ['x', 'y', 'z']})\n"
CHAIN = """
def chain(n):
    # BEGIN SOLUTION
    return sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n), format="csr")
    # END SOLUTION
"""
TABLES: list[Cell] = [
    raw(CONFIG + "name: tables\n"),
    text("# Tables"),
    code("import numpy as np\nimport pandas as pd\nfrom scipy import sparse"),
    *question(
        "clean",
        text("**Question 1.** Drop what is missing."),
        *solution(code(CLEAN.strip())),
        *checks(
            code(f"{DIRTY}assert clean(df).shape == (2, 2)"),
            code(f"# HIDDEN\n{DIRTY}assert clean(df)['a'].mean() == 2 and clean(df).iloc[1]['b'] == 'z'"),
            code(f"# HIDDEN\n{DIRTY}out = clean(df)\nassert list(out.columns) == ['a', 'b']"),
            code(
                f"# HIDDEN\n{DIRTY}assert clean(df).equals(pd.DataFrame({{'a': [1.0, 3.0], 'b': ['x', 'z']}}))"
            ),
            code(
                f"# HIDDEN\n{DIRTY}pd.testing.assert_series_equal(clean(df)['a'], pd.Series([1.0, 3.0], name='a'))"
            ),
        ),
        points=5,
    ),
    *question(
        "totals",
        text("**Question 2.** The total of each kind."),
        *solution(
            code(
                "totals = pd.DataFrame({'kind': ['a', 'b', 'a'], 'v': [1, 2, 4]})"
                ".groupby('kind')['v'].sum()  # SOLUTION"
            )
        ),
        *checks(
            code("# HIDDEN\ntotals['a'] == 5", "np.True_"),
            code("# HIDDEN\ntotals.sort_values(ascending=False).index[0]", "'a'"),
        ),
        points=2,
    ),
    *question(
        "chain",
        text("**Question 3.** The matrix of a chain."),
        *solution(code(CHAIN.strip())),
        *checks(
            code("# HIDDEN\nassert sparse.issparse(chain(4)) and chain(4).nnz == 10"),
            code("# HIDDEN\nassert np.allclose(chain(3) @ np.ones(3), [1, 0, 1])"),
        ),
        points=2,
    ),
]

MASTERS = {
    "ok": OK_STYLE,
    "exception": EXCEPTION_STYLE,
    "fenced": FENCED_STYLE,
    "together": ALL_OR_NOTHING,
    "seeded": SEEDED,
    "exported": EXPORTED,
    "tables": TABLES,
}
