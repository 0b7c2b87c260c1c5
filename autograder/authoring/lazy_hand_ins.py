"""Hand-ins that must earn nothing: zeros of the right shape, and answers copied from the public checks."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.model.assignment import Assignment
from autograder.sandbox.wire.cells import with_addition
from autograder.values.literal import literal

_ZEROED = """

def _zeroed(value, keep_numbers):
    import numpy
    if isinstance(value, numpy.ndarray):
        return numpy.zeros_like(value)
    if isinstance(value, (tuple, list)):
        return type(value)([_zeroed(part, keep_numbers) for part in value])
    if isinstance(value, dict):
        return {key: _zeroed(part, keep_numbers) for key, part in value.items()}
    if isinstance(value, (int, float, numpy.generic)):
        return value if keep_numbers else type(value)(0)
    return value if isinstance(value, (str, bytes)) else None  # an object would be the whole answer


def _holds_array(value):
    import numpy
    if isinstance(value, (tuple, list)):
        return any(map(_holds_array, value))
    if isinstance(value, dict):
        return any(map(_holds_array, value.values()))
    return isinstance(value, numpy.ndarray)


def _lazy(function):
    def lazy(*args, **keywords):
        try:
            value = function(*args, **keywords)
        except Exception:
            return None  # to refuse an argument is work, too
        if args and hasattr(args[0], "__dict__"):
            vars(args[0]).update(_zeroed(vars(args[0]), True))  # what a method stores in its object
        # Numbers without an array beside them would be the whole answer.
        return _zeroed(value, KEEP_NUMBERS and _holds_array(value))
    return lazy

"""

_ANSWERS = """import numpy as np
from numpy import array, nan, inf


def _same(left, right):
    if callable(left) or callable(right):
        return callable(left) and callable(right)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(_same, left, right))
    try:
        return bool(np.array_equal(np.asarray(left), np.asarray(right), equal_nan=True))
    except (TypeError, ValueError):
        return False


def _answer(name, arguments, keywords):
    for wanted, named, answer in ANSWERS.get(name, ()):
        if len(wanted) == len(arguments) and _same(wanted, list(arguments)) and named.keys() == keywords.keys():
            if all(_same(named[key], keywords[key]) for key in named):
                return answer
    raise NotImplementedError("not a call of the public checks")

"""


def hand_in_of_zeros(
    assignment: Assignment, reference: Mapping[str, bytes], keep_numbers: bool = False
) -> dict[str, bytes]:
    """Return files whose functions give zeros in the right places.

    With `keep_numbers` only arrays become zeros: the right loss with a gradient of zeros, for example.
    """
    helper = _ZEROED.replace("KEEP_NUMBERS", str(keep_numbers))
    files = dict(reference)
    for file in assignment.files:
        applied = [f"{name} = _lazy({name})\n" for name in assignment.functions_in(file.module)]
        if applied:
            files[file.name] = with_addition(files[file.name], "".join([helper, *applied]).encode())
    return files


def hand_in_of_public_answers(assignment: Assignment, reference: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files that know the answers to the public checks and nothing else."""
    calls: dict[str, list[str]] = {}

    def note(trial: Trial) -> None:
        for call, came in trial.returned:
            # `abs` stands for any function.
            answer = literal((list(call.args), call.keywords, came.value), lambda value: "abs")
            calls.setdefault(call.name.rpartition(".")[2], []).append(answer)

    with Grader(assignment, None) as grader:
        grader.grade(reference, on_trial=note)
    rows = "".join(f"    {name!r}: [{', '.join(found)}],\n" for name, found in calls.items())
    table = f"ANSWERS = {{\n{rows}}}\n"
    return {file.name: _parrot(assignment.functions_in(file.module), table) for file in assignment.files}


def _parrot(functions: tuple[str, ...], table: str) -> bytes:
    """Return a module that answers from the table."""
    text = [_ANSWERS, table]
    for name in dict.fromkeys(name.partition(".")[0] for name in functions if "." in name):
        text.append(
            f"class {name}:\n"
            "    def __init__(self, *args, **keywords):\n        pass\n\n"
            "    def __getattr__(self, name):\n"
            "        return lambda *args, **keywords: _answer(name, args, keywords)\n"
        )
    text += [
        f"def {name}(*args, **keywords):\n    return _answer({name!r}, args, keywords)\n"
        for name in functions
        if "." not in name
    ]
    return "\n\n".join(text).encode()
