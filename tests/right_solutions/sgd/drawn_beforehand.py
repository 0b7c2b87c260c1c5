"""Draws all batches and all tries beforehand, steps in place on a copy, and finds the best by argmax."""

from itertools import product

import numpy as np
from linear_svm import *  # noqa: F403
from softmax import *  # noqa: F403


class LinearClassifier:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        generator = np.random.Generator(np.random.MT19937())
        if self.W is None:
            self.W = generator.normal(scale=1e-3, size=(X.shape[1], int(y.max()) + 1))
        else:
            self.W = np.array(self.W)
        batches = (generator.random((num_iters, batch_size)) * X.shape[0]).astype(np.int64)
        history = np.zeros(num_iters)
        for iteration, batch in enumerate(batches):
            history[iteration], dW = self.loss(X.take(batch, axis=0), y.take(batch), reg=reg)
            self.W -= learning_rate * dW
            if verbose:
                print(iteration, history[iteration], flush=True)
        return history.tolist()

    def predict(self, X):
        labels = []
        for scores in X @ self.W:
            best = 0
            for label, score in enumerate(scores):
                if score > scores[best]:
                    best = label
            labels.append(best)
        return np.array(labels)


class LinearSVM(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        loss, dW = svm_loss_naive(self.W, X_batch, y_batch, reg)  # noqa: F405
        return loss, dW


class Softmax(LinearClassifier):
    def loss(self, *batch_and_reg, **named):
        return softmax_loss_vectorized(self.W, *batch_and_reg, *named.values())  # noqa: F405


def random_search(loss, shape, num_tries, rng, scale=1e-4):
    weights = rng.standard_normal((num_tries, *shape)) * scale
    losses = [loss(W) for W in weights]
    best = int(np.argmin(losses))
    return weights[best].copy(), losses[best], losses


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):
    settings = list(product(learning_rates, regs))
    models = [make() for _ in settings]
    results = {}
    for (learning_rate, reg), model in zip(settings, models, strict=True):
        model.train(X_train, y_train, learning_rate=learning_rate, reg=reg, **train_kwargs)
        right = [
            np.count_nonzero(model.predict(X) == y) / len(y) for X, y in [(X_train, y_train), (X_val, y_val)]
        ]
        results[learning_rate, reg] = tuple(right)
    validation = [results[pair][1] for pair in settings]
    best = int(np.argmax(validation))
    return results, validation[best], models[best]
