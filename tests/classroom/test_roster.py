"""The roster as it is written elsewhere: its columns are found, and nobody is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.people import Person, match, plain_name
from autograder.classroom.roster import compare, read_roster
from autograder.errors import CourseError
from autograder.report.context import RosterLine
from autograder.report.grades import GradeRow
from tests.classroom.rows import row


def people_in(folder: Path, text: str, encoding: str = "utf-8") -> tuple[Person, ...]:
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path, folder / "out" / "roster.csv")


def statuses(folder: Path, text: str, rows: Sequence[GradeRow]) -> list[tuple[str, str]]:
    def plain(line: RosterLine) -> tuple[str, str]:
        return line.who.partition(" (")[0], line.status

    return [plain(line) for line in compare(people_in(folder, text), rows)]


ADA = Person("Ada Lovelace", frozenset({"ada@x.org"}), frozenset({"1815"}))


def test_whom_to_write_to_has_an_address_where_one_is_known() -> None:
    eve = Person("Eve", frozenset({"eve@x.org", "e@x.org"}))
    lines = compare([ADA, eve, Person("Kim")], [row("Ada Lovelace", "ada@x.org"), row("Mal", "mal@x.org")])
    assert {(line.who.partition(" (")[0], line.email) for line in lines} == {
        ("Ada Lovelace", "ada@x.org"), ("Eve", "e@x.org"), ("Kim", ""), ("Mal", "mal@x.org"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "full_name,student_id,email_address\nAda Lovelace,1815,ada@x.org\n",
        "firstName;lastName;studentId;eMail\nAda;Lovelace;1815;ada@x.org\n",
        "Apellidos\tNombre\tNo.\tCorreo\nLovelace\tAda\t1815\tada@x.org\n",
        "Course Name|Student Name|SID|Email\nML|Ada Lovelace|1815|ada@x.org\n",
        "First Name,Last Name,SID,Email,Sections,Role\nAda,Lovelace,1815,ada@x.org,A,Student\n"
        "Charles,Babbage,,c@x.org,,Instructor\nMary,Somerville,,m@x.org,,TA\n",
        'Name,ID,"Root Account",E-Mail,Group\nAda Lovelace,1815,x.org,ada@x.org,Team 5\n',
        "Name,ID,Email,Section\nAda Lovelace,1815,ada@x.org,A\nAda Lovelace,1815,ada@x.org,B\n",
        "Voornaam;Achternaam;Studentnummer;E-mail\nAda;Lovelace;1815;ada@x.org\n",
        "Imię,Nazwisko,Numer indeksu,E-mail\nAda,Lovelace,1815,ada@x.org\n",
        "Имя,Фамилия,UTORid,Email\nAda,Lovelace,1815,ada@x.org\n",
        "姓名,学号,Email\nAda Lovelace,1815,ada@x.org\n",
        "Name,uniqname,Email\nAda Lovelace,1815,Ada L <ada@x.org>\n",
        ",Name,ID,Email\n0,Ada Lovelace,1815.0,ada@x.org\n",
        "OrgDefinedId,First Name,Last Name,Email,End-of-Line Indicator\n#1815,Ada,Lovelace,ada@x.org,#\n",
    ],
    ids=[
        "snake case",
        "camel case",
        "Spanish",
        "bars",
        "Gradescope",
        "other columns",
        "two sections",
        "Dutch",
        "Polish",
        "Russian",
        "Chinese",
        "written with a name",
        "pandas",
        "Brightspace",
    ],
)
def test_columns_are_found_whatever_their_headings_look_like(tmp_path: Path, text: str) -> None:
    assert people_in(tmp_path, text) == (ADA,)


def test_the_users_of_canvas_are_known_by_login_and_id(tmp_path: Path) -> None:
    text = "user_id,login_id,first_name,last_name,email,status\n1815,al7,Ada,Lovelace,ada@x.org,active\n"
    assert people_in(tmp_path, text) == (
        Person("Ada Lovelace", frozenset({"ada@x.org"}), frozenset({"1815", "al7"})),
    )


def test_columns_with_unknown_headings_are_known_by_what_they_hold(tmp_path: Path) -> None:
    text = "Teilnehmende;Kennzahl;Post;Note\nLovelace, Ada;1815123;a@x;1\nKing, Will;1815124;w@x;1\n"
    assert people_in(tmp_path, text) == (
        Person("Lovelace, Ada", frozenset({"a@x"}), frozenset({"1815123"})),
        Person("King, Will", frozenset({"w@x"}), frozenset({"1815124"})),
    )


@pytest.mark.parametrize("text", ["Ada Lovelace,ada@mail.org\nWill King,will@mail.org\n", "ada@x\nwill@x\n"])
def test_a_first_line_that_holds_somebody_counts(tmp_path: Path, text: str) -> None:
    assert len(people_in(tmp_path, text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Name,Email,Section\nLovelace, Ada,ada@x.org,A\nLi, Bo,bo@x.org,B\n",
        'Name,Email\nLovelace, Ada,ada@x.org\n"Li, Bo",bo@x.org\n',
        "Email,Name\nada@x.org,Lovelace, Ada\nbo@x.org,Li, Bo\n",
        "sep=;\r\nName;Email\r\nLovelace, Ada;ada@x.org\r\nLi, Bo;bo@x.org\r\n",
        '"sep=\t"\nName\tEmail\nLovelace, Ada\tada@x.org\nLi, Bo\tbo@x.org\n',
        "CS 101 roster,,\nTerm:,Fall,\n,,\nLast,First,Email\nLovelace,Ada,ada@x.org\nLi,Bo,bo@x.org\n",
        "Students of CS 101\nName,Email\nAda Lovelace,ada@x.org\nBo Li,bo@x.org\n",
    ],
    ids=["every name", "some names", "names last", "sep", "sep in quotes", "titles", "one title"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_list_is_read_as_spreadsheets_and_people_write_it(tmp_path: Path, text: str, encoding: str) -> None:
    found = people_in(tmp_path, text, encoding)
    assert [sorted(it.emails) for it in found] == [["ada@x.org"], ["bo@x.org"]]
    assert {plain_name(it.name) for it in found} == {"ada lovelace", "bo li"}


def test_a_list_of_names_alone_may_have_commas(tmp_path: Path) -> None:
    names = ["Lovelace, Ada", "Li, Bo"]
    assert [it.name for it in people_in(tmp_path, "\n".join(["Name", *names]))] == names


def test_nobody_above_a_heading_is_lost(tmp_path: Path) -> None:
    text = "Ada Lovelace,ada@x.org\nTom Mail,tom@x.org\nEmail Smith,smith@x.org\n"
    assert len(people_in(tmp_path, text)) == 3


def test_names_without_blanks_are_known_whatever_their_heading_is(tmp_path: Path) -> None:
    assert [it.name for it in people_in(tmp_path, "who,mail\n李雷,l@x\n王伟,w@x\n")] == ["李雷", "王伟"]


@pytest.mark.parametrize(("names", "encoding"), [("李雷 王伟", "gb18030"), ("Анна Ёлкина", "cp1251")])
def test_letters_that_cannot_be_told_are_not_taken_for_others(
    tmp_path: Path, names: str, encoding: str
) -> None:
    with pytest.raises(CourseError, match="its letters cannot be told; save it as CSV in UTF-8"):
        people_in(tmp_path, f"Name\n{names}\n", encoding)


def test_windows_spreadsheets_keep_their_letters(tmp_path: Path) -> None:
    assert people_in(tmp_path, "Name\nŠárka O’Neil\n", "cp1252") == (Person("Šárka O’Neil"),)


def test_identifiers_of_github_classroom_may_be_names_and_its_numbers_are_no_accounts(tmp_path: Path) -> None:
    text = '"identifier","github_username","github_id","name"\n"Lovelace, Ada","adal","11",""\n"Bo Li","","",""\n'
    assert statuses(tmp_path, text, [row("hw1-adal"), row("Bo Li"), row("hw1-11")]) == [
        ("Lovelace, Ada", "handed in"),
        ("Bo Li", "handed in"),
        ("hw1-11", "not in the roster"),
    ]


def test_the_end_of_an_account_is_not_taken_for_another(tmp_path: Path) -> None:
    text = "identifier,github_username,github_id,name\na@x.org,ada-l,1,\nb@x.org,l,2,\nc@x.org,cy,3,\n"
    assert statuses(tmp_path, text, [row("other", "a@x.org"), row("hw1-ada-l"), row("hw1-cy")]) == [
        ("a@x.org", "handed in"),
        ("b@x.org", "not handed in"),
        ("c@x.org", "handed in"),
        ("hw1-ada-l", "unclear"),
    ]
    assert statuses(tmp_path, text.replace("ada-l", ""), [row("hw1-ada-l"), row("hw1-cy")])[1:] == [
        ("b@x.org", "not handed in"),
        ("c@x.org", "handed in"),
        ("hw1-ada-l", "not in the roster"),
    ]


@pytest.mark.parametrize(
    "name", ["ada@x.org", "ADA@X.org", "0042", "42", "adal", "lovelaceada", "adalovelace"]
)
def test_hand_ins_may_be_named_by_anything_in_the_roster(tmp_path: Path, name: str) -> None:
    text = 'Name,Email,ID,Login\n"Lovelace, Ada",ada@x.org,0042,adal\n"King, Will",w@x.org,43,will\n'
    assert statuses(tmp_path, text, [row(name)]) == [
        ("Lovelace, Ada", "handed in"),
        ("King, Will", "not handed in"),
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Lovelace Ada", True),
        ("lovelace_ada", True),
        ("20260042_Ada", True),
        ("ada (20260042)", True),
        ("20260042 Will", False),  # the id of one, the name of another
        ("20260042_20260043_Ada", False),
    ],
)
def test_names_of_hand_ins_may_be_turned_and_hold_an_id(tmp_path: Path, name: str, found: bool) -> None:
    text = "Name,ID\nAda Lovelace,20260042\nWill King,20260043\n"
    (_, ada), (_, will), *_ = statuses(tmp_path, text, [row(name)])
    assert (ada == "handed in") == found and will != "handed in"


@pytest.mark.parametrize(
    "text",
    [
        "First Name,Preferred First Name,Last Name,SID\nAugusta,Ada,Lovelace,1815\nWilliam,,King,1805\n",
        "Name,Preferred Name,Preferred Pronouns\nAugusta Lovelace,Ada,she/her\nWilliam King,,he/him\n",
        'Student;Nickname\n"Lovelace, Augusta";Ada\n"King, William";\n',
        "Name,Known as\nAugusta Lovelace,Ada Lovelace\nWilliam King,William King\n",
        "Vorname;Rufname;Nachname\nAugusta;Ada;Lovelace\nWilliam;William;King\n",
    ],
    ids=["first", "beside pronouns", "nickname", "whole", "German"],
)
@pytest.mark.parametrize("name", ["Ada Lovelace", "Augusta Lovelace", "adalovelace"])
def test_people_are_found_by_the_name_that_they_go_by(tmp_path: Path, text: str, name: str) -> None:
    found = [status for _, status in statuses(tmp_path, text, [row(name)])]
    assert found == ["handed in", "not handed in"]


def test_a_name_that_another_one_goes_by_is_nobody_s(tmp_path: Path) -> None:
    text = "Name,Preferred Name\nAlex Kim,\nSung Kim,Alex\n"
    assert [status for _, status in statuses(tmp_path, text, [row("Alex Kim")])] == ["unclear"] * 3


def test_a_name_that_fits_two_people_when_turned_is_nobody_s(tmp_path: Path) -> None:
    people = "Name\nBo Li\nLi Bo\n"
    assert statuses(tmp_path, people, [row("Bo Li")]) == [("Bo Li", "handed in"), ("Li Bo", "not handed in")]
    assert [status for _, status in statuses(tmp_path, people, [row("BO, LI,")])] == ["unclear"] * 3


def test_a_name_is_no_proof_where_somebody_else_came_with_the_address(tmp_path: Path) -> None:
    text = "Name,Email\nKim Lee,k@x\n"
    assert statuses(tmp_path, text, [row("Kim Lee", "k@x"), row("Kim Lee", id="9")]) == [
        ("Kim Lee", "handed in"),
        ("Kim Lee", "unclear"),
    ]


def test_the_last_of_a_name_is_not_found_by_elimination(tmp_path: Path) -> None:
    text = "Name,Email\nKim Lee,k@x\nKim Lee,l@x\n"
    assert statuses(tmp_path, text, [row("Kim Lee", "k@x"), row("kim lee")]) == [
        ("Kim Lee", "handed in"),
        ("Kim Lee", "unclear"),
        ("kim lee", "unclear"),
    ]


def test_an_id_is_not_believed_against_a_name_of_single_letters(tmp_path: Path) -> None:
    assert statuses(tmp_path, "Name,ID\n王 五,501\n", [row("Ada Lovelace", id="501")]) == [
        ("王 五", "unclear"),
        ("Ada Lovelace", "unclear"),
    ]


def test_a_hand_in_without_a_name_is_listed(tmp_path: Path) -> None:
    nameless = GradeRow("submission_7", result=row("x").result)
    assert statuses(tmp_path, "Name\nAda Lovelace\n", [nameless])[1:] == [
        ("submission_7", "not in the roster")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x,y\n1,2\n", "no column holds names"),
        ("Name,Email\n", "lists nobody below its first line"),
        ('Name,Email\n"Ada,a@x\nBo,b@x\n', "row 2: a quotation mark that opens a cell is never closed"),
        ("", "is no table: it is empty"),
        ("sep=;\n", "is no table: it is empty"),
        ("PK\x03\x04 xl/workbook.xml", "open it in a spreadsheet and save it as CSV"),
        ("Name,Section\nLi, Bo,A\n", "row 2 has 3 cells, and there are 2 headings in row 1; put a name"),
        ("List\n\nName,Email\nLi, Bo,Ada,b@x\n", "row 4 has 4 cells, and there are 2 headings in row 3"),
    ],
)
def test_a_roster_that_is_not_understood_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CourseError, match=says) as caught:
        people_in(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_roster_is_not_overwritten_by_the_comparison_with_it(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("Name\nAda Lovelace\n")
    with pytest.raises(CourseError, match="give the roster another name or place"):
        read_roster(path, tmp_path / "." / "roster.csv")


PERSON = st.builds(
    Person,
    st.sampled_from(
        ["", "Ada", "Bo", "hw-Bo", "hw-b", "Cy, Di", "Cy Di", "dicy", "1", "10001_Ada", "10001_Cy"]
    ),
    st.frozensets(st.sampled_from(["a@x", "b@x"]), max_size=1),
    st.frozensets(st.sampled_from(["1", "01", "2", "10001"]), max_size=2),
    st.frozensets(st.sampled_from(["bo", "b"]), max_size=1),
)


@given(st.lists(PERSON, max_size=5), st.lists(PERSON, max_size=5), st.randoms())
def test_who_is_found_does_not_depend_on_the_order(claims, people, random) -> None:
    def named(claims, people):
        found = match(claims, people)
        pairs = sorted((repr(claims[a]), repr(people[b])) for a, b in found.pairs.items())
        return (
            pairs,
            sorted(repr(claims[it]) for it in found.unclear),
            sorted(repr(people[it]) for it in found.maybe),
        )

    before = named(claims, people)
    random.shuffle(claims)
    random.shuffle(people)
    assert named(claims, people) == before
