"""Hand-ins that nothing explains are grouped by what was observed; a hint for a group reaches its students."""

from __future__ import annotations

import csv
import io
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions, report_again
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.grading.explain.digest import digest_of, digest_of_events
from tests.classroom.conftest import RIGHT, SUMMED, write_class

pytestmark = pytest.mark.usefixtures("drawn_once")

CUBED = RIGHT.replace(b"np.mean(miss ** 2)", b"np.mean(np.abs(miss) ** 3)")
CUBED_OTHERWISE = b"""
import numpy as np

def predict(X, w):
    return np.dot(X, w)

def squared_loss(X, y, w):
    # another way to write the same: SECRET-REMARK
    miss = y - X @ w
    total = 0.0
    for one in miss:
        total += np.abs(one * one * one)
    return total / len(miss), -2 * miss @ X / len(y)
"""
SQUARED_GRADIENT = RIGHT.replace(b"2 * X.T @ miss / len(y)", b"2 * X.T @ miss ** 3 / len(y)")


def graded(work: Work, pool: LocalPool, folder: Path) -> GradedClass:
    members = {
        "ada": CUBED,
        "bob": CUBED_OTHERWISE,
        "cyd": SQUARED_GRADIENT,
        "dan": RIGHT,
        "eve": SUMMED,
    }
    submissions = write_class(folder / "in", members)
    return ClassSession(work, submissions, folder / "out", GradeOptions()).grade(nullcontext(pool))


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def page(folder: Path, label: str) -> str:
    return (folder / "out" / "feedback" / f"{label}.html").read_text()


def result(folder: Path, label: str) -> str:
    return (folder / "out" / "results" / f"{label}.json").read_text()


@pytest.fixture
def done(work: Work, pool: LocalPool, tmp_path: Path) -> GradedClass:
    return graded(work, pool, tmp_path)


def write_hint(folder: Path, group: str, hint: str) -> None:
    path = folder / "out" / "hints.csv"
    table = rows(path)
    text = io.StringIO()
    writer = csv.DictWriter(text, ["group", "question", "hint", "title"])
    writer.writeheader()
    for row in table:
        writer.writerow({**row, "hint": hint} if row["group"] == group else row)
    path.write_text(text.getvalue())


def test_each_group_has_a_row_the_largest_first(done: GradedClass, tmp_path: Path) -> None:
    table = rows(tmp_path / "out" / "hints.csv")
    assert [row["question"] for row in table] == ["squared_loss", "squared_loss"]
    assert all(row["hint"] == "" for row in table)
    report = (tmp_path / "out" / "report.html").read_text()
    assert report.index(table[0]["group"]) < report.index(table[1]["group"])
    assert "2 hand-ins" in report
    assert done.groups == 2


def test_ids_are_the_same_in_every_run(done: GradedClass, work: Work, tmp_path: Path) -> None:
    with LocalPool(work, 1) as other:
        graded(work, other, tmp_path / "again")
    before, after = (rows(folder / "out" / "hints.csv") for folder in (tmp_path, tmp_path / "again"))
    assert [row["group"] for row in before] == [row["group"] for row in after]


def test_the_report_shows_the_code_of_one_hand_in_and_the_students_see_no_other(
    done: GradedClass, tmp_path: Path
) -> None:
    report = (tmp_path / "out" / "report.html").read_text()
    assert "np.mean(np.abs(miss) ** 3)" in report
    assert "SECRET-REMARK" not in report  # the shorter of the two is the example
    for label in ("ada", "bob", "cyd"):
        assert "np.mean(np.abs(miss)" not in result(tmp_path, label)
    assert "np.mean(np.abs(miss)" not in page(tmp_path, "cyd")  # a page shows its student's own code
    assert "SECRET-REMARK" in page(tmp_path, "bob") and "SECRET-REMARK" not in page(tmp_path, "ada")


def test_a_hint_reaches_the_students_of_its_group_without_grading(done: GradedClass, tmp_path: Path) -> None:
    group = rows(tmp_path / "out" / "hints.csv")[0]["group"]
    write_hint(tmp_path, group, "What is the <square> of a miss?")
    kept = {path: path.read_bytes() for path in (tmp_path / "out" / "state").iterdir()}
    again = report_again(tmp_path / "out")
    assert again.remarks_on_hints == ()
    for label in ("ada", "bob"):
        assert "What is the &lt;square&gt; of a miss?" in page(tmp_path, label)
        assert "What is the <square> of a miss?" in result(tmp_path, label)
    for label in ("cyd", "dan", "eve"):
        assert "of a miss" not in page(tmp_path, label) + result(tmp_path, label)
    assert "What is the &lt;square&gt; of a miss?" in (tmp_path / "out" / "report.html").read_text()
    assert {path: path.read_bytes() for path in (tmp_path / "out" / "state").iterdir()} == kept


def test_a_hint_is_there_when_the_class_is_graded_again(
    done: GradedClass, work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    group = rows(tmp_path / "out" / "hints.csv")[0]["group"]
    write_hint(tmp_path, group, "Square it.")
    graded(work, pool, tmp_path)
    assert "Square it." in page(tmp_path, "ada")
    assert rows(tmp_path / "out" / "hints.csv")[0]["hint"] == "Square it."


def test_rows_are_added_and_nothing_else_is_changed(done: GradedClass, tmp_path: Path) -> None:
    path = tmp_path / "out" / "hints.csv"
    first, second = rows(path)
    kept = f"Hint;group;note\r\nSchau hin: „Quadrat“;{first['group']};mine;\n".replace(";mine;", ";mine")
    path.write_bytes(kept.rstrip("\n").encode())
    report_again(tmp_path / "out")
    assert path.read_bytes() == kept.encode() + f";{second['group']};\n".encode()
    assert "Schau hin: „Quadrat“" in page(tmp_path, "ada")
    before = path.read_bytes()
    report_again(tmp_path / "out")
    assert path.read_bytes() == before


def test_a_file_that_is_named_is_never_written(done: GradedClass, tmp_path: Path) -> None:
    group = rows(tmp_path / "out" / "hints.csv")[0]["group"]
    named = tmp_path / "mine.csv"
    named.write_text(f"group,hint\n{group},Look at the square.\n")
    content = named.read_bytes()
    report_again(tmp_path / "out", hints=named)
    assert named.read_bytes() == content
    assert "Look at the square." in page(tmp_path, "bob")


def test_hints_for_groups_that_are_not_there_are_named(done: GradedClass, tmp_path: Path) -> None:
    path = tmp_path / "out" / "hints.csv"
    with path.open("a") as file:
        file.write("squared_loss-00000000,,Somebody did this.,\n")
    (sentence,) = report_again(tmp_path / "out").remarks_on_hints
    assert "hints.csv, line 4: no hand-in is in the group 'squared_loss-00000000'" in sentence
    assert rows(path)[-1]["hint"] == "Somebody did this."


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("hint\nno column\n", "hints.csv has no column group"),
        ("group,hints\na,b\n", "hints.csv has unknown columns hints"),
        ("group,hint\n,Do it.\n", "hints.csv, line 2: the column group is empty; copy"),
        (
            "group,hint\na-1,one\nb-1,\na-1,two\n",
            "hints.csv, line 4: the group 'a-1' has another hint in line 2",
        ),
        ("group,hint\na-1,one, two\n", "hints.csv, line 2: has more cells than the first line"),
        (
            f"group,hint\na-1,{'x' * 601}\n",
            "hints.csv, line 2: the hint has 601 characters; shorten it to 600",
        ),
        ("group,hint\na-1,\x1b[31mred\n", "hints.csv, line 2: the hint holds control characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    done: GradedClass, tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "out" / "hints.csv"
    path.write_text(text)
    with pytest.raises(CourseError) as caught:
        report_again(tmp_path / "out")
    assert sentence in str(caught.value)
    assert path.read_text() == text


def test_a_file_in_another_encoding_is_refused(done: GradedClass, tmp_path: Path) -> None:
    path = tmp_path / "out" / "hints.csv"
    path.write_bytes("group,hint\na-1,für alle\n".encode("latin-1"))
    with pytest.raises(CourseError, match="no UTF-8 text"):
        report_again(tmp_path / "out")


def test_a_class_without_unexplained_values_has_no_file(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "in", {"ada": RIGHT, "bob": SUMMED})
    ClassSession(work, submissions, tmp_path / "out", GradeOptions()).grade(nullcontext(pool))
    assert not (tmp_path / "out" / "hints.csv").exists()


def test_the_same_exception_is_one_group_whatever_its_text(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    one_too_many = b"""
    total = 0.0
    for i in range(len(y) + 1):
        total += (X[i] @ w - y[i]) ** 2
    return total / len(y), 2 * X.T @ (X @ w - y) / len(y)
"""
    start = RIGHT.partition(b"    miss = ")[0]
    members = {
        "ada": start + one_too_many,
        "bob": start + b"    X, y = X.tolist(), y.tolist()" + one_too_many,
        "cyd": start + b"    return np.mean(mis ** 2), X.T @ miss\n",
        "dan": RIGHT,
    }
    submissions = write_class(tmp_path / "in", members)
    done = ClassSession(work, submissions, tmp_path / "out", GradeOptions()).grade(nullcontext(pool))
    assert done.groups == 2
    write_hint(tmp_path, rows(tmp_path / "out" / "hints.csv")[0]["group"], "How many examples are there?")
    report_again(tmp_path / "out")
    told = {label for label in members if "How many examples are there?" in result(tmp_path, label)}
    assert told == {"ada", "bob"}


@pytest.mark.parametrize(
    "one, other, same",
    [
        (
            "operands could not be broadcast together with shapes (5,3) (5,)",
            "shapes (5,3) and (4,2) not aligned: 3 (dim 1) != 4 (dim 0)",
            True,
        ),
        (
            "cannot reshape array of size 15 into shape (3,)",
            "cannot reshape array of size 8 into shape (2,)",
            True,
        ),
        ("cannot reshape array of size 15 into shape (3,)", "math domain error", False),
    ],
)
def test_texts_of_one_cause_are_not_told_apart(one: str, other: str, same: bool) -> None:
    digests = {digest_of_events([("raised", "ValueError", text)]) for text in (one, other)}
    assert (len(digests) == 1) is same


def test_digests_ignore_rounding_and_tell_values_apart() -> None:
    rng = np.random.default_rng(0)
    for scale in (1e-9, 1.0, 1e9):
        for _ in range(200):
            values = scale * rng.normal(size=(4, 3))
            noisy = values * (1 + 1e-14 * rng.normal(size=values.shape))
            assert digest_of((1.5, values)) == digest_of([1.5, noisy])
            assert digest_of((1.5, values)) != digest_of((1.5, values * (1 + 1e-4)))
    for whole in (0.0, 1.0, 2.0, 0.5, 3.0, 1e-3, 1024.0, 5.0, 12.9):
        assert digest_of(whole) == digest_of(whole * (1 + 3e-16)) == digest_of(np.float64(whole))
    assert digest_of(np.array([1, 2])) == digest_of(np.array([1.0, 2.0]))
    odd = [np.nan, np.inf, -np.inf, 0.0, "1", True, None, [], [[]], {}, {1: 2}, {1: 3}, 1j, np.zeros((0, 2))]
    assert len({digest_of(it) for it in odd}) == len(odd)
