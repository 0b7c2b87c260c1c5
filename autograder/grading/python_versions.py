"""What a line is written for that the grading Python does not read: another version, or notebooks."""

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


def this_version() -> str:
    """Return the version of Python that grades, as people call it."""
    return f"Python {sys.version_info[0]}.{sys.version_info[1]}"
