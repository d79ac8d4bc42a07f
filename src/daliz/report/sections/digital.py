"""The digital corridor: the seabed line, its light, round trips by corridor, and what the line changes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from daliz.corridor import Corridor, DalizError
from daliz.corridor.figures import Figure
from daliz.fibre import designs, pictures
from daliz.fibre.latency import Claim, Latency, best_figures, claims, latency, published_pairs
from daliz.fibre.network import network
from daliz.fibre.route import Route, route
from daliz.fibre.survival import PairSurvival, cut, survival
from daliz.report.section import Block, Grid, Picture, Section, Words
from daliz.report.words import country_name

Relation = tuple[str, str]
MOST_RELATIONS = 3
MOST_CUTS = 4


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section for two countries: the submarine cable that joins them, and the relations that somebody published a round trip for."""
    blocks: list[Block] = []
    figures: list[Figure] = []
    line = _line_between(corridor, pair)
    lead = "Light in glass is slower than in air, and no corridor is quicker than its shortest fibre. "
    if line is None:
        lead += f"No seabed cable between {' and '.join(country_name(corridor, code) for code in pair)} is in the tables."
    else:
        lead += _seabed(corridor, line, blocks, figures)
    relations = _relations(corridor, pair)
    before, after, project = _before_and_after(corridor, line)
    for number, relation in enumerate(relations):
        _round_trips(after, relation, blocks, figures, with_pictures=number == 0)
    if relations:
        _changes(before, after, project, relations, blocks, figures)
        _claims(corridor, blocks)
        _cuts(corridor, relations, blocks)
    figures += _published(after, figures)
    return Section("digital", "The digital corridor", lead, blocks, figures)


def _published(corridor: Corridor, there: Sequence[Figure]) -> list[Figure]:
    """The model's figure beside every published round trip, fibre length and seabed length that the tables hold it against."""
    found: list[Figure] = []
    names = {figure.name for figure in there}
    for ends in published_pairs(corridor):
        try:
            found += [figure for figure in best_figures(corridor, *ends) if figure.name not in names]
        except DalizError:
            continue
    for model in corridor["observations"]["model"].drop_nulls().unique(maintain_order=True).to_list():
        if model.startswith("cable_km:") and model not in names:
            line = next((row for row in corridor["cables"].to_dicts() if model == f"cable_km:{row['from_place']}-{row['to_place']}"), None)
            found += _length_alone(corridor, line) if line else []
    return found


def _length_alone(corridor: Corridor, line: dict[str, object]) -> list[Figure]:
    """Length and depth of another seabed line, where the embedded depths reach."""
    try:
        return list(route(corridor, str(line["from_place"]), str(line["to_place"]), with_front=False).figures()[:2])
    except DalizError:
        return []


def _line_between(corridor: Corridor, pair: tuple[str, str]) -> dict[str, object] | None:
    """The submarine cable between the two countries: open before planned, with a published capacity before one without."""
    country = dict(corridor["places"].select("id", "country").iter_rows())
    found = [
        row
        for row in corridor["cables"].filter((pl.col("kind") == "submarine") & pl.col("status").is_in(["open", "planned"])).to_dicts()
        if {country[row["from_place"]], country[row["to_place"]]} == set(pair)
    ]
    return min(found, key=lambda row: (row["status"] != "open", row["capacity_tbps"] is None, row["id"]), default=None)


def _seabed(corridor: Corridor, line: dict[str, object], blocks: list[Block], figures: list[Figure]) -> str:
    """Route and light of the line; returns what the lead says of it."""
    rows = (f"cables/{line['id']}",)
    lead = ""
    try:
        found = route(corridor, str(line["from_place"]), str(line["to_place"]), with_front=True)
    except DalizError as error:
        blocks.append(Words(f"The line {line['name']} could not be drawn over the seabed: {error}"))
    else:
        lead = (
            f"The best line over the seabed is {found.length_km:,.0f} km long, {found.cable_km:,.0f} km with slack"
            + (f"; {line['length_km']:,.0f} km are published" if line["length_km"] else "")
            + f". It goes down to {found.max_depth_m:,.0f} m."
        )
        _line_blocks(found, rows, blocks)
        figures += list(found.figures())
    if line["length_km"] and line["capacity_tbps"]:
        report = designs.light(corridor, str(line["id"]))
        blocks.append(
            Words(
                f"For {report.target_tbps:g} Tbit/s both ways of building were worked out to the same margin of {report.margin_db:g} dB."
                f" What would decide between them: {report.decides}."
            )
        )
        blocks.append(
            Picture(
                pictures.light_chart(report),
                f"Signal over noise that each design leaves after a margin of {report.margin_db:g} dB, and the fibre pairs that"
                f" {report.target_tbps:g} Tbit/s take; the red line is the least that the most robust format needs.",
                rows,
            )
        )
        figures += report.figures()
    return lead


def _line_blocks(found: Route, rows: tuple[str, ...], blocks: list[Block]) -> None:
    blocks += [
        Words(
            f"Two engines drew the line for themselves and differ by {100 * found.gap:.2f} % in cost."
            f" {100 * found.shallow_share:.0f} % of it lies"
            f" shallower than 200 m, where anchors and nets reach; {found.faults_year:.2f} faults a year are expected, and with"
            f" {found.repair_days:g} days to repair {found.outage_h_year:.0f} hours of outage. A closed sea"
            f" without a cable ship of its own can take"
            f" longer: three times the time is three times the outage. The depths are on cells of"
            f" {found.spacing_km:.0f} km, so small canyons and"
            f" steps are not in them; the water stands at {found.level_m:.1f} m."
        ),
        Picture(pictures.route_map(found), f"The best seabed line, {found.length_km:.0f} km, and the straight line.", rows),
        Picture(pictures.profile_chart(found), f"Depth along the line; deepest point {found.max_depth_m:.0f} m.", rows),
        Picture(pictures.front_chart(found), "Lines that no other beats in both money and expected outage; each with its length.", rows),
    ]


def _hub(corridor: Corridor, country: str) -> str | None:
    """The country's place with the most cables."""
    net = network(corridor)
    places = [place for place in net.at if net.country[place] == country]
    return max(places, key=lambda place: (len(net.at[place]), place), default=None)


def _relations(corridor: Corridor, pair: tuple[str, str]) -> list[Relation]:
    """Relations that somebody published a round trip for, those of the first country first."""
    net = network(corridor)
    below = {claim.what for claim in claims(corridor) if claim.below_floor}
    found = [
        ends
        for ends in published_pairs(corridor)
        if "-".join(ends) not in below and all(place in net.at for place in ends) and len({net.country[place] for place in ends}) == 2
    ]
    own = [ends for ends in found if any(net.country[place] == pair[0] for place in ends)]
    other = [ends for ends in found if ends not in own]
    hubs = _hub(corridor, pair[0]), _hub(corridor, pair[1])
    between = [(hubs[0], hubs[1])] if hubs[0] and hubs[1] else []
    return list(dict.fromkeys([*own[:1], *other[:1], *between, *own[1:]]))[:MOST_RELATIONS]


def _before_and_after(corridor: Corridor, line: dict[str, object] | None) -> tuple[Corridor, Corridor, str]:
    """The corridor without and with the line's project, and the project's name."""
    if line is None:
        return corridor, corridor, ""
    opening = corridor["effects"].filter((pl.col("table") == "cables") & (pl.col("row") == line["id"]) & (pl.col("column") == "status"))
    if not opening.height:
        return corridor, corridor, ""
    project = opening["project"][0]
    name = corridor["projects"].filter(pl.col("id") == project)["name"][0]
    if line["status"] == "planned":
        return corridor, corridor.with_projects(project), name
    return corridor.without_projects(project), corridor, name


def _spelled(corridor: Corridor, found: Latency) -> dict[str, str]:
    """Corridors' names with the countries between the ends spelled out."""
    called = {}
    for way in found.ways:
        codes = [part for part in way.name.replace("~", "-").split(" - ") if part]
        called[way.name] = ", ".join(country_name(corridor, code) for code in codes[1:-1]) or "direct"
    return called


def _round_trips(corridor: Corridor, relation: Relation, blocks: list[Block], figures: list[Figure], with_pictures: bool) -> None:
    found = latency(corridor, *relation)
    figures += found.figures()
    if not with_pictures or not found.ways:
        return
    called = _spelled(corridor, found)
    rows = tuple(f"cables/{name}" for way in found.ways for name in way.cables)
    title = " to ".join(found.names)
    blocks += [
        Words(
            f"{title}: the great circle is {found.great_circle_km:,.0f} km, so no round trip below"
            f" {found.floor_ms:.1f} ms is possible. Where no"
            f" length of a cable is published, one route factor stands for it in all corridors: {found.route_factor:.2f}, the median that"
            f" published round trips imply ({found.band[0]:.2f} to {found.band[1]:.2f}). {_ranking(found, called)}"
        ),
        Picture(pictures.latency_chart(found, called), f"Round trip {title} by the countries passed, with the new line in place.", rows),
        Picture(
            pictures.factor_chart(found, called),
            "How the round trips hang on the route factor; where lines cross the ranking changes.",
            rows,
        ),
        Picture(pictures.latency_map(corridor, found, called), f"The quickest corridors {title} over all cables of the tables.", rows),
    ]


def _ranking(found: Latency, called: dict[str, str]) -> str:
    if len(found.ways) < 2:
        return "There is one corridor only."
    second = found.ways[1]
    even = found.break_even(second)
    says = (
        f" It draws level when its own factor is {even:.2f} and the first one's stays {found.route_factor:.2f}: the straighter line wins."
        if even
        else ""
    )
    return (
        f"The second quickest way, by {called[second.name]}, takes {second.rtt_ms - found.best_ms:.1f} ms more than the quickest,"
        f" by {called[found.ways[0].name]}.{says}"
    )


def _changes(
    before: Corridor, after: Corridor, project: str, relations: Sequence[Relation], blocks: list[Block], figures: list[Figure]
) -> None:
    """What the line changes for each relation: round trip, second way, disjoint ways, hours without service."""
    old, new = (survival(one, relations, with_risks=False) for one in (before, after))
    figures += new.figures()
    cells = []
    for one, two in zip(old.pairs, new.pairs, strict=True):
        first, second = _best_ms(before, one), _best_ms(after, one)
        cells.append(
            [
                " - ".join(one.names),
                f"{first:.0f} → {second:.0f}",
                f"{_second(one)} → {_second(two)}",
                f"{one.disjoint_paths} → {two.disjoint_paths}",
                f"{one.two_ways.down_h_year:.1f} → {two.two_ways.down_h_year:.1f}",
                f"{one.one_way.down_h_year:.0f} → {two.one_way.down_h_year:.0f}",
            ]
        )
    heads = ("Relation", "Best round trip, ms", "Second disjoint way, ms", "Disjoint ways", "Down h/year, two ways", "Down h/year, one way")
    rows = tuple(dict.fromkeys(f"cables/{name}" for pair in new.pairs if pair.places_apart for name in pair.places_apart.second.edges))
    what = f"Before and after: {project}." if project else "As it stands."
    blocks.append(
        Grid(
            heads,
            cells,
            f"{what} Two ways: a circuit protected over the two shortest ways that share no place. Faults are taken to be independent;"
            " rates and repair times by kind of cable are published means.",
            rows,
        )
    )


def _best_ms(corridor: Corridor, pair: PairSurvival) -> float:
    found = best_figures(corridor, pair.a, pair.b)
    return found[0].value if found else float("inf")


def _second(pair: PairSurvival) -> str:
    return f"{pair.places_apart.rtt_ms[1]:.0f}" if pair.places_apart else "none"


def _claims(corridor: Corridor, blocks: list[Block]) -> None:
    cells = [
        [claim.what, claim.period, f"{claim.published_ms:.1f}", f"{claim.floor_ms:.1f}", _verdict(claim)] for claim in claims(corridor)
    ]
    rows = tuple(f"observations/{claim.observation}" for claim in claims(corridor))
    heads = ("Between", "Period", "Published, ms round trip", "Floor, ms", "Verdict")
    blocks.append(Grid(heads, cells, "Published round trips and fibre lengths against the floor of physics.", rows, folded=True))


def _verdict(claim: Claim) -> str:
    if claim.below_floor:
        return "below the floor: not possible as a round trip"
    return f"possible; {claim.published_ms / claim.floor_ms:.2f} times the floor"


def _cuts(corridor: Corridor, relations: Sequence[Relation], blocks: list[Block]) -> None:
    """Cuts that happened, replayed in the network of their year."""
    records = corridor["hazards"].filter((pl.col("kind") == "cable_cut") & (pl.col("status") == "record"))
    cells = []
    for row in records.head(MOST_CUTS).iter_rows(named=True):
        found = cut(corridor, row["id"], relations)
        worst = max((one.extra_ms or 0.0 for one in found.effects), default=0.0)
        hit = "; ".join(f"{system}: {len(pairs)}" for system, pairs in found.systems.items())
        cells.append([row["period"] or str(row["start"]), len(found.cables), hit, len(found.lost), f"+{worst:.1f}"])
    if cells:
        heads = ("When", "Cables", "Pairs of landings that each system lost", "Relations above cut off", "Most ms more")
        rows = tuple(f"hazards/{name}" for name in records["id"].head(MOST_CUTS).to_list())
        blocks.append(Grid(heads, cells, "Recorded cuts, replayed in the network of their year.", rows, folded=True))
