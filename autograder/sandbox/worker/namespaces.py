"""Namespaces of its own for a worker that was forked in those of its server: nothing of another worker is in them.

Constants are those of the Linux system call interface (`linux/sched.h`, `linux/mount.h`).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence

TEMPORARY = "/tmp"
_SPARE = "/proc"
_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWNET = 0x20000, 0x8000000, 0x10000000, 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_BIND, _MS_MOVE, _MS_REC, _MS_PRIVATE = 0x1000, 0x2000, 0x4000, 1 << 18
_PR_SET_DUMPABLE = 4


def enter_namespaces(libc: ctypes.CDLL, user: bool, temporary_bytes: int, kept: Sequence[str]) -> None:
    """Move this process into namespaces of its own, with an empty temporary folder and an empty `/proc`.

    Parameters
    ----------
    libc
        The C library, loaded with `use_errno`.
    user
        Whether a user namespace is among them, for a process without rights outside one.
    temporary_bytes
        How much the temporary folder holds.
    kept
        What lies in the temporary folder so far and has to stay: Python itself may.

    Raises
    ------
    OSError
        If the kernel refuses any of it.
    """
    uid, gid = os.geteuid(), os.getegid()
    _require(
        libc.unshare(_CLONE_NEWNS | _CLONE_NEWIPC | _CLONE_NEWNET | (_CLONE_NEWUSER if user else 0)),
        "unshare",
    )
    if user:
        _map_to_itself(libc, uid, gid)
    # Nothing that is mounted here shows in the server or in another worker.
    _require(libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
    flags = _MS_NOSUID | _MS_NODEV
    # It is made elsewhere, where it does not hide what it is to keep.
    _mount_empty(libc, _SPARE, flags, f"size={temporary_bytes},mode=1777")
    mask = os.umask(0o022)  # the worker's user may be another by the time it enters these
    for path in kept:
        _keep(libc, path)
    os.umask(mask)
    _require(libc.mount(_SPARE.encode(), TEMPORARY.encode(), None, _MS_MOVE, None), TEMPORARY)
    # The processes in /proc would be the server and other workers. Landlock closes it under the other tiers.
    _mount_empty(libc, "/proc", flags | _MS_NOEXEC | _MS_RDONLY, "size=4096,mode=555")


def _map_to_itself(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    """Keep the user and group that the process had outside; only its rights are new."""
    libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # else the files below are not its own
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - keeps pathlib out of the worker's start
            file.write(text)


def _keep(libc: ctypes.CDLL, path: str) -> None:
    """Show a file or folder below the temporary folder in the one that is to take its place."""
    place = _SPARE + path.removeprefix(TEMPORARY)
    # os.path, because pathlib would prolong the worker's start.
    os.makedirs(place if os.path.isdir(path) else os.path.dirname(place), 0o755, exist_ok=True)  # noqa: PTH103, PTH112, PTH120
    if not os.path.isdir(path):  # noqa: PTH112
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    _require(libc.mount(path.encode(), place.encode(), None, _MS_BIND | _MS_REC, None), path)


def _mount_empty(libc: ctypes.CDLL, path: str, flags: int, options: str) -> None:
    _require(libc.mount(b"tmpfs", path.encode(), b"tmpfs", flags, options.encode()), path)


def _require(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
