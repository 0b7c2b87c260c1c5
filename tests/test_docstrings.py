"""The examples in docstrings run, and print what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def modules_with_examples() -> list[str]:
    """Return the names of the package's modules that show an example."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "autograder").rglob("*.py")}
    shown = (path.relative_to(ROOT).with_suffix("") for path, text in texts.items() if ">>> " in text)
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in shown)


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_of_a_module_run(name: str) -> None:
    done = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert done.attempted and not done.failed


def test_there_are_examples() -> None:
    assert "autograder.kit.data" in modules_with_examples()
