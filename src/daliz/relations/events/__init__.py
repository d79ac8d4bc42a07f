"""The world's news events at scale: GDELT, ICEWS and PLOVER/POLECAT files read, folded, counted by month and held against an audit."""

from daliz.relations.events.audit import Audit, read_audit, write_sample
from daliz.relations.events.coverage import Coverage, coverage
from daliz.relations.events.fold import Stages, fold, monthly, stages
from daliz.relations.events.intake import FileReport, IngestReport, ingest
from daliz.relations.events.measures import EventStore, open_store

__all__ = [
    "Audit",
    "Coverage",
    "EventStore",
    "FileReport",
    "IngestReport",
    "Stages",
    "coverage",
    "fold",
    "ingest",
    "monthly",
    "open_store",
    "read_audit",
    "stages",
    "write_sample",
]
