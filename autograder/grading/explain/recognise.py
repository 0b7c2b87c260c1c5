"""Which known mistakes may explain a question's results, relative to which convention, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.grading.explain.bank import Bank, Variant
from autograder.model.assignment import Assignment


class Candidates:
    """The known mistakes that each question may suffer from."""

    def __init__(self, bank: Bank, assignment: Assignment) -> None:
        self._own: dict[str, list[Variant]] = {}
        self._felt: dict[str, list[Variant]] = {}
        self._assignment = assignment
        for variant in (*bank.variants, *bank.combined):
            for question in assignment.questions_of(variant.target):
                self._own.setdefault(question.id, []).append(variant)
            for id in variant.mistake.also_affects:
                self._felt.setdefault(id, []).append(variant)
        self._accepts = {
            entry.id for entry in bank.mistakes if assignment.conventions.get(entry.id, "accept") == "accept"
        }

    def conventions(self, question: str) -> list[Variant]:
        """Return the accepted conventions of a question."""
        return [it for it in self.all_of(question) if not it.convention and self._is_accepted(it)]

    def mistakes(
        self, question: str, structural: bool, convention: str = "", first: Iterable[str] = ()
    ) -> list[Variant]:
        """Return the mistakes that may explain wrong results of a question, the likeliest first.

        Parameters
        ----------
        structural
            Whether those that give right values are wanted, or those that do not.
        convention
            The convention that the hand-in follows; with a mistake that only another question's function makes,
            there is none.
        first
            Ids that other questions were explained by.
        """
        found = set(first)
        mistakes = [
            it
            for it in self.all_of(question)
            if it.convention == convention
            and it.mistake.structural is structural
            and not self._is_accepted(it)
        ]
        return sorted(mistakes, key=lambda it: it.mistake.id not in found)

    def made_in(self, variant: Variant) -> set[str]:
        """Return the questions about the function in which a mistake is made."""
        return {question.id for question in self._assignment.questions_of(variant.target)}

    def is_about(self, variant: Variant, function: str) -> bool:
        """Return whether a function, by its qualified name, is the one a mistake is made in, or inherits it."""
        if variant.target.endswith(f".{function}"):
            return True
        declared = (name for question in self._assignment.questions for name in question.functions)
        if any(name.endswith(f".{function}") for name in declared):
            return False
        return variant.target.rpartition(".")[2] == function.rpartition(".")[2]

    def all_of(self, question: str) -> list[Variant]:
        """Return a question's own mistakes, then those that it only feels."""
        return [*self._own.get(question, ()), *self._felt.get(question, ())]

    def _is_accepted(self, variant: Variant) -> bool:
        return variant.mistake.accepted and variant.mistake.id in self._accepts
