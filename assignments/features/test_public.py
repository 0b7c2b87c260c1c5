"""Public checks of the features: the handout's pictures, and some without round numbers."""

import numpy as np
import pytest

COLOR_HISTOGRAM = "features.color_histogram"
SMOOTH = "features.smooth"
IMAGE_GRADIENTS = "features.image_gradients"
HOG = "features.hog"
POLAR = "features.polar"
FEATURE_MATRIX = "features.feature_matrix"
FEATURE_MATRIX_LIKE = "features.feature_matrix_like"

colours = pytest.mark.question("color_histogram")
smoothing = pytest.mark.question("smooth")
edges = pytest.mark.question("image_gradients")
cells = pytest.mark.question("hog")
coordinates = pytest.mark.question("polar")
matrix = pytest.mark.question("feature_matrix")

# Brightness at column x and row y of a small picture.
Y, X = np.mgrid[:8, :8].astype(float)

# Twelve brightnesses of which none is special, for everything that numbers made by hand hide.
GRAY = np.array(
    [
        [3.14, 8.27, 5.91, 0.46],
        [7.73, 1.85, 6.02, 9.38],
        [2.59, 4.67, 0.83, 7.16],
    ]
)


def mean(image):
    return float(image.mean())


def seven_and_square_of_the_largest(image):
    return np.array([7.0, float(image.max()) ** 2])


def each_channel(image):
    return image.mean(axis=(0, 1))


@colours
def test_two_pixels_in_five_bins(expect):
    image = np.array([[[0, 0, 0], [255, 51, 102]]], dtype=np.uint8)
    shares = np.array([0.5, 0, 0, 0, 0.5, 1, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0])
    expect(COLOR_HISTOGRAM, image, 5, equals=shares, names=("histogram",))


@colours
def test_six_pixels_in_four_bins(expect):
    image = np.array(
        [
            [[200, 17, 90], [64, 250, 31], [63, 128, 191]],
            [[130, 5, 77], [255, 192, 0], [12, 127, 45]],
        ],
        dtype=np.uint8,
    )
    shares = np.array([2, 1, 1, 2, 2, 1, 1, 2, 3, 2, 1, 0]) / 6
    expect(COLOR_HISTOGRAM, image, 4, equals=shares, names=("histogram",))


@smoothing
@pytest.mark.parametrize(
    "histogram, sigma, smoothed",
    [
        pytest.param(
            [1.0, 0.0, 0.0, 0.0],
            1.0,
            [0.5704588092, 0.2582743691, 0.0576287971, 0.0063372220],
            id="first bin",
        ),
        pytest.param(
            [0.0, 0.0, 1.0, 0.0, 0.0],
            0.5,
            [0.000295387, 0.106478868, 0.786570726, 0.106478868, 0.000295387],
            id="middle bin",
        ),
        pytest.param([0.25, 0.25, 0.25, 0.25], 0.8, [0.25, 0.25, 0.25, 0.25], id="flat"),
        pytest.param(
            [0.07, 0.31, 0.02, 0.19, 0.23, 0.18],
            0.7,
            [0.1321997314, 0.1989041049, 0.1169998030, 0.1643476033, 0.2092983989, 0.1931946821],
            id="six bins",
        ),
    ],
)
def test_smoothed_histogram(expect, histogram, sigma, smoothed):
    expect(SMOOTH, np.array(histogram), sigma, equals=np.array(smoothed), names=("smoothed",), atol=1e-8)


@edges
@pytest.mark.parametrize(
    "gray, magnitude, angle",
    [
        pytest.param(X, 1.0, 0.0, id="x"),
        pytest.param(Y, 1.0, 90.0, id="y"),
        pytest.param(X + 2 * Y, 2.2360679775, 63.4349488229, id="x + 2y"),
        pytest.param(Y - X, 1.4142135624, 135.0, id="-x + y"),
        pytest.param(0 * X, 0.0, 0.0, id="flat"),
    ],
)
def test_gradients_of_a_ramp(expect, gray, magnitude, angle):
    equals = np.full((8, 8), magnitude), np.full((8, 8), angle)
    expect(IMAGE_GRADIENTS, gray, equals=equals, names=("magnitude", "angle"))


@edges
def test_gradients_without_round_numbers(expect):
    magnitude = np.array(
        [
            [6.8836763434, 6.5676955624, 3.9065489886, 10.4531765507],
            [5.8864271846, 1.9927430843, 4.5416764526, 4.7446917708],
            [5.5449075736, 2.9541157730, 5.3372394550, 6.7080026834],
        ]
    )
    angle = np.array(
        [
            [41.8201698801, 102.1739663777, 178.3864610671, 121.4243689544],
            [2.6776983689, 64.5922818911, 145.9950275437, 44.9146114201],
            [112.0316659006, 107.3308841773, 103.4894700780, 160.6736753267],
        ]
    )
    expect(IMAGE_GRADIENTS, GRAY, equals=(magnitude, angle), names=("magnitude", "angle"))


@cells
@pytest.mark.parametrize(
    "gray, fullest",
    [
        pytest.param(X, 0, id="x"),
        pytest.param(Y, 4, id="y"),
        pytest.param(X + 2 * Y, 3, id="x + 2y"),
        pytest.param(Y - X, 6, id="-x + y"),
        pytest.param(0 * X, None, id="flat"),
    ],
)
def test_all_pixels_of_a_ramp_vote_for_one_bin(expect, gray, fullest):
    histograms = np.zeros((1, 1, 9))
    if fullest is not None:
        histograms[..., fullest] = 1
    expect(HOG, gray, equals=histograms, names=("histograms",))


@cells
def test_two_cells_of_a_picture_that_has_a_row_more(expect):
    histograms = np.array(
        [
            [
                [0.8808409377, 0.1374530506, 0.4530186545, 0.0],
                [0.3328862342, 0.0, 0.7333919136, 0.5927251102],
            ]
        ]
    )
    expect(HOG, GRAY, 2, 4, equals=histograms, names=("histograms",))


@cells
@pytest.mark.parametrize("axis", ["rows_of_cells", "columns_of_cells", "pixels_in_a_row_of_a_cell"])
def test_no_loop_over_the(loops, axis):
    def sized(rng, rows_of_cells=6, columns_of_cells=4, pixels_in_a_row_of_a_cell=2):
        cell = pixels_in_a_row_of_a_cell
        return rng.uniform(0.0, 10.0, size=(rows_of_cells * cell, columns_of_cells * cell)), cell

    loops(HOG, sized, n=4, over=axis)


@coordinates
@pytest.mark.parametrize(
    "point, radius, angle",
    [
        pytest.param([3.0, 4.0], 5.0, 0.9272952180, id="(3, 4)"),
        pytest.param([-1.0, 0.0], 1.0, 3.1415926536, id="(-1, 0)"),
        pytest.param([0.0, -2.0], 2.0, -1.5707963268, id="(0, -2)"),
    ],
)
def test_one_point(expect, point, radius, angle):
    expect(POLAR, np.array([point]), equals=np.array([[radius, angle]]), names=("P",))


@coordinates
def test_points_in_all_quarters(expect):
    points = np.array([[1.37, 0.62], [-0.84, 2.19], [-3.05, -0.71], [0.28, -1.93]])
    P = np.array(
        [
            [1.5037619492, 0.4249764214],
            [2.3455702931, 1.9370518872],
            [3.1315491374, -2.9128790161],
            [1.9502051174, -1.4267237861],
        ]
    )
    expect(POLAR, points, equals=P, names=("P",))


@matrix
def test_three_pictures_of_one_pixel(expect):
    images = np.array([1, 2, 3], dtype=np.uint8).reshape(3, 1, 1, 1) * np.ones((1, 1, 1, 3), dtype=np.uint8)
    features = np.array(
        [
            [-1.2247448714, 0.0, -1.1111679767, 1.0],
            [0.0, 0.0, -0.2020305412, 1.0],
            [1.2247448714, 0.0, 1.3131985179, 1.0],
        ]
    )
    functions = [mean, seven_and_square_of_the_largest]
    expect(FEATURE_MATRIX, images, functions, equals=features, names=("features",), atol=1e-8)


COLOURS = np.array([[183, 26, 91], [47, 208, 66], [119, 142, 235], [12, 87, 150]], dtype=np.uint8)


@matrix
def test_four_pictures_by_their_colours(expect):
    images = COLOURS.reshape(4, 1, 1, 3)
    features = np.array(
        [
            [1.4053534413, -1.3349230507, -0.6841904279, 1.0],
            [-0.6553265373, 1.3721075367, -1.0685670727, 1.0],
            [0.4356216867, 0.3904371040, 1.5298190466, 1.0],
            [-1.1856485907, -0.4276215900, 0.2229384540, 1.0],
        ]
    )
    expect(FEATURE_MATRIX, images, [each_channel], equals=features, names=("features",))


@matrix
def test_one_picture_like_three_others(expect):
    images = COLOURS.reshape(4, 1, 1, 3)
    arguments = images[3:], [mean, each_channel], images[:3]
    features = np.array([[-1.4036717796, -1.8780600989, -0.5095483762, 0.2595864418, 1.0]])
    expect(FEATURE_MATRIX_LIKE, *arguments, equals=features, names=("features",))


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
