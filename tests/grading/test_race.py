"""Racing the reference: loops lose, honest work keeps its points, and nothing that a worker does is free of charge."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import GraderError
from autograder.grading.fixtures import race as racing
from autograder.grading.fixtures.race import SHORTEST_SECONDS, Race, Readings, Steps
from autograder.grading.trial import Subject
from autograder.model.verdict import Kind
from autograder.sandbox import process
from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.measuring import CpuTime, timed
from tests.grading.measured import finding_of, hosts, trial_of
from tests.workers import TIERS, offered

REFERENCE = """
def gram(X):
    return X.T @ X
"""

LOOPS = """
def gram(X):
    total = np.zeros((X.shape[1], X.shape[1]))
    for row in X:
        total += np.outer(row, row)
    return total
"""

LOOPS_AS_SLOW = LOOPS.replace("def gram", "def slow")

HONEST = {
    "the same": REFERENCE,
    "einsum": """
        def gram(X):
            return np.einsum("nd,ne->de", X, X)
    """,
    "with copies and checks": """
        def gram(X):
            X = np.array(X, dtype=float, order="F")
            assert np.isfinite(X).all()
            return np.ascontiguousarray(np.dot(X.T.copy(), X.copy()))
    """,
    "column by column": """
        def gram(X):
            return np.stack([X.T @ X[:, j] for j in range(X.shape[1])], axis=1)
    """,
}

HIDDEN_WORK = {
    "clocks replaced": LOOPS
    + """
import resource, time, timeit

for module, names in {time: ("time", "perf_counter", "process_time", "monotonic"), timeit: ("default_timer",),
                      resource: ("getrusage",)}.items():
    for name in names:
        setattr(module, name, lambda *args: 0.0)
""",
    "threads inside the call": LOOPS_AS_SLOW
    + """
import threading

def gram(X):
    found = []
    threads = [threading.Thread(target=lambda part=part: found.append(slow(part))) for part in np.array_split(X, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(found)
""",
    "a thread that goes on after the return": LOOPS_AS_SLOW
    + """
import sys, threading

sys.setswitchinterval(60)

def gram(X):
    result = np.empty((X.shape[1], X.shape[1]))
    begun = threading.Lock()
    begun.acquire()

    def work():
        begun.release()
        result[:] = slow(X)

    threading.Thread(target=work).start()
    begun.acquire()
    return result
""",
    "a thread that begins when the arguments arrive": LOOPS_AS_SLOW
    + """
import sys, threading, time

prepared = {}

def held_calls():
    # The calls wait in the server's frame, below the frames that read from the channel.
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame is not None:
        found = getattr(frame.f_locals.get("self"), "_held", None)
        if found is not None:
            return list(found)
        frame = frame.f_back
    return []

def watch():
    while True:
        for held in held_calls():
            X = held.arguments.positional[0]
            if held not in prepared:
                prepared[held] = X[0].copy(), slow(np.vstack([X] * 4)) / 4
        time.sleep(1e-4)

threading.Thread(target=watch, daemon=True).start()

def gram(X):
    while True:
        for first_row, result in list(prepared.values()):
            if (first_row == X[0]).all():
                return result
        time.sleep(1e-4)
""",
}


def problem(rng):
    return (rng.normal(size=(2000, 12)),)


@pytest.fixture(scope="module", params=TIERS, ids=str)
def pair(request: pytest.FixtureRequest, worker_python: Path) -> Iterator[tuple[Host, Host]]:
    with hosts(tier=offered(request.param)) as pair:
        yield pair


def race(pair, student, reference=REFERENCE, generate=problem, **options):
    return finding_of(Race(trial_of(pair, student, reference)), "hw.gram", generate, **options)


@pytest.mark.parametrize("name", HONEST)
def test_honest_work_on_whole_arrays_keeps_all_points(pair, name):
    # Far slower than an honest version of a loss is: einsum without BLAS, and a dozen thin products.
    assert race(pair, HONEST[name], full=40, none=120) is None


def test_a_python_loop_gets_nothing(pair):
    finding = race(pair, LOOPS)
    assert finding.kind is Kind.SLOW
    assert finding.credit == 0


def test_the_message_gives_the_ratio_the_steps_and_what_loops_cost(pair):
    message = race(pair, LOOPS).message
    assert "times the CPU time of a vectorized solution" in message
    assert "all of the points up to 10 times, 1/2 of the points up to 14.4 times, none beyond" in message
    assert "27 to 158 times" in message


@pytest.mark.parametrize("name", HIDDEN_WORK)
def test_work_cannot_be_hidden_from_the_clock(pair, name):
    with hosts(tier=str(pair[0].sandbox.tier)) as own_pair:  # what this code leaves running is nobody else's
        finding = race(own_pair, HIDDEN_WORK[name])
    assert finding is not None
    assert finding.kind is Kind.SLOW
    assert finding.credit == 0


def test_the_result_of_another_round_is_a_wrong_value(pair):
    replay = """
        kept = []

        def gram(X):
            if not kept:
                kept.append(X.T @ X)
            return kept[0]
    """
    assert race(pair, replay).kind is Kind.WRONG_VALUE


def test_values_are_checked_in_every_round(pair):
    careless = """
        calls = []

        def gram(X):
            calls.append(1)
            return X.T @ X if len(calls) < 3 else X.T @ X[::-1]
    """
    assert race(pair, careless).kind is Kind.WRONG_VALUE


def test_too_fast_to_be_true_is_flagged_for_a_person_and_not_punished(pair):
    trial = trial_of(pair, REFERENCE, LOOPS)
    assert finding_of(Race(trial), "hw.gram", problem) is None
    assert [flag for flag in trial.flags if "too fast to be true" in flag]


def test_a_fair_race_is_not_flagged(pair):
    trial = trial_of(pair, REFERENCE, REFERENCE)
    assert finding_of(Race(trial), "hw.gram", problem) is None
    assert trial.flags == []


@pytest.mark.parametrize(
    "start",
    ["os.fork()", "os.posix_spawn('/bin/true', ['true'], {})", "multiprocessing.Pool(1).map(len, [[]])"],
)
def test_processes_cannot_be_started(pair, start):
    student = f"""
        import multiprocessing, os

        def gram(X):
            {start}
            return X.T @ X
    """
    with pytest.raises(CodeRaised):
        race(pair, student)


def test_processes_are_impossible_or_seen_where_no_filter_refuses_them(pair, monkeypatch):
    student = (
        LOOPS_AS_SLOW
        + """
import mmap, os

def gram(X):
    shared = np.frombuffer(mmap.mmap(-1, 8 * X.shape[1] ** 2)).reshape(X.shape[1], -1)
    begun, end = os.pipe()
    if os.fork() == 0:
        os.write(end, b"x")
        shared[:] = slow(X)
        os.write(end, b"x")
        while True:
            pass
    os.read(begun, 1), os.read(begun, 1)
    return shared.copy()
"""
    )
    monkeypatch.setattr(process, "compiled_filter", lambda: None)
    tier = pair[0].sandbox.tier
    with hosts(tier=str(tier)) as own_pair:
        if tier is not Tier.LIMITS:
            with pytest.raises(CodeRaised, match="BlockingIOError"):
                race(own_pair, student)
            return
        finding = race(own_pair, student)
    assert finding.kind is Kind.SLOW
    assert "starts processes" in finding.message


def as_if_slower(ratio):
    """Return what times calls as if the student's took so many times as long as the reference's."""

    def as_if_timed(calls):
        _, outcomes = timed(calls)
        return CpuTime(1e-3 * (ratio if isinstance(calls[0].code, Subject) else 1), 1e-3), outcomes

    return as_if_timed


@pytest.mark.parametrize(
    "ratio, credit", [(10.4, 1), (10.7, Fraction(1, 2)), (14.3, Fraction(1, 2)), (15.0, 0)]
)
def test_the_ratio_that_is_told_is_one_that_earns_no_more(pair, monkeypatch, ratio, credit):
    monkeypatch.setattr(racing, "timed", as_if_slower(ratio))
    finding = race(pair, REFERENCE)
    assert (1 if finding is None else finding.credit) == credit
    if finding is not None:
        told = float(re.search(r"about ([\d.]+) times", finding.message)[1])
        assert Steps(10, 30).credit(told) <= credit


@pytest.mark.parametrize("ratio, least, most", [(1.0, 1, 1), (3.0, 2, 2), (9.5, 16, 24), (158.0, 3, 3)])
def test_a_race_ends_early_where_the_verdict_is_clear_and_late_near_a_step(
    pair, monkeypatch, ratio, least, most
):
    monkeypatch.setattr(racing, "timed", as_if_slower(ratio))
    inputs = []

    def generate(rng):
        inputs.append(problem(rng))
        return inputs[-1]

    race(pair, REFERENCE, generate=generate)
    calls_per_round = 1 if ratio > 100 else 3
    assert least <= (len(inputs) - 1) / calls_per_round <= most, "one call more warms up"
    assert len({args[0].tobytes() for args in inputs}) == len(inputs), "inputs are fresh in each call"


def test_a_race_that_takes_too_long_ends_with_what_it_has(pair, monkeypatch):
    monkeypatch.setattr(racing, "MOST_SECONDS", 0.0)
    inputs = []

    def generate(rng):
        inputs.append(problem(rng))
        return inputs[-1]

    assert race(pair, LOOPS, generate=generate).credit == 0
    rounds = racing.LEAST_AGAINST
    assert len(inputs) <= 1 + rounds * racing.CALLS_PER_ROUND, (
        "the round that warms up, and as few as take points"
    )


@pytest.mark.parametrize("stopped", [1, 2], ids=["in the first round", "in the second"])
@pytest.mark.parametrize("seconds", [0.0, 4.0], ids=["and too late for more", "in time"])
def test_a_machine_that_stands_still_for_one_round_takes_no_points(pair, monkeypatch, stopped, seconds):
    """What a hypervisor gives to others is charged to whatever was running: here, 60 ms once."""
    rounds = []

    def as_if_timed(calls):
        _, outcomes = timed(calls)
        if not isinstance(calls[0].code, Subject):
            return CpuTime(1e-3, 1e-3), outcomes
        rounds.append(calls)
        return CpuTime(61e-3 if len(rounds) - 1 == stopped else 1e-3, 1e-3), outcomes

    monkeypatch.setattr(racing, "timed", as_if_timed)
    monkeypatch.setattr(racing, "MOST_SECONDS", seconds)
    assert race(pair, REFERENCE) is None


def test_both_run_on_the_same_core_where_one_round_is_not_enough(pair, monkeypatch):
    """A core whose neighbours are busy does less in a second of CPU time: 8.5 times read as 12 by that alone."""
    met = []

    def as_if_timed(calls):
        pids = [host.process().pid for host in pair]
        met.append([frozenset(os.sched_getaffinity(pid)) for pid in pids])
        return as_if_slower(9.5)(calls)

    monkeypatch.setattr(racing, "timed", as_if_timed)
    race(pair, REFERENCE)
    allowed = frozenset(os.sched_getaffinity(0))
    assert met[:4] == [[allowed, allowed]] * 4, "two of each: the round that warms up, and the first"
    assert all(ours == theirs and len(ours) == 1 for ours, theirs in met[4:])
    assert {core for ours, _ in met[4:] for core in ours} == allowed, "each core has its turn"
    assert [frozenset(os.sched_getaffinity(host.process().pid)) for host in pair] == [allowed, allowed]


def test_a_method_of_an_object_is_raced_without_what_made_the_object(pair):
    model = """
        class Model:
            def __init__(self, X):
                for repeated in range({repeats}):
                    self.X = np.array(X.tolist())

            def gram(self):
                return self.X.T @ self.X
    """

    def gram(code, X):
        return code.new("hw.Model", X).bind("gram")

    trial = trial_of(pair, model.format(repeats=40), model.format(repeats=1))
    assert finding_of(Race(trial), gram, problem) is None


# --- readings and steps -----------------------------------------------------------------------------------


def readings_of(*pairs, around=0.0):
    readings = Readings()
    for ours, theirs in pairs:
        readings.add(CpuTime(ours, 1e-3), CpuTime(theirs, 1e-3 + around))
    return readings


def test_one_reading_of_a_clock_that_stood_still_decides_nothing():
    behind = SHORTEST_SECONDS / 2
    readings = readings_of((1e-3, 2e-3), (1e-3, behind), (behind, 2e-3), (1e-3, 2e-3), (1e-3, 2e-3))
    assert readings.ratio() == pytest.approx(2)


def test_the_smallest_reading_alone_decides_nothing():
    readings = readings_of((1e-3, 5e-2), (1e-3, 2e-5), (1e-3, 4e-2), (2e-3, 6e-2))
    assert readings.ratio() == pytest.approx(35)


def test_a_faster_machine_for_some_runs_of_one_side_decides_nothing():
    """A loop over the examples was once read as 12 times the reference's time, by rounds of two different speeds."""
    readings = readings_of(
        (0.9e-3, 19e-3), (0.9e-3, 11e-3), (0.9e-3, 19e-3), (0.9e-3, 11e-3), (0.9e-3, 19e-3)
    )
    assert readings.ratio() == pytest.approx(19 / 0.9)
    assert readings_of(*[(0.9e-3, 19e-3), (0.7e-3, 11e-3)] * 4).ratio() > 15


def test_clocks_that_never_move_are_a_fault_of_the_grader():
    with pytest.raises(GraderError, match="do not advance"):
        readings_of(*[(0.0, 0.0)] * 24).ratio()


def test_what_a_worker_does_around_the_call_counts_beyond_what_the_transfer_costs():
    assert readings_of(*[(1e-3, 1e-3)] * 4, around=1e-3).ratio() == pytest.approx(1)
    assert readings_of(*[(1e-3, 1e-3)] * 4, around=50e-3).ratio() > 40


def test_work_that_moves_in_and_out_of_the_call_is_counted_in_every_round():
    readings = Readings()
    for call, around in [(50e-3, 1e-3), (1e-3, 50e-3)] * 4:
        readings.add(CpuTime(1e-3, 1e-3), CpuTime(call, around))
    assert readings.ratio() > 40


def test_few_rounds_are_enough_far_from_a_step_and_many_are_not_close_to_one():
    steps = Steps(10, 30)
    assert readings_of((1e-3, 1e-3)).are_clear(steps)
    assert not readings_of((1e-3, 3e-3)).are_clear(steps)
    assert readings_of(*[(1e-3, 3e-3)] * 2).are_clear(steps)
    assert not readings_of((1e-3, 1e-4)).are_clear(steps), "a clock that lagged, or something to flag"
    assert not readings_of(*[(1e-3, 9.5e-3)] * 15).are_clear(steps)


@pytest.mark.parametrize(
    "ratio, credit",
    [(0.1, 1), (8.5, 1), (10, 1), (10.1, Fraction(1, 2)), (14, Fraction(1, 2)), (15, 0), (27, 0), (158, 0)],
)
def test_credit_falls_in_steps(ratio, credit):
    assert Steps(10, 30).credit(ratio) == credit


@given(st.floats(0.01, 1000), st.floats(1.0, 3.0), st.floats(1.01, 100), st.floats(1.1, 10))
def test_slower_never_earns_more(ratio, slower, full, spread):
    steps = Steps(full, full * spread)
    assert steps.credit(ratio * slower) <= steps.credit(ratio)
    assert steps.credit(full) == 1
    assert steps.credit(full * spread) == 0
