"""Written answers of a class: nobody has 0 points before a person gave them, and no mark reaches another answer."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.authoring.new import new_assignment
from autograder.classroom.class_session import (
    ClassSession,
    GradeOptions,
    outputs_of,
    report_again,
    take_answers,
    write_answers_page,
)
from autograder.classroom.gradebook import merge
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import prepare
from autograder.cli.classes import GradeTable
from autograder.course.loading import find_course
from autograder.errors import CourseError
from autograder.report.gradescope import read_results
from tests.classroom.conftest import FILE, NAME, RIGHT, SUMMED, RememberingPool
from tests.commands import only_line, run_here

pytestmark = pytest.mark.usefixtures("drawn_once")

WRITTEN = """
[[written]]
id = "why"
title = "Why squares"
points = 2

[[written]]
id = "when"
title = "When not"
points = 1
"""
RUBRIC = """
[[rubric]]
question = "why"
note = "Only graders read this."
items = [{ text = "Large misses count more.", points = "3/2" }, { text = "The gradient is simple.", points = "1/2" }]

[[rubric]]
question = "when"
items = [{ text = "With outliers.", points = 1 }]
"""
NASTY = "<script>alert(1)</script> \u202egnihton\u202c"
ANSWERS: Mapping[str, tuple[bytes, dict[str, str]]] = {
    "ada": (RIGHT, {"Why squares": "Large misses\n count more.", "When not": "Outliers."}),
    "bo": (RIGHT, {"Why squares": "Large  misses count more.", "When not": NASTY}),
    "cy": (SUMMED, {"Why squares": "It is a habit."}),
    "di": (RIGHT, {}),
}


def answers_md(answers: Mapping[str, str]) -> str:
    return "".join(f"## {title}\n\n{text}\n\n" for title, text in answers.items())


def write_hand_ins(folder: Path, answers: Mapping[str, tuple[bytes, Mapping[str, str]]] = ANSWERS) -> Path:
    for name, (code, texts) in answers.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / FILE).write_bytes(code)
        (folder / name / "answers.md").write_text(answers_md(texts))
    return folder


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> Iterator[tuple[LocalPool, Path]]:
    """A course that asks two questions in words, and processes that grade for it."""
    root = tmp_path_factory.mktemp("asking")
    new_assignment(root, NAME)
    for half, file, text in (("assignments", "assignment", WRITTEN), ("solutions", "grading", RUBRIC)):
        path = root / half / NAME / f"{file}.toml"
        path.write_text(path.read_text() + text)
    with RememberingPool(prepare(find_course(root), NAME), 2) as pool:
        yield pool, root


def grade(asking: tuple[LocalPool, Path], hand_ins: Path, out: Path) -> None:
    pool, root = asking
    ClassSession(prepare(find_course(root), NAME), hand_ins, out, GradeOptions()).grade(nullcontext(pool))


@pytest.fixture(scope="module")
def once(asking: tuple[LocalPool, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("graded")
    grade(asking, write_hand_ins(root / "hand-ins"), root / "out")
    return root / "out"


@pytest.fixture
def out(once: Path, tmp_path: Path) -> Path:
    """A graded class of which no answer is graded yet."""
    return shutil.copytree(once, tmp_path / "out")


def table(out: Path) -> dict[str, dict[str, str]]:
    return {row["submission"]: row for row in csv.DictReader(io.StringIO((out / "grades.csv").read_text()))}


def code_points(row: Mapping[str, str]) -> str:
    return f"{float(row['predict']) + float(row['squared_loss']):g}"


class Page:
    """What a browser would know of the page: its class, and each answer's name by question and text."""

    def __init__(self, out: Path) -> None:
        self.html = write_answers_page(out).read_text()
        (self.class_id,) = re.findall(r'<main [^>]*data-class="(\w+)"', self.html)
        self.answers: dict[tuple[str, str], str] = {}
        for section in re.findall(r'<section class="question".*?</section>', self.html, re.DOTALL):
            (question,) = re.findall(r'data-question="(\w+)" data-units', section)
            for card in re.findall(r"<article .*?</article>", section, re.DOTALL):
                text = re.search(r"<pre[^>]*>(.*?)</pre>", card, re.DOTALL)
                self.answers[question, " ".join(text[1].split()) if text else ""] = re.findall(
                    r'data-answer="(\w+)"', card
                )[0]
        self.items = re.findall(r'data-item="(\w+)"', self.html)

    def marks(self, path: Path, *rows: tuple[str, str, str, str, str]) -> Path:
        """Write marks: question, text, points, places of items, note."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["class", "question", "answer", "points", "rubric", "note"])
            for question, text, points, places, note in rows:
                rubric = " ".join(self.items[int(it)] for it in places.split())
                writer.writerow([self.class_id, question, self.answers[question, text], points, rubric, note])
        return path


MOST = "Large misses count more."
HABIT = "It is a habit."


@pytest.fixture
def page(out: Path) -> Page:
    return Page(out)


@pytest.fixture
def marks(page: Page, tmp_path: Path) -> Path:
    return page.marks(
        tmp_path / "marks.csv",
        ("why", MOST, "3/2", "0", "and the gradient?"),
        ("why", HABIT, "0", "", ""),
        ("when", "", "0", "", ""),
    )


# --- before anybody has graded one ----------------------------------------------------------------


def test_what_nobody_has_graded_changes_no_total(out: Path) -> None:
    rows = table(out)
    assert all((row["total"], row["out_of"]) == (code_points(row), "10") for row in rows.values())
    assert {name: row["total"] for name, row in rows.items() if name != "cy"} == dict.fromkeys(
        ("ada", "bo", "di"), "10"
    )
    assert "why" not in rows["ada"] and rows["ada"]["flags"] == ""
    results = read_results(out / "results" / "ada.json")
    assert results.score == 10 == sum(test.score or 0 for test in results.tests)
    waiting = [test for test in results.tests if test.score is None]
    assert [test.name for test in waiting] == ["Why squares (not graded yet)", "When not (not graded yet)"]
    assert all(test.max_score is None and test.status is None for test in waiting)
    raw = json.loads((out / "results" / "ada.json").read_text())["tests"][-1]
    assert not {"score", "max_score", "status"} & raw.keys() and "Outliers." in raw["output"]


def test_the_feedback_page_shows_the_answer_and_claims_no_points(out: Path) -> None:
    html = (out / "feedback" / "bo.html").read_text()
    assert "10 of 10 points" in html and "2 points, not graded yet" in html
    assert "2 written answers are not graded yet and not in these points." in html
    assert "<script" not in html and "&lt;script&gt;alert(1)" in html and "⟨U+202E⟩" in html
    unanswered = (out / "feedback" / "di.html").read_text()
    assert "no answer found, not graded yet" in unanswered and "Your answer" not in unanswered
    assert "Only graders read this." not in html


# --- the page -------------------------------------------------------------------------------------


def test_the_page_names_nobody_and_shows_equal_answers_once(page: Page) -> None:
    assert not re.search(r"\b(ada|bo|cy|di)\b", page.html)
    texts = [text for question, text in page.answers if question == "why"]
    assert sorted(texts) == sorted([MOST, HABIT, ""])
    assert "<strong>2 hand-ins</strong>" in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ⟨U+202E⟩" in page.html
    assert "script-src 'sha256-" in page.html and "default-src 'none'" in page.html


def test_names_of_answers_and_people_need_the_secret(once: Path, tmp_path: Path) -> None:
    first, second = (
        Page(shutil.copytree(once, tmp_path / "first")),
        Page(shutil.copytree(once, tmp_path / "second")),
    )
    assert first.answers == second.answers
    record = tmp_path / "second" / "class.json"
    record.write_text(re.sub(r'"secret": "\w+"', '"secret": "another"', record.read_text()))
    other = Page(tmp_path / "second")
    assert not set(first.answers.values()) & set(other.answers.values())
    people = [
        set(re.findall(r'who soft">(?:<strong>.*?</strong> )?([a-z2-7 ]+)<', it.html))
        for it in (first, other)
    ]
    assert people[0] and not people[0] & people[1]


# --- back -----------------------------------------------------------------------------------------


def test_marks_give_points_to_all_who_gave_the_answer_and_to_nobody_else(out: Path, marks: Path) -> None:
    taken, path = take_answers(out, marks)
    assert (taken.marks, taken.written, taken.left) == (3, 5, ())
    assert path == out / "overrides.csv"
    report_again(out)
    rows = table(out)
    assert {name: (row["why"], row["when"]) for name, row in rows.items()} == {
        "ada": ("1.5", ""),
        "bo": ("1.5", ""),
        "cy": ("0", "0"),
        "di": ("", "0"),
    }
    assert {row["out_of"] for row in rows.values()} == {"13"}
    assert rows["ada"]["total"] == rows["di"]["total"] == ""
    assert rows["cy"]["total"] == code_points(rows["cy"]) and rows["cy"]["flags"] == ""
    assert rows["ada"]["flags"] == "written answers are not graded yet: When not"
    html = (out / "feedback" / "ada.html").read_text()
    assert "11.5 of 12 points" in html and "1.5 of 2 points" in html and "and the gradient?" in html
    assert 'class="met">Large misses count more.' in html and 'class="unmet">The gradient is simple.' in html
    results = read_results(out / "results" / "ada.json")
    assert results.score == 11.5
    assert sum(test.max_score or 0 for test in results.tests) == 12


def test_an_incomplete_total_goes_into_no_gradebook(out: Path, marks: Path, tmp_path: Path) -> None:
    take_answers(out, marks)
    report_again(out)
    _, possible, *students = csv.reader((out / "canvas.csv").open())
    assert possible[-1] == "13" and [line[0] for line in students] == ["cy"]
    book = tmp_path / "book.csv"
    book.write_text(f"Student,{prepared_title(out)}\nada,7\ncy,\n")
    _, outputs = outputs_of(out)
    merged = merge(book, outputs.rows(), outputs.assignment)
    assert merged.sheet.to_bytes().decode().splitlines()[1] == "ada,7" and merged.written == 1
    assert "ada: written answers are not graded yet (When not), so the cell is as it was" in merged.left


def test_points_of_answers_are_in_the_terminal_and_an_incomplete_total_is_blank(
    asking: tuple[LocalPool, Path], out: Path, marks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool, root = asking
    work, hand_ins = prepare(find_course(root), NAME), write_hand_ins(tmp_path / "hand-ins")

    def shown() -> dict[str, list[str]]:
        """Return what is shown for each question and in total."""
        session = ClassSession(work, hand_ins, out, GradeOptions())
        grades = GradeTable(session.assignment, {})
        session.grade(nullcontext(pool), grades.add)
        capsys.readouterr()
        grades.print()
        rows = [line.split("│") for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
        return {cells[1].strip(): [it.strip() for it in cells[2:-3]] for cells in rows if cells[1].strip()}

    cy = code_points(table(out)["cy"])
    before = shown()
    assert {len(it) for it in before.values()} == {3}
    assert {name: it[-1] for name, it in before.items()} == {"ada": "10", "bo": "10", "cy": cy, "di": "10"}
    take_answers(out, marks)
    answered = {
        "ada": ["1.5/2", "", ""],
        "bo": ["1.5/2", "", ""],
        "cy": ["0/2", "0/1", cy],
        "di": ["", "0/1", ""],
    }
    assert shown() == {name: before[name][:2] + it for name, it in answered.items()}


def prepared_title(out: Path) -> str:
    return str(json.loads((out / "class.json").read_text())["title"])


def test_the_class_report_says_what_the_rubric_found(out: Path, marks: Path) -> None:
    take_answers(out, marks)
    report_again(out)
    report = (out / "report.html").read_text()
    section = report.partition('<h2 id="written">')[2].partition("</section>")[0]
    assert (
        '<th scope="row">Why squares</th><td class="number">3</td><td class="number">3 of 4</td>' in section
    )
    assert "1 of 2" in section and "67 %: Large misses count more." in section
    assert "3 of 4 hand-ins have written answers that are not graded yet" in report


def test_taking_the_same_marks_again_changes_nothing(out: Path, marks: Path) -> None:
    take_answers(out, marks)
    before = (out / "overrides.csv").read_bytes()
    taken, _ = take_answers(out, marks)
    assert taken.written == 0 and (out / "overrides.csv").read_bytes() == before


def test_marks_are_on_the_page_when_it_is_made_again(out: Path, marks: Path) -> None:
    take_answers(out, marks)
    html = Page(out).html
    assert re.search(r'data-points="1\.5" data-rubric="\w{6}" data-note="and the gradient\?"', html)


LINES = (
    "Student;question;points;note;due\r\n"
    'ada;predict;2;"talked; agreed";\r\n'
    "cy;why;1;read aloud;\r\n"
    "di;;;;2030-01-01T00:00+00:00\r\n"
)


def test_every_line_that_is_there_stays_and_points_by_hand_count_first(out: Path, marks: Path) -> None:
    path = out / "overrides.csv"
    path.write_bytes(LINES.encode())
    taken, _ = take_answers(out, marks)
    lines = path.read_bytes().decode().split("\r\n")
    assert lines[0] == "Student;question;points;note;due;rubric;answer"
    assert lines[1:4] == LINES.split("\r\n")[1:4]
    assert taken.left == (f"cy: Why squares has points by hand ({path}, line 3), which stay",)
    report_again(out)
    assert table(out)["cy"]["why"] == "1" and table(out)["ada"]["predict"] == "2"


def test_a_mark_that_is_taken_back_takes_its_line_with_it(out: Path, marks: Path, page: Page) -> None:
    take_answers(out, marks)
    taken, path = take_answers(out, page.marks(marks, ("why", MOST, "", "", "")))
    assert (taken.written, taken.removed) == (0, 2)
    assert [line["student"] for line in csv.DictReader(path.open())] == ["cy", "cy", "di"]


def test_another_answer_after_the_grading_waits_to_be_graded(
    asking: tuple[LocalPool, Path], out: Path, marks: Path, tmp_path: Path
) -> None:
    take_answers(out, marks)
    changed = {**ANSWERS, "cy": (SUMMED, {"Why squares": "Now I know: large misses count more."})}
    grade(asking, write_hand_ins(tmp_path / "hand-ins", changed), out)
    rows = table(out)
    assert rows["cy"]["why"] == "" and rows["ada"]["why"] == "1.5"
    (said,) = report_again(out).remarks_on_overrides
    assert "the answer of cy to why has changed since it was graded, so it waits to be graded again" in said


def test_an_answer_that_cannot_be_read_is_no_empty_one(
    asking: tuple[LocalPool, Path], out: Path, tmp_path: Path
) -> None:
    hand_ins = write_hand_ins(tmp_path / "hand-ins", {**ANSWERS, "eve": (RIGHT, {})})
    (hand_ins / "eve" / "work.ipynb").write_bytes(b'{"cells": [')
    grade(asking, hand_ins, out)
    page = Page(out)
    cards = re.findall(
        r'data-answer="(\w+)"[^>]*>(?:(?!</article>).)*?<p class="nothing">(\w+)', page.html, re.DOTALL
    )
    assert sorted(word for _, word in cards) == ["Not", "Not", "Nothing", "Nothing"]
    page.answers["why", ""] = next(id for id, word in cards if word == "Nothing")
    take_answers(out, page.marks(tmp_path / "marks.csv", ("why", "", "0", "", "")))
    report_again(out)
    rows = table(out)
    assert rows["di"]["why"] == "0" and rows["eve"]["why"] == ""
    assert "work.ipynb cannot be read, so its written answers are not in the hand-in" in rows["eve"]["flags"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("other,why,{answer},1,,", "line 2: these are marks of another class"),
        ("{class_id},what,{answer},1,,", "line 2: 'what' is no written question (why, when)"),
        ("{class_id},why,{answer},3,,", "line 2: points is '3'; give a number up to 2"),
        ("{class_id},why,{answer},-1,,", "line 2: points is '-1'"),
        ("{class_id},why,{answer},1,abcdef,", "line 2: the rubric of why has no item 'abcdef' any more"),
    ],
)
def test_marks_that_cannot_be_meant_write_nothing(
    out: Path, page: Page, tmp_path: Path, row: str, says: str
) -> None:
    path = tmp_path / "marks.csv"
    row = row.format(class_id=page.class_id, answer=page.answers["why", MOST])
    path.write_text(f"class,question,answer,points,rubric,note\n{row}\n")
    with pytest.raises(CourseError) as caught:
        take_answers(out, path)
    assert says in str(caught.value) and not (out / "overrides.csv").exists()


def test_a_label_that_is_somebody_else_s_name_is_not_guessed_about(out: Path, marks: Path) -> None:
    record = out / "class.json"
    content = json.loads(record.read_text())
    for item in content["items"]:
        for student in [*item["students"], *item["counts_for"], *item["last_of"]]:
            student["name"] = "ada" if item["label"] == "bo" else student["name"]
    record.write_text(json.dumps(content))
    taken, path = take_answers(out, marks)
    assert "ada: a line may mean another hand-in, too; give Why squares points by hand" in taken.left
    assert "ada" not in [line["student"] for line in csv.DictReader(path.open())]


# --- the command ----------------------------------------------------------------------------------


def test_the_command_makes_the_page_and_takes_the_marks(out: Path, marks: Path, tmp_path: Path) -> None:
    done = run_here("written", out, "--take", marks, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"3 marks: 5 lines written in {out / 'overrides.csv'}" in done.stdout
    assert "not graded yet: 3 written answers; `autograder written" in done.stdout
    assert f"page to grade written answers on: {out / 'written.html'}" in done.stdout
    assert table(out)["ada"]["why"] == "1.5"
    taken = table(out)
    again = run_here("report", out, cwd=tmp_path)
    assert again.returncode == 0 and "not graded yet: 3 written answers" in again.stdout
    assert table(out) == taken


def test_what_is_no_class_with_written_questions_is_one_sentence(out: Path, tmp_path: Path) -> None:
    record = out / "class.json"
    content = json.loads(record.read_text())
    record.write_text(json.dumps({**content, "written": []}))
    for arguments, says in (
        ((tmp_path,), "holds no graded class"),
        ((out,), "asks nothing that is answered in words"),
    ):
        done = run_here("written", *arguments, cwd=tmp_path)
        assert done.returncode == 2 and says in only_line(done.stderr)


def test_the_lowest_question_that_is_left_out_is_no_written_one(
    asking: tuple[LocalPool, Path], out: Path, marks: Path
) -> None:
    record = out / "class.json"
    record.write_text(record.read_text().replace('"lowest": 0', '"lowest": 1'))
    take_answers(out, marks)
    report_again(out)
    cy = table(out)["cy"]
    assert Fraction(cy["total"]) == 10 and "Why squares is left out" not in cy["note"]


def test_a_group_sees_what_all_of_it_have_for_what_they_wrote(out: Path, marks: Path) -> None:
    record = out / "class.json"
    content = json.loads(record.read_text())
    two = [{"name": name, "email": "", "id": ""} for name in ("cy", "zoe")]
    for item in content["items"]:
        if item["label"] == "cy":
            item |= {"students": two, "counts_for": two, "last_of": two}
    record.write_text(json.dumps(content))
    take_answers(out, marks)
    with (out / "overrides.csv").open("a") as file:
        file.write("zoe,predict,2,,,\n")
    report_again(out)
    rows = [row for row in csv.DictReader((out / "grades.csv").open()) if row["submission"] == "cy"]
    assert [(row["name"], row["why"], row["when"]) for row in rows] == [("cy", "0", "0"), ("zoe", "0", "0")]
    html = (out / "feedback" / "cy.html").read_text()
    assert "0 of 2 points" in html and "not graded yet" not in html
    assert 'class="unmet">Large misses count more.' in html
