"""The hand-ins of a class are found in folders, zips and exports, and everything else is accounted for."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from datetime import UTC, datetime

import pytest

from autograder.errors import SubmissionError
from autograder.handin.find import find_hand_ins
from autograder.handin.found import Fate
from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.students import Student
from tests.handin.hand_ins import CODE, NAMES, symlink_member, write_folder, write_zip

OTHER = b"value = 2\n"


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture(params=["folder", "zip", "zip with a folder"])
def class_of(request, tmp_path):
    """Writes the given files as a class folder, as a zip of it, or as a zip that holds the folder."""

    def write(files):
        if request.param == "folder":
            return write_folder(tmp_path / "class", files)
        if request.param == "zip":
            return write_zip(tmp_path / "class.zip", files)
        return write_zip(
            tmp_path / "class.zip", {f"class/{name}": content for name, content in files.items()}
        )

    return write


def by_fate(found, *fates):
    return {it.label: it for it in found if it.fate in fates}


def hand_ins_in(found):
    return by_fate(found, Fate.GRADED, Fate.REPLACED)


def opened(found, names=NAMES):
    return {label: open_hand_in(it.source, names).files for label, it in hand_ins_in(found).items()}


def test_folders_zips_and_files_named_by_student_are_hand_ins(class_of):
    found = find_hand_ins(
        class_of(
            {
                "alice/src/linear_svm.py": CODE,
                "bob.zip": zipped({"hw/linear_svm.py": OTHER}),
                "carol.py": CODE,
                "dave_linear_svm.py": OTHER,
            }
        ),
        NAMES,
    )
    assert opened(found) == {
        "alice": {"linear_svm.py": CODE},
        "bob": {"linear_svm.py": OTHER},
        "carol": {"linear_svm.py": CODE},
        "dave": {"linear_svm.py": OTHER},
    }
    assert [it.students for it in found] == [(Student(name=it.label),) for it in found]
    assert all(it.counts_for for it in found)


def test_the_files_of_one_student_are_one_hand_in(class_of):
    names = ("linear_svm.py", "softmax.py")
    found = find_hand_ins(
        class_of({"bob_linear_svm.py": CODE, "bob_softmax.py": OTHER, "eve_softmax.py": CODE}), names
    )
    assert opened(found, names) == {
        "bob": {"linear_svm.py": CODE, "softmax.py": OTHER},
        "eve": {"softmax.py": CODE},
    }


def test_everything_is_accounted_for(tmp_path):
    folder = write_folder(
        tmp_path / "class",
        {
            "alice/linear_svm.py": CODE,
            "notes.txt": b"",
            "bob.rar": b"",
            "__MACOSX/._alice": b"",
            ".DS_Store": b"",
            ".git/config": b"",
        },
    )
    (folder / "carol").symlink_to(folder / "alice")
    os.mkfifo(folder / "dave.py")
    found = find_hand_ins(folder, NAMES)
    assert set(hand_ins_in(found)) == {"alice"}
    refused = by_fate(found, Fate.REFUSED)
    assert set(refused) == {"bob.rar", "carol", "dave.py"}
    assert refused["bob.rar"].reason.startswith("bob.rar is an archive of a kind that is not opened")
    assert refused["carol"].reason.startswith("carol is a symbolic link")
    assert refused["dave.py"].reason.startswith("dave.py is a device or other special file")
    assert len(by_fate(found, Fate.IGNORED)) == 4
    assert all(
        it.reason.endswith(".") and it.source is None
        for it in found
        if it.fate not in (Fate.GRADED, Fate.REPLACED)
    )


def test_links_in_a_zip_of_a_class_are_refused(tmp_path):
    path = write_zip(
        tmp_path / "class.zip", [("alice/linear_svm.py", CODE), (symlink_member("bob.py"), b"/etc/passwd")]
    )
    found = find_hand_ins(path, NAMES)
    assert set(by_fate(found, Fate.REFUSED)) == {"bob.py"}


def test_a_canvas_download_groups_files_by_student(class_of):
    names = ("linear_svm.py", "softmax.py")
    found = find_hand_ins(
        class_of(
            {
                "doejane_123_9001_linear_svm.py": CODE,
                "doejane_123_9002_softmax-1.py": OTHER,
                "roejohn_LATE_77_9003_hw.zip": zipped({"linear_svm.py": OTHER, "softmax.py": CODE}),
                "loejack_78_9004_report.pdf": b"%PDF",
            }
        ),
        names,
    )
    assert opened(found, names) == {
        "doejane_123": {"linear_svm.py": CODE, "softmax.py": OTHER},
        "roejohn_77": {"linear_svm.py": OTHER, "softmax.py": CODE},
        "loejack_78": {},
    }
    assert hand_ins_in(found)["doejane_123"].students == (Student(name="doejane", id="123"),)


def test_a_moodle_download_names_the_student_by_folder(class_of):
    found = find_hand_ins(
        class_of(
            {
                "Jane Doe_4711_assignsubmission_file_/linear_svm.py": CODE,
                "John Roe_4712_assignsubmission_file/linear_svm.py": OTHER,
            }
        ),
        NAMES,
    )
    assert opened(found) == {
        "Jane Doe_4711": {"linear_svm.py": CODE},
        "John Roe_4712": {"linear_svm.py": OTHER},
    }
    assert found[0].students == (Student(name="Jane Doe", id="4711"),)


EXPORT = b"""\
---
submission_101:
  :submitters:
  - :name: Alice
    :sid: '007'
    :email: alice@x.org
  :created_at: 2024-03-01 10:00:00.123456000 Z
  :score: 3.0
  :results:
    :tests:
    - output: !ruby/object:Some::Thing {}
      name: @not [yaml at all
  :history:
  - :id: 100
submission_102:
  :submitters:
  - :name: Bob
    :sid:
    :email: bob@x.org
  - :name: Alice
    :sid: '007'
    :email: Alice@x.org
  :created_at: !ruby/object:ActiveSupport::TimeWithZone 2024-03-02T10:00:00Z
submission_103:
  :submitters: []
submission_104:
  :submitters:
  - :name: Dave
"""


def gradescope_export(metadata=EXPORT):
    files = {f"submission_{n}/linear_svm.py": CODE for n in (101, 102, 103, 105)}
    return {**files, "submission_metadata.yml": metadata}


def test_a_gradescope_export_says_who_handed_in_and_when(class_of):
    found = find_hand_ins(class_of(gradescope_export()), NAMES)
    hand_ins = hand_ins_in(found)
    assert set(hand_ins) == {"submission_101", "submission_102", "submission_103", "submission_105"}
    alice = Student("Alice", "alice@x.org", "007")
    assert hand_ins["submission_101"].students == (alice,)
    assert hand_ins["submission_101"].created_at == datetime(2024, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert hand_ins["submission_102"].created_at == datetime(2024, 3, 2, 10, tzinfo=UTC)
    assert [it.name for it in hand_ins["submission_102"].students] == ["Bob", "Alice"]
    assert hand_ins["submission_105"].students == (Student(name="submission_105"),)
    assert {label for label, it in hand_ins.items() if it.doubts} == {"submission_103", "submission_105"}
    assert "does not say whose it is" in hand_ins["submission_105"].doubts[0]
    assert {it.label for it in by_fate(found, Fate.IGNORED).values()} == {"submission_metadata.yml"}
    assert "listed" in by_fate(found, Fate.REFUSED)["submission_104"].reason


def test_an_id_or_a_name_in_an_export_is_text_whatever_it_looks_like(class_of):
    metadata = (
        b"submission_101:\n  :submitters:\n  - :name: No\n    :sid: 007\n    :email: null\n  :created_at: ~\n"
    )
    found = by_fate(find_hand_ins(class_of(gradescope_export(metadata)), NAMES), Fate.GRADED)
    assert found["submission_101"].students == (Student("No", "", "007"),)
    assert found["submission_101"].created_at is None


def test_the_last_hand_in_of_each_student_counts(class_of):
    hand_ins = hand_ins_in(find_hand_ins(class_of(gradescope_export()), NAMES))
    assert not hand_ins["submission_101"].counts_for
    assert [it.name for it in hand_ins["submission_102"].counts_for] == ["Bob", "Alice"]


@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"- 1",
        b"\xff\xfe",
        b"a: [",
        b"a: !!python/object/apply:os.system [id]",
        b"a: " + b"[" * 5000,
        b"0x" + b"f" * 6000,
    ],
)
def test_an_export_with_a_broken_list_is_graded_by_folder(class_of, metadata):
    found = find_hand_ins(class_of(gradescope_export(metadata)), NAMES)
    assert len(hand_ins_in(found)) == 4
    refused = by_fate(found, Fate.REFUSED)
    assert set(refused) <= {"submission_metadata.yml"}


@pytest.mark.parametrize("again", [b"submission_102: *it\n", b"submission_102:\n  <<: *it\n"])
def test_a_list_that_refers_to_itself_is_not_used(class_of, again):
    metadata = b"submission_101: &it\n  :submitters:\n  - :name: Vera\n" + again
    found = find_hand_ins(class_of(gradescope_export(metadata)), NAMES)
    assert "refers to parts of itself" in by_fate(found, Fate.REFUSED)["submission_metadata.yml"].reason
    assert all(it.students == (Student(label),) for label, it in hand_ins_in(found).items())


def test_a_list_that_names_nobody_casts_no_doubt(class_of):
    found = find_hand_ins(class_of(gradescope_export(b"submission_101:\n  :submitters: []\n")), NAMES)
    assert not any(it.doubts for it in found)


def test_a_merge_without_a_reference_brings_nothing(class_of):
    metadata = b"submission_101:\n  <<: {:submitters: [{:name: Vera}]}\n"
    assert hand_ins_in(find_hand_ins(class_of(gradescope_export(metadata)), NAMES))[
        "submission_101"
    ].students == (Student("submission_101"),)


def test_a_list_that_takes_too_long_is_not_used(class_of, monkeypatch):
    monkeypatch.setattr("autograder.handin.exports.SECONDS_TO_READ", -1.0)
    found = find_hand_ins(class_of(gradescope_export()), NAMES)
    assert "takes longer than" in by_fate(found, Fate.REFUSED)["submission_metadata.yml"].reason
    assert len(hand_ins_in(found)) == 4


def test_of_several_copies_the_last_counts_and_all_are_kept(class_of):
    found = find_hand_ins(
        class_of(
            {"alice.zip": zipped({"linear_svm.py": OTHER}), "alice (1).zip": zipped({"linear_svm.py": CODE})}
        ),
        NAMES,
    )
    assert {it.label: bool(it.counts_for) for it in found} == {"alice": False, "alice (1)": True}


def test_an_unpacked_folder_counts_before_its_zip(class_of):
    found = find_hand_ins(
        class_of({"alice.zip": zipped({"linear_svm.py": OTHER}), "alice/linear_svm.py": CODE}), NAMES
    )
    assert opened([it for it in found if it.counts_for]).popitem()[1] == {"linear_svm.py": CODE}
    assert len({it.label for it in found}) == 2


def test_the_folder_of_one_student_is_one_hand_in(class_of):
    found = find_hand_ins(class_of({"linear_svm.py": CODE, "data/x.csv": b""}), NAMES)
    assert [it.fate for it in found] == [Fate.GRADED]
    assert list(opened(found).values()) == [{"linear_svm.py": CODE}]


def test_a_single_file_is_one_hand_in(tmp_path):
    path = write_folder(tmp_path, {"alice.py": CODE}) / "alice.py"
    assert opened(find_hand_ins(path, NAMES)) == {"alice": {"linear_svm.py": CODE}}


def test_labels_are_unique_safe_file_names(tmp_path):
    names = ["Ärger & Söhne", "a:b", "a?b", "-rf", "x" * 200, "损失" * 40]
    folder = write_folder(tmp_path / "class", {f"{name}/linear_svm.py": CODE for name in names})
    labels = [it.label for it in find_hand_ins(folder, NAMES)]
    assert len({label.casefold() for label in labels}) == len(names)
    for label in labels:
        assert (tmp_path / f"{label}.json").parent == tmp_path
        (tmp_path / f"{label}.json").write_text("")
        assert not label.startswith(("-", "."))


@pytest.mark.parametrize("files", [{}, {"notes.txt": b""}, {".git/config": b""}])
def test_nothing_to_grade_is_one_sentence(tmp_path, files):
    folder = write_folder(tmp_path / "class", files)
    with pytest.raises(SubmissionError, match="holds no hand-in"):
        find_hand_ins(folder, NAMES)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but then nothing"])
def test_a_broken_class_zip_is_one_sentence(tmp_path, content):
    path = tmp_path / "class.zip"
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match=r"class\.zip cannot be opened as a zip"):
        find_hand_ins(path, NAMES)


def test_a_broken_zip_of_one_student_does_not_stop_the_class(class_of):
    found = find_hand_ins(class_of({"alice.zip": b"no zip", "bob/linear_svm.py": CODE}), NAMES)
    hand_ins = hand_ins_in(found)
    assert set(hand_ins) == {"alice", "bob"}
    with pytest.raises(SubmissionError, match=r"alice\.zip cannot be opened as a zip"):
        open_hand_in(hand_ins["alice"].source, NAMES)


def test_a_finding_can_be_sent_to_another_process(class_of):
    found = find_hand_ins(class_of({"alice/linear_svm.py": CODE, "bob/linear_svm.py": OTHER}), NAMES)
    assert pickle.loads(pickle.dumps(found)) == found


def test_finding_twice_gives_the_same(class_of):
    path = class_of(gradescope_export())
    assert find_hand_ins(path, NAMES) == find_hand_ins(path, NAMES)


@pytest.mark.parametrize("again", ["hw-1.zip", "a-final.zip"])
def test_of_an_archive_that_was_uploaded_to_canvas_again_the_last_counts(class_of, again):
    files = {
        "roe_1_123_hw.zip": zipped({"linear_svm.py": OTHER}),
        f"roe_1_456_{again}": zipped({"linear_svm.py": CODE}),
        "bo_2_789_hw.zip": zipped({"linear_svm.py": OTHER}),
    }
    found = find_hand_ins(class_of(files), NAMES)
    assert opened(found)["roe_1"] == {"linear_svm.py": CODE}
    assert len(hand_ins_in(found)) == 2


def test_two_archives_that_were_uploaded_together_are_one_hand_in(class_of):
    names = ("linear_svm.py", "softmax.py")
    files = {
        "roe_1_123_part-1.zip": zipped({"linear_svm.py": CODE}),
        "roe_1_124_part-2.zip": zipped({"softmax.py": OTHER}),
        "bo_2_789_softmax.py": OTHER,
    }
    found = find_hand_ins(class_of(files), names)
    assert opened(found, names)["roe_1"] == {"linear_svm.py": CODE, "softmax.py": OTHER}


def test_what_was_typed_into_canvas_is_a_hand_in_unless_there_are_files(class_of):
    files = {
        "ada_1_123_linear_svm.py": CODE,
        "ada_1_text.html": b"<p>see the file</p>",
        "bo_LATE_2_text.html": b"<p>x</p>",
        "cy_3_link.html": b"<a>",
        "anon_Xy9_text.html": b"<p>x</p>",
    }
    found = find_hand_ins(class_of(files), NAMES)
    hand_ins = hand_ins_in(found)
    assert {it.students[0]: it.late for it in hand_ins.values()} == {
        Student("ada", id="1"): False,
        Student("bo", id="2"): True,
        Student("cy", id="3"): False,
        Student("anon_Xy9"): False,
    }
    assert open_hand_in(hand_ins["bo_2"].source, NAMES).contents == ("bo_LATE_2_text.html",)


def test_of_a_file_that_was_uploaded_to_canvas_again_the_last_counts(class_of):
    files = {
        "roe_1_789_linear_svm-1.py": CODE,
        "roe_1_456_linear_svm.py": OTHER,
        "roe_1_790_softmax.py": OTHER,
    }
    names = ("linear_svm.py", "softmax.py")
    found = find_hand_ins(class_of(files), names)
    assert opened(found, names) == {"roe_1": {"linear_svm.py": CODE, "softmax.py": OTHER}}
    (ignored,) = by_fate(found, Fate.IGNORED).values()
    assert "roe_1_456_linear_svm.py is an earlier upload of linear_svm.py" in ignored.reason
    assert "roe_1_789_linear_svm-1.py counts" in ignored.reason


def counting(found):
    """Return for whom each hand-in counts, and whether a person has to look whose it is."""
    return {
        it.label: ([one.id for one in it.counts_for], bool(it.doubts)) for it in hand_ins_in(found).values()
    }


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("zorro_123_70002_x_999_assignsubmission_file_.zip", "123"),
        ("zorro_123_70002_victimvera_999_70003_x.zip", "123"),
        ("zorro_LATE_123_70002_LATE_999_70003_x.zip", "123"),
        ("zorro_123_assignsubmission_file_victimvera_999_70003_x.zip", "123"),
        ("zorro_123_assignsubmission_file_x_999_assignsubmission_file_.zip", "123"),
        ("x_999_assignsubmission_file_123_70002_hw.zip", "999"),
        ("x_y_999_assignsubmission_file_123_70002_hw.zip", "123"),
        ("z_orro_123_70002_x.zip", "123"),
        ("z_orro_123_70002_2024_x.zip", "123"),
        ("z_orro_3_1_x.zip", ""),
        ("zorro_123_70002_70001_x.zip", "123"),
        ("zorro_123_70002_70001_70003_x.zip", ""),
        ("zorro_123_70002_x_5_70001_x.zip", "123"),
        ("zorro_123_70002_x_5_70003_x.zip", ""),
        ("zorro_123_70002_5_70003_x.zip", ""),
        ("zorro_999_123_70002_x.zip", "123"),
        ("victimvera_999_123_70002_x.zip", "123"),
        ("victimvera_999_71000_70002_x.zip", ""),
    ],
)
def test_what_a_student_calls_a_file_is_nobody_s_id(class_of, name, id):
    vera = "victimvera_999_70001_handin.zip"
    found = find_hand_ins(
        class_of({vera: zipped({"linear_svm.py": CODE}), name: zipped({"x.py": b""})}), NAMES
    )
    of_vera, of_zorro = sorted(hand_ins_in(found).values(), key=lambda it: it.label != "victimvera_999")
    assert [it.id for it in of_zorro.students] == [id]
    assert of_vera.counts_for == (Student("victimvera", id="999"),)
    assert of_zorro.counts_for
    assert bool(of_vera.doubts) == (id == "999")
    assert bool(of_zorro.doubts) == bool(of_zorro.may_be or id == "999")
    assert not (id and of_zorro.may_be)


def test_attempts_of_blackboard_and_brightspace_are_one_student_s_and_the_last_counts(class_of):
    files = {
        "HW 1_ada_attempt_2026-03-01-10-00-00_linear_svm.py": OTHER,
        "HW 1_ada_attempt_2026-03-03-10-00-00_linear_svm.py": CODE,
        "HW 1_ada_attempt_2026-03-03-10-00-00.txt": b"Name: Ada",
        "HW 1_ada_attempt_2026-03-04-10-00-00.txt": b"sorry, nothing new",
        "HW 1_bo_l_attempt_2026-03-02-10-00-00_x_ada_attempt_2027-01-01-00-00-00_linear_svm.py": OTHER,
        "HW 1_cy_l_attempt_2026-03-02-10-00-00.txt": b"typed",
        "7-1 - Bo Li - Mar 2, 2026 1133 AM/linear_svm.py": OTHER,
        "7-1 - Bo Li - Mar 2, 2026 112 PM/linear_svm.py": CODE,
        "8-1 - Bo Li - Mar 2, 2026 1205 AM - linear_svm.py": OTHER,
    }
    found = find_hand_ins(class_of(files), NAMES)
    counting = [it for it in hand_ins_in(found).values() if it.counts_for]
    works = {it.students[0]: open_hand_in(it.source, NAMES).files.get("linear_svm.py") for it in counting}
    assert works == {
        Student("ada"): CODE,
        Student("bo_l"): OTHER,
        Student("cy_l"): None,
        Student("Bo Li", id="7"): CODE,
        Student("Bo Li", id="8"): OTHER,
    }
    assert not any(it.doubts for it in found) and len(hand_ins_in(found)) == 7


@pytest.mark.parametrize(
    ("named", "roster", "students"),
    [
        (["HW 1_ada", "HW 1_bo_l"], (), ["ada", "bo_l"]),
        (["HW_1_ada", "HW_1_bo"], (), ["HW_1_ada", "HW_1_bo"]),  # or 1_ada and 1_bo
        (["HW_1_ada", "HW_1_bo"], ["bo"], ["ada", "bo"]),
        (["HW_1_ada", "HW_1_bo"], ["1_bo", "ada"], ["HW_1_ada", "HW_1_bo"]),
        (["HW 1_ada", "HW 2_bo"], ["ada", "bo"], ["HW 1_ada", "HW 2_bo"]),
        (["HW 1_u_x", "HW 1_u_y"], ["u_x", "y"], ["HW 1_u_x", "HW 1_u_y"]),
        (["HW 1_Group 3"], (), ["Group 3"]),
    ],
)
def test_a_title_of_blackboard_is_what_all_names_begin_with(class_of, named, roster, students):
    files = {f"{name}_attempt_2026-03-01-10-00-00_linear_svm.py": CODE for name in named}
    logins = {Student(it) for it in roster}
    found = find_hand_ins(class_of(files), NAMES, in_roster=logins.intersection)
    assert [it.counts_for for it in found] == [(Student(it),) for it in students]


def test_a_login_of_blackboard_takes_no_work_of_a_folder_of_that_name(class_of):
    found = find_hand_ins(
        class_of({"HW 1_ada_attempt_2026-03-01-10-00-00_linear_svm.py": CODE, "ada/linear_svm.py": OTHER}),
        NAMES,
    )
    assert {it.label: it.counts_for for it in found} == {
        "HW 1_ada": (Student("HW 1_ada"),),
        "ada": (Student("ada"),),
    }


def test_a_file_of_brightspace_is_its_student_s_whatever_numbers_its_name_holds(class_of):
    names = ("week_1_2_svm.py",)
    files = {
        f"{id}-456 - {name} - Sep 12, 2024 1130 PM - {file}": CODE
        for id, name in (("123", "Jane Doe"), ("124", "Bo Li"), ("125", "Cy Ro"))
        for file in ("hw_1_2_x.py", "week_1_2_svm.py")
    }
    assert counting(find_hand_ins(class_of(files), names)) == {
        "Jane Doe_123": (["123"], False),
        "Bo Li_124": (["124"], False),
        "Cy Ro_125": (["125"], False),
    }


def test_a_later_attempt_takes_no_label_of_an_earlier_one(class_of):
    first = {"7-1 - Bo Li - Sep 30, 2024 1130 PM/linear_svm.py": OTHER}
    second = {"7-1 - Bo Li - Oct 1, 2024 900 AM/linear_svm.py": CODE}
    assert opened(find_hand_ins(class_of({**first, **second}), NAMES)) == {
        "Bo Li_7": {"linear_svm.py": OTHER},
        "Bo Li_7~2": {"linear_svm.py": CODE},
    }


def test_an_archive_and_a_file_of_one_attempt_are_one_hand_in(class_of):
    files = {
        "HW_ada_attempt_2026-03-01-10-00-00_report.zip": zipped({"notes.txt": b""}),
        "HW_ada_attempt_2026-03-01-10-00-00_linear_svm.py": CODE,
        "HW_ada_attempt_2026-02-01-10-00-00_hw.zip": zipped({"linear_svm.py": OTHER}),
        "HW_ada_attempt_2026-01-01-10-00-00_hw.rar": b"Rar!",
    }
    found = find_hand_ins(class_of(files), NAMES)
    (last,) = [it for it in found if it.counts_for]
    assert open_hand_in(last.source, NAMES).files == {"linear_svm.py": CODE} and not last.doubts
    assert len(hand_ins_in(found)) == 2
    assert [it.fate for it in found if it.label.endswith(".rar")] == [Fate.IGNORED]


def test_a_folder_of_moodle_begins_with_the_name_that_moodle_gave(class_of):
    files = {
        "Vera_999_assignsubmission_file_/linear_svm.py": CODE,
        "Zorro_123_assignsubmission_file_x_999_assignsubmission_file_/linear_svm.py": OTHER,
    }
    assert counting(find_hand_ins(class_of(files), NAMES)) == {
        "Vera_999": (["999"], False),
        "Zorro_123": (["123"], False),
    }


def test_two_names_with_one_id_are_both_kept_and_flagged(class_of):
    files = {"vera_999_70001_linear_svm.py": CODE, "zorro_999_70002_linear_svm.py": OTHER}
    found = find_hand_ins(class_of(files), NAMES)
    assert counting(found) == {"vera_999": (["999"], True), "zorro_999": (["999"], True)}
    assert found[0].doubts == (
        "another hand-in has the same id and may be somebody else's; find out whose each of them is",
    )


def test_a_name_that_ends_in_a_number_takes_nobody_s_files(class_of):
    files = {
        "vera_999_70001_hw.zip": zipped({"linear_svm.py": CODE}),
        "vera_999_123_70002_hw.zip": zipped({"linear_svm.py": OTHER}),
        "mary_5_70003_hw.zip": zipped({"linear_svm.py": CODE}),
    }
    found = find_hand_ins(class_of(files), NAMES)
    assert counting(found) == {
        "mary_5": (["5"], False),
        "vera_999": (["999"], False),
        "vera_999_123": (["123"], False),
    }
    assert {label: files["linear_svm.py"] for label, files in opened(found).items()} == {
        "mary_5": CODE,
        "vera_999": CODE,
        "vera_999_123": OTHER,
    }


def test_a_name_that_nothing_decides_belongs_to_nobody_until_a_roster_does(class_of):
    path = class_of({"kim_9_77_9001_linear_svm.py": CODE, "bo_1_88_9002_linear_svm.py": OTHER})
    found = hand_ins_in(find_hand_ins(path, NAMES))
    assert {label: it.students for label, it in found.items()} == {
        "kim_9_77": (Student("kim_9_77"),),
        "bo_1_88": (Student("bo_1_88"),),
    }
    assert (
        found["kim_9_77"].counts_for
        and "one of kim (id 9), kim_9 (id 77); find" in found["kim_9_77"].doubts[0]
    )
    kim, bo = Student("kim_9", id="77"), Student("bo", id="1")
    found = hand_ins_in(find_hand_ins(path, NAMES, in_roster={kim, bo}.intersection))
    assert {it.counts_for: it.doubts for it in found.values()} == {(kim,): (), (bo,): ()}
    found = hand_ins_in(find_hand_ins(path, NAMES, in_roster=lambda students: students))
    assert all(it.doubts for it in found.values())


def test_a_doubt_that_names_only_some_says_that_there_are_more(class_of):
    (found,) = find_hand_ins(class_of({f"kim_{'_'.join('2' * 9)}_linear_svm.py": CODE}), NAMES)
    assert len(found.may_be) > 5 and "(id 2), …; find" in found.doubts[0]


@pytest.mark.parametrize("prefix", ["1_", "2024_", "70009_", "1234567_"])
def test_files_that_begin_with_a_number_stay_one_hand_in(class_of, prefix):
    names = ("linear_svm.py", "softmax.py")
    found = find_hand_ins(
        class_of({f"doe_5_70001_{prefix}linear_svm.py": CODE, f"doe_5_70002_{prefix}softmax.py": OTHER}),
        names,
    )
    assert counting(found) == {"doe_5": (["5"], False)}


@pytest.mark.parametrize(
    ("people", "ids"),
    [
        (["ada_501", "bo_502"], ["501", "502"]),
        (["kim_9_77", "bo_1_88"], ["", ""]),
        (["student_1_101", "student_2_102", "student_3_103"], ["", "", ""]),
    ],
)
def test_few_students_tell_what_numbers_files_have_only_where_nothing_else_fits(class_of, people, ids):
    files = [
        f"{name}_{9001 + place}_{'2_' * (len(people) == 2 and ids[0] > '')}linear_svm.py"
        for place, name in enumerate(people)
    ]
    found = find_hand_ins(class_of(dict.fromkeys(files, CODE)), NAMES)
    assert [it.students[0].id for it in sorted(found, key=lambda it: it.label)] == ids
    assert all(it.counts_for and bool(it.doubts) == (not ids[0]) for it in found)


def test_a_number_before_a_file_is_no_other_file_and_the_last_upload_counts(class_of):
    names = ("net.py", "layers.py")
    files = {
        "ada_501_9001_4711_net.py": OTHER,
        "ada_501_9005_4711_net-1.py": CODE,
        "ada_501_9006_2_layers.py": OTHER,
        "ada_501_9004_layers.py": CODE,
        "bo_502_9002_net.py": CODE,
        "cy_503_9003_net.py": CODE,
    }
    found = find_hand_ins(class_of(files), names)
    assert opened(found, names)["ada_501"] == {"net.py": CODE, "layers.py": CODE}
    assert len(hand_ins_in(found)) == 3


@pytest.mark.parametrize(
    "name", ["ada_501_9001_homework.py", "HW 1_ada_attempt_2026-03-01-10-00-00_homework.py"]
)
def test_a_single_upload_of_any_name_counts_where_one_module_is_due(class_of, name):
    path = class_of({name: CODE, "notes.pdf": b"", "bo_502_9002_linear_svm.py": OTHER})
    assert CODE in [files.get("linear_svm.py") for files in opened(find_hand_ins(path, NAMES)).values()]


def test_an_id_is_not_the_name_that_somebody_goes_by(class_of):
    files = {"vera_999_70001_linear_svm.py": CODE, "999/linear_svm.py": OTHER}
    assert all(it.counts_for and not it.doubts for it in find_hand_ins(class_of(files), NAMES))
