"""Right hand-ins that loop in Python: over one axis that a question's tests scale, or over whichever is shortest.

They are the reference with an idle loop in front, so the author of an assignment need not think of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.grading.grader import Grader
from autograder.grading.trial import Subject, Watched
from autograder.model.assignment import Question
from autograder.model.plan import PlannedTest
from autograder.sandbox.host import Host
from autograder.sandbox.wire.cells import with_addition

_AXES = """

_SEEN = []


def _axes(function, args, keywords):
    import inspect
    import numpy
    arrays = {}
    for name, value in inspect.signature(function).bind(*args, **keywords).arguments.items():
        owned = vars(value) if name == "self" else {}
        arrays.update({name: value}, **{f"self.{attribute}": part for attribute, part in owned.items()})
    return {
        f"{name}[{axis}]": extent
        for name, array in arrays.items() if isinstance(array, numpy.ndarray)
        for axis, extent in enumerate(array.shape)
    }


def _noted(function):
    def noted(*args, **keywords):
        _SEEN.append(_axes(function, args, keywords))
        return function(*args, **keywords)
    return noted


def _axes_seen():
    seen = list(_SEEN)
    _SEEN.clear()
    return seen


def _looping(function, names):
    def looping(*args, **keywords):
        extents = _axes(function, args, keywords)
        for _ in range(min([extents[name] for name in names if name in extents], default=0)):
            pass
        return function(*args, **keywords)
    return looping

"""


@dataclass(frozen=True)
class Looping:
    """A right hand-in that loops.

    Attributes
    ----------
    question
        The question whose function loops.
    over
        The axes that it loops over, `X[0]` for the first of X; of several groups, the shortest.
    """

    question: str
    over: tuple[tuple[str, ...], ...]
    files: Mapping[str, bytes] = field(hash=False, compare=False)

    @property
    def told(self) -> str:
        """The axes, for a sentence."""
        groups = [" ".join(group) for group in self.over]
        return f"the shortest of {', '.join(groups)}" if len(groups) > 1 else groups[0]


@dataclass(frozen=True)
class Vectorized:
    """A question that allows no Python loop: what its tests watch, and hand-ins that loop.

    Attributes
    ----------
    fixed
        Axes that no test of loops scales.
    alone
        A hand-in for each axis that is scaled; axes of arguments that always grow together are one.
    shortest
        The hand-in that loops over whichever of them is shortest.
    """

    question: str
    watched: tuple[Watched, ...]
    fixed: tuple[str, ...]
    alone: tuple[Looping, ...]
    shortest: Looping


def vectorized_questions(grader: Grader) -> Iterator[Vectorized]:
    """Yield every question with tests of loops that allow none, and what loops there."""
    for question in grader.assignment.questions:
        tests = [test for test in grader.plan.of_question(question.id) if uses(grader, test, "loops")]
        watched: list[Watched] = []
        seen: list[Mapping[str, int]] = []
        target = ""
        for test in tests:
            found, axes, function = _seen_of(grader, test, question)
            # Where a test allows some loops as well, nothing tells which of its calls may loop over what.
            if found and not any(it.at_most for it in found):
                watched, seen, target = [*watched, *found], [*seen, *axes], function
        if target and seen:
            yield _vectorized(grader, question, target, watched, seen)


def uses(grader: Grader, test: PlannedTest, fixture: str) -> bool:
    """Return whether a graded test has a fixture, in whatever way."""
    return not test.public and fixture in getattr(grader.session.items[test.id], "fixturenames", ())


def _seen_of(
    grader: Grader, test: PlannedTest, question: Question
) -> tuple[list[Watched], list[Mapping[str, int]], str]:
    """Return what a test watches, the extents in each call, and the function that it judges."""
    with Host(grader.sandbox) as host:
        for target in question.functions:
            module = target.partition(".")[0]
            student = Subject(host, _wrapped(grader.reference_files, target, "_noted({})"), target)
            trial, _ = grader.trial_of(test, student)
            seen = student.call(f"{module}._axes_seen")
            if seen:
                return trial.watched, seen, target
    return [], [], ""


def _vectorized(
    grader: Grader,
    question: Question,
    target: str,
    watched: Sequence[Watched],
    seen: Sequence[Mapping[str, int]],
) -> Vectorized:
    groups: dict[tuple[int, ...], list[str]] = {}
    fixed = []
    for axis in seen[0]:
        extents = tuple(it.get(axis, 0) for it in seen)
        if len(set(extents)) > 1:
            groups.setdefault(extents, []).append(axis)
        else:
            fixed.append(axis)
    scaled = [tuple(group) for group in groups.values()]

    def looping(*over: tuple[str, ...]) -> Looping:
        names = [name for group in over for name in group]
        return Looping(
            question.id, over, _wrapped(grader.reference_files, target, f"_looping({{}}, {names})")
        )

    alone = tuple(looping(group) for group in scaled)
    return Vectorized(question.id, tuple(watched), tuple(fixed), alone, looping(*scaled))


def _wrapped(files: Mapping[str, bytes], target: str, wrapper: str) -> dict[str, bytes]:
    """Return files in which a function, or a method, is replaced by a wrapper of it."""
    module, _, name = target.partition(".")
    added = f"{_AXES}\n{name} = {wrapper.format(name)}\n"
    return {**files, f"{module}.py": with_addition(files[f"{module}.py"], added.encode())}


def watched_by(vectorized: Vectorized) -> str:
    """Return which axes the tests of loops of a question watch, and which they never scale."""
    alone = dict.fromkeys(it.over.replace("_", " ") for it in vectorized.watched if not it.at_most)
    together = any(it.together for it in vectorized.watched)
    said = f"{vectorized.question}: {', '.join(alone)}{', and all together' if together else ''}"
    return f"{said}; never {' '.join(vectorized.fixed)}" if vectorized.fixed else said
