"""CIFAR-10 from files that the user has: pickled or binary batches, in a folder or in their archive."""

import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from autograder.kit.data import files
from autograder.kit.data.examples import DataError, Examples
from autograder.kit.data.pickles import read_batch

CLASS_NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
BATCH = 10_000
FIRST_LABELS = [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
_MAX_ARCHIVE_BYTES = 2**30


def _binary_batch(content: bytes, where: str) -> tuple[NDArray[np.uint8], list[int]]:
    """Return pixels (N, 3072) and labels of records of one label byte and 3072 pixel bytes."""
    if len(content) % 3073:
        raise DataError(
            f"{where} is cut short or corrupt: its {len(content)} bytes are not whole records of 3073 bytes; "
            "download it again."
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, 3073)
    return records[:, 1:], records[:, 0].tolist()


@dataclass(frozen=True)
class _Format:
    """One of the two forms in which CIFAR-10 is published."""

    folder: str
    archive: str
    archive_md5: str
    suffix: str
    decode: Callable[[bytes, str], tuple[NDArray[np.uint8], list[int]]]

    def training_names(self, images: int) -> list[str]:
        """Return the batches that hold the first `images` training images."""
        batches = min(5, max(1, -(-images // BATCH)))
        return [f"data_batch_{number}{self.suffix}" for number in range(1, batches + 1)]

    @property
    def test_name(self) -> str:
        return f"test_batch{self.suffix}"


_FORMATS = (
    _Format(
        "cifar-10-batches-py", "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", "", read_batch
    ),
    _Format(
        "cifar-10-batches-bin",
        "cifar-10-binary.tar.gz",
        "c32a1d4ab5d03f1284b67883e8d87530",
        ".bin",
        _binary_batch,
    ),
)


def read(place: Path, training: int, complete: bool) -> tuple[Examples, Examples]:
    """Read CIFAR-10's training and test images.

    Parameters
    ----------
    place : Path
        An archive as published, or a folder that holds an archive or the batches.
    training : int
        How many training images are needed: later batches stay unread.
    complete : bool
        Whether to insist on the published files, whole. If False, a cut-down copy with fewer images per
        batch and fewer batches is read as well.

    Raises
    ------
    DataError
        If files are missing, cut short, corrupt, something else, or ask to run code.
    """
    contents, form = _contents(place, training if complete else 5 * BATCH, complete)
    decoded = {where: _decoded(content, where, form, complete) for where, content in contents.items()}
    test = next(where for where in decoded if where.endswith(form.test_name))
    batches = [batch for where, batch in decoded.items() if where != test]
    if complete and batches[0][1][: len(FIRST_LABELS)].tolist() != FIRST_LABELS:
        raise DataError(f"{next(iter(decoded))} is not CIFAR-10's first batch: its first labels differ.")
    images, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return (images, labels), decoded[test]


def _contents(place: Path, training: int, complete: bool) -> tuple[dict[str, bytes], _Format]:
    """Return the batches' bytes by their names for errors, training first and in order, and their form."""
    if place.is_file():
        return _from_archive(place, training, complete)
    if not place.is_dir():
        raise DataError(f"there is no folder or archive {place}: say where CIFAR-10 is.")
    for form in _FORMATS:
        for folder in (place, place / form.folder):
            if (folder / form.training_names(1)[0]).is_file():
                return _from_folder(folder, form, training, complete), form
    for form in _FORMATS:
        if (place / form.archive).is_file():
            return _from_archive(place / form.archive, training, complete)
    raise DataError(
        f"{place} holds no CIFAR-10: expected {_FORMATS[0].archive}, {_FORMATS[1].archive}, "
        "or a folder with the file data_batch_1 or data_batch_1.bin."
    )


def _from_folder(folder: Path, form: _Format, training: int, complete: bool) -> dict[str, bytes]:
    names = [*form.training_names(training), form.test_name]
    if not complete:
        names = [name for name in names if name == form.test_name or (folder / name).is_file()]
    return {str(folder / name): files.read(folder / name) for name in names}


def _from_archive(path: Path, training: int, complete: bool) -> tuple[dict[str, bytes], _Format]:
    md5 = files.md5_of(path)
    form = next((form for form in _FORMATS if form.archive_md5 == md5), None)
    if complete and form is None:
        raise DataError(
            f"{path} is cut short, corrupt or another file: its md5 checksum is that of neither "
            f"{_FORMATS[0].archive} nor {_FORMATS[1].archive}; download it again."
        )
    found = _members(path)
    form = form or _FORMATS[0 if _FORMATS[0].test_name in found else 1]
    names = [name for name in form.training_names(training) if name in found]
    if not names or form.test_name not in found:
        raise DataError(f"{path} holds no CIFAR-10: data_batch_1 or test_batch is not in it.")
    return {f"{path}/{name}": found[name] for name in [*names, form.test_name]}, form


def _members(path: Path) -> dict[str, bytes]:
    """Return the batches in an archive by name; nothing is extracted, and links are not followed."""
    wanted = {name for form in _FORMATS for name in [*form.training_names(5 * BATCH), form.test_name]}
    found: dict[str, bytes] = {}
    total = 0
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                total += member.size
                if member.size > files.MAX_BYTES or total > _MAX_ARCHIVE_BYTES:
                    raise DataError(f"{path} holds more than CIFAR-10 does: is it another file?")
                name = PurePosixPath(member.name).name
                if member.isreg() and name in wanted and (stream := archive.extractfile(member)):
                    found[name] = stream.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{path} is not a whole .tar.gz archive: download it again.") from error
    return found


def _decoded(content: bytes, where: str, form: _Format, complete: bool) -> Examples:
    """Return a batch as images (N, 32, 32, 3) and labels (N,)."""
    pixels, labels = form.decode(content, where)
    if complete and len(pixels) != BATCH:
        raise DataError(f"{where} holds {len(pixels)} images instead of {BATCH}: download it again.")
    if any(not 0 <= label < len(CLASS_NAMES) for label in labels):
        raise DataError(f"{where} is corrupt: it has labels beyond 0 to 9; download it again.")
    planes = pixels.reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), np.array(labels, np.int64)
