"""What `autograder submit` recorded about a hand-in, read leniently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from autograder.handin.candidates import Candidate
from autograder.handin.matching import fitting
from autograder.handin.trees import HANDIN_MANIFEST, EntryKind, TooLargeError, UnreadableError
from autograder.text import one_line

_MANIFEST_BYTES = 65_536


@dataclass(frozen=True)
class Manifest:
    """The release worked from, the assignment meant, and the versions it was made with."""

    release: str | None = None
    assignment: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


def read_manifest(candidates: Iterable[Candidate]) -> Manifest:
    """Return what `autograder submit` recorded; whatever of it is unusable is as if it were not there."""
    found = [it for it in fitting(HANDIN_MANIFEST, candidates) if it.kind is EntryKind.FILE]
    if not found:
        return Manifest()
    try:
        raw = msgspec.json.decode(found[0].read(_MANIFEST_BYTES))
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TooLargeError, UnreadableError):
        return Manifest()
    table = raw if isinstance(raw, dict) else {}
    versions = table.get("versions")
    return Manifest(
        release=_short(table.get("release")),
        assignment=_short(table.get("assignment")),
        versions={
            one_line(key, 40): one_line(value, 40)
            for key, value in list(versions.items())[:40]
            if isinstance(value, str)
        }
        if isinstance(versions, dict)
        else {},
    )


def _short(value: object) -> str | None:
    return one_line(value, 100) or None if isinstance(value, str) else None
