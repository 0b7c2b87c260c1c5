"""A course on disk becomes typed objects."""

from __future__ import annotations

import shutil
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.cli.course import list_assignments
from autograder.course.loading import find_course, load_assignment
from autograder.course.toml import read_bank
from autograder.errors import CourseError
from autograder.model.assignment import LatePolicy, Limits
from tests.courses import write_course


def test_a_course_is_found_from_any_folder_inside_it(on_disk):
    course = find_course(on_disk.root / "assignments" / "svm")
    assert course.root == on_disk.root.resolve()
    assert course.names() == ("svm",)


def test_outside_a_course_says_what_was_looked_for(tmp_path):
    with pytest.raises(CourseError, match="assignments/"):
        find_course(tmp_path)


def test_points_are_exact_fractions(on_disk):
    assignment = find_course(on_disk.root).assignment("svm")
    assert [question.points for question in assignment.questions] == [Fraction(25, 2), Fraction(55, 2)]
    assert assignment.total_points == 40


def test_names_not_allowed_everywhere_reach_every_question_once(on_disk):
    naive, vectorized = find_course(on_disk.root).assignment("svm").questions
    assert naive.not_allowed == ("numpy.linalg.norm",)
    assert vectorized.not_allowed == ("numpy.linalg.norm", "itertools")


def test_limits_and_conventions_default_and_can_be_set(on_disk):
    assert find_course(on_disk.root).assignment("svm").limits == Limits()
    on_disk.change(
        on_disk.assignment_toml,
        "[[files]]",
        '[limits]\nseconds_per_call = 2\n[conventions]\nhalf_l2 = "mistake"\n[[files]]',
    )
    assignment = find_course(on_disk.root).assignment("svm")
    assert assignment.limits == Limits(seconds_per_call=2.0)
    assert assignment.conventions == {"half_l2": "mistake"}


@pytest.mark.parametrize(
    ("target", "question"),
    [
        ("linear_svm.svm_loss_naive", "svm_loss_naive"),
        ("linear_svm.Helper.method", "svm_loss_vectorized"),
        ("linear_svm.unheard_of", None),
    ],
)
def test_a_function_is_mapped_to_its_question(on_disk, target, question):
    found = find_course(on_disk.root).assignment("svm").question_of(target)
    assert (found.id if found else None) == question


def test_a_file_from_another_assignment_uses_the_stub_and_the_reference_there(on_disk):
    on_disk.write("assignments/softmax/softmax.py", "STUB = True\n")
    on_disk.write("solutions/softmax/softmax.py", "OTHER = True\n")
    on_disk.change(
        on_disk.assignment_toml,
        "[[questions]]",
        '[[files]]\nname = "softmax.py"\nfrom = "softmax/softmax.py"\n[[questions]]',
    )
    course = find_course(on_disk.root)
    assignment = course.assignment("svm")
    assert assignment.file_names == ("linear_svm.py", "softmax.py")
    assert assignment.files[1].source.read_text() == "STUB = True\n"
    assert course.solution("svm").reference_files(assignment) == {
        "linear_svm.py": b"REFERENCE = True\n",
        "softmax.py": b"OTHER = True\n",
    }


def test_an_unpacked_release_keeps_its_files_beside_the_toml(on_disk, tmp_path_factory):
    on_disk.change(
        on_disk.assignment_toml,
        'name = "linear_svm.py"',
        'name = "linear_svm.py"\nfrom = "other/linear_svm.py"',
    )
    release = tmp_path_factory.mktemp("unpacked") / "svm"
    shutil.copytree(on_disk.root / "assignments" / "svm", release)
    on_disk.write("assignments/other/linear_svm.py", "")
    assert load_assignment(release).files[0].source == release.resolve() / "linear_svm.py"


def test_a_release_unpacked_under_another_name_keeps_the_name_in_the_toml(on_disk):
    on_disk.change(on_disk.assignment_toml, "title =", 'name = "svm"\ntitle =')
    folder = (on_disk.root / "assignments" / "svm").rename(on_disk.root / "svm (1)")
    assert load_assignment(folder).name == "svm"


def test_loading_an_assignment_does_not_need_its_solution(on_disk):
    shutil.rmtree(on_disk.root / "solutions")
    assert find_course(on_disk.root).assignment("svm").name == "svm"


def test_a_toml_saved_with_a_byte_order_mark_is_read(on_disk):
    on_disk.assignment_toml.write_bytes(b"\xef\xbb\xbf" + on_disk.assignment_toml.read_bytes())
    assert find_course(on_disk.root).assignment("svm").title == "Multiclass SVM loss"


def test_a_solution_carries_its_policies(on_disk):
    on_disk.write(
        "solutions/svm/grading.toml",
        'salt = "0b5c2c1f6a0e4d3d"\n[visibility]\ntests = "after_published"\n'
        '[late]\npolicy = "per_day"\nper_cent_per_day = "25/2"\ngrace_minutes = 5\nmax_days = 2\n',
    )
    solution = find_course(on_disk.root).solution("svm")
    assert solution.visibility == "after_published"
    assert solution.late == LatePolicy("per_day", Fraction(25, 2), 5, 2)


def test_the_salt_is_not_in_a_solutions_representation(on_disk):
    solution = find_course(on_disk.root).solution("svm")
    assert solution.salt not in repr(solution)


@pytest.mark.parametrize(
    ("policy", "late", "kept"),
    [
        ("none", timedelta(days=400), 1),
        ("per_day", timedelta(0), 1),
        ("per_day", timedelta(days=-1), 1),
        ("per_day", timedelta(minutes=10), 1),
        ("per_day", timedelta(minutes=11), Fraction(9, 10)),
        ("per_day", timedelta(days=1), Fraction(9, 10)),
        ("per_day", timedelta(days=1, seconds=1), Fraction(8, 10)),
        ("per_day", timedelta(days=3, seconds=1), 0),
        ("cut_off", timedelta(minutes=10), 1),
        ("cut_off", timedelta(minutes=11), 0),
    ],
)
def test_lateness_costs_what_the_policy_says(policy, late, kept):
    assert LatePolicy(policy, grace_minutes=10).share_kept(late) == kept


def test_lateness_never_costs_more_than_everything():
    assert LatePolicy("per_day", Fraction(60), max_days=5).share_kept(timedelta(days=4)) == 0


def test_assignments_come_in_an_order_in_which_students_can_do_them(tmp_path):
    write_course(tmp_path)
    for name, after in {"a": ["z"], "b": [], "z": ["centring"]}.items():
        shutil.copytree(tmp_path / "assignments" / "centring", tmp_path / "assignments" / name)
        with (tmp_path / "assignments" / name / "assignment.toml").open("a") as toml:
            toml.write(f"[course]\nlecture = 'One'\nhours = 2\nafter = {after}\n")
    assert [it.name for it in find_course(tmp_path).in_order()] == ["b", "centring", "z", "a"]


@pytest.mark.parametrize(
    "after, says",
    [
        ("['a']", "a after a"),
        ("['b']", "circle: (a after b after a|b after a after b);"),
        ("['c']", "a after c"),
        ("['centrng']", "did you mean 'centring'"),
    ],
)
def test_an_order_that_cannot_be_is_refused(tmp_path, after, says):
    write_course(tmp_path)
    for name, before in {"a": after, "b": "['a']", "c": "['b']"}.items():
        shutil.copytree(tmp_path / "assignments" / "centring", tmp_path / "assignments" / name)
        with (tmp_path / "assignments" / name / "assignment.toml").open("a") as toml:
            toml.write(f"[course]\nafter = {before}\n")
    with pytest.raises(CourseError, match=says):
        find_course(tmp_path).in_order()


def test_the_course_s_own_page_lists_its_assignments_as_they_are(capsys, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    list_assignments.main(["--markdown"], standalone_mode=False)
    table = capsys.readouterr().out
    page = (Path(__file__).parents[2] / "assignments" / "README.md").read_text()
    assert table in page, "renew the table with `autograder list --markdown`"


def test_a_method_is_named_in_the_bank_with_or_without_quotes(tmp_path):
    bank = tmp_path / "mistakes.toml"
    bank.write_text(
        '[A]\nedits.Net.loss = ["a", "b"]\nreplaced_by.net.Net.train = "f"\n[B]\nedits."Net.loss" = ["a", "b"]\n'
    )
    mistakes, _ = read_bank(bank)
    assert mistakes["A"].names == ("Net.loss", "net.Net.train")
    assert mistakes["A"].edits == mistakes["B"].edits
