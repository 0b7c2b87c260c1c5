"""The named files of a hand-in are found wherever a student's folder, zip or file has them."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from autograder.errors import SubmissionError
from autograder.handin.open_hand_in import open_hand_in
from tests.handin.hand_ins import CODE, NAMES, write_folder, write_zip

OTHER = b"value = 2\n"


@pytest.fixture(params=["folder", "zip"])
def hand_in(request, tmp_path):
    """Writes the given files as a folder or as a zip and returns its path."""

    def write(files):
        if request.param == "folder":
            return write_folder(tmp_path / "alice", files)
        return write_zip(tmp_path / "alice.zip", files)

    return write


def test_only_the_named_files_are_read(hand_in):
    submission = open_hand_in(
        hand_in({"linear_svm.py": CODE, "conftest.py": OTHER, "numpy.py": OTHER}), NAMES
    )
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.label == "alice"
    assert (submission.notes, submission.missing, submission.problems) == ((), (), {})


def test_a_bare_file_is_a_hand_in(tmp_path):
    path = write_folder(tmp_path, {"linear_svm.py": CODE}) / "linear_svm.py"
    assert open_hand_in(path, NAMES).files == {"linear_svm.py": CODE}


def test_a_bare_file_under_another_name_counts_where_one_module_is_due(tmp_path):
    path = write_folder(tmp_path, {"alice.py": CODE}) / "alice.py"
    submission = open_hand_in(path, NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.notes == ("alice.py counts as linear_svm.py; next time, hand it in under that name.",)
    assert open_hand_in(path, ("linear_svm.py", "softmax.py")).missing == ("linear_svm.py", "softmax.py")


def test_a_file_in_a_nested_folder_is_found(hand_in):
    submission = open_hand_in(hand_in({"my homework/src/linear_svm.py": CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}


def test_of_two_copies_the_shallower_counts_and_a_note_says_so(hand_in):
    submission = open_hand_in(hand_in({"a/b/linear_svm.py": OTHER, "z/linear_svm.py": CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.notes == (
        "linear_svm.py was found more than once; z/linear_svm.py counts, not a/b/linear_svm.py.",
    )


def test_of_two_copies_equally_deep_the_alphabet_decides(hand_in):
    submission = open_hand_in(hand_in({"b/linear_svm.py": OTHER, "a/linear_svm.py": CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert "a/linear_svm.py counts, not b/linear_svm.py" in submission.notes[0]


@pytest.mark.parametrize(
    "earlier, later",
    [
        ("v9/linear_svm.py", "v10/linear_svm.py"),
        ("HW/Version 1/linear_svm.py", "HW/Version 2/linear_svm.py"),
        ("20260301T1000/linear_svm.py", "20260303T0900/linear_svm.py"),
        ("linear_svm (9).py", "linear_svm (10).py"),
        ("linear_svm__2026-03-01T10-00-00.py", "linear_svm__2026-03-01T10-00-01.py"),
    ],
)
def test_of_numbered_versions_the_last_counts(hand_in, earlier, later):
    files = {earlier: OTHER, later: CODE}
    assert open_hand_in(hand_in(files), NAMES).files == {"linear_svm.py": CODE}


@pytest.mark.parametrize(
    "path",
    [
        "__MACOSX/linear_svm.py",
        "._linear_svm.py",
        ".ipynb_checkpoints/linear_svm.py",
        ".venv/linear_svm.py",
        "src/__pycache__/linear_svm.py",
        "venv/lib/python3.11/site-packages/linear_svm.py",
    ],
)
def test_what_systems_and_editors_leave_behind_never_counts(hand_in, path):
    submission = open_hand_in(hand_in({path: OTHER, "deep/er/linear_svm.py": CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.notes == ()


@pytest.mark.parametrize(
    "name",
    [
        "Linear_SVM.py",
        "linear_svm.PY",
        "linear_svm (1).py",
        "linear_svm(2).py",
        "linear_svm-1.py",
        "linear_svm (2)-1.py",
        "linear_svm copy.py",
        "linear_svm - Copy (2).py",
        "Copy of linear_svm.py",
        "Kopie von linear_svm.py",
        "Cópia de linear_svm.py",
        "linear_svm - Kopie (2).py",
        "linear_svm - コピー.py",
        "linear_svm的副本.py",
        "linear_svm — копия.py",
        "linear_svm - Copy (2) - Copy.py",
        "linear_svm.py.txt",
        "linear_svm.py.py",
        "4711_linear_svm.py",
        "2. linear_svm (1).py",
    ],
)
def test_a_name_that_is_nearly_right_counts_with_a_note(hand_in, name):
    submission = open_hand_in(hand_in({name: CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.notes == (f"{name} counts as linear_svm.py; next time, hand it in under that name.",)


@pytest.mark.parametrize("name", ["linear_svm (1).py", "1_linear_svm.py"])
def test_the_exact_name_is_better_than_a_nearly_right_one_above_it(hand_in, name):
    submission = open_hand_in(hand_in({name: OTHER, "src/linear_svm.py": CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}


def test_a_notebook_counts_before_a_module_with_a_number_before_its_name(hand_in):
    cell = {
        "cell_type": "code",
        "source": "value = 3",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    files = {"2_linear_svm.py": OTHER, "linear_svm.ipynb": notebook.encode()}
    assert b"value = 3" in open_hand_in(hand_in(files), NAMES).files["linear_svm.py"]


@pytest.mark.parametrize(
    "name", ["my_linear_svm.py", "linear_svmcopy.py", "linear_svm_old.py", "linear_svm.pyc", "svm.py"]
)
def test_another_name_is_missing_and_the_sentence_says_what_is_there(hand_in, name):
    submission = open_hand_in(hand_in({name: CODE}), NAMES)
    assert submission.missing == NAMES
    assert submission.why_not("linear_svm.py") == (
        f"linear_svm.py is not in the hand-in (it holds {name}); hand it in under exactly this name."
    )


def test_a_file_that_is_due_itself_does_not_stand_in_for_another(hand_in):
    submission = open_hand_in(hand_in({"svm_2.py": CODE}), ("svm.py", "svm_2.py"))
    assert submission.files == {"svm_2.py": CODE}
    assert submission.missing == ("svm.py",)


def test_a_notebook_where_a_module_is_due_has_its_own_sentence(hand_in):
    submission = open_hand_in(hand_in({"svm.ipynb": b"{}"}), NAMES)
    assert submission.missing == ()
    assert submission.why_not("linear_svm.py") == (
        "svm.ipynb is a notebook, but the module is graded; hand in linear_svm.py."
    )


def test_an_empty_hand_in_has_all_files_missing(tmp_path):
    submission = open_hand_in(write_folder(tmp_path / "alice", {}), NAMES)
    assert submission.missing == NAMES
    assert "it is empty" in submission.why_not("linear_svm.py")


def test_a_zip_inside_the_hand_in_is_looked_into(hand_in):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("hw/linear_svm.py", CODE)
    submission = open_hand_in(hand_in({"hw.zip": inner.getvalue()}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}


def test_a_zip_without_the_suffix_is_opened_as_one(tmp_path):
    path = write_zip(tmp_path / "download", {"linear_svm.py": CODE})
    assert open_hand_in(path, NAMES).files == {"linear_svm.py": CODE}


def test_names_with_backslashes_are_folders(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"src\\linear_svm.py": CODE})
    assert open_hand_in(path, NAMES).files == {"linear_svm.py": CODE}


@pytest.mark.parametrize("name", ["gone", "gone.zip", "gone.py"])
def test_a_path_that_does_not_exist_is_one_sentence(tmp_path, name):
    with pytest.raises(SubmissionError, match=f"{name} cannot be opened"):
        open_hand_in(tmp_path / name, NAMES)


def test_the_manifest_of_submit_gives_release_and_assignment(hand_in):
    manifest = {"release": "1.2", "assignment": "svm", "versions": {"numpy": "2.4.0"}}
    path = hand_in({"linear_svm.py": CODE, ".autograder-handin.json": json.dumps(manifest).encode()})
    submission = open_hand_in(path, NAMES)
    assert (submission.release, submission.assignment) == ("1.2", "svm")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"release": 3}', b"[" * 50_000, b'{"versions": []}', b"0" * 100_000],
)
def test_a_broken_manifest_is_as_good_as_none(hand_in, content):
    submission = open_hand_in(hand_in({"linear_svm.py": CODE, ".autograder-handin.json": content}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert (submission.release, submission.assignment) == (None, None)


def test_a_text_in_the_manifest_is_bounded_and_printable(hand_in):
    manifest = json.dumps({"release": "\x1b[31m1.0\u202e\n" + "x" * 1000})
    submission = open_hand_in(
        hand_in({"linear_svm.py": CODE, ".autograder-handin.json": manifest.encode()}), NAMES
    )
    assert submission.release.startswith("1.0 xxx")
    assert len(submission.release) <= 100


def test_the_hash_depends_on_what_is_graded_and_on_nothing_else(tmp_path):
    def content_hash(name, files):
        return open_hand_in(write_folder(tmp_path / name, files), NAMES).content_hash

    first = content_hash("a", {"linear_svm.py": CODE, "notes.txt": b"1"})
    assert first == content_hash("b", {"src/linear_svm.py": CODE})
    others = [content_hash("c", {"linear_svm.py": OTHER}), content_hash("d", {})]
    # What is said of the missing file names the one that is there.
    others.append(content_hash("e", {"letter.txt": b"1"}))
    assert len({first, *others}) == 4


def test_every_name_that_is_not_among_the_files_has_its_sentence(tmp_path):
    path = write_folder(tmp_path / "alice", {"linear_svm.py": "x = 1".encode("utf-16"), "other.py": OTHER})
    unusable = open_hand_in(path, ("linear_svm.py", "softmax.py", "other.py")).unusable
    assert unusable.keys() == {"linear_svm.py", "softmax.py"}
    assert unusable["linear_svm.py"] == "linear_svm.py is UTF-16; save it as UTF-8."
    assert "softmax.py is not in the hand-in" in unusable["softmax.py"]


@pytest.mark.parametrize(
    "found", ["linearsvm.py", "LinearSVM.py", "linear-svm.py", "linear_svn.py", "my/linear_smv.py"]
)
def test_a_misspelled_name_is_told_with_the_right_one(tmp_path, found):
    submission = open_hand_in(write_folder(tmp_path, {found: CODE, "README.md": b""}), NAMES)
    name = found.rpartition("/")[2]
    assert submission.unusable == {
        "linear_svm.py": f"linear_svm.py is not in the hand-in, but {name} is; rename {name} to linear_svm.py and "
        "hand it in again."
    }


@pytest.mark.parametrize("found", ["softmax.py", "helper.py", "svm.txt"])
def test_another_name_is_no_misspelling(tmp_path, found):
    submission = open_hand_in(write_folder(tmp_path, {found: CODE}), NAMES)
    assert f"it holds {found}" in submission.unusable["linear_svm.py"]


@pytest.mark.parametrize("kept", ["final", "zz", "work"])
@pytest.mark.parametrize("aside", ["backup", "old", "Backup_2", "starter_code", "original"])
def test_work_that_a_folder_sets_aside_does_not_count_before_other_work(tmp_path, kept, aside):
    files = {f"{aside}/linear_svm.py": b"a = 1\n", f"{kept}/linear_svm.py": CODE}
    submission = open_hand_in(write_folder(tmp_path, files), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert f"{kept}/linear_svm.py counts, not {aside}/linear_svm.py" in submission.notes[0]


def test_of_several_copies_an_untouched_stub_does_not_count(tmp_path):
    stub = b"def svm_loss_naive():\n    raise NotImplementedError\n"
    files = {"a/linear_svm.py": stub.replace(b"\n", b"\r\n"), "b/deep/linear_svm.py": CODE}
    folder = write_folder(tmp_path, files)
    assert open_hand_in(folder, NAMES, stubs={"linear_svm.py": stub}).files == {"linear_svm.py": CODE}
    only = open_hand_in(folder / "a", NAMES, stubs={"linear_svm.py": stub})
    assert only.files["linear_svm.py"].startswith(b"def svm_loss_naive")


@pytest.mark.parametrize("name", ["linear_svm__2026-03-08T12-30-00.py", "linear_svm-20260308_1230.py"])
def test_a_moment_that_a_platform_adds_is_no_part_of_the_name(tmp_path, name):
    assert open_hand_in(write_folder(tmp_path, {name: CODE}), NAMES).files == {"linear_svm.py": CODE}


def test_an_optional_file_is_read_where_it_is_there_and_nothing_is_said_where_it_is_not(hand_in):
    both = open_hand_in(
        hand_in({"linear_svm.py": CODE, "mine/my_tests.py": OTHER}), NAMES, optional=["my_tests.py"]
    )
    assert both.files == {"linear_svm.py": CODE, "my_tests.py": OTHER}
    without = open_hand_in(hand_in({"linear_svm.py": CODE}), NAMES, optional=["other.py"])
    assert (without.missing, without.problems, without.unusable) == ((), {}, {})
    assert without.content_hash != both.content_hash


def test_an_optional_file_takes_no_other_s_place(hand_in):
    submission = open_hand_in(hand_in({"my_tests.py": OTHER}), NAMES, optional=["my_tests.py"])
    assert (submission.files, submission.missing) == ({"my_tests.py": OTHER}, ("linear_svm.py",))


def test_a_bare_file_of_any_name_counts_though_another_may_be_there(tmp_path):
    path = write_folder(tmp_path, {"alice.py": CODE}) / "alice.py"
    assert open_hand_in(path, NAMES, optional=["my_tests.py"]).files == {"linear_svm.py": CODE}


@pytest.mark.parametrize(
    "archive, says",
    [
        ("work.zip", "work.zip cannot be opened as a zip"),
        ("work.rar", "work.rar is an archive of a kind that is not opened"),
    ],
)
def test_work_in_an_archive_that_cannot_be_opened_is_unread_not_missing(hand_in, archive, says):
    submission = open_hand_in(hand_in({f"hw/{archive}": b"PK broken", "notes.txt": b""}), NAMES)
    assert submission.is_unread and not submission.missing
    assert submission.problems["linear_svm.py"].startswith(says)
    assert submission.notes == ()


def test_an_archive_that_cannot_be_opened_excuses_no_file_under_another_name(hand_in):
    submission = open_hand_in(hand_in({"work.zip": b"PK broken", "solution.py": CODE}), NAMES)
    assert not submission.is_unread and submission.missing == ("linear_svm.py",)
    assert "work.zip cannot be opened" in submission.notes[0]
