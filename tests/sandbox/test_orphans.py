"""What a killed grader has left of bubblewrap ends with the next start, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from autograder.sandbox import orphans
from autograder.sandbox.interpreter import worker_interpreter
from autograder.sandbox.isolation import Tier, bubblewrap_command, fork_server_command

WAITS = (sys.executable, "-c", "import time; print('there', flush=True); time.sleep(600)")


@pytest.fixture
def waiting() -> Iterator[object]:
    started: list[subprocess.Popen[bytes]] = []

    def start(owner: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([*WAITS, orphans.MARK, owner], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def name_of_one_that_is_gone() -> str:
    process = subprocess.Popen(WAITS, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    name = orphans._name_of(process.pid)
    process.kill()
    process.communicate()
    return name


def test_only_what_belongs_to_nobody_any_more_is_ended(waiting):
    gone = name_of_one_that_is_gone()
    table, number, began = gone.split(".")
    orphan = waiting(gone)
    reused = waiting(f"{table}.{os.getpid()}.{int(began) - 1}")
    ours = waiting(orphans._name_of(os.getpid()))
    elsewhere = waiting(f"{table}1.{number}.{began}")
    odd = waiting("no owner at all")
    orphans.end_orphans.cache_clear()
    orphans.end_orphans(os.getpid())
    assert orphan.wait(60) == reused.wait(60) == -signal.SIGKILL
    assert [it.poll() for it in (ours, elsewhere, odd)] == [None, None, None]


@pytest.mark.parametrize("kind", [tier for tier in Tier if tier.has_namespaces], ids=str)
def test_what_bubblewrap_starts_carries_its_owner_s_name_and_not_into_the_worker(kind):
    for command_of in (bubblewrap_command, fork_server_command):
        command = command_of(kind, worker_interpreter(), ["true"])
        place = command.index(orphans.MARK)
        assert command[place - 1 : place + 4] == [
            "--setenv",
            orphans.MARK,
            orphans._name_of(os.getpid()),
            "--unsetenv",
            orphans.MARK,
        ]
