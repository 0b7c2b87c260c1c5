"""Linear classifiers trained by stochastic gradient descent, and the search for what training does not find."""

import numpy as np
from linear_svm import svm_loss_vectorized
from softmax import softmax_loss_vectorized


class LinearClassifier:
    """A classifier that scores classes by ``X @ W``; its subclasses say what a wrong score costs."""

    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        """Run `num_iters` steps of stochastic gradient descent and return the loss before each of them."""
        rng = np.random.default_rng()
        if self.W is None:
            self.W = 0.001 * rng.standard_normal((X.shape[1], np.max(y) + 1))
        history = []
        for iteration in range(num_iters):
            batch = rng.integers(len(X), size=batch_size)
            loss, gradient = self.loss(X[batch], y[batch], reg)
            history.append(float(loss))
            self.W = self.W - learning_rate * gradient
            if verbose and iteration % 100 == 0:
                print(f"iteration {iteration} of {num_iters}: loss {loss:.6f}")
        return history

    def predict(self, X):
        """Return the label with the highest score for each row of `X`."""
        return np.argmax(self.W.T @ X.T, axis=0)

    def loss(self, X_batch, y_batch, reg):
        """Return loss and gradient on a batch; subclasses define them."""
        raise NotImplementedError("a LinearClassifier has no loss of its own; train a LinearSVM or a Softmax")


class LinearSVM(LinearClassifier):
    """A linear classifier with the multiclass SVM loss."""

    def loss(self, X_batch, y_batch, reg):
        """Return the hinge loss and its gradient."""
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
    """A linear classifier with the softmax loss."""

    def loss(self, X_batch, y_batch, reg):
        """Return the cross-entropy loss and its gradient."""
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)


def random_search(loss, shape, num_tries, rng, scale=1e-4):
    """Return the best of `num_tries` random weights, its loss, and the losses of all."""
    best_W, best_loss = None, None
    losses = []
    for _ in range(num_tries):
        W = rng.standard_normal(shape) * scale
        losses.append(float(loss(W)))
        if best_loss is None or losses[-1] < best_loss:
            best_W, best_loss = W, losses[-1]
    return best_W, best_loss, losses


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):
    """Return all accuracies, the highest on the validation set, and the classifier that reached it first."""
    results, best_val, best_model = {}, -1.0, None
    for learning_rate in learning_rates:
        for reg in regs:
            model = make()
            model.train(X_train, y_train, learning_rate=learning_rate, reg=reg, **train_kwargs)
            train = float(np.mean(model.predict(X_train) == y_train))
            val = float(np.mean(model.predict(X_val) == y_val))
            results[learning_rate, reg] = train, val
            if val > best_val:
                best_val, best_model = val, model
    return results, best_val, best_model
