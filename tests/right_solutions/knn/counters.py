"""Plain Python where the task allows it, counters for the vote, a loop over pixels instead of examples."""

from collections import Counter

import numpy as np


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train, self.y_train = X, y

    def predict(self, X, k=1, num_loops=0):
        distances = [
            self.compute_distances_no_loops,
            self.compute_distances_one_loop,
            self.compute_distances_two_loops,
        ][num_loops]
        return self.predict_labels(distances(X), k)

    def compute_distances_two_loops(self, X):
        rows = []
        for a in X.astype(float):
            rows.append([sum((p - q) ** 2 for p, q in zip(a, b)) ** 0.5 for b in self.X_train.astype(float)])
        return np.array(rows)

    def compute_distances_one_loop(self, X):
        columns = [np.sqrt(((X.astype(float) - b) ** 2).sum(axis=1)) for b in self.X_train.astype(float)]
        return np.stack(columns, axis=1)

    def compute_distances_no_loops(self, X):
        A, B = X.astype(float), self.X_train.astype(float)
        centre = B.mean(axis=0)
        A, B = A - centre, B - centre
        squares = np.einsum("nd,nd->n", A, A)[:, None] + np.einsum("nd,nd->n", B, B) - 2 * A.dot(B.T)
        return np.sqrt(np.where(squares > 0, squares, 0))

    def predict_labels(self, dists, k=1):
        labels = []
        for row in dists:
            votes = Counter(int(self.y_train[j]) for j in np.argsort(row, kind="stable")[:k])
            most = max(votes.values())
            labels.append(min(label for label, count in votes.items() if count == most))
        return np.array(labels)


class NearestNeighbor:
    def train(self, X, y):
        self.data, self.labels = X.astype(float), y

    def predict(self, X):
        nearest = [np.abs(self.data - x).sum(axis=1).argmin() for x in X.astype(float)]
        return self.labels[np.array(nearest)]


def cross_validate(X, y, k_choices, num_folds=5):
    accuracies = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        rest = np.setdiff1d(np.arange(len(X)), fold)
        model = KNearestNeighbor()
        model.train(X[rest], y[rest])
        for k in k_choices:
            accuracies[k].append(float((model.predict(X[fold], k=k) == y[fold]).mean()))
    return accuracies


def best_k(accuracies):
    best, best_mean = None, -1.0
    for k in sorted(accuracies):
        mean = sum(accuracies[k]) / len(accuracies[k])
        if mean > best_mean + 1e-12:
            best, best_mean = k, mean
    return best
