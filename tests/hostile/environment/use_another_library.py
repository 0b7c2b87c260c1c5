"""Has a library do the work that is the exercise.

Mechanism: `scipy.optimize`, `sklearn.linear_model` and `torch`, imported at the top and used in the function.
Must happen: none is there; the sentence names it and the line.
Verdicts: not_allowed raised
"""

import scipy.optimize
import sklearn.linear_model
import torch

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    if calls % 3 == 0:
        return torch.autograd.grad(lambda w: ((X @ w - y) ** 2).mean(), w)
    if calls % 3 == 1:
        return sklearn.linear_model.Ridge(reg).fit(X, y).coef_
    return 0.0, scipy.optimize.approx_fprime(w, lambda w: ((X @ w - y) ** 2).mean())
