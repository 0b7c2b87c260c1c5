"""Makes both halves of a new assignment: small, complete, and gradable as they are."""

from __future__ import annotations

import ast
import keyword
import re
import secrets
import shutil
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.importing.cells import HEAD, Cell, notebook_of
from autograder.course.loading import load_assignment, load_solution
from autograder.errors import CourseError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_SUFFIX = ".txt"


def new_assignment(root: Path, name: str, as_notebook: bool = False) -> tuple[Path, Path]:
    """Make `assignments/NAME` and `solutions/NAME` below `root` and return both folders.

    Parameters
    ----------
    as_notebook
        Whether students hand in a notebook, `NAME.ipynb`, in the place of a module.

    Raises
    ------
    CourseError
        If the name cannot be that of a Python module, or one of the folders exists already.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CourseError(
            f"{name!r} cannot be the name of an assignment and its module; "
            "use small letters, digits and underscores, such as ridge_regression."
        )
    public, secret = root / "assignments" / name, root / "solutions" / name
    for folder in (public, secret):
        if folder.exists():
            raise CourseError(f"{folder} exists already; choose another name or remove it.")
    values = {"NAME": name, "TITLE": name.replace("_", " ").capitalize(), "SALT": secrets.token_hex(16)}
    with TemporaryDirectory() as place:
        made = Path(place)
        for half in ("assignment", "solution"):
            _fill_in(half, made / half / name, values)
            if as_notebook:
                _turn_into_notebook(made / half / name, name)
        # A name that does not work fails here, before anything is in the course.
        try:
            load_assignment(made / "assignment" / name)
            load_solution(made / "solution" / name)
        except CourseError as error:
            reason = re.sub(rf"^{re.escape(place)}\S*: ", "", str(error))
            raise CourseError(f"{name!r} cannot be the name of an assignment: {reason}") from error
        # On a machine with several users, nobody else may read the solutions.
        (root / "solutions").mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copytree(made / "assignment" / name, public)
        shutil.copytree(made / "solution" / name, secret)
    return public, secret


def _turn_into_notebook(folder: Path, name: str) -> None:
    """Put a notebook in the place of the module of one half, with a cell for each function and one that checks it."""
    module = folder / f"{name}.py"
    source = module.read_text(encoding="utf-8").replace(module.name, f"{name}.ipynb")
    lines, (docstring, *statements) = source.splitlines(), ast.parse(source).body
    cells = [Cell("markdown", str(ast.literal_eval(ast.unparse(docstring)))), HEAD]
    for statement in statements:
        cells.append(Cell("code", "\n".join(lines[statement.lineno - 1 : statement.end_lineno])))
        if isinstance(statement, ast.FunctionDef):
            cells.append(Cell("code", f'grader.check("{statement.name}")'))
    module.with_suffix(".ipynb").write_bytes(notebook_of(cells))
    module.unlink()
    for text in (folder / "assignment.toml", folder / "README.md"):
        if text.is_file():
            told = text.read_text(encoding="utf-8").replace(module.name, f"{name}.ipynb")
            text.write_text(told, encoding="utf-8")


def _fill_in(half: str, folder: Path, values: dict[str, str]) -> None:
    """Write the files of one half, with values for `@NAME@` and the like."""
    folder.mkdir(parents=True)
    templates = files(__package__) / "template" / half
    if not templates.is_dir():
        raise CourseError(
            "this installation came with a release or a bundle, which hold no templates of solutions; "
            "install the package from its own checkout."
        )
    for template in templates.iterdir():
        text = template.read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        file = template.name.removesuffix(_SUFFIX).replace("NAME", values["NAME"])
        (folder / file).write_text(text, encoding="utf-8")
