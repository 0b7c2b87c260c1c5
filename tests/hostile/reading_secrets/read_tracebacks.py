"""Reads source code through tracebacks and through the cache of lines that they use.

Mechanism: raises, walks its own traceback outwards, and dumps `linecache`.
Must happen: the cache holds its own files and Python's.
"""

import linecache
import traceback


def loss(w, X, y, reg):
    try:
        raise KeyError
    except KeyError as error:
        text = "".join(traceback.format_stack()) + "".join(traceback.format_exception(error))
    for name in list(linecache.cache):
        text += "".join(linecache.getlines(name))
    raise ValueError(text)
