"""results.json is what Gradescope's specification asks for, always valid and always whole."""

from __future__ import annotations

import json
from fractions import Fraction

import msgspec
import pytest

from autograder.errors import GraderError
from autograder.files.writing import write_atomically
from autograder.model.scoring import not_run
from autograder.model.verdict import Kind, Verdict
from autograder.report.gradescope import read_results, to_gradescope, write_results
from tests.report.samples import ASSIGNMENT, CHECK, IDS, OTHER, PIXELS, PLAN, VALUES, failed, result


def written(tmp_path, grading_result, **options):
    path = tmp_path / "results" / "results.json"
    write_results(path, to_gradescope(grading_result, ASSIGNMENT, **options))
    return json.loads(path.read_text(encoding="utf-8"))


def test_there_is_one_entry_per_question_in_order(tmp_path):
    content = written(tmp_path, result())
    assert [(it["name"], it["number"], it["score"], it["max_score"]) for it in content["tests"]] == [
        ("SVM loss", "1", 15.0, 15.0),
        ("SVM gradient", "2", 3.5, 3.5),
    ]
    assert content["score"] == 18.5


def test_each_entry_carries_its_verdicts(tmp_path):
    content = written(tmp_path, result(failed(OTHER, mistake="S03")))
    data = [it["extra_data"] for it in content["tests"]]
    assert [it["question"] for it in data] == ["loss", "gradient"]
    assert [it["test"] for entry in data for it in entry["verdicts"]] == IDS
    assert data[1]["verdicts"] == [{"test": OTHER, "verdict": "wrong_value", "mistake": "S03"}]


def test_status_is_always_set_and_partial_points_are_not_a_pass(tmp_path):
    content = written(tmp_path, result(failed(PIXELS)))
    assert [it["status"] for it in content["tests"]] == ["failed", "passed"]


def test_a_question_worth_nothing_passes_only_with_its_tests(tmp_path):
    (loss, gradient) = result(failed(OTHER)).questions
    nothing = msgspec.structs.replace(gradient, points=Fraction(0))
    content = written(tmp_path, msgspec.structs.replace(result(), questions=(loss, nothing)))
    assert content["tests"][1]["status"] == "failed"


def test_every_format_is_plain_text(tmp_path):
    content = written(tmp_path, result())
    assert {content[key] for key in ("output_format", "test_output_format", "test_name_format")} == {"text"}
    assert {it["output_format"] for it in content["tests"]} == {"text"}


@pytest.mark.parametrize("visibility", ["visible", "hidden", "after_due_date", "after_published"])
def test_visibility_is_that_of_the_entries_and_what_is_printed_stays_hidden(tmp_path, visibility):
    content = written(tmp_path, result(), visibility=visibility)
    assert {it["visibility"] for it in content["tests"]} == {visibility}
    assert content["stdout_visibility"] == "hidden"
    assert "visibility" not in content


def test_the_total_is_exact_after_lateness(tmp_path):
    content = written(tmp_path, result(failed(VALUES[0]), kept=Fraction(9, 10)))
    assert content["score"] == pytest.approx(
        float(Fraction(9, 10) * (15 * Fraction(11, 24) + Fraction(7, 2)))
    )
    assert content["extra_data"]["kept"] == "9/10"


def test_extra_data_tells_how_it_was_graded_and_no_secrets(tmp_path):
    content = written(
        tmp_path,
        result(
            failed(OTHER, Kind.GRADER_FAULT, details="SECRET"),
            Verdict(test=CHECK, kind=Kind.WRONG_VALUE, flags=("too fast to be true",)),
            tier="other user",
            release="1.0",
            versions={"numpy": "2.4.0"},
            hashes={"plan": "abc"},
            seconds=1.23456,
            faults=("SECRET",),
        ),
    )
    assert content["extra_data"] == {
        "assignment": "svm",
        "tier": "other user",
        "release": "1.0",
        "versions": {"numpy": "2.4.0"},
        "hashes": {"plan": "abc"},
        "seconds": 1.235,
        "kept": "1",
        "flags": ["too fast to be true"],
        "faults": 2,
        "finished": True,
    }
    assert "SECRET" not in json.dumps(content)


def test_details_of_a_public_check_are_there_for_the_student(tmp_path):
    content = written(tmp_path, result(failed(CHECK, details="expected 5.27, got 15.8")))
    assert "expected 5.27, got 15.8" in content["tests"][0]["output"]


def test_the_first_file_lists_every_question_as_not_run(tmp_path):
    content = written(tmp_path, not_run(PLAN, ASSIGNMENT))
    assert [(it["score"], it["status"]) for it in content["tests"]] == [(0.0, "failed"), (0.0, "failed")]
    assert all("not run" in it["output"] for it in content["tests"])
    assert content["score"] == 0.0


def test_a_question_that_a_result_leaves_out_is_there_with_no_points(tmp_path):
    whole = result()
    content = written(tmp_path, msgspec.structs.replace(whole, questions=whole.questions[:1]))
    assert [it["score"] for it in content["tests"]] == [15.0, 0.0]


def test_no_field_comes_near_the_platforms_limit(tmp_path):
    huge = "wrong " * 1_000_000
    verdicts = [failed(test, message=huge, hint=huge, details=huge) for test in IDS]
    content = written(tmp_path, result(*verdicts, notes=(huge,) * 100))
    assert (
        max(len(text) for text in [content["output"], *(it["output"] for it in content["tests"])]) <= 20_000
    )


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0])
def test_an_impossible_time_is_written_as_nought(tmp_path, seconds):
    assert written(tmp_path, result(seconds=seconds))["execution_time"] == 0.0


def test_hostile_text_cannot_break_the_file(tmp_path):
    hostile = '\ud800\x00"},{"score":100'
    content = written(
        tmp_path,
        result(
            failed(OTHER, message=hostile), notes=(hostile,), release=hostile, versions={hostile: hostile}
        ),
    )
    assert content["score"] == 15.0
    assert len(content["tests"]) == 2


def test_what_is_written_reads_back(tmp_path):
    results = to_gradescope(result(failed(OTHER)), ASSIGNMENT)
    write_results(tmp_path / "results.json", results)
    assert read_results(tmp_path / "results.json") == results


def test_invalid_results_leave_the_file_that_was_there(tmp_path):
    path = tmp_path / "results.json"
    results = to_gradescope(result(), ASSIGNMENT)
    write_results(path, results)
    before = path.read_bytes()
    for broken in (
        msgspec.structs.replace(results, score=float("nan")),
        msgspec.structs.replace(results, score=-1.0),
        msgspec.structs.replace(results, output="\ud800"),
        msgspec.structs.replace(results, output="x" * 100_000),
        msgspec.structs.replace(results, visibility="sometimes"),
    ):
        with pytest.raises(GraderError, match=r"results\.json"):
            write_results(path, broken)
    assert path.read_bytes() == before
    assert [it.name for it in tmp_path.iterdir()] == ["results.json"]


def test_writing_the_same_twice_gives_the_same_bytes(tmp_path):
    for name in ("a.json", "b.json"):
        write_results(tmp_path / name, to_gradescope(result(failed(OTHER)), ASSIGNMENT))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_link_in_the_files_place_is_replaced_and_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    path = tmp_path / "results.json"
    path.symlink_to(elsewhere)
    write_results(path, to_gradescope(result(), ASSIGNMENT))
    assert not path.is_symlink()
    assert elsewhere.read_text() == "untouched"


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "results.json", b"")


def test_nothing_is_left_behind_where_replacing_fails(tmp_path):
    (tmp_path / "results.json").mkdir()
    (tmp_path / "results.json" / "full").write_text("")
    with pytest.raises(GraderError):
        write_atomically(tmp_path / "results.json", b"")
    assert [it.name for it in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 50_000, b'{"score": NaN, "tests": []}'])
def test_a_file_that_is_no_results_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(GraderError, match=r"results\.json"):
        read_results(path)
