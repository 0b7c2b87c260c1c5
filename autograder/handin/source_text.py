"""Decides whether the bytes of a handed-in file can be source text at all; syntax is checked later."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

# Other codecs are not what an editor saves, hide code, or decode in quadratic time.
_PLAIN_ENCODINGS = re.compile(
    r"utf-8(-sig)?|ascii|(iso8859|iso-8859|cp|windows|koi8|mac)[-_]?[a-z0-9-]*"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc_(jp|kr)",
    re.IGNORECASE,
)
_BLANKS = r"(?:[ \t\f]|\\\r?\n|\\\r)*+"
_MOST_PARTS = 200
# Python's parser keeps a copy of a dotted name up to each of its dots: gigabytes for a long one.
_ENDLESS_NAME = re.compile(
    rf"(?:\.{_BLANKS}[^\s.\\,;:+*/%=<>()\[\]{{}}&|^~@!\"'#-]++{_BLANKS}){{{_MOST_PARTS}}}"
)


class UnusableError(Exception):
    """The bytes cannot be used as source text; the message is a whole sentence for the student."""


def source_text(name: str, content: bytes) -> bytes:
    """Return `content` without a byte order mark, after checking that it is text that can be graded.

    Raises
    ------
    UnusableError
        If it is empty, in UTF-16 or UTF-32, binary, in another format (a notebook, a picture), or not in the encoding
        that it declares.
    """
    if name.endswith(".py"):
        _refuse_other_formats(name, content)
    _refuse_wide_encodings(name, content)
    while content.startswith(codecs.BOM_UTF8):
        content = content.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        raise UnusableError(f"{name} is empty; hand in the file with your work.")
    if name.endswith(".py"):
        _refuse_nul_and_notebooks(name, content)
        _refuse_undecodable(name, content)
    return content


def refuse_endless_names(name: str, content: bytes) -> None:
    """Refuse source text that is made to cost its parser gigabytes.

    Raises
    ------
    UnusableError
        If it holds a name of very many parts.
    """
    if _ENDLESS_NAME.search(content.decode(_encoding(content))):
        raise UnusableError(
            f"{name} holds a name of more than {_MOST_PARTS} parts; hand in code that a person can read."
        )


def _refuse_wide_encodings(name: str, content: bytes) -> None:
    head = content[:4096]
    if not head.strip(b"\0"):
        return  # damaged, which is said of it later
    nul_bytes = max(head[0::2].count(0), head[1::2].count(0))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) or (
        len(head) > 3 and nul_bytes > len(head) // 3
    ):
        width = 32 if head.count(0) > 0.6 * len(head) else 16
        raise UnusableError(f"{name} is UTF-{width}; save it as UTF-8.")


_FORMATS = {
    "a zip": rb"PK\x03\x04",
    "a PDF": rb"%PDF-",
    "rich text (RTF)": rb"\{\\rtf",
    "a web page": rb"(\xef\xbb\xbf)?\s*<(?i:!doctype html|html)\b",
    "a picture": rb"\x89PNG|\xff\xd8\xff|GIF8[79]a",
}
"""What is saved under the name of a file of code, by how it begins."""


def _refuse_other_formats(name: str, content: bytes) -> None:
    for form, begins in _FORMATS.items():
        if re.match(begins, content):
            raise UnusableError(f"{name} is {form} under another name; hand in the file itself.")


def _refuse_nul_and_notebooks(name: str, content: bytes) -> None:
    if b"\0" in content:
        raise UnusableError(
            f"{name} holds NUL bytes, so it is not Python source; hand in the file your editor saved."
        )
    if re.match(rb'\s*\{\s*"(cells|metadata|nbformat)"\s*:', content):
        raise UnusableError(f"{name} is a notebook under another name; hand in the Python file itself.")


def _encoding(content: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError:
        # The first lines either are not UTF-8 or declare an unknown encoding.
        return _declared(content) or "utf-8"


def _refuse_undecodable(name: str, content: bytes) -> None:
    encoding = _encoding(content)
    if not _PLAIN_ENCODINGS.fullmatch(encoding):
        raise UnusableError(
            f"{name} declares the encoding {encoding[:40]!r}, which is not accepted; save it as UTF-8."
        )
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnusableError(
            f"Line {line} of {name} is not {encoding.upper()}; save the file as UTF-8."
        ) from error
    except LookupError as error:
        raise UnusableError(
            f"{name} declares the unknown encoding {encoding[:40]!r}; save it as UTF-8."
        ) from error


def _declared(content: bytes) -> str | None:
    for line in content.split(b"\n", 2)[:2]:
        if match := re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line):
            return match[1].decode("ascii", "replace")
    return None
