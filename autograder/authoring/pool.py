"""What carries out the parts of a verification in other processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from autograder.grading.grader import Grader

Done = TypeVar("Done")


class Pool(Protocol):
    """Some processes, each with a grader of the assignment."""

    @property
    def jobs(self) -> int:
        """How many there are."""

    def carry_out(self, task: Callable[[Grader], Done]) -> Future[Done]:
        """Have a grader carry out a task, which can be sent to another process."""
