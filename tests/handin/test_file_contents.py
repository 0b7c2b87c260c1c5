"""Bytes that cannot be source text get a sentence; those that can are kept, with any line ends."""

from __future__ import annotations

import pytest

from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.trees import ReadLimits
from tests.handin.hand_ins import CODE, NAMES, write_folder

DEFAULT_LIMITS = ReadLimits()


@pytest.fixture
def opened(tmp_path):
    def write_and_open(content, limits=DEFAULT_LIMITS):
        return open_hand_in(write_folder(tmp_path / "alice", {"linear_svm.py": content}), NAMES, limits)

    return write_and_open


@pytest.mark.parametrize(
    "content",
    [
        CODE,
        CODE.replace(b"\n", b"\r\n"),
        CODE.replace(b"\n", b"\r"),
        "# größe\nx = 1\n".encode(),
        "# -*- coding: latin-1 -*-\n# größe\n".encode("latin-1"),
        "# coding: gbk\n# 损失\n".encode("gbk"),
        b"def broken(:\n",
    ],
)
def test_text_is_kept_byte_for_byte(opened, content):
    assert opened(content).files == {"linear_svm.py": content}


def test_a_byte_order_mark_is_dropped(opened):
    assert opened(b"\xef\xbb\xbf" + CODE).files == {"linear_svm.py": CODE}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "linear_svm.py is empty; hand in the file with your work."),
        (b"\xef\xbb\xbf \r\n\t", "linear_svm.py is empty; hand in the file with your work."),
        (CODE.decode().encode("utf-16"), "linear_svm.py is UTF-16; save it as UTF-8."),
        (CODE.decode().encode("utf-16-be"), "linear_svm.py is UTF-16; save it as UTF-8."),
        (b"x = 1\ny = '\xe9'\n", "Line 2 of linear_svm.py is not UTF-8; save the file as UTF-8."),
        (b"#\n" * 5 + b"\xff", "Line 6 of linear_svm.py is not UTF-8; save the file as UTF-8."),
        (b"# coding: ascii\n# \xc3\xa9\n", "Line 2 of linear_svm.py is not ASCII; save the file as UTF-8."),
        (
            b"# coding: klingon\n",
            "linear_svm.py declares the encoding 'klingon', which is not accepted; save it as UTF-8.",
        ),
        (
            b"# coding: utf-7\n",
            "linear_svm.py declares the encoding 'utf-7', which is not accepted; save it as UTF-8.",
        ),
        (
            b"# coding: cp9999\n",
            "linear_svm.py declares the unknown encoding 'cp9999'; save it as UTF-8.",
        ),
        (
            b"x = 1\n" * 9 + b"\0",
            "linear_svm.py holds NUL bytes, so it is not Python source; hand in the file your editor saved.",
        ),
        (CODE.decode().encode("utf-32"), "linear_svm.py is UTF-32; save it as UTF-8."),
        (b"\x89PNG\r\n\x1a\n", "linear_svm.py is a picture under another name; hand in the file itself."),
        (b"%PDF-1.7\n\xff", "linear_svm.py is a PDF under another name; hand in the file itself."),
        (
            b"{\\rtf1\\ansi def f():}",
            "linear_svm.py is rich text (RTF) under another name; hand in the file itself.",
        ),
        (
            b"\n<!DOCTYPE html>\n<html>",
            "linear_svm.py is a web page under another name; hand in the file itself.",
        ),
        (b"PK\x03\x04 and so on", "linear_svm.py is a zip under another name; hand in the file itself."),
        (
            b'{\n "cells": []}',
            "linear_svm.py is a notebook under another name; hand in the Python file itself.",
        ),
    ],
)
def test_what_cannot_be_source_gets_its_sentence(opened, content, sentence):
    submission = opened(content)
    assert submission.files == {}
    assert submission.missing == ()
    assert submission.why_not("linear_svm.py") == sentence


def test_a_file_at_the_cap_is_read_and_one_byte_more_is_too_large(opened):
    limits = ReadLimits(file_bytes=len(CODE))
    assert opened(CODE, limits).files == {"linear_svm.py": CODE}
    assert "larger than" in opened(CODE + b"#", limits).why_not("linear_svm.py")


def test_more_code_than_a_hand_in_may_have_is_refused(tmp_path):
    half = b"a;" * 64_000
    names = ("linear_svm.py", "softmax.py", "report.csv", "knn.py")
    files = {
        "linear_svm.py": half,
        "softmax.py": half,
        "report.csv": b"{}" + b" " * 1_000_000,
        "knn.py": CODE,
    }
    submission = open_hand_in(write_folder(tmp_path / "alice", files), names)
    assert set(submission.files) == {"linear_svm.py", "softmax.py", "report.csv"}
    assert submission.why_not("knn.py") == (
        "With knn.py, the code is larger than 256,000 bytes; hand in your code without data."
    )


@pytest.mark.parametrize(
    "source",
    [
        "import a" + ".b" * 300,
        "from a" + ".b" * 300 + " import c",
        "import a" + " . \\\n b" * 300,
        "import a" + "\\\r.\\\rb" * 300,
        "import ä" + ".ß" * 300,
    ],
)
def test_a_name_without_end_is_refused(opened, source):
    assert opened(source.encode()).why_not("linear_svm.py") == (
        "linear_svm.py holds a name of more than 200 parts; hand in code that a person can read."
    )


@pytest.mark.parametrize(
    "source",
    [
        "x = [" + "0.25, 1.5, " * 1_000 + "]\n",
        "'''" + "0.25 1.5\n3. 4.\n" * 1_000 + "'''\n",
        "# and so on" + "." * 1_000 + "\n",
        "'''" + "This is a sentence. " * 1_000 + "'''\n",
        "np.linalg.norm(x.a.b)\n" * 1_000,
        "x = 1.5" + "+2.5" * 1_000,
    ],
)
def test_many_dots_are_no_name_without_end(opened, source):
    assert opened(source.encode()).files == {"linear_svm.py": source.encode()}
