"""Becomes root, or the user of another worker.

Mechanism: `setuid`, `setgid`, `setgroups`, programs with the set-uid bit, and capabilities.
Must happen: it stays who it is; the user it runs as can do nothing to others.
Aims at: the boundary
Verdicts: raised
"""

import os
import subprocess


def loss(w, X, y, reg):
    became = []
    for user in (0, 1, 61184, 61185, 1000):
        if user == os.getuid():
            continue
        for change in (os.setuid, os.seteuid, os.setgid, lambda it: os.setgroups([it])):
            try:
                change(user)
                became.append(user)
            except OSError:
                continue
    for program in ("su", "sudo", "passwd", "mount"):
        try:
            subprocess.run([program, "--version"], capture_output=True, timeout=0.2)
        except (OSError, subprocess.SubprocessError):
            continue
    if became:
        return 1.0
    raise PermissionError("nobody else")
