"""Says at the end of a run what came of the attacks, row by row; the process that prints need not have tried any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reports import noted

if TYPE_CHECKING:  # the campaign is a program with a search path of its own, nothing for every run
    from tests.hostile.attack import Attack
    from tests.hostile.batches import Row
    from tests.hostile.campaign import Outcome

PROPERTY = "attack"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes = [value for _, value in noted(terminalreporter, PROPERTY)]
    if not outcomes:
        return
    from tests.hostile.attack import HERE, read_attack
    from tests.hostile.batches import ROWS
    from tests.hostile.campaign import Outcome

    tried: dict[str, list[tuple[Attack, Outcome]]] = {}
    for row, outcome in outcomes:
        attack = read_attack(HERE / f"{outcome['name']}.py")
        tried.setdefault(row, []).append((attack, Outcome(**outcome)))
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
    from tests.hostile.batches import gained_and_lost

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
