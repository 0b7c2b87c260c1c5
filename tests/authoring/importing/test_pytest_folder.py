"""`autograder import pytest` makes an assignment of a folder of tests that scores as the folder itself does."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.authoring.importing.importing import import_assignment
from autograder.authoring.importing.writing import Imported
from autograder.authoring.secrets import secrets_of, squeeze
from autograder.course.loading import load_assignment, load_solution
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.model.scoring import score
from tests.authoring.importing.scores import page_of

LAYERS = '''
"""Layers."""

import numpy as np

SCALE = 2.0
answer = "b"


class Linear:
    """A linear layer."""

    def __init__(self, n, m):
        self.W = np.zeros((n, m))

    def forward(self, X):
        """Return the outputs (N, m) for X (N, n)."""
        if X.shape[1] != self.W.shape[0]:
            raise ValueError("these do not fit")
        return X @ self.W


def relu(x):
    """Return x where it is positive, and 0 elsewhere."""
    return _kept(x)


def _kept(x):
    return np.maximum(x, 0)


def total(x): return x.sum()
'''

UNITTEST = '''
import unittest

import numpy as np
from gradescope_utils.autograder_utils.decorators import leaderboard, number, partial_credit, visibility, weight

import layers
from layers import Linear, relu

SHAPE = (5, 3)


def ones(shape):
    return np.ones(shape)


class TestLayers(unittest.TestCase):
    """The linear layer."""

    size = 2

    def setUp(self):
        self.layer = Linear(3, self.size)
        self.layer.W = ones((3, self.size))

    def outputs(self, X):
        return self.layer.forward(X)

    @weight(2)
    def test_forward(self):
        """It multiplies."""
        self.assertTrue(np.allclose(self.layer.forward(np.ones((1, 3))), 3), "wrong outputs")
        self.assertEqual(self.outputs(ones(SHAPE)).shape, (5, 2))

    @weight(1)
    @visibility("hidden")
    def test_refuses(self):
        with self.assertRaises(ValueError):
            self.layer.forward(np.ones((2, 7)))
        self.assertRaises(ValueError, self.layer.forward, np.ones((2, 2)))


class TestRest(unittest.TestCase):
    @number("2.1")
    @weight(1.5)
    @visibility("after_due_date")
    def test_relu(self):
        for value, expected in [(1.5, 1.5), (-2.0, 0.0)]:
            with self.subTest(value=value):
                self.assertAlmostEqual(relu(np.array([value]))[0], expected)

    @number("2.2")
    @weight(0.5)
    def test_total(self):
        np.random.seed(1)
        x = np.random.rand(4)
        from layers import total
        self.assertAlmostEqual(total(x), sum(x), places=9)
        self.assertIn(layers.answer, ["b"])
'''

DECORATORS = """
def mark(name):
    def outer(value):
        def inner(function):
            setattr(function, f"__{name}__", value)
            return function
        return inner
    return outer

weight, number, visibility, leaderboard = map(mark, ("weight", "number", "visibility", "leaderboard"))
partial_credit = weight
"""

RUN = """
import sys
import unittest

class Result(unittest.TestResult):
    earned = 0
    def addSuccess(self, test):
        self.earned += getattr(getattr(test, test._testMethodName), "__weight__", 0)

result = Result()
unittest.defaultTestLoader.discover(".", pattern="test_layers.py").run(result)
print(result.earned)
"""

PLAIN = """
import numpy as np
import pytest

import layers as L
from layers import relu

CASES = [(1.0, 1.0), (-1.0, 0.0)]


@pytest.fixture
def size():
    return 3


@pytest.fixture
def layer(size):
    made = L.Linear(size, size)
    made.W = np.eye(size)
    return made


@pytest.mark.parametrize("x, expected", CASES)
def test_relu(x, expected):
    assert relu(np.array([x])) == pytest.approx(expected)


def test_relu_keeps_shapes():
    assert relu(np.zeros((2, 3))).shape == (2, 3)


def test_identity(layer, size):
    X = np.arange(6.0).reshape(2, size)
    np.testing.assert_allclose(layer.forward(X), X)


def test_prints(capsys):
    print(relu(np.zeros(1)))
    assert capsys.readouterr().out
"""

WRONG = {
    "right": {},
    "wrong outputs": {"X @ self.W": "2 * X @ self.W"},
    "no exception": {'raise ValueError("these do not fit")': "return X"},
    "wrong relu": {"np.maximum(x, 0)": "np.abs(x)"},
    "text": {"return x.sum()": "return str(x.sum())"},
}


def folder_of(place: Path, tests: str, **files: str) -> Path:
    place.mkdir(parents=True)
    (place / "test_layers.py").write_text(tests)
    for name, content in {"layers.py": LAYERS, **files}.items():
        (place / name).parent.mkdir(exist_ok=True, parents=True)
        (place / name).write_text(content.lstrip())
    return place


def imported(folder: Path, root: Path, name: str = "hw") -> Imported:
    (root / "assignments").mkdir(parents=True, exist_ok=True)
    return import_assignment("pytest", folder, root, name)


@pytest.fixture(scope="module")
def decorated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Imported]:
    """A folder of gradescope-utils, whose decorators are stood in for, and what was made of it."""
    place = tmp_path_factory.mktemp("gradescope")
    folder = folder_of(place / "tests", UNITTEST)
    package = place / "utils" / "gradescope_utils" / "autograder_utils"
    package.mkdir(parents=True)
    (package / "decorators.py").write_text(DECORATORS)
    return folder, imported(folder, place / "course")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Imported]:
    place = tmp_path_factory.mktemp("plain")
    folder = folder_of(place / "tests", PLAIN)
    return folder, imported(folder, place / "course")


def hand_ins(made: Imported) -> dict[str, str]:
    found = dict.fromkeys(WRONG, LAYERS)
    for what, changes in WRONG.items():
        for old, new in changes.items():
            assert old in found[what]
            found[what] = found[what].replace(old, new)
    return {**found, "empty": (made.public / "layers.py").read_text()}


def our_totals(made: Imported, sources: Mapping[str, str]) -> dict[str, Fraction]:
    assignment, solution = load_assignment(made.public), load_solution(made.secret)
    with Grader(assignment, solution) as grader:
        graded = {what: grader.grade({"layers.py": source.encode()}) for what, source in sources.items()}
        scores = {what: score(grader.plan, assignment, of) for what, of in graded.items()}
    return {what: sum((it.score for it in of), Fraction(0)) for what, of in scores.items()}


def run_in(folder: Path, source: str, command: list[str]) -> str:
    (folder / "layers.py").write_text(source)
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": f"{folder.parent / 'utils'}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.system
def test_it_scores_as_unittest_with_the_same_weights(decorated: tuple[Path, Imported]) -> None:
    folder, made = decorated
    sources = hand_ins(made)
    theirs = {what: float(run_in(folder, it, [sys.executable, "-c", RUN])) for what, it in sources.items()}
    assert {what: float(it) for what, it in our_totals(made, sources).items()} == theirs
    assert theirs["right"] == 5 and theirs["empty"] == 0 and len(set(theirs.values())) > 3


@pytest.mark.system
def test_it_scores_as_the_share_of_tests_that_plain_pytest_passes(plain: tuple[Path, Imported]) -> None:
    folder, made = plain
    left_out = ["--deselect", "test_layers.py::test_prints", "-p", "no:cacheprovider", "-q"]
    sources = {what: it for what, it in hand_ins(made).items() if what in ("right", "wrong relu", "empty")}
    ours = our_totals(made, sources)
    for what, source in sources.items():
        said = run_in(folder, source, [sys.executable, "-m", "pytest", *left_out])
        passed = re.search(r"(\d+) passed", said)
        # Two of the four tests are cases of one, which is worth as much as each of the others.
        expected = {4: Fraction(3), 3: Fraction(5, 2), 0: Fraction(0)}[int(passed[1]) if passed else 0]
        assert ours[what] == expected, what


BAG = """
class Bag:
    def __init__(self, items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __contains__(self, item):
        return item in self.items

    def __getitem__(self, place):
        return self.items[place]

    def __repr__(self):
        return f"Bag({self.items})"

    def take(self, item):
        if item not in self.items:
            raise KeyError(f"no {item}")
        self.items.remove(item)
        return self
"""
OF_BAGS = """
import unittest
from gradescope_utils.autograder_utils.decorators import partial_credit, weight
from layers import Bag

class TestBag(unittest.TestCase):
    @weight(1)
    def test_asked(self):
        bag = Bag("abc")
        self.assertEqual(len(bag), 3)
        self.assertIn("b", bag)
        self.assertNotIn("z", bag)
        self.assertEqual(bag[-1], "c")
        self.assertEqual(str(bag), "Bag(['a', 'b', 'c'])")
        left = Bag("abc").take("a")
        self.assertEqual(left.items, ["b", "c"])

    @weight(2)
    def test_refuses(self):
        with self.assertRaisesRegex(KeyError, "no z"):
            Bag("ab").take("z")
        self.assertRaisesRegex(KeyError, "no b", Bag("a").take, "b")

    @partial_credit(4)
    def test_parts(self, set_score=None):
        right = sum(len(Bag(it)) == len(it) for it in ("a", "bc", "def"))
        set_score(1 + right)
"""


def test_what_python_asks_of_objects_and_parts_of_points_are_taken_over(tmp_path: Path) -> None:
    made = imported(folder_of(tmp_path / "tests", OF_BAGS, **{"layers.py": BAG}), tmp_path / "course")
    assert made.tests == (3, 3)
    page = page_of(made)
    assert "could not be translated" not in page and "the reference does not pass" not in page
    sources = {
        "right": BAG,
        "no length": BAG.replace("return len(self.items)", "return 1"),
        "another error": BAG.replace("KeyError", "ValueError"),
        "another text": BAG.replace('f"no {item}"', '"missing"'),
        "no text": BAG.replace('f"Bag({self.items})"', '"a bag"'),
    }
    assert our_totals(made, sources) == {
        "right": 7,
        "no length": 4,
        "another error": 5,
        "another text": 5,
        "no text": 6,
    }


PARTS = """
import unittest
from gradescope_utils.autograder_utils.decorators import partial_credit, weight
from layers import Bag

class TestBag(unittest.TestCase):
    @partial_credit(3)
    def test_steps(self, set_score=None):
        for number, items in enumerate(("a", "bc", "def"), start=1):
            self.assertEqual(len(Bag(items)), len(items))
            set_score(number)

    @partial_credit(2)
    def test_silent(self, set_score=None):
        if len(Bag("ab")) != 2:
            set_score(0.5)
            return
        self.assertIn("a", Bag("ab"))

    @partial_credit(4)
    def test_errors(self, set_score):
        points = 0
        try:
            Bag("ab").take("z")
        except KeyError as error:
            points += 1
        except (TypeError, ValueError):
            points += 0.5
        else:
            points -= 1
        try:
            assert Bag("abc")[-1] == "c"
        except AssertionError as error:
            print("not the last one", error)
        else:
            points += 1
        try:
            left = Bag("a").take("a")
            points += 1
        except Exception as error:
            self.fail(f"take raises {error}")
        finally:
            points += 1
        set_score(max(points, 0))
"""


def test_points_that_a_test_sets_anywhere_are_those_that_gradescope_counts(tmp_path: Path) -> None:
    made = imported(folder_of(tmp_path / "tests", PARTS, **{"layers.py": BAG}), tmp_path / "course")
    page = page_of(made)
    assert made.tests == (3, 3)
    assert "could not be translated" not in page and "the reference does not pass" not in page
    assert "earns 3/2 points, in test_steps, test_silent. " in page
    take = '        if item not in self.items:\n            raise KeyError(f"no {item}")\n'
    changed = {
        "right": ("", "", 9),
        "one item": ("return len(self.items)", "return 1", 1 + 0.5 + 4),
        "two items": ("return len(self.items)", "return min(2, len(self.items))", 2 + 2 + 4),
        "nothing has a length": ("return len(self.items)", "raise TypeError", 4),
        "another error": ("raise KeyError", "raise ValueError", 3 + 2 + 3.5),
        "an error of no kind": ("raise KeyError", "raise IndexError", 3 + 2),
        "none": (take, "        if item not in self.items:\n            return None\n", 3 + 2 + 2),
        "the first": ("return self.items[place]", "return self.items[0]", 3 + 2 + 3),
        "always an error": ("self.items.remove(item)", "raise OSError", 3 + 2),
    }
    assert all(old in BAG for old, _, _ in changed.values())
    sources = {what: BAG.replace(old, new) for what, (old, new, _) in changed.items()}
    assert our_totals(made, sources) == {what: points for what, (_, _, points) in changed.items()}


OF_ONE_KIND = """
import unittest
from gradescope_utils.autograder_utils.decorators import weight
from layers import places

class TestPlaces(unittest.TestCase):
    @weight(1)
    def test_list(self):
        self.assertListEqual(places([0, 1]), [1], "no list of places")

    @weight(2)
    def test_equal(self):
        self.assertEqual(places([0, 1]), [1])
"""


def test_an_assertion_about_lists_holds_of_lists_only(tmp_path: Path) -> None:
    source = "import numpy as np\n\ndef places(x):\n    return np.flatnonzero(x).tolist()\n"
    made = imported(folder_of(tmp_path / "tests", OF_ONE_KIND, **{"layers.py": source}), tmp_path / "course")
    sources = {"right": source, "an array": source.replace(".tolist()", "")}
    assert our_totals(made, sources) == {"right": 3, "an array": 2}
    with Grader(load_assignment(made.public), load_solution(made.secret)) as grader:
        verdicts = grader.grade({"layers.py": sources["an array"].encode()})
    said = [it.message for it in verdicts.values() if not it.passed]
    assert said == [
        "places([0, 1]) holds the right numbers, but is an array of int64 with shape (1,) "
        "and should be a list of 1 entry",
        "what the test looks at holds the right numbers, but is an array of integers and should be a list of 1 entry",
    ]


def test_libraries_that_only_tests_import_are_there_where_they_run(tmp_path: Path) -> None:
    tests = (
        "import pandas as pd\nfrom scipy.special import expit\nfrom layers import squash, first\n\n"
        "def test_squash():\n    assert abs(squash(0.5) - expit(0.5)) < 1e-9\n\n"
        "def test_first():\n    assert first(pd.DataFrame({'a': [1, 2]})).equals(pd.DataFrame({'a': [1]}))\n"
    )
    source = "import math\n\ndef squash(x):\n    return 1 / (1 + math.exp(-x))\n\ndef first(t):\n    return t[:1]\n"
    made = imported(folder_of(tmp_path / "tests", tests, **{"layers.py": source}), tmp_path / "course")
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert toml["libraries"] == ["pandas", "scipy"]
    assert our_totals(made, {"right": source, "wrong": source.replace("[:1]", "[:2]")}) == {
        "right": 2,
        "wrong": 1,
    }


WITH_FILES = """
import json
import os
import unittest
from pathlib import Path
from gradescope_utils.autograder_utils.decorators import visibility, weight
from layers import relu

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = Path(__file__).parent / "data"

class TestFiles(unittest.TestCase):
    @weight(1)
    @visibility("hidden")
    def test_rows(self):
        with open(os.path.join(HERE, "data", "rows.json")) as file:
            rows = json.load(file)
        self.assertEqual([relu(it) for it in rows["in"]], rows["out"])

    @weight(1)
    def test_seen(self):
        self.assertEqual(relu(float((DATA / "one.txt").read_text())), 1)

    @weight(1)
    @visibility("hidden")
    def test_path(self):
        relu(str(DATA / "one.txt"))

    @weight(1)
    @visibility("hidden")
    def test_written(self):
        relu(1.0)
        self.assertTrue(open("log.txt").read())
"""


def test_files_beside_the_tests_stay_beside_them(tmp_path: Path) -> None:
    files = {
        "layers.py": "def relu(x):\n    return max(x, 0)\n",
        "data/rows.json": '{"in": [-1.5, 2.0], "out": [0, 2.0]}',
        "data/one.txt": "1.0",
        "data/notes.txt": "unused",
    }
    made = imported(folder_of(tmp_path / "tests", WITH_FILES, **files), tmp_path / "course")
    page = page_of(made)
    assert made.tests == (2, 4) and "the reference does not pass" not in page
    assert "test path could not be translated: the student's code is to read a file that lies beside" in page
    assert "test written could not be translated: open would look at this side" in page
    assert "students get data/one.txt, which tests that they see read" in page
    names = {half: {it.name for it in (half / "data").iterdir()} for half in (made.public, made.secret)}
    assert names == {made.public: {"one.txt"}, made.secret: {"one.txt", "rows.json"}}
    sources = {"right": files["layers.py"], "wrong": files["layers.py"].replace("max", "min")}
    assert our_totals(made, sources) == {"right": 2, "wrong": 0}


def test_classes_and_numbers_become_questions(decorated: tuple[Path, Imported]) -> None:
    _, made = decorated
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert [(it["id"], it["title"], it["points"], it["functions"]) for it in toml["questions"]] == [
        ("layers", "The linear layer", 3, ["layers.Linear.forward"]),
        ("q2", "Question 2", 2, ["layers.relu", "layers.answer", "layers.total"]),
    ]
    assert made.tests == (4, 4)


def test_hidden_tests_are_graded_only(decorated: tuple[Path, Imported]) -> None:
    _, made = decorated
    public, graded = (
        (half / name).read_text()
        for half, name in ((made.public, "test_public.py"), (made.secret, "test_graded.py"))
    )
    assert "def test_forward" in public and "def test_total" in public
    assert "def test_refuses" not in public and "def test_relu" not in public
    assert "student.raises('ValueError', lambda code: self_layer.bind('forward', np.ones((2, 7))))" in graded
    assert "2 tests can be seen, and students now get the source as public checks" in page_of(made)


def test_what_every_test_sets_up_is_no_secret(decorated: tuple[Path, Imported]) -> None:
    _, made = decorated
    found = {line.strip() for line in (made.public / "test_public.py").read_text().splitlines()}
    assert "self_layer = student.new('layers.Linear', 3, self_size)" in found
    secrets = {
        line for line, place in secrets_of(made.secret.parent).lines.items() if "test_graded" in place.file
    }
    assert secrets and not secrets & {squeeze(line) for line in found}


def test_stubs_are_made_of_the_reference_without_bodies_answers_and_private_functions(
    decorated: tuple[Path, Imported],
) -> None:
    _, made = decorated
    stub = (made.public / "layers.py").read_text()
    compile(stub, "layers.py", "exec")
    assert 'raise NotImplementedError("fill in forward in layers.py")' in stub and "self.W = np.zeros" in stub
    assert (
        "SCALE = 2.0" in stub
        and "answer = ...\n" in stub
        and "_kept" not in stub
        and "X @ self.W" not in stub
    )
    assert 'def total(x): raise NotImplementedError("fill in total in layers.py")' in stub
    assert "**layers.py**: its stub was made of the reference" in page_of(made)


def test_stubs_have_what_tests_and_the_import_call_and_no_start_that_cannot_run(tmp_path: Path) -> None:
    source = """
    def _array(x):
        return [*x]

    def _double(x):
        return _twice(x)

    def _twice(x):
        return 2 * x

    def _hidden(x):
        return x + 1

    TABLE = [_double(it) for it in range(3)]

    class Bag:
        def __init__(self, items):
            self.items = _array(items)

        def __len__(self):
            return _hidden(len(self.items)) - 1

    class Plain:
        def __init__(self, n):
            self.n = n
    """
    tests = """
    import layers
    from layers import Bag, Plain

    def test_private():
        assert layers._array((1, 2)) == [1, 2]

    def test_bag():
        assert len(Bag("ab")) == 2 and Plain(3).n == 3
    """
    (tmp_path / "layers.py").write_text(textwrap.dedent(source))
    (tmp_path / "test_layers.py").write_text(textwrap.dedent(tests))
    made = import_assignment("pytest", tmp_path, tmp_path / "course", "hw")
    stub = (made.public / "layers.py").read_text()
    exec(stub, {"__name__": "layers"})  # what its import calls is there
    assert "return 2 * x" in stub and "_hidden" not in stub and "self.n = n" in stub
    for name in ("_array", "__init__", "__len__"):
        assert f"fill in {name} in layers.py" in stub
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    asked = {function for question in toml["questions"] for function in question["functions"]}
    assert asked == {"layers._array", "layers.Bag.__init__", "layers.Bag.__len__"}
    assert "passes" not in page_of(made)


def test_stubs_that_are_there_are_taken(tmp_path: Path) -> None:
    stub = "def relu(x):\n    '''Mine.'''\n    raise NotImplementedError\n"
    tests = "from layers import relu\n\ndef test_relu():\n    assert relu(1.0) == 1\n"
    folder = folder_of(tmp_path / "tests", tests, **{"stubs/layers.py": stub})
    made = imported(folder, tmp_path / "course")
    assert (made.public / "layers.py").read_text() == stub
    assert "its stub was made" not in page_of(made)


def test_fixtures_and_cases_stay(plain: tuple[Path, Imported]) -> None:
    _, made = plain
    graded = (made.secret / "test_graded.py").read_text()
    assert (
        "@pytest.mark.parametrize('x, expected', CASES)\n"
        "    def test_relu(self, student, check, compare, rng, x, expected):" in graded
    )
    assert "made = student.new('layers.Linear', size, size)" in graded
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert [(it["id"], it["points"]) for it in toml["questions"]] == [("relu", 3), ("Linear", 1)]


def test_what_cannot_be_taken_over_is_named(plain: tuple[Path, Imported], tmp_path: Path) -> None:
    _, made = plain
    assert "the test prints could not be translated: it uses the fixture capsys" in page_of(made)
    assert "no test is shown to students" in page_of(made)
    more = UNITTEST + (
        "    @leaderboard('Speed')\n    @weight(9)\n    def test_speed(self, set_leaderboard_value=None):\n"
        "        set_leaderboard_value(relu(1.0))\n\n"
        "    def test_nothing(self):\n        self.assertTrue(relu(1.0))\n"
    )
    page = page_of(imported(folder_of(tmp_path / "tests", more), tmp_path / "course"))
    assert "test_speed writes to a leaderboard, which earns no points and is not made here" in page
    assert "test_speed has" not in page and "the test speed could" not in page
    assert "test_nothing is a public check only: it has no weight" in page


def test_points_in_thirds_stay_what_they_are_and_are_read_as_such(tmp_path: Path) -> None:
    weights = {"a": "1 / 3", "b": "2 / 3", "c": "0.3333333333", "d": "2 * 1.5", "e": "THREE"}
    tests = "".join(
        f"    @weight({weight})\n    @number('{1 + (name > 'b')}.{name}')\n    def test_{name}(self):\n"
        f"        self.assertEqual(f({place}), {2 * place})\n"
        for place, (name, weight) in enumerate(weights.items(), start=1)
    )
    (tmp_path / "layers.py").write_text("def f(x):\n    return 2 * x\n")
    (tmp_path / "test_hw.py").write_text(
        "import unittest\nfrom gradescope_utils.autograder_utils.decorators import number, weight\n"
        "from layers import f\n"
        f"THREE = 3\n\n\nclass TestF(unittest.TestCase):\n{tests}"
    )
    made = import_assignment("pytest", tmp_path, tmp_path / "course", "hw")
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert [(it["points"], it["step"]) for it in toml["questions"]] == [(1, "1/3"), ("10/3", "1/3")]
    page = page_of(made)
    assert "halves" not in page and "each" not in page
    assert "test_e is a public check only: the points of @weight(THREE) are no plain number" in page
    right = (made.secret / "layers.py").read_text()
    sources = {"right": right, "not for 2": right.replace("2 * x", "2 * x if x != 2 else 0")}
    assert our_totals(made, sources) == {"right": Fraction(13, 3), "not for 2": Fraction(11, 3)}


@pytest.mark.parametrize(
    "files, says",
    [
        ({}, "has no test_*.py"),
        ({"test_a.py": "def test_a(:\n"}, "test_a.py, line 1: this is no Python"),
        ({"test_a.py": "import numpy\ndef test_a(): pass\n"}, "import no module that lies beside them"),
        ({"test_a.py": "import hw\n", "hw.py": ""}, "have no function or method called test_..."),
    ],
)
def test_a_folder_that_cannot_be_imported_is_one_sentence(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(CourseError, match=re.escape(says)):
        import_assignment("pytest", tmp_path, tmp_path / "course", "hw")
