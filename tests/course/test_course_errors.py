"""Each way to get a course file wrong is answered by one sentence with the file, the place and the remedy."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.course.loading import find_course, load_assignment
from autograder.errors import CourseError


def sentence_of(call, *args) -> str:
    with pytest.raises(CourseError) as caught:
        call(*args)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_an_unknown_assignment_names_the_close_one_and_those_there_are(on_disk):
    sentence = sentence_of(find_course(on_disk.root).assignment, "smv")
    assert "'smv'" in sentence
    assert "did you mean 'svm'" in sentence
    assert "It has: svm" in sentence


def test_an_unknown_question_names_those_there_are(on_disk):
    sentence = sentence_of(find_course(on_disk.root).assignment("svm").question, "svm_naive")
    assert "svm_loss_naive" in sentence
    assert "svm_loss_vectorized" in sentence


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('version = "1.0"', "version = ", ["line 2", "not toml"]),
        ('version = "1.0"', "version = 1.0", ["version", "expected str, got float"]),
        ('version = "1.0"', 'version = " "', ["version is ' '", "such as '1.0'"]),
        ('version = "1.0"\n', "", ["'version' is missing"]),
        ("title =", "tittle =", ["'tittle' is unknown", "did you mean 'title'?"]),
        ('points = "25/2"', "points = 12.5", ["questions[0].points"]),
        ('points = "25/2"', "points = -1", ["questions[0].points", "'-1'"]),
        ('points = "25/2"', 'points = "25/2"\nstep = "2/3"', ["questions[0].step", "is 2/3", "1/12"]),
        ('points = "25/2"', 'points = "25/2"\nstep = 0', ["questions[0].step", "is 0"]),
        ('points = "25/2"', 'points = "25/2"\nstep = "1/13"', ["questions[0].step", "is 1/13"]),
        ('points = "25/2"', 'points = "1/0"', ["questions[0].points", "'1/0'"]),
        ('points = "25/2"', 'points = "1e999999999"', ["questions[0].points"]),
        ('points = "25/2"', "pionts = 3", ["questions[0]", "'pionts' is unknown", "did you mean 'points'?"]),
        ("total_points = 40", "total_points = 41", ["total_points", "is 41", "add up to 40"]),
        ('id = "svm_loss_vectorized"', 'id = "svm_loss_naive"', ["questions[1].id", "'svm_loss_naive'"]),
        ('id = "svm_loss_vectorized"', 'id = "a/b"', ["questions[1].id", "'a/b'"]),
        (
            '"linear_svm.svm_loss_naive"',
            '"svm.svm_loss_naive"',
            ["questions[0].functions", "svm.py is not among"],
        ),
        ('"linear_svm.svm_loss_naive"', '"svm_loss_naive"', ["questions[0].functions", "module.function"]),
        ('["numpy.linalg.norm"]', '["np.linalg.norm"]', ["not_allowed", "'numpy.linalg.norm'"]),
        ('["numpy.linalg.norm"]', '["norm()"]', ["not_allowed", "'norm()'"]),
        (
            'name = "linear_svm.py"',
            'name = "../linear_svm.py"',
            ["files[0].name", "give a file of this folder"],
        ),
        (
            'name = "linear_svm.py"',
            'name = "linear_svm.py"\noptional = true',
            ["files names optional files alone", "at least one"],
        ),
        ('name = "linear_svm.py"', 'name = "gone.py"', ["files[0].name", "gone.py is missing"]),
        ('name = "linear_svm.py"', 'name = "linear-svm.py"', ["files[0].name", "cannot import"]),
        ('name = "linear_svm.py"', 'name = "random.py"', ["files[0].name", "hide the module random"]),
        (
            'name = "linear_svm.py"',
            'name = "linear_svm.py"\nfrom = "../x.py"',
            ["files[0].from", "ASSIGNMENT/FILE"],
        ),
        ("[[questions]]", '[[files]]\nname = "Linear_SVM.py"\n[[questions]]', ["files[1].name", "earlier"]),
        ("[[files]]", "[limits]\nseconds_total = inf\n[[files]]", ["limits.seconds_total"]),
        ("[[files]]", "[limits]\nmemory_mb = 0\n[[files]]", ["limits.memory_mb"]),
        (
            "[[files]]",
            '[conventions]\nhalf_l2 = "maybe"\n[[files]]',
            ["conventions", "maybe", "accept, mistake"],
        ),
        ('version = "1.0"', 'version = "1 0/x"', ["version is '1 0/x'", "letters, digits, dots"]),
        ("title =", 'name = "softmax"\ntitle =', ["name", "'softmax'", "'svm'"]),
        (
            "[[files]]",
            '[[written]]\nid = "svm_loss_naive"\ntitle = "Why"\npoints = 2\n[[files]]',
            ["written[0].id", "'svm_loss_naive'", "another question"],
        ),
        (
            "[[files]]",
            "".join(f'[[written]]\nid = "{id}"\ntitle = "{id[0]}"\npoints = 2\n' for id in ("a1", "A2"))
            + "[[files]]",
            ["written[1].title", "'a'", "earlier"],
        ),
        (
            "[[files]]",
            '[[written]]\nid = "a"\ntitle = "Why"\npoints = 0\n[[files]]',
            ["written[0].points", "is 0"],
        ),
    ],
)
def test_a_wrong_assignment_file_is_named_with_its_key(on_disk, old, new, parts):
    on_disk.change(on_disk.assignment_toml, old, new)
    sentence = sentence_of(find_course(on_disk.root).assignment, "svm")
    for part in ["assignment.toml", *parts]:
        assert part in sentence


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["'salt' is missing"]),
        ('salt = "x"', ["salt", "too short"]),
        ('salt = "0b5c2c1f6a0e4d3d"\n[visibility]\ntests = "secret"', ["visibility.tests", "secret"]),
        ('salt = "0b5c2c1f6a0e4d3d"\n[late]\nper_cent_per_day = 101', ["late.per_cent_per_day", "100"]),
        ('salt = "0b5c2c1f6a0e4d3d"\n[late]\npolicy = "weekly"', ["choose one of none, per_day, cut_off"]),
        ('salt = "0b5c2c1f6a0e4d3d"\n[late]\nmax_days = -1', ["late.max_days"]),
        (
            'salt = "0b5c2c1f6a0e4d3d"\n[[rubric]]\nquestion = "a"\nitems = [{text = "x", points = 0.5}]',
            ["rubric[0].items[0].points", "'7/2'"],
        ),
    ],
)
def test_a_wrong_grading_file_is_named_with_its_key(on_disk, text, parts):
    on_disk.grading_toml.write_text(text)
    sentence = sentence_of(find_course(on_disk.root).solution, "svm")
    for part in ["grading.toml", *parts]:
        assert part in sentence


@pytest.mark.parametrize("name", ["grading.toml", "test_graded.py"])
def test_a_missing_file_of_the_solution_is_named(on_disk, name):
    (on_disk.root / "solutions" / "svm" / name).unlink()
    assert name in sentence_of(find_course(on_disk.root).solution, "svm")


def test_a_missing_solution_folder_is_named(on_disk):
    (on_disk.root / "solutions" / "svm").rename(on_disk.root / "solutions" / "other")
    sentence = sentence_of(find_course(on_disk.root).solution, "svm")
    assert str(on_disk.root / "solutions" / "svm") in sentence


def test_a_missing_reference_is_named(on_disk):
    (on_disk.root / "solutions" / "svm" / "linear_svm.py").unlink()
    course = find_course(on_disk.root)
    sentence = sentence_of(course.solution("svm").reference_files, course.assignment("svm"))
    assert "linear_svm.py" in sentence


def test_a_toml_that_is_not_utf8_gives_the_line(on_disk):
    on_disk.assignment_toml.write_bytes(b'title = "x"\nversion = "\xff"\n')
    sentence = sentence_of(load_assignment, on_disk.assignment_toml.parent)
    assert "line 2" in sentence
    assert "UTF-8" in sentence


@settings(max_examples=150)
@given(st.data())
def test_a_scrambled_assignment_file_never_ends_in_another_exception(on_disk, data):
    text = on_disk.assignment_text
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 30)))
    on_disk.assignment_toml.write_text(
        text[:start] + data.draw(st.text(alphabet="[]{}=\"'.#\n 01e-abtx,T:\\u", max_size=12)) + text[stop:]
    )
    try:
        load_assignment(on_disk.assignment_toml.parent)
    except CourseError as error:
        assert "\n" not in str(error)


@settings(max_examples=100)
@given(st.binary(max_size=200))
@example(b"x = " + b"[" * 50_000)
@example(b"x = 1" + b"0" * 10_000)
@example(b"x = 1979-13-45")
def test_arbitrary_bytes_never_end_in_another_exception(on_disk, content):
    on_disk.assignment_toml.write_bytes(content)
    with pytest.raises(CourseError):
        load_assignment(on_disk.assignment_toml.parent)
