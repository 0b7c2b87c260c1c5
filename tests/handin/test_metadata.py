"""Gradescope's dates are read whatever the state of its metadata."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.classroom.lateness import deduction
from autograder.handin.metadata import Metadata, read_metadata
from autograder.model.assignment import LatePolicy

FULL: dict[str, Any] = {
    "id": 123456,
    "created_at": "2024-03-01T12:00:00.000000-08:00",
    "assignment": {
        "due_date": "2024-03-01T00:00:00.000000-08:00",
        "late_due_date": None,
        "release_date": "2024-02-01T00:00:00.000000-08:00",
        "group_size": 2,
        "group_submission": True,
        "id": 25,
        "course_id": 1,
        "title": "SVM",
        "total_points": "40.0",
    },
    "submission_method": "upload",
    "users": [{"email": "a@x.org", "id": 7, "name": "Alice", "sid": None, "something_new": {}}],
    "previous_submissions": [
        {"submission_time": "2024-02-28T00:00:00Z", "score": "12.5", "autograder_error": False, "results": {}}
    ],
}


@pytest.fixture
def read(tmp_path):
    def write_and_read(content):
        path = tmp_path / "submission_metadata.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return read_metadata(path)

    return write_and_read


def test_a_full_file_says_when_the_hand_in_came_and_when_it_was_due(read):
    metadata = read(FULL)
    assert metadata.created_at == datetime(2024, 3, 1, 20, tzinfo=UTC)
    assert metadata.due == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert metadata.notes == ()


def test_a_students_own_due_date_is_the_one_that_holds(read):
    users = [{"assignment": {"due_date": "2024-03-01T11:00:00-08:00"}}, {"assignment": {}}]
    assert read({**FULL, "users": users}).due == datetime(2024, 3, 1, 19, tzinfo=UTC)


def test_in_a_group_the_latest_due_date_holds(read):
    users = [{"assignment": {"due_date": f"2024-03-0{day}T00:00:00-08:00"}} for day in (1, 2)]
    assert read({**FULL, "users": users}).due == datetime(2024, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("without", ["created_at", "assignment"])
def test_without_a_date_nothing_is_late(read, without):
    metadata = read({key: value for key, value in FULL.items() if key != without})
    assert deduction(metadata.created_at, metadata.due, LatePolicy("cut_off")).kept == 1


def test_a_date_without_a_time_zone_is_in_utc(read):
    assignment = {"due_date": "2024-03-01T19:00:00"}
    assert read({**FULL, "assignment": assignment}).due == datetime(2024, 3, 1, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe{", b"[" * 100_000, b'{"id": NaN}', b"1" + b"0" * 5000]
)
def test_a_broken_file_is_no_metadata_and_a_note(read, content):
    metadata = read(content)
    assert len(metadata.notes) == 1
    assert metadata == Metadata(notes=metadata.notes)


def test_a_missing_file_a_folder_and_a_link_are_no_metadata_and_a_note(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    for path in (tmp_path / "gone", tmp_path, tmp_path / "link"):
        assert "metadata" in read_metadata(path).notes[0]


@pytest.mark.parametrize(
    "value", [None, [], {}, "", "x", 3, 1e308, True, [None], [[1]], {"a": 1}, -1, 10**18]
)
@pytest.mark.parametrize("key", list(FULL))
def test_a_field_of_another_type_is_left_out_and_the_rest_is_kept(read, key, value):
    metadata = read({**FULL, key: value})
    if key != "assignment":
        assert metadata.due == datetime(2024, 3, 1, 8, tzinfo=UTC)
    if key != "created_at":
        assert metadata.created_at == datetime(2024, 3, 1, 20, tzinfo=UTC)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("9999-12-31T23:59:59-23:59"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*FULL, *FULL["assignment"], "name", "email", "sid"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(_json)
@example({"created_at": "0001-01-01T00:00:00+23:59", "assignment": {"due_date": "9999-12-31T23:59:59-23:59"}})
def test_any_json_is_read_without_an_exception(read, content):
    metadata = read(json.dumps(content).encode())
    assert 0 <= deduction(metadata.created_at, metadata.due, LatePolicy("per_day")).kept <= 1


@given(st.binary(max_size=100))
def test_any_bytes_are_read_without_an_exception(read, content):
    metadata = read(content)
    assert deduction(metadata.created_at, metadata.due, LatePolicy("cut_off")).kept == 1
