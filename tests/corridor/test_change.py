"""Changing a corridor: what each change does, what it leaves alone, and that nothing is changed in place."""

from __future__ import annotations

import pickle
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daliz.corridor import Corridor, DalizError, DatasetError, load

TINY = Path(__file__).parents[1] / "tiny"


def status(corridor: Corridor, table: str) -> dict[str, str]:
    return dict(corridor[table].select("id", "status").iter_rows())


def test_closing_a_country_shuts_its_links_terminals_cables_and_passing_services(tiny: Corridor) -> None:
    closed = tiny.close(country="MID")
    assert status(closed, "links") == {"r1": "open", "r2": "closed", "s1": "closed", "r3": "open", "r2b": "planned"}
    assert status(closed, "terminals")["mid_crane"] == "closed"
    assert status(closed, "terminals")["west_crane"] == "open"
    assert status(closed, "services") == {"train_east": "closed", "ship": "closed", "train_west": "open"}


def test_closing_a_link_shuts_the_services_that_run_over_it(tiny: Corridor) -> None:
    closed = tiny.close(link="s1")
    assert status(closed, "services")["ship"] == "closed"
    assert status(closed, "services")["train_west"] == "open"
    assert status(closed, "terminals") == status(tiny, "terminals")


def test_a_change_is_remembered_and_shares_the_tables_it_did_not_touch(tiny: Corridor) -> None:
    changed = tiny.close(place="mid_harbour").with_projects("sea_line_laid")
    assert changed.history == ("closed place mid_harbour", "with sea_line_laid")
    assert tiny.history == ()
    assert changed["meetings"] is tiny["meetings"]
    assert status(tiny, "links")["s1"] == "open"


def test_a_project_sets_its_effects_and_those_that_must_come_before(tiny: Corridor) -> None:
    changed = tiny.with_projects("third_feeder")
    assert changed["fleets"]["count"].to_list() == [3]
    link = changed["links"].row(by_predicate=pl.col("id") == "r2", named=True)
    assert (link["capacity_trains_day"], link["tracks"]) == (60.0, 2)


def test_taking_a_project_away_takes_those_that_build_on_it(tiny: Corridor) -> None:
    back = tiny.with_projects("third_feeder").without_projects("second_track")
    assert back["fleets"]["count"].to_list() == [2]
    for table in ("links", "fleets", "cables"):
        assert back[table].equals(tiny[table])


def test_contradicting_projects_are_named(tiny: Corridor) -> None:
    more = pl.concat(
        [tiny["effects"], tiny["effects"].head(1).with_columns(id=pl.lit("e9"), project=pl.lit("sea_line_laid"), after=pl.lit("40"))]
    )
    both = tiny.replace("effects", more)
    with pytest.raises(DalizError, match=r"second_track and sea_line_laid contradict each other: links.r2.capacity_trains_day = 60 and 40"):
        both.with_projects("second_track", "sea_line_laid")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.close(country="MUD"), "no country 'MUD' in the corridor; nearest: MID"),
        (lambda c: c.close(place="mid_harbor"), "no place 'mid_harbor' in the corridor; nearest: mid_harbour"),
        (lambda c: c.close(link="zz"), "no link 'zz'"),
        (lambda c: c.close(), "exactly one"),
        (lambda c: c.close(country="MID", link="r1"), "exactly one"),
        (lambda c: c.with_projects("second_trak"), "nearest: second_track"),
        (lambda c: c["linkz"], "no table 'linkz'; nearest: links"),
        (lambda c: c.replace("links", [{"id": "x"}]), "from_place"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(tiny: Corridor, change, message: str) -> None:
    with pytest.raises(DalizError, match=message):
        change(tiny)


def test_a_replaced_table_must_keep_its_references(tiny: Corridor) -> None:
    with pytest.raises(DatasetError, match=r"links.csv:3 from_place = 'east_border'"):
        tiny.replace("places", tiny["places"].filter(pl.col("id") != "east_border"))


def test_saving_and_loading_gives_the_same_tables(tiny: Corridor, tmp_path) -> None:
    again = load(tiny.save(tmp_path / "copy"))
    for name, frame in tiny.tables.items():
        assert again[name].equals(frame), name


def test_a_corridor_travels_to_another_process_and_keeps_its_fingerprint(tiny: Corridor) -> None:
    changed = tiny.close(country="MID")
    again = pickle.loads(pickle.dumps(changed))
    assert again.history == changed.history
    assert again.fingerprint == changed.fingerprint != tiny.fingerprint


CORRIDOR = load(TINY)
PROJECTS = ("second_track", "sea_line_laid", "third_feeder")


@given(st.lists(st.sampled_from(PROJECTS), max_size=4), st.lists(st.sampled_from(PROJECTS), max_size=4))
def test_the_order_of_projects_does_not_matter(first: list[str], second: list[str]) -> None:
    together, apart = CORRIDOR, CORRIDOR
    for name in first + second:
        together = together.with_projects(name)
    for name in second + first:
        apart = apart.with_projects(name)
    for table in ("links", "fleets", "cables", "projects"):
        assert together[table].equals(apart[table])
