"""Files in folders: stubs, references, releases, checks, hand-ins and bundles have them where they belong."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.authoring import bundle as bundling
from autograder.authoring import release as packing
from autograder.authoring.bundle import bundle
from autograder.authoring.release import release
from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.grading.pytest_session import collect_plan
from autograder.handin.open_hand_in import open_hand_in
from autograder.student.checks import check_folder
from autograder.student.submit import make_hand_in
from tests.courses import write_course
from tests.grading.test_lent import ASSIGNMENT, DATA, FILES, LAYERS, NET

PUBLIC_LAYER = """
import numpy as np
import pytest

@pytest.mark.question("net")
def test_affine(expect):
    expect("layers.affine", np.ones((1, 1)), np.ones((1, 1)), np.ones(1), equals=None)
"""
NAMES = {"layers.py": "cs231n/layers.py"}
IN_FOLDER = NET.replace("from layers import *", "import numpy as np\nfrom cs231n.layers import affine")


@pytest.fixture
def course(tmp_path: Path, monkeypatch) -> Course:
    monkeypatch.setattr(packing, "build_wheel", lambda: ("homework_autograder-0-py3-none-any.whl", b""))
    monkeypatch.setattr(bundling, "build_wheel", lambda: ("homework_autograder-0-py3-none-any.whl", b""))
    files = {
        name.replace("/layers.py", "/cs231n/layers.py"): text
        for name, text in FILES.items()
        if "grading" not in name
    }
    files |= {
        "solutions/net/grading.toml": FILES["solutions/net/grading.toml"],
        "solutions/net/net.py": IN_FOLDER,
        "assignments/net/assignment.toml": ASSIGNMENT.replace('"layers.py"', '"cs231n/layers.py"'),
    }
    root = write_course(tmp_path / "course", files)
    (root / "assignments/net/data/scale.json").write_text(DATA)
    return Course(root)


@pytest.fixture
def work(course: Course, tmp_path: Path) -> Path:
    """A student's folder with everything filled in."""
    with zipfile.ZipFile(release(course.assignment("net"), tmp_path, course.root / "solutions")) as archive:
        assert {"net/cs231n/layers.py", "net/net.py", "net/data/scale.json"} <= set(archive.namelist())
        assert "net/layers.py" not in archive.namelist()
        archive.extractall(tmp_path)
    (tmp_path / "net/cs231n/layers.py").write_text(LAYERS)
    (tmp_path / "net/net.py").write_text(IN_FOLDER)
    return tmp_path / "net"


def test_the_reference_passes_where_it_imports_from_the_folder(course: Course) -> None:
    with Grader(course.assignment("net"), course.solution("net")) as grader:
        assert all(verdict.passed for verdict in grader.grade(grader.reference_files).values())


def test_work_in_a_folder_is_checked_and_handed_in(course: Course, work: Path) -> None:
    checks = check_folder(folder=work)
    assert all(verdict.passed for verdicts in checks.verdicts.values() for verdict in verdicts)
    (work / "cs231n/layers.py").write_text("def affine(x, w, b):\n    raise ValueError\n")
    (work / "test_public.py").write_text(PUBLIC_LAYER)
    failed = [it for of in check_folder(folder=work).verdicts.values() for it in of if not it.passed]
    imports = {it.counterexample.partition("\n")[0] for it in failed}
    assert imports == {"import numpy as np; from cs231n.layers import affine"}
    subprocess.run([sys.executable, "-c", *imports], cwd=work, check=True)
    (work / "cs231n/layers.py").write_text(LAYERS)

    hand_in = make_hand_in(work)
    files = open_hand_in(hand_in.path, course.assignment("net").file_names).files
    with Grader(course.assignment("net"), course.solution("net")) as grader:
        assert all(verdict.passed for verdict in grader.grade(files).values())


def test_a_whole_folder_that_is_handed_in_is_read(course: Course, work: Path) -> None:
    files = open_hand_in(work, course.assignment("net").file_names).files
    assert files["layers.py"] == LAYERS.encode()


def test_a_bundle_is_a_course_with_its_folders(course: Course, tmp_path: Path) -> None:
    plan = collect_plan(course.assignment("net"), course.solution("net"))
    with zipfile.ZipFile(bundle(course, "net", tmp_path, plan)) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "bundle")
    assert {"solutions/net/cs231n/layers.py", "assignments/net/cs231n/layers.py"} <= names
    assert not {"solutions/net/layers.py", "assignments/net/layers.py"} & names
    unpacked = Course(tmp_path / "bundle")
    assert unpacked.solution("net").reference_files(unpacked.assignment("net")).keys() == {
        "layers.py",
        "net.py",
    }


def test_a_line_of_the_reference_in_a_folder_is_found_in_a_release(course: Course, tmp_path: Path) -> None:
    secret = "    weighted_sum_of_all_inputs = x @ w + b\n"
    reference = course.root / "solutions/net/cs231n/layers.py"
    reference.write_text(
        LAYERS.replace("    out = x @ w + b\n", secret + "    out = weighted_sum_of_all_inputs\n")
    )
    stub = course.root / "assignments/net/cs231n/layers.py"
    stub.write_text(stub.read_text() + "\n\ndef left_over(x, w, b):\n" + secret)
    with pytest.raises(CourseError, match=r"cs231n/layers\.py, line"):
        release(course.assignment("net"), tmp_path, course.root / "solutions")


def test_two_files_of_one_name_are_refused(course: Course) -> None:
    toml = course.root / "assignments/net/assignment.toml"
    toml.write_text(toml.read_text().replace('"net.py"', '"other/layers.py"'))
    with pytest.raises(CourseError, match=r"files\[1\]\.name is 'layers\.py', the same as an earlier one"):
        course.assignment("net")
