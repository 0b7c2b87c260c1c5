"""The pages in a real browser: for a class of 300, without a network, by keyboard, by ear, on paper, on a phone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Literal
from urllib.parse import unquote

import msgspec
import pytest

from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Kind, Verdict
from autograder.model.written import WrittenAnswer
from autograder.report.class_page import class_page
from autograder.report.context import Leftover, RosterLine
from autograder.report.feedback_page import feedback_page
from autograder.report.statistics import ClassStatistics
from tests.browsers import Opened, text_by_page
from tests.handin.test_notebooks import module_of_notebook, notebook
from tests.report.samples import ASSIGNMENT, CHECK, FAST, IDS, LOOPS, OTHER, PLAN, failed, result
from tests.report.synthetic import course_of_svm, report_context, results, statistics

Open = Callable[..., Opened]

NASTY = '</style><script>alert("1")</script><img src="https://example.invalid/x.png" onerror=alert(2)>'


@pytest.fixture(scope="module")
def class_of_300() -> str:
    return class_page(statistics(300), report_context())


@pytest.fixture(scope="module")
def feedback() -> str:
    assignment, _, _ = course_of_svm()
    label, worst = max(
        results(60), key=lambda pair: len({it.kind for q in pair[1].questions for it in q.verdicts})
    )
    return feedback_page(worst, assignment, label, {"linear_svm.py": "import numpy as np\n" * 40})


@pytest.fixture(params=["class_of_300", "feedback"])
def html(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def test_it_asks_for_nothing_but_itself_and_has_nothing_to_complain_about(html: str, open_page: Open) -> None:
    opened = open_page(html)
    assert [url for url in opened.requests if not url.startswith("data:")] == [opened.page.url]
    assert opened.complaints == []


def test_every_picture_is_drawn(class_of_300: str, open_page: Open) -> None:
    widths = open_page(class_of_300).page.eval_on_selector_all("img", "all => all.map(it => it.naturalWidth)")
    assert len(widths) == 3 + len(course_of_svm()[0].questions)
    assert all(width > 100 for width in widths)


def test_landmarks_and_headings_tell_where_one_is(html: str, open_page: Open) -> None:
    page = open_page(html).page
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(role).count() == 1, role
    levels = page.eval_on_selector_all("h1,h2,h3,h4,h5,h6", "all => all.map(it => Number(it.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.get_attribute("html", "lang") == "en"


def test_whoever_does_not_see_is_told(html: str, open_page: Open) -> None:
    page = open_page(html).page
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("img:not([alt]), svg:not([aria-label])").count() == 0
    assert page.locator("section:not([aria-labelledby]):not([aria-label])").count() == 0
    for reference in page.eval_on_selector_all(
        "[aria-labelledby]", "all => all.map(it => it.getAttribute('aria-labelledby'))"
    ):
        assert page.locator(f'[id="{reference}"]').count() == 1


def test_ids_are_unique_and_links_lead_somewhere(html: str, open_page: Open) -> None:
    page = open_page(html).page
    ids = page.eval_on_selector_all("[id]", "all => all.map(it => it.id)")
    assert len(ids) == len(set(ids))
    targets = page.eval_on_selector_all("a", "all => all.map(it => it.getAttribute('href'))")
    pages = {target for target in targets if target.startswith("feedback/")}
    assert targets and {target.removeprefix("#") for target in targets} - pages <= set(ids)
    assert all(target.partition("#")[0].endswith(".html") and " " not in target for target in pages)


def test_the_first_tab_offers_to_skip_to_the_content(html: str, open_page: Open) -> None:
    page = open_page(html).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    box = page.locator(":focus").bounding_box()
    assert box is not None and box["x"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")


def test_everything_that_opens_or_scrolls_is_reached_and_used_by_keyboard(
    class_of_300: str, open_page: Open
) -> None:
    page = open_page(class_of_300).page
    shut = page.locator("summary").count()
    assert shut > 10
    # Each key takes as long as the page is large, and what is in a row is the same in the others.
    page.evaluate(
        "document.querySelectorAll('#hand-ins tbody tr:nth-child(n+11)').forEach(it => it.remove())"
    )
    seen = set()
    for _ in range(3_000):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "[...document.querySelectorAll('summary, [tabindex=\"0\"]')].indexOf(document.activeElement)"
        )
        if here in seen:
            break
        if here >= 0:
            seen.add(here)
        if page.evaluate("document.activeElement.matches('details:not([open]) > summary')"):
            page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == shut
    visible = page.locator('[tabindex="0"]:visible').count()
    assert len(seen) == shut + visible


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_nothing_sticks_out_sideways(html: str, open_page: Open, width: int) -> None:
    page = open_page(html, width).page
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_table_of_hand_ins_is_sorted_by_its_headings(class_of_300: str, open_page: Open) -> None:
    opened = open_page(class_of_300)
    page = opened.page
    total = page.locator("#hand-ins thead th", has_text="Total")
    column = page.eval_on_selector_all(
        "#hand-ins thead th", "all => all.findIndex(it => it.textContent.startsWith('Total'))"
    )

    def totals() -> list[float]:
        cells = f"#hand-ins tbody tr td:nth-of-type({column})"
        return [
            float(it) for it in page.eval_on_selector_all(cells, "all => all.map(it => it.dataset.value)")
        ]

    before = totals()
    assert len(before) == 300 and total.get_attribute("aria-sort") is None
    total.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert totals() == sorted(before) and total.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert totals() == sorted(before, reverse=True) and total.get_attribute("aria-sort") == "descending"
    first = page.locator("#hand-ins thead th").first
    first.get_by_role("button").click()
    assert first.get_attribute("aria-sort") == "ascending" and total.get_attribute("aria-sort") is None
    labels = page.eval_on_selector_all("#hand-ins tbody th a", "all => all.map(it => it.textContent)")
    assert labels == sorted(labels) and opened.complaints == []


def test_the_table_of_hand_ins_is_narrowed_by_words_and_by_mistake(
    class_of_300: str, open_page: Open
) -> None:
    page = open_page(class_of_300).page
    rows, said = page.locator("#hand-ins tbody tr:visible"), page.get_by_role("status")
    assert said.inner_text() == "all 300 hand-ins" and rows.count() == 300
    page.get_by_label("Search").fill("student 01")
    assert 0 < rows.count() < 300 and said.inner_text() == f"{rows.count()} of 300 hand-ins"
    page.get_by_label("Search").fill("")
    page.get_by_label("Show").select_option("m-1")
    mistake = str(page.locator("#only option[value=m-1]").text_content()).partition(":")[0]
    assert rows.count() > 10
    assert all(mistake in it for it in page.locator("#hand-ins tbody tr:visible td.found").all_inner_texts())
    page.get_by_label("Show").select_option("flagged")
    assert all("flagged" in it for it in rows.all_inner_texts()) and rows.count() > 0
    page.get_by_label("Show").select_option("Took too long")
    late = page.locator("details", has=page.get_by_text("Took too long: who"))
    late.locator("summary").click()
    assert 0 < rows.count() == late.locator("a").count()


def test_tests_are_sorted_by_their_headings(class_of_300: str, open_page: Open) -> None:
    page = open_page(class_of_300).page
    table = page.locator("table", has=page.get_by_text("Graded tests", exact=True))

    def column() -> list[float]:
        return [float(it.get_attribute("data-value") or "") for it in table.locator("td:nth-child(3)").all()]

    assert column() == sorted(column())
    # The heading says that they are sorted already, so that one press turns them round.
    assert table.locator("th", has_text="Pass all").get_attribute("aria-sort") == "ascending"
    table.get_by_role("button", name="Pass all").click()
    assert column() == sorted(column(), reverse=True) and len(set(column())) > 1


def test_headings_of_the_table_of_hand_ins_stay_whether_it_fits_or_not(
    class_of_300: str, open_page: Open
) -> None:
    page = open_page(class_of_300, 1280).page
    top = """() => {
      document.querySelector('#hand-ins tbody tr:nth-child(100)').scrollIntoView({ block: 'center' });
      const heading = document.querySelector('#hand-ins thead th').getBoundingClientRect().top;
      return heading - Math.max(0, document.querySelector('.tall').getBoundingClientRect().top);
    }"""
    for width, fits in ((1280, True), (360, False), (1280, True)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("fits => document.querySelector('.tall').matches('.fits') === fits", arg=fits)
        assert page.evaluate(top) == pytest.approx(0, abs=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_table_is_whole(class_of_300: str, open_page: Open) -> None:
    plain = open_page(class_of_300.replace("script-src", "no-script-src"))
    assert plain.page.locator("#hand-ins tbody tr:visible").count() == 300
    assert plain.page.locator("#tools:visible").count() == 0


def test_the_count_of_each_mistake_leads_to_what_is_said_of_it(class_of_300: str, open_page: Open) -> None:
    page = open_page(class_of_300).page
    rows = page.locator("table:has(#mistakes-caption) tbody tr")
    counts = [int(it) for it in rows.locator("td:nth-child(2)").all_inner_texts()]
    assert len(counts) == 12 and counts == sorted(counts, reverse=True)
    for row in (rows.first, rows.last):  # one has a heading, the other a row of those that are rarer
        link = row.locator("th a")
        said = page.locator(link.get_attribute("href") or "").text_content() or ""
        assert said.strip().startswith(f"{link.inner_text()}: ")


def test_a_mistake_leads_to_students_to_their_pages_and_to_their_lines(
    class_of_300: str, open_page: Open
) -> None:
    page = open_page(class_of_300).page
    lesson = page.locator("section.lesson").first
    for summary in lesson.locator("summary").all():
        summary.click()
    assert lesson.locator("pre").count() == 1
    assert "linear_svm.py, lines 41 to 42" in lesson.inner_text()
    hrefs = [it.get_attribute("href") for it in lesson.locator("a").all()]
    assert hrefs[0] == "feedback/submission_10003.html#linear_svm.py-41" and len(hrefs) > 10
    assert all(it is not None and ".html#q-svm_loss_" in it for it in hrefs[1:])


def test_labels_of_every_kind_are_links_that_stay_links(open_page: Open) -> None:
    gathered = statistics(0)
    labels = ["a b", "100%", "Zoë", "x#y", 'q"&<b>', NASTY]
    for label in labels:
        gathered.add(label, result())
    opened = open_page(class_page(gathered, replace(report_context(), people=dict.fromkeys(labels, NASTY))))
    people = opened.page.locator("#hand-ins tbody th")
    shown = [
        it.locator(".label").inner_text() if it.locator(".label").count() else NASTY for it in people.all()
    ]
    assert sorted(shown) == sorted(labels)
    assert people.locator("a").all_inner_texts() == [NASTY] * len(labels)
    for label, link in zip(shown, people.locator("a").all(), strict=True):
        assert unquote(str(link.get_attribute("href"))) == f"feedback/{label}.html"
    assert opened.complaints == []


CONTRASTS = """() => {
  const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const ground = it => {
    for (; it; it = it.parentElement) {
      const color = parse(getComputedStyle(it).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const it = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || it.closest('svg')) continue;
    const [a, b] = [luminance(parse(getComputedStyle(it).color)), luminance(ground(it))];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), texts.currentNode.textContent.slice(0, 40)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(
    html: str, open_page: Open, scheme: Literal["light", "dark"]
) -> None:
    page = open_page(html).page
    page.emulate_media(color_scheme=scheme)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert min(contrasts)[0] >= 4.5, min(contrasts)


def test_on_paper_nothing_is_cut_off(html: str, open_page: Open) -> None:
    page = open_page(html, width=690).page  # what is left of A4 between its margins, in CSS pixels
    page.emulate_media(media="print")
    assert page.locator("nav.contents:visible, .skip:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    # Chromium leaves out the buttons of a heading that it repeats on the next page.
    assert set(
        page.eval_on_selector_all("thead button", "all => all.map(it => getComputedStyle(it).display)")
    ) <= {"contents"}
    printed = text_by_page(page.pdf(format="A4"))
    rows = [len(re.findall(r"Student \d{3} submission_10\d{3} [\d.]+ ", text)) for text in printed]
    assert sum(rows) == page.locator("#hand-ins tbody tr").count()
    # Every page that goes on with the table repeats its headings, and none ends with a heading of what follows.
    assert all(
        "Hand-in" in text and "What was found" in text
        for text, some in zip(printed, rows, strict=True)
        if some
    )
    headings = page.eval_on_selector_all(
        ":is(h2, h3, h4, caption):visible", "all => all.map(it => it.textContent)"
    )
    headings = [" ".join(it.split()) for it in headings]
    assert len(headings) > 3 and not [it for it in headings for text in printed if text.endswith(it)]


def test_what_strangers_wrote_is_text(open_page: Open) -> None:
    hint = Verdict(test=FAST, kind=Kind.SLOW, message=NASTY, hint=NASTY, flags=(NASTY,))
    check = failed(CHECK, message=NASTY, details=NASTY, counterexample=NASTY)
    graded = result(hint, check, failed(LOOPS, Kind.LOOPS, message=NASTY), notes=(NASTY,))
    gathered = statistics(3)
    gathered.flags.append((NASTY, NASTY))
    for page in (feedback_page(graded, ASSIGNMENT, NASTY), class_page(gathered, report_context())):
        opened = open_page(page)
        assert opened.complaints == []
        assert len(opened.requests) <= 6 and not any("example" in url for url in opened.requests)
        assert '<script>alert("1")</script>' in opened.page.inner_text("body")


def test_a_class_of_nobody_has_a_page_too(open_page: Open) -> None:
    opened = open_page(class_page(statistics(0), report_context()))
    assert "No hand-in was graded." in opened.page.inner_text("main")
    assert opened.complaints == []


def test_a_refused_hand_in_has_a_page_too(open_page: Open) -> None:
    refused = GradingResult(
        assignment="svm", questions=result().questions, notes=("It is no zip.",), kept=Fraction(0)
    )
    assert "It is no zip." in open_page(feedback_page(refused, ASSIGNMENT, "eve")).page.inner_text("main")


def test_a_sentence_that_names_a_line_leads_to_it(open_page: Open) -> None:
    files = {"centring.py": "import numpy as np\n\n\ndef centre(X):\n    return X[" + NASTY + "\n"}
    said = 'stopped in centring.py, line 5 (not centring.py, line 99, not "other.py", line 1).'
    graded = result(failed(CHECK, Kind.RAISED, message=said))
    page = open_page(feedback_page(graded, ASSIGNMENT, "ada", files)).page
    links = page.locator("a.to-line")
    assert links.all_inner_texts() == ["centring.py, line 5"]
    links.click()
    line = page.locator(".line:target")
    assert line.inner_text().split(maxsplit=1) == ["5", f"return X[{NASTY}"]
    assert page.evaluate("getComputedStyle(document.querySelector(':target')).outlineStyle") == "solid"


def test_a_question_leads_to_the_function_that_answers_it(open_page: Open) -> None:
    files = {"centring.py": "import numpy as np\n\n\ndef centre(X):\n    return X\n\n\nspread = centre\n"}
    functions = ("centring.centre", "centring.spread")
    first = msgspec.structs.replace(ASSIGNMENT.questions[0], functions=functions)
    assignment = replace(ASSIGNMENT, questions=(first,))
    page = open_page(feedback_page(result(failed(CHECK)), assignment, "ada", files)).page
    page.get_by_role("link", name="centre", exact=True).click()
    assert page.locator(".line:target").inner_text().split(maxsplit=1) == ["4", "def centre(X):"]
    assert page.get_by_role("link", name="spread", exact=True).count() == 0


def test_hand_ins_are_called_by_their_students_and_told_apart(open_page: Open) -> None:
    gathered = statistics(0)
    for label in ("submission_1", "submission_2", "submission_3"):
        gathered.add(label, result(failed(FAST, Kind.MISSING)))
    people = {"submission_1": "Kim", "submission_2": "Kim", "submission_3": "Ada"}
    page = open_page(class_page(gathered, replace(report_context(), people=people))).page
    who = page.locator("p", has_text="Missing: ")
    assert who.locator("a").all_inner_texts() == ["Kim (submission_1)", "Kim (submission_2)", "Ada"]


def test_a_replaced_hand_in_makes_nobody_ambiguous(open_page: Open) -> None:
    gathered = statistics(0)
    gathered.add("submission_2", result(failed(FAST, Kind.MISSING)))
    people = {"submission_1": "Kim", "submission_2": "Kim"}
    page = open_page(class_page(gathered, replace(report_context(), people=people))).page
    assert page.locator("p", has_text="Missing: ").locator("a").all_inner_texts() == ["Kim"]


def test_whom_to_write_to_is_one_list_with_reasons_and_addresses(open_page: Open) -> None:
    gathered = statistics(0)
    utf_16 = "svm.py is UTF-16; save it as UTF-8."
    gathered.add("s1", result(*(failed(test, Kind.MISSING, message=utf_16) for test in IDS)))
    gathered.add("s2", result(failed(FAST)))
    context = replace(
        report_context(),
        refused=(Leftover("s3", "hw.rar is not opened."),),
        people={"s1": "Ada", "s2": "Bob", "s3": "Kim"},
        addresses={"s1": ("ada@x.example",), "s2": ("bob@x.example",), "s3": ("kim+1@x.example",)},
        roster=(
            RosterLine(who="somebody", status="not in the roster", submission="s2"),
            RosterLine(who="Eve (eve@x.example)", status="not handed in", email="eve@x.example"),
        ),
    )
    page = open_page(class_page(gathered, context)).page
    table = page.locator("table", has=page.locator("#write-caption"))
    rows = [" ".join(it.split()) for it in table.locator("tbody tr").all_inner_texts()]
    assert rows == [
        "Eve eve@x.example not handed in",
        "Kim kim+1@x.example could not be opened: hw.rar is not opened.",
        f"Ada ada@x.example gave no value: {utf_16}",
        "somebody not in the roster",
    ]
    mails = table.locator("a[href^=mailto]").evaluate_all("all => all.map(it => it.getAttribute('href'))")
    assert mails[1] == "mailto:kim%2B1%40x.example"
    assert page.locator("a[href='#write'] >> text=4").count() == 1
    page.get_by_text("3 of their addresses").click()
    assert (
        page.locator("pre[aria-label=Addresses]").inner_text()
        == "eve@x.example, kim+1@x.example, ada@x.example"
    )


def test_each_hand_in_says_what_was_found_in_it(open_page: Open) -> None:
    gathered = ClassStatistics(ASSIGNMENT, PLAN)
    _, _, bank = course_of_svm()
    known = next(it for it in bank.mistakes if not it.accepted)
    gathered.add("ada", result(failed(FAST, mistake=known.id)))
    gathered.add("bob", result(failed(FAST, Kind.SLOW), failed(LOOPS, Kind.LOOPS)))
    gathered.add("eve", result())
    page = open_page(class_page(gathered, replace(report_context(), people={}))).page
    cells = page.locator("#hand-ins td.found")
    assert cells.all_inner_texts() == [f"{known.id}: {known.title}", "loops (1), slow (1)", ""]
    cells.locator("a").click()
    assert page.locator(":target").inner_text() == f"{known.id}: {known.title}"
    # Points stand below one another by their decimal sign.
    assert page.locator("#hand-ins tbody tr td:nth-child(2)").all_inner_texts() == [
        "14.750",
        "12.875",
        "18.500",
    ]


def test_an_answer_that_nobody_wrote_or_graded_takes_one_line(open_page: Open) -> None:
    def written(text: str) -> QuestionResult:
        return QuestionResult(
            id=f"w{len(text)}",
            title="Why?",
            points=Fraction(2),
            score=Fraction(0),
            written=WrittenAnswer(text=text),
        )

    graded = result()
    questions = (*graded.questions, written(""), written("Because."))
    page = open_page(
        feedback_page(msgspec.structs.replace(graded, questions=questions), ASSIGNMENT, "ada")
    ).page
    assert page.locator("h2", has_text="Why?").evaluate_all("all => all.map(it => it.id)") == ["q-w8"]
    row = page.locator("tr", has_text="no answer found, not graded yet")
    assert row.count() == 1 and row.locator("a").count() == 0


def test_a_bonus_that_somebody_did_not_go_for_is_nothing_to_put_right(open_page: Open) -> None:
    for bonus in (True, False):
        graded = result(failed(OTHER, Kind.MISSING, message="there is no my_tests.py"))
        questions = (
            msgspec.structs.replace(it, bonus=bonus and it.id == "gradient") for it in graded.questions
        )
        final = msgspec.structs.replace(graded, questions=tuple(questions))
        page = open_page(feedback_page(final, ASSIGNMENT, "ada")).page
        section = page.locator("section", has=page.locator("#q-gradient"))
        assert "there is no my_tests.py" in section.inner_text()
        assert section.locator(".bad, .finding").count() == (0 if bonus else 2)


def test_lines_of_a_notebook_are_found_by_cell(open_page: Open) -> None:
    module = module_of_notebook(
        "centring.ipynb", notebook("import numpy as np", "def centre(X):\n    return X[")
    )
    graded = result(failed(CHECK, Kind.RAISED, message="stopped in centring.ipynb, cell 2, line 2."))
    page = open_page(feedback_page(graded, ASSIGNMENT, "ada", {"centring.py": module.decode()})).page
    page.locator("a.to-line").click()
    assert page.locator(".line:target").inner_text().split(maxsplit=1) == ["2", "return X["]
    assert "centring.ipynb" in page.locator("h3").all_inner_texts()
