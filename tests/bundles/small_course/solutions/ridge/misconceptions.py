"""Known-wrong variants of ridge regression."""

from autograder.grading import misconception


@misconception(
    "R01",
    "ridge.ridge_loss",
    mistake="penalty without its own gradient",
    hint="Your loss has two terms. How many of them did you differentiate?",
)
def penalty_gradient_missing(original):
    def wrong(w, X, t, reg):
        loss, gradient = original(w, X, t, reg)
        return loss, gradient - 2 * reg * w

    return wrong
