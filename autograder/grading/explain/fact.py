"""A fact: what was found out about a function by trying it, in words of a closed vocabulary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fact:
    """Something that holds for a function wherever it was tried.

    Attributes
    ----------
    sentence
        What was observed. It holds no number of any input, only sizes of the ladder.
    question
        What to ask next.
    kind
        Which sort of sentence it is.
    parts
        The parts of the result that it speaks of.
    claim
        What a checker needs to try the sentence on other inputs.
    rank
        The most telling facts have the lowest.
    """

    sentence: str
    question: str
    kind: str
    parts: tuple[str, ...]
    claim: Any = field(default=None, compare=False)
    rank: int = field(default=0, compare=False)

    @property
    def hint(self) -> str:
        """The sentence and the question."""
        return f"{self.sentence} {self.question}"


_PLURAL = {
    "is": "are", "has": "have", "does": "do", "changes": "change", "differs": "differ", "holds": "hold",
}  # fmt: skip
_PLURALS_LATER = {
    "what it should be": "what they should be",
    "where it is wrong, it is": "where they are wrong, they are",
    "where it is wrong, it has": "where they are wrong, they have",
    ", but it never exceeds": ", but they never exceed",
    ", but it never falls": ", but they never fall",
    " or falls below": " or fall below",
    ", it is": ", they are",
    ", it differs": ", they differ",
    "not change its sign": "not change their signs",
    ", but is": ", but are",
}
"""What else of an observation speaks of the part."""
_ITS = re.compile(r"\bits\b(?! sign\b)")
"""What speaks of the part; that an argument changes its sign does not."""
_OF_WHICH = re.compile(r" (?:of|that|with|in|at) ")


def about(parts: tuple[str, ...], observation: str) -> str:
    """Return the sentence of an observation about some parts of a result.

    >>> about(("loss", "dW"), "where it is wrong, it is always too small")
    'loss and dW: where they are wrong, they are always too small.'
    >>> about(("weights of the best model",), "changes when its rows do")
    'weights of the best model: change when their rows do.'
    >>> about(("l1", "elastic"), "does not change its sign when w changes its sign, and should")
    'l1 and elastic: do not change their signs when w changes its sign, and should.'
    """
    if _are_several(parts):
        verb, space, rest = observation.partition(" ")
        observation = f"{_PLURAL.get(verb, verb)}{space}{rest}"
        for one, several in _PLURALS_LATER.items():
            observation = observation.replace(one, several)
        observation = _ITS.sub("their", observation)
    names = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{names}: {observation}."


def _are_several(parts: Sequence[str]) -> bool:
    """Return whether parts are spoken of in the plural: several, or one whose name is that of things in words.

    A name of one word may be that of a variable, which is one thing whatever it holds.
    """
    if len(parts) > 1:
        return True
    named = _OF_WHICH.split(parts[0])[0]
    return " " in parts[0] and named.endswith("s") and not named.endswith("ss")


def observation_of(fact: Fact) -> str:
    """Return what a fact says of its parts, without their names."""
    return fact.sentence.removeprefix(about(fact.parts, "")[:-1]).removesuffix(".")
