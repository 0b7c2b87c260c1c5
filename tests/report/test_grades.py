"""The grade table holds every student's points and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model.verdict import Kind
from autograder.report.grades import GradeRow, to_csv
from tests.report.samples import ASSIGNMENT, OTHER, failed, result


def table(*rows):
    return list(csv.DictReader(io.StringIO(to_csv(rows, ASSIGNMENT))))


def test_points_per_question_and_in_total():
    (row,) = table(
        GradeRow("alice", "Alice", "a@x.org", "17", result=result(failed(OTHER), kept=Fraction(1, 2)))
    )
    assert row == {
        "submission": "alice",
        "name": "Alice",
        "email": "a@x.org",
        "id": "17",
        "counts": "yes",
        "loss": "15",
        "gradient": "0",
        "share_kept": "0.5",
        "total": "7.5",
        "out_of": "18.5",
        "faults": "0",
        "flags": "",
        "note": "",
    }


def test_a_hand_in_that_could_not_be_graded_has_no_points_and_a_note():
    (row,) = table(GradeRow("alice", counts=False, note="alice.zip is broken."))
    assert (row["loss"], row["total"], row["counts"], row["note"]) == ("", "", "no", "alice.zip is broken.")


def test_faults_and_flags_are_there_for_the_instructor():
    (row,) = table(GradeRow("a", result=result(failed(OTHER, Kind.GRADER_FAULT), flags=("one", "two"))))
    assert (row["faults"], row["flags"]) == ("1", "one; two")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\ufeff=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(text):
    (row,) = table(GradeRow(text, text, text, text, note=text))
    for key in ("submission", "name", "email", "id", "note"):
        assert row[key].startswith("'")


@given(st.text(), st.text(), st.text())
def test_any_text_stays_in_its_own_cell(submission, name, note):
    (row,) = table(GradeRow(submission, name, note=note, result=result()))
    assert row["total"] == "18.5"
    for key in ("submission", "name", "note"):
        assert not row[key].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("separator", [";", ",", "|", "; ", ';"', "\t;\n"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_a_formula_after_what_separates_cells_elsewhere_is_disarmed(separator, start):
    text = f"a{separator}{start}1+41;b"
    content = to_csv([GradeRow(text, text, text, text, note=text, result=result())], ASSIGNMENT)
    cells = [cell.strip('" ') for cell in re.split(r"[;,|\t\n]", content)]
    assert not [cell for cell in cells if cell.startswith(start)]
    assert all(line.startswith('"') and line.endswith('"') for line in content.splitlines())
