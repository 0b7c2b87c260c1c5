"""The same tests as a user without rights, for whom bubblewrap alone is the best tier."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ("calls", "measuring", "secrets", "ending", "forked")
"""Those whose outcome could depend on the tier."""
PLAIN_USER = 60_997
"""An id that belongs to nobody, is outside the workers' pool, and is none whose processes attacks use up."""


@pytest.mark.skipif(os.geteuid() != 0, reason="this is a plain user already, who runs these tests directly")
def test_these_tests_pass_for_a_plain_user_under_bubblewrap(open_python, open_folder):
    """Run them in a copy that the user can read, since a checkout may be private."""
    shutil.copytree(
        ROOT / "autograder", open_folder / "autograder", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "tests" / "sandbox", open_folder / "tests" / "sandbox")
    shutil.copy(ROOT / "tests" / "workers.py", open_folder / "tests")
    (open_folder / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n")
    (open_folder / ".git").mkdir()
    (open_folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    for path in open_folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (open_folder / "home").mkdir(mode=0o700)
    os.chown(open_folder / "home", PLAIN_USER, PLAIN_USER)
    done = subprocess.run(
        [
            open_python, "-m", "pytest", "-p", "tests.workers", "-p", "no:cacheprovider", "--confcutdir=tests/sandbox",
            "--tier=bubblewrap", "-q", "-rs", "--tb=short", *(f"tests/sandbox/test_{name}.py" for name in TESTS),
        ],
        cwd=open_folder,
        env={"PATH": os.environ["PATH"], "HOME": str(open_folder / "home"), "TMPDIR": str(open_folder / "home")},
        user=PLAIN_USER,
        group=PLAIN_USER,
        extra_groups=[],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8_000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100
    skipped = re.findall(r"^SKIPPED.*", done.stdout, re.MULTILINE)
    assert [line for line in skipped if "bubblewrap" in line] == []
