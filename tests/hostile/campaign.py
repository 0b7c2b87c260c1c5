"""Grades attacks one after the other, alone in name spaces of its own, and prints what each came to, a JSON line each.

    python campaign.py KIT WAY TIER [--bare] NAME…

KIT holds this file, the attacks, the honest files and the course. WAY is `gradescope`, where `/autograder` is laid
out as on the platform, or `class`, where hand-ins are zips. With `--bare`, the kernel has no Landlock and no
filter of system calls. It imports the grader and the standard library alone.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from attack import Attack, read_attack

SECRETS = {
    "salt": "60221407",
    "reference": "27182818",
    "tests": "66260701",
    "bank": "16021766",
    "metadata": "13806490",
    "hidden input": "3141592",
    "expected value": "16180.33",
    "expected value, digits": "1618033",
}
"""What is planted where student code must not see it, or must not show it."""
SLACK_SECONDS = 5.0
MOST_GROWTH = 256 << 20
"""Bytes that the grader's own process may grow by: a reply as large as may be, with what is made of it."""
OWN = ("/campaign-", "/autograder-users")
"""What the grader itself keeps in temporary folders."""
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run")
SHARED = [place for place in os.environ.get("CAMPAIGN_SHARED", "").split(os.pathsep) if place]
"""Where this program and its Python lie: other tests run from there at the same time, and write their caches."""
CACHES = {"__pycache__", ".hypothesis", ".pytest_cache"}


@dataclass
class Outcome:
    """What one attack came to; everything that is wrong is in one of the lists."""

    name: str
    tier: str = ""
    landlock: bool = False
    seccomp: bool = False
    scores: dict[str, float] = field(default_factory=dict)
    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    output: str = ""
    secrets: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Place:
    """What there is besides the attack: processes, files and shared memory, before and after."""

    def __init__(self, trees: list[Path]) -> None:
        self._trees = trees
        self._before, self._listed_before = self._state()

    def left_behind(self) -> list[str]:
        """Return what is new or different."""
        after, listed = self._state()
        left = [f"{what} {detail}" for what, detail in after.items() if self._before.get(what) != detail]
        for folder, listing in listed.items():
            before = self._listed_before.get(folder, NOTHING)
            if listing is not before:
                left += [f"{what} " for what in listing.noted - before.noted]
        return sorted(left)

    def _state(self) -> tuple[dict[str, str], dict[str, Listing]]:
        """Return what there is, with what tells it from others, and what lies where everybody may write."""
        state = {f"process {pid}": "" for pid in _processes()}
        for kind in ("shm", "sem", "msg"):
            with contextlib.suppress(OSError):
                for line in Path("/proc/sysvipc", kind).read_text().splitlines()[1:]:
                    state[f"System V {kind} {line.split()[1]}"] = ""
        for tree in self._trees:
            for _, listing in _folders(str(tree)):
                state |= {f"file {path}": _digest(path) for path in listing.paths}
        return state, {folder: listing for place in PLACES for folder, listing in _folders(place)}


def _processes() -> Iterator[str]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                status = Path(entry.path, "status").read_text()
                if "\nState:\tZ" not in status:
                    yield f"{entry.name} {status.split(maxsplit=2)[1]}"


@dataclass(frozen=True)
class Listing:
    """What lies in one folder.

    Attributes
    ----------
    inside
        The folders among it, without links.
    noted
        What of it is looked at where everybody may write.
    """

    paths: tuple[str, ...]
    inside: tuple[str, ...]
    noted: frozenset[str]


NOTHING = Listing((), (), frozenset())
_listed: dict[str, tuple[tuple[int, ...], Listing]] = {}


def _folders(folder: str) -> Iterator[tuple[str, Listing]]:
    """Yield a folder and each folder in it, with what lies there.

    A folder is listed anew where it may have changed. An environment, which may be in a temporary folder, has
    thousands of folders; to list them before and after each attack would take longer than to grade it.
    """
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            listing = _listing(path)
        except OSError:
            continue
        waiting += listing.inside
        yield path, listing


def _listing(folder: str) -> Listing:
    status = os.stat(folder)  # noqa: PTH116 - so often that a Path would take most of the time
    # Whatever comes into a folder or leaves it sets the last of these to the time that it is, which nobody can choose.
    unchanged = status.st_dev, status.st_ino, status.st_mode, status.st_ctime_ns
    before, listing = _listed.get(folder, ((), NOTHING))
    if before != unchanged:
        entries = list(os.scandir(folder))
        paths = tuple(f"{folder}/{entry.name}" for entry in entries)
        inside = tuple(
            path for path, it in zip(paths, entries, strict=True) if it.is_dir(follow_symlinks=False)
        )
        looked_at = (it for it in paths if not any(own in it for own in OWN) and not _is_shared_cache(it))
        listing = Listing(paths, inside, frozenset(f"file {path}" for path in looked_at))
        # The kernel's time stands still for a few milliseconds, in which more may come.
        if time.time_ns() - status.st_ctime_ns > 10**9:
            _listed[folder] = unchanged, listing
    return listing


def _is_shared_cache(path: str) -> bool:
    return not CACHES.isdisjoint(path.split("/")) and any(path.startswith(f"{it}/") for it in SHARED)


def _digest(path: str) -> str:
    status = os.lstat(path)
    # Whatever changes a file, or what says when it was changed, sets the last of these to the time that it is.
    unchanged = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    content = _content if stat.S_ISREG(status.st_mode) else _content.__wrapped__
    return f"{status.st_mode:o} {status.st_uid} {content(path, unchanged)}"


@functools.cache
def _content(path: str, unchanged: tuple[int, ...]) -> str:
    """Return the digest of a file, read once for as long as it is unchanged."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if Path(path).is_file() else ""


class Reader(threading.Thread):
    """Reads results.json again and again while it is being written: it has to be whole at every moment."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._ended = threading.Event()
        self.problems: set[str] = set()

    def run(self) -> None:
        while not self._ended.wait(0.03):
            if self._path.exists() and (problem := wrong_with(self._path)):
                self.problems.add(problem)

    def end(self) -> list[str]:
        """Stop, and return what was ever wrong."""
        self._ended.set()
        self.join()
        return sorted(self.problems)


def wrong_with(path: Path) -> str:
    """Return what is wrong with a results.json, nothing where it is as it should be."""
    try:
        results = json.loads(path.read_bytes(), parse_constant=_refuse)
    except FileNotFoundError:
        return "results.json is missing"
    except ValueError as error:
        return f"results.json is not valid: {error}"
    scores = [(test["score"], test["max_score"]) for test in results["tests"]]
    if [test["extra_data"]["question"] for test in results["tests"]] != ["loss", "descent", "scale"]:
        return "results.json does not list every question"
    if (
        not all(0 <= score <= most for score, most in scores)
        or results["score"] > sum(it for it, _ in scores) + 1e-6
    ):
        return "results.json holds scores out of bounds"
    return ""


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


@dataclass
class Kit:
    """The folder that all of it is in."""

    folder: Path

    def honest(self) -> dict[str, bytes]:
        """Return the files of an honest hand-in, all right."""
        files = {path.name: path.read_bytes() for path in (self.folder / "honest").iterdir()}
        return {**files, "ridge.py": (self.folder / "controls" / "honest_right.py").read_bytes()}

    def attack(self, name: str) -> Attack:
        return read_attack(self.folder / f"{name}.py")


def as_gradescope(kit: Kit, attack: Attack, outcome: Outcome) -> list[Path]:
    """Grade one attack as the platform's container does, and return what the student can see."""
    from autograder.classroom.container import grade_in_container

    root = Path("/autograder")
    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    shutil.rmtree(root / "submission", ignore_errors=True)
    (root / "submission").mkdir(mode=0o700)
    with tempfile.TemporaryDirectory() as name:
        handed_in = attack.hand_in(Path(name), kit.honest())
        if handed_in.is_dir():
            shutil.copytree(handed_in, root / "submission", symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(handed_in, root / "submission")
    _watched(outcome, [root / "source", root / "run_autograder"], results, lambda: grade_in_container(root))
    return [results]


@functools.cache
def grader_of_class(folder: Path, tier: str) -> Any:
    """Return what grades one hand-in after the other, as in a class, and with what; it ends with this program."""
    from autograder.classroom.grade_one import open_grader
    from autograder.classroom.work import prepare
    from autograder.course.loading import find_course

    work = prepare(find_course(folder / "course" / "assignments"), "ridge", tier)
    return open_grader(work), work


def as_class(kit: Kit, attack: Attack, outcome: Outcome, out: Path, tier: str) -> list[Path]:
    """Grade one attack as a zip in a class folder, and return what the student can see."""
    from autograder.classroom.grade_one import grade_one
    from autograder.classroom.work import refused
    from autograder.errors import SubmissionError
    from autograder.handin.open_hand_in import open_hand_in
    from autograder.model.scoring import not_run
    from autograder.report.gradescope import to_gradescope, write_results

    of_class, work = grader_of_class(kit.folder, tier)
    assignment = work.assignment
    results = out / "results.json"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "hand-in")
        folder.mkdir()
        handed_in = attack.hand_in(folder, kit.honest())
        archive = handed_in if handed_in.is_file() else _zipped(handed_in, Path(name, "hand-in.zip"))

        def grade() -> Any:
            write = lambda result: write_results(results, to_gradescope(result, assignment))  # noqa: E731
            write(not_run(work.plan, assignment))
            try:
                submission = open_hand_in(archive, assignment.file_names)
                result = grade_one(work, of_class, submission, lambda so_far: write(so_far()))
            except SubmissionError as error:
                result = refused(work.plan, assignment, str(error))
            finally:
                of_class.end_worker()  # which is nothing that the attack left behind
            write(result)
            return result

        result = _watched(outcome, [kit.folder], results, grade)
    page = out / "feedback.html"
    with contextlib.suppress(ImportError):
        from autograder.report.feedback_page import feedback_page

        page.write_text(feedback_page(result, assignment, "hand-in"))
        return [results, page]
    return [results]


def _watched(outcome: Outcome, trees: list[Path], results: Path, grade: Callable[[], Any]) -> Any:
    """Grade while watching results.json, and note what is left when it is done."""
    place = Place(trees)
    reader = Reader(results)
    reader.start()
    begin = time.monotonic()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    resident = _status_bytes("VmRSS")
    result = grade()
    outcome.seconds = time.monotonic() - begin
    if (growth := _status_bytes("VmHWM") - resident) > MOST_GROWTH:
        outcome.results.append(f"the grader itself took {growth >> 20} MB more than before")
    outcome.results += reader.end()
    outcome.left = place.left_behind()
    verdicts = [verdict for question in result.questions for verdict in question.verdicts]
    outcome.faults = [f"{it.test}: {it.details}" for it in verdicts if it.kind == "grader_fault"]
    outcome.faults += result.faults
    return result


def _status_bytes(name: str) -> int:
    """Return an amount of this process's own memory, as the kernel knows it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"\n{name}:")[2].split()[0]) * 1024


def _zipped(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w") as content:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                entry = zipfile.ZipInfo(str(path.relative_to(folder)))
                entry.create_system, entry.external_attr = 3, 0o120777 << 16
                content.writestr(entry, str(path.readlink()))
            elif path.is_file():
                content.write(path, str(path.relative_to(folder)))
    return archive


def read_results(outcome: Outcome, path: Path, visible: list[Path], seconds_total: float) -> None:
    """Note what the results say, and what they give away."""
    if problem := wrong_with(path):
        outcome.results.append(problem)
        return
    results = json.loads(path.read_bytes())
    outcome.tier = results["extra_data"]["tier"]
    outcome.output = results.get("output", "")
    for test in results["tests"]:
        question = test["extra_data"]["question"]
        outcome.scores[question] = test["score"]
        outcome.messages.append(test["output"])
        kinds = {it["test"].partition("/")[2]: it["verdict"] for it in test["extra_data"]["verdicts"]}
        outcome.verdicts[question] = {
            name.partition("::")[2]: kind for name, kind in kinds.items() if name.startswith("test_graded.py")
        }
    if not results["extra_data"]["finished"]:
        outcome.results.append("results.json says that grading was not finished")
    if outcome.seconds > seconds_total + SLACK_SECONDS:
        outcome.results.append(f"results.json came after {outcome.seconds:.0f} seconds")
    text = "\n".join(it.read_text() for it in visible)
    text += text.replace(".d", "")  # spelled as a name, with a word for each digit
    outcome.secrets = [secret for secret, mark in SECRETS.items() if mark in text]


def set_up_gradescope(kit: Kit) -> None:
    """Put the course that is attacked in place of the one that the tree was built for."""
    from autograder.course.loading import find_course
    from autograder.grading.pytest_session import collect_plan

    source = Path("/autograder/source")
    for name in ("assignments", "solutions"):
        shutil.rmtree(source / name)
        shutil.copytree(kit.folder / "course" / name, source / name)
    course = find_course(source)
    plan = collect_plan(course.assignment("ridge"), course.solution("ridge"))
    (source / "plan.json").write_bytes(plan.to_json())
    (source / "bundle.json").write_text(json.dumps({"assignment": "ridge"}))
    metadata = {"id": 13806490, "users": [{"name": "Student", "email": "student@example.org"}]}
    Path("/autograder/submission_metadata.json").write_text(json.dumps(metadata))
    for path in (source, *source.rglob("*")):
        path.chmod(path.stat().st_mode & 0o700)
    Path("/autograder/submission_metadata.json").chmod(0o600)


def make_bare() -> None:
    """Grade as on a kernel without Landlock and without libseccomp."""
    from autograder.sandbox import isolation, process

    process.compiled_filter = lambda: None  # type: ignore[attr-defined, assignment]
    isolation.landlock_version.cache_clear()
    isolation.landlock_version = lambda: 0  # type: ignore[assignment]


def protection(tier: str) -> tuple[bool, bool]:
    """Return whether workers have Landlock and a filter of system calls."""
    from autograder.sandbox.process import Sandbox

    worker = Sandbox.of_this_machine(tier=tier).start()
    worker.kill()
    return worker.protection.landlock, worker.protection.seccomp


def main() -> None:
    """Grade the attacks that are named."""
    folder, way, tier, *names = sys.argv[1:]
    os.environ["AUTOGRADER_TIER"] = tier
    os.umask(0o022)
    sys.dont_write_bytecode = True
    if "--bare" in names:
        names.remove("--bare")
        make_bare()
    kit = Kit(Path(folder))
    if way == "gradescope":
        set_up_gradescope(kit)
    landlock, seccomp = protection(tier)
    out = Path(tempfile.mkdtemp(prefix="campaign-"))
    for name in names:
        outcome = Outcome(name, landlock=landlock, seccomp=seccomp)
        attack = kit.attack(name)
        try:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                if way == "gradescope":
                    visible = as_gradescope(kit, attack, outcome)
                else:
                    visible = as_class(kit, attack, outcome, out, tier)
            read_results(outcome, visible[0], visible, 25.0)
        except Exception as error:  # one attack that breaks the grader must not hide the others
            outcome.faults.append(f"{type(error).__name__}: {error}")
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
