"""Listens to everything that the interpreter does from now on.

Mechanism: an audit hook, a trace function for all threads, and an import hook; each raises what it has seen.
Must happen: they hear the worker alone, which opens no file of the course.
"""

import sys
import threading

heard = []


def hook(event, arguments):
    heard.append((event, repr(arguments)[:200]))
    if len(heard) > 10_000:
        heard.clear()


sys.addaudithook(hook)
threading.setprofile(lambda *arguments: heard.append(("profile", repr(arguments)[:200])))


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        heard.append(("import", name))


sys.meta_path.insert(0, Finder)


def loss(w, X, y, reg):
    raise ValueError(repr(heard))
