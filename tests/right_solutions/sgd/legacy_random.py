"""Uses NumPy's global random numbers, seeds them, prints, and steps with a fresh array each time."""

import linear_svm
import numpy as np
import softmax


class LinearClassifier(object):
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        num_train, dim = X.shape
        num_classes = np.max(y) + 1
        np.random.seed(231)
        if self.W is None:
            self.W = 0.001 * np.random.randn(dim, num_classes)
        loss_history = []
        for it in range(num_iters):
            batch_idx = np.random.choice(num_train, batch_size, replace=True)
            X_batch = X[batch_idx]
            y_batch = y[batch_idx]
            loss, grad = self.loss(X_batch, y_batch, reg)
            loss_history.append(loss)
            self.W = self.W - learning_rate * grad
            if verbose and it % 10 == 0:
                print("iteration %d / %d: loss %f" % (it, num_iters, loss))
        return loss_history

    def predict(self, X):
        scores = X.dot(self.W)
        return np.argsort(-scores, axis=1, kind="stable")[:, 0]

    def loss(self, X_batch, y_batch, reg):
        raise NotImplementedError


class LinearSVM(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return linear_svm.svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return softmax.softmax_loss_vectorized(W=self.W, X=X_batch, y=y_batch, reg=reg)


def random_search(loss, shape, num_tries, rng, scale=1e-4):
    bestloss = float("inf")
    losses = []
    for _ in range(num_tries):
        W = rng.standard_normal(shape) * scale
        value = loss(W)
        losses.append(value)
        if value < bestloss:
            bestloss = value
            bestW = W.copy()
    return bestW, bestloss, losses


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):
    results = {}
    best_val = -1
    best_model = None
    for lr in learning_rates:
        for reg in regs:
            clf = make()
            clf.train(X_train, y_train, lr, reg, **train_kwargs)
            train_acc = np.mean(y_train == clf.predict(X_train))
            val_acc = np.mean(y_val == clf.predict(X_val))
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_model = clf
    return results, best_val, best_model
