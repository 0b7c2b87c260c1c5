"""What `autograder submit` recorded about a hand-in, read leniently."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import msgspec

from autograder.handin.matching import fitting
from autograder.handin.trees import HANDIN_MANIFEST, Entry, EntryKind, TooLargeError, UnreadableError
from autograder.model.hint_use import MOST_HINTS, HintUse
from autograder.text import one_line

_MANIFEST_BYTES = 65_536


def read_manifest(candidates: Iterable[Entry]) -> dict[str, str]:
    """Return the texts that `autograder submit` recorded, such as the release; what is unusable is left out.

    Versions are there as `python` and so on.
    """
    recorded = _recorded(candidates)
    versions = recorded.get("versions")
    texts = [*(versions.items() if isinstance(versions, dict) else ()), *recorded.items()]
    return {key: text for key, value in texts if isinstance(value, str) and (text := one_line(value, 100))}


def read_hints(candidates: Iterable[Entry]) -> tuple[HintUse, ...]:
    """Return the hints that the student was shown, as `autograder submit` recorded them, without what is unusable."""
    hints = _recorded(candidates).get("hints")
    found = list[HintUse]()
    for hint in hints[:MOST_HINTS] if isinstance(hints, list) else ():
        with contextlib.suppress(msgspec.ValidationError):
            found.append(msgspec.convert(hint, HintUse))
    return tuple(found)


def _recorded(candidates: Iterable[Entry]) -> dict[Any, Any]:
    found = [it for it in fitting(HANDIN_MANIFEST, candidates) if it.kind is EntryKind.FILE]
    try:
        raw = msgspec.json.decode(found[0].read(_MANIFEST_BYTES)) if found else {}
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TooLargeError, UnreadableError):
        return {}
    return raw if isinstance(raw, dict) else {}
