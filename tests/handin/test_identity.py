"""Whatever hand-ins are called, as many people come out as went in, each under a name of their own."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.handin.find import find_hand_ins
from autograder.handin.found import Fate
from autograder.handin.open_hand_in import open_hand_in
from autograder.text import lossless, one_line
from tests.handin.hand_ins import CODE, NAMES, write_folder, write_tar

FILE = NAMES[0]
_JUNK = {"__MACOSX", "__pycache__", "site-packages", "node_modules", ".git", ".cache", ".config", ".local"}


def fits_a_file_system(name: str) -> bool:
    raw = os.fsencode(name)
    return len(raw) < 250 and name not in {".", "..", *_JUNK} and not name.startswith("._")


LETTERS = st.one_of(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]),
    st.sampled_from(
        ["\udcfc", "\udcf6", "\u200b", "\u202e", " ", "\u00a0", "\u0301", "é", "A", "a", "_", "\\"]
    ),
)
FOLDERS = st.sets(
    st.text(LETTERS, min_size=1, max_size=130).filter(fits_a_file_system), min_size=2, max_size=6
)


def as_folder(root: Path, names: Iterable[str]) -> Path:
    return write_folder(root / "class", {f"{name}/{FILE}": CODE for name in names})


class _RawName(zipfile.ZipInfo):
    """A member whose name is written as the file system has it, or in `encoding`, without saying what that is."""

    encoding = ""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        raw = self.filename.encode(self.encoding) if self.encoding else os.fsencode(self.filename)
        return raw, self.flag_bits & ~0x800


def as_zip(root: Path, names: Iterable[str]) -> Path:
    path = root / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = _RawName(f"class/{name}/{FILE}")
            info.create_system = 3
            archive.writestr(info, CODE)
    return path


def as_tar(root: Path, names: Iterable[str]) -> Path:
    return write_tar(root / "class.tar.gz", {f"class/{name}/{FILE}": CODE for name in names})


def people_in(path: Path) -> list[str]:
    found = [it for it in find_hand_ins(path, NAMES) if it.source]
    assert all(it.fate is Fate.GRADED and it.counts_for for it in found)
    assert len({it.label.casefold() for it in found}) == len(found)
    for it in found:
        assert it.source is not None
        assert open_hand_in(it.source, NAMES).files == {FILE: CODE}
    return sorted(student.key for it in found for student in it.counts_for)


@pytest.mark.parametrize("packed", [as_folder, as_zip, as_tar])
@settings(max_examples=60)
@given(FOLDERS)
@example({"M\udcfcller, Jan", "M\udcf6ller, Jan"})  # noqa: B033
@example({"ada", "Ada", "ada ", "a\u200bda", "ada (1)", "\\ada", ".ada"})
@example({"x" * 120 + "1", "x" * 120 + "2"})
@example({"e\u0301va", "éva"})
@example({"a_1_assignsubmission_file_", "a"})
def test_as_many_people_come_out_as_went_in(packed: Callable[..., Path], names: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        people = people_in(packed(Path(folder), names))
    assert len(set(people)) == len(names)


@settings(max_examples=60)
@given(FOLDERS)
@example({"M\udcfcller, Jan", "Zoë", "plain"})
def test_a_class_is_the_same_however_it_is_packed(names: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        assert (
            people_in(as_folder(root, names))
            == people_in(as_zip(root, names))
            == people_in(as_tar(root, names))
        )


@given(st.text(LETTERS, max_size=150), st.text(LETTERS, max_size=150))
def test_different_texts_stay_different_and_can_be_shown(one: str, other: str) -> None:
    assert (lossless(one) == lossless(other)) == (one == other)
    assert one_line(lossless(one)) == lossless(one)
    assert len(lossless(one)) <= 100


def test_a_zip_made_on_macos_has_names_in_utf_8_without_saying_so(tmp_path: Path) -> None:
    found = find_hand_ins(as_zip(tmp_path, ["Zoë", "Jürgen"]), NAMES)
    assert {it.label for it in found} == {"Zoë", "Jürgen"}


def test_a_zip_made_on_windows_has_names_in_the_encoding_of_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("Jürgen", "José"):
            info = _RawName(f"{name}\\{FILE}")
            info.create_system, info.encoding = 0, "cp437"
            archive.writestr(info, CODE)
    assert {it.label for it in find_hand_ins(path, NAMES)} == {"Jürgen", "José"}


def test_an_archive_and_a_file_of_one_name_are_both_kept_and_flagged(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "class", {"ada.py": CODE, "bo/linear_svm.py": CODE})
    with zipfile.ZipFile(folder / "ada.zip", "w") as archive:
        archive.writestr(FILE, b"x = 1\n")
    found = {it.label: it for it in find_hand_ins(folder, NAMES)}
    assert [bool(it.doubts) for it in found.values()] == [True, True, False]
    assert all(it.counts_for for it in found.values())


PEOPLE = st.dictionaries(
    st.integers(1, 10**7),
    st.text(LETTERS, min_size=1, max_size=40).filter(lambda it: "_" not in it and fits_a_file_system(it)),
    min_size=2,
    max_size=6,
)


def canvas(id: int, name: str) -> str:
    return f"{name}_{id}_{id + 10**8}_{FILE}"


def canvas_late(id: int, name: str) -> str:
    return f"{name}_LATE_{id}_{id + 10**8}_{FILE}"


def canvas_anonymous(id: int, name: str) -> str:
    return f"anon_{id:05x}_{id + 10**8}_{FILE}"


def moodle(id: int, name: str) -> str:
    return f"{name}_{id}_assignsubmission_file_/{FILE}"


def brightspace(id: int, name: str) -> str:
    return f"{id}-1 - {name} - Mar 1, 2026 1033 AM/{FILE}"


def blackboard(id: int, name: str) -> str:
    return f"HW 1_{id:x}_attempt_2026-03-01-10-00-00_{FILE}"


PLATFORMS = [canvas, canvas_late, canvas_anonymous, moodle, brightspace, blackboard]
WITHOUT_IDS = {canvas_anonymous, blackboard}


@pytest.mark.parametrize("named", PLATFORMS)
@settings(max_examples=30)
@given(PEOPLE)
def test_everybody_of_a_platform_s_download_comes_out(
    named: Callable[..., str], people: dict[int, str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {named(id, name): CODE for id, name in people.items()}
        found = [it for it in find_hand_ins(write_folder(Path(folder), files), NAMES) if it.source]
    assert all(it.counts_for and not it.doubts for it in found)
    ids = sorted(student.id for it in found for student in it.students)
    assert ids == ([""] * len(people) if named in WITHOUT_IDS else sorted(map(str, people)))
    assert len({student.key for it in found for student in it.students}) == len(people)
    assert all(it.late == (named is canvas_late) for it in found)


NAMES_WITH_NUMBERS = st.lists(
    st.sampled_from(["kim", "bo", "9", "77", "LATE", "8000001", "x"]), min_size=1, max_size=4
).map("_".join)


@settings(max_examples=100)
@given(
    st.dictionaries(st.integers(1, 999_999), NAMES_WITH_NUMBERS, min_size=2, max_size=6),
    st.lists(st.sampled_from(["", "1_", "2024_", "77_8000002_", "kim_9_8000003_"]), min_size=6, max_size=6),
)
@example({9: "kim", 77: "kim_9"}, [""] * 6)
@example({9: "kim", 77: "kim_9", 5: "bo"}, ["1_"] * 6)
@example({3: "kim", 2: "kim_kim", 1: "kim_LATE_LATE"}, ["", "", "77_8000001_"] * 2)
@example({101: "kim_1", 102: "kim_2", 103: "kim_3"}, [""] * 6)
@example({3: "kim", 4: "kim", 2: "kim_77", 1: "kim_77_9"}, ["", "", "kim_9_8000003_", "77_8000002_"])
@example({4: "bo_LATE_8000001", 2: "LATE_77", 5: "77_8000001"}, ["", "kim_9_8000003_", ""])
@example({1: "x_77_8000001", 77: "x_LATE", 9: "kim_8000001_LATE"}, ["2024_", "1_", ""])
@example({2: "x_9_9_8000001", 6: "x_9", 8: "8000001", 4: "x_LATE_bo"}, ["", "", "2024_", ""])
def test_a_name_with_numbers_gets_its_own_id_or_none(people: dict[int, str], starts: list[str]) -> None:
    owners = {
        f"{name}_{id}_{8_000_000 + place}_{start}{FILE}": str(id)
        for place, ((id, name), start) in enumerate(zip(people.items(), starts, strict=False))
    }
    with tempfile.TemporaryDirectory() as folder:
        files = dict.fromkeys(owners, CODE)
        found = [it for it in find_hand_ins(write_folder(Path(folder), files), NAMES) if it.source]
    parts = [(it, part.member) for it in found if it.source for part in it.source.parts]
    assert sorted(member for _, member in parts) == sorted(owners) and len(found) == len(owners)
    for it, member in parts:
        (student,) = it.counts_for
        assert student.id in ("", owners[member])
        assert student.id or it.may_be or "_" in student.name


@settings(max_examples=40)
@given(PEOPLE)
def test_everybody_of_a_gradescope_export_comes_out(people: dict[int, str]) -> None:
    listed = {
        f"submission_{id}": {":submitters": [{":name": name, ":email": None, ":sid": str(id)}]}
        for id, name in people.items()
    }
    with tempfile.TemporaryDirectory() as place:
        folder = write_folder(Path(place), {f"submission_{id}/{FILE}": CODE for id in people})
        text = yaml.safe_dump(listed, allow_unicode=True).encode("utf-8", "surrogateescape")
        (folder / "submission_metadata.yml").write_bytes(text)
        found = [it for it in find_hand_ins(folder, NAMES) if it.source]
    assert sorted(student.id for it in found for student in it.counts_for) == sorted(map(str, people))


def test_two_students_of_one_name_stay_two(tmp_path: Path) -> None:
    files = {canvas(1, "kim"): CODE, canvas(2, "kim"): CODE, f"kim/{FILE}": CODE, f"Kim/{FILE}": CODE}
    found = [it for it in find_hand_ins(write_folder(tmp_path, files), NAMES) if it.source]
    assert len({student.key for it in found for student in it.counts_for}) == 4
