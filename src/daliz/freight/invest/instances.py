"""Published network design problems: SNDlib (Orlowski, Wessäly, Pióro, Tomaszewski 2010) and Canad (Crainic, Frangioni, Gendron 2001)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import scipy.sparse as sparse

from daliz.freight.invest.design import Design, Ints, InvestError, Options, undirected

_LINK = re.compile(r"\S+ \( (\S+) (\S+) \) (\S+) (\S+) (\S+) \S+ \((.*)\)")
_DEMAND = re.compile(r"\S+ \( (\S+) (\S+) \) (\S+) (\S+) \S+")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvestError(f"{path}: cannot be read ({error.strerror})") from error


def _section(path: Path, text: str, name: str) -> list[str]:
    found = re.search(rf"\n{name} \(\n(.*?)\n\)", text, re.DOTALL)
    if found is None:
        raise InvestError(f"{path}: no section {name}; expected a network in SNDlib's native format")
    return [line.strip() for line in found.group(1).splitlines() if line.strip() and not line.strip().startswith("#")]


def _fewest_sources(pairs: Ints) -> Ints:
    """Pairs turned so that few nodes are sources, for demands without direction: greedily, the node with most open pairs first."""
    turned = pairs.copy()
    open_pairs = np.ones(len(pairs), bool)
    while open_pairs.any():
        node = int(np.bincount(pairs[open_pairs].ravel()).argmax())
        mine = open_pairs & (pairs == node).any(1)
        turned[mine, 1] = pairs[mine].sum(1) - node
        turned[mine, 0] = node
        open_pairs &= ~mine
    return turned


def read_sndlib(path: str | Path, undirected_links: bool, undirected_demands: bool) -> Design:
    """A network in SNDlib's native format with modular link capacities.

    Parameters: undirected_links (both directions share a link's capacity; otherwise each has it), undirected_demands (either end may be
    the source).
    Raises: InvestError with file and line.
    """
    file = Path(path)
    text = _text(file)
    index = {line.split()[0]: i for i, line in enumerate(_section(file, text, "NODES"))}
    ends, rows, modules = [], [], []
    for line in _section(file, text, "LINKS"):
        found = _LINK.match(line)
        if found is None:
            raise InvestError(f"{file}: link {line[:60]!r}; expected 'id ( from to ) capacity cost routing setup ( module cost ... )'")
        ends.append((index[found.group(1)], index[found.group(2)]))
        rows.append([float(found.group(i)) for i in (3, 4, 5)])
        cells = [float(cell) for cell in found.group(6).split()]
        modules.append(list(zip(cells[::2], cells[1::2], strict=True)))
    pairs, amounts = [], []
    for line in _section(file, text, "DEMANDS"):
        found = _DEMAND.match(line)
        if found is None:
            raise InvestError(f"{file}: demand {line[:60]!r}; expected 'id ( from to ) unit value limit'")
        pairs.append((index[found.group(1)], index[found.group(2)]))
        amounts.append(float(found.group(3)) * float(found.group(4)))
    between = np.array(pairs)
    if undirected_demands:
        between = _fewest_sources(between)
    there = np.array(rows)
    network = undirected(np.array(ends), there[:, 2], there[:, 0], modules, shared=undirected_links)
    return Design(
        nodes=len(index),
        origin=between[:, 0],
        destination=between[:, 1],
        amount=np.array(amounts)[:, None],
        probability=np.ones(1),
        fixed_cost=float(there[:, 1].sum()),
        **network,  # type: ignore[arg-type]
    )


def read_canad(path: str | Path) -> Design:
    """A multicommodity capacitated fixed-charge problem (`.dow`): each arc is opened at a fixed cost, or not used.

    Raises: InvestError when the file is no such problem.
    """
    file = Path(path)
    cells = [line.split() for line in _text(file).splitlines() if line.strip()]
    try:
        nodes, arcs, commodities = (int(cell) for cell in cells[1])
        arc = np.array(cells[2 : 2 + arcs])[:, :5].astype(float)
        demand = np.array(cells[2 + arcs : 2 + arcs + commodities])[:, :3].astype(float)
    except (ValueError, IndexError) as error:
        raise InvestError(f"{file}: {error}; expected nodes, arcs, commodities; then arcs; then commodities") from error
    if len(arc) != arcs or len(demand) != commodities:
        raise InvestError(f"{file}: {len(arc)} arcs and {len(demand)} commodities; the head says {arcs} and {commodities}")
    options = Options(
        names=tuple(f"arc {int(a)}-{int(z)}" for a, z in arc[:, :2]),
        cost=arc[:, 4],
        most=np.ones(arcs),
        whole=np.ones(arcs, bool),
        adds=sparse.csr_matrix(sparse.diags(arc[:, 3])),
    )
    return Design(
        nodes=nodes,
        tail=arc[:, 0].astype(np.int64) - 1,
        head=arc[:, 1].astype(np.int64) - 1,
        cost=arc[:, 2],
        use=sparse.csr_matrix(sparse.eye(arcs)),
        resources=options.names,
        capacity=np.zeros((arcs, 1)),
        origin=demand[:, 0].astype(np.int64) - 1,
        destination=demand[:, 1].astype(np.int64) - 1,
        amount=demand[:, 2:3],
        probability=np.ones(1),
        options=options,
    )
