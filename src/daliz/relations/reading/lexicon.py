"""The words reading knows, kept as CSV files in `data/`: names of countries and towns, offices, documents, moods, patterns.

People and institutions come from the corridor's table `actors`, with the spellings that stand there; other transliterations of a
surname (Tokayev, Toqayev, Tokajew, Токаев) are recognised by their sound. Leaders of other countries come from `data/leaders.csv`
(recalled, with the years of office): a surname alone counts where the column `alone` holds it, else beside the office.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from daliz.corridor.errors import DalizError
from daliz.corridor.names import fold
from daliz.relations.countries import Country, countries, country_code, spellings
from daliz.relations.reading.tokens import words_of


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one of the files in `data/`."""
    with (files("daliz.relations.reading") / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))


@cache
def words(name: str) -> frozenset[str]:
    """One of the word lists in `data/words.csv`."""
    return next(frozenset(row["words"].split()) for row in rows("words") if row["set"] == name)


@dataclass(frozen=True)
class Actor:
    """One row of the actors table, ready for reading: its term of office as ISO text, its rank from its office."""

    id: str
    name: str
    kind: str
    country: str | None
    rank: str
    since: str
    until: str
    spellings: tuple[str, ...]
    alone: tuple[str, ...] = ()

    def in_office(self, day: str | None) -> bool:
        """Whether the term covers the day; unknown ends are open."""
        return day is None or (self.since[:10] <= day and (not self.until or day[: len(self.until)] <= self.until))


@dataclass(frozen=True)
class Entry:
    """What a spelling stands for: a country, its adjective, a town, a person, an institution, an office, a body or a group of countries."""

    symbol: str
    country: str | None = None
    actors: tuple[Actor, ...] = ()
    rank: str = ""
    many: bool = False
    name: str = ""
    members: tuple[str, ...] = ()
    unsure: bool = False


RANK_WORDS = (
    ("deputy prime minister", "minister"),
    ("prime minister", "head_of_government"),
    ("deputy foreign", "minister"),
    ("minister of foreign affairs", "foreign_minister"),
    ("foreign minister", "foreign_minister"),
    ("minister", "minister"),
    ("assistant to the president", "official"),
    ("representative of the president", "official"),
    ("ambassador", "ambassador"),
    ("president of socar", "official"),
    ("chair", "official"),
    ("president of", "head_of_state"),
    ("president", "head_of_state"),
)


def _rank(role: str) -> str:
    plain = role.casefold()
    if "foreign" in plain and "deputy foreign" not in plain and "policy" not in plain:
        return "foreign_minister"
    return next((rank for words, rank in RANK_WORDS if words in plain), "official")


# `Heads` are heads of state only beside a group of countries.
OFFICES = MappingProxyType({"one": "R", "many": "M", "region": "k"})
NOTE = re.compile(r" \([^)]*\)$")


def _listed(value: object) -> tuple[str, ...]:
    parts = value.split(";") if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(NOTE.sub("", str(part).strip()) for part in parts if part and str(part).strip())


def actors_from(table: Iterable[Mapping[str, object]]) -> tuple[Actor, ...]:
    """Actors from rows of the corridor's table `actors` (id, name, kind, role, country, from_date, to_date, aliases).

    Raises: DalizError for a country that is none, with the nearest names.
    """
    actors = []
    for row in table:
        country = str(row.get("country") or "")
        try:
            code = country_code(country) if country else None
        except DalizError as error:
            raise DalizError(f"actors, row {row.get('id')!r}, column country: {error}") from None
        actors.append(
            Actor(
                str(row["id"]),
                str(row["name"]),
                str(row["kind"]),
                code,
                _rank(str(row.get("role") or "")),
                str(row.get("from_date") or ""),
                str(row.get("to_date") or ""),
                (str(row["name"]).split(" (")[0], *_listed(row.get("aliases"))),
            )
        )
    return tuple(actors)


_RUSSIAN = dict(zip("абвгдезийклмнопрстуфхцэ", "abvgdeziiklmnoprstufhce", strict=True))
_KAZAKH = dict(zip("әғқңөүұһі", "agqnouuhi", strict=True))
_PAIRS = {"ё": "e", "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sh", "ы": "y", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
CYRILLIC = str.maketrans({**_RUSSIAN, **_KAZAKH, **_PAIRS})
DOUBLED = re.compile(r"(.)\1")
SOUNDS = (("kh", "h"), ("zh", "j"), ("x", "h"), ("q", "k"), ("w", "v"), ("j", "i"), ("y", "i"), ("gh", "g"), ("ou", "u"))


@cache
def sound(word: str) -> str:
    """A surname's sound, the same for its usual transliterations.

    >>> {sound(name) for name in ("Tokayev", "Toqayev", "Tokaev", "Tokajew", "Токаев")}
    {'tokaev'}
    >>> sound("Əliyev") == sound("Aliyev") == sound("Алиев")
    True
    """
    plain = fold(word.casefold().translate(CYRILLIC))
    for letters, sounded in SOUNDS:
        plain = plain.replace(letters, sounded)
    plain = DOUBLED.sub(r"\1", plain)
    for ending in ("iev", "ieva"):
        if plain.endswith(ending):
            stem = plain[: -len(ending)].rstrip("i")
            plain = stem + ending[1:]
    return plain


def _is_body(spelling: str) -> bool:
    return any(word in spelling.casefold() for word in ("council", "commission", "committee"))


def _key(spelling: str) -> tuple[str, ...]:
    return tuple(filter(None, (fold(word) or word for word in words_of(spelling))))


@cache
def _leaders() -> tuple[Actor, ...]:
    found = []
    for row in rows("leaders"):
        spellings = (row["name"], *_listed(row["spellings"]))
        found.append(
            Actor("", row["name"], "person", row["country"], row["rank"], row["since"], row["until"], spellings, _listed(row["alone"]))
        )
    return tuple(found)


def _telling(name: str) -> str:
    return max(re.split(r"[\s.'’-]+", name), key=lambda word: (word[:1].isupper(), len(word)))


class Lexicon:
    """Spellings -> entries, as a table from the first word to every longer spelling that begins with it."""

    def __init__(self, actors: Iterable[Actor]) -> None:
        self.by_first: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
        self.surnames: dict[str, tuple[Actor, ...]] = {}
        self.actors = tuple(actors)
        self.chiefs = {row["code"]: row["chief"] for row in rows("forms") if row["chief"]}
        self.surname_first = frozenset(row["code"] for row in rows("forms") if row["surname"] == "first")
        self._add_countries()
        self._add_prefixed()
        for row in rows("roles"):
            self._add(row["phrase"], Entry(OFFICES[row["number"]], rank=row["rank"], many=row["number"] != "one"))
        for row in rows("letters"):
            if " " in row["word"]:
                self._add(row["word"], Entry(row["letter"], name=row["word"]))
        for row in rows("groups"):
            for name in filter(None, dict.fromkeys((row["name"], row["adjective"]))):
                self._add(name, Entry("Z", name=row["name"], members=tuple(row["countries"].split())))
        for row in rows("regions"):
            self._add(row["name"], Entry("W", name=row["name"]))
        for row in rows("bodies"):
            self._add(row["name"], Entry("B", name=row["name"], rank=row["kind"]))
        self._add_actors()
        self.leaders = tuple(self._known(leader) or leader for leader in _leaders())
        self._add_leaders()
        self.capitals = frozenset(self._capitals())
        for listed in self.by_first.values():
            listed.sort(key=lambda pair: -len(pair[0]))

    def _capitals(self) -> Iterable[str]:
        """The telling word of each name as it is usually written, to skip texts that hold none of them."""
        for country in countries().values():
            yield from map(_telling, (country.name, *country.aliases))
        for row in rows("forms"):
            for column in ("names", "demonyms", "capitals", "places"):
                yield from map(_telling, _listed(row[column]))
        yield from (_telling(row["name"]) for row in rows("bodies"))
        for actor in self.actors:
            yield from (spelling.split()[-1] if actor.kind == "person" else _telling(spelling) for spelling in actor.spellings)

        for leader in self.leaders:
            yield from leader.alone

    def _add(self, spelling: str, entry: Entry) -> None:
        key = _key(spelling)
        if key:
            self.by_first.setdefault(key[0], []).append((key, entry))

    def _add_countries(self) -> None:
        forms = {row["code"]: row for row in rows("forms")}
        for country in countries().values():
            form = forms.get(country.code, {})
            names = (country.name, *country.aliases, *_listed(form.get("names")))
            for name in dict.fromkeys(name for name in names if len(name) > 3 or name.isupper()):
                self._add(name, Entry("C", country.code, name=country.name))
            self._add_states(country, names, _listed(form.get("demonyms")))
            for column, symbol in (("demonyms", "D"), ("capitals", "L"), ("places", "L")):
                for name in _listed(form.get(column)):
                    self._add(name, Entry(symbol, country.code, name=name))
        for row in rows("landmarks"):
            self._add(row["name"], Entry("L", row["code"], name=row["name"]))
        for row in rows("towns"):
            self._add(row["name"], Entry("L", row["code"], name=row["name"], unsure=True))

    def _add_prefixed(self) -> None:
        """`Franco-German`, `Sino-Russian`: both countries in one adjective."""
        demonyms = [(row["code"], name) for row in rows("forms") for name in _listed(row["demonyms"])]
        for row in rows("prefixes"):
            for code, name in demonyms:
                self._add(f"{row['prefix']}-{name}", Entry("J", name=f"{row['prefix']}-{name}", members=(row["country"], code)))

    def _add_states(self, country: Country, names: Iterable[str], adjectives: Iterable[str]) -> None:
        """Its full names: the Kingdom of Morocco, the Italian Republic."""
        own = {fold(name) for name in names}
        bare = [name for name in names if " of " not in name and not name.isupper()]
        for row in rows("states"):
            column, words = ("name", bare) if "{name}" in row["form"] else ("adjective", adjectives)
            for full in (row["form"].format(**{column: word}) for word in words):
                if fold(full) not in spellings() and fold(full) not in own:
                    self._add(full, Entry("C", country.code, name=country.name))

    def _add_actors(self) -> None:
        people: dict[str, list[Actor]] = {}
        surnames: dict[str, list[Actor]] = {}
        for actor in self.actors:
            for spelling in dict.fromkeys(actor.spellings):
                if actor.kind == "person":
                    if len(spelling.split()) > 1:
                        people.setdefault(spelling, []).append(actor)
                        surnames.setdefault(sound(spelling.split()[-1]), []).append(actor)
                    elif len(spelling) > 2:
                        surnames.setdefault(sound(spelling), []).append(actor)
                elif actor.kind == "place":
                    if actor.country and actor.name not in {country.name for country in countries().values()}:
                        self._add(spelling, Entry("L", actor.country, name=actor.name))
                elif _is_body(spelling):
                    # Councils and commissions are read by the grammar, with the countries that stand in their names.
                    continue
                elif actor.country is None:
                    self._add(spelling, Entry("B", name=actor.name, rank="organisation"))
                else:
                    self._add(spelling, Entry("I", actor.country, (actor,), name=actor.name))
        for spelling, held in people.items():
            self._add(spelling, Entry("P", held[0].country, tuple(held), name=held[0].name))
        self.surnames = {key: tuple(dict.fromkeys(held)) for key, held in surnames.items()}

    def _known(self, leader: Actor) -> Actor | None:
        """The corridor's own row of a leader, where it has one."""
        held = self.surnames.get(sound(leader.name.split()[-1]), ())
        found = next((actor for actor in held if actor.country == leader.country and actor.rank == leader.rank), None)
        return None if found is None else replace(found, alone=leader.alone)

    def _add_leaders(self) -> None:
        """Leaders by their full names, and by surname where it tells enough by itself."""
        people: dict[str, list[Actor]] = {}
        surnames: dict[str, list[Actor]] = {}
        for leader in self.leaders:
            for spelling in leader.spellings:
                people.setdefault(spelling, []).append(leader)
            for word in leader.alone:
                surnames.setdefault(fold(word), []).append(leader)
        for spelling, held in people.items():
            if not any(entry.symbol == "P" for key, entry in self.by_first.get(fold(spelling.split()[0]), ()) if key == _key(spelling)):
                self._add(spelling, Entry("P", held[0].country, tuple(held), name=held[0].name))
        self.alone = {word: tuple(held) for word, held in surnames.items()}

    def leader(self, name: str, rank: str | None, day: str | None) -> Actor | None:
        """Whom an office and a surname mean together (`President Ruto`), where only one country's leader fits."""
        surname = sound(name.split()[-1])
        held = [one for one in self.leaders if one.rank == rank and one.in_office(day) and sound(one.name.split()[-1]) == surname]
        return held[0] if len({one.country for one in held}) == 1 else None

    def surnames_of(self, name: str, country: str) -> tuple[str, ...]:
        """The words by which a person named in full is called afterwards: Ruto; Wang or Yi; Sabah of Al-Sabah."""
        words = name.replace("-", " ").split()
        return (words[0], words[-1]) if country in self.surname_first else (words[-1],)

    def chief(self, country: str) -> str:
        """The office that leads a country: head of government where a president or king reigns only."""
        return self.chiefs.get(country, "head_of_state")

    def bearer(self, surname: str, country: str, rank: str | None, day: str | None) -> Actor | None:
        """Whom a country and a surname mean together (`Korea's President Yoon`), where only one of its leaders fits."""
        held = {
            one.name: one
            for one in self.leaders
            if one.country == country and one.in_office(day) and rank in (None, one.rank) and surname in self.surnames_of(one.name, country)
        }
        return next(iter(held.values())) if len(held) == 1 else None

    def longest(self, folded: list[str], start: int) -> tuple[int, Entry] | None:
        """The longest spelling that begins at a word: how many words, and what it stands for."""
        for key, entry in self.by_first.get(folded[start], ()):
            if folded[start : start + len(key)] == list(key):
                return len(key), entry
        return None

    def officeholder(self, country: str | None, rank: str, day: str | None) -> Actor | None:
        """Who held an office on a day, when the actors table names exactly one."""
        held = {
            actor.id or actor.name: actor
            for actor in (*self.actors, *self.leaders)
            if actor.kind == "person" and actor.country == country and actor.rank == rank and actor.in_office(day)
        }
        return next(iter(held.values())) if len(held) == 1 else None
