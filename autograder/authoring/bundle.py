"""The Gradescope zip: one assignment with its solution, the grader, and what installs and starts it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files as resources
from pathlib import Path

import msgspec

from autograder import __version__
from autograder.authoring.lock import DISTRIBUTION, base_requirements
from autograder.authoring.release import release_of, student_files
from autograder.authoring.wheel import build_wheel
from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.files.archive import collect, content_hash, zip_bytes
from autograder.files.writing import write_atomically
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan
from autograder.model.scoring import not_run
from autograder.report.gradescope import to_gradescope

BUNDLE_FILE = "bundle.json"
_EXECUTABLE = ("setup.sh", "run_autograder")
_SCRIPTS = (*_EXECUTABLE, "build.sh")


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `bundle.json`: what is graded, and with what.

    Attributes
    ----------
    versions
        Of the grader, and of the release that it grades.
    hashes
        SHA-256 of the release's content, of the solution's, of the grader's wheel and of the list of
        packages it is installed with.
    """

    assignment: str
    version: str
    versions: dict[str, str]
    hashes: dict[str, str]


def bundle(
    course: Course, name: str, output: Path, plan: Plan, extra_files: Mapping[str, bytes] | None = None
) -> Path:
    """Write `NAME-VERSION-gradescope.zip` into the folder `output` and return its path.

    Its root is a course of that one assignment, with files taken from other assignments beside its own, plus
    the scripts that Gradescope runs. The same files give the same bytes.

    Parameters
    ----------
    plan
        The tests that will count, collected from the assignment as it is now.
    extra_files
        Further files for the root of the zip, by path.

    Raises
    ------
    CourseError
        If the assignment or its solution is incomplete, or an extra file has the name of another.
    """
    assignment, solution = course.assignment(name), course.solution(name)
    files = _files(assignment, solution, plan)
    extra_files = extra_files or {}
    if taken := sorted(files.keys() & extra_files.keys()):
        raise CourseError(
            f"{taken[0]} is already in the zip for Gradescope; give the extra file another name."
        )
    files |= extra_files
    path = output / f"{assignment.name}-{assignment.version}-gradescope.zip"
    write_atomically(path, zip_bytes(files, _EXECUTABLE))
    return path


def read_bundle(folder: Path) -> Bundle:
    """Return the `bundle.json` of an unpacked Gradescope zip.

    Raises
    ------
    CourseError
        If it is missing or malformed.
    """
    path = folder / BUNDLE_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Bundle)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read ({error.strerror}); bundle the assignment again."
        ) from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise CourseError(f"{path} is malformed ({error}); bundle the assignment again.") from error


def _files(assignment: Assignment, solution: Solution, plan: Plan) -> dict[str, bytes]:
    public = student_files(assignment)
    reference = solution.reference_files(assignment)
    borrowed = {file.name: reference[file.name] for file in assignment.files if not file.folder}
    secret = collect(solution.folder) | borrowed
    wheel_name, wheel = build_wheel()
    requirements = base_requirements(assignment.libraries).encode()
    about = Bundle(
        assignment=assignment.name,
        version=assignment.version,
        versions={DISTRIBUTION: __version__, "release": assignment.version},
        hashes={
            "release": release_of(assignment).content_hash,
            "solution": content_hash(secret),
            "grader": content_hash({wheel_name: wheel}),
            "requirements": content_hash({"requirements.txt": requirements}),
        },
    )
    return {
        **{f"assignments/{assignment.name}/{path}": content for path, content in public.items()},
        **{f"solutions/{assignment.name}/{path}": content for path, content in secret.items()},
        **{name: (resources(__package__) / "scripts" / name).read_bytes() for name in _SCRIPTS},
        "requirements.txt": requirements,
        wheel_name: wheel,
        "plan.json": plan.to_json(),
        BUNDLE_FILE: msgspec.json.format(msgspec.json.encode(about)) + b"\n",
        "not_run.json": _never_started(assignment, solution, plan),
    }


def _never_started(assignment: Assignment, solution: Solution, plan: Plan) -> bytes:
    """Return the results.json that remains if the grader cannot even start."""
    result = msgspec.structs.replace(not_run(plan, assignment), faults=("the grader did not start",))
    results = to_gradescope(result, assignment, solution.visibility)
    return msgspec.json.format(msgspec.json.encode(results)) + b"\n"
