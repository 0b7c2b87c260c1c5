"""What strangers wrote is printed without what a terminal would obey, whichever command prints it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from rich.style import Style
from rich.table import Table
from rich.text import Text

from autograder import cli
from autograder.cli.checks import _Lines, styles
from autograder.cli.console import CleanConsole
from autograder.cli.say import say
from autograder.text import with_marks, without_controls

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31mred\u202etxt.exe\u2066\x08\x00"


def test_a_console_prints_its_own_styles_and_nobody_else_s() -> None:
    out = io.StringIO()
    console = CleanConsole(file=out, force_terminal=True, color_system="standard", width=80)
    table = Table("who")
    table.add_row(Text(HOSTILE, style="red"))
    console.print(table)
    console.print(Text(f"hint: {HOSTILE}", style="bold"))
    console.print(HOSTILE, markup=False)
    printed = out.getvalue()
    assert "\x1b[31m" in printed  # the console's own
    assert "redtxt.exe" in printed
    rest = re.sub(r"\x1b\[[\d;]*m", "", printed)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rest)


def test_a_line_is_printed_as_it_is_but_for_that(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"a\tb\n{HOSTILE}")
    assert capsys.readouterr().out == "a\tb\nredtxt.exe\n"
    assert without_controls("größe ✓ 𝛼") == "größe ✓ 𝛼"


def test_what_hides_in_source_is_marked() -> None:
    assert with_marks("a\u202e = 1 # \u200bx") == "a⟨U+202E⟩ = 1 # ⟨U+200B⟩x"


def test_every_command_prints_through_them() -> None:
    for path in Path(cli.__file__).parent.glob("*.py"):
        if path.name not in ("console.py", "say.py"):
            assert not re.search(
                r"(?<![\w.])(?:print|echo|Console)\(", path.read_text().replace("def print(", "")
            ), path


@pytest.mark.parametrize("color_system, least", [("truecolor", 4.5), ("256", 4.4)])
def test_what_student_commands_print_can_be_read_on_white_and_on_black(color_system, least) -> None:
    def luminance(*channels: int) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (it / 255 for it in channels)
        ]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    parsed = (Style.parse(text) for text in styles(color_system).values())
    coloured = [style for style in parsed if style.color and not style.color.is_default]
    assert coloured
    for style in coloured:
        backgrounds = (
            [(0, 0, 0), (255, 255, 255)] if style.bgcolor is None else [style.bgcolor.get_truecolor()]
        )
        for background in backgrounds:
            lights = sorted(luminance(*it) + 0.05 for it in (style.color.get_truecolor(), background))
            assert lights[1] / lights[0] >= least, style  # the web's guidelines ask 4.5 of text


@pytest.mark.parametrize("color_system", ["standard", "windows", None])
def test_of_the_colours_that_a_terminal_chooses_only_red_is_used(color_system) -> None:
    parsed = [Style.parse(text) for text in styles(color_system).values()]
    assert {it.color.name for it in parsed if it.color} == {"default", "red", "#ffffff"}


def test_values_are_broken_where_a_terminal_is_too_narrow_and_lines_to_paste_never() -> None:
    printed = {}
    for is_terminal in (True, False):
        out = io.StringIO()
        lines = _Lines()
        lines.console = CleanConsole(file=out, force_terminal=is_terminal, color_system=None, width=30)
        lines.print("      expected X = array of float64, shape (2, 6):", "values")
        lines.print("X = np.array([[13.0, 7.0, 202.0, 99.0]])", "details")
        printed[is_terminal] = out.getvalue().splitlines()
    pasted = "X = np.array([[13.0, 7.0, 202.0, 99.0]])"
    assert printed[True] == ["      expected X = array of", "        float64, shape (2, 6):", pasted]
    assert printed[False] == ["      expected X = array of float64, shape (2, 6):", pasted]
