"""The playground in a browser: by mouse, finger, keyboard, link; its experiments; wide and narrow, light and dark."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import pytest

from autograder.playground.page import playground_page
from tests.browsers import Opened
from tests.playground.conftest import Playground
from tests.report.test_in_browser import CONTRASTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.system

Play = Callable[..., Playground]

TWO = "loss=ww&strength=0&W=1,-1,0;0,0,0&b=0,0,0&points=0,1,0;1,-1,0.5"


def test_it_is_small_asks_for_nothing_and_has_nothing_to_complain_about(play: Play) -> None:
    it = play()
    it.page.click("#run")
    it.page.wait_for_timeout(300)
    it.page.click("#run")
    assert it.opened.requests == [it.page.url.partition("#")[0]]
    assert it.opened.complaints == []
    assert len(playground_page().encode()) < 200_000


def test_no_other_script_or_style_than_its_own_is_allowed(open_page: Callable[..., Opened]) -> None:
    policy = 'http-equiv="Content-Security-Policy" content="default-src \'none\';'
    assert policy in playground_page() and "unsafe" not in playground_page()
    strange = playground_page().replace("</main>", "</main><script>document.title = 'changed'</script>")
    opened = open_page(strange.replace("Three scores", '<b style="color: red" onclick="1">Three</b> scores'))
    assert opened.page.title() == "Linear classifier playground"
    assert len(opened.complaints) == 3 and all("Content Security Policy" in it for it in opened.complaints)


def test_a_point_is_dragged_added_and_removed_with_the_mouse(play: Play) -> None:
    it = play()
    it.shown(TWO)
    mouse = it.page.mouse
    mouse.move(*it.place(1, 0))
    mouse.down()
    mouse.move(*it.place(2, 1), steps=4)
    mouse.up()
    shown = it.shown()
    assert shown["points"][0][:2] == pytest.approx([2, 1], abs=0.03)
    assert shown["points"][0][2] == pytest.approx(2, abs=0.03)
    assert shown["said"].startswith("Point 1, class 0, at ")
    it.page.locator("#brush label", has_text="2").click()
    mouse.click(*it.place(0, -2))
    points = it.shown()["points"]
    assert points[2][:2] == pytest.approx([0, -2], abs=0.03)
    assert it.shown()["link"].split(";")[-1].startswith("2,")
    it.page.get_by_role("button", name="Remove").click()
    assert it.shown()["points"] == points[:2]


def test_a_finger_drags_points_adds_points_and_scrolls_the_rest(play: Play) -> None:
    it = play(360)
    it.shown(TWO)
    it.place(0, 0)
    touch = it.page.context.new_cdp_session(it.page)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        finger("touchStart", start)
        for share in (0.25, 0.5, 0.75, 1):
            x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
            finger("touchMove", (x, y))
        finger("touchEnd")

    swipe(it.place(1, 0), it.place(2, 2))
    assert it.shown()["points"][0][:2] == pytest.approx([2, 2], abs=0.06)
    it.page.evaluate("addEventListener('scrollend', () => { window.scrolled = true; }, { once: true })")
    before = it.page.evaluate("scrollY")
    swipe(it.place(0, 0), it.place(0, 2.5))
    it.wait("window.scrolled")  # a quick finger lets go of a page that goes on for a while
    assert it.page.evaluate("scrollY") != before
    assert len(it.shown()["points"]) == 2
    place = it.place(0, -2)
    finger("touchStart", place)
    finger("touchEnd")
    assert len(it.shown()["points"]) == 3


def test_everything_about_points_goes_by_keyboard(play: Play) -> None:
    it = play()
    it.shown(TWO)
    press = it.page.keyboard.press
    for _ in range(20):
        press("Tab")
        if it.page.evaluate("document.activeElement.id") == "plane":
            break
    press("PageDown")
    assert it.shown()["said"] == "Point 1, class 0, at 1.00, 0.00: loss 0.000."
    press("ArrowLeft")
    press("Shift+ArrowUp")
    press("2")
    point = it.shown()["points"][0]
    assert point[:2] == pytest.approx([0.9, 0.01]) and point[8] == pytest.approx(1.9 + 0.1)
    press("PageUp")
    press("Delete")
    assert len(it.shown()["points"]) == 1 and "removed" in it.shown()["said"]
    press("Insert")
    assert it.shown()["points"][1][:2] == [0, 0]
    for _ in range(5):
        press("Control+z")
    assert it.shown()["link"].endswith("points=0,1,0;1,-1,0.5")


def test_every_control_is_reached_by_keyboard_and_has_a_name(play: Play) -> None:
    it = play()
    it.page.locator("#challenges button").first.click()
    it.page.evaluate(
        "() => { document.querySelectorAll('details').forEach(it => it.open = true); select(0); }"
    )
    it.shown()
    it.page.locator(".skip").focus()
    reached = {0}
    for _ in range(150):
        it.page.keyboard.press("Tab")
        name = it.page.evaluate("""() => {
          const all = [...document.querySelectorAll('a, button, input, select, summary, [tabindex="0"]')];
          return all.indexOf(document.activeElement);
        }""")
        if name in reached:
            break
        reached.add(name)
    wanted = it.page.evaluate("""() => {
      const all = [...document.querySelectorAll('a, button, input, select, summary, [tabindex="0"]')];
      const stop = it => it.type !== 'radio' || it.checked || it === (
        document.querySelector(`[name=${it.name}]:checked`) ?? document.querySelector(`[name=${it.name}]`));
      return all.filter(it => !it.disabled && it.checkVisibility() && stop(it)).map(it => all.indexOf(it));
    }""")
    assert set(wanted) <= reached and len(wanted) > 50
    snapshot = it.page.locator("body").aria_snapshot()
    for line in snapshot.splitlines():
        role = line.strip(" -").partition(" ")[0].partition(":")[0]
        if role in (
            "button",
            "textbox",
            "spinbutton",
            "slider",
            "combobox",
            "checkbox",
            "radio",
            "group",
            "img",
        ):
            assert '"' in line, f"no name: {line}"


def test_landmarks_headings_and_tables_tell_where_one_is(play: Play) -> None:
    page = play().page
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role
    levels = page.eval_on_selector_all("h1,h2,h3", "all => all.map(it => Number(it.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.locator("table:not(:has(caption)), th:not([scope])").count() == 0
    ids = page.eval_on_selector_all("[id]", "all => all.map(it => it.id)")
    assert len(ids) == len(set(ids))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"


def test_numbers_are_typed_and_stepped_and_taken_back_at_once(play: Play) -> None:
    it = play()
    it.shown(TWO)
    field = it.page.get_by_label("W of x₂, class 1", exact=True)
    field.fill("-2.5")
    assert it.shown()["W"][1][1] == -2.5
    field.press("ArrowUp")
    field.press("Shift+ArrowDown")
    assert it.shown()["W"][1][1] == pytest.approx(-2.41)
    field.fill("")
    assert field.get_attribute("aria-invalid") == "true"
    assert it.shown()["W"][1][1] == pytest.approx(-2.41)
    it.page.get_by_role("button", name="Undo").click()
    assert it.shown()["W"] == [[1, -1, 0], [0, 0, 0], [0, 0, 0]]


def do_everything(page: Page) -> list[Callable[[], object]]:
    """Return one change of every kind."""
    slide = "it => { it.value = 40; it.dispatchEvent(new Event('input')); it.dispatchEvent(new Event('change')); }"

    def move_the_fourth() -> None:
        page.locator("#points tbody button").nth(3).click()
        page.locator("#point-x").fill("1.5")

    return [
        lambda: page.check("input[value=softmax]"),
        lambda: page.check("input[value=elastic]"),
        lambda: page.locator("#strength-slider").evaluate(slide),
        lambda: page.locator("#rate").fill("0.3"),
        lambda: page.uncheck("#bias"),
        lambda: page.click("#step"),
        lambda: page.click("#restart"),
        lambda: page.select_option("#data", "ring"),
        move_the_fourth,
        lambda: page.select_option("#point-label", "1"),
        lambda: page.click("#remove"),
        lambda: page.click("#zero"),
        lambda: page.locator("#challenges button").nth(2).click(),
    ]


def test_undo_and_redo_go_through_every_kind_of_change(play: Play) -> None:
    it = play()
    links = [it.shown(TWO)["link"]]
    changes = do_everything(it.page)
    for change in changes:
        change()
        links.append(it.shown()["link"])
    assert len(set(links)) == len(changes) + 1
    for link in links[-2::-1]:
        it.page.click("#undo")
        assert it.shown()["link"] == link
    for link in links[1:]:
        it.page.click("#redo")
        assert it.shown()["link"] == link
    assert it.page.locator("#redo").is_disabled()


def test_the_address_of_the_page_opens_the_same_state(play: Play) -> None:
    it = play()
    for change in do_everything(it.page)[:-2]:
        change()
    shown = it.shown()
    it.wait(f"location.hash.slice(1) === {shown['link']!r}")
    it.page.reload()
    again = it.shown()
    assert {key: again[key] for key in ("W", "gradient", "loss", "points", "link")} == {
        key: shown[key] for key in ("W", "gradient", "loss", "points", "link")
    }
    assert it.page.locator("#undo").is_disabled()


@pytest.mark.parametrize(
    "fragment",
    [
        "W=1,2,3",
        "W=1,2,3;4,5,NaN",
        "b=1,2,",
        "points=3,0,0",
        "points=0,9,0",
        "points=" + ";".join(["0,1,1"] * 301),
        "rate=-1",
        "loss=constructor",
        "colour=blue",
        "points=0,1,%E0%A4%A",
    ],
)
def test_a_link_that_cannot_be_used_changes_nothing_and_says_so(play: Play, fragment: str) -> None:
    it = play()
    before = it.shown(TWO)
    after = it.shown(fragment)
    assert after["said"].startswith("This link holds something that cannot be used")
    assert after["link"] == before["link"] and after["points"] == before["points"]
    assert it.opened.complaints == []


def test_a_run_goes_down_until_it_is_paused_and_undo_takes_it_back(play: Play) -> None:
    it = play()
    before = it.shown()
    it.page.get_by_role("button", name="Run").click()
    it.wait("curve.length > 20")
    it.page.get_by_role("button", name="Pause").click()
    after = it.shown()
    assert after["loss"] < before["loss"] and after["steps"] >= 20
    assert after["said"].startswith(f"Paused at step {after['steps']}: loss ")
    it.page.click("#undo")
    assert it.shown()["link"] == before["link"] and it.shown()["steps"] == 0


def test_a_rate_that_leads_beyond_all_numbers_ends_the_run_and_says_why(play: Play) -> None:
    it = play()
    it.shown("penalty=l2&strength=1000&rate=1000")
    it.page.click("#run")
    it.wait("!running")
    shown = it.shown()
    assert "the learning rate is too high" in shown["said"]
    assert math.isfinite(shown["loss"]) and it.opened.complaints == []


def test_with_reduced_motion_a_run_is_shown_in_few_pictures(play: Play) -> None:
    it = play()
    it.page.emulate_media(reduced_motion="reduce")
    it.page.evaluate("""() => {
      window.seen = 0;
      const draw = view.draw;
      view.draw = (...all) => { seen++; draw.apply(view, all); };
    }""")
    it.page.click("#run")
    it.wait("curve.length > 80")
    it.page.click("#run")
    steps = it.shown()["steps"]
    assert steps % 30 == 0
    assert it.page.evaluate("seen") <= steps / 30 + 5


@pytest.mark.parametrize("width", [360, 420, 800, 1280, 1680])
def test_nothing_sticks_out_sideways(play: Play, width: int) -> None:
    it = play(width)
    it.page.select_option("#data", "many")
    count = len(it.shown()["points"])
    assert count >= 100 and it.page.locator("#table-title").inner_text() == f"All {count} points"
    # However far a run gets, what stands below does not jump.
    tops = """document.getElementById('right').textContent = '193/200';
      document.getElementById('steps').textContent = '999';
      new Set([...document.querySelectorAll('.facts > div')].map(it => it.getBoundingClientRect().top)).size"""
    assert it.page.evaluate(tops) == 1
    it.page.locator("#challenges button").nth(2).click()
    it.page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    it.page.evaluate("select(2)")
    it.shown("W=-1234.5678,123456.789,-0.00001234;1e-9,99999,-99999&b=12345.678,-9876.54,3&strength=900")
    assert it.page.evaluate("document.documentElement.scrollWidth") <= width
    wider = """() => [...document.querySelectorAll('main *')]
      .filter(it => !it.closest('.scroll') && !it.matches('.heard'))
      .filter(it => it.getBoundingClientRect().right > innerWidth + 0.5)
      .map(it => it.outerHTML.slice(0, 80))"""
    assert it.page.evaluate(wider) == []


def test_all_numbers_of_a_point_are_in_sight_at_any_width_and_none_covers_another(play: Play) -> None:
    it = play()
    cells = """[...document.querySelectorAll('#points tbody tr:first-child data')].map(it => {
      const box = it.getBoundingClientRect();
      return [box.left, box.right, box.top];
    })"""
    headings = """[...document.querySelectorAll('#points thead th')]
      .filter(it => getComputedStyle(it).clipPath === 'none').map(it => {
      const range = document.createRange();
      range.selectNodeContents(it);
      const box = range.getBoundingClientRect();
      return [it.textContent, [box.left, box.right, box.top, box.bottom]];
    })"""
    columns = """[...document.querySelectorAll('#points tbody tr:first-child td')].map(
      it => it.getBoundingClientRect().right - parseFloat(getComputedStyle(it).paddingRight))"""
    heard = it.page.locator("#points").aria_snapshot()
    for width in (360, 420, 500, 800, 1280):
        it.page.set_viewport_size({"width": width, "height": 900})
        for weights in ("300,-300,-0.00001234;-123.4,99.99,-88.8", "1,-1,0;0,0,0"):
            it.shown(f"loss=ww&strength=0&W={weights}&b=-900,0.5,0&points=0,-2.95,-2.95;1,-1,0.5")
            assert it.page.evaluate("$('scroll').scrollWidth - $('scroll').clientWidth") == 0, width
            boxes = it.page.evaluate(cells)
            lines = [sorted(line) for _, line in itertools.groupby(boxes, key=lambda box: round(box[2] / 8))]
            for line in lines:
                assert all(one[1] <= other[0] + 1 for one, other in itertools.pairwise(line)), (width, line)
        # x, y, three scores, three margins, loss: on a phone each margin stands below the score of its class.
        right = [box[1] for box in boxes]
        assert (right[2:5] == pytest.approx(right[5:8], abs=1)) == (width <= 500)
        named = it.page.evaluate(headings)
        for (_, one), (_, other) in itertools.combinations(named, 2):
            assert not (
                one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
            ), (width, one, other)
        ends = it.page.evaluate(columns)
        over = {text: box[1] for text, box in named}
        assert [over["x₁"], over["x₂"], over["Loss"]] == pytest.approx([ends[0], ends[1], ends[8]], abs=3), (
            width
        )
        classes = [box[1] for text, box in named if text in ("0", "1", "2")]
        assert classes == pytest.approx(ends[2:8][: len(classes)], abs=3), width
    it.page.set_viewport_size({"width": 360, "height": 900})
    it.shown()
    roles = [line.split()[1].strip(":") for line in heard.splitlines() if "/" not in line]
    narrow = it.page.locator("#points").aria_snapshot().splitlines()
    assert "rowheader" in roles and {line.split()[1].strip(":") for line in narrow} == set(roles)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(play: Play, scheme: Literal["light", "dark"]) -> None:
    it = play()
    page = it.page
    page.emulate_media(color_scheme=scheme)
    page.locator("#challenges button").first.click()
    it.wait("document.getAnimations().length === 0")
    contrasts = page.evaluate(
        CONTRASTS.replace("it.closest('svg')", "it.closest('svg, script, style, noscript, :disabled, .said')")
    )
    assert len(contrasts) > 60
    assert min(contrasts)[0] >= 4.5, min(contrasts)


def test_the_plane_is_drawn_anew_when_the_system_turns_dark(play: Play) -> None:
    it = play()
    pixel = "() => [...document.getElementById('plane').getContext('2d').getImageData(2, 2, 1, 1).data]"
    it.page.emulate_media(color_scheme="light")
    it.shown()
    light = it.page.evaluate(pixel)
    it.page.emulate_media(color_scheme="dark")
    it.shown()
    assert it.page.evaluate(pixel) != light


HAPPENS = {
    "A far point jiggles": "Nothing: it stays exactly the same",
    "Twice the weights": "Neither the regions nor the loss change",
    "Nobody in the margin": "Exactly where it was",
    "With and without a penalty": "smaller weights and a larger data loss",
    "A very high learning rate": "It jumps up and down and ends higher",
}


def look(page: Page, outcome: str) -> str:
    page.get_by_role("button", name="Look").click()
    page.locator("#verdict p").first.wait_for()
    verdict = page.locator("#verdict").inner_text()
    assert verdict.startswith(outcome), verdict
    return verdict


@pytest.mark.parametrize("title", HAPPENS)
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_every_experiment_tells_how_the_prediction_went(
    play: Play, title: str, motion: Literal["no-preference", "reduce"]
) -> None:
    it = play()
    it.page.emulate_media(reduced_motion=motion)
    mine = it.shown()["link"]
    it.page.get_by_role("button", name=title).click()
    begin = it.shown()["link"]
    button = it.page.get_by_role("button", name="Look")
    assert button.is_disabled()
    labels = it.page.locator("#answers label").all_inner_texts()
    wrong = next(label for label in labels if label != HAPPENS[title])
    assert len(labels) == 3 and HAPPENS[title] in labels
    it.page.get_by_label(wrong, exact=True).check()
    verdict = look(it.page, f"Not as you predicted: “{HAPPENS[title]}” is what happened.")
    assert "at most exactly" not in verdict
    it.page.get_by_label(HAPPENS[title], exact=True).check()
    again = look(it.page, "As you predicted.")
    assert (
        again.split("\n", 1)[1] == verdict.split("\n", 1)[1]
    )  # the same measurements, from the same beginning
    assert it.page.locator("#tally").inner_text() == "0 of 1 predicted."  # the first prediction counts
    it.page.click("#undo")
    assert it.shown()["link"] == mine
    it.page.click("#redo")
    assert begin.startswith("loss=ww") and it.opened.complaints == []


@pytest.mark.parametrize(
    ("hinge", "log", "outcome"), [("2", "1.1", "As you"), ("3", "1.0986", "Not as"), ("2", "0", "Not as")]
)
def test_the_loss_at_the_start_is_predicted_in_numbers(
    play: Play, hinge: str, log: str, outcome: str
) -> None:
    it = play()
    it.page.get_by_role("button", name="The loss at the start").click()
    it.page.locator("#answers").get_by_label("Weston-Watkins").fill(hinge)
    assert it.page.get_by_role("button", name="Look").is_disabled()
    it.page.locator("#answers").get_by_label("softmax").fill(log)
    verdict = look(it.page, outcome)
    assert "Weston-Watkins 2.000, softmax 1.099; Crammer-Singer 1.000 and one-vs-all 3.000." in verdict
    mark = "predicted" if outcome == "As you" else "not predicted"
    assert it.page.get_by_role("button", name=f"The loss at the start, {mark}").count() == 1


def test_all_experiments_are_done_with_nothing_but_a_keyboard(play: Play) -> None:
    it = play()
    it.page.emulate_media(reduced_motion="reduce")

    def go_to(selector: str) -> None:
        for _ in range(80):
            if it.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            it.page.keyboard.press("Tab")
        raise AssertionError(f"80 times Tab do not lead to {selector}")

    for place in range(1, 7):
        go_to(f"#challenges > :nth-child({place}), #challenges > :nth-child({place}) button")
        it.page.keyboard.press("Enter")
        go_to("#answers input")
        if it.page.evaluate("document.activeElement.type") == "radio":
            it.page.keyboard.press("Space")
        else:
            it.page.keyboard.type("2")
            it.page.keyboard.press("Tab")
            it.page.keyboard.type("1.1")
        it.page.keyboard.press("Enter")
        it.page.locator("#verdict p").first.wait_for()
        assert it.page.locator("#tally").inner_text().endswith(f" of {place} predicted.")
    assert it.opened.complaints == []


def test_on_a_phone_the_plane_comes_into_sight_for_an_experiment_and_its_verdict_after_it(play: Play) -> None:
    it = play(360)
    it.page.emulate_media(reduced_motion="reduce")
    it.page.get_by_role("button", name="Twice the weights").click()
    it.page.locator("#answers input").first.check()
    it.page.evaluate("""() => {
      const play = CHALLENGES[1].play;
      CHALLENGES[1].play = stage => {
        window.top_then = $('plane').getBoundingClientRect().top;
        return play(stage);
      };
    }""")
    look(it.page, "")
    assert 0 <= it.page.evaluate("top_then") < 600
    assert it.page.locator("#verdict").evaluate("it => it.getBoundingClientRect().top < innerHeight")


def test_without_scripts_it_says_what_it_needs(open_page: Callable[..., Opened]) -> None:
    plain = open_page(playground_page().replace("script-src", "no-script-src"))
    assert plain.page.locator("h1").count() == 1
    assert "<noscript>" in plain.page.content()
