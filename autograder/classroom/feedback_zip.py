"""Feedback pages in a zip, under the file names by which Canvas and Moodle give each to its student."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from autograder.classroom.outputs import Places
from autograder.classroom.record import ClassRecord, Item
from autograder.errors import CourseError
from autograder.files.archive import zip_bytes
from autograder.handin.archives import without_suffix
from autograder.handin.find import Fate
from autograder.handin.students import read_file_name


class Platform(StrEnum):
    """Where feedback goes."""

    CANVAS = "canvas"
    MOODLE = "moodle"


@dataclass(frozen=True)
class FeedbackZip:
    """A zip, and a sentence for each hand-in whose page is not in it."""

    content: bytes
    pages: int
    left: tuple[str, ...]


_MOODLE = re.compile(
    r"(?P<folder>[^_]+_\d+_assignsubmission_)(file|onlinetext)_?.*", re.IGNORECASE | re.DOTALL
)


def feedback_zip(record: ClassRecord, places: Places, platform: Platform) -> FeedbackZip:
    """Return the pages of a class for a platform's upload of many feedback files.

    Canvas knows a file by the name that it gave the hand-in's own, Moodle by the folder that it lay in.

    Raises
    ------
    CourseError
        If no hand-in has such a name, or a page is missing.
    """
    files: dict[str, bytes] = {}
    left = []
    for item in record.items:
        if item.fate not in (Fate.GRADED, Fate.REFUSED) or not item.students:
            continue
        name = _name_for(item, platform) if item.counts_for or item.fate is Fate.REFUSED else None
        if item.doubts:
            left.append(f"{item.label}: it is not clear whose it is")
        elif name is None:
            left.append(f"{item.label}: it did not come from a download of {platform.value.capitalize()}")
        else:
            files[name] = _page(places, item)
    if not files:
        raise CourseError(
            f"{places.folder} holds no hand-in whose name comes from a download of {platform.value.capitalize()}; "
            "grade the download as it is."
        )
    return FeedbackZip(zip_bytes(files), len(files), tuple(left))


def _name_for(item: Item, platform: Platform) -> str | None:
    for name in _names(item):
        if platform is Platform.CANVAS and read_file_name(name, ()).upload:
            return f"{without_suffix(name)[0]}.html"
        if platform is Platform.MOODLE and (match := _MOODLE.fullmatch(name)):
            return f"{match['folder']}file_/feedback.html"
    return None


def _names(item: Item) -> Iterable[str]:
    return (path.rpartition("/")[2] for path in item.parts)


def _page(places: Places, item: Item) -> bytes:
    _, path = places.of_hand_in(item.label)
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise CourseError(f"{path} cannot be read ({reason}); run `autograder report` first.") from error


def default_path(folder: Path, platform: Platform) -> Path:
    """Return where the zip goes unless another place is named."""
    return folder / f"feedback-for-{platform.value}.zip"
