"""The lock of exact versions and hashes that ships with the package, and the parts of it that installs need."""

from __future__ import annotations

import functools
import importlib.metadata
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

import autograder
from autograder.errors import CourseError, GraderError

DISTRIBUTION = "homework-autograder"
Systems = tuple[frozenset[tuple[str, str]], ...]
"""What markers are evaluated for: names and values that a marker may ask of a system."""


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


@functools.cache
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
    pins = _closure(_LINUXES, libraries=frozenset(libraries))
    return "".join(pin.requirement for pin in pins if _may_apply(pin.marker, _LINUXES))


def checking_requirements(libraries: Iterable[str] = ()) -> str:
    """Return what checking needs on any system, with hashes: the base install without the package, and libraries."""
    return "".join(pin.requirement for pin in _closure(_ANY_SYSTEM, libraries=frozenset(libraries)))


def notebook_requirements(*extras: str, libraries: Iterable[str] = ()) -> str:
    """Return what notebooks need besides, on any system, with hashes: the extra `student` and others."""
    libraries = frozenset(libraries)
    checking = _closure(_ANY_SYSTEM, libraries=libraries)
    needed = _closure(_ANY_SYSTEM, "student", *extras, libraries=libraries)
    return "".join(pin.requirement for pin in needed if pin not in checking)


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


@functools.cache
def _closure(systems: Systems, *extras: str, libraries: frozenset[str]) -> tuple[Pin, ...]:
    """Return the pins that the package with these extras and libraries needs on some systems, and what those need."""
    pins = read_lock()
    asked: dict[str, set[str]] = {}
    todo = [(it, {"", *extras}) for it in map(Requirement, installed().requires or ())]
    todo += [(Requirement(name), {""}) for name in _distributions(libraries)]
    while todo:
        requirement, extras_of_asker = todo.pop()
        if not any(_may_apply(requirement.marker, systems, extra) for extra in extras_of_asker):
            continue
        name = canonicalize_name(requirement.name)
        new = {"", *requirement.extras} - asked.setdefault(name, set())
        asked[name] |= new
        todo += [(it, new) for it in _required_by(name) if new]
    if missing := ", ".join(sorted(asked.keys() - {pin.name for pin in pins})):
        raise GraderError(f"requirements.lock does not hold {missing}; make the lock again.")
    return tuple(pin for pin in pins if pin.name in asked)


def _distributions(libraries: frozenset[str]) -> set[str]:
    """Return the names of the packages that hold some libraries."""
    owners = importlib.metadata.packages_distributions() if libraries else {}
    named: set[str] = {canonicalize_name(owners.get(library, [library])[0]) for library in libraries}
    if missing := ", ".join(sorted(named - {pin.name for pin in read_lock()})):
        raise CourseError(
            f"`libraries` of assignment.toml names {missing}, of which requirements.lock has no version; add it to "
            "the dependencies in pyproject.toml and run .ci/lock."
        )
    return named


@functools.cache
def _required_by(name: str) -> tuple[Requirement, ...]:
    """Return what a package asks for: as it says itself if it is installed, or else as the lock says."""
    try:
        return tuple(map(Requirement, importlib.metadata.requires(name) or ()))
    except importlib.metadata.PackageNotFoundError:
        return tuple(Requirement(pin.name) for pin in read_lock() if name in pin.needed_by)


@functools.cache  # packages ask for others under the same few markers
def _may_apply(marker: Marker | None, systems: Systems, extra: str = "") -> bool:
    """Return whether the marker holds on one of some systems."""
    return marker is None or any(marker.evaluate({**dict(each), "extra": extra}) for each in systems)


# Pins may differ between early and late releases of one minor version too.
_ANY_SYSTEM: Systems = tuple(
    frozenset(
        {
            "os_name": os_name,
            "sys_platform": platform,
            "platform_system": system,
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "python_version": f"3.{minor}",
            "python_full_version": f"3.{minor}.{patch}",
        }.items()
    )
    for os_name, platform, system in (
        ("posix", "linux", "Linux"),
        ("posix", "darwin", "Darwin"),
        ("nt", "win32", "Windows"),
    )
    for minor in range(11, 20)
    for patch in (0, 99)
)
_LINUXES = tuple(each for each in _ANY_SYSTEM if ("sys_platform", "linux") in each)
