"""Tries every attack under every tier that it concerns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict

import pytest

from tests.hostile.attack import Attack, all_attacks
from tests.hostile.batches import ROWS, OutcomeOf, Row, run_in_name_spaces, run_in_rehearsal
from tests.hostile.campaign import Outcome
from tests.hostile.table import PROPERTY
from tests.parallel import is_one_of_many

collect_ignore = ["course"]

SIDE_BY_SIDE = 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"row", "attack"} <= set(metafunc.fixturenames):
        wanted = metafunc.config.getoption("--tier")
        pairs = [
            (row, attack)
            for row in ROWS
            for attack in all_attacks()
            if row.runs(attack) and (not wanted or row.tier in wanted)
        ]
        metafunc.parametrize("row, attack", pairs, ids=[f"{row.name}-{attack.name}" for row, attack in pairs])


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest) -> Iterator[Callable[[Row], dict[str, Outcome]]]:
    """Run a row's attacks in one go, side by side with the other rows that this process is to try."""
    if os.geteuid() != 0:
        pytest.skip("only root can try attacks under every tier")
    wanted = _selected(request.session.items)
    running: dict[Row, Future[dict[str, Outcome]]] = {}

    def start(row: Row) -> None:
        if row.way == "gradescope":
            rehearsal = request.getfixturevalue("svm_rehearsal")
            running[row] = executor.submit(run_in_rehearsal, row, wanted[row], rehearsal)
        else:
            python = request.getfixturevalue("open_python")
            running[row] = executor.submit(run_in_name_spaces, row, wanted[row], python)

    def outcomes(row: Row) -> dict[str, Outcome]:
        if row not in running:
            # Where several processes share the work, the other rows may be theirs.
            for each in [row] if is_one_of_many(request.config) else wanted:
                start(each)
        return running[row].result()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as executor:
        yield outcomes


@pytest.fixture
def outcome_of(request: pytest.FixtureRequest, running: Callable[[Row], dict[str, Outcome]]) -> OutcomeOf:
    """What each attack came to."""

    def outcome_of(row: Row, attack: Attack) -> Outcome:
        outcome = running(row)[attack.name]
        request.node.user_properties.append((PROPERTY, (row.name, asdict(outcome))))
        return outcome

    return outcome_of


def _selected(items: list[pytest.Item]) -> dict[Row, list[Attack]]:
    """Return the attacks that are asked for, by row."""
    selected: dict[Row, list[Attack]] = {}
    for item in items:
        parameters = getattr(item, "callspec", None)
        if parameters is not None and {"row", "attack"} <= parameters.params.keys():
            selected.setdefault(parameters.params["row"], []).append(parameters.params["attack"])
    return selected
