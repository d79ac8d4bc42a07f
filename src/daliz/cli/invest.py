"""`daliz invest`: what to build for a target, or for a budget."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from daliz.assess.checked import Checked
    from daliz.assess.expansion import Expansion
    from daliz.corridor import Corridor
    from daliz.freight.invest import Answer
    from daliz.freight.invest.design import Floats

CLOSE = 0.02
"""Share of the demand that a simulated year may miss before it is said first."""
# Less than a few trains a year is a slip of the unit.
LEAST_TONNES = 1000
UNITS = {"": 1.0, "t": 1.0, "kt": 1e3, "mt": 1e6}


def invest(
    budget: Annotated[float | None, typer.Option(help="Most that may be spent, in USD, such as 1.5e9.")] = None,
    target: Annotated[str | None, typer.Option(help="Cargo a year to be carried, such as 10e6t or 10Mt.")] = None,
    through: Annotated[str | None, typer.Option(help="Only the corridor through this country (ISO code).")] = None,
    close: Annotated[str, typer.Option(help="Countries that it must do without as well, each in a scenario, with commas between.")] = "",
    demand: Annotated[str, typer.Option(help="Factors on demand, each a scenario, with commas between.")] = "1",
    assume_cost: Annotated[float | None, typer.Option("--assume-cost", help="USD for projects without a published cost.")] = None,
    parts: Annotated[bool, typer.Option("--parts", help="Steps may be built in part, not only whole.")] = False,
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.01, help="Seconds for the solver.")] = 60.0,
    simulate: Annotated[bool, typer.Option("--simulate/--no-simulate", help="Check the answer by simulation.")] = True,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """What to build: the cheapest that carries a target, or the most for a budget; checked by simulation."""
    from daliz.assess.checked import corrected
    from daliz.assess.expansion import expansion
    from daliz.corridor import load
    from daliz.freight.invest import invest as ask

    tonnes = None if target is None else _tonnes(target)
    problem = expansion(
        load(corridor),
        budget,
        tonnes,
        through=None if through is None else through.upper(),
        closures=list(dict.fromkeys(name.strip().upper() for name in close.split(",") if name.strip())),
        demand_factors=_factors(demand),
        assumed_cost_usd=assume_cost,
        whole=not parts,
    )
    answer = ask(problem.design, tonnes is not None, time_limit_s=time_limit)
    checked = corrected(problem, answer) if simulate else None
    if as_json:
        _print_json(problem, answer, tonnes, checked)
    else:
        _tell(problem, answer, tonnes, checked, through)


def _tonnes(text: str) -> float:
    from daliz.freight.invest import InvestError

    found = re.fullmatch(r"\s*([-+0-9.eE]+?)\s*([a-zA-Z]*)\s*", text)
    try:
        if found is None or found.group(2).lower() not in UNITS:
            raise ValueError
        tonnes = float(found.group(1)) * UNITS[found.group(2).lower()]
    except ValueError:
        raise InvestError(f"--target {text!r}: expected tonnes a year, such as 10e6t, 10Mt or 500kt") from None
    if 0 < tonnes < LEAST_TONNES:
        raise InvestError(f"--target {text!r} is {tonnes:g} tonnes a year; expected {LEAST_TONNES:,} or more, such as 10e6t, 10Mt or 500kt")
    return tonnes


def _factors(text: str) -> list[float]:
    from daliz.freight.invest import InvestError

    try:
        factors = list(dict.fromkeys(float(part) for part in text.split(",") if part.strip()))
        if not all(map(math.isfinite, factors)):
            raise ValueError
        return factors
    except ValueError:
        raise InvestError(f"--demand {text!r}: expected factors with commas between, such as 0.8,1,1.2") from None


def _scale(problem: Expansion, answer: Answer, tonnes: float | None) -> float:
    """Multiple of the tables' demand that is carried."""
    return (1.0 if tonnes is None else tonnes / problem.tonnes_year) * answer.growth


def _chosen(problem: Expansion, built: Floats) -> list[dict[str, object]]:
    return [
        {
            "option": option.name,
            "label": _named(problem.corridor, option.label),
            "units": float(units),
            "cost_usd": float(units) * option.cost_usd,
            "project": option.project,
        }
        for option, units in zip(problem.options, built, strict=True)
        if units > 1e-6
    ]


def _print_json(problem: Expansion, answer: Answer, tonnes: float | None, checked: tuple[Checked, Checked] | None) -> None:
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
                "build": _chosen(problem, answer.solution.built),
                "full": [{"resource": name, "value": value} for name, value in answer.binding],
                "scenarios": list(problem.design.scenarios),
                "status": solved.status,
                "bound": solved.bound,
                "gap": solved.gap,
                "seconds": solved.seconds,
                "simulated": None if checked is None else _measured(checked[0]),
                "widened": None
                if checked is None
                else {
                    **_measured(checked[1]),
                    "cost_usd": checked[1].cost_usd,
                    "needs_budget": checked[1].needs_budget,
                    "build": _chosen(problem, checked[1].units),
                },
                "projects_without_cost": list(problem.without_cost),
                "demands_without_service": list(problem.unreachable),
                "demands_set_aside": {country: list(demands) for country, demands in problem.set_aside.items()},
            }
        )
    )


def _measured(plan: Checked) -> dict[str, float]:
    return {
        "designed_teu_year": plan.wanted_teu_year,
        "delivered_teu_year": plan.delivered_teu_year,
        "low": plan.low,
        "high": plan.high,
        "gap": plan.gap,
    }


def _named(tables: Corridor, text: str) -> str:
    """Words about rows, with names of places and services where ids of them stand."""
    from daliz.corridor.places import short_names

    names = short_names(tables) | {f"services/{row}": name for row, name in tables["services"].select("id", "name").iter_rows()}
    for row, place, operation in tables["terminals"].select("id", "place", "operation").iter_rows():
        names[f"terminals/{row}"] = f"{names[place]}, {operation.replace('_', ' ')}"
    for row, start, end in tables["links"].select("id", "from_place", "to_place").iter_rows():
        names[f"links/{row}"] = f"line {names[start]} - {names[end]}"
    names |= {f"fleets/{row}": name for row, name in tables["fleets"].select("id", "name").iter_rows()}
    return re.sub(r"[\w/]+", lambda word: names.get(word.group(), word.group()), text)


def _tell(problem: Expansion, answer: Answer, tonnes: float | None, checked: tuple[Checked, Checked] | None, through: str | None) -> None:
    from daliz.cli.say import say

    carried = problem.tonnes_year * _scale(problem, answer, tonnes)
    now = f"the tables ask for {problem.tonnes_year / 1e6:,.2f} million t a year"
    worst = f" in each of {len(problem.design.scenarios)} scenarios" if len(problem.design.scenarios) > 1 else ""
    short = checked is not None and checked[0].gap < -CLOSE
    nothing = answer.reached and not answer.cost and through is None
    if nothing:
        _tell_nothing_to_build(problem, carried)
    if checked is not None and short:
        _tell_shortfall(problem, carried, *checked)
        _tell_open_year(problem)
    if not answer.reached and tonnes is not None:
        why = _named(problem.corridor, answer.why)
        say(f"By yearly capacities {tonnes / 1e6:,.2f} million t a year cannot be carried{worst}; what keeps it from it is {why}.")
        # Rounded down, and told as finely as it takes to tell it from the target.
        digits = 2 if tonnes - carried >= 1e4 else 6
        nearest = math.floor(carried * 10 ** (digits - 6)) / 10**digits
        say(f"The nearest that can be is {nearest:,.{digits}f} million t a year, for {answer.cost / 1e6:,.0f} million USD ({now}).")
    elif tonnes is not None and not nothing:
        if answer.why:
            say("The solver ran out of time: what it found carries the target, and something cheaper may carry it too.")
        say(f"By yearly capacities {carried / 1e6:,.2f} million t a year take {answer.cost / 1e6:,.0f} million USD{worst} ({now}).")
    elif not nothing:
        say(f"By yearly capacities {answer.cost / 1e6:,.0f} million USD carry {carried / 1e6:,.2f} million t a year{worst} ({now}).")
    _tell_units(_chosen(problem, answer.solution.built))
    if answer.binding:
        full = "; ".join(_named(problem.corridor, name) for name, _ in answer.binding[:4])
        say(f"Full then, and worth widening: {full}.")
    _tell_certainty(problem, answer, checked)
    if problem.without_cost:
        names = dict(problem.corridor["projects"].select("id", "name").iter_rows())
        say(f"Left out, no cost is published (--assume-cost): {'; '.join(names.get(row, row) for row in problem.without_cost)}.")
    _tell_set_aside(problem)
    if problem.unreachable:
        say(f"Demand that no service reaches: {', '.join(problem.unreachable)}.")


def _tell_set_aside(problem: Expansion) -> None:
    """The cargo that does not count while its own country is closed."""
    from daliz.cli.say import say
    from daliz.relations.countries import country_name

    total = len(problem.demands)
    for country, demands in problem.set_aside.items():
        if demands:
            say(f"While {country_name(country)} is closed, the cargo that begins or ends there does not count "
                f"({len(demands)} of {total} rows of the table demands).")  # fmt: skip


def _tell_nothing_to_build(problem: Expansion, carried: float) -> None:
    """That the services that there are suffice by capacity, and how to ask about one corridor alone."""
    from daliz.cli.say import say
    from daliz.freight.flows.families import gates

    say(f"By yearly capacities there is nothing to build: the services that there are carry {carried / 1e6:,.2f} million t a year "
        f"(the tables ask for {problem.tonnes_year / 1e6:.2f}).")  # fmt: skip
    ways = " or ".join(f"--through {gate}" for gate in gates(problem.corridor))
    say(f"Cargo may take any way in the tables, whatever country it passes. To ask about one corridor alone, add {ways}.")


def _share(plan: Checked) -> str:
    low, high = (100 * (end / plan.wanted_teu_year - 1) for end in (plan.low, plan.high))
    return f"{100 * plan.gap:+.1f} %, {low:+.1f} to {high:+.1f} between replications"


def _tell_shortfall(problem: Expansion, carried: float, first: Checked, best: Checked) -> None:
    """That the plan does not carry what it was made for, and what of it widening where the simulation waits mends."""
    from daliz.cli.say import say

    say(
        f"The plan falls short when a year is simulated: {first.delivered_teu_year:,.0f} of {first.wanted_teu_year:,.0f} TEU "
        f"({_share(first)}), so it is no answer yet for {carried / 1e6:,.2f} million t a year."
    )
    if best.units is first.units:
        say(f"No option{' within the budget' if best.needs_budget else ''} mends what cargo waits for there.")
        return
    more = best.units - first.units
    say(f"Widened where the simulated cargo waits, for {best.cost_usd / 1e6:,.0f} million USD in all, it delivers "
        f"{best.delivered_teu_year:,.0f} TEU ({_share(best)}). That is more than the design by:")  # fmt: skip
    _tell_units(_chosen(problem, more))
    if best.gap < -CLOSE:
        waits = "; ".join(_named(problem.corridor, name) for name in list(best.waits)[:3])
        limit = "the budget comes; more money may mend more" if best.needs_budget else "the options come, with any budget"
        say(f"That is as near as {limit}. What cargo waits for then: {waits}.")
    else:
        say(f"That is within {CLOSE:.0%} of what was asked for, which counts as met here.")


def _tell_open_year(problem: Expansion) -> None:
    """What the simulation leaves out where scenarios close a country."""
    from daliz.cli.say import say

    if problem.set_aside:
        say("The simulated year has every country open; it says nothing of the scenarios in which one is closed.")


def _tell_units(chosen: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False)
    grid.add_column("units", justify="right")
    grid.add_column("million USD", justify="right", no_wrap=True)
    grid.add_column("build")
    for row in chosen:
        grid.add_row(
            f"{row['units']:g}", f"{float(str(row['cost_usd'])) / 1e6:,.0f}", f"{row['label']}{' (project)' if row['project'] else ''}"
        )
    if grid.row_count:
        Console(width=80).print(grid)


def _tell_certainty(problem: Expansion, answer: Answer, checked: tuple[Checked, Checked] | None) -> None:
    """How sure cost and capacity are."""
    from daliz.cli.say import say

    solved = answer.solution.solved
    if solved.status == "time_limit":
        far = (
            f"at most {100 * solved.gap:.1f} % from the best possible"
            if math.isfinite(solved.gap)
            else "how far from the best is not known"
        )
        say(f"The solver ran out of time: this is the best found, {far}.")
    if checked is not None and checked[0].gap >= -CLOSE:
        say(f"A simulated year with this built delivers {checked[0].delivered_teu_year:,.0f} of {checked[0].wanted_teu_year:,.0f} TEU "
            f"({_share(checked[0])}).")  # fmt: skip
        _tell_open_year(problem)
    if answer.cost:
        say("Costs have no interval: those of projects are as published, those of steps are single estimates.")
