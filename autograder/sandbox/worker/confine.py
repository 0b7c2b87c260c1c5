"""What the worker does to itself before it loads student code: namespaces, limits, another user, Landlock, seccomp.

A process cannot undo any of it. Constants are those of the Linux system call interface (`linux/landlock.h`,
`linux/seccomp.h`, `prctl(2)`).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Mapping

from autograder.sandbox.wire.messages import Confinement, Ready, WorkerLimits
from autograder.sandbox.worker.namespaces import TEMPORARY, enter_namespaces

try:
    import resource
except ImportError:  # Windows has no such limits; the tier is reported as the weakest one
    resource = None  # type: ignore[assignment]

_LIBRARY_BYTES = 256 << 20
"""Python and NumPy at rest take 100 MB of address space."""

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION = 0x20080522
_MOST_CAPABILITIES = 64
_SIGKILL = 9

_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_RULE_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FILE_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TRUNCATE = 1 << 14
_NETWORK_RIGHTS = 0b11
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11
_ONLY_FOR_DIRECTORIES = ((1 << 13) - 1) & ~(_EXECUTE | _WRITE_FILE | _READ_FILE) | 1 << 13


def confine(limits: WorkerLimits, confinement: Confinement, data: Mapping[str, bytes] | None = None) -> Ready:
    """Lay out data, apply all limits and restrictions to this process and return which of the optional ones took hold.

    Raises
    ------
    OSError
        If the process cannot enter its namespaces or become the user it must become.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc is not None and confinement.namespaces:
        user = confinement.namespaces == "as a user"
        enter_namespaces(libc, user, confinement.temporary_bytes, confinement.kept)
    _lay_out(confinement.writable or TEMPORARY, data or {})
    if libc is not None:
        _empty_bounding_set(libc)
    _set_limits(limits)
    if confinement.limit_processes:
        _lower("RLIMIT_NPROC", limits.processes)
    if confinement.user is not None:
        _become(confinement.user)
    _go_home(confinement.writable or TEMPORARY)
    if libc is None:
        return Ready()
    _drop_capabilities(libc)
    # Changing the user clears the death signal, so it is set after that. It also hides the process from the
    # grader, where that is not almighty; nobody else's processes can look into it.
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    problems = []
    landlock = seccomp = False
    if confinement.readable is not None:
        try:
            _restrict_files(libc, confinement.readable, confinement.writable)
            landlock = True
        except OSError as error:
            problems.append(f"Landlock: {error.strerror}")
    if confinement.seccomp is not None:
        try:
            _filter_system_calls(libc, confinement.seccomp)
            seccomp = True
        except OSError as error:
            problems.append(f"seccomp: {error.strerror}")
    if confinement.limit_processes and not seccomp:
        _lower("RLIMIT_NPROC", limits.unfiltered_processes)
    return Ready(landlock=landlock, seccomp=seccomp, problem="; ".join(problems))


def _set_limits(limits: WorkerLimits) -> None:
    if resource is None:
        return
    wanted = {
        "RLIMIT_DATA": limits.memory_bytes + limits.library_bytes,
        # Address space also counts shared mappings, which RLIMIT_DATA does not see, and libraries.
        "RLIMIT_AS": limits.memory_bytes + limits.library_bytes + _LIBRARY_BYTES,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        # No dump is this short, and 1 is also the only value for which the kernel pipes none to a program.
        "RLIMIT_CORE": 1,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, value in wanted.items():
        _lower(name, value)


def _lower(name: str, value: int) -> None:
    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):  # macOS refuses some of them
        return


def _become(user: int) -> None:
    if os.getuid() != user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if os.getresuid() != (user, user, user) or os.getresgid() != (user, user, user):
        raise PermissionError(f"could not become user {user}")


def _go_home(folder: str) -> None:
    """Make the private folder the current one and that of temporary files; a forked worker has its server's."""
    if os.name == "posix":
        os.environ["HOME"] = os.environ["TMPDIR"] = folder
        os.chdir(folder)


def _lay_out(folder: str, data: Mapping[str, bytes]) -> None:
    """Write files that are only to be read; where this process becomes another user, they stay this one's."""
    mask = os.umask(0o022)
    for name, content in data.items():
        path = os.path.join(folder, name)  # noqa: PTH118 - keeps pathlib out of the worker's start
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)  # noqa: PTH103, PTH120
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    os.umask(mask)


def _empty_bounding_set(libc: ctypes.CDLL) -> None:
    """Have no program that this process might start gain rights; without rights of its own it may not, and need not."""
    for capability in range(_MOST_CAPABILITIES):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Give up whatever rights this process still has, those in its own namespaces included."""
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header, none = struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24)
    _require_done(libc.capset(header, none))


def _filter_system_calls(libc: ctypes.CDLL, program: bytes) -> None:
    """Install a BPF program, 8 bytes an instruction, as this process's system call filter."""
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    filter_ = Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    _require_done(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0))


def _require_done(result: int) -> int:
    """Return what a system call returned, or raise its error as an `OSError`."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _restrict_files(libc: ctypes.CDLL, readable: list[str], writable: str) -> None:
    """Deny reading except below `readable`, writing except below `writable`, and signals to other processes."""
    abi = _require_done(libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1))
    all_rights = (1 << _FILE_RIGHTS_BY_ABI[min(abi, 5)]) - 1
    attributes = struct.pack("<QQQ", all_rights, _NETWORK_RIGHTS, _SIGNALS_AND_ABSTRACT_SOCKETS)
    attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = _require_done(libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0))
    try:
        for path in readable:
            _allow(libc, ruleset, path, _READ_FILE | _READ_DIR | _EXECUTE)
        if writable:
            _allow(libc, ruleset, writable, all_rights & ~_EXECUTE)
        # Where unwanted output goes.
        _allow(libc, ruleset, "/dev/null", (_READ_FILE | _WRITE_FILE | _TRUNCATE) & all_rights)
        _require_done(libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        # O_PATH needs no permission on the file itself.
        descriptor = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return  # what does not exist needs no rule
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - keeps pathlib out of the worker's start
            rights &= ~_ONLY_FOR_DIRECTORIES
        rule = struct.pack("<Qi", rights, descriptor)
        _require_done(libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0))
    finally:
        os.close(descriptor)
