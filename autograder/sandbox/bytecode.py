"""Compiles what every worker imports, once: workers cannot write it, and would compile it at every start."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import autograder
from autograder.sandbox.interpreter import Interpreter
from autograder.values.libraries import preloaded

_IMPORTS = """
import sys
sys.path += sys.argv[1:]
import autograder.sandbox.worker.forks, autograder.sandbox.worker.serve
import numpy.fft, numpy.linalg, numpy.ma, numpy.random
"""
LONGEST_SECONDS = 60.0


@functools.cache
def compile_for_workers(interpreter: Interpreter) -> None:
    """Have an interpreter write the bytecode of what its workers import, if it is missing and can be written.

    Without it a worker takes three times as long to start. No student code is loaded here.
    """
    sources = [*_own_sources(), *(package / "__init__.py" for package in interpreter.packages)]
    missing = [source for source in sources if source.is_file() and not _is_compiled(source, interpreter)]
    if not any(os.access(source.parent, os.W_OK) for source in missing):
        return
    imports = "".join(f"import {module}\n" for it in interpreter.libraries for module in preloaded(it))
    command = interpreter.command("-c", f"{_IMPORTS}{imports}", *interpreter.import_paths)
    subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_SECONDS, check=False
    )


def _own_sources() -> list[Path]:
    package = Path(autograder.__file__).parent
    sources = [package / "__init__.py", package / "sandbox" / "__init__.py"]
    sources += [
        package / "values" / name
        for name in ("__init__.py", "kinds.py", "libraries.py", "pack.py", "walk.py")
    ]
    for folder in (package / "sandbox" / "wire", package / "sandbox" / "worker"):
        sources += [path for path in sorted(folder.glob("*.py")) if path.name != "__main__.py"]
    return sources


def _is_compiled(source: Path, interpreter: Interpreter) -> bool:
    """Return whether the bytecode of this version of a source exists; PEP 552 describes its header."""
    compiled = source.parent / "__pycache__" / f"{source.stem}.{interpreter.cache_tag}.pyc"
    try:
        with compiled.open("rb") as file:
            head = file.read(16)
        status = source.stat()
    except OSError:
        return False
    flags, seconds, size = (int.from_bytes(head[start : start + 4], "little") for start in (4, 8, 12))
    written = (int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
    return flags != 0 or (seconds, size) == written
