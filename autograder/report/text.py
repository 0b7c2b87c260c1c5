"""A student's feedback as plain text: for each question a summary, then what failed and why, then what passed."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.model.result import GradingResult, QuestionResult
from autograder.report.view import QuestionView, WrittenView, in_cases, shown, view
from autograder.text import clean, one_line

FIELD_LIMIT = 20_000
_NOTE_LIMIT = 600
_CHECKS_IN_FULL = 5
_EVIDENCE_LIMIT = 12_000
"""Characters of inputs, values and lines to paste of all checks, so that nothing else is cut for them."""


def question_text(question: QuestionResult) -> str:
    """Return the text of one question: at most `FIELD_LIMIT` characters, plain."""
    seen = view(question)
    blocks = [f"{seen.earned}: {seen.tests}."]
    blocks += list(_written(seen.written)) if seen.written else []
    blocks += ["\n".join(lines) for lines in (list(_checks(seen)), list(_failures(seen))) if lines]
    blocks += [f"Counts once the values are right: {', '.join(seen.waiting)}."] if seen.waiting else []
    blocks += ["\n".join(f"Note: {note}" for note in seen.notes)] if seen.notes else []
    blocks += [f"Passed: {', '.join(seen.passes)}."] if seen.passes else []
    return clean("\n\n".join(blocks), FIELD_LIMIT)


def overall_text(result: GradingResult) -> str:
    """Return the text above all questions: faults first, then the notes, at most `FIELD_LIMIT` characters."""
    sentences = list[str]()
    if result.at_fault:
        sentences.append(
            "Something went wrong on our side, not in your work. This is our fault; "
            "the tests concerned earn nothing for now, and your hand-in will be graded again."
        )
    if not result.finished:
        sentences.append("Not all tests have been run yet.")
    if waiting := sum(question.ungraded for question in result.questions):
        are = "1 written answer is" if waiting == 1 else f"{waiting} written answers are"
        sentences.append(f"{are} not graded yet and not in these points.")
    if result.kept < 1:
        sentences.append(f"Handed in late: {shown(100 * result.kept)} % of the points are kept.")
    sentences += [one_line(note, _NOTE_LIMIT) for note in result.notes]
    return clean("\n".join(sentences), FIELD_LIMIT)


def _written(seen: WrittenView) -> Iterator[str]:
    if seen.marks:
        yield "\n".join(f"  [{'x' if met else ' '}] {text} ({points})" for text, points, met in seen.marks)
    if seen.note:
        yield f"Note: {seen.note}"
    yield f"Your answer:\n{_indented(seen.text, 2)}" if seen.text else "No answer was found in the hand-in."


def _checks(seen: QuestionView) -> Iterator[str]:
    if seen.checks:
        yield f"Public checks: {seen.checks}."
    spent = 0
    for check in seen.failed_checks[:_CHECKS_IN_FULL]:
        yield f"  {check.name}"
        yield _indented(f"{check.heading}: {check.message}", 4)
        if check.hint:
            yield _indented(f"Hint: {check.hint}", 4)
        spent += len(check.details) + len(check.counterexample)
        if spent > _EVIDENCE_LIMIT:
            yield "    Its inputs are shown by `autograder check`."
        elif check.details:
            yield _indented(check.details, 4)
        if check.counterexample and spent <= _EVIDENCE_LIMIT:
            # Not indented: Python would refuse the lines.
            yield f"    To see it yourself, paste:\n{check.counterexample}"
        if check.rest:
            yield f"    {check.rest}."
    if more := sum(1 + len(check.others) for check in seen.failed_checks[_CHECKS_IN_FULL:]):
        yield f"  … and {more} more."


def _failures(seen: QuestionView) -> Iterator[str]:
    if seen.failures:
        yield "Graded tests that did not pass:"
    for failure in seen.failures:
        yield _indented(f"{failure.heading}{in_cases(failure.cases)}: {failure.message}", 2)
        if failure.hint:
            yield _indented(f"Hint: {failure.hint}", 4)


def _indented(text: str, blanks: int) -> str:
    lines = text.rstrip().split("\n")
    return "\n".join(" " * blanks + line if line.strip() else "" for line in lines)
