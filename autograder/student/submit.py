"""Makes a hand-in that is complete, reproducible, and checked from a clean folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from autograder.classroom.identity import versions
from autograder.course.loading import ASSIGNMENT_FILE, RELEASE_FILE
from autograder.errors import SubmissionError
from autograder.files.archive import zip_bytes
from autograder.files.private_folder import PrivateFolder
from autograder.files.writing import write_atomically
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.handin.answers import ANSWERS_FILE, NO_ANSWERS, answers_file, collect_answers
from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.trees import (
    DEFAULT_LIMITS,
    HAND_IN_SUFFIX,
    HANDIN_MANIFEST,
    Entry,
    EntryKind,
    read_file,
)
from autograder.model.assignment import NOTEBOOK
from autograder.student.checks import Checks, check_folder
from autograder.student.hints import note_attempt, used_hints


@dataclass(frozen=True)
class HandIn:
    """A zip that was written.

    Attributes
    ----------
    checks
        The zip's own.
    empty
        The titles of the written questions that it holds no answer to.
    unread
        The names of notebooks that could not be read.
    notes
        What is to be known of the files that it was made of, in sentences, such as which of two copies counts.
    has_no_place
        Whether the folder has no file in which answers could be written.
    """

    path: Path
    checks: Checks
    empty: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    has_no_place: bool = False

    @property
    def about_answers(self) -> str:
        """What it holds of written answers, in a sentence; empty where nothing is asked."""
        asked = len(self.checks.assignment.written)
        if not asked:
            return ""
        missing = f"; still empty: {', '.join(self.empty)}" if self.empty else ""
        if self.empty and self.has_no_place:
            missing += (
                f". No notebook and no {ANSWERS_FILE} is in this folder: save yours here and submit again"
            )
        elif self.empty and not self.unread:
            missing += (
                ". It holds what was saved: if you have answered more, save the notebook and submit again"
            )
        held = f"It holds {asked - len(self.empty)} of {asked} written answers{missing}."
        return " ".join([held, *(f"{name} cannot be read, so {NO_ANSWERS}." for name in self.unread)])


def make_hand_in(folder: Path, output: Path | None = None, tier: str | None = None) -> HandIn:
    """Check the files in `folder`, write them as one zip with the written answers, and check that.

    The same files give the same bytes. Nothing that is to be graded is left out silently: a file that is
    missing or unusable stops it.

    Parameters
    ----------
    output
        The zip to write; `NAME-hand-in.zip` in `folder` if None.

    Raises
    ------
    SubmissionError
        If a file to hand in is missing or unusable, or the zip does not hold what the folder holds.
    """
    checks = check_folder(folder=folder, tier=tier)
    assignment, submission = checks.assignment, checks.submission
    if absent := [it for it in checks.problems if it.file and it.file not in submission.files]:
        sentences = (f"{it.sentence} {it.paying}".strip() for it in absent)
        raise SubmissionError(f"nothing was written: {' '.join(sentences)}")
    made_with: dict[str, object] = {
        "assignment": assignment.name,
        "release": assignment.version,
        "versions": versions(),
    }
    note_attempt(checks, folder)
    if hints := used_hints(folder):
        made_with["hints"] = hints
    manifest = msgspec.json.format(msgspec.json.encode(made_with)) + b"\n"
    beside = _beside(folder)
    answers = collect_answers(beside, assignment.written, DEFAULT_LIMITS)
    files = {**submission.files, HANDIN_MANIFEST: manifest}
    if answers.texts:
        files[ANSWERS_FILE] = answers_file(answers.texts, assignment.written).encode("utf-8", "replace")
    path = output or folder / f"{assignment.name}{HAND_IN_SUFFIX}"
    write_atomically(path, zip_bytes(files))
    again = _check_zip(path, checks, tier)
    if again.submission.files != submission.files:
        raise SubmissionError(
            f"{path} does not hold the files as they are in {folder}; save them and try again"
        )
    empty = tuple(question.title for question in assignment.written if question.id not in answers.texts)
    return HandIn(path, again, empty, answers.unread, tuple(submission.notes), not beside)


def _beside(folder: Path) -> list[Entry]:
    """Return the files in a student's folder itself that may hold written answers."""
    names = (ANSWERS_FILE, f"*{NOTEBOOK}")
    paths = (path for name in names for path in sorted(folder.glob(name)) if path.is_file())
    return [Entry(path.name, EntryKind.FILE, partial(read_file, path)) for path in paths]


def _check_zip(path: Path, checks: Checks, tier: str | None) -> Checks:
    """Check the zip's files from a folder that holds nothing but them and the assignment itself."""
    assignment = checks.assignment
    with PrivateFolder("hand-in") as clean:
        folder = clean / assignment.name
        folder.mkdir()
        for name in (ASSIGNMENT_FILE, PUBLIC_FILE, RELEASE_FILE):
            if (assignment.folder / name).is_file():
                (folder / name).write_bytes((assignment.folder / name).read_bytes())
        for data in assignment.data:
            (folder / data.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / data.name).write_bytes(data.content())
        packed = open_hand_in(path, assignment.file_names, optional=assignment.optional_names)
        for name, source in packed.files.items():
            (folder / name).write_bytes(source)
        return check_folder(folder=folder, tier=tier)
