"""Lateness comes from dates that no student can write, and costs what the policy says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.classroom.lateness import Deduction, deduction, read_date, span
from autograder.errors import CourseError
from autograder.model.assignment import LatePolicy
from autograder.report.gradescope import read_results
from tests.classroom.test_container import build, grade
from tests.courses import GRADING, write_hand_in

DUE = datetime(2030, 1, 31, 23, 59, tzinfo=UTC)
PER_DAY = LatePolicy("per_day", Fraction(10), grace_minutes=15, max_days=3)


def late_by(policy: LatePolicy, **span: float) -> Deduction:
    return deduction(DUE + timedelta(**span), DUE, policy)


@pytest.mark.parametrize(
    "late, kept",
    [
        ({"days": -3}, 1),
        ({"minutes": 15}, 1),
        ({"minutes": 16}, Fraction(9, 10)),
        ({"days": 1}, Fraction(9, 10)),
        ({"days": 1, "seconds": 1}, Fraction(8, 10)),
        ({"days": 3}, Fraction(7, 10)),
        ({"days": 3, "minutes": 1}, 0),
    ],
    ids=str,
)
def test_every_day_begun_costs_its_share(late: dict[str, float], kept: Fraction) -> None:
    assert late_by(PER_DAY, **late).kept == kept


@pytest.mark.parametrize("created_at, due", [(None, None), (DUE, None), (None, DUE)])
def test_unknown_lateness_costs_nothing_and_says_nothing(
    created_at: datetime | None, due: datetime | None
) -> None:
    assert deduction(created_at, due, PER_DAY) == Deduction()


def test_the_student_is_told_both_dates() -> None:
    assert late_by(PER_DAY, days=1, hours=3).sentence == (
        "Due 2030-01-31 23:59 UTC, handed in 2030-02-02 02:59 UTC: 1 day 3 hours late."
    )


def test_seconds_are_said_where_they_decide() -> None:
    found = late_by(PER_DAY, minutes=15, seconds=1)
    assert found.sentence == (
        "Due 2030-01-31 23:59 UTC, handed in 2030-02-01 00:14:01 UTC: 15 minutes 1 second late."
    )


def test_lateness_that_costs_nothing_is_not_held_against_anybody() -> None:
    assert late_by(LatePolicy("none"), days=2).sentence == ""
    assert late_by(PER_DAY, minutes=10).sentence == ""


@pytest.mark.parametrize(
    "late, text",
    [
        (timedelta(milliseconds=5), "less than a second"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(hours=1, minutes=2), "1 hour 2 minutes"),
        (timedelta(days=2, minutes=5, seconds=59), "2 days 5 minutes"),
    ],
)
def test_spans_are_told_in_two_units_at_most(late: timedelta, text: str) -> None:
    assert span(late) == text


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("due", "created_at", "kept"),
    [
        # Clocks go forward on 2030-03-31 and back on 2030-10-27: a day stays 24 hours.
        (
            datetime(2030, 3, 30, 23, 59, tzinfo=BERLIN),
            datetime(2030, 4, 1, 0, 59, tzinfo=BERLIN),
            Fraction(9, 10),
        ),
        (
            datetime(2030, 3, 30, 23, 59, tzinfo=BERLIN),
            datetime(2030, 4, 1, 1, 0, tzinfo=BERLIN),
            Fraction(8, 10),
        ),
        (
            datetime(2030, 10, 26, 23, 59, tzinfo=BERLIN),
            datetime(2030, 10, 27, 22, 59, tzinfo=BERLIN),
            Fraction(9, 10),
        ),
        (
            datetime(2030, 10, 26, 23, 59, tzinfo=BERLIN),
            datetime(2030, 10, 27, 23, 0, tzinfo=BERLIN),
            Fraction(8, 10),
        ),
        # The same moment in another time zone is the same lateness.
        (
            datetime(2030, 3, 30, 23, 59, tzinfo=BERLIN),
            datetime(2030, 3, 31, 22, 59, tzinfo=UTC),
            Fraction(9, 10),
        ),
    ],
)
def test_a_day_is_24_hours_whatever_clocks_do(due: datetime, created_at: datetime, kept: Fraction) -> None:
    assert deduction(created_at, due, PER_DAY).kept == kept


@pytest.mark.parametrize(
    ("late", "left", "kept", "used"),
    [
        ({"minutes": 10}, None, 1, 0),
        ({"hours": 1}, None, 1, 1),
        ({"days": 2}, None, 1, 2),
        ({"days": 3}, None, Fraction(9, 10), 2),
        ({"days": 3}, 0, Fraction(7, 10), 0),
        ({"days": 3}, 5, 1, 3),
        ({"days": 5}, None, Fraction(7, 10), 2),
        ({"days": 6}, None, 0, 2),
    ],
)
def test_slip_days_cost_nothing_while_there_are_any(
    late: dict[str, float], left: int | None, kept: Fraction, used: int
) -> None:
    policy = LatePolicy("per_day", Fraction(10), grace_minutes=15, max_days=3, slip_days=2)
    found = deduction(DUE + timedelta(**late), DUE, policy, left)
    assert (found.kept, found.slip_days_used) == (kept, used)
    assert (f"{used} slip day" in found.sentence) == bool(used)
    assert deduction(DUE + timedelta(days=9), DUE, LatePolicy("none", slip_days=2)) == Deduction()
    assert deduction(DUE + timedelta(days=2), DUE, LatePolicy("cut_off", slip_days=2)).kept == 1
    assert deduction(DUE + timedelta(days=3), DUE, LatePolicy("cut_off", slip_days=2)).kept == 0


@pytest.mark.parametrize("text", ["2030-01-31", " 20300131 ", "2030-W05-4"])
def test_a_day_without_a_time_is_refused_with_one(text: str) -> None:
    with pytest.raises(CourseError, match=r"has no time; say when on that day, as in .*T23:59\.$"):
        read_date(text, "--due")


def test_dates_with_an_offset_are_taken_as_they_are() -> None:
    assert read_date("2030-02-01T00:59+01:00", "--due") == DUE


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("text", ["2030-03-31T02:30", "2030-10-27T02:30"])
@pytest.mark.usefixtures("in_berlin")
def test_a_time_that_clocks_skip_or_show_twice_is_asked_about(text: str) -> None:
    with pytest.raises(CourseError, match=r"is when the clocks are changed; say which moment by an offset"):
        read_date(text, "--due")
    assert read_date(f"{text}+01:00", "--due").astimezone(UTC).strftime("%H:%M") == "01:30"


@pytest.mark.usefixtures("in_berlin")
def test_the_student_is_told_both_dates_by_one_clock() -> None:
    found = deduction(DUE, read_date("2030-01-31T23:59", "--due"), PER_DAY)
    assert found.sentence == "Due 2030-01-31 23:59 CET, handed in 2030-02-01 00:59 CET: 1 hour late."


@pytest.mark.parametrize("text", ["tomorrow", "31.1.2030", "", "9999999999"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CourseError, match=r"--due: .* is no date; write it like 2030-01-31T23:59"):
        read_date(text, "--due")


# --- on Gradescope ------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    policy = '\n[late]\npolicy = "per_day"\nper_cent_per_day = 20\n'
    root = build(tmp_path, **{"solutions/centring/grading.toml": GRADING + policy})
    write_hand_in(root / "submission")
    return root


def write_metadata(root: Path, created: str, due: str, own_due: str | None = None) -> None:
    users = [{"name": "Ada", "assignment": {"due_date": own_due}}] if own_due else []
    about = {"created_at": created, "assignment": {"due_date": due}, "users": users}
    (root / "submission_metadata.json").write_text(json.dumps(about))


def test_a_late_hand_in_loses_its_share_on_gradescope(root: Path) -> None:
    write_metadata(root, "2030-02-01T10:00:00+00:00", "2030-01-31T23:59:00+00:00")
    results = grade(root)
    assert results.score == 8.0
    assert results.output is not None
    assert "80 % of the points are kept" in results.output
    assert "10 hours 1 minute late" in results.output


def test_an_extension_of_the_students_own_counts(root: Path) -> None:
    write_metadata(root, "2030-02-01T10:00:00Z", "2030-01-31T23:59:00Z", own_due="2030-02-03T00:00:00Z")
    assert grade(root).score == 10.0


def test_what_could_not_be_handed_in_is_late_as_well(root: Path) -> None:
    write_metadata(root, "2030-02-01T10:00:00Z", "2030-01-31T23:59:00Z")
    (root / "submission" / "centring.py").unlink()
    results = grade(root)
    assert results.score == 0.0
    assert results.extra_data is not None and results.extra_data.kept == "4/5"


def test_without_dates_all_points_stay_and_a_person_is_told(root: Path) -> None:
    assert grade(root).score == 10.0
    data = read_results(root / "results" / "results.json").extra_data
    assert data is not None and "it is not known whether this was in time" in data.flags
