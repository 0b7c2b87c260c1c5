"""Grading of hand-ins from file to result: one at a time, a class at a time, or as Gradescope asks."""

from autograder.classroom.one import HandInGrader

__all__ = ["HandInGrader"]
