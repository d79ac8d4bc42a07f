"""The model against what happened: same direction and order of magnitude, misses told; and shares that add up."""

from __future__ import annotations

import pytest

from daliz.assess import history as room
from daliz.assess.history import Change, history
from daliz.assess.measures import main_relations
from daliz.assess.scenario import apply, find_scenario
from daliz.assess.shares import families, share_measures, told_by
from daliz.assess.words import history_lines
from daliz.corridor import Corridor, DalizError


@pytest.fixture(scope="module")
def held(embedded: Corridor) -> dict[str, Change]:
    """The published changes, on one relation by Russia and one on the Middle Corridor (all of them take half a minute)."""
    told = room._file(embedded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_file", lambda corridor: {**told, "relations": ["xian_port:duisburg", "xian_port:absheron"]})
        found = room.history.__wrapped__(embedded)
    return {change.what: change for change in found}


def test_every_closure_moves_traffic_and_times_in_the_direction_that_was_published(held: dict[str, Change]) -> None:
    assert len(held) >= 5
    for change in held.values():
        assert change.direction_agrees, (change.what, change.verdict)


def test_times_and_northern_volumes_are_of_the_published_order(held: dict[str, Change]) -> None:
    days = held["Days by sea from Shanghai to Rotterdam, Suez to Cape"]
    assert days.model_before is not None
    assert days.model_after is not None
    # UNCTAD: seven to fourteen days longer round the Cape.
    assert 7 <= days.model_after - days.model_before <= 14
    north = held["Containers between China and the EU by Russia, 2023 to 2024"]
    assert north.model_ratio is not None
    assert 1 / 2 <= north.model_ratio / north.observed_ratio <= 2


def test_misses_are_told_in_words() -> None:
    change = Change("shut:boxes", "Boxes", "shut", "TEU", 100, 200, 100, 2500, ("observations/a", "observations/b"))
    assert change.verdict == "right direction, far off by a factor of 12.50"
    assert "published 100 to 200 TEU (times 2.00); model 100 to 2,500 (times 25.00)" in history_lines([change])[0]
    assert Change("shut:boxes", "Boxes", "shut", "TEU", 100, 200, 100, 50, ("a", "b")).verdict == "wrong direction"
    assert Change("shut:boxes", "Boxes", "shut", "TEU", 100, 200, 100, 100, ("a", "b")).verdict == "no change in the model"
    assert Change("shut:boxes", "Boxes", "shut", "TEU", 100, 200, None, 100, ("a", "b")).verdict == "the model has no such way"


def test_a_corridor_without_history_says_so(tiny: Corridor) -> None:
    with pytest.raises(DalizError, match=r"no history.toml beside the tables"):
        history(tiny)


def test_shares_add_up_and_a_closed_way_has_none(embedded: Corridor) -> None:
    relation = main_relations(embedded)[1]
    shut = apply(embedded, find_scenario(embedded, "russia_closed"))
    for corridor in (embedded, shut):
        found = share_measures(corridor, [relation], told_by(embedded))
        assert set(found["measure"]) == {f"share_{family}" for family in families(embedded)}
        assert found["value"].sum() == pytest.approx(100)
    assert dict(found.select("measure", "value").iter_rows())["share_via_rus"] == 0
