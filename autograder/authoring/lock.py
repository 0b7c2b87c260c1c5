"""The lock of exact versions and hashes that ships with the package, and the parts that installs need."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.errors import GraderError

DISTRIBUTION = "homework-autograder"
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?")


@dataclass(frozen=True)
class Pin:
    """One version of one package.

    Attributes
    ----------
    marker
        Where this version applies, as an environment marker; empty for everywhere.
    hashes
        `sha256:…` of every file of that version.
    needed_by
        Names of the packages that ask for it.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    needed_by: frozenset[str]

    def requirement(self) -> str:
        """Return the line, with its hashes, as pip reads it."""
        head = f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")
        return " \\\n    ".join([head, *(f"--hash={each}" for each in self.hashes)]) + "\n"


def read_lock() -> tuple[Pin, ...]:
    """Return every pin of the lock, in its order.

    Raises
    ------
    GraderError
        If the lock is missing from the installed package or holds a line that is no pin.
    """
    try:
        text = (files(__package__) / "requirements.lock").read_text(encoding="utf-8")
    except OSError as error:
        raise GraderError("The installed package lacks its requirements.lock; install it again.") from error
    return tuple(_pin(entry) for entry in _entries(text))


def base_requirements() -> str:
    """Return what grading needs on Linux, with hashes: the base install without the package itself."""
    return "".join(pin.requirement() for pin in _closure() if _may_apply(pin.marker))


def student_requirements() -> str:
    """Return what students need on any system, with hashes: the base install and the extra `student`."""
    return "".join(pin.requirement() for pin in _closure("student"))


def _entries(text: str) -> Iterator[list[str]]:
    """Yield the lines of each pin: an entry starts in the first column and goes on indented."""
    entry: list[str] = []
    for line in text.splitlines():
        if entry and not line.startswith(" "):
            yield entry
            entry = []
        entry.append(line)
    if entry:
        yield entry


def _pin(entry: list[str]) -> Pin:
    match = _PIN.fullmatch(entry[0])
    if match is None:
        raise GraderError(f"requirements.lock: {entry[0]!r} is not a pin; make the lock again.")
    hashes = tuple(found for line in entry for found in re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
    comments = (line.strip("# ") for line in entry if line.startswith("    #"))
    needed_by = frozenset(comment.removeprefix("via").strip() for comment in comments)
    return Pin(match["name"], match["version"], match["marker"] or "", hashes, needed_by)


def _closure(*extras: str) -> list[Pin]:
    """Return the pins that the package with these extras needs, those of its dependencies included."""
    pins = read_lock()
    wanted = set(_direct(extras))
    while found := {pin.name for pin in pins if pin.name not in wanted and pin.needed_by & wanted}:
        wanted |= found
    if missing := ", ".join(sorted(wanted - {pin.name for pin in pins})):
        raise GraderError(f"requirements.lock does not hold {missing}; make the lock again.")
    return [pin for pin in pins if pin.name in wanted]


def _direct(extras: Iterable[str]) -> Iterator[str]:
    """Yield the names that the package itself asks for."""
    chosen = ["", *extras]
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise GraderError(f"{DISTRIBUTION} is not installed; install it, then run this again.") from error
    for line in lines:
        requirement = Requirement(line)
        marker = str(requirement.marker or "")
        if any(_may_apply(marker, extra) for extra in chosen):
            yield canonicalize_name(requirement.name)


def _may_apply(marker: str, extra: str = "") -> bool:
    """Return whether the marker holds on Linux for some supported version of Python."""
    return not marker or any(Marker(marker).evaluate({**each, "extra": extra}) for each in _LINUXES)


def _linux(python: str) -> dict[str, str]:
    """Return the environment of CPython on Linux that markers are evaluated in."""
    return {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "implementation_version": python,
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
    }


# Pins may differ between early and late releases of one minor version too.
_LINUXES = tuple(_linux(f"3.{minor}.{patch}") for minor in range(11, 20) for patch in (0, 99))
