"""Votes with bincount and argpartition-free sorting; the two-loop version fills a preallocated array."""

import numpy as np


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train = X
        self.y_train = y

    def predict(self, X, k=1, num_loops=0):
        if num_loops == 2:
            return self.predict_labels(self.compute_distances_two_loops(X), k=k)
        if num_loops == 1:
            return self.predict_labels(self.compute_distances_one_loop(X), k=k)
        return self.predict_labels(self.compute_distances_no_loops(X), k=k)

    def compute_distances_two_loops(self, X):
        dists = np.zeros((len(X), len(self.X_train)))
        for i in range(dists.shape[0]):
            for j in range(dists.shape[1]):
                difference = X[i].astype(np.float64) - self.X_train[j]
                dists[i, j] = np.sqrt(difference @ difference)
        return dists

    def compute_distances_one_loop(self, X):
        dists = np.empty((len(X), len(self.X_train)))
        train = np.asarray(self.X_train, dtype=np.float64)
        for i, x in enumerate(X):
            dists[i] = np.sqrt(np.square(train - x).sum(1))
        return dists

    def compute_distances_no_loops(self, X):
        X, T = X.astype(np.float64), self.X_train.astype(np.float64)
        return np.sqrt(np.abs(-2 * X @ T.T + np.square(T).sum(1) + np.square(X).sum(1)[:, np.newaxis]))

    def predict_labels(self, dists, k=1):
        y = np.asarray(self.y_train)
        nearest = y[np.argsort(dists, axis=1, kind="stable")[:, :k]]
        return np.array([np.bincount(votes).argmax() for votes in nearest])


class NearestNeighbor:
    def train(self, X, y):
        self.X = X.astype(np.int64) if X.dtype.kind == "u" else X
        self.y = np.array(y)

    def predict(self, X):
        X = X.astype(np.int64) if X.dtype.kind == "u" else X
        found = np.zeros(len(X), dtype=self.y.dtype)
        for i in range(len(X)):
            found[i] = self.y[np.argmin(np.sum(np.abs(self.X - X[i]), axis=1))]
        return found


def cross_validate(X, y, k_choices, num_folds=5):
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    result = {}
    for k in k_choices:
        result[k] = []
        for i in range(num_folds):
            model = KNearestNeighbor()
            model.train(np.vstack(X_folds[:i] + X_folds[i + 1 :]), np.hstack(y_folds[:i] + y_folds[i + 1 :]))
            result[k].append(np.mean(model.predict(X_folds[i], k, 1) == y_folds[i]))
    return result


def best_k(accuracies):
    return max(sorted(accuracies), key=lambda k: np.mean(accuracies[k]))
