"""What totals may be written into, and where: never another column, never another person's cell."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.gradebook import Merged, merge
from autograder.errors import CourseError
from autograder.report.grades import GradeRow
from tests.classroom.rows import LINE, row

HEAD = "Student,ID,SIS User ID,SIS Login ID,Section"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


def merged(
    path: Path, text: str, rows: list[GradeRow], title: str = "Line", column: str | None = None
) -> Merged:
    path.write_bytes(text.encode())
    return merge(path, rows, dataclasses.replace(LINE, title=title), column)


def text_of(done: Merged) -> str:
    return done.sheet.to_bytes().decode()


def test_a_title_that_ends_in_a_number_finds_its_own_column(path: Path) -> None:
    done = merged(
        path, f"{HEAD},Homework (2345),Homework (2) (99)\nAda,1,,,,,\n", [row("Ada")], "Homework (2)"
    )
    assert done.column == "Homework (2) (99)"
    assert text_of(done).endswith("\nAda,1,,,,,7\n")


def test_one_of_two_columns_of_a_title_is_named_by_its_whole_heading(path: Path) -> None:
    text = f"{HEAD},Line (1),Line (2)\nAda,1,,,,,\n"
    with pytest.raises(
        CourseError, match=r"has 2 columns 'Line'; .*by its whole heading \('Line \(1\)', 'Line"
    ):
        merged(path, text, [row("Ada")])
    assert text_of(merged(path, text, [row("Ada")], column="line (2)")).endswith("\nAda,1,,,,,7\n")


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("Current Score", "is computed by Canvas and cannot be written"),
        ("ID", "says who people are"),
        ("sis login id", "says who people are"),
        ("Section", "holds 'Monday' and the like, which are no points"),
    ],
)
def test_columns_that_are_not_for_grades_are_refused(path: Path, column: str, says: str) -> None:
    text = f"{HEAD},Line (1),Current Score\n    Points Possible,,,,,10,(read only)\nAda,1,,,Monday,,5\n"
    with pytest.raises(CourseError, match=says):
        merged(path, text, [row("Ada")], column=column)


def test_the_maximum_of_an_export_of_gradescope_is_not_written(path: Path) -> None:
    text = "Name,SID,Email,Total Score,Max Points\nAda,1,a@x,,10.0\n"
    with pytest.raises(CourseError, match="says how many points there are"):
        merged(path, text, [row("Ada")], column="Max Points")


def test_an_export_of_all_grades_of_gradescope_has_a_maximum_for_each_assignment(path: Path) -> None:
    text = (
        "First Name,Last Name,SID,Email,Line,Line - Max Points,Total Lateness (H:M:S)\nAda,L,1,a@x,,20.0,\n"
    )
    with pytest.raises(CourseError, match="'Line' has 20 points there and 10 here"):
        merged(path, text, [row("Ada L")])
    assert text_of(merged(path, text.replace("20.0", "10.0"), [row("Ada L")])).endswith("a@x,7,10.0,\n")


@pytest.mark.parametrize(
    ("heading", "other"),
    [
        ("Line [Total Pts: 10 Score] |98765", "Line [Total Pts: up to 20 Score] |98765"),
        ("Line Points Grade <Numeric MaxPoints:10 Weight:5>", "Line Points Grade <Numeric MaxPoints:20>"),
    ],
)
def test_blackboard_and_brightspace_say_the_maximum_in_the_heading(
    path: Path, heading: str, other: str
) -> None:
    text = "Last Name,First Name,Username,{}\nLovelace,Ada,ada,\n"
    done = merged(path, text.format(heading), [row("ada")])
    assert text_of(done).endswith("\nLovelace,Ada,ada,7\n")
    with pytest.raises(CourseError, match="has 20 points there and 10 here"):
        merged(path, text.format(other), [row("ada")])


@pytest.mark.parametrize(
    "text",
    [
        f",{HEAD},Line (1)\n0,    Points Possible,,,,,20\n1,Ada,1,,,,\n",
        "github_username,points_awarded,points_available\nAda,,20\n",
    ],
    ids=["with a column before Canvas'", "GitHub Classroom"],
)
def test_another_maximum_is_seen_wherever_it_stands(path: Path, text: str) -> None:
    with pytest.raises(CourseError, match="has 20 points there and 10 here"):
        merged(path, text, [row("Ada")])


def test_a_column_of_grades_may_be_titled_as_one_of_people(path: Path) -> None:
    text = "Name,Email,Student loans\nAda,a@x,\n"
    assert text_of(merged(path, text, [row("Ada")], "Student loans")).endswith("\nAda,a@x,7\n")


def test_a_grade_is_looked_for_only_where_the_platform_has_one(path: Path) -> None:
    with pytest.raises(CourseError, match="has no column 'Line'"):
        merged(path, "Name,Email,Grade\nAda,a@x,\n", [row("Ada")])


def test_questions_of_gradescope_are_not_taken_for_ids(path: Path) -> None:
    text = (
        'Name,SID,Email,Total Score,Max Points,"1: Student ID number (10.0 pts)"\n'
        "Ada,1,a@x,,10.0,7\nBo,7,b@x,,10.0,\n"
    )
    done = merged(path, text, [row("Bo", id="7")])
    assert "Bo,7,b@x,7,10.0," in text_of(done)


def test_a_moodle_in_another_language_knows_its_participants(path: Path) -> None:
    text = 'ID,"Vollständiger Name",Status,Bewertung\n"Teilnehmer/in 4711","Ada L",x,\n"Teilnehmer/in 47","Ada L",x,\n'
    done = merged(path, text, [row("Ada L", id="47")], column="Bewertung")
    assert done.left == ("Ada L (4711): handed nothing in; the cell is as it was",)


def test_who_is_excused_stays_excused(path: Path) -> None:
    done = merged(
        path, f"{HEAD},Line (1)\nAda,1,,,,EX\nBo,2,,,,3\nCy,3,,,,7.0\n", [row("Ada"), row("Bo"), row("Cy")]
    )
    assert done.written == 2 and done.replaced == 1
    assert done.left == ("Ada: Ada (1) is excused in the gradebook, so the cell is as it was",)


def test_why_nothing_is_written_is_true(path: Path) -> None:
    text = f"{HEAD},Line (1)\nAda L,1,,,,\nKim Lee,2,,,,\nKim Lee,3,,,,\nBo B,4,,,,\n"
    rows = [row("Kim Lee"), row("Will King", id="4"), row("Ada L"), row("Zoe")]
    assert merged(path, text, rows).left == (
        "Kim Lee: several people or hand-ins fit; find out whose it is, and write it in by hand",
        "Will King: its id is that of somebody of another name; find out whose it is, and write it in by hand",
        "Zoe: nobody in the gradebook fits",
        "Kim Lee (2): may have handed in what is unclear; the cell is as it was",
        "Kim Lee (3): may have handed in what is unclear; the cell is as it was",
        "Bo B (4): may have handed in what is unclear; the cell is as it was",
    )


def test_a_hand_in_that_could_not_be_opened_is_known_by_its_label(path: Path) -> None:
    refused = GradeRow("king_503_9003_work.rar", note="is an archive", counts=False)
    done = merged(path, f'{HEAD},Line (1)\nAda,1,,,,\n"King, Will",503,,,,2\n', [row("Ada"), refused])
    assert done.left == (
        "king_503_9003_work.rar: it could not be read, so the cell is as it was (is an archive)",
    )


def test_a_gradebook_of_another_course_is_refused(path: Path) -> None:
    with pytest.raises(CourseError, match=r"lists nobody of this class \(there: Zoe \(1\); here: Ada\)"):
        merged(path, f"{HEAD},Line (1)\nZoe,1,,,,\n", [row("Ada")])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_what_is_in_cells_does_not_say_how_cells_are_separated(path: Path, end: str) -> None:
    lines = [
        '"Student; first, or last\t",ID,"Line; a; b (1)","Line (2)"',
        '"Ada",1,"tab\there, line\nend","5"',
        "",
    ]
    done = merged(path, end.join(lines), [row("Ada", id="1")])
    assert text_of(done) == end.join(lines).replace('"5"', '"7"')


@pytest.mark.parametrize("above", ["sep=;\r\n", "Grades of ML 1;;\r\n;;\r\n", ""])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_what_stands_above_the_headings_stays(path: Path, above: str, encoding: str) -> None:
    text = f"{above}Student;ID;Line (1)\r\nZoë;1;%s\r\n"
    path.write_bytes((text % "").encode(encoding))
    done = merge(path, [row("Zoë", id="1")], LINE)
    assert done.sheet.to_bytes() == (text % "7").encode(encoding)


def test_a_name_in_two_cells_moves_no_grade(path: Path) -> None:
    text = "Student,Email,Line (1)\nLovelace, Ada,ada@x.org,%s\n"
    path.write_text(text % "", encoding="utf-8")
    assert merge(path, [row("Ada Lovelace")], LINE).sheet.to_bytes() == (text % "7").encode()
    path.write_text("Student,ID,Line (1)\nLovelace, Ada,5,\n", encoding="utf-8")  # or a comma too many
    with pytest.raises(CourseError, match="row 2 has 4 cells, and there are 3 headings"):
        merge(path, [row("Ada Lovelace")], LINE)


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6)
CELLS = st.sampled_from(["", "EX", "3", "see me"])
PEOPLE = st.lists(st.tuples(NAMES, st.sampled_from(["", "1", "2", "3"]), CELLS), max_size=6)
CLASS = st.lists(
    st.tuples(NAMES, st.sampled_from(["", "1", "2", "3"]), st.sampled_from([None, 0, 7])), max_size=6
)


@given(PEOPLE, CLASS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_as_many_people_come_out_as_went_in(tmp_path_factory, people, members, delimiter, end) -> None:
    known = [(f"x{name}", id, cell) for name, id, cell in people]
    everybody = [("Ada Lovelace", "815", "4"), *known]
    rows = [
        row("Ada Lovelace", id="815"),
        *(row(f"x{name}", id=id, score=score) for name, id, score in members),
    ]
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, lineterminator=end).writerows(
        [("Student", "ID", "Line"), *everybody]
    )
    path = tmp_path_factory.mktemp("gradebook") / "export.csv"
    path.write_bytes(table.getvalue().encode())
    done = merge(path, rows, LINE)
    after = list(csv.reader(io.StringIO(text_of(done), newline=""), delimiter=delimiter))
    assert [line[:2] for line in after[1:]] == [[name, id] for name, id, _ in everybody]
    changed = sum(new[2] != old[2] for new, old in zip(after[1:], everybody, strict=True))
    assert changed <= done.written
    of_class = len(rows) - done.written
    found_unread = sum("could not be read" in it or "is excused" in it for it in done.left)
    assert len(done.left) == of_class + len(everybody) - done.written - found_unread
