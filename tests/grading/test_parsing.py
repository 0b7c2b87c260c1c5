"""Sources are read once, whether that succeeds or not: each test that a hand-in fails asks for its names."""

from __future__ import annotations

import ast
from importlib.util import decode_source

import pytest

from autograder.grading.names import parsing


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (b"def f(x):  # once\n    return x\n", None),
        (b"def f(x:  # once\n", SyntaxError),
        (b"# coding: no-such-encoding\n", SyntaxError),
        (b"x = '\0'  # once\n", (SyntaxError, ValueError)),
        (b"\n\n\nx = '\xff'  # once\n", UnicodeDecodeError),
    ],
    ids=["right", "no Python", "no encoding", "a null", "no UTF-8"],
)
def test_a_source_is_read_once(
    source: bytes,
    error: type[Exception] | tuple[type[Exception], ...] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[bytes] = []

    def noted(text: bytes) -> str:
        read.append(text)
        return decode_source(text)

    monkeypatch.setattr(parsing, "decode_source", noted)
    for _ in range(3):
        if error is None:
            assert isinstance(parsing.parsed(source), ast.Module)
        else:
            with pytest.raises(error):
                parsing.parsed(source)
            assert parsing.parsed_or_none(source) is None
    assert read == [source]
