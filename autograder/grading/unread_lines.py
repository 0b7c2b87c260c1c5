"""Why Python does not read a line: it is for another version or for notebooks, or holds what is no code."""

from __future__ import annotations

import re
import sys

# The same quotes within an f-string, around something between its braces.
_NESTED_QUOTES = (
    r"""|.*\b[rR]?[fF](?P<quote>["'])(?:(?!(?P=quote)).)*\{[^{}"']*(?P=quote)[^{}"']*(?P=quote)[^{}"']*\}"""
)
_NEWER = {
    (3, 12): re.compile(
        r"\s*type\s+\w+(\[.*\])?\s*="  # type aliases
        r"|\s*(async\s+)?def\s+\w+\s*\[[^\]]+\]\s*\("  # parameters of types
        r"|\s*class\s+\w+\s*\[[^\]]+\]\s*[(:]" + _NESTED_QUOTES
    ),
    (3, 14): re.compile(r""".*(?<![\w"'])[rR]?[tT](["'])(?:(?!\1).)*\1"""),  # template strings
}
_PYTHON_2 = re.compile(
    r"""\s*print\s+(?![=.(\[,)])\S|\s*exec\s+["'\w]|\s*raise\s+\w+\s*,|\s*except\s+[\w.]+\s*,\s*\w+\s*:"""
    r"""|.*\b0[0-7]+\b(?![.])|.*\d+L\b|.*<>"""
)
_NOTEBOOK = re.compile(
    r"\s*(?:!\s*[\w./~]|%%?(?:matplotlib|pylab|(?:re)?load_ext|autoreload|config|time|timeit|capture|run|cd|ls|pwd|env"
    r"|set_env|pip|conda|bash|writefile|who|whos|reset|precision|debug|pdb|store)\b)"
)
"""Commands of a notebook, which are no Python."""


def written_for(line: str) -> str:
    """Return what a line is written for that this Python cannot read: another version, notebooks; empty if unknown."""
    for version, pattern in _NEWER.items():
        if sys.version_info < version and pattern.match(line):
            return f"Python {version[0]}.{version[1]} or newer"
    if _NOTEBOOK.match(line):
        return "notebooks alone"
    return "Python 2" if _PYTHON_2.match(line) else ""


_MARK_OF_GIT = re.compile(r"(<{7}|>{7})(\s.*)?\Z|={7}\s*\Z")
_TYPED = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′´", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", "a blank"),
    **{"×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "…": "..."},
    **{"（": "(", "）": ")", "［": "[", "］": "]", "，": ",", "：": ":", "；": ";"},
}
"""What is typed in the place of a character that web pages and word processors put into pasted code."""
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
"""What they put there that takes no room."""


def why_not_read(line: str, said: str) -> str:
    """Return the end of the sentence that a line cannot be read, with the cause; empty if it is unknown.

    Parameters
    ----------
    said
        Python's own message, which may come from the student's process: only a character that is in the line is
        believed.
    """
    if _MARK_OF_GIT.match(line.rstrip("\n")):
        return ", a mark that git left where versions differ; keep one of the two and remove the marks"
    if version := written_for(line):
        return f", a line for {version}"
    for point in re.findall(r"U\+([0-9A-F]{4,5})\b", said[:1000]):
        letter = chr(int(point, 16))
        if letter in line and letter in _TYPED:
            return f"; type {_TYPED[letter]} in the place of U+{point}"
        if letter in line and letter in _INVISIBLE:
            return f"; remove U+{point}, which cannot be seen"
    return ""


def this_version() -> str:
    """Return the version of Python that grades, as people call it."""
    return f"Python {sys.version_info[0]}.{sys.version_info[1]}"
