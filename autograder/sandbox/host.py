"""Keeps a worker running for code that takes turns in it."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.sandbox.process import Sandbox, WorkerProcess
from autograder.sandbox.wire import messages


class Host:
    """Keeps one worker running for one or more `Code` objects; starts another when it is gone.

    Attributes
    ----------
    restarts
        How many workers it has ended.
    exchanges
        How often code has asked one of them for something.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._process: WorkerProcess | None = None
        self._loaded: set[str] = set()
        self._imported: set[tuple[str, str]] = set()
        self.restarts = 0
        self.exchanges = 0

    def process(self) -> WorkerProcess:
        """Return the running worker, started if necessary."""
        if self._process is None:
            self._process = self.sandbox.start()
            self._loaded.clear()
            self._imported.clear()
        return self._process

    def process_with(self, space: str, files: Mapping[str, bytes]) -> WorkerProcess:
        """Return the running worker after making sure that it holds these files."""
        process = self.process()
        if space not in self._loaded:
            process.exchange(messages.Load(space=space, files=dict(files)))
            self._loaded.add(space)
        return process

    def holds(self, space: str) -> bool:
        """Return whether the running worker has these files already."""
        return self._process is not None and space in self._loaded

    def has_imported(self, space: str, module: str) -> bool:
        """Return whether the running worker has imported a module of these files already."""
        return self._process is not None and (space, module) in self._imported

    def note_import(self, space: str, module: str) -> None:
        """Note that the running worker has imported a module."""
        self._imported.add((space, module))

    def drop(self) -> None:
        """End the worker; the next call starts another."""
        if self._process is not None:
            process, self._process = self._process, None
            self.restarts += 1
            process.kill()

    def close(self) -> None:
        """End the worker for good."""
        self.drop()

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
