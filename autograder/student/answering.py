"""The second Python of a notebook: answers one request after the other until nobody can ask any more.

Requests and answers are lines of JSON, a `Request` on standard input and a `Report` on standard output.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from autograder.course.loading import ASSIGNMENT_FILE, load_work
from autograder.errors import AutograderError
from autograder.files.archive import content_hash
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.student.afresh import Report, Request
from autograder.student.checks import check_folder
from autograder.student.handed_in import about_hand_in
from autograder.student.hints import hint_for
from autograder.student.messages import CODE, Line, messages
from autograder.student.page import in_a_cell
from autograder.student.standing import standing_of
from autograder.student.states import State, outcomes_of
from autograder.student.submit import make_hand_in
from autograder.student.work import open_work

IDLE_SECONDS = 600.0
"""Nobody is asked for a hundred megabytes longer than this; the next check starts another."""
_END_SECONDS = 10.0


def main() -> None:
    """Answer until standard input ends, or for `IDLE_SECONDS` nobody has asked anything."""
    # What a test prints must not be taken for an answer.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may have been started with it ignored
    asker = _Asker()
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        for request in asker.requests():
            answers.write(msgspec.json.encode(answer(request)) + b"\n")
            answers.flush()


class _Asker:
    """Who asks: a thread waits for the next request, and notices during an answer that nobody waits for it any more."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._is_answering = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def requests(self) -> Iterator[Request]:
        """Yield each request; the time until the next is asked for is that of its answer."""
        while line := self._next():
            self._is_answering.set()
            yield msgspec.json.decode(line, type=Request)
            self._is_answering.clear()

    def _next(self) -> bytes:
        try:
            return self._lines.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return b""

    def _read(self) -> None:
        # Without a buffer, whose lock a thread that waits would hold when this process ends.
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(b"")
        self._is_answering.wait()
        _interrupt_main_thread()
        time.sleep(_END_SECONDS)
        os._exit(1)


def _interrupt_main_thread() -> None:
    """Have the main thread end what it does and clean up, also where it waits for something."""
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def answer(request: Request) -> Report:
    """Return what was asked for, or why it cannot be had."""
    try:
        return _answer(request, Path(request.folder))
    except AutograderError as error:
        return Report(problem=str(error))


def _answer(request: Request, folder: Path) -> Report:
    match request.what:
        case "state":
            return Report(state=_state(open_work(folder, load_work(folder)).files, folder))
        case "page":
            return Report(lines=[(in_a_cell(check_folder(request.questions, folder)), False)])
        case "hand-in":
            hand_in = make_hand_in(folder)
            # The whole path is that of the folder in which the notebook is.
            near = dataclasses.replace(hand_in, path=Path(hand_in.path.name))
            return Report(hand_in.checks.passed, _told(about_hand_in(near, folder)))
        case "hint":
            (question,) = request.questions
            checks = check_folder((), folder)
            hint = hint_for(checks, checks.assignment.question(question).id, folder)
            return Report(lines=_told(hint.lines))
        case "checks":
            checks = check_folder(request.questions, folder)
            standing, outcomes = standing_of(checks, folder), outcomes_of(checks)
            # In a notebook the questions stay in sight above; a cell for each of them would repeat them all.
            rows = not request.questions or standing.is_news
            return Report(
                checks.passed,
                _told(messages(checks)),
                "\n".join(line for _, line in standing.text(rows=rows)),
                standing.is_news,
                {
                    it.question: f"{it.question}: {it.seen.count}"
                    for it in outcomes
                    if it.seen.state is State.DONE and not it.notes  # which are shown every time
                },
                [it.question for it in outcomes if it.is_offered_a_hint],
                _state(checks.submission.files, folder),
            )


def _told(lines: Iterable[Line]) -> list[tuple[str, bool]]:
    return [(line, role not in (*CODE, "values")) for role, line in lines]


def _state(files: Mapping[str, bytes], folder: Path) -> str:
    """Return a checksum of a student's files and of what checks them; data files have checksums of their own."""
    given = {
        name: (folder / name).read_bytes()
        for name in (ASSIGNMENT_FILE, PUBLIC_FILE)
        if (folder / name).is_file()
    }
    return content_hash(given | dict(files))


if __name__ == "__main__":
    main()
