"""A button beneath a failing check gives the next hint where someone can press it, and leaves a sentence elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.course.loading import find_course
from autograder.student.hints import used_hints
from tests.browsers import LONGEST_MILLISECONDS
from tests.courses import REFERENCE, write_course
from tests.notebooks.execution import SECONDS_PER_CELL, execute, folder_of_a_student

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient
    from playwright.sync_api import Browser, Page

SECONDS_TO_END = 10
WRONG = REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
START = "from autograder.notebook import checker\ngrader = checker()"
CHECK = 'grader.check("spread")'
VIEW = "application/vnd.jupyter.widget-view+json"
IN_WORDS = 'for a hint: grader.hint("spread")'
FIRST = "Take the smallest check that fails"
EARLY = "It is too early for more; that comes after another attempt or in "
AGAIN = " s: press the button again"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a student who has one mistake in `spread`, with a notebook that checks it."""
    course = find_course(write_course(tmp_path / "course"))
    folder = folder_of_a_student(course.assignment("centring"), tmp_path / "centring")
    (folder / "centring.py").write_text(WRONG)
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate((START, CHECK))
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "centring.ipynb").write_text(json.dumps(book))
    return folder


class Kernel:
    """A kernel with someone in front of it, as JupyterLab and the like run it."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        # What is shown: the name of the button, and the text beneath it.
        self._models: dict[str, str] = {}
        self.name = ""
        self.beneath = ""

    def run(self, source: str) -> list[dict[str, Any]]:
        """Run a cell and return its outputs."""
        outputs: list[dict[str, Any]] = []
        self._client.execute_interactive(
            source,
            allow_stdin=True,
            timeout=SECONDS_PER_CELL,
            output_hook=lambda message: self._take(message, outputs),
        )
        return outputs

    def press(self) -> str:
        """Press the button, and return what stands beneath it when it has its name again."""
        (button,) = (id for id, model in self._models.items() if model == "ButtonModel")
        content = {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}}
        self._client.shell_channel.send(self._client.session.msg("comm_msg", content))
        name, names = self.name, [self.name]
        while len(names) == 1 or names[-1] != name:
            try:
                message = self._client.get_iopub_msg(timeout=SECONDS_PER_CELL)
            except queue.Empty:
                raise AssertionError(f"the button does nothing but {names}") from None
            self._take(message, [])
            names += [self.name] if self.name != names[-1] else []
        return self.beneath

    def _take(self, message: Any, outputs: list[dict[str, Any]]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind in ("stream", "display_data", "error"):
            outputs.append(content)
        if kind not in ("comm_open", "comm_msg"):
            return
        state = content["data"].get("state", {})
        if kind == "comm_open" and state.get("_model_name") in ("ButtonModel", "HTMLModel"):
            self._models[content["comm_id"]] = state["_model_name"]
        match self._models.get(content["comm_id"]):
            case "ButtonModel":
                self.name = state.get("description", self.name)
            case "HTMLModel":
                self.beneath = state.get("value", self.beneath)


@pytest.fixture
def kernel(folder: Path) -> Iterator[Kernel]:
    # Imported here: it takes seconds, in each of the processes that collect tests.
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(cwd=str(folder), startup_timeout=SECONDS_PER_CELL)
    try:
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def views(outputs: list[dict[str, Any]]) -> int:
    return sum(VIEW in output.get("data", {}) for output in outputs)


def said(outputs: list[dict[str, Any]]) -> str:
    return "".join(output.get("text", "") for output in outputs)


@pytest.mark.system
def test_a_button_gives_one_stage_after_the_other_by_the_rules_of_hints(kernel: Kernel, folder: Path) -> None:
    kernel.run(START)
    outputs = kernel.run(CHECK)
    assert views(outputs) == 1
    assert IN_WORDS in said(outputs)
    assert kernel.name == "Give me a hint for spread"
    first = kernel.press()
    assert FIRST in first and "There is more, after another attempt or in " in first and AGAIN in first
    assert "grader" not in first
    early = kernel.press()
    assert FIRST in early and EARLY in early and "2. " not in early
    (folder / "centring.py").write_text(WRONG.replace("3 *", "4 *"))
    second = kernel.press()
    assert "2. Look at centring.py, lines 13 to 16." in second
    (used,) = used_hints(folder)
    assert (used.question, used.stage) == ("spread", 2)
    # A hint belongs to the attempt that was checked.
    kernel.run(CHECK)
    assert kernel.beneath == ""
    (folder / "centring.py").write_text(REFERENCE)
    assert "all public checks of spread pass; there is nothing to hint at." in kernel.press()
    assert views(kernel.run(CHECK)) == 0


@pytest.mark.system
def test_what_a_hint_says_is_text(kernel: Kernel, folder: Path) -> None:
    raising = REFERENCE.replace(
        "    return np.sqrt(", "    raise ValueError('<b>bold</b>')\n    return np.sqrt("
    )
    (folder / "centring.py").write_text(raising)
    kernel.run(START)
    kernel.run(CHECK)
    kernel.press()
    (folder / "centring.py").write_text(raising + "\n")
    assert "&lt;b&gt;bold&lt;/b&gt;" in kernel.press()


@pytest.mark.system
def test_without_ipywidgets_the_sentence_stands_alone(kernel: Kernel) -> None:
    kernel.run("import sys; sys.modules['ipywidgets'] = None")
    kernel.run(START)
    outputs = kernel.run(CHECK)
    assert IN_WORDS in said(outputs)
    assert not any({VIEW, "text/html"} & {*output.get("data", {})} for output in outputs)


@pytest.mark.system
def test_where_nobody_sits_in_front_of_it_a_notebook_has_no_button(folder: Path) -> None:
    notebook = execute(folder)
    assert notebook.errors == []
    outputs = notebook.code_cells[-1].outputs
    assert IN_WORDS in said(outputs)
    assert not any({VIEW, "text/html"} & {*output.get("data", {})} for output in outputs)
    assert "widgets" not in notebook.notebook.metadata


# --- in JupyterLab ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def jupyter_lab(folder: Path, place: Path) -> Iterator[str]:
    """Run JupyterLab in a folder, and yield its address."""
    runtime = place / "runtime"
    shutil.rmtree(runtime, ignore_errors=True)
    names = ("CONFIG", "DATA", "RUNTIME")
    own = {f"JUPYTER_{name}_DIR": str(place / name.lower()) for name in names}
    own |= {f"JUPYTERLAB_{name}_DIR": str(place / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    options = ["--ServerApp.port=0", "--IdentityProvider.token=token", "--LabApp.news_url="]
    with (place / "said.txt").open("wb") as log:
        server = subprocess.Popen(
            command + options, cwd=folder, env={**os.environ, **own}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            until = time.monotonic() + LONGEST_MILLISECONDS / 1000
            while not (found := [*runtime.glob("jpserver-*.json")]):
                assert server.poll() is None, (place / "said.txt").read_text()
                assert time.monotonic() < until
                time.sleep(0.1)
            yield f"http://127.0.0.1:{json.loads(found[0].read_text())['port']}"
        finally:
            # It ends its kernels, and then may wait for ever for a thread of its own that waits for work.
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(SECONDS_TO_END)
            server.kill()
            server.wait()


@contextlib.contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """Open the notebook in JupyterLab."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    try:
        page.set_default_timeout(LONGEST_MILLISECONDS)
        page.goto(f"{address}/lab/tree/centring.ipynb?token=token")
        page.wait_for_selector(".jp-CodeCell .cm-content")
        # What is run before there is a kernel is run by none.
        page.get_by_text("(ipykernel) | Idle").wait_for()
        yield page
    finally:
        page.close()


def run(page: Page, cell: int) -> None:
    page.locator(".jp-CodeCell .cm-content").nth(cell).click()
    page.keyboard.press("Control+Enter")


@pytest.mark.system
def test_in_jupyterlab_the_button_is_pressed_by_mouse_and_keys_and_gone_without_its_kernel(
    folder: Path, tmp_path: Path, browser: Browser
) -> None:
    place = tmp_path / "jupyter"
    place.mkdir()
    with jupyter_lab(folder, place) as address, opened(browser, address) as page:
        run(page, 0)
        page.get_by_text("1 of 2 questions pass their public checks").wait_for()
        run(page, 1)
        button = page.locator(".jp-OutputArea button")
        output = page.locator(".jp-CodeCell .jp-OutputArea").nth(1)
        button.click()
        output.get_by_text("1. Take the smallest check").wait_for()
        # It has its name again after the hint is there, and until then nobody's press counts.
        button.get_by_text("Give me a hint for spread").wait_for()
        for key in ("Space", "Enter"):
            before = output.inner_text()
            # Above the seconds that are left, which may not have changed, it says when it is busy.
            page.keyboard.press(key)
            page.wait_for_function(
                "([it, was]) => it.innerText !== was", arg=[output.element_handle(), before]
            )
            button.get_by_text("Give me a hint for spread").wait_for()
            assert EARLY in output.inner_text()
        assert page.evaluate("document.activeElement.innerText") == "Give me a hint for spread"
        page.keyboard.press("Control+s")
        until = time.monotonic() + LONGEST_MILLISECONDS / 1000
        while VIEW not in (folder / "centring.ipynb").read_text():
            assert time.monotonic() < until
            page.wait_for_timeout(100)
        page.reload()  # the kernel goes on
        before = output.inner_text()
        button.click()
        page.wait_for_function("([it, was]) => it.innerText !== was", arg=[output.element_handle(), before])
    with jupyter_lab(folder, place) as address, opened(browser, address) as page:
        failed = page.locator(".jp-CodeCell .jp-OutputArea").get_by_text("Error displaying widget")
        failed.wait_for(state="attached")
        assert not failed.is_visible()
        assert page.locator(".jp-OutputArea button").count() == 0
        assert IN_WORDS in page.locator(".jp-CodeCell .jp-OutputArea").nth(1).inner_text()
        check_and_restart(page)


def check_and_restart(page: Page) -> None:
    """Take the kernel away while the button is shown, and see that nothing broken is left of it."""
    run(page, 0)
    page.locator(".jp-CodeCell").nth(0).get_by_text("[1]:").wait_for()
    run(page, 1)
    output = page.locator(".jp-CodeCell .jp-OutputArea").nth(1)
    button = output.locator("button")
    button.click()
    output.get_by_text("1. Take the smallest check").wait_for()
    page.get_by_role("menuitem", name="Kernel").click()
    page.locator(".lm-Menu-itemLabel", has_text="Restart Kernel…").first.click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    button.wait_for(state="hidden")
    assert FIRST in output.inner_text()
    signs = "nodes => nodes.map(it => getComputedStyle(it, '::before').content)"
    assert {*page.locator(".jupyter-widgets-disconnected").evaluate_all(signs)} == {"none"}
    run(page, 1)  # a server that ends while a kernel starts waits for it
    output.get_by_text("NameError").first.wait_for()
