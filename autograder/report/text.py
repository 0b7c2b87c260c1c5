"""What a student reads: for each question a summary, then what failed and why, then what passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

from autograder.model.result import GradingResult, QuestionResult
from autograder.model.scoring import NOT_RUN
from autograder.model.verdict import Kind, Verdict
from autograder.report.groups import grouped
from autograder.text import clean, one_line, sentence

FIELD_LIMIT = 20_000
_MESSAGE_LIMIT = 600
_DETAILS_LIMIT = 3_000
_GROUPS_IN_FULL = 5


def question_text(question: QuestionResult) -> str:
    """Return the text of one question: at most `FIELD_LIMIT` characters, plain.

    Public checks are shown with their details; graded tests only with kind, message and hint.
    """
    blocks = [_summary(question), *_checks(question), *_failures(question), *_passes(question)]
    return clean("\n\n".join(block for block in blocks if block), FIELD_LIMIT)


def overall_text(result: GradingResult) -> str:
    """Return the text above all questions: faults first, then the notes, at most `FIELD_LIMIT` characters."""
    sentences = list[str]()
    if result.at_fault:
        sentences.append(
            "Something went wrong on our side, not in your work. This is our fault; "
            "what it concerns earns nothing for now, and your hand-in will be graded again."
        )
    if not result.finished:
        sentences.append("Not all tests have been run yet.")
    if result.kept < 1:
        sentences.append(f"Handed in late: {shown(100 * result.kept)} % of the points are kept.")
    sentences += [one_line(note, _MESSAGE_LIMIT) for note in result.notes]
    return clean("\n".join(sentences), FIELD_LIMIT)


def shown(number: Fraction) -> str:
    """Return a number of points with at most three decimals, never rounded up."""
    thousandths = number * 1000 // 1
    return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")


def _summary(question: QuestionResult) -> str:
    graded = question.graded
    passed = sum(verdict.passed for verdict in graded)
    points = f"{shown(question.score)} of {shown(question.points)} points"
    if all(verdict.kind is Kind.NOT_RUN for verdict in graded):
        return f"{points}: not run."
    return f"{points}: {passed} of {len(graded)} graded tests passed."


def _checks(question: QuestionResult) -> list[str]:
    checks = question.checks
    if _nothing_to_say(checks):
        return []
    failed = [verdict for verdict in checks if not verdict.passed]
    lines = [f"Public checks: {len(checks) - len(failed)} of {len(checks)} passed."]
    groups = grouped(failed)
    for group in groups[:_GROUPS_IN_FULL]:
        lines += _check_in_full(group.shown)
        if group.rest:
            lines.append(f"    {group.rest}.")
    if more := sum(1 + len(group.others) for group in groups[_GROUPS_IN_FULL:]):
        lines.append(f"  … and {more} more.")
    return ["\n".join(lines)]


def _check_in_full(verdict: Verdict) -> list[str]:
    lines = [
        f"  {name_of_test(verdict.test, with_case=True)}",
        _indented(f"{verdict.kind.heading}: {message_of(verdict)}", 4),
    ]
    if verdict.hint:
        lines.append(_indented(f"Hint: {one_line(verdict.hint, _MESSAGE_LIMIT)}", 4))
    # The details of a fault of ours are about the grader's insides.
    if verdict.details.strip() and verdict.kind is not Kind.GRADER_FAULT:
        lines.append(_indented(clean(verdict.details, _DETAILS_LIMIT), 4))
    if verdict.counterexample:
        lines.append(_indented(f"To see it, paste:\n{clean(verdict.counterexample, _DETAILS_LIMIT)}", 4))
    return lines


def _failures(question: QuestionResult) -> list[str]:
    failed = [verdict for verdict in question.graded if not verdict.passed]
    if _nothing_to_say(failed):
        return []
    groups: dict[tuple[Kind, str, str], int] = {}
    for verdict in failed:
        hint = one_line(verdict.hint or "", _MESSAGE_LIMIT)
        key = (verdict.kind, message_of(verdict), hint)
        groups[key] = groups.get(key, 0) + 1
    lines, hinted = ["Graded tests that did not pass:"], set[str]()
    for (kind, message, hint), cases in groups.items():
        lines.append(_indented(f"{kind.heading}{_cases(cases)}: {message}", 2))
        if hint and hint not in hinted:
            lines.append(_indented(f"Hint: {hint}", 4))
        hinted.add(hint)
    return ["\n".join(lines)]


def _passes(question: QuestionResult) -> list[str]:
    passed = [verdict.test for verdict in question.graded if verdict.passed]
    waiting = [test for test in passed if test in question.withheld]
    counting = [test for test in passed if test not in question.withheld]
    planned = Counter(name_of_test(verdict.test) for verdict in question.graded)
    notes = dict.fromkeys(
        message_of(it)
        for it in question.graded
        if it.passed and it.message.strip() and it.test not in question.withheld
    )
    blocks = list[str]()
    if waiting:
        blocks.append(f"Counts once the values are right: {_names(waiting, planned)}.")
    if notes:
        blocks.append("\n".join(f"Note: {note}" for note in notes))
    if counting:
        blocks.append(f"Passed: {_names(counting, planned)}.")
    return blocks


def _nothing_to_say(verdicts: Iterable[Verdict]) -> bool:
    """Return whether there are no verdicts, or only those of tests that were never reached."""
    return all(verdict.kind is Kind.NOT_RUN and verdict.message == NOT_RUN for verdict in verdicts)


def name_of_test(test: str, with_case: bool = False) -> str:
    """Return a test's id in words: `svm/test_graded.py::test_is_fast[a]` becomes `is fast`.

    The case is left out by default: in a graded test it may say which inputs are used.
    """
    name, bracket, case = test.rpartition("::")[2].partition("[")
    words = one_line(name.removeprefix("test_").replace("_", " "), 100)
    return f"{words} [{one_line(case.removesuffix(']'), 60)}]" if with_case and bracket else words


def _names(tests: Iterable[str], planned: Mapping[str, int]) -> str:
    counted = Counter(name_of_test(test) for test in tests)
    return ", ".join(
        f"{name} ({count} of {planned[name]} cases)" if count < planned[name] else f"{name}{_cases(count)}"
        for name, count in counted.items()
    )


def _cases(count: int) -> str:
    return f" ({count} cases)" if count > 1 else ""


def message_of(verdict: Verdict) -> str:
    """Return what a student is told of a verdict, as a sentence made safe to show."""
    return sentence(clean(verdict.message, _MESSAGE_LIMIT)) or verdict.kind.sentence


def _indented(text: str, blanks: int) -> str:
    lines = text.rstrip().split("\n")
    return "\n".join(" " * blanks + line if line.strip() else "" for line in lines)
