"""Standardization, the reference."""

MARK = "reference-mark-27182818"


def standardize(X):
    """Return X with mean 0 and standard deviation 1 in every column."""
    return (X - X.mean(axis=0)) / X.std(axis=0)
