"""Reading GDELT event files: Daliz beside lazy Polars, DuckDB and pandas on the same rows.

Every reader answers the same questions: which rows of CAMEO roots 04 and 05 lie between two countries, and how many rows of these roots
there are for all pairs by year and code. The rows are synthetic, with the widths and shares of a real export (61 columns, some 500 bytes a
row). The answers must be equal. DALIZ_BENCH_ROWS sets how many rows (default 4,000,000).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from daliz.relations.events import ingest, open_store

ROWS = int(os.environ.get("DALIZ_BENCH_ROWS", "4000000"))
BLOCK = 100_000
COLUMNS = 61
KEPT = (0, 1, 7, 17, 26, 30, 31, 33, 34, 59, 60)
PAIR = ("KAZ", "AZE")
RESULTS = Path(__file__).parent / "results" / "events.json"
CODES = ["010", "020", "036", "040", "042", "043", "046", "051", "057", "061", "071", "112", "120", "173", "190"]
COUNTRIES = ["", "USA", "RUS", "CHN", "KAZ", "AZE", "TUR", "GEO", "UZB", "DEU", "FRA", "IRN", "ARM", "KGZ", "GBR", "EUR"]


def block(seed: int, rows: int) -> bytes:
    """Synthetic lines of the GDELT 2.0 layout."""
    rng = np.random.default_rng(seed)
    code = rng.choice(CODES, rows)
    sides = rng.choice(COUNTRIES, (2, rows), p=[0.45, *[0.55 / 15] * 15])
    day = rng.integers(1, 29, rows)
    month = rng.integers(1, 13, rows)
    numbers = rng.integers(1, 40, (3, rows))
    stories = rng.integers(0, 1 << 62, rows)
    place = "4\tAlmaty, Almaty City, Kazakhstan (general), Kazakhstan\tKZ\tKZ02\t25479\t43.25\t76.95\t-2342872"
    lines = []
    for i in range(rows):
        date = f"2024{month[i]:02d}{day[i]:02d}"
        sides_text = "\t".join(f"{side}GOV\t{side} MINISTRY\t{side}\t\t\t\t\tGOV\t\t" for side in sides[:, i])
        head = f"{seed * rows + i + 400_000_000}\t{date}\t{date[:6]}\t2024\t2024.{date[4:]}\t{sides_text}"
        counts = "\t".join(str(number) for number in numbers[:, i])
        what = f"1\t{code[i]}\t{code[i]}\t{code[i][:2]}\t1\t2.8\t{counts}\t-1.76470588235294"
        url = f"https://www.example.org/news/world/{date}/a-story-about-two-countries-{stories[i]:016x}.html"
        lines.append("\t".join([head, what, place, place, place, f"{date}120000", url]))
    return ("\n".join(lines) + "\n").encode()


def make(path: Path, rows: int) -> float:
    """Write a file of that many rows; returns its size in GB."""
    own = [block(seed, BLOCK) for seed in range(2)]
    with path.open("wb") as file:
        for index in range(rows // BLOCK):
            file.write(own[index % len(own)])
    # The disk must not still be writing while the readers are timed.
    os.sync()
    return path.stat().st_size / 1e9


def timed(call: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Shortest wall time of a call, and its last answer."""
    spent = []
    answer = None
    for _ in range(times):
        start = time.perf_counter()
        answer = call()
        spent.append(time.perf_counter() - start)
    return min(spent), answer


def in_turns(calls: dict[str, Callable[[], Any]], rounds: int = 5) -> tuple[dict[str, float], dict[str, Any]]:
    """Shortest wall time and last answer of each call; they take turns, so that a busy minute of the machine falls on all."""
    best = dict.fromkeys(calls, float("inf"))
    answers = {}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            answers[name] = call()
            best[name] = min(best[name], time.perf_counter() - start)
    return best, answers


def daliz_read(path: Path, folder: Path, pair: tuple[str, str] | None, roots: tuple[int, ...] = (4, 5)) -> pl.DataFrame:
    """Rows of a fresh store."""
    shutil.rmtree(folder, ignore_errors=True)
    ingest([path], folder, pair, roots)
    return open_store(folder).rows().collect()


def polars_pair(path: Path) -> pl.DataFrame:
    """The lazy Polars script: scan, filter, narrow columns."""
    names = [f"c{i}" for i in range(COLUMNS)]
    frame = pl.scan_csv(path, has_header=False, separator="\t", quote_char=None, schema=dict.fromkeys(names, pl.String))
    both = (pl.col("c7") == PAIR[0]) & (pl.col("c17") == PAIR[1]) | (pl.col("c7") == PAIR[1]) & (pl.col("c17") == PAIR[0])
    keep = [f"c{i}" for i in KEPT]
    return frame.filter(pl.col("c28").is_in(["04", "05"]) & both).select(keep).collect(engine="streaming")


def polars_between(path: Path) -> pl.LazyFrame:
    """Rows of all pairs, for the two lazy Polars scripts below."""
    names = [f"c{i}" for i in range(COLUMNS)]
    frame = pl.scan_csv(path, has_header=False, separator="\t", quote_char=None, schema=dict.fromkeys(names, pl.String))
    wanted = pl.col("c28").is_in(["04", "05"]) & (pl.col("c7") != "") & (pl.col("c17") != "") & (pl.col("c7") != pl.col("c17"))
    return frame.filter(wanted)


def polars_dyads(path: Path) -> pl.DataFrame:
    """The lazy Polars script that only counts all pairs: less work than Daliz, which keeps every row."""
    return polars_between(path).group_by("c7", "c17", "c3", "c26").len().collect(engine="streaming")


def polars_parquet(path: Path, target: Path) -> int:
    """The lazy Polars script that keeps the same columns of all pairs' rows in Parquet, as Daliz does, and counts them."""
    keep = [f"c{i}" for i in KEPT]
    polars_between(path).select(keep).sink_parquet(target, compression="zstd", compression_level=1)
    return pl.scan_parquet(target).collect().height


def duckdb_dyads(path: Path) -> dict[tuple[str, ...], int]:
    """The plain SQL query for all pairs."""
    import duckdb

    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(COLUMNS))
    source = f"read_csv('{path}', columns={{{columns}}}, delim='\t', header=false, quote='', escape='', nullstr='')"
    query = (
        f"select c7, c17, c3, c26, count(*) from {source} where c28 in ('04', '05') and c7 is not null and c17 is not null "
        f"and c7 <> c17 group by all"
    )
    return {tuple(row[:4]): row[4] for row in duckdb.sql(query).fetchall()}


def pandas_pair(path: Path, rows: int) -> int:
    """pandas reading all columns in chunks; returns rows found."""
    import pandas as pd

    found = 0
    for frame in pd.read_csv(path, sep="\t", header=None, dtype=str, quoting=3, chunksize=200_000, nrows=rows):
        both = (frame[7] == PAIR[0]) & (frame[17] == PAIR[1]) | (frame[7] == PAIR[1]) & (frame[17] == PAIR[0])
        found += int((frame[28].isin(["04", "05"]) & both).sum())
    return found


def unzip(path: Path) -> int:
    """Only unpacking, as the bar for zipped files."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        total = 0
        while part := file.read(8 << 20):
            total += len(part)
    return total


def peak_mb(path: Path, store: Path) -> float:
    """Peak memory of a process that does nothing but read that file, MB (Linux; ru_maxrss would tell that of the parent too)."""
    program = (
        "import re, sys; from pathlib import Path; from daliz.relations.events import ingest; "
        "ingest([Path(sys.argv[1])], Path(sys.argv[2]), ('KAZ', 'AZE'), (4, 5)); "
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()).group(1)) / 1024)"
    )
    shutil.rmtree(store, ignore_errors=True)
    done = subprocess.run([sys.executable, "-c", program, str(path), str(store)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Print the table and write results/events.json."""
    with tempfile.TemporaryDirectory() as place:
        results = run(Path(place))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def run(place: Path) -> dict[str, Any]:
    """Measure every reader in a scratch folder."""
    path, store = place / "events.csv", place / "store"
    gigabytes = make(path, ROWS)
    daliz_read(path, store, PAIR)
    readers: dict[str, Callable[[], Any]] = {
        "Daliz, one pair": lambda: daliz_read(path, store, PAIR),
        "lazy Polars, one pair": lambda: polars_pair(path),
        "Daliz, all pairs, roots 04 and 05": lambda: daliz_read(path, store, None),
        "lazy Polars, all pairs, into Parquet": lambda: polars_parquet(path, place / "polars.parquet"),
        "lazy Polars, all pairs, only counted": lambda: polars_dyads(path),
        "DuckDB SQL, all pairs, only counted": lambda: duckdb_dyads(path),
    }
    best, answers = in_turns(readers)
    lines = [(name, seconds, ROWS) for name, seconds in best.items()]
    pair_rows, by_polars, all_rows, rows_by_polars, groups, by_sql = answers.values()
    few = min(ROWS, 400_000)
    quarter = place / "quarter.csv"
    make(quarter, ROWS // 4)
    memory = {ROWS // 4: peak_mb(quarter, store), ROWS: peak_mb(path, store)}
    seconds, by_pandas = timed(lambda: pandas_pair(path, few), 1)
    lines.append(("pandas, all columns", seconds, few))

    zipped = place / "20240311.export.CSV.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(quarter, "20240311.export.CSV")
    seconds, _ = timed(lambda: unzip(zipped))
    lines.append(("only unzipping (zlib)", seconds, ROWS // 4))
    seconds, _ = timed(lambda: daliz_read(zipped, store, PAIR))
    lines.append(("Daliz, zipped, one pair", seconds, ROWS // 4))

    own = all_rows.group_by("source", "target", pl.col("date").dt.year().cast(pl.String), "code").len()
    equal_sql = {tuple(row[:4]): row[4] for row in own.iter_rows()} == by_sql
    equal_polars = groups.height == len(by_sql) and pair_rows.height == by_polars.height and all_rows.height == rows_by_polars
    print(f"{ROWS:,} rows, {gigabytes:.2f} GB, {os.cpu_count()} cores")
    for name, spent, rows in lines:
        print(f"  {name:36} {spent:7.2f} s  {rows / spent / 1e6:6.2f} M rows/s")
    print(f"  answers equal to SQL: {equal_sql}; to lazy Polars: {equal_polars}")
    print(f"  rows of the pair: {pair_rows.height:,}; by pandas among {few:,}: {by_pandas:,}")
    print("  peak memory of Daliz: " + ", ".join(f"{peak:,.0f} MB for {rows:,} rows" for rows, peak in memory.items()))
    growth = many_files(place)
    return {
        "rows": ROWS,
        "gigabytes": gigabytes,
        "rates": {name: rows / spent for name, spent, rows in lines},
        "equal_sql": equal_sql,
        "equal_polars": equal_polars,
        "peak_mb": {str(rows): peak for rows, peak in memory.items()},
        "files": growth,
    }


def many_files(place: Path) -> list[tuple[int, float]]:
    """Time of reading 50, 100, 200 and 400 zipped files of a quarter of an hour each."""
    content = block(1, 2_000)
    folder = place / "quarters"
    folder.mkdir()
    names = []
    for index in range(400):
        path = folder / f"202403{1 + index // 96:02d}{index % 96 // 4:02d}{index % 4 * 15:02d}00.export.CSV.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(path.stem, content)
        names.append(path)
    growth = []
    for count in (50, 100, 200, 400):
        seconds, _ = timed(
            lambda count=count: (shutil.rmtree(place / "many", ignore_errors=True), ingest(names[:count], place / "many")), 3
        )
        growth.append((count, seconds))
        print(f"  {count:4} files of 2,000 rows, zipped         {seconds:7.2f} s  {count * 2000 / seconds / 1e6:6.2f} M rows/s")
    return growth


if __name__ == "__main__":
    main()
