"""The isolation tiers: which of them this machine offers, and the command that starts a worker under each."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from autograder.errors import GraderError
from autograder.sandbox.accounts import PROBE_USER
from autograder.sandbox.interpreter import Interpreter, worker_interpreter
from autograder.sandbox.orphans import owned

SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/lib", "/lib32", "/lib64")
SYSTEM_FILES = ("/etc/ld.so.cache", "/dev/null", "/dev/random", "/dev/urandom")
TEMPORARY_BYTES = 64 << 20
_TO_BECOME_ANOTHER = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


class Tier(StrEnum):
    """How well student code is isolated, best first."""

    USER_AND_BUBBLEWRAP = "uid+bubblewrap"
    BUBBLEWRAP = "bubblewrap"
    USER = "uid"
    LIMITS = "limits"

    @property
    def has_own_user(self) -> bool:
        """Whether every worker runs as a user of its own."""
        return self in (Tier.USER_AND_BUBBLEWRAP, Tier.USER)

    @property
    def has_namespaces(self) -> bool:
        """Whether every worker has its own file system, process table and network."""
        return self in (Tier.USER_AND_BUBBLEWRAP, Tier.BUBBLEWRAP)


def choose_tier(wanted: str | None = None) -> Tier:
    """Return the tier to use: the one asked for (also by `AUTOGRADER_TIER`), else the best available.

    Raises
    ------
    GraderError
        If the tier asked for does not exist or this machine does not offer it.
    """
    wanted = wanted or os.environ.get("AUTOGRADER_TIER")
    if not wanted:
        return next(tier for tier in Tier if not why_not(tier))
    try:
        tier = Tier(wanted)
    except ValueError:
        raise GraderError(f"there is no isolation tier {wanted!r}; choose one of {', '.join(Tier)}") from None
    if reason := why_not(tier):
        raise GraderError(f"isolation tier {tier} is not available on this machine: {reason}")
    return tier


@functools.cache
def why_not(tier: Tier) -> str:
    """Return the sentence that says why this machine does not offer a tier; empty if it does."""
    if tier is Tier.LIMITS:
        return ""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if tier.has_own_user and not root:
        return "only root can start workers as other users"
    if tier is Tier.BUBBLEWRAP and root:
        return "as root, bubblewrap is used together with another user"
    if tier is Tier.USER:
        return _why_no_other_user()
    return _why_no_bubblewrap(tier)


def _why_no_bubblewrap(tier: Tier) -> str:
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return "bubblewrap (the command bwrap) is not installed"
    interpreter = worker_interpreter()
    command = bubblewrap_command(tier, interpreter, interpreter.command("-c", ""))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        *_, reason = ["no reason given", *done.stderr.strip().splitlines()]
        return f"bubblewrap does not work here: {reason}"
    return ""


def _why_no_other_user() -> str:
    interpreter = worker_interpreter()
    for path in interpreter.readable:
        if not readable_by_others(path):
            return (
                f"{path} cannot be read by another user; use a Python outside private folders, for example a "
                "virtual environment of the distribution's python3 in /opt, or set AUTOGRADER_WORKER_PYTHON to one"
            )
    command = interpreter.command("-c", "")
    other: dict[str, Any] = {"user": PROBE_USER, "group": PROBE_USER, "extra_groups": []}
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30, **other)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{command[0]} cannot be started as another user: {error}"
    return ""


def readable_by_others(path: Path) -> bool:
    """Return whether any other user can read the file, or list and enter the folder, at this path."""
    path = path.resolve()
    needed = 0o005 if path.is_dir() else 0o004
    if path.stat().st_mode & needed != needed:
        return False
    return all(parent.stat().st_mode & 0o001 for parent in path.parents)


@functools.cache
def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers; 0 if it offers none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(444, None, 0, 1)))


def landlock_paths(interpreter: Interpreter) -> list[str]:
    """Return the paths that a worker may read when Landlock restricts it."""
    return [*SYSTEM_LIBRARIES, *SYSTEM_FILES, *map(str, interpreter.readable)]


def bubblewrap_command(tier: Tier, interpreter: Interpreter, command: Sequence[str]) -> list[str]:
    """Return a command that runs `command` in its own namespaces, with almost nothing to see.

    As root there is no user namespace: the worker itself becomes another, real user, so that limits on
    processes apply and root's files stay root's. As a plain user the user namespace maps to that user.
    """
    arguments = [*_namespaces(tier, _TO_BECOME_ANOTHER if tier.has_own_user else ()), "--die-with-parent"]
    if not tier.has_own_user:
        # As process 1, bubblewrap would belong to the same user and have no filter.
        arguments += ["--as-pid-1"]
    # A worker with a user of its own could not be told that its parent has died: there process 1 stays
    # bubblewrap's, as root, and takes everything in the namespace with it.
    # Mapping /dev/zero gives shared memory, which no limit counts.
    arguments += [
        *_files(interpreter),
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--ro-bind",
        "/dev/null",
        "/dev/zero",
    ]
    # The owner of the namespace could fill the memory behind these.
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    return [*arguments, "--", *command]


def fork_server_command(tier: Tier, interpreter: Interpreter, command: Sequence[str]) -> list[str]:
    """Return a command that runs a fork server in namespaces, with what its workers may see and no more.

    It keeps the rights to give each worker namespaces of its own in these, and nothing else. It is process 1 of
    its namespace, so that no worker survives it.
    """
    rights = ["CAP_SYS_ADMIN"]
    if tier.has_own_user:
        rights += [*_TO_BECOME_ANOTHER, "CAP_KILL"]  # without that last one, its end would not end them
    arguments = [*_namespaces(tier, rights), "--as-pid-1", *_files(interpreter), "--proc", "/proc"]
    # Terminals that workers share would let them speak with each other, so there are none.
    arguments += ["--perms", "0755", "--dir", "/dev", "--ro-bind", "/dev/null", "/dev/zero"]
    for device in ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom"):
        arguments += ["--dev-bind", device, device]
    arguments += ["--remount-ro", "/", "--chdir", "/tmp"]
    return [*arguments, "--", *command]


def _namespaces(tier: Tier, rights: Sequence[str]) -> list[str]:
    """Return the beginning of a command: new namespaces, and the rights that remain in them."""
    arguments = [
        "bwrap",
        *(f"--unshare-{namespace}" for namespace in ("pid", "net", "ipc", "uts", "cgroup-try")),
    ]
    if not tier.has_own_user:
        arguments += ["--unshare-user"]
    arguments += ["--cap-drop", "ALL"]
    for right in rights:
        arguments += ["--cap-add", right]
    return [*arguments, "--new-session", "--hostname", "hand-in", *owned()]


def _files(interpreter: Interpreter) -> list[str]:
    """Return options for an empty `/tmp` and all that a worker reads."""
    # /tmp comes first, so that it hides nothing: the interpreter's environment may itself lie below it.
    arguments = ["--perms", "1777", "--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp"]
    made: set[Path] = set()
    for path in map(Path, (*SYSTEM_LIBRARIES, "/etc/ld.so.cache")):
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            arguments += [*_folders_above(path, made), "--ro-bind", str(path), str(path)]
    for path in interpreter.readable:
        arguments += [*_folders_above(path, made), "--ro-bind", str(path), str(path)]
    return arguments


def _folders_above(path: Path, made: set[Path]) -> list[str]:
    """Return options that make the folders above a path, open to other users even if the originals are not."""
    options: list[str] = []
    for folder in reversed(path.parents[:-1]):
        if folder not in made:
            made.add(folder)
            options += ["--perms", "0755", "--dir", str(folder)]
    return options
