"""The plan of an assignment: every test with its question and weight, or one sentence about what is wrong."""

from __future__ import annotations

from fractions import Fraction

import pytest

from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.pytest_session import collect_plan
from autograder.model.plan import Plan
from tests.courses import GRADED, PUBLIC, write_course

CENTRE = '@pytest.mark.question("centre")\n'
SPREAD = '@pytest.mark.question("spread")\n'
BOTH = f"""
import pytest
{CENTRE}def test_centre(compare):
    pass
{SPREAD}def test_spread(compare):
    pass
"""
CLASSES = f"""
class TestFirst:
    {CENTRE}    def test_again(self): pass
class TestSecond:
    {CENTRE}    def test_again(self): pass
"""
GRADED_FILE = "solutions/centring/test_graded.py"
PUBLIC_FILE = "assignments/centring/test_public.py"


@pytest.fixture
def plan_of(tmp_path):
    def plan_of(graded=GRADED, public=PUBLIC, with_solution=True):
        course = Course(write_course(tmp_path, {GRADED_FILE: graded, PUBLIC_FILE: public}))
        solution = course.solution("centring") if with_solution else None
        return collect_plan(course.assignment("centring"), solution)

    return plan_of


def test_every_case_is_planned_with_its_question_weight_and_kind(plan_of):
    plan = plan_of()
    rows = [(t.id, t.question, t.weight, t.structural, t.public) for t in plan.tests]
    assert rows == [
        ("centring/test_public.py::test_two_rows", "centre", 0, False, True),
        ("centring/test_public.py::test_spread_of_two_rows", "spread", 0, False, True),
        ("centring/test_graded.py::test_centres[5]", "centre", 1, False, False),
        ("centring/test_graded.py::test_centres[8]", "centre", 1, False, False),
        ("centring/test_graded.py::test_leaves_its_input_alone", "centre", 1, True, False),
        ("centring/test_graded.py::test_spreads", "spread", 3, False, False),
        ("centring/test_graded.py::test_has_no_loop", "spread", 1, True, False),
    ]


def test_a_function_s_weight_is_split_exactly_over_its_cases(plan_of):
    cases = f"""
import pytest
{CENTRE}@pytest.mark.weight("1/2")
@pytest.mark.parametrize("rows", range(7))
def test_centre(compare, rows):
    pass
{SPREAD}@pytest.mark.weight(2.5)
def test_spread(compare):
    pass
"""
    plan = plan_of(cases)
    weights = [test.weight for test in plan.tests if not test.public]
    assert weights == [Fraction(1, 14)] * 7 + [Fraction(5, 2)]


def test_marks_of_a_module_and_of_a_case_count(plan_of):
    marked = """
import pytest
pytestmark = [pytest.mark.question("spread"), pytest.mark.weight(3)]
@pytest.mark.parametrize("case", [
    pytest.param(1, marks=pytest.mark.question("centre")), pytest.param(2, marks=pytest.mark.edge),
])
def test_both(compare, case):
    pass
"""
    tests = [test for test in plan_of(marked).tests if not test.public]
    assert [(test.question, test.weight, test.edge) for test in tests] == [
        ("centre", Fraction(3), False),
        ("spread", Fraction(3), True),
    ]


@pytest.mark.parametrize("fixture", ["loops", "race", "memory", "unchanged"])
def test_tests_of_structure_are_known_by_their_fixtures(plan_of, fixture):
    graded = BOTH.replace("test_centre(compare)", f"test_centre(compare, {fixture})")
    assert [test.structural for test in plan_of(graded).tests if not test.public] == [True, False]


def test_without_a_solution_the_public_checks_are_the_plan(plan_of):
    plan = plan_of(with_solution=False)
    assert [test.public for test in plan.tests] == [True, True]


def test_an_edited_file_is_read_again(plan_of):
    assert len(plan_of().tests) == 7
    assert len(plan_of(BOTH).tests) == 4
    with pytest.raises(CourseError):
        plan_of("import absent_module")
    with pytest.raises(CourseError):
        plan_of("import absent_module")
    assert len(plan_of().tests) == 7


def test_options_and_plugins_of_the_instructor_s_own_pytest_are_left_out(plan_of, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --color=yes --maxfail=1")
    monkeypatch.setenv("PYTEST_PLUGINS", "absent_plugin")
    assert len(plan_of().tests) == 7


def test_a_conftest_beside_the_tests_is_not_read(plan_of, tmp_path):
    plan_of()
    (tmp_path / "solutions/centring/conftest.py").write_text("raise ValueError")
    (tmp_path / "conftest.py").write_text("raise ValueError")
    assert len(plan_of().tests) == 7


def test_a_plan_survives_its_json(plan_of):
    plan = plan_of(BOTH.replace("@pytest", '@pytest.mark.weight("1/3")\n@pytest', 1))
    assert Plan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize("text", [b"", b"{", b"{}", b'{"assignment": 1}', b"\xff"])
def test_a_plan_that_is_none_is_one_sentence(text):
    with pytest.raises(CourseError, match=r"plan\.json"):
        Plan.from_json(text)


@pytest.mark.parametrize(
    "graded, said",
    [
        (BOTH.replace(CENTRE, ""), "test_centre belongs to no question"),
        (BOTH.replace('("centre")', "()"), "test_centre belongs to no question"),
        (BOTH.replace('("centre")', '("centre", "spread")'), "test_centre belongs to no question"),
        (BOTH.replace('"centre"', '"center"'), "belongs to question 'center', which assignment.toml does not list"),
        (BOTH.replace('"centre"', "[1]"), "belongs to question [1], which assignment.toml does not list"),
        (BOTH.replace(SPREAD + "def test_spread", "def spread"), "question 'spread' has no graded test"),
        ("import absent_module\n" + BOTH, "absent_module"),
        (BOTH + "\ndef f(:\n", "SyntaxError"),
        (BOTH + "\nraise ValueError('while it was read')\n", "ValueError: while it was read"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.weight(0)\n"), "test_centre has no positive weight"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.weight(-1)\n"), "test_centre has no positive weight"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.weight()\n"), "test_centre has no positive weight"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.weight('1/0')\n"), "test_centre has no positive weight"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.weight('much')\n"), "test_centre has no positive weight"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.weight(float('nan'))\n"), "test_centre has no positive weight"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.skip\n"), "test_centre is marked to be skipped"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.xfail\n"), "test_centre is marked to be"),
        (BOTH.replace(CENTRE, CENTRE + "@pytest.mark.parametrize('rng', [])\n"), "test_centre"),
        ("import pytest\npytest.skip(allow_module_level=True)\n" + BOTH, "skips itself"),
        (BOTH.replace("def test_centre(compare)", "def test_centre(absent)"), "absent"),
        (BOTH + CLASSES, "two tests are both called"),
        ("", "question 'centre' has no graded test"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_graded_tests_is_one_sentence(plan_of, graded, said):
    with pytest.raises(CourseError) as error:
        plan_of(graded)
    assert said in str(error.value)
    assert "test_graded.py" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_of_tests_is_named(tmp_path):
    course = Course(write_course(tmp_path))
    assignment, solution = course.assignment("centring"), course.solution("centring")
    for name in (GRADED_FILE, PUBLIC_FILE):
        (tmp_path / name).unlink()
        with pytest.raises(CourseError, match=f"{name} is missing"):
            collect_plan(assignment, solution)
