"""What one hand-in may cost the others of its class: counted in calls, since seconds differ between machines."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from autograder.errors import SubmissionError
from autograder.handin.find import find_hand_ins
from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.trees import EntryKind, Member, ReadLimits, list_members
from tests.handin.hand_ins import CODE, NAMES, write_folder, write_zip

FEW, MANY = 60, 1_500


def calls_in(work: Callable[[], Any]) -> int:
    """Return how many functions are called while work is done, those written in C included."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def lines_in(work: Callable[[], Any]) -> int:
    """Return how many lines run while work is done: loops that call nothing are lines, too."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def class_of(files: int, depth: int = 0):
    """Return the members of a class's zip in which one of three hands in very many files."""
    members = {f"class/{who}/linear_svm.py": CODE for who in ("alice", "bob", "mallory")}
    return members | {f"class/mallory/{'x/' * depth}{i}.txt": b"" for i in range(files)}


def opening_the_others(found) -> None:
    for it in found:
        if it.label != "mallory":
            assert open_hand_in(it.source, NAMES, label=it.label).files == {"linear_svm.py": CODE}


def test_files_of_one_hand_in_cost_the_others_of_a_class_zip_nothing(tmp_path):
    cost = {}
    for files in (0, MANY):
        found = find_hand_ins(write_zip(tmp_path / f"{files}.zip", class_of(files)), NAMES)
        cost[files] = calls_in(partial(opening_the_others, found))
    assert cost[MANY] < 1.05 * cost[0]


def test_an_archive_of_a_class_is_listed_once(tmp_path):
    path = write_zip(tmp_path / "class.zip", class_of(MANY))
    listed = calls_in(lambda: find_hand_ins(path, NAMES))
    found = find_hand_ins(path, NAMES)
    assert calls_in(lambda: opening_the_others(found)) < listed / 20


def test_an_archive_of_a_class_that_was_replaced_is_listed_again(tmp_path):
    path = write_zip(tmp_path / "class.zip", class_of(0))
    find_hand_ins(path, NAMES)
    write_zip(path, class_of(0) | {"class/carol/linear_svm.py": CODE})
    assert [it.label for it in find_hand_ins(path, NAMES)] == ["alice", "bob", "carol", "mallory"]


@pytest.mark.parametrize("pack", [write_zip, write_folder])
def test_a_hand_in_of_a_class_may_hold_no_more_files_than_one_by_itself(tmp_path, pack):
    limits = ReadLimits(members=100)
    found = find_hand_ins(pack(tmp_path / "class.zip", class_of(101)), NAMES, limits)
    assert len(found) == 3
    opening_the_others(found)
    (mallory,) = (it for it in found if it.label == "mallory")
    with pytest.raises(SubmissionError, match="mallory holds more than 100 files"):
        open_hand_in(mallory.source, NAMES, limits)


@pytest.mark.parametrize(
    "member",
    [
        "class/mallory/{}.txt",
        "class/mallory/{}/x/y/z.txt",
        "class/mallory/{}/linear_svm.py",
        "class/mallory_12_{}_linear_svm.py",
        "class/mallory_12_34_{}_linear_svm.py",
        "class/mallory_12_assignsubmission_file_/{}.py",
        "class/mallory! ({}).zip",
        "class/{}!.py",
    ],
)
def test_finding_hand_ins_takes_steps_in_proportion_to_the_files(tmp_path, member):
    others = {f"class/{who}/linear_svm.py": CODE for who in ("alice", "bob", "mallory")}

    def cost(files: int) -> int:
        members = others | {member.format(1_000_000 + i): b"" for i in range(files)}
        path = write_zip(tmp_path / f"{files}.zip", members)
        return calls_in(lambda: find_hand_ins(path, NAMES))

    none, some, more = cost(0), cost(FEW), cost(4 * FEW)
    assert more - none < 5 * (some - none)


@pytest.mark.parametrize(
    "member, files",
    [
        ("class/mallory/{}.txt", 2_500),
        ("class/mallory/{}/x.txt", 2_500),
        ("class/mallory/a/b/{}.txt", 2_500),
        ("around/class/mallory/{}.txt", 2_500),
        (f"class/mallory/{{}}/{'x/' * 20}a.txt", 50),
    ],
)
def test_a_hand_in_of_far_too_many_files_costs_nobody_else_the_class(tmp_path, member, files):
    limits = ReadLimits(members=10)  # so a thousand for a class
    place = "around/" * member.startswith("around")
    others = {f"{place}{path}": content for path, content in class_of(0).items()}
    # In two hand-ins, before and after those of others.
    far_too_many = {
        member.format(i).replace("mallory", who): b"" for who in ("eve", "mallory") for i in range(files)
    }
    path = write_zip(
        tmp_path / "class.zip", {f"{place}class/eve/linear_svm.py": CODE} | others | far_too_many
    )
    found = {it.label: it for it in find_hand_ins(path, NAMES, limits)}
    assert found.keys() == {"alice", "bob", "eve", "mallory"}
    opening_the_others(found[who] for who in ("alice", "bob"))
    for who in ("eve", "mallory"):
        with pytest.raises(SubmissionError, match=f"{who} holds more than 10 files"):
            open_hand_in(found[who].source, NAMES, limits)


@pytest.mark.parametrize(
    "member", ["class/mallory/.venv/{}/" + "x/" * 20 + "a.py", "class/mallory/a/b/.cache{}/x.py"]
)
def test_what_is_ignored_costs_nobody_else_the_class(tmp_path, member):
    members = class_of(0) | {member.format(i): b"" for i in range(2_500)}
    path = write_zip(tmp_path / "class.zip", members)
    found = find_hand_ins(path, NAMES, ReadLimits(members=10))  # so a thousand for a class
    assert [it.label for it in found] == ["alice", "bob", "mallory"]
    opening_the_others(found)


def test_names_that_lead_to_one_place_take_steps_in_proportion():
    def cost(files: int) -> int:
        members = [
            Member(f"{chr(ord('C') + i % 20)}:{'/' * (1 + i // 20)}a.py", EntryKind.FILE)
            for i in range(files)
        ]
        return lines_in(lambda: list_members(members, "class.zip", ReadLimits()))

    assert cost(800) < 5 * cost(200)


@pytest.mark.parametrize("place", ["", "class/", "around/class/"])
def test_a_class_that_is_too_large_by_itself_is_refused_as_a_whole(tmp_path, place):
    members = {f"{place}{i:04}/linear_svm.py": CODE for i in range(1_001)}
    with pytest.raises(SubmissionError, match="holds more than 1000 files"):
        find_hand_ins(write_zip(tmp_path / "class.zip", members), NAMES, ReadLimits(members=10))


def notebook(source: str) -> bytes:
    cells = [{"cell_type": "code", "source": source}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_code_that_is_too_long_to_be_graded_is_not_looked_at_line_by_line(tmp_path):
    def cost(lines: int) -> int:
        path = write_zip(tmp_path / f"{lines}.zip", {"linear_svm.ipynb": notebook("!\n" * lines)})
        return calls_in(lambda: open_hand_in(path, NAMES, ReadLimits(source_bytes=2_000)))

    assert cost(10_000) - cost(2_000) < 8_000 / 4


def test_of_very_many_copies_only_a_few_are_read(tmp_path):
    source = "def svm_loss_naive(W, X, y, reg):\n    return 0.0, W\n"

    def cost(copies: int) -> tuple[int, int]:
        read: list[str] = []
        members = {f"{i:03}/linear_svm.ipynb": notebook(source) for i in range(copies)}
        path = write_zip(tmp_path / f"{copies}.zip", members)
        before = zipfile.ZipFile.open

        def counted(archive, member, *args, **keywords):
            read.append(member.filename)
            return before(archive, member, *args, **keywords)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(zipfile.ZipFile, "open", counted)
            submission = open_hand_in(path, NAMES, stubs={"linear_svm.py": CODE})
        assert b"svm_loss_naive" in submission.files["linear_svm.py"]
        return len(read), len(submission.notes)

    assert cost(400) == cost(40)
