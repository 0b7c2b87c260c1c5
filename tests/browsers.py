"""A real browser to open pages in: one for all tests of a process, in which Playwright cannot be started twice."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

LONGEST_MILLISECONDS = 300_000
"""Whatever a page has not done by then it never does, however busy the machine is."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    # As long an import as that of the grader, in each of the processes that collect tests.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            timeout=LONGEST_MILLISECONDS,
        )
        yield browser
        browser.close()


class Opened:
    """A page that is open, with everything it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(LONGEST_MILLISECONDS)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._heard: dict[str, Callable[[Any], None]] = {
            "request": lambda request: self.requests.append(request.url),
            "console": lambda message: self.complaints.append(message.text),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "dialog": lambda dialog: self.complaints.append(dialog.message),
        }
        for event, hear in self._heard.items():
            page.on(event, hear)  # type: ignore[call-overload]  # one overload for each name

    def leave(self) -> Page:
        """Return the window as a new one would be, empty and with nobody listening."""
        for event, hear in self._heard.items():
            self.page.remove_listener(event, hear)
        self.page.mouse.move(0, 0)
        self.page.emulate_media(media="null", color_scheme="null", reduced_motion="null")
        self.page.goto("about:blank")
        return self.page


@pytest.fixture(scope="session")
def windows(browser: Browser) -> list[Page]:
    """Windows that nothing is open in: a new one costs more than most of what tests do in it."""
    return []


@pytest.fixture
def open_page(browser: Browser, windows: list[Page], tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open HTML as a file in a window of some width."""
    pages: list[Opened] = []

    def open_it(html: str, width: int = 1100) -> Opened:
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page = windows.pop() if windows else browser.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        pages.append(opened := Opened(page))
        page.goto(path.as_uri())
        return opened

    yield open_it
    windows.extend(it.leave() for it in pages if not it.page.is_closed())


def text_by_page(pdf: bytes) -> list[str]:
    """Return what can be read on each page of a PDF, with single blanks between words."""
    from pypdf import PdfReader

    return [
        " ".join(page.extract_text(extraction_mode="layout").split())
        for page in PdfReader(io.BytesIO(pdf)).pages
    ]
