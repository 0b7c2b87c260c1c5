"""From a graded class to the gradebook: nobody is guessed, nobody is lost, and no other cell changes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions, outputs_of
from autograder.classroom.feedback_zip import Platform, feedback_zip
from autograder.classroom.gradebook import Merged, merge
from autograder.classroom.outputs import Places
from autograder.classroom.people import Person, match, names_agree
from autograder.classroom.processes import LocalPool
from autograder.classroom.roster import compare as compare_people
from autograder.classroom.roster import read_roster
from autograder.classroom.sheets import read_sheet, with_cells
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.report.context import RosterLine
from autograder.report.grades import GradeRow
from tests.classroom.conftest import FILE, RIGHT, SUMMED
from tests.classroom.rows import LINE, row
from tests.commands import only_line, run_here

pytestmark = pytest.mark.usefixtures("drawn_once")


def compare(path: Path, rows: list[GradeRow]) -> tuple[RosterLine, ...]:
    return compare_people(read_roster(path, path.parent / "written.csv"), rows)


def cells(merged: Merged) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in merged.sheet.rows]


# --- Canvas -------------------------------------------------------------------------------------------

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Other (11),Line (12),Current Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,5,10.0,(read only)\r\n"
    '"Lovelace, Ada",501,1815,ada@x.org,"A, first",3,,61.2\r\n'
    '"Byron, ""George""",502,1788,george@x.org,A,4,2,70\r\n'
    '"Somerville, Mary",503,1780,mary,A,,,\r\n'
    '"Student, Test",599,,abcdef,A,,,\r\n'
)


@pytest.fixture
def canvas(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(CANVAS.encode())
    return path


def test_totals_go_into_the_column_of_canvas_and_nothing_else_changes(canvas: Path) -> None:
    rows = [
        row("lovelaceada", id="501"),
        row("Byron", email="George@x.org", score=8),
        row("byron", id="77", score=1),
    ]
    merged = merge(canvas, rows, LINE)
    assert merged.column == "Line (12)" and merged.written == 2
    expected = CANVAS.replace('"A, first",3,,61.2', '"A, first",3,7,61.2').replace("A,4,2,70", "A,4,8,70")
    assert merged.sheet.to_bytes() == expected.encode()
    assert merged.left == (
        "byron: nobody in the gradebook fits",
        "Somerville, Mary (1780): handed nothing in; the cell is as it was",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_gradebook_stays_as_it_is_written(tmp_path: Path, encoding: str, end: str, delimiter: str) -> None:
    text = end.join(["Student,ID,Line (1)", "Zoë,7,", '"=1+1",8,"x ""y"""', "", "last,9"]).replace(
        ",", delimiter
    )
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    assert read_sheet(path).to_bytes() == text.encode(encoding)
    merged = merge(path, [row("Zoë", id="7"), row("last", id="9", score=3)], LINE)
    expected = text.replace(f"Zoë{delimiter}7{delimiter}", f"Zoë{delimiter}7{delimiter}7")
    expected = expected.replace(f"last{delimiter}9", f"last{delimiter}9{delimiter}3")
    assert merged.sheet.to_bytes() == expected.encode(encoding)


@pytest.mark.parametrize("maximum, written", [("5,0", "3,5"), ("5.0", "3.5")])
def test_points_have_the_decimal_sign_of_the_gradebook(tmp_path: Path, maximum: str, written: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"Student;ID;Line (1)\nPoints Possible;;{maximum}\nAda;7;\n")
    merged = merge(path, [row("Ada", id="7", score=7)], LINE, scale=True)
    assert cells(merged)[-1] == ["Ada", "7", written]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@settings(max_examples=200)
@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]))
@example([['a"b', "x,y", "line\nbreak"]], "\n")
def test_a_table_reads_as_the_standard_library_reads_it(tmp_path_factory, rows, end) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerows([["Student", "ID", "Line"], *rows])
    path = tmp_path_factory.mktemp("sheet") / "any.csv"
    path.write_bytes(text.getvalue().encode())
    sheet = read_sheet(path)
    assert [[cell.text for cell in line.cells] for line in sheet.rows] == [["Student", "ID", "Line"], *rows]
    assert sheet.to_bytes() == path.read_bytes()
    again = with_cells(sheet, 1, ['new, "x"', *(None for _ in rows)])
    assert [cell.text for cell in again.rows[0].cells] == ["Student", 'new, "x"', "Line"]
    assert again.rows[1:] == sheet.rows[1:]


def test_two_hand_ins_that_claim_one_person_leave_the_cell_alone(canvas: Path) -> None:
    merged = merge(canvas, [row("ada", id="501"), row("lovelace", id="501", score=1)], LINE)
    assert merged.written == 0 and merged.sheet.to_bytes() == CANVAS.encode()
    assert [it for it in merged.left if "find out whose it is" in it] == [
        "ada: several people or hand-ins fit; find out whose it is, and write it in by hand",
        "lovelace: several people or hand-ins fit; find out whose it is, and write it in by hand",
    ]


def test_an_id_that_the_name_contradicts_is_not_believed(canvas: Path) -> None:
    merged = merge(canvas, [row("Mallory Archer", id="501")], LINE)
    assert merged.written == 0 and "find out whose it is" in merged.left[0]


def test_what_could_not_be_read_and_what_does_not_count_is_not_written(canvas: Path) -> None:
    merged = merge(canvas, [row("Ada Lovelace", score=None), row("Mary Somerville", counts=False)], LINE)
    assert merged.written == 0
    assert merged.left[0] == "Ada Lovelace: it could not be read, so the cell is as it was (broken)"


def test_another_maximum_is_asked_about_and_scaled_on_request(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Student,ID,Line (1)\n    Points Possible,,100\nAda,1,\n")
    with pytest.raises(CourseError, match=r"'Line \(1\)' has 100 points there and 10 here; .*--scale"):
        merge(path, [row("Ada", id="1")], LINE)
    assert cells(merge(path, [row("Ada", id="1")], LINE, scale=True))[2] == ["Ada", "1", "70"]


@pytest.mark.parametrize(
    ("head", "column", "says"),
    [
        ("Student,ID,Another (3)", None, "has no column 'Line'; say which one it is with --column"),
        ("Student,ID,Line (3),line (4)", None, "has 2 columns 'Line'"),
        ("Student,ID,Line (3)", "Lime", "has no column 'Lime'"),
        ("x,y,Line", None, "no column holds names"),
    ],
)
def test_a_gradebook_that_is_not_understood_is_one_sentence(
    tmp_path: Path, head: str, column: str | None, says: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{head}\nAda,1,,\n")
    with pytest.raises(CourseError, match=says) as caught:
        merge(path, [row("Ada", id="1")], LINE, column)
    assert "\n" not in str(caught.value)


# --- Moodle and Gradescope ----------------------------------------------------------------------------


def test_a_grading_worksheet_of_moodle(tmp_path: Path) -> None:
    path = tmp_path / "worksheet.csv"
    path.write_text(
        'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
        '"Last modified (submission)","Feedback comments"\n'
        '"Participant 4711","Ada Lovelace",ada@x.org,"Submitted for grading",,10.00,Yes,"Monday, 1 March",\n'
        '"Participant 4712","Mary Somerville",mary@x.org,"No submission",,10.00,Yes,-,\n'
    )
    merged = merge(path, [row("Ada Lovelace", id="4711", score=9)], LINE)
    assert merged.column == "Grade"
    assert [line[4] for line in cells(merged)] == ["Grade", "9", ""]
    assert merged.left == ("Mary Somerville (mary@x.org): handed nothing in; the cell is as it was",)


@pytest.mark.parametrize("head", ["First Name,Last Name,SID,Email", "Name,SID,Email"])
def test_an_export_of_gradescope(tmp_path: Path, head: str) -> None:
    path = tmp_path / "scores.csv"
    name = "Ada,Lovelace" if head.startswith("First") else "Ada Lovelace"
    path.write_text(
        f"{head},Total Score,Max Points,Status,Submission ID\n{name},1815,ada@x.org,,10.0,Graded,7\n"
    )
    merged = merge(path, [row("Ada Lovelace", "ada@x.org", "1815")], LINE)
    assert merged.column == "Total Score" and merged.written == 1


# --- who is who ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Lovelace, Ada", "ada lovelace", True),
        ("lovelaceada", "Ada Lovelace", True),
        ("Müller, Jan", "mullerjan", True),
        ("Ada Lovelace", "Ada King", True),
        ("Ada Lovelace", "Mary Somerville", False),
        ("mallory", "Ada Lovelace", False),
        ("", "Ada Lovelace", True),
        ("张伟", "张伟", True),
    ],
)
def test_names_agree_where_they_may_be_one_person_s(one: str, other: str, agree: bool) -> None:
    assert names_agree(one, other) is names_agree(other, one) is agree


PERSON = st.builds(
    Person,
    st.sampled_from(["", "Ada", "Bo", "ada", "Cy, Di"]),
    st.frozensets(st.sampled_from(["a@x", "b@x"]), max_size=1),
    st.frozensets(st.sampled_from(["1", "2"]), max_size=2),
)


@given(st.lists(PERSON, max_size=5), st.lists(PERSON, max_size=5))
def test_a_match_is_the_only_one_on_both_sides(claims: list[Person], people: list[Person]) -> None:
    found = match(claims, people)
    assert len(set(found.pairs.values())) == len(found.pairs)
    assert not found.unclear & found.pairs.keys()
    for claim, person in found.pairs.items():
        alike = [it for it in people if claims[claim].emails and it.emails == claims[claim].emails]
        assert not alike or people[person] in alike


# --- the roster ---------------------------------------------------------------------------------------

ROSTERS = {
    "Name,E-mail,Matrikelnummer\nAda Lovelace,ada@x.org,1815\nMary Somerville,mary@x.org,1780\n": "one name",
    "Vorname;Nachname;Mail\nAda;Lovelace;ada@x.org\nMary;Somerville;mary@x.org\n": "first and last",
    "ada@x.org\nmary@x.org\n": "addresses alone",
    "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"Lovelace, Ada",501,1815,ada@x.org,A\n'
    '"Somerville, Mary",502,1780,mary@x.org,A\n"Student, Test",9,,t,A\n': "Canvas",
}


@pytest.mark.parametrize("text", ROSTERS, ids=ROSTERS.values())
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_roster_of_any_columns_says_who_is_missing(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    lines = compare(path, [row("Ada Lovelace", "ada@x.org"), row("Nobody Known", "n@x.org")])
    assert [(it.status, it.submission) for it in lines] == [
        ("handed in", "Ada Lovelace"),
        ("not handed in", ""),
        ("not in the roster", "Nobody Known"),
    ]
    assert "mary" in lines[1].who.casefold()


def test_a_roster_of_github_classroom_knows_clones_by_their_account(tmp_path: Path) -> None:
    path = tmp_path / "classroom_roster.csv"
    path.write_text(
        '"identifier","github_username","github_id","name"\n"ada@x.org","ada-l","11","Ada"\n"bo@x.org","l","12","Bo"\n'
        '"cy@x.org","","",""\n'
    )
    lines = compare(path, [row("hw1-ada-l"), row("hw1-l")])
    assert [(it.status, it.submission) for it in lines] == [
        ("handed in", "hw1-ada-l"),
        ("handed in", "hw1-l"),
        ("not handed in", ""),
    ]


def test_two_people_of_one_name_are_never_guessed_between(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("name,id\nKim Lee,1\nKim Lee,2\n")
    assert [it.status for it in compare(path, [row("Kim Lee")])] == ["unclear"] * 3
    assert [it.status for it in compare(path, [row("Kim Lee", id="2")])] == ["not handed in", "handed in"]


# --- the whole way ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(
    work: Work, pool: LocalPool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, GradedClass]]:
    """A class with hand-ins from Canvas, Moodle and nowhere."""
    root = tmp_path_factory.mktemp("way-back")
    hand_ins = root / "hand-ins"
    hand_ins.mkdir()
    (hand_ins / f"lovelaceada_501_9001_{FILE}").write_bytes(RIGHT)
    (hand_ins / f"somervillemary_LATE_503_9002_{FILE}").write_bytes(SUMMED)
    for name in ("Jan Müller_4711_assignsubmission_file_", "plain"):
        (hand_ins / name).mkdir()
        (hand_ins / name / FILE).write_bytes(RIGHT)
    (hand_ins / "byron_502_9003_hw.zip").write_bytes(b"PK\3\4 broken")
    (root / "roster.csv").write_text("name,id\nAda Lovelace,501\nGeorge Byron,502\nAnnabella Milbanke,504\n")
    options = GradeOptions(roster=root / "roster.csv")
    yield root, ClassSession(work, hand_ins, root / "out", options).grade(nullcontext(pool))


def test_the_gradebook_of_a_graded_class(
    graded: tuple[Path, GradedClass], canvas: Path, tmp_path: Path
) -> None:
    root, _ = graded
    done = run_here(
        "grades", root / "out", "--gradebook", canvas, "-o", tmp_path / "merged.csv", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "byron_502: it could not be read, so the cell is as it was" in done.stdout
    with (tmp_path / "merged.csv").open(encoding="utf-8-sig", newline="") as file:
        table = {line[1]: line[6] for line in csv.reader(file)}
    assert (
        table["501"] == "10" and table["502"] == "2" and 0 < float(table["503"]) < 10 and table["599"] == ""
    )
    record, outputs = outputs_of(root / "out")
    assert (
        merge(canvas, outputs.rows(), record.assignment).sheet.to_bytes()
        == (tmp_path / "merged.csv").read_bytes()
    )


def test_the_roster_of_a_graded_class(graded: tuple[Path, GradedClass]) -> None:
    root, done = graded
    statuses = {line.who: line.status for line in done.record.roster}
    assert statuses["Ada Lovelace (501)"] == statuses["George Byron (502)"] == "handed in"
    assert statuses["Annabella Milbanke (504)"] == "not handed in"
    assert sum(status == "not in the roster" for status in statuses.values()) == 3
    with (root / "out" / "roster.csv").open(encoding="utf-8") as file:
        assert {line["who"]: line["status"] for line in csv.DictReader(file)} == statuses
    again = run_here("report", root / "out", "--roster", root / "roster.csv", cwd=root)
    assert "not handed in: Annabella Milbanke (504)" in again.stdout


@pytest.mark.parametrize(
    ("platform", "names"),
    [
        (
            Platform.CANVAS,
            {
                "lovelaceada_501_9001_line.html",
                "somervillemary_LATE_503_9002_line.html",
                "byron_502_9003_hw.html",
            },
        ),
        (Platform.MOODLE, {"Jan Müller_4711_assignsubmission_file_/feedback.html"}),
    ],
)
def test_feedback_is_zipped_as_the_platform_expects(
    graded: tuple[Path, GradedClass], platform: Platform, names: set[str]
) -> None:
    root, done = graded
    made = feedback_zip(done.record, Places(root / "out"), platform)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert set(archive.namelist()) == names
        assert all(b"<html" in archive.read(name) for name in names)
    assert len(made.left) + made.pages == 5


def test_what_is_no_graded_class_or_no_platform_is_one_sentence(
    graded: tuple[Path, GradedClass], tmp_path: Path
) -> None:
    root, _ = graded
    for arguments in (
        ("grades", tmp_path, "--gradebook", root / "roster.csv"),
        ("grades", root / "out", "--gradebook", tmp_path / "missing.csv"),
        ("feedback", tmp_path, "--for", "canvas"),
        ("feedback", root / "out", "--for", "blackboard"),
        ("report", root / "out", "--roster", tmp_path),
    ):
        done = run_here(*arguments, cwd=tmp_path)
        assert done.returncode == 2, arguments
        assert only_line(done.stderr).startswith("autograder: ")


def test_questions_that_people_grade_count_in_the_gradebook(
    graded: tuple[Path, GradedClass], canvas: Path, tmp_path: Path
) -> None:
    root, _ = graded
    overrides = tmp_path / "points.csv"
    overrides.write_text("student,question,points,out_of\n501,essay,5,5\n")
    out = tmp_path / "merged.csv"
    command = ("grades", root / "out", "--gradebook", canvas, "-o", out, "--overrides", overrides)
    done = run_here(*command, cwd=tmp_path)
    assert done.returncode == 2 and "has 10 points there and 15 here" in only_line(done.stderr)
    canvas.write_bytes(canvas.read_bytes().replace(b"5,10.0", b"5,15"))
    assert run_here(*command, cwd=tmp_path).returncode == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert {line[1]: line[6] for line in csv.reader(file)}["501"] == "15"


def test_a_roster_that_is_not_understood_stops_before_anything_is_graded(work: Work, tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / FILE).write_bytes(RIGHT)
    with pytest.raises(CourseError, match="cannot be read"):
        ClassSession(work, tmp_path, tmp_path / "out", GradeOptions(roster=tmp_path / "missing.csv"))
