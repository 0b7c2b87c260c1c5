"""Which version of Python a line is written for that the one that grades does not read."""

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


def written_for(line: str) -> str:
    """Return the version of Python that a line is written for which this one cannot read; empty if none is known."""
    for version, pattern in _NEWER.items():
        if sys.version_info < version and pattern.match(line):
            return f"Python {version[0]}.{version[1]} or newer"
    return "Python 2" if _PYTHON_2.match(line) else ""


def this_version() -> str:
    """Return the version of Python that grades, as people call it."""
    return f"Python {sys.version_info[0]}.{sys.version_info[1]}"
