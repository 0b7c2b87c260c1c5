"""The lock is the one statement of versions: constraints repeat it, installs take their part of it."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.authoring.lock import base_requirements, checking_requirements, notebook_requirements
from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "autograder" / "authoring" / "requirements.lock"


def pins(requirements: str) -> list[str]:
    """Return `name==version ; marker` of every line that starts one."""
    starts = [line for line in requirements.splitlines() if line[:1].isalnum()]
    return [line.removesuffix("\\").strip() for line in starts]


def names(requirements: str) -> set[str]:
    return {pin.partition("==")[0] for pin in pins(requirements)}


def installed_closure(*roots: str) -> set[str]:
    """Return what the installed metadata says these packages need here, themselves included."""
    found: set[str] = set()
    todo = list(roots)
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in found:
            found.add(name)
            requirements = map(Requirement, importlib.metadata.requires(name) or ())
            todo += [each.name for each in requirements if not each.marker or each.marker.evaluate()]
    return found


def test_constraints_and_lock_state_the_same_versions() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["uv"]["constraint-dependencies"] == pins(LOCK.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", [LOCK, ROOT / "pyproject.toml"], ids=lambda path: path.name)
def test_neither_holds_an_address_or_an_index_option(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"://|index-url|find-links|trusted-host|file:|/root|/home|/tmp", text)


def test_every_pin_of_the_lock_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8"))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_every_direct_dependency_is_locked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"].values()
    groups = settings["dependency-groups"].values()
    lines = [*settings["project"]["dependencies"], *(line for each in (*extras, *groups) for line in each)]
    wanted = {canonicalize_name(Requirement(line).name) for line in lines} - {"homework-autograder"}
    assert wanted <= names(LOCK.read_text(encoding="utf-8"))


@pytest.mark.skipif(sys.platform != "linux", reason="the base set is the one for Linux")
def test_the_base_set_is_what_the_installed_packages_ask_for() -> None:
    roots = ["numpy", "msgspec", "pytest", "click", "rich", "pyseccomp", "packaging"]
    assert names(base_requirements()) == installed_closure(*roots)


def test_the_base_set_keeps_one_numpy_for_each_python_and_drops_other_systems() -> None:
    numpys = [Requirement(pin) for pin in pins(base_requirements()) if pin.startswith("numpy==")]
    for python in ("3.11.2", "3.12.3", "3.13.0"):
        applying = [n for n in numpys if not n.marker or n.marker.evaluate({"python_full_version": python})]
        assert len(applying) == 1
    assert "colorama" not in names(base_requirements())


def test_checking_needs_the_base_set_on_any_system_and_no_more() -> None:
    assert names(checking_requirements()) == names(base_requirements()) | {"colorama"}
    assert len(names(base_requirements())) < 14


def test_a_notebook_adds_jupyter_and_pictures_and_otter_only_where_it_is_asked_for() -> None:
    added = names(notebook_requirements())
    assert {"matplotlib", "notebook", "ipykernel"} <= added
    assert not added & (
        names(checking_requirements()) | {"otter-grader", "distributed", "scikit-learn", "mypy"}
    )
    assert {"otter-grader"} <= names(notebook_requirements("otter"))


def test_libraries_of_an_assignment_come_with_what_they_need() -> None:
    for requirements in (base_requirements, checking_requirements):
        assert {"scipy", "pandas", "python-dateutil"} <= names(requirements(("scipy", "pandas")))
        assert "scipy" not in names(requirements())
    assert "scikit-learn" in names(base_requirements(("sklearn",)))
    with pytest.raises(
        CourseError, match=r"names no-such-library, of which requirements\.lock has no version"
    ):
        base_requirements(("no_such_library",))


def test_the_lock_script_keeps_the_hand_written_part_of_pyproject(tmp_path: Path) -> None:
    """With a uv that answers from a file, so that no index is asked."""
    for path in (".ci", "autograder/authoring"):
        (tmp_path / path).mkdir(parents=True)
    for name in (".ci/lock", "README.md", "LICENSE", "autograder/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    written = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(written.replace('"numpy==', '"numpy==0.'), encoding="utf-8")
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\n[ "$1" = lock ] || cat {LOCK}\n', encoding="utf-8")
    uv.chmod(0o755)
    environment = {"PATH": f"{uv.parent}:/usr/bin:/bin"}
    subprocess.run([sys.executable, tmp_path / ".ci" / "lock"], env=environment, check=True)
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == written
    assert (tmp_path / "autograder/authoring/requirements.lock").read_bytes() == LOCK.read_bytes()
