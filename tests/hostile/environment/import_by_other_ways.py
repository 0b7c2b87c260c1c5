"""Imports what is not offered by ways around the import statement.

Mechanism: removes the worker's finder, adds folders to `sys.path`, and loads pytest, hypothesis and the grader itself.
Must happen: whatever can be loaded is code that anybody may read; no course is reached with it.
Aims at: the boundary
"""

import importlib
import importlib.machinery
import sys

sys.meta_path[:] = [
    importlib.machinery.BuiltinImporter,
    importlib.machinery.FrozenImporter,
    importlib.machinery.PathFinder,
]
sys.path += [
    "/autograder/source",
    "/usr/lib/python3/dist-packages",
    "/opt/autograder/lib/python3.11/site-packages",
    ".",
]


def loss(w, X, y, reg):
    for name in (
        "pytest",
        "autograder.course",
        "autograder.grading.plugin",
        "solutions.ridge.ridge",
        "test_graded",
    ):
        try:
            module = importlib.import_module(name)
        except BaseException:
            continue
        if hasattr(module, "find_course"):
            course = module.find_course(module.Path("/autograder/source"))
            return 0.0, course.solution("ridge").salt
        if hasattr(module, "loss"):
            return module.loss(w, X, y, reg)
    raise ImportError("none")
