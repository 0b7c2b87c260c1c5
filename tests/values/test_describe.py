"""What is shown of a value is what it is now, though arrays that come again are printed once."""

from __future__ import annotations

import numpy as np

from autograder.values.describe import shown


def test_arrays_of_the_same_bytes_are_shown_by_their_own_type_and_shape() -> None:
    row = np.zeros(4)
    assert shown(row).endswith("[0. 0. 0. 0.]")
    assert shown(row.astype(np.int64)).endswith("[0 0 0 0]")
    assert shown(row.reshape(2, 2)).endswith("[[0. 0.]\n [0. 0.]]")
    assert shown(row.view(complex)).endswith("[0.+0.j 0.+0.j]")


def test_an_array_that_has_changed_is_shown_as_it_is_now() -> None:
    row = np.zeros(3)
    before = shown(row)
    row[1] = 2.0
    assert before.endswith("[0. 0. 0.]")
    assert shown(row).endswith("[0. 2. 0.]")
    assert shown(row[::-1]).endswith("[0. 2. 0.]")
    assert shown(np.arange(6.0).reshape(2, 3).T).endswith("[[0. 3.]\n [1. 4.]\n [2. 5.]]")
