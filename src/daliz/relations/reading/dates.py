"""Dates in news prose, resolved against the day of the article: ranges, days without a year, weekdays, 'last week', 'the same day'."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
WEEKDAYS = {name.casefold(): number for number, name in enumerate(calendar.day_name)}
COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_DASH = r"\s*(?:-|–|—|to|and|through|until)\s*"
_DAY = r"\d{1,2}(?!\d)(?:st|nd|rd|th)?"
_AFTER = rf"(?:,?\s+(?:of\s+)?(?P<{{0}}>{_YEAR}|(?:this|last|the current|the same)\s+year))?"
FORMS: tuple[tuple[str, str], ...] = (
    ("iso", rf"(?P<y>{_YEAR})-(?P<m>\d\d)-(?P<d>\d\d)"),
    ("dotted", rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>{_YEAR})"),
    ("across", rf"(?P<m>{_MONTH})\.?\s*(?P<d>{_DAY}){_DASH}(?P<m2>{_MONTH})\.?\s+(?P<d2>{_DAY})" + _AFTER.format("y")),
    ("across", rf"(?P<d>{_DAY})\s+(?P<m>{_MONTH})\.?{_DASH}(?P<d2>{_DAY})\s+(?P<m2>{_MONTH})" + _AFTER.format("y")),
    (
        "day",
        rf"(?P<m>{_MONTH})\.?\s*(?P<d>{_DAY})(?:{_DASH}(?P<d2>{_DAY})(?!\s*(?:%|percent|million|billion|{_MONTH})))?" + _AFTER.format("y"),
    ),
    ("day", rf"(?P<d>{_DAY})(?:{_DASH}(?P<d2>{_DAY}))?(?:\s+of)?\s+(?P<m>{_MONTH})\b\.?" + _AFTER.format("y")),
    ("months", rf"(?P<m>{_MONTH})\s*(?:-|–|to)\s*(?P<m2>{_MONTH})" + _AFTER.format("y")),
    ("month", rf"(?:(?:early|mid|late)[- ])?(?P<m>{_MONTH})\b(?!\s+\d{{1,2}}\b)" + _AFTER.format("y")),
    ("half", rf"(?:the\s+)?(?P<n>first|second)\s+half\s+of\s+(?:the\s+)?(?P<y>{_YEAR}|this\s+year|last\s+year|year)"),
    ("quarter", rf"(?:the\s+)?(?P<n>first|second|third|fourth)\s+quarter(?:\s+of\s+(?P<y>{_YEAR}|this\s+year|last\s+year))?"),
    (
        "nmonths",
        rf"(?:the\s+)?(?:first\s+)?(?P<n>two|three|four|five|six|seven|eight|nine|ten|eleven)\s+months(?:\s+of\s+(?P<y>{_YEAR}|this\s+year|last\s+year))?(?!\s+(?:ago|later|earlier|before))",
    ),
    ("weekdays", rf"(?P<day>{'|'.join(WEEKDAYS)})\s*(?:-|–|to|through|until|and)\s*(?P<day2>{'|'.join(WEEKDAYS)})"),
    (
        "weekday",
        rf"(?:(?P<w>last|next|this|coming|previous|past)\s+)?(?P<day>{'|'.join(WEEKDAYS)})(?:\s+(?:morning|evening|afternoon|night))?",
    ),
    ("today", r"(?:earlier\s+|later\s+)?(?:today|tonight)|this\s+(?:morning|evening|afternoon)|currently"),
    ("yesterday", r"(?:the\s+day\s+before\s+)?yesterday|last\s+(?:night|evening)"),
    ("tomorrow", r"(?:the\s+day\s+after\s+)?tomorrow"),
    ("later", rf"(?P<n>{'|'.join(COUNTS)}|\d+)\s+(?P<u>day|week)s?\s+later|(?:the\s+)?(?:next|following)\s+(?:day|morning)"),
    (
        "earlier",
        rf"(?P<n>{'|'.join(COUNTS)}|\d+)\s+(?P<u>day|week)s?\s+(?:earlier|early|before|ahead\s+of(?:\s+the\s+(?:others|rest))?|after\s+(?:he|she|they)\b)"
        r"|(?:the\s+)?(?:previous\s+(?:day|evening|night)|(?:day|evening|night)\s+before|eve)\b",
    ),
    (
        "same",
        r"in\s+the\s+(?:afternoon|evening)|later?\s+(?:in\s+|on\s+)?(?:the|that)\s+(?:same\s+)?(?:day|afternoon|evening|night)"
        r"|(?:the\s+)?same\s+(?:day|morning|afternoon|evening|night)|that\s+(?:evening|night|afternoon)",
    ),
    ("ago", rf"(?P<n>\d+|{'|'.join(COUNTS)})\s+(?P<u>day|week|month|year)s?\s+ago"),
    ("span", r"(?P<w>last|this|next|past|previous|coming|current|the\s+current)\s+(?P<u>week|month|year|weekend)"),
    ("year", rf"(?<![\d.,$€–-]){_YEAR}(?![\d%]|[.,]\d|[-–]\d|\s*(?:km|tons?|tonnes?|documents|agreements|people|passengers))"),
)
ANY = re.compile("|".join(f"(?P<f{index}>\\b{_f.replace('(?P<', f'(?P<f{index}_')})" for index, (_, _f) in enumerate(FORMS)), re.IGNORECASE)
GRACE_DAYS = 3
# `until Saturday` says when something ends, not when it was.
BOUND = re.compile(r"\b(?:since|for|by|until)\s+$", re.IGNORECASE)
OPEN_END = re.compile(r"\b(?:until|till)\s+(?:the\s+)?$", re.IGNORECASE)
# `his first visit since 2019` was not in 2019.
FIRST_SINCE = re.compile(r"\b(?:first|last|only|highest|biggest|largest|latest)\b[^.;:]{0,80}\bsince\s+$", re.IGNORECASE)
# `his third foreign trip in 2024` says which of the year's it was, not when.
COUNTED_IN = re.compile(
    r"\b(?:\w+(?:st|nd|rd|th)|maiden|only)\s+(?:[\w-]+\s+){0,3}(?:trip|visit|tour|journey)\s+(?:abroad\s+)?(?:in|of)\s+$", re.IGNORECASE
)
# `the trip, initially set for May`: the day that it was not to be.
FORMER = re.compile(
    r"\b(?:initially|originally|previously|first)\s+(?:set|planned|scheduled|due|expected|slated|announced|meant)"
    r"(?:\s+to\s+\w+)?\s+(?:for|on|in)\s+(?:the\s+)?(?:early\s+|mid-?|late\s+)?$",
    re.IGNORECASE,
)
# `three weeks before the invasion` is told by the invasion's day, not by the report's.
OF_SOMETHING = re.compile(r"\s+(?:the|a|an|his|her|its|their)\b")
NEAR = 30
# `is planned for 2026` says when, `a plan for 2026` does not.
SET_FOR = re.compile(r"\b(?:planned|scheduled|set|due|slated|fixed|expected)\s+for\s+$", re.IGNORECASE)
APART = re.compile(r";|\bwill\b|\b(?:is|are) (?:to|due|expected)\b")
DAILY = ("weekday", "weekdays", "today", "yesterday", "tomorrow")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


@dataclass(frozen=True)
class When:
    """A date expression: its characters in the text, and the first and last day (ISO, or a month or year) looking back and ahead."""

    start: int
    end: int
    form: str
    past: tuple[str, str]
    ahead: tuple[str, str]

    def days(self, status: str) -> tuple[str, str]:
        """First and last day, looking ahead for what is yet to come."""
        return self.ahead if status in ("planned", "hypothetical") else self.past


def _month(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}"


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _year(text: str | None, article: date | None) -> int | None:
    if not text:
        return None
    plain = text.casefold()
    if plain[:2] in ("19", "20"):
        return int(plain)
    if article is None:
        return None
    return article.year - plain.startswith("last")


def year_of(month: int, day: int, article: date | None, ahead: bool) -> int | None:
    """The year of a day without one: the last such day up to the article, or the next one from it; three days either way are the same."""
    if article is None:
        return None
    limit = article - timedelta(GRACE_DAYS) if ahead else article + timedelta(GRACE_DAYS)
    years = range(article.year - 1, article.year + 2)
    days = [(year, date.fromisoformat(iso)) for year in years if (iso := _day(year, month, day))]
    fitting = [year for year, when in days if (when >= limit if ahead else when <= limit)]
    if not fitting:
        return None
    return min(fitting) if ahead else max(fitting)


def _weekday(groups: dict[str, str | None], article: date) -> tuple[tuple[str, str], tuple[str, str]]:
    wanted = WEEKDAYS[(groups["day"] or "").casefold()]
    back = (article.weekday() - wanted) % 7
    forth = (wanted - article.weekday()) % 7
    which = (groups["w"] or "").casefold()
    if which in ("last", "previous", "past"):
        back = back or 7
    if which in ("next", "coming"):
        forth = forth or 7
        back = -forth
    past, ahead = (article - timedelta(back)).isoformat(), (article + timedelta(forth)).isoformat()
    return (past, past), (ahead, ahead)


def _weekdays(first: str, last: str, article: date, both_only: bool) -> tuple[tuple[str, str], tuple[str, str]]:
    """`from Monday to Wednesday`: the last such days that have begun, and the next ones; `Monday and Friday` is no stay of five days."""
    begins, length = WEEKDAYS[first.casefold()], (WEEKDAYS[last.casefold()] - WEEKDAYS[first.casefold()]) % 7
    length = length if length == 1 or not both_only else 0
    past = article - timedelta((article.weekday() - begins) % 7)
    ahead = article + timedelta((begins - article.weekday()) % 7)
    both = [(day.isoformat(), (day + timedelta(length)).isoformat()) for day in (past, ahead)]
    return both[0], both[1]


def _span(which: str, unit: str, article: date) -> tuple[str, str]:
    step = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1}.get(which.split()[-1], 0)
    if unit == "year":
        return str(article.year + step), str(article.year + step)
    if unit == "month":
        count = article.year * 12 + article.month - 1 + step
        return _month(count // 12, count % 12 + 1), _month(count // 12, count % 12 + 1)
    monday = article - timedelta(article.weekday()) + timedelta(7 * step)
    first = monday + timedelta(5) if unit == "weekend" else monday
    return first.isoformat(), (monday + timedelta(6)).isoformat()


def _ago(number: int, unit: str, article: date) -> str:
    if unit in ("day", "week"):
        return (article - timedelta(number * (7 if unit == "week" else 1))).isoformat()
    if unit == "year":
        return str(article.year - number)
    count = article.year * 12 + article.month - 1 - number
    return _month(count // 12, count % 12 + 1)


def _calendar(form: str, groups: dict[str, str | None], article: date | None, hint: int | None, ahead: bool) -> tuple[str, str] | None:
    month = groups.get("m") or ""
    number = int(month) if month.isdigit() else MONTHS.get(month.casefold().rstrip("."), 0)
    if not 1 <= number <= 12:
        return None
    first = _number(groups["d"] or "") if groups.get("d") else 1
    year = _year(groups.get("y"), article) or hint or year_of(number, first, article, ahead)
    if year is None:
        return None
    month2 = MONTHS[(groups["m2"] or "").casefold()] if groups.get("m2") else number
    if form in ("month", "months"):
        return _month(year, number), _month(year, month2)
    start = _day(year, number, first)
    end = _day(year + (month2 < number), month2, _number(groups["d2"] or "")) if groups.get("d2") else start
    if start is None or end is None or end < start:
        return (start, start) if start else None
    return start, end


def _period(form: str, groups: dict[str, str | None], article: date | None) -> tuple[str, str] | None:
    year = _year(groups.get("y"), article) or (article.year if article else None)
    if year is None:
        return None
    word = (groups["n"] or "").casefold()
    if form == "half":
        return (_month(year, 1), _month(year, 6)) if word == "first" else (_month(year, 7), _month(year, 12))
    if form == "quarter":
        last = 3 * ORDINALS[word]
        return _month(year, last - 2), _month(year, last)
    return _month(year, 1), _month(year, COUNTS.get(word, 11))


def _relative(form: str, groups: dict[str, str | None], article: date, text: str) -> tuple[tuple[str, str], tuple[str, str]] | None:
    if form == "weekday":
        return _weekday(groups, article)
    if form == "weekdays":
        return _weekdays(groups["day"] or "", groups["day2"] or "", article, " and " in text.casefold())
    if form == "span":
        found = _span((groups["w"] or "").casefold(), (groups["u"] or "").casefold(), article)
        return found, found
    if form == "ago":
        count = groups["n"] or ""
        day = _ago(int(count) if count.isdigit() else COUNTS[count.casefold()], (groups["u"] or "").casefold(), article)
        return (day, day), (day, day)
    shifts = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if form not in shifts:
        return None
    shift = shifts[form] * (2 if text.casefold().startswith("the day") else 1)
    day = (article + timedelta(shift)).isoformat()
    return (day, day), (day, day)


def dates_in(text: str, article: date | None, offset: int = 0, exact: bool = True, before: str | None = None) -> list[When]:
    """Every date expression of a sentence, resolved against the day of the article (None: only what stands there whole).

    Parameters: exact (False: only the article's month is known, so weekdays and `yesterday` stay open), before (the day told last, for
    `the day before` where the sentence names no other).
    Returns: expressions in order; those that need the article's day or another date and have none are left out.
    """
    matches = list(ANY.finditer(text))
    years = [m for m in matches if _form(m) == "year" and not BOUND.search(text[: m.start()])]
    found: list[When] = []
    pending: list[tuple[re.Match[str], int]] = []
    for match in matches:
        form = _form(match)
        groups = _groups(match)
        at = (match.start() + offset, match.end() + offset)
        if (
            OPEN_END.search(text[: match.start()])
            or FIRST_SINCE.search(text[: match.start()])
            or FORMER.search(text[: match.start()])
            or (form == "year" and COUNTED_IN.search(text[: match.start()]))
            or (
                (form == "year" or "current" in match[0])
                and text[: match.start()].endswith("for ")
                and not SET_FOR.search(text[: match.start()])
            )
        ):
            continue
        if form in ("later", "earlier", "same"):
            number = groups.get("n") or "one"
            count = int(number) if number.isdigit() else COUNTS[number.casefold()]
            count *= 7 if groups.get("u") == "week" else 1
            pending.append((match, {"later": count, "earlier": -count, "same": 0}[form]))
        elif form == "year":
            found.append(When(*at, form, (match[0], match[0]), (match[0], match[0])))
        elif form in ("half", "quarter", "nmonths"):
            if period := _period(form, groups, article):
                found.append(When(*at, form, period, period))
        elif form in ("iso", "dotted", "across", "day", "months", "month"):
            if match[0] == "may" or (match[0] == "march") or (form == "month" and not match[0][0].isupper()):
                continue
            hint = _year_beside(text, years, match)
            past, ahead = (_calendar(form, groups, article, hint, later) for later in (False, True))
            if past or ahead:
                found.append(When(*at, form, past or ahead or ("", ""), ahead or past or ("", "")))
        elif (
            form == "span"
            and re.search(r"\b(?:over|during|for|in) the\s+$", text[: match.start()])
            and (groups["w"] or "").casefold() in ("past", "last", "previous")
        ) or (not exact and (form in DAILY or (groups.get("u") or "").casefold() in ("day", "week", "weekend"))):
            continue
        elif article is not None and (both := _relative(form, groups, article, match[0])):
            found.append(When(*at, form, *both))
    for match, shift in pending:
        base = [when for when in found if len(when.past[0]) == 10]
        if match[0].casefold().endswith("eve") and text[match.end() :].startswith(" of"):
            # `the eve of the summit` is told by the summit's day, not by one named before.
            base = [when for when in base if when.start - offset > match.end()]
            if not base:
                continue
        if match[0].casefold().endswith("before") and OF_SOMETHING.match(text[match.end() :]):
            base = [when for when in base if 0 <= when.start - offset - match.end() < NEAR]
            if not base:
                continue
        told = before or (article.isoformat() if article and exact and shift < 0 else None)
        if base or told:
            near = min(base, key=lambda when: abs(when.start - offset - match.start())).past[0] if base else told or ""
            day = (date.fromisoformat(near) + timedelta(shift)).isoformat()
            found.append(When(match.start() + offset, match.end() + offset, "shifted", (day, day), (day, day)))
    return sorted(found, key=lambda when: when.start)


def lasts_until(text: str, article: date | None) -> str | None:
    """The one day up to which something is said to last: `will stay until December 20`."""
    found: set[str] = set()
    for match in ANY.finditer(text) if "until " in text or "till " in text else ():
        form, groups = _form(match), _groups(match)
        if article is None or form not in ("day", "weekday") or not OPEN_END.search(text[: match.start()]):
            continue
        ahead = _weekday(groups, article)[1] if form == "weekday" else _calendar(form, groups, article, None, True)
        found |= {ahead[0]} if ahead else set()
    return found.pop() if len(found) == 1 else None


def _year_beside(text: str, years: list[re.Match[str]], day: re.Match[str]) -> int | None:
    """The one year of the sentence, for a day without one; a new clause keeps them apart."""
    if len(years) != 1:
        return None
    first, last = sorted((years[0], day), key=lambda match: match.start())
    return None if APART.search(text[first.end() : last.start()]) else int(years[0][0])


def _form(match: re.Match[str]) -> str:
    index = next(int(name[1:]) for name in match.re.groupindex if "_" not in name and match[name] is not None)
    return FORMS[index][0]


def _groups(match: re.Match[str]) -> dict[str, str | None]:
    index = next(name for name in match.re.groupindex if "_" not in name and match[name] is not None)
    prefix = f"{index}_"
    return {name[len(prefix) :]: match[name] for name in match.re.groupindex if name.startswith(prefix)}
