"""The lock of exact versions and hashes that ships with the package, and the parts of it that installs need."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

import autograder
from autograder.errors import CourseError, GraderError

DISTRIBUTION = "homework-autograder"


@dataclass(frozen=True)
class Pin:
    """One version of one package.

    Attributes
    ----------
    marker
        Where this version applies; None for everywhere.
    needed_by
        Names of the packages that ask for it.
    requirement
        The lines, with a hash for every file of that version, as pip reads them.
    """

    name: str
    marker: Marker | None
    needed_by: frozenset[str]
    requirement: str


def read_lock() -> tuple[Pin, ...]:
    """Return every pin of the lock, in its order.

    Raises
    ------
    GraderError
        If the lock has an entry that is not a pin.
    """
    text = (files(__package__) / "requirements.lock").read_text(encoding="utf-8")
    return tuple(_pin(entry.splitlines()) for entry in re.split(r"\n(?=\S)", text))


def base_requirements(libraries: Iterable[str] = ()) -> str:
    """Return what grading needs on Linux, with hashes: the base install without the package itself, and libraries."""
    return "".join(pin.requirement for pin in _closure(libraries=libraries) if _may_apply(pin.marker))


def student_requirements(libraries: Iterable[str] = ()) -> str:
    """Return what students need on any system, with hashes: the base install, the extra `student`, and libraries."""
    return "".join(pin.requirement for pin in _closure("student", libraries=libraries))


def installed() -> importlib.metadata.Distribution:
    """Return this package as it is installed.

    Raises
    ------
    GraderError
        If it is run without having been installed, or another version of it is installed.
    """
    try:
        found = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise GraderError(f"{DISTRIBUTION} is not installed; install it, then run this again.") from error
    if found.version != autograder.__version__:
        raise GraderError(
            f"This is {DISTRIBUTION} {autograder.__version__}, but {found.version} is installed; install it again."
        )
    return found


def _pin(entry: list[str]) -> Pin:
    """Read an entry: the version and its hashes for pip, then comments with the packages that need it."""
    try:
        head = Requirement(entry[0].removesuffix("\\"))
    except InvalidRequirement as error:
        raise GraderError(f"requirements.lock: {entry[0]!r} is not a pin; make the lock again.") from error
    comments = [line for line in entry if line.startswith("    #")]
    needed_by = frozenset(line.strip("# ").removeprefix("via").strip() for line in comments)
    lines = [f"{line}\n" for line in entry if line not in comments]
    return Pin(head.name, head.marker, needed_by, "".join(lines))


def _closure(*extras: str, libraries: Iterable[str] = ()) -> list[Pin]:
    """Return the pins that the package with these extras and libraries needs, those of dependencies included."""
    pins = read_lock()
    wanted = set(_direct("", *extras))
    owners = importlib.metadata.packages_distributions() if libraries else {}
    named = {canonicalize_name(owners.get(library, [library])[0]) for library in libraries}
    if missing := ", ".join(sorted(named - {pin.name for pin in pins})):
        raise CourseError(
            f"`libraries` of assignment.toml names {missing}, of which requirements.lock has no version; add it to "
            "the dependencies in pyproject.toml and run .ci/lock."
        )
    wanted |= named
    while found := {pin.name for pin in pins if pin.name not in wanted and pin.needed_by & wanted}:
        wanted |= found
    if missing := ", ".join(sorted(wanted - {pin.name for pin in pins})):
        raise GraderError(f"requirements.lock does not hold {missing}; make the lock again.")
    return [pin for pin in pins if pin.name in wanted]


def _direct(*extras: str) -> Iterator[str]:
    """Yield the names that the package itself asks for."""
    for requirement in map(Requirement, installed().requires or ()):
        if any(_may_apply(requirement.marker, extra) for extra in extras):
            yield canonicalize_name(requirement.name)


def _may_apply(marker: Marker | None, extra: str = "") -> bool:
    """Return whether the marker holds on Linux for some supported version of Python."""
    return marker is None or any(marker.evaluate({**each, "extra": extra}) for each in _LINUXES)


# Pins may differ between early and late releases of one minor version too.
_LINUXES = tuple(
    {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.{patch}",
    }
    for minor in range(11, 20)
    for patch in (0, 99)
)
