"""`autograder verify` holds on a sound assignment and names what falls short on a broken one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from autograder.authoring import bundle as bundling
from autograder.authoring import release as packing
from autograder.authoring import slips, verification
from autograder.authoring.claims import Claim, with_accepted
from autograder.authoring.proof import is_proved
from autograder.authoring.secrets import squeeze
from autograder.classroom.grade_one import open_grader
from autograder.classroom.work import Work
from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.model.verdict import Verdict
from tests.commands import run_command, run_here
from tests.courses import ASSIGNMENT, GRADED, MISTAKES, PUBLIC, REFERENCE, STUB, write_course

PATHS = {
    "stub": "assignments/centring/centring.py",
    "public": "assignments/centring/test_public.py",
    "reference": "solutions/centring/centring.py",
    "graded": "solutions/centring/test_graded.py",
    "bank": "solutions/centring/mistakes.toml",
}


SCAFFOLD = """
# Centring

A linear model predicts `X @ w`: one number per example. The loss is the mean over the examples of the squared
differences between these predictions and the targets; its gradient tells how to change `w`.
"""


ONE_ROW = GRADED.replace("rng.normal(3.0, 2.0, size=(7, 3))", "rng.normal(size=(1, 3))")
WITH_GLOBAL_STATE = GRADED.replace("import pytest", "import numpy as np\nimport pytest", 1).replace(
    "rng.normal(size=(5, 4))", "np.random.normal(size=(5, 4))", 1
)


class PoolHere:
    """Grades in this process, in which everything is imported, what a pool of processes would."""

    jobs = 1

    def __init__(self, work: Work, jobs: int) -> None:
        self._grader = open_grader(work)

    def verdicts(self, files: Mapping[str, bytes]) -> Future[dict[str, Verdict]]:
        future: Future[dict[str, Verdict]] = Future()
        future.set_result(self._grader.grade(files))
        return future

    def carry_out(self, task: Callable[[Grader], object]) -> Future[object]:
        future: Future[object] = Future()
        future.set_result(task(self._grader))
        return future

    def __enter__(self) -> PoolHere:
        return self

    def __exit__(self, *error: object) -> None:
        self._grader.close()


def verify(tmp_path: Path, **replaced: str) -> tuple[int, str]:
    return verify_here(
        write_course(tmp_path, {PATHS.get(part, part): text for part, text in replaced.items()}), "centring"
    )


def verify_here(course: Path, name: str) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch:
        in_this_process(patch)
        done = run_here("verify", name, cwd=course)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def in_this_process(patch: pytest.MonkeyPatch) -> None:
    """Verify without further processes, and without a wheel: it is the same in all, and searching it takes longest."""
    patch.setattr(verification, "LocalPool", PoolHere)
    for packer in (packing, bundling):
        patch.setattr(packer, "build_wheel", lambda: ("homework_autograder-0-py3-none-any.whl", b""))


def said_of(printed: str) -> str:
    return " ".join(printed.replace("│", " ").split())


def test_a_sound_assignment_is_gradable(tmp_path: Path) -> None:
    done = run_command("verify", "centring", "-j", "2", cwd=write_course(tmp_path))
    code, printed = done.returncode, done.stdout + done.stderr
    assert code == 0, printed
    assert "Traceback" not in done.stderr
    assert "centring is gradable" in printed and "NO" not in printed.replace("NOT", "")


def test_a_new_notebook_whose_last_cell_only_checks_is_gradable(tmp_path: Path) -> None:
    done = run_here("new", "line", "--notebook", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for half in ("assignments", "solutions"):
        cells = json.loads((tmp_path / half / "line" / "line.ipynb").read_text())["cells"]
        assert "".join(cells[-1]["source"]) == 'grader.check("squared_loss")'
        assert not (tmp_path / half / "line" / "line.py").exists()
    assert "`line.ipynb`" in (tmp_path / "assignments" / "line" / "README.md").read_text()
    code, printed = verify_here(tmp_path, "line")
    assert code == 0 and "for one over examples" not in printed, printed


def test_a_test_that_accepts_a_known_mistake_is_named(tmp_path: Path) -> None:
    lenient = GRADED.replace('names=("spread",))\n', 'names=("spread",), rtol=1e9)\n', 1)
    lenient = lenient[: lenient.index('@pytest.mark.question("spread")\ndef test_has_no_loop')]
    code, printed = verify(tmp_path, graded=lenient)
    assert code == 1
    assert "no test finds it" in printed and "M02" in printed


def test_a_hint_that_nobody_reaches_is_named(tmp_path: Path) -> None:
    twin = MISTAKES + MISTAKES[MISTAKES.index("[M02]") :].replace("M02", "M03")
    code, printed = verify(tmp_path, bank=twin)
    assert code == 1
    assert "its hint is never shown: it gives the same values as M02 in every test" in said_of(printed)


def test_a_convention_that_the_assignment_insists_on_costs_points_as_a_mistake_does(tmp_path: Path) -> None:
    bank = (
        MISTAKES
        + """
[sample]
note = "Your spread divides by one less than the number of rows."
edits.spread = ["from_mean, axis=0) / len(X)", "from_mean, axis=0) / (len(X) - 1)"]
"""
    )
    insists = {
        "assignments/centring/assignment.toml": ASSIGNMENT.replace(
            "[limits]", '[conventions]\nsample = "mistake"\n\n[limits]'
        )
    }
    code, printed = verify(tmp_path, bank=bank, **insists)
    assert code == 0, printed


def test_a_stub_that_scores_is_named(tmp_path: Path) -> None:
    right_at_once = STUB.replace(
        'raise NotImplementedError("fill in spread in centring.py")', "return X.std(axis=0)"
    )
    code, printed = verify(tmp_path, stub=right_at_once)
    assert code == 1
    assert "an untouched stub earns nothing" in printed and "4 points" in printed


def test_a_signature_that_differs_is_named(tmp_path: Path) -> None:
    code, printed = verify(tmp_path, stub=STUB.replace("def spread(X):", "def spread(data):"))
    assert code == 1
    assert "spread(data) in the stub, spread(X) in the reference" in " ".join(printed.split())


def test_a_test_that_is_worth_odd_points_is_named(tmp_path: Path) -> None:
    odd = GRADED.replace("@pytest.mark.weight(3)", "@pytest.mark.weight(2)")
    code, printed = verify(tmp_path, graded=odd)
    assert code == 1
    said = said_of(printed)
    assert "students read points in halves" in said
    assert "test_spreads is worth 8/3 of spread, whose weights add up to 3 for 4 points" in said
    in_thirds = {
        "assignments/centring/assignment.toml": ASSIGNMENT.replace("points = 4", 'points = 4\nstep = "1/3"')
    }
    code, printed = verify(tmp_path / "in thirds", graded=odd, **in_thirds)
    assert code == 0 and "every test and every known mistake; spread in steps of 1/3" in said_of(printed)


def test_of_a_test_that_is_not_written_yet_it_is_said_once_and_of_one_that_wants_a_refusal_nothing(
    tmp_path: Path,
) -> None:
    more = """

@pytest.mark.question("spread")
def test_left_to_be_written(student):
    raise NotImplementedError("write this test by hand")


@pytest.mark.question("spread")
def test_refuses_text(student):
    student.raises("TypeError", "centring.spread", "text")
"""
    code, printed = verify(tmp_path, graded=GRADED + more)
    said = said_of(printed)
    assert code == 1 and said.count("write this test by hand") == 1
    assert "is at fault in" not in said and "test_refuses_text is worth" in said
    assert "from test_refuses_text" not in said and "passes test_refuses_text" not in said


RACE = """
@pytest.mark.question("spread")
@pytest.mark.weight(0.5)
def test_is_fast(race):
    race("centring.spread", lambda rng: (rng.normal(size=(2000, 30)),), full=10, none=30)
"""


def test_a_part_that_is_worth_odd_points_is_named(tmp_path: Path) -> None:
    odd = GRADED.replace(
        "@pytest.mark.weight(2)", "@pytest.mark.weight(2)\n@pytest.mark.parts(centred=1, means=3)"
    )
    code, printed = verify(tmp_path, graded=odd)
    assert code == 0, printed
    races = odd.replace("@pytest.mark.weight(3)", "@pytest.mark.weight(2.5)") + RACE
    code, printed = verify(tmp_path, graded=races.replace("means=3", "means=4"))
    assert code == 1
    said = said_of(printed)
    assert "test_is_fast is worth 1/2 of spread, of which slow code earns 1/4" in said
    assert "test_centres[5] is worth 2 of centre (2/5 for centred and 8/5 for means)" in said


def test_a_script_that_cannot_use_what_came_back_blames_nobody_but_the_reply(tmp_path: Path) -> None:
    computing = """

@pytest.mark.question("spread")
@pytest.mark.weight(1)
def test_of_a_script(compare, rng):
    X = rng.normal(size=(4, 3))
    compare(lambda code: 1 / max(code.call("centring.spread", X).tolist()))
"""
    lighter = GRADED.replace("@pytest.mark.weight(3)", "@pytest.mark.weight(2)")
    code, printed = verify(tmp_path, graded=lighter + computing)
    assert code == 0, printed


def test_a_test_at_fault_is_named_with_how_it_ended(tmp_path: Path) -> None:
    computing = """

@pytest.mark.question("spread")
def test_of_replies(student, check, rng):
    widths = student.call("centring.spread", rng.normal(size=(4, 3)))
    check([0, 1][int(widths.sum() == 0) * 2] == 0, "no width")
"""
    code, printed = verify(tmp_path, graded=GRADED + computing)
    assert code == 1
    assert "the test is at fault in test_of_replies (IndexError: list index out of range (" in said_of(
        printed
    )
    assert "with check.computation():" in said_of(printed)


WATCHED = """
@pytest.mark.question("spread")
@pytest.mark.parametrize("axis", [AXES])
def test_has_no_loop(loops, axis):
    loops("centring.spread", lambda rng, rows=5, columns=3: (rng.normal(size=(rows, columns)),), over=axis)
"""


def watching(axes: str) -> str:
    """Return the graded tests with one test of loops for each of these axes."""
    return GRADED[: GRADED.rindex("@pytest.mark.question")] + WATCHED.replace("AXES", axes)


def test_which_loops_are_watched_is_said_and_tried(tmp_path: Path) -> None:
    code, printed = verify(tmp_path, graded=watching('"rows", "columns"'))
    said = said_of(printed)
    assert code == 0, printed
    assert "spread: rows, columns, and all together" in said
    assert "1/2 for X[0], 1/2 for X[1], 1 for the shortest of X[0], X[1]" in said
    code, printed = verify(tmp_path)
    assert code == 0, printed
    assert "spread: rows; never X[1]" in said_of(printed)


def test_a_loop_that_keeps_all_points_is_named(tmp_path: Path) -> None:
    code, printed = verify(tmp_path, graded=watching('"rows"'))
    assert code == 1
    assert "one over X[1] keeps all points of spread" in said_of(printed)
    apart = (
        watching('"rows"')[:-1]
        .replace("rng, rows=5, columns=3", "n, rng")
        .replace("size=(rows, columns)", "size=(n, 3) if axis == 'rows' else (5, n)")
        .replace('["rows"]', '["rows", "columns"]')
    )
    code, printed = verify(tmp_path, graded=apart)
    assert code == 1
    assert "one over the shortest of X[0], X[1] keeps all points" in said_of(printed)


def test_a_test_that_right_numbers_alone_pass_is_named(tmp_path: Path) -> None:
    blind = GRADED + BLIND_TEST
    code, printed = verify(tmp_path, graded=blind)
    assert code == 1
    assert "the right numbers with arrays of zeros pass no graded test" in said_of(printed)
    assert "test_type" in printed


def test_a_reference_that_fails_is_named(tmp_path: Path) -> None:
    mistyped = PUBLIC.replace("equals=np.array([1.0, 2.0])", "equals=np.array([1.0, 3.0])")
    assert mistyped != PUBLIC
    code, printed = verify(tmp_path, graded=GRADED + WRONG_TEST, public=mistyped)
    assert code == 1
    # The terminal breaks commands anywhere.
    assert "`autograderexplaincentringsolutions/centringTEST`showswhatitreturns" in squeeze(said_of(printed))
    assert said_of(printed).count("test_spread_of_two_rows") == 1  # it earns nothing, so it is no lost point
    assert "the reference earns everything" in printed and "test_impossible" in printed


def test_points_for_copied_answers_are_named(tmp_path: Path) -> None:
    copied = GRADED + COPIED_TEST
    code, printed = verify(tmp_path, graded=copied)
    assert code == 1
    assert "knows the answers to the public checks" in printed
    assert "from test_same_as_public; ask these for what no public check asks for" in said_of(printed)


def test_a_release_that_shows_the_solution_is_named(tmp_path: Path) -> None:
    secret = "    deviations_from_mean = X - np.add.reduce(X, axis=0) / len(X)\n"
    assert secret in REFERENCE
    code, printed = verify(tmp_path, stub=STUB + "\n\ndef left_over(X):\n" + secret)
    assert code == 1
    assert "the release holds nothing of the solutions" in printed


def test_a_line_of_the_reference_in_a_stub_is_pointed_out(tmp_path: Path) -> None:
    begun = STUB.replace(
        '    raise NotImplementedError("fill in spread in centring.py")',
        "    deviations_from_mean = X - np.add.reduce(X, axis=0) / len(X)\n"
        '    raise NotImplementedError("fill in spread in centring.py")',
    )
    assert begun != STUB
    _, printed = verify(tmp_path, stub=begun)
    assert "in the stubs: 1 line of the reference, deviations_from_mean" in " ".join(printed.split())


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("graded", "import nothing_like_that\n", "nothing_like_that"),
        ("graded", "def test_of_no_question(compare):\n    pass\n", "belongs to no question"),
        (
            "public",
            PUBLIC + "\n\n@pytest.mark.question('sprea')\ndef test_more(expect):\n    pass\n",
            "'sprea'",
        ),
        (
            "bank",
            MISTAKES.replace("np.sqrt", "np.cbrt"),
            "M02 edits spread of the reference: 'return np.cbrt('",
        ),
    ],
)
def test_what_cannot_be_graded_ends_in_one_sentence(tmp_path: Path, part: str, text: str, said: str) -> None:
    course = write_course(tmp_path, {PATHS[part]: text})
    done = run_here("verify", "centring", cwd=course)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr


def test_a_generated_mistake_that_no_test_finds_is_shown_as_a_line_of_code(tmp_path: Path) -> None:
    code, printed = verify(tmp_path)
    assert code == 0, printed  # one of many
    assert "Missing tests: no graded test fails on" in printed
    assert "centring.py:14, in spread (swapped operands)" in printed
    assert f"    {NO_MISTAKE}\n" in printed
    assert "instead of deviations_from_mean = X - np.add.reduce(X, axis=0) / len(X)" in printed


def test_tests_that_miss_most_generated_mistakes_fall_short(tmp_path: Path) -> None:
    # Tests of structure compare values as well.
    values_only = GRADED.partition('@pytest.mark.question("spread")\ndef test_has_no_loop')[0]
    assert values_only != GRADED
    code, printed = verify(
        tmp_path, graded=values_only.replace("rng.normal(3.0, 2.0, size=(7, 3))", "rng.normal(size=(1, 3))")
    )
    assert code == 1
    assert "tests find generated mistakes" in said_of(printed)
    assert "in spread: see the missing tests below" in said_of(printed)


ARGUED = """
[[equivalent]]
function = "{function}"
lines = ["{line}"]
reason = "The deviations are squared afterwards."
"""
NO_MISTAKE = "deviations_from_mean = np.add.reduce(X, axis=0) / len(X) - X"


@pytest.mark.parametrize(
    ("function", "line", "said"),
    [
        ("spread", NO_MISTAKE, ""),
        ("centring.spread", NO_MISTAKE, ""),
        ("centre", "return (X + column_means, column_means)", "a test finds"),
        ("centre", "return X", "centre has no generated mistake 'return X'"),
    ],
)
def test_a_generated_mistake_is_argued_in_the_bank(
    tmp_path: Path, function: str, line: str, said: str
) -> None:
    code, printed = verify(tmp_path, bank=MISTAKES + ARGUED.format(function=function, line=line))
    assert code == (1 if said else 0), printed
    assert said in said_of(printed)
    assert (NO_MISTAKE in printed) is bool(said)


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        (
            {"assignments/centring/assignment.toml": ASSIGNMENT.replace('"centring.spread"', '"centring.spred"')},
            "centring.py of the reference does not define spred; did you mean centring.spread?",
        ),
        (
            {"solutions/centring/test_more.py": "def test_more():\n    pass\n"},
            "solutions/centring/test_more.py is never run; put its tests into test_graded.py",
        ),
        (
            {"assignments/centring/test_more.py": "def test_more():\n    pass\n"},
            "assignments/centring/test_more.py is never run; put its tests into test_public.py",
        ),
        (
            {"solutions/centring/helpers.py": "ONE = 1\n"},
            "solutions/centring/helpers.py is imported by nobody",
        ),
        (
            {"assignments/centring/README.md": SCAFFOLD},
            "assignments/centring/README.md still describes the example of `autograder new`",
        ),
        (
            {"graded": WITH_GLOBAL_STATE},
            "test_graded.py, line 12: np.random.normal draws other numbers in every run",
        ),
        (
            {"public": PUBLIC + "\nSHAPE = np.random.default_rng().integers(3)\n"},
            "np.random.default_rng draws other numbers",
        ),
    ],
    ids=["misspelt", "unused graded", "unused public", "helper", "scaffold", "np.random", "no seed"],
)  # fmt: skip
def test_a_slip_of_the_author_is_named_with_its_cause(
    tmp_path: Path, replaced: dict[str, str], said: str
) -> None:
    course = write_course(tmp_path, {PATHS.get(part, part): text for part, text in replaced.items()})
    assignment, solution = Course(course).assignment("centring"), Course(course).solution("centring")
    found = [
        *slips.misspelt_functions(assignment, solution.reference_files(assignment)),
        *slips.unused_files(assignment, solution),
        *slips.left_of_the_example(assignment),
        *slips.draws_from_global_state(assignment, solution),
    ]
    assert len(found) == 1, found
    assert said in found[0]


def test_numbers_of_a_seeded_generator_are_the_same_in_every_run(tmp_path: Path) -> None:
    text = (
        PUBLIC + "\nimport random\nSHAPE = np.random.default_rng(3).integers(3), random.Random(1).random()\n"
    )
    course = Course(write_course(tmp_path, {PATHS["public"]: text}))
    assert not list(slips.draws_from_global_state(course.assignment("centring"), course.solution("centring")))


def test_a_hint_that_random_numbers_keep_from_being_shown_is_named_with_that_cause(tmp_path: Path) -> None:
    graded = GRADED.replace("rng.normal(3.0, 2.0, size=(7, 3))", "np.random.normal(size=(7, 3))").replace(
        "import pytest", "import numpy as np\nimport pytest", 1
    )
    graded = graded.replace("(rng.normal(size=(n, 3)),)", "(np.random.normal(size=(n, 3)),)")
    code, printed = verify(tmp_path, graded=graded)
    assert code == 1
    assert "differs in every run: a test or the mistake draws from global" in said_of(printed)


def test_a_reference_that_raises_by_accident_is_an_error_of_the_course(tmp_path: Path) -> None:
    graded = (
        GRADED
        + """

@pytest.mark.question("spread")
def test_of_text(compare):
    compare("centring.spread", "three rows")
"""
    )
    code, printed = verify(tmp_path, graded=graded)
    assert code == 1
    assert "the reference raises" in said_of(printed) and "does not expect" in said_of(printed)


def test_a_release_is_refused_for_what_verify_refuses_and_proved_once(tmp_path: Path, monkeypatch) -> None:
    in_this_process(monkeypatch)
    course = write_course(tmp_path, {PATHS["graded"]: GRADED + BLIND_TEST})
    refused = run_here("release", "centring", "-o", tmp_path / "out", cwd=course)
    assert refused.returncode == 2 and "centring is not gradable as it is" in refused.stderr
    assert not (tmp_path / "out").exists()
    assert run_here("release", "centring", "-o", tmp_path / "out", "--unverified", cwd=course).returncode == 0

    write_course(tmp_path)
    first = run_here("bundle", "centring", "-o", tmp_path / "out", cwd=course)
    assert first.returncode == 0 and "verified first" in first.stdout, first.stderr
    again = run_here("release", "centring", "-o", tmp_path / "out", cwd=course)
    assert again.returncode == 0 and "verified first" not in again.stdout
    (course / PATHS["stub"]).write_text(STUB + "\n# changed\n")
    assert not is_proved(Course(course), "centring")


def test_what_tests_leave_open_is_accepted_and_what_is_wrong_is_not(tmp_path: Path, monkeypatch) -> None:
    in_this_process(monkeypatch)
    course = write_course(tmp_path, {PATHS["graded"]: GRADED + COPIED_TEST + WRONG_TEST})
    done = run_here("verify", "centring", "--accept", "as it was", cwd=course)
    said = said_of(done.stdout)
    assert done.returncode == 1 and "accepted: as it was" in said
    assert "To be mended: the reference earns everything" in said
    write_course(tmp_path, {PATHS["graded"]: GRADED + COPIED_TEST})
    released = run_here("release", "centring", "-o", tmp_path / "out", cwd=course)
    # Weights that add up otherwise were not what was accepted.
    assert released.returncode == 2 and "accept what `verify` lets you accept" in said_of(released.stderr)
    done = run_here("verify", "centring", "--accept", "as it was", cwd=course)
    assert done.returncode == 0 and "gradable, with 2 shortcomings that you have accepted" in said_of(
        done.stdout
    )
    assert run_here("release", "centring", "-o", tmp_path / "out", cwd=course).returncode == 0


def claims(*texts: str) -> list[Claim]:
    """Return a claim for each text, of which those with an exclamation mark fall short in what it says."""
    return [Claim(text.partition("!")[0], "!" not in text, "", tuple(text.split("!")[1:])) for text in texts]


def test_only_items_that_were_accepted_are_accepted(tmp_path: Path) -> None:
    assert [it.holds for it in with_accepted(claims("a!x!y", "b"), tmp_path)] == [False, True]
    assert all(it.holds for it in with_accepted(claims("a!x!y", "b"), tmp_path, 'of "old"'))
    (known,) = (it for it in with_accepted(claims("a!y", "b"), tmp_path) if it.accepted)
    assert known.holds and known.accepted == 'of "old"'
    assert [it.holds for it in with_accepted(claims("a!y!z", "b!x"), tmp_path)] == [False, False]
    again = with_accepted(claims("a!y!z", "b"), tmp_path, "new")
    assert again[0].accepted == 'of "old"; new'
    # x is found by now, and asked for again if it ever is not.
    assert [it.holds for it in with_accepted(claims("a!x", "b"), tmp_path)] == [False, True]
    with pytest.raises(CourseError, match="nothing falls short that could be accepted"):
        with_accepted([Claim("c", False, "the reference fails")], tmp_path, "why not")


WRONG_TEST = """

@pytest.mark.question("spread")
def test_impossible(student, check):
    check(student.call("centring.spread", [[1.0], [1.0]]) is None, "the spread of equal rows should be nothing")
"""

BLIND_TEST = """

@pytest.mark.question("spread")
@pytest.mark.weight(4)
def test_type(student, check, rng):
    check(student.call("centring.spread", rng.normal(size=(5, 3))).shape == (3,), "one spread for each column")
"""

COPIED_TEST = """

@pytest.mark.question("spread")
def test_same_as_public(compare):
    import numpy as np
    compare("centring.spread", np.array([[1.0, 2.0], [3.0, 6.0]]), names=("spread",))
"""


LADDER = """
from autograder.grading.ladder import Size, ladder

@ladder("centring.{function}", parts={parts})
def centred(rng, rows=Size(5), columns=Size(3)):
    return dict(X={X})
"""


@pytest.mark.parametrize(
    ("function", "parts", "X", "said"),
    [
        ("centre", ("centred", "means"), "rng.normal(size=(rows, columns))", ""),
        (
            "center",
            ("centred", "means"),
            "rng.normal(size=(rows, columns))",
            "centring.center belongs to no question",
        ),
        ("centre", ("centred", "means", "more"), "rng.normal(size=(rows, columns))", "names 3 parts"),
        (
            "centre",
            ("centred", "means"),
            "rng.normal(size=(rows, columns)) / (columns - 3)[0]",
            "fails with TypeError",
        ),
    ],
    ids=["sound", "unknown function", "other parts", "failing generator"],
)
def test_a_ladder_that_does_not_fit_is_named(
    tmp_path: Path, function: str, parts: tuple[str, ...], X: str, said: str
) -> None:
    code, printed = verify(tmp_path, graded=GRADED + LADDER.format(function=function, parts=parts, X=X))
    assert (code == 0) is (not said), printed
    assert said in " ".join(printed.split())
