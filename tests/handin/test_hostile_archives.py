"""Archives made to harm are opened without following, unpacking or holding what they want held."""

from __future__ import annotations

import os
import random
import resource
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.handin.find import find_hand_ins
from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.trees import ReadLimits
from tests.handin.hand_ins import CODE, NAMES, Members, symlink_member, write_folder, write_tar, write_zip


def patched(path: Path, signature: bytes, offset: int, value: bytes) -> Path:
    """Overwrite bytes of the first record with that signature."""
    content = bytearray(path.read_bytes())
    start = content.index(signature) + offset
    content[start : start + len(value)] = value
    path.write_bytes(content)
    return path


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def test_a_symbolic_link_in_a_zip_is_not_followed(tmp_path):
    path = write_zip(tmp_path / "alice.zip", [(symlink_member("linear_svm.py"), b"/etc/passwd")])
    submission = open_hand_in(path, NAMES)
    assert submission.files == {}
    assert submission.why_not("linear_svm.py") == (
        "linear_svm.py is a symbolic link; hand in the plain file itself."
    )


def test_a_plain_copy_counts_before_a_link(tmp_path):
    members: Members = [(symlink_member("linear_svm.py"), b"/etc/passwd"), ("deep/linear_svm.py", CODE)]
    assert open_hand_in(write_zip(tmp_path / "alice.zip", members), NAMES).files == {"linear_svm.py": CODE}


def test_a_device_in_a_zip_is_not_read(tmp_path):
    info = zipfile.ZipInfo("linear_svm.py")
    info.external_attr = 0o020666 << 16
    submission = open_hand_in(write_zip(tmp_path / "alice.zip", [(info, b"")]), NAMES)
    assert "special file" in submission.why_not("linear_svm.py")


@pytest.mark.parametrize("target", ["/etc/passwd", "secret.py", "."])
def test_a_symbolic_link_in_a_folder_is_not_followed(tmp_path, target):
    (tmp_path / "secret.py").write_bytes(CODE)
    folder = write_folder(tmp_path / "alice", {})
    (folder / "linear_svm.py").symlink_to(tmp_path / target if not target.startswith("/") else target)
    submission = open_hand_in(folder, NAMES)
    assert submission.files == {}
    assert "symbolic link" in submission.why_not("linear_svm.py")


def test_a_linked_folder_is_not_entered(tmp_path):
    write_folder(tmp_path / "secret", {"linear_svm.py": CODE})
    folder = write_folder(tmp_path / "alice", {})
    (folder / "src").symlink_to(tmp_path / "secret")
    (folder / "loop").symlink_to(folder)
    assert open_hand_in(folder, NAMES).missing == NAMES


def test_a_pipe_in_a_folder_does_not_block(tmp_path):
    folder = write_folder(tmp_path / "alice", {})
    os.mkfifo(folder / "linear_svm.py")
    os.mkfifo(folder / "hw.zip")
    assert "special file" in open_hand_in(folder, NAMES).why_not("linear_svm.py")


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ("../linear_svm.py", "linear_svm.py"),
        ("/home/x/linear_svm.py", "home/x/linear_svm.py"),
        ("a/../../linear_svm.py", "a/linear_svm.py"),
        ("C:/hw/linear_svm.py", "hw/linear_svm.py"),
        ("C:\\hw\\linear_svm.py", "hw/linear_svm.py"),
        ("\\\\server\\share\\linear_svm.py", "server/share/linear_svm.py"),
        ("\\\\?\\C:\\hw\\linear_svm.py", "hw/linear_svm.py"),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_name_that_leads_outside_is_read_inside_with_a_note(tmp_path, name, read_as, kind):
    path = tmp_path / f"alice.{kind}"
    write_zip(path, {name: CODE}) if kind == "zip" else write_tar(path, {name: CODE})
    submission = open_hand_in(path, NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    (note,) = submission.notes
    assert note.startswith("Names that lead outside the archive were read as if they lay in it, for example ")
    assert note.endswith(f" as {read_as!r}.")


def test_a_name_that_leads_outside_a_7z_is_the_reason(tmp_path):
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(tmp_path / "alice.7z", "w") as archive:
        archive.writestr(CODE, "C:/hw/linear_svm.py")
    with pytest.raises(SubmissionError, match=r"names that lead outside it, such as 'C:/hw/linear_svm\.py'"):
        open_hand_in(tmp_path / "alice.7z", NAMES)


def test_a_name_that_leads_outside_takes_the_place_of_nothing(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"/hw/linear_svm.py": b"old = 1\n", "hw/linear_svm.py": CODE})
    submission = open_hand_in(path, NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert "hw/linear_svm.py counts, not hw~2/linear_svm.py" in submission.notes[-1]


def test_opening_a_zip_writes_nothing_to_disk(tmp_path, monkeypatch):
    path = write_zip(tmp_path / "alice.zip", {"src/linear_svm.py": CODE, "../evil.py": CODE})
    elsewhere = tmp_path / "cwd"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    open_hand_in(path, NAMES)
    assert sorted(it.name for it in tmp_path.rglob("*")) == ["alice.zip", "cwd"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_last_counts(tmp_path):
    path = write_zip(tmp_path / "alice.zip", [("linear_svm.py", b"old = 1\n"), ("linear_svm.py", CODE)])
    submission = open_hand_in(path, NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.notes == ("linear_svm.py is in the archive more than once; the last one counts.",)


def test_a_member_with_a_password_gets_a_sentence(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"linear_svm.py": CODE})
    patched(patched(path, LOCAL, 6, b"\x01\x00"), CENTRAL, 8, b"\x01\x00")
    assert open_hand_in(path, NAMES).why_not("linear_svm.py") == (
        "linear_svm.py is an encrypted file; hand in the plain file itself."
    )


@pytest.mark.parametrize("method", [9, 12, 14, 93, 99])
def test_a_member_packed_in_an_unusual_way_is_not_unpacked(tmp_path, method):
    path = write_zip(tmp_path / "alice.zip", {"linear_svm.py": CODE})
    packed = struct.pack("<H", method)
    patched(patched(path, LOCAL, 8, packed), CENTRAL, 10, packed)
    assert "packed in an unusual way" in open_hand_in(path, NAMES).why_not("linear_svm.py")


def test_a_member_that_unpacks_to_gigabytes_is_cut_off_at_the_cap(tmp_path):
    path = tmp_path / "alice.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("linear_svm.py", "w") as member,
    ):
        for _ in range(300):
            member.write(b"#" * 1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "larger than 2,000,000 bytes" in open_hand_in(path, NAMES).why_not("linear_svm.py")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_size_that_the_table_of_contents_understates_does_not_help(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"linear_svm.py": CODE * 1000})
    patched(path, CENTRAL, 24, struct.pack("<I", 10))
    limits = ReadLimits(file_bytes=5000)
    submission = open_hand_in(path, NAMES, limits)
    assert submission.files == {}
    assert submission.why_not("linear_svm.py")


def test_a_file_that_unpacks_beyond_all_proportion_is_refused(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"linear_svm.py": b"#" * 1_900_000})
    assert "far more than its size" in open_hand_in(path, NAMES).why_not("linear_svm.py")


def test_a_bomb_inside_the_hand_in_is_a_note_and_the_rest_is_read(tmp_path):
    path = tmp_path / "alice.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("linear_svm.py", CODE)
        with archive.open("bomb.zip", "w") as member:
            for _ in range(60):
                member.write(b"\0" * 1_000_000)
    submission = open_hand_in(path, ("linear_svm.py", "softmax.py"))
    assert submission.files == {"linear_svm.py": CODE}
    assert submission.missing == ("softmax.py",)
    assert submission.notes == ("bomb.zip is too large to look into; hand in only the files asked for.",)


def test_zips_in_zips_in_zips_are_not_opened_for_ever(tmp_path):
    content = CODE
    name = "linear_svm.py"
    for level in range(5):
        inner = write_zip(tmp_path / f"{level}.zip", {name: content})
        name, content = inner.name, inner.read_bytes()
    assert open_hand_in(tmp_path / "4.zip", NAMES).missing == NAMES


def test_too_many_members_are_refused(tmp_path):
    files = {f"{i}.txt": b"" for i in range(101)}
    limits = ReadLimits(members=100)
    for path in (write_zip(tmp_path / "alice.zip", files), write_folder(tmp_path / "alice", files)):
        with pytest.raises(SubmissionError, match="holds more than 100 files; hand in only"):
            open_hand_in(path, NAMES, limits)


def test_an_environment_handed_in_along_does_not_count_against_the_cap(tmp_path):
    files = {f".venv/{i}.py": b"" for i in range(200)}
    path = write_zip(tmp_path / "alice.zip", {**files, "linear_svm.py": CODE})
    assert open_hand_in(path, NAMES, ReadLimits(members=100)).files == {"linear_svm.py": CODE}


def test_a_table_of_contents_beyond_the_cap_is_not_read(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {f"{i:0200d}.txt": b"" for i in range(100)})
    with pytest.raises(SubmissionError, match="far too many files"):
        open_hand_in(path, NAMES, ReadLimits(directory_bytes=10_000))


def test_names_that_are_not_utf8_are_one_sentence_or_harmless(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"gr\u00f6\u00dfe.txt": b"", "linear_svm.py": CODE})
    content = path.read_bytes().replace("gr\u00f6\u00dfe.txt".encode(), b"gr\xff\xfe\xff\xfee.txt")
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match="its names are not UTF-8"):
        open_hand_in(path, NAMES)
    folder = write_folder(tmp_path / "alice", {"linear_svm (1).py": CODE})
    (folder / os.fsdecode(b"\xff\xfe.zip")).write_bytes(b"x")
    submission = open_hand_in(folder, ("softmax.py",))
    "".join((*submission.notes, *submission.contents)).encode("utf-8")


def test_a_member_with_a_wrong_checksum_gets_a_sentence(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {"linear_svm.py": CODE})
    patched(path, CENTRAL, 16, b"\0\0\0\0")
    assert open_hand_in(path, NAMES).why_not("linear_svm.py") == (
        "linear_svm.py is damaged in the zip; zip the files again."
    )


def open_or_sentence(path):
    """Open what is at `path`; whatever it is, either the caps hold or there is one sentence."""
    try:
        submission = open_hand_in(path, NAMES)
    except SubmissionError as error:
        assert "\n" not in str(error)
        str(error).encode("utf-8")
        return
    assert sorted([*submission.files, *submission.missing, *submission.problems]) == sorted(NAMES)
    assert all(len(content) <= 2_000_000 for content in submission.files.values())
    "".join((*submission.notes, *submission.problems.values(), *submission.contents)).encode("utf-8")


FUZZ = settings(max_examples=200)


@FUZZ
@given(st.binary(max_size=300))
@example(b"PK\x05\x06" + b"\0" * 18)
@example(b"PK\x05\x06" + b"\xff" * 18)
def test_any_bytes_called_a_zip_are_read_or_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "alice.zip"
    path.write_bytes(content)
    open_or_sentence(path)


@FUZZ
@given(st.integers(0, 2**32), st.integers(1, 20))
def test_a_zip_with_changed_bytes_is_read_or_refused_in_one_sentence(tmp_path, seed, changes):
    original = tmp_path / "original.zip"
    if not original.exists():
        inner = write_zip(tmp_path / "inner.zip", {"src/linear_svm.py": CODE})
        write_zip(
            original,
            {"hw/a.txt": CODE * 20, "hw/inner.zip": inner.read_bytes(), ".autograder-handin.json": b"{}"},
        )
    chance = random.Random(seed)
    content = bytearray(original.read_bytes())
    for _ in range(changes):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = tmp_path / "alice.zip"
    path.write_bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])
    open_or_sentence(path)
    try:
        find_hand_ins(path, NAMES)
    except SubmissionError as error:
        assert "\n" not in str(error)


@FUZZ
@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
            )
            | st.sampled_from(
                ["linear_svm.py", "../linear_svm.py", "a/linear_svm.py", "A\\Linear_SVM.py", "a//b/", "./x"]
            ),
            st.binary(max_size=50) | st.just(CODE),
        ),
        max_size=6,
        unique_by=lambda member: member[0],
    )
)
def test_any_member_names_are_read_or_refused_in_one_sentence(tmp_path, members):
    path = write_zip(tmp_path / "alice.zip", members)
    open_or_sentence(path)
    try:
        labels = [found.label for found in find_hand_ins(path, NAMES)]
    except SubmissionError:
        return
    assert len(set(labels)) == len(labels)


@FUZZ
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
@example(b"# coding: idna\n" + b"x" * 100)
@example(b"# coding: \xff\n")
@example(b"#" * 100_000 + b"coding")
@example(b"\xef\xbb\xbf# coding: latin-1\n")
def test_any_content_is_kept_or_refused_in_one_sentence(tmp_path, content):
    open_or_sentence(write_folder(tmp_path / "alice", {"linear_svm.py": content}))


def deep(number, parts=30_000):
    return f"{number}/" + "a/" * parts + "x.py"


@pytest.mark.parametrize("name", [deep(0), "./" * 25 + "a/" * 30 + "x.py", "x" * 2_000 + ".py"])
def test_a_name_of_very_many_folders_or_letters_is_ignored_with_a_note(tmp_path, name):
    submission = open_hand_in(write_zip(tmp_path / "alice.zip", {name: b"", "linear_svm.py": CODE}), NAMES)
    assert submission.files == {"linear_svm.py": CODE}
    (note,) = submission.notes
    assert note.startswith("Names of more than 1,000 characters or 50 folders were ignored, for example ")


def test_names_of_very_many_folders_need_little_memory(tmp_path):
    path = write_zip(tmp_path / "alice.zip", {deep(number, 5_000): b"" for number in range(10)})
    tracemalloc.start()
    assert open_hand_in(path, NAMES).missing == NAMES
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_folders_above_each_other_are_listed_once_each(tmp_path):
    files = {"class/a/x/y/linear_svm.py": CODE, "class/b/x/linear_svm.py": CODE}
    path = write_zip(tmp_path / "class.zip", {"class/a/x/": b"", **files})
    assert [it.label for it in find_hand_ins(path, NAMES)] == ["a", "b"]


def begins_beyond_the_end(path: Path) -> bytes:
    """Return the zip with its only member said to begin at the last of all 64-bit addresses."""
    content = path.read_bytes()
    start, end = content.index(CENTRAL), content.index(b"PK\x05\x06")
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    entry, tail = bytearray(content[start:end]), bytearray(content[end:])
    struct.pack_into("<H", entry, 30, len(extra))
    struct.pack_into("<L", entry, 42, 0xFFFFFFFF)
    struct.pack_into("<L", tail, 12, len(entry) + len(extra))
    return bytes(content[:start] + entry + extra + tail)


def test_a_member_that_begins_beyond_all_addresses_is_damaged(tmp_path):
    inner = begins_beyond_the_end(write_zip(tmp_path / "inner.zip", {"linear_svm.py": CODE}))
    folder = write_folder(tmp_path / "alice", {"mine.zip": inner})
    assert open_hand_in(folder, NAMES).why_not("linear_svm.py") == (
        "linear_svm.py is damaged in the zip; zip the files again."
    )
