"""What the tests of several rooms share: a Python that any user of the machine can run, and copies they can read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import isolation
from autograder.sandbox.interpreter import worker_interpreter
from autograder.sandbox.isolation import Tier, readable_by_others

ROOT = Path(__file__).parent.parent
SYSTEM_PYTHON = Path("/usr/bin/python3")
CACHES = Path("/var/tmp")
FOR_WORKERS = {"numpy", "msgspec"}
FOR_TESTS = {"pytest", "iniconfig", "packaging", "pluggy", "pygments", "hypothesis", "sortedcontainers"}
PACKAGES = FOR_WORKERS | FOR_TESTS | {"pyseccomp"}


TIERS = [tier for tier in Tier if os.geteuid() or tier is not Tier.BUBBLEWRAP]
"""Those that are tested: all but the one that only a plain user can have (see test_plain_user)."""


def offered(tier: Tier) -> Tier:
    """Return the tier, or skip where this machine does not give it to workers of `worker_python`."""
    if reason := isolation.why_not(tier):
        pytest.skip(f"tier {tier}: {reason}")
    return tier


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tier", action="append", default=[], help="test these isolation tiers only")


@pytest.fixture(scope="session")
def open_python() -> Path:
    """A Python with `PACKAGES` that every user of this machine can run: this one, or one made for it."""
    if _is_open(Path(sys.executable)):
        return Path(sys.executable)
    from autograder.authoring.lock import read_lock

    requirements = "".join(pin.requirement for pin in read_lock() if pin.name in PACKAGES)
    version = subprocess.run([SYSTEM_PYTHON, "-VV"], capture_output=True, check=True).stdout
    content = hashlib.sha256(version + requirements.encode()).hexdigest()[:16]
    folder = CACHES / f"autograder-tests-python-{os.geteuid()}-{content}"
    with _alone(folder.with_suffix(".lock")):
        if not folder.exists():
            _make_environment(folder, requirements)
    assert folder.stat().st_uid == os.geteuid(), f"{folder} belongs to somebody else; remove it"
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def worker_python(open_python: Path) -> Iterator[Path]:
    """Have workers run by a Python that the users of the pool can read, from here to the end of the session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_WORKER_PYTHON", str(open_python))
        _forget_what_was_found_out()
        yield open_python
    _forget_what_was_found_out()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can read and write, unlike pytest's own temporary folders."""
    with tempfile.TemporaryDirectory(prefix="autograder-tests-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


def _forget_what_was_found_out() -> None:
    worker_interpreter.cache_clear()
    isolation.why_not.cache_clear()


def _is_open(python: Path) -> bool:
    import numpy

    return all(map(readable_by_others, (python, Path(str(numpy.__file__)), ROOT / "autograder")))


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep other processes waiting that want to make the same: tests run in several."""
    import fcntl

    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_environment(folder: Path, requirements: str) -> None:
    """Make a virtual environment of the distribution's Python, complete as soon as it is there."""
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}-"))
    try:
        subprocess.run([SYSTEM_PYTHON, "-m", "venv", unfinished], check=True)
        listed = unfinished / "requirements.txt"
        listed.write_text(requirements)
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(listed)]
        subprocess.run([unfinished / "bin" / "python", *install], check=True)
        subprocess.run(["chmod", "-R", "go=u-w", unfinished], check=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
