"""Loops in C, which calls Python back for every example.

Mechanism: `sorted` with a key, `re.sub` with a function and `np.add.reduce` over objects with an `__add__` of its own.
Must happen: the count or the race sees it.
Earns: loss 8
"""

import numpy as np


class Term:
    def __init__(self, value, gradient):
        self.value, self.gradient = value, gradient

    def __add__(self, other):
        return Term(self.value + other.value, self.gradient + other.gradient)


def loss(w, X, y, reg):
    terms = np.empty(len(y), dtype=object)

    def make(i):
        error = float((X[i] * w).sum() - y[i])
        terms[i] = Term(error**2, 2.0 * error * X[i])
        return 0

    sorted(range(len(y)), key=make)
    total = np.add.reduce(terms)
    return total.value / len(y) + reg * float(w @ w), total.gradient / len(y) + 2.0 * reg * w
