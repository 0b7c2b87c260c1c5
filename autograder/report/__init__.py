"""Pages for people: feedback for a student, the report on a class."""

from autograder.report.class_report import class_page
from autograder.report.feedback import feedback_page
from autograder.report.model import Excerpt, Leftover, LikePair, Mistake, Surroundings
from autograder.report.statistics import ClassStatistics

__all__ = [
    "ClassStatistics",
    "Excerpt",
    "Leftover",
    "LikePair",
    "Mistake",
    "Surroundings",
    "class_page",
    "feedback_page",
]
