"""A release for GitHub checks itself on every push: the workflow's own steps, in a clean clone of a repository."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.commands import run_here
from tests.courses import REFERENCE, write_course, write_hand_in

WRONG = REFERENCE.replace("axis=0", "axis=1")


def git(*arguments: str | Path, cwd: Path) -> None:
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, env={**os.environ, **who})


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds what a release for GitHub holds, and nothing else."""
    root = tmp_path_factory.mktemp("github")
    course = write_course(root / "course")
    (course / "solutions").chmod(0o700)
    made = run_here("release", "centring", "--github", "-o", root, cwd=course)
    assert made.returncode == 0, made.stderr
    (archive,) = root.glob("*.zip")
    with zipfile.ZipFile(archive) as release:
        release.extractall(root)
    folder = root / "centring"
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "start", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def steps(repository: Path) -> list[str]:
    workflow = yaml.safe_load((repository / ".github/workflows/public-checks.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets" not in (repository / ".github/workflows/public-checks.yml").read_text()
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runner")


def pushed(
    repository: Path, steps: list[str], runner: Path, place: Path, source: str
) -> tuple[int, str, str]:
    """Run the workflow's steps on a clone with some work; return the exit code, the summary and the outputs."""
    clone = place / "clone"
    git("clone", "-q", repository, clone, cwd=place)
    write_hand_in(clone, source)
    summary, output = place / "summary.md", place / "output"
    environment = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    environment |= {"RUNNER_TEMP": str(runner), "PYTHONPATH": ""}
    done = 0
    for step in steps:
        if " install" in step and (runner / "public-checks").exists():
            continue  # each machine of the service starts empty; here they share what was installed
        run = subprocess.run(["bash", "-eo", "pipefail", "-c", step], cwd=clone, env=environment, check=False)
        done = done or run.returncode
    return done, summary.read_text(), output.read_text()


def test_right_work_passes_with_all_points(
    repository: Path, steps: list[str], runner: Path, tmp_path: Path
) -> None:
    code, summary, output = pushed(repository, steps, runner, tmp_path, REFERENCE)
    assert code == 0
    points = dict(line.split("=") for line in output.split())
    assert points["points"] == points["out_of"] != "0"
    assert re.search(rf"^## .* {points['out_of']} of {points['out_of']} points", summary)


def test_wrong_work_fails_and_the_summary_says_why(
    repository: Path, steps: list[str], runner: Path, tmp_path: Path
) -> None:
    assert WRONG != REFERENCE
    code, summary, output = pushed(repository, steps, runner, tmp_path, WRONG)
    assert code == 1
    points = dict(line.split("=") for line in output.split())
    assert float(points["points"]) < float(points["out_of"])
    assert (2 * float(points["points"])).is_integer()
    assert "| question | checks | points |" in summary
    assert "0 of 1 checks pass" in summary and summary.count("```") % 2 == 0


def test_markup_in_what_student_code_says_stays_in_its_block(
    repository: Path, steps: list[str], runner: Path, tmp_path: Path
) -> None:
    hostile = REFERENCE + "\nraise ValueError('```\\n<img src=x onerror=alert(1)>\\n````')\n"
    code, summary, _ = pushed(repository, steps, runner, tmp_path, hostile)
    assert code == 1
    outside = re.sub(r"^(`{3,})$.*?^\1$", "", summary, flags=re.MULTILINE | re.DOTALL)
    assert "<img" in summary and "<img" not in outside
