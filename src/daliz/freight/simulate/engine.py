"""One replication: the arrays of a model put through the kernel, with more room when it asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daliz.corridor.errors import DalizError
from daliz.freight.simulate import records as r
from daliz.freight.simulate.layout import Arenas, Room, cells, lay_out
from daliz.freight.simulate.model import Model

MOST_BOXES = 1 << 23


class UnstableError(DalizError):
    """Queues that grow beyond what can be held."""


@dataclass(frozen=True)
class Outcome:
    """The memory as one replication left it, seen as whole numbers and as reals, and the layout that reads it."""

    arenas: Arenas
    ints: NDArray[np.int64]
    floats: NDArray[np.float64]


class Engine:
    """Runs replications of one model; keeps its arrays between them, so that memory does not grow with their number."""

    def __init__(
        self, model: Model, horizon_h: float, warm_h: float = 0.0, year_h: float = 0.0, room: Room | None = None, lines: bool = True
    ) -> None:
        self.model = model
        self.room = room or Room()
        self._lay: Callable[[Room], Arenas] = lambda space: lay_out(model, horizon_h, warm_h, year_h, space, lines)
        self.arenas = self._lay(self.room)
        self._allocate()

    def _allocate(self) -> None:
        self.floats = cells(self.arenas.length)
        self.ints = self.floats.view(np.int64)

    def start(self) -> None:
        """Set the memory to the start of a run."""
        self.floats[: len(self.arenas.start)] = self.arenas.start

    def run(self, seed: int, replication: int) -> Outcome:
        """One replication; the outcome's arrays are overwritten by the next.

        Raises: UnstableError when more boxes stand in the corridor than can be held; DalizError when steps run in a circle without time.
        """
        from daliz.freight.simulate.kernel import run

        while True:
            self.start()
            error = run(self.ints, self.floats, seed, replication)
            if error == 0:
                return Outcome(self.arenas, self.ints, self.floats)
            self._grow(error)

    def _grow(self, error: int) -> None:
        room = self.room
        if error == r.STUCK:
            raise DalizError("the model runs in a circle of steps none of which takes time")
        grown: dict[int, dict[str, Any]] = {
            r.SLOTS_FULL: {"slots": room.slots * 4},
            r.CARRIERS_FULL: {"carriers": room.carriers * 4},
            r.BOXES_FULL: {"boxes": room.boxes * 4},
            r.WORK_FULL: {"work": room.work * 4},
            r.RING_FULL: {"spells": room.spells * 2},
            r.TRACE_FULL: {"trace": room.trace * 4},
        }
        if max(room.slots, room.boxes, room.carriers, room.spells) > MOST_BOXES:
            raise UnstableError(
                f"queues grow without end: more than {MOST_BOXES:,} boxes, trains or closures stand in the corridor at once"
            )
        self.room = replace(room, **grown[error])
        self.arenas = self._lay(self.room)
        self._allocate()


def compiled_before() -> bool:
    """Whether this very kernel lies compiled in the cache for this processor, so that nothing is to be waited for."""
    from daliz.freight.simulate.kernel import run

    if run.signatures:
        return True
    cache: Any = run._cache
    _, *kernel = cache._index_key((), run.targetctx.codegen())  # the processor, and the text that `run` closes over
    return any(key[1:] == tuple(kernel) for key in cache._cache_file._load_index())
