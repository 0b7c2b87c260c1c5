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
from autograder.cli.checks import STYLES
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


def test_what_student_commands_print_can_be_read_on_white_and_on_black() -> None:
    def luminance(*channels: int) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (it / 255 for it in channels)
        ]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    coloured = [style for text in STYLES.values() if (style := Style.parse(text)).color and not style.bgcolor]
    assert coloured
    for style in coloured:
        light = luminance(*style.color.get_truecolor())
        # The contrast that the web's guidelines ask of text in bold or large type, and some more.
        assert min(1.05 / (light + 0.05), (light + 0.05) / 0.05) > 3.8, style
