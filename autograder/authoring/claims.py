"""Claims about an assignment, and which of their shortcomings its instructor has accepted, item by item.

Only what tests leave open can be accepted, such as points that copied answers earn: it is named, with a reason, in a
file of the solution. A reference that fails or a release that leaks is nobody's to accept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.toml import read_accepted
from autograder.errors import CourseError
from autograder.files.writing import write_atomically

ACCEPTED_FILE = "accepted.toml"
"""In the folder of the solution."""


@dataclass(frozen=True)
class Claim:
    """One claim about an assignment, whether it holds, and what was found.

    Attributes
    ----------
    lacking
        What falls short, by names that stay the same; empty where nothing does, or nobody may accept it.
    accepted
        Why the instructor accepts that; empty if it was not asked for.
    """

    text: str
    holds: bool
    found: str
    lacking: tuple[str, ...] = ()
    accepted: str = ""

    @property
    def may_be_accepted(self) -> bool:
        """Whether it falls short in what an instructor may accept."""
        return not self.holds and bool(self.lacking)


def with_accepted(claims: Sequence[Claim], folder: Path, reason: str = "") -> list[Claim]:
    """Return the claims, of which those hold that fall short in nothing but what was accepted.

    Parameters
    ----------
    folder
        Of the solution.
    reason
        Why everything that may be accepted is accepted from now on: it is written into the file. Empty if nothing is.

    Raises
    ------
    CourseError
        If the file has another form, or there is nothing to accept.
    """
    path = folder / ACCEPTED_FILE
    known = read_accepted(path)
    reasons = {(entry.claim, item): entry.reason for entry in known for item in entry.items}
    claims = [_settled(claim, reasons) for claim in claims]
    if not reason:
        return claims
    open_ones = [claim for claim in claims if claim.may_be_accepted]
    if not open_ones:
        raise CourseError(
            f"{folder.name}: nothing falls short that could be accepted; run `autograder verify {folder.name}` "
            "without --accept."
        )
    added = {
        (claim.text, item): reason
        for claim in open_ones
        for item in claim.lacking
        if (claim.text, item) not in reasons
    }
    reasons |= added
    claims = [_settled(claim, reasons) for claim in claims]
    # What tests have come to find is asked for again if they lose it.
    current = {(claim.text, item) for claim in claims if claim.accepted for item in claim.lacking}
    kept = {key: why for key, why in reasons.items() if key in current}
    write_atomically(path, "\n".join(_lines(folder.name, kept)).encode())
    return claims


def _settled(claim: Claim, reasons: dict[tuple[str, str], str]) -> Claim:
    if not claim.may_be_accepted or not all((claim.text, item) in reasons for item in claim.lacking):
        return claim
    why = dict.fromkeys(reasons[claim.text, item] for item in claim.lacking)
    return replace(claim, holds=True, accepted="; ".join(why))


def _lines(name: str, reasons: dict[tuple[str, str], str]) -> Iterator[str]:
    # Every release holds this module, and no line of a solution's file: the name is in each of these.
    yield f"# Where {name} falls short of what `verify` asks, and is accepted as it is. Nothing else is:"
    yield f"# without an item, `autograder verify {name}` asks for it again."
    grouped: dict[tuple[str, str], list[str]] = {}
    for (claim, item), reason in reasons.items():
        grouped.setdefault((claim, reason), []).append(item)
    for (claim, reason), items in grouped.items():
        yield from ("", "[[accepted]]", f"claim = {_text(claim)}", "items = [")
        yield from (f"    {_text(item)}," for item in items)
        yield from ("]", f"reason = {_text(reason)}")
    yield ""


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def name_of(test: str) -> str:
    """Return a test's name and case without its file, which a table would have to cut."""
    return test.partition("::")[2]


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
