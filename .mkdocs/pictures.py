"""Makes the pictures of the README: a check in a terminal, a feedback page, the report of a made-up class of 300.

    uv run python .mkdocs/pictures.py [FOLDER]

writes `check.svg`, `feedback.png` and `report.png` into `docs/` or the folder named. It needs Chromium
and takes half a minute. Run it again when what it shows has changed.
"""

from __future__ import annotations

import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.text import Text

from autograder.report.class_page import class_page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.browsers import CHROMIUM  # noqa: E402
from tests.report.synthetic import report_context, statistics  # noqa: E402

ASSIGNMENT = "svm"
SHOWN = "S08"
"""The known mistake that the terminal and the feedback page show, by the beginning of its id."""
COLUMNS = 96
SIZES = {"feedback": (1000, 1060), "report": (1200, 1000)}
"""Width and height of the part of each page that is shown, in CSS pixels."""


def main(folder: Path) -> None:
    """Write the three pictures."""
    if CHROMIUM is None:
        sys.exit("no Chromium on this machine; apt-get install chromium")
    with tempfile.TemporaryDirectory(dir=ROOT.parent) as scratch:
        made = Path(scratch) / "demo"
        run("demo", ASSIGNMENT, "-o", str(made), cwd=ROOT)
        mistaken = next(it for it in sorted((made / "submissions").iterdir()) if it.name.startswith(SHOWN))
        (folder / "check.svg").write_text(check_of(mistaken, Path(scratch)), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _photograph(browser, made / "feedback" / f"{mistaken.name}.html", folder / "feedback.png")
            report = Path(scratch) / "report.html"
            report.write_text(class_page(statistics(300), report_context()), encoding="utf-8")
            _photograph(browser, report, folder / "report.png")
            browser.close()


def run(*arguments: str, cwd: Path) -> str:
    """Run a command of the autograder in a terminal and return what it prints, with its colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "autograder", *arguments]
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = bytearray()
    while part := _read(ours):
        printed += part
    os.close(ours)
    process.wait()
    return printed.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # what a terminal says at its end
        return b""


def check_of(mistaken: Path, scratch: Path) -> str:
    """Return a picture of `autograder check` on a hand-in, in the folder of a release."""
    folder = shutil.copytree(ROOT / "assignments" / ASSIGNMENT, scratch / ASSIGNMENT)
    shutil.copytree(mistaken, folder, dirs_exist_ok=True)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(run("check", "svm_loss_naive", cwd=folder)))
    return console.export_svg(title="autograder check svm_loss_naive")


def _photograph(browser: Browser, page: Path, picture: Path) -> None:
    width, height = SIZES[picture.stem]
    window = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    window.goto(page.as_uri())
    window.screenshot(path=picture)
    window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
