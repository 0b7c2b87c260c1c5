"""Explains why tests of a hand-in failed: by the known mistake, or the closed form, that agrees with all of them.

An explanation is about everything that was observed of a function, so it is worked out once all tests have run. A
known mistake is named if it behaves the same in every test of the function: fails where the hand-in fails, with the
same values and exceptions, and passes where it passes. Otherwise each term of the results is explained by itself, by
what agrees with that term in every test. What agrees with nothing stays unexplained.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.grading.explain.bank import Variant
from autograder.grading.explain.closed_forms import Form, Sample, form_of
from autograder.grading.explain.observation import Behaviour, Observation
from autograder.grading.explain.recognise import Candidates
from autograder.grading.explain.terms import Numbers, Terms
from autograder.grading.trial import Compared, Subject
from autograder.model.known_mistake import KnownMistake
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Family, Kind
from autograder.sandbox.code import Code
from autograder.values.other_types import in_types_of

_CLAIM = re.compile(r"\b(right|correct|same)\b", re.IGNORECASE)
"""Words of a sentence that says something about other parts of the result than the one in question."""


@dataclass(frozen=True)
class Seen:
    """What one test saw of one subject.

    Attributes
    ----------
    compared
        The values that were compared with expected ones.
    function
        Qualified name of the function that was called last, which the test is about; empty if nothing was.
    on_own_inputs
        Whether inputs were drawn that no other hand-in has.
    """

    test: PlannedTest
    observation: Observation
    compared: tuple[Compared, ...] = ()
    function: str = ""
    on_own_inputs: bool = False

    @property
    def kind(self) -> Kind | None:
        """The verdict, None if the test passed."""
        return self.observation.kind


@dataclass(frozen=True)
class Explanation:
    """Why a test failed.

    Attributes
    ----------
    mistake
        The known mistake, if it is one.
    term
        The term that is explained, where not all of the results are; empty otherwise.
    form
        The closed form, if it is one.
    """

    hint: str
    mistake: KnownMistake | None = None
    variant: Variant | None = None
    term: str = ""
    form: Form | None = None


@dataclass(frozen=True)
class Witness:
    """How known mistakes and the reference are asked what a test sees of them.

    Attributes
    ----------
    observe
        Returns what a test sees of a variant in a run with this number; each run draws random numbers of its own.
    subject
        Returns a variant's code.
    reference
        The reference's code; None where there is none, as on a student's machine.
    tells_apart
        Returns whether other inputs than those of the tests tell a hand-in from a variant, in the function of a
        question that was called last.
    """

    observe: Callable[[PlannedTest, Variant, int], Behaviour]
    subject: Callable[[Variant], Code]
    reference: Code | None
    tells_apart: Callable[[str, str, Subject, Variant], bool] = lambda *_: False


def explain(
    seen: Sequence[Seen],
    student: Subject,
    candidates: Candidates,
    witness: Witness,
    switches: Mapping[str, float],
    explainable: Callable[[Kind], bool],
) -> dict[str, list[Explanation]]:
    """Return the explanations of failed tests by test id.

    Parameters
    ----------
    seen
        What every test that was run saw of the hand-in, relative to the task as it is written.
    switches
        Parameters that switch a term of the results on, with what switches it off.
    explainable
        Whether a verdict of this kind may have an explanation.
    """
    explained: dict[str, list[Explanation]] = {}
    named: list[str] = []
    for group in _groups(seen):
        evidence = _Evidence(group, student, candidates, witness, switches, named, seen)
        for test, explanations in evidence.explanations().items():
            if explainable(evidence.kind_of(test)):
                explained.setdefault(test, []).extend(explanations)
                named += [it.mistake.id for it in explanations if it.mistake is not None]
    return explained


def _groups(seen: Iterable[Seen]) -> Iterator[list[Seen]]:
    """Yield what belongs together: the tests of one function in a question; and those of how it is computed."""
    groups: dict[tuple[object, ...], list[Seen]] = {}
    for one in seen:
        structural = one.test.structural and (one.kind is None or one.kind.family is Family.STRUCTURE)
        key = one.test.question, one.test.public, structural, "" if structural else one.function
        groups.setdefault(key, []).append(one)
    # Values first: what explains them is likelier to explain the rest.
    for _, group in sorted(groups.items(), key=lambda item: bool(item[0][2])):
        if any(one.kind is not None for one in group):
            yield group


@dataclass
class _Evidence:
    """Everything that was observed of one function."""

    group: list[Seen]
    student: Subject
    candidates: Candidates
    witness: Witness
    switches: Mapping[str, float]
    named: Sequence[str]
    all_seen: Sequence[Seen]
    _cache: dict[str, Any] = field(default_factory=dict)

    def kind_of(self, test: str) -> Kind:
        """Return the verdict on a test that failed."""
        (kind,) = (one.kind for one in self.group if one.test.id == test)
        assert kind is not None
        return kind

    @property
    def failed(self) -> list[Seen]:
        return [one for one in self.group if one.kind is not None]

    @property
    def question(self) -> str:
        return self.group[0].test.question

    def explanations(self) -> dict[str, list[Explanation]]:
        """Return the explanations of the tests that failed."""
        whole = self._whole()
        if whole is not None:
            explanation = Explanation(whole.mistake.hint, whole.mistake, whole)
            return {one.test.id: [explanation] for one in self.failed}
        if self.failed[0].test.structural and self.failed[0].kind.family is Family.STRUCTURE:  # type: ignore[union-attr]
            return {}
        return self._by_terms()

    # --- the whole ------------------------------------------------------------------------------------

    def _whole(self) -> Variant | None:
        """Return the variant that behaves as the hand-in in every test."""
        if self.group[0].test.public:
            return None
        structural = all(one.kind.family is Family.STRUCTURE for one in self.failed)  # type: ignore[union-attr]
        conventions = ["", *(it.mistake.id for it in self.candidates.conventions(self.question))]
        # The first that fails tells most: nearly every mistake disagrees there.
        tests = [*self.failed, *(one for one in self.group if one.kind is None)]
        for convention in dict.fromkeys(conventions):
            for variant in self.candidates.mistakes(self.question, structural, convention, self.named):
                if (
                    all(self._agrees(one, variant) for one in tests)
                    and self._is_made(variant)
                    and (structural or not self._is_told_apart(variant))
                ):
                    return variant
        return None

    def _is_made(self, variant: Variant) -> bool:
        """Return whether the function that a mistake is made in behaves as it should with it.

        Another question only feels the mistake, and there its own function may be wrong in a way that looks alike;
        and a few tests of a class that inherits the function may not tell mistakes apart that others do.
        """
        if variant.mistake.structural:
            return True
        made_in = self.candidates.made_in(variant)
        is_felt = self.question not in made_in
        own = [
            one
            for one in self.all_seen
            if one.test.question in made_in and not one.test.public and not one.test.structural
            if is_felt or self.candidates.is_about(variant, one.function)
        ]
        return (bool(own) or not is_felt) and all(self._agrees_steadily(one, variant) for one in own)

    def _is_told_apart(self, variant: Variant) -> bool:
        """Return whether ordinary inputs beside those of the tests tell the hand-in from a variant."""
        function = next((one.function for one in self.group if one.function), "")
        return self.witness.tells_apart(self.question, function, self.student, variant)

    def _agrees(self, one: Seen, variant: Variant) -> bool:
        return one.observation.same_as(self.witness.observe(one.test, variant, 0).observation)

    def _agrees_steadily(self, one: Seen, variant: Variant) -> bool:
        """Return whether a test sees the same, apart from what it does not see in every run."""
        if self._agrees(one, variant):
            return True
        first, again = (self.witness.observe(one.test, variant, run).observation for run in (0, 1))
        return one.observation.agrees_with(first, again)

    # --- term by term ---------------------------------------------------------------------------------

    def _by_terms(self) -> dict[str, list[Explanation]]:
        samples = self._samples()
        if samples is None:
            return {}
        explained: dict[str, Explanation] = {}
        wrong = {
            name: list(by_test.values())
            for name, by_test in samples.items()
            if any(sample.differs for sample in by_test.values()) and not self._is_right_as_written(name)
        }
        for name, by_test in wrong.items():
            explanation = self._of_term(name, samples) or self._by_form(name, by_test)
            if explanation is not None:
                explained[name] = explanation

        def differs(name: str, one: Seen) -> bool:
            sample = samples[name].get(one.test.id)
            return sample is not None and sample.differs

        return {
            one.test.id: found
            for one in self.failed
            if (found := _each_once(explained[it] for it in explained if differs(it, one)))
        }

    def _is_right_as_written(self, name: str) -> bool:
        """Return whether a term is right by the task as it is written, if another convention is followed."""
        as_written = self._as_written.get(name)
        return as_written is not None and not any(sample.differs for sample in as_written.values())

    def _by_form(self, name: str, samples: Sequence[Sample]) -> Explanation | None:
        form = form_of(samples)
        if form is None:
            return None
        return Explanation(_sentence(f"{name} {form.observation}", form.question), term=name, form=form)

    def _of_term(self, name: str, samples: Mapping[str, Mapping[str, Sample]]) -> Explanation | None:
        """Return the known mistake that gives the same numbers for a term in every test.

        Of a term that is one of several, tests that compare no values say nothing. One that is alone in each of its
        tests is the whole, and what other tests call theirs is the same under another name.
        """
        if self.group[0].test.public or self.witness.reference is None:
            return None
        if not any(it.differs and np.isfinite(it.wrong).all() for it in samples[name].values()):
            return None  # whatever overflows looks alike
        several = any(
            samples[name].keys() & by_test.keys() for other, by_test in samples.items() if other != name
        )
        names = [name] if several else [name, *(it for it in samples if it != name)]
        for variant in self.candidates.mistakes(self.question, False, self._convention, self.named):
            hint = questions_of(variant.mistake.hint)
            # Of what another question only feels, a term proves nothing about the function it is made in.
            made_here = self.question in self.candidates.made_in(variant)
            if (
                hint
                and (made_here or self._is_made(variant))
                and all(self._agrees_in_term(it, samples[it], variant) for it in names)
                and (
                    several
                    or (self._agrees_where_nothing_is_compared(variant) and not self._is_told_apart(variant))
                )
            ):
                return Explanation(f"About {name}: {hint}", variant.mistake, variant, term=name)
        return None

    def _agrees_in_term(self, name: str, samples: Mapping[str, Sample], variant: Variant) -> bool:
        for test, sample in samples.items():
            numbers = self._terms_of_variant(test, variant)
            if numbers is None or name not in numbers or numbers[name][0].shape != sample.wrong.shape:
                return False
            if not sample.agrees(numbers[name][0]):
                return False
        return True

    def _agrees_where_nothing_is_compared(self, variant: Variant) -> bool:
        return all(self._agrees_steadily(one, variant) for one in self.group if not one.compared)

    def _samples(self) -> dict[str, dict[str, Sample]] | None:
        """Return the samples of every term, relative to the convention under which most terms are right."""
        compared = self._compared
        if compared is None:
            return None
        got = self._terms.of(self.student, {test: it.got for test, it in compared.items()})
        if got is None:
            return None
        self._convention = ""
        expected = {test: it.expected for test, it in compared.items()}
        self._as_written = {}
        if self.witness.reference is None:
            # Without the reference there is nothing to call again with a switch off.
            terms = Terms(compared, {})
            wrong = terms.of(self.student, {test: it.got for test, it in compared.items()})
            right = terms.of(self.student, expected)
            return None if right is None or wrong is None else terms.samples(right, wrong)
        right = self._terms.of(self.witness.reference, expected)
        best = None if right is None else self._terms.samples(right, got)
        self._as_written = best or {}
        for convention in self.candidates.conventions(self.question):
            following = self._terms_of_all(convention)
            samples = None if following is None else self._terms.samples(following, got)
            if samples is not None and (best is None or _count_right(samples) > _count_right(best)):
                best, self._convention = samples, convention.mistake.id
        return best

    @property
    def _compared(self) -> dict[str, Compared] | None:
        """What was compared in each test; None if one failed by something else, or compared several things."""
        compared = {}
        for one in self.group:
            if len(one.compared) == 1:
                (it,) = one.compared
                compared[one.test.id] = replace(it, got=in_types_of(it.expected, it.got))
            elif one.kind is not None or one.compared:
                return None
        return compared

    @property
    def _terms(self) -> Terms:
        if "terms" not in self._cache:
            self._cache["terms"] = Terms(self._compared or {}, self.switches)
        return self._cache["terms"]  # type: ignore[no-any-return]

    def _terms_of_all(self, variant: Variant) -> dict[str, Numbers] | None:
        found = {test: self._terms_of_variant(test, variant) for test in self._compared or {}}
        return None if any(it is None for it in found.values()) else found  # type: ignore[return-value]

    def _terms_of_variant(self, test: str, variant: Variant) -> Numbers | None:
        key = f"{variant.name} in {test}"
        if key not in self._cache:
            (one,) = (one for one in self.group if one.test.id == test)
            seen = self.witness.observe(one.test, variant, 0)
            self._cache[key] = None
            if len(seen.compared) == 1:
                terms = Terms({test: one.compared[0]}, self.switches)
                of = terms.of(self.witness.subject(variant), {test: seen.compared[0]})
                self._cache[key] = of and of[test]
        return self._cache[key]  # type: ignore[no-any-return]


def _count_right(samples: Mapping[str, Mapping[str, Sample]]) -> int:
    return sum(not any(sample.differs for sample in it.values()) for it in samples.values())


def _each_once(explanations: Iterable[Explanation]) -> list[Explanation]:
    return list({it.hint: it for it in explanations}.values())


def _sentence(observation: str, question: str) -> str:
    return f"In every test, {observation}. {question}"


def questions_of(hint: str) -> str:
    """Return the questions of a hint, which hold whatever else is wrong; its statements may not.

    >>> questions_of("loss is 0 everywhere. Where is it? dW is 0 everywhere. Where is it?")
    'Where is it?'
    >>> questions_of("The start has moved. What does x -= ... do to it?")
    'What does x -= ... do to it?'
    """
    sentences = re.split(r"(?<=[.?!])(?<!\.\.\.)\s+", hint.strip())
    asked = (it for it in sentences if it.endswith("?") and not _CLAIM.search(it))
    return " ".join(dict.fromkeys(asked))  # a hint about two parts may ask the same of both


def digest_of_hint(hint: str) -> str:
    """Return what tells one hint of a bank from the others, also where its question alone is passed on.

    >>> digest_of_hint("Too high. Is it?") == digest_of_hint("About loss: Is it?")
    True
    """
    asked = re.sub(r"\AAbout [^:?]{1,60}: ", "", questions_of(hint) or hint.strip())
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:12]
