"""Public checks of the three views: numbers small enough to follow on paper."""

import numpy as np
import pytest

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

# Weights of cat, dog and ship for pictures of four pixels, one column each.
PIXEL_WEIGHTS = np.array([[0.2, 1.5, 0.0], [-0.5, 1.3, 0.25], [0.1, 2.1, 0.2], [2.0, 0.0, -0.3]])
PIXEL_BIASES = np.array([1.1, 3.2, -1.2])
PICTURE = np.array([[56.0, 231.0, 24.0, 2.0]])

# Numbers of which none is special, for everything that numbers made by hand hide.
WEIGHTS = np.array(
    [
        [0.0, 0.45, -0.41, -1.34, -0.68],
        [-1.49, 0.09, 2.01, -0.74, -0.93],
        [0.73, 0.54, 0.16, -1.4, -0.04],
        [1.04, -2.02, -0.69, -2.85, -1.93],
    ]
)
BIASES = np.array([-2.76, -0.35, -1.9, 0.41, 0.24])
EXAMPLES = np.array(
    [
        [-0.28, -3.78, -0.81, -0.07],
        [0.17, -2.3, -0.72, -1.47],
        [-1.21, 1.59, -1.21, -0.05],
        [1.33, -0.88, -0.17, 0.17],
        [0.1, -1.84, 0.11, 2.04],
        [-2.32, 1.29, 0.18, -0.96],
    ]
)


# --- flatten_images ---------------------------------------------------------------------------------------

# Added to the end of linear_views.py.
DIFFERENCE = """

def first_less_second(images):
    import numpy
    X = numpy.asarray(flatten_images(images))
    return X[0] - X[1]
"""


def difference(code, images):
    return code.extended(linear_views=DIFFERENCE).bind("linear_views.first_less_second", images)


@flattening
def test_pixels_are_read_row_by_row(expect):
    """The image has two rows of three pixels."""
    image = np.array(
        [
            [[255, 0, 17], [3, 250, 91], [1, 2, 4]],
            [[40, 41, 43], [77, 0, 78], [200, 210, 230]],
        ],
        dtype=np.uint8,
    )
    row = [255, 0, 17, 3, 250, 91, 1, 2, 4, 40, 41, 43, 77, 0, 78, 200, 210, 230]
    expect(FLATTEN_IMAGES, image[np.newaxis], equals=np.array([row], dtype=np.float64), names=("X",))


@flattening
def test_every_image_has_a_row_of_its_own(expect):
    images = np.array([[[[13, 7, 202]], [[99, 158, 31]]], [[[86, 4, 211]], [[61, 5, 129]]]], dtype=np.uint8)
    X = np.array([[13.0, 7.0, 202.0, 99.0, 158.0, 31.0], [86.0, 4.0, 211.0, 61.0, 5.0, 129.0]])
    expect(FLATTEN_IMAGES, images, equals=X, names=("X",))


@flattening
def test_pixels_can_be_subtracted(expect):
    """10 - 20, 200 - 0 and 255 - 0: two images of one pixel each."""
    images = np.array([[[[10, 200, 255]]], [[[20, 0, 0]]]], dtype=np.uint8)
    expect(difference, images, equals=np.array([-10.0, 200.0, 255.0]), names=("difference",))


# --- one_hot ----------------------------------------------------------------------------------------------


@encoding
@pytest.mark.parametrize(
    "y, num_classes",
    [
        pytest.param([0, 1, 2, 1], 3, id="all classes"),
        pytest.param([0, 2, 0], 4, id="two classes absent"),
        pytest.param([3, 3], 4, id="one class alone"),
    ],
)
def test_a_single_one_in_the_column_of_the_label(expect, y, num_classes):
    Y = np.array([[float(label == c) for c in range(num_classes)] for label in y])
    expect(ONE_HOT, np.array(y), num_classes, equals=Y, names=("Y",))


@encoding
@pytest.mark.parametrize("outside", [-1, 3], ids=str)
def test_a_label_outside_raises_a_value_error(student, outside):
    student.raises("ValueError", ONE_HOT, np.array([0, outside, 2]), 3)


@encoding
def test_no_loop_over_the_labels(loops):
    loops(ONE_HOT, lambda n, rng: (rng.integers(0, 5, size=n), 5))


# --- class_scores -----------------------------------------------------------------------------------------


@scoring
def test_scores_of_a_cat_a_dog_and_a_ship(expect):
    scores = np.array([[-96.8, 437.9, 60.75]])
    expect(CLASS_SCORES, PIXEL_WEIGHTS, PIXEL_BIASES, PICTURE, equals=scores, names=("scores",))


@scoring
@pytest.mark.parametrize(
    "examples, classes, scores",
    [
        pytest.param(
            6,
            5,
            [
                [2.2081, -1.1122, -9.4643, 4.9159, 4.1133],
                [-1.3874, 2.1001, -5.6936, 7.0817, 5.1293],
                [-6.0644, -1.3038, 1.6329, 2.6913, -0.271],
                [-1.3961, -0.2659, -4.3586, -0.9675, -0.1673],
                [2.1835, -4.532, -7.0294, -4.3304, -2.0584],
                [-5.5491, 0.7585, 2.3353, 5.0482, 2.4635],
            ],
            id="six examples of five classes",
        ),
        pytest.param(
            3,
            3,
            [[2.2081, -1.1122, -9.4643], [-1.3874, 2.1001, -5.6936], [-6.0644, -1.3038, 1.6329]],
            id="as many examples as classes",
        ),
    ],
)
def test_scores_without_round_numbers(expect, examples, classes, scores):
    W, b, X = WEIGHTS[:, :classes], BIASES[:classes], EXAMPLES[:examples]
    expect(CLASS_SCORES, W, b, X, equals=np.array(scores), names=("scores",))


@scoring
@pytest.mark.parametrize("axis", ["examples", "classes"])
def test_no_loop_over_the(loops, axis):
    def sized(rng, examples=7, classes=4):
        W, b = rng.standard_normal((5, classes)), rng.standard_normal(classes)
        return W, b, rng.standard_normal((examples, 5))

    loops(CLASS_SCORES, sized, over=axis)


# --- fold_bias --------------------------------------------------------------------------------------------


@folding
def test_biases_become_the_last_row_and_meet_ones(expect):
    W1 = np.array([[0.2, 1.5, 0.0], [-0.5, 1.3, 0.25], [0.1, 2.1, 0.2], [2.0, 0.0, -0.3], [1.1, 3.2, -1.2]])
    X1 = np.array([[56.0, 231.0, 24.0, 2.0, 1.0]])
    expect(FOLD_BIAS, PIXEL_WEIGHTS, PIXEL_BIASES, PICTURE, equals=(W1, X1), names=("W1", "X1"))


@folding
def test_folding_without_round_numbers(expect):
    W, b, X = WEIGHTS[1:3, :4], BIASES[1:], EXAMPLES[:3, :2]
    W1 = np.array([[-1.49, 0.09, 2.01, -0.74], [0.73, 0.54, 0.16, -1.4], [-0.35, -1.9, 0.41, 0.24]])
    X1 = np.array([[-0.28, -3.78, 1.0], [0.17, -2.3, 1.0], [-1.21, 1.59, 1.0]])
    expect(FOLD_BIAS, W, b, X, equals=(W1, X1), names=("W1", "X1"))


# --- side_of_plane ----------------------------------------------------------------------------------------


@sides
def test_sides_of_the_line_x_plus_2_y_equals_4(expect):
    points = np.array([[4.0, 1.0], [0.0, 0.0], [2.0, 1.0], [2.25, 1.0]])
    expect(
        SIDE_OF_PLANE, np.array([1.0, 2.0]), -4.0, points, equals=np.array([1, -1, 0, 1]), names=("sides",)
    )


@sides
def test_sides_of_a_plane_in_three_dimensions(expect):
    """The sums are 0.5, -3, 0, 9, -0.25 and -0.5."""
    normal, offset = np.array([2.0, -1.0, 4.0]), 0.5
    points = np.array(
        [
            [0.0, 0.0, 0.0],
            [-1.0, 1.5, 0.0],
            [0.25, 1.0, 0.0],
            [0.0, -0.5, 2.0],
            [1.0, 2.75, 0.0],
            [-1.0, 3.0, 1.0],
        ]
    )
    sides = np.array([1, -1, 0, 1, -1, -1])
    expect(SIDE_OF_PLANE, normal, offset, points, equals=sides, names=("sides",))


# --- boundary ---------------------------------------------------------------------------------------------


@ties
@pytest.mark.parametrize(
    "i, j, normal, offset",
    [
        pytest.param(1, 2, [1.5, 1.05, 1.9, 0.3], 4.4, id="dog and ship"),
        pytest.param(0, 1, [-1.3, -1.8, -2.0, 2.0], -2.1, id="cat and dog"),
    ],
)
def test_plane_between(expect, i, j, normal, offset):
    """The picture of four pixels lies 377.15 on the dog's side of its boundary with the ship."""
    plane = np.array(normal), offset
    expect(BOUNDARY, PIXEL_WEIGHTS, PIXEL_BIASES, i, j, equals=plane, names=("normal", "offset"))


@ties
@pytest.mark.parametrize(
    "classes, i, j, normal, offset",
    [
        pytest.param(5, 3, 1, [-1.79, -0.83, -1.94, -0.83], 0.76, id="3 and 1 of five"),
        pytest.param(3, 0, 2, [0.41, -3.5, 0.57, 1.73], -0.86, id="0 and 2 of three"),
    ],
)
def test_plane_without_round_numbers_between(expect, classes, i, j, normal, offset):
    W, b = WEIGHTS[:, :classes], BIASES[:classes]
    expect(BOUNDARY, W, b, i, j, equals=(np.array(normal), offset), names=("normal", "offset"))


# --- one_vs_all -------------------------------------------------------------------------------------------


@one_each
@pytest.mark.parametrize(
    "features, y, classes, W, b",
    [
        pytest.param(
            3,
            [2, 0, 3, 2, 0, 2],
            4,
            [
                [0.6015, 0.3315, -0.9385, -0.8785],
                [-3.252, 0.888, -2.482, 2.478],
                [-0.217, 0.393, -0.407, -0.817],
            ],
            [1.63, -0.37, 2.63, 0.63],
            id="class 1 absent",
        ),
        pytest.param(
            3,
            [1, 0, 1, 1, 0],
            2,
            [[0.2535, -0.1765], [-3.0585, -1.9885], [-0.19, -1.77]],
            [1.63, 2.63],
            id="two classes",
        ),
    ],
)
def test_one_column_and_one_bias_for_each_class(expect, features, y, classes, W, b):
    """Each trained weight is a sum over the examples, of 0.85 of those to be recognised and -0.15 of the others."""
    X = EXAMPLES[: len(y), :features]
    expect(
        ONE_VS_ALL,
        lambda X, t: (X.T @ (t - 0.15), float(t.sum() - 0.37)),
        X,
        np.array(y),
        classes,
        equals=(np.array(W), np.array(b)),
        names=("W", "b"),
    )


@one_each
def test_one_call_for_each_class(student, check):
    calls = []

    def train_binary(X, t):
        calls.append(t)
        return np.ones(3), 0.0

    student.call(ONE_VS_ALL, train_binary, EXAMPLES[:4, :3], np.array([0, 2, 2, 0]), 3)
    check(len(calls) == 3, f"for 3 classes train_binary is called {len(calls)} times")


# --- templates --------------------------------------------------------------------------------------------


@pictures
def test_pictures_of_a_cat_a_dog_and_a_ship(expect):
    stretched = np.array([[71, 0, 61, 255], [182, 158, 255, 0], [139, 255, 232, 0]], dtype=np.uint8)
    expect(TEMPLATES, PIXEL_WEIGHTS, (2, 2, 1), equals=stretched.reshape(3, 2, 2, 1), names=("pictures",))


@pictures
def test_equal_weights_are_black(expect):
    """The second class has the weights 0, 0.2 and 1."""
    W = np.array([[0.6, 0.0], [0.6, 0.2], [0.6, 1.0]])
    equals = np.array([[[[0, 0, 0]]], [[[0, 51, 255]]]], dtype=np.uint8)
    expect(TEMPLATES, W, (1, 1, 3), equals=equals, names=("pictures",))


@pictures
def test_pictures_without_round_numbers(expect):
    W = np.array(
        [
            [-0.31, 1.05, 0.78],
            [-1.55, -0.12, 0.05],
            [-1.58, 0.39, -1.29],
            [1.46, 0.29, 0.13],
            [-0.89, -0.18, -3.0],
            [-1.7, 0.54, -3.19],
            [1.27, -2.62, 1.14],
            [-1.27, 1.17, 0.2],
            [-2.31, 1.87, 2.16],
            [-0.1, -0.41, -0.24],
            [-1.46, 1.65, -0.81],
            [-0.08, -1.19, -0.94],
        ]
    )
    stretched = np.array(
        [
            [135, 51, 49, 255, 96, 41, 242, 70, 0, 149, 57, 151],
            [208, 142, 171, 165, 139, 179, 0, 215, 255, 126, 243, 81],
            [189, 154, 91, 158, 9, 0, 206, 162, 255, 141, 113, 107],
        ],
        dtype=np.uint8,
    )
    expect(TEMPLATES, W, (2, 2, 3), equals=stretched.reshape(3, 2, 2, 3), names=("pictures",))


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
