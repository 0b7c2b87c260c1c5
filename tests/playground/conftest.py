"""The playground in a real browser, and what it shows as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.playground.page import playground_page
from tests.browsers import Opened

SHOWN = """async fragment => {
  if (fragment !== null) {
    const read = new Promise(done => addEventListener('hashchange', done, { once: true }));
    location.hash = fragment;
    await read;
  }
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const number = id => Number(document.getElementById(id).value);
  const square = name => [0, 1, 2].map(r => [0, 1, 2].map(c => name(`${r}-${c}`)));
  return {
    loss: number('loss'), data: number('data-loss'), penalty: number('penalty-loss'), steps: number('steps'),
    W: square(place => Number(document.getElementById(`w-${place}`).dataset.exact)),
    gradient: square(place => number(`g-${place}`)),
    points: [...document.querySelectorAll('#points tbody tr')].map(
      row => [...row.querySelectorAll('data')].map(data => Number(data.value))),
    said: document.getElementById('said').textContent,
    link: (writeLink(), document.getElementById('link').value.replace(/^.*#/, '')),
  };
}"""


class Playground:
    """A playground that is open."""

    def __init__(self, opened: Opened) -> None:
        self.opened, self.page = opened, opened.page

    def shown(self, fragment: str | None = None) -> dict[str, Any]:
        """Return what the page shows, of the state in `fragment` if one is given; numbers are exact."""
        shown: dict[str, Any] = self.page.evaluate(SHOWN, fragment)
        return shown

    def wait(self, condition: str) -> None:
        """Wait until a condition holds; the page's policy lets nobody wait in the page itself."""
        for _ in range(2400):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"in vain: {condition}")

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where in the window a point of the plane is, once the plane is in sight."""
        self.page.locator("#plane").scroll_into_view_if_needed()
        box = self.page.locator("#plane").bounding_box()
        assert box is not None
        return box["x"] + (x + 3) / 6 * box["width"], box["y"] + (3 - y) / 6 * box["height"]


@pytest.fixture
def play(open_page: Callable[..., Opened]) -> Callable[..., Playground]:
    """Open the playground in a window of some width."""
    return lambda width=1280: Playground(open_page(playground_page(), width))


@pytest.fixture(scope="module")
def shared(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """One playground for many links; tests that use it leave nothing behind that a link does not replace."""
    path = tmp_path_factory.mktemp("page") / "playground.html"
    path.write_text(playground_page(), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    opened = Opened(page)
    page.goto(path.as_uri())
    yield Playground(opened)
    page.close()
