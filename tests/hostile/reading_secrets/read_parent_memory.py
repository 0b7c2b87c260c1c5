"""Reads the memory of the process that started it.

Mechanism: `/proc/PPID/mem`, `process_vm_readv` and `ptrace`, through the C library.
Must happen: all three are refused.
Aims at: the boundary
Verdicts: raised
"""

import ctypes
import os

PTRACE_ATTACH = 16


class Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def others():
    yield os.getppid()
    for pid in range(1, 3000):
        if pid != os.getpid():
            yield pid


def loss(w, X, y, reg):
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(4096)
    local = Vector(ctypes.cast(buffer, ctypes.c_void_p), 4096)
    remote = Vector(0x400000, 4096)
    for pid in others():
        if libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0:
            os.abort()
        if pid > 1 and libc.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0:
            os.abort()
        try:
            with open(f"/proc/{pid}/maps") as maps:
                start = int(maps.readline().split("-")[0], 16)
            with open(f"/proc/{pid}/mem", "rb") as memory:
                memory.seek(start)
                if memory.read(64):
                    os.abort()
        except OSError:
            continue
    raise LookupError("nothing can be read")
