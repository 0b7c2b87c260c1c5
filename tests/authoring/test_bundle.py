"""The Gradescope zip is the same each time and holds all that grading takes, where the platform wants it."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from autograder import __version__
from autograder.authoring.bundle import bundle, read_bundle
from autograder.authoring.release import release_of
from autograder.authoring.wheel import build_wheel
from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.pytest_session import collect_plan
from autograder.model.plan import Plan
from autograder.report.gradescope import GradescopeResults


def plan_of(course: Course, name: str) -> Plan:
    return collect_plan(course.assignment(name), course.solution(name))


def made(course: Course, name: str, output: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(bundle(course, name, output, plan_of(course, name)))


def test_a_bundle_is_the_same_bytes_whenever_and_wherever_it_is_made(
    small_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bundle(small_course, "ridge", tmp_path / "first", plan_of(small_course, "ridge"))
    elsewhere = Course(shutil.copytree(small_course.root, tmp_path / "copy"))
    for path in elsewhere.root.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (time.time() + 86_400,) * 2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    second = bundle(elsewhere, "ridge", tmp_path / "second", plan_of(elsewhere, "ridge"))
    assert first.read_bytes() == second.read_bytes()
    assert first.name == second.name == "ridge-2.1-gradescope.zip"


def test_only_the_two_scripts_that_the_platform_starts_are_executable(
    small_course: Course, tmp_path: Path
) -> None:
    entries = made(small_course, "ridge", tmp_path).infolist()
    executable = {entry.filename for entry in entries if entry.external_attr >> 16 & 0o111}
    assert executable == {"setup.sh", "run_autograder"}
    assert all(entry.create_system == 3 for entry in entries)


def test_both_halves_are_there_with_the_files_taken_from_elsewhere_beside_their_own(
    small_course: Course, tmp_path: Path
) -> None:
    archive = made(small_course, "scaled", tmp_path)
    archive.extractall(tmp_path / "source")
    original, unpacked = small_course, Course(tmp_path / "source")
    assert unpacked.names() == ("scaled",)
    assignment = unpacked.assignment("scaled")
    assert assignment.questions == original.assignment("scaled").questions
    assert unpacked.solution("scaled").reference_files(assignment) == original.solution(
        "scaled"
    ).reference_files(original.assignment("scaled"))
    assert unpacked.solution("scaled").salt == original.solution("scaled").salt
    assert {path.name for path in (tmp_path / "source" / "assignments").iterdir()} == {"scaled"}


def test_the_plan_travels_with_it(small_course: Course, tmp_path: Path) -> None:
    plan = plan_of(small_course, "ridge")
    archive = made(small_course, "ridge", tmp_path)
    assert Plan.from_json(archive.read("plan.json")) == plan
    assert len(plan.tests) == 3


def test_the_unpacked_bundle_yields_the_same_plan(small_course: Course, tmp_path: Path) -> None:
    made(small_course, "ridge", tmp_path).extractall(tmp_path / "source")
    assert plan_of(Course(tmp_path / "source"), "ridge") == plan_of(small_course, "ridge")


def test_results_for_a_grader_that_cannot_start_list_every_question_and_take_the_blame(
    small_course: Course, tmp_path: Path
) -> None:
    written = made(small_course, "ridge", tmp_path).read("not_run.json")
    results = msgspec.json.decode(written, type=GradescopeResults)
    assert [(test.name, test.score, test.max_score) for test in results.tests] == [
        ("Loss and gradient", 0.0, 7.5),
        ("Closed form", 0.0, 2.5),
    ]
    assert results.score == 0.0
    assert all(test.status == "failed" for test in results.tests)
    assert results.output is not None
    assert "our fault" in results.output
    verdicts = [
        verdict.verdict for test in results.tests if test.extra_data for verdict in test.extra_data.verdicts
    ]
    assert verdicts == ["not_run"] * 3


def test_packages_are_installed_by_hash_from_no_named_index(small_course: Course, tmp_path: Path) -> None:
    requirements = made(small_course, "ridge", tmp_path).read("requirements.txt").decode()
    entries = requirements.strip().split("\n")
    names = [line.partition("==")[0] for line in entries if not line.startswith(" ")]
    assert {"numpy", "msgspec", "pytest", "click", "pyseccomp"} <= set(names)
    assert requirements.count("--hash=sha256:") >= len(names)
    assert "://" not in requirements
    assert "homework-autograder" not in names


def test_it_carries_our_wheel_and_says_what_it_is(small_course: Course, tmp_path: Path) -> None:
    archive = made(small_course, "ridge", tmp_path)
    name, wheel = build_wheel()
    assert archive.read(name) == wheel
    archive.extractall(tmp_path / "source")
    about = read_bundle(tmp_path / "source")
    assert (about.assignment, about.version) == ("ridge", "2.1")
    assert about.hashes["release"] == release_of(small_course.assignment("ridge")).content_hash
    assert about.versions == {"homework-autograder": __version__, "release": "2.1"}


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("assignments/ridge/README.md", "release"),
        ("solutions/ridge/ridge.py", "solution"),
        ("solutions/ridge/mistakes.toml", "solution"),
    ],
)
def test_its_hashes_tell_which_half_changed(
    small_course: Course, tmp_path: Path, file: str, changed: str
) -> None:
    before = json.loads(made(small_course, "ridge", tmp_path / "before").read("bundle.json"))["hashes"]
    path = small_course.root / file
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    after = json.loads(made(small_course, "ridge", tmp_path / "after").read("bundle.json"))["hashes"]
    assert {key for key in ("release", "solution") if before[key] != after[key]} == {changed}


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_no_line_of_the_scripts_minds_a_carriage_return(
    small_course: Course, tmp_path: Path, script: str
) -> None:
    first, *rest = made(small_course, "ridge", tmp_path).read(script).decode().splitlines()
    assert first == "#!/usr/bin/env -S bash"
    assert rest
    assert all(line.endswith(" #") for line in rest)


def test_extra_files_go_to_the_root_and_never_replace_one(small_course: Course, tmp_path: Path) -> None:
    plan = plan_of(small_course, "ridge")
    path = bundle(small_course, "ridge", tmp_path, plan, extra_files={"config.json": b"{}"})
    assert zipfile.ZipFile(path).read("config.json") == b"{}"
    with pytest.raises(CourseError, match=r"setup\.sh is already in the zip"):
        bundle(small_course, "ridge", tmp_path, plan, extra_files={"setup.sh": b""})


def test_a_missing_reference_is_one_sentence(small_course: Course, tmp_path: Path) -> None:
    plan = plan_of(small_course, "scaled")
    (small_course.root / "solutions" / "ridge" / "ridge.py").unlink()
    with pytest.raises(CourseError, match=r"the reference for ridge\.py cannot be read"):
        bundle(small_course, "scaled", tmp_path, plan)


def test_a_folder_without_bundle_json_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"bundle\.json cannot be read"):
        read_bundle(tmp_path)
    (tmp_path / "bundle.json").write_text('{"assignment": 1}', encoding="utf-8")
    with pytest.raises(CourseError, match=r"bundle\.json is malformed"):
        read_bundle(tmp_path)
