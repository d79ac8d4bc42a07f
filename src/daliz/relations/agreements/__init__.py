"""The register of agreements: what was signed, what is in force, what hangs on it, what was reported last and what is overdue."""

from daliz.relations.agreements.edit import add_agreement, set_agreement
from daliz.relations.agreements.follow_up import FollowUp, follow_up, follow_up_rate
from daliz.relations.agreements.register import (
    STAGES,
    Signing,
    StockGap,
    documents,
    last_date,
    of_countries,
    select,
    signed_and_in_force,
    signings,
    stock_gaps,
)

__all__ = [
    "STAGES",
    "FollowUp",
    "Signing",
    "StockGap",
    "add_agreement",
    "documents",
    "follow_up",
    "follow_up_rate",
    "last_date",
    "of_countries",
    "select",
    "set_agreement",
    "signed_and_in_force",
    "signings",
    "stock_gaps",
]
