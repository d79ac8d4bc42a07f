"""From wanted lines to typed events: one narrow table whatever the source."""

from __future__ import annotations

import io

import polars as pl

from daliz.relations.countries import countries, spellings
from daliz.relations.events.layouts import Layout, event_codes

SCHEMA: dict[str, pl.DataType] = {
    "event_id": pl.String(),
    "date": pl.Date(),
    "source": pl.String(),
    "target": pl.String(),
    "code": pl.String(),
    "class": pl.String(),
    "goldstein": pl.Float64(),
    "mentions": pl.Int64(),
    "articles": pl.Int64(),
    "tone": pl.Float64(),
    "added": pl.Date(),
    "story": pl.String(),
}
DAY_FORMATS = {"gdelt": "%Y%m%d", "other": "%Y-%m-%d"}


def text_columns(kept: bytes, layout: Layout) -> pl.DataFrame:
    """The fields of the layout as text, from lines that have passed the gate."""
    ordered = sorted(layout.positions.items(), key=lambda item: item[1])
    frame = pl.read_csv(
        io.BytesIO(kept),
        has_header=False,
        separator="\t",
        quote_char=None,
        infer_schema=False,
        columns=[position for _, position in ordered],
        truncate_ragged_lines=True,
    )
    frame.columns = [field for field, _ in ordered]
    return frame


def typed_events(text: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.Series]:
    """Typed events, and a mask of the rows whose values could not be read (they are not among the events)."""
    day = DAY_FORMATS["gdelt" if layout.name.startswith("gdelt") else "other"]
    if layout.name == "polecat":
        text = _plover(text)
    present = set(text.columns)

    def number(name: str, dtype: pl.DataType) -> pl.Expr:
        return pl.col(name).cast(dtype, strict=False) if name in present else pl.lit(None, dtype=dtype)

    def word(name: str) -> pl.Expr:
        return pl.col(name) if name in present else pl.lit(None, dtype=pl.String)

    added = word("added").str.slice(0, 8 if day == "%Y%m%d" else 10)
    story = pl.coalesce(word("url"), word("story"), word("event_id"))
    frame = text.with_row_index("line").select(
        "line",
        word("event_id").alias("event_id"),
        word("date").str.slice(0, 10).str.to_date(day, strict=False).alias("date"),
        _iso(word("source")).alias("source"),
        _iso(word("target")).alias("target"),
        word("code").str.strip_chars().alias("code"),
        _class_of(word("code")).alias("class"),
        number("goldstein", pl.Float64()).alias("goldstein"),
        _counted(text, "mentions"),
        _counted(text, "articles"),
        number("tone", pl.Float64()).alias("tone"),
        added.str.to_date(day, strict=False).alias("added"),
        story.alias("story"),
    )
    readable = frame["date"].is_not_null() & frame["mentions"].is_not_null() & frame["class"].is_not_null()
    return frame.filter(readable).drop("line"), ~readable


def _counted(text: pl.DataFrame, name: str) -> pl.Expr:
    """A count of mentions or articles; a source that gives none has one row a report."""
    value = pl.col(name).cast(pl.Int64, strict=False) if name in text.columns else pl.lit(1, dtype=pl.Int64)
    return value.alias(name)


def _plover(text: pl.DataFrame) -> pl.DataFrame:
    """PLOVER types take the place of CAMEO codes; a consultation in the mode of a visit is one."""
    visit = (pl.col("type").str.to_uppercase() == "CONSULT") & (pl.col("mode").str.to_lowercase() == "visit")
    return text.with_columns(pl.when(visit).then(pl.lit("042")).otherwise(pl.col("type").str.to_uppercase()).alias("code"))


def _iso(code: pl.Expr) -> pl.Expr:
    """ISO codes for codes and names that are countries'; a code of a region or group (AFR, EUR) stays as it is."""
    by_spelling = _iso_map()
    return code.replace_strict(by_spelling, default=code, return_dtype=pl.String)


def _iso_map() -> dict[str, str]:
    found = {code: code for code in countries()}
    for country in countries().values():
        for name in (country.name, *country.aliases):
            found[name] = country.code
    return found


def _class_of(code: pl.Expr) -> pl.Expr:
    """Class of a code: the longest declared code that it begins with."""
    table = {name: entry.name for name, entry in event_codes().items()}
    clean = code.str.strip_chars()
    return pl.coalesce(
        clean.str.slice(0, 3).replace_strict(table, default=None, return_dtype=pl.String),
        clean.str.slice(0, 2).replace_strict(table, default=None, return_dtype=pl.String),
        clean.replace_strict({name: name for name in table.values()} | table, default=None, return_dtype=pl.String),
    )


def codes_of(country: str) -> list[str]:
    """All three-letter codes that event data give a country (ROU is ROM in CAMEO)."""
    aliases = countries()[country].aliases if country in countries() else ()
    return [country, *(name for name in aliases if len(name) == 3 and name.isupper() and spellings().get(name.casefold()) == country)]
