"""Which of a hand-in's files a name means: the one with exactly that name, or failing that a close one."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import partial

from autograder.handin.forms import forms
from autograder.handin.trees import Entry, EntryKind
from autograder.text import lossless

_ALMOST = 0.88
"""How alike two names are, between 0 and 1, that are taken for one and its misspelling."""
_A_COPY = "copy|kopie|copie|c[oó]pia|kopia|kopi|копия"
_A_COPY_WITHOUT_BLANK = " ?(?:的?副本|拷贝|コピー|복사본)"
"""What systems call a copy, in the languages that they come in."""
_NUMBER_BEFORE = re.compile(r"\A(\d+[-_. ]+)+")
_ASIDE = re.compile(
    r"(back-?ups?|bak|old|older|original|orig|previous|prev|archive|copy|copies|starter([-_ ]code)?|stubs?|templates?"
    r"|release|handout|drafts?|te?mp|trash|unused|deprecated|checkpoints?)([-_ ]?\d*)",
    re.IGNORECASE,
)


def fitting(name: str, candidates: Iterable[Entry]) -> list[Entry]:
    """Return the candidates that `name` may mean, the one that counts first.

    Plain files come before what cannot be read, then closer names, then those that no folder's name sets aside
    (`backup/`, `old/`), then fewer folders, then higher numbers where paths differ in nothing else (`v1/`, `v2/`),
    then the alphabet.
    """
    return _ranked(candidates, partial(_rank, name))


def numbered(name: str, candidates: Iterable[Entry]) -> list[Entry]:
    """Return the candidates that `name` may mean but for a number before it, such as a student's: `4711_knn.py`."""
    return _ranked(candidates, lambda found: _rank(name, _NUMBER_BEFORE.sub("", found)))


def _ranked(candidates: Iterable[Entry], rank_of: Callable[[str], int | None]) -> list[Entry]:
    ranked = [
        (
            it.kind is not EntryKind.FILE,
            rank,
            is_set_aside(it.path),
            it.path.count("/"),
            *_version(it.path),
            it.path,
            i,
            it,
        )
        for i, it in enumerate(candidates)
        if (rank := rank_of(it.name)) is not None
    ]
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]


def _version(path: str) -> tuple[list[str], list[int]]:
    """Return the words of a path, and the numbers in it, such that higher ones come first."""
    words = re.split(r"([0-9]+)", path)
    return words[::2], [-int(it) for it in words[1::2]]


def fits(name: str, found: str) -> bool:
    """Return whether `name`, or the notebook or module in its place, may mean a file called `found`."""
    return any(_rank(form, found) is not None for form in forms(name))


def fits_but_for_a_number(name: str, found: str) -> bool:
    """Return whether a file called `found` is one that `name` may mean, or would be without a number before it."""
    return fits(name, found) or fits(name, _NUMBER_BEFORE.sub("", found))


def misnamed(name: str, candidates: Iterable[Entry]) -> str | None:
    """Return a sentence if a file with nearly the name `name` was handed in, else None."""
    stem, _, suffix = name.rpartition(".")
    others = [it.name for it in candidates if it.name.lower().endswith(f".{suffix.lower()}")]
    plain = {_letters(it[: -len(suffix) - 1]): it for it in reversed(others)}
    wanted = _letters(stem)
    close = [it for it in get_close_matches(wanted, plain, cutoff=_ALMOST) if abs(len(it) - len(wanted)) < 2]
    if not close:
        return None
    found = lossless(plain[close[0]], 80)
    return f"{name} is not in the hand-in, but {found} is; rename {found} to {name} and hand it in again."


def _letters(stem: str) -> str:
    return re.sub(r"[\W_]+", "", stem.lower())


def notebook_instead(name: str, candidates: Sequence[Entry]) -> str | None:
    """Return a sentence if a notebook was handed in where the module `name` is due, else None."""
    if not name.endswith(".py"):
        return None
    notebooks = [it for it in candidates if it.name.lower().endswith(".ipynb")]
    same_name = fitting(f"{name.removesuffix('.py')}.ipynb", notebooks)
    modules = [it for it in candidates if it.name.lower().endswith(".py")]
    instead = same_name or ([] if modules else notebooks)
    if not instead:
        return None
    return f"{lossless(instead[0].name, 80)} is a notebook, but the module is graded; hand in {name}."


def is_set_aside(path: str) -> bool:
    """Return whether a folder's name says that what is in it is not the work that counts."""
    return any(_ASIDE.fullmatch(folder) for folder in path.split("/")[:-1])


def _rank(name: str, found: str) -> int | None:
    """Return how well the file name `found` fits `name`: 0 is exact, None not at all."""
    if found == name:
        return 0
    if found.lower() == name.lower():
        return 1
    return 2 if _decorated(name).fullmatch(unicodedata.normalize("NFC", found)) else None


@functools.lru_cache(maxsize=100)
def _decorated(name: str) -> re.Pattern[str]:
    """Return a pattern for what browsers and systems make of `name` when they save it a second time."""
    stem, dot, suffix = name.rpartition(".")
    suffix = re.escape(dot + suffix)
    copied = rf"(?: [-–—])? (?:{_A_COPY})|(?: [-–—] ?)?(?:{_A_COPY_WITHOUT_BLANK})"
    added = (
        rf"(?:(?:(?:{copied})(?: ?\(\d+\)| \d+)?){{1,3}}| ?\(\d+\)|[-_ ]\d{{1,2}}"
        r"|[-_ ]{1,2}(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d[-_.T\d ]*)?"  # the moment, as some platforms add it
    )
    before = rf"(?:(?:{_A_COPY})(?: (?:of|von|van|de|di|av|af))? )?"
    pattern = rf"{before}{re.escape(stem)}{added}(?:-\d{{1,2}})?{suffix}(?:{suffix}|\.txt)?"
    return re.compile(pattern, re.IGNORECASE)
