"""Failed public checks as a small page: what was expected beside what came, wrong cells marked, inputs, lines."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.model.verdict import Verdict
from autograder.report.view import name_of_test
from autograder.student.checks import Checks, Part
from autograder.student.states import Outcome, outcomes_of
from autograder.text import clean, sentence
from autograder.values.describe import shown

MOST_CELLS = 400
"""Cells of an array that is shown as a table; a larger one is shown as text."""
_TOLERANCE = 1e-6
_CELLS = """
td.wrong { background: #d55e0055 }
.pair { display: flex; flex-wrap: wrap; gap: 2rem }
"""
_IN_A_CELL = """
.autograder pre { font-family: var(--jp-code-font-family, monospace); white-space: pre; overflow-x: auto }
.autograder details pre { white-space: pre-wrap }
"""
"""Notebooks show such text like any other, and break it where it is to be copied as it stands."""
_STYLE = f"""
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
body {{ max-width: 70rem; margin: 1rem auto 3rem; padding: 0 1rem }}
h1 {{ font-size: 1.5rem }}
h2 {{ font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: .7rem; border-top: 2px solid #8886 }}
h3 {{ font-size: 1.05rem; margin: 1.5rem 0 .3rem }}
p {{ margin: .5rem 0; max-width: 46rem }}
details {{ margin: .7rem 0 }}
summary {{ cursor: pointer }}
details pre {{ white-space: pre-wrap; overflow-wrap: anywhere }}
pre {{ overflow-x: auto; padding: .6rem; border: 1px solid #8886; border-radius: .3rem }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
td {{ border: 1px solid #8886; padding: .1rem .5rem; text-align: right }}
{_CELLS}"""


def page_of(checks: Checks) -> str:
    """Return the page: complete HTML that loads nothing."""
    title = html.escape(checks.assignment.title)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title><style>{_STYLE}</style></head>",
            f"<body><h1>{title}</h1>",
            *checks_in_html(checks),
            "</body></html>\n",
        ]
    )


def in_a_cell(checks: Checks) -> str:
    """Return the same as the output of a notebook's cell, which brings its own style for the rest."""
    shown = "\n".join(checks_in_html(checks))
    return f'<style>{_CELLS}{_IN_A_CELL}</style><div class="autograder">{shown}</div>'


def checks_in_html(checks: Checks) -> Iterator[str]:
    """Yield the HTML of what keeps files from being run, then of each question that was checked."""
    for problem in checks.problems:
        yield f"<p><strong>{_safe(problem.sentence)}</strong></p>"
        yield from (f"<pre>{_safe(it)}</pre>" for it in [problem.excerpt] if it)
        yield from (f"<p>{_safe(it)}</p>" for it in [problem.paying] if it)
    for outcome in outcomes_of(checks):
        if not outcome.is_stopped:  # which is named with the file
            yield from _question_in_html(checks, outcome)


def _question_in_html(checks: Checks, outcome: Outcome) -> Iterator[str]:
    """Yield the HTML of one question's failed checks, a heading alone if none failed."""
    yield f"<h2>{_safe(outcome.question)}: {outcome.seen.count}</h2>"
    if outcome.needs:
        first = outcome.comes_first
        yield f"<p>{_safe(sentence(first[:1].upper() + first[1:]))}</p>"
    yield from (f"<p>{_safe(sentence(note.text))}</p>" for note in outcome.notes)
    by_name = {name_of_test(it.test, with_case=True): it for it in outcome.failed}
    if outcome.comes_first:
        failing = (name for check in outcome.failed_checks for name in (check.name, *check.others))
        yield f"<p>Failing as well: {_safe(', '.join(failing))}.</p>"
        return
    for check in outcome.failed_checks:
        yield f"<h3>{_safe(check.name)}</h3><p>{_safe(check.message)}</p>"
        pairs = list(_compared(checks.compared, by_name.get(check.name)))
        yield from pairs
        if check.details:
            # Where no value came, the error and the variables at its line are what there is to see.
            summary = (
                "<details><summary>inputs and what was printed"
                if pairs
                else "<details open><summary>what happened"
            )
            yield f"{summary}</summary><pre>{_safe(check.details)}</pre></details>"
        if check.counterexample:
            yield f"<p>To see it, paste:</p><pre>{_safe(check.counterexample)}</pre>"
        if check.rest:
            yield f"<details><summary>{_safe(check.rest)}</summary><p>{_safe(', '.join(check.others))}</p></details>"


def _compared(compared: Mapping[str, Sequence[Part]], verdict: Verdict | None) -> Iterator[str]:
    for part in compared.get(verdict.test, ()) if verdict is not None else ():
        wrong = _wrong_cells(part)
        yield f'<div class="pair"><div><p>{_safe(part.name)}, expected</p>{_value(part.expected, None)}</div>'
        yield f"<div><p>{_safe(part.name)}, got</p>{_value(part.got, wrong)}</div></div>"


def _wrong_cells(part: Part) -> np.ndarray | None:
    """Return where a result is wrong, as tests compare; None where the two cannot be laid over each other."""
    expected, got = _numbers(part.expected), _numbers(part.got)
    if expected is None or got is None or expected.shape != got.shape:
        return None
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    with np.errstate(invalid="ignore"):
        near = np.abs(expected - got) <= max(_TOLERANCE * scale, 1e-12)
    right: np.ndarray = near | (expected == got) | (np.isnan(expected) & np.isnan(got))
    return ~right


def _numbers(value: Any) -> np.ndarray | None:
    if isinstance(value, (int, float, np.number)) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
    ):
        return np.asarray(value, dtype=float)
    return None


def _value(value: Any, wrong: np.ndarray | None) -> str:
    numbers = _numbers(value)
    if numbers is None or numbers.ndim > 2 or numbers.size > MOST_CELLS:
        return f"<pre>{_safe(shown(value))}</pre>"
    rows = np.atleast_2d(numbers)
    marks = np.zeros(rows.shape, bool) if wrong is None else np.atleast_2d(wrong)
    lines = [
        "".join(map(_cell, row, marked)) for row, marked in zip(rows.tolist(), marks.tolist(), strict=True)
    ]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cell(number: float, is_wrong: bool) -> str:
    # A notebook from somebody else is shown without its styles, but with bold type.
    return f'<td class="wrong"><strong>{number:.6g}</strong></td>' if is_wrong else f"<td>{number:.6g}</td>"


def _safe(text: str) -> str:
    return html.escape(clean(text))
