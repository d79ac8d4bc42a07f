"""Checking typed tables against their declaration and against one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from daliz.corridor.errors import Problem
from daliz.corridor.names import did_you_mean
from daliz.corridor.read import EXPECTED, FIRST_ROW_LINE, capped, typed_column
from daliz.corridor.schema import Column, Table, tables

Frames = Mapping[str, pl.DataFrame]

MODE_ENDS = {
    "sea": ("seaport", "port_rail", "waypoint"),
    "ferry": ("seaport", "port_rail", "waypoint"),
    "rail": ("inland_port", "station", "rail_border", "seaport", "city", "port_rail"),
    "road": ("inland_port", "station", "rail_border", "seaport", "city", "port_rail"),
}
ORDERED_COLUMNS = (
    ("terminals", ("service_min_h", "service_h", "service_max_h")),
    ("terminals", ("opens_h", "closes_h")),
    ("fleets", ("crossing_min_h", "crossing_h", "crossing_max_h")),
    ("hazards", ("closed_min_h", "closed_h", "closed_max_h")),
    ("cables", ("length_low_km", "length_km", "length_high_km")),
    ("observations", ("low", "high")),
    ("emissions", ("factor_low", "factor", "factor_high")),
)
MUST_HAVE_ROWS = ("places", "sources")


def check(frames: Frames) -> list[Problem]:
    """Every problem of the tables, in the order of the tables: columns, keys, references, then the rules between tables."""
    problems: list[Problem] = []
    for name, frame in frames.items():
        table = tables()[name]
        if frame.is_empty() and name in MUST_HAVE_ROWS:
            problems.append(Problem(f"{name}.csv", None, None, None, "the table has no rows; expected at least one"))
        problems += _duplicate_keys(table, frame)
        for column in table.columns:
            problems += _column_problems(table, column, frame)
            if column.reference:
                problems += _reference_problems(table, column, frames)
        problems += _assumed_fields(table, frame)
    for rule in RULES:
        problems += capped(list(rule(frames)))
    return problems


def _cells(table: Table, column: Column, frame: pl.DataFrame, bad: pl.Series, expected: str) -> list[Problem]:
    rows = bad.fill_null(False).arg_true().to_list()
    cells = frame[column.name]
    found = [Problem(f"{table.name}.csv", row + FIRST_ROW_LINE, column.name, _shown(cells[row]), expected) for row in rows]
    return capped(found)


def _shown(value: object) -> str | None:
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _column_problems(table: Table, column: Column, frame: pl.DataFrame) -> list[Problem]:
    values = frame[column.name]
    problems: list[Problem] = []
    if column.required:
        problems += _cells(table, column, frame, values.is_null(), f"must not be empty; it holds: {column.description}")
    if column.minimum is not None:
        low = values <= column.minimum if column.above_minimum else values < column.minimum
        sign = "more than" if column.above_minimum else "at least"
        problems += _cells(table, column, frame, low, f"expected {sign} {column.minimum:g} {column.unit}".rstrip())
    if column.maximum is not None:
        problems += _cells(table, column, frame, values > column.maximum, f"expected at most {column.maximum:g} {column.unit}".rstrip())
    if column.choices:
        for row in (~values.is_in(list(column.choices)) & values.is_not_null()).arg_true().to_list():
            expected = f"expected one of {', '.join(column.choices)}{did_you_mean(values[row], column.choices)}"
            problems.append(Problem(f"{table.name}.csv", row + FIRST_ROW_LINE, column.name, values[row], expected))
    if column.pattern:
        wrong = ~values.str.contains(column.pattern)
        problems += _cells(table, column, frame, wrong, f"expected the form {column.pattern.strip('^$')}")
    return capped(problems)


def _duplicate_keys(table: Table, frame: pl.DataFrame) -> list[Problem]:
    keys = frame.select(table.key).with_row_index("row")
    again = keys.filter(pl.struct(table.key).is_first_distinct().not_() & pl.all_horizontal(pl.col(table.key).is_not_null()))
    found = []
    for values in again.iter_rows(named=True):
        same = (keys[part] == values[part] for part in table.key)
        first = next(i for i, hit in enumerate(zip(*same, strict=True)) if all(hit))
        key = ";".join(str(values[part]) for part in table.key)
        expected = f"the key stands already in line {first + FIRST_ROW_LINE}; keys must differ"
        found.append(Problem(f"{table.name}.csv", values["row"] + FIRST_ROW_LINE, ";".join(table.key), key, expected))
        if len(found) > 50:
            break
    return capped(found)


def _reference_problems(table: Table, column: Column, frames: Frames) -> list[Problem]:
    assert column.reference is not None
    target, target_column = column.reference
    if target not in frames:
        return []
    valid = frames[target][target_column].drop_nulls().to_list()
    cells = frames[table.name].select(pl.col(column.name)).with_row_index("row")
    if column.type == "list":
        cells = cells.explode(column.name)
    wrong = cells.filter(pl.col(column.name).is_not_null() & ~pl.col(column.name).is_in(valid))
    found = []
    for row, value in wrong.head(60).iter_rows():
        expected = f"no such row in {target}.csv{did_you_mean(value, valid) if len(valid) < 20_000 else ''}"
        found.append(Problem(f"{table.name}.csv", row + FIRST_ROW_LINE, column.name, value, expected))
    return capped(found)


def _assumed_fields(table: Table, frame: pl.DataFrame) -> list[Problem]:
    if "assumed_fields" not in table.column_names:
        return []
    names = frame.select("assumed_fields").with_row_index("row").explode("assumed_fields").drop_nulls()
    wrong = names.filter(~pl.col("assumed_fields").is_in(list(table.column_names)))
    return capped(
        [
            Problem(
                f"{table.name}.csv",
                row + FIRST_ROW_LINE,
                "assumed_fields",
                value,
                f"expected columns of this table{did_you_mean(value, table.column_names)}",
            )
            for row, value in wrong.iter_rows()
        ]
    )


def _ordered(frames: Frames) -> Iterator[Problem]:
    for name, columns in ORDERED_COLUMNS:
        if name not in frames:
            continue
        frame = frames[name].with_row_index("row")
        for i, small in enumerate(columns):
            for large in columns[i + 1 :]:
                for row in frame.filter(pl.col(small) > pl.col(large)).iter_rows(named=True):
                    expected = f"must not be more than {large} = {row[large]:g}"
                    yield Problem(f"{name}.csv", row["row"] + FIRST_ROW_LINE, small, f"{row[small]:g}", expected)


def _links_meet(frames: Frames) -> Iterator[Problem]:
    if not {"links", "places"} <= frames.keys():
        return
    kinds = dict(frames["places"].select("id", "kind").iter_rows())
    for row in frames["links"].with_row_index("row").iter_rows(named=True):
        line = row["row"] + FIRST_ROW_LINE
        if row["from_place"] is not None and row["from_place"] == row["to_place"]:
            yield Problem("links.csv", line, "to_place", row["to_place"], "a link must join two different places")
        ends = MODE_ENDS.get(row["mode"])
        for end in ("from_place", "to_place"):
            kind = kinds.get(row[end])
            if ends and kind in tables()["places"].column("kind").choices and kind not in ends:
                expected = f"a {row['mode']} link cannot end at a {kind}; expected one of {', '.join(ends)}"
                yield Problem("links.csv", line, end, row[end], expected)


def _stops_chain(frames: Frames) -> Iterator[Problem]:
    if not {"stops", "links", "services"} <= frames.keys():
        return
    ends = {row["id"]: row for row in frames["links"].iter_rows(named=True)}
    modes = dict(frames["services"].select("id", "mode").iter_rows())
    before: dict[str, tuple[int, str]] = {}
    order = frames["stops"].with_row_index("row").sort("service", "seq", maintain_order=True, nulls_last=True)
    for row in order.iter_rows(named=True):
        line, service, place = row["row"] + FIRST_ROW_LINE, row["service"], row["place"]
        link = ends.get(row["link"])
        if service in before and row["link"] is None:
            yield Problem("stops.csv", line, "link", None, "must not be empty after the first stop")
        elif service in before and link is not None:
            previous = before[service][1]
            forward = (link["from_place"], link["to_place"]) == (previous, place)
            back = (link["to_place"], link["from_place"]) == (previous, place) and link["direction"] != "forward"
            if not (forward or back):
                expected = f"the link runs {link['from_place']} - {link['to_place']}, expected one from {previous} to {place}"
                yield Problem("stops.csv", line, "link", row["link"], expected)
            if service in modes and modes[service] != link["mode"]:
                expected = f"a {link['mode']} link on a {modes[service]} service"
                yield Problem("stops.csv", line, "link", row["link"], expected)
        if service is not None:
            before[service] = (row["seq"], place)


def _misfit(frames: Frames, table: Table, column: Column, text: str | None) -> str | None:
    """What the column expects, when the text of an effect does not fit it."""
    values, bad = typed_column(column, pl.Series(column.name, [text], dtype=pl.String))
    if bad[0]:
        return EXPECTED[column.type]
    frame = pl.DataFrame({column.name: values})
    problems = _column_problems(table, column, frame)
    if column.reference:
        problems += _reference_problems(table, column, {**frames, table.name: frame})
    return problems[0].expected if problems else None


def _effects_fit(frames: Frames) -> Iterator[Problem]:
    if "effects" not in frames:
        return
    seen: dict[tuple[str, str, str, str], int] = {}
    for row in frames["effects"].with_row_index("index").iter_rows(named=True):
        line, name = row["index"] + FIRST_ROW_LINE, row["table"]
        if name not in tables() or name not in frames:
            continue
        table = tables()[name]
        if row["column"] is not None and row["column"] not in table.column_names:
            expected = f"{name} has no such column{did_you_mean(row['column'], table.column_names)}"
            yield Problem("effects.csv", line, "column", row["column"], expected)
        elif row["column"] in table.key:
            yield Problem("effects.csv", line, "column", row["column"], f"a project cannot change the key of {name}")
        elif row["column"] is not None:
            for side in ("before", "after"):
                misfit = _misfit(frames, table, table.column(row["column"]), row[side])
                if misfit and not (side == "before" and row[side] is None):
                    yield Problem("effects.csv", line, side, row[side], f"{name}.{row['column']}: {misfit}")
        ids = frames[name]["id"].drop_nulls().to_list()
        if row["row"] is not None and row["row"] not in ids:
            yield Problem("effects.csv", line, "row", row["row"], f"no such row in {name}.csv{did_you_mean(row['row'], ids)}")
        cell = (row["project"], name, row["row"], row["column"])
        if cell in seen:
            yield Problem("effects.csv", line, "column", row["column"], f"the same project sets this cell already in line {seen[cell]}")
        seen.setdefault(cell, line)


def _projects_acyclic(frames: Frames) -> Iterator[Problem]:
    if "projects" not in frames:
        return
    after = {row["id"]: row["after_projects"] or [] for row in frames["projects"].iter_rows(named=True)}
    lines = {row["id"]: row["row"] + FIRST_ROW_LINE for row in frames["projects"].with_row_index("row").iter_rows(named=True)}
    done: set[str] = set()
    for start in after:
        path: list[str] = []
        stack = [(start, iter(after[start]))] if start not in done else []
        while stack:
            name, rest = stack[-1]
            path = [entry[0] for entry in stack]
            following = next(rest, None)
            if following is None:
                done.add(name)
                stack.pop()
            elif following in path:
                cycle = " -> ".join([*path[path.index(following) :], following])
                yield Problem("projects.csv", lines[name], "after_projects", following, f"a cycle of effects: {cycle}")
                done.update(path)
                break
            elif following not in done and following in after:
                stack.append((following, iter(after[following])))


RULES: tuple[Callable[[Frames], Iterator[Problem]], ...] = (_ordered, _links_meet, _stops_chain, _effects_fit, _projects_acyclic)
