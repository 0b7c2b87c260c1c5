"""Names for answers and for people that tell nothing to whoever does not have the class's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from autograder.handin.students import Student

_LETTERS = 10


def secret_of(salt: str) -> str:
    """Return the secret of a class, from which the salt cannot be told; the same in every run."""
    return hmac.new(salt.encode(), b"written answers", hashlib.sha256).hexdigest()[:40]


def class_id(secret: str, name: str) -> str:
    """Return what a class is called in a browser and in the marks that come from there."""
    return _name(secret, "class", name)


def answer_id(secret: str, question: str, text: str | None) -> str:
    """Return what an answer is called: answers that differ in nothing but white space have one name.

    None stands for one that could not be read, which is no empty one.
    """
    if text is None:
        return _name(secret, "unread", question)
    return _name(secret, "answer", question, " ".join(text.split()))


def people_id(secret: str, label: str, students: Sequence[Student]) -> str:
    """Return what the authors of a hand-in are called, the same for all of their hand-ins."""
    keys = sorted(filter(None, (student.key for student in students)))
    return _name(secret, "people", *(keys or [f"label {label}"]))[:6]


def _name(secret: str, *parts: str) -> str:
    message = "\0".join(parts).encode("utf-8", "replace")
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_LETTERS]
