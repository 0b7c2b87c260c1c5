"""`start.py` of a release sets everything up, and says in one sentence with a command why it cannot."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from autograder.authoring import lock
from autograder.authoring.release import for_any_python

SOURCE = Path(lock.__file__).with_name("start.py")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as it lies in an unpacked release, in a folder whose name a shell has to quote."""
    folder = tmp_path / "my course" / "knn (1)"
    folder.mkdir(parents=True)
    (folder / "start.py").write_bytes(SOURCE.read_bytes())
    monkeypatch.chdir(folder)
    specification = importlib.util.spec_from_file_location("start_of_a_test", folder / "start.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def stopped(start: ModuleType, monkeypatch: pytest.MonkeyPatch, said: str, *arguments: str) -> str:
    """Return what the script says if the first program that it starts fails and says something."""
    done = SimpleNamespace(returncode=1, communicate=lambda: (said.encode(), None))
    monkeypatch.setattr(start, "subprocess", SimpleNamespace(Popen=lambda *_, **__: done, PIPE=0, STDOUT=0))
    with pytest.raises(start.Stop) as caught:
        start.main(list(arguments))
    return str(caught.value)


def test_any_python_can_read_it() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 4))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr))
    ]


@pytest.mark.parametrize(
    "there, told",
    [
        ("python3.12", "run: python3.12 start.py --notebook"),
        ("", "install a newer one, for example from python.org"),
    ],
)
def test_an_old_python_names_itself_and_the_newer_one_to_use(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, there: str, told: str
) -> None:
    which = {there: "/somewhere"}.get
    monkeypatch.setattr(start, "shutil", SimpleNamespace(which=which))
    with pytest.raises(start.Stop) as caught:
        start.refuse_old_python((3, 9, 18), ["--notebook"])
    assert str(caught.value).startswith("This needs Python 3.11 or newer, and this is 3.9; ")
    assert told in str(caught.value)
    assert start.refuse_old_python((3, 11, 0), []) is None


def test_a_python_without_venv_names_the_package(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    said = stopped(start, monkeypatch, "The virtual environment was not created: ensurepip is not available.")
    version = "{}.{}".format(*sys.version_info[:2])
    assert said.endswith(f"run: sudo apt install python{version}-venv && python3 start.py")


@pytest.mark.parametrize(
    "output, told",
    [
        (
            "WARNING: Retrying: NewConnectionError('...')",
            "The packages cannot be reached; connect to the network and run: ",
        ),
        (
            "ERROR: [Errno 28] No space left on device",
            "There is no space left on this disk; free 150 MB and run: ",
        ),
        (
            "error: externally-managed-environment\nhint: See PEP 668",
            "This system installs nothing into its own Python; run: ",
        ),
        (
            "fetching\nERROR: hash mismatch",
            "pip could not install requirements-notebook.txt (ERROR: hash mismatch)",
        ),
    ],
)
def test_a_failing_installation_is_one_sentence(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, output: str, told: str
) -> None:
    monkeypatch.setattr(start, "is_whole", lambda python: True)
    said = stopped(start, monkeypatch, output, "--notebook")
    assert said.startswith(told)
    assert said.endswith("python3 start.py --notebook")


def test_one_environment_above_serves_all_assignments_unless_the_own_folder_has_one(
    start: ModuleType,
) -> None:
    here = Path(start.HERE)
    assert Path(start.environment()) == here.parent / ".venv"
    own = environment_in(start, here)
    assert Path(start.environment()) == own


def test_each_zip_in_a_folder_of_its_own_still_shares_one_environment(start: ModuleType) -> None:
    course = Path(start.HERE).parent.parent
    environment_in(start, course / "a stranger's")
    assert Path(start.environment()) == Path(start.HERE).parent / ".venv"
    other = environment_in(start, course / "svm-1.0")
    Path(start.program(str(other))).write_text("")
    assert Path(start.environment()) == other


def test_what_lies_beside_a_folder_of_several_assignments_is_another_course_s(start: ModuleType) -> None:
    other = environment_in(start, Path(start.HERE).parent.parent / "another course")
    Path(start.program(str(other))).write_text("")
    (Path(start.HERE).parent / "svm").mkdir()
    assert Path(start.environment()) == Path(start.HERE).parent / ".venv"


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder to another user"
)
def test_the_environment_of_another_user_is_not_run(start: ModuleType) -> None:
    other = environment_in(start, Path(start.HERE).parent.parent / "svm-1.0")
    Path(start.program(str(other))).write_text("")
    os.chown(other, 61_234, 61_234)
    assert Path(start.environment()) == Path(start.HERE).parent / ".venv"


def test_checks_do_not_go_on_in_an_environment_that_is_half_made(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment_in(start, Path(start.HERE))
    fake = SimpleNamespace(call=lambda *_: pytest.fail("it went on in what is half made"))
    monkeypatch.setattr(start, "subprocess", fake)
    with pytest.raises(SystemExit, match="is not installed yet"):
        start.pass_on(["test_public.py"], "python3 start.py")


def environment_in(start: ModuleType, folder: Path) -> Path:
    """Make what looks like an environment, and return its folder."""
    python = Path(start.interpreter(str(folder / ".venv")))
    python.parent.mkdir(parents=True)
    python.write_text("")
    return folder / ".venv"


def test_an_environment_that_was_moved_is_made_anew(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = environment_in(start, Path(start.HERE).parent)
    command = Path(start.program(str(place)))
    command.write_text("#!/where/it/was/before/bin/python\n")
    command.chmod(0o755)
    commands: list[list[str]] = []

    def popen(command: list[str], **_: object) -> subprocess.Popen[bytes] | SimpleNamespace:
        if command[1:] == ["--version"]:
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        commands.append(command)
        return SimpleNamespace(returncode=0, communicate=lambda: (b"", None))

    fake = SimpleNamespace(Popen=popen, PIPE=0, STDOUT=0, call=lambda *_, **__: 0)
    monkeypatch.setattr(start, "subprocess", fake)
    start.main([])
    assert commands[0][1:] == ["-m", "venv", "--clear", str(place)]


def test_where_nothing_can_be_written_it_says_to_copy_the_folder(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.os, "access", lambda *_: False)
    with pytest.raises(
        start.Stop, match=r"copy this folder to a place of your own and run there: python3 start\.py$"
    ):
        start.main([])


def test_in_place_it_installs_the_wheel_and_replaces_nothing_that_is_there(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path(start.HERE) / "ours-1.0-py3-none-any.whl").write_bytes(b"")
    commands: list[list[str]] = []

    def popen(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=0, communicate=lambda: (b"", None))

    monkeypatch.setattr(start, "subprocess", SimpleNamespace(Popen=popen, PIPE=0, STDOUT=0))
    start.main(["--here"])
    ((python, *_, last),) = commands
    assert (python, last) == (sys.executable, "./ours-1.0-py3-none-any.whl")
    assert capsys.readouterr().out.endswith("Ready.\n")


def test_an_unknown_option_is_one_sentence_on_stderr(start: ModuleType) -> None:
    done = subprocess.run([sys.executable, "start.py", "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "start.py: start.py knows no --help; run: python3 start.py --notebook\n"


def test_paths_are_written_as_a_shell_takes_them(start: ModuleType) -> None:
    assert start.quoted("../.venv/bin/activate") == "../.venv/bin/activate"
    assert start.quoted("C:\\my course\\activate") == '"C:\\my course\\activate"'


@pytest.mark.system
def test_a_path_in_quotes_is_run_in_both_shells_of_windows(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = start.quoted("..\\knn (1)\\.venv\\Scripts\\activate")
    assert start.activating(path) == [f". {path}"]
    monkeypatch.setattr(start, "WINDOWS", True)
    assert [it.split("    ")[0] for it in start.activating(path)] == [path, f"& {path}"]
    assert start.activating("..\\.venv\\Scripts\\activate") == ["..\\.venv\\Scripts\\activate"]


def test_it_makes_the_environment_installs_and_says_where_the_student_stands(
    start: ModuleType, tmp_path: Path
) -> None:
    """With requirements of nothing, so that no index is asked: our own package is missing then, and that is said."""
    here = Path(start.HERE)
    (here / "requirements.txt").write_text("")
    done = subprocess.run([sys.executable, "start.py"], cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"Making an environment in {here.parent / '.venv'}" in done.stdout
    assert "    . ../.venv/bin/activate\n" in done.stdout
    assert "No module named autograder" in done.stderr
    # A stand-in for our own package shows which Python runs what.
    (package,) = here.parent.glob(".venv/lib/*/site-packages")
    (package / "autograder.py").write_text("import sys; print(sys.prefix, sys.argv[1:])")
    Path(start.program(str(here.parent / ".venv"))).write_text("")
    (here / "test_public.py").write_bytes(for_any_python(b'"""Checks."""\nimport autograder\n'))
    for command, where, words in (
        (["my course/knn (1)/start.py", "check", "vote"], tmp_path, ["check", "vote"]),
        (["test_public.py", "vote"], here, ["vote"]),
    ):
        done = subprocess.run(
            [sys.executable, "-S", *command], cwd=where, capture_output=True, text=True, check=False
        )
        assert done.stdout == f"{here.parent / '.venv'} {words}\n", done.stderr
    shutil.rmtree(here.parent / ".venv")
    done = subprocess.run(
        [sys.executable, "-S", "test_public.py"], cwd=here, capture_output=True, text=True, check=False
    )
    assert done.stderr == "start.py: What the checks need is not installed yet; run: python3 start.py\n"
