"""Workers find the bytecode of what they import: the trusted side writes it, once, where it may."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.sandbox.bytecode import compile_for_workers
from autograder.sandbox.interpreter import Interpreter, worker_interpreter


@pytest.fixture
def package(tmp_path, monkeypatch) -> Iterator[Path]:
    """A copy of the framework without any bytecode."""
    copy = tmp_path / "autograder"
    shutil.copytree(Path(autograder.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(autograder, "__file__", str(copy / "__init__.py"))
    compile_for_workers.cache_clear()
    yield copy
    compile_for_workers.cache_clear()


def compiled(package: Path) -> set[str]:
    return {path.name.partition(".")[0] for path in package.rglob(f"*.{worker_interpreter().cache_tag}.pyc")}


@pytest.fixture
def interpreter() -> Interpreter:
    return worker_interpreter()


def test_what_workers_import_is_compiled_and_nothing_else(package, interpreter):
    compile_for_workers(interpreter)
    names = compiled(package)
    assert {"serve", "counting", "modules", "confine", "channel", "messages", "pack", "walk"} <= names
    assert not names & {"process", "same"}


def test_what_is_compiled_already_is_left_alone(package, interpreter, monkeypatch):
    compile_for_workers(interpreter)
    compile_for_workers.cache_clear()
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: pytest.fail("started an interpreter"))
    compile_for_workers(interpreter)


def test_an_edited_source_is_compiled_again(package, interpreter):
    compile_for_workers(interpreter)
    source = package / "sandbox" / "worker" / "counting.py"
    before = (source.parent / "__pycache__" / f"counting.{interpreter.cache_tag}.pyc").read_bytes()
    source.write_text(source.read_text() + "\n# edited\n")
    compile_for_workers.cache_clear()
    compile_for_workers(interpreter)
    assert (source.parent / "__pycache__" / f"counting.{interpreter.cache_tag}.pyc").read_bytes() != before


def test_nothing_is_tried_where_nothing_may_be_written(package, interpreter, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: pytest.fail("started an interpreter"))
    compile_for_workers(interpreter)
    assert compiled(package) == set()
