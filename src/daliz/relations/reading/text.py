"""What may come in as an article: text or HTML, of a sane size, in English. Everything else is answered in one sentence."""

from __future__ import annotations

import html
import re
from functools import cache

from daliz.corridor.errors import DalizError
from daliz.relations.reading.lexicon import rows

MOST_CHARACTERS = 2_000_000
MOST_BYTES = 4 * MOST_CHARACTERS
SAMPLE = 4000
TAG = re.compile(r"<(?:!doctype|html|head|body|div|p|br|article|span|h\d|a|meta|section)\b[^>]*>", re.IGNORECASE)
DROPPED = re.compile(r"<(script|style|noscript|nav|footer|aside|form|svg|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
BLOCK = re.compile(r"</?(?:p|div|br|li|ul|h\d|tr|article|section|td|blockquote)\b[^>]*>", re.IGNORECASE)


class ReadingError(DalizError):
    """A text that cannot be read as an English article."""


def is_html(text: str) -> bool:
    """Whether the text is a web page rather than plain text."""
    return len(TAG.findall(text[:SAMPLE])) >= 2


PUBLISHED = (
    re.compile(r"(?:article:published_time|datePublished|pubdate|DC\.date)[\"'][^>]{0,80}?content=[\"'](\d{4}-\d\d-\d\d)", re.IGNORECASE),
    re.compile(r"\"datePublished\"\s*:\s*\"(\d{4}-\d\d-\d\d)"),
    re.compile(r"<time[^>]+datetime=[\"'](\d{4}-\d\d-\d\d)", re.IGNORECASE),
)


def published(text: str) -> str | None:
    """The day a web page says it was published on, from its own markup; None for plain text or a page that does not say."""
    if not is_html(text):
        return None
    return next((match[1] for pattern in PUBLISHED if (match := pattern.search(text))), None)


def plain_text(text: str) -> str:
    """The words of a web page, a line for each block."""
    kept = DROPPED.sub(" ", text)
    kept = BLOCK.sub("\n", kept)
    kept = html.unescape(re.sub(r"<[^>]+>", " ", kept))
    lines = (" ".join(line.split()) for line in kept.splitlines())
    return "\n\n".join(line for line in lines if line)


@cache
def _common() -> dict[str, frozenset[str]]:
    return {row["language"]: frozenset(row["words"].split()) for row in rows("languages")}


def language_of(text: str) -> str:
    """The language of a text by its script and commonest words: English, Russian, Kazakh, Azerbaijani, Turkish, German, French ...

    Returns: the language, or "unknown" for a text too short to tell.
    """
    sample = text[:SAMPLE].casefold()
    letters = [char for char in sample if char.isalpha()]
    if not letters:
        return "none"
    cyrillic = sum("а" <= char <= "ӿ" or char in "ёіїґ" for char in letters) / len(letters)
    if cyrillic > 0.4:
        return "Kazakh" if any(char in sample for char in "әғқңөұүһі") else "Russian"
    latin = sum(char < "ɏ" or "Ḁ" <= char <= "ỿ" for char in letters) / len(letters)
    if latin < 0.5:
        return "a language in another script"
    words = re.findall(r"[^\W\d_]+", sample)
    if len(words) < 4:
        return "unknown"
    shares = {language: sum(word in common for word in words) / len(words) for language, common in _common().items()}
    best = max(shares, key=lambda language: shares[language])
    if shares["English"] >= 0.08 and len((set(words) & _common()[best]) - _common()["English"]) < 3:
        # A short English text with `von der Leyen` in it.
        return "English"
    return (
        best
        if shares[best] >= 0.08 and (best == "English" or shares[best] > 1.3 * shares["English"])
        else "English"
        if shares["English"] >= 0.04
        else "unknown"
    )


def article_text(raw: str, name: str = "the text") -> tuple[str, tuple[str, ...]]:
    """Plain English text to read, and notices about it.

    Raises: ReadingError for an empty text, one that is too long, binary, or not in English.
    """
    if len(raw) > MOST_CHARACTERS:
        size = f"{len(raw) / 1e6:.1f} million characters"
        raise ReadingError(f"{name}: {size}, expected one article (at most {MOST_CHARACTERS / 1e6:.0f} million); split the file")
    if "\0" in raw[:SAMPLE]:
        raise ReadingError(f"{name}: binary data, expected text in UTF-8")
    notices: tuple[str, ...] = ()
    text = raw.replace("\r\n", "\n")
    if is_html(text):
        text = plain_text(text)
        notices = ("read from HTML: tags, scripts and menus were dropped, and places in the text count from the plain text",)
    if not text.strip():
        raise ReadingError(
            f"{name}: the text is empty" + (" once the HTML is dropped" if notices else "") + "; expected an article in English"
        )
    language = language_of(text)
    if language not in ("English", "unknown"):
        raise ReadingError(
            f"{name}: the text looks {language}, expected English; translate it first"
            if language != "none"
            else f"{name}: no words in the text; expected an article in English"
        )
    return text, notices
