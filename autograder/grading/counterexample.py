"""Writes a failed public check as lines that a student can paste into Python, and its inputs in words."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from autograder.grading.trial import MOST_REPLIES, Finding, Step, Trial, parameters_of
from autograder.model.assignment import NOTEBOOK
from autograder.model.verdict import Kind
from autograder.sandbox.code import Handle
from autograder.sandbox.replies import Returned
from autograder.sandbox.wire.cells import cells_in
from autograder.values.describe import shown
from autograder.values.kinds import NamedKey
from autograder.values.literal import NotWritable, lambda_of, literal, rounded
from autograder.values.same import same
from autograder.values.walk import agree, mapped

LONGEST = 1_200
"""In characters, without what a test adds to the student's file; a longer counterexample helps nobody."""
LONGEST_WITH_ADDITIONS = 2_800
LONGEST_LINE = 110
"""Steps are written in one line if they fit into this."""
LONGEST_COMMENT = 120
MOST_NUMBERS = 64
MOST_INPUT_CHARACTERS = 1_500
MOST_STEPS = 8
"""Steps whose inputs are listed; of more, the first and the last."""
FIRST_PRINTED, LAST_PRINTED = 700, 300
"""Characters of a student's own prints that are shown, from their start and their end."""
DEEPEST = 3
"""Levels of a returned value in which its parts are looked for."""
MOST_PARTS = 16
"""Parts of one returned container among which a value is looked for."""
WATCHED = "given"
"""Name of the list of what a function of the test was called with."""
_UNKNOWN = object()


def with_evidence(trial: Trial, finding: Finding) -> Finding:
    """Return the finding of a public check with its inputs, what was printed, and lines to paste.

    A check that knows the value that it expects has written the lines already. What is not written yet needs none,
    and a fault of ours is not shown by them.
    """
    if not trial.student.public or finding.kind in (Kind.MISSING, Kind.GRADER_FAULT):
        return finding
    inputs = "" if trial.failed_to_import else inputs_of(trial)
    details = "\n".join(part for part in (inputs, finding.details.rstrip(), _printed(trial)) if part)
    lines = finding.counterexample or counterexample(trial, comment=finding.message)
    return replace(finding, details=details, counterexample=lines)


def counterexample(trial: Trial, expected: Any = _UNKNOWN, got: Any = _UNKNOWN, comment: str = "") -> str:
    """Return imports, inputs and an expression that shows what came, as lines; empty if that cannot be written.

    That is so if no call was made, a file cannot be imported, or the values are too long to write down.

    Parameters
    ----------
    expected
        What the check expects, if it is one value.
    got
        What it was compared with, if anything came: what the last call returned, or what the check made of it.
    comment
        What to say of the last line where no expected value is known.
    """
    if trial.failed_to_import:
        return ""
    try:
        script = _Script(trial)
        text = "\n".join(script.lines(expected, got, comment))
    except NotWritable:
        return ""
    return text if len(text) <= (LONGEST_WITH_ADDITIONS if script.additions else LONGEST) else ""


def inputs_of(trial: Trial) -> str:
    """Return everything that a public check gave to the code under test, as text of bounded length."""
    steps = [step for step in _relevant(trial) if not step.reads]
    if not steps:
        return ""
    values = _Values(steps, trial)
    if len(steps) == 1 and steps[0].owner is None:
        lines = list(_inputs_in_words(steps[0], values))
    else:
        blocks = ["\n".join(_step_in_words(step, values)) for step in steps]
        left_out = len(blocks) - MOST_STEPS
        more = [f"… ({left_out} more steps)"] if left_out > 0 else []
        lines = [*blocks[: MOST_STEPS - 1], *more, *blocks[max(MOST_STEPS - 1, len(blocks) - 1) :]]
    added = ", ".join(f"{module}.py" for module in dict(steps[-1].code.additions))
    note = [f"for this check, lines are added at the end of {added}"] if added else []
    text = "\n".join([*note, *lines])
    return text if len(text) <= MOST_INPUT_CHARACTERS else text[:MOST_INPUT_CHARACTERS] + " …"


def _relevant(trial: Trial) -> list[Step]:
    """Return the steps of the comparison in progress, after those of earlier ones on the same objects."""
    wanted = trial.steps[trial.first_step :]
    earlier: list[Step] = []
    owners = [it for step in wanted for it in _handles_in(step)]
    for step in reversed(trial.steps[: trial.first_step]):
        involved = [step.owner, *_handles_of(step.value)]
        if not step.reads and any(it is owner for it in involved for owner in owners if it is not None):
            owners += _handles_in(step)
            earlier.append(step)
    return [*reversed(earlier), *wanted]


def _handles_in(step: Step) -> list[Handle]:
    owner = [] if step.owner is None else [step.owner]
    return [*owner, *_handles_of([list(step.args), dict(step.keywords), step.given])]


def _handles_of(value: Any) -> list[Handle]:
    found: list[Handle] = []
    mapped(lambda part: found.append(part) if isinstance(part, Handle) else None, value)
    return found


# --- lines to paste ---------------------------------------------------------------------------------------


class _Script:
    """What a trial did with the code under test, written as Python."""

    def __init__(self, trial: Trial) -> None:
        steps = _relevant(trial)
        last = max((number for number, step in enumerate(steps) if step.call is not None), default=-1)
        if last < 0 or len({step.code.space for step in steps}) > 1:
            # With and without the test's own lines: one process cannot show both.
            raise NotWritable
        self._steps = [step for step in steps[: last + 1] if not step.reads]
        self._reads = [step for step in steps[last + 1 :] if step.reads]
        self._alone = len(self._steps) == 1
        self._values = _Values(self._steps, trial)
        self.additions = self._steps[-1].code.additions

    def lines(self, expected: Any, got: Any, comment: str) -> list[str]:
        """Return the lines.

        Where nothing is known of what the check looked at, what its functions were called with may be it.
        """
        *earlier, last = self._steps
        given = [
            it for step in self._steps for it in (*step.args, *step.keywords.values(), *(step.given or ()))
        ]
        watches = (
            got is expected is _UNKNOWN and isinstance(last.came, Returned) and any(map(callable, given))
        )
        self._values.watching = watches
        texts = [self._statement(step) for step in earlier]
        called = self._called(last)
        taken = {called, *self._values.names, *self._values.imported}
        names = [f"{name}_" if name in taken else name for name in _parameters(last)]
        keywords = {key: f"{key}_" if key in {*taken, *names} else key for key in last.keywords}
        written = [self._values.written(value) for value in (*last.args, *last.keywords.values())]
        call = f"{called}({', '.join([*names, *(f'{key}={name}' for key, name in keywords.items())])})"
        final = self._compared(got, last, call)
        remark = self._remark(expected, comment, last, exact=final is not None)
        # Only now is it known which results are needed later.
        steps = [f"{self._values.assigned(step)}{text}" for step, text in zip(earlier, texts, strict=True)]
        if written:
            steps.append(f"{', '.join([*names, *keywords.values()])} = {', '.join(written)}")
        if final not in (None, call):
            steps.append(f"{self._values.assigned(last)}{call}")
        seen = [f"{WATCHED} = []"] if watches else []
        steps = [*self._values.preparations, *seen, *steps]
        shown = f"{final or call}{f', {WATCHED}' * watches}"
        return [*self._import_lines(), *_joined(steps), f"{shown}{remark}"]

    def _compared(self, got: Any, last: Step, call: str) -> str | None:
        """Return the expression for what the check compared; None if it is not known or the check has computed it."""
        if not isinstance(last.came, Returned):
            return call if self._alone else None
        if got is last.value:
            return call
        found = self._found(got)
        return call if found is None and agree(same, got, last.value) else found

    def _found(self, value: Any, depth: int = 0) -> str | None:
        """Return the expression for a value that came, or for a container of such values."""
        known = self._values.find(value)
        if known is not None:
            return known
        for read in self._reads:
            if read.value is value and _is_distinct(value):
                owner = self._values.find(read.owner)
                return owner and f"{owner}.{read.name}"
        if type(value) in (list, tuple) and value and depth < DEEPEST:
            parts = [self._found(part, depth + 1) for part in value]
            inside = ", ".join(part for part in parts if part is not None)
            if None not in parts:
                return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(parts) == 1)})"
        return None

    def _remark(self, expected: Any, comment: str, last: Step, exact: bool) -> str:
        """Return what the last line says of the value that it shows."""
        if expected is _UNKNOWN:
            return f"  # {comment}" if comment and len(comment) <= LONGEST_COMMENT else ""
        written = self._values.written(rounded(expected))
        if exact:
            return f"  # expected: {written}"
        if isinstance(last.came, Returned):
            return f"  # from this the check computes what should be {written}"
        return f"  # fails; what the check computes in the end should be {written}"

    def _statement(self, step: Step) -> str:
        """Return an earlier step as a statement, without the name that its result gets."""
        if step.given is not None:
            return f"{self._called(step)} = {self._values.written(step.given[0])}"
        arguments = list(map(self._values.written, step.args))
        arguments += [f"{key}={self._values.written(value)}" for key, value in step.keywords.items()]
        return f"{self._called(step)}({', '.join(arguments)})"

    def _called(self, step: Step) -> str:
        """Return how the function, method or attribute is called."""
        if step.owner is None:
            return self._values.imported_name(step.name)
        owner = self._values.find(step.owner)
        if owner is None:
            raise NotWritable
        return f"{owner}.{step.name}"

    def _import_lines(self) -> list[str]:
        """Return what the other lines need: imports, but of a notebook the remark that they go on in it."""
        values = self._values
        imports = {it: names for it, names in values.imports.items() if not values.notebook_of(it)}
        ours = [f"from {values.place_of(it)} import {', '.join(names)}" for it, names in imports.items()]
        asked = [*values.imports, *dict(self.additions)]
        books = dict.fromkeys(filter(None, map(values.notebook_of, asked)))
        remark = f"  # in a cell at the end of {' and '.join(books)}" if books else ""
        if not self.additions:
            return [f"{'; '.join(['import numpy as np', *ours])}{remark}"]
        added, modules = list[str](), list[str]()
        for module, source in self.additions:
            book, place = values.notebook_of(module), values.place_of(module)
            if not book:
                modules.append(place if place == module else f"{place} as {module}")
            where = "globals()" if book else f"vars({module})"
            added.append(
                f"exec({_as_text(source)}, {where})  # at the end of {book or f'{module}.py'} for this check"
            )
        first = [f"import {', '.join(dict.fromkeys(modules))}"] if modules else []
        return [
            f"{'; '.join(['import numpy as np', *first])}{remark}",
            *added,
            *(["; ".join(ours)] if ours else []),
        ]


class _Values:
    """The names and expressions of what a trial got from the code under test and gave to it."""

    def __init__(self, steps: Sequence[Step], trial: Trial) -> None:
        self._trial = trial
        self._steps = steps
        self._used: set[int] = set()
        self._extended = {module for step in steps for module, _ in step.code.additions}
        self.imports: dict[str, list[str]] = {}
        made = [number for number, step in enumerate(steps) if isinstance(step.value, Handle)]
        self._of = {number: f"model{order or ''}" for order, number in enumerate(made)}
        rest = [it for it, step in enumerate(steps) if step.call is not None and it not in self._of]
        self._of |= {number: f"returned{order or ''}" for order, number in enumerate(rest)}
        self._used.update(made)
        self.watching = False
        self.preparations: list[str] = []

    @property
    def names(self) -> set[str]:
        """The names that results may get."""
        return set(self._of.values())

    @property
    def imported(self) -> set[str]:
        """The names that are imported."""
        return {name for names in self.imports.values() for name in names}

    def assigned(self, step: Step) -> str:
        """Return `name = ` if the result of a step is needed later, else nothing."""
        number = self._steps.index(step)
        return f"{self._of[number]} = " if number in self._used else ""

    def find(self, value: Any) -> str | None:
        """Return the expression for something that came, None if it is not known or could be several things."""
        if isinstance(value, NamedKey):
            # What a test adds may be made by a call of the test's, after the lines that import.
            is_added = value.name.partition(".")[0] in self._extended
            module, _, name = value.name.partition(".")
            if is_added:
                return name if self.notebook_of(module) else value.name
            return self.imported_name(value.name)
        found = [
            (number, path)
            for number, step in enumerate(self._steps)
            if isinstance(step.came, Returned)
            for path in _paths(step.value, value, DEEPEST)
        ]
        if not found or (len(found) > 1 and not _is_distinct(value)):
            return None
        number, path = found[0]
        self._used.add(number)
        return f"{self._of[number]}{path}"

    def notebook_of(self, module: str) -> str:
        """Return the notebook whose cells a module is made of; empty if it is a file of Python."""
        due, _ = cells_in(self._trial.student.files.get(f"{module}.py", b""))
        found_as = self._trial.found_as.get(module, module)
        return due or (found_as if found_as.endswith(NOTEBOOK) else "")

    def place_of(self, module: str) -> str:
        """Return what a module is imported as in the student's folder: `cs231n.layers`."""
        return self._trial.found_as.get(module, module)

    def imported_name(self, target: str) -> str:
        """Return the name under which `module.name` is imported."""
        module, _, name = target.partition(".")
        if not name.isidentifier():
            raise NotWritable
        found = self.imports.setdefault(module, [])
        if name not in found:
            found.append(name)
        return name

    def written(self, value: Any) -> str:
        """Return the source of something that was given."""
        return literal(value, self._named, MOST_NUMBERS)

    def _named(self, value: Any) -> str:
        if isinstance(value, (Handle, NamedKey)):
            found = self.find(value)
            if found is not None:
                return found
        elif callable(value):
            return self._function(value)
        raise NotWritable

    def _function(self, function: Callable[..., Any]) -> str:
        """Return a function of the test as a lambda: its own expression, or else what it has returned, in order."""
        try:
            text = lambda_of(function, self.written)
        except NotWritable:
            text = f"lambda {', '.join(_parameters_of(function))}: {self._replies_of(function)}"
        if not self.watching:
            return text
        head, _, value = text.partition(": ")
        given = _parameters_of(function)
        seen = given[0] if len(given) == 1 else f"({', '.join(given)})"
        return f"{head}: {WATCHED}.append({seen}) or {value if value.startswith('(') else f'({value})'}"

    def replies_in_words(self, function: Callable[..., Any]) -> str:
        """Return what is known of a function of the test that is not a mere expression."""
        replies = self._trial.replies.get(id(function), [])
        calls = f"more than {MOST_REPLIES}" if len(replies) > MOST_REPLIES else str(len(replies))
        first = f", first {shown(replies[0])}" if replies else ""
        return f"a function of the check ({calls} call{'' if calls == '1' else 's'}{first})"

    def _replies_of(self, function: Callable[..., Any]) -> str:
        replies = self._trial.replies.get(id(function), [])
        if not replies or len(replies) > MOST_REPLIES:
            raise NotWritable
        if all(agree(same, replies[0], it) for it in replies):
            return self.written(replies[0])
        name = f"replies{len(self.preparations) or ''}"
        self.preparations.append(f"{name} = {self.written(replies)}")
        return f"{name}.pop(0) if len({name}) > 1 else {name}[0]"


def _parameters_of(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    if any(it.kind is not it.POSITIONAL_OR_KEYWORD for it in parameters):
        raise NotWritable
    return [it.name for it in parameters]


def _paths(whole: Any, wanted: Any, depth: int) -> Iterator[str]:
    """Yield where a value is within another, as what follows its name."""
    if whole is wanted or (not _is_distinct(wanted) and type(whole) is type(wanted) and whole == wanted):
        yield ""
    elif depth and isinstance(whole, (list, tuple)):
        for index, part in enumerate(whole[:MOST_PARTS]):
            yield from (f"[{index}]{path}" for path in _paths(part, wanted, depth - 1))


def _is_distinct(value: Any) -> bool:
    """Return whether a value can be told from an equal one: small numbers and texts are shared by Python."""
    return not isinstance(value, (bool, int, str, bytes, type(None)))


def _joined(steps: Sequence[str]) -> list[str]:
    """Return statements in one line if they fit, else each in its own."""
    line = "; ".join(steps)
    return [line or "# no inputs"] if len(line) <= LONGEST_LINE or len(steps) < 2 else list(steps)


def _as_text(source: str) -> str:
    """Return source as a string of several lines."""
    source = source.strip("\n").replace("\\", "\\\\").replace("'''", "\\'\\'\\'")
    return f"'''\n{source}\n'''"


# --- inputs in words --------------------------------------------------------------------------------------


def _parameters(step: Step) -> list[str]:
    """Return a name for each positional argument: the parameter's own where it is known."""
    known = parameters_of(step.code.files, step.call.qualified_name if step.call else "")[: len(step.args)]
    names = [*known, *(f"argument_{number + 1}" for number in range(len(known), len(step.args)))]
    return [name if name not in step.keywords else f"{name}_" for name in names]


def _step_in_words(step: Step, values: _Values) -> Iterator[str]:
    """Yield the lines on one of several steps: what was called or set, and the inputs below it."""
    owner = "" if step.owner is None else f"{values.find(step.owner) or 'object'}."
    if step.given is not None:
        yield f"{owner}{step.name} = {_value_in_words(step.given[0], values)}"
        return
    called = f"{owner}{step.name.rpartition('.')[2]}({', '.join([*_parameters(step), *step.keywords])})"
    yield f"{values.assigned(step) if isinstance(step.value, Handle) else ''}{called}"
    yield from (textwrap.indent(line, "  ") for line in _inputs_in_words(step, values))


def _inputs_in_words(step: Step, values: _Values) -> Iterator[str]:
    given = zip([*_parameters(step), *step.keywords], [*step.args, *step.keywords.values()], strict=True)
    for name, value in given:
        yield f"{name} = {_value_in_words(value, values)}"


def _value_in_words(value: Any, values: _Values) -> str:
    if isinstance(value, (Handle, NamedKey)):
        return values.find(value) or "an object of your class"
    if callable(value):
        try:
            return lambda_of(value, values.written)
        except NotWritable:
            return values.replies_in_words(value)
    return shown(value)


def _printed(trial: Trial) -> str:
    """Return what the code under test printed before the check failed, shortened in the middle."""
    text = "".join(it.output for it in trial.outcomes if isinstance(it, Returned)).strip("\n")
    if len(text) > FIRST_PRINTED + LAST_PRINTED:
        text = f"{text[:FIRST_PRINTED]}\n…\n{text[-LAST_PRINTED:]}"
    return f"printed:\n{text}" if text.strip() else ""
