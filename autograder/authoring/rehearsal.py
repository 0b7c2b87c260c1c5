"""Tries a Gradescope zip as the platform would: builds it once, runs it for each hand-in, leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import msgspec

from autograder.authoring.bundle import read_bundle
from autograder.errors import CourseError, GraderError, SubmissionError
from autograder.files.private_folder import PrivateFolder
from autograder.report.gradescope import GradescopeResults, read_results

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How this machine reaches packages; the platform's own machines reach them directly.
_NETWORK = ("PIP_", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
_TAIL_LINES = 15


@dataclass(frozen=True)
class Rehearsed:
    """What became of one hand-in.

    Attributes
    ----------
    results
        The content of results.json.
    output
        What run_autograder printed.
    exit_code
        Its exit code; None if it was stopped for taking too long.
    seconds
        Wall-clock time from start to end.
    """

    hand_in: Path
    results: GradescopeResults
    output: str
    exit_code: int | None
    seconds: float


class Rehearsal:
    """A Gradescope zip, built; use it in a `with` statement and `grade` any number of hand-ins.

    Everything happens in a file system of its own, in which `/autograder` and `/opt/autograder` are new and
    the machine's own folders are read-only. Each hand-in starts from what the build left, as containers do.

    Parameters
    ----------
    bundle
        The zip.
    tier
        The isolation to grade under. The default does without namespaces, which the platform may
        forbid; None takes the best that this machine offers.
    seconds_allowed
        When a run is stopped, in seconds.
    """

    def __init__(self, bundle: Path, *, tier: str | None = "uid", seconds_allowed: float = 600.0) -> None:
        self._bundle = bundle
        self._tier = tier
        self._seconds_allowed = seconds_allowed

    def __enter__(self) -> Rehearsal:
        """Unpack the zip and run its setup.sh.

        Raises
        ------
        CourseError
            If this machine cannot rehearse, the zip is not one for Gradescope, or its setup.sh fails.
        """
        _require_root()
        self._room = PrivateFolder("rehearsal")
        self._tree = self._room.path
        try:
            self._build()
        except BaseException:
            self._room.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Remove everything that was built."""
        self._room.remove()

    @property
    def source(self) -> Path:
        """The folder that is `/autograder/source` inside."""
        return self._tree / "autograder" / "source"

    @property
    def environment(self) -> Path:
        """The folder that is `/opt/autograder` inside."""
        return self._tree / "environment"

    def grade(self, hand_in: Path, metadata: Mapping[str, Any] | None = None) -> Rehearsed:
        """Run the zip on one hand-in: a folder, a zip (which the platform unpacks) or a single file.

        Parameters
        ----------
        metadata
            Fields of submission_metadata.json that replace the default ones.

        Raises
        ------
        SubmissionError
            If the hand-in cannot be read.
        GraderError
            If there is no results.json afterwards, or it is malformed.
        """
        with PrivateFolder("rehearsal") as tree:
            home = tree / "autograder"
            shutil.copytree(self._tree / "autograder", home, symlinks=True)
            _submit(hand_in, home / "submission")
            (home / "submission_metadata.json").write_bytes(
                msgspec.json.encode(self._metadata() | dict(metadata or {}))
            )
            (home / "results").mkdir()
            variables = {"AUTOGRADER_TIER": self._tier} if self._tier else {}
            exit_code, seconds = self._run(
                tree, "run", ["/autograder/run_autograder"], variables, home / "results" / "stdout"
            )
            output = (home / "results" / "stdout").read_text(encoding="utf-8", errors="replace")
            results = _read_results(home / "results" / "results.json", output)
        return Rehearsed(hand_in, results, output, exit_code, seconds)

    def _build(self) -> None:
        self.source.mkdir(parents=True)
        self.environment.mkdir()
        self._probe()
        _unpack(self._bundle, self.source)
        for script in ("setup.sh", "run_autograder"):
            if not (self.source / script).is_file():
                raise CourseError(f"{self._bundle}: has no {script} at its root; give a zip for Gradescope.")
        shutil.copy2(self.source / "run_autograder", self.source.parent)
        log = self._tree / "build.log"
        network = {key: value for key, value in os.environ.items() if key.upper().startswith(_NETWORK)}
        command = ["bash", "/autograder/source/setup.sh"]
        exit_code, _ = self._run(self._tree, "build", command, network, log)
        if exit_code != 0:
            how = "took too long" if exit_code is None else "failed"
            output = log.read_text(encoding="utf-8", errors="replace")
            raise CourseError(f"{self._bundle}: its setup.sh {how}:\n{_tail(output)}")

    def _probe(self) -> None:
        """Raise CourseError with the reason if this machine cannot rehearse."""
        log = self._tree / "probe.log"
        exit_code, _ = self._run(self._tree, "build", ["true"], {}, log)
        if exit_code != 0:
            reason = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
            raise CourseError(
                "A private file system to rehearse in is not available on this machine "
                f"({reason or 'no reason given'}); use one where root may make mount namespaces."
            )

    def _run(
        self, tree: Path, mode: str, command: list[str], variables: Mapping[str, str], log: Path
    ) -> tuple[int | None, float]:
        """Run a command in the private file system of `tree`; return its exit code and seconds taken."""
        (tree / "root").mkdir(exist_ok=True)
        if tree != self._tree:
            (tree / "environment").symlink_to(self.environment)
        namespaces = ["--mount", "--pid", "--ipc", "--propagation", "private", "--fork", "--kill-child"]
        environment = {"PATH": _PATH, "HOME": "/root", **variables}
        begin = time.monotonic()
        with as_file(files(__package__) / "scripts" / "private_root.sh") as script, log.open("wb") as output:
            inside = ["bash", str(script), str(tree), mode, *command]
            try:
                done = subprocess.run(
                    ["unshare", *namespaces, "--", *inside],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    timeout=self._seconds_allowed,
                )
            except subprocess.TimeoutExpired:
                return None, time.monotonic() - begin
        return done.returncode, time.monotonic() - begin

    def _metadata(self) -> dict[str, Any]:
        """Return what the platform says about the first hand-in of one student, before the due date."""
        title = read_bundle(self.source).assignment
        dates = {
            "release_date": "2030-01-01T00:00:00.000000+00:00",
            "due_date": "2030-01-31T23:59:00.000000+00:00",
            "late_due_date": None,
        }
        assignment = {
            "id": 1,
            "course_id": 1,
            "title": title,
            "total_points": "100.0",
            "group_size": None,
            "group_submission": False,
        }
        return {
            "id": 1,
            "created_at": "2030-01-15T12:00:00.000000+00:00",
            "submission_method": "upload",
            "assignment": assignment | dates,
            "users": [
                {
                    "id": 1,
                    "sid": None,
                    "name": "Student",
                    "email": "student@example.org",
                    "assignment": dates,
                }
            ],
            "previous_submissions": [],
        }


def rehearse(
    bundle: Path,
    hand_ins: Iterable[Path],
    *,
    tier: str | None = "uid",
    seconds_allowed: float = 600.0,
) -> list[Rehearsed]:
    """Build a Gradescope zip as the platform would and run it on each hand-in.

    Raises
    ------
    CourseError
        If this machine cannot rehearse (it takes root on Linux), or the zip cannot be built.
    SubmissionError
        If a hand-in cannot be read.
    GraderError
        If a run leaves no results.json, or a malformed one.
    """
    with Rehearsal(bundle, tier=tier, seconds_allowed=seconds_allowed) as rehearsal:
        return [rehearsal.grade(hand_in) for hand_in in hand_ins]


def _require_root() -> None:
    if sys.platform != "linux":
        raise CourseError("A rehearsal needs Linux, as Gradescope does; run it in a Linux container.")
    if os.geteuid() != 0:
        raise CourseError("A rehearsal needs root, to make a file system of its own; run it with sudo.")
    for tool in ("unshare", "mount", "pivot_root", "bash"):
        if shutil.which(tool, path=_PATH) is None:
            raise CourseError(f"A rehearsal needs the command {tool}; install util-linux and bash.")


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack with permissions, which zipfile itself ignores."""
    try:
        with zipfile.ZipFile(archive) as content:
            for entry in content.infolist():
                path = Path(content.extract(entry, folder))
                if mode := entry.external_attr >> 16 & 0o777:
                    path.chmod(mode)
    except FileNotFoundError as error:
        raise CourseError(f"{archive}: there is no such file; check the path.") from error
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        raise CourseError(f"{archive}: cannot be unpacked ({error}); bundle the assignment again.") from error


def _submit(hand_in: Path, folder: Path) -> None:
    """Put a hand-in where the platform does."""
    try:
        if hand_in.is_dir():
            shutil.copytree(hand_in, folder, symlinks=True, ignore=_not_uploaded)
        else:
            folder.mkdir()
            if zipfile.is_zipfile(hand_in):
                zipfile.ZipFile(hand_in).extractall(folder)
            else:
                shutil.copy(hand_in, folder)
    except (OSError, ValueError, RuntimeError, shutil.Error, zipfile.BadZipFile) as error:
        raise SubmissionError(
            f"{hand_in}: cannot be read ({error}); give a folder, a zip or a file."
        ) from error


def _not_uploaded(folder: str, names: list[str]) -> list[str]:
    """Return the names of what no upload holds, such as sockets and pipes, which would wait for a writer."""
    paths = (Path(folder, name) for name in names)
    return [it.name for it in paths if not (it.is_symlink() or it.is_file() or it.is_dir())]


def _read_results(path: Path, output: str) -> GradescopeResults:
    if not path.exists():
        raise GraderError(f"run_autograder left no results.json; it printed:\n{_tail(output)}")
    try:
        return read_results(path)
    except GraderError as error:
        raise GraderError(f"{error} run_autograder printed:\n{_tail(output)}") from error


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_TAIL_LINES:])
