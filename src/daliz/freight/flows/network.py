"""What an assignment is made on: links whose cost rises with their flow, and trips from origins to destinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from daliz.corridor import DalizError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]


class Links(NamedTuple):
    """Links by tail; those that leave node n are `first[n]:first[n + 1]`. Cost at flow x: free (1 + b (x / capacity)^power) + fixed."""

    first: Ints
    tail: Nodes
    head: Nodes
    free: Floats
    b: Floats
    capacity: Floats
    power: Floats
    fixed: Floats


@dataclass(frozen=True)
class AssignmentNetwork:
    """A network in the order in which its links were given.

    Attributes: links (packed, sorted by tail), order (position of each packed link in the order given), nodes (count), first_through (nodes
    below it are zones that trips may start and end in, but not pass), names (of the links, in the order given).
    """

    links: Links
    order: Ints
    nodes: int
    first_through: int
    names: tuple[str, ...]

    @classmethod
    def from_links(
        cls,
        tail: Ints,
        head: Ints,
        free: Floats,
        capacity: Floats,
        b: Floats,
        power: Floats,
        fixed: Floats,
        nodes: int,
        first_through: int = 0,
        names: Sequence[str] = (),
    ) -> AssignmentNetwork:
        """Pack links (one value a link; nodes from 0).

        Raises: DalizError for a node that is not there, or a capacity or cost out of range.
        """
        labels = tuple(names) or tuple(f"{a}-{z}" for a, z in zip(tail, head, strict=True))
        for what, values, fits, expected in (
            ("tail", tail, (tail >= 0) & (tail < nodes), f"a node from 1 to {nodes}"),
            ("head", head, (head >= 0) & (head < nodes), f"a node from 1 to {nodes}"),
            ("capacity", capacity, (capacity > 0) | (b == 0), "more than 0"),
            ("free-flow cost", free + fixed, np.isfinite(free + fixed) & (free >= 0) & (fixed >= 0), "0 or more"),
            ("B", b, b >= 0, "0 or more"),
            ("power", power, power >= 0, "0 or more"),
        ):
            if not fits.all():
                worst = int(np.argmin(fits))
                shown = values[worst] + 1 if what in ("tail", "head") else values[worst]
                raise DalizError(f"link {labels[worst]}: {what} = {shown:g}; expected {expected}")
        order = np.argsort(tail, kind="stable")
        packed = Links(
            first=np.searchsorted(tail[order], np.arange(nodes + 1)).astype(np.int64),
            tail=tail[order].astype(np.int32),
            head=head[order].astype(np.int32),
            free=np.ascontiguousarray(free[order], np.float64),
            b=np.ascontiguousarray(b[order], np.float64),
            capacity=np.where(capacity[order] > 0, capacity[order], 1.0),
            power=np.ascontiguousarray(power[order], np.float64),
            fixed=np.ascontiguousarray(fixed[order], np.float64),
        )
        return cls(packed, order, nodes, first_through, labels)

    def coefficients(self) -> tuple[Floats, Floats]:
        """The kernel's table of packed links (base, rise, power, flow, slope: cost is base + rise x^power), and room for their costs."""
        k = self.links
        zero = np.zeros(len(k.tail))
        table = np.column_stack([k.free + k.fixed, k.free * k.b / k.capacity**k.power, k.power, zero, zero])
        return np.ascontiguousarray(table), zero.copy()

    def cost(self, flow: Floats) -> Floats:
        """Cost of each packed link at its flow."""
        k = self.links
        cost: Floats = k.free * (1 + k.b * (flow / k.capacity) ** k.power) + k.fixed
        return cost

    def slope(self, flow: Floats) -> Floats:
        """How fast the cost of each packed link rises with its flow."""
        k = self.links
        ratio = np.maximum(flow, 0) / k.capacity
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = k.free * k.b * k.power * np.where(ratio > 0, ratio ** (k.power - 1), k.power == 1) / k.capacity
        return np.asarray(np.where(k.power > 0, rise, 0.0), np.float64)

    def objective(self, flow: Floats) -> float:
        """Beckmann's objective: the sum over packed links of the integral of cost from 0 to their flow."""
        k = self.links
        return float(np.sum(k.fixed * flow + k.free * (flow + k.b * flow * (flow / k.capacity) ** k.power / (k.power + 1))))

    def as_given(self, packed: Floats) -> Floats:
        """Values of packed links in the order in which the links were given."""
        given = np.empty_like(packed)
        given[self.order] = packed
        return given


class Demand(NamedTuple):
    """Trips by origin; pairs of origin o are `first[o]:first[o + 1]`.

    Attributes: origins (nodes), first, destination (node of each pair), trips (of each pair, > 0), origin (node of each pair).
    """

    origins: Nodes
    first: Ints
    destination: Nodes
    trips: Floats
    origin: Nodes

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[int, int, float]]) -> Demand:
        """Pack (origin, destination, trips); rows of one pair are added up.

        Raises: DalizError when there are none, or trips are no number.
        """
        if not rows:
            raise DalizError("no demand: there are no trips between different places")
        table = np.asarray(rows, np.float64)
        if not np.isfinite(table[:, 2]).all() or (table[:, 2] < 0).any():
            worst = rows[int(np.argmin(np.where(np.isfinite(table[:, 2]), table[:, 2], -np.inf)))]
            raise DalizError(f"trips from {worst[0] + 1} to {worst[1] + 1} = {worst[2]}; expected a number of 0 or more")
        pairs, which = np.unique(table[:, :2].astype(np.int64), axis=0, return_inverse=True)
        trips = np.bincount(which.ravel(), table[:, 2], len(pairs))
        kept = (trips > 0) & (pairs[:, 0] != pairs[:, 1])
        if not kept.any():
            raise DalizError("no demand: there are no trips between different places")
        pairs, trips = pairs[kept], trips[kept]
        origins, first = np.unique(pairs[:, 0], return_index=True)
        return cls(
            origins.astype(np.int32),
            np.append(first, len(pairs)).astype(np.int64),
            pairs[:, 1].astype(np.int32),
            trips,
            pairs[:, 0].astype(np.int32),
        )
