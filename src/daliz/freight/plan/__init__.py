"""The planner: every sensible way from A to B, with its price and its risk."""

from daliz.freight.plan.answer import plan
from daliz.freight.plan.query import PlanError, Query
from daliz.freight.plan.results import Plan

__all__ = ["Plan", "PlanError", "Query", "plan"]
