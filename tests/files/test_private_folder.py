"""A private folder is nobody else's, and does not outlive its maker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.files import private_folder
from autograder.files.private_folder import KINDS, PrivateFolder

ROOT = Path(__file__).parents[2]
MAKER = """
import sys, time
from autograder.files.private_folder import PrivateFolder

folder = PrivateFolder("tried")
(folder.path / "solution.py").write_text("secret")
print(folder.path, flush=True)
if sys.argv[1] == "waits":
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def maker():
    """Start a process that makes a folder and return it with the folder."""
    started = []

    def start(then: str) -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen([sys.executable, "-c", MAKER, then], stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_it_is_closed_to_others_and_goes_with_what_is_in_it(temporary):
    with PrivateFolder("tried") as path:
        assert path.parent == temporary
        assert path.stat().st_mode & 0o777 == 0o700
        (path / "deep").mkdir()
    assert not list(temporary.iterdir())


def test_it_goes_at_the_latest_with_its_process(maker, temporary):
    process, path = maker("ends")
    assert process.wait(60) == 0
    assert path.parent == temporary
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_what_a_killed_process_left_goes_with_the_next(maker):
    process, path = maker("waits")
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert (path / "solution.py").exists()
    with PrivateFolder("another kind"):
        assert path.exists()
    with PrivateFolder("tried"):
        assert not path.exists()


def test_what_is_in_use_stays(maker):
    _, path = maker("waits")
    with PrivateFolder("tried") as ours:
        assert (path / "solution.py").exists()
        assert ours != path


def test_a_link_is_not_followed(temporary):
    (temporary / "precious").mkdir()
    (temporary / "autograder-tried-link").symlink_to(temporary / "precious")
    PrivateFolder("tried").remove()
    assert (temporary / "precious").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_many_at_once_never_take_each_other_s(temporary):
    code = """
from autograder.files.private_folder import PrivateFolder
for number in range(300):
    with PrivateFolder("tried") as path:
        (path / "file").write_text("x")
        assert (path / "file").read_text() == "x"
"""
    several = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(300) for process in several] == [0] * 4
    assert not list(temporary.iterdir())


def bury(folder: Path, depth: int, name: str = "deeper") -> None:
    """Nest folders deeper than any path can say, with a file and a link in the last."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.symlink("/", "link", dir_fd=here)
    os.close(here)


@pytest.fixture
def few_descriptors():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_folders_may_be_nested_deeper_than_python_recurses(temporary, few_descriptors):
    with PrivateFolder("tried") as path:
        bury(path, 1_200)
        bury(path, 100, "n" * 250)
    assert not list(temporary.iterdir())


def test_deep_folders_that_a_killed_process_left_go_too_and_are_nobody_s_trouble(maker):
    process, path = maker("waits")
    bury(path, 1_200)
    process.kill()
    process.wait(60)
    with PrivateFolder("tried"):
        assert not path.exists()


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o500])
def test_folders_that_are_closed_to_their_owner_go_too(open_folder, mode):
    remove = f"""
import os
from pathlib import Path
from autograder.files.private_folder import remove_folder
if not os.geteuid():
    os.setuid(60_998)
folder = Path("closed")  # above it are folders that only root can enter
(folder / "outer" / "inner").mkdir(parents=True)
(folder / "outer" / "inner" / "file").touch()
for path in (folder / "outer" / "inner", folder / "outer", folder):
    path.chmod({mode})
remove_folder(folder)
assert not folder.exists()
"""
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", remove], cwd=open_folder, env=environment, check=True)


def test_what_links_point_to_stays(temporary):
    precious = temporary / "precious"
    precious.mkdir(mode=0o750)
    (precious / "file").touch()
    with PrivateFolder("tried") as path:
        (path / "folder").mkdir()
        (path / "folder" / "link").symlink_to(precious)
        (path / "link").symlink_to(precious)
    assert (precious / "file").exists()
    assert precious.stat().st_mode & 0o777 == 0o750


def test_what_was_left_of_any_kind_goes_with_the_next_of_another(temporary):
    for kind in KINDS:
        (temporary / f"autograder-{kind}-left").mkdir()
        (temporary / f"autograder-{kind}-left" / "grading.toml").write_text("salt")
    (temporary / "autograder-of-somebody-else").mkdir()
    with PrivateFolder("work") as folder:
        assert {path.name for path in temporary.iterdir()} == {"autograder-of-somebody-else", folder.name}


def test_every_kind_that_is_made_is_swept():
    sources = Path(private_folder.__file__).parents[1].rglob("*.py")
    made = {
        kind for source in sources for kind in re.findall(r'PrivateFolder\("([\w-]+)"\)', source.read_text())
    }
    assert made == set(KINDS)
