"""Written answers come with a hand-in of every shape, and say what was written and nothing else."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.handin.answers import LONGEST, MOST_CELLS, answers_file, answers_in
from autograder.handin.find import find_hand_ins
from autograder.handin.open_hand_in import open_hand_in
from autograder.model.written import WrittenQuestion
from tests.handin.hand_ins import CODE, NAMES, write_folder, write_zip

WRITTEN = (
    WrittenQuestion("lead", "A lead of 4", Fraction(2)),
    WrittenQuestion("kinks", "Kinks", Fraction(2)),
)


def book(*cells: str, code: str = "", kind: str = "markdown") -> bytes:
    """Return a notebook with some cells of answers, and one of code."""
    made = [{"cell_type": kind, "source": text, "metadata": {"tags": ["answer"]}} for text in cells]
    made.append({"cell_type": "code", "source": code, "metadata": {}, "outputs": []})
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def answers(path: Path) -> dict[str, str]:
    return dict(open_hand_in(path, NAMES, written=WRITTEN).answers)


def test_a_folder_with_the_notebook(tmp_path: Path) -> None:
    cells = book("**A lead of 4.**\n\nBy 3.\n", "**Kinks.** At 0.  \nMore.")
    folder = write_folder(tmp_path / "ada", {"linear_svm.py": CODE, "work/svm.ipynb": cells})
    assert answers(folder) == {"lead": "By 3.", "kinks": "At 0.\nMore."}


def test_a_zip_with_what_submit_wrote(tmp_path: Path) -> None:
    text = answers_file({"kinks": "At 0."}, WRITTEN).encode()
    path = write_zip(tmp_path / "ada.zip", {"linear_svm.py": CODE, "answers.md": text})
    assert answers(path) == {"kinks": "At 0."}


def test_a_notebook_that_is_the_hand_in(tmp_path: Path) -> None:
    path = tmp_path / "linear_svm.ipynb"
    path.write_bytes(book("**Kinks.**\n\nAt 0.", code=CODE.decode()))
    opened = open_hand_in(path, NAMES, written=WRITTEN)
    assert opened.answers == {"kinks": "At 0."} and b"svm_loss_naive" in opened.files["linear_svm.py"]


def test_answers_by_number_are_those_of_the_questions_in_order(tmp_path: Path) -> None:
    cells = book("**Answer 2.**\n\nsecond", "**Answer 1.**\n\nfirst", "**Answer 3.**\n\nnobody asked")
    folder = write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": cells})
    assert answers(folder) == {"lead": "first", "kinks": "second"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*Write here.*",
        "_Type your answer here, replacing this text._",
        "*YOUR ANSWER HERE*",
        "*Write two sentences.*",
        " \n",
    ],
)
def test_what_was_handed_out_is_no_answer(tmp_path: Path, text: str) -> None:
    cells = book(f"**Kinks.**\n\n{text}")
    assert answers(write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": cells})) == {}


def test_an_untouched_notebook_leaves_the_answer_to_the_file_beside_it(tmp_path: Path) -> None:
    files = {
        "linear_svm.py": CODE,
        "svm.ipynb": book("**A lead of 4.** *Write here.*", "**Kinks.** of the notebook"),
        "answers.md": b"## A lead of 4\r\n\r\nof the file\r\n## Kinks\r\nof an earlier hand-in\r\n",
    }
    assert answers(write_folder(tmp_path, files)) == {"lead": "of the file", "kinks": "of the notebook"}


def test_a_copy_that_was_set_aside_counts_last(tmp_path: Path) -> None:
    files = {
        "linear_svm.py": CODE,
        "old/svm.ipynb": book("**Kinks.** old"),
        "deeper/down/svm.ipynb": book("**Kinks.** new"),
    }
    assert answers(write_folder(tmp_path, files)) == {"kinks": "new"}


def test_a_broken_notebook_costs_its_answers_alone_and_is_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": b'{"cells": ['})
    opened = open_hand_in(folder, NAMES, written=WRITTEN)
    assert opened.files == {"linear_svm.py": CODE} and opened.answers == {}
    assert opened.notes == ("svm.ipynb cannot be read, so its written answers are not in the hand-in.",)


def test_a_cell_of_code_is_no_answer_and_nothing_is_collected_where_nothing_is_asked(tmp_path: Path) -> None:
    files = {"linear_svm.py": CODE, "svm.ipynb": book("**Kinks.** x", kind="code")}
    assert answers(write_folder(tmp_path / "code", files)) == {}
    files["svm.ipynb"] = book("**Kinks.** x")
    assert open_hand_in(write_folder(tmp_path / "none", files), NAMES).answers == {}


def test_a_cell_that_is_odd_costs_no_other(tmp_path: Path) -> None:
    content = json.loads(book("**Kinks.** At 0."))
    odd: list[dict[str, Any]] = [
        {"metadata": None},
        {"metadata": {"tags": None}},
        {"metadata": {"tags": ["answer"]}, "source": [1, None]},
    ]
    content["cells"][:0] = [{"cell_type": "markdown", "source": "x", **it} for it in odd]
    files = {"linear_svm.py": CODE, "svm.ipynb": json.dumps(content).encode()}
    assert answers(write_folder(tmp_path, files)) == {"kinks": "At 0."}


@pytest.mark.parametrize(
    "text",
    [
        "*Write W as a sum of two terms, and the penalty is even.*",
        "*Type I errors are rare, for the margin is wide.*",
    ],
)
def test_an_answer_in_italics_is_an_answer(tmp_path: Path, text: str) -> None:
    folder = write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": book(f"**Kinks.**\n\n{text}")})
    assert answers(folder) == {"kinks": text}


def test_a_character_that_no_text_can_hold_costs_no_other_answer(tmp_path: Path) -> None:
    cells = book("**A lead of 4.** By 3.", "**Kinks.** \U0001f642 \\ud800 \ud800 at 0")
    assert b"\\ud800 at 0" in cells
    folder = write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": cells})
    assert answers(folder) == {"lead": "By 3.", "kinks": "\U0001f642 \\ud800 \ufffd at 0"}


def test_blanks_before_an_answer_do_not_hide_it(tmp_path: Path) -> None:
    cells = book("**Kinks.** " + " \n" * 2 * LONGEST + "At 0.")
    folder = write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": cells})
    assert answers(folder) == {"kinks": "At 0."}


def test_of_thousands_of_answers_the_first_count(tmp_path: Path) -> None:
    cells = book(*["**Kinks.** At 0."] * MOST_CELLS, "**A lead of 4.** By 3.")
    folder = write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": cells})
    assert answers(folder) == {"kinks": "At 0."}
    assert answers_in(b"## Kinks\n\nAt 0.\n\n" * 5_000, WRITTEN) == {"kinks": "At 0."}


def test_answers_decide_nothing_in_the_grading(tmp_path: Path) -> None:
    one = write_folder(tmp_path / "one", {"linear_svm.py": CODE, "svm.ipynb": book("**Kinks.** x")})
    two = write_folder(tmp_path / "two", {"linear_svm.py": CODE, "svm.ipynb": book("**Kinks.** y")})
    hashes = {open_hand_in(it, NAMES, written=WRITTEN).content_hash for it in (one, two)}
    assert len(hashes) == 1


def test_an_answer_is_bounded(tmp_path: Path) -> None:
    cells = book("**Kinks.** " + "very long " * 100_000)
    found = answers(write_folder(tmp_path, {"linear_svm.py": CODE, "svm.ipynb": cells}))
    assert 0 < len(found["kinks"]) <= LONGEST


LINES = st.lists(
    st.sampled_from(
        ["", "## Kinks", "\\## Kinks", "\\\\## a", "## Other", "# x", "Answer 1", "## Answer 1", "…"]
    )
)


@given(LINES, LINES)
def test_what_submit_writes_is_what_is_read(first: list[str], second: list[str]) -> None:
    texts = {"lead": "\n".join(first).strip(), "kinks": "\n".join(second).strip()}
    written = {id: text for id, text in texts.items() if text}
    assert answers_in(answers_file(written, WRITTEN).encode(), WRITTEN) == written


def test_files_that_lie_side_by_side_in_a_download_keep_their_answers(tmp_path: Path) -> None:
    files = {
        "lovelaceada_501_9001_linear_svm.py": CODE,
        "lovelaceada_501_9002_svm.ipynb": book("**Kinks.** of Ada"),
        "somervillemary_502_9003_linear_svm.py": CODE,
        "somervillemary_502_9004_answers.md": b"## Kinks\n\nof Mary\n",
    }
    found = find_hand_ins(write_folder(tmp_path, files), NAMES)
    opened = {it.label: open_hand_in(it.source, NAMES, written=WRITTEN).answers for it in found if it.source}
    assert opened == {"lovelaceada_501": {"kinks": "of Ada"}, "somervillemary_502": {"kinks": "of Mary"}}
