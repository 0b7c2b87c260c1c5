"""CIFAR-10 from the user's files: right ones are read, wrong ones get one sentence, hostile ones run nothing."""

import functools
import gzip
import os
import pickle
import tarfile

import numpy as np
import pytest

from autograder.errors import AutograderError
from autograder.kit.data import DataError, load

from .data_files import (
    archive,
    binary_batch,
    cifar_folder,
    examples,
    planes,
    python_2_batch,
    python_3_batch,
)

small = functools.partial(load, "cifar10", train=8, val=2, test=5, complete=False)


def protocol(number):
    return functools.partial(python_3_batch, protocol=number)


def column_order(rows, labels):
    return python_3_batch(np.asfortranarray(rows), labels, 2)


def column_order_5(rows, labels):
    return python_3_batch(np.asfortranarray(rows), labels, 5)


@pytest.mark.parametrize(
    ("encode", "suffix"),
    [
        pytest.param(python_2_batch, "", id="python 2"),
        *(pytest.param(protocol(number), "", id=f"protocol {number}") for number in (2, 3, 4, 5)),
        pytest.param(column_order, "", id="column order"),
        pytest.param(column_order_5, "", id="column order, protocol 5"),
        pytest.param(binary_batch, ".bin", id="binary"),
    ],
)
@pytest.mark.parametrize("subfolder", ["", "inner"])
def test_batches_in_a_folder_are_read(tmp_path, encode, suffix, subfolder):
    inner = {"": "cifar-10-batches-py", ".bin": "cifar-10-batches-bin"}[suffix] if subfolder else ""
    (images, labels), (test_images, test_labels) = cifar_folder(tmp_path / inner, encode, suffix)
    data = small(tmp_path)
    assert np.array_equal(data.X_train, images[:8]) and np.array_equal(data.y_train, labels[:8])
    assert np.array_equal(data.X_val, images[8:10]) and np.array_equal(data.y_val, labels[8:10])
    assert np.array_equal(data.X_test, test_images[:5]) and np.array_equal(data.y_test, test_labels[:5])
    assert data.class_names[6] == "frog"


def test_numpy_itself_reads_the_python_2_batch_alike():
    images, labels = examples(3)
    batch = pickle.loads(python_2_batch(planes(images), labels), encoding="bytes")
    assert np.array_equal(batch[b"data"], planes(images))
    assert batch[b"labels"] == labels.tolist()


@pytest.mark.parametrize(("encode", "suffix"), [(python_2_batch, ""), (binary_batch, ".bin")])
def test_an_archive_is_read_without_extracting_it(tmp_path, encode, suffix):
    (images, _), _ = cifar_folder(tmp_path / "made", encode, suffix)
    contents = {f"cifar/{path.name}": path.read_bytes() for path in (tmp_path / "made").iterdir()}
    place = tmp_path / "place"
    place.mkdir()
    path = archive(place / "cifar-10-python.tar.gz", {"cifar/readme.html": b"<html>", **contents})
    for folder in (place, path):
        assert np.array_equal(small(folder).X_train, images[:8])
    assert [entry.name for entry in place.iterdir()] == [path.name]


def test_links_in_an_archive_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    cifar_folder(secret)
    links = {name: str(secret / name) for name in ("data_batch_1", "test_batch")}
    path = archive(tmp_path / "a.tar.gz", {}, links)
    with pytest.raises(DataError, match="holds no CIFAR-10"):
        small(path)


def test_an_oversized_member_is_refused_before_it_is_unpacked(tmp_path):
    member = tarfile.TarInfo("data_batch_1")
    member.size = 2**40
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(member.tobuf()))
    with pytest.raises(DataError, match="holds more than CIFAR-10 does"):
        small(path)


def test_an_archive_with_another_checksum_is_refused(tmp_path):
    cifar_folder(tmp_path / "made")
    contents = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    path = archive(tmp_path / "cifar-10-python.tar.gz", contents)
    with pytest.raises(DataError, match=r"cut short, corrupt or another file: its md5"):
        load("cifar10", path)


def test_a_truncated_archive_gets_one_sentence(tmp_path):
    cifar_folder(tmp_path / "made")
    contents = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    path = archive(tmp_path / "a.tar.gz", contents)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"a.tar.gz is not a whole .tar.gz archive: download it again"):
        small(path)


@pytest.mark.parametrize("name", ["data_batch_1", "test_batch"])
def test_a_cut_down_copy_is_refused_unless_allowed(tmp_path, name):
    cifar_folder(tmp_path)
    with pytest.raises(DataError, match=r"data_batch_1 holds 6 images instead of 10000"):
        load("cifar10", tmp_path, train=5, val=1)


@pytest.mark.parametrize("encode", [python_2_batch, protocol(4), protocol(5)])
@pytest.mark.parametrize("kept", [0, 1, 20, 0.5, 0.999])
def test_a_truncated_pickle_gets_one_sentence(tmp_path, encode, kept):
    cifar_folder(tmp_path, encode)
    path = tmp_path / "data_batch_1"
    content = path.read_bytes()
    path.write_bytes(content[: kept if kept in (0, 1, 20) else int(kept * len(content))])
    with pytest.raises(DataError, match=r"data_batch_1 is not a whole pickle, cut short or corrupt"):
        small(tmp_path)


def test_a_truncated_binary_batch_gets_one_sentence(tmp_path):
    cifar_folder(tmp_path, binary_batch, ".bin")
    path = tmp_path / "data_batch_2.bin"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"data_batch_2.bin is cut short or corrupt: its 18338 bytes"):
        small(tmp_path)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>404", b"\n  <html>", b"\xef\xbb\xbf<?xml version"])
@pytest.mark.parametrize("name", ["data_batch_1", "data_batch_1.bin", "cifar-10-python.tar.gz"])
def test_a_saved_web_page_is_called_one(tmp_path, page, name):
    (tmp_path / name).write_bytes(page)
    with pytest.raises(DataError, match="is a web page, not data: the download failed"):
        load("cifar10", tmp_path)


def test_a_missing_batch_is_named(tmp_path):
    cifar_folder(tmp_path)
    (tmp_path / "test_batch").unlink()
    with pytest.raises(DataError, match=r"test_batch cannot be read: No such file"):
        small(tmp_path)


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_a_wrong_place_gets_one_sentence(tmp_path, place):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"there is no folder or archive|holds no CIFAR-10: expected"):
        load("cifar10", tmp_path / place)


@pytest.mark.parametrize(("encode", "suffix"), [(python_2_batch, ""), (binary_batch, ".bin")])
def test_labels_beyond_the_classes_are_corrupt(tmp_path, encode, suffix):
    cifar_folder(tmp_path, encode, suffix)
    images, _ = examples(2)
    (tmp_path / f"data_batch_1{suffix}").write_bytes(encode(planes(images), [3, 10]))
    with pytest.raises(DataError, match="labels beyond 0 to 9"):
        small(tmp_path)


rows = planes(examples(2)[0])


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        ([1, 2], "is not a CIFAR-10 batch"),
        ({}, "it has no 'data'"),
        ({b"data": rows}, "it has no 'labels'"),
        ({b"data": rows, b"labels": [1]}, "there are 2 images but 1 labels"),
        ({b"data": rows, b"labels": ["1", "2"]}, "labels are not a list of integers"),
        ({b"data": rows.astype(float), b"labels": [1, 2]}, "pixels are not of type uint8"),
        ({b"data": rows.reshape(2, 3, 1024), b"labels": [1, 2]}, r"not of shape \(N, 3072\)"),
        ({b"data": rows.tolist(), b"labels": [1, 2]}, "data are not an array"),
    ],
)
@pytest.mark.parametrize("number", [2, 5])
def test_a_pickle_of_something_else_gets_one_sentence(tmp_path, batch, reason, number):
    cifar_folder(tmp_path)
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(batch, number))
    with pytest.raises(DataError, match=reason):
        small(tmp_path)


class Call:
    """Pickles as a call of any function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (os.system, ("touch {}",)),
        (eval, ("open(r'{}', 'w')",)),
        (exec, ("open(r'{}', 'w')",)),
        (open, ("{}", "w")),
        (getattr, (os, "system")),
        (np.save, ("{}", 1)),
        (np.load, ("{}",)),
        (functools.partial, (os.mkdir, "{}")),
    ],
)
def test_a_hostile_pickle_is_named_and_nothing_of_it_runs(tmp_path, number, function, arguments):
    mark = tmp_path / "mark"
    arguments = tuple(value.format(mark) if isinstance(value, str) else value for value in arguments)
    if function is getattr:
        arguments = (Call(__import__, "os"), "system")
    cifar_folder(tmp_path)
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(Call(function, *arguments), number))
    with pytest.raises(DataError, match=r"data_batch_1 asks for '.*nothing of it was run"):
        small(tmp_path)
    assert not mark.exists()


ADMITTED = b"cnumpy.core.multiarray\n_reconstruct\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"cnumpy.core.multiarray\nload\n.", id="other name of an admitted module"),
        pytest.param(b"cnumpy\ncore.multiarray._reconstruct\n.", id="dotted name"),
        pytest.param(b"\x80\x04\x8c\x05numpy\x8c\x14ndarray.__subclasses__\x93.", id="attribute of a name"),
        pytest.param(b"(ios\nsystem\nS'true'\n.", id="INST"),
        pytest.param(b"\x80\x02\x82\x01.", id="extension registry"),
        pytest.param(b"Pname\n.", id="persistent id"),
        pytest.param(b"c_codecs\nencode\n(I5\nS'zlib'\ntR.", id="codec of a number"),
        pytest.param(ADMITTED + b"}S'__setstate__'\nNsb.", id="state of a constructor"),
        pytest.param(ADMITTED + b"(N}S'__setstate__'\nNst\x86b.", id="attributes of a constructor"),
        pytest.param(b"cnumpy\nndarray\n(I1000000000000\ntR.", id="huge array"),
        pytest.param(b"\x80\x04B\xff\xff\xff\x7f.", id="huge length"),
        pytest.param(b"\x80\x04\x8e" + b"\xff" * 8 + b".", id="huge length, 64 bits"),
    ],
)
def test_a_crafted_pickle_gets_one_sentence_and_does_no_harm(tmp_path, content):
    cifar_folder(tmp_path)
    good = (tmp_path / "data_batch_1").read_bytes()
    (tmp_path / "data_batch_1").write_bytes(content)
    with pytest.raises(DataError, match=r"data_batch_1 (asks for|is not a)"):
        small(tmp_path)
    (tmp_path / "data_batch_1").write_bytes(good)
    assert len(small(tmp_path).X_train) == 8


def test_an_array_that_promises_more_than_it_holds_is_refused(tmp_path):
    images, labels = examples(4)
    cifar_folder(tmp_path)
    content = python_2_batch(planes(images), labels).replace(
        b"J\x04\0\0\0J\0\x0c\0\0", b"J\xff\xff\xff\x7fJ\0\x0c\0\0"
    )
    (tmp_path / "data_batch_1").write_bytes(content)
    with pytest.raises(DataError, match="its pixels are incomplete"):
        small(tmp_path)


def test_the_error_is_of_the_family_that_is_shown_as_one_sentence():
    assert issubclass(DataError, AutograderError)


def whole_batch(encode, first_labels):
    labels = np.zeros(10_000, int)
    labels[: len(first_labels)] = first_labels
    return encode(np.zeros((10_000, 3072), np.uint8), labels)


@pytest.mark.parametrize(("encode", "suffix"), [(python_2_batch, ""), (binary_batch, ".bin")])
def test_whole_batches_are_read_as_far_as_needed(tmp_path, encode, suffix):
    for name in ("data_batch_1", "test_batch"):
        content = whole_batch(encode, [6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
        (tmp_path / f"{name}{suffix}").write_bytes(content)
    data = load("cifar10", tmp_path)
    assert (len(data.X_train), len(data.X_val), len(data.X_test)) == (5000, 500, 500)
    assert data.y_train[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    with pytest.raises(DataError, match="data_batch_2"):
        load("cifar10", tmp_path, train=10_000, val=1)


def test_a_batch_of_other_labels_is_not_cifars_first(tmp_path):
    for name in ("data_batch_1.bin", "test_batch.bin"):
        (tmp_path / name).write_bytes(whole_batch(binary_batch, [1, 2, 3]))
    with pytest.raises(DataError, match="not CIFAR-10's first batch"):
        load("cifar10", tmp_path)
