"""Nothing that has been tried against graders gets through: each attack by itself, under each tier it concerns."""

from __future__ import annotations

import time
from pathlib import Path

from tests.hostile.attack import GROUPS, Attack, all_attacks
from tests.hostile.batches import OutcomeOf, Row, gained_and_lost
from tests.hostile.campaign import Place


def test_attack(row: Row, attack: Attack, outcome_of: OutcomeOf) -> None:
    outcome = outcome_of(row, attack)
    gained, lost = gained_and_lost(attack, outcome)
    kinds = set(outcome.verdicts.get(attack.question, {}).values())
    wrong = {
        "points gained": gained,
        "points lost": lost,
        "secrets seen": outcome.secrets,
        "left behind": outcome.left,
        "results": outcome.results,
        "faults": outcome.faults,
        "verdicts": sorted(kinds - attack.verdicts) if attack.verdicts else [],
    }
    said = "\n".join([*outcome.messages, outcome.output])
    assert not any(wrong.values()), (
        f"{attack.must_happen}\n{wrong}\n{outcome.scores}\n{outcome.verdicts}\n{said}"
    )


def test_there_are_attacks_of_every_group_and_both_controls() -> None:
    attacks = all_attacks()
    assert {attack.path.parent.name for attack in attacks} == set(GROUPS)
    assert len(attacks) > 60
    controls = {attack.path.stem: attack for attack in attacks if attack.path.parent.name == "controls"}
    assert controls["honest_right"].earns["loss"] == 10
    assert 0 < controls["honest_wrong"].earns["loss"] < 10


def test_what_is_left_in_a_folder_that_was_listed_before_is_seen(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    changed, taken, left = inner.parent / "changed", inner / "taken", inner / "new" / "left"
    changed.write_text("before")
    taken.touch()
    time.sleep(1.1)  # what changed a moment ago is listed again in any case
    for _ in range(2):
        place = Place([tmp_path])
    left.parent.mkdir()
    left.touch()
    taken.unlink()
    changed.write_text("after")
    seen = {it.split()[1] for it in place.left_behind() if f"file {tmp_path}/" in it}
    assert seen == {str(it) for it in (changed, left, left.parent)}
