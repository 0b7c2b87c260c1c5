"""The documentation is built without a warning, is read without a network, and says what the code does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from autograder.cli import app, register
from tests.browsers import LONGEST_MILLISECONDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
COMMAND = re.compile(r"(?<![\w./-])autograder ((?:[a-z]+)(?: [^`\n]*)?)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    config = ROOT / ".mkdocs" / "mkdocs.yml"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-f", config, "-d", folder],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr
    return folder


@pytest.mark.system
def test_it_is_read_without_a_network(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.set_default_timeout(LONGEST_MILLISECONDS)
    asked, complaints = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in sorted(site.glob("*.html")):
        page.goto(path.as_uri())
        assert page.locator("h1").count() == 1, path.name
    page.goto((site / "index.html").as_uri())
    page.get_by_placeholder("Search").first.click()
    page.keyboard.type("slip days")
    page.locator(".md-search-result__item a", has_text="grading.toml").first.click()
    page.wait_for_url("**/grading-toml.html*")
    page.close()
    assert asked and all(it.startswith(("file:", "data:", "blob:")) for it in asked), asked
    assert not complaints


@pytest.mark.system
def test_every_numbered_step_is_an_item_of_a_list(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.set_default_timeout(LONGEST_MILLISECONDS)
    for source in sorted((ROOT / "docs").glob("*.md")):
        steps = len(re.findall(r"^\d+\. ", source.read_text(encoding="utf-8"), re.MULTILINE))
        page.goto((site / f"{source.stem}.html").as_uri())
        assert page.locator("article ol > li").count() == steps, source.name
    page.close()


@pytest.mark.system
def test_every_command_fixture_and_key_has_a_place(site: Path) -> None:
    commands = (site / "commands.html").read_text()
    assert all(f'id="{name}"' in commands for name in _group().commands if not _group().commands[name].hidden)
    assert all(
        f'id="{name}"' in (site / "fixtures.html").read_text() for name in ("compare", "check", "race")
    )
    for page, key in (("assignment", "seconds_total"), ("grading", "slip_days"), ("mistakes", "replaced_by")):
        assert f"<code>{key}</code>" in (site / f"{page}-toml.html").read_text()


def _group() -> click.Group:
    register()
    return app


def _written() -> Iterator[tuple[str, str]]:
    """Yield each command that a page shows as code, with the page."""
    for path in PAGES:
        for code in re.findall(r"`([^`\n]+)`|^```\w*\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            for line in "".join(code).splitlines():
                if match := COMMAND.search(line.partition("#")[0]):
                    yield path.name, match[1]


COMMANDS = sorted(set(_written()))


@pytest.mark.parametrize("page, written", COMMANDS, ids=[f"{page}: {written}" for page, written in COMMANDS])
def test_every_command_that_is_written_exists_with_its_options(page: str, written: str) -> None:
    name, *words = shlex.split(re.sub(r"\[(.*?)\]", r"\1", written).replace("...", ""))
    name = name.rstrip(",;")
    command = _group().commands.get(name)
    assert command is not None, f"{page}: there is no command {name}"
    options = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in options]
    assert not unknown, f"{page}: autograder {name} has no {unknown}"


def _quoted() -> list[str]:
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    return re.findall(r'^\| "([^"]+)"', text, re.MULTILINE)


@pytest.mark.parametrize("sentence", _quoted())
def test_every_sentence_that_is_explained_is_one_of_ours(sentence: str) -> None:
    code = "".join(path.read_text() for path in sorted((ROOT / "autograder").rglob("*.py")))
    code = re.sub(r'"\s*\n\s*f?"', "", code)  # sentences over several lines
    pieces = [piece.strip(" (),;:.") for piece in sentence.split("…")]
    said = [re.escape(piece) for piece in pieces if piece]
    assert re.search(r"[^\n]*".join(said), code), f"nothing says: {sentence}"
