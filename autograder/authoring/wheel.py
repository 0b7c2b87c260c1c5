"""Our own wheel, packed offline from the package's own files and its installed metadata, the same each time."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path, PurePosixPath

import autograder
from autograder.authoring.lock import DISTRIBUTION, installed
from autograder.errors import GraderError
from autograder.files.archive import collect, zip_bytes

# What `autograder new` and `import` write becomes somebody's solution: it stays out of what is handed to students.
_TEXTS_OF_SOLUTIONS = ("autograder/authoring/template/solution/", "autograder/authoring/importing/")
# Installers write these beside the metadata that the wheel held.
_OF_THE_INSTALLER = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}


def build_wheel() -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel of this package, from a checkout as from a plain install.

    Raises
    ------
    GraderError
        If the package is not installed, or its installation does not say from which files.
    """
    package = collect(Path(autograder.__file__).parent)
    files = {f"autograder/{name}": content for name, content in package.items()}
    about = ""
    for path in installed().files or ():
        if path.parts[0].endswith(".dist-info") and path.name not in _OF_THE_INSTALLER:
            about = path.parts[0]
            files[path.as_posix()] = path.read_binary()
    if not about:
        raise GraderError(f"The installed {DISTRIBUTION} does not list its files; install it again.")
    files = {name: data for name, data in files.items() if not name.startswith(_TEXTS_OF_SOLUTIONS)}
    files[f"{about}/RECORD"] = _record(files, f"{about}/RECORD")
    return f"{PurePosixPath(about).stem}-py3-none-any.whl", zip_bytes(files)


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    """Return the wheel's list of contents, with a hash and a size for each but itself."""
    lines = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(files[name])}\n")
    return "".join([*lines, f"{own_name},,\n"]).encode()
