"""`daliz events`: news event files of GDELT, ICEWS and POLECAT, read at scale into a folder of Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daliz.cli.dataset import JsonOption
from daliz.cli.say import json_text, say

if TYPE_CHECKING:
    from daliz.corridor import DalizError
    from daliz.relations.events import EventStore, FileReport, IngestReport


def events(
    files: Annotated[list[Path] | None, typer.Argument(help="Event files, zipped or not, and folders of them.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to read into; a second run with more files goes on from there.")] = Path("events"),
    pair: Annotated[str | None, typer.Option(help="Keep only events between two countries: KAZ-AZE.")] = None,
    roots: Annotated[str, typer.Option(help="Keep only these CAMEO root codes: 04,05.")] = "",
    jobs: Annotated[int, typer.Option(min=0, help="Workers; 0: one a core.")] = 0,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, to read on its workers.")] = None,
    months: Annotated[Path | None, typer.Option(help="Write counts by month, pair and class to this .parquet or .csv file.")] = None,
    sample: Annotated[Path | None, typer.Option(help="Write a random sample of events to check, as CSV.")] = None,
    sample_size: Annotated[int, typer.Option(min=1, help="Events in the sample.")] = 200,
    event_class: Annotated[str, typer.Option("--class", help="Class whose folding is shown and sampled.")] = "VISIT",
    audit: Annotated[Path | None, typer.Option(help="Checked sample, to say how many events are real.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read event files: keep a pair or all pairs, count by month and class, say what is missing or broken."""
    from daliz.relations.countries import parse_pair
    from daliz.relations.events import ingest, open_store

    inputs = _inputs(files or [])
    report = None
    if inputs or not out.exists():
        report = ingest(inputs, out, parse_pair(pair) if pair else None, _roots(roots), jobs, cluster, None if as_json else _tell)
    if report is not None and report.failed and len(report.failed) == len(report.files) and not report.skipped:
        raise _unread(report, "nothing was read")
    store = open_store(out)
    summary = _summary(store, report, event_class, audit)
    if months is not None:
        _write_months(store, months)
    if sample is not None:
        _write_sample(store, sample, sample_size, event_class)
    if as_json:
        print(json_text(summary))
    else:
        _show(store, report, summary)
    if report is not None and report.failed:
        raise _unread(report, "the others are kept")


def _unread(report: IngestReport, rest: str) -> DalizError:
    from daliz.corridor import DalizError

    lines = "\n".join(f"  {failed.error}" for failed in report.failed)
    return DalizError(f"{len(report.failed)} of {len(report.files) + report.skipped} files could not be read; {rest}\n{lines}")


def _inputs(given: list[Path]) -> list[Path]:
    """Files as given; of a folder, all files in it that are not hidden."""
    found: list[Path] = []
    for path in given:
        found += sorted(item for item in path.iterdir() if item.is_file() and not item.name.startswith(".")) if path.is_dir() else [path]
    return found


def _roots(text: str) -> tuple[int, ...]:
    from daliz.corridor import DalizError

    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        if not part.isdigit() or not 1 <= int(part) <= 20:
            raise DalizError(f"root code {part!r}: expected CAMEO root codes from 01 to 20, with commas between")
    return tuple(sorted({int(part) for part in parts}))


def _tell(report: FileReport) -> None:
    if report.error:
        return
    bad = f", {sum(report.bad.values()):,} broken lines kept aside" if report.bad else ""
    say(f"{report.file}: {report.layout}, {report.rows:,} rows, {report.kept:,} kept{bad}")


def _summary(store: EventStore, report: IngestReport | None, name: str, audit: Path | None) -> dict[str, Any]:
    from daliz.relations.events import read_audit, stages
    from daliz.relations.events.measures import classes_of

    folded = stages(store.rows(), classes_of(name))
    summary: dict[str, Any] = {"folder": str(store.folder), "class": name, "stages": folded, "coverage": store.coverage}
    if report is not None:
        summary |= {"rows": report.rows, "kept": report.kept, "bad": report.bad, "skipped": report.skipped, "files": report.files}
    if audit is not None:
        checked = read_audit(audit)
        summary |= {"precision": checked.precision(name), "corrected": checked.corrected(name, folded.events)}
    return summary


def _show(store: EventStore, report: IngestReport | None, summary: dict[str, Any]) -> None:
    from daliz.relations.events.intake import REASON_WORDS

    if report is not None:
        again = f"; {report.skipped:,} had been read before" if report.skipped else ""
        read = len(report.files) - len(report.failed)
        say(f"Read {read:,} {'file' if read == 1 else 'files'}{again}: {report.rows:,} rows, {report.kept:,} kept in {store.folder}.")
        for reason, count in report.bad.items():
            say(f"{count:,} {'line' if count == 1 else 'lines'} with {REASON_WORDS[reason]}, kept aside in {store.folder / 'rejected'}.", 2)
    folded = summary["stages"]
    say(f"{summary['class']}: {folded.rows:,} coded rows on {folded.pair_days:,} days of a pair;")
    say(f"{folded.countries:,} of two countries, {folded.timely:,} of these reported within a month;", 2)
    say(f"{folded.events:,} events after mirrors and repeated stories are folded.", 2)
    covered = store.coverage
    if covered.exposure:
        never = f" ({len(covered.never_published):,} of these were never published)" if covered.never_published else ""
        there = f"{covered.present:,} of {covered.expected:,}"
        say(f"Files {covered.first} to {covered.last}: {there}, {len(covered.missing):,} missing{never}.")
        say("A time without its file counts as missing, not as a time without events.", 2)
    else:
        say("The files' names say no time, so every month is taken as covered.")
    if "corrected" in summary:
        real = summary["corrected"]
        say(f"Corrected by the audit: {real.value:,.0f} real events ({real.low:,.0f} to {real.high:,.0f}).")


def _write_months(store: EventStore, path: Path) -> None:
    from daliz.corridor import DalizError

    if path.suffix not in (".parquet", ".csv"):
        raise DalizError(f"{path}: expected a name that ends in .parquet or .csv")
    frame = store.months_with_exposure()
    temporary = path.with_name(f".{path.name}.part")
    try:
        if path.suffix == ".csv":
            temporary.write_text(frame.write_csv(), encoding="utf-8")
        else:
            frame.write_parquet(temporary)
        temporary.replace(path)
    except OSError as error:
        raise DalizError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
    say(f"Wrote {frame.height:,} months of pairs and classes to {path}.")


def _write_sample(store: EventStore, path: Path, size: int, name: str) -> None:
    import polars as pl

    from daliz.relations.events import write_sample
    from daliz.relations.events.measures import classes_of

    wanted = store.events().filter(pl.col("class").is_in(list(classes_of(name))))
    say(f"Wrote {write_sample(wanted, path, size):,} events to {path}: fill the column correct with yes or no, then give it as --audit.")
