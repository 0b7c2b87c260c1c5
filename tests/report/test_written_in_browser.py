"""Written answers are graded in a real browser: by keyboard, without a name, and nothing is lost on the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from autograder.classroom.anonymous import secret_of
from autograder.classroom.class_session import report_again, take_answers, write_answers_page
from autograder.classroom.outputs import Places
from autograder.classroom.record import ClassRecord, Item, write_record
from autograder.classroom.store import Store
from autograder.classroom.work import StoredResult
from autograder.handin.found import Fate
from autograder.handin.students import Student
from autograder.model.assignment import LatePolicy
from autograder.model.written import Rubric, RubricItem, WrittenQuestion
from tests.browsers import Opened
from tests.report.samples import ASSIGNMENT, PLAN, result
from tests.report.test_in_browser import CONTRASTS, NASTY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WRITTEN = (
    WrittenQuestion("lead", "A lead of 4", Fraction(2)),
    WrittenQuestion("kinks", "Kinks", Fraction(2)),
)
RUBRICS = (
    Rubric(
        "lead",
        (RubricItem("By 3.", Fraction(1, 2)), RubricItem("Softmax always.", Fraction(3, 2))),
        "Rounded is fine.",
    ),
    Rubric("kinks", tuple(RubricItem(f"Third {it}.", Fraction(2, 3)) for it in (1, 2, 3))),
)
ANSWERS = {
    "ada": {"lead": "By 3, and softmax always reacts.", "kinks": "Where a margin is 0."},
    "bo": {"lead": "By 3, and softmax  always reacts.", "kinks": "Nowhere."},
    "cy": {
        "lead": NASTY + " \u202egnihton",
        "kinks": "At 0.\n\n**Not** _Markdown_ [here](https://example.invalid)",
    },
    "di": {},
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A class as `grade` leaves it, without a grading."""
    places = Places(tmp_path / "out")
    items = []
    for name, answers in ANSWERS.items():
        Store(places.store).put(name, StoredResult(result=result()))
        who = (Student(name=name),)
        items.append(
            Item(
                label=name,
                fate=Fate.GRADED,
                key=name,
                students=who,
                counts_for=who,
                last_of=who,
                answers=answers,
            )
        )
    record = ClassRecord(
        name="svm",
        title="SVM",
        version="1.0",
        questions=ASSIGNMENT.questions,
        plan=PLAN,
        visibility="visible",
        late=LatePolicy(),
        mistakes=(),
        written=WRITTEN,
        rubrics=RUBRICS,
        secret=secret_of("a salt of this test"),
        items=tuple(items),
    )
    write_record(places.record, record)
    return places.folder


class Grading(Opened):
    """The page of a class in a window of its own."""

    def __init__(self, page: Page, out: Path) -> None:
        super().__init__(page)
        self._out = out
        page.goto(write_answers_page(out).as_uri())

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def said(self) -> str:
        return self.page.get_by_role("status").inner_text()

    @property
    def current(self) -> str:
        return self.page.locator(".answer-card.current").inner_text()

    @property
    def points(self) -> list[str]:
        return [it.input_value() for it in self.page.locator(".answer-card:visible input").all()]

    def download(self) -> Path:
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name="Download marks").click()
        path = self._out.parent / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path


@pytest.fixture
def grading(browser: Browser, out: Path) -> Iterator[Callable[..., Grading]]:
    """Open the page, in one browser that keeps what pages keep."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield lambda: Grading(context.new_page(), out)
    context.close()


def grades(out: Path) -> dict[str, tuple[str, str, str]]:
    rows = csv.DictReader(io.StringIO((out / "grades.csv").read_text()))
    return {row["submission"]: (row.get("lead", "-"), row.get("kinks", "-"), row["total"]) for row in rows}


def test_three_answers_are_graded_by_keyboard_taken_back_and_seen_in_the_report(
    grading: Callable[..., Grading], out: Path
) -> None:
    here = grading()
    here.press("1", "2")  # the answer of two
    assert "2 of 2 points" in here.said and "By 3, and softmax always reacts." in here.current
    here.press("Enter", "1", "n")
    here.page.keyboard.type("0 and the gradient?")
    here.press("Escape", "Enter", "0")
    assert "Nothing was written." in here.current and here.points == ["2", "0.5", "0"]
    assert here.page.locator("#progress .words").inner_text() == "3 of 7 graded"
    assert [it.inner_text() for it in here.page.locator("#questions .count").all()] == ["3/3", "0/4"]
    path = here.download()
    assert path.name == "marks-svm.csv" and here.complaints == []

    taken, _ = take_answers(out, path)
    assert (taken.marks, taken.written, taken.left) == (3, 4, ())
    report_again(out)
    assert grades(out) == {
        "ada": ("2", "-", "20.5"),
        "bo": ("2", "-", "20.5"),
        "cy": ("0.5", "-", "19"),
        "di": ("0", "-", "18.5"),
    }
    here.page.goto((out / "feedback" / "cy.html").as_uri())
    section = here.page.locator("section", has=here.page.get_by_role("heading", name="A lead of 4"))
    assert "0.5 of 2 points" in section.inner_text() and "0 and the gradient?" in section.inner_text()
    assert [it.get_attribute("class") for it in section.locator(".marks li").all()] == ["met", "unmet"]
    here.page.goto((out / "report.html").as_uri())
    assert "3 of 4" not in here.page.locator("section[aria-labelledby=written]").inner_text()
    assert "4 of 4" in here.page.locator("section[aria-labelledby=written]").inner_text()
    assert here.complaints == []


def test_marks_outlive_the_page_and_show_again_when_they_were_taken(
    grading: Callable[..., Grading], browser: Browser, out: Path
) -> None:
    first = grading()
    first.press("2", "]", "1", "2")
    assert "1.33 of 2 points" in first.said
    path = first.download()
    assert "4/3" in path.read_text()
    first.page.close()
    again = grading()
    for _ in range(
        100
    ):  # the browser passes on what a page keeps from one process to another in its own time
        if again.points[0]:
            break
        again.page.wait_for_timeout(100)
        again.page.reload()
    assert again.points == ["1.5", "", ""]  # kept by the browser alone
    take_answers(out, path)
    elsewhere = browser.new_context()
    other = Grading(elsewhere.new_page(), out)
    assert other.points == ["1.5", "", ""]  # taken, so the page itself has them
    other.press("k", "Backspace")
    assert other.points == ["", "", ""] and "given so far: 1.5" in other.current
    take_answers(out, other.download())
    elsewhere.close()
    assert [line["question"] for line in csv.DictReader((out / "overrides.csv").open())] == ["kinks"]


def test_nothing_is_zero_points_by_accident(grading: Callable[..., Grading]) -> None:
    here = grading()
    here.press("1", "1")
    assert here.points == ["", "", ""] and "not graded" in here.said
    here.press("a")
    assert here.points == ["2", "", ""]
    here.press("p")
    here.page.keyboard.type("2.5")
    assert "a number up to 2, please" in here.current
    here.press("Escape")
    assert here.page.locator("#progress .words").inner_text() == "0 of 7 graded"
    here.press("p")
    here.page.keyboard.type("1.25")
    here.press("Enter", "j", "k")
    assert here.points == ["1.25", "", ""]
    here.press("Backspace", "9", "x", "Control+1")
    assert here.points == ["", "", ""]


def test_answers_are_searched_and_filtered(grading: Callable[..., Grading]) -> None:
    here = grading()
    here.press("/")
    here.page.keyboard.type("softmax reacts")
    assert here.page.locator(".answer-card:visible").count() == 1 and "1 of 3 answers shown" in here.said
    here.page.get_by_label("Search").fill("")
    here.press("Escape", "1")
    here.page.get_by_label("Show").select_option("ungraded")
    assert here.page.locator(".answer-card:visible").count() == 2
    here.page.get_by_label("Show").select_option("graded")
    assert here.page.locator(".answer-card:visible").count() == 1


def test_what_strangers_wrote_is_text_and_nobody_is_named(grading: Callable[..., Grading]) -> None:
    here = grading()
    text = here.page.locator("body").inner_text()
    assert "<script>alert" in text and "⟨U+202E⟩gnihton" in text
    assert here.page.locator("main img, main a, main strong em").count() == 0
    assert here.complaints == [] and len(here.requests) == 1
    assert not {"ada", "bo", "cy", "di"} & set(text.split())


def test_without_scripts_every_answer_is_there(grading: Callable[..., Grading], out: Path) -> None:
    here = grading()
    plain = out / "plain.html"
    plain.write_text((out / "written.html").read_text().replace("script-src", "no-script-src"))
    here.page.goto(plain.as_uri())
    assert here.page.locator(".answer-card:visible").count() == 7
    assert here.page.locator("#tools:visible, #keys:visible").count() == 0


@pytest.mark.parametrize("width", [420, 800, 1280])
def test_nothing_sticks_out_sideways(grading: Callable[..., Grading], width: int) -> None:
    page = grading().page
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_and_whoever_does_not_see_is_told(
    grading: Callable[..., Grading], scheme: Literal["light", "dark"]
) -> None:
    here = grading()
    here.page.emulate_media(color_scheme=scheme)
    here.press("1")
    contrasts = here.page.evaluate(CONTRASTS)
    assert len(contrasts) > 20 and min(contrasts)[0] >= 4.5, min(contrasts)
    buttons = here.page.locator(".answer-card.current .items button")
    assert [it.get_attribute("aria-pressed") for it in buttons.all()] == ["true", "false", "false"]
    assert "1: By 3." in str(buttons.first.get_attribute("aria-label"))
    ids = here.page.eval_on_selector_all("[id]", "all => all.map(it => it.id)")
    assert len(ids) == len(set(ids))
