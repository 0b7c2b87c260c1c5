"""Finds the people of a list behind hand-ins: by e-mail, else id, else account, else name; it never guesses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
    called
        Whole names that they go by besides, such as a preferred one.
    """

    name: str = ""
    emails: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """All names, as they are written."""
        return (self.called | {self.name}) - {""}

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
        Places of claims that fit several people, or fit one whom another claim fits as well or better.
    contradicted
        Those of them whose id is that of somebody of another name.
    maybe
        Places of the people whom unclear claims fit and who were not found.
    """

    pairs: dict[int, int] = field(default_factory=dict)
    unclear: frozenset[int] = frozenset()
    contradicted: frozenset[int] = frozenset()
    maybe: frozenset[int] = frozenset()

    @property
    def found(self) -> frozenset[int]:
        """Places of the people who were found."""
        return frozenset(self.pairs.values())


def match(claims: Sequence[Person], people: Sequence[Person]) -> Matches:
    """Return which person of a list is behind each claim.

    An e-mail address decides before an id, that before an account, that before a name. A match must be the only one
    on both sides: whoever was found by something that decides earlier is not given to another claim, and nobody is
    found because all others of the same name are. Where id and name contradict each other, neither is believed.
    """
    pairs: dict[int, int] = {}
    unclear: set[int] = set()
    contradicted: set[int] = set()
    maybe: set[int] = set()
    for kind in _kinds(claims, people):
        by_key: dict[str, set[int]] = {}
        for place, somebody in enumerate(people):
            for key in kind.of_person(somebody):
                by_key.setdefault(key, set()).add(place)
        candidates: dict[int, set[int]] = {}
        for place, claim in enumerate(claims):
            if place not in pairs and place not in unclear:
                found = set().union(*(by_key.get(key, ()) for key in kind.of_claim(claim)))
                candidates |= {place: found} if found else {}
        taken = set(pairs.values())
        wanted = Counter(person for found in candidates.values() for person in found)
        for place, found in candidates.items():
            (person, *others) = found
            alone = not others and wanted[person] == 1 and person not in taken
            names = people[person].names
            agrees = not kind.needs_name or any(names_agree(claims[place].name, it) for it in names or {""})
            if alone and agrees:
                pairs[place] = person
            else:
                unclear.add(place)
                maybe |= found
                contradicted |= {place} if alone else set()
    maybe -= set(pairs.values())
    return Matches(pairs, frozenset(unclear), frozenset(contradicted), frozenset(maybe))


_Keys = Callable[[Person], set[str]]


@dataclass(frozen=True)
class _Kind:
    """One way to know somebody; `needs_name` says that the names must not contradict it."""

    of_claim: _Keys
    of_person: _Keys
    needs_name: bool = False


def _kinds(claims: Sequence[Person], people: Sequence[Person]) -> Iterator[_Kind]:
    """Yield the ways to know somebody, in the order in which they decide."""
    yield _Kind(_emails, _emails)
    yield _Kind(_ids, _ids, needs_name=True)
    prefix = _before_accounts(claims, people)
    yield _Kind(lambda claim: _accounts_in_name(claim, prefix), _accounts)
    yield _Kind(_id_as_name, _ids)
    yield _Kind(_id_within_name, _ids, needs_name=True)
    yield _Kind(_names, _names)
    yield _Kind(_name_written_otherwise, _names_written_otherwise)


def _emails(person: Person) -> set[str]:
    named = {person.name} if re.fullmatch(r"[^\s@]+@[^\s@]+", person.name) else set()
    return {it.casefold() for it in person.emails | named}


def _ids(person: Person) -> set[str]:
    """Return the ids; spreadsheets drop the zeros that a number begins with."""
    return {(it.lstrip("0") or it) if it.isdecimal() else it.casefold() for it in person.ids}


def _id_as_name(person: Person) -> set[str]:
    """Return the name of a hand-in that may be an id or a login."""
    return _ids(Person(ids=frozenset({person.name}))) if person.name.split() == [person.name] else set()


def _id_within_name(person: Person) -> set[str]:
    """Return what may be an id in the name of a hand-in that holds more, as in `20260001_Ada Lovelace`."""
    parts = re.split(r"[\s_,;()-]+", person.name)
    return _ids(Person(ids=frozenset(it for it in parts if re.fullmatch(r"(?=.*\d)\w{5,}", it))))


def _accounts(person: Person) -> set[str]:
    return {it.casefold() for it in person.accounts}


def _accounts_in_name(person: Person, prefix: str) -> set[str]:
    name = person.name.casefold()
    return {name, name[len(prefix) :]} if prefix and name.startswith(prefix) else {name} - {""}


def _before_accounts(claims: Sequence[Person], people: Sequence[Person]) -> str:
    """Return what most names have before an account: clones are called after the assignment and the account."""
    accounts = set().union(*map(_accounts, people))
    prefixes: Counter[str] = Counter()
    for name in (claim.name.casefold() for claim in claims):
        ends = (place + 1 for place, letter in enumerate(name) if letter == "-")
        prefixes.update(name[:end] for end in ends if name[end:] in accounts)
    return min(prefixes, key=lambda prefix: (-prefixes[prefix], len(prefix)), default="")


def _names(person: Person) -> set[str]:
    return set(map(plain_name, person.names)) - {""}


def _name_written_otherwise(person: Person) -> set[str]:
    """Return a name without case, accents and marks, or one of one word, as Canvas writes it in names of files."""
    words = words_of(person.name)
    if len(words) < 2:
        return {it for it in words if len(it) >= 4}
    # Of numbers between underscores, those that platforms wrote cannot be told from those of a name.
    return set() if re.search(r"_\d|\d_", person.name) else {" ".join(words)}


def _names_written_otherwise(person: Person) -> set[str]:
    """Return each name's words apart and written together, whichever of them the last name begins with."""
    every = map(words_of, person.names)
    turned = [(*words[place:], *words[:place]) for words in every for place in range(len(words))]
    return {between.join(it) for it in turned for between in (" ", "")}


def plain_name(name: str) -> str:
    """Return a name for comparison, in one case and encoding; `Last, First` is turned round."""
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and "," not in first else name
    return " ".join(unicodedata.normalize("NFC", turned).casefold().split())


def names_agree(one: str, other: str) -> bool:
    """Return whether two names may be one person's: they share a word, or one is unknown or written together."""
    words = [words_of(it) for it in (one, other)]
    if not all(words) or set(words[0]) & set(words[1]):
        return True
    return any(_are_all_in(words[side], "".join(words[1 - side])) for side in (0, 1))


def _are_all_in(words: Sequence[str], together: str) -> bool:
    """Return whether words, but for initials, are in a name that is written together."""
    whole = [it for it in words if len(it) > 1] or words
    return all(word in together for word in whole)


def words_of(name: str) -> list[str]:
    """Return the words of a name without case and accents."""
    return re.findall(r"[^\W_]+", _bare(name))


def _bare(name: str) -> str:
    """Return a name without case and accents: platforms drop them in names of files."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
