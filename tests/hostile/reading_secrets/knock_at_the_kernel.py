"""Tries the kernel's own doors to other processes and other users' memory.

Mechanism: `keyctl`, `bpf`, `perf_event_open`, `userfaultfd`, `io_uring_setup`, `pidfd_open`, `kcmp`, `syslog`,
`fanotify_init`, `inotify_init`, `memfd_create` and name spaces, by number.
Must happen: each is refused where seccomp is there, and gives nothing where it is not.
Aims at: the boundary
Verdicts: raised
"""

import ctypes
import os

DOORS = {
    "keyctl": (250, 0, -3, 0), "bpf": (321, 0, 0, 0), "perf_event_open": (298, 0, 0, -1), "syslog": (103, 3, 0, 0),
    "userfaultfd": (323, 0), "io_uring_setup": (425, 8, 0), "pidfd_open": (434, os.getppid(), 0),
    "kcmp": (312, os.getppid(), os.getppid(), 0), "fanotify_init": (300, 0, 0), "unshare": (272, 0x10000000),
    "setns": (308, 3, 0), "open_tree": (428, -100, 0, 1), "inotify_init1": (294, 0), "memfd_create": (319, b"x", 0),
}  # fmt: skip
SECRET_BEARING = {"pidfd_open", "bpf", "perf_event_open", "fanotify_init"}


def loss(w, X, y, reg):
    libc = ctypes.CDLL(None, use_errno=True)
    opened = {name for name, arguments in DOORS.items() if libc.syscall(*arguments) >= 0}
    raise LookupError(repr(opened))
