"""Finds public checks wherever pytest is started: in their folder, above it, or from an editor.

pytest loads this with every run in an environment that has the package, so it does nothing until a file of public
checks is collected; then it registers the plugin with their fixtures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

_PLUGIN = "autograder.grading.plugin"
_PUBLIC_FILE, _ASSIGNMENT_FILE = "test_public.py", "assignment.toml"


class PublicChecks(pytest.Module):
    """The public checks of one folder; those of several may be collected at once, though all have the same name."""

    def _getobj(self) -> Any:
        option = self.config.option
        before, option.importmode = option.importmode, "importlib"
        try:
            return super()._getobj()  # type: ignore[no-untyped-call]
        finally:
            option.importmode = before


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collect a file of public checks that lies beside its assignment; leave every other file alone."""
    if module_path.name != _PUBLIC_FILE or not module_path.with_name(_ASSIGNMENT_FILE).is_file():
        return None
    if not parent.config.pluginmanager.has_plugin(_PLUGIN):
        parent.config.pluginmanager.import_plugin(_PLUGIN)
    return PublicChecks.from_parent(parent, path=module_path)
