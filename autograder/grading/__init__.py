"""Grading with pytest: fixtures, comparison, diagnosis, loops, speed.

`misconception` and `convention` are what an assignment's bank of known mistakes is written with.
"""

from autograder.grading.bank import convention, misconception

__all__ = ["convention", "misconception"]
