"""What `autograder submit` recorded about a hand-in, read leniently."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from autograder.handin.matching import fitting
from autograder.handin.trees import HANDIN_MANIFEST, Entry, EntryKind, TooLargeError, UnreadableError
from autograder.text import one_line

_MANIFEST_BYTES = 65_536


def read_manifest(candidates: Iterable[Entry]) -> dict[str, str]:
    """Return the texts that `autograder submit` recorded, such as the release; what is unusable is left out.

    Versions are there as `python` and so on.
    """
    found = [it for it in fitting(HANDIN_MANIFEST, candidates) if it.kind is EntryKind.FILE]
    try:
        raw = msgspec.json.decode(found[0].read(_MANIFEST_BYTES)) if found else {}
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TooLargeError, UnreadableError):
        return {}
    versions = raw.get("versions") if isinstance(raw, dict) else None
    texts = [
        *(versions.items() if isinstance(versions, dict) else ()),
        *(raw.items() if isinstance(raw, dict) else ()),
    ]
    return {key: text for key, value in texts if isinstance(value, str) and (text := one_line(value, 100))}
