"""`autograder playground` writes the page and opens it; releases hold it where their assignment asks for it."""

from __future__ import annotations

import re
import webbrowser
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.release import release
from autograder.course.loading import find_course
from autograder.errors import CourseError
from autograder.playground.page import playground_page
from tests.commands import run_here
from tests.courses import write_course


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a browser was asked to open."""
    asked: list[str] = []

    def open_it(address: str) -> bool:
        asked.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", open_it)
    return asked


def test_it_is_one_file_that_names_no_other_and_no_address() -> None:
    page = playground_page()
    assert page == playground_page()
    assert page.count("<script") == page.count("</script>") == 1 == page.count("<style")
    assert not re.search(r"https?:|\b(src|href)=(?!\"#)|@import|url\(|\bimport\b|fetch\(", page)
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)


def test_the_command_writes_the_page_and_opens_it(tmp_path: Path, opened: list[str]) -> None:
    done = run_here("playground", cwd=tmp_path, DISPLAY=":0")
    path = tmp_path / "playground.html"
    assert path.read_text(encoding="utf-8") == playground_page()
    assert opened == [path.as_uri()]
    assert done.stdout == "playground.html is open in your browser\n" and done.returncode == 0


def test_it_opens_nothing_if_asked_not_to(tmp_path: Path, opened: list[str]) -> None:
    done = run_here("playground", "--no-browser", "-o", "pages/toy.html", cwd=tmp_path, DISPLAY=":0")
    assert (tmp_path / "pages" / "toy.html").is_file() and opened == []
    assert done.stdout == "pages/toy.html is ready: open it in a browser\n"


def test_it_opens_nothing_without_a_screen(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "ready" in run_here("playground", cwd=tmp_path).stdout and opened == []


def test_where_it_cannot_be_written_is_one_sentence(tmp_path: Path, opened: list[str]) -> None:
    (tmp_path / "taken").mkdir()
    done = run_here("playground", "-o", "taken", cwd=tmp_path)
    assert done.stderr.startswith("autograder: taken cannot be written") and opened == []


@pytest.mark.system
@pytest.mark.parametrize(
    ("line", "there"), [("playground = true", True), ("playground = false", False), ("", False)]
)
def test_a_release_holds_it_where_the_assignment_asks_for_it(tmp_path: Path, line: str, there: bool) -> None:
    root = write_course(tmp_path / "course")
    toml = root / "assignments" / "centring" / "assignment.toml"
    toml.write_text(f"{line}\n{toml.read_text()}")
    course = find_course(root)
    path = release(course.assignment("centring"), tmp_path, root / "solutions")
    with zipfile.ZipFile(path) as archive:
        pages = [
            archive.read(name).decode() for name in archive.namelist() if name == "centring/playground.html"
        ]
    assert pages == [playground_page()] * there


def test_a_page_of_that_name_is_in_the_way(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course")
    folder = root / "assignments" / "centring"
    (folder / "assignment.toml").write_text(f"playground = true\n{(folder / 'assignment.toml').read_text()}")
    (folder / "playground.html").write_text("mine")
    with pytest.raises(CourseError, match=r"playground\.html: a release writes its own"):
        release(find_course(root).assignment("centring"), tmp_path)


@pytest.mark.parametrize("name", ["svm", "softmax", "linear_views"])
def test_the_assignments_about_losses_ask_for_it_and_their_handouts_say_so(name: str) -> None:
    course = find_course(Path(__file__))
    assignment = course.assignment(name)
    assert assignment.playground
    assert "playground.html" in (assignment.folder / "README.md").read_text(encoding="utf-8")
