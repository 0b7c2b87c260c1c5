"""Image data sets for the notebooks: two drawn on the spot, and CIFAR-10 and MNIST if the user has them.

>>> from autograder.kit.data import load
>>> data = load()
>>> data
<shapes: 5000 training, 500 validation and 500 test examples of 32 x 32 x 3 uint8 in 10 classes>

Nothing is ever downloaded.
"""

from pathlib import Path
from typing import Literal

from autograder.kit.data import cifar, digits, mnist, shapes
from autograder.kit.data.dataset import Dataset, add_bias, flatten, subtract_mean
from autograder.kit.data.examples import DataError, Examples

__all__ = ["DataError", "Dataset", "add_bias", "flatten", "load", "subtract_mean"]

_CLASS_NAMES = {
    "shapes": shapes.CLASS_NAMES,
    "digits": digits.CLASS_NAMES,
    "cifar10": cifar.CLASS_NAMES,
    "mnist": mnist.CLASS_NAMES,
}
_DRAWN = {"shapes": shapes, "digits": digits}


def load(
    name: Literal["shapes", "digits", "cifar10", "mnist"] = "shapes",
    folder: str | Path | None = None,
    *,
    train: int = 5_000,
    val: int = 500,
    test: int = 500,
    form: Literal["images", "rows"] = "images",
    complete: bool = True,
) -> Dataset:
    """Load a data set.

    The first `train` training images are for training, the next `val` for validation; the first `test` test
    images are for the test.

    Parameters
    ----------
    name : "shapes", "digits", "cifar10" or "mnist"
        "shapes" and "digits" are drawn on the spot and need no files. "shapes": 10 classes, 5,500 training and 500
        test images of 32 x 32 pixels in colour. "digits": 10 classes, 5,500 training and 1,000 test images of
        28 x 28 pixels in grey.
    folder : path, optional
        Where the files of CIFAR-10 (an archive, or a folder with it or its batches) or MNIST are.
    train, val, test : int
        How many examples of each part.
    form : "images" or "rows"
        uint8 images (N, height, width[, 3]), or float64 rows (N, D).
    complete : bool
        Whether to insist on the complete, published files of CIFAR-10 or MNIST; False reads cut-down copies too.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If there are fewer examples than asked for, or files are missing, cut short, corrupt or hostile.
    """
    if form not in ("images", "rows"):
        raise DataError(f"there is no form '{form}': choose 'images' or 'rows'.")
    for part, count in (("train", train), ("val", val), ("test", test)):
        if count < 0:
            raise DataError(f"{part}={count} is less than nothing: ask for 0 or more examples.")
    (images, labels), (test_images, test_labels) = _read(name, folder, train + val, complete)
    for asked, there, kind in (
        (train + val, len(labels), "training and validation"),
        (test, len(test_labels), "test"),
    ):
        if asked > there:
            raise DataError(f"'{name}' has {there} images for {kind} here, not {asked}: ask for fewer.")
    data = Dataset(
        name,
        images[:train].copy(),
        labels[:train].copy(),
        images[train : train + val].copy(),
        labels[train : train + val].copy(),
        test_images[:test].copy(),
        test_labels[:test].copy(),
        _CLASS_NAMES[name],
    )
    return data.map(flatten) if form == "rows" else data


def _read(name: str, folder: str | Path | None, training: int, complete: bool) -> tuple[Examples, Examples]:
    """Return the training and the test images of a data set."""
    if name not in _CLASS_NAMES:
        raise DataError(f"there is no data set '{name}': choose 'shapes', 'digits', 'cifar10' or 'mnist'.")
    if drawn := _DRAWN.get(name):
        return shapes.divided(name, drawn.draw(), drawn.SHA256, drawn.TEST_IMAGES)
    if folder is None:
        raise DataError(f"'{name}' does not come with this course: say where its files are with folder=…")
    if name == "cifar10":
        return cifar.read(Path(folder), training, complete)
    return mnist.read(Path(folder), complete)
