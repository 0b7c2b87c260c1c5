"""Small files in the real formats: pickled batches as Python 2 wrote them, binary batches, idx files."""

import gzip
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np


def examples(count, seed=0):
    """Return (count, 32, 32, 3) uint8 images and labels."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, count)


def planes(images):
    """Return the rows of a CIFAR-10 batch: red, green and blue plane after one another."""
    return np.array(
        [np.concatenate([image[..., channel].ravel() for channel in range(3)]) for image in images]
    )


def python_2_batch(rows, labels):
    """Return a batch pickled with protocol 2 by Python 2, where text and bytes are the same opcode."""

    def text(value):
        return b"T" + struct.pack("<i", len(value)) + value

    def integer(value):
        return b"J" + struct.pack("<i", value)

    kind = b"cnumpy\ndtype\n" + text(b"u1") + integer(0) + integer(1) + b"\x87R("
    kind += integer(3) + text(b"|") + b"NNN" + integer(-1) + integer(-1) + integer(0) + b"tb"
    shape = integer(rows.shape[0]) + integer(rows.shape[1]) + b"\x86"
    data = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n"
        + integer(0)
        + b"\x85"
        + text(b"b")
        + b"\x87R"
    )
    data += b"(" + integer(1) + shape + kind + b"\x89" + text(rows.tobytes()) + b"tb"
    entries = text(b"data") + data + text(b"labels") + b"](" + b"".join(map(integer, labels)) + b"e"
    return b"\x80\x02}(" + text(b"batch_label") + text(b"training batch 1 of 5") + entries + b"u."


def python_3_batch(rows, labels, protocol):
    return pickle.dumps({b"data": rows, b"labels": [int(label) for label in labels]}, protocol)


def binary_batch(rows, labels):
    return np.column_stack([np.asarray(labels, np.uint8), rows]).tobytes()


def cifar_folder(folder: Path, encode=python_2_batch, suffix="", batches=2, per_batch=6):
    """Write a cut-down CIFAR-10 and return its training and test examples."""
    folder.mkdir(parents=True, exist_ok=True)
    training = examples(batches * per_batch, seed=1)
    test = examples(per_batch, seed=2)
    for number in range(batches):
        part = slice(number * per_batch, (number + 1) * per_batch)
        content = encode(planes(training[0][part]), training[1][part])
        (folder / f"data_batch_{number + 1}{suffix}").write_bytes(content)
    (folder / f"test_batch{suffix}").write_bytes(encode(planes(test[0]), test[1]))
    return training, test


def archive(path: Path, members: dict[str, bytes], links: dict[str, str] | None = None):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return path


def idx(array, magic):
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.astype(np.uint8).tobytes()


def mnist_folder(folder: Path, packed=False, training=7, test=4):
    """Write a cut-down MNIST and return its arrays by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    arrays = {}
    for stem, count in (("train", training), ("t10k", test)):
        arrays[f"{stem}-images-idx3-ubyte"] = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"{stem}-labels-idx1-ubyte"] = rng.integers(0, 10, count, dtype=np.uint8)
    for name, array in arrays.items():
        content = idx(array, 2051 if array.ndim == 3 else 2049)
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return arrays
