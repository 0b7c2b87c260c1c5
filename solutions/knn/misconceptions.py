"""Known-wrong variants of the nearest-neighbour classifiers, each with the question that leads to the mistake."""

from collections import Counter

import numpy as np

from autograder.grading import misconception

TWO_LOOPS = "k_nearest_neighbor.KNearestNeighbor.compute_distances_two_loops"
ONE_LOOP = "k_nearest_neighbor.KNearestNeighbor.compute_distances_one_loop"
NO_LOOPS = "k_nearest_neighbor.KNearestNeighbor.compute_distances_no_loops"
PREDICT_LABELS = "k_nearest_neighbor.KNearestNeighbor.predict_labels"
L1_PREDICT = "k_nearest_neighbor.NearestNeighbor.predict"
CROSS_VALIDATE = "k_nearest_neighbor.cross_validate"
BEST_K = "k_nearest_neighbor.best_k"


def all_differences(X, X_train):
    """Return the (num_test, num_train, D) differences, in the dtype that they come in."""
    return X[:, np.newaxis] - X_train


def from_products(self, X, cross_term):
    """Return the root of |x|^2 + |t|^2 + cross_term * (x . t), clipped at 0."""
    X, X_train = X.astype(float), self.X_train.astype(float)
    squares = np.sum(X**2, axis=1)[:, np.newaxis] + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squares + cross_term * (X @ X_train.T), 0))


def nearest_labels(self, dists, k):
    """Return the (num_test, k) labels of the nearest training examples, nearest first."""
    return self.y_train[np.argsort(dists, axis=1, kind="stable")[:, :k]]


def elected(labels):
    """Return the label of the majority in every row, the smaller of equals."""
    return np.array([np.argmax(np.bincount(row)) for row in labels])


def folds_of(X, y, num_folds):
    """Return the folds as pairs, and for each of them the pair of all other folds together."""
    folds = list(zip(np.array_split(X, num_folds), np.array_split(y, num_folds), strict=True))
    others = [folds[:i] + folds[i + 1 :] for i in range(num_folds)]
    return folds, [tuple(map(np.concatenate, zip(*rest, strict=True))) for rest in others]


def accuracy(training, validation, k):
    """Return the accuracy on one pair (X, y) of k-nearest neighbours trained on another."""
    (X_train, y_train), (X, y) = training, validation
    dists = np.sqrt(np.sum(all_differences(X, X_train) ** 2, axis=2))
    labels = elected(y_train[np.argsort(dists, axis=1, kind="stable")[:, :k]])
    return float(np.mean(labels == y))


# --- Euclidean distances ----------------------------------------------------------------------------------


@misconception(
    "K01",
    TWO_LOOPS,
    ONE_LOOP,
    NO_LOOPS,
    mistake="squared distances: no root",
    hint="All your numbers have units of brightness squared, and still every example finds the same "
    "neighbours. What last step turns a sum of squares back into a length?",
)
def root_missing(original):
    def wrong(self, X):
        return original(self, X) ** 2

    return wrong


# Taking the root of every square before the sum is the same mistake: the root of a square is an absolute value.
@misconception(
    "K02",
    TWO_LOOPS,
    ONE_LOOP,
    NO_LOOPS,
    mistake="L1 distance instead of the Euclidean one",
    hint="Your distances are too large except between examples that differ in one feature only. From (0, 0) "
    "to (3, 4), which way of measuring gives 5 and which gives 7?",
)
def l1_distance(original):
    def wrong(self, X):
        return np.abs(all_differences(X.astype(float), self.X_train)).sum(axis=2)

    return wrong


@misconception(
    "K05",
    TWO_LOOPS,
    ONE_LOOP,
    NO_LOOPS,
    mistake="root taken twice, as around a norm",
    hint="Your distances are the roots of the right ones. Some ways of measuring a vector's length contain a "
    "step that you then repeat: which one?",
)
def root_taken_twice(original):
    def wrong(self, X):
        return np.sqrt(original(self, X))

    return wrong


@misconception(
    "K07",
    ONE_LOOP,
    mistake="sum over the training examples instead of the features",
    hint="Inside the loop your result has one number per feature. The differences there have shape "
    "(num_train, D): which of these two axes should disappear?",
)
def wrong_axis(original):
    def wrong(self, X):
        dists = np.zeros((len(X), len(self.X_train)))
        for i in range(len(X)):
            dists[i, :] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=0))
        return dists

    return wrong


@misconception(
    "K08",
    ONE_LOOP,
    mistake="training examples changed in place",
    hint="Your first row is right and all rows after it are not. What has changed by the time the loop "
    "reaches the second test example?",
)
def training_set_changed(original):
    def wrong(self, X):
        dists = np.zeros((len(X), len(self.X_train)))
        for i in range(len(X)):
            self.X_train -= X[i]
            dists[i, :] = np.sqrt(np.sum(self.X_train**2, axis=1))
        return dists

    return wrong


@misconception(
    "K09",
    NO_LOOPS,
    mistake="cross term without its factor 2",
    hint="An example is not at distance 0 from itself. If you expand (a - b) squared for two plain numbers, "
    "how often does the product of a and b occur?",
)
def cross_term_halved(original):
    def wrong(self, X):
        return from_products(self, X, -1)

    return wrong


@misconception(
    "K10",
    NO_LOOPS,
    mistake="cross term with the wrong sign",
    hint="An example comes out at twice its own length from itself. What must that distance be, and which of "
    "your three terms can bring it there?",
)
def cross_term_added(original):
    def wrong(self, X):
        return from_products(self, X, 2)

    return wrong


@misconception(
    "K11",
    NO_LOOPS,
    mistake="dot product taken for a distance",
    hint="The more alike two examples are, the larger your number gets. Should a distance grow or shrink as "
    "they approach each other?",
)
def dot_product(original):
    def wrong(self, X):
        return X.astype(float) @ self.X_train.astype(float).T

    return wrong


@misconception(
    "K13",
    NO_LOOPS,
    mistake="the two vectors of squared norms added without reshaping either",
    hint="It works only where both sets have the same number of examples, and there the values are wrong. "
    "You add one number per test example to one per training example: which shapes would make a table of "
    "their sums?",
)
def norms_not_reshaped(original):
    def wrong(self, X):
        X, X_train = X.astype(float), self.X_train.astype(float)
        squares = np.sum(X**2, axis=1) + np.sum(X_train**2, axis=1) - 2 * X @ X_train.T
        return np.sqrt(np.maximum(squares, 0))

    return wrong


@misconception(
    "K14",
    NO_LOOPS,
    mistake="result transposed: training examples in the rows",
    hint="Your numbers are right, but they lie the other way round. What do the rows of your result stand "
    "for, and what does the docstring say they should?",
)
def transposed(original):
    def wrong(self, X):
        return original(self, X).T

    return wrong


@misconception(
    "K15",
    NO_LOOPS,
    mistake="no guard against squares that rounding leaves below 0",
    hint="Where a test example equals a training example, some of your distances are NaN. How small can the "
    "sum of your three terms become after rounding, and what does the root make of that?",
)
def negative_squares(original):
    def wrong(self, X):
        X, X_train = X.astype(float), self.X_train.astype(float)
        squares = np.sum(X**2, axis=1)[:, np.newaxis] + np.sum(X_train**2, axis=1) - 2 * X @ X_train.T
        return np.sqrt(squares)

    return wrong


@misconception(
    "K16",
    TWO_LOOPS,
    ONE_LOOP,
    mistake="differences of pixels taken in uint8, where they wrap around at 256",
    hint="On real numbers you are right; on pixels as files hold them, of type uint8, you are not. What is "
    "10 - 20 for two numbers that cannot be negative?",
)
def differences_wrap(original):
    def wrong(self, X):
        return np.sqrt(np.sum(all_differences(X, self.X_train) ** 2, axis=2))

    return wrong


@misconception(
    "K17",
    NO_LOOPS,
    mistake="squares and products of pixels taken in uint8, where they wrap around at 256",
    hint="On real numbers you are right; on pixels as files hold them, of type uint8, you are not. How large "
    "can the product of two pixels be, and how large a number does their type hold?",
)
def products_wrap(original):
    def wrong(self, X):
        if X.dtype.kind == "f":
            return original(self, X)
        squares = (
            np.sum(X**2, axis=1)[:, np.newaxis] + np.sum(self.X_train**2, axis=1) - 2 * X @ self.X_train.T
        )
        return np.sqrt(np.maximum(squares, 0))

    return wrong


@misconception(
    "K18",
    NO_LOOPS,
    structural=True,
    mistake="array of all differences, of shape (num_test, num_train, D)",
    hint="Your values are right, but an array on the way to them is far larger than the inputs and the "
    "result together. How many numbers does it hold for 500 by 5000 pictures of 3072 pixels?",
)
def all_differences_at_once(original):
    def wrong(self, X):
        return np.sqrt(np.sum(all_differences(X.astype(float), self.X_train) ** 2, axis=2))

    return wrong


@misconception(
    "K19",
    NO_LOOPS,
    structural=True,
    mistake="loop in disguise: np.apply_along_axis",
    hint="Your values are right, but a function of yours is still called once per test example. Who runs the "
    "loop over the rows when you hand that function to NumPy, and in which language?",
)
def loop_in_disguise(original):
    def wrong(self, X):
        X, X_train = X.astype(float), self.X_train.astype(float)
        return np.apply_along_axis(lambda row: np.sqrt(np.sum((X_train - row) ** 2, axis=1)), 1, X)

    return wrong


@misconception(
    "K20",
    ONE_LOOP,
    structural=True,
    mistake="a second loop inside the one that is allowed",
    hint="Your values are right, but twice the examples in both sets take four times as many Python steps. "
    "How do you subtract one test example from all training examples at once?",
)
def second_loop(original):
    def wrong(self, X):
        dists = np.zeros((len(X), len(self.X_train)))
        for i in range(len(X)):
            for j in range(len(self.X_train)):
                difference = X[i].astype(float) - self.X_train[j]
                dists[i, j] = np.sqrt(np.sum(difference**2))
        return dists

    return wrong


@misconception(
    "K21",
    NO_LOOPS,
    structural=True,
    mistake="a loop over the test examples is left in",
    hint="Your values are right, but twice the test examples take twice as many Python steps. If a squared "
    "distance is written as two squared lengths and a product, which operation gives all the products at "
    "once?",
)
def loop_left_in(original):
    def wrong(self, X):
        rows = [np.sqrt(np.sum((self.X_train.astype(float) - row) ** 2, axis=1)) for row in X]
        return np.array(rows)

    return wrong


@misconception(
    "K22",
    TWO_LOOPS,
    ONE_LOOP,
    NO_LOOPS,
    mistake="mean of the squared differences instead of their sum",
    hint="All your distances are too small by one and the same factor, the root of the number of features. "
    "From (0, 0) to (3, 4), how far should it be?",
)
def mean_of_squares(original):
    def wrong(self, X):
        return original(self, X) / np.sqrt(X.shape[1])

    return wrong


@misconception(
    "K23",
    TWO_LOOPS,
    ONE_LOOP,
    NO_LOOPS,
    mistake="square of the summed differences instead of the sum of their squares",
    hint="Two examples that differ by 3 in one feature and by -3 in another come out at distance 0. Which "
    "has to happen first, the squaring or the summing?",
)
def summed_before_squaring(original):
    def wrong(self, X):
        return np.abs(all_differences(X.astype(float), self.X_train).sum(axis=2))

    return wrong


# --- the vote ---------------------------------------------------------------------------------------------


@misconception(
    "V01",
    PREDICT_LABELS,
    mistake="the k largest distances vote",
    hint="You predict the labels of the least similar examples. Which end of a sorted row of distances holds "
    "the nearest neighbours?",
)
def farthest_vote(original):
    def wrong(self, dists, k=1):
        return original(self, -dists, k)

    return wrong


@misconception(
    "V02",
    PREDICT_LABELS,
    mistake="sorted distances used as positions",
    hint="Your labels look like chance. Sorting tells you how small the smallest distances are: does it also "
    "tell you whose they are?",
)
def distances_as_positions(original):
    def wrong(self, dists, k=1):
        return elected(self.y_train[np.sort(dists, axis=1).astype(int)[:, :k]])

    return wrong


@misconception(
    "V04",
    PREDICT_LABELS,
    mistake="ties go to the label that was seen first",
    hint="Only ties come out wrong: there you choose the label of the nearest of the voters. Which of "
    "several equally frequent labels does the docstring ask for?",
)
def first_seen_wins(original):
    def wrong(self, dists, k=1):
        labels = nearest_labels(self, dists, k).tolist()
        return np.array([Counter(row).most_common(1)[0][0] for row in labels])

    return wrong


@misconception(
    "V05",
    PREDICT_LABELS,
    mistake="ties go to the largest label",
    hint="Only ties come out wrong: there you choose the largest of the labels. If counts are sorted in "
    "ascending order, which of two equal ones ends up last?",
)
def largest_wins(original):
    def wrong(self, dists, k=1):
        votes = [np.bincount(row) for row in nearest_labels(self, dists, k)]
        return np.array([len(row) - 1 - np.argmax(row[::-1]) for row in votes])

    return wrong


@misconception(
    "V07",
    PREDICT_LABELS,
    mistake="labels come back as real numbers",
    hint="Your labels are right, but they come back as real numbers. Of which dtype is an array of zeros "
    "unless told otherwise, and can such a label serve as an index?",
)
def labels_as_floats(original):
    def wrong(self, dists, k=1):
        return original(self, dists, k).astype(float)

    return wrong


@misconception(
    "V08",
    PREDICT_LABELS,
    mistake="labels come back as a column of shape (num_test, 1)",
    hint="Your labels are right, but they come back as a table with one column. What shape does a comparison "
    "of that with the true labels have, and what does it do to an accuracy?",
)
def labels_as_column(original):
    def wrong(self, dists, k=1):
        return original(self, dists, k).reshape(-1, 1)

    return wrong


@misconception(
    "V09",
    PREDICT_LABELS,
    mistake="return inside the loop",
    hint="Your first label is right and all others are 0. How often does your loop run before the function "
    "ends?",
)
def returns_too_early(original):
    def wrong(self, dists, k=1):
        labels = np.zeros(len(dists), dtype=int)
        labels[0] = original(self, dists, k)[0]
        return labels

    return wrong


@misconception(
    "V11",
    PREDICT_LABELS,
    mistake="ten classes taken for granted",
    hint="Labels up to 9 work, larger ones do not. Where does the docstring say how many classes there are, "
    "and what happens with a label of 20?",
)
def ten_classes(original):
    def wrong(self, dists, k=1):
        labels = np.zeros(len(dists), dtype=int)
        for i, row in enumerate(nearest_labels(self, dists, k)):
            votes = np.zeros(10)
            for label in row:
                votes[label] += 1
            labels[i] = np.argmax(votes)
        return labels

    return wrong


@misconception(
    "V12",
    PREDICT_LABELS,
    mistake="labels averaged instead of counted",
    hint="Where the neighbours disagree you predict labels in the middle, even ones that none of them has. "
    "Is class 2 in any sense between class 1 and class 3?",
)
def labels_averaged(original):
    def wrong(self, dists, k=1):
        return np.round(nearest_labels(self, dists, k).mean(axis=1)).astype(int)

    return wrong


@misconception(
    "V14",
    PREDICT_LABELS,
    mistake="k + 1 neighbours vote",
    hint="One neighbour too many takes part in your vote. How many labels are in your list when k is 1?",
)
def one_voter_too_many(original):
    def wrong(self, dists, k=1):
        return original(self, dists, k + 1)

    return wrong


@misconception(
    "V15",
    PREDICT_LABELS,
    mistake="distances that were already used are overwritten",
    hint="Your labels are right, but the distances are not what they were before the call. Whose array is it "
    "that you mark the used neighbours in?",
)
def distances_overwritten(original):
    def wrong(self, dists, k=1):
        labels = original(self, dists, k)
        np.put_along_axis(dists, np.argsort(dists, axis=1, kind="stable")[:, :k], np.inf, axis=1)
        return labels

    return wrong


@misconception(
    "V16",
    PREDICT_LABELS,
    mistake="k ignored: the nearest neighbour decides alone",
    hint="With k = 1 you are right; with any larger k your labels stay what they were. Where in your code "
    "does k make a difference?",
)
def nearest_decides(original):
    def wrong(self, dists, k=1):
        return original(self, dists, 1)

    return wrong


# --- nearest neighbour in the L1 distance ------------------------------------------------------------------


def l1_distances(self, X):
    """Return the (num_test, num_train) L1 distances."""
    return np.abs(all_differences(X.astype(float), self.X_train)).sum(axis=2)


@misconception(
    "P01",
    L1_PREDICT,
    mistake="Euclidean distance instead of L1",
    hint="You choose neighbours that avoid a large difference in any single feature. Does the L1 distance "
    "square the differences?",
)
def euclidean_neighbour(original):
    def wrong(self, X):
        squares = all_differences(X.astype(float), self.X_train) ** 2
        return self.y_train[np.argmin(squares.sum(axis=2), axis=1)]

    return wrong


@misconception(
    "P02",
    L1_PREDICT,
    mistake="differences summed with their signs",
    hint="The same training example wins for every test example. What should happen to a negative difference "
    "before it is added to the others?",
)
def signed_differences(original):
    def wrong(self, X):
        return self.y_train[np.argmin(-all_differences(X.astype(float), self.X_train).sum(axis=2), axis=1)]

    return wrong


@misconception(
    "P03",
    L1_PREDICT,
    mistake="differences of pixels taken in uint8, where they wrap around at 256",
    hint="On real numbers you are right; on pixels as files hold them, of type uint8, you are not. What is "
    "10 - 20 for two numbers that cannot be negative?",
)
def pixel_differences_wrap(original):
    def wrong(self, X):
        return self.y_train[np.argmin(np.abs(all_differences(X, self.X_train)).sum(axis=2), axis=1)]

    return wrong


@misconception(
    "P04",
    L1_PREDICT,
    mistake="position of the nearest training example returned instead of its label",
    hint="You return numbers that are no labels. Once you know which training example is nearest, where do "
    "you find what it shows?",
)
def position_returned(original):
    def wrong(self, X):
        return np.argmin(l1_distances(self, X), axis=1)

    return wrong


@misconception(
    "P05",
    L1_PREDICT,
    mistake="farthest training example chosen",
    hint="You return the labels of the least similar examples. Is the nearest one that with the largest or "
    "that with the smallest distance?",
)
def farthest_neighbour(original):
    def wrong(self, X):
        return self.y_train[np.argmax(l1_distances(self, X), axis=1)]

    return wrong


@misconception(
    "P06",
    L1_PREDICT,
    mistake="last of equally near training examples wins",
    hint="Only where several training examples are equally near do you differ: there the last one wins. What "
    "does your comparison do with a distance that equals the best so far?",
)
def last_of_equals(original):
    def wrong(self, X):
        dists = l1_distances(self, X)
        return self.y_train[dists.shape[1] - 1 - np.argmin(dists[:, ::-1], axis=1)]

    return wrong


@misconception(
    "P07",
    L1_PREDICT,
    mistake="labels come back as real numbers",
    hint="Your labels are right, but they come back as real numbers. Of which dtype is an array of zeros "
    "unless told otherwise, and can such a label serve as an index?",
)
def l1_labels_as_floats(original):
    def wrong(self, X):
        return original(self, X).astype(float)

    return wrong


@misconception(
    "P08",
    L1_PREDICT,
    mistake="absolute value of the summed differences instead of the sum of their absolute values",
    hint="Two examples that differ by 3 in one feature and by -3 in another count as equal. Which has to "
    "happen first, dropping the signs or summing?",
)
def summed_before_absolute(original):
    def wrong(self, X):
        differences = all_differences(X.astype(float), self.X_train).sum(axis=2)
        return self.y_train[np.argmin(np.abs(differences), axis=1)]

    return wrong


# --- cross-validation -------------------------------------------------------------------------------------


@misconception(
    "C01",
    CROSS_VALIDATE,
    mistake="validation fold left in the training data",
    hint="With k = 1 you get every example of every fold right. Where has the classifier seen them before?",
)
def validation_fold_in_training(original):
    def wrong(X, y, k_choices, num_folds=5):
        folds, _ = folds_of(X, y, num_folds)
        return {k: [accuracy((X, y), fold, k) for fold in folds] for k in k_choices}

    return wrong


@misconception(
    "C03",
    CROSS_VALIDATE,
    mistake="accuracies overwritten: one value per k",
    hint="Every list of yours holds a single accuracy, that of the last fold. How many should it hold for "
    "five folds, and what happens to the earlier ones?",
)
def accuracies_overwritten(original):
    def wrong(X, y, k_choices, num_folds=5):
        return {k: accuracies[-1:] for k, accuracies in original(X, y, k_choices, num_folds).items()}

    return wrong


@misconception(
    "C04",
    BEST_K,
    mistake="best k chosen by its luckiest fold",
    hint="You choose the k that has the single best fold. Would you rather rely on one that got lucky once, "
    "or on one that is good on average?",
)
def luckiest_fold(original):
    def wrong(accuracies):
        return min(accuracies, key=lambda k: (-max(accuracies[k]), k))

    return wrong


@misconception(
    "C06",
    CROSS_VALIDATE,
    mistake="fold length by integer division, remainder dropped",
    hint="Where the examples divide evenly into folds you are right. With 23 examples in 5 folds of equal "
    "length, how many examples are never used?",
)
def remainder_dropped(original):
    def wrong(X, y, k_choices, num_folds=5):
        used = len(X) - len(X) % num_folds
        return original(X[:used], y[:used], k_choices, num_folds)

    return wrong


@misconception(
    "C07",
    CROSS_VALIDATE,
    mistake="trained on one fold and validated on all others",
    hint="Your accuracies are those of a classifier that has seen very few examples. In each round, which "
    "part of the data is the training set, the single fold or the rest?",
)
def roles_swapped(original):
    def wrong(X, y, k_choices, num_folds=5):
        folds, rests = folds_of(X, y, num_folds)
        return {
            k: [accuracy(fold, rest, k) for fold, rest in zip(folds, rests, strict=True)] for k in k_choices
        }

    return wrong


@misconception(
    "C08",
    BEST_K,
    mistake="larger k wins where means are equal",
    hint="Only where two values of k are equally good do you differ. Which of them does the docstring ask "
    "for?",
)
def larger_k_wins(original):
    def wrong(accuracies):
        return max(accuracies, key=lambda k: (np.mean(accuracies[k]), k))

    return wrong


@misconception(
    "C09",
    CROSS_VALIDATE,
    mistake="numbers of right predictions instead of shares",
    hint="Your accuracies are larger than 1. What turns a number of right predictions into a share of the "
    "fold?",
)
def counts_instead_of_shares(original):
    def wrong(X, y, k_choices, num_folds=5):
        sizes = [len(fold) for fold in np.array_split(y, num_folds)]
        shares = original(X, y, k_choices, num_folds)
        return {k: [a * size for a, size in zip(shares[k], sizes, strict=True)] for k in k_choices}

    return wrong


@misconception(
    "C10",
    CROSS_VALIDATE,
    mistake="mean over the folds returned instead of the list",
    hint="You return one number per k, the mean of its folds. What would a plot with error bars still need "
    "to know?",
)
def mean_returned(original):
    def wrong(X, y, k_choices, num_folds=5):
        return {k: float(np.mean(a)) for k, a in original(X, y, k_choices, num_folds).items()}

    return wrong


@misconception(
    "C12",
    CROSS_VALIDATE,
    mistake="accuracy measured on the training folds",
    hint="With k = 1 all your accuracies are 1. On which examples do you measure them, and which are the "
    "ones that the classifier has not seen?",
)
def measured_on_training(original):
    def wrong(X, y, k_choices, num_folds=5):
        _, rests = folds_of(X, y, num_folds)
        return {k: [accuracy(rest, rest, k) for rest in rests] for k in k_choices}

    return wrong


@misconception(
    "C13",
    CROSS_VALIDATE,
    mistake="five folds, whatever num_folds says",
    hint="With five folds you are right; with any other number you still return five accuracies. Where in "
    "your code does the number of folds make a difference?",
)
def five_folds_always(original):
    def wrong(X, y, k_choices, num_folds=5):
        return original(X, y, k_choices, 5)

    return wrong


@misconception(
    "C14",
    BEST_K,
    mistake="best mean accuracy returned instead of its k",
    hint="You return how good the best k is. The question asks for something else: which of its two, the key "
    "or the value?",
)
def accuracy_returned(original):
    def wrong(accuracies):
        return max(np.mean(folds) for folds in accuracies.values())

    return wrong


@misconception(
    "C15",
    BEST_K,
    mistake="first of equally good k in the order of the dictionary",
    hint="Only where two values of k are equally good do you sometimes differ: there the one that was "
    "entered first wins. Does the docstring promise that the keys come in ascending order?",
)
def first_entered_wins(original):
    def wrong(accuracies):
        return max(accuracies, key=lambda k: np.mean(accuracies[k]))

    return wrong
