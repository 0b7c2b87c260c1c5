"""Finds near-identical code in a class by winnowing, for a person to look at and never as a verdict.

Code becomes tokens in which names, numbers and texts no longer matter; every run of `RUN` tokens is hashed,
and of each window of hashes the smallest is kept (Schleimer, Wilkerson and Aiken, "Winnowing: local
algorithms for document fingerprinting", 2003). Code of the stubs is left out, and code that much of the class
has counts for little: a short exercise has few right answers, and agreeing on them means nothing.

A copy of which every line was written anew has no run of tokens in common with anybody. So hand-ins are also compared
by what they compute, see `computations`. Two who thought of the same compute the same, which makes that a weaker sign:
such pairs come after those that have both in common, and where they are usual in a class there are none. The weakest is
code in common that computes other things. It may be a part that was copied, but where a few ways of writing each
function are usual, many happen to choose the same for several.
"""

from __future__ import annotations

import ast
import bisect
import builtins
import hashlib
import io
import itertools
import keyword
import re
import tokenize
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import msgspec
import numpy as np

from autograder.classroom.computations import computed_in
from autograder.grading.names.parsing import MOST_BYTES, parsed_or_none

RUN = 14
"""Tokens in a fingerprint: about two lines."""
WINDOW = 5
"""A copy of at least RUN + WINDOW - 1 tokens always leaves a fingerprint in common."""
FEWEST_IN_COMMON = 8
"""Fingerprints that a pair must share before it is worth anybody's time."""
ALIKE = 0.6
"""Share of the rarer code in common, from which a pair is listed."""
AGREEING = 0.9
"""Share of the rarer computations in common, from which a pair is listed."""
MOST_GROUPS = 5
"""So many groups, or one for every 20 of the class if that is more, are listed because they compute the same."""
MOST_PAIRS = 30
MOST_CONNECTING = 200
"""Pairs that are listed even beyond those, so that nobody who is in one is missing."""
KIN = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of all code in common, common or not, from which one hand-in may be the source of another."""
MOST_KIN = 12
"""So many with so much in common, or a quarter of the class if that is more, are copies rather than what is usual."""
LONGEST_LINE = 10_000
"""Characters; a file with a longer line holds no code that anybody wrote, and is not compared."""

_MOST_TOKENS = 50_000
_MOST_READ = 400_000
"""Of tokens; those that only go on as the ones before do are read, but are no part of the code."""
_LONGEST_PERIOD = 8
_PERIODS = 3
"""So many repetitions, of so many tokens at most, are padding."""
SMALL_CLASS = 8
"""In a class of fewer, code that all have in common would weigh nothing, though two may have it from each other."""
# Before a character that begins no token, Python's tokenize tries each blank anew, and runs to the end each time.
_MANY_BLANKS = re.compile(r"[ \t\f]{40,}")
_CHUNK = 2_000
_KEPT_NAMES = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_LAYOUT = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
_ADDED_AT_WILL = frozenset("();")
_CHANGES_ARGUMENTS = frozenset({"copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"})
"""Functions of NumPy that a statement may consist of; what the others return would be lost."""
_PASSED_OVER = {tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER}


class Fingerprint(msgspec.Struct, frozen=True, array_like=True):
    """One fingerprint and the lines, counted from 1, that it was taken from."""

    value: int
    file: str
    first_line: int
    last_line: int


@dataclass(frozen=True)
class Suspect:
    """One hand-in to compare: its label, whose it is, the values of its fingerprints and of its computations."""

    label: str
    owners: frozenset[str]
    values: frozenset[int]
    computed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pair:
    """Two hand-ins with much code in common.

    Attributes
    ----------
    likeness
        Share of the smaller one's code that both have, between 0 and 1; rare code counts for more.
    rewritten
        Whether it is computations that both have, not fingerprints.
    """

    first: str
    second: str
    likeness: float
    shared: frozenset[int]
    rewritten: bool = False


@dataclass(frozen=True)
class Alike:
    """Code in common: groups whose code is the same but for names, and pairs that are close."""

    groups: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[Pair, ...] = ()


def fingerprints(
    files: Mapping[str, bytes], boilerplate: frozenset[int] = frozenset(), window: int = WINDOW
) -> tuple[Fingerprint, ...]:
    """Return the fingerprints of some files, those of `boilerplate` left out.

    Nothing is executed or parsed; a file that is not Python is read as far as it goes, and one with lines that
    are too long for code not at all.
    """
    found: dict[int, Fingerprint] = {}
    for name in sorted(files):
        if _has_long_line(files[name]):
            continue
        for mark in _winnowed(_hashed(name, list(_tokens(files[name], _MOST_TOKENS))), window):
            if mark.value not in boilerplate:
                found.setdefault(mark.value, mark)
    return tuple(found.values())


def computations(
    files: Mapping[str, bytes], left_out: frozenset[int] = frozenset()
) -> tuple[Fingerprint, ...]:
    """Return what some files compute, but for what is in `left_out`; nothing of a file that cannot be parsed."""
    found: dict[int, Fingerprint] = {}
    for name in sorted(files):
        for it in computed_in(files[name]) if name.endswith(".py") else ():
            if it.value not in left_out:
                found.setdefault(it.value, Fingerprint(it.value, name, it.first_line, it.last_line))
    return tuple(found.values())


def not_compared(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the modules that `fingerprints` leaves out, or does not read to their ends, and why."""
    found = {}
    for name in sorted(files):
        if not name.endswith(".py"):
            continue
        if _has_long_line(files[name]):
            found[name] = "it has a line too long for code"
        elif len(files[name]) > MOST_BYTES or (len(files[name]) > _MOST_TOKENS and _is_too_long(files[name])):
            found[name] = "it is far longer than any homework"
    return found


def find_alike(suspects: Sequence[Suspect]) -> Alike:
    """Return which hand-ins of different students have the same code, or nearly the same, closest first.

    Of a group with the same code one stands for all among the pairs. First come pairs that have
    code and computations in common, then those that only compute the same, then those that only have code in common.
    """
    by_code: dict[frozenset[int], list[Suspect]] = {}
    without_code: list[Suspect] = []
    for suspect in suspects:
        if len(suspect.values) >= FEWEST_IN_COMMON:
            by_code.setdefault(suspect.values, []).append(suspect)
        elif len(suspect.computed) >= FEWEST_IN_COMMON:
            without_code.append(suspect)
    groups = [
        tuple(one.label for one in group)
        for group in by_code.values()
        if len({one.owners for one in group}) > 1
    ]
    different = [*(group[0] for group in by_code.values()), *without_code]
    return Alike(tuple(sorted(groups, key=lambda group: (-len(group), group))), tuple(_pairs(different)))


def lines_in_common(
    prints: Iterable[Fingerprint], shared: frozenset[int]
) -> dict[str, list[tuple[int, int]]]:
    """Return for each file the ranges of lines, both ends included, that shared fingerprints cover."""
    ranges: dict[str, list[tuple[int, int]]] = {}
    for mark in sorted(prints, key=lambda mark: (mark.file, mark.first_line)):
        if mark.value not in shared:
            continue
        there = ranges.setdefault(mark.file, [])
        if there and mark.first_line <= there[-1][1] + 1:
            there[-1] = (there[-1][0], max(there[-1][1], mark.last_line))
        else:
            there.append((mark.first_line, mark.last_line))
    return ranges


# --- fingerprints -------------------------------------------------------------------------------------


def _has_long_line(source: bytes) -> bool:
    return any(len(line) > LONGEST_LINE for line in source.splitlines())


def _is_too_long(source: bytes) -> bool:
    return sum(1 for _ in _tokens(source, _MOST_TOKENS + 1)) > _MOST_TOKENS


def _tokens(source: bytes, most: int) -> Iterator[tuple[str, int]]:
    """Yield each token, `most` at most, in a form that renaming and reformatting do not change, with its line.

    Padding is left out: what only goes on repeating itself, lines that do nothing, annotations, and the parentheses
    and semicolons of which anybody can add more.
    """
    idle, annotations = _idle_parts(source)
    live = (
        (word, place[0])
        for word, place in _all_tokens(source)
        if place[0] not in idle and word not in _ADDED_AT_WILL and not _is_within(place, annotations)
    )
    yield from itertools.islice(_without_repetitions(live), most)


def _without_repetitions(tokens: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield tokens but for those that continue a run which has repeated itself a few times."""
    recent: deque[str] = deque(maxlen=_LONGEST_PERIOD)
    repeated = [0] * _LONGEST_PERIOD
    for token in tokens:
        for period in range(1, len(recent) + 1):
            repeated[period - 1] = repeated[period - 1] + 1 if recent[-period] == token[0] else 0
        recent.append(token[0])
        if all(count < _PERIODS * period for period, count in enumerate(repeated, 1)):
            yield token


_Place = tuple[int, int]
"""A line, counted from 1, and a column in bytes, as Python's trees have them."""


def _idle_parts(source: bytes) -> tuple[frozenset[int], Sequence[tuple[_Place, _Place]]]:
    """Return the lines of statements that do nothing, and from where to where annotations reach, in order.

    Such statements are values nobody takes, names nobody reads, other names for the same, what is never run and
    conditions that always hold.
    """
    tree = parsed_or_none(source) if len(source) <= MOST_BYTES else None
    parts = list(ast.walk(tree)) if tree is not None else []
    read = {it.id for it in parts if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Load)}
    lines: set[int] = set()
    annotations: list[tuple[_Place, _Place]] = []
    for part in parts:
        if isinstance(part, ast.If) and isinstance(part.test, ast.Constant) and part.test.value:
            lines.update(range(part.lineno, part.body[0].lineno))
        elif isinstance(part, ast.stmt) and _is_idle(part, read):
            lines.update(range(part.lineno, (part.end_lineno or part.lineno) + 1))
        if isinstance(part, ast.AnnAssign):
            annotations.append((_end_of(part.target), _end_of(part.annotation)))
        elif isinstance(part, ast.arg) and part.annotation is not None:
            annotations.append(
                ((part.lineno, part.col_offset + len(part.arg.encode())), _end_of(part.annotation))
            )
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.returns is not None:
            start = (part.returns.lineno, part.returns.col_offset)
            annotations.append((start, _end_of(part.returns)))
    return frozenset(lines), sorted(annotations)


def _end_of(part: ast.expr) -> _Place:
    return part.end_lineno or part.lineno, part.end_col_offset or part.col_offset


def _is_within(place: _Place, ranges: Sequence[tuple[_Place, _Place]]) -> bool:
    at = bisect.bisect_right(ranges, place, key=lambda it: it[0]) - 1
    return at >= 0 and place < ranges[at][1]


def _is_idle(statement: ast.stmt, read: Set[str]) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant() | ast.Name() | ast.Call(func=ast.Lambda())):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name))):
            return name not in _CHANGES_ARGUMENTS
        case ast.Assign(targets=[ast.Name()], value=ast.Name()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name not in read and not any(isinstance(it, ast.Call) for it in ast.walk(value))
        case ast.If(test=ast.Constant(value=value), orelse=[]) | ast.While(test=ast.Constant(value=value)):
            return not value
    return False


def _all_tokens(source: bytes) -> Iterator[tuple[str, _Place]]:
    """Yield each token of a file and where it begins."""
    text = io.StringIO(_MANY_BLANKS.sub(" " * 40, source.decode("utf-8", "replace")), newline=None)
    previous, at_start = "", True
    try:
        for number, token in enumerate(tokenize.generate_tokens(text.readline)):
            if number >= _MOST_READ:
                return
            if token.type in _PASSED_OVER:
                continue
            if token.type in _LAYOUT:
                at_start = True
                continue
            if token.type == tokenize.STRING and at_start:
                continue  # a docstring
            previous, at_start = _plain(token, previous), False
            yield previous, token.start
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _plain(token: tokenize.TokenInfo, previous: str) -> str:
    if token.type == tokenize.NAME:
        # A student's own names are easily changed; those of built-in functions and attributes are not.
        return token.string if token.string in _KEPT_NAMES or previous == "." else "name"
    if token.type == tokenize.NUMBER:
        return "0"
    return "text" if token.type == tokenize.STRING else token.string


def _hashed(file: str, tokens: Sequence[tuple[str, int]]) -> list[Fingerprint]:
    return [
        Fingerprint(_hash(word for word, _ in run), file, run[0][1], run[-1][1])
        for run in (tokens[start : start + RUN] for start in range(len(tokens) - RUN + 1))
    ]


def _hash(words: Iterable[str]) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(words).encode(), digest_size=8).digest(), "big")


def _winnowed(marks: Sequence[Fingerprint], window: int) -> Iterator[Fingerprint]:
    """Yield the smallest hash of every window, the last of equals, each place once."""
    latest = -1
    for start in range(max(1, len(marks) - window + 1) if marks else 0):
        places = range(start, min(start + window, len(marks)))
        place = min(places, key=lambda index: (marks[index].value, -index))
        if place != latest:
            latest = place
            yield marks[place]


# --- pairs --------------------------------------------------------------------------------------------


def _pairs(suspects: Sequence[Suspect]) -> Iterator[Pair]:
    """Yield the pairs that are close, the surest first: those that connect everybody who is in one, and some more."""
    if len(suspects) < 2:
        return
    code = _compared(suspects, [it.values for it in suspects], ALIKE)
    computed = _compared(suspects, [it.computed for it in suspects], AGREEING)
    known = set(code.close)
    agreeing = [it for it in _least_usual(computed, len(suspects)) if it not in known]
    unread = np.array([len(it.computed) < FEWEST_IN_COMMON for it in suspects])
    both = (computed.likeness >= AGREEING) | unread | unread[:, np.newaxis]
    copied, elsewhere = [[it for it in code.close if both[it] == wanted] for wanted in (True, False)]
    listed = set(_listed([*copied, *agreeing, *elsewhere]))
    ways = (False, copied, code), (True, agreeing, computed), (False, elsewhere, code)
    for rewritten, pairs, compared in ways:
        for i, j in pairs:
            if (i, j) in listed:
                one, other = suspects[i], suspects[j]
                shared = one.computed & other.computed if rewritten else one.values & other.values
                yield Pair(
                    one.label, other.label, min(1.0, float(compared.likeness[i, j])), shared, rewritten
                )


@dataclass(frozen=True)
class _Compared:
    """How much every two hand-ins have in common.

    Attributes
    ----------
    weight, likeness
        Of what both have, shape (N, N): in all, and as a share of what the smaller one has.
    close
        Pairs with much in common, closest first.
    """

    weight: np.ndarray
    likeness: np.ndarray
    close: Sequence[tuple[int, int]]


def _compared(suspects: Sequence[Suspect], values: Sequence[Set[int]], least: float) -> _Compared:
    """Compare by values, of which one weighs the more the fewer have it.

    Those who have much more than that in common count as two: several copies of one hand-in would otherwise make its
    code what much of the class has.
    """
    count, table = len(suspects), _Table(values)
    all_in_common = table.in_common(np.ones(table.width, np.float32))
    kin = _kin(_share_of_smaller(all_in_common), all_in_common >= FEWEST_IN_COMMON)
    holders = table.holders(kin)
    each = np.log2(np.maximum(max(count, SMALL_CLASS) / holders, 1)).astype(np.float32)
    weight = table.in_common(each)
    likeness = _share_of_smaller(weight)
    rare = (holders <= max(3, count // 10)).astype(np.float32)
    close = np.triu((likeness >= least) & (table.in_common(rare) >= FEWEST_IN_COMMON), k=1)
    found = sorted(((i, j) for i, j in np.argwhere(close).tolist()), key=lambda pair: -likeness[pair])
    return _Compared(
        weight, likeness, [(i, j) for i, j in found if not suspects[i].owners & suspects[j].owners]
    )


def _least_usual(compared: _Compared, count: int) -> list[tuple[int, int]]:
    """Return the close pairs of a few groups, those first that have most in common which few others have.

    Two may think of the same, and the more do the larger the class is. One group may be large, and is all the more
    worth a look.
    """
    by_weight = sorted(compared.close, key=lambda pair: -compared.weight[pair])
    group = np.arange(count)
    most = max(MOST_GROUPS, count // 20)
    found = []
    for i, j in by_weight:
        joined = np.where(group == group[i], group[j], group)
        if np.count_nonzero(np.bincount(joined) > 1) <= most:
            group = joined
            found.append((i, j))
    return found


def _share_of_smaller(in_common: np.ndarray) -> np.ndarray:
    own = np.diag(in_common)
    smaller = np.minimum(own[:, np.newaxis], own)
    share: np.ndarray = np.divide(in_common, smaller, out=np.zeros_like(smaller), where=smaller > 0)
    return share


def _kin(share: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """Return a number for each hand-in, the same for those that have so much in common that one may be the source.

    Where that is much of the class, it is what is usual, and only those count that have still more in common.
    """
    count = len(share)
    most = max(MOST_KIN, count // 4)
    kin = np.arange(count)
    waiting = np.ones(count, bool)
    for least in KIN:
        together = enough & (share >= least) & waiting & waiting[:, np.newaxis]
        for members in _components(together):
            if len(members) <= most and waiting[members[0]]:
                kin[members] = members[0]
                waiting[members] = False
    return kin


def _components(together: np.ndarray) -> Iterator[list[int]]:
    """Yield what is connected, each once; `together` is a symmetric (N, N) of bool."""
    seen = np.zeros(len(together), bool)
    for first in range(len(together)):
        if seen[first]:
            continue
        members = new = np.arange(len(together)) == first
        while new.any():
            new = together[new].any(axis=0) & ~members
            members = members | new
        seen |= members
        yield np.flatnonzero(members).tolist()


def _listed(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs that are listed, of all that are close, closest first.

    Whoever is in one is in one that is listed, and is connected by them with whoever he is connected with at all.
    """
    of: dict[int, int] = {}

    def root(one: int) -> int:
        while of.setdefault(one, one) != one:
            one = of[one] = of[of[one]]
        return one

    connecting, others = list[tuple[int, int]](), list[tuple[int, int]]()
    for i, j in pairs:
        (connecting if root(i) != root(j) else others).append((i, j))
        of[root(i)] = root(j)
    connecting = connecting[:MOST_CONNECTING]
    return connecting + others[: max(0, MOST_PAIRS - len(connecting))]


class _Table:
    """Which hand-in has which value, by value; `width` is how many different ones there are."""

    def __init__(self, values: Sequence[Set[int]]) -> None:
        self._count = len(values)
        every = np.concatenate([np.fromiter(one, np.uint64, len(one)) for one in values])
        owner = np.repeat(np.arange(self._count), [len(one) for one in values])
        different, column = np.unique(every, return_inverse=True)
        self.width = len(different)
        order = np.argsort(column, kind="stable")
        self._owner, self._column = owner[order], column[order]
        # What only one has, which is most of all, is in common with nobody.
        self._shared = np.bincount(column, minlength=self.width)[self._column] > 1

    def holders(self, kin: np.ndarray) -> np.ndarray:
        """Return how many have each value, shape (width,), where of all kin no more than two count."""
        each, number = np.unique(self._column * self._count + kin[self._owner], return_counts=True)
        return np.bincount(each // self._count, np.minimum(number, 2), self.width)

    def in_common(self, weight: np.ndarray) -> np.ndarray:
        """Return the weight of the values that every two have in common, shape (N, N)."""
        owner, column = self._owner[self._shared], self._column[self._shared]
        different, place = np.unique(column, return_inverse=True)
        weights = np.zeros((self._count, self._count), np.float32)
        for start in range(0, len(different), _CHUNK):
            stop = min(start + _CHUNK, len(different))
            here = slice(*np.searchsorted(place, [start, stop]))
            has = np.zeros((self._count, stop - start), np.float32)
            has[owner[here], place[here] - start] = 1
            weights += (has * weight[different[start:stop]]) @ has.T
        np.fill_diagonal(weights, np.bincount(self._owner, weight[self._column], self._count))
        return weights
