"""Graded tests of the nearest-neighbour classifiers: values on random problems, then how they are computed."""

import numpy as np
import pytest

from autograder.grading.cases import by_size
from autograder.grading.ladder import Case, Size, ladder

K_NEAREST = "k_nearest_neighbor.KNearestNeighbor"
NEAREST_L1 = "k_nearest_neighbor.NearestNeighbor"
CROSS_VALIDATE = "k_nearest_neighbor.cross_validate"
BEST_K = "k_nearest_neighbor.best_k"

one_loop = pytest.mark.question("distances_one_loop")
no_loops = pytest.mark.question("distances_no_loops")
vote = pytest.mark.question("predict_labels")
l1 = pytest.mark.question("nearest_neighbor_l1")
validation = pytest.mark.question("cross_validate")


# --- Euclidean distances ----------------------------------------------------------------------------------

# (test examples, training examples, features): all different except in the last, where a transposed result has
# the right shape.
shapes = pytest.mark.parametrize(
    "shape",
    [(4, 7, 5), (6, 3, 4), (1, 5, 8), (5, 1, 3), (4, 6, 1), (5, 5, 7)],
    ids=by_size,
)


def examples(rng, tests, trainings, features):
    """Draw X_train and X with a common mean that is not 0, like that of pixels."""
    return rng.normal(1, 2, size=(trainings, features)), rng.normal(1, 2, size=(tests, features))


def pixels(rng, tests, trainings, features):
    """Draw X_train and X as pixels of every brightness."""
    return tuple(rng.integers(256, size=(rows, features), dtype=np.uint8) for rows in (trainings, tests))


def each_way(two_loops=1, one_loop=1, no_loops=1):
    """Run a test for every way to compute the distances, with these weights in their questions."""
    weights = {"two_loops": two_loops, "one_loop": one_loop, "no_loops": no_loops}
    cases = [
        pytest.param(way, marks=[pytest.mark.question(f"distances_{way}"), pytest.mark.weight(weight)])
        for way, weight in weights.items()
    ]
    return pytest.mark.parametrize("way", cases)


def distances_of(code, way, X_train, X, again=False):
    """Train, then compute; a second call shows whether the first one changed the training examples."""
    model = code.new(K_NEAREST)
    model.call("train", X_train, np.zeros(len(X_train), dtype=np.int64))
    if again:
        model.call(f"compute_distances_{way}", X)
    return model.bind(f"compute_distances_{way}", X)


def no_loops_of(code, X_train, X):
    return distances_of(code, "no_loops", X_train, X)


@each_way(two_loops=6, one_loop=3, no_loops=3)
@shapes
def test_distances(compare, rng, way, shape):
    compare(distances_of, way, *examples(rng, *shape), names=("dists",))


@each_way(two_loops=0.5, one_loop=0.5, no_loops=0.5)
@pytest.mark.edge
def test_distances_of_uint8_pixels(compare, rng, way):
    compare(distances_of, way, *pixels(rng, 4, 6, 9), names=("dists",))


@each_way(two_loops=0.5, one_loop=0.5, no_loops=0.5)
def test_distances_leave_both_sets_alone(unchanged, rng, way):
    unchanged(distances_of, way, *examples(rng, 3, 5, 4), again=True, names=("dists",))


@one_loop
@pytest.mark.weight(4)
def test_one_loop_has_no_second_loop_inside(loops):
    def all_alike(n, rng):  # also as many features, so that no loop is short
        return "one_loop", *examples(rng, n, n, n)

    loops(distances_of, all_alike, at_most=1, names=("dists",), over="examples or features")


@one_loop
@pytest.mark.weight(1)
def test_the_one_loop_goes_over_examples(loops):
    def far_more_features(n, rng):  # a loop over them runs as often as one inside another
        return "one_loop", *examples(rng, n, n, n * n)

    def fewer_features(n, rng):  # so that code that loops over whatever is shortest loops over them
        return "one_loop", *examples(rng, 40, 41, n)

    loops(distances_of, far_more_features, at_most=1, n=8, names=("dists",))
    loops(distances_of, fewer_features, n=8, names=("dists",), over="features")


@no_loops
@pytest.mark.weight(0.5)
@pytest.mark.edge
def test_no_loops_between_equal_examples(compare, rng):
    # Many of them, so that rounding leaves some squares below 0 in whatever order they are summed.
    X_train, _ = examples(rng, 1, 150, 37)
    compare(no_loops_of, X_train, X_train[:100], names=("dists",))


def require_no_loop(loops, over):
    def sized(rng, test_examples=7, training_examples=5, features=3):
        return examples(rng, test_examples, training_examples, features)

    loops(no_loops_of, sized, names=("dists",), over=over)


@no_loops
@pytest.mark.weight(5.5)
def test_no_loop_over_the_test_examples(loops):
    require_no_loop(loops, "test_examples")


@no_loops
@pytest.mark.weight(2)
def test_no_loop_over_the_training_examples(loops):
    require_no_loop(loops, "training_examples")


@no_loops
@pytest.mark.weight(0.5)
def test_no_loop_over_the_features(loops):
    require_no_loop(loops, "features")


@no_loops
@pytest.mark.weight(0.5)
def test_no_loops_memory(memory):
    memory(no_loops_of, lambda sizes, rng: examples(rng, *sizes), names=("dists",))


@no_loops
@pytest.mark.weight(3)
def test_no_loops_speed(race):
    race(no_loops_of, lambda rng: examples(rng, 5000, 24, 50), full=10, none=30, names=("dists",))


# --- the vote ---------------------------------------------------------------------------------------------


def predicted(code, y_train, dists, *k):
    model = code.new(K_NEAREST)
    model.call("train", np.zeros((len(y_train), 2)), y_train)
    return model.bind("predict_labels", dists, *k)


def ballot(y_train, distances, k):
    """Return the labels with the most votes, in the order of their nearest voters."""
    labels = y_train[np.argsort(distances)[:k]]
    votes = np.bincount(labels)
    return [int(label) for label in dict.fromkeys(labels.tolist()) if votes[label] == votes.max()]


def election(rng, y_train, k, voters, tied=False):
    """Draw (voters, len(y_train)) distances, all different in a row; either every row's vote is tied or none.

    About four distances share each whole part, so that whole numbers cannot take their place.

    In every other tied row the smallest of the winners is not the nearest one, so that choosing the nearest
    and choosing the largest give different labels.
    """
    rows = []
    while len(rows) < voters:
        row = (rng.permutation(len(y_train)) + rng.uniform(0.1, 0.9, size=len(y_train))) / 4
        winners = ballot(y_train, row, k)
        smallest_is_nearest = winners[0] == min(winners)
        if (len(winners) > 1) == tied and (not tied or smallest_is_nearest == len(rows) % 2):
            rows.append(row)
    return np.array(rows)


# A small Python set goes through 8 and 9 before most smaller numbers: its order is not that of the labels.
LABELS = np.array([8, 1, 0, 9, 1, 8, 6, 0, 8, 9, 6, 1, 8])


@vote
@pytest.mark.weight(2.5)
@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
def test_majority_wins(compare, rng, k):
    y_train = rng.permutation(LABELS)
    compare(predicted, y_train, election(rng, y_train, k, voters=9), k, names=("labels",))


@vote
@pytest.mark.weight(4)
@pytest.mark.parametrize("k", [2, 4, 5, 9])
def test_ties_go_to_the_smaller_label(compare, rng, k):
    y_train = rng.permutation(LABELS)
    compare(predicted, y_train, election(rng, y_train, k, voters=9, tied=True), k, names=("labels",))


@vote
@pytest.mark.weight(1)
def test_labels_beyond_ten(compare, rng):
    y_train = rng.permutation(LABELS) * 17 + 2
    compare(predicted, y_train, election(rng, y_train, 3, voters=8), 3, names=("labels",))


@vote
@pytest.mark.weight(1)
def test_all_training_examples_vote(compare, rng):
    y_train = rng.permutation(LABELS)
    k = len(y_train)
    compare(predicted, y_train, election(rng, y_train, k, voters=4), k, names=("labels",))


@vote
@pytest.mark.weight(1)
def test_one_neighbour_votes_unless_told_otherwise(compare, rng):
    y_train = rng.permutation(LABELS)
    compare(predicted, y_train, election(rng, y_train, 1, voters=6), names=("labels",))


@vote
@pytest.mark.weight(0.5)
def test_vote_leaves_the_distances_alone(unchanged, rng):
    y_train = rng.permutation(LABELS)
    unchanged(predicted, y_train, election(rng, y_train, 3, voters=6), 3, names=("labels",))


# --- nearest neighbour by L1 distance ----------------------------------------------------------------------


def l1_predicted(code, X_train, y_train, X):
    model = code.new(NEAREST_L1)
    model.call("train", X_train, y_train)
    return model.bind("predict", X)


def uneven(rng, *shape):
    """Draw features of which some are much larger than others, so that L1 and L2 often disagree."""
    return rng.laplace(size=shape)


@l1
@pytest.mark.weight(4)
@pytest.mark.parametrize("shape", [(12, 9, 6), (20, 15, 4), (3, 8, 5), (7, 30, 11)], ids=by_size)
def test_l1_nearest_label(compare, rng, shape):
    tests, trainings, features = shape
    y_train = rng.permutation(trainings) * 37 + 200  # more than a byte holds
    X_train, X = uneven(rng, trainings, features), uneven(rng, tests, features)
    compare(l1_predicted, X_train, y_train, X, names=("labels",))


@l1
@pytest.mark.weight(2)
def test_l1_first_of_equally_near_ones_wins(compare, rng):
    # Whole numbers, whose sums are exact in any order; every point occurs twice, with different labels.
    points = rng.integers(-9, 10, size=(6, 4)).astype(float)
    X_train = np.concatenate([points, points[rng.permutation(6)]])
    X = points + rng.integers(-1, 2, size=points.shape)
    compare(l1_predicted, X_train, rng.permutation(12), X, names=("labels",))


@l1
@pytest.mark.weight(1)
@pytest.mark.edge
def test_l1_on_uint8_pixels(compare, rng):
    X_train, X = pixels(rng, 12, 10, 7)
    compare(l1_predicted, X_train, rng.permutation(10), X, names=("labels",))


@l1
@pytest.mark.weight(1)
def test_l1_leaves_its_inputs_alone(unchanged, rng):
    unchanged(l1_predicted, uneven(rng, 9, 5), rng.permutation(9), uneven(rng, 12, 5), names=("labels",))


# --- cross-validation -------------------------------------------------------------------------------------


# Stands in for the student's classifier, so that a mistake in its distances or its vote is not counted again.
# It is right on a line with two adjacent labels and an odd k, and nowhere else.
STAND_IN = """
class KNearestNeighbor(KNearestNeighbor):
    def train(self, *examples):
        self.X_train, self.y_train = examples

    def predict(self, X, k=1, *loops, **options):
        return self.predict_labels(self.sum_distances(X), k)

    def sum_distances(self, X):
        return abs(X.sum(axis=1)[:, None] - self.X_train.sum(axis=1))

    compute_distances_two_loops = compute_distances_one_loop = compute_distances_no_loops = sum_distances

    def predict_labels(self, dists, k=1, **options):
        nearest = dists.argsort(axis=1, kind="stable")[:, :k]
        return self.y_train[nearest].mean(axis=1).round().astype(int)
"""


def for_validations(code):
    return code.extended(k_nearest_neighbor=STAND_IN)


def cross_validated(code, *args):
    return for_validations(code).bind(CROSS_VALIDATE, *args)


def labelled_line(rng, size):
    """Draw points on a line in space and two adjacent labels, a fifth of them flipped."""
    X = np.full((size, 3), 2.0)
    X[:, 1] = rng.permutation(size) + rng.uniform(0.1, 0.9, size=size)
    y = 4 + (X[:, 1] > size / 2)
    flipped = rng.permutation(size)[: size // 5]
    y[flipped] = 9 - y[flipped]
    return X, y


def season(rng, ks, winners):
    """Draw accuracies for every k, in sixteenths, whose means over four folds are exact in any order.

    The winners share the highest mean, while others have the single best fold, the highest median and, if they are
    several, the best of the worst folds.
    """
    best = np.isin(ks, winners)
    winning, others = np.flatnonzero(best), np.flatnonzero(~best)
    while True:  # of one winner, about one in four thousand fits
        seasons = rng.integers(2, 13, size=(4000, len(ks), 4))
        seasons[:, winning] = rng.permuted(seasons[:, winning[:1]].repeat(len(winning), axis=1), axis=2)
        np.put_along_axis(seasons[:, others[0]], rng.integers(4, size=(4000, 1)), 16, axis=1)
        totals = seasons.sum(axis=2)
        highest = np.all((totals == totals.max(axis=1, keepdims=True)) == best, axis=1)
        seasons, totals = seasons[highest], totals[highest]
        lowest = seasons.min(axis=2)
        medians = totals - seasons.max(axis=2) - lowest  # twice as large
        fits = ~best[medians.argmax(axis=1)]
        if len(others) > 1:
            fits &= lowest[:, others].max(axis=1) > lowest[:, winning].max(axis=1)
        if fits.any():
            return dict(zip(ks, (seasons[fits.argmax()] / 16).tolist(), strict=True))


@validation
@pytest.mark.weight(5)
@pytest.mark.parametrize("size, num_folds", [(23, 5), (17, 4), (20, 2), (11, 11), (19, 3)])
def test_accuracies_of_every_fold(compare, rng, size, num_folds):
    compare(cross_validated, *labelled_line(rng, size), [1, 3, 5], num_folds, names=("accuracies",))


@validation
@pytest.mark.weight(0.5)
def test_five_folds_unless_told_otherwise(compare, rng):
    compare(cross_validated, *labelled_line(rng, 22), [7, 1, 3], names=("accuracies",))


@validation
@pytest.mark.weight(0.5)
def test_cross_validation_leaves_its_inputs_alone(unchanged, rng):
    unchanged(cross_validated, *labelled_line(rng, 16), [1, 5], 3, names=("accuracies",))


@validation
@pytest.mark.weight(3)
@pytest.mark.parametrize("ks, winner", [((5, 1, 3, 8), 3), ((1, 100, 12), 100), ((20, 3, 50, 8, 10), 10)])
def test_best_k_has_the_highest_mean(compare, rng, ks, winner):
    compare(BEST_K, season(rng, ks, [winner]), names=("k",))


@validation
@pytest.mark.weight(1)
@pytest.mark.parametrize("ks, winners", [((12, 8, 3, 5), (8, 3, 5)), ((20, 1, 10, 4, 50), (10, 4, 50))])
def test_best_k_prefers_the_smaller_of_equals(compare, rng, ks, winners):
    compare(BEST_K, season(rng, ks, winners), names=("k",))


# --- what the grader tries on a wrong function ------------------------------------------------------------


# What is done with a classifier on a ladder, beside the hand-in: a single call.
IN_ONE_CALL = """

def ladder_after_training(classifier, method, X_train, y_train, *arguments):
    learner = globals()[classifier]()
    learner.train(X_train, y_train)
    return getattr(learner, method)(*arguments)
"""


def in_one_call(code):
    return code.extended(k_nearest_neighbor=IN_ONE_CALL)


def after_training(code, function, X_train, y_train, *arguments):
    module, classifier, method = function.split(".")
    return code.bind(f"{module}.ladder_after_training", classifier, method, X_train, y_train, *arguments)


def measured(code, function, X_train, X):
    return after_training(code, function, X_train, np.zeros(len(X_train), dtype=np.int64), X)


@ladder(
    *(f"{K_NEAREST}.compute_distances_{way}" for way in ("two_loops", "one_loop", "no_loops")),
    parts=("dists",),
    run=measured,
    prepare=in_one_call,
)
def distances(
    rng,
    test_examples=Size(4, along="X"),
    training_examples=Size(6, along="X_train"),
    features=Size(5, along="X_train[1] X[1]"),
    uint8=Case("the examples are pixels of type uint8"),
    positive=Case("no feature is negative"),
    centred=Case("the mean of every example is 0"),
    known=Case("every test example is a training example, too"),
):
    if (centred and (uint8 or positive or features < 2)) or (known and training_examples == 1):
        return None
    X_train, X = examples(rng, test_examples, training_examples, features)
    if uint8:
        X_train, X = pixels(rng, test_examples, training_examples, features)
    elif positive:
        X_train, X = np.abs(X_train), np.abs(X)
    elif centred:
        X_train, X = (it - it.mean(axis=1, keepdims=True) for it in (X_train, X))
    if known:
        # Not the same one for all, which would be another special case.
        X = X_train[np.resize(rng.permutation(training_examples), test_examples)]
    return dict(X_train=X_train, X=X)


def voted(code, function, y_train, dists, k):
    return after_training(code, function, np.zeros((len(y_train), 2)), y_train, dists, k)


@ladder(f"{K_NEAREST}.predict_labels", parts=("labels",), run=voted, prepare=in_one_call)
def votes(
    rng,
    test_examples=Size(16, levels=(12, 16, 20), along="dists"),
    training_examples=Size(13, least=7, along="dists[1] y_train"),
    neighbours=Size(3, levels=(1, 2, 3, 5, 8)),
    tied=Case("labels have equally many votes"),
    beyond=Case("labels are 10 or larger"),
):
    if neighbours > training_examples:
        return None
    y_train = rng.integers(7, size=training_examples) + 10 * beyond
    rows = []
    for _ in range(30 * test_examples):
        row = rng.permutation(training_examples) + rng.uniform(0.1, 0.9, size=training_examples)
        winners = ballot(y_train, row, neighbours)
        if (len(winners) > 1) == tied and (not tied or (winners[0] == min(winners)) == len(rows) % 2):
            rows.append(row)
        if len(rows) == test_examples:
            return dict(y_train=y_train, dists=np.array(rows), k=neighbours)
    return None


@ladder(f"{NEAREST_L1}.predict", parts=("labels",), run=after_training, prepare=in_one_call)
def nearest(
    rng,
    test_examples=Size(40, levels=(30, 40, 50), along="X"),
    training_examples=Size(9, least=5, along="X_train y_train"),
    features=Size(5, along="X_train[1] X[1]"),
    uint8=Case("the examples are pixels of type uint8"),
    known=Case("every test example is a training example, too"),
    twice=Case("two training examples are equally near"),
):
    X_train, X = uneven(rng, training_examples, features), uneven(rng, test_examples, features)
    if uint8:
        X_train, X = pixels(rng, test_examples, training_examples, features)
    if known:
        X = X_train[rng.integers(training_examples, size=test_examples)]
    if twice:
        X_train[training_examples // 2 :] = X_train[: training_examples - training_examples // 2]
        return dict(X_train=X_train, y_train=rng.permutation(training_examples), X=X)
    distances = np.sort(np.abs(X_train[np.newaxis].astype(float) - X[:, np.newaxis]).sum(axis=2), axis=1)
    if (distances[:, 0] > 0.999 * distances[:, 1]).any():
        return None  # two are equally near
    return dict(X_train=X_train, y_train=rng.permutation(training_examples), X=X)


def in_a_table(accuracies, X, y, ks, num_folds):
    """Return the accuracies with one row for each k; what is no such dictionary stays what it is."""
    if not isinstance(accuracies, dict) or set(accuracies) != set(ks):
        return accuracies
    rows = [accuracies[k] for k in ks]
    plain = all(isinstance(row, list) and len(row) == num_folds for row in rows)
    if not plain or not all(isinstance(it, float) for row in rows for it in row):
        return accuracies
    return np.array(rows)


@ladder(CROSS_VALIDATE, parts=("accuracies",), prepare=for_validations, compared=in_a_table)
def validations(
    rng,
    examples_per_fold=Size(5, one="example per fold", least=3, levels=(3, 4, 5)),
    folds=Size(4, least=2, levels=(2, 3, 4, 5)),
    choices=Size(2, one="choice", levels=(1, 2, 3)),
    uneven=Case("the folds cannot be of equal size"),
    falling=Case("the choices of k are in falling order"),
):
    X, y = labelled_line(rng, examples_per_fold * folds + uneven)
    ks = [1, 3, 5][:choices]
    return dict(X=X, y=y, ks=ks[::-1] if falling else ks, num_folds=folds)


@ladder(BEST_K, parts=("k",))
def choices_of_k(
    rng,
    choices=Size(4, one="choice", least=3, levels=(3, 4, 5, 6)),
    tied=Case("several k are equally good"),
    rising=Case("the k are in rising order"),
):
    ks = np.sort(rng.permutation(30)[:choices] + 1)
    winners = rng.permutation(ks)[: 1 + tied].tolist()
    ks = (ks if rising else rng.permutation(ks)).tolist()
    return dict(accuracies=season(rng, ks, winners))
