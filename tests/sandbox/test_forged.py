"""Whatever a worker sends is a reply of the protocol or a broken protocol, never a crash of the trusted side."""

from __future__ import annotations

import contextlib
import resource
import socket
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grading.findings import finding_of
from autograder.sandbox.call_failures import (
    CallFailed,
    CallTimedOut,
    CodeRaised,
    LibraryUsed,
    NameAbsent,
    ProtocolBroken,
    ReplyTooLarge,
    WorkerDied,
)
from autograder.sandbox.code import Code, Handle
from autograder.sandbox.host import Host
from autograder.sandbox.wire import messages
from autograder.sandbox.wire.channel import PREFIX, REPLY_HEADER_BYTES, Channel, ChannelClosed
from autograder.sandbox.wire.messages import MOST_ARGUMENTS, MOST_LOCALS, Reply
from autograder.values.nodes import MAX_DEPTH, MAX_KEY_NODES, MAX_NODES, Tag, WireError
from autograder.values.unpack import Unpacker
from tests.sandbox.hand_ins import files_of

FORGER = """
    import os, stat, time

    def channel():
        for descriptor in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                    return descriptor
            except OSError:
                pass

    def send(frames):
        for frame in frames:
            view = memoryview(frame)
            while view:
                view = view[os.write(channel(), view):]
        return "honest"

    def send_and_die(frames):
        send(frames)
        os._exit(0)

    def send_and_wait(frames):
        send(frames)
        time.sleep(60)

    def one():
        return 1  # and words that are neither defined nor imported: n3, n14

    class Model:
        pass

    def f(x):
        return x
"""


def frame(message, payload=b""):
    header = msgspec.msgpack.encode(message)
    return PREFIX.pack(len(header), len(payload)) + header + payload


def value(node, **parts):
    return frame(messages.Value(value=node, **parts))


def nested(depth):
    node: object = 1
    for _ in range(depth):
        node = [Tag.LIST, node]
    return node


@pytest.fixture(scope="module")
def forging_host(best_sandbox):
    with Host(best_sandbox) as host:
        yield host


@pytest.fixture
def forger(forging_host):
    forging_host.drop()
    return Code(forging_host, files_of(FORGER), seconds_per_call=5.0)


BROKEN = {
    "text": b"HTTP/1.1 200 OK\r\n\r\n" * 4,
    "a fake result": b'{"score": 100, "tests": []}' * 3,
    "header too large": PREFIX.pack(REPLY_HEADER_BYTES + 1, 0),
    "header of 4 GB": PREFIX.pack(2**32 - 1, 0),
    "payload too large": PREFIX.pack(10, 2**40),
    "payload of 16 EB": PREFIX.pack(10, 2**64 - 1),
    "header that is none": PREFIX.pack(4, 0) + b"\xc1\xc1\xc1\xc1",
    "empty header": PREFIX.pack(0, 0),
    "no known message": frame({"type": "Passed", "value": 1}),
    "a list": frame([1, 2, 3]),
    "a request": frame(messages.Forget()),
    "another reply": frame(messages.Ready()),
    "no class of exception": frame(messages.Raised(bases=[])),
    "more variables than are shown": frame(
        messages.Raised(bases=["ValueError"], variables=[messages.Local("a", "1")] * (MOST_LOCALS + 1))
    ),
    "a variable of endless text": frame(
        messages.Raised(bases=["ValueError"], variables=[messages.Local("a", "1" * 401)])
    ),
    "a name too long": frame({"type": "Absent", "what": "x" * 401}),
    "text too long": frame({"type": "Value", "output": "x" * 20_001}),
    "deep header": PREFIX.pack(1_000_000, 0) + b"\x91" * 1_000_000,
    "deep value": value(nested(MAX_DEPTH + 1)),
    "bytes that belong to no array": frame(messages.Value(value=1), bytes(64)),
    "an array that leaves bytes out": frame(messages.Value(value=[Tag.ARRAY, "<f8", [8], 64]), bytes(128)),
    "an array that comes twice": frame(
        messages.Value(value=[Tag.LIST, *[[Tag.ARRAY, "<f8", [8], 0]] * 2]), bytes(64)
    ),
    "many keys that are no text": value([Tag.DICT, *range(2 * MAX_KEY_NODES + 2)]),
    "many keys in many dictionaries": value(
        [Tag.LIST, *[[Tag.DICT, *[part for n in range(10) for part in ([Tag.TUPLE, n], 0)]]] * MAX_KEY_NODES]
    ),
    "more changes than arguments can be": value(1, changed={str(n): 1 for n in range(MOST_ARGUMENTS + 1)}),
    "many parts": value([Tag.LIST, *([0] * MAX_NODES)]),
    "bytes without any": value([Tag.BYTES]),
    "an integer without any": value([Tag.BIG_INT]),
    "an integer that is none": value([Tag.BIG_INT, "zz"]),
    "an integer too long": value([Tag.BIG_INT, "f" * 1_000_000]),
    "a complex number that is none": value([Tag.COMPLEX, "a", 1]),
    "an unknown tag": value([99, 1]),
    "an empty node": value([]),
    "a map": value({"a": 1}),
    "raw bytes": value(b"abc"),
    "bytes that are no digits": value([Tag.BYTES, "xyz"]),
    "an extension": value(msgspec.msgpack.Ext(5, b"abc")),
    "an array beyond its bytes": value([Tag.ARRAY, "<f8", [10], 0]),
    "an array before its bytes": value([Tag.ARRAY, "<f8", [0], -8]),
    "an array that overflows": value([Tag.ARRAY, "<f8", [2**32, 2**32], 0]),
    "an array of negative size": value([Tag.ARRAY, "<f8", [-1], 0]),
    "an array of objects": value([Tag.ARRAY, "|O", [0], 0]),
    "an array of no dtype": value([Tag.ARRAY, ["<f8"], [0], 0]),
    "an array of no shape": value([Tag.ARRAY, "<f8", None, 0]),
    "an empty array of huge shape": value([Tag.ARRAY, "<f8", [0, 2**64 - 1], 0]),
    "an array of many dimensions": value([Tag.ARRAY, "<f8", [0] * 40, 0]),
    "a list of numbers of no array": value([Tag.LISTED, [Tag.LIST, 1, 2]]),
    "a list of numbers of two arrays": value([Tag.LISTED, *[[Tag.ARRAY, "<f8", [0], 0]] * 2]),
    "a list of numbers without any axis": frame(
        messages.Value(value=[Tag.LISTED, [Tag.ARRAY, "<f8", [], 0]]), bytes(64)
    ),
    "a list of numbers with many empty lists": value([Tag.LISTED, [Tag.ARRAY, "<f8", [MAX_NODES + 1, 0], 0]]),
    "a list of numbers in huge empty lists": value([Tag.LISTED, [Tag.ARRAY, "<f8", [2**40, 2**40, 0], 0]]),
    "a list of dates": frame(messages.Value(value=[Tag.LISTED, [Tag.ARRAY, "<M8[s]", [8], 0]]), bytes(64)),
    "a scalar of the wrong size": value([Tag.SCALAR, "<f8", b"abc"]),
    "a scalar of objects": value([Tag.SCALAR, "|O", b"\0" * 8]),
    "a function": value([Tag.FUNCTION, 0]),
    "a name": value([Tag.NAMED, "os.system"]),
    "a handle of no number": value([Tag.HANDLE, "0", ""]),
    "a type's name that is none": value([Tag.FOREIGN, "<b>Score: 100</b>"]),
    "words to rebuild a value by that are none": value(
        [Tag.FOREIGN, "pandas.Index", None, None, [Tag.DICT, "kind", 1]]
    ),
    "a value with more than its parts": value([Tag.FOREIGN, "pandas.Index", None, None, None, None]),
    "a dictionary without a value": value([Tag.DICT, 1]),
    "a dictionary with a list as key": value([Tag.DICT, [Tag.LIST], 1]),
    "a change of no argument": value(1, changed={"Score: 100": 1}),
    "a change with an odd number": value(1, changed={"²": 1}),
    "a change that is none": value(1, changed={"0": [99]}),
}


@pytest.mark.parametrize("forged", BROKEN.values(), ids=BROKEN)
def test_a_frame_that_is_no_reply_breaks_the_protocol(forger, forged):
    with pytest.raises(ProtocolBroken):
        forger.call("hw.send", [forged])


@pytest.mark.parametrize(
    "forged",
    [
        value(1),
        frame(messages.Replies(replies=[messages.Value(value=1)], payload_bytes=[0])),
        frame(messages.Replies(replies=[messages.Value(value=1)] * 2, payload_bytes=[0, 0, 0])),
        frame(messages.Replies(replies=[messages.Value(value=1)] * 2, payload_bytes=[0, 64])),
        frame(messages.Replies(replies=[messages.Value(value=1)] * 2, payload_bytes=[64, -64])),
        frame(messages.Replies(replies=[messages.Value(value=1)] * 2, payload_bytes=[0, 64]), bytes(64)),
    ],
    ids=["one value", "too few", "too many sizes", "no bytes", "fewer than no bytes", "bytes of no array"],
)
def test_replies_that_do_not_fit_the_calls_break_the_protocol(forger, forged):
    assert forger.call("hw.one") == 1  # what imports the file goes alone
    with pytest.raises(ProtocolBroken):
        forger.outcomes([forger.bind("hw.send", [forged]), forger.bind("hw.one")])


def test_the_next_call_after_a_broken_protocol_works(host):
    forger = Code(host, files_of(FORGER))
    with pytest.raises(ProtocolBroken):
        forger.call("hw.send", [BROKEN["text"]])
    assert forger.call("hw.one") == 1


def test_a_frame_that_never_ends_is_stopped_at_the_deadline(forger):
    forger.seconds_per_call = 0.3
    for started in (b"\x01", PREFIX.pack(100, 0) + b"abc", PREFIX.pack(10, 1 << 20)):
        with pytest.raises(CallTimedOut):
            forger.call("hw.send_and_wait", [started])
    assert forger.call("hw.one") == 1


def test_a_frame_that_ends_with_its_process_is_a_death(forger):
    with pytest.raises(WorkerDied):
        forger.call("hw.send_and_die", [PREFIX.pack(100, 0) + b"abc"])


def test_a_forged_value_counts_as_what_the_call_returned_and_no_more(forger):
    message = messages.Value(value=[Tag.TUPLE, 0.5, [Tag.ARRAY, "<f8", [2], 0]])
    forged = frame(message, struct.pack("<dd48x", 1.0, 2.0))
    number, array = forger.call("hw.send", [forged])
    assert number == 0.5
    assert array.tolist() == [1.0, 2.0]


def test_a_forged_handle_is_worth_nothing(forger):
    handle = forger.call("hw.send", [value([Tag.HANDLE, 12345, "Model"])])
    assert isinstance(handle, Handle)
    forger.forget()
    with pytest.raises((ValueError, CallFailed)):
        handle.call("loss")


def test_a_value_in_place_of_a_new_object_breaks_the_protocol(forger):
    class_that_forges = (
        FORGER + "\n    class Forged:\n        def __init__(self, frames):\n            send(frames)"
    )
    forging = Code(forger.host, files_of(class_that_forges), "other")
    with pytest.raises(ProtocolBroken):
        forging.new("hw.Forged", [value(1)])


def test_a_forged_callback_asks_for_no_more_than_student_code_may(forger):
    asked: list[object] = []
    forged = [frame(messages.Callback(function=number, arguments=[Tag.LIST, 7])) for number in (0, 1, -1, 99)]
    with pytest.raises(CallFailed):
        forger.call("hw.send", forged, asked.append)
    assert asked in ([], [7])


@pytest.mark.parametrize(
    "forged",
    [
        messages.Raised(bases=["ValueError"], frames=[messages.Frame("X = 3.14", 1, "f", "")]),
        messages.Raised(bases=["ValueError"], frames=[messages.Frame("hw.py", 314, "f", "")]),
        messages.Raised(bases=["NotImplementedError"], frames=[messages.Frame("hw.py", 1, "is_314", "")]),
        messages.Raised(bases=["NotImplementedError"], importing="X = 3.14"),
        messages.Absent(what="X = 3.14"),
        messages.Absent(what="is_314.loss"),
        messages.Absent(what="n3.n14.send"),
        messages.Raised(bases=["NotImplementedError"], frames=[messages.Frame("hw.py", 1, "n14", "")]),
        messages.Unavailable(library="n14.f", file="hw.py", line=1),
        messages.Unavailable(library="is_314.f", file="hw.py", line=1),
        messages.Unavailable(library="os.f", file="X = 3.14", line=1),
        messages.Unavailable(library="os.f", file="hw.py", line=314),
    ],
    ids=lambda message: type(message).__name__,
)
def test_names_and_lines_that_do_not_stand_in_the_hand_in_are_not_repeated(forger, forged):
    with pytest.raises((CodeRaised, NameAbsent, LibraryUsed)) as failed:
        forger.call("hw.send", [frame(forged)])
    failure = failed.value
    said: object = failure
    if isinstance(failure, CodeRaised):
        said = [(place.file, place.line, place.function) for place in failure.frames]
    assert "14" not in repr(said)


def test_variables_that_were_not_asked_for_are_not_believed(forger):
    forged = frame(messages.Raised(bases=["ValueError"], variables=[messages.Local("X", "3.14")]))
    with pytest.raises(CodeRaised) as failed:
        forger.call("hw.send", [forged])
    assert failed.value.variables == ()
    forger.host.drop()
    forger.public = True
    with pytest.raises(CodeRaised) as failed:
        forger.call("hw.send", [forged])
    assert failed.value.variables == (messages.Local("X", "3.14"),)


def test_the_size_of_a_reply_is_not_the_worker_s_to_tell(forger):
    with pytest.raises(ReplyTooLarge) as failed:
        forger.call("hw.send", [frame(messages.TooLarge(nbytes=31415926535 * 10**6))])
    assert "314" not in failed.value.what and "MB" in failed.value.what


def test_lines_further_down_than_any_homework_has_are_not_told(code):
    with pytest.raises(CodeRaised) as failed:
        code("\n" * 3140 + "def f():\n    raise ValueError").call("hw.f")
    assert [place.line for place in failed.value.frames] == [0]
    message = finding_of(failed.value).message
    assert message.startswith("it raised ValueError in hw.py") and "line" not in message


def test_counted_lines_that_do_not_stand_in_the_hand_in_are_nobody_s(forger):
    lines = [("place", "X = 3.14", 1, 5), ("other", "hw.py", 314, 6), ("third", "hw.py", 2, 7)]
    outcome = forger.bind("hw.send", [value(1, lines=lines)]).outcome(count_lines=True)
    assert [line[1:] for line in outcome.lines] == [("", 0, 5), ("hw.py", 0, 6), ("hw.py", 2, 7)]


def test_names_that_student_code_makes_up_are_not_repeated(code):
    making_up = code("""
        import importlib
        def used(secret):
            importlib.import_module(f"lib_{secret}").f()
        def raised(secret):
            exec(compile(f"def f_{secret}():\\n    raise NotImplementedError", __file__, "exec"), globals())
            globals()[f"f_{secret}"]()
        class Model:
            def become(self, secret):
                self.__class__ = type(f"C_{secret}", (Model,), {})
    """)
    with pytest.raises(LibraryUsed) as used:
        making_up.call("hw.used", 314)
    assert "314" not in used.value.library
    with pytest.raises(CodeRaised) as raised:
        making_up.call("hw.raised", 314)
    assert not any("314" in frame.function for frame in raised.value.frames)
    model = making_up.new("hw.Model")
    model.call("become", 314)
    with pytest.raises(NameAbsent) as absent:
        model.call("loss")
    assert "314" not in absent.value.what


def test_refusing_a_large_frame_takes_no_memory(forger):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("header of 4 GB", "payload too large", "payload of 16 EB", "an array that overflows"):
        with pytest.raises(ProtocolBroken):
            forger.call("hw.send", [BROKEN[name]])
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 100_000


# --- the decoder alone, on far more inputs than a worker could be asked for -----------------------------

nodes = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 12),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(),
        st.text(max_size=5),
        st.binary(max_size=9),
        st.sampled_from(["<f8", "|b1", "|O", "f0"]),
    ),
    lambda parts: st.one_of(
        st.lists(parts, max_size=5),
        st.builds(lambda tag, rest: [tag, *rest], st.sampled_from(list(Tag)), st.lists(parts, max_size=4)),
        st.builds(
            lambda dtype, shape, offset: [Tag.ARRAY, dtype, shape, offset],
            st.sampled_from(["<f8", "|u1", "<c16"]),
            st.lists(st.integers(0, 40), max_size=3),
            st.integers(0, 80),
        ),
        st.dictionaries(st.text(max_size=3), parts, max_size=3),
    ),
    max_leaves=20,
)


@settings(max_examples=600)
@given(node=nodes)
def test_any_tree_is_a_value_or_a_wire_error(node):
    with contextlib.suppress(WireError):
        Unpacker(np.zeros(64, np.uint8)).unpack(node)


def received(content):
    """Return what the trusted side makes of these bytes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        theirs.close()
        return Channel(ours, Reply, 1 << 20, REPLY_HEADER_BYTES).receive()


def msgpack_of(header):
    return PREFIX.pack(len(header), 0) + header


@pytest.mark.parametrize(
    "message",
    [
        {"type": "Value", "value": {(-1, -2): 1, (-2, -1): 2}},
        {"type": "Value", "value": [Tag.LIST, [Tag.LIST, {-1: 1}]]},
        {"type": "Value", "changed": {"0": {-1: 1}}},
        {"type": "Callback", "function": 0, "arguments": [Tag.LIST, {-1: 1}]},
        {"type": "Callback", "function": 0, "arguments": [Tag.LIST], "keywords": {-1: 1}},
    ],
    ids=["value", "part", "change", "argument", "keywords"],
)
def test_no_map_is_decoded_whose_keys_a_worker_chose(message):
    with pytest.raises(WireError):
        received(frame(message))


@settings(max_examples=400)
@given(header=st.binary(max_size=60))
def test_any_bytes_are_a_reply_a_wire_error_or_an_end(header):
    for content in (header, msgpack_of(header), msgpack_of(b"\x82\xa4type\xa5Value\xa5value" + header)):
        with contextlib.suppress(WireError, ChannelClosed):
            received(content)
