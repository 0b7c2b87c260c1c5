"""Your own tests of the SVM loss, for bonus points; nothing is lost without them.

Every function here whose name begins with ``test`` is a test. It calls `svm_loss_naive` or `svm_loss_vectorized` on
inputs that you choose and asserts what must hold of the result. When your work is graded, your tests are run on a
right version of both functions, where they have to pass, and on wrong versions, each with one mistake in both
functions: a version is caught if one of your tests fails on it. You never see how a version is written.
"""

import numpy as np
from linear_svm import svm_loss_naive, svm_loss_vectorized


def test_gradient_has_the_shape_of_the_weights():
    """An example: it passes on the right version, and on the wrong ones too, so it catches nothing."""
    W, X, y = np.zeros((4, 3)), np.ones((2, 4)), np.array([0, 2])
    for svm_loss in (svm_loss_naive, svm_loss_vectorized):
        _, dW = svm_loss(W, X, y, 0.5)
        assert dW.shape == W.shape
