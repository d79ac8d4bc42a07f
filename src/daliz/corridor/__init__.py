"""Floor 1: the corridor's tables, read, checked and changed. It knows no lens."""

from daliz.corridor.errors import DalizError, DatasetError, MissingExtraError, PlaceError, Problem
from daliz.corridor.model import Corridor, load, problems_of
from daliz.corridor.places import find_place

__all__ = ["Corridor", "DalizError", "DatasetError", "MissingExtraError", "PlaceError", "Problem", "find_place", "load", "problems_of"]
