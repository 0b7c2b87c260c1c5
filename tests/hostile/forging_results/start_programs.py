"""Starts other programs to do the work.

Mechanism: `subprocess`, `os.system`, `os.posix_spawn`, `multiprocessing`, `os.execv` and `pty`.
Must happen: none starts under seccomp; none outlives the call elsewhere.
Aims at: the boundary
"""

import multiprocessing
import os
import subprocess
import sys
import time

import numpy as np

FOREVER = "while true; do sleep 0.1; done"


def attempts():
    yield lambda: subprocess.Popen(["/bin/sh", "-c", FOREVER], start_new_session=True)
    yield lambda: os.system(f"({FOREVER}) &")
    yield lambda: os.posix_spawn("/bin/sh", ["sh", "-c", FOREVER], {})
    yield lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield lambda: multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,)).start()


for attempt in attempts():
    try:
        attempt()
    except OSError:
        continue


def loss(w, X, y, reg):
    return 0.0, np.zeros_like(w)
