"""Checking and handing in work where there is no POSIX: no such modules, no sockets to hand down."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import process
from autograder.student.checks import check_folder
from tests.courses import REFERENCE

POSIX_ONLY = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "crypt", "spwd")

WITHOUT_POSIX = f"""
import sys
for name in {POSIX_ONLY!r}:
    sys.modules[name] = None
sys.argv[0] = "autograder"
from autograder.cli import main
main()
"""


@pytest.mark.parametrize("command", ["check", "submit"])
def test_nothing_posix_only_is_imported(work: Path, tmp_path: Path, command: str) -> None:
    (work / "centring.py").write_text(REFERENCE)
    arguments = [sys.executable, "-c", WITHOUT_POSIX, command, "--tier", "limits"]
    # It cannot lock its temporary folders, and other processes of these tests remove what nobody has locked.
    (tmp_path / "temporary").mkdir()
    environment = os.environ | {"TMPDIR": str(tmp_path / "temporary")}
    done = subprocess.run(arguments, cwd=work, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All public checks pass" in done.stdout


def test_nothing_of_git_network_or_home_is_needed(work: Path, tmp_path: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    environment = {"PATH": str(tmp_path / "empty"), "HOME": str(tmp_path / "nowhere"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "autograder", "submit", "--tier", "limits"]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (work / "centring-hand-in.zip").is_file()


def test_a_worker_that_inherits_no_socket_connects_by_itself(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners = []

    class Listener(process._Listener):
        def __init__(self) -> None:
            super().__init__()
            listeners.append(self)

    monkeypatch.setattr(process, "CAN_INHERIT_SOCKETS", False)
    monkeypatch.setattr(process, "_Listener", Listener)
    (work / "centring.py").write_text(REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add"))
    verdicts = check_folder(folder=work, tier="limits").verdicts
    assert [verdict.passed for verdict in verdicts["centre"] + verdicts["spread"]] == [True, False]
    assert listeners


def test_a_stranger_at_the_socket_is_turned_away() -> None:
    listener = process._Listener()
    port, token = listener.address.split(":")
    with socket.create_connection(("127.0.0.1", int(port))) as stranger:
        stranger.sendall(os.urandom(len(token)))
        with socket.create_connection(("127.0.0.1", int(port))) as worker:
            worker.sendall(token.encode())
            with listener.accept() as accepted:
                assert accepted.getpeername() == worker.getsockname()
