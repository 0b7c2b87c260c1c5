"""A folder, zip, single file or class export becomes the named files, safely and in memory."""

from autograder.submission.classes import Found, Status, find_one, find_submissions
from autograder.submission.hand_in import Submission, open_submission
from autograder.submission.metadata import Dates, Metadata, PreviousSubmission, Submitter, read_metadata
from autograder.submission.shelf import Part, Source
from autograder.submission.students import Student
from autograder.submission.trees import HANDIN_MANIFEST, ReadLimits

__all__ = [
    "HANDIN_MANIFEST",
    "Dates",
    "Found",
    "Metadata",
    "Part",
    "PreviousSubmission",
    "ReadLimits",
    "Source",
    "Status",
    "Student",
    "Submission",
    "Submitter",
    "find_one",
    "find_submissions",
    "open_submission",
    "read_metadata",
]
