"""The same class is found in whatever lies around it; where two readings are possible the instructor is asked."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Literal

import pytest

from autograder.errors import SubmissionError
from autograder.handin import archives
from autograder.handin.find import find_hand_ins, find_one
from autograder.handin.found import Fate, Found
from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.shape import AmbiguousError, Shape
from autograder.handin.trees import ReadLimits
from tests.handin.hand_ins import CODE, NAMES, write_folder

CLASS = {f"{name}/linear_svm.py": CODE for name in ("ada", "bo", "cy")}
OTHER = b"value = 2\n"


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def pack(how: str, root: Path, files: Mapping[str, bytes]) -> Path:
    """Write files as a folder, or as an archive of it."""
    folder = write_folder(root / "named", files)
    if how == "folder":
        return folder
    path = root / f"named.{how}"
    if how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    elif how == "7z":
        py7zr = pytest.importorskip("py7zr")
        with py7zr.SevenZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(content, name)
    else:
        modes: dict[str, Literal["w", "w:gz", "w:bz2", "w:xz"]]
        modes = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}
        with tarfile.open(path, modes[how]) as archive:
            for name in files:
                archive.add(folder / name, name)
    return path


@pytest.fixture(params=["folder", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "7z"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def labels(found: tuple[Found, ...]) -> set[str]:
    hand_ins = {it.label: it for it in found if it.source}
    assert all(it.fate is Fate.GRADED for it in hand_ins.values())
    for it in hand_ins.values():
        assert it.source is not None
        assert open_hand_in(it.source, NAMES).files == {NAMES[0]: CODE}
    return set(hand_ins)


OUTPUT = {
    "out/class.json": b"{}",
    "out/grades.csv": b"",
    "out/results/ada.json": b"",
    "out/state/x.outcome": b"",
}


@pytest.mark.parametrize(
    "files",
    [
        CLASS,
        below("submissions", CLASS),
        below("wrap", below("submissions", CLASS)),
        below("home/ada/Desktop/courses/2026/svm/submissions", CLASS),
        {**CLASS, "notes.txt": b"", "README.md": b""},
        {**CLASS, "linear_svm.py": OTHER},
        {**below("submissions", CLASS), "notes.txt": b"", "__MACOSX/x": b"", ".DS_Store": b""},
        {**below("submissions", CLASS), **OUTPUT},
        {**CLASS, **OUTPUT},
        {**below("submissions", CLASS), **below("submissions", OUTPUT)},
    ],
)
def test_a_class_is_found_in_what_lies_around_it(how: str, tmp_path: Path, files: dict[str, bytes]) -> None:
    found = find_hand_ins(pack(how, tmp_path, files), NAMES)
    assert labels(found) == {"ada", "bo", "cy"}
    passed_over = {it.label for it in found if it.source is None}
    assert passed_over <= {"notes.txt", "README.md", "linear_svm.py", "out", "__MACOSX", "DS_Store"}
    assert {"notes.txt", "out", "linear_svm.py"} & {name.partition("/")[0] for name in files} <= passed_over
    if "linear_svm.py" in files:
        (stray,) = (it for it in found if it.label == "linear_svm.py")
        assert stray.fate is Fate.REFUSED and "nothing says whose it is" in stray.reason


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"linear_svm.py": CODE, "backup/linear_svm.py": OTHER}, "--one"),
        (below("ada", {"hw/linear_svm.py": CODE}), "--class"),
        ({**below("monday", CLASS), **below("friday", CLASS)}, "name that folder"),
        ({**below("monday", CLASS), "friday/dan/linear_svm.py": CODE}, "name that folder"),
        ({**below("submissions", CLASS), "solution/linear_svm.py": OTHER}, "name that folder"),
        ({**below("submissions", CLASS), "notes/todo.txt": b""}, "name that folder"),
        (
            below("monday", {f"{it}_1_{place}_linear_svm.py": CODE for place, it in enumerate("ab", 1)})
            | {"friday/c_3_4_linear_svm.py": CODE},
            "name that folder",
        ),
    ],
)
def test_what_may_be_read_in_two_ways_is_asked(
    how: str, tmp_path: Path, files: dict[str, bytes], says: str
) -> None:
    path = pack(how, tmp_path, files)
    with pytest.raises(AmbiguousError, match=says) as caught:
        find_hand_ins(path, NAMES)
    assert "\n" not in str(caught.value)
    assert len([it for it in find_hand_ins(path, NAMES, shape=Shape.ONE) if it.source]) == 1
    tops = {name.partition("/")[0] for name in files if "/" in name}
    hand_ins = [it for it in find_hand_ins(path, NAMES, shape=Shape.CLASS) if it.source]
    assert {it.label for it in hand_ins} == tops


@pytest.mark.parametrize("how", ["folder", "zip"])
def test_files_that_lie_where_they_are_due_are_one_hand_in(how: str, tmp_path: Path) -> None:
    names, paths = ("layers.py", "net.py"), ("cs231n/layers.py", "cs231n/models/net.py")
    named = pack(how, tmp_path, dict.fromkeys(paths, CODE))
    (found,) = find_hand_ins(named, names, paths=paths)
    assert found.source and set(open_hand_in(found.source, names).files) == set(names)
    other = pack(how, tmp_path / "other", {"cs231n/layers.py": CODE, "cs231n/ada/net.py": CODE})
    with pytest.raises(AmbiguousError, match="--one"):
        find_hand_ins(other, names, paths=paths)


def test_parts_of_one_hand_in_are_no_class(tmp_path: Path) -> None:
    names = ("linear_svm.py", "softmax.py")
    path = write_folder(tmp_path, {"part1/linear_svm.py": CODE, "part2/softmax.py": CODE})
    with pytest.raises(AmbiguousError, match="--one if they are one"):
        find_hand_ins(path, names)
    both = {"ada/linear_svm.py": CODE, "bo/linear_svm.py": CODE, "bo/softmax.py": CODE}
    assert len(find_hand_ins(write_folder(tmp_path / "class", both), names)) == 2


def test_a_list_of_owners_counts_only_where_it_was_named(how: str, tmp_path: Path) -> None:
    planted = {
        "ada/linear_svm.py": CODE,
        "ada/submission_metadata.yml": b"submission_1:\n  :submitters:\n  - :name: Bo\n    :email: bo@x.org\n",
    }
    found = find_hand_ins(pack(how, tmp_path, planted), NAMES)
    assert labels(found) == {"ada"}
    assert [it.name for one in found for it in one.students] == ["ada"]


@pytest.mark.parametrize("name", ["assignment_123_export", "anything"])
def test_an_export_in_a_folder_of_its_own(tmp_path: Path, name: str) -> None:
    export = {
        "submission_1/linear_svm.py": CODE,
        "submission_2/linear_svm.py": CODE,
        "submission_metadata.yml": b"submission_1:\n  :submitters:\n  - :name: Bo\n    :email: bo@x.org\n",
    }
    path = pack("folder", tmp_path, below(name, export))
    if name == "anything":
        with pytest.raises(AmbiguousError, match="name that folder itself"):
            find_hand_ins(path, NAMES)
        path = path / name
    found = {it.label: it for it in find_hand_ins(path, NAMES)}
    assert [it.name for it in found["submission_1"].students] == ["Bo"]


def test_exports_of_sections_beside_each_other_are_asked_about(how: str, tmp_path: Path) -> None:
    export = {
        "submission_1/linear_svm.py": CODE,
        "submission_metadata.yml": b"submission_1:\n  :submitters:\n  - :name: Bo\n    :email: bo@x.org\n",
    }
    sections = {**below("section-1", export), **below("section-2", below("assignment_2_export", export))}
    path = pack(how, tmp_path / "folders", {**sections, "notes.txt": b""})
    with pytest.raises(
        AmbiguousError, match="section-1, section-2; grade each export of Gradescope by itself"
    ):
        find_hand_ins(path, NAMES)
    assert labels(find_hand_ins(path, NAMES, shape=Shape.CLASS)) == {"section-1", "section-2"}
    beside = {**below("section-1", export), "ada/linear_svm.py": CODE}
    assert labels(find_hand_ins(pack(how, tmp_path / "one", beside), NAMES)) == {"section-1", "ada"}


def test_archives_that_are_exports_of_sections_are_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    export = {"submission_1/linear_svm.py": CODE, "submission_metadata.yml": b"submission_1: {}\n"}
    for number in "12":
        name = f"assignment_{number}_export"
        pack("zip", tmp_path / number, below(name, export)).rename(folder / f"{name}.zip")
    with pytest.raises(AmbiguousError, match="grade each export of Gradescope by itself"):
        find_hand_ins(folder, NAMES)
    write_folder(folder, {"ada/linear_svm.py": CODE})
    assert "ada" in labels(find_hand_ins(folder, NAMES))


CANVAS = {f"{name}_{id}_{9000 + id}_linear_svm.py": CODE for id, name in enumerate(("ada", "bo", "cy"), 1)}
MOODLE = {f"{name}_{id}_assignsubmission_file_/linear_svm.py": CODE for id, name in enumerate("abc", 1)}
GRADESCOPE = {"submission_1/linear_svm.py": CODE, "submission_metadata.yml": b"submission_1: {}\n"}


@pytest.mark.parametrize(
    ("downloads", "says"),
    [
        ([CLASS], r"1\.zip in .* holds 3 hand-ins"),
        ([CANVAS, MOODLE], "holds 3 hand-ins"),
        ([CANVAS] * 4, r"1\.zip, .* hold hand-ins of several students each; grade each download by itself"),
        ([MOODLE] * 12, "hold hand-ins of several students each"),
        ([GRADESCOPE] * 12, "grade each export of Gradescope by itself"),
    ],
)
def test_archives_of_classes_are_no_hand_ins_wherever_they_lie(
    how: str, tmp_path: Path, downloads: list[dict[str, bytes]], says: str
) -> None:
    files = {
        f"{number}.zip": pack("zip", tmp_path / str(number), it).read_bytes()
        for number, it in enumerate(downloads, start=1)
    }
    path = pack(how, tmp_path / "top", {**files, "notes.txt": b""})
    for named in (path, pack(how, tmp_path / "wrapped", below("downloads", files))):
        with pytest.raises(AmbiguousError, match=says):
            find_hand_ins(named, NAMES)
    hand_ins = [it.label for it in find_hand_ins(path, NAMES, shape=Shape.CLASS) if it.source]
    assert len(hand_ins) == len(files)


def test_archives_of_students_with_two_versions_each_are_a_class(how: str, tmp_path: Path) -> None:
    two = pack("zip", tmp_path, {"v1/linear_svm.py": CODE, "v2/linear_svm.py": OTHER}).read_bytes()
    path = pack(how, tmp_path / "class", {f"s{number}.zip": two for number in range(12)})
    assert len([it for it in find_hand_ins(path, NAMES) if it.source]) == 12


def test_an_archive_of_a_class_alone_in_a_folder_is_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    pack("zip", tmp_path, CLASS).rename(folder / "submissions.zip")
    with pytest.raises(AmbiguousError, match=r"submissions\.zip in .* holds 3 hand-ins"):
        find_hand_ins(folder, NAMES)
    assert labels(find_hand_ins(folder / "submissions.zip", NAMES)) == {"ada", "bo", "cy"}


def test_an_archive_of_one_student_alone_in_a_folder_is_a_class_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    pack("zip", tmp_path, {"linear_svm.py": CODE}).rename(folder / "ada.zip")
    assert labels(find_hand_ins(folder, NAMES)) == {"ada"}


@pytest.mark.parametrize("how", ["tar.gz", "7z", "zip"])
def test_a_hand_in_may_be_any_archive(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    pack(how, tmp_path, {"hw/linear_svm.py": CODE}).rename(folder / f"ada.{how}")
    write_folder(folder, {"bo/linear_svm.py": CODE})
    assert labels(find_hand_ins(folder, NAMES)) == {"ada", "bo"}


@pytest.mark.parametrize("name", ["ada.tar.gz", "ada.tar", "ada.7z", "ada.tar.xz", "ada.zip"])
@pytest.mark.parametrize(
    "content", [b"", b"nothing of the kind", b"\x1f\x8b\x08\x00 broken", b"7z\xbc\xaf\x27\x1c broken"]
)
def test_a_broken_archive_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    write_folder(tmp_path, {name: content, "bo/linear_svm.py": CODE, "cy/linear_svm.py": CODE})
    hand_ins = {it.label: it for it in find_hand_ins(tmp_path, NAMES)}
    source = hand_ins["ada"].source
    assert source is not None
    with pytest.raises(SubmissionError, match=r"^ada\..* cannot be opened as a .*\.$"):
        open_hand_in(source, NAMES)


@pytest.mark.parametrize(
    ("name", "says"), [("ada.tar.gz", "as a tar"), ("ada.7z", "as a 7z"), ("ada.zip", "as a zip")]
)
def test_an_empty_archive_is_called_what_it_is(tmp_path: Path, name: str, says: str) -> None:
    path = write_folder(tmp_path, {name: b""}) / name
    with pytest.raises(SubmissionError, match=rf"{says} \(it is empty\)"):
        open_hand_in(path, NAMES)


def test_a_tar_that_a_browser_unpacked_keeps_its_name(tmp_path: Path) -> None:
    path = pack("tar", tmp_path, {"hw/linear_svm.py": CODE}).rename(tmp_path / "ada.tar.gz")
    assert open_hand_in(path, NAMES).files == {"linear_svm.py": CODE}


def test_a_name_that_comes_twice_in_the_archive_of_a_class_is_said_to_its_student(tmp_path: Path) -> None:
    path = tmp_path / "class.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("ada", "ada", "bo"):
            archive.add(write_folder(tmp_path / name, {"linear_svm.py": CODE}), name)
    said = {it.label: open_hand_in(it.source, NAMES).notes for it in find_hand_ins(path, NAMES) if it.source}
    assert said == {
        "ada": ("ada/linear_svm.py is in the archive more than once; the last one counts.",),
        "bo": (),
    }


def test_an_archive_that_is_not_opened_has_a_name_and_a_reason(tmp_path: Path) -> None:
    write_folder(tmp_path, {"lovelace_501_9001_hw.rar": b"Rar!", **CLASS})
    (refused,) = (it for it in find_hand_ins(tmp_path, NAMES) if it.fate is Fate.REFUSED)
    assert [it.id for it in refused.students] == ["501"]
    assert "ask for a zip" in refused.reason


def test_a_tar_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "ada.tar.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(60):
            file.write(bytes(1_000_000))
    with pytest.raises(SubmissionError, match="unpacks to more than 50 MB"):
        open_hand_in(path, NAMES)


@pytest.mark.parametrize("beside", [["svm-hand-in.zip"], ["old.zip"], ["svm-hand-in.zip", "old.zip"]])
def test_an_archive_beside_the_work_is_no_class(tmp_path: Path, beside: list[str]) -> None:
    folder = write_folder(tmp_path / "svm", {"linear_svm.py": CODE})
    for name in beside:
        pack("zip", tmp_path, {"linear_svm.py": CODE}).rename(folder / name)
    assert labels(find_hand_ins(folder, NAMES)) == {"svm"}


def test_folders_of_students_with_files_in_common_are_no_sections(tmp_path: Path) -> None:
    files = {"ada/src/linear_svm.py": CODE, "bo/src/linear_svm.py": CODE, "bo/v1/linear_svm.py": OTHER}
    hand_ins = [it.label for it in find_hand_ins(write_folder(tmp_path, files), NAMES) if it.source]
    assert hand_ins == ["ada", "bo"]


def test_archives_within_archives_are_opened_as_deep_in_a_folder_as_in_an_archive(tmp_path: Path) -> None:
    inner = pack("zip", tmp_path, {"linear_svm.py": CODE}).read_bytes()
    outer = pack("zip", tmp_path, {"svm-hand-in.zip": inner}).read_bytes()
    write_folder(tmp_path / "class", {"ada/hw.zip": outer, "bo.zip": outer})
    assert labels(find_hand_ins(tmp_path / "class", NAMES)) == {"ada", "bo"}


def test_an_archive_that_is_not_opened_beside_other_work_is_no_second_hand_in(tmp_path: Path) -> None:
    files = {
        "lovelace_501_9001_hw.rar": b"Rar!",
        "lovelace_501_9002_linear_svm.py": CODE,
        "bo_502_9003_hw.rar": b"Rar!",
        "bo_502_9004_report.pdf": b"%PDF",
        "cy.rar": b"Rar!",
        "cy/linear_svm.py": CODE,
    }
    found = find_hand_ins(write_folder(tmp_path, files), NAMES)
    people = {student.name: it.fate for it in found for student in it.students}
    assert people == {"lovelace": Fate.GRADED, "bo": Fate.REFUSED, "cy": Fate.GRADED}
    assert len([it for it in found if it.students]) == 3 and len(found) == 6


def test_of_attempts_that_are_not_opened_the_last_is_refused(tmp_path: Path) -> None:
    files = {f"HW_ada_attempt_2026-03-0{day}-10-00-00_hw.rar": b"Rar!" for day in (1, 2)}
    found = find_hand_ins(write_folder(tmp_path, {**files, "bo.py": CODE}), NAMES)
    reasons = {it.fate: it.reason for it in found if not it.source}
    assert "03-02" in reasons[Fate.REFUSED] and "ask for a zip" in reasons[Fate.REFUSED]
    assert "03-01" in reasons[Fate.IGNORED] and "beside another hand-in of the same" in reasons[Fate.IGNORED]


def test_a_folder_that_is_called_like_an_archive_is_a_hand_in(how: str, tmp_path: Path) -> None:
    files = {"alice.zip/linear_svm.py": CODE, "alice.zip/notes.txt": b"", "bo/linear_svm.py": CODE}
    assert labels(find_hand_ins(pack(how, tmp_path, files), NAMES)) == {"alice.zip", "bo"}


def test_archives_of_some_students_are_no_classes_however_many_each_has(tmp_path: Path) -> None:
    archive = pack("zip", tmp_path / "one", CANVAS).read_bytes()
    files = {
        **{f"ada{it}_{it}_{9000 + it}_linear_svm.py": CODE for it in range(1, 7)},
        **{f"bo{it}_{it}_{9000 + 100 * n + it}_{n}.zip": archive for it in range(11, 17) for n in (1, 2)},
    }
    found = find_hand_ins(write_folder(tmp_path / "class", files), NAMES)
    assert len([it for it in found if it.source]) == 12


def test_an_archive_of_a_class_beside_few_others_is_asked_about(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "downloads", {"solution/linear_svm.py": OTHER})
    pack("zip", tmp_path, CLASS).rename(folder / "submissions.zip")
    with pytest.raises(AmbiguousError, match=r"submissions\.zip in .* holds 3 hand-ins"):
        find_hand_ins(folder, NAMES)
    hand_ins = [it.label for it in find_hand_ins(folder, NAMES, shape=Shape.CLASS) if it.source]
    assert hand_ins == ["solution", "submissions"]


def test_work_in_two_folders_of_one_student_does_not_make_the_class_unclear(tmp_path: Path) -> None:
    files = {
        **CLASS,
        "dan/v1/linear_svm.py": OTHER,
        "dan/v2/linear_svm.py": CODE,
        "eva/hw/linear_svm.py": CODE,
    }
    hand_ins = [it.label for it in find_hand_ins(write_folder(tmp_path, files), NAMES) if it.source]
    assert hand_ins == ["ada", "bo", "cy", "dan", "eva"]


def test_a_file_in_the_way_of_a_folder_costs_nobody_the_work(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("ada", "ada/linear_svm.py", "bo/linear_svm.py"):
            archive.writestr(name, CODE)
    assert labels(find_hand_ins(path, NAMES)) == {"ada", "bo"}


def test_clones_of_github_classroom_are_a_class(tmp_path: Path) -> None:
    own = {
        ".git/HEAD": b"",
        ".git/objects/ab/cd": b"",
        ".github/workflows/public-checks.yml": b"",
        "README.md": b"",
        "test_public.py": b"",
        "homework_autograder-1.whl": b"PK",
        "linear_svm.py": CODE,
    }
    files = {name: content for who in ("ada", "bo-b") for name, content in below(f"hw1-{who}", own).items()}
    assert labels(find_hand_ins(pack("folder", tmp_path, below("hw1-submissions", files)), NAMES)) == {
        "hw1-ada",
        "hw1-bo-b",
    }


def test_whose_a_single_hand_in_is_does_not_matter_to_look_at_it(how: str, tmp_path: Path) -> None:
    path = pack(how, tmp_path, {"repository/src/linear_svm.py": CODE})
    with pytest.raises(AmbiguousError, match="--one"):
        find_hand_ins(path, NAMES)
    assert open_hand_in(find_one(path, NAMES), NAMES).files == {"linear_svm.py": CODE}


@pytest.mark.parametrize("how", ["tar.xz", "7z"])
def test_a_class_is_unpacked_once_for_all_who_are_in_it(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[str]()
    original = archives.open_archive

    def counted(file: IO[bytes], name: str, limits: ReadLimits) -> archives.Archive:
        opened.append(name)
        return original(file, name, limits)

    monkeypatch.setattr(archives, "open_archive", counted)
    path = pack(how, tmp_path, CLASS)
    assert labels(find_hand_ins(path, NAMES)) == {"ada", "bo", "cy"}
    assert len(opened) == 1
    path.unlink()
    pack(how, tmp_path, {"dan/linear_svm.py": CODE, "eva/linear_svm.py": CODE})
    assert labels(find_hand_ins(path, NAMES)) == {"dan", "eva"}
    assert len(opened) == 2


def test_files_named_by_student_are_those_of_a_class_however_their_ending_is_written(tmp_path: Path) -> None:
    path = write_folder(tmp_path, {"hand-ins/Ada.PY": CODE, "hand-ins/Bo.PY": CODE})
    assert {it.label for it in find_hand_ins(path, NAMES)} == {"Ada", "Bo"}
