"""Tests that look at plots mean what they did: the picture crosses, and is made again where they run."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from autograder.authoring.importing.importing import import_assignment
from tests.authoring.importing.masters import checks, code, question, raw, solution, write_notebook
from tests.authoring.importing.scores import our_scores, page_of

PLOT = """
def plot(x):
    # BEGIN SOLUTION
    fig, ax = plt.subplots()
    ax.plot(x, np.asarray(x) ** 2, label="squares")
    ax.bar([1, 2], [3, 4])
    ax.set_xlabel("x")
    return ax
    # END SOLUTION

fig = plot([1, 2]).figure  # SOLUTION
"""
SHOWN = "ax = plot([1, 2])\nassert len(ax.lines) == 1\nassert ax.get_xlabel() != '', 'label the axis'"
HIDDEN = (
    "# HIDDEN\nline = plot([1.5, 2, 4]).get_lines()[0]\n"
    "assert np.allclose(line.get_ydata(), [2.25, 4, 16])\nassert line.get_label() == 'squares'"
)
FIGURE = (
    "# HIDDEN\nfrom matplotlib.figure import Figure\nassert isinstance(fig, Figure) and len(fig.axes) == 1\n"
    "assert [it.get_height() for it in fig.axes[0].patches] == [3, 4]"
)


def test_tests_of_plots_score_as_they_did(tmp_path: Path) -> None:
    cells = [
        raw("# ASSIGNMENT CONFIG\nexport_cell: false\ninit_cell: false\n"),
        code("import numpy as np\nimport matplotlib.pyplot as plt\n%matplotlib inline"),
        *question("q1", *solution(code(PLOT)), *checks(*map(code, (SHOWN, HIDDEN, FIGURE))), points=3),
    ]
    made = import_assignment("otter", write_notebook(tmp_path / "master.ipynb", cells), tmp_path / "course")
    assert made.tests == (3, 3) and "does not pass" not in page_of(made)
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert toml["libraries"] == ["matplotlib"]
    right = (made.secret / "master.ipynb").read_text()
    changed = {
        "right": right,
        "empty": (made.public / "master.ipynb").read_text(),
        "no label": right.replace('ax.set_xlabel(\\"x\\")', "plt.show()"),
        "other numbers": right.replace("np.asarray(x) ** 2", "np.asarray(x) * 2"),
        "other bars": right.replace("[3, 4]", "[3, 5]"),
        "nothing returned": right.replace("    return ax", "    ax"),
    }
    assert all(json.loads(it) for it in changed.values()) and len(set(changed.values())) == len(changed)
    scores = our_scores(made, {what: it.encode() for what, it in changed.items()})
    assert {what: it[0] for what, it in scores.items()} == {
        "right": 3,
        "empty": 0,
        "no label": 2,
        "other numbers": 2,
        "other bars": 2,
        "nothing returned": 0,
    }


def test_matplotlib_is_not_offered_where_no_test_looks_at_a_plot(tmp_path: Path) -> None:
    cells = [
        raw("# ASSIGNMENT CONFIG\nexport_cell: false\ninit_cell: false\n"),
        code("import matplotlib.pyplot as plt"),
        *question(
            "q1",
            *solution(code("def f(x):\n    plt.plot(x)\n    return 2 * x  # SOLUTION")),
            *checks(code("assert f(2) == 4")),
            points=1,
        ),
    ]
    made = import_assignment("otter", write_notebook(tmp_path / "master.ipynb", cells), tmp_path / "course")
    assert "libraries" not in tomllib.loads((made.public / "assignment.toml").read_text())
