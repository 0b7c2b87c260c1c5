"""Pictures are told apart without colours, keep their size, and say in words what they show."""

from __future__ import annotations

import base64
import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import msgspec
import numpy as np
import pytest

from autograder.report import plots
from autograder.report.pictures import picture_of
from autograder.report.plots import question_histogram, score_histogram, structure_bars
from tests.report.synthetic import statistics

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency",
# 2009: full severity, on linear RGB.
VISION = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}  # fmt: skip


def seen(color: str, vision: str) -> np.ndarray:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.clip(np.array(VISION[vision]) @ rgb**2.2, 0, 1) ** (1 / 2.2)


@pytest.mark.parametrize("vision", VISION)
def test_parts_of_a_bar_are_told_apart_by_everybody(vision: str) -> None:
    for (_, (one, hatch)), (_, (other, other_hatch)) in itertools.combinations(plots.STRUCTURE.items(), 2):
        distance = np.abs(seen(one, vision) - seen(other, vision)).max()
        assert distance > 0.12 or hatch != other_hatch, (one, other)


def decoded(source: str) -> bytes:
    kind, _, content = source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(content)


def test_plots_are_the_same_each_time_and_say_what_they_show() -> None:
    one, other = (score_histogram(statistics(50)) for _ in range(2))
    assert one == other
    assert "Histogram of the totals of 50 hand-ins, from 0 to 40 points. The median is" in one.text


def test_titles_with_dollars_and_markup_are_drawn_as_they_are() -> None:
    title = "costs $\\frac{ <b>more</b> & more"
    tally = next(it for it in statistics(5).tests.values() if it.structural)
    picture = structure_bars([replace(tally, name=title)])
    ET.fromstring(decoded(picture.source))
    assert title in picture.text


def test_every_question_has_its_own_histogram() -> None:
    gathered = statistics(20)
    for tally in gathered.questions.values():
        said = question_histogram(tally).text
        assert f"from 0 to {tally.points:g}, with the mean dashed: {tally.mean:.2f}." in said
        assert f"{tally.full} have full points, {tally.none} have none." in said


@pytest.mark.parametrize("points, width", [(40, 2.5), (16, 1), (24, 2.5), (2, 0.1), (3.5, 0.25), (100, 5)])
def test_bins_begin_and_end_at_numbers_that_people_think_in(points: float, width: float) -> None:
    gathered = statistics(3)
    gathered.assignment = replace(
        gathered.assignment,
        questions=(msgspec.structs.replace(gathered.assignment.questions[0], points=Fraction(points)),),
    )
    gathered.totals = [0.0, points, points]
    said = re.search(r"The fullest bin, ([\d.]+) to ([\d.]+), has 2", score_histogram(gathered).text)
    assert said is not None and float(said[2]) == points
    assert float(said[1]) / width == pytest.approx(round(float(said[1]) / width))
    assert 0 < points - float(said[1]) <= width * 1.001


@pytest.mark.parametrize(
    "measured, words",
    [
        ({"cpu_ratio": 42.0, "full": 10.0, "none": 30.0}, "42 times the reference's CPU time"),
        ({"cpu_ratio": 0.001, "full": 10.0, "none": 30.0}, "0.001 times the reference's CPU time"),
        ({"cpu_ratio": 1e9, "full": 10.0, "none": 30.0}, "1e+09 times the reference's CPU time"),
        (
            {"n": 32.0, "runs_at_n": 33.0, "runs_at_2n": 65.0},
            "the line ran 33 times for 32 and 65 times for 64",
        ),
        ({"bytes": 8e8, "bytes_allowed": 4e6}, "the call needed 800 MB and may use 4 MB"),
    ],
    ids=["slow", "too fast", "for ever", "a loop", "memory"],
)
def test_what_was_measured_is_drawn_inside_its_frame(measured: Mapping[str, float], words: str) -> None:
    picture = ET.fromstring(str(picture_of(measured)))
    assert words in picture.attrib["aria-label"]
    width = float(picture.attrib["width"])
    for part in picture.iter("rect"):
        left = float(part.attrib["x"])
        assert 0 <= left <= left + float(part.attrib["width"]) <= width


def test_where_nothing_was_measured_nothing_is_drawn() -> None:
    assert picture_of({}) == ""


def test_a_class_is_graded_without_waiting_for_matplotlib() -> None:
    code = "import sys, autograder.cli.classes, autograder.classroom.class_session; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
