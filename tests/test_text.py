"""Text from strangers is safe to print, to show and to store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.text import clean, clean_source, filled, one_line

ANY_TEXT = st.text(st.characters())


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain, größe, 损失 and 😀", "plain, größe, 损失 and 😀"),
        ("a\r\nb\rc\u2028d\te", "a\nb\nc\nd\te"),
        ("\x1b[1;31mred\x1b[0m \x9b2Jclear", "red clear"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x07", "link"),
        ("a\x00b\x08c\x7f", "abc"),
        ("\u202egnp\u2066.\u200fexe\ufeff", "gnp.exe"),
        ("\ud800x\udfff", "x"),
    ],
)
def test_what_could_do_harm_is_removed_and_the_rest_is_kept(text, safe):
    assert clean(text) == safe


def test_every_character_that_is_not_kept_is_removed_alone_and_among_others():
    kept = {c for c in map(chr, range(0x110000)) if clean(c) == c}
    assert not kept & set(map(chr, [*range(9), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)]))
    assert not kept & set("\u061c\u200b\u200e\u200f\u2028\u2029\u202e\u2060\u2066\ufeff\ufff9\U000e0041")
    for c in map(chr, range(0x110000)):
        if c not in kept:
            assert c not in clean(f"ü{c}x")


@given(ANY_TEXT, st.integers(0, 50))
def test_cleaned_text_is_bounded_and_can_be_stored(text, limit):
    safe = clean(text, limit)
    assert len(safe) <= limit
    safe.encode("utf-8")
    assert all(c in "\t\n" or ord(c) >= 32 for c in safe)
    assert not any(127 <= ord(c) < 160 for c in safe)


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


def test_what_is_cut_says_so():
    assert clean("x" * 100, 20) == "x" * 12 + " … (cut)"


@given(ANY_TEXT)
def test_one_line_is_one_line(text):
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1b[31m", "\x00", "\u202e"])
def test_lines_of_a_program_stay_where_python_counts_them(end, inside):
    text = clean_source(f"a{inside}b{end}c = '\x1b]0;{end}d'\x07{end}e")
    assert [line[0] for line in text.split("\n")] == ["a", "c", "d", "e"]
    assert inside not in text
    assert len(clean_source(text * 50, 100)) == 100


def test_a_number_stays_in_one_line_with_what_it_numbers():
    assert filled("it raised ValueError in a.py, line 74.", 35) == "it raised ValueError in a.py,\n  line 74."
    assert filled("  a b line", 6) == "  a b\n    line"
