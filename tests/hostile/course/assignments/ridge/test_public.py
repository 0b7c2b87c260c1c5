"""Public checks of ridge regression."""

import numpy as np
import pytest


@pytest.mark.question("loss")
def test_loss_of_one_example(expect):
    w, X, y = np.array([1.0, 2.0]), np.array([[3.0, 4.0]]), np.array([9.0])
    expect("ridge.loss", w, X, y, 0.5, equals=(6.5, np.array([13.0, 18.0])), names=("loss", "dw"))


@pytest.mark.question("descent")
def test_one_step_downhill(expect):
    def script(code, w):
        return code.new("descent.Descent", 0.5).call("fit", w, lambda w: 2.0 * w, 1)

    expect(script, np.array([3.0]), equals=np.zeros(1), names=("w",))


@pytest.mark.question("scale")
def test_two_rows(expect):
    X = np.array([[1.0, 5.0], [3.0, 9.0]])
    expect("scale.standardize", X, equals=np.array([[-1.0, -1.0], [1.0, 1.0]]), names=("X",))
