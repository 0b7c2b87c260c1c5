"""CPU time and memory of a call alone, read from outside the process that makes it."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from autograder.sandbox.call_failures import CodeRaised, WorkerDied
from autograder.sandbox.code import Code
from autograder.sandbox.measuring import MOST_HELD_BYTES, MOST_OF_LIBRARIES_BYTES, peak_memory, timed
from autograder.sandbox.replies import Returned
from tests.sandbox.hand_ins import files_of

WORK = """
    import threading, time
    import numpy as np

    def spin(rounds):
        total = 0
        for number in range(rounds * 10_000):
            total += number
        return total

    def spin_in_a_thread(rounds):
        thread = threading.Thread(target=spin, args=(rounds,))
        thread.start()
        thread.join()
        return 0

    def wait(seconds):
        time.sleep(seconds)
        return 0

    def take(megabytes):
        return float(np.ones(megabytes * 125_000).sum())

    def look(X):
        return X.shape

    def fail():
        raise ValueError("in the call")
"""


@pytest.fixture
def work(host):
    return Code(host, files_of(WORK))


def cpu_seconds(code, name, *args):
    """Return the least CPU time of three calls, without the time that arguments and results take to cross."""
    return min(timed([code.bind(name, *args)])[0].call for _ in range(3))


def peak_bytes(code, name, *args):
    return peak_memory(lambda: code.bind(name, *args))[0]


def test_more_work_reads_more_and_waiting_reads_next_to_nothing(work):
    little = cpu_seconds(work, "hw.spin", 10)
    much = cpu_seconds(work, "hw.spin", 100)
    waiting = cpu_seconds(work, "hw.wait", 0.1)
    assert much > 4 * little
    assert waiting < much / 4


def test_work_in_threads_is_read(work):
    # One right after the other, for the machine may be twice as fast a moment later.
    shares = [
        cpu_seconds(work, "hw.spin_in_a_thread", 50) / cpu_seconds(work, "hw.spin", 50) for _ in range(3)
    ]
    assert statistics.median(shares) > 1 / 2


def test_sending_arguments_is_left_out(work):
    X = np.zeros((2_000, 2_000))
    work.call("hw.look", X)
    assert cpu_seconds(work, "hw.look", X) < min(cpu_seconds(work, "hw.spin", 100) for _ in range(3))


def test_a_measured_call_brings_its_value_or_its_exception(work):
    _, (spun, failed) = timed([work.bind("hw.spin", 1), work.bind("hw.fail")])
    assert isinstance(spun, Returned) and spun.value == sum(range(10_000))
    assert isinstance(failed, CodeRaised)
    assert failed.type_name == "ValueError"


@pytest.mark.parametrize(
    "measure", [lambda prepare: timed([prepare()]), peak_memory], ids=["CPU time", "peak memory"]
)
def test_a_process_that_ends_while_it_is_measured_is_the_student_s_fault(host, measure):
    dying = Code(
        host,
        files_of("""
            import os, threading, time
            def f(seconds):
                threading.Thread(target=lambda: (time.sleep(seconds), os._exit(3))).start()
                return 1
        """),
    )
    failures = []
    for delay in range(12):
        try:
            measure(lambda seconds=delay * 1e-4: dying.bind("hw.f", seconds))
        except WorkerDied as failure:
            failures.append(failure)
    assert failures
    assert all(failure.code is dying for failure in failures)


def test_memory_that_is_held_before_a_call_counts_beyond_what_honest_code_holds(host):
    def holding(megabytes):
        source = f"import numpy as np\nroom = np.ones({megabytes} * 125_000)\ndef use():\n    return room[0]"
        return Code(host, files_of(source))

    assert peak_bytes(holding(5), "hw.use") < 1e6
    host.drop()
    assert peak_bytes(holding(100), "hw.use") > 100e6 - 1.1 * MOST_HELD_BYTES


def test_peak_memory_of_a_call_is_read_although_it_gave_it_back(work):
    work.call("hw.take", 1)
    large, small = (peak_bytes(work, "hw.take", megabytes) for megabytes in (60, 5))
    assert 50e6 < large < 80e6
    assert small < 15e6


def test_parts_of_libraries_that_a_call_brings_in_count_only_where_they_are_more_than_honest_code_uses(host):
    using = Code(
        host,
        files_of("""
            import mmap, tempfile
            from numpy._core import _multiarray_umath

            kept = []

            def look(megabytes):
                with open(_multiarray_umath.__file__, "rb") as library:
                    kept.append(mmap.mmap(library.fileno(), megabytes * 1_000_000, mmap.MAP_PRIVATE, mmap.PROT_READ))
                return sum(kept[-1][::4096])

            def fill(megabytes):
                with tempfile.TemporaryFile() as room:
                    room.truncate(megabytes * 1_000_000)
                    kept.append(mmap.mmap(room.fileno(), 0))
                kept[-1][:] = bytes(1) * len(kept[-1])
                return len(kept[-1])
        """),
    )
    looked_at, _ = peak_memory(lambda: using.bind("hw.look", 5))
    filled, reply = peak_memory(lambda: using.bind("hw.fill", 15))
    assert looked_at < 2e6
    assert isinstance(reply, Returned), reply
    assert filled > reply.value - 1.1 * MOST_OF_LIBRARIES_BYTES
