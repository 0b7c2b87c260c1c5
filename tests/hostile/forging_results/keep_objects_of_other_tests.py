"""Keeps what earlier tests gave it and gives it back later.

Mechanism: objects, functions and answers of one test are returned in the next, by a cache on the class.
Must happen: each test compares with inputs of its own; what was right before is wrong now.
Handed in as: descent.py
"""

cache = {}


class Descent:
    def __init__(self, rate):
        self.seen = cache.setdefault("seen", [])

    def fit(self, w, gradient, steps):
        cache.setdefault("w", w)
        cache.setdefault("gradient", gradient)
        return cache["w"]
