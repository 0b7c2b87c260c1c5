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
from autograder.handin.found import Fate
from autograder.handin.students import canvas_readings, read_file_name


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
        If no page is left for the zip, or one is missing.
    """
    files: dict[str, bytes] = {}
    left = []
    for item in record.items:
        if item.fate not in (Fate.GRADED, Fate.REFUSED):
            continue
        name, page = _name_for(item, platform), _page(places, item)
        if item.doubts:
            left.append(f"{item.label}: it is not clear whose it is")
        elif item.fate is Fate.GRADED and item.students and not item.counts_for:
            left.append(f"{item.label}: another hand-in of the same student counts")
        elif page is None:
            left.append(f"{item.label}: it has no feedback page{f' ({item.reason})' if item.reason else ''}")
        elif name is None:
            left.append(f"{item.label}: it did not come from a download of {platform.value.capitalize()}")
        elif name in files:
            left.append(f"{item.label}: another hand-in came under the same name, {name}")
        else:
            files[name] = page
    if not files:
        raise CourseError(
            f"{places.folder} holds no page of a hand-in whose name comes from a download of "
            f"{platform.value.capitalize()}; grade the download as it is."
        )
    return FeedbackZip(zip_bytes(files), len(files), tuple(left))


def _name_for(item: Item, platform: Platform) -> str | None:
    for name in _names(item):
        said = (read_file_name(name, ()), *canvas_readings(name))
        if platform is Platform.CANVAS and any(it.upload for it in said):
            return f"{without_suffix(name)[0]}.html"
        if platform is Platform.MOODLE and (match := _MOODLE.fullmatch(name)):
            return f"{match['folder']}file_/feedback.html"
    return None


def _names(item: Item) -> Iterable[str]:
    """Return the names of what it was made of; what was refused unopened is labelled with its own."""
    return (path.rpartition("/")[2] for path in item.parts or (item.label,))


def _page(places: Places, item: Item) -> bytes | None:
    """Return the page of a hand-in; None if there is none, as for what was refused and is nobody's.

    Raises
    ------
    CourseError
        If a hand-in that was graded has none.
    """
    _, path = places.of_hand_in(item.label)
    try:
        return path.read_bytes()
    except OSError as error:
        if item.fate is Fate.REFUSED:
            return None
        reason = error.strerror or "unknown reason"
        raise CourseError(f"{path} cannot be read ({reason}); run `autograder report` first.") from error


def default_path(folder: Path, platform: Platform) -> Path:
    """Return where the zip goes unless another place is named."""
    return folder / f"feedback-for-{platform.value}.zip"
