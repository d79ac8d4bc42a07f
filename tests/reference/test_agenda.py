"""The agenda tables of the embedded corridor hold what the collected facts hold, and nothing turned surer on the way."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import polars as pl

from daliz.corridor import Corridor

OF_FACTS_ACTORS = 77
OF_FACTS_AGREEMENTS = 81
COUNTS_OF_OUR_OWN = ("count_", "stock_")


def certainties(frame: pl.DataFrame) -> dict[str, int]:
    return dict(Counter(frame["certainty"].to_list()))


def visits(corridor: Corridor) -> pl.DataFrame:
    return corridor["meetings"].filter((pl.col("type") == "visit") & (pl.col("attendance") == "in_person"))


def presidential(corridor: Corridor) -> pl.DataFrame:
    between = pl.concat_str(pl.concat_list("visitor_country", "host_country").list.sort().list.join("-")) == "AZE-KAZ"
    since = pl.col("date_start") >= "2019"
    return visits(corridor).filter(between & since & (pl.col("visitor_role") == "head_of_state") & (pl.col("certainty") == "sourced"))


def test_certainties_are_those_of_the_facts(embedded: Corridor) -> None:
    # Rows "recalled with doubt" count as known: 120 and 3 visits, 1 and 6 rows of trade.
    assert certainties(visits(embedded)) == {"sourced": 114, "known": 123}
    assert certainties(embedded["meetings"].filter(pl.col("type") == "session")) == {"sourced": 40, "known": 21}
    assert certainties(embedded["trade"]) == {"sourced": 61, "known": 7}
    assert certainties(embedded["actors"].head(OF_FACTS_ACTORS)) == {"sourced": 66, "known": 11}
    assert certainties(embedded["agreements"].head(OF_FACTS_AGREEMENTS)) == {"sourced": 81}


def test_doubt_stays_in_the_note(embedded: Corridor) -> None:
    doubtful = pl.concat(
        [embedded[table].filter(pl.col("note").str.contains("recalled with doubt"))["certainty"] for table in ("meetings", "trade")]
    )
    assert doubtful.to_list() == ["known"] * 9


def test_presidents_visited_one_another_twelve_times_since_2019(embedded: Corridor) -> None:
    years = Counter(day[:4] for day in presidential(embedded)["date_start"])
    assert years == {"2022": 2, "2023": 3, "2024": 5, "2025": 2}
    assert Counter(presidential(embedded)["visitor_country"].to_list()) == {"KAZ": 6, "AZE": 6}


def test_screens_and_empty_chairs_are_no_visits(embedded: Corridor) -> None:
    away = embedded["meetings"].filter((pl.col("type") == "visit") & (pl.col("attendance") != "in_person"))
    assert sorted(away.select("visitor", "host_country", "attendance").iter_rows()) == [
        ("p:aliyev_i", "HUN", "absent"),
        ("p:tokayev", "AZE", "absent"),
        ("p:tokayev", "BLR", "video"),
    ]
    assert not set(away["id"]) & set(embedded["meetings"]["part_of"].drop_nulls())


def test_visitors_go_to_another_country_and_come_home_after_they_left(embedded: Corridor) -> None:
    for row in visits(embedded).iter_rows(named=True):
        assert row["visitor_country"] != row["host_country"], row["id"]
        assert row["date_start"] <= row["date_end"], row["id"]


def test_march_2024_hangs_together(embedded: Corridor) -> None:
    meetings = {row["id"]: row for row in embedded["meetings"].iter_rows(named=True)}
    session = meetings["council_2024-03-11"]
    visit = meetings[session["part_of"]]
    assert (visit["visitor"], visit["kind"], visit["date_start"], visit["date_end"]) == ("p:tokayev", "state", "2024-03-11", "2024-03-12")
    assert session["session"] == "1"

    signed = embedded["agreements"].filter(pl.col("meeting") == session["id"])
    assert signed.filter(pl.col("record") == "document").height == 9
    assert sorted(signed.filter(pl.col("record") == "event_count")["documents"].to_list()) == [9, 14, 14]
    assert signed["signed_date"].unique().to_list() == ["2024-03-11"]

    projects = {row["id"]: row for row in embedded["projects"].iter_rows(named=True)}
    assert projects["xian_absheron_service"]["meeting"] == visit["id"]
    assert projects["kurmangazy"]["meeting"] == visit["id"]
    for name in ("btc", "fund"):
        assert set(projects[name]["agreements"]) & set(signed["id"])
    pages = dict(embedded["sources"].select("id", "url").iter_rows())
    for row in (session, visit, projects["xian_absheron_service"], *signed.iter_rows(named=True)):
        assert (pages[row["source"]] or "").startswith("http"), row["id"]


def test_sessions_lie_within_the_visit_they_were_part_of(embedded: Corridor) -> None:
    meetings = {row["id"]: row for row in embedded["meetings"].iter_rows(named=True)}
    held = [row for row in meetings.values() if row["part_of"]]
    assert len(held) > 20
    for row in held:
        visit = meetings[row["part_of"]]
        assert row["type"] == "session" and visit["type"] == "visit" and row["host_country"] == visit["host_country"], row["id"]
        accompanied = row["id"] == "business_council_2022-08-25"  # a day after the visit that it accompanied
        assert accompanied or (visit["date_start"] <= row["date_end"] and row["date_start"] <= visit["date_end"]), row["id"]


def test_documents_are_signed_at_meetings_of_their_day(embedded: Corridor) -> None:
    meetings = {row["id"]: row for row in embedded["meetings"].iter_rows(named=True)}
    for row in embedded["agreements"].filter(pl.col("meeting").is_not_null()).iter_rows(named=True):
        meeting, month = meetings[row["meeting"]], row["signed_date"]
        start, end = (meeting[name][: len(month)] for name in ("date_start", "date_end"))
        assert start <= month <= end, row["id"]


def test_counts_are_never_documents(embedded: Corridor) -> None:
    records = embedded["agreements"].group_by("record").agg(pl.len(), pl.col("documents").is_not_null().sum().alias("counted"))
    counted = {record: (rows, counts) for record, rows, counts in records.iter_rows()}
    assert counted["document"][1] == 0
    assert counted["event_count"] == (10, 10)
    assert counted["stock_claim"] == (8, 8)
    own = embedded["agreements"].slice(OF_FACTS_AGREEMENTS)["id"].to_list()
    assert all(name.startswith(COUNTS_OF_OUR_OWN) for name in own)


def test_published_contradictions_stand_side_by_side(embedded: Corridor) -> None:
    trade = embedded["trade"].filter(
        pl.col("indicator") == "trade turnover", pl.col("reporter").is_in(["AZE", "KAZ"]), pl.col("partner").is_in(["AZE", "KAZ"])
    )
    values = trade.filter(pl.col("period").is_in(["2022", "2024"])).select("period", "value").sort("period", "value")
    assert list(values.iter_rows()) == [("2022", 461.9), ("2022", 463.3), ("2022", 680.0), ("2024", 470.0), ("2024", 533.4)]
    growth = embedded["trade"].filter(pl.col("id") == "trade_turnover_growth_KAZ_AZE_2016").row(0, named=True)
    assert (growth["value"], growth["value_low"], growth["value_high"]) == (None, 7.0, 9.0)
    claims = embedded["agreements"].filter((pl.col("record") == "stock_claim") & pl.col("signed_date").is_not_null()).sort("signed_date")
    assert any(later < earlier for earlier, later in pairwise(claims["documents"].to_list()))


def test_every_project_of_both_lists_is_there_once(embedded: Corridor) -> None:
    names = embedded["projects"]["id"].to_list()
    assert len(names) == len(set(names)) == 50
    assert not {"xian", "poti", "alat", "dostyk_moyynty_use"} & set(names)
    statements = embedded["observations"].filter(pl.col("category") == "project_status")
    said = dict(statements.select("id", "project").iter_rows())
    assert said["said:xian"] == "xian_absheron_service"
    assert said["said:poti"] == "poti_kz_terminal"
    assert said["said:alat"] == "alat_phase2"
    assert said["dostyk_moyynty_use"] == "dostyk_moyynty"
    assert sum(name.startswith("said:") for name in said) == 26


def test_every_project_can_be_put_in_place_and_taken_away(embedded: Corridor) -> None:
    changed = embedded["effects"]["project"].unique().to_list()
    for name in changed:
        assert embedded.with_projects(name)["projects"].filter(pl.col("id") == name)["status"].to_list() == ["in_service"]
        assert embedded.without_projects(name)["projects"].filter(pl.col("id") == name)["status"].to_list() == ["planned"]


def test_presidents_are_known_in_three_scripts(embedded: Corridor) -> None:
    aliases = dict(embedded["actors"].select("id", "aliases").iter_rows())
    assert {"Tokayev", "Toqayev", "Токаев", "Тоқаев"} <= set(aliases["p:tokayev"])
    assert {"Aliyev", "Əliyev", "Алиев", "Әлиев"} <= set(aliases["p:aliyev_i"])
    assert {"High Interstate Council", "Higher Interstate Council", "Supreme Interstate Council", "Interstate Council"} <= set(
        aliases["o:council"]
    )
