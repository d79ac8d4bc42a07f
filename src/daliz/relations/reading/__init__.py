"""Reading: an English news article or statement turned into dated events with parties, numbers and exact quotes."""

from daliz.relations.reading.events import KINDS, STATUSES, Party, ReadEvent, Reading
from daliz.relations.reading.reader import Reader
from daliz.relations.reading.text import ReadingError

__all__ = ["KINDS", "STATUSES", "Party", "ReadEvent", "Reader", "Reading", "ReadingError"]
