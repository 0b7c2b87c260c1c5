"""Our wheel is the same from a checkout as from an installation of it, and holds the package alone."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from autograder import __version__
from autograder.authoring.wheel import build_wheel
from autograder.errors import GraderError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, content = build_wheel()
    path = tmp_path_factory.mktemp("wheel") / name
    path.write_bytes(content)
    return path


def test_building_twice_gives_the_same_bytes(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert build_wheel() == (wheel.name, wheel.read_bytes())


def test_it_holds_the_package_and_nothing_of_a_course(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"autograder", f"homework_autograder-{__version__}.dist-info"}
    assert not any(part in name for name in names for part in ("assignments/", "solutions/", ".pyc"))
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "autograder").rglob("*.py")}
    written = {it for it in sources if it.startswith("autograder/authoring/importing/")}
    assert written and sources - written <= names
    assert not written & names  # what `import` writes becomes somebody's solution
    assert {"autograder/authoring/requirements.lock", "autograder/py.typed"} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_its_record_lists_every_file_with_its_hash(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/RECORD"))
        rows = list(csv.reader(io.StringIO(archive.read(name).decode())))
        assert {row[0] for row in rows} == set(archive.namelist())
        for path, digest, size in rows:
            if path != name:
                raw = hashlib.sha256(archive.read(path)).digest()
                assert digest == "sha256=" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
                assert int(size) == len(archive.read(path))


def test_a_plain_installation_packs_the_wheel_it_came_from(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([python, *install], check=True)
    # The packages it needs come from this environment, appended so that ours is found first.
    program = f"""
import sys
sys.path.append({sysconfig.get_path("purelib")!r})
import autograder
from autograder.authoring.wheel import build_wheel
assert autograder.__file__.startswith({str(tmp_path)!r})
name, content = build_wheel()
assert name == {wheel.name!r}
sys.stdout.buffer.write(content)
"""
    done = subprocess.run([python, "-I", "-c", program], capture_output=True)
    assert done.stdout == wheel.read_bytes(), done.stderr.decode()


def test_the_metadata_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.__version__", "9.9")
    with pytest.raises(GraderError, match=r"This is homework-autograder 9\.9, but .* is installed"):
        build_wheel()
