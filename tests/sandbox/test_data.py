"""Files of data lie in the folder of every worker, under every tier, to be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox
from tests.sandbox.hand_ins import files_of

DATA = (("prices.csv", b"1,2\n"), ("deep/er/numbers.bin", bytes(range(256)) * 4096))

READING = """
    import os

    def read():
        with open("prices.csv") as prices, open("deep/er/numbers.bin", "rb") as numbers:
            return prices.read(), len(numbers.read())

    def write():
        try:
            open("prices.csv", "w").write("3,4")
        except OSError as error:
            return type(error).__name__

    def make():
        open("own.txt", "w").write("own")
        return sorted(os.listdir("."))
"""


@pytest.mark.parametrize("fresh", [False, True], ids=["forked", "fresh"])
def test_data_is_there_to_be_read_and_beside_it_is_room_to_write(tier, fresh, monkeypatch):
    if fresh:
        monkeypatch.setenv("AUTOGRADER_FRESH_INTERPRETERS", "1")
    sandbox = replace(Sandbox.of_this_machine(tier=tier), data=DATA)
    with Host(sandbox) as host:
        code = Code(host, files_of(READING))
        assert code.call("hw.read") == ("1,2\n", 1 << 20)
        if tier.has_own_user and not fresh:
            assert code.call("hw.write") == "PermissionError"
        assert {"own.txt", "prices.csv", "deep"} <= set(code.call("hw.make"))
        code.start_afresh()
        assert code.call("hw.read") == ("1,2\n", 1 << 20)


def test_a_worker_without_data_finds_an_empty_folder(best_sandbox):
    with Host(best_sandbox) as host:
        # Folders there may be, above the grader's own where that lies in /tmp.
        files = "import os\ndef f():\n    return [it for it in os.listdir('.') if not os.path.isdir(it)]"
        assert Code(host, files_of(files)).call("hw.f") == []
