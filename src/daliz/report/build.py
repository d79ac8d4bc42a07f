"""Builds the dossier: runs every section on a corridor, pools their figures, and adds what needs the pool."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from daliz.corridor import Corridor, DalizError
from daliz.corridor.figures import Figure
from daliz.corridor.names import did_you_mean
from daliz.report.section import Section, Words
from daliz.report.sections import glance, published, sources

# Sections that share costly results stand in one strand; strands are computed beside each other, the longest first.
STRANDS = (("changes", "whatif"), ("connection", "carries", "holds"), ("digital", "agenda", "relation"), ("depends",))
# The order of the dossier; `glance` comes first and `published` and `sources` last, because they need the figures of all others.
LENSES = (
    ("connection", "The connection"),
    ("carries", "What it carries"),
    ("holds", "What holds it back"),
    ("digital", "The digital corridor"),
    ("agenda", "The agenda"),
    ("relation", "The relation"),
    ("changes", "What the agreements change"),
    ("whatif", "What if"),
    ("depends", "Who depends on whom"),
)


@dataclass(frozen=True)
class Dossier:
    """A finished dossier: two countries, the corridor that it was computed on, sections in order and all figures."""

    pair: tuple[str, str]
    corridor: Corridor
    sections: Sequence[Section]
    figures: Sequence[Figure]

    def as_dict(self) -> dict[str, Any]:
        """The dossier's figures and rows as plain values, stable for programs (`daliz report --json`)."""
        return {
            "pair": list(self.pair),
            "corridor": {"origin": self.corridor.origin, "history": list(self.corridor.history)},
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "lead": section.lead,
                    "figures": [figure.as_dict() for figure in section.figures],
                    **({"extra": dict(section.extra)} if section.extra else {}),
                }
                for section in self.sections
            ],
        }


def check_pair(corridor: Corridor, pair: tuple[str, str]) -> tuple[str, str]:
    """The two country codes, if the corridor knows both. Raises: DalizError with the nearest code otherwise."""
    known = corridor["places"]["country"].unique().to_list() + corridor["actors"]["country"].drop_nulls().unique().to_list()
    first, second = (code.upper() for code in pair)
    for code in (first, second):
        if code not in known:
            raise DalizError(f"no country {code!r} in the corridor; expected an ISO 3166 code such as KAZ{did_you_mean(code, known)}")
    if first == second:
        raise DalizError(f"a dossier is about two countries, and {first} was named twice")
    return first, second


def _section(name: str, title: str, corridor: Corridor, pair: tuple[str, str]) -> Section:
    module = importlib.import_module(f"daliz.report.sections.{name}")
    try:
        section: Section = module.section(corridor, pair)
    except DalizError as error:
        # A corridor may lack what one lens needs; the other sections stand all the same.
        return Section(name, title, "This corridor's tables do not hold what this section needs.", (Words(str(error)),))
    return replace(section, id=name, title=title)


def _strand(names: Sequence[str], corridor: Corridor, pair: tuple[str, str]) -> list[Section]:
    titles = dict(LENSES)
    return [_section(name, titles[name], corridor, pair) for name in names]


def _computed(corridor: Corridor, pair: tuple[str, str]) -> Iterator[Section]:
    """All sections, as their strands come in: on one core one after the other, else beside each other."""
    from joblib import Parallel, cpu_count, delayed

    parallel = Parallel(n_jobs=min(cpu_count(), len(STRANDS)), return_as="generator_unordered")
    for strand in parallel(delayed(_strand)(names, corridor, pair) for names in STRANDS):
        yield from strand


def build(corridor: Corridor, pair: tuple[str, str], tell: Callable[[str], None] = lambda title: None) -> Dossier:
    """Compute the dossier on two countries.

    Parameters: corridor, pair (ISO codes of the two countries), tell (called with each section's title when it is there).
    Raises: DalizError when the corridor does not know a country.
    """
    pair = check_pair(corridor, pair)
    found: dict[str, Section] = {}
    for section in _computed(corridor, pair):
        tell(section.title)
        found[section.id] = section
    sections = [found[name] for name, _ in LENSES]
    figures = [figure for section in sections for figure in section.figures]
    tell("Model against published")
    against = published.section(corridor, figures)
    whole = [glance.section(pair, corridor, figures), *sections, against]
    return Dossier(pair, corridor, [*whole, sources.section(corridor, whole, figures)], figures)
