"""Changed pictures are as far from their original as was asked for, or it is said that they cannot be."""

import numpy as np
import pytest

from autograder.kit import changes

ORIGINAL = np.random.default_rng(0).integers(40, 200, (8, 9, 3), dtype=np.uint8)
NOISE = np.random.default_rng(1).standard_normal(ORIGINAL.shape)


def distance(picture):
    return np.linalg.norm(picture - ORIGINAL.astype(float))


@pytest.mark.parametrize(
    "change",
    [
        lambda strength: ORIGINAL - strength,
        lambda strength: ORIGINAL + strength * np.array([1.0, -0.4, -1.0]),
        lambda strength: ORIGINAL + strength * NOISE,
        lambda strength: np.where(np.arange(9)[:, None] < 3, ORIGINAL - 2 * strength, ORIGINAL),
    ],
    ids=["darker", "tinted", "noisy", "a part"],
)
@pytest.mark.parametrize("wanted", [100.0, 500.0])
def test_a_change_is_as_strong_as_it_takes(change, wanted):
    picture = changes.at_distance(change, ORIGINAL, wanted)
    assert picture.dtype == np.uint8 and picture.shape == ORIGINAL.shape
    # Where all pixels change by the same amount, they round together: half a grey level for each number.
    assert distance(picture) == pytest.approx(wanted, abs=0.5 * np.sqrt(ORIGINAL.size))


def test_values_that_no_image_file_can_hold_are_clipped_and_not_wrapped():
    assert changes.pixels(np.array([-3.0, 0.4, 99.6, 255.4, 300.0])).tolist() == [0, 0, 100, 255, 255]


def test_a_change_that_is_too_weak_is_refused():
    with pytest.raises(ValueError, match="too weak: at its strongest the distance is 0, not 10"):
        changes.at_distance(lambda strength: ORIGINAL + 0 * strength, ORIGINAL, 10.0)


def test_the_original_is_left_unchanged():
    before = ORIGINAL.copy()
    changes.at_distance(lambda strength: ORIGINAL + strength, ORIGINAL, 50.0)
    assert np.array_equal(ORIGINAL, before)
