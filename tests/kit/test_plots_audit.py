"""The picture of an audit shows both numbers of every claim."""

from importlib import import_module

import matplotlib
import pytest

matplotlib.use("Agg")
audit = import_module(
    "autograder.kit.plots_audit"
)  # untyped: matplotlib knows less of an artist than its tests

CLAIMS = {"score": (61.95, 60.75), "loss": (-4.6, 4.6), "entries": (2.9e10, 9437184), "nothing": (0.0, 0.0)}


@pytest.fixture
def axes():
    return audit.printed_and_computed(CLAIMS)


def test_the_larger_bar_of_each_claim_has_the_length_1_and_the_other_its_share(axes):
    printed, computed = ([bar.get_width() for bar in bars] for bars in axes.containers)
    assert printed == pytest.approx([1, -1, 1, 0])
    assert computed == pytest.approx([60.75 / 61.95, 1, 9437184 / 2.9e10, 0])


def test_both_numbers_stand_beside_their_bars(axes):
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["61.95", "-4.6", "2.9e+10", "0", "60.75", "4.6", "9.43718e+06", "0"]


def test_claims_stand_from_top_to_bottom_under_their_names(axes):
    assert [label.get_text() for label in axes.get_yticklabels()] == list(CLAIMS)
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["printed", "computed"]


def test_nothing_is_refused():
    with pytest.raises(ValueError, match=r"'claims' is \{\}"):
        audit.printed_and_computed({})
