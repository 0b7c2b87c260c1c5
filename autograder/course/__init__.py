"""An instructor's toml files as typed objects, and the two halves of an assignment found from its name."""

from autograder.course.loading import Course, find_course, load_assignment, load_solution
from autograder.course.model import (
    Assignment,
    HandInFile,
    LatePolicy,
    Limits,
    Question,
    Solution,
    Visibility,
)

__all__ = [
    "Assignment",
    "Course",
    "HandInFile",
    "LatePolicy",
    "Limits",
    "Question",
    "Solution",
    "Visibility",
    "find_course",
    "load_assignment",
    "load_solution",
]
