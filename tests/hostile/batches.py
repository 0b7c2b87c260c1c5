"""Runs campaigns of attacks: where, under which tier, and side by side, each in name spaces of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.rehearsal import Rehearsal
from tests.hostile.attack import GROUPS, HERE, Attack
from tests.hostile.campaign import Outcome

OutcomeOf = Callable[["Row", Attack], Outcome]

ROOT = HERE.parents[1]
_one_at_a_time = threading.Lock()
PLAIN_USER = 60_999
"""From here on are ids that nobody has: one for each row, so that none uses up the processes of another."""

_SPACES = (
    "unshare",
    "--mount",
    "--pid",
    "--ipc",
    "--propagation",
    "private",
    "--fork",
    "--kill-child",
    "--mount-proc",
)
_PRIVATE = """
set -e
count=$1
shift
mount -t tmpfs none /mnt
for number in $(seq $count); do
    mkdir /mnt/$number
    mount --rbind "$1" /mnt/$number
    eval "place_$number=\\$1"
    shift
done
for place in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o mode=1777 none $place; done
for number in $(seq $count); do
    eval "place=\\$place_$number"
    mkdir -p "$place"
    mount --rbind /mnt/$number "$place"
done
umount -l /mnt
exec "$@"
"""
"""Covers the places where everybody may write, so that whatever is in them afterwards was left there.

Its arguments are a number, as many folders that stay what they are, and the command to run.
"""


@dataclass(frozen=True)
class Row:
    """One row of the table: a way to grade, a tier, and whether the kernel's fences are there.

    Attributes
    ----------
    boundary_only
        Whether only attacks at the boundary run.
    promises
        Whether grading strangers' code under it is meant to be safe.
    """

    name: str
    tier: str
    way: str = "class"
    bare: bool = False
    plain_user: bool = False
    boundary_only: bool = True
    promises: bool = True

    def runs(self, attack: Attack) -> bool:
        """Whether an attack is tried here."""
        return attack.at_boundary or not self.boundary_only


ROWS = (
    Row("gradescope", "uid", way="gradescope", boundary_only=False),
    Row("root", "uid+bubblewrap"),
    Row("plain user", "bubblewrap", plain_user=True),
    Row("limits alone", "limits", plain_user=True, promises=False),
    Row("gradescope, bare kernel", "uid", way="gradescope", bare=True),
)


def run_in_rehearsal(row: Row, attacks: Sequence[Attack], rehearsal: Rehearsal) -> dict[str, Outcome]:
    """Run attacks in a rehearsed container, one after the other in one process; return what each came to."""
    names = " ".join(attack.name for attack in attacks)
    script = (
        "#!/bin/bash\nmv /autograder/submission /autograder/kit && chmod 0700 /autograder/kit\n"
        f"exec /opt/autograder/bin/python -I /autograder/kit/campaign.py /autograder/kit {row.way} {row.tier}"
        f" {'--bare' * row.bare} {names}\n"
    )
    with tempfile.TemporaryDirectory(prefix="autograder-kit-") as name:
        kit = Path(name)
        _pack(kit)
        with _one_at_a_time, _replaced(rehearsal.source.parent / "run_autograder", script):
            return _read(rehearsal.grade(kit).output, attacks)


@contextlib.contextmanager
def _replaced(path: Path, text: str) -> Iterator[None]:
    before, mode = path.read_bytes(), path.stat().st_mode
    path.write_text(text)
    try:
        yield
    finally:
        path.write_bytes(before)
        path.chmod(mode)


def run_in_name_spaces(row: Row, attacks: Sequence[Attack], python: Path) -> dict[str, Outcome]:
    """Run attacks as an instructor's own grading does, in a machine of which they see only a part.

    Parameters
    ----------
    python
        One that every user can run.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-kit-") as name:
        kit = Path(name)
        _pack(kit)
        user = []
        if row.plain_user and os.geteuid() == 0:
            id = PLAIN_USER + ROWS.index(row)
            user = ["setpriv", f"--reuid={id}", f"--regid={id}", "--clear-groups", "--"]
            for path in (kit, *kit.rglob("*")):
                os.chown(path, id, id)
        runner = python if row.plain_user else Path(sys.executable)
        options = ["--bare"] if row.bare else []
        campaign: list[str | Path] = [
            runner,
            kit / "campaign.py",
            kit,
            row.way,
            row.tier,
            *options,
            *(it.name for it in attacks),
        ]
        variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        if not row.plain_user:
            variables["AUTOGRADER_WORKER_PYTHON"] = str(python)
        shared = {python.parents[1], Path(sys.prefix), ROOT}
        variables["CAMPAIGN_SHARED"] = os.pathsep.join(map(str, shared))
        # Outermost first, so that none is hidden by another.
        kept = sorted({kit, *shared})
        done = subprocess.run(
            [*_SPACES, "--", "sh", "-c", _PRIVATE, "sh", str(len(kept)), *kept, *user, *campaign],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        return _read(done.stdout, attacks)


def _pack(kit: Path) -> None:
    """Put everything that a campaign needs into a folder."""
    for group in (*GROUPS, "honest", "course"):
        shutil.copytree(HERE / group, kit / group, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("attack.py", "campaign.py"):
        shutil.copy(HERE / name, kit / name)
    kit.chmod(0o700)


def _read(output: str, attacks: Sequence[Attack]) -> dict[str, Outcome]:
    """Return the outcomes that a campaign printed; those that it did not reach say so."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    outcomes = {outcome["name"]: Outcome(**outcome) for outcome in map(json.loads, lines)}
    tail = "\n".join(line for line in output.splitlines()[-20:] if not line.startswith("{"))
    for attack in attacks:
        if attack.name not in outcomes:
            outcomes[attack.name] = Outcome(attack.name, results=[f"the campaign ended before it: {tail}"])
    return outcomes


def gained_and_lost(attack: Attack, outcome: Outcome) -> tuple[float, float]:
    """Return the points beyond what the honest parts earn, and those that the honest parts did not get."""
    differences = [outcome.scores.get(question, 0.0) - float(due) for question, due in attack.earns.items()]
    return (
        sum(difference for difference in differences if difference > 1e-5),
        -sum(difference for difference in differences if difference < -1e-5),
    )
