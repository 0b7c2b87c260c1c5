"""Zips for students and for Gradescope: reproducible, free of secrets, and tried before they are used."""

from autograder.bundles.bundle import Bundle, bundle, read_bundle
from autograder.bundles.leaks import scan_for_leaks
from autograder.bundles.lock import base_requirements, student_requirements
from autograder.bundles.rehearsal import Rehearsal, Rehearsed, rehearse
from autograder.bundles.release import Release, release, release_of
from autograder.bundles.wheel import build_wheel

__all__ = [
    "Bundle",
    "Rehearsal",
    "Rehearsed",
    "Release",
    "base_requirements",
    "build_wheel",
    "bundle",
    "read_bundle",
    "rehearse",
    "release",
    "release_of",
    "scan_for_leaks",
    "student_requirements",
]
