"""Tries every attack under every tier that it concerns, and says at the end what came of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.hostile.attack import Attack, all_attacks
from tests.hostile.batches import ROWS, OutcomeOf, Row, gained_and_lost, run_in_name_spaces, run_in_rehearsal
from tests.hostile.campaign import Outcome

collect_ignore = ["course"]

SIDE_BY_SIDE = 2
TRIED = pytest.StashKey[dict[str, list[tuple[Attack, Outcome]]]]()


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
def outcome_of(request: pytest.FixtureRequest) -> Iterator[OutcomeOf]:
    """What each attack came to. A row's attacks run in one go, side by side with other rows."""
    if os.geteuid() != 0:
        pytest.skip("only root can try attacks under every tier")
    wanted = _selected(request.session.items)
    running: dict[str, Future[dict[str, Outcome]]] = {}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as executor:
        for row, attacks in wanted.items():
            if row.way == "gradescope":
                rehearsal = request.getfixturevalue("svm_rehearsal")
                running[row.name] = executor.submit(run_in_rehearsal, row, attacks, rehearsal)
            else:
                python = request.getfixturevalue("open_python")
                running[row.name] = executor.submit(run_in_name_spaces, row, attacks, python)

        def outcome_of(row: Row, attack: Attack) -> Outcome:
            outcome = running[row.name].result()[attack.name]
            request.config.stash.setdefault(TRIED, {}).setdefault(row.name, []).append((attack, outcome))
            return outcome

        yield outcome_of


def _selected(items: list[pytest.Item]) -> dict[Row, list[Attack]]:
    """Return the attacks that are asked for, by row."""
    selected: dict[Row, list[Attack]] = {}
    for item in items:
        parameters = getattr(item, "callspec", None)
        if parameters is not None and {"row", "attack"} <= parameters.params.keys():
            selected.setdefault(parameters.params["row"], []).append(parameters.params["attack"])
    return selected


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tried = config.stash.get(TRIED, {})
    if not tried:
        return
    terminalreporter.section("attacks")
    titles = (
        "tier",
        "attacks",
        "points gained",
        "points lost",
        "secrets seen",
        "left behind",
        "results wrong",
        "our faults",
        "seconds",
    )
    lines = [titles, *(_summary(row, tried[row.name]) for row in ROWS if row.name in tried)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        terminalreporter.write_line("  ".join(cells))


def _summary(row: Row, tried: list[tuple[Attack, Outcome]]) -> tuple[str, ...]:
    """Return one line of the table."""
    first = tried[0][1]
    fences = [name for name, there in (("Landlock", first.landlock), ("seccomp", first.seccomp)) if there]
    label = f"{row.name}: {row.tier}, {' and '.join(fences) or 'no Landlock, no seccomp'}"
    pairs = [gained_and_lost(attack, outcome) for attack, outcome in tried]
    return (
        label if row.promises else f"{label} (promises nothing)",
        str(len(tried)),
        f"{sum(gained for gained, _ in pairs):g}",
        f"{sum(lost for _, lost in pairs):g}",
        str(sum(len(outcome.secrets) for _, outcome in tried)),
        str(sum(len(outcome.left) for _, outcome in tried)),
        str(sum(len(outcome.results) for _, outcome in tried)),
        str(sum(len(outcome.faults) for _, outcome in tried)),
        f"{sum(outcome.seconds for _, outcome in tried):.0f}",
    )
