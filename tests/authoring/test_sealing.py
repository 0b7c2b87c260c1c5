"""Hints in a release are locked with the values that a mistake gives: who makes it opens its hint, nobody else."""

from __future__ import annotations

import base64
import json
import pickle
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.authoring import release as packing
from autograder.authoring.leaks import scan_for_leaks
from autograder.authoring.release import release
from autograder.authoring.sealing import Sealing, seal_hints
from autograder.course.loading import Course, load_assignment
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.grading.trial import Subject
from autograder.model.plan import PlannedTest
from autograder.student import checks
from autograder.student.checks import Checks, check_folder
from autograder.student.messages import messages
from tests.commands import run_command, run_here
from tests.courses import write_course

NAME = "losses"
ASSIGNMENT = """
title = "Losses"
version = "1.0"
total_points = 2

[switches]
reg = 0

[[files]]
name = "hw.py"

[[questions]]
id = "loss"
title = "Loss"
points = 1
functions = ["hw.loss"]

[[questions]]
id = "count"
title = "Count"
points = 1
functions = ["hw.count"]
"""

STUB = """
def loss(W, X, reg):
    raise NotImplementedError("fill in loss in hw.py")

def count(X):
    raise NotImplementedError("fill in count in hw.py")
"""

REFERENCE = """
import numpy as np

def loss(W, X, reg):
    scores_of_all = X @ W
    value = (scores_of_all ** 2).mean() + reg * (W * W).sum()
    dW = 2 * X.T @ scores_of_all / scores_of_all.size + 2 * reg * W
    return value, dW

def count(X):
    return int((X > 0).sum())
"""

W = np.array([[0.71, -1.37], [2.13, 0.29], [-0.83, 1.93]])
X = np.array([[1.17, -0.53, 0.31], [-2.29, 0.97, 1.61], [0.43, 1.87, -1.13], [0.59, -0.37, 2.71]])


def expected(examples: int, reg: float) -> str:
    scores = X[:examples] @ W
    value = (scores**2).mean() + reg * (W * W).sum()
    dW = 2 * X[:examples].T @ scores / scores.size + 2 * reg * W
    return f"({value!r}, np.array({dW.tolist()!r}))"


PUBLIC = f"""
import numpy as np
import pytest

W = np.array({W.tolist()!r})
X = np.array({X.tolist()!r})

@pytest.mark.question("loss")
@pytest.mark.parametrize("examples, reg, equals", [
    (4, 0.0, {expected(4, 0.0)}), (3, 0.0, {expected(3, 0.0)}), (4, 0.3, {expected(4, 0.3)}),
], ids=["four", "three", "penalty"])
def test_loss(expect, examples, reg, equals):
    expect("hw.loss", W, X[:examples], reg, equals=equals, names=("loss", "dW"))

@pytest.mark.question("count")
def test_count(expect):
    expect("hw.count", X, equals=7, names=("count",))
"""

GRADED = """
import pytest

@pytest.mark.question("loss")
@pytest.mark.parametrize("reg", [0.0, 0.2], ids=str)
def test_loss_of_more(compare, rng, reg):
    compare("hw.loss", rng.normal(size=(3, 2)), rng.normal(size=(5, 3)), reg, names=("loss", "dW"))

@pytest.mark.question("count")
def test_counts(compare, rng):
    compare("hw.count", rng.normal(size=20), names=("count",))
"""

SUMMED = "Double the batch by repeating it: should the loss be twice as large then?"
BANK = f"""
[summed]
title = "sum instead of mean"
hint = "{SUMMED}"
edits.loss = [["(scores_of_all ** 2).mean()", "(scores_of_all ** 2).sum()"], [" / scores_of_all.size", ""]]

[half]
note = "Half of the penalty is as good."
edits.loss = [["reg * (W * W)", "0.5 * reg * (W * W)"], ["2 * reg * W", "reg * W"]]

[half_in_loss]
title = "half of the penalty in the loss alone"
hint = "Is what you add to the gradient the slope of what you add to the loss?"
edits.loss = ["reg * (W * W)", "0.5 * reg * (W * W)"]

[no_penalty]
title = "no penalty"
hint = "What becomes of your loss when reg grows from 0 to 1?"
edits.loss = [[" + reg * (W * W).sum()", ""], [" + 2 * reg * W", ""]]

[factor]
title = "factor forgotten"
hint = "Your loss is right. What is the derivative of a square?"
edits.loss = ["2 * X.T", "X.T"]

[factor_again]
title = "the same factor, halved afterwards"
hint = "Where does the factor 1/2 of your gradient come from?"
edits.loss = [["2 * X.T", "(2 * X.T) * 0.5"]]

[slow]
title = "slow but right"
hint = "How often does your loop run?"
structural = true
edits.loss = ["scores_of_all = X @ W", "scores_of_all = np.array([x @ W for x in X])"]

[transposed]
title = "transposed"
hint = "Which of the two matrices comes first in the product?"
edits.loss = ["scores_of_all = X @ W", "scores_of_all = W @ X"]

[undefined]
title = "no number"
hint = "What is the logarithm of a negative number, and where does yours come from?"
edits.loss = [["return value, dW", "return value * np.nan, dW * np.nan"]]

[from_zero]
title = "zero counted"
hint = "Is 0 a positive number, and what does your comparison say to it?"
edits.count = ["X > 0", "X > -1"]
"""

FILES = {
    f"assignments/{NAME}/assignment.toml": ASSIGNMENT,
    f"assignments/{NAME}/hw.py": STUB,
    f"assignments/{NAME}/test_public.py": PUBLIC,
    f"assignments/{NAME}/README.md": "# Losses\n",
    f"solutions/{NAME}/grading.toml": 'salt = "pepper, pepper, pepper"\n',
    f"solutions/{NAME}/hw.py": REFERENCE,
    f"solutions/{NAME}/test_graded.py": GRADED,
    f"solutions/{NAME}/mistakes.toml": BANK,
}


def course_of(root: Path, **replaced: str) -> Course:
    """Write the course; keywords replace files by their names without suffix."""
    changed = {path: replaced.get(Path(path).stem, text) for path, text in FILES.items()}
    if "stub" in replaced:
        changed[f"assignments/{NAME}/hw.py"] = replaced["stub"]
    return Course(write_course(root, changed))


def sealing_of(course: Course) -> Sealing:
    return seal_hints(course.assignment(NAME), course.solution(NAME))


@pytest.fixture(scope="module", autouse=True)
def _small_wheel() -> Iterator[None]:
    """Pack no wheel into the releases of this process: it is the same in all, and searching it takes longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "build_wheel", lambda: ("homework_autograder-0-py3-none-any.whl", b""))
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return course_of(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def sealing(course: Course) -> Sealing:
    return sealing_of(course)


@pytest.fixture(scope="module")
def folder(course: Course, sealing: Sealing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked release."""
    room = tmp_path_factory.mktemp("student")
    assignment = course.assignment(NAME)
    zipfile.ZipFile(release(assignment, room, course.root / "solutions", sealing.file)).extractall(room)
    return room / NAME


@pytest.fixture(scope="module")
def grader(folder: Path) -> Iterator[Grader]:
    """What checks in the student's folder are made with, for all that is written there."""
    with Grader(load_assignment(folder), None) as grader:
        yield grader


@pytest.fixture
def check(folder: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Checks]]:
    """Returns what the checks in a student's folder find in a file, whose `count` is right unless it says otherwise."""
    monkeypatch.setattr(checks, "Grader", lambda *args, **options: nullcontext(grader))

    def check(source: str) -> Checks:
        count = REFERENCE[REFERENCE.index("def count") :]
        (folder / "hw.py").write_text(f"import numpy as np\n{count}\n{textwrap.dedent(source)}")
        return check_folder(folder=folder)

    yield check
    (folder / "hw.py").write_text(STUB)


def hints(found: Checks) -> set[str]:
    return {verdict.hint for verdicts in found.verdicts.values() for verdict in verdicts if verdict.hint}


def reasons(sealing: Sealing) -> dict[str, str]:
    return {it.variant.mistake.id: it.why_not for it in sealing.outcomes}


WAYS_TO_SUM = {
    "matrices": """
        def loss(W, X, reg):
            scores = X.dot(W)
            return np.sum(scores ** 2) + reg * np.sum(W ** 2), 2 * X.T.dot(scores) + 2 * reg * W
    """,
    "loops": """
        def loss(W, X, reg):
            value, dW = 0.0, np.zeros(W.shape)
            for x in X:
                for c in range(W.shape[1]):
                    score = 0.0
                    for d in range(len(x)):
                        score += x[d] * W[d, c]
                    value += score * score
                    dW[:, c] += 2 * score * x
            for w in W.ravel():
                value += reg * w * w
            return float(value), dW + reg * 2 * W
    """,
    "einsum": """
        def loss(W, X, reg):
            scores = np.einsum("nd,dc->nc", X, W)
            value = np.einsum("nc,nc->", scores, scores) + reg * np.einsum("dc,dc->", W, W)
            return [value, 2 * np.einsum("nd,nc->dc", X, scores) + 2 * reg * W]
    """,
    "backwards": """
        def loss(W, X, reg):
            value, dW = reg * sum(sorted((W * W).ravel())), 2 * reg * W
            for x in X[::-1]:
                value, dW = value + ((x @ W) ** 2)[::-1].sum(), dW + 2 * np.outer(x, x @ W)
            return value, dW
    """,
    "noise": """
        def loss(W, X, reg):
            scores = X @ W
            noise = 1 + 1e-11 * np.random.default_rng(len(X)).normal(size=W.shape)
            return (scores ** 2).sum() + reg * (W * W).sum() + 1e-12, noise * (2 * X.T @ scores + 2 * reg * W)
    """,
    "float32": """
        def loss(W, X, reg):
            W, X = W.astype(np.float32), X.astype(np.float32)
            scores = X @ W
            value = (scores ** 2).sum() + np.float32(reg) * (W * W).sum()
            return value, 2 * X.T @ scores + 2 * np.float32(reg) * W
    """,
}


@pytest.mark.parametrize("source", WAYS_TO_SUM.values(), ids=WAYS_TO_SUM)
def test_every_way_to_write_a_mistake_opens_its_hint(check: Callable[[str], Checks], source: str) -> None:
    checks = check(source)
    assert [verdict.hint for verdict in checks.verdicts["loss"]] == [SUMMED] * 3
    assert sum("for a hint: autograder hint loss" in line for _, line in messages(checks)) == 1


NOTE = "Half of the penalty is as good."
TERM_BY_TERM = {
    "summed loss beside an unknown gradient": (
        "(scores ** 2).sum() + reg * (W * W).sum(), 3 * X.T @ scores + 2 * reg * W",
        f"About loss at reg = 0: {SUMMED}",
    ),
    "summed gradient beside an unknown loss": (
        "np.abs(scores).mean() + reg * (W * W).sum(), 2 * X.T @ scores + 2 * reg * W",
        f"About dW at reg = 0: {SUMMED}",
    ),
    "summed with half of the penalty": (
        "(scores ** 2).sum() + 0.5 * reg * (W * W).sum(), 2 * X.T @ scores + reg * W",
        SUMMED,
    ),
    "summed with an unknown penalty": (
        "(scores ** 2).sum() + reg * W.sum(), 2 * X.T @ scores + reg * np.ones(W.shape)",
        f"About loss at reg = 0: {SUMMED} About dW at reg = 0: {SUMMED}",
    ),
    "half of the penalty": (
        "(scores ** 2).mean() + 0.5 * reg * (W * W).sum(), 2 * X.T @ scores / scores.size + reg * W",
        NOTE,
    ),
    "half of the penalty beside an unknown gradient": (
        "(scores ** 2).mean() + 0.5 * reg * (W * W).sum(), 3 * X.T @ scores / scores.size + reg * W",
        None,
    ),
}


@pytest.mark.parametrize(("returned", "hint"), TERM_BY_TERM.values(), ids=TERM_BY_TERM)
def test_a_mistake_in_one_term_is_named_whatever_the_others_are(
    check: Callable[[str], Checks], returned: str, hint: str | None
) -> None:
    checks = check(f"def loss(W, X, reg):\n    scores = X @ W\n    return {returned}\n")
    assert {it.hint for it in checks.verdicts["loss"] if not it.passed} == {hint}


def test_a_convention_that_the_assignment_does_not_accept_excuses_nothing(tmp_path: Path) -> None:
    def count(sealing: Sealing) -> int:
        return len(boxes(sealing.file))

    strict = ASSIGNMENT.replace("[switches]", '[conventions]\nhalf = "mistake"\n\n[switches]')
    assert count(sealing_of(course_of(tmp_path, assignment=strict))) < count(sealing_of(course_of(tmp_path)))


OPENS_NOTHING = {
    "right": REFERENCE,
    "right with loops": """
        def loss(W, X, reg):
            scores = np.array([[sum(x * w) for w in W.T] for x in X])
            return (scores ** 2).mean() + reg * (W * W).sum(), 2 * X.T @ scores / scores.size + 2 * reg * W
    """,
    "stub": STUB,
    "twice the sum": """
        def loss(W, X, reg):
            scores = X @ W
            return 2 * ((scores ** 2).sum() + reg * (W * W).sum()), 4 * X.T @ scores + 4 * reg * W
    """,
    "zeros": "def loss(W, X, reg):\n    return 0.0, np.zeros_like(W)\n",
    "another factor": """
        def loss(W, X, reg):
            scores = X @ W
            return 1.5 * (scores ** 2).sum() + reg * (W * W).sum(), 3 * X.T @ scores + 2 * reg * W
    """,
    "summed for four examples alone": """
        def loss(W, X, reg):
            scores = X @ W
            size = 1 if len(X) == 4 else scores.size
            return (scores ** 2).sum() / size + reg * (W * W).sum(), 2 * X.T @ scores / size + 2 * reg * W
    """,
    "summed and raising for three examples": """
        def loss(W, X, reg):
            scores = X @ W
            if len(X) == 3:
                raise ValueError("three")
            return (scores ** 2).sum() + reg * (W * W).sum(), 2 * X.T @ scores + 2 * reg * W
    """,
    "summed and off by a thousandth of a per cent": """
        def loss(W, X, reg):
            scores = X @ W
            almost = 1.00001 * X.T @ scores
            return (scores ** 2).sum() * 1.00001 + reg * (W * W).sum(), 2 * almost + 2 * reg * W
    """,
    "raising": "def loss(W, X, reg):\n    return W @ X\n",
    "not a number": "def loss(W, X, reg):\n    return np.nan, W * np.nan\n",
    "not importable": "raise RuntimeError\n",
    "texts": "def loss(W, X, reg):\n    return 'loss', [{1: None, 'a': b'b', 2j: 3j}]\n",
}


@pytest.mark.parametrize("source", OPENS_NOTHING.values(), ids=OPENS_NOTHING)
def test_right_and_otherwise_wrong_work_opens_nothing(check: Callable[[str], Checks], source: str) -> None:
    known = [hint for hint in BANK.split('"') if hint.endswith(("?", "."))]
    assert not any(known_hint in hint for known_hint in known for hint in hints(check(source)))


def test_every_mistake_opens_its_own_hint_or_none(
    check: Callable[[str], Checks], course: Course, sealing: Sealing
) -> None:
    with Grader(course.assignment(NAME), course.solution(NAME)) as grader:
        variants = grader.bank.variants
    known = {variant.mistake.hint for variant in variants}
    for variant in variants:
        own = {variant.mistake.hint} if variant.mistake.id in sealing.sealed else set()
        assert hints(check(variant.files["hw.py"].decode())) & known == own
    assert sealing.sealed == ("summed", "half", "no_penalty")


def test_what_cannot_be_sealed_has_a_reason(sealing: Sealing) -> None:
    assert reasons(sealing) == {
        "summed": "",
        "half": "",
        "half_in_loss": "could be guessed (40 bits of wrong numbers are needed)",
        "no_penalty": "",
        "factor": "look the same as others in the public checks",
        "factor_again": "look the same as others in the public checks",
        "slow": "pass every public check",
        "transposed": "could be guessed (40 bits of wrong numbers are needed)",
        "undefined": "could be guessed (40 bits of wrong numbers are needed)",
        "from_zero": "could be guessed (40 bits of wrong numbers are needed)",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "np.round(value), np.round(dW)",
        "bool(value > 1), dW > 0",
        "0.25, 0.5 * np.ones((3, 2))",
        "np.argmax(dW, axis=0) / 3, np.argmax(dW, axis=1)",
        "str(value), repr(dW)",
    ],
)
def test_few_possible_outcomes_are_no_key(tmp_path: Path, wrong: str) -> None:
    bank = f'[M]\ntitle = "t"\nhint = "Why is that?"\nedits.loss = ["return value, dW", "return {wrong}"]\n'
    assert "could be guessed" in reasons(sealing_of(course_of(tmp_path, mistakes=bank)))["M"]


def test_a_public_check_of_loops_keeps_no_hint_from_being_sealed(tmp_path: Path) -> None:
    loops = """
@pytest.mark.question("loss")
def test_no_loop(loops):
    def sized(rng, examples=7, features=5):
        return rng.normal(size=(features, 2)), rng.normal(size=(examples, features)), 0.1

    loops("hw.loss", sized, n=8)
"""
    sealed = sealing_of(course_of(tmp_path, test_public=PUBLIC + loops)).sealed
    assert {"summed", "half", "no_penalty"} <= set(sealed)


def test_what_is_random_is_no_key(tmp_path: Path) -> None:
    drawn = "return value + np.random.default_rng().random(), dW"
    bank = f'[M]\ntitle = "t"\nhint = "Why is that?"\nedits.loss = ["return value, dW", "{drawn}"]\n'
    sealing = sealing_of(course_of(tmp_path, mistakes=bank))
    assert reasons(sealing) == {"M": "end without values to compare, or with others in each run"}
    assert sealing.file is None


def test_a_check_that_passes_only_at_times_is_no_part_of_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_of, of_reference = Grader.trial_of, dict[str, Any]()

    def passing_once(grader: Grader, test: PlannedTest, subject: Subject) -> Any:
        """Let one check see the reference when it sees a mistake for the first time."""
        seen = trial_of(grader, test, subject)
        if test.id not in of_reference:  # which is run first
            return of_reference.setdefault(test.id, seen)
        return of_reference.pop(test.id) if "four" in test.id else seen

    monkeypatch.setattr(Grader, "trial_of", passing_once)
    bank = BANK[: BANK.index("[half]")]
    assert "others in each run" in reasons(sealing_of(course_of(tmp_path, mistakes=bank)))["summed"]


def test_other_processes_seal_the_same(tmp_path: Path, sealing: Sealing) -> None:
    class Pool:
        jobs = 3

        def carry_out(self, task: Callable[[Grader], Any]) -> Future[Any]:
            done: Future[Any] = Future()
            done.set_result(pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(task))())))
            return done

    course = course_of(tmp_path)
    again = seal_hints(course.assignment(NAME), course.solution(NAME), pool=Pool())
    assert again.file == sealing.file and len(again.outcomes) == len(sealing.outcomes) > 1


def test_the_file_holds_no_hint_in_clear_and_tells_no_lengths(sealing: Sealing) -> None:
    texts = [it.variant.mistake.hint for it in sealing.outcomes]
    assert len({len(it.variant.mistake.hint) for it in sealing.outcomes if not it.why_not}) > 1
    for content in (sealing.file, *map(base64.b64decode, boxes(sealing.file))):
        assert not any(text.encode() in content for text in texts)
    assert len({len(box) for box in boxes(sealing.file)}) == 1


def boxes(file: bytes) -> list[str]:
    return [box for lock in json.loads(file)["locks"] for box in lock["hints"]]


def test_the_same_bank_gives_the_same_file(course: Course, sealing: Sealing) -> None:
    assert sealing_of(course).file == sealing.file


def test_a_changed_hint_changes_every_byte_that_holds_it(sealing: Sealing, tmp_path: Path) -> None:
    """Two streams that are the same would give away in what the two hints differ."""
    changed = sealing_of(course_of(tmp_path, mistakes=BANK.replace("Double the batch", "Triple the batch")))
    old, new = (set(boxes(file)) for file in (sealing.file, changed.file))
    assert old & new and len(old) == len(new)
    before, after = (sorted(map(base64.b64decode, them)) for them in (old - new, new - old))
    for left in before:
        for right in after:
            agreeing = sum(a == b for a, b in zip(left, right, strict=True))
            assert agreeing < len(left) / 16


def test_a_hint_in_clear_stops_a_release(course: Course, sealing: Sealing, tmp_path: Path) -> None:
    clear = sealing.file.replace(boxes(sealing.file)[0].encode(), SUMMED.encode())
    encoded = base64.b64encode(SUMMED.encode())
    for file in (clear, sealing.file.replace(boxes(sealing.file)[0].encode(), encoded)):
        with pytest.raises(CourseError, match=r"hints\.sealed.* shows solutions/losses/mistakes\.toml"):
            release(course.assignment(NAME), tmp_path, course.root / "solutions", file)


def test_the_release_holds_the_file_and_the_scan_lets_it_pass(course: Course, tmp_path: Path) -> None:
    done = run_command("release", NAME, "--unverified", "-o", tmp_path, cwd=course.root)
    assert "hints are sealed for 3 of 10 known mistakes" in " ".join(done.stdout.split())
    path = tmp_path / f"{NAME}-1.0.zip"
    with zipfile.ZipFile(path) as archive:
        assert boxes(archive.read(f"{NAME}/hints.sealed"))
    scan_for_leaks(path.read_bytes(), course.root / "solutions", path.name)
    again = run_command("release", NAME, "--unverified", "-o", tmp_path / "again", cwd=course.root)
    assert again.returncode == 0
    assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        ({"mistakes": ""}, "hints are sealed for 0 of 0 known mistakes"),
        ({"mistakes": BANK.replace("2 * X.T", "3 * X.T")}, "without hints: "),
        ({"grading": "salt = 3\n"}, "without hints: "),
    ],
    ids=["an empty bank", "a broken bank", "a broken solution"],
)
def test_a_release_is_made_without_hints_where_there_are_none(
    tmp_path: Path, replaced: dict[str, str], said: str
) -> None:
    root = course_of(tmp_path, **replaced).root
    done = run_here("release", NAME, "--unverified", "-o", tmp_path / "out", cwd=root)
    assert done.returncode == 0, done.stderr
    assert said in " ".join(done.stdout.split())
    with zipfile.ZipFile(tmp_path / "out" / f"{NAME}-1.0.zip") as archive:
        assert f"{NAME}/hints.sealed" not in archive.namelist()


def test_a_release_is_made_where_there_is_no_solution(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if path.startswith("assignments")}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text.lstrip())
    done = run_here("release", NAME, "--unverified", cwd=tmp_path)
    assert "without hints, as there is no solutions/losses" in " ".join(done.stdout.split())
    assert done.returncode == 0, done.stderr


DAMAGED = {
    "empty": lambda file: b"",
    "cut off": lambda file: file[: len(file) // 2],
    "no JSON": lambda file: b"\xff\xfe\x00\x01",
    "another JSON": lambda file: b'{"locks": 3}',
    "a later format": lambda file: file.replace(b'"format": 1', b'"format": 2'),
    "deep": lambda file: b"[" * 100_000,
}
USELESS = {
    "other letters": lambda file: file.replace(boxes(file)[0].encode(), b"?" * 40),
    "changed": lambda file: file.replace(b"A", b"B"),
    "empty boxes": lambda file: json.dumps(
        {
            "format": 1,
            "assignment": NAME,
            "locks": [{"question": "loss", "term": "", "digits": 6, "hints": ["", "AAAA"]}],
        }
    ).encode(),
    "of another assignment": lambda file: file.replace(b'"losses"', b'"others"'),
}


@pytest.mark.parametrize("change", [*DAMAGED.values(), *USELESS.values()], ids=[*DAMAGED, *USELESS])
def test_a_damaged_or_foreign_file_is_one_sentence_or_nothing(
    folder: Path, sealing: Sealing, change: Callable[[bytes], bytes]
) -> None:
    path = folder / "hints.sealed"
    path.write_bytes(change(sealing.file))
    (folder / "hw.py").write_text("import numpy as np\n" + textwrap.dedent(WAYS_TO_SUM["loops"]))
    try:
        done = run_here("check", "loss", cwd=folder)
    finally:
        path.write_bytes(sealing.file)
        (folder / "hw.py").write_text(STUB)
    assert "Traceback" not in done.stdout + done.stderr
    assert "loss: 0 of 3 checks pass" in done.stdout
    told = done.stdout.count("hints.sealed is damaged, so no hints can be given")
    assert told == (change in DAMAGED.values())


def test_the_hint_is_said_in_the_words_of_graded_feedback(
    check: Callable[[str], Checks], course: Course, folder: Path
) -> None:
    source = "import numpy as np\n" + textwrap.dedent(WAYS_TO_SUM["loops"])
    with Grader(course.assignment(NAME), course.solution(NAME)) as grader:
        verdicts = grader.grade({"hw.py": source.encode()})
    graded = {it.hint for it in verdicts.values() if "loss_of_more" in it.test}
    (folder / "hw.py").write_text(source)
    shown = " ".join(run_here("hint", "loss", cwd=folder).stdout.split())
    assert graded == {SUMMED}
    assert shown.count(SUMMED) == 1


def test_verify_says_how_many_are_sealed_and_why_others_are_not(course: Course) -> None:
    printed = run_here("verify", NAME, "-j", "1", cwd=course.root, COLUMNS="400").stdout
    told = " ".join(printed.replace("│", " ").split())  # a cell may take several lines
    assert "3 of 10 known mistakes" in told
    assert "factor, factor_again look the same as others in the public checks" in told
    assert "slow pass every public check" in told
