"""Lets the planner's tests import the rows that they share; other packages install a `tests` of their own, so that name is not sure."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
