"""The exceptions that end a command with one sentence: what is wrong, where, and what to do."""


class AutograderError(Exception):
    """Base of every error that is reported as one sentence instead of a traceback."""


class CourseError(AutograderError):
    """The instructor's files (`assignments/`, `solutions/`, a bundle) cannot be used as they are."""


class SubmissionError(AutograderError):
    """A hand-in cannot be opened or read; the sentence is written for the student."""


class GraderError(AutograderError):
    """The grader itself is at fault; the student's work is not."""
