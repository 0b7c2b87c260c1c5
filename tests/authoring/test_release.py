"""A release is made from `assignments/` alone, is the same each time, and works where it is unpacked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.release import Release, release, release_of
from autograder.course.loading import Course, load_assignment
from autograder.errors import AutograderError, CourseError


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_release_is_the_same_bytes_whenever_and_wherever_it_is_made(
    small_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = release(small_course.assignment("ridge"), tmp_path / "first")
    elsewhere = Course(shutil.copytree(small_course.root, tmp_path / "copy"))
    for path in elsewhere.root.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (time.time() + 86_400,) * 2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    second = release(elsewhere.assignment("ridge"), tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()
    assert first.name == second.name == "ridge-2.1.zip"


def test_everything_lies_flat_in_one_folder_named_after_the_assignment(
    small_course: Course, tmp_path: Path
) -> None:
    packed = members(release(small_course.assignment("scaled"), tmp_path))
    names = packed.keys()
    own = {"assignment.toml", "scaled.py", "test_public.py"}
    added = {"requirements.txt", "requirements-notebook.txt", "start.py", "pytest.ini", "release.json"}
    wheels = {name for name in names if name.endswith(".whl")}
    assert names - wheels == {f"scaled/{name}" for name in own | added | {"ridge.py"}}
    assert len(wheels) == 1
    before, _, after = packed["scaled/test_public.py"].partition(b"start.inside(__file__)")
    assert b"import numpy" not in before and b"import numpy" in after


def test_otter_s_files_and_packages_come_only_where_they_are_asked_for(
    small_course: Course, tmp_path: Path
) -> None:
    assignment = small_course.assignment("scaled")
    plain = members(release(assignment, tmp_path / "plain"))
    asked = members(release(assignment, tmp_path / "asked", otter=True))
    assert asked.keys() - plain.keys() == {"scaled/tests/standardise.py"}
    needed = "scaled/requirements-notebook.txt"
    assert b"otter-grader" not in plain[needed]
    assert b"otter-grader" in asked[needed]
    assert plain[needed].startswith(b"-r requirements.txt\n")


def test_an_unpacked_release_is_an_assignment_of_its_own(small_course: Course, tmp_path: Path) -> None:
    original = small_course.assignment("scaled")
    zipfile.ZipFile(release(original, tmp_path)).extractall(tmp_path / "home")
    unpacked = load_assignment(tmp_path / "home" / "scaled")
    assert unpacked.name == "scaled"
    assert unpacked.questions == original.questions
    assert [file.source.read_bytes() for file in unpacked.files] == [
        file.source.read_bytes() for file in original.files
    ]


def test_it_is_made_without_solutions(small_course: Course, tmp_path: Path) -> None:
    shutil.rmtree(small_course.root / "solutions")
    assert release(small_course.assignment("ridge"), tmp_path).is_file()


def test_it_never_opens_solutions(small_course: Course, tmp_path: Path) -> None:
    """In a process of its own: an audit hook cannot be removed."""
    program = """
import sys
from pathlib import Path
from autograder.authoring.release import release
from autograder.course.loading import Course
root, output = map(Path, sys.argv[1:])
opened = []
def watch(event, args):
    if event in ("open", "os.listdir", "os.scandir"):
        opened.append(str(args[0]))
sys.addaudithook(watch)
release(Course(root).assignment("scaled"), output)
for path in opened:
    if path.startswith(str(root)):
        print(Path(path).relative_to(root).parts[:1])
"""
    command = [sys.executable, "-c", program, str(small_course.root), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(done.stdout.splitlines()) == {"('assignments',)"}


def test_release_json_names_the_assignment_its_version_and_its_content(
    small_course: Course, tmp_path: Path
) -> None:
    assignment = small_course.assignment("ridge")
    written = json.loads(members(release(assignment, tmp_path))["ridge/release.json"])
    before = release_of(assignment)
    assert Release(**written) == before
    assert (before.assignment, before.version) == ("ridge", "2.1")
    assert before.parameters["ridge.ridge_loss"] == ["w", "X", "t", "reg"]
    (assignment.folder / "README.md").write_text("# Changed\n", encoding="utf-8")
    assert release_of(assignment).content_hash != before.content_hash


def test_compiled_hidden_and_backup_files_stay_behind(small_course: Course, tmp_path: Path) -> None:
    folder = small_course.root / "assignments" / "ridge"
    clean = release(small_course.assignment("ridge"), tmp_path / "clean").read_bytes()
    for name in ("__pycache__/ridge.cpython-311.pyc", ".ipynb_checkpoints/ridge.ipynb", ".DS_Store", "a.py~"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"not for students")
    assert release(small_course.assignment("ridge"), tmp_path / "again").read_bytes() == clean


def test_files_in_subfolders_keep_their_place(small_course: Course, tmp_path: Path) -> None:
    picture = small_course.root / "assignments" / "ridge" / "images" / "line.png"
    picture.parent.mkdir()
    picture.write_bytes(b"\x89PNG\r\n")
    assert (
        members(release(small_course.assignment("ridge"), tmp_path))["ridge/images/line.png"]
        == b"\x89PNG\r\n"
    )


def test_a_link_out_of_the_assignment_is_refused(small_course: Course, tmp_path: Path) -> None:
    link = small_course.root / "assignments" / "ridge" / "help.py"
    link.symlink_to(small_course.root / "solutions" / "ridge" / "ridge.py")
    with pytest.raises(CourseError, match=r"help\.py: this is a link"):
        release(small_course.assignment("ridge"), tmp_path)


@pytest.mark.parametrize("name", ["pytest.ini", "requirements.txt", "release.json"])
def test_a_file_in_the_way_is_named(small_course: Course, tmp_path: Path, name: str) -> None:
    (small_course.root / "assignments" / "ridge" / name).write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match=f"{name}: a release writes its own"):
        release(small_course.assignment("ridge"), tmp_path)


def test_an_output_folder_that_is_a_file_is_one_sentence(small_course: Course, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    with pytest.raises(AutograderError, match=r"ridge-2\.1\.zip cannot be written"):
        release(small_course.assignment("ridge"), tmp_path / "out")


def test_plain_pytest_judges_the_files_beside_it(small_course: Course, tmp_path: Path) -> None:
    zipfile.ZipFile(release(small_course.assignment("ridge"), tmp_path)).extractall(tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    stub = subprocess.run(command, cwd=tmp_path / "ridge", capture_output=True, text=True)
    assert "1 failed in" in stub.stdout
    shutil.copy(small_course.root / "solutions" / "ridge" / "ridge.py", tmp_path / "ridge")
    answer = subprocess.run(command, cwd=tmp_path / "ridge", capture_output=True, text=True)
    assert "1 passed in" in answer.stdout


def test_requirements_name_the_wheel_beside_them_by_its_hash_and_no_address(
    small_course: Course, tmp_path: Path
) -> None:
    files = members(release(small_course.assignment("ridge"), tmp_path))
    text = files["ridge/requirements.txt"].decode()
    wheel = next(name for name in files if name.endswith(".whl")).removeprefix("ridge/")
    digest = hashlib.sha256(files[f"ridge/{wheel}"]).hexdigest()
    assert text.startswith(f"./{wheel} \\\n    --hash=sha256:{digest}\n")
    assert "://" not in text
    assert "homework-autograder" not in text


def test_pip_installs_the_wheel_from_inside_the_unpacked_release(
    small_course: Course, tmp_path: Path
) -> None:
    """Offline and without the other packages, which an index would have to serve."""
    zipfile.ZipFile(release(small_course.assignment("ridge"), tmp_path)).extractall(tmp_path)
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--require-hashes"]
    lines = (tmp_path / "ridge" / "requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "ridge" / "ours.txt").write_text("".join(lines[:2]), encoding="utf-8")
    subprocess.run([python, *install, "-r", "ours.txt"], cwd=tmp_path / "ridge", check=True)
    where = [str(python), "-I", "-c", "import autograder; print(autograder.__file__)"]
    assert str(tmp_path / "venv") in subprocess.run(where, capture_output=True, text=True, check=True).stdout
