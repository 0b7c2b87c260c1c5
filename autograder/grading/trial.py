"""One run of one test: the code under test, what it did, and how a test reports that it is not passed."""

from __future__ import annotations

import ast
import functools
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from autograder.errors import AutograderError, CourseError, GraderError
from autograder.grading.raised import Raised
from autograder.grading.reference_results import ReferenceResults
from autograder.model.verdict import Kind
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Call, Code, Handle, Listener
from autograder.sandbox.replies import Returned
from autograder.values.same import DEFAULT_TOLERANCE
from autograder.values.walk import mapped

Target = str | Callable[..., Any]
"""`module.function`, or a script `(code, *args)` that returns a value or a bound call."""
Replacement = tuple[Mapping[str, bytes], Mapping[str, Callable[..., Any]]]
"""Files that take the place of a hand-in's, and the functions of this side that they call, by `module.function`."""


@dataclass(frozen=True)
class Finding:
    """Why a test is not passed: the parts of a `Verdict` that a test can know.

    Attributes
    ----------
    rule
        The entry of `not_allowed` that was used, if that is why.
    counterexample
        The call that shows it, as lines to be pasted; public checks only.
    begun
        Whether something of what is missing was written.
    """

    kind: Kind
    message: str
    details: str = ""
    credit: Fraction = Fraction(0)
    flags: tuple[str, ...] = ()
    rule: str = ""
    hint: str | None = None
    counterexample: str = ""
    begun: bool = False


class NotPassed(Exception):
    """Ends a test that is not passed; carries the finding as data."""

    stands_for = "AssertionError", "Exception"
    """What a test catches it as."""

    def __init__(self, finding: Finding) -> None:
        text = f"{finding.message}\n{finding.details}" if finding.details else finding.message
        super().__init__(text)
        self.finding = finding


@dataclass(frozen=True)
class Compared:
    """A value that a test compared with the expected one.

    Attributes
    ----------
    names
        Names of the parts, as the test gave them.
    arguments
        Those of the call by parameter name; empty where the test's own code stood between call and value.
    call
        The call that returned it, where it is one of a function by name and on the hand-in as it is.
    rtol, atol
        By how much it may differ, relative to the largest expected number and beyond that.
    """

    names: tuple[str, ...]
    expected: Any
    got: Any
    arguments: Mapping[str, Any]
    call: Call | None
    rtol: float = DEFAULT_TOLERANCE
    atol: float = 0.0


@dataclass(frozen=True)
class Watched:
    """What a test of loops watches.

    Attributes
    ----------
    over
        The axis that it scales alone.
    together
        The axes that it scales together; empty if it does not.
    at_most
        How many nested loops it allows.
    """

    over: str
    together: tuple[str, ...]
    at_most: int


class NotTried(NotPassed):
    """Ends a test before a call of a function of which enough is known."""


class Subject(Code):
    """The code under test as `student` in the tests."""

    lender: Callable[[Sequence[str]], Replacement] | None = None
    """Returns what is lent of some modules of the reference; None where there is no reference."""
    _remembered: tuple[object, dict[Any, Any]] = None, {}

    @property
    def remembered(self) -> dict[Any, Any]:
        """What tests have found out about this code and need not find out again, while one process holds it."""
        process = self.host.restarts, self.space
        if self._remembered[0] != process:
            self._remembered = process, {}
        return self._remembered[1]

    @functools.cached_property
    def unsound_tests(self) -> set[str]:
        """Names of the student's own tests that failed on right code; one that does so now and then counts no more."""
        return set()

    def with_reference(self, *files: str) -> Code:
        """Return the same code on the reference's functions in the place of some files, such as `layers.py`.

        Raises
        ------
        CourseError
            If there is no reference, as in public checks, or one of the files cannot be lent.
        """
        if self.lender is None:
            raise CourseError("a public check asks for the reference, which no release contains")
        replaced, lent = self.lender([file.removesuffix(".py") for file in files])
        code = self.extended()
        code.files, code.space = {**self.files, **replaced}, f"{self.space}+{' '.join(files)}"
        code.lent = {**self.lent, **lent}
        return code

    def raises(self, error: str, target: Target, *args: Any, **keywords: Any) -> Raised:
        """Require that a call raises an exception of this type or one derived from it, and return that."""
        outcome = outcome_of(self, target, args, keywords)
        return Raised(require_exception(error, outcome))


MOST_REPLIES = 64
"""Calls of one function of a public check whose values are kept."""


@dataclass(eq=False)
class Step:
    """Something that a public check did with the code under test, with copies of what it gave.

    Attributes
    ----------
    code
        What was called, or the code of the object.
    owner
        The object whose method was called, or whose attribute was set or read; None for a function.
    call
        The call; None where an attribute was set or read.
    args, keywords
        Of the call.
    given
        The value that the attribute was set to, as a tuple of one; None where it was read.
    came
        What came of it, once it is known.
    """

    code: Code
    owner: Handle | None
    name: str
    call: Call | None = None
    args: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[Any] | None = None
    came: Returned | CallFailed | None = None

    @property
    def value(self) -> Any:
        """What was returned; None if nothing was."""
        return self.came.value if isinstance(self.came, Returned) and self.given is None else None

    @property
    def reads(self) -> bool:
        """Whether an attribute was read."""
        return self.call is None and self.given is None


@dataclass
class Trial(Listener):
    """What one run of one test works on and records.

    Attributes
    ----------
    student, reference
        The code under test, and the reference where there is one.
    results
        What the reference gave for the same arguments before, for whichever hand-in.
    make_rng
        Makes what the test draws from, seeded from the course's salt and the test's id, when it first draws: most
        public checks draw nothing.
    parts
        The weights of what is returned, by name; None if all parts weigh the same.
    given_up
        Functions that are not called any more, and why.
    outcomes
        Every value and failure that came out of the code under test.
    features
        What the test observed by name; replaces the outcomes where raw values are random.
    flags
        Reasons for a person to look at this hand-in.
    other_types
        Where right numbers came in another type than the one asked for.
    called_last
        The function that was called last, `module.function` or `Class.method`.
    aftermath
        How dropping the test's objects in the worker failed, or None.
    measured
        What a test of structure measured, by name.
    watched
        The axes that a test of loops watches.
    measuring_rng
        What fixtures that measure draw from, where a hand-in has inputs of its own.
    calls, returned
        Every call of the code under test, and each call that returned with what it returned.
    compared
        What was compared with an expected value.
    steps
        What was done with the code under test, in order; public checks only.
    first_step
        Where the comparison in progress began.
    replies
        What functions of the test returned to the code under test, by the function's `id`; public checks only.
    mistaken
        Returns the title of a known mistake, and the reference with it, by its id.
    found_as
        As what students find each module: `cs231n.layers` where it lies in a folder, `svm.ipynb` for a notebook.
    """

    student: Subject
    reference: Code | None
    make_rng: Callable[[], np.random.Generator]
    parts: Mapping[str, Fraction] | None = None
    given_up: Mapping[str, Finding] = field(default_factory=dict)
    outcomes: list[Returned | CallFailed] = field(default_factory=list)
    features: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)
    watched: list[Watched] = field(default_factory=list)
    measuring_rng: np.random.Generator | None = None
    calls: list[Call] = field(default_factory=list)
    returned: list[tuple[Call, Returned]] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    other_types: list[Finding] = field(default_factory=list)
    called_last: str = ""
    aftermath: CallFailed | None = None
    steps: list[Step] = field(default_factory=list)
    first_step: int = 0
    replies: dict[int, list[Any]] = field(default_factory=dict)
    mistaken: Callable[[str], tuple[str, Mapping[str, bytes]]] | None = None
    found_as: Mapping[str, str] = field(default_factory=dict)
    results: ReferenceResults | None = None

    @functools.cached_property
    def rng(self) -> np.random.Generator:
        """What the test draws from."""
        return self.make_rng()

    @property
    def rng_of_measurements(self) -> np.random.Generator:
        """What fixtures that measure draw from."""
        return self.rng if self.measuring_rng is None else self.measuring_rng

    @property
    def failed_to_import(self) -> bool:
        """Whether a file could not be imported, so that nothing of it ran."""
        return any(isinstance(outcome, CodeRaised) and outcome.importing for outcome in self.outcomes)

    def begin(self) -> None:
        """Listen to what the code under test does."""
        self.student.listener = self

    def end(self) -> None:
        """Listen no more, and drop the test's objects in the workers."""
        self.student.listener = Listener()
        self.aftermath = self.student.forget()
        if self.reference is not None:
            self.reference.forget()

    def called(self, call: Call) -> None:
        """Note a call that is about to be made."""
        self.held(call)
        self.calls.append(call)
        if self.student.public:
            args, keywords = mapped(_copied, call.args), mapped(_copied, call.keywords)
            self.steps.append(Step(call.code, call.owner, call.name, call, args, keywords))

    def setting(self, owner: Handle, name: str, value: Any) -> None:
        """Note what an attribute is about to be set to."""
        if self.student.public:
            self.steps.append(Step(owner.code, owner, name, given=(mapped(_copied, value),)))

    def reading(self, owner: Handle, name: str) -> None:
        """Note that an attribute is about to be read."""
        if self.student.public:
            self.steps.append(Step(owner.code, owner, name))

    def answered(self, function: Callable[..., Any], value: Any) -> None:
        """Note what a function of the test returned."""
        if self.student.public:
            replies = self.replies.setdefault(id(function), [])
            if len(replies) <= MOST_REPLIES:
                replies.append(mapped(_copied, value))

    def held(self, call: Call) -> None:
        """Note the function of a call that is about to be made.

        Raises
        ------
        NotTried
            If enough is known of it.
        """
        self.called_last = call.qualified_name
        if self.called_last in self.given_up:
            raise NotTried(self.given_up[self.called_last])

    def came(self, outcome: Returned | CallFailed, call: Call | None = None) -> None:
        """Note what came, and of which call."""
        self.outcomes.append(outcome)
        if self.steps and self.steps[-1].came is None:
            self.steps[-1].came = outcome
        if call is not None and isinstance(outcome, Returned):
            self.returned.append((call, outcome))

    def compare(
        self,
        names: Sequence[str],
        expected: Any,
        got: Returned,
        rtol: float = DEFAULT_TOLERANCE,
        atol: float = 0.0,
    ) -> None:
        """Note a value that is about to be compared with the expected one, with these tolerances."""
        call, last = self.returned[-1] if self.returned else (None, None)
        direct = call is not None and last is got and call.code is self.student
        # Where functions are lent, a call that is made again would be on the hand-in's own files.
        on_own_files = direct and not self.student.lent
        by_name = call if on_own_files and call is not None and call.owner is None else None
        arguments = self.arguments() if direct else {}
        self.compared.append(Compared(tuple(names), expected, got.value, arguments, by_name, rtol, atol))

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the last call that brought a value, by parameter name."""
        if not self.returned:
            return {}
        call, _ = self.returned[-1]
        files = self.reference.files if self.reference is not None else self.student.files
        names = parameters_of(files, call.qualified_name)
        names += [f"argument {number + 1}" for number in range(len(names), len(call.args))]
        return {**dict(zip(names, call.args, strict=False)), **call.keywords}

    def expected(
        self,
        target: Target,
        args: tuple[Any, ...],
        keywords: dict[str, Any],
        raises: str = "",
        may_come_again: bool = True,
    ) -> Returned | CodeRaised:
        """Return the outcome of calling the reference, which `raises` what the test says, or nothing.

        Parameters
        ----------
        may_come_again
            Whether other hand-ins are called with the same arguments, so that the outcome is worth keeping.

        Raises
        ------
        CourseError
            If it raises something else, or returns a value instead.
        """
        if self.reference is None:
            raise GraderError("a public check asks for the reference, which no release contains")
        try:
            if isinstance(target, str) and may_come_again and self.results is not None:
                outcome = self.results.outcome(self.reference, target, args, keywords)
            else:
                outcome = outcome_of(self.reference, target, args, keywords)
            return by_design(outcome, raises)
        except NotPassed as error:
            raise GraderError(f"the reference does not pass its own test: {error}") from None


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def by_design(outcome: Returned | CodeRaised, raises: str = "") -> Returned | CodeRaised:
    """Return the outcome of the reference if a test expects it: an exception only if it `raises` one of that type.

    Raises
    ------
    CourseError
        If it is another one.
    """
    if isinstance(outcome, CodeRaised):
        if outcome.importing or not raises or raises not in outcome.bases:
            raise CourseError(reference_raised(outcome))
    elif raises:
        raise CourseError(f"the reference returns a value where a test expects it to raise {raises}")
    return outcome


def reference_raised(error: CodeRaised) -> str:
    """Return the sentence for an exception of the reference that no test expects."""
    frame = error.frames[-1] if error.frames else None
    where = f" in {frame.file.partition(' ')[0]}, line {frame.line}" if frame else ""
    what = f"{error.type_name}: {error.text}".removesuffix(": ")
    return (
        f"the reference raises {what}{where}, which the test does not expect; correct the reference or the "
        f'arguments, or say raises="{error.type_name}" if that is meant'
    )


def returned(outcome: Returned | CodeRaised) -> Returned:
    """Return what the reference returned, or raise its exception: only a value can be measured."""
    if isinstance(outcome, CodeRaised):
        raise outcome
    return outcome


def outcome_of(
    code: Code, target: Target, args: tuple[Any, ...], keywords: dict[str, Any]
) -> Returned | CodeRaised:
    """Return the value or the exception that a target ends in.

    Raises
    ------
    CallFailed
        Of the other kinds: timed out, died, missing and so on.
    """
    try:
        result = prepared(code, target, args, keywords)
    except CodeRaised as error:
        return error
    return result.value_or_exception() if isinstance(result, Call) else Returned(result, {})


def prepared(code: Code, target: Target, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Return the target's call, not made yet, or the value that a script returned instead."""
    if isinstance(target, str):
        return code.bind(target, *args, **keywords)
    return computed_with(code, target, code, *args, **keywords)


def computed_with(code: Code, script: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Return what lines of a test make of replies of some code, which may be unusable if it is a hand-in's."""
    if not isinstance(code, Subject):
        return script(*args, **keywords)
    with computing_with_replies():  # the same lines run through on the reference
        return script(*args, **keywords)


@contextmanager
def computing_with_replies() -> Iterator[None]:
    """Take an exception of lines that compute with what the code under test returned for an unusable reply."""
    try:
        yield
    except (NotPassed, CallFailed, AssertionError, AutograderError):
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__, limit=-1)[0]
        details = (
            f"{type(error).__name__}: {error}"[:2_000] + f" ({Path(frame.filename).name}:{frame.lineno})"
        )
        sentence = "the test cannot compute with what came back"
        raise NotPassed(Finding(Kind.WRONG_TYPE_OR_SHAPE, sentence, details)) from None


def prepared_call(code: Code, target: Target, args: tuple[Any, ...]) -> Call:
    """Return the target's call, for tests that measure the call alone."""
    call = prepared(code, target, args, {})
    if not isinstance(call, Call):
        raise GraderError(
            "a measured script must return a bound call (code.bind or handle.bind), not its value"
        )
    return call


def parameters_of(files: Mapping[str, bytes], name: str) -> list[str]:
    """Return the parameter names of `module.function` or `Class.method`, without self; empty if unknown."""
    first, _, rest = name.partition(".")
    sources = [files[f"{first}.py"]] if f"{first}.py" in files else list(files.values())
    wanted = rest if f"{first}.py" in files else name
    for source in sources:
        try:
            found = _parameters(source).get(wanted)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if found is not None:
            return found
    return []


@functools.lru_cache(maxsize=32)
def _parameters(source: bytes) -> dict[str, list[str]]:
    found = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = [argument.arg for argument in statement.args.args]
        elif isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, ast.FunctionDef):
                    found[f"{statement.name}.{member.name}"] = [it.arg for it in member.args.args[1:]]
            for base in statement.bases:  # a class of the same file, which stands above
                if isinstance(base, ast.Name):
                    inherited = {name: it for name, it in found.items() if name.startswith(f"{base.id}.")}
                    for name, parameters in inherited.items():
                        found.setdefault(f"{statement.name}.{name.partition('.')[2]}", parameters)
    return found


def require_exception(error: str, outcome: Returned | CodeRaised) -> CodeRaised:
    """Return the outcome, noted as asked for, or end the test if it is no exception of this type."""
    if isinstance(outcome, Returned):
        came = "nothing" if outcome.value is None else "a value"
        raise NotPassed(Finding(Kind.WRONG_VALUE, f"it should raise {error} here, but returns {came}"))
    if outcome.importing or error not in outcome.bases:
        outcome.wanted = error
        raise outcome
    outcome.asked_for = True
    return outcome
