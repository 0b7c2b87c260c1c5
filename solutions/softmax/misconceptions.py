"""Known-wrong variants of the softmax loss, each with the question that leads to the mistake."""

import numpy as np

from autograder.grading import convention, misconception

NAIVE = "softmax.softmax_loss_naive"
VECTORIZED = "softmax.softmax_loss_vectorized"


def log_probabilities(W, X):
    """Return the (N, C) logarithms of the probabilities."""
    logits = X @ W
    logits = logits - logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def one_hot(W, y):
    """Return an (N, C) table with 1 in the correct class's place."""
    return np.eye(W.shape[1])[y]


def by_division(W, X, y, reg, logits):
    """Return loss and gradient from logits by way of the probabilities themselves."""
    exponentials = np.exp(logits)
    P = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(y)), y]).mean() + reg * np.sum(W * W)
    return loss, X.T @ (P - one_hot(W, y)) / len(y) + 2 * reg * W


def by_difference(W, X, y, reg, logits):
    """Return loss and gradient from logits by way of the logarithm of their sum of exponentials."""
    log_P = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_P[np.arange(len(y)), y].mean() + reg * np.sum(W * W)
    return loss, X.T @ (np.exp(log_P) - one_hot(W, y)) / len(y) + 2 * reg * W


def with_slopes(W, X, y, reg, slopes):
    """Return the gradient that belongs to these (N, C) slopes of the loss with each logit."""
    return X.T @ slopes / len(y) + 2 * reg * W


def penalised(loss, dW, W, reg):
    """Add the penalty and its gradient."""
    return loss + reg * np.sum(W * W), dW + 2 * reg * W


@convention(
    "half_l2",
    NAIVE,
    VECTORIZED,
    note="Your penalty is half of this course's, in the loss and in the gradient alike. Both are in use; the "
    "course writes reg * sum(W * W), without the half.",
)
def half_l2(original):
    def wrong(W, X, y, reg):
        return original(W, X, y, reg / 2)

    return wrong


# --- logits far from 0 ------------------------------------------------------------------------------------


@misconception(
    "X01",
    NAIVE,
    VECTORIZED,
    mistake="logits not shifted: exp overflows",
    hint="Once a logit exceeds 709 or all of a row lie below -745, your result is no longer a number. What is "
    "np.exp(800), and which constant may be subtracted from all logits of an example without changing its "
    "probabilities?",
)
def not_shifted(original):
    def wrong(W, X, y, reg):
        return by_division(W, X, y, reg, X @ W)

    return wrong


@misconception(
    "X20",
    NAIVE,
    VECTORIZED,
    mistake="logits not shifted: the logarithm of their sum of exponentials overflows",
    hint="With logits of 800 your loss is infinite, and with logits of -800 it is too. What is np.exp(800), and "
    "which constant may be subtracted from all logits of an example without changing its probabilities?",
)
def not_shifted_before_the_logarithm(original):
    def wrong(W, X, y, reg):
        return by_difference(W, X, y, reg, X @ W)

    return wrong


# X03 stands before X02: where all examples have the same largest logit, both do the same.
@misconception(
    "X03",
    NAIVE,
    VECTORIZED,
    mistake="logarithm taken of a probability that was rounded to 0",
    hint="Your gradient is right, but your loss is infinite as soon as the correct logit lies more than 745 below "
    "the largest one. Can log(a / b) be written so that the tiny quotient is never formed?",
)
def logarithm_of_zero(original):
    def wrong(W, X, y, reg):
        logits = X @ W
        return by_division(W, X, y, reg, logits - logits.max(axis=1, keepdims=True))

    return wrong


@misconception(
    "X02",
    NAIVE,
    VECTORIZED,
    mistake="logits shifted by the largest of the whole batch",
    hint="One example with large logits spoils the others: theirs are all rounded to exp(-1200) = 0. Over which "
    "logits is each probability's denominator summed, and whose maximum do they need?",
)
def shifted_by_the_largest_of_all(original):
    def wrong(W, X, y, reg):
        logits = X @ W
        return by_division(W, X, y, reg, logits - logits.max())

    return wrong


@misconception(
    "X21",
    NAIVE,
    VECTORIZED,
    mistake="logits shifted by the largest of the whole batch, before the logarithm of the sum",
    hint="One example with large logits spoils the others: their sum of exponentials is rounded to 0. Over which "
    "logits does each of these sums run, and whose maximum does it need?",
)
def shifted_by_the_largest_before_the_logarithm(original):
    def wrong(W, X, y, reg):
        logits = X @ W
        return by_difference(W, X, y, reg, logits - logits.max())

    return wrong


@misconception(
    "X13",
    NAIVE,
    VECTORIZED,
    mistake="probability clipped at 1e-12: no example can lose more than 27.6",
    hint="Your gradient is right, but no example of yours loses more than 27.6. For the logits 0 and 800 the true "
    "loss is 800: what is the largest value that you can return, and why?",
)
def probability_clipped(original):
    def wrong(W, X, y, reg):
        _, dW = original(W, X, y, reg)
        P = np.exp(log_probabilities(W, X)[np.arange(len(y)), y])
        return -np.log(np.clip(P, 1e-12, 1)).mean() + reg * np.sum(W * W), dW

    return wrong


@misconception(
    "X22",
    NAIVE,
    VECTORIZED,
    mistake="1e-8 added to the probability before the logarithm",
    hint="Your gradient is right, but no example of yours loses more than 18.4. For the logits 0 and 800 the true "
    "loss is 800: what does a constant inside the logarithm do to a tiny probability?",
)
def constant_in_the_logarithm(original):
    def wrong(W, X, y, reg):
        _, dW = original(W, X, y, reg)
        P = np.exp(log_probabilities(W, X)[np.arange(len(y)), y])
        return -np.log(P + 1e-8).mean() + reg * np.sum(W * W), dW

    return wrong


# --- the loss ---------------------------------------------------------------------------------------------


@misconception(
    "X04",
    NAIVE,
    VECTORIZED,
    mistake="logarithm to the base 10",
    hint="Your gradient is right, but your data loss is 0.4343 times what it should be: with 10 equally likely "
    "classes you get exactly 1 instead of 2.303. Which logarithm is meant?",
)
def logarithm_to_base_10(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        penalty = reg * np.sum(W * W)
        return (loss - penalty) / np.log(10) + penalty, dW

    return wrong


@misconception(
    "X05",
    NAIVE,
    VECTORIZED,
    mistake="probability averaged without the logarithm",
    hint="Your gradient is right, but your data loss always lies between 0 and 1. Should a loss rise or fall as "
    "the correct class becomes certain?",
)
def logarithm_forgotten(original):
    def wrong(W, X, y, reg):
        _, dW = original(W, X, y, reg)
        P = np.exp(log_probabilities(W, X)[np.arange(len(y)), y])
        return P.mean() + reg * np.sum(W * W), dW

    return wrong


@misconception(
    "X15",
    NAIVE,
    VECTORIZED,
    mistake="minus sign of the loss forgotten",
    hint="Your gradient is right, but your data loss is negative. What sign has the logarithm of a probability, "
    "and can a cost of this kind fall below 0?",
)
def minus_forgotten(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return 2 * reg * np.sum(W * W) - loss, dW

    return wrong


@misconception(
    "X07",
    VECTORIZED,
    mistake="normalised over the examples instead of the classes",
    hint="The probabilities of one class add up to 1 over your examples; those of one example do not add up to 1 "
    "over its classes. Which axis of the scores holds the classes?",
)
def normalised_over_the_examples(original):
    def wrong(W, X, y, reg):
        logits = X @ W
        logits = logits - logits.max(axis=1, keepdims=True)
        log_P = logits - np.log(np.exp(logits).sum(axis=0, keepdims=True))
        loss = -log_P[np.arange(len(y)), y].mean() + reg * np.sum(W * W)
        return loss, with_slopes(W, X, y, reg, np.exp(log_P) - one_hot(W, y))

    return wrong


@misconception(
    "X08",
    VECTORIZED,
    mistake="sum over the classes has lost its axis: (N,) against (N, C)",
    hint="Your arrays fit together only where there are as many examples as classes. Which shape has a sum over "
    "one axis of an (N, C) array, and with which axis does NumPy line it up?",
)
def axis_lost(original):
    def wrong(W, X, y, reg):
        logits = X @ W
        logits = logits - logits.max(axis=1, keepdims=True)
        log_P = logits - np.log(np.exp(logits).sum(axis=1))
        loss = -log_P[np.arange(len(y)), y].mean() + reg * np.sum(W * W)
        return loss, with_slopes(W, X, y, reg, np.exp(log_P) - one_hot(W, y))

    return wrong


@misconception(
    "X23",
    NAIVE,
    VECTORIZED,
    mistake="loss not averaged over the examples",
    hint="Your gradient is right, but your loss grows with the size of the batch. If every example were listed "
    "twice, should the loss change?",
)
def loss_not_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        penalty = reg * np.sum(W * W)
        return (loss - penalty) * len(y) + penalty, dW

    return wrong


@misconception(
    "X24",
    NAIVE,
    VECTORIZED,
    mistake="neither loss nor gradient averaged over the examples",
    hint="Your loss and your gradient agree with each other, and both grow with the size of the batch. If every "
    "example were listed twice, should either of them change?",
)
def nothing_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, 0.0)
        return penalised(loss * len(y), dW * len(y), W, reg)

    return wrong


# --- the gradient -----------------------------------------------------------------------------------------


@misconception(
    "X09",
    NAIVE,
    VECTORIZED,
    mistake="-1 at the correct class missing in the gradient",
    hint="Your loss is right, but your gradient moves the correct class's logit down like all others. If the "
    "classifier were already certain and right, the gradient should be 0: is yours?",
)
def correct_class_not_subtracted(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        return loss, with_slopes(W, X, y, reg, np.exp(log_probabilities(W, X)))

    return wrong


@misconception(
    "X10",
    NAIVE,
    VECTORIZED,
    mistake="the correct class's example subtracted once per class",
    hint="Your loss is right and so is your gradient for the wrong classes; in the correct class's column the "
    "example is subtracted as often as there are classes. How often per example does your line with y[i] run?",
)
def correct_class_subtracted_too_often(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        slopes = np.exp(log_probabilities(W, X)) - W.shape[1] * one_hot(W, y)
        return loss, with_slopes(W, X, y, reg, slopes)

    return wrong


@misconception(
    "X12",
    NAIVE,
    VECTORIZED,
    mistake="gradient not averaged over the examples",
    hint="Your loss is right, but your gradient grows with the size of the batch. The loss is an average: what "
    "does that make of its derivative?",
)
def gradient_not_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        penalty = 2 * reg * W
        return loss, (dW - penalty) * len(y) + penalty

    return wrong


@misconception(
    "X16",
    NAIVE,
    VECTORIZED,
    mistake="the label's number subtracted from all probabilities of the example",
    hint="Your loss is right, but your gradient grows with the number that a class happens to have. Class 3 is "
    "not three times class 1: in which one place of an example's probabilities does its label make a difference?",
)
def label_number_subtracted(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        return loss, with_slopes(W, X, y, reg, np.exp(log_probabilities(W, X)) - y[:, np.newaxis])

    return wrong


@misconception(
    "X25",
    NAIVE,
    VECTORIZED,
    mistake="data gradient with the sign flipped",
    hint="Your loss is right, but a step against your gradient makes it larger. If the logit of a wrong class "
    "rises, does the loss rise or fall?",
)
def gradient_flipped(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, 4 * reg * W - dW

    return wrong


# --- the penalty ------------------------------------------------------------------------------------------


@misconception(
    "X19",
    NAIVE,
    VECTORIZED,
    mistake="gradient divided by (N + 2 * reg * W) instead of divided by N with 2 * reg * W added",
    hint="Your loss is right, and with reg = 0 your gradient is too; with reg > 0 every entry is divided by "
    "something else. In which order does Python carry out dW /= N + penalty?",
)
def divided_by_the_penalty(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, (dW - 2 * reg * W) * len(y) / (len(y) + 2 * reg * W)

    return wrong


@misconception(
    "X26",
    NAIVE,
    VECTORIZED,
    mistake="gradient of the penalty lacks the factor 2",
    hint="Your loss is right, and with reg = 0 your gradient is too; with reg > 0 it is off by a multiple of W. "
    "What is the derivative of reg * w ** 2 for a single number w?",
)
def penalty_gradient_halved(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, dW - reg * W

    return wrong


@misconception(
    "X27",
    NAIVE,
    VECTORIZED,
    mistake="loss uses half the penalty, gradient the whole",
    hint="Your gradient is right, but with reg > 0 your loss is not the function it belongs to. Take the "
    "derivative of your own penalty term: is it the one you add to the gradient?",
)
def penalty_halved_in_the_loss(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss - 0.5 * reg * np.sum(W * W), dW

    return wrong


@misconception(
    "X28",
    NAIVE,
    VECTORIZED,
    mistake="gradient of the penalty missing",
    hint="Your loss is right, and with reg = 0 your gradient is too; with reg > 0 the gradient stays what it was. "
    "Which term of the loss has not been differentiated?",
)
def penalty_gradient_missing(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, dW - 2 * reg * W

    return wrong


@misconception(
    "X29",
    NAIVE,
    VECTORIZED,
    mistake="penalty divided by the number of examples, in the loss and in its gradient",
    hint="Your loss and your gradient agree with each other, and with reg = 0 they are right; with reg > 0 the "
    "penalty fades as the batch grows. Does the penalty depend on the examples at all?",
)
def penalty_averaged(original):
    def wrong(W, X, y, reg):
        return original(W, X, y, reg / len(y))

    return wrong


@misconception(
    "X30",
    NAIVE,
    VECTORIZED,
    mistake="bias row left out of the penalty",
    hint="With reg = 0 you are right; with reg > 0 your loss and your gradient agree with each other, but the last "
    "row of W is treated unlike the rest. Over which entries does this course's penalty sum?",
)
def bias_not_penalised(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        dW[-1] -= 2 * reg * W[-1]
        return loss - reg * np.sum(W[-1] ** 2), dW

    return wrong


# --- how it is computed -----------------------------------------------------------------------------------


@misconception(
    "X31",
    NAIVE,
    VECTORIZED,
    mistake="W made smaller in place on the way",
    hint="Your values are right, but after the call W is no longer what it was. When an array is given a second "
    "name, how many arrays are there?",
)
def weights_changed(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        same = W
        same *= 1 - 2 * reg
        return loss, dW

    return wrong


@misconception(
    "X32",
    VECTORIZED,
    mistake="a loop over the examples is left in",
    hint="Your values are right, but twice the examples take twice as many Python steps. Each example adds its "
    "features, times a number per class, to the gradient: which product of two whole arrays does that for all "
    "at once?",
    structural=True,
)
def loop_left_in(original):
    def wrong(W, X, y, reg):
        loss, dW = 0.0, np.zeros(W.shape)
        for i in range(len(y)):
            loss_i, dW_i = original(W, X[i : i + 1], y[i : i + 1], 0.0)
            loss += loss_i
            dW += dW_i
        return penalised(loss / len(y), dW / len(y), W, reg)

    return wrong


@misconception(
    "X33",
    VECTORIZED,
    mistake="a loop over the classes is left in",
    hint="Your values are right, but twice the classes take twice as many Python steps. If the logits of one class "
    "are one column, what do you get when you work with all columns at once?",
    structural=True,
)
def class_loop_left_in(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        P = np.exp(log_probabilities(W, X))
        dW = np.zeros(W.shape)
        for c in range(W.shape[1]):
            dW[:, c] = X.T @ (P[:, c] - (y == c)) / len(y)
        return loss, dW + 2 * reg * W

    return wrong
