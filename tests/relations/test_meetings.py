"""Visits counted from tables: what counts as one, the embedded pair, ranks, the register's gaps, balance and votes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from daliz.corridor import Corridor, DalizError, load
from daliz.relations.balance import balances, by_group, herfindahl, of_amounts, of_counts, trade_amounts, visit_counts
from daliz.relations.countries import countries, country_code, parse_pair
from daliz.relations.headlines import figures
from daliz.relations.meetings import (
    CERTAINTIES,
    Window,
    busiest_pair,
    default_window,
    pair_visits,
    rank_view,
    visits,
)
from daliz.relations.partners import partners
from daliz.relations.relation import relation
from daliz.relations.votes import agreement_scores, distances, read_ideal_points

PAIR = ("KAZ", "AZE")


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


def with_meetings(corridor: Corridor, rows: list[dict[str, object]]) -> Corridor:
    """The corridor with only these meetings; nothing else may hang on meetings."""
    source = corridor["sources"]["id"][0]
    base = {"type": "visit", "kind": "official", "visitor_role": "head_of_state", "source": source, "certainty": "sourced"}
    emptied = corridor.replace("agreements", corridor["agreements"].with_columns(pl.lit(None, dtype=pl.String).alias("meeting")))
    emptied = emptied.replace("projects", emptied["projects"].with_columns(pl.lit(None, dtype=pl.String).alias("meeting")))
    return emptied.replace("meetings", [{"id": f"m{index}", **base, **row} for index, row in enumerate(rows)])


def visit(visitor: str, host: str, day: str, **more: object) -> dict[str, object]:
    return {"visitor_country": visitor, "host_country": host, "date_start": day, **more}


def test_the_embedded_pair_has_twelve_presidential_visits_on_sourced_rows(corridor: Corridor) -> None:
    found = pair_visits(corridor, PAIR, Window(2019, 2025))
    assert found.both.total == 12
    assert found.both.counts.tolist() == [0, 0, 0, 2, 3, 5, 2]
    assert (found.out.total, found.back.total) == (6, 6)
    assert len(found.rows) == 12
    assert {corridor["meetings"].filter(pl.col("id") == row.partition("/")[2])["certainty"][0] for row in found.rows} == {"sourced"}


def test_the_embedded_pair_changed_in_2022(corridor: Corridor) -> None:
    found = pair_visits(corridor, PAIR)
    assert found.change is not None
    assert found.changes is not None
    assert found.change.best == 2022
    assert max(found.change.probability) > 0.5
    by_year = dict(zip(found.changes.labels, found.changes.probability, strict=True))
    assert max(by_year, key=lambda year: by_year[year]) == 2022
    assert found.trend.p_up > 0.9


def test_the_same_counts_by_hand(corridor: Corridor) -> None:
    by_hand: Counter[int] = Counter()
    for row in corridor["meetings"].iter_rows(named=True):
        if row["type"] == "visit" and row["visitor_role"] == "head_of_state" and row["certainty"] == "sourced":
            ends = {row["visitor_country"], row["host_country"]}
            if ends == set(PAIR) and (row["attendance"] or "in_person") == "in_person":
                by_hand[int(row["date_start"][:4])] += 1
    found = pair_visits(corridor, PAIR, Window(1991, 2025))
    assert {year: int(n) for year, n in zip(found.both.labels, found.both.counts, strict=True) if n} == dict(by_hand)


def test_a_video_link_is_no_visit_and_an_absence_is_no_attendance(corridor: Corridor) -> None:
    own = with_meetings(
        corridor,
        [
            visit("KAZ", "AZE", "2024-03-11"),
            visit("KAZ", "AZE", "2024-05-01", attendance="video"),
            visit("KAZ", "AZE", "2024-06-01", attendance="absent"),
            visit("KAZ", "AZE", "2024-07-01", visitor_role="foreign_minister"),
            visit("KAZ", "KAZ", "2024-08-01"),
            {**visit("KAZ", "AZE", "2024-09-01"), "type": "session", "kind": "bilateral_summit"},
        ],
    )
    assert visits(own)["date"].to_list() == ["2024-03-11"]


def test_one_visit_told_in_two_rows_counts_once_and_as_sourced(corridor: Corridor) -> None:
    own = with_meetings(
        corridor,
        [visit("KAZ", "AZE", "2024-03-11", certainty="known"), visit("KAZ", "AZE", "2024-03-11"), visit("AZE", "KAZ", "2024-03-11")],
    )
    assert visits(own).height == 2
    assert visits(own)["certainty"].to_list() == ["sourced", "sourced"]


def test_only_sourced_rows_make_the_headline(corridor: Corridor) -> None:
    own = with_meetings(corridor, [visit("KAZ", "AZE", "2023-01-05"), visit("AZE", "KAZ", "2024-02-02", certainty="known")])
    window = Window(2022, 2024)
    assert pair_visits(own, PAIR, window).both.total == 1
    assert pair_visits(own, PAIR, window, CERTAINTIES).both.total == 2
    headline = {figure.name: figure for figure in figures(relation(own, PAIR, window))}["visits:KAZ-AZE"]
    assert headline.value == 1
    assert "2 with the rows that are not sourced" in headline.note


def test_missing_months_lower_the_exposure_and_raise_the_rate(corridor: Corridor) -> None:
    whole = pair_visits(corridor, PAIR, Window(2022, 2025))
    part = pair_visits(corridor, PAIR, Window(2022, 2025, ("2022-01", "2022-02", "2022-03")))
    assert part.both.exposure.tolist() == [0.75, 1, 1, 1]
    assert part.rate.mean > whole.rate.mean
    with pytest.raises(DalizError, match="missing month '2022-13'"):
        Window(2022, 2025, ("2022-13",))


def test_the_window_opens_where_visits_elsewhere_are_on_record(corridor: Corridor) -> None:
    assert default_window(corridor, PAIR) == Window(2019, 2025)
    assert busiest_pair(corridor) == PAIR


def test_ranks_come_with_an_interval_a_range_over_weights_and_a_warning(corridor: Corridor) -> None:
    view = rank_view(corridor, "KAZ", "AZE", Window(2019, 2025))
    standing = view.ranks.of("AZE")
    assert (standing.rank_best, standing.rank_worst) == (5, 6)
    assert standing.low < 5 < standing.high
    assert view.spread[0] <= view.spread[1]
    assert set(view.by_weights) == {"equal", "graded", "bilateral"}
    assert view.region == "South Caucasus"
    assert view.regional[0][0] == "AZE"
    notes = {figure.name: figure.note for figure in figures(relation(corridor, PAIR))}
    assert "Warning" in notes["rank:KAZ-AZE"]
    assert "incomplete" in notes["rank:KAZ-AZE"]
    assert "23 in 2025" in notes["rank:KAZ-AZE"]


def test_ranks_equal_plain_counting(corridor: Corridor) -> None:
    rows = visits(corridor).filter((pl.col("visitor") == "AZE") & pl.col("year").is_between(2019, 2025))
    counts = Counter(rows["host"].to_list())
    for standing in rank_view(corridor, "AZE", "KAZ", Window(2019, 2025)).ranks.standings:
        assert standing.rank_best == 1 + sum(count > counts[standing.partner] for count in counts.values())
        assert standing.score == counts[standing.partner]


def test_all_partners_of_a_country_equal_plain_counting_and_the_unwatched_are_not_zero(corridor: Corridor) -> None:
    window, found = partners(corridor, "KAZ")
    made = visits(corridor).filter(pl.col("year").is_between(window.first, window.last))
    assert {partner.code: partner.out for partner in found if partner.out} == dict(
        made.filter(pl.col("visitor") == "KAZ").group_by("host").len().iter_rows()
    )
    watched = set(visits(corridor)["visitor"])
    came = dict(made.filter(pl.col("host") == "KAZ").group_by("visitor").len().iter_rows())
    for partner in found:
        assert partner.back == (came.get(partner.code, 0) if partner.code in watched else None)
        assert partner.rate.total == partner.out
        assert not partner.out or partner.rate.low < partner.out / len(window.years) < partner.rate.high
        assert partner.standing.low <= partner.standing.high


def test_visits_elsewhere_that_were_not_recorded_push_the_partner_down(corridor: Corridor) -> None:
    plain = rank_view(corridor, "KAZ", "AZE").ranks.of("AZE")
    less = rank_view(corridor, "KAZ", "AZE", recorded=0.5).ranks.of("AZE")
    assert less.median > plain.median


def test_unknown_weights_and_roles_are_answered(corridor: Corridor) -> None:
    with pytest.raises(DalizError, match="no set of weights 'grade'; there are: equal, graded, bilateral; nearest: graded"):
        rank_view(corridor, "KAZ", "AZE", weights="grade")
    with pytest.raises(DalizError, match="role 'president'"):
        visits(corridor, "president")


def test_country_names_and_codes_are_understood() -> None:
    assert country_code("Türkiye") == country_code("turkey") == "TUR"
    assert country_code("Russian Federation") == "RUS"
    assert parse_pair("KAZ-AZE") == parse_pair("kazakhstan azerbaijan") == PAIR
    assert len(countries()) == 199
    with pytest.raises(DalizError, match=r"no country 'Kazakstan'.*nearest: KAZ \(Kazakhstan\)"):
        country_code("Kazakstan")
    with pytest.raises(DalizError, match="both are Kazakhstan"):
        parse_pair("KAZ-KAZ")


def test_a_relation_of_countries_that_are_not_on_record_is_answered(corridor: Corridor) -> None:
    with pytest.raises(DalizError, match="no visit of Brazil or Chile is on record"):
        relation(corridor, ("BRA", "CHL"))


def test_every_figure_leads_to_rows_that_exist(corridor: Corridor) -> None:
    from daliz.corridor.rows import find_row

    for figure in figures(relation(corridor, PAIR)):
        for row in figure.rows:
            assert find_row(corridor, row)


def test_herfindahl_cases_of_the_literature() -> None:
    assert round(10_000 * herfindahl([50, 30, 15, 5])) == 3650
    assert round(10_000 * herfindahl([30, 30, 20, 20])) == 2600
    even = of_amounts(dict.fromkeys("abcd", 5.0))
    assert even.effective.value == pytest.approx(4)
    assert even.normalised.value == pytest.approx(0)
    assert even.evenness.value == pytest.approx(1)
    single = of_amounts({"a": 3.0})
    assert single.hhi.value == 1
    with pytest.raises(DalizError, match="amounts of at least 0"):
        herfindahl([0, 0])


def test_balance_of_visits_is_that_of_the_counts_by_hand(corridor: Corridor) -> None:
    counts = visit_counts(corridor, "KAZ", Window(2019, 2025))
    assert sum(counts.values()) == 109
    found = of_counts(counts)
    assert found.hhi.value == pytest.approx(sum((n / 109) ** 2 for n in counts.values()))
    assert found.hhi.low < found.hhi.value < found.hhi.high
    assert found.effective.low < found.effective.value < found.effective.high
    groups = by_group(counts)
    assert sum(groups.values()) == 109
    assert groups["South Caucasus"] == 9


def test_trade_that_is_published_twice_gives_an_interval(corridor: Corridor) -> None:
    middle, low, high = trade_amounts(corridor, "KAZ", 2022)
    assert low["AZE"] < middle["AZE"] < high["AZE"]
    found = of_amounts(middle, low, high)
    assert found.hhi.low < found.hhi.high


def test_balance_is_told_for_visits_documents_trade_and_cargo(corridor: Corridor) -> None:
    spread = balances(corridor, "KAZ", Window(2019, 2025))
    assert {"visits", "visits by region", "documents"} <= set(spread)
    assert any(name.startswith("trade") for name in spread)
    assert spread["visits by region"].hhi.value > spread["visits"].hhi.value
    assert all(0 < found.hhi.value <= 1 for found in spread.values())


@pytest.mark.parametrize(("other", "distance"), [("AZE", 0.1088), ("CHN", 0.2765), ("RUS", 0.7520), ("TUR", 1.2439), ("USA", 3.3049)])
def test_un_ideal_points_of_2019_are_reproduced(cases: Path, other: str, distance: float) -> None:
    points = read_ideal_points(cases / "relations" / "un_ideal_points_2020.csv")
    published = {"KAZ": -0.6101, "AZE": -0.7189, "CHN": -0.3336, "RUS": 0.1419, "TUR": 0.6338, "USA": 2.6948}
    own = dict(points.filter(pl.col("year") == 2019).select("code", "point").iter_rows())
    assert {code: round(own[code], 4) for code in published} == published
    last = distances(points, "KAZ", other)[-1]
    assert (last.session, last.year) == (74, 2019)
    assert last.distance.value == pytest.approx(distance, abs=1e-4)
    assert last.distance.low < last.distance.value < last.distance.high


def test_agreement_in_votes_follows_the_published_formula(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    rows = ["rcid,session,ccode,vote"]
    # Four votes: one unanimous (dropped), one agreed, one half apart, one opposite; in a fifth the second country was absent.
    for call, kaz, aze, usa in ((1, 1, 1, 1), (2, 1, 1, 3), (3, 1, 2, 3), (4, 1, 3, 3), (5, 1, 8, 3)):
        rows += [f"{call},74,705,{kaz}", f"{call},74,373,{aze}", f"{call},74,2,{usa}"]
    file.write_text("\n".join(rows) + "\n")
    (score,) = agreement_scores(file, "KAZ", "AZE")
    assert (score.year, score.votes) == (2019, 3)
    assert score.score == pytest.approx((1 + 0.5 + 0) / 3)


def test_a_votes_file_that_is_none_is_answered(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("country,session,IdealPont\nKAZ,74,1\n")
    with pytest.raises(DalizError, match="no column"):
        read_ideal_points(file)
    with pytest.raises(DalizError, match="cannot be read"):
        read_ideal_points(tmp_path / "nothing.csv")
