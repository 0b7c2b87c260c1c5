"""What the class report counts, on a class small enough to be counted by hand."""

from __future__ import annotations

import re
from fractions import Fraction

import msgspec
import pytest

from autograder.classroom.report_parts import of_mistakes
from autograder.model.hint_use import HintUse
from autograder.model.verdict import Kind
from autograder.report.class_page import class_page, connected
from autograder.report.context import LikePair, ReportContext
from autograder.report.statistics import ClassStatistics
from tests.report.samples import (
    ASSIGNMENT,
    CHECK,
    FAST,
    GRADED,
    IDS,
    LOOPS,
    OTHER,
    PIXELS,
    PLAN,
    VALUES,
    failed,
    passed,
    result,
)


def gathered(**hand_ins: object) -> ClassStatistics:
    statistics = ClassStatistics(ASSIGNMENT, PLAN)
    for label, graded in hand_ins.items():
        statistics.add(label, graded)  # type: ignore[arg-type]
    return statistics


def test_points_are_counted_by_question_and_in_total_after_lateness() -> None:
    statistics = gathered(ada=result(), bob=result(failed(OTHER)), eve=result(kept=Fraction(1, 2)))
    assert statistics.totals == [18.5, 15.0, 9.25]
    assert statistics.late == 1
    assert statistics.quantile(0.5) == 15.0
    assert statistics.questions["gradient"].scores == [3.5, 0.0, 3.5]
    assert (statistics.questions["gradient"].full, statistics.questions["gradient"].none) == (2, 1)
    assert [tally.question.id for tally in statistics.hardest()] == ["gradient", "loss"]


def test_a_mistake_counts_once_per_hand_in_however_many_tests_show_it() -> None:
    wrong = [failed(test, mistake="S03", hint="…") for test in VALUES]
    statistics = gathered(
        ada=result(*wrong), bob=result(wrong[0], failed(OTHER, mistake="S03")), eve=result()
    )
    (mistake,) = statistics.most_frequent()
    assert (mistake.id, mistake.hand_ins) == ("S03", ["ada", "bob"])
    assert mistake.questions == {"loss": 2, "gradient": 1}


def test_who_makes_a_mistake_in_each_question_in_which_anybody_does_is_named_once() -> None:
    everywhere = [failed(VALUES[0], mistake="S03"), failed(OTHER, mistake="S03")]
    assert gathered(ada=result(*everywhere)).most_frequent()[0].same_everywhere
    in_one = gathered(ada=result(*everywhere), bob=result(everywhere[1]))
    assert not in_one.most_frequent()[0].same_everywhere


def test_a_bonus_that_nobody_went_for_is_not_missing() -> None:
    for bonus in (True, False):
        graded = result(failed(OTHER, Kind.MISSING))
        questions = [
            msgspec.structs.replace(it, bonus=bonus and it.id == "gradient") for it in graded.questions
        ]
        statistics = gathered(ada=msgspec.structs.replace(graded, questions=tuple(questions)))
        assert statistics.questions["gradient"].kinds[Kind.MISSING] == (not bonus)
        assert (Kind.MISSING in statistics.rows[0].kinds) == (not bonus)


def test_the_most_frequent_mistake_comes_first() -> None:
    rare, usual = (failed(OTHER, mistake=id) for id in ("S01", "S09"))
    statistics = gathered(ada=result(usual), bob=result(usual), eve=result(rare))
    assert [mistake.id for mistake in statistics.most_frequent()] == ["S09", "S01"]


def test_an_accepted_reading_is_no_mistake() -> None:
    note = passed(OTHER, "half the penalty")
    statistics = gathered(
        ada=result(type(note)(test=OTHER, kind=Kind.PASSED, credit=Fraction(1), mistake="half"))
    )
    assert not statistics.mistakes
    assert statistics.accepted["half"].hand_ins == ["ada"]


def test_wrong_values_that_nobody_knows_are_counted_apart() -> None:
    statistics = gathered(
        ada=result(failed(OTHER, hint="is it twice?")),
        bob=result(failed(OTHER, Kind.RAISED)),
        eve=result(failed(OTHER, mistake="S01")),
    )
    assert statistics.questions["gradient"].unknown == 1
    assert statistics.other_hints == {("gradient", "is it twice?"): 1}


def test_a_test_is_passed_by_those_who_pass_all_its_cases() -> None:
    statistics = gathered(ada=result(), bob=result(failed(VALUES[1])), eve=result(failed(PIXELS)))
    values = statistics.tests["loss", f"{GRADED}test_matches_the_reference"]
    assert (values.cases, values.passed_all, values.rate) == (3, 2, pytest.approx(2 / 3))
    assert values.outcomes == {Kind.PASSED: 2, Kind.WRONG_VALUE: 1}


def test_tests_that_everybody_or_nobody_passes_are_named() -> None:
    statistics = gathered(ada=result(failed(OTHER)), bob=result(failed(OTHER)))
    remarks = {
        function.rpartition("::")[2]: tally.remark for (_, function), tally in statistics.tests.items()
    }
    assert remarks["test_gradient"] == "nobody passes"
    assert remarks["test_is_fast"] == "everybody passes"
    assert remarks["test_worked_example"] == "everybody passes"
    assert gathered().tests["loss", f"{GRADED}test_is_fast"].remark == ""


def test_a_test_that_goes_with_the_total_tells_strong_from_weak() -> None:
    nothing = [failed(test) for test in IDS]
    strange = [failed(test) for test in VALUES]
    statistics = gathered(
        ada=result(), bob=result(), eve=result(*nothing), mal=result(failed(PIXELS)), kim=result(*strange)
    )
    values = statistics.tests["loss", f"{GRADED}test_matches_the_reference"].discrimination
    pixels = statistics.tests["loss", f"{GRADED}test_survives_pixels"].discrimination
    assert values is not None and pixels is not None
    assert values > 0.9 > pixels


def test_structure_that_waits_for_right_values_is_counted_as_such() -> None:
    statistics = gathered(ada=result(), bob=result(failed(VALUES[0])), eve=result(failed(LOOPS, Kind.LOOPS)))
    loops = statistics.tests["loss", f"{GRADED}test_has_no_loop"]
    assert (loops.passed_all, loops.waiting, loops.outcomes[Kind.LOOPS]) == (2, 1, 1)


def test_ratios_of_cpu_time_are_kept_with_their_limits() -> None:
    slow = failed(FAST, Kind.SLOW, measured={"cpu_ratio": 42.0, "full": 10.0, "none": 30.0})
    fast = gathered(ada=result(slow)).tests["loss", f"{GRADED}test_is_fast"]
    assert (fast.cpu_ratios, fast.limits) == ([42.0], (10.0, 30.0))


def test_flags_and_faults_name_the_hand_in() -> None:
    statistics = gathered(
        ada=result(failed(FAST, flags=("too fast to be true",)), flags=("Canvas marks it as late",)),
        eve=result(failed(OTHER, Kind.GRADER_FAULT), faults=("the disk was full",)),
    )
    assert statistics.flags == [("ada", "Canvas marks it as late"), ("ada", "too fast to be true")]
    assert statistics.faults == [("eve", "the disk was full"), ("eve", OTHER)]


def test_checks_that_earn_nothing_are_counted_as_tests_but_not_as_mistakes() -> None:
    statistics = gathered(ada=result(failed(CHECK)))
    assert statistics.tests["loss", CHECK.partition("[")[0]].passed_all == 0
    assert statistics.questions["loss"].unknown == 0


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (Kind.MISSING, "missing"),
        (Kind.RAISED, "no value"),
        (Kind.TIMED_OUT, "no value"),
        (Kind.WRONG_VALUE, "wrong values"),
        (Kind.LOOPS, "loops"),
    ],
)
def test_a_file_that_is_missing_is_no_wrong_value(kind: Kind, way: str) -> None:
    statistics = gathered(a=result(failed(LOOPS, kind)), b=result())
    ways = statistics.tests["loss", LOOPS].ways
    assert {name: count for name, count in ways.items() if count} == {"passed": 1, way: 1}
    assert sum(ways.values()) == 2


def test_every_hand_in_has_a_row_with_its_points_and_mistakes() -> None:
    first, second = gathered(a=result(failed(OTHER, mistake="S04")), b=result()).rows
    assert [(row.label, row.mistakes) for row in (first, second)] == [("a", ("S04",)), ("b", ())]
    assert first.scores["gradient"] == 0 and first.total < second.total


def test_code_is_shown_of_those_who_make_a_mistake_in_the_question_that_is_shown() -> None:
    statistics = gathered(
        ada=result(failed(OTHER, mistake="S04")),
        bob=result(failed(VALUES[0], mistake="S04")),
        eve=result(failed(VALUES[0], mistake="S04"), failed(OTHER, mistake="S04")),
    )
    (tally,) = statistics.most_frequent()
    assert tally.by_question == {"gradient": ["ada", "eve"], "loss": ["bob", "eve"]}
    assert tally.questions == {"gradient": 2, "loss": 2} and tally.hand_ins == ["ada", "bob", "eve"]
    ((id, question, labels),) = of_mistakes([tally])
    assert (id, labels) == ("S04", tally.by_question[question])


def test_a_hint_is_counted_once_for_each_student_and_by_the_stage_that_fixed_it() -> None:
    uses = [(1, 1, True), (2, 4, True), (2, 6, True), (2, 1, True), (3, 9, False)]
    statistics = gathered(
        **{
            f"student {number}": result(hints=(HintUse("loss", "S03", stage, attempts, fixed),) * 2)
            for number, (stage, attempts, fixed) in enumerate(uses)
        }
    )
    (tally,) = statistics.hints.values()
    assert (tally.saw, [len(it) for it in tally.fixed]) == ([5, 4, 1], [1, 3, 0])
    assert [tally.attempts(stage) for stage in range(3)] == ["1", "half within 4, all within 6", ""]


def test_a_hint_for_a_question_that_there_is_not_is_left_out() -> None:
    assert gathered(ada=result(hints=(HintUse("<b>", "", 1, 0, False),))).hints == {}


def test_those_who_are_connected_by_pairs_are_together_the_largest_group_first() -> None:
    pairs = [("bo", "ada"), ("di", "eve"), ("cy", "bo"), ("fay", "gus"), ("gus", "hal"), ("hal", "ida")]
    groups = connected(pairs)
    assert groups == [("fay", "gus", "hal", "ida"), ("ada", "bo", "cy"), ("di", "eve")]
    context = ReportContext(
        pairs=tuple(LikePair(first=one, second=other, likeness=0.7) for one, other in pairs)
    )
    page = class_page(gathered(fay=result()), context)
    assert re.findall(r"<li>(\d) hand-ins: ", page) == ["4", "3"]
