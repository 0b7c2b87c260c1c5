"""One hands in for a group: everybody in it gets the points, whatever the platform says of them."""

from __future__ import annotations

import csv
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions
from autograder.classroom.groups import read_groups, with_groups
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.handin.candidates import Source
from autograder.handin.found import Fate, Found
from autograder.handin.students import Student
from tests.classroom.conftest import RIGHT, SUMMED, write_class

pytestmark = pytest.mark.usefixtures("drawn_once")

CANVAS = (
    "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
    "Ada Lovelace,1815,s1,al,A,Team Rocket!,71,\n"
    "Charles Babbage,1791,s2,cb,A,Team Rocket!,71,\n"
    "Mary Somerville,1780,s3,ms,A,Team 2,72,\n"
    "Annabella Milbanke,1792,s4,am,A,,,\n"
)
"""As Canvas exports the members of a set of groups; whoever is in none has a row, too."""


def grade(
    work: Work, pool: LocalPool, hand_ins: Path, groups: str
) -> tuple[GradedClass, set[tuple[str, str, str]]]:
    """Grade a class with a list of groups; return who got how many points by which hand-in that counts."""
    listed = hand_ins.parent / "groups.csv"
    listed.write_text(groups)
    session = ClassSession(work, hand_ins, hand_ins.parent / "out", GradeOptions(groups=listed))
    done = session.grade(nullcontext(pool))
    with (hand_ins.parent / "out" / "grades.csv").open() as table:
        rows = {
            (row["name"], row["id"] or row["email"], row["total"])
            for row in csv.DictReader(table)
            if row["counts"] == "yes"
        }
    return done, rows


def test_a_file_named_by_canvas_after_a_group_is_all_its_members(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "teamrocket_1815_9001_line.py").write_bytes(RIGHT)
    (folder / "team2_LATE_1780_9002_line.py").write_bytes(SUMMED)
    (folder / "milbankeannabella_1792_9003_line.py").write_bytes(RIGHT)
    done, rows = grade(work, pool, folder, CANVAS)
    assert {(name, id) for name, id, _ in rows} == {
        ("Ada Lovelace", "1815"),
        ("Charles Babbage", "1791"),
        ("Mary Somerville", "1780"),
        ("milbankeannabella", "1792"),
    }
    totals = {name: total for name, _, total in rows}
    assert totals["Ada Lovelace"] == totals["Charles Babbage"] == "10" != totals["Mary Somerville"]
    assert done.remarks_on_groups == ("in no group: milbankeannabella_1792",)
    canvas = (tmp_path / "out" / "canvas.csv").read_text()
    assert '"Charles Babbage","1791",' in canvas


def test_the_list_decides_whose_a_file_is_of_which_the_name_says_two_things(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "team_1_1815_9001_line.py").write_bytes(RIGHT)
    (folder / "team_2_1780_9002_line.py").write_bytes(RIGHT)
    groups = CANVAS.replace("Team Rocket!", "Team 1")
    done, rows = grade(work, pool, folder, groups.replace("1780", "1779"))
    assert {id for _, id, _ in rows if id} == {"1815", "1791"}
    (undecided,) = (item for item in done.record.items if item.doubts)
    assert undecided.label == "team_2_1780"
    done, rows = grade(work, pool, folder, groups)
    assert {id for _, id, _ in rows} == {"1815", "1791", "1780"}
    assert not any(item.doubts for item in done.record.items)


def test_a_folder_is_a_team_s_by_its_name_or_by_who_handed_it_in(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = write_class(tmp_path / "class", {"team-rocket": RIGHT, "Mary Somerville": RIGHT})
    groups = (
        "E-mail,Team,Name\nada@x.org,Team Rocket,Ada Lovelace\ncb@x.org,Team Rocket,Charles Babbage\n"
        "ms@x.org,Two,Mary Somerville\nam@x.org,Three,Annabella Milbanke\n"
    )
    done, rows = grade(work, pool, folder, groups)
    assert {(name, email) for name, email, _ in rows} == {
        ("Ada Lovelace", "ada@x.org"),
        ("Charles Babbage", "cb@x.org"),
        ("Mary Somerville", "ms@x.org"),
    }
    assert done.remarks_on_groups == ("groups without a hand-in: Three",)


def test_the_later_of_two_hand_ins_of_a_group_counts_for_all(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "teamrocket_1815_9001_line.py").write_bytes(SUMMED)
    (folder / "teamrocket_1815_9002_line-1.py").write_bytes(RIGHT)
    _, rows = grade(work, pool, folder, CANVAS)
    assert {total for _, _, total in rows} == {"10"} and len(rows) == 2


def test_a_hand_in_that_fits_two_groups_is_left_for_a_person(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "teamrocket_1780_9001_line.py").write_bytes(RIGHT)
    done, rows = grade(work, pool, folder, CANVAS.replace("Mary Somerville", "Team Rocket"))
    (item,) = done.record.items
    assert {(name, id) for name, id, _ in rows} == {("teamrocket", "1780")}
    assert any("Team 2, Team Rocket!" in doubt for doubt in item.doubts)


@pytest.mark.parametrize(
    "text, says",
    [
        ("name,email\nAda Lovelace,ada@x.org\n", "no column holds groups"),
        ("name,group\nAda Lovelace,\n", "nobody is in a group"),
        ("group,size\nTwo,3\n", "no column holds names"),
    ],
)
def test_a_table_without_groups_or_members_says_what_is_missing(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=says):
        read_groups(path)


names = st.text("abc 1_-é", min_size=1, max_size=4).map(str.strip).filter(bool)


@given(
    st.dictionaries(names, st.lists(names, min_size=1, max_size=3), max_size=4), st.lists(names, max_size=5)
)
def test_nobody_is_lost_by_groups(tmp_path_factory: pytest.TempPathFactory, groups, hand_ins) -> None:
    rows = [(f"{name} {number}", group) for group, them in groups.items() for number, name in enumerate(them)]
    path = tmp_path_factory.mktemp("groups") / "groups.csv"
    with path.open("w", newline="") as table:
        csv.writer(table).writerows([("name", "group"), *rows, ("Some Body", "the last")])
    found = [
        Found(f"hand-in {number}", Fate.GRADED, "", Source(path, ()), (Student(name),), (Student(name),))
        for number, name in enumerate(hand_ins)
    ]
    after, _ = with_groups(found, read_groups(path))
    assert [it.label for it in after] == [it.label for it in found]
    for before, now in zip(found, after, strict=True):
        assert now.students == before.students or {it.name for it in now.students} <= {
            name for name, _ in rows
        }
        assert now.students
    wanted = {student.key for it in after for student in it.students}
    assert wanted == {student.key for it in after for student in it.counts_for}
