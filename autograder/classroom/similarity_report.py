"""Compares the code of a graded class and keeps, for a person, the lines that two hand-ins share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import msgspec

from autograder.classroom.record import ClassRecord
from autograder.classroom.similarity import Pair, Suspect, find_alike, lines_in_common
from autograder.classroom.store import Store
from autograder.classroom.work import Work
from autograder.handin.found import Found
from autograder.report.context import Excerpt, LikePair
from autograder.text import clean_source, with_marks

_LONGEST_EXCERPT = 60


def with_similar_code(record: ClassRecord, store: Store, found: Sequence[Found], work: Work) -> ClassRecord:
    """Return the record with the hand-ins whose code is the same, or nearly."""
    alike = find_alike(list(_suspects(record, store)))
    sources = {one.label: one.source for one in found}
    keys = {item.label: item.key for item in record.items}

    def excerpts(label: str, pair: Pair) -> tuple[Excerpt, ...]:
        outcome, source = store.get(keys[label]), sources[label]
        if outcome is None or source is None:
            return ()
        with suppress(Exception):  # without these lines the pair is still listed
            files = work.opened(source, label).files
            return tuple(
                _excerpt(file, files[file], *lines)
                for file, ranges in lines_in_common(
                    outcome.computations if pair.rewritten else outcome.fingerprints, pair.shared
                ).items()
                if file in files
                for lines in ranges
            )
        return ()

    pairs = tuple(
        LikePair(
            first=pair.first,
            second=pair.second,
            likeness=round(pair.likeness, 3),
            rewritten=pair.rewritten,
            first_lines=excerpts(pair.first, pair),
            second_lines=excerpts(pair.second, pair),
        )
        for pair in alike.pairs
    )
    return msgspec.structs.replace(record, alike=alike.groups, pairs=pairs)


def _suspects(record: ClassRecord, store: Store) -> Iterator[Suspect]:
    for item in record.items:
        outcome = store.get(item.key)
        if outcome is not None:
            owners = frozenset(student.key for student in item.students) or frozenset({item.label})
            yield Suspect(
                item.label,
                owners,
                frozenset(mark.value for mark in outcome.fingerprints),
                frozenset(it.value for it in outcome.computations),
            )


def _excerpt(file: str, source: bytes, first: int, last: int) -> Excerpt:
    lines = source.decode("utf-8", "replace").splitlines()[first - 1 : min(last, first + _LONGEST_EXCERPT)]
    return Excerpt(file=file, first_line=first, text=clean_source(with_marks("\n".join(lines)[:10_000])))
