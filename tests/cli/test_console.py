"""What strangers wrote is printed without what a terminal would obey, whichever command prints it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from autograder import cli
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
