"""The student zip: one assignment from `assignments/` alone, with everything needed to work on it."""

from __future__ import annotations

import ast
import hashlib
import itertools
from importlib.resources import files as resources
from pathlib import Path

import msgspec

from autograder.authoring.leaks import scan_for_leaks
from autograder.authoring.lock import base_requirements, checking_requirements, notebook_requirements
from autograder.authoring.notebook_form import in_notebook_form
from autograder.authoring.otter_files import otter_test_files
from autograder.authoring.wheel import build_wheel
from autograder.course.loading import RELEASE_FILE, START_FILE
from autograder.errors import CourseError
from autograder.files.archive import collect, content_hash, zip_bytes
from autograder.files.writing import write_atomically
from autograder.grading.explain.sealed import SEALED_FILE
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.grading.trial import parameters_of
from autograder.grading.worked_examples import EXAMPLES_FILE
from autograder.model.assignment import Assignment
from autograder.playground.page import PLAYGROUND_FILE, playground_page

_PYTEST_INI = """\
[pytest]
addopts = -p autograder.grading.plugin --import-mode=importlib
testpaths = test_public.py
"""
_IN_THE_ENVIRONMENT = b"""
if __name__ == "__main__":
    import start

    start.inside(__file__)  # any Python may run this file: it goes on in the one that has what checking needs
"""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `release.json`, by which a hand-in can tell which release it came from.

    Attributes
    ----------
    content_hash
        SHA-256 over the names and contents of the assignment's files.
    parameters
        The names of the parameters of each question's functions, by which one can tell that a student has put them in
        another order.
    """

    assignment: str
    version: str
    content_hash: str
    parameters: dict[str, list[str]] = {}


def student_files(assignment: Assignment) -> dict[str, bytes]:
    """Return the assignment's files by path, with stubs taken from other assignments beside its own.

    Raises
    ------
    CourseError
        If one of them is a link or cannot be read.
    """
    files = collect(assignment.folder)
    for file in assignment.every_file:
        files[file.path] = file.source.read_bytes()
    return files


def release_of(assignment: Assignment) -> Release:
    """Return the `release.json` of a release made from these files."""
    content = content_hash(student_files(assignment))
    stubs = {f"{file.module}.py": file.stub() for file in assignment.files if file.module}
    functions = (it for question in assignment.questions for it in question.functions)
    return Release(
        assignment=assignment.name,
        version=assignment.version,
        content_hash=content,
        parameters={it: found for it in functions if (found := parameters_of(stubs, it))},
    )


def release(
    assignment: Assignment,
    output: Path,
    solutions: Path | None = None,
    hints: bytes | None = None,
    github: bool = False,
    as_notebook: bool = False,
    otter: bool = False,
    examples: bytes | None = None,
) -> Path:
    """Write `NAME-VERSION.zip` for students into the folder `output` and return its path.

    Everything comes from the assignment's folder and the stubs it names; `solutions`, if given, is read
    for a last scan only. The same files give the same bytes.

    Parameters
    ----------
    hints
        The sealed hints, as `seal_hints` makes them; None leaves them out.
    github
        Whether to add a workflow that runs the public checks on GitHub, for a repository made of the release.
    as_notebook
        Whether students fill in a notebook instead of the module that is due.
    otter
        Whether notebooks check with otter-grader, which is then among what they need.
    examples
        The worked examples for hints, as `examples_for_release` makes them; None leaves them out.

    Raises
    ------
    CourseError
        If a file cannot be packed, has a name that the release needs itself, or shows something
        from `solutions`; then no zip is left behind.
    """
    files = student_files(assignment)
    if as_notebook:
        files = in_notebook_form(assignment, files)
    files[PUBLIC_FILE] = for_any_python(files[PUBLIC_FILE])
    wheel_name, wheel = build_wheel()
    added = {
        wheel_name: wheel,
        "requirements.txt": _requirements(wheel_name, wheel, checking_requirements(assignment.libraries)),
        "requirements-notebook.txt": _notebook_requirements(
            assignment.libraries, *(["otter"] if otter else [])
        ),
        START_FILE: (resources(__package__) / START_FILE).read_bytes(),
        "pytest.ini": _PYTEST_INI.encode(),
        RELEASE_FILE: msgspec.json.format(msgspec.json.encode(release_of(assignment))) + b"\n",
    }
    if otter:
        added |= otter_test_files(assignment)
    if hints is not None:
        added[SEALED_FILE] = hints
    if examples is not None:
        added[EXAMPLES_FILE] = examples
    if assignment.playground:
        added[PLAYGROUND_FILE] = playground_page().encode()
    if github:
        added |= _github_files(wheel_name, wheel, assignment.libraries)
    if taken := sorted(added.keys() & files.keys()):
        path = assignment.folder / taken[0]
        raise CourseError(f"{path}: a release writes its own {taken[0]}; rename this file.")
    content = {f"{assignment.name}/{name}": data for name, data in (files | added).items()}
    path = output / f"{assignment.name}-{assignment.version}.zip"
    data = zip_bytes(content)
    if solutions is not None:
        scan_for_leaks(data, solutions, name=path.name)
    write_atomically(path, data)
    path.chmod(0o644)
    return path


def for_any_python(tests: bytes) -> bytes:
    """Return a file of tests that goes on in the environment before it imports anything, if it is run as a program."""
    head = list(itertools.takewhile(_stays_first, ast.parse(tests).body))
    line = (head[-1].end_lineno or 0) if head else 0
    lines = tests.splitlines(keepends=True)
    return b"".join([*lines[:line], _IN_THE_ENVIRONMENT, *lines[line:]])


def _stays_first(statement: ast.stmt) -> bool:
    """Return whether a statement is a docstring or an import from the future, which Python wants first."""
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _requirements(wheel_name: str, wheel: bytes, others: str) -> bytes:
    """Return the file for `pip install -r`: our wheel, in the folder that pip runs in, the rest by version and hash."""
    digest = hashlib.sha256(wheel).hexdigest()
    return f"./{wheel_name} \\\n    --hash=sha256:{digest}\n{others}".encode()


def _notebook_requirements(libraries: tuple[str, ...], *extras: str) -> bytes:
    """Return the file for `pip install -r` that adds notebooks to what checking needs."""
    return f"-r requirements.txt\n{notebook_requirements(*extras, libraries=libraries)}".encode()


def _github_files(wheel_name: str, wheel: bytes, libraries: tuple[str, ...]) -> dict[str, bytes]:
    """Return the workflow, its script, and what that installs: no notebooks and no plots."""
    scripts = resources(__package__) / "github"
    return {
        ".github/workflows/public-checks.yml": (scripts / "public-checks.yml").read_bytes(),
        ".github/public-checks.sh": (scripts / "public-checks.sh").read_bytes(),
        ".github/requirements.txt": _requirements(wheel_name, wheel, base_requirements(libraries)),
    }
