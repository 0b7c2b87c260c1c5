"""Everything that grading one assignment takes, as bytes that travel with each hand-in to another machine."""

from __future__ import annotations

import zlib

import msgspec

from autograder.classroom.identity import grader_hash
from autograder.classroom.work import Work
from autograder.course.loading import Course
from autograder.errors import CourseError, GraderError
from autograder.files.archive import collect
from autograder.files.private_folder import PrivateFolder
from autograder.model.plan import Plan


class _Contents(msgspec.Struct, frozen=True):
    """Both halves as they would lie in a course of this one assignment."""

    name: str
    plan: bytes
    tier: str | None
    files: dict[str, bytes]


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment packed for grading elsewhere.

    Attributes
    ----------
    work
        Content hash of what it was packed from.
    grader
        Hash of the grader that packed it; another one could come to other points.
    content
        Both halves, compressed.
    """

    work: str
    grader: str
    content: bytes


def pack(work: Work) -> Parcel:
    """Return all that grading with `work` takes.

    Raises
    ------
    CourseError
        If a file of the assignment is a link or cannot be read.
    """
    assignment, solution = work.assignment, work.solution
    public = collect(assignment.folder)
    public |= {file.name: file.source.read_bytes() for file in assignment.files}
    secret = collect(solution.folder) | solution.reference_files(assignment)
    files = {f"assignments/{assignment.name}/{path}": content for path, content in public.items()}
    files |= {f"solutions/{assignment.name}/{path}": content for path, content in secret.items()}
    contents = _Contents(assignment.name, work.plan.to_json(), work.tier, files)
    packed = zlib.compress(msgspec.msgpack.encode(contents))
    return Parcel(work=work.hash, grader=grader_hash(), content=packed)


class Unpacked:
    """A parcel's contents in a private folder of this machine, for as long as the object lives."""

    def __init__(self, parcel: Parcel) -> None:
        """Write the files.

        Raises
        ------
        GraderError
            If this machine's grader is not the one that packed the parcel, so that points could differ.
        """
        if parcel.grader != grader_hash():
            raise GraderError(
                "a worker has another version of the grader or of NumPy than this machine; "
                "install the same wheel and packages on both."
            )
        contents = msgspec.msgpack.decode(zlib.decompress(parcel.content), type=_Contents)
        # Made for its owner alone: the solutions are in there.
        self._folder = PrivateFolder("parcel")
        root = self._folder.path
        for name, content in contents.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(content)
        course = Course(root)
        self.work = Work(
            course.assignment(contents.name),
            course.solution(contents.name),
            Plan.from_json(contents.plan),
            contents.tier,
        )
        if self.work.hash != parcel.work:
            raise CourseError(f"{contents.name} did not arrive as it was sent; start grading again.")

    def remove(self) -> None:
        """Remove the folder."""
        self._folder.remove()
