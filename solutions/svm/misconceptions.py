"""Known-wrong variants of the SVM loss, each with the question that leads to the mistake."""

import numpy as np

from autograder.grading import convention, misconception

NAIVE = "linear_svm.svm_loss_naive"
VECTORIZED = "linear_svm.svm_loss_vectorized"

# A mask of margins >= 0 instead of > 0 is no mistake and has no entry: it differs only where a margin is
# exactly 0, and there every slope between the two is a subgradient of the hinge.


def margin_table(W, X, y):
    """Return the (N, C) margins before clipping, the correct class's own constant 1 included."""
    scores = X @ W
    return scores - scores[np.arange(len(y)), y][:, np.newaxis] + 1


def without_correct_class(table, y):
    """Return the (N, C) table with 0 in the correct class's place."""
    table = table.copy()
    table[np.arange(len(y)), y] = 0
    return table


def balanced(slopes, y):
    """Return the (N, C) slopes with minus the sum of its row in the correct class's place."""
    slopes = without_correct_class(slopes, y)
    slopes[np.arange(len(y)), y] = -slopes.sum(axis=1)
    return slopes


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


@misconception(
    "S01",
    NAIVE,
    VECTORIZED,
    mistake="correct class not excluded, neither from the loss nor from the count in the gradient",
    hint="Your loss is too high by exactly 1 on every problem. With all weights 0 and 10 classes, should it "
    "be 9 or 10, and whose margin makes the difference?",
)
def correct_class_counted(original):
    def wrong(W, X, y, reg):
        hinge = np.maximum(0, margin_table(W, X, y))
        slopes = (hinge > 0).astype(float)
        slopes[np.arange(len(y)), y] = -slopes.sum(axis=1)
        return penalised(hinge.sum() / len(y), X.T @ slopes / len(y), W, reg)

    return wrong


@misconception(
    "S03",
    NAIVE,
    VECTORIZED,
    mistake="loss not averaged over the examples",
    hint="Your gradient is right, but your loss grows with the size of the batch. If every example were "
    "listed twice, should the loss change?",
)
def loss_not_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        penalty = reg * np.sum(W * W)
        return (loss - penalty) * len(y) + penalty, dW

    return wrong


@misconception(
    "S04",
    NAIVE,
    VECTORIZED,
    mistake="gradient not averaged over the examples",
    hint="Your loss is right, but your gradient grows with the size of the batch. The loss is an average: "
    "what does that make of its derivative?",
)
def gradient_not_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        penalty = 2 * reg * W
        return loss, (dW - penalty) * len(y) + penalty

    return wrong


@misconception(
    "S05",
    NAIVE,
    VECTORIZED,
    mistake="penalty in the loss divided by the number of examples as well",
    hint="With reg = 0 you are right; with reg > 0 your loss comes out too low, the more so the larger the "
    "batch. Which of its two terms is an average over the examples?",
)
def penalty_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        penalty = reg * np.sum(W * W)
        return loss - penalty + penalty / len(y), dW

    return wrong


@misconception(
    "S06",
    NAIVE,
    VECTORIZED,
    mistake="gradient of the penalty lacks the factor 2",
    hint="Your loss is right, and with reg = 0 your gradient is too; with reg > 0 it is off by a multiple of "
    "W. What is the derivative of reg * w ** 2 for a single number w?",
)
def penalty_gradient_halved(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, dW - reg * W

    return wrong


@misconception(
    "S07",
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
    "S08",
    NAIVE,
    VECTORIZED,
    mistake="gradient of the penalty missing",
    hint="Your loss is right, and with reg = 0 your gradient is too; with reg > 0 the gradient stays what it "
    "was. Which term of the loss has not been differentiated?",
)
def penalty_gradient_missing(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, dW - 2 * reg * W

    return wrong


@misconception(
    "S09",
    NAIVE,
    VECTORIZED,
    mistake="gradient of the penalty is reg * sum(W), the same number for every weight",
    hint="With reg > 0 every entry of your gradient is shifted by the same number. If one weight alone "
    "grows, how much does the penalty grow, and does that depend on the other weights?",
)
def penalty_gradient_summed(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, dW - 2 * reg * W + reg * np.sum(W)

    return wrong


@misconception(
    "S11",
    NAIVE,
    VECTORIZED,
    mistake="correct class gets -1 instead of minus the number of violated margins",
    hint="Your gradient is right wherever exactly one margin is violated, and only there. If three wrong "
    "classes violate their margins, how many terms of the loss contain the correct class's score?",
)
def correct_class_counted_once(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        slopes = (margin_table(W, X, y) > 0).astype(float)
        slopes[np.arange(len(y)), y] = -1
        return loss, X.T @ slopes / len(y) + 2 * reg * W

    return wrong


@misconception(
    "S13",
    NAIVE,
    VECTORIZED,
    mistake="gradient weighted by the margins instead of counting them",
    hint="Your gradient grows with the size of the violations. How steep is max(0, m) at m = 1, and how "
    "steep at m = 5?",
)
def gradient_weighted_by_margin(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        slopes = balanced(np.maximum(0, margin_table(W, X, y)), y)
        return loss, X.T @ slopes / len(y) + 2 * reg * W

    return wrong


@misconception(
    "S14",
    NAIVE,
    VECTORIZED,
    mistake="margin with the sign flipped",
    hint="Your loss falls when the classifier gets worse. Which one should be punished: a classifier that "
    "scores the correct class above the others, or below?",
)
def margin_flipped(original):
    def wrong(W, X, y, reg):
        hinge = without_correct_class(np.maximum(0, 2 - margin_table(W, X, y)), y)
        slopes = balanced((hinge > 0).astype(float), y)
        return penalised(hinge.sum() / len(y), X.T @ slopes / len(y), W, reg)

    return wrong


@misconception(
    "S15",
    NAIVE,
    VECTORIZED,
    mistake="margin of 1 forgotten",
    hint="With all weights 0 your loss is 0, although the classifier cannot tell any two classes apart. By "
    "how much does the correct score have to lead before a wrong class costs nothing?",
)
def margin_forgotten(original):
    def wrong(W, X, y, reg):
        hinge = without_correct_class(np.maximum(0, margin_table(W, X, y) - 1), y)
        slopes = balanced((hinge > 0).astype(float), y)
        return penalised(hinge.sum() / len(y), X.T @ slopes / len(y), W, reg)

    return wrong


@misconception(
    "S16",
    VECTORIZED,
    mistake="correct scores subtracted as (N,) from scores of (N, C)",
    hint="Your arrays fit together only where there are as many examples as classes. When (N,) is subtracted "
    "from (N, C), which of the two axes does NumPy line up?",
)
def correct_scores_not_reshaped(original):
    def wrong(W, X, y, reg):
        scores = X @ W
        margins = scores - scores[np.arange(len(y)), y] + 1
        hinge = without_correct_class(np.maximum(0, margins), y)
        slopes = balanced((hinge > 0).astype(float), y)
        return penalised(hinge.sum() / len(y), X.T @ slopes / len(y), W, reg)

    return wrong


@misconception(
    "S18",
    NAIVE,
    VECTORIZED,
    mistake="W changed through a second name for it, to keep the bias out of the penalty's gradient",
    hint="After the call, the last row of W is no longer what it was. When an array is given a second name, "
    "how many arrays are there?",
)
def weights_changed(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, 0.0)
        loss += reg * np.sum(W * W)
        without_bias = W
        without_bias[-1] = 0
        return loss, dW + 2 * reg * without_bias

    return wrong


@misconception(
    "S20",
    NAIVE,
    VECTORIZED,
    mistake="squared hinge in the loss",
    hint="Margins missed by exactly 1 cost you what they should; smaller misses cost too little and larger "
    "ones far too much. In the handout's example the third picture loses 12.9: what do you get?",
)
def squared_hinge(original):
    def wrong(W, X, y, reg):
        _, dW = original(W, X, y, reg)
        hinge = without_correct_class(np.maximum(0, margin_table(W, X, y)), y)
        return np.sum(hinge**2) / len(y) + reg * np.sum(W * W), dW

    return wrong


@misconception(
    "S23",
    VECTORIZED,
    mistake="np.max instead of np.maximum",
    hint="Your table of margins has lost an axis. NumPy has one maximum that compares entry by entry and one "
    "that looks for the largest entry along an axis: which of them do you need?",
)
def max_instead_of_maximum(original):
    def wrong(W, X, y, reg):
        hinge = np.max(margin_table(W, X, y), 0)
        hinge[np.arange(len(y)), y] = 0
        return hinge.sum() / len(y) + reg * np.sum(W * W), X.T @ (hinge > 0) / len(y)

    return wrong


@misconception(
    "S24",
    NAIVE,
    VECTORIZED,
    mistake="neither loss nor gradient averaged over the examples",
    hint="Your loss and your gradient agree with each other, and both grow with the size of the batch. If "
    "every example were listed twice, should either of them change?",
)
def nothing_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, 0.0)
        return penalised(loss * len(y), dW * len(y), W, reg)

    return wrong


@misconception(
    "S25",
    VECTORIZED,
    mistake="a loop over the examples is left in",
    hint="Your values are right, but twice the examples take twice as many Python steps. Each example adds "
    "its features to some columns of the gradient: which product of two whole arrays does that for all at "
    "once?",
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
    "S26",
    NAIVE,
    VECTORIZED,
    mistake="bias row left out of the penalty",
    hint="With reg = 0 you are right; with reg > 0 your loss and your gradient agree with each other, but "
    "the last row of W is treated unlike the rest. Over which entries does this course's penalty sum?",
)
def bias_not_penalised(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        dW[-1] -= 2 * reg * W[-1]
        return loss - reg * np.sum(W[-1] ** 2), dW

    return wrong


@misconception(
    "S27",
    NAIVE,
    VECTORIZED,
    mistake="correct class counted in the loss, though not in the gradient",
    hint="Your gradient is right, but your loss is too high by exactly 1 on every problem. How large is the "
    "margin of the correct class against itself, and does it belong in the sum?",
)
def correct_class_in_the_loss(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss + 1, dW

    return wrong


@misconception(
    "S28",
    NAIVE,
    VECTORIZED,
    mistake="margins enter the loss unclipped",
    hint="Your loss can become negative, and it keeps falling while a correct score that already leads moves "
    "further ahead. What should a margin below 0 cost?",
)
def hinge_not_clipped(original):
    def wrong(W, X, y, reg):
        _, dW = original(W, X, y, reg)
        margins = without_correct_class(margin_table(W, X, y), y)
        return margins.sum() / len(y) + reg * np.sum(W * W), dW

    return wrong


@misconception(
    "S29",
    NAIVE,
    VECTORIZED,
    mistake="gradient counts every wrong class, violated or not",
    hint="Your loss is right, but your gradient also moves the scores of wrong classes that are far behind. "
    "If such a score changes a little, does the loss?",
)
def every_class_counts(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        slopes = balanced(np.ones((len(y), W.shape[1])), y)
        return loss, X.T @ slopes / len(y) + 2 * reg * W

    return wrong


@misconception(
    "S30",
    NAIVE,
    VECTORIZED,
    mistake="data gradient with the sign flipped",
    hint="Your loss is right, but a step against your gradient makes it larger. If the score of a wrong "
    "class that violates its margin rises, does the loss rise or fall?",
)
def gradient_flipped(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, 4 * reg * W - dW

    return wrong


@misconception(
    "S31",
    NAIVE,
    VECTORIZED,
    mistake="averaged over the classes as well",
    hint="Your data loss is too small by a factor that is the number of classes. With all weights 0, every "
    "one of the C - 1 wrong classes costs 1: are these costs added up or averaged?",
)
def averaged_over_classes(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, 0.0)
        return penalised(loss / W.shape[1], dW / W.shape[1], W, reg)

    return wrong


@misconception(
    "S32",
    NAIVE,
    VECTORIZED,
    mistake="gradient has no term for the correct class",
    hint="Your gradient pushes the scores of wrong classes down and never pulls the correct one up. Which "
    "scores occur in the formula of a single margin?",
)
def correct_class_not_pulled(original):
    def wrong(W, X, y, reg):
        loss, _ = original(W, X, y, reg)
        slopes = without_correct_class((margin_table(W, X, y) > 0).astype(float), y)
        return loss, X.T @ slopes / len(y) + 2 * reg * W

    return wrong


@misconception(
    "S33",
    VECTORIZED,
    mistake="a loop over the classes is left in",
    hint="Your values are right, but twice the classes take twice as many Python steps. If the scores of one "
    "class are one column, what do you get when you work with all columns at once?",
    structural=True,
)
def class_loop_left_in(original):
    def wrong(W, X, y, reg):
        slopes = np.zeros((len(y), W.shape[1]))
        for c in range(W.shape[1]):
            slopes[:, c] = margin_table(W, X, y)[:, c] > 0
        loss, _ = original(W, X, y, reg)
        return loss, X.T @ balanced(slopes, y) / len(y) + 2 * reg * W

    return wrong


@misconception(
    "S34",
    NAIVE,
    VECTORIZED,
    mistake="squared hinge, in the loss and in its gradient",
    hint="Your loss and your gradient agree with each other, but a margin missed by 2 costs you four times "
    "as much as one missed by 1. In the handout's example the third picture loses 12.9: what do you get?",
)
def squared_hinge_throughout(original):
    def wrong(W, X, y, reg):
        hinge = without_correct_class(np.maximum(0, margin_table(W, X, y)), y)
        return penalised(np.sum(hinge**2) / len(y), X.T @ balanced(2 * hinge, y) / len(y), W, reg)

    return wrong


@misconception(
    "S35",
    NAIVE,
    VECTORIZED,
    mistake="penalty divided by the number of examples, in the loss and in its gradient",
    hint="Your loss and your gradient agree with each other, and with reg = 0 they are right; with reg > 0 "
    "the penalty fades as the batch grows. Does the penalty depend on the examples at all?",
)
def penalty_averaged_throughout(original):
    def wrong(W, X, y, reg):
        return original(W, X, y, reg / len(y))

    return wrong


@misconception(
    "S36",
    NAIVE,
    VECTORIZED,
    mistake="gradient of the penalty divided by the number of examples",
    hint="Your loss is right, and with reg = 0 your gradient is too; with reg > 0 the penalty's share of the "
    "gradient fades as the batch grows. Which terms of the loss are averaged over the examples?",
)
def penalty_gradient_averaged(original):
    def wrong(W, X, y, reg):
        loss, dW = original(W, X, y, reg)
        return loss, dW - 2 * reg * W + 2 * reg * W / len(y)

    return wrong
