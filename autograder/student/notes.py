"""What public checks see besides values: parameters in another order than the task's, and inputs that a call changes.

Neither fails a check. The first is why values are wrong or errors raised; the second may cost points when graded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.grading.trial import Trial, parameters_of
from autograder.model.assignment import Question
from autograder.text import first_few


@dataclass(frozen=True)
class Change:
    """An argument of a call that was another after the call than before it.

    Attributes
    ----------
    function
        `module.function`, or `Class.method`.
    argument
        Its name.
    """

    function: str
    argument: str


@dataclass(frozen=True)
class Note:
    """What is noted of a question's functions.

    Attributes
    ----------
    text
        A clause that goes below the question's name.
    comes_first
        Whether nothing that the checks say can be relied on before this is mended.
    """

    text: str
    comes_first: bool = False


def changes_in(trial: Trial) -> Iterator[Change]:
    """Yield what the calls of a check that has run changed of their arguments."""
    for call, came in trial.returned:
        names = parameters_of(call.code.files, call.qualified_name)
        for key in came.changed:
            place = int(key) if key.isdigit() else len(names)
            unnamed = f"argument {place + 1}" if key.isdigit() else key
            yield Change(call.qualified_name, names[place] if place < len(names) else unnamed)


def notes_on(
    question: Question,
    files: Mapping[str, bytes],
    handed_out: Mapping[str, Sequence[str]],
    changes: Iterable[Change],
) -> Iterator[Note]:
    """Yield what there is to be noted of a question's functions.

    Parameters
    ----------
    files
        The student's, by name.
    handed_out
        The names of parameters that functions had when they were handed out.
    changes
        What the question's checks have seen.
    """
    for function in question.functions:
        name, asked = function.partition(".")[2], list(handed_out.get(function, ()))
        own = parameters_of(files, function)
        if own != asked and sorted(own) == sorted(asked):
            yield Note(
                f"{name} has its parameters in another order than the task: it is called as "
                f"{name}({', '.join(asked)}), and yours takes ({', '.join(own)})",
                comes_first=True,
            )
        changed = dict.fromkeys(it.argument for it in changes if it.function in (function, name))
        if changed:
            yield Note(
                f"{name} changes what it is given as {first_few(changed, 3)}: unless the task asks for that, let it "
                "work on a copy"
            )
