"""Nearest-neighbour classifiers and the choice of k by cross-validation."""

import numpy as np


class KNearestNeighbor:
    """Classifier that lets the k nearest training examples vote, by Euclidean distance."""

    def train(self, X, y):
        """Remember the training examples."""
        self.X_train = X
        self.y_train = y

    def predict(self, X, k=1, num_loops=0):
        """Return the predicted label of every row of X."""
        if num_loops == 0:
            dists = self.compute_distances_no_loops(X)
        elif num_loops == 1:
            dists = self.compute_distances_one_loop(X)
        elif num_loops == 2:
            dists = self.compute_distances_two_loops(X)
        else:
            raise ValueError(f"num_loops is {num_loops}; it has to be 0, 1 or 2")
        return self.predict_labels(dists, k=k)

    def compute_distances_two_loops(self, X):
        """Return the (num_test, num_train) Euclidean distances, pair by pair."""
        X, X_train = as_float64(X, self.X_train)
        dists = np.empty((len(X), len(X_train)))
        for i in range(len(X)):
            for j in range(len(X_train)):
                dists[i, j] = np.sum((X[i] - X_train[j]) ** 2)
        return np.sqrt(dists)

    def compute_distances_one_loop(self, X):
        """Return the (num_test, num_train) Euclidean distances, one test example at a time."""
        X, X_train = as_float64(X, self.X_train)
        dists = np.empty((len(X), len(X_train)))
        for i in range(len(X)):
            dists[i] = np.sum((X_train - X[i]) ** 2, axis=1)
        return np.sqrt(dists)

    def compute_distances_no_loops(self, X):
        """Return the (num_test, num_train) Euclidean distances from one matrix product."""
        X, X_train = as_float64(X, self.X_train)
        norms, norms_train = np.einsum("id,id->i", X, X), np.einsum("jd,jd->j", X_train, X_train)
        dists = norms[:, np.newaxis] + norms_train - 2 * (X @ X_train.T)
        # Of two equal examples rounding may leave a square just below 0, whose root would be NaN.
        np.maximum(dists, 0, out=dists)
        return np.sqrt(dists)

    def predict_labels(self, dists, k=1):
        """Return the label that most of the k nearest training examples have."""
        labels = np.zeros(len(dists), dtype=int)
        for i, row in enumerate(dists):
            nearest = np.argsort(row, kind="stable")[:k]
            # The classes ascend and argmax takes the first of equals: ties go to the smaller label.
            classes, votes = np.unique(self.y_train[nearest], return_counts=True)
            labels[i] = classes[np.argmax(votes)]
        return labels


class NearestNeighbor:
    """Classifier that copies the label of the nearest training example, by L1 distance."""

    def train(self, X, y):
        """Remember the training examples."""
        self.X_train = X
        self.y_train = y

    def predict(self, X):
        """Return the label of the training example nearest to each row of X."""
        X, X_train = as_float64(X, self.X_train)
        labels = np.zeros(len(X), dtype=int)
        for i in range(len(X)):
            dists = np.sum(np.abs(X_train - X[i]), axis=1)
            labels[i] = self.y_train[np.argmin(dists)]
        return labels


def cross_validate(X, y, k_choices, num_folds=5):
    """Return the accuracy of `KNearestNeighbor` on every fold, for every k."""
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    accuracies = {k: [] for k in k_choices}
    for fold in range(num_folds):
        X_rest = np.concatenate(X_folds[:fold] + X_folds[fold + 1 :])
        y_rest = np.concatenate(y_folds[:fold] + y_folds[fold + 1 :])
        X_val, y_val = X_folds[fold], y_folds[fold]
        model = KNearestNeighbor()
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_val)
        for k in k_choices:
            accuracy = float(np.mean(model.predict_labels(dists, k=k) == y_val))
            accuracies[k].append(accuracy)
    return accuracies


def best_k(accuracies):
    """Return the k with the highest mean accuracy; of equally good ones, the smallest."""
    return min(accuracies, key=lambda k: (-np.mean(accuracies[k]), k))


def as_float64(*arrays):
    """Return the arrays as float64, in which the differences of pixels do not wrap around."""
    return tuple(np.asarray(array, dtype=np.float64) for array in arrays)
