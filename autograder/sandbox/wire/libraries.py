"""Libraries that hand-ins import and that are not there when they are graded, by their top-level names."""

from __future__ import annotations

from collections.abc import Container

INERT = frozenset(
    {
        "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "altair", "cycler",
        "IPython", "ipywidgets", "google", "nbformat", "wandb", "tensorboard", "termcolor", "colorama",
        "imageio", "PIL",
    }
)  # fmt: skip
"""Libraries of plots, notebooks and pictures, whose stand-ins accept everything and do nothing."""
COMPATIBILITY = frozenset({"tqdm", "past", "future", "six", "__builtin__"})
"""Libraries whose stand-ins do what they are used for."""
OTHERS = frozenset(
    {
        "autograd", "autograder", "bottleneck", "cupy", "cv2", "cvxopt", "cvxpy", "Cython",
        "dask", "distributed", "einops", "flax", "h5py", "haiku", "imblearn", "jax", "joblib", "keras",
        "lightgbm", "msgspec", "networkx", "nltk", "numba", "numexpr", "optax", "pandas", "polars", "pyarrow",
        "pytest", "requests", "scipy", "skimage", "sklearn", "spacy", "statsmodels", "sympy", "tensorflow",
        "theano", "torch", "torchvision", "transformers", "xarray", "xgboost", "yaml",
    }
)  # fmt: skip
"""Further libraries: a name of this list is never taken for the folder of a course."""
KNOWN = INERT | COMPATIBILITY | OTHERS

RELATIVE = "__handed_in__"
"""Stands for each folder that a relative import may begin from."""


def handed_in(module: str, modules: Container[str], offered: Container[str] = ()) -> str | None:
    """Return the file of a hand-in that an import from a folder means, or None.

    In `cs231n.classifiers.softmax` the folders are those of the course; in grading, all files lie side by side.

    Parameters
    ----------
    module
        Dotted name as it is imported.
    modules
        The files of the hand-in, without `.py`.
    offered
        Top-level names that are really there.
    """
    top, _, rest = module.partition(".")
    last = rest.rpartition(".")[2]
    return last if last in modules and top not in KNOWN and top not in offered else None
