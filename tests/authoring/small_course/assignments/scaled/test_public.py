"""Public checks of scaling."""

import numpy as np
import pytest


@pytest.mark.question("standardise")
def test_two_points(expect):
    expect("scaled.standardise", np.array([[1.0], [3.0]]), equals=np.array([[-1.0], [1.0]]))
