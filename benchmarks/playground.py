"""How many frames a second the playground draws while it runs on 200 points, and what a frame costs.

    python benchmarks/playground.py [--seconds 5]

Headless Chromium without a graphics card, as in the tests: everything is drawn by the processor. Per loss and width
of the window: frames per second while running and, in turn with them, of the same page at rest, which is the most that
the machine has to give just then; the CPU time that the page's thread needs for a frame; and its share of
the sixtieth of a second that a frame may last. Below 1 the page can keep up; fewer frames than that says are
the machine's, which has other things to do.
"""

import argparse
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from autograder.playground.page import playground_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FRAME = 1 / 60
WIDTHS, LOSSES = (360, 1280), ("ww", "ova", "cs", "softmax")
COUNT = """milliseconds => new Promise(done => {
  const first = performance.now();
  let frames = 0;
  const frame = now => {
    frames++;
    if (now - first < milliseconds) requestAnimationFrame(frame);
    else done([frames, (now - first) / 1000]);
  };
  requestAnimationFrame(frame);
})"""


@dataclass(frozen=True)
class Measured:
    """One loss at one width."""

    at_rest: float
    frames_per_second: float
    cpu_seconds: float


def measure(browser: Browser, path: Path, width: int, loss: str, seconds: float) -> Measured:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(path.as_uri())
    page.select_option("#data", "many")
    page.check(f"input[value={loss}]")
    page.locator("#points tbody button").nth(3).click()
    # The thread's own time: what others do on the machine is not counted.
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def cpu_seconds() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(float(it["value"]) for it in metrics if it["name"] == "TaskDuration")

    def count(page: Page) -> tuple[int, float]:
        frames, elapsed = page.evaluate(COUNT, 1000 * seconds / 2)
        return frames, elapsed

    resting, running, cpu = [], [], 0.0
    for _ in range(2):
        resting.append(count(page))
        page.click("#run")
        before = cpu_seconds()
        running.append(count(page))
        cpu += cpu_seconds() - before
        page.click("#run")
    page.close()
    frames = sum(frames for frames, _ in running)
    return Measured(rate(resting), rate(running), cpu / frames)


def rate(counted: list[tuple[int, float]]) -> float:
    return sum(frames for frames, _ in counted) / sum(elapsed for _, elapsed in counted)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each is watched")
    seconds = parser.parse_args().seconds
    html = playground_page()
    table = Table("width", "loss", title=f"200 points, a page of {len(html.encode()) / 1000:.0f} kB")
    for header in ("frames/s at rest", "running", "ratio", "CPU ms a frame", "share of 1/60 s"):
        table.add_column(header, justify="right")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "playground.html")
        path.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        for width in WIDTHS:
            for loss in LOSSES:
                it = measure(browser, path, width, loss, seconds)
                table.add_row(
                    str(width),
                    loss,
                    f"{it.at_rest:.1f}",
                    f"{it.frames_per_second:.1f}",
                    f"{it.frames_per_second / it.at_rest:.2f}",
                    f"{1000 * it.cpu_seconds:.1f}",
                    f"{it.cpu_seconds / FRAME:.2f}",
                )
        browser.close()
    Console().print(table)


if __name__ == "__main__":
    main()
