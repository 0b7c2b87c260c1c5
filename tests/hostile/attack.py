"""What an attack is: a file with a hand-in's source, or with a function that builds one, and what must happen."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent
GROUPS = (
    "controls",
    "reading_secrets",
    "forging_results",
    "hostile_values",
    "timing",
    "exhaustion",
    "environment",
)
POINTS = {"loss": Fraction(10), "descent": Fraction(4), "scale": Fraction(4)}
"""What each question of the course that is attacked is worth."""
TARGET = "ridge.py"

_FIELDS = ("Mechanism", "Must happen", "Aims at", "Handed in as", "Earns", "Verdicts")
_FIELD = re.compile(rf"^({'|'.join(_FIELDS)}): *", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One file of the suite.

    Attributes
    ----------
    title
        First sentence of its docstring.
    mechanism, must_happen
        How it works, and what is to come of it.
    at_boundary
        Whether it aims at the boundary, so that it runs under every tier.
    file
        The file of the hand-in that it stands in for.
    earns
        Points by question that its honest part earns; 0 in the question attacked and all in the others unless said.
    verdicts
        The kinds of verdict that the question attacked may end in; any where none are named.
    """

    path: Path
    title: str
    mechanism: str
    must_happen: str
    at_boundary: bool
    file: str
    builds: bool
    earns: Mapping[str, Fraction] = field(hash=False)
    verdicts: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """`group/name`."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def question(self) -> str:
        """The question whose file it stands in for."""
        return {"ridge.py": "loss", "descent.py": "descent", "scale.py": "scale"}[self.file]

    def hand_in(self, folder: Path, honest: Mapping[str, bytes]) -> Path:
        """Put the hand-in into an empty folder and return what to hand in: the folder, or one file in it."""
        if self.builds:
            path: Path = runpy.run_path(str(self.path))["hand_in"](folder, dict(honest))
            return path
        for name, content in {**honest, self.file: self.path.read_bytes()}.items():
            (folder / name).write_bytes(content)
        return folder


def beside(folder: Path, honest: Mapping[str, bytes], others: Mapping[str, str]) -> Path:
    """Write a hand-in of honest files with others beside them, and return its folder."""
    contents = {**{name: text.encode() for name, text in others.items()}, **honest}
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


ENDING = "import os\nos._exit(0)\n"
"""What ends whatever process runs it."""


def read_attack(path: Path) -> Attack:
    """Return the attack in a file.

    Raises
    ------
    ValueError
        Where its docstring does not say what it is to say.
    """
    tree = ast.parse(path.read_bytes())
    head, *rest = _FIELD.split(ast.get_docstring(tree) or "")
    fields = {name: " ".join(text.split()) for name, text in zip(rest[::2], rest[1::2], strict=True)}
    if not head.strip() or not {"Mechanism", "Must happen"} <= fields.keys():
        raise ValueError(f"{path}: its docstring must hold a sentence, `Mechanism:` and `Must happen:`")
    aim = fields.get("Aims at", "the grader")
    if aim not in ("the grader", "the boundary"):
        raise ValueError(f"{path}: it aims at {aim!r}, neither the grader nor the boundary")
    file = fields.get("Handed in as", TARGET)
    attack = Attack(
        path=path,
        title=" ".join(head.split()),
        mechanism=fields["Mechanism"],
        must_happen=fields["Must happen"],
        at_boundary=aim == "the boundary",
        file=file,
        builds=any(isinstance(it, ast.FunctionDef) and it.name == "hand_in" for it in tree.body),
        earns={},
        verdicts=frozenset(fields.get("Verdicts", "").split()),
    )
    earns = POINTS | {attack.question: Fraction(0)} | _points(fields.get("Earns", ""))
    object.__setattr__(attack, "earns", earns)
    return attack


def _points(text: str) -> dict[str, Fraction]:
    """Read `loss 6, scale 0`."""
    pairs = [part.split() for part in text.split(",") if part.strip()]
    return {question: Fraction(points) for question, points in pairs}


def all_attacks(folder: Path = HERE) -> list[Attack]:
    """Return every attack in the folders of the groups, controls first."""
    return [read_attack(path) for group in GROUPS for path in sorted((folder / group).glob("*.py"))]
