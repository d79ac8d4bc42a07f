"""How commands print: sentences that fit 80 columns, and JSON that every reader takes (no NaN)."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping
from typing import Any


def say(text: str, indent: int = 0) -> None:
    """Print a sentence, wrapped to 80 columns; further lines stand two spaces in."""
    lead = " " * indent
    print(textwrap.fill(text, 80, initial_indent=lead, subsequent_indent=lead + "  ", break_long_words=False, break_on_hyphens=False))


def json_text(value: object) -> str:
    """JSON of plain values and dataclasses' fields; numbers that are not finite become null."""
    return json.dumps(_finite(value), ensure_ascii=False, indent=1, default=str)


def _finite(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        value = vars(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
