"""Calls into student code: what comes back, what is reported, and what it may not do to the next call."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest

from autograder.sandbox import time_used
from autograder.sandbox.call_failures import (
    CallOutOfMemory,
    CallTimedOut,
    CodeRaised,
    NameAbsent,
    ReplyTooLarge,
    WorkerDied,
)
from autograder.sandbox.callbacks import SENT_BACK_BYTES, SENT_BACK_FACTOR
from autograder.sandbox.code import Code, Handle
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox, WorkerProcess
from autograder.sandbox.time_used import cpu_seconds
from autograder.sandbox.wire.channel import WATCH_SECONDS, Channel, DeadlinePassed
from autograder.sandbox.wire.messages import Reply, Request
from autograder.values.kinds import Foreign
from tests.sandbox.hand_ins import files_of, identical

MODEL = """
    import numpy as np

    class Model:
        scale = 1.0

        def __init__(self, size):
            self.W = np.ones(size)

        def loss(self, X):
            return float((X * self.W * self.scale).sum())

        def copy(self):
            other = Model(0)
            other.W = self.W + 1
            return other

    def total(models):
        return sum(model.W.sum() for model in models)

    def made(cls, size):
        return cls(size)
"""


# --- several calls at once ----------------------------------------------------------------------------


def test_calls_that_cross_together_give_what_each_would_give_alone(code):
    student = code("""
        import numpy as np

        kept = np.zeros(3)

        def fill(value, times=lambda it: it):
            kept[:] = times(value)
            return kept, [1, 2]

        def invert(number, X=None):
            if X is not None:
                X[0] = 7
            return 1 / number
    """)
    student.call("hw.fill", 0.0)
    exchanges = student.host.exchanges
    calls = [
        student.bind("hw.fill", 1.0),
        student.bind("hw.invert", 0),
        student.bind("hw.fill", 2.0, times=lambda it: 10 * it),
        student.bind("hw.invert", 4, np.arange(3)),
    ]
    first, raised, second, third = student.outcomes(calls)
    # A buffer that is used again is what it was when each call returned.
    assert first.value[0].tolist() == [1.0] * 3 and second.value[0].tolist() == [20.0] * 3
    assert isinstance(raised, CodeRaised) and raised.type_name == "ZeroDivisionError" and raised.frames
    assert third.value == 0.25 and third.changed["1"].tolist() == [7, 1, 2]
    assert student.host.exchanges == exchanges + 1


def test_what_fails_on_import_is_imported_once_for_all_calls_that_cross_together(code):
    broken = code("""
        [][3]
    """)
    calls = [broken.bind("hw.f", number) for number in range(6)]
    exchanges = broken.host.exchanges
    assert {outcome.type_name for outcome in broken.outcomes(calls)} == {"IndexError"}
    assert broken.host.exchanges == exchanges + 1


def test_results_that_are_too_large_together_do_not_cost_the_worker(code):
    student = code("""
        import numpy as np

        def ones(size):
            return np.ones(size)
    """)
    size = student.host.sandbox.limits.reply_bytes // 8 // 3
    process = student.process()
    assert student.call("hw.ones", size).size == size
    with pytest.raises(ReplyTooLarge):
        student.outcomes([student.bind("hw.ones", size)] * 5)
    assert student.process() is process


@pytest.mark.parametrize(
    ("last", "failure"),
    [("hw.wait", CallTimedOut), ("hw.leave", WorkerDied), ("hw.absent", NameAbsent)],
)
def test_a_call_that_does_not_end_ends_all_that_cross_with_it(code, last, failure):
    student = code("""
        import os

        def one():
            return 1

        def wait():
            while True:
                pass

        def leave():
            os._exit(3)
    """)
    student.seconds_per_call = 0.3
    with pytest.raises(failure):
        student.outcomes([student.bind("hw.one"), student.bind(last)])
    assert student.call("hw.one") == 1


# --- arguments ----------------------------------------------------------------------------------------


def test_arguments_that_a_call_changes_are_reported(code):
    changing = code("""
        def change(X, y, options, parts, reg=None):
            X[0] = 9
            options["b"] = 2
            parts[0][1] += 1
            reg *= 0
            return y
    """)
    arguments = (np.zeros(3), np.arange(3), {"a": 1}, [np.zeros(2)])
    outcome = changing.bind("hw.change", *arguments, reg=np.ones(2)).outcome()
    assert set(outcome.changed) == {"0", "2", "3", "reg"}
    assert identical(outcome.changed["0"], np.array([9.0, 0, 0]))
    assert outcome.changed["2"] == {"a": 1, "b": 2}
    assert identical(arguments[0], np.zeros(3))


def test_an_argument_that_a_call_makes_many_times_as_large_is_too_large(code):
    growing = code("""
        def grow(X, size):
            X.resize(size, refcheck=False)
    """)
    X = np.zeros(3)
    most = SENT_BACK_BYTES // X.itemsize
    assert growing.bind("hw.grow", X, most).outcome().changed["0"].size == most
    with pytest.raises(ReplyTooLarge):
        growing.call("hw.grow", X, most + 64)


@pytest.mark.parametrize(
    "change",
    [
        "X.shape = (4, 1)",
        "X.dtype = np.int64",
        "X[0, 0] = -0.0",
        "parts[0] = None",
        "parts[1] = 2.5",
        "parts[2] = True",
        "parts.append(1)",
        "parts[3].clear()",
    ],
)
def test_every_kind_of_change_is_reported(code, change):
    changing = code(f"import numpy as np\ndef change(X, parts):\n    {change}")
    outcome = changing.bind("hw.change", np.zeros((2, 2)), [np.ones(1), np.nan, 1, {"a": 1}]).outcome()
    assert list(outcome.changed) == ["0" if change.startswith("X") else "1"]


def test_arguments_that_a_call_leaves_alone_are_not_reported(code):
    reading = code("""
        def read(X, parts, function, model):
            X = X + 1
            parts = parts + [1]
            return 0
        class Model:
            def __eq__(self, other):
                return False
            def touch(self):
                self.n = 1
    """)
    model = reading.new("hw.Model")
    X = np.array([np.nan, np.inf, -0.0])
    outcome = reading.bind("hw.read", X, [np.nan, "a"], abs, model).outcome()
    assert outcome.changed == {}


def test_arguments_are_the_call_s_own_writeable_memory(code):
    looking = code("""
        def look(X):
            return X.flags.owndata, X.flags.writeable, X.flags.aligned, X.flags.c_contiguous
    """)
    X = np.arange(6.0).reshape(2, 3).T
    X.flags.writeable = False
    assert looking.call("hw.look", X) == (True, True, True, True)


def test_numpy_and_python_s_own_library_are_all_there(code):
    importing = code("""
        import importlib
        def f(names):
            return [importlib.import_module(name).__name__ for name in names]
    """)
    names = ["numpy.fft", "numpy.random", "numpy.polynomial", "decimal", "fractions", "statistics", "heapq"]
    names += [
        "json",
        "csv",
        "urllib.parse",
        "unittest.mock",
        "concurrent.futures",
        "zlib",
        "bz2",
        "sqlite3",
        "ssl",
    ]
    assert importing.call("hw.f", names) == names


# --- functions and objects ----------------------------------------------------------------------------


def test_a_function_that_is_passed_in_is_called_back_here(code):
    calling = code("""
        def minimum(f, X):
            return min(f(x, scale=2.0) for x in X)
    """)
    asked = []

    def f(x, scale):
        asked.append(x)
        return scale * x

    assert calling.call("hw.minimum", f, np.array([3.0, 1.0, 2.0])) == 2.0
    assert asked == [3.0, 1.0, 2.0]


def test_arrays_cross_into_and_out_of_a_function_that_is_called_back(code):
    calling = code("""
        def gradient_step(f, w):
            gradient = f(w)
            gradient += 1
            return w - gradient
    """)
    seen = np.array([1.0, 2.0])
    assert identical(calling.call("hw.gradient_step", lambda w: seen, np.zeros(2)), np.array([-2.0, -3.0]))
    assert identical(seen, np.array([1.0, 2.0]))


def test_a_function_that_is_passed_in_is_not_called_with_far_more_than_the_call_was_given(code):
    calling = code("""
        import numpy as np
        def use(f, X, times):
            try:
                return f(np.concatenate([X] * times))
            except BaseException:
                return "caught"
        def one():
            return 1
    """)
    X = np.zeros(SENT_BACK_BYTES // 8)
    seen: list[object] = []
    with pytest.raises(ReplyTooLarge):
        calling.call("hw.use", seen.append, X, SENT_BACK_FACTOR + 1)
    assert seen == []
    assert calling.call("hw.one") == 1
    assert calling.call("hw.use", lambda X: X.size, X, SENT_BACK_FACTOR) == SENT_BACK_FACTOR * X.size
    calling.forget()
    assert calling.call("hw.use", lambda X: X.size, X[:1], X.size) == X.size


@pytest.mark.parametrize("call", ["f(1, 2, 3)", "f('text')", "f()"])
def test_a_misuse_of_a_function_that_is_passed_in_is_the_student_s_error(code, call):
    calling = code(f"def use(f):\n    return {call}")
    with pytest.raises(CodeRaised) as raised:
        calling.call("hw.use", lambda x: x / 2)
    assert raised.value.type_name == "RuntimeError"


def test_a_function_cannot_be_called_back_once_its_test_is_over(code):
    keeping = code("""
        kept = []
        def keep(f):
            kept.append(f)
        def use():
            return kept[0](1)
    """)
    called: list[object] = []
    keeping.call("hw.keep", called.append)
    keeping.forget()
    with pytest.raises(CodeRaised):
        keeping.call("hw.use")
    assert called == []


def test_an_object_keeps_its_state_from_call_to_call(code):
    made = code(MODEL)
    model = made.new("hw.Model", 3)
    model.set("scale", 2.0)
    assert model.call("loss", np.ones(3)) == 6.0
    assert identical(model.get("W"), np.ones(3))
    assert model.type_name == "Model"


def test_a_function_that_is_set_on_an_object_is_called_back_here(code):
    made = code(MODEL)
    model = made.new("hw.Model", 3)
    model.set("loss", lambda X: 7.0)
    assert model.call("loss", np.ones(3)) == 7.0


def test_an_object_that_a_call_returns_is_a_handle_that_can_be_passed_back(code):
    made = code(MODEL)
    first = made.new("hw.Model", 2)
    second = first.call("copy")
    assert isinstance(second, Handle)
    assert made.call("hw.total", [first, second]) == 6.0


def test_a_class_of_the_code_s_own_can_be_passed_as_an_argument(code):
    made = code(MODEL)
    assert identical(made.call("hw.made", made.ref("hw.Model"), 2).get("W"), np.ones(2))


def test_a_handle_lives_for_one_test(code):
    made = code(MODEL)
    model = made.new("hw.Model", 2)
    made.forget()
    with pytest.raises(ValueError, match="after its test"):
        model.get("W")


def test_a_handle_cannot_be_used_with_other_code(code):
    model = code(MODEL).new("hw.Model", 2)
    with pytest.raises(ValueError, match="other code"):
        code(MODEL).call("hw.total", [model])


def test_an_object_goes_with_the_process_that_held_it(host):
    made = Code(host, files_of(MODEL + "\n    def die():\n        import os; os._exit(0)"))
    model = made.new("hw.Model", 2)
    with pytest.raises(WorkerDied):
        made.call("hw.die")
    with pytest.raises(WorkerDied):
        model.get("W")


def test_an_object_s_last_words_cannot_spoil_the_end_of_a_test(host):
    made = Code(
        host,
        files_of("""
        import os
        class Model:
            def __del__(self):
                os._exit(0)
        def one():
            return 1
    """),
    )
    made.new("hw.Model")
    made.forget()
    assert made.call("hw.one") == 1


# --- failures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement, bases",
    [
        ("raise ValueError('no')", ["ValueError", "Exception", "BaseException"]),
        ("sys.exit(0)", ["SystemExit", "BaseException"]),
        ("raise KeyboardInterrupt", ["KeyboardInterrupt", "BaseException"]),
        ("raise GeneratorExit", ["GeneratorExit", "BaseException"]),
        ("raise Own('no')", ["Own", "BaseException"]),
        ("raise Own('no') from ValueError()", ["Own", "BaseException"]),
        ("np.linalg.inv(np.zeros((2, 2)))", ["LinAlgError", "ValueError", "Exception", "BaseException"]),
        ("fall(0)", ["RecursionError", "RuntimeError", "Exception", "BaseException"]),
        ("next(iter([]))", ["StopIteration", "Exception", "BaseException"]),
    ],
)
def test_an_exception_comes_back_as_its_classes_and_the_student_s_frames(code, statement, bases):
    raising = code(f"""
        import sys
        import numpy as np
        class Own(BaseException):
            def __str__(self):
                raise self
        def fall(n):
            return fall(n + 1) + 1
        def f():
            {statement}
    """)
    restarts = raising.host.restarts
    with pytest.raises(CodeRaised) as raised:
        raising.call("hw.f")
    assert list(raised.value.bases) == bases
    assert all(frame.file.startswith("hw.py") for frame in raised.value.frames)
    assert raised.value.frames[-1].function in ("f", "fall")
    assert raising.host.restarts == restarts


def test_frames_and_text_of_an_exception_show_where_and_why(host):
    raising = Code(
        host,
        files_of("""
        def inner(n):
            return 1 / n

        def outer(n):
            return inner(n - 1)
    """),
    )
    with pytest.raises(CodeRaised) as raised:
        raising.call("hw.outer", 1)
    assert [(f.file, f.line, f.function, f.source) for f in raised.value.frames] == [
        ("hw.py", 6, "outer", "return inner(n - 1)"),
        ("hw.py", 3, "inner", "return 1 / n"),
    ]
    assert raised.value.text == "division by zero"
    assert raised.value.arguments == ("division by zero",)


def test_what_an_exception_was_made_of_crosses_as_texts_and_numbers(code):
    raising = code("""
        import numpy as np
        class Odd(Exception):
            args = property(lambda self: 1 / 0)
        def plain():
            raise ValueError("empty", 0, True, None, np.float64(0.5), np.int64(3))
        def other():
            raise ValueError([1], 1 << 80, np.zeros(2))
        def many():
            raise ValueError(*range(100))
        def odd():
            raise Odd("x")
    """)
    found = {}
    for name in ("plain", "other", "many", "odd"):
        with pytest.raises(CodeRaised) as raised:
            raising.call(f"hw.{name}")
        found[name] = raised.value.arguments
    assert found["plain"] == ("empty", 0, True, None, 0.5, 3) and type(found["plain"][4]) is float
    assert [str(it) for it in found["other"]] == ["an object"] * 3 and found["other"][0] != [1]
    assert found["many"] == (*range(8),) and found["odd"] == ()


@pytest.mark.parametrize(
    "name", ["hw.absent", "hw.Model.absent", "absent.f", "numpy.zeros", "os.getcwd", "sys.exit", "hw."]
)
def test_only_what_the_hand_in_defines_can_be_called(code, name):
    with pytest.raises(NameAbsent):
        code("import os\n" + MODEL.replace("\n    ", "\n")).call(name)


def test_an_attribute_that_is_not_there_is_said_to_be_missing(code):
    with pytest.raises(NameAbsent, match="params"):
        code(MODEL).new("hw.Model", 1).get("params")


def test_a_call_past_its_deadline_is_stopped_and_the_next_call_works(host):
    hanging = Code(
        host,
        files_of("""
        import signal, time
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        def hang():
            while True:
                try:
                    while True: pass
                except BaseException: pass
        def wait():
            time.sleep(3600)
        def one():
            return 1
    """),
        seconds_per_call=0.3,
    )
    for name in ("hang", "wait"):
        with pytest.raises(CallTimedOut):
            hanging.call(f"hw.{name}")
        assert hanging.call("hw.one") == 1


def test_a_wait_is_interrupted_as_often_as_whoever_watches_says():
    ours, theirs = socket.socketpair()
    looks: list[int] = []

    def look():
        looks.append(len(looks))
        return 0.001

    with ours, theirs:
        waiting: Channel[Request, Reply] = Channel(ours, Reply, watch=look)
        with pytest.raises(DeadlinePassed):
            waiting.receive(time.monotonic() + 5 * WATCH_SECONDS)
    assert len(looks) > 5


def test_a_call_that_does_not_end_is_looked_at_again_when_its_time_is_up(host, monkeypatch):
    intervals = []
    look = WorkerProcess._watch

    def noted(process):
        intervals.append(look(process))
        return intervals[-1]

    monkeypatch.setattr(WorkerProcess, "_watch", noted)
    hanging = Code(host, files_of("def f():\n    while True: pass"), seconds_per_call=0.15)
    with pytest.raises(CallTimedOut):
        hanging.call("hw.f")
    assert min(intervals) < WATCH_SECONDS


def test_work_in_c_that_does_not_end_is_stopped(host):
    hanging = Code(
        host,
        files_of("""
        import re
        def hang():
            return re.match(r"(a+)+$", "a" * 64 + "b")
    """),
        seconds_per_call=0.3,
    )
    with pytest.raises(CallTimedOut):
        hanging.call("hw.hang")


def test_waiting_for_the_answer_of_a_function_counts_for_no_deadline(host):
    asking = Code(host, files_of("def f(answer): return answer(1) + answer(2)"), seconds_per_call=0.3)

    def answer(number):
        time.sleep(0.5)
        return number

    assert asking.call("hw.f", answer) == 3


@pytest.mark.parametrize("seconds", [0.3, 0.15])
def test_time_in_which_nobody_looked_counts_for_no_deadline(host, monkeypatch, seconds):
    quick = Code(
        host, files_of("import os\ndef f(): return 1\ndef die(): os._exit(3)"), seconds_per_call=seconds
    )
    quick.most_wall_seconds = 0.3
    send = Channel.send

    def send_and_wait_for_a_core(channel, *arguments):
        send(channel, *arguments)
        time.sleep(0.6)

    monkeypatch.setattr(Channel, "send", send_and_wait_for_a_core)
    assert quick.call("hw.f") == 1
    with pytest.raises(WorkerDied, match="exit code 3"):
        quick.call("hw.die")


def test_a_machine_that_stands_still_for_a_while_costs_no_call_its_time(host, monkeypatch):
    spinning = """
        import time

        def spin(seconds):
            began = time.process_time()
            while time.process_time() - began < seconds:
                pass
            return 1
    """
    code = Code(host, files_of(spinning), seconds_per_call=0.6)
    assert code.call("hw.spin", 0.0) == 1
    began = time.monotonic()

    def cpu_seconds_with_a_pause(pid):
        return cpu_seconds(pid) + (5.0 if time.monotonic() > began + 0.02 else 0.0)

    monkeypatch.setattr(time_used, "cpu_seconds", cpu_seconds_with_a_pause)
    assert code.call("hw.spin", 0.25) == 1
    with pytest.raises(CallTimedOut):
        code.call("hw.spin", 60.0)


@pytest.mark.filterwarnings("error")
def test_numbers_that_a_function_is_given_cause_no_warning_here(host):
    diverged = Code(host, files_of("import numpy as np\ndef f(slope): return slope(np.full(2, np.inf))"))
    assert np.isnan(diverged.call("hw.f", lambda x: x - x)).all()


def test_calls_are_limited_by_the_time_on_the_wall_as_well(host):
    hanging = Code(host, files_of("def f():\n    while True: pass"), seconds_per_call=600.0)
    hanging.most_wall_seconds = 0.3
    with pytest.raises(CallTimedOut):
        hanging.call("hw.f")


def test_a_worker_without_memory_for_a_request_ends_although_threads_of_it_sleep(sandbox):
    with_little = Sandbox.of_this_machine(300, sandbox.tier)
    with Host(with_little) as host:
        full = Code(
            host,
            files_of("""
            import threading, time
            import numpy as np
            kept = []
            def fill():
                threading.Thread(target=time.sleep, args=(600,)).start()
                for power in (26, 24, 22, 20):
                    try:
                        while True: kept.append(np.empty(1 << power, np.uint8))
                    except MemoryError:
                        pass
                return len(kept)
            def size(x):
                return x.size
        """),
            seconds_per_call=2.0,
        )
        assert full.call("hw.fill") > 4
        with pytest.raises(WorkerDied):
            full.call("hw.size", np.zeros(1 << 21))
        assert full.call("hw.size", np.zeros(3)) == 3


def test_too_much_memory_is_said_so_and_the_worker_goes_on(sandbox):
    with_little = Sandbox.of_this_machine(300, sandbox.tier)
    with Host(with_little) as host:
        greedy = Code(
            host,
            files_of("""
            import numpy as np
            def array():
                return np.ones((1 << 29,)).sum()
            def lists():
                kept = []
                while True:
                    kept.append(bytearray(1 << 20))
            def one():
                return 1
        """),
        )
        for name in ("array", "lists"):
            with pytest.raises(CallOutOfMemory):
                greedy.call(f"hw.{name}")
        assert greedy.call("hw.one") == 1
        assert host.restarts == 0


@pytest.mark.parametrize(
    "statement, how",
    [
        ("os._exit(3)", "exit code 3"),
        ("os.abort()", "SIGABRT|SIGSEGV"),  # number 1 of a process table ends in the second way
        ("ctypes.string_at(0)", "SIGSEGV"),
        ("sys.setrecursionlimit(10**9); fall()", "SIGSEGV"),
    ],
    ids=["_exit", "abort", "segmentation fault", "deep recursion"],
)
def test_a_process_that_ends_in_a_call_is_said_so_and_the_next_call_works(host, statement, how):
    dying = Code(
        host,
        files_of(f"""
        import ctypes, os, signal, sys
        def fall():
            return repr(nested())
        def nested():
            made = []
            for _ in range(200_000):
                made = [made]
            return made
        def die():
            {statement}
        def one():
            return 1
    """),
    )
    with pytest.raises(WorkerDied, match=how):
        dying.call("hw.die")
    assert dying.call("hw.one") == 1


def test_a_thread_that_ends_the_process_later_costs_nothing_but_the_process(host):
    dying = Code(
        host,
        files_of("""
        import os, threading, time
        def start():
            # Long after the reply, which a busy machine passes on late.
            threading.Thread(target=lambda: (time.sleep(2.0), os._exit(0))).start()
            return 1
    """),
    )
    assert dying.call("hw.start") == 1
    assert host.process().ending(60.0) is not None
    dying.forget()
    assert dying.call("hw.start") == 1


# --- output -------------------------------------------------------------------------------------------


def test_output_is_kept_for_public_checks_up_to_a_bound_however_much_is_printed(code, sandbox):
    printing = code("""
        import os, sys
        def f():
            print("first")
            for _ in range(33):
                print("x" * 1_000_000)
                sys.stderr.write("y" * 1000)
                sys.stdout.flush()
            os.write(1, b"z" * 1_000_000)
            return 1
    """)
    assert printing.bind("hw.f").outcome().output == ""
    printing.public = True
    outcome = printing.bind("hw.f").outcome()
    assert outcome.value == 1
    assert outcome.output.startswith("first\nxxx")
    assert len(outcome.output) == sandbox.limits.output_characters


def test_what_a_call_prints_belongs_to_that_call(code):
    printing = code("def f(text):\n    print(text)")
    printing.call("hw.f", "hidden")
    printing.public = True
    assert printing.bind("hw.f", "shown").outcome().output == "shown\n"


def test_output_can_be_silenced_in_the_usual_ways(code):
    silent = code("""
        import contextlib, io, os, sys
        def f():
            with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
                print("no")
            with contextlib.redirect_stdout(io.StringIO()) as text:
                print("yes")
            sys.stdout.write("a"); sys.stdout.flush(); sys.stdout.isatty()
            return text.getvalue()
    """)
    assert silent.call("hw.f") == "yes\n"


# --- limits -------------------------------------------------------------------------------------------


def test_no_file_grows_beyond_the_limit(code, sandbox):
    writing = code("""
        import os, signal, tempfile
        def f(most):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with tempfile.NamedTemporaryFile() as file:
                try:
                    for _ in range(most // (1 << 20) + 8):
                        file.write(b"x" * (1 << 20))
                        file.flush()
                except OSError:
                    pass
                return os.path.getsize(file.name)
    """)
    assert 0 < writing.call("hw.f", sandbox.limits.file_bytes) <= sandbox.limits.file_bytes


def test_no_process_can_be_started(code):
    starting = code("""
        import multiprocessing, os, subprocess
        def tried(function):
            try:
                function()
            except BaseException as error:
                return type(error).__name__
            return "started"
        def attempts():
            return [
                tried(os.fork),
                tried(lambda: os.posix_spawn("/bin/true", ["true"], {})),
                tried(lambda: subprocess.run(["/bin/true"])),
                tried(lambda: os.system("true") and 1 / 0),
                tried(lambda: os.execv("/bin/true", ["true"])),
            ]
    """)
    assert "started" not in starting.call("hw.attempts")


def test_threads_work_and_are_limited(host, sandbox):
    starting = Code(
        host,
        files_of("""
        import threading
        def squares(numbers):
            found = {}
            threads = [threading.Thread(target=lambda n=n: found.update({n: n * n})) for n in numbers]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            return [found[n] for n in numbers]
        def count(most):
            stop = threading.Event()
            started = []
            try:
                for _ in range(most):
                    thread = threading.Thread(target=stop.wait)
                    thread.start()
                    started.append(thread)
            except RuntimeError:
                pass
            finally:
                stop.set()
                for thread in started: thread.join()
            return len(started)
    """),
    )
    assert starting.call("hw.squares", [1, 2, 3]) == [1, 4, 9]
    if sandbox.tier is not Tier.LIMITS:
        assert starting.call("hw.count", 200) < sandbox.limits.processes


def test_an_object_that_lies_about_itself_comes_back_as_what_it_is(code):
    lying = code("""
        class Lying:
            __module__ = "numpy"
            __class__ = float
            def __array__(self, *args, **keywords):
                raise SystemExit
            def __eq__(self, other):
                return True
        def f():
            return Lying()
    """)
    assert isinstance(lying.call("hw.f"), (Foreign, Handle))
