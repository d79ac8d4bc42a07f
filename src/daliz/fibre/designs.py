"""What cable would carry the traffic: a repeatered and an unrepeatered design side by side, to one target with one margin.

Whether the seabed cable has repeaters, and how many fibre pairs, is often not public; both hypotheses are worked out, and what would decide
between them is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.fibre.errors import FibreError
from daliz.fibre.light import (
    C_BAND,
    PURE_SILICA,
    SHANNON_GAP_DB,
    Band,
    Glass,
    Light,
    Raman,
    Span,
    best_launch,
    even_spans,
    joined,
    section,
)

# Ageing, repair splices and cable temperature over 25 years; engineering estimate.
MARGIN_DB = 1.5
# Dual-polarisation QPSK with a quarter of overhead for error correction needs about this much in the signal's bandwidth.
LEAST_GSNR_DB = 4.0
REPEATER_NF_DB, PREAMPLIFIER_NF_DB, REMOTE_NF_DB = 5.0, 5.0, 6.0
REMOTE_GAIN_DB, REMOTE_KM = 18.0, 100.0
# One booster's total output; more is sold for single spans.
MOST_REPEATER_DBM, MOST_BOOSTER_DBM = 23.0, 33.0
# Repeatered cables of today hold up to 24 pairs, for the power that their repeaters need; unrepeatered ones 96 and more.
MOST_REPEATERED_PAIRS, MOST_UNREPEATERED_PAIRS = 24, 96
SPAN_COUNTS = range(2, 9)
SEA_SPAN_KM = 75.0


@dataclass(frozen=True)
class Design:
    """One way to build the line.

    Attributes: hypothesis (repeatered, unrepeatered), name, spans, repeaters (on the seabed), light, gsnr_after_margin_db, tbps_per_pair
    (after gap and margin), pairs (for the target; None: no number of pairs is enough), feasible, why (in words, when it is not).
    """

    hypothesis: str
    name: str
    spans: int
    repeaters: int
    light: Light
    gsnr_after_margin_db: float
    tbps_per_pair: float
    pairs: int | None
    feasible: bool
    why: str = ""


@dataclass(frozen=True)
class LightReport:
    """Designs for one line, the best of each hypothesis, and what would decide between them."""

    subject: str
    length_km: float
    target_tbps: float
    margin_db: float
    designs: tuple[Design, ...]
    decides: str
    rows: tuple[str, ...] = ()

    def best(self, hypothesis: str) -> Design | None:
        """The feasible design of a hypothesis with the fewest pairs, then the fewest repeaters; None when none is feasible."""
        fits = [one for one in self.designs if one.hypothesis == hypothesis and one.feasible]
        return min(fits, key=lambda one: (one.pairs or math.inf, one.repeaters), default=None)

    def figures(self) -> tuple[Figure, ...]:
        """GSNR, capacity of a pair and pairs needed, by hypothesis."""
        found = []
        for hypothesis in ("repeatered", "unrepeatered"):
            best = self.best(hypothesis)
            if best is None:
                continue
            subject, note = (
                f"{self.subject}:{hypothesis}",
                f"{best.name}; {self.margin_db:g} dB margin; whether the cable has repeaters is not public",
            )
            label = f"{hypothesis}, {self.length_km:.0f} km"
            found += [
                Figure(f"gsnr_db:{subject}", f"GSNR {label}", best.light.gsnr_db, "dB", rows=self.rows, note=note),
                Figure(
                    f"pair_tbps:{subject}", f"Capacity of a fibre pair, {label}", best.tbps_per_pair, "Tbit/s", rows=self.rows, note=note
                ),
                Figure(
                    f"pairs_for_{self.target_tbps:g}_tbps:{subject}",
                    f"Fibre pairs for {self.target_tbps:g} Tbit/s, {label}",
                    float(best.pairs or math.nan),
                    "",
                    rows=self.rows,
                    note=note,
                ),
            ]
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "subject": self.subject,
            "length_km": self.length_km,
            "target_tbps": self.target_tbps,
            "margin_db": self.margin_db,
            "designs": [{**vars(one), "light": vars(one.light)} for one in self.designs],
            "decides": self.decides,
            "figures": [figure.as_dict() for figure in self.figures()],
        }


def designs(
    length_km: float,
    target_tbps: float = 400.0,
    margin_db: float = MARGIN_DB,
    glass: Glass = PURE_SILICA,
    band: Band = C_BAND,
    subject: str = "line",
    rows: tuple[str, ...] = (),
) -> LightReport:
    """Both hypotheses for one line, to the same target with the same margin.

    Parameters: length_km (cable with slack), target_tbps (of the cable, each way), margin_db, glass, band, subject (for the figures'
    names).
    Raises: FibreError when a number is not positive.
    """
    for value, what in ((length_km, "length"), (target_tbps, "target")):
        if not (value > 0 and math.isfinite(value)):
            raise FibreError(f"{what} of {value:g}; expected more than 0")
    if not margin_db >= 0:
        raise FibreError(f"margin of {margin_db:g} dB; expected 0 or more")
    gap = SHANNON_GAP_DB + margin_db
    found = []
    for count in SPAN_COUNTS:
        spans = even_spans(length_km, count, glass, REPEATER_NF_DB)
        light = best_launch(spans, band, gap, most_dbm=MOST_REPEATER_DBM)
        name = f"{count} spans of {length_km / count:.0f} km, {count - 1} repeater{'s' if count > 2 else ''}"
        found.append(_judged("repeatered", name, count, count - 1, light, margin_db, target_tbps, MOST_REPEATERED_PAIRS))
    for name, chain in _unrepeatered(length_km, glass):
        light = best_launch(chain, band, gap, most_dbm=MOST_BOOSTER_DBM)
        found.append(_judged("unrepeatered", name, len(chain), 0, light, margin_db, target_tbps, MOST_UNREPEATERED_PAIRS))
    report = LightReport(subject, length_km, target_tbps, margin_db, tuple(found), "", rows)
    return LightReport(subject, length_km, target_tbps, margin_db, tuple(found), _decides(report), rows)


def _unrepeatered(length_km: float, glass: Glass) -> list[tuple[str, tuple[Span, ...]]]:
    """Chains without powered equipment on the seabed."""
    whole = Span(length_km, glass, PREAMPLIFIER_NF_DB)
    chains: list[tuple[str, tuple[Span, ...]]] = [
        ("booster and preamplifier alone", (whole,)),
        ("Raman pumps at the receiving end", (Span(length_km, glass, PREAMPLIFIER_NF_DB, raman=Raman()),)),
    ]
    if length_km > 2 * REMOTE_KM:
        # The remote amplifier lives on what is left of the pump light; it does not give back the whole loss before it.
        first = Span(length_km - REMOTE_KM, glass, REMOTE_NF_DB, gain_db=REMOTE_GAIN_DB)
        second_loss = Span(REMOTE_KM, glass, PREAMPLIFIER_NF_DB).loss_db
        second = Span(REMOTE_KM, glass, PREAMPLIFIER_NF_DB, gain_db=first.loss_db - REMOTE_GAIN_DB + second_loss - 20.0, raman=Raman())
        chains.append((f"remote amplifier {REMOTE_KM:.0f} km before the end, and Raman pumps", (first, second)))
    return chains


def _judged(
    hypothesis: str, name: str, spans: int, repeaters: int, light: Light, margin_db: float, target_tbps: float, most_pairs: int
) -> Design:
    left = light.gsnr_db - margin_db
    pairs = math.ceil(target_tbps / light.capacity_tbps) if light.capacity_tbps > 0 else None
    why = ""
    if left < LEAST_GSNR_DB:
        why = f"{left:.1f} dB of GSNR are left after the margin; the most robust format needs {LEAST_GSNR_DB:g} dB"
    elif pairs is None or pairs > most_pairs:
        why = f"would take {pairs} fibre pairs; such cables hold up to {most_pairs}"
    return Design(hypothesis, name, spans, repeaters, light, left, light.capacity_tbps, pairs if not why else None, not why, why)


def _decides(report: LightReport) -> str:
    repeatered, single = report.best("repeatered"), report.best("unrepeatered")
    if repeatered is None and single is None:
        return "neither hypothesis reaches the target: the published capacity or length would have to be wrong"
    if single is None:
        return "only a repeatered cable reaches the target: power feeding equipment at a landing station would confirm it"
    if repeatered is None:
        return "only an unrepeatered cable reaches the target"
    return (
        f"the number of fibre pairs: about {repeatered.pairs} mean repeaters, about {single.pairs} none;"
        " power feeding equipment in the tender of a landing station, or a supplier's notice of repeaters, would decide as well"
    )


def light(corridor: Corridor, cable: str, target_tbps: float | None = None, margin_db: float = MARGIN_DB) -> LightReport:
    """Both hypotheses for a submarine cable of the tables: its published length and capacity.

    Raises: FibreError when the cable is unknown, has no length, or no target is given or published.
    """
    from daliz.corridor.names import did_you_mean

    frame = corridor["cables"]
    names = frame["id"].to_list()
    if cable not in names:
        raise FibreError(f"no cable {cable!r}{did_you_mean(cable, names)}")
    row = frame.row(names.index(cable), named=True)
    if row["length_km"] is None:
        raise FibreError(f"cables.csv, row {cable}: no length_km is published; give a length")
    target = target_tbps if target_tbps is not None else row["capacity_tbps"]
    if target is None:
        raise FibreError(f"cables.csv, row {cable}: no capacity_tbps is published; give a target")
    return designs(row["length_km"], target, margin_db, subject=f"{row['from_place']}-{row['to_place']}", rows=(f"cables/{cable}",))


@dataclass(frozen=True)
class WayLight:
    """Light along the quickest way between two places, lit through without regeneration.

    Attributes: a, b, sections (cable, km, GSNR of the section alone in dB), whole (all of them joined), weakest (cable of the least GSNR).
    """

    a: str
    b: str
    sections: tuple[tuple[str, float, float], ...]
    whole: Light
    weakest: str

    def figures(self) -> tuple[Figure, ...]:
        """GSNR from end to end and what a fibre pair carries."""
        rows = tuple(f"cables/{name}" for name, _, _ in self.sections)
        note = "80 km spans on land, 75 km in the sea; no regeneration on the way"
        subject = f"{self.a}-{self.b}"
        return (
            Figure(f"gsnr_db:{subject}", f"GSNR {subject}", self.whole.gsnr_db, "dB", rows=rows, note=note),
            Figure(f"pair_tbps:{subject}", f"Capacity of a fibre pair {subject}", self.whole.capacity_tbps, "Tbit/s", rows=rows, note=note),
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON."""
        return {**vars(self), "whole": vars(self.whole), "figures": [figure.as_dict() for figure in self.figures()]}


def light_along(corridor: Corridor, a: str, b: str, route_factor: float | None = None, margin_db: float = MARGIN_DB) -> WayLight:
    """Light along the quickest way between two places: each cable a section, kept by its length, inverse GSNR added up.

    Raises: PlaceError or FibreError for an unknown place, one without fibre, or two that no way joins.
    """
    from daliz.fibre import paths
    from daliz.fibre.latency import calibration, edges
    from daliz.fibre.network import check_factor, ends_of, network

    net = network(corridor)
    a, b = ends_of(corridor, net, a, b)
    factor = calibration(corridor)[0] if route_factor is None else route_factor
    check_factor(factor)
    way = paths.shortest(edges(net, factor), a, b)
    if way is None:
        raise FibreError(f"no way joins {net.names[a]} and {net.names[b]} in the table cables")
    parts = [(name, net.cables[name].km(factor), net.cables[name].kind) for name in way.edges]
    lights = [section(km, SEA_SPAN_KM, PURE_SILICA, REPEATER_NF_DB) if kind == "submarine" else section(km) for _, km, kind in parts]
    whole = joined(lights, gap_db=SHANNON_GAP_DB + margin_db)
    listed = tuple((name, km, one.gsnr_db) for (name, km, _), one in zip(parts, lights, strict=True))
    return WayLight(a, b, listed, whole, min(listed, key=lambda part: part[2])[0])
