"""Daliz: freight, fibre and relations over one corridor between countries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daliz.corridor import Corridor, load

__all__ = ["Corridor", "load"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Tables need Polars, which takes a while to import; `daliz --help` does without.
    if name in __all__:
        from daliz import corridor

        return getattr(corridor, name)
    raise AttributeError(name)
