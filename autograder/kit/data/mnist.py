"""MNIST from the four idx files that the user has, plain or packed with gzip."""

import math
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograder.kit.data import files
from autograder.kit.data.examples import DataError, Examples

CLASS_NAMES = tuple("0123456789")


@dataclass(frozen=True)
class _File:
    """One of the four files; the md5 is of the unpacked bytes, where it is published."""

    stem: str
    magic: int
    shape: tuple[int, ...]
    md5: str | None = None

    @property
    def size(self) -> int:
        """Bytes of header and body."""
        return 4 + 4 * len(self.shape) + math.prod(self.shape)


TRAINING_IMAGES = _File("train-images", 2051, (60_000, 28, 28))
TRAINING_LABELS = _File("train-labels", 2049, (60_000,), "a25bea736e30d166cdddb491f175f624")
TEST_IMAGES = _File("t10k-images", 2051, (10_000, 28, 28), "2646ac647ad5339dbf082846283269ea")
TEST_LABELS = _File("t10k-labels", 2049, (10_000,), "27ae3e4e09519cfbb04c329615203637")


def read(folder: Path, complete: bool) -> tuple[Examples, Examples]:
    """Read MNIST's training and test images.

    Parameters
    ----------
    folder : Path
        Holds `train-images-idx3-ubyte` and its three companions, or the same with `.gz`.
    complete : bool
        Whether to insist on the published files, whole. If False, files with fewer records are read as well.

    Raises
    ------
    DataError
        If files are missing, cut short, corrupt or something else.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}: say where MNIST's four files are.")
    training = _pair(folder, TRAINING_IMAGES, TRAINING_LABELS, complete)
    return training, _pair(folder, TEST_IMAGES, TEST_LABELS, complete)


def _pair(folder: Path, images: _File, labels: _File, complete: bool) -> Examples:
    pixels, classes = (_array(_find(folder, file), file, complete) for file in (images, labels))
    if len(pixels) != len(classes):
        raise DataError(
            f"{folder} mixes two data sets: {images.stem} has {len(pixels)} images, "
            f"{labels.stem} {len(classes)} labels."
        )
    if classes.max(initial=0) > 9:
        raise DataError(
            f"{_find(folder, labels)} is corrupt: it has labels beyond 0 to 9; download it again."
        )
    return pixels, classes.astype(np.int64)


def _find(folder: Path, file: _File) -> Path:
    kind = f"idx{len(file.shape)}-ubyte"
    names = [f"{file.stem}{joint}{kind}{suffix}" for suffix in ("", ".gz") for joint in "-."]
    for place in (folder, folder / "MNIST" / "raw"):
        for name in names:
            if (place / name).is_file():
                return place / name
    raise DataError(f"{folder} holds no {names[0]}, neither plain nor as .gz: MNIST has four files.")


def _array(path: Path, file: _File, complete: bool) -> NDArray[np.uint8]:
    """Return the array of an idx file: magic number, lengths (all 32 bits, big-endian), then bytes."""
    content = files.read(path)
    start = 4 + 4 * len(file.shape)
    if len(content) < start:
        raise DataError(f"{path} is cut short: it ends within its header; download it again.")
    magic, *lengths = struct.unpack_from(f">{1 + len(file.shape)}I", content)
    if magic != file.magic:
        raise DataError(f"{path} is not the idx file it should be: it begins with {magic}, not {file.magic}.")
    if tuple(lengths[1:]) != file.shape[1:]:
        raise DataError(f"{path} is not MNIST: its images are not 28 by 28 pixels.")
    promised = start + math.prod(lengths)
    if len(content) != promised:
        raise DataError(
            f"{path} is cut short or corrupt: its header promises {promised} bytes, but there are "
            f"{len(content)}; download it again."
        )
    if complete:
        if len(content) != file.size:
            raise DataError(
                f"{path} holds {lengths[0]} records instead of {file.shape[0]}: download it again."
            )
        if file.md5 is not None:
            files.refuse_other_md5(content, file.md5, path)
    return np.frombuffer(content, np.uint8, offset=start).reshape(lengths)
