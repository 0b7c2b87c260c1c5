"""Graded tests of scaling."""

import pytest


@pytest.mark.question("standardise")
def test_matches_the_reference(compare, rng):
    compare("scaled.standardise", rng.standard_normal((8, 3)))
