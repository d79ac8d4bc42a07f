"""`daliz invest`: what to build for a target, or for a budget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from daliz.assess.expansion import Expansion
    from daliz.freight.invest import Answer

UNITS = {"": 1.0, "t": 1.0, "kt": 1e3, "mt": 1e6}


def invest(
    budget: Annotated[float | None, typer.Option(help="Most that may be spent, in USD, such as 1.5e9.")] = None,
    target: Annotated[str | None, typer.Option(help="Cargo a year to be carried, such as 10e6t or 10Mt.")] = None,
    through: Annotated[str | None, typer.Option(help="Only the corridor through this country (ISO code).")] = None,
    close: Annotated[str, typer.Option(help="Countries that it must do without as well, each in a scenario, with commas between.")] = "",
    demand: Annotated[str, typer.Option(help="Factors on demand, each a scenario, with commas between.")] = "1",
    assume_cost: Annotated[float | None, typer.Option("--assume-cost", help="USD for projects without a published cost.")] = None,
    parts: Annotated[bool, typer.Option("--parts", help="Steps may be built in part, not only whole.")] = False,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1, help="Seconds for the solver.")] = 60.0,
    simulate: Annotated[bool, typer.Option("--simulate/--no-simulate", help="Check the answer by simulation.")] = True,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """What to build: the cheapest that carries a target, or the most for a budget; checked by simulation."""
    from daliz.assess.expansion import expansion
    from daliz.corridor import load
    from daliz.freight.invest import invest as ask

    tonnes = None if target is None else _tonnes(target)
    problem = expansion(
        load(corridor),
        budget,
        tonnes,
        through=None if through is None else through.upper(),
        closures=[name.strip().upper() for name in close.split(",") if name.strip()],
        demand_factors=_factors(demand),
        assumed_cost_usd=assume_cost,
        whole=not parts,
    )
    answer = ask(problem.design, tonnes is not None, time_limit_s=time_limit)
    checked = _simulated(problem, answer) if simulate else None
    if as_json:
        _print_json(problem, answer, tonnes, checked)
    else:
        _tell(problem, answer, tonnes, checked)


def _tonnes(text: str) -> float:
    from daliz.freight.invest import InvestError

    found = re.fullmatch(r"\s*([-+0-9.eE]+?)\s*([a-zA-Z]*)\s*", text)
    try:
        if found is None or found.group(2).lower() not in UNITS:
            raise ValueError
        return float(found.group(1)) * UNITS[found.group(2).lower()]
    except ValueError:
        raise InvestError(f"--target {text!r}: expected tonnes a year, such as 10e6t, 10Mt or 500kt") from None


def _factors(text: str) -> list[float]:
    from daliz.freight.invest import InvestError

    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise InvestError(f"--demand {text!r}: expected factors with commas between, such as 0.8,1,1.2") from None


def _scale(problem: Expansion, answer: Answer, tonnes: float | None) -> float:
    """Multiple of the tables' demand that is carried."""
    return (1.0 if tonnes is None else tonnes / problem.tonnes_year) * answer.growth


def _simulated(problem: Expansion, answer: Answer) -> tuple[float, float] | None:
    """TEU a year that the design carries, and that a year of simulation of what is built delivers."""
    from daliz.freight.simulate import simulate

    scale = float(problem.design.amount[:, 0].sum()) / problem.teu_year * answer.growth
    built = problem.built(answer.solution.built)
    result = simulate(built, replications=2, factors=dict.fromkeys(problem.demands, scale), probes=())
    counted = result.throughput.filter(result.throughput["demand"].is_in(list(problem.demands)))
    return problem.teu_year * scale, float(counted["delivered_teu_year"].sum())


def _chosen(problem: Expansion, answer: Answer) -> list[dict[str, object]]:
    return [
        {
            "option": option.name,
            "label": option.label,
            "units": float(units),
            "cost_usd": float(units) * option.cost_usd,
            "project": option.project,
        }
        for option, units in zip(problem.options, answer.solution.built, strict=True)
        if units > 1e-6
    ]


def _print_json(problem: Expansion, answer: Answer, tonnes: float | None, checked: tuple[float, float] | None) -> None:
    from daliz.cli.say import json_text

    solved = answer.solution.solved
    print(
        json_text(
            {
                "reached": answer.reached,
                "why": answer.why,
                "cost_usd": answer.cost,
                "carried_t_year": problem.tonnes_year * _scale(problem, answer, tonnes),
                "target_t_year": tonnes,
                "build": _chosen(problem, answer),
                "full": [{"resource": name, "value": value} for name, value in answer.binding],
                "scenarios": list(problem.design.scenarios),
                "status": solved.status,
                "bound": solved.bound,
                "gap": solved.gap,
                "seconds": solved.seconds,
                "simulated": None if checked is None else {"designed_teu_year": checked[0], "delivered_teu_year": checked[1]},
                "projects_without_cost": list(problem.without_cost),
                "demands_without_service": list(problem.unreachable),
            }
        )
    )


def _tell(problem: Expansion, answer: Answer, tonnes: float | None, checked: tuple[float, float] | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from daliz.cli.say import say

    carried = problem.tonnes_year * _scale(problem, answer, tonnes)
    now = f"the tables ask for {problem.tonnes_year / 1e6:.2f} million t a year"
    worst = f" in each of {len(problem.design.scenarios)} scenarios" if len(problem.design.scenarios) > 1 else ""
    if tonnes is not None and not answer.reached:
        say(f"{tonnes / 1e6:.2f} million t a year cannot be carried{worst}; what keeps it from it is {answer.why}.")
        say(f"The nearest that can be is {carried / 1e6:.2f} million t a year, for {answer.cost / 1e6:,.0f} million USD ({now}).")
    elif tonnes is not None:
        say(f"{carried / 1e6:.2f} million t a year take {answer.cost / 1e6:,.0f} million USD{worst} ({now}).")
    else:
        say(f"{answer.cost / 1e6:,.0f} million USD carry {carried / 1e6:.2f} million t a year{worst} ({now}).")
    grid = Table(box=None, pad_edge=False)
    grid.add_column("units", justify="right")
    grid.add_column("million USD", justify="right", no_wrap=True)
    grid.add_column("build")
    for row in _chosen(problem, answer):
        grid.add_row(
            f"{row['units']:g}", f"{float(str(row['cost_usd'])) / 1e6:,.0f}", f"{row['label']}{' (project)' if row['project'] else ''}"
        )
    if grid.row_count:
        Console(width=80).print(grid)
    if answer.binding:
        say(f"Full then, and worth widening: {', '.join(name for name, _ in answer.binding[:4])}.")
    solved = answer.solution.solved
    if solved.status == "time_limit":
        say(f"The solver ran out of time: this is the best found, at most {100 * solved.gap:.1f} % from the best possible.")
    if checked is not None:
        designed, delivered = checked
        say(
            f"A simulated year with this built delivers {delivered:,.0f} of {designed:,.0f} TEU: {100 * (delivered / designed - 1):+.1f} % "
            f"against the design, which knows no queues and no weather."
        )
    if problem.without_cost:
        say(f"Left out, no cost is published (--assume-cost): {', '.join(problem.without_cost)}.")
    if problem.unreachable:
        say(f"Demand that no service reaches: {', '.join(problem.unreachable)}.")
