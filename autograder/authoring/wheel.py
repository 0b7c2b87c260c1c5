"""Our own wheel, made offline and reproducibly: by hatchling in a checkout, else from the installed files."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path, PurePath

import autograder
from autograder.authoring.lock import DISTRIBUTION
from autograder.errors import CourseError, GraderError
from autograder.files.archive import zip_bytes

# What `autograder new` fills in becomes somebody's solution: it stays out of what is handed to students.
_TEMPLATES_OF_SOLUTIONS = "autograder/authoring/template/solution/"
# Installers write these beside what the wheel held.
_OF_THE_INSTALLER = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}


def build_wheel() -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel of this package, the same each time.

    Raises
    ------
    CourseError
        If this is a checkout and hatchling is not installed.
    GraderError
        If the wheel cannot be made or would hold more than the package.
    """
    root = checkout()
    return _build(root) if root else _repack()


def checkout() -> Path | None:
    """Return the folder of the checkout that this package is run from, or None for a plain install."""
    root = Path(autograder.__file__).resolve().parents[1]
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return None
    return root if project.get("name") == DISTRIBUTION else None


def _build(root: Path) -> tuple[str, bytes]:
    if importlib.util.find_spec("hatchling") is None:
        raise CourseError(
            "hatchling, which packs the grader, is not installed; install the extra 'instructor' (uv sync)."
        )
    # Without this moment the files would carry the clock's, or that of the caller's environment.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1580601600"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise GraderError(f"{root}: the wheel cannot be built ({last}); try `hatchling build` there.")
        with zipfile.ZipFile(wheels[0]) as wheel:
            return _pack({name: wheel.read(name) for name in wheel.namelist()})


def _repack() -> tuple[str, bytes]:
    """Put the installed files back into the wheel that they came from."""
    try:
        installed = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise GraderError(f"{DISTRIBUTION} is not installed; install it, then run this again.") from error
    return _pack({path.as_posix(): path.read_binary() for path in installed.files or () if _packed(path)})


def _packed(path: PurePath) -> bool:
    """Return whether a file of the installation came out of the wheel: no command, nothing compiled."""
    return ".." not in path.parts and path.suffix != ".pyc" and path.name not in _OF_THE_INSTALLER


def _pack(files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return the wheel that holds `files`: the same from a checkout as from an installation of it."""
    folders = {PurePath(name).parts[0] for name in files}
    about = next((folder for folder in folders if folder.endswith(".dist-info")), "")
    if folders != {"autograder", about} or "autograder/__init__.py" not in files:
        raise GraderError(
            f"The package's own files are not what they should be (found: {', '.join(sorted(folders))}); "
            "install it again from its wheel or a fresh checkout."
        )
    record = f"{about}/RECORD"
    left_out = (record, _TEMPLATES_OF_SOLUTIONS)
    content = {name: files[name] for name in files if not name.startswith(left_out)}
    content[record] = _record(content, record)
    return f"{about.removesuffix('.dist-info')}-py3-none-any.whl", zip_bytes(content)


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    """Return the wheel's list of contents, with a hash and a size for each but itself."""
    lines = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(files[name])}\n")
    return "".join([*lines, f"{own_name},,\n"]).encode()
