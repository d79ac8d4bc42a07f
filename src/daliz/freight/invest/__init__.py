"""Investment: which projects and expansions reach a target at least cost, or the most for a budget."""

from daliz.freight.invest.answer import Answer, invest
from daliz.freight.invest.arcs import arc_model
from daliz.freight.invest.design import Design, InvestError, Options
from daliz.freight.invest.routes import RouteSolution, solve_routes
from daliz.freight.invest.solve import Solved, solve

__all__ = ["Answer", "Design", "InvestError", "Options", "RouteSolution", "Solved", "arc_model", "invest", "solve", "solve_routes"]
