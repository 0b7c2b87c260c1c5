"""Graded tests of the three views: values on random problems, special cases, then how they are computed."""

import numpy as np
import pytest

from autograder.grading.cases import by_size
from autograder.grading.ladder import Case, Size, Switch, ladder

FLATTEN_IMAGES = "linear_views.flatten_images"
ONE_HOT = "linear_views.one_hot"
CLASS_SCORES = "linear_views.class_scores"
FOLD_BIAS = "linear_views.fold_bias"
SIDE_OF_PLANE = "linear_views.side_of_plane"
BOUNDARY = "linear_views.boundary"
ONE_VS_ALL = "linear_views.one_vs_all"
TEMPLATES = "linear_views.templates"

flattening = pytest.mark.question("flatten_images")
encoding = pytest.mark.question("one_hot")
scoring = pytest.mark.question("class_scores")
folding = pytest.mark.question("fold_bias")
sides = pytest.mark.question("side_of_plane")
ties = pytest.mark.question("boundary")
one_each = pytest.mark.question("one_vs_all")
pictures = pytest.mark.question("templates")


def linear(rng, examples, features, classes):
    """Draw W, b and X; the biases are as large as the products."""
    return (
        rng.normal(size=(features, classes)),
        rng.normal(scale=2.0, size=classes),
        rng.normal(size=(examples, features)),
    )


# --- flatten_images ---------------------------------------------------------------------------------------

# Added to the end of linear_views.py: what becomes of pixels when they are subtracted.
DIFFERENCE = """

def first_less_second(images):
    import numpy
    X = numpy.asarray(flatten_images(images))
    return X[0] - X[1]
"""


def pixels(rng, images, height, width):
    """Draw images of pixels of every brightness."""
    return rng.integers(256, size=(images, height, width, 3), dtype=np.uint8)


def difference(code, images):
    return code.extended(linear_views=DIFFERENCE).bind("linear_views.first_less_second", images)


@flattening
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(5, 4, 3), (2, 3, 6), (1, 5, 2)], ids=by_size)
def test_rows_of_pixels(compare, rng, shape):
    compare(FLATTEN_IMAGES, pixels(rng, *shape), names=("X",))


@flattening
@pytest.mark.weight(1)
def test_pixels_can_be_subtracted(compare, rng):
    compare(difference, pixels(rng, 2, 4, 5), names=("difference",))


@flattening
@pytest.mark.weight(1)
def test_flattening_leaves_the_images_alone(unchanged, rng):
    unchanged(FLATTEN_IMAGES, pixels(rng, 3, 2, 4), names=("X",))


# --- one_hot ----------------------------------------------------------------------------------------------


def labels(rng, examples, classes, absent=()):
    """Draw labels in any order, among which every class occurs but the absent ones."""
    present = np.setdiff1d(np.arange(classes), absent)
    return rng.permutation(np.append(present, rng.choice(present, size=examples - len(present))))


@encoding
@pytest.mark.weight(1)
@pytest.mark.parametrize("examples, classes", [(9, 4), (17, 13)])
def test_one_in_the_column_of_the_label(compare, rng, examples, classes):
    compare(ONE_HOT, labels(rng, examples, classes), classes, names=("Y",))


@encoding
@pytest.mark.weight(1)
@pytest.mark.parametrize("absent", [[5], [0, 2]], ids=["last", "others"])
def test_an_absent_class_keeps_its_column(compare, rng, absent):
    compare(ONE_HOT, labels(rng, 8, 6, absent), 6, names=("Y",))


@encoding
@pytest.mark.weight(1)
@pytest.mark.parametrize("outside", [(-1, -4), (4, 6)], ids=["below", "beyond"])
def test_a_label_outside_raises_a_value_error(student, compare, rng, outside):
    y = labels(rng, 7, 4)
    for label in outside:
        student.raises("ValueError", ONE_HOT, np.insert(y, 3, label), 4)
    compare(ONE_HOT, y, 4, names=("Y",))


@encoding
@pytest.mark.weight(0.5)
def test_encoding_leaves_the_labels_alone(unchanged, rng):
    unchanged(ONE_HOT, labels(rng, 8, 5), 5, names=("Y",))


@encoding
@pytest.mark.weight(3.5)
def test_encoding_without_a_loop_over_the_examples(loops):
    loops(ONE_HOT, lambda n, rng: (labels(rng, n, 5), 5), names=("Y",))


# --- class_scores -----------------------------------------------------------------------------------------


@scoring
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("shape", [(7, 5, 4), (3, 6, 11), (1, 8, 2)], ids=by_size)
def test_scores(compare, rng, shape):
    compare(CLASS_SCORES, *linear(rng, *shape), names=("scores",))


@scoring
@pytest.mark.weight(0.5)
def test_scores_of_as_many_examples_as_classes(compare, rng):
    compare(CLASS_SCORES, *linear(rng, 4, 6, 4), names=("scores",))


@scoring
@pytest.mark.weight(0.5)
def test_scoring_leaves_its_inputs_alone(unchanged, rng):
    unchanged(CLASS_SCORES, *linear(rng, 6, 3, 5), names=("scores",))


def require_no_loop_in_scoring(loops, over):
    def sized(rng, examples=7, classes=4):
        return linear(rng, examples, 5, classes)

    loops(CLASS_SCORES, sized, names=("scores",), over=over)


@scoring
@pytest.mark.weight(2.5)
def test_scoring_without_a_loop_over_the_examples(loops):
    require_no_loop_in_scoring(loops, "examples")


@scoring
@pytest.mark.weight(2)
def test_scoring_without_a_loop_over_the_classes(loops):
    require_no_loop_in_scoring(loops, "classes")


# --- fold_bias --------------------------------------------------------------------------------------------

FOLDED = ("W1", "X1")


@folding
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(7, 5, 4), (3, 2, 6), (6, 4, 1)], ids=by_size)
def test_weights_and_examples_with_the_bias(compare, rng, shape):
    compare(FOLD_BIAS, *linear(rng, *shape), names=FOLDED)


@folding
@pytest.mark.weight(1)
def test_a_single_example_with_the_bias(compare, rng):
    compare(FOLD_BIAS, *linear(rng, 1, 3, 5), names=FOLDED)


@folding
@pytest.mark.weight(1)
def test_folding_leaves_its_inputs_alone(unchanged, rng):
    unchanged(FOLD_BIAS, *linear(rng, 5, 3, 2), names=FOLDED)


# --- side_of_plane ----------------------------------------------------------------------------------------


def plane(rng, points, features, on=0, clear=True):
    """Draw a normal, an offset and points, the first of which lie on the plane; all sums are exact.

    The origin does not lie on the plane unless `clear` is False.
    """
    normal = rng.integers(1, 6, size=features) * rng.choice([-1.0, 1.0], size=features)
    normal[0] = rng.choice([-1.0, 1.0])
    offset = rng.choice([-1.0, 1.0]) * rng.integers(5, 12) / 2 if clear else 0.0
    X = rng.integers(-12, 13, size=(points, features)) / 4
    heights = rng.choice([-1.0, 1.0], size=points) * rng.integers(1, 20, size=points) / 4
    heights[:2] = 0.5, -0.5
    heights[: on + 2] = np.append(np.zeros(on), heights[:2])
    # The first coordinate moves every point to the height above the plane that is wanted.
    X[:, 0] = (heights - offset - X[:, 1:] @ normal[1:]) * normal[0]
    shuffled = rng.permutation(points)
    return normal, float(offset), X[shuffled]


@sides
@pytest.mark.weight(3)
@pytest.mark.parametrize("points, features", [(9, 2), (8, 5), (12, 1)])
def test_sides_of_points(compare, rng, points, features):
    compare(SIDE_OF_PLANE, *plane(rng, points, features), names=("sides",))


@sides
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("features", [2, 3, 6])
def test_points_on_the_plane(compare, rng, features):
    compare(SIDE_OF_PLANE, *plane(rng, 10, features, on=4), names=("sides",))


@sides
@pytest.mark.weight(0.5)
def test_looking_for_sides_leaves_the_points_alone(unchanged, rng):
    unchanged(SIDE_OF_PLANE, *plane(rng, 8, 3), names=("sides",))


# --- boundary ---------------------------------------------------------------------------------------------

PLANE = ("normal", "offset")


@ties
@pytest.mark.weight(4)
@pytest.mark.parametrize(
    "features, classes, i, j", [(6, 4, 0, 1), (5, 3, 2, 0), (9, 8, 3, 7), (4, 3, 1, 2)], ids=str
)
def test_plane_between_two_classes(compare, rng, features, classes, i, j):
    W, b, _ = linear(rng, 1, features, classes)
    compare(BOUNDARY, W, b, i, j, names=PLANE)


@ties
@pytest.mark.weight(1)
def test_plane_where_there_are_more_classes_than_features(compare, rng):
    W, b, _ = linear(rng, 1, 3, 7)
    compare(BOUNDARY, W, b, 5, 4, names=PLANE)


@ties
@pytest.mark.weight(1)
def test_the_plane_leaves_the_weights_alone(unchanged, rng):
    W, b, _ = linear(rng, 1, 5, 4)
    unchanged(BOUNDARY, W, b, 3, 1, names=PLANE)


# --- one_vs_all -------------------------------------------------------------------------------------------

CLASSIFIER = ("W", "b")


def train_binary(X, t):
    """Return weights and a bias that are not 0 even where no example is to be recognised."""
    return np.transpose(X) @ (3.0 * np.asarray(t) - 1), float(1.5 - 0.25 * np.sum(t))


class Recorded:
    """The same trainer, which keeps what it is given."""

    def __init__(self):
        self.calls = []

    def __call__(self, X, t):
        self.calls.append((np.asarray(X), np.asarray(t)))
        return train_binary(X, t)

    def were_asked(self, X, y):
        """Return whether all calls were given X, and the targets of one class after the other."""
        return all(
            np.array_equal(X, X_given) and np.array_equal(y == c, t)
            for c, (X_given, t) in enumerate(self.calls)
        )


@one_each
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(11, 5, 3), (9, 3, 4), (8, 6, 2)], ids=by_size)
def test_one_classifier_in_each_column(compare, rng, shape):
    examples, features, classes = shape
    X, y = rng.normal(size=(examples, features)), labels(rng, examples, classes)
    compare(ONE_VS_ALL, train_binary, X, y, classes, names=CLASSIFIER)


@one_each
@pytest.mark.weight(1)
def test_a_class_without_examples(compare, rng):
    X, y = rng.normal(size=(9, 4)), labels(rng, 9, 6, absent=[2, 5])
    compare(ONE_VS_ALL, train_binary, X, y, 6, names=CLASSIFIER)


@one_each
@pytest.mark.weight(1)
def test_one_call_for_each_class_in_order(student, compare, check, rng):
    X, y = rng.normal(size=(10, 4)), labels(rng, 10, 5)
    trainer = Recorded()
    check.record(reply=student.call(ONE_VS_ALL, trainer, X, y, 5))
    calls = len(trainer.calls)
    check(
        calls=(calls, 5, f"for 5 classes train_binary is called {calls} times"),
        asked=(
            trainer.were_asked(X, y),
            True,
            "train_binary is not given X and the targets of class after class",
        ),
    )
    compare(ONE_VS_ALL, train_binary, X, y, 5, names=CLASSIFIER)


@one_each
@pytest.mark.weight(1)
def test_training_leaves_the_examples_alone(unchanged, rng):
    X, y = rng.normal(size=(9, 5)), labels(rng, 9, 3)
    unchanged(ONE_VS_ALL, train_binary, X, y, 3, names=CLASSIFIER)


# --- templates --------------------------------------------------------------------------------------------


def weights(rng, shape, classes, lowest=(-2.0, -0.5), constant=()):
    """Draw weights whose pictures stay clear of the halves between two grey levels; each class has its own range."""
    features = int(np.prod(shape))
    levels = rng.integers(1, 255, size=(features, classes)) + rng.uniform(-0.4, 0.4, size=(features, classes))
    ends = rng.permuted(np.tile(np.arange(features), (classes, 1)), axis=1)[:, :2]
    for c, (darkest, brightest) in enumerate(ends):
        levels[[darkest, brightest], c] = 0, 255
    spans = 0.1 + 2.0 ** (rng.permutation(classes) - 2)
    W = rng.uniform(*lowest, size=classes) * spans + spans * levels / 255
    for c in constant:
        W[:, c] = rng.uniform(0.5, 2.0)
    return W


@pictures
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape, classes", [((3, 4, 3), 5), ((5, 2, 3), 2), ((2, 3, 1), 4)], ids=str)
def test_pictures_of_weights(compare, rng, shape, classes):
    compare(TEMPLATES, weights(rng, shape, classes), shape, names=("pictures",))


@pictures
@pytest.mark.weight(1)
def test_pictures_of_the_usual_shape(compare, rng):
    compare(TEMPLATES, weights(rng, (32, 32, 3), 3), names=("pictures",))


@pictures
@pytest.mark.weight(1)
@pytest.mark.parametrize("lowest", [(0.2, 0.6), (-2.5, -1.5)], ids=["positive", "negative"])
def test_all_weights_of_one_sign(compare, rng, lowest):
    compare(TEMPLATES, weights(rng, (4, 3, 2), 3, lowest), (4, 3, 2), names=("pictures",))


@pictures
@pytest.mark.weight(0.5)
def test_equal_weights_are_black(compare, rng):
    compare(TEMPLATES, weights(rng, (2, 5, 3), 4, constant=[1]), (2, 5, 3), names=("pictures",))


@pictures
@pytest.mark.weight(0.5)
def test_pictures_without_colours(compare, rng):
    compare(TEMPLATES, weights(rng, (3, 5), 2), (3, 5), names=("pictures",))


@pictures
@pytest.mark.weight(1)
def test_pictures_leave_the_weights_alone(unchanged, rng):
    unchanged(TEMPLATES, weights(rng, (2, 3, 3), 4), (2, 3, 3), names=("pictures",))


# --- what the grader tries on a wrong function ------------------------------------------------------------


@ladder(FLATTEN_IMAGES, parts=("X",))
def images(
    rng,
    images=Size(3, along="images"),
    height=Size(2, one="row of pixels", many="rows of pixels", levels=(1, 2, 3)),
    width=Size(4, one="pixel in each row", many="pixels in each row", levels=(1, 2, 4)),
    grey=Case("every pixel is grey"),
    small=Case("all values are below 100"),
):
    X = rng.integers(100 if small else 256, size=(images, height, width, 3), dtype=np.uint8)
    if grey:
        X[:] = X[..., :1]
    return dict(images=X)


@ladder(ONE_HOT, parts=("Y",))
def encodings(
    rng,
    examples=Size(9, along="y", levels=(1, 2, 9)),
    classes=Size(4, one="class", levels=(2, 3, 4, 11)),
    last_missing=Case("the last class does not occur"),
    first_missing=Case("class 0 does not occur"),
):
    absent = [0] * first_missing + [classes - 1] * last_missing
    present = np.setdiff1d(np.arange(classes), absent)
    if not len(present):
        return None
    y = rng.choice(present, size=examples)
    if not last_missing:
        y[-1] = classes - 1
    elif examples > 1 or not first_missing:
        y[0] = present[0]
    return dict(y=y, num_classes=classes)


@ladder(CLASS_SCORES, parts=("scores",))
def scores(
    rng,
    examples=Size(7, along="X"),
    features=Size(5, along="X[1] W"),
    classes=Size(4, one="class", along="W[1] b"),
    biases=Switch("biases", 1.0),
    same_bias=Case("all biases are equal"),
    black=Case("every example is 0"),
):
    W, b, X = linear(rng, examples, features, classes)
    b = biases * (np.full(classes, b[0]) if same_bias else b)
    return dict(W=W, b=b, X=X * (not black))


@ladder(FOLD_BIAS, parts=FOLDED)
def foldings(
    rng,
    examples=Size(7),
    features=Size(5),
    classes=Size(4, one="class"),
    biases=Switch("biases", 1.0),
):
    W, b, X = linear(rng, examples, features, classes)
    return dict(W=W, b=biases * b, X=X)


@ladder(SIDE_OF_PLANE, parts=("sides",))
def planes(
    rng,
    points=Size(9, along="X", least=4, levels=(4, 5, 9)),
    features=Size(3, along="X[1] normal", levels=(1, 2, 3)),
    offset=Switch("an offset", 1.0),
    on=Case("points lie on the plane"),
):
    normal, offset, X = plane(rng, points, features, on=2 * on, clear=bool(offset))
    return dict(normal=normal, offset=offset, X=X)


@ladder(BOUNDARY, parts=PLANE)
def boundaries(
    rng,
    features=Size(5, along="W", levels=(3, 5, 11)),
    classes=Size(4, one="class", levels=(2, 3, 4)),
    biases=Switch("biases", 1.0),
    backwards=Case("i is larger than j"),
):
    W, b, _ = linear(rng, 1, features, classes)
    i, j = (classes - 1, 0) if backwards else (0, classes - 1)
    return dict(W=W, b=biases * b, i=i, j=j)


@ladder(ONE_VS_ALL, parts=CLASSIFIER, beside=(train_binary,))
def trainings(
    rng,
    examples=Size(9, along="X y", levels=(9, 12)),
    features=Size(5, along="X[1]", levels=(1, 2, 5)),
    classes=Size(3, one="class", levels=(2, 3, 4)),
    last_missing=Case("the last class does not occur"),
    other_missing=Case("a class other than the last does not occur"),
):
    absent = [classes - 1] * last_missing + [int(rng.integers(classes - 1))] * other_missing
    if len(absent) == classes:
        return None
    y = labels(rng, examples, classes, absent)
    return dict(train_binary=train_binary, X=rng.normal(size=(examples, features)), y=y, num_classes=classes)


@ladder(TEMPLATES, parts=("pictures",))
def stretches(
    rng,
    height=Size(3, one="row of pixels", many="rows of pixels", levels=(1, 2, 3)),
    classes=Size(4, one="class", along="W[1]", levels=(1, 2, 4)),
    grey=Case("there is one channel"),
    positive=Case("all weights are positive"),
    negative=Case("all weights are negative"),
    constant=Case("all weights of a class are equal"),
):
    if (positive and negative) or (negative and constant):
        return None
    shape = (height, 2, 1 if grey else 3)
    lowest = (0.2, 0.6) if positive else (-2.5, -1.5) if negative else (-0.7, -0.3)
    return dict(W=weights(rng, shape, classes, lowest, [0] * constant), shape=shape)
