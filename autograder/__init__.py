"""Auto-graded NumPy homework: sandboxed grading that names the kind of mistake."""

__version__ = "0.2.0"
