"""Compares the code of a graded class and keeps, for a person, the lines that two hand-ins share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from autograder.classroom.record import ClassRecord
from autograder.classroom.similarity import Pair, Suspect, find_alike, lines_in_common
from autograder.classroom.store import Store
from autograder.classroom.work import Work
from autograder.handin.find import Fate, Found
from autograder.handin.open_hand_in import open_hand_in
from autograder.report.context import Excerpt, LikePair

_LONGEST_EXCERPT = 60


def likeness_in(record: ClassRecord, store: Store, found: Sequence[Found], work: Work) -> ClassRecord:
    """Return the record with the hand-ins whose code is the same, or nearly."""
    alike = find_alike(list(_suspects(record, store)))
    sources = {one.label: one for one in found}
    keys = {item.label: item.key for item in record.items}
    pairs = tuple(_shown(pair, keys, store, sources, work) for pair in alike.pairs)
    return msgspec.structs.replace(record, alike=alike.groups, pairs=pairs)


def _suspects(record: ClassRecord, store: Store) -> Iterator[Suspect]:
    for item in record.items:
        outcome = store.get(item.key) if item.fate is Fate.GRADED and item.key else None
        if outcome is not None:
            owners = frozenset(student.key for student in item.students) or frozenset({item.label})
            yield Suspect(item.label, owners, frozenset(mark.value for mark in outcome.prints))


def _shown(
    pair: Pair, keys: Mapping[str, str], store: Store, found: Mapping[str, Found], work: Work
) -> LikePair:
    first, second = (
        _excerpts(label, keys[label], pair.shared, store, found[label], work)
        for label in (pair.first, pair.second)
    )
    return LikePair(
        first=pair.first,
        second=pair.second,
        likeness=round(pair.likeness, 3),
        first_lines=first,
        second_lines=second,
    )


def _excerpts(
    label: str, key: str, shared: frozenset[int], store: Store, found: Found, work: Work
) -> tuple[Excerpt, ...]:
    outcome = store.get(key)
    if outcome is None or found.source is None:
        return ()
    with suppress(Exception):  # without these lines the pair is still listed
        files = open_hand_in(found.source, work.assignment.file_names, label=label).files
        return tuple(
            _excerpt(file, files[file], *lines)
            for file, ranges in lines_in_common(outcome.prints, shared).items()
            if file in files
            for lines in ranges
        )
    return ()


def _excerpt(file: str, source: bytes, first: int, last: int) -> Excerpt:
    lines = source.decode("utf-8", "replace").splitlines()[first - 1 : min(last, first + _LONGEST_EXCERPT)]
    return Excerpt(file=file, first_line=first, text="\n".join(lines)[:10_000])
