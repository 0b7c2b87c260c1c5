"""Functions that stand in for a student's own, of an earlier assignment, until those are written."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.notebook.saves import AGAIN


def stand_in(target: str, replacement: Callable[..., Any], *example: Any) -> bool:
    """Put a function in the place of a student's that is missing or not filled in, and say so.

    Parameters
    ----------
    target
        `module.function`.
    replacement
        What to use until then.
    example
        Arguments on which the student's function is tried.

    Returns
    -------
    bool
        Whether the replacement is used.
    """
    name, _, function = target.partition(".")
    try:
        module = importlib.import_module(name)
        getattr(module, function)(*example)
    except (ModuleNotFoundError, AttributeError, NotImplementedError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != name:
            return False
        missing = isinstance(error, ModuleNotFoundError)
    except Exception:
        return False  # it is theirs, right or wrong
    else:
        return False
    module = _empty(name) if missing else module
    setattr(module, function, replacement)
    # Saving another function of that file brings the unwritten one back.
    again = vars(module).setdefault(AGAIN, {})
    again[function] = lambda: _stand_in_again(module, function, replacement, example)
    what = f"{name}.py is missing" if missing else f"{function} is not filled in yet in {name}.py"
    print(f"{what}: until it is there, this notebook uses {_what(replacement)} in its place.")
    return True


def _stand_in_again(
    module: ModuleType, function: str, replacement: Callable[..., Any], example: tuple[Any, ...]
) -> None:
    try:
        getattr(module, function)(*example)
    except (AttributeError, NotImplementedError):
        setattr(module, function, replacement)
    except Exception:  # theirs, right or wrong
        pass


def _empty(name: str) -> ModuleType:
    sys.modules[name] = module = ModuleType(name)
    module.__file__ = str(Path.cwd() / f"{name}.py")  # once it is saved there, it is run
    return module


def _what(replacement: Callable[..., Any]) -> str:
    return (replacement.__doc__ or replacement.__name__).strip().splitlines()[0].rstrip(".")
