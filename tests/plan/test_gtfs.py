"""GTFS in and out: what is written reads back the same, a public validator finds no error, and broken feeds say what is wrong."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_tables import corridor
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import DalizError
from daliz.freight.plan import PlanError, plan
from daliz.freight.plan.feed import FeedError, read_feed
from daliz.freight.plan.gtfs import read_gtfs, write_gtfs
from daliz.freight.plan.timetable import Timetable

FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,A,http://localhost,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,parent_station\n"
    "X,Xanten,51.6,6.4,\nY,York,53.9,-1.1,\nY1,York platform,53.9,-1.1,Y\nZ,Zell,50.0,7.2,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nR,A,R1,Night line,2\nS,A,S1,Bus,3\n",
    "trips.txt": "route_id,service_id,trip_id\nR,W,t1\nR,W,t2\nS,D,u1\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,23:00:00,23:00:00,X,1\nt1,25:30:00,25:40:00,Y1,2\nt1,27:00:00,27:00:00,Z,3\n"
    "t2,12:00:00,12:00:00,X,1\nt2,14:30:00,14:40:00,Y1,2\nt2,16:00:00,16:00:00,Z,3\n"
    "u1,6:00:00,6:00:00,Y,1\nu1,7:00:00,7:00:00,Z,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "W,1,1,1,1,1,0,0,20260105,20260130\n",
    "calendar_dates.txt": "service_id,date,exception_type\nW,20260107,2\nD,20260110,1\nD,20260112,1\n",
}


def write_feed(folder: Path, **changed: str | None) -> Path:
    """The small feed with some files replaced (None: left out), as a zip."""
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**FEED, **{key.replace("_txt", ".txt"): value for key, value in changed.items()}}.items():
            if text is not None:
                archive.writestr(name, text)
    return path


def test_a_feed_reads_as_a_corridor_that_plans_on_its_days(tmp_path: Path) -> None:
    tables = read_gtfs(write_feed(tmp_path))
    assert set(tables["places"]["name"]) == {"Xanten", "York", "Zell"}
    # Berlin is an hour ahead; the trip of 23:00 is in Zell at 03:00 of the next day.
    row = plan(tables, "Xanten", "Zell", depart="2026-01-05T13:00").front.row(0, named=True)
    assert row["arrive"] == datetime(2026, 1, 6, 2, tzinfo=UTC)
    # 7 January is taken out, so that who comes on the 6th after 23:00 waits for the 8th.
    assert plan(tables, "Xanten", "York", depart="2026-01-06T23:30").front["depart"][0] == datetime(2026, 1, 8, 11, tzinfo=UTC)
    # The bus runs on two dates only.
    assert plan(tables, "York", "Zell", depart="2026-01-10T00:00", modes=["road"]).front["depart"][0] == datetime(
        2026, 1, 10, 5, tzinfo=UTC
    )
    assert plan(tables, "York", "Zell", depart="2026-01-11T00:00", modes=["road"]).front["depart"][0] == datetime(
        2026, 1, 12, 5, tzinfo=UTC
    )


def test_a_day_outside_the_feed_is_answered_with_the_days_it_covers(tmp_path: Path) -> None:
    path = write_feed(tmp_path)
    with pytest.raises(PlanError, match="outside the timetable, which covers 2026-01-05 to 2026-01-30"):
        plan(read_gtfs(path), "Xanten", "Zell", depart="2026-12-01")
    with pytest.raises(FeedError, match="covers 2026-01-05 to 2026-01-30"):
        Timetable.of(read_feed(path), date(2026, 12, 1))


def test_missing_times_lie_evenly_between_those_that_are_given(tmp_path: Path) -> None:
    text = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,10:00:00,10:00:00,X,1\nt1,,,Y,2\nt1,12:00:00,12:00:00,Z,3\n"
    feed = read_feed(write_feed(tmp_path, stop_times_txt=text))
    assert feed.stop_times["arrives_s"].to_list() == [36_000, 39_600, 43_200]


def test_frequencies_become_headways(tmp_path: Path) -> None:
    path = write_feed(tmp_path, frequencies_txt="trip_id,start_time,end_time,headway_secs\nt2,06:00:00,22:00:00,1800\n")
    services = read_gtfs(path)["services"]
    assert services.filter(pl.col("leaves") == "headway")["headway_h"].to_list() == [0.5]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stops_txt": None}, "stops.txt is missing"),
        ({"calendar_txt": None, "calendar_dates_txt": None}, "neither calendar.txt nor calendar_dates.txt"),
        ({"trips_txt": "route_id,trip_id\nR,t1\n"}, "the column service_id is missing"),
        ({"trips_txt": "route_id,service_id,trip_id\nQ,W,t1\n"}, "route_id = 'Q' is not in routes.txt"),
        ({"trips_txt": "route_id,service_id,trip_id\nR,V,t1\n"}, "service_id = 'V' is not in calendar.txt"),
        ({"trips_txt": "route_id,service_id,trip_id\nR,W,t1\nR,W,t1\n"}, "trip_id = 't1' stands there twice"),
        ({"stop_times_txt": FEED["stop_times.txt"].replace("t2,12", "t9,12")}, "stop_times.txt:5 trip_id = 't9' is not in trips.txt"),
        ({"stop_times_txt": FEED["stop_times.txt"].replace(",Z,3", ",Q,3")}, "stop_id = 'Q' is not in stops.txt"),
        ({"stop_times_txt": FEED["stop_times.txt"].replace("25:30:00", "half one")}, "arrival_time = 'half one': expected a time"),
        ({"stop_times_txt": FEED["stop_times.txt"].replace("27:00:00,27:00:00", "24:00:00,24:00:00")}, "the time runs backwards"),
        ({"stop_times_txt": FEED["stop_times.txt"].replace(",Z,3", ",Z,three")}, "stop_sequence = 'three'"),
        ({"calendar_txt": FEED["calendar.txt"].replace("20260105", "5 Jan")}, "start_date = '5 Jan': expected a day"),
        ({"stops_txt": FEED["stops.txt"].replace("51.6", "north")}, "stop_lat = 'north'"),
        ({"stops_txt": FEED["stops.txt"].replace("Z,Zell", "X,Zell")}, "stop_id = 'X' stands there twice"),
        ({"frequencies_txt": "trip_id,start_time,end_time,headway_secs\nt2,06:00:00,22:00:00,0\n"}, "headway_secs = '0'"),
    ],
)
def test_a_broken_feed_says_file_column_and_value(tmp_path: Path, changed: dict[str, str | None], said: str) -> None:
    with pytest.raises(FeedError) as error:
        read_gtfs(write_feed(tmp_path, **changed))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@given(
    file=st.sampled_from(sorted(FEED)),
    at=st.integers(0, 400),
    cut=st.integers(0, 40),
    put=st.one_of(st.text(max_size=12), st.sampled_from(["\n", ",", '"', "99:99:99", "-1", "\x00", "é,ü", "\r\n,,,\n"])),
)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_feed_is_read_or_refused_but_never_crashes(tmp_path: Path, file: str, at: int, cut: int, put: str) -> None:
    text = FEED[file]
    at %= len(text)
    path = write_feed(tmp_path, **{file.replace(".", "_"): text[:at] + put + text[at + cut :]})
    try:
        tables = read_gtfs(path)
        plan(tables, "X", "Z", depart="2026-01-05", draws=10)
    except DalizError as error:
        assert str(error)


def test_a_file_that_is_no_feed_says_so(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_bytes(b"not a zip")
    with pytest.raises(FeedError, match="expected a GTFS feed"):
        read_feed(tmp_path / "feed.zip")
    with pytest.raises(FeedError, match="no such file"):
        read_feed(tmp_path / "other.zip")


def test_a_feed_too_large_for_the_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from daliz.freight.plan import feed

    monkeypatch.setattr(feed, "_free_memory", lambda: 100.0)
    with pytest.raises(FeedError, match="GB of memory"):
        read_feed(write_feed(tmp_path))


def test_what_is_written_reads_back_as_the_same_departures(tmp_path: Path) -> None:
    tables = corridor()
    again = read_gtfs(write_gtfs(tables, tmp_path / "out.zip", date(2026, 12, 1), 30))
    for origin, destination, day in (("East", "West", "2026-12-07T00:00+00:00"), ("Port", "West", "2026-12-10T00:00+00:00")):
        before, after = (plan(source, origin, destination, depart=day).front.row(0, named=True) for source in (tables, again))
        assert (before["depart"], before["arrive"], before["transfers"]) == (after["depart"], after["arrive"], after["transfers"])


def test_what_is_written_covers_its_days_and_is_the_same_bytes_again(tmp_path: Path) -> None:
    first, again = (write_gtfs(corridor(), tmp_path / name, date(2026, 12, 1), 30) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == again.read_bytes()
    assert read_feed(first).days() == (date(2026, 12, 1), date(2026, 12, 30))


def test_a_public_validator_finds_no_error_in_what_is_written(tmp_path: Path) -> None:
    guru = pytest.importorskip("gtfs_guru", reason="the validator gtfs-guru is not installed")
    result = guru.validate(str(write_gtfs(corridor(), tmp_path / "out.zip", date(2026, 12, 1), 60)))
    assert result.error_count == 0, [notice.code for notice in result.errors]


def test_real_feeds_read_whole(cases: Path, tmp_path: Path) -> None:
    source = cases / "gtfs" / "sncf_intercites_2013"
    tables = read_gtfs(source)
    lines = sum(1 for _ in (source / "trips.txt").open(encoding="utf-8")) - 1
    feed = read_feed(source)
    assert feed.trips.height == lines
    assert tables["departures"].height > 0
    copied = shutil.make_archive(str(tmp_path / "sncf"), "zip", source)
    assert read_feed(copied).stop_times.equals(feed.stop_times)


def test_the_command_writes_a_feed_that_the_command_plans_on(tmp_path: Path) -> None:
    folder = corridor().save(tmp_path / "tables")
    written = CliRunner().invoke(app, ["gtfs", str(tmp_path / "out.zip"), "--first-day", "2026-12-01", "--corridor", str(folder)])
    assert written.exit_code == 0, written.output
    asked = CliRunner().invoke(app, ["plan", "East", "West", "--depart", "2026-12-07T00:00", "--gtfs", str(tmp_path / "out.zip"), "--json"])
    assert json.loads(asked.output)["front"][0]["services"] == ["train_a#1", "ship#2", "train_b#3"]
