"""Graded tests of the features: histograms, directions on their circle, cells without loops, columns of a matrix."""

import numpy as np
import pytest

from autograder.grading.ladder import Case, Size, ladder
from autograder.values import convert

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


def by_name(it):
    """Return the name of a case that is given as a shape."""
    return "x".join(map(str, it)) if isinstance(it, tuple) else str(it)


# --- color_histogram --------------------------------------------------------------------------------------


def picture(rng, height, width, brightest=255):
    """Draw an image whose channels are distributed differently, red the darkest."""
    share = rng.random((height, width, 3)) ** np.array([2.0, 1.0, 0.5])
    return np.round(brightest * share).astype(np.uint8)


# Where an edge between two bins falls on a whole number, there is one answer only for 2, 4, 8, ... bins; for 5 and
# for 7 none does. Of the values below, several change places if the bins end at 255.
EDGES_OF_FIVE = np.array([0, 51, 52, 102, 103, 153, 154, 204, 205, 255, 50, 101], dtype=np.uint8)


@colours
@pytest.mark.weight(4)
@pytest.mark.parametrize("size, bins", [((5, 7), 8), ((6, 2), 5), ((4, 9), 7), ((3, 8), 16)], ids=by_name)
def test_shares_of_the_bins(compare, rng, size, bins):
    image = picture(rng, *size)
    if bins == 5:
        image[..., 0], image[..., 1] = (rng.permutation(EDGES_OF_FIVE).reshape(size) for _ in range(2))
    # 8 is the default.
    compare(COLOR_HISTOGRAM, image, *([] if bins == 8 else [bins]), names=("histogram",))


@colours
@pytest.mark.weight(1)
def test_a_dark_image_has_all_bins(compare, rng):
    compare(COLOR_HISTOGRAM, picture(rng, 4, 6, brightest=90), 8, names=("histogram",))


@colours
@pytest.mark.weight(0.5)
def test_a_bin_for_every_value(compare, rng):
    compare(COLOR_HISTOGRAM, picture(rng, 7, 3), 256, names=("histogram",))


@colours
@pytest.mark.weight(0.5)
def test_color_histogram_leaves_the_image_alone(unchanged, rng):
    unchanged(COLOR_HISTOGRAM, picture(rng, 4, 5), 4, names=("histogram",))


# --- smooth -----------------------------------------------------------------------------------------------


def histogram(rng, bins):
    """Draw shares that are far from flat."""
    counts = rng.uniform(0.1, 1.0, size=bins) ** 3
    return counts / counts.sum()


@smoothing
@pytest.mark.weight(4)
@pytest.mark.parametrize("bins, sigma", [(9, 0.5), (12, 0.8), (7, 1.2), (16, 2.0)], ids=by_name)
def test_smoothed(compare, rng, bins, sigma):
    compare(SMOOTH, histogram(rng, bins), sigma, names=("smoothed",))


@smoothing
@pytest.mark.weight(1)
@pytest.mark.parametrize("end", [0, -1], ids=["first bin", "last bin"])
def test_smoothed_at_the_ends(compare, rng, end):
    peak = np.zeros(11)
    peak[end] = rng.uniform(0.3, 2.0)
    compare(SMOOTH, peak, 0.8, names=("smoothed",))


@smoothing
@pytest.mark.weight(0.5)
def test_smoothed_farther_than_there_are_bins(compare, rng):
    compare(SMOOTH, histogram(rng, 4), 2.5, names=("smoothed",))


@smoothing
@pytest.mark.weight(0.5)
def test_smooth_leaves_the_histogram_alone(unchanged, rng):
    unchanged(SMOOTH, histogram(rng, 8), 1.0, names=("smoothed",))


# --- image_gradients --------------------------------------------------------------------------------------

MAGNITUDE_AND_ANGLE = ("magnitude", "angle")


def gray_image(rng, height, width):
    """Draw brightnesses that change everywhere and in all directions."""
    return rng.uniform(0.0, 10.0, size=(height, width))


def on_the_circle(code, gray):
    """Return magnitudes, and angles on the circle."""
    return with_angles_doubled(code.call(IMAGE_GRADIENTS, gray), gray)


def with_angles_doubled(reply, gray):
    """Return magnitudes and, in the place of each angle, where twice the angle is on the complex unit circle.

    There 0 and 180 degrees are the same. Where no numbers came back, the reply stays what it is.
    """
    try:
        magnitude, angle = convert.parts(reply, MAGNITUDE_AND_ANGLE)
        doubled = np.radians(2 * np.clip(convert.numbers(angle, "angle", finite=False), -1e9, 1e9))
    except convert.Unusable:
        return reply
    return magnitude, np.exp(1j * doubled)


@edges
@pytest.mark.weight(4)
@pytest.mark.parametrize("size", [(7, 5), (4, 9), (2, 6), (6, 2)], ids=by_name)
def test_magnitude_and_direction(compare, rng, size):
    compare(on_the_circle, gray_image(rng, *size), names=MAGNITUDE_AND_ANGLE)


@edges
@pytest.mark.weight(1)
@pytest.mark.parts(magnitude=1, angle=1)
def test_magnitude_and_direction_beside_flat_places(compare, rng):
    gray = np.full((6, 8), 3.0)
    gray[:, 6:] = np.round(gray_image(rng, 6, 2))
    compare(on_the_circle, gray, names=MAGNITUDE_AND_ANGLE)


def away_from_right(angle, gray):
    """Return by how many degrees any angle is off at most, on the circle."""
    down, across = np.gradient(gray)
    return np.abs((angle - np.degrees(np.arctan2(down, across)) + 90) % 180 - 90).max()


@edges
@pytest.mark.weight(1)
def test_angles_are_those_of_unsigned_directions(student, check, rng):
    """On the circle, and in the half of it that is asked for."""
    gray = gray_image(rng, 6, 7)
    reply = student.call(IMAGE_GRADIENTS, gray)
    _, angle = check.parts(reply, *MAGNITUDE_AND_ANGLE)
    angle = check.numbers(angle, "angle", gray.shape)
    check.record(angle=angle)
    check(away_from_right(angle, gray) < 1e-4, "some angles are not those of the gradients")
    check(angle.min() >= 0, "some angles are negative")
    check(angle.max() < 180, "some angles are 180 or more")


@edges
@pytest.mark.weight(0.5)
@pytest.mark.edge
def test_no_angle_is_rounded_to_180(student, check, rng):
    """On the left, brightness rises to the right and falls downwards, but the latter by next to nothing."""
    gray = np.tile(rng.uniform(1.0, 2.0) * np.arange(7.0), (6, 1))
    gray[:, 0] = -1e-17 * np.arange(6)
    gray[:, 4:] += gray_image(rng, 6, 3)
    _, angle = check.parts(student.call(IMAGE_GRADIENTS, gray), *MAGNITUDE_AND_ANGLE)
    angle = check.numbers(angle, "angle", gray.shape)
    away = away_from_right(angle, gray)
    check(
        right=(bool(away < 1e-4), True, "some angles are not those of the gradients"),
        below=(bool(angle.max() < 180), True, "some angles are 180, which is called 0 here"),
    )


@edges
@pytest.mark.weight(0.5)
def test_image_gradients_leaves_the_image_alone(student, check, compare, rng):
    gray = gray_image(rng, 5, 4)
    outcome = student.bind(IMAGE_GRADIENTS, gray).outcome()
    check.record(changed=sorted(outcome.changed))
    compare(both_as_one, gray, names=("the gradients",))
    check("0" not in outcome.changed, "the gradients are right, but the call changed gray")


def both_as_one(code, gray):
    """Return magnitudes and directions as one array of vectors, which is right or wrong as a whole."""
    reply = on_the_circle(code, gray)
    try:
        magnitude, places = convert.parts(reply, MAGNITUDE_AND_ANGLE)
        return convert.numbers(magnitude, "magnitude", np.shape(places)) * places
    except convert.Unusable:
        return reply


# --- hog --------------------------------------------------------------------------------------------------


def away_from_edges(rng, height, width, bins):
    """Draw an image none of whose directions is near the edge between two bins."""
    while True:
        gray = gray_image(rng, height, width)
        down, across = np.gradient(gray)
        places = np.degrees(np.arctan2(down, across)) % 180 * bins / 180
        if np.abs(places - np.round(places)).min() > 1e-6:
            return gray


# Stands in for the hand-in's function, so that a mistake in it is not counted again; a hog that works out its gradients
# by itself never calls it. It holds numbers only: student code could read how they are computed.
PREPARED = """
import numpy

_gray, _magnitude, _angle = (numpy.frombuffer(bytes.fromhex(it)).reshape({shape}) for it in {contents})
_own_gradients = image_gradients


def image_gradients(gray):
    if numpy.array_equal(gray, _gray):
        return _magnitude.copy(), _angle.copy()
    return _own_gradients(gray)
"""


def right_gradients(gray):
    down, across = np.gradient(gray)
    return np.hypot(across, down), np.degrees(np.arctan2(down, across)) % 180


def hog_of(code, gray, *settings):
    """Make the call with the right gradients of this image at hand."""
    magnitude, angle = right_gradients(gray)
    contents = [
        array.tobytes().hex() for array in (gray, magnitude, angle)
    ]  # a large list takes long to compile
    prepared = PREPARED.format(shape=gray.shape, contents=contents)
    return code.extended(features=prepared).bind(HOG, gray, *settings)


@cells
@pytest.mark.weight(1.5)
@pytest.mark.parametrize(
    "size, settings",
    [((16, 24), ()), ((20, 26), (6, 9)), ((9, 13), (4, 7))],
    ids=["8 pixels and 9 bins", "6 pixels and 9 bins", "4 pixels and 7 bins"],
)
def test_histograms_of_cells(compare, rng, size, settings):
    bins = settings[1] if settings else 9
    compare(hog_of, away_from_edges(rng, *size, bins), *settings, names=("histograms",))


@cells
@pytest.mark.weight(0.5)
@pytest.mark.edge
def test_cells_that_are_flat_or_faint(compare, rng):
    gray = np.full((12, 20), 5.0)
    gray[:, 9:] = away_from_edges(rng, 12, 11, 6)
    gray[:, 16:] = 5 + 0.001 * gray[:, 16:]
    compare(hog_of, gray, 4, 6, names=("histograms",))


def require_no_loop(loops, over):
    def sized(rng, pixels_in_a_row_of_a_cell=2, rows_of_cells=6, columns_of_cells=4):
        height, width = (cells * pixels_in_a_row_of_a_cell for cells in (rows_of_cells, columns_of_cells))
        return away_from_edges(rng, height, width, 9), pixels_in_a_row_of_a_cell

    # All of them at their largest make an image of 192 × 192 pixels.
    n = {"pixels_in_a_row_of_a_cell": 3, "rows_of_cells": 4, "columns_of_cells": 4}
    loops(hog_of, sized, n=n, names=("histograms",), over=over)


@cells
@pytest.mark.weight(3)
def test_no_loop_over_the_rows_of_cells(loops):
    require_no_loop(loops, "rows_of_cells")


@cells
@pytest.mark.weight(1.5)
def test_no_loop_over_the_columns_of_cells(loops):
    require_no_loop(loops, "columns_of_cells")


@cells
@pytest.mark.weight(2)
def test_no_loop_over_the_pixels_in_a_cell(loops):
    require_no_loop(loops, "pixels_in_a_row_of_a_cell")


@cells
@pytest.mark.weight(1)
def test_speed(race):
    # Cells of a size at which a loop over cells alone, which other tests are about, is clearly fast enough.
    race(HOG, lambda rng: (away_from_edges(rng, 192, 256, 9), 4), full=10, none=30, names=("histograms",))


@cells
@pytest.mark.weight(0.5)
def test_hog_leaves_the_image_alone(unchanged, rng):
    unchanged(hog_of, away_from_edges(rng, 8, 12, 9), 4, names=("histograms",))


# --- polar ------------------------------------------------------------------------------------------------


def points(rng, count):
    """Draw points in all four quarters of the plane."""
    angles = np.linspace(-3.0, 3.0, count) + rng.uniform(-0.1, 0.1, size=count)
    radii = rng.uniform(0.5, 4.0, size=count)
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])


@coordinates
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("count", [1, 5, 8], ids="{} points".format)
def test_points_in_polar_coordinates(compare, rng, count):
    compare(POLAR, points(rng, count), names=("P",))


@coordinates
@pytest.mark.weight(1)
def test_points_on_the_axes(compare, rng):
    # Adding 0 makes every -0 a 0: the direction of (-1, -0) would be -pi.
    X = rng.uniform(0.5, 3.0, size=(4, 1)) * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]) + 0.0
    compare(POLAR, X, names=("P",))


@coordinates
@pytest.mark.weight(0.5)
def test_polar_leaves_the_points_alone(unchanged, rng):
    unchanged(POLAR, points(rng, 6), names=("P",))


# --- feature_matrix ---------------------------------------------------------------------------------------


def means(image):
    return image.mean(axis=(0, 1))


def brightest(image):
    return float(image.max())


def corner(image):
    return image[:2, :2, 1].astype(float)


def tenths(image):
    return np.array([0.1, 0.7])


def whether_wide(image):
    return image.shape[1] > image.shape[0]


def nothing_red(image):
    """Return two numbers: one that is the same for all images that hold no red, and one that is not."""
    return np.array([float(image[..., 0].max()), float(image[..., 2].std())])


def album(rng, count, height=4, width=5):
    return np.stack([picture(rng, height, width, int(rng.integers(120, 255))) for _ in range(count)])


@matrix
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "count, functions",
    [(5, [means, corner]), (7, [corner, brightest, means]), (4, [brightest]), (6, [corner])],
    ids=["two functions", "three functions", "a number", "an array"],
)
def test_features_of_training_images(compare, rng, count, functions):
    compare(FEATURE_MATRIX, album(rng, count), functions, names=("features",))


@matrix
@pytest.mark.weight(1)
def test_constant_features_of_training_images(compare, rng):
    """The standard deviation of eleven times 0.1 comes out as 1e-17, if not as 0."""
    compare(FEATURE_MATRIX, album(rng, 11), [tenths, means, whether_wide], names=("features",))


@matrix
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "count, trained, functions",
    [(3, 6, [means, corner]), (8, 5, [brightest, means])],
    ids=["3 like 6", "8 like 5"],
)
def test_features_like_those_of_training_images(compare, rng, count, trained, functions):
    images, training = album(rng, count), album(rng, trained)
    compare(FEATURE_MATRIX_LIKE, images // 2 + 60, functions, training, names=("features",))


@matrix
@pytest.mark.weight(1)
def test_features_that_were_constant_in_training(compare, rng):
    images, training = album(rng, 4), album(rng, 7)
    training[..., 0] = 30
    compare(FEATURE_MATRIX_LIKE, images, [nothing_red, tenths], training, names=("features",))


@matrix
@pytest.mark.weight(1)
def test_features_of_a_single_image(compare, rng):
    compare(FEATURE_MATRIX_LIKE, album(rng, 1), [corner, brightest], album(rng, 5), names=("features",))


@matrix
@pytest.mark.weight(0.5)
def test_feature_matrix_leaves_the_images_alone(unchanged, rng):
    unchanged(FEATURE_MATRIX, album(rng, 4), [means, corner], names=("features",))


@matrix
@pytest.mark.weight(0.5)
def test_feature_matrix_like_leaves_both_sets_alone(unchanged, rng):
    unchanged(FEATURE_MATRIX_LIKE, album(rng, 3), [means], album(rng, 4), names=("features",))


# --- what the grader tries on a wrong function ------------------------------------------------------------


@ladder(COLOR_HISTOGRAM, parts=("histogram",))
def coloured(
    rng,
    bins=Size(5, levels=(1, 3, 5, 7, 8, 11, 12)),
    height=Size(5, one="row", many="rows", levels=(1, 2, 5, 8)),
    grey=Case("all channels are equal"),
    dark=Case("no value is above 90"),
    black=Case("all values are 0"),
    edges=Case("values lie at the edges between two bins"),
):
    if edges and (black or bins == 1):
        return None  # there are no edges, or no values at them
    brightest = 90 if dark else 255
    # Away from the edges between bins, or at them: the first value of a bin, and the last one before it.
    places = picture(rng, height, 6, brightest).astype(np.int64) * bins // 256
    if edges:
        places = np.maximum(places, 1)
        image = -(-places * 256 // bins) - rng.integers(2, size=places.shape)
    else:
        places = np.minimum(places, (brightest - 5) * bins // 256)
        first, last = -(-places * 256 // bins) + 5, -(-(places + 1) * 256 // bins) - 8
        # There is no edge at 0, and a picture without black pixels would hide what depends on them.
        first = np.where(places == 0, 0, first)
        image = rng.integers(first, np.minimum(last, brightest), endpoint=True)
    image = image.astype(np.uint8)
    if grey:
        image[...] = image[..., 1:2]
    return dict(image=image * (0 if black else 1), bins=bins)


@ladder(SMOOTH, parts=("smoothed",))
def smoothed(
    rng,
    bins=Size(12, levels=(5, 9, 12, 16)),
    wide=Case("sigma is above 1"),
    whole=Case("3 * sigma is a whole number"),
    one=Case("sigma is 1"),
    flat=Case("the histogram is flat"),
    middle=Case("only a bin in the middle is not 0"),
):
    if one and (wide or not whole):
        return None
    # Just below a whole number, the farthest bin that is reached weighs most.
    widths = (2 / 3, 2.0) if whole else (0.65, 1.65)
    values = histogram(rng, bins)
    if middle:
        values[:] = 0
        values[bins // 2] = 1
    if flat:
        values[:] = 0.25
    if flat and middle:
        return None
    return dict(histogram=values, sigma=1.0 if one else widths[wide])


def rising(rng, height, width, across, down):
    """Return brightness that rises with these slopes, none of whose directions is at the edge of a bin."""
    return rng.uniform(0.5, 2.0) * (down * np.arange(height)[:, np.newaxis] + across * np.arange(width))


@ladder(IMAGE_GRADIENTS, parts=MAGNITUDE_AND_ANGLE, compared=with_angles_doubled)
def slopes(
    rng,
    rows=Size(5, levels=(2, 3, 5, 7)),
    columns=Size(6, levels=(2, 3, 6, 8)),
    ramp=Case("the brightness rises evenly"),
    across=Case("the brightness changes from left to right only"),
    down=Case("the brightness changes from top to bottom only"),
    flat=Case("the brightness is the same everywhere"),
):
    if (flat and (ramp or across or down)) or (across and down):
        return None
    if ramp:
        return dict(gray=rising(rng, rows, columns, 0.0 if down else 1.0, 0.0 if across else 0.37))
    gray = gray_image(rng, rows, columns)
    if across:
        gray = np.tile(gray[:1], (rows, 1))
    if down:
        gray = np.tile(gray[:, :1], (1, columns))
    return dict(gray=np.full_like(gray, 2.0) if flat else gray)


# The right gradients of whichever image is passed, at hand for one call.
AT_HAND = """
import numpy

_own_gradients, _at_hand = image_gradients, None


def image_gradients(gray):
    if numpy.array_equal(gray, _at_hand[0]):
        return _at_hand[1].copy(), _at_hand[2].copy()
    return _own_gradients(gray)


def ladder_hog_with_gradients(gray, magnitude, angle, *settings):
    global _at_hand
    _at_hand = gray.copy(), magnitude, angle
    return hog(gray, *settings)
"""


def with_gradients_at_hand(code):
    return code.extended(features=AT_HAND)


def hog_on_the_ladder(code, function, gray, *settings):
    return code.bind("features.ladder_hog_with_gradients", gray, *right_gradients(gray), *settings)


@ladder(HOG, parts=("histograms",), run=hog_on_the_ladder, prepare=with_gradients_at_hand)
def oriented(
    rng,
    cells_down=Size(2, one="row of cells", many="rows of cells", levels=(1, 2, 3)),
    cells_across=Size(3, one="column of cells", many="columns of cells", levels=(1, 2, 3)),
    pixels=Size(4, one="pixel along a cell", many="pixels along a cell", levels=(2, 4, 8)),
    even=Case("180 can be divided by the number of bins"),
    usual=Case("there are 9 bins"),
    remainder=Case("some pixels belong to no cell"),
    ramp=Case("the brightness rises evenly"),
    flat=Case("the brightness is the same everywhere"),
):
    # Of a single cell, the whole picture's histogram is the cell's.
    if (flat and ramp) or (usual and not even) or cells_down * cells_across == 1:
        return None
    bins = 9 if usual else int(rng.choice([4, 5, 12] if even else [7, 8, 11]))
    height, width = cells_down * pixels + remainder, cells_across * pixels + remainder
    if ramp:
        gray = rising(rng, height, width, 1.0, 0.37)
    else:
        gray = np.full((height, width), 2.0) if flat else away_from_edges(rng, height, width, bins)
    return dict(gray=gray, cell=pixels, bins=bins)


@ladder(POLAR, parts=("P",))
def plane(
    rng,
    points_=Size(6, one="point", many="points", along="X"),
    right=Case("all points have a positive x"),
    above=Case("all points have a positive y"),
    near=Case("all points are at distance 1"),
):
    X = points(rng, points_)
    if right:
        X[:, 0] = np.abs(X[:, 0])
    if above:
        X[:, 1] = np.abs(X[:, 1])
    if near:
        X /= np.sqrt(np.sum(X**2, axis=1, keepdims=True))
    return dict(X=X)


def functions_of(number, constant):
    return [*([tenths] if constant else []), means, corner, brightest][:number]


OF_AN_IMAGE = (means, corner, brightest, tenths)


@ladder(FEATURE_MATRIX, parts=("features",), beside=OF_AN_IMAGE)
def albums(
    rng,
    images=Size(6, along="images", levels=(2, 3, 6)),
    number_of_functions=Size(2, one="function", many="functions", levels=(1, 2, 3)),
    constant=Case("a feature is constant"),
):
    if constant and number_of_functions == 1:
        return None  # all of them would be
    return dict(images=album(rng, images), functions=functions_of(number_of_functions, constant))


@ladder(FEATURE_MATRIX_LIKE, parts=("features",), beside=OF_AN_IMAGE)
def other_albums(
    rng,
    images=Size(3, along="images", levels=(1, 2, 3)),
    training_images=Size(
        4, one="training image", many="training images", along="training_images", levels=(2, 3, 4)
    ),
    number_of_functions=Size(2, one="function", many="functions", levels=(1, 2)),
    constant=Case("a feature is constant"),
    frozen=Case("some features are constant over the training images alone"),
    same=Case("the images are the training images"),
):
    if (same and (images != training_images or frozen)) or (number_of_functions < 2 + constant and frozen):
        return None
    if constant and number_of_functions == 1:
        return None
    training = album(rng, training_images)
    if frozen:
        training[:, :2, :2] = training[0, :2, :2]
    others = training.copy() if same else album(rng, images)
    functions = functions_of(number_of_functions, constant)
    return dict(images=others, functions=functions, training_images=training)
