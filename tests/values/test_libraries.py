"""The files that know a library's values are found by its name, and what the docs show of one works."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from autograder.values import libraries
from autograder.values.kinds import Foreign
from autograder.values.same import compare_values

DOCS = Path(__file__).parents[2] / "docs" / "values.md"


class Tensor:
    """As much of a tensor as the example needs."""

    requires_grad = True

    def __init__(self, numbers) -> None:
        self._numbers = np.asarray(numbers)

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self._numbers


Tensor.__module__ = "torch"


@pytest.fixture
def torch_of_the_docs(tmp_path, monkeypatch):
    [text] = re.findall(r'```python\n("""Tensors.*?)```', DOCS.read_text(), re.DOTALL)
    (tmp_path / "of_torch.py").write_text(text)
    torch = ModuleType("torch")
    torch.__dict__.update(
        Tensor=Tensor, tensor=lambda numbers, requires_grad: SimpleNamespace(made_of=numbers)
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(libraries, "__file__", str(tmp_path / "libraries.py"))
    libraries._file.cache_clear()
    yield
    libraries._file.cache_clear()
    shutil.rmtree(tmp_path)


def test_the_file_that_the_docs_show_is_all_that_a_library_needs(torch_of_the_docs):
    right, wrong = Tensor([1.0, 2.0]), Tensor([1.0, 3.0])
    assert compare_values(right, Tensor([1.0, 2.0])) is None
    assert "the result.numbers" in compare_values(right, wrong).message
    assert "holds the right numbers, but is a tensor" in compare_values(np.array([1.0, 2.0]), right).message
    foreign = libraries.taken_apart(right)
    assert libraries.made(foreign).made_of.tolist() == [1.0, 2.0]


def test_a_library_without_a_file_stays_foreign():
    assert libraries.taken_apart(Tensor([1.0])).__class__ is Tensor
    with pytest.raises(TypeError):
        libraries.made(Foreign("torch.Tensor", None, {}))
