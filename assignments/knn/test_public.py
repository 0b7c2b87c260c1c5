"""Public checks of the nearest-neighbour classifiers: numbers small enough to work out on paper."""

import numpy as np
import pytest

K_NEAREST = "k_nearest_neighbor.KNearestNeighbor"

all_versions = pytest.mark.parametrize(
    "method",
    [
        pytest.param(
            "compute_distances_two_loops", id="two loops", marks=pytest.mark.question("distances_two_loops")
        ),
        pytest.param(
            "compute_distances_one_loop", id="one loop", marks=pytest.mark.question("distances_one_loop")
        ),
        pytest.param(
            "compute_distances_no_loops", id="no loops", marks=pytest.mark.question("distances_no_loops")
        ),
    ],
)

# Two pictures of 4 x 4 pixels, row by row.
PICTURE = np.array([56, 32, 10, 18, 90, 23, 128, 133, 24, 26, 178, 200, 2, 0, 255, 220])
OTHER = np.array([10, 20, 24, 17, 8, 10, 89, 100, 12, 16, 178, 170, 4, 32, 233, 112])


def distances(code, method, X_train, X):
    """Train on X_train, then compute the distances of X to it."""
    model = code.new(K_NEAREST)
    model.call("train", X_train, np.zeros(len(X_train), dtype=np.int64))
    return model.call(method, X)


def votes(code, y_train, dists, k):
    """Train with these labels, then let the k nearest vote."""
    model = code.new(K_NEAREST)
    model.call("train", np.zeros((len(y_train), 2)), y_train)
    return model.call("predict_labels", dists, k)


def votes_of_any_dtype(code, y_train, dists, k):
    """Let the k nearest vote; that labels are an array of integers is checked separately."""
    labels = votes(code, y_train, dists, k)
    if isinstance(labels, list) and all(isinstance(label, (int, float, np.number)) for label in labels):
        labels = np.array(labels)
    if isinstance(labels, np.ndarray) and labels.dtype == float and np.all(np.abs(labels) < 1e9):
        integers = labels.astype(np.int64)
        return integers if np.all(integers == labels) else labels
    return labels


def nearest_labels(code, X_train, y_train, X):
    """Train a NearestNeighbor, then predict the labels of X."""
    model = code.new("k_nearest_neighbor.NearestNeighbor")
    model.call("train", X_train, y_train)
    return model.call("predict", X)


@all_versions
def test_right_triangles(expect, method):
    X_train = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, -12.0]])
    X = np.array([[0.0, 0.0], [3.0, 0.0]])
    equals = np.array([[0.0, 5.0, 12.0], [3.0, 4.0, np.sqrt(153.0)]])
    expect(distances, method, X_train, X, equals=equals, names=("dists",), atol=1e-6)


@all_versions
@pytest.mark.parametrize("num_train", [5, 4, 2], ids="{} training examples".format)
def test_points_without_round_numbers(expect, method, num_train):
    X_train = np.array(
        [
            [-1.3, -0.35, 3.33],
            [1.32, -3.28, -0.01],
            [-1.25, 0.3, -3.22],
            [0.48, 0.47, 3.15],
            [0.63, 1.02, -2.99],
        ]
    )
    X = np.array(
        [
            [4.51, -3.83, 2.2],
            [-0.66, -1.76, -1.31],
            [-1.34, 0.76, -0.22],
            [2.97, -3.66, -0.01],
        ]
    )
    equals = np.array(
        [
            [6.866105155, 3.919528033, 8.922494046, 5.969371826, 8.094010131],
            [4.891553945, 2.814391586, 2.870505182, 5.115085532, 3.494982117],
            [3.719704289, 4.841621629, 3.03639589, 3.841015491, 3.409017454],
            [6.351739919, 1.693192251, 6.617711085, 5.7656396, 6.021494831],
        ]
    )
    expect(distances, method, X_train[:num_train], X, equals=equals[:, :num_train], names=("dists",))


@all_versions
def test_distance_of_two_pictures(expect, method):
    # The squared differences of the pixels add up to 26280.
    X_train, X = OTHER[np.newaxis].astype(float), PICTURE[np.newaxis].astype(float)
    expect(distances, method, X_train, X, equals=np.array([[np.sqrt(26280.0)]]), names=("dists",))


@all_versions
def test_distance_of_two_pictures_in_uint8(expect, method):
    X_train, X = OTHER[np.newaxis].astype(np.uint8), PICTURE[np.newaxis].astype(np.uint8)
    expect(distances, method, X_train, X, equals=np.array([[np.sqrt(26280.0)]]), names=("dists",))


def trained_for(method):
    def trained(code, X_train, X):
        model = code.new(K_NEAREST)
        model.call("train", X_train, np.zeros(len(X_train), dtype=np.int64))
        return model.bind(method, X)

    return trained


@pytest.mark.question("distances_one_loop")
def test_no_second_loop_inside_the_one(loops):
    def sets(size, rng):
        return rng.normal(size=(size, size)), rng.normal(size=(size, size))

    loops(trained_for("compute_distances_one_loop"), sets, at_most=1, n=8, over="examples or features")


@pytest.mark.question("distances_one_loop")
def test_the_one_loop_goes_over_examples(loops):
    def far_more_features(size, rng):  # a loop over them runs as often as one inside another
        return rng.normal(size=(size, size**2)), rng.normal(size=(size, size**2))

    def fewer_features(size, rng):  # so that code that loops over whatever is shortest loops over them
        return rng.normal(size=(40, size)), rng.normal(size=(41, size))

    loops(trained_for("compute_distances_one_loop"), far_more_features, at_most=1, n=8)
    loops(trained_for("compute_distances_one_loop"), fewer_features, n=8, over="features")


@pytest.mark.question("distances_no_loops")
def test_equal_examples_are_at_distance_zero(expect):
    # Rounding leaves some of the squared distances just below 0 where sums and products round differently.
    X = np.arange(1.0, 61.0)[:, np.newaxis] * [0.1, 0.7, 1.3, 1.0 / 7.0, 3.0 / 7.0]
    pairs = np.sqrt(((X[:, np.newaxis] - X) ** 2).sum(axis=2))
    expect(distances, "compute_distances_no_loops", X, X, equals=pairs, names=("dists",))


@pytest.mark.question("distances_no_loops")
@pytest.mark.parametrize("axis", ["test_examples", "training_examples", "features"])
def test_no_loop_over_the(loops, axis):
    def sized(rng, test_examples=7, training_examples=5, features=3):
        return rng.normal(size=(training_examples, features)), rng.normal(size=(test_examples, features))

    loops(trained_for("compute_distances_no_loops"), sized, n=8, over=axis)


@pytest.mark.question("predict_labels")
@pytest.mark.parametrize(
    "k, labels",
    [
        pytest.param(1, [3, 20], id="nearest one"),
        pytest.param(3, [1, 20], id="majority of three"),
        pytest.param(4, [1, 20], id="tie of 3 and 1"),
        pytest.param(6, [1, 1], id="all of them"),
    ],
)
def test_vote(expect, k, labels):
    y_train = np.array([3, 1, 1, 3, 20, 20])
    dists = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]])
    expect(votes_of_any_dtype, y_train, dists, k, equals=np.array(labels), names=("labels",))


@pytest.mark.question("predict_labels")
def test_labels_are_an_array_of_integers(expect):
    dists = np.array([[0.1, 0.2], [0.2, 0.1]])
    expect(votes, np.array([3, 20]), dists, 1, equals=np.array([3, 20]), names=("labels",))


@pytest.mark.question("nearest_neighbor_l1")
def test_l1_copies_the_nearest_label(expect):
    X_train = np.array([[0.0, 0.0], [3.0, 3.0], [0.0, 5.0]])
    X = np.array([[1.0, 1.0], [3.0, 4.0], [0.0, 0.0]])
    expect(nearest_labels, X_train, np.array([7, 30, 2]), X, equals=np.array([7, 30, 7]), names=("labels",))


@pytest.mark.question("nearest_neighbor_l1")
def test_l1_is_not_the_euclidean_distance(expect):
    # From the origin the first point is at L1 distance 6 and the second at 5; Euclidean: 4.2 and 5.
    X_train = np.array([[3.0, 3.0], [0.0, 5.0]])
    expect(
        nearest_labels, X_train, np.array([1, 2]), np.zeros((1, 2)), equals=np.array([2]), names=("labels",)
    )


@pytest.mark.question("nearest_neighbor_l1")
def test_l1_adds_up_absolute_values(expect):
    # From the origin the points are at L1 distance 8, 4 and 3, while their coordinates add up to 0, 2 and 3.
    X_train = np.array([[4.0, -4.0], [-1.0, 3.0], [1.0, 2.0]])
    labels = np.array([5, 8, 3])
    expect(nearest_labels, X_train, labels, np.zeros((1, 2)), equals=np.array([3]), names=("labels",))


@pytest.mark.question("nearest_neighbor_l1")
def test_l1_first_of_equally_near_ones(expect):
    X_train = np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    expect(
        nearest_labels,
        X_train,
        np.array([9, 4, 6]),
        np.zeros((1, 2)),
        equals=np.array([9]),
        names=("labels",),
    )


@pytest.mark.question("nearest_neighbor_l1")
@pytest.mark.parametrize("dtype", [np.float64, np.uint8], ids=["real numbers", "uint8 pixels"])
def test_l1_of_two_pictures(expect, dtype):
    # The other picture is at L1 distance 456, the one with four brighter pixels at 4 * 128 = 512.
    brighter = PICTURE + 128 * (np.arange(16) < 4)
    X_train = np.array([brighter, OTHER]).astype(dtype)
    X = PICTURE[np.newaxis].astype(dtype)
    expect(nearest_labels, X_train, np.array([0, 1]), X, equals=np.array([1]), names=("labels",))


LINE = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
SIDES = np.array([0, 0, 0, 1, 1, 1])


@pytest.mark.question("cross_validate")
def test_three_folds_of_six_points(expect):
    # With k = 3 the outer folds fail: of the points that are left, most lie on the other side.
    equals = {1: [1.0, 1.0, 1.0], 3: [0.0, 1.0, 0.0]}
    expect("k_nearest_neighbor.cross_validate", LINE, SIDES, [1, 3], 3, equals=equals, names=("accuracies",))


@pytest.mark.question("cross_validate")
def test_folds_of_unequal_length(expect):
    # Four folds of six points: 0 and 1, 2 and 10, 11, 12.
    equals = {3: [0.0, 1.0, 1.0, 1.0]}
    expect("k_nearest_neighbor.cross_validate", LINE, SIDES, [3], 4, equals=equals, names=("accuracies",))


@pytest.mark.question("cross_validate")
def test_a_fold_that_is_half_right(expect):
    # Of the points 0 and 1, with labels 0 and 1, the rest predicts 1 for both.
    X, y = np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([0, 1, 1, 1])
    equals = {1: [0.5, 1.0]}
    expect("k_nearest_neighbor.cross_validate", X, y, [1], 2, equals=equals, names=("accuracies",))


@pytest.mark.question("cross_validate")
@pytest.mark.parametrize(
    "accuracies, k",
    [
        pytest.param({1: [0.25, 0.5], 5: [0.5, 0.5], 9: [0.5, 0.25]}, 5, id="clear winner"),
        pytest.param({1: [0.5, 0.5], 7: [0.75, 0.0]}, 1, id="one lucky fold"),
        pytest.param({4: [0.5, 0.5], 6: [0.25, 1.0]}, 6, id="one bad fold"),
        pytest.param({8: [0.5, 0.75], 3: [0.75, 0.5], 5: [0.25, 1.0]}, 3, id="equal means"),
    ],
)
def test_best_k(expect, accuracies, k):
    expect("k_nearest_neighbor.best_k", accuracies, equals=k, names=("k",))


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
