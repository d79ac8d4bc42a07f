"""What the fibre room says when it cannot use what it was given."""

from __future__ import annotations

from daliz.corridor.errors import DalizError


class FibreError(DalizError):
    """A grid, place, cable or rate that no fibre can be planned with."""
