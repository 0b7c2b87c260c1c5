"""Reads the environment and the command line of the processes above it.

Mechanism: `/proc/PID/environ`, `cmdline`, `cwd` and `maps` of every process it can see.
Must happen: the kernel refuses, or there are no other processes to see.
Aims at: the boundary
"""

import os


def loss(w, X, y, reg):
    text = [repr(dict(os.environ))]
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        for name in ("environ", "maps", "mem", "cwd", "root", "stack"):
            path = f"/proc/{entry}/{name}"
            try:
                if name in ("cwd", "root"):
                    text += os.listdir(path)
                    raise SystemExit("a folder of another process can be listed")
                with open(path, "rb") as file:
                    if file.read(4096):
                        return "what belongs to another process can be read"
            except OSError:
                continue
    raise ValueError("\n".join(text))
