"""Untrusted text made safe to show: no control characters, no hidden direction changes, bounded."""

from __future__ import annotations

import hashlib
import itertools
import re
import textwrap
from collections.abc import Iterable
from fractions import Fraction

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]{0,1000}(?:\x07|\x1b\\|\x9c)"  # titles, links and other strings
    r"|\x1b[ -/]*[0-~]"
)
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls except tab and line feed
    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"  # direction, joins
    r"\ud800-\udfff"  # lone surrogates: no UTF-8
    r"\U000e0000-\U000e007f]"  # invisible tags
)
_HIDING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_INVISIBLE = re.compile(rf"{_UNSAFE.pattern}|\\|[^\S ]|^ | $|(?<= ) ")
_OTHER_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_LAYOUT = re.compile("[\n\t]")
_CUT = " … (cut)"


def clean(text: str, limit: int = 10_000) -> str:
    """Return `text` without anything that could upset a terminal, a browser or JSON.

    Removes ANSI escapes, control characters except tab and line feed, Unicode direction controls and
    lone surrogates; line ends become line feeds. At most `limit` characters are returned, and the last
    of them say so if something was cut.
    """
    if len(text) <= limit and _LAYOUT.sub("", text).isprintable():
        return text  # as nearly all are; what is to be removed is not printable, by Unicode's definition
    # Cut before the work as well as after it: a message of 100 MB must not cost seconds.
    bound = 4 * limit + 1000
    head = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text[:bound])
    safe = _UNSAFE.sub("", _ANSI.sub("", head))
    if len(text) <= bound and len(safe) <= limit:
        return safe
    return safe[: max(0, limit - len(_CUT))] + _CUT[:limit]


def without_controls(text: str) -> str:
    """Return all of `text` without what a terminal would obey; line ends stay."""
    return _UNSAFE.sub("", _ANSI.sub("", text.replace("\r\n", "\n")))


def with_marks(text: str) -> str:
    """Return a program's text with a mark for every character that hides, or changes the order of what is read."""
    return _HIDING.sub(lambda it: f"⟨U+{ord(it[0]):04X}⟩", text)


def clean_source(text: str, limit: int = 10_000) -> str:
    """Return a program's text as `clean` does, each line where Python counts it.

    Only line feeds and carriage returns end a line; whatever else looks like an end becomes a blank.
    """
    lines = re.sub(r"\r\n?", "\n", text[: 4 * limit]).split("\n")
    whole = "\n".join(clean(_OTHER_ENDS.sub(" ", line), limit) for line in lines)
    return whole if len(whole) <= limit else whole[: max(0, limit - len(_CUT))] + _CUT[:limit]


def one_line(text: str, limit: int = 300) -> str:
    """Return `text` as `clean` does, with every run of white space as one space."""
    return " ".join(clean(text, limit).split())


def lossless(text: str, limit: int = 100) -> str:
    """Return text as one line in which nothing is dropped: what cannot be seen is escaped, as in `M\\xfcller`.

    Different texts give different results, so that people can be told apart by them: bytes that are no UTF-8, blanks
    at the ends and invisible characters are written as escapes. A text that is too long ends in a digest of all of it.
    """
    escaped = _INVISIBLE.sub(_escaped, text)
    if len(escaped) <= limit:
        return escaped
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{escaped[: limit - 9]}…{digest}"


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if match[0] == "\\":
        return "\\\\"
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a file name that is no UTF-8, as Python decodes it
        return f"\\x{number - 0xDC00:02x}"
    if number < 0x80:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def first_few(names: Iterable[str], most: int = 5) -> str:
    """Return names for a sentence, the first `most` of them and a mark if there are more."""
    first = list(itertools.islice(names, most + 1))
    return ", ".join([*first[:most], "…"] if len(first) > most else first)


_NUMBERED = re.compile(r"\b(lines?|cell) (?=\d)")


def filled(line: str, columns: int) -> str:
    """Return a line broken between words where it is too long, with what follows indented a little more.

    A number stays with what it numbers, such as a line: alone on the next line it would look like something else.
    """
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    broken = textwrap.fill(
        _NUMBERED.sub(r"\1\0", line),
        columns,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return broken.replace("\0", " ")


def sentence(text: str) -> str:
    """Return `text` with a full stop unless it ends in punctuation."""
    text = text.strip()
    return f"{text}." if text and text[-1] not in ".!?:…" else text


def counted(number: int | Fraction, what: str) -> str:
    """Return a number of things in words, such as "1 test", "3/2 points" or "2 entries"."""
    many = f"{what[:-1]}ies" if what.endswith("ry") else f"{what}s"
    return f"{number} {what if number == 1 else many}"
