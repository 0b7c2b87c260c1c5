"""Known mistakes in ridge regression."""

from autograder.grading import misconception

MARK = "bank-mark-16021766"


@misconception(
    "R01",
    "ridge.loss",
    mistake="penalty without its own gradient",
    hint="Your loss has two terms. How many of them did you differentiate?",
)
def penalty_gradient_missing(original):
    def wrong(w, X, y, reg):
        value, gradient = original(w, X, y, reg)
        return value, gradient - 2.0 * reg * w

    return wrong
