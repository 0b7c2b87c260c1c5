"""Which folder a student means: that of an assignment, or one above it with the assignment's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.course.loading import ASSIGNMENT_FILE, RELEASE_FILE, load_work
from autograder.errors import CourseError
from autograder.text import first_few


def find_work(start: Path, words: Sequence[str]) -> tuple[Path, list[str]]:
    """Return an assignment's folder, and the words that are left for its questions.

    In the folder of an assignment and below it, all words are questions, except for its own name. In a folder above,
    the first word says which assignment is meant, by its name or that of its folder, also as a terminal completes it
    (`svm/`, `.\\svm\\`); it may be left out where there is only one.

    Raises
    ------
    CourseError
        If no folder, or more than one, is meant.
    """
    words = [*map(_typed, words[:1]), *words[1:]]
    if words and words[0] and (start / words[0] / ASSIGNMENT_FILE).is_file():
        start, words = start / words[0], words[1:]
    here = start if (start / ASSIGNMENT_FILE).is_file() else None
    found = [] if here else _assignments_in(start)
    if not found:
        here = here or next((it for it in start.resolve().parents if (it / ASSIGNMENT_FILE).is_file()), None)
    if here:
        assignment = load_work(here)
        own = words[:1] and words[0] in (assignment.name, here.resolve().name)
        asked = {question.id for question in assignment.questions}
        return here, list(words[1:] if own and words[0] not in asked else words)
    if not found:
        if (start / RELEASE_FILE).is_file():
            raise CourseError(
                f"{ASSIGNMENT_FILE} is not in {start.resolve()} any more; take it from the release again."
            )
        raise CourseError(
            f"there is no assignment in {start.resolve()}; change into the folder that the zip was unpacked to."
        )
    names = first_few(sorted({name for name, _ in found}))
    if not words:
        if len(found) > 1:
            raise CourseError(f"say which assignment: {names}; or change into its folder.")
        return found[0][1], []
    meant = [folder for name, folder in found if words[0] in (name, folder.name)]
    exact = [folder for folder in meant if folder.name == words[0]]
    if len(exact or meant) == 1:
        return (exact or meant)[0], list(words[1:])
    if meant:
        folders = " and ".join(f'"{folder.name}"' for folder in meant)
        raise CourseError(f"{words[0]} is in {folders}; change into the one that you mean.")
    if len(found) == 1:
        return found[0][1], list(words)
    raise CourseError(f"there is no assignment {words[0]} here; there are {names}.")


def find_whole_work(start: Path, word: str | None) -> Path:
    """Return an assignment's folder for a command that is about all of its questions.

    Raises
    ------
    CourseError
        If no folder, or more than one, is meant, or the word names no assignment.
    """
    folder, left = find_work(start, [word] if word else [])
    if not left:
        return folder
    assignment = load_work(folder)
    if left[0] in {question.id for question in assignment.questions}:
        raise CourseError(
            f"{left[0]} is a question, and this is about all of {assignment.name}; leave it out, or look at it "
            f"alone with autograder check {left[0]}."
        )
    raise CourseError(f"there is no assignment {left[0]} here; leave the word out for {assignment.name}.")


def _typed(word: str) -> str:
    """Return a word without what a terminal adds that completes a folder's name; a whole path as it is."""
    return word.replace("\\", "/").rstrip("/").removeprefix("./")


def _assignments_in(start: Path) -> list[tuple[str, Path]]:
    """Return the name and the folder of each assignment in a folder, or else one level below its folders.

    That is where they lie in a course, and where each zip was unpacked into a folder of its own.
    """
    found = []
    for path in sorted(start.glob(f"*/{ASSIGNMENT_FILE}")) or sorted(start.glob(f"*/*/{ASSIGNMENT_FILE}")):
        try:
            found.append((load_work(path.parent).name, path.parent))
        except CourseError:
            # What is wrong with it is said when it is asked for.
            found.append((path.parent.name, path.parent))
    return found
