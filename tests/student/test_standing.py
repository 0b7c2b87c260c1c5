"""`autograder status` and `check` say where a student stands, what to mend first, and each cause once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.handin.trees import DEFAULT_LIMITS, list_folder
from autograder.student.checks import check_folder
from autograder.student.memory import FOLDER
from autograder.student.standing import STATE_FILE
from tests.commands import only_line, run_here
from tests.courses import ASSIGNMENT, PUBLIC, REFERENCE, STUB
from tests.handin.test_notebooks import notebook

WRONG_SPREAD = REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
HALF = REFERENCE.partition("def spread")[0] + "def spread" + STUB.partition("def spread")[2]

MEND = "Next: mend {0}; autograder check {0} shows what is wrong, autograder hint {0} gives a hint"


def status(work: Path, source: str | None = None, **environment: str) -> list[str]:
    if source is not None:
        (work / "centring.py").write_text(source)
    return run_here("status", cwd=work, **environment).stdout.splitlines()


def test_untouched_work_is_told_what_to_write_first(work: Path) -> None:
    done = run_here("status", cwd=work)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "Centring: 0 of 2 questions pass their public checks; 10 points at stake.",
        "  to do        centre   6 points  not filled in yet",
        "  to do        spread   4 points  not filled in yet",
        "Next: centre is not filled in yet in centring.py, line 8: write it, then autograder check centre",
    ]


def test_what_is_wrong_comes_before_what_is_not_written(work: Path) -> None:
    source = HALF.replace("return X - column_means", "return X + column_means")
    lines = status(work, source)
    assert "  failing      centre   6 points  0 of 1 checks pass" in lines
    assert MEND.format("centre") in lines


def test_right_work_is_told_to_hand_in(work: Path) -> None:
    done = run_here("check", cwd=work)
    (work / "centring.py").write_text(REFERENCE)
    done = run_here("check", cwd=work)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-5:] == [
        "Centring: 2 of 2 questions pass their public checks.",
        "  done         centre   6 points  1 of 1 checks pass",
        "  done         spread   4 points  1 of 1 checks pass",
        "Next: autograder submit",
        "Since the last look, just now: centre went from 0 to 1 of 1; spread went from 0 to 1 of 1.",
    ]


def test_a_check_of_one_question_keeps_what_was_seen_of_the_others(work: Path) -> None:
    status(work, WRONG_SPREAD)
    (work / "centring.py").write_text(REFERENCE)
    shown = run_here("check", "spread", cwd=work).stdout
    assert "  done         centre   6 points  1 of 1 checks pass" in shown
    assert "Since the last look, just now: spread went from 0 to 1 of 1." in shown


def test_a_check_of_one_question_says_of_the_others_whether_the_file_stops_them(work: Path) -> None:
    status(work, REFERENCE)
    (work / "centring.py").write_text(f"{REFERENCE}\ndef")
    shown = run_here("check", "spread", cwd=work).stdout
    assert "Until then these earn nothing: spread, centre." in shown
    assert "  broken       centre   6 points  cannot be run" in shown
    (work / "centring.py").write_text(REFERENCE)
    shown = run_here("check", "spread", cwd=work).stdout
    assert "  not checked  centre   6 points" in shown
    assert "cannot be run" not in shown


def test_what_an_error_in_importing_stops_stays_stopped_while_it_is_there(work: Path) -> None:
    status(work, f"{REFERENCE}\nunknown")
    shown = run_here("check", "spread", cwd=work).stdout
    assert "  broken       centre   6 points  cannot be run" in shown


def test_what_was_never_checked_says_so(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    shown = run_here("check", "spread", cwd=work).stdout
    assert "  not checked  centre   6 points" in shown
    assert "Next: autograder check centre" in shown


def test_a_narrow_terminal_gets_two_short_lines_for_each_question(work: Path) -> None:
    lines = status(work, COLUMNS="40")
    assert max(map(len, lines)) <= 40
    assert lines[lines.index("  to do: centre") + 1] == "      6 points, not filled in yet"


def test_what_is_remembered_does_not_disturb_git_and_is_not_handed_in(work: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@x.org", *arguments]
        return subprocess.run(command, cwd=work, capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "as handed out")
    status(work, REFERENCE)
    run_here("hint", "spread", cwd=work)
    assert git("status", "--porcelain").split() == ["M", "centring.py"]
    assert (work / FOLDER / STATE_FILE).is_file()
    assert [it.name for it in list_folder(work, DEFAULT_LIMITS).entries if FOLDER in it.path] == []


def test_a_folder_that_cannot_be_written_to_is_no_obstacle(work: Path) -> None:
    (work / FOLDER).write_text("")  # nobody, not even root, can make a folder in its place
    assert status(work, REFERENCE)[0] == "Centring: 2 of 2 questions pass their public checks."


@pytest.mark.parametrize("content", ["{", "[]", '{"assignment": "other", "at": 0, "questions": {}}'])
def test_a_damaged_memory_is_no_obstacle(work: Path, content: str) -> None:
    (work / FOLDER).mkdir()
    (work / FOLDER / STATE_FILE).write_text(content)
    assert not any("Since the last look" in line for line in status(work))


def test_a_syntax_error_is_said_once_with_its_place(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE.replace("def spread(X):", "def spread(X)"))
    shown = run_here("check", cwd=work).stdout
    assert shown.startswith("centring.py has a syntax error in line 13: expected ':'.\n13 | def spread(X)\n")
    assert shown.count("syntax error in line 13") == 2, "once in big and once as what to do next"
    assert "for the reason above" not in shown
    assert "Next: mend this first: centring.py has a syntax error in line 13" in shown


def test_an_error_in_importing_a_file_is_said_once_for_all_that_it_stops(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE + "\n\nprint(spread(0))\n")
    shown = run_here("check", cwd=work, COLUMNS="240").stdout
    first, *lines = shown.splitlines()
    assert first.startswith(
        "importing the file raises TypeError in centring.py, line 15: centring.py, line 19 is run"
    )
    assert lines[0] == "Traceback (your own code only):"
    assert "Until then these earn nothing: centre, spread." in lines
    assert f"Next: mend this first: {first}" in lines
    assert shown.count("Traceback") == 1 and "for a hint" not in shown
    assert "  broken       centre   6 points  cannot be run" in lines
    assert first.split(":")[0] in only_line(run_here("hint", "centre", cwd=work).stderr)
    assert "0 of 10 points: importing the file raises" in run_here("submit", cwd=work).stdout


def test_an_import_that_is_missing_is_said_once_for_all_that_need_it(work: Path) -> None:
    (work / "centring.py").write_text(
        REFERENCE.replace("import numpy as np", "") + "\n\ndef spared():\n    np\n"
    )
    shown = run_here("check", cwd=work, COLUMNS="120").stdout
    said = "centring.py uses np and does not import it: write import numpy as np at its top."
    assert shown.splitlines()[:2] == [said, "It stops checks of centre, spread."]
    assert f"Next: mend this first: {said}" in shown
    assert shown.count("np") == 2 * said.count("np") and "Traceback" not in shown
    assert said in only_line(run_here("hint", "spread", cwd=work).stderr)
    # Where no check needs it, it is nobody's business.
    (work / "centring.py").write_text(REFERENCE + "\n\ndef spared():\n    math.pi\n")
    assert run_here("check", cwd=work).returncode == 0


def test_a_cell_with_a_syntax_error_is_said_once_and_costs_only_what_it_defines(work: Path) -> None:
    head, spread, rest = REFERENCE.partition("def spread")
    cells = [head, "x = = 1  # no question needs it", f"{spread}{rest}".replace("(X):", "(X)")]
    (work / "centring.py").unlink()
    (work / "centring.ipynb").write_bytes(notebook(*cells))
    shown = run_here("check", cwd=work).stdout
    assert shown.startswith(
        "centring.ipynb, cell 3 has a syntax error in line 1: expected ':'.\n1 | def spread(X)\n"
    )
    assert shown.count("syntax error") == 2, "once in big and once as what to do next"
    assert "Until then this earns nothing: spread.\n" in shown
    assert "centre: all 1 checks pass" in shown or "centre: 1 of 1 checks pass" in shown
    assert "for the reason above" not in shown
    (work / "centring.ipynb").write_bytes(notebook(*cells[:2], f"{spread}{rest}"))
    assert check_folder(folder=work, tier="limits").passed


@pytest.mark.parametrize(
    "line, said",
    [
        ("\treturn column_means", "in indentation; type four blanks in the place of each tab."),
        ("  return column_means", "unindent does not match any outer indentation level."),
        ("    print(“mean”)", "invalid character '“' (U+201C); type \" in the place of U+201C."),
        ("    x\u00a0= 1", "invalid non-printable character U+00A0; type a blank in the place of U+00A0."),
        ("    print 'mean'", "Did you mean print(...)? (a line for Python 2)."),
        ("<<<<<<< HEAD", "keep one of the two and remove the marks."),
        ("return column_means", "'return' outside function."),
    ],
)
def test_whatever_python_cannot_read_is_a_syntax_error(work: Path, line: str, said: str) -> None:
    before = "    return X - column_means, column_means\n"
    (work / "centring.py").write_text(REFERENCE.replace(before, f"{before}{line}\n"))
    (problem,) = check_folder(folder=work, tier="limits").problems
    assert problem.sentence.startswith("centring.py has a syntax error in line 1")
    assert problem.sentence.endswith(said)
    assert problem.questions == ("centre", "spread")


USING = """
@pytest.mark.question("spread")
def test_spread_of_one_row(expect):
    expect("centring.spread", np.array([[1.0, 2.0]]), equals=np.array([0.0, 0.0]), names=("spread",))
"""


def test_the_same_cause_is_told_once_and_code_that_breaks_comes_first(work: Path) -> None:
    (work / "test_public.py").write_text(PUBLIC + USING)
    broken = REFERENCE.replace("column_means = np", "column_means = helper(X) or np").replace(
        "deviations_from_mean = X", "deviations_from_mean = helper(X) if len(X) > 1 else 1 + X"
    )
    (work / "centring.py").write_text(broken + "\n\ndef helper(X):\n    return unknown\n")
    shown = run_here("check", cwd=work).stdout
    assert shown.count("NameError: name 'unknown' is not defined") == 1
    assert "spread of two rows: for the same reason as centre: centring.py, line 20" in shown
    assert shown.index("spread of two rows") < shown.index("spread of one row")


BORROWED = """
[[files]]
name = "other.py"
from = "other/other.py"
"""


def test_a_question_that_waits_for_an_earlier_file_is_not_called_unwritten(work: Path) -> None:
    toml = ASSIGNMENT.replace("[limits]", BORROWED + "\n[limits]")
    (work / "assignment.toml").write_text(toml)
    (work / "other.py").write_text(
        "def deviation(X):\n    raise NotImplementedError('fill in deviation in other.py')\n"
    )
    source = REFERENCE.replace("import numpy as np", "import numpy as np\nfrom other import deviation")
    source = source.replace(
        "    deviations_from_mean = X", "    return deviation(X)\n    deviations_from_mean = X"
    )
    lines = status(work, source)
    assert "  waiting      spread   4 points  needs an earlier file" in lines
    assert any("copy your own from the earlier assignment" in line for line in lines)
    (work / "other.py").unlink()
    assert any("copy your own from the assignment other" in line for line in status(work))


TWO_IN_ONE = ASSIGNMENT.replace(
    '[[questions]]\nid = "spread"\ntitle = "Spread of the columns"\npoints = 4\nfunctions = ["centring.spread"]\n',
    "",
).replace('"centring.centre"]', '"centring.centre", "centring.spread"]')


def test_all_commands_call_a_question_unwritten_that_is_written_in_part(work: Path) -> None:
    (work / "assignment.toml").write_text(TWO_IN_ONE.replace("points = 6", "points = 10"))
    (work / "test_public.py").write_text(PUBLIC.replace('question("spread")', 'question("centre")'))
    lines = status(work, HALF)
    assert "  to do        centre  10 points  1 of 2 checks pass, the rest is not filled in yet" in lines
    assert any(line.startswith("Next: spread is not filled in yet in centring.py, line ") for line in lines)
    assert "for a hint" not in run_here("check", cwd=work).stdout
    assert "write a first attempt" in run_here("hint", "centre", cwd=work).stderr
    assert "10 in questions that are not filled in" in run_here("submit", cwd=work).stdout


def calling(centre: str = "0", spread: str = "0") -> str:
    """Return wrong functions that may call each other."""
    return f"def centre(X):\n    return X + ({centre}), X[0]\n\n\ndef spread(X):\n    return X[0] * 9 + ({spread})\n"


def test_what_another_question_needs_comes_first_everywhere(work: Path) -> None:
    lines = status(work, calling(centre="0 * spread(X)"))
    assert MEND.format("spread") in lines
    shown = run_here("check", "--page", cwd=work).stdout
    assert shown.index("spread: 0 of 1") < shown.index("centre: 0 of 1")
    page = (work / "centring-checks.html").read_text()
    assert page.index("spread: 0 of 1") < page.index("centre: 0 of 1")
    assert "It calls what spread asks for" in page


def test_questions_that_call_each_other_do_not_send_each_other_round(work: Path) -> None:
    both = calling("0 * spread(X) if len(X) < 2 else 0", "0 * centre(X)[0][0] if len(X) < 2 else 0")
    assert MEND.format("centre") in status(work, both)
    assert "mend that first" not in run_here("check", cwd=work).stdout
    assert run_here("hint", "centre", cwd=work).stdout.startswith("1. ")


def test_a_file_that_cannot_be_run_stops_no_hint_for_another_file_s_question(work: Path) -> None:
    toml = ASSIGNMENT.replace("[limits]", '[[files]]\nname = "other.py"\n\n[limits]')
    (work / "assignment.toml").write_text(toml.replace("centring.spread", "other.spread"))
    (work / "test_public.py").write_text(PUBLIC.replace("centring.spread", "other.spread"))
    (work / "other.py").write_text("def spread(X)")
    (work / "centring.py").write_text(calling())
    assert run_here("hint", "centre", cwd=work).stdout.startswith("1. ")
    assert "no hint is needed: other.py has a syntax error" in run_here("hint", "spread", cwd=work).stderr
    run_here("check", "--page", cwd=work)
    assert "Until then this earns nothing: spread." in (work / "centring-checks.html").read_text()


def test_a_question_without_checks_is_nothing_to_do_next(work: Path) -> None:
    (work / "test_public.py").write_text(PUBLIC.partition('@pytest.mark.question("spread")')[0])
    assert "Next: autograder submit" in status(work, REFERENCE)
    assert "spread has no public checks" in only_line(run_here("hint", "spread", cwd=work).stderr)
    handed_in = " ".join(run_here("submit", cwd=work).stdout.split())
    assert (
        "6 of 10 points are in questions whose public checks pass, 4 in questions without public" in handed_in
    )
    assert "spread: no public check; it is graded when it is handed in" in handed_in
    assert "1 of 1 questions pass their public checks." in handed_in and "0 of 0" not in handed_in


UNLIKE = (
    "def centre(X):\n    raise NotImplementedError\n    return X\n\n\ndef spred(X):\n    return centre(X)\n"
)


def test_what_is_written_elsewhere_or_with_a_line_of_the_stub_is_not_called_unwritten(work: Path) -> None:
    lines = status(work, UNLIKE)
    assert "  failing      spread   4 points  0 of 1 checks pass" in lines
    begun = "centre still raises NotImplementedError in centring.py, line 2"
    delete = f"{begun}; delete that line once your own code is complete"
    assert f"Next: {delete}, then autograder check centre" in " ".join(lines)
    shown = run_here("check", cwd=work).stdout
    assert "centre still raises NotImplementedError in centring.py, line 2; delete that line once" in shown
    meant = "spread is missing; is spred meant (centring.py, line 6)? Then rename it to spread"
    assert f"{meant}." in shown
    assert "spread is missing; is spred" in only_line(run_here("hint", "spread", cwd=work).stderr)


def test_a_hint_without_a_question_is_about_what_is_mended_first(work: Path) -> None:
    (work / "centring.py").write_text(HALF.replace("return X - column_means", "return X + column_means"))
    assert run_here("hint", cwd=work).stdout.startswith("1. ")
    assert "one question at a time" in only_line(run_here("hint", "centre", "spread", cwd=work).stderr)
    (work / "centring.py").write_text("def spread(X)")
    assert "no hint is needed: centring.py has a syntax error" in only_line(run_here("hint", cwd=work).stderr)


def test_what_follows_from_another_question_is_named_and_not_shown(work: Path) -> None:
    (work / "centring.py").write_text(calling(centre="0 * spread(X)"))
    shown = run_here("check", cwd=work).stdout
    assert "  failing as well: " in shown
    assert shown.count("to see it, paste") == 1
    assert run_here("check", "centre", cwd=work).stdout.count("to see it, paste") == 1


BONUS = ASSIGNMENT.replace("points = 4", "points = 4\nbonus = true").replace("= 10", "= 6")


def test_a_bonus_question_that_is_not_begun_asks_for_nothing(work: Path) -> None:
    (work / "assignment.toml").write_text(BONUS)
    lines = status(work, HALF)
    assert lines == [
        "Centring: 1 of 1 questions pass their public checks.",
        "  done         centre   6 points  1 of 1 checks pass",
        "  to do        spread    4 bonus  not filled in yet",
        "Next: autograder submit; bonus points are left in spread",
    ]
    done = run_here("check", cwd=work)
    assert (done.returncode, "All public checks but those for bonus points pass." in done.stdout) == (0, True)
    assert "is ready to be handed in" in run_here("submit", cwd=work).stdout


def test_a_bonus_question_that_is_wrong_comes_after_what_counts(work: Path) -> None:
    (work / "assignment.toml").write_text(BONUS)
    assert MEND.format("centre") in status(work, calling())
    done = run_here("status", cwd=work)
    (work / "centring.py").write_text(WRONG_SPREAD)
    done = run_here("status", cwd=work)
    assert done.returncode == 1
    assert MEND.format("spread") in done.stdout.splitlines()


@pytest.mark.parametrize("command", ["status", "submit"])
@pytest.mark.parametrize(
    "word, told",
    [
        (
            "spread",
            "spread is a question, and this is about all of centring; leave it out, or look at it alone with",
        ),
        ("spraed", "there is no assignment spraed here; leave the word out for centring."),
    ],
)
def test_a_word_that_is_no_assignment_is_an_error_of_one_sentence(
    work: Path, command: str, word: str, told: str
) -> None:
    done = run_here(command, word, cwd=work)
    assert done.returncode == 2
    assert told in only_line(done.stderr)
    assert list(work.glob("*.zip")) == []
