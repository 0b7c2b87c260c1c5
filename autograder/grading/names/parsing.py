"""Parses sources as deep as the worker does, and remembers the trees of short ones."""

from __future__ import annotations

import ast
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.util import decode_source

_STACK_BYTES = 64 << 20
MOST_BYTES = 1 << 18
"""Longer files are not read: that takes some ten microseconds for each byte."""
KEPT_BYTES = 1 << 16
"""Trees of longer files are not kept, for they take many times the memory of their source."""


def parsed(source: bytes) -> ast.Module:
    """Return the tree of a source, from memory if it was parsed before.

    Raises
    ------
    RecursionError, MemoryError, SyntaxError, ValueError, LookupError
        If it cannot be read.
    """
    if len(source) > KEPT_BYTES:
        return _parsed(source)
    found = _parsed_once(source)
    if isinstance(found, Exception):
        raise found.with_traceback(None)
    return found


def parsed_or_none(source: bytes) -> ast.Module | None:
    """Return the tree of a source, None if it cannot be read as Python."""
    try:
        return parsed(source)
    except (RecursionError, MemoryError, SyntaxError, ValueError, LookupError):
        return None


def _parsed(source: bytes) -> ast.Module:
    """Parse the source as the worker does, in a thread with a large stack, which limits how deep code may nest."""
    before = threading.stack_size(_STACK_BYTES)
    try:
        with ThreadPoolExecutor(1) as own:
            return own.submit(ast.parse, decode_source(source)).result()
    finally:
        threading.stack_size(before)


@functools.lru_cache(maxsize=16)
def _parsed_once(source: bytes) -> ast.Module | Exception:
    """Parse a file once for all questions, and once for all hand-ins that hold it; return why it cannot be parsed."""
    try:
        return _parsed(source)
    except (RecursionError, SyntaxError, ValueError, LookupError) as error:  # want of memory may pass
        return error
