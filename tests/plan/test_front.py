"""The search finds exactly the itineraries that no other is better than, as walking all of them by hand does."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.plan_random import COLUMNS, LEGS_AT_MOST, every_itinerary, front_of, small_network

from daliz.freight.plan.search import CO2, COST, RISK, Router


@pytest.mark.parametrize("seed", range(60))
def test_the_front_equals_enumeration_in_every_criterion_set(seed: int) -> None:
    rng = np.random.default_rng(seed)
    small = small_network(rng, services=11)
    router = Router(small.packed()[0])
    for _ in range(3):
        origin, destination = (int(x) for x in rng.choice(small.places, 2, replace=False))
        ready = int(rng.integers(0, 20_000))
        for with_risk in (False, True):
            everything = every_itinerary(small, origin, destination, ready, LEGS_AT_MOST, with_risk)
            for criteria, columns in COLUMNS.items():
                if bool(criteria & RISK) != with_risk:
                    continue
                wanted = front_of(everything, columns)
                for bounded in (True, False):
                    paths = router.search(origin, destination, ready, criteria, rounds=LEGS_AT_MOST, bounded=bounded)
                    found = [tuple(path.vector[column] for column in columns) for path in paths]
                    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("seed", range(60, 90))
def test_a_profile_equals_enumeration_over_all_departures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    small = small_network(rng, services=11)
    router = Router(small.packed()[0])
    for _ in range(3):
        origin, destination = (int(x) for x in rng.choice(small.places, 2, replace=False))
        ready = np.unique(rng.integers(0, 15_000, 6))
        for criteria, columns in ((COST | CO2, (0, 1, 2)), (COST | CO2 | RISK, (0, 1, 2, 3))):
            vectors = [
                (-int(t), *(itinerary[column] for column in columns))
                for t in ready
                for itinerary in every_itinerary(small, origin, destination, int(t), LEGS_AT_MOST, bool(criteria & RISK))
            ]
            wanted = front_of(vectors, range(len(columns) + 1))
            paths = router.search(origin, destination, ready, criteria, rounds=LEGS_AT_MOST)
            found = [(-path.ready, *(path.vector[column] for column in columns)) for path in paths]
            assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("seed", range(90, 105))
def test_limits_leave_exactly_the_part_of_the_front_within_them(seed: int) -> None:
    from daliz.freight.plan.search import Limits

    rng = np.random.default_rng(seed)
    small = small_network(rng, services=12)
    router = Router(small.packed()[0])
    for _ in range(4):
        origin, destination = (int(x) for x in rng.choice(small.places, 2, replace=False))
        whole = router.search(origin, destination, 0, COST | CO2 | RISK, rounds=LEGS_AT_MOST)
        if len(whole) < 2:
            continue
        latest = sorted(path.arrival for path in whole)[len(whole) // 2]
        part = router.search(origin, destination, 0, COST | CO2 | RISK, rounds=LEGS_AT_MOST, limits=Limits(latest=latest))
        assert sorted(p.vector for p in part) == sorted(p.vector for p in whole if p.arrival <= latest)


def test_the_same_question_gives_the_same_paths() -> None:
    small = small_network(np.random.default_rng(11), services=14)
    router = Router(small.packed()[0])
    first = router.search(0, 3, 100, COST | CO2 | RISK)
    again = router.search(0, 3, 100, COST | CO2 | RISK)
    assert [path.legs.tolist() for path in first] == [path.legs.tolist() for path in again]
