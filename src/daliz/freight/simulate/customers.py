"""Customers of one queue that nobody else uses: served one after the other without the list of events.

They come in their order from one source and are gone after one service, so that nothing can come between: the whole run is one loop.
Source: Kiefer and Wolfowitz (1955); cost: O(servers) a customer.
"""

from __future__ import annotations

from typing import Any

from daliz.freight.simulate import records as r
from daliz.freight.simulate.cranes import first_free
from daliz.freight.simulate.draws import draw, jit
from daliz.freight.simulate.memory import note_stay
from daliz.freight.simulate.pools import next_arrival


@jit
def serve_all(Z: Any, F: Any, source: int) -> None:
    """Serve all customers of a source, from its next arrival to the end of the run."""
    s = Z[source + r.O_STEP]
    res, law, out = Z[s + r.S_RES], Z[s + r.S_DIST], Z[s + r.S_NEXT]
    free, servers, line = Z[res + r.R_FREE], Z[res + r.R_SERVERS], Z[res + r.R_LINE]
    warm, last = F[r.G_WARM], F[r.G_END]
    came, counted, service, wait, squares, longest, busy = 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0
    gone, stay, stay_squares, longest_stay = 0, 0.0, 0.0, 0.0
    t = F[source + r.O_NEXT]
    while t <= last:
        j = free + first_free(F, free, servers)
        start = max(t, F[j])
        hours = draw(Z, F, law)
        end = start + hours
        F[j] = end
        came += 1
        if t >= warm:
            counted += 1
            service += hours
            wait += start - t
            squares += (start - t) * (start - t)
            longest = max(longest, start - t)
        if end >= warm and end <= last:
            gone += 1
            stay += end - t
            stay_squares += (end - t) * (end - t)
            longest_stay = max(longest_stay, end - t)
        busy += max(0.0, min(end, last) - max(start, warm))
        if line > 0:
            note_stay(Z, F, line, t, start, 1.0)
        t = next_arrival(Z, F, source, t)
    F[source + r.O_NEXT] = t
    Z[r.H_EVENTS] += came + gone
    F[res + r.R_BUSYTIME] += busy
    F[s + r.S_SERVICE] += service
    _book(F, s, counted, wait, squares, longest)
    _book(F, out, gone, stay, stay_squares, longest_stay)


@jit
def _book(F: Any, s: int, n: int, wait: float, squares: float, longest: float) -> None:
    F[s + r.S_N] += float(n)
    F[s + r.S_WAIT] += wait
    F[s + r.S_SQUARES] += squares
    F[s + r.S_WAITMAX] = max(F[s + r.S_WAITMAX], longest)
