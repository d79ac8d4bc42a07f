"""Made-up design problems of a corridor's kind: long and narrow, all cargo from one end to the other, projects where it is fullest."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.freight.invest.design import Design, Floats, Ints, Options


def corridor_like(nodes: int = 20, links: int = 40, demands: int = 20, projects: int = 8, scenarios: int = 3, seed: int = 0) -> Design:
    """Nodes in a strip of 9,000 km by 2,500 km, the shortest tree and the shortest further links, demand from east to west, and budget
    for some projects.
    """
    rng = np.random.default_rng(seed)
    place = np.column_stack([rng.uniform(0, 9000, nodes), rng.uniform(0, 2500, nodes)])
    far = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    tree = csgraph.minimum_spanning_tree(sparse.csr_matrix(far)).tocoo()
    pairs = {(min(a, b), max(a, b)) for a, b in zip(tree.row.tolist(), tree.col.tolist(), strict=True)}
    upper = np.column_stack(np.triu_indices(nodes, 1))
    for a, b in upper[np.argsort(far[upper[:, 0], upper[:, 1]])].tolist():
        if len(pairs) >= links:
            break
        pairs.add((a, b))
    ends = np.array(sorted(pairs))
    count = len(ends)
    length = far[ends[:, 0], ends[:, 1]]
    tail, head = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    cost = np.tile(length * rng.uniform(0.02, 0.06, count), 2)
    east, west = np.argsort(-place[:, 0])[: max(2, nodes // 4)], np.argsort(place[:, 0])[: max(2, nodes // 4)]
    origin, destination = rng.choice(east, demands), rng.choice(west, demands)
    factor = rng.lognormal(0, 0.25, scenarios)
    amount = rng.gamma(2, 6, demands)[:, None] * factor[None] / factor.mean()
    load = _all_on_cheapest(nodes, tail, head, cost, origin, destination, amount.mean(1))
    capacity = np.tile(rng.uniform(0.1, 0.5, count), 2) * load.max()
    full = np.argsort(-np.maximum(load[:count], load[count:]) / capacity[:count])[:projects]
    size = capacity[full] * rng.uniform(0.7, 2, projects)
    price = length[full] * size * rng.uniform(0.02, 0.06, projects)
    both = np.concatenate([full, full + count]), np.tile(np.arange(projects), 2)
    options = Options(
        names=tuple(f"project {i}" for i in range(projects)),
        cost=price,
        most=np.ones(projects),
        whole=np.ones(projects, bool),
        adds=sparse.csr_matrix((np.tile(size, 2), both), shape=(2 * count, projects)),
    )
    return Design(
        nodes=nodes,
        tail=tail,
        head=head,
        cost=cost,
        use=sparse.csr_matrix(sparse.eye(2 * count)),
        resources=tuple(f"arc {i}" for i in range(2 * count)),
        capacity=np.repeat(capacity[:, None], scenarios, 1),
        origin=origin,
        destination=destination,
        amount=amount,
        probability=np.full(scenarios, 1 / scenarios),
        options=options,
        budget=0.3 * float(price.sum()),
        unserved_cost=1.5 * 9000 * 0.06,
        scenarios=tuple(f"demand {i}" for i in range(scenarios)),
    )


def _all_on_cheapest(nodes: int, tail: Ints, head: Ints, cost: Floats, origin: Ints, destination: Ints, amount: Floats) -> Floats:
    """Load of each arc when all demand goes the cheapest way."""
    graph = sparse.csr_matrix((cost, (tail, head)), shape=(nodes, nodes))
    _, before = csgraph.dijkstra(graph, return_predecessors=True)
    arc = {(a, b): i for i, (a, b) in enumerate(zip(tail.tolist(), head.tolist(), strict=True))}
    load = np.zeros(len(tail))
    for a, b, q in zip(origin, destination, amount, strict=True):
        at = int(b)
        while at != a:
            previous = int(before[a, at])
            load[arc[previous, at]] += q
            at = previous
    return load
