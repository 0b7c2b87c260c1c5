"""Finds the people of a list behind hand-ins: by e-mail, else id, else account, else name; it never guesses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """Somebody in a roster or a gradebook, or behind a hand-in; what is not known is empty.

    Attributes
    ----------
    emails, ids
        All that are known, as they are written.
    accounts
        Names of accounts, such as that of GitHub.
    """

    name: str = ""
    emails: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()

    def __str__(self) -> str:
        rest = [*sorted(self.emails), *sorted(self.ids), *sorted(self.accounts)]
        return (
            f"{self.name} ({rest[0]})" if self.name and rest else self.name or (rest[0] if rest else "nobody")
        )


@dataclass(frozen=True)
class Matches:
    """Which of the one side are which of the other, by their places in both lists.

    Attributes
    ----------
    pairs
        Place of the person by place of the claim.
    unclear
        Places of claims that fit several people, or share one with another claim.
    """

    pairs: dict[int, int] = field(default_factory=dict)
    unclear: frozenset[int] = frozenset()

    @property
    def found(self) -> frozenset[int]:
        """Places of the people who were found."""
        return frozenset(self.pairs.values())


def match(claims: Sequence[Person], people: Sequence[Person]) -> Matches:
    """Return which person of a list is behind each claim.

    An e-mail address decides before an id, that before an account, that before a name. A match must be the only one
    on both sides. Where id and name contradict each other, neither is believed.
    """
    pairs: dict[int, int] = {}
    unclear: set[int] = set()
    for keys_of_claim, keys_of_person in _KINDS:
        open_claims = [it for it in range(len(claims)) if it not in pairs and it not in unclear]
        open_people = [it for it in range(len(people)) if it not in set(pairs.values())]
        by_key: dict[str, set[int]] = {}
        for place in open_people:
            for key in keys_of_person(people[place]):
                by_key.setdefault(key, set()).add(place)
        candidates = {place: _found(by_key, keys_of_claim(claims[place])) for place in open_claims}
        wanted: dict[int, list[int]] = {}
        for place, found in candidates.items():
            for person in found:
                wanted.setdefault(person, []).append(place)
        for place, found in candidates.items():
            if not found:
                continue
            (person, *others) = found
            alone = not others and wanted[person] == [place]
            contradicted = keys_of_claim is _ids and not names_agree(claims[place].name, people[person].name)
            if alone and not contradicted:
                pairs[place] = person
            else:
                unclear.add(place)
    return Matches(pairs, frozenset(unclear))


def _found(by_key: dict[str, set[int]], keys: Iterable[str]) -> set[int]:
    """Return the people with any of the keys; of keys in an order, with the first that somebody has."""
    found = [by_key[key] for key in keys if key in by_key]
    return set().union(*(found[:1] if isinstance(keys, list) else found))


def plain_name(name: str) -> str:
    """Return a name for comparison, in one case and encoding; `Last, First` is turned round."""
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and "," not in first else name
    return " ".join(unicodedata.normalize("NFC", turned).casefold().split())


def names_agree(one: str, other: str) -> bool:
    """Return whether two names may be one person's: they share a word, or one is unknown or written together."""
    words = [set(re.findall(r"\w+", _bare(it))) for it in (one, other)]
    if not all(words) or words[0] & words[1]:
        return True
    together = ["".join(re.findall(r"[^\W_]+", _bare(it))) for it in (one, other)]
    return any(all(word in together[1 - side] for word in words[side] if len(word) > 1) for side in (0, 1))


def _bare(name: str) -> str:
    """Return a name without case and accents: platforms drop them in names of files."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _emails(person: Person) -> set[str]:
    return {it.casefold() for it in person.emails}


def _ids(person: Person) -> set[str]:
    return {it.casefold() for it in person.ids}


def _accounts(person: Person) -> set[str]:
    return {it.casefold() for it in person.accounts}


def _ends_of_name(person: Person) -> list[str]:
    """Return what may be an account, the longest first: clones are called after the assignment and the account."""
    name = person.name.casefold()
    return [name, *(name[place + 1 :] for place, letter in enumerate(name) if letter == "-")]


def _name(person: Person) -> set[str]:
    return {plain_name(person.name)} - {""}


_Keys = Callable[[Person], Iterable[str]]
_KINDS: tuple[tuple[_Keys, _Keys], ...] = (
    (_emails, _emails),
    (_ids, _ids),
    (_ends_of_name, _accounts),
    (_name, _name),
)
