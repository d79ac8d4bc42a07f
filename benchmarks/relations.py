"""Relations against published values: each case with its bar, and what is correct, missed and extra where that can be counted.

The cases are read from DALIZ_CASES (see tests/conftest.py); those whose files are not there are said to be so.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from daliz.corridor import load
from daliz.relations.balance import herfindahl
from daliz.relations.counts import dispersion_index, one_change, rate
from daliz.relations.counts.series import series
from daliz.relations.events import ingest, open_store, stages
from daliz.relations.headlines import figures
from daliz.relations.relation import relation
from daliz.relations.votes import distances, read_ideal_points

CASES = Path(os.environ.get("DALIZ_CASES", Path(__file__).parents[2] / "shared" / "cases"))
RESULTS = Path(__file__).parent / "results" / "relations.json"
CHINA_KAZAKHSTAN = [11, 15, 18, 9, 25, 22, 29, 11, 25, 15, 9, 10, 7, 7, 14, 6, 9, 11]
POINTS_2019 = {"KAZ": -0.6101, "AZE": -0.7189, "CHN": -0.3336, "RUS": 0.1419, "TUR": 0.6338, "USA": 2.6948}
RUNS = 1_000


def main() -> None:
    """Print the table and write results/relations.json."""
    lines = [*china_kazakhstan(), *balance(), *ideal_points(), *gdelt(), *coverage(), *embedded()]
    width = max(len(name) for name, _, _ in lines)
    for name, bar, found in lines:
        print(f"  {name:{width}}  {bar:26}  {found}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([list(line) for line in lines], indent=1) + "\n", encoding="utf-8")


def china_kazakhstan() -> list[tuple[str, str, str]]:
    """Dispersion and change point of the AidData series."""
    counts = series(range(2000, 2018), CHINA_KAZAKHSTAN)
    poisson, averaged = (one_change(counts, poisson=simple) for simple in (True, False))
    chance, wider = (dict(zip(change.labels, change.probability, strict=True)) for change in (poisson, averaged))
    return [
        ("China-Kazakhstan, index of dispersion", "3.47", f"{dispersion_index(counts)[0]:.2f}"),
        ("China-Kazakhstan, 2010 and 2009 (Poisson)", ".70 and .23", f"{chance[2010]:.2f} and {chance[2009]:.2f}"),
        ("China-Kazakhstan, 2010 (averaged dispersion)", "weaker", f"{wider[2010]:.2f}"),
    ]


def balance() -> list[tuple[str, str, str]]:
    """The two Herfindahl examples."""
    return [
        ("Herfindahl of 50/30/15/5", "3,650", f"{10_000 * herfindahl([50, 30, 15, 5]):,.0f}"),
        ("Herfindahl of 30/30/20/20", "2,600", f"{10_000 * herfindahl([30, 30, 20, 20]):,.0f}"),
    ]


def ideal_points() -> list[tuple[str, str, str]]:
    """Points of session 74 and distances of Kazakhstan."""
    path = CASES / "relations" / "un_ideal_points_2020.csv"
    if not path.exists():
        return [("UN ideal points", "6 of 6", "the file is not here")]
    points = read_ideal_points(path)
    own = dict(points.filter(points["year"] == 2019).select("code", "point").iter_rows())
    right = sum(round(own[code], 4) == value for code, value in POINTS_2019.items())
    gaps = ", ".join(f"{other} {distances(points, 'KAZ', other)[-1].distance.value:.4f}" for other in ("AZE", "RUS", "USA"))
    return [
        ("UN ideal points of session 74", "6 correct, 0 missed", f"{right} correct, {len(POINTS_2019) - right} missed, 0 extra"),
        ("distances of Kazakhstan", "0.1088, 0.752, 3.3049", gaps),
    ]


def gdelt() -> list[tuple[str, str, str]]:
    """A real quarter of an hour of GDELT 2.0."""
    path = CASES / "relations" / "gdelt2_20151027220000.export.csv"
    if not path.exists():
        return [("GDELT, 15 minutes", "2,116 rows", "the file is not here")]
    raw = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    truth = {cells[0] for cells in raw if cells[26] in ("042", "043") and cells[7] and cells[17] and cells[7] != cells[17]}
    with tempfile.TemporaryDirectory() as place:
        report = ingest([path], Path(place) / "store")
        rows = open_store(Path(place) / "store").rows()
        found = stages(rows, ["VISIT"])
        own = set(rows.filter(rows.collect()["class"] == "VISIT").collect()["event_id"])
    counted = f"{len(own & truth)} correct, {len(truth - own)} missed, {len(own - truth)} extra"
    return [
        ("GDELT, rows read", "2,116", f"{report.rows:,}"),
        ("GDELT, visit rows of two codes", "50", counted),
        ("GDELT, days of a pair", "17", f"{found.pair_days}; {found.events} events after folding"),
    ]


def coverage() -> list[tuple[str, str, str]]:
    """How often 95 % intervals of a rate cover it, in 1,000 runs each."""
    lines = []
    for mean, years, dispersion in ((5.0, 10, 0.0), (10.0, 18, 0.0), (14.0, 18, 0.2)):
        rng = np.random.default_rng(11)
        hits = 0
        for _ in range(RUNS):
            means = np.full(years, mean)
            found = rate(series(range(years), rng.poisson(means if dispersion == 0 else rng.gamma(1 / dispersion, means * dispersion))))
            hits += found.low <= mean <= found.high
        lines.append((f"coverage, rate {mean:g}, {years} years, dispersion {dispersion:g}", "93-97 %", f"{hits / RUNS:.1%}"))
    return lines


def embedded() -> list[tuple[str, str, str]]:
    """The embedded pair's headline, and how long the whole view takes."""
    corridor = load()
    start = time.perf_counter()
    found = relation(corridor, ("KAZ", "AZE"))
    spent = time.perf_counter() - start
    by_name = {figure.name: figure for figure in figures(found)}
    years = " ".join(f"{count:.0f}" for count in found.sourced.both.counts)
    rank = by_name["rank:KAZ-AZE"]
    return [
        ("embedded pair, visits 2019-2025, sourced", "12: 0 0 0 2 3 5 2", f"{by_name['visits:KAZ-AZE'].value:.0f}: {years}"),
        (
            "embedded pair, change",
            "2022",
            f"{by_name['change_year:KAZ-AZE'].value:.0f} ({by_name['change_probability:KAZ-AZE'].value:.0f} %)",
        ),
        ("embedded pair, rank of the second", "with interval and warning", f"{rank.text()}; warned: {'Warning' in rank.note}"),
        ("embedded pair, time of the whole view", "", f"{spent:.2f} s"),
    ]


if __name__ == "__main__":
    main()
