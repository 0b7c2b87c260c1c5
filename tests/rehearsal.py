"""The bundle of one assignment, built once a session as the platform would, for every test that grades with it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.authoring.bundle import bundle
from autograder.authoring.rehearsal import Rehearsal
from autograder.course.loading import find_course
from autograder.grading.pytest_session import collect_plan

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def svm_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Gradescope zip of the assignment `svm`."""
    course = find_course(ROOT)
    plan = collect_plan(course.assignment("svm"), course.solution("svm"))
    return bundle(course, "svm", tmp_path_factory.mktemp("bundle"), plan)


@pytest.fixture(scope="session")
def svm_rehearsal(svm_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """That zip, spoilt in the two usual ways, and built: installing takes a while, so do this once."""
    if os.geteuid() != 0:
        pytest.skip("only root can rehearse")
    spoilt = tmp_path_factory.mktemp("windows") / svm_bundle.name
    zip_again_on_windows(svm_bundle, spoilt)
    # Hundreds of attacks are one run, and other tests are at work besides.
    with Rehearsal(spoilt, seconds_allowed=3600.0) as rehearsal:
        yield rehearsal


def zip_again_on_windows(archive: Path, copy: Path) -> None:
    """Write `archive` again with Windows line ends in its scripts and without permissions."""
    with zipfile.ZipFile(archive) as content, zipfile.ZipFile(copy, "w") as spoilt:
        for entry in content.infolist():
            data = content.read(entry)
            if data.startswith(b"#!") or entry.filename.endswith((".sh", ".txt", ".json", ".toml", ".py")):
                data = data.replace(b"\n", b"\r\n")
            again = zipfile.ZipInfo(entry.filename)
            again.create_system = 0
            again.external_attr = 0x20  # DOS: an ordinary file
            spoilt.writestr(again, data)


def stand_in(path: Path, run_autograder: str, setup: str = "exit 0", **others: str) -> Path:
    """Write a Gradescope zip that holds scripts alone, to see what a rehearsal does with them."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, script in {"setup.sh": setup, "run_autograder": run_autograder, **others}.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, f"#!/bin/bash\n{script}\n")
        archive.writestr("bundle.json", '{"assignment": "any", "version": "1", "versions": {}, "hashes": {}}')
    return path
