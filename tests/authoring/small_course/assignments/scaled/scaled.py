"""Features on one scale."""


def standardise(X):
    """Return X with zero mean and unit variance in each column."""
    raise NotImplementedError("fill in standardise in scaled.py")
