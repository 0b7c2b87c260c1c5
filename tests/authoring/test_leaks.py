"""Nothing of `solutions/` reaches a student, however it is wrapped; what both halves share is no alarm."""

from __future__ import annotations

import base64
import gzip
import io
import json
import py_compile
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.leaks import scan_for_leaks
from autograder.authoring.release import release
from autograder.course.loading import Course, find_course
from autograder.errors import CourseError
from autograder.files.archive import zip_bytes

LINE = "    gradient += 2 * (X.T @ residuals) / num_examples + 2 * reg * w\n"
ROOT = Path(__file__).resolve().parents[2]


def zipped(**members: str | bytes) -> bytes:
    """Return a zip as a release is one; `__` in a name stands for the dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"ridge/{name.replace('__', '.')}", content)
    return buffer.getvalue()


def reference(course: Course) -> Path:
    return course.root / "solutions" / "ridge" / "ridge.py"


def found(course: Course, archive: bytes) -> str:
    """Return the sentence about a leak; empty where there is none."""
    try:
        scan_for_leaks(archive, course.root / "solutions", name="ridge.zip")
    except CourseError as error:
        return str(error)
    return ""


def test_a_line_of_the_reference_is_named_on_both_sides(small_course: Course) -> None:
    sentence = found(small_course, zipped(README__md=f"# Help\n\nTry this:\n{LINE}"))
    assert "ridge/README.md, line 4 shows solutions/ridge/ridge.py, line 16" in sentence


def test_a_line_is_found_wherever_it_begins(small_course: Course) -> None:
    for before in range(20):
        text = f"{'x' * before}{LINE.strip()}{'y' * (before % 3)}"
        assert "line 1 shows solutions/ridge/ridge.py, line 16" in found(
            small_course, zipped(README__md=text)
        )


def test_a_salt_is_found_that_is_shorter_than_any_line(small_course: Course) -> None:
    (small_course.root / "solutions" / "ridge" / "grading.toml").write_text('salt = "c0ffee5a17"\n')
    assert "shows solutions/ridge/grading.toml, line 1" in found(
        small_course, zipped(a__txt="\nxc0ffee 5a17x")
    )


SECRETS = {
    "a reference in another assignment": "return (X - X.mean(axis=0)) / X.std(axis=0)",
    "a comment of the reference": "# The factor 2 of the square stays, as in the handout.",
    "a docstring that the stub has not": "One pass over the residuals serves loss and gradient alike.",
    "a known mistake": 'edits.ridge_loss = [" + 2 * reg * w", ""]',
    "a hint": 'hint="Your loss has two terms. How many of them did you differentiate?",',
    "a sentence of a hint": "Think again. How many of them did you differentiate?",
    "a graded test": 'compare("ridge.ridge_loss", w, X, rng.standard_normal(11), 0.25, names=("loss", "dw"))',
    "notes": "The commonest slip is a penalty that only the loss contains.",
    "the salt": "c0ffee5a17b2d94e",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_every_sort_of_secret_is_found(small_course: Course, secret: str) -> None:
    assert found(small_course, zipped(notes__txt=f"see below\n{secret}\n")).startswith(
        "ridge.zip: ridge/notes.txt, line 2 shows solutions/"
    )


WRAPPINGS: dict[str, Callable[[str], dict[str, str | bytes]]] = {
    "as a comment": lambda line: {"ridge__py": f"def f():\n    # {line.strip()}\n    pass\n"},
    "with other spaces": lambda line: {"help__py": line.replace(" ", "").replace("+", "  +  ")},
    "broken into two lines": lambda line: {"help__py": line.replace(" / ", " /\n        ")},
    "inside a longer line": lambda line: {"help__py": f"if True: {line.strip()}; print(gradient)\n"},
    "in a cell of a notebook": lambda line: {"a__ipynb": json.dumps({"cells": [{"source": ["1\n", line]}]})},
    "in an output of a notebook": lambda line: {
        "a__ipynb": json.dumps({"cells": [{"outputs": [{"text": f'"{line}"'}]}]})
    },
    "in base64": lambda line: {"a__txt": b"data:text/plain;base64," + base64.b64encode(line.encode() * 3)},
    "in base64 broken into lines": lambda line: {
        "a__py": b'DATA = """\n' + base64.encodebytes(b"x" + line.encode() * 3) + b'"""\n'
    },
    "in base64 quoted piece by piece": lambda line: {
        "a__py": "\n".join(
            f'    "{piece.decode()}"' for piece in base64.encodebytes(line.encode() * 3).splitlines()
        )
    },
    "in base64 below a hash": lambda line: {
        "a__txt": b"--hash=sha256:" + b"0" * 64 + b" \\\n    " + base64.b64encode(line.encode() * 3)
    },
    "in url-safe base64": lambda line: {"a__txt": base64.urlsafe_b64encode(("?>~" + line).encode())},
    "in base64 in a notebook": lambda line: {
        "a__ipynb": json.dumps(
            {"cells": [{"data": {"image/png": base64.encodebytes(line.encode()).decode()}}]}
        )
    },
    "in a nested zip": lambda line: {"data__zip": zipped(inner__zip=zipped(a__py=line))},
    "in base64 of a zip": lambda line: {"a__txt": base64.b64encode(zipped(a__py=line * 40))},
    "in a wheel": lambda line: {"homework_autograder-0.1.0-py3-none-any__whl": zipped(a__py=line)},
    "compressed": lambda line: {"a__gz": gzip.compress(line.encode())},
    "between bytes that are no text": lambda line: {"a__npy": b"\x93NUMPY\0\1" + line.encode() + b"\0\xff"},
    "in UTF-16": lambda line: {"a__txt": line.encode("utf-16")},
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_a_line_is_found_however_it_is_wrapped(
    small_course: Course, wrap: Callable[[str], dict[str, str | bytes]]
) -> None:
    sentence = found(small_course, zipped(**wrap(LINE)))
    assert "shows solutions/ridge/ridge.py, line 16" in sentence


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_the_same_wrapping_of_something_harmless_is_no_alarm(
    small_course: Course, wrap: Callable[[str], dict[str, str | bytes]]
) -> None:
    assert (
        found(small_course, zipped(**wrap("    prediction = weights @ features + bias / temperature\n")))
        == ""
    )


def test_a_whole_file_under_another_name_is_found(small_course: Course) -> None:
    weights = small_course.root / "solutions" / "ridge" / "weights.npz"
    weights.write_bytes(bytes(range(256)))
    sentence = found(small_course, zipped(start__bin=weights.read_bytes()))
    assert "ridge/start.bin, line 1 shows solutions/ridge/weights.npz" in sentence


@pytest.mark.parametrize("name", ["helper.pyc", "helper.bin"])
def test_compiled_python_is_refused_since_it_cannot_be_searched(
    small_course: Course, tmp_path: Path, name: str
) -> None:
    compiled = tmp_path / "helper.pyc"
    py_compile.compile(str(reference(small_course)), str(compiled), dfile="helper.py", doraise=True)
    inner = zipped(**{name.replace(".", "__"): compiled.read_bytes()})
    sentence = found(small_course, zipped(data__zip=inner))
    assert f"{name}: is compiled Python, which cannot be searched" in sentence


def test_what_only_looks_compiled_is_refused_too(small_course: Course) -> None:
    sentence = found(small_course, zipped(helper__pyc=b"\x00\x01\r\n" + bytes(40)))
    assert "helper.pyc: is compiled Python, which cannot be searched" in sentence


LONG_BANK = (
    """
[R02]
title = "starts at one"
hint = """
    + '"""'
    + """\\
    Your gradient of nothing is a vector of ones. What should a sum be \\
    before its first term is added?"""
    + '"""'
    + """
edits.ridge_loss = ['''
num_examples, num_features = np.shape(X)
gradient = np.zeros(num_features, dtype=np.float64)
residuals = X @ w - t
''', '''
for example in range(num_examples):
    raise NotImplementedError("fill in Ridge.fit in ridge.py")
gradient = np.ones(num_features, dtype=np.float64)
''']
"""
)


def test_a_hint_is_found_however_its_lines_are_broken(small_course: Course) -> None:
    bank = small_course.root / "solutions" / "ridge" / "mistakes.toml"
    bank.write_text(LONG_BANK, encoding="utf-8")
    told = "# What should a\n# sum be before its\n# first term is added?\n".replace("# ", "")
    sentence = found(small_course, zipped(README__md=f"Help:\n{told}"))
    assert "ridge/README.md, line 2 shows solutions/ridge/mistakes.toml, line 2" in sentence


def test_the_code_of_an_edit_is_secret_but_what_it_quotes_of_the_stub_is_not(small_course: Course) -> None:
    bank = small_course.root / "solutions" / "ridge" / "mistakes.toml"
    bank.write_text(LONG_BANK, encoding="utf-8")
    stub = (small_course.root / "assignments" / "ridge" / "ridge.py").read_bytes()
    loop = "for example in range(num_examples):\n"
    assert found(small_course, zipped(ridge__py=stub, a__py=loop)) == ""
    wrong = "    gradient = np.ones(num_features, dtype=np.float64)\n"
    assert "solutions/ridge/mistakes.toml, line 14" in found(small_course, zipped(a__py=wrong))


def test_a_function_of_mistakes_py_is_secret_but_what_it_quotes_of_the_stub_is_not(
    small_course: Course,
) -> None:
    stub = small_course.root / "assignments" / "ridge" / "ridge.py"
    quoted = 'raise NotImplementedError(f"{num_examples} examples; return the loss and {gradient}")'
    stub.write_text(
        stub.read_text(encoding="utf-8") + f"\n\ndef helper(num_examples, gradient):\n    {quoted}\n"
    )
    functions = small_course.root / "solutions" / "ridge" / "mistakes.py"
    wrong = "    gradient = np.full(num_features, 1.0 / num_examples)\n"
    functions.write_text(f"def one_start(original, w, X, t, reg):\n{wrong}    {quoted}\n")
    assert found(small_course, zipped(ridge__py=stub.read_bytes())) == ""
    assert "solutions/ridge/mistakes.py, line 2" in found(small_course, zipped(a__py=wrong))


@pytest.mark.parametrize("bank", ["x = 3", "[R01", "R01 = 'nothing but a line of text'"])
def test_a_bank_that_is_still_being_written_is_scanned_all_the_same(small_course: Course, bank: str) -> None:
    (small_course.root / "solutions" / "ridge" / "mistakes.toml").write_text(bank)
    assert "solutions/ridge/ridge.py" in found(small_course, zipped(a__py=LINE))


def test_wrapping_without_end_is_refused(small_course: Course) -> None:
    archive = zipped(a__txt="harmless")
    for _ in range(20):
        archive = zipped(a__zip=archive)
    assert "is wrapped more than" in found(small_course, archive)


def test_what_a_stub_shares_with_its_reference_is_no_alarm(small_course: Course) -> None:
    """Imports, signatures, docstrings, given functions and the lines that start an answer."""
    stub = small_course.root / "assignments" / "ridge" / "ridge.py"
    shared = set(stub.read_text(encoding="utf-8").splitlines()) & set(
        reference(small_course).read_text(encoding="utf-8").splitlines()
    )
    assert "    gradient = np.zeros(num_features, dtype=np.float64)" in shared
    assert found(small_course, zipped(ridge__py=stub.read_bytes())) == ""


def test_a_helper_that_public_and_graded_tests_share_is_no_alarm(small_course: Course) -> None:
    public = small_course.root / "assignments" / "ridge" / "test_public.py"
    assert "np.linspace(-1.0, 1.0, num_points)" in public.read_text(encoding="utf-8")
    assert found(small_course, zipped(test_public__py=public.read_bytes())) == ""


def test_helpers_may_share_lines_under_other_names_but_tests_may_not(small_course: Course) -> None:
    graded = small_course.root / "solutions" / "ridge" / "test_graded.py"
    text = graded.read_text(encoding="utf-8")
    graded.write_text(text.replace("def line(", "def points_on_a_line("), encoding="utf-8")
    public = small_course.root / "assignments" / "ridge" / "test_public.py"
    assert found(small_course, zipped(test_public__py=public.read_bytes())) == ""
    graded_line = "    X, w = rng.standard_normal((11, 6)), rng.standard_normal(6)\n"
    public.write_text(public.read_text(encoding="utf-8") + graded_line)
    assert "solutions/ridge/test_graded.py" in found(
        small_course, zipped(test_public__py=public.read_bytes())
    )


def test_signatures_markers_and_commonplace_lines_tell_nothing(small_course: Course) -> None:
    harmless = '@pytest.mark.question("ridge_loss")\ndef penalty_gradient_missing(original):\n'
    harmless += "def wrong(w, X, t, reg):\n"
    assert found(small_course, zipped(a__py=harmless)) == ""
    graded = small_course.root / "solutions" / "ridge" / "test_graded.py"
    opened = "def called(code, X):\n    return code.bind(\n        'ridge.ridge_loss', X\n    )\n"
    graded.write_text(graded.read_text(encoding="utf-8") + opened, encoding="utf-8")
    assert found(small_course, zipped(a__py="    return code.bind(name, *arguments)\n")) == ""


def test_an_answer_left_in_the_stub_stops_the_release(small_course: Course, tmp_path: Path) -> None:
    stub = small_course.root / "assignments" / "ridge" / "ridge.py"
    stub.write_bytes(reference(small_course).read_bytes())
    with pytest.raises(CourseError, match=r"ridge/ridge\.py, line \d+ shows solutions/ridge/ridge\.py"):
        release(small_course.assignment("ridge"), tmp_path / "out", small_course.root / "solutions")
    assert list((tmp_path / "out").glob("*")) == []


def test_an_answer_pasted_into_another_function_of_the_stub_stops_the_release(
    small_course: Course, tmp_path: Path
) -> None:
    stub = small_course.root / "assignments" / "ridge" / "ridge.py"
    stub.write_text(stub.read_text(encoding="utf-8") + LINE, encoding="utf-8")
    with pytest.raises(
        CourseError, match=r"ridge/ridge\.py, line 32 shows solutions/ridge/ridge\.py, line 16"
    ):
        release(small_course.assignment("ridge"), tmp_path / "out", small_course.root / "solutions")


def test_a_secret_of_another_assignment_stops_a_release(small_course: Course, tmp_path: Path) -> None:
    readme = small_course.root / "assignments" / "scaled" / "README.md"
    readme.write_text(
        "First `self.w = np.linalg.solve(X.T @ X + len(X) * reg * np.eye(X.shape[1]), X.T @ t)`.\n"
    )
    with pytest.raises(CourseError, match=r"scaled/README\.md, line 1 shows solutions/ridge/ridge\.py"):
        release(small_course.assignment("scaled"), tmp_path / "out", small_course.root / "solutions")


@pytest.mark.parametrize("name", ["ridge", "scaled"])
def test_a_clean_release_passes_its_scan(small_course: Course, tmp_path: Path, name: str) -> None:
    assert release(small_course.assignment(name), tmp_path, small_course.root / "solutions").is_file()


def test_the_releases_of_this_course_hold_no_secret(tmp_path: Path) -> None:
    """All of them in one zip, so that what they share is searched once."""
    course = find_course(ROOT)
    releases = [release(course.assignment(name), tmp_path) for name in course.names()]
    together = zip_bytes({path.name: path.read_bytes() for path in releases})
    scan_for_leaks(together, course.root / "solutions", "all.zip")


def test_an_assignment_that_cannot_be_loaded_does_not_stop_the_scan(small_course: Course) -> None:
    (small_course.root / "assignments" / "scaled" / "assignment.toml").write_text(
        "title = ", encoding="utf-8"
    )
    assert "solutions/ridge/ridge.py" in found(small_course, zipped(a__py=LINE))


def test_solutions_that_do_not_exist_are_an_error_not_a_clean_scan(small_course: Course) -> None:
    shutil.rmtree(small_course.root / "solutions")
    assert "solutions" in found(small_course, zipped(a__py=LINE))


@pytest.mark.parametrize(
    ("line", "tells"),
    [
        ('return net.call("loss", X, y)', False),
        ('model = code.new("fc_net.TwoLayerNet", sizes, rng=seed)', False),
        ('loss, grads = net.call("loss", X, y, **options)', False),
        ('return net.call("loss", X / 255, y)', True),
        ('return code.call("layers.affine_forward", x, w, b)[0]', False),
        ('return code.call("layers.affine_forward", x, w, b)[0] * 2', True),
        ('net.set("params", {"W1": W1, "b1": b1, "W2": W2, "b2": b2})', False),
        ('net.set("params", {"W1": 2 * W1, "b1": b1})', True),
        ('net.set("params", {"W1": {"W2": W2, "b1": b1}})', True),
        ("net.set({" + "'a':b," * 100 + "!", True),
        ("(examples, features)", False),
        ("(examples, features + 1)", True),
        ('net.set("W", 0.25 * np.ones(3))', True),
        (f"net.get({'a' * 200}!", True),
        ("X = rng.normal(size=(examples, features))", False),
        (f"X = rng.normal(size=({'a' * 200}!", True),
        ("batch = rng.integers(len(X), size=batch_size)", True),
        ("return rng.normal(size=(examples, classes)), rng.integers(classes, size=examples)", False),
        ("return rng.normal(size=(examples, classes)), softmax(classes, size=examples)", True),
        ("return 3 * rng.normal(size=(examples, classes)), rng.integers(classes, size=examples)", True),
        (f"return rng.normal(size=({'a,' * 100}!", True),
        ('loops("layers.softmax_loss", sized, over="examples", n=16)', False),
        ('loops("layers.softmax_loss", lambda n, rng: (0.25 * W,))', True),
        ("return loss, grads", False),
        ("loss, gradient_of_scores", False),
        ("return loss, -gradient", True),
    ],
)
def test_lines_that_every_test_has_give_nothing_away(line: str, tells: bool) -> None:
    from autograder.authoring.secrets import _COMMONPLACE, squeeze

    assert (_COMMONPLACE.fullmatch(squeeze(line)) is None) is tells
