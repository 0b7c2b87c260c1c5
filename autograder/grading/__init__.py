"""Grading with pytest: fixtures, comparison, diagnosis, loops, speed."""
