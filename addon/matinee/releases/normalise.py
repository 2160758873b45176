"""Titles folded for comparison: two spellings of one title give one key."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]+")
_DROPPED = re.compile("['’‘ʼ`´.]")
_SIGNS = re.compile(r"[\W_]+")
_ARTICLE = re.compile(r"^(?:the|an?) (?=.)")
_TRAILING_ARTICLE = re.compile(r",\s*(?:the|an?)\s*$")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")


def title_key(title: str) -> str:
    """Return the title without case, accents, signs, a leading article; `&` and `+` as "and".

    Never empty unless the title is blank: a title made of signs or of one article keeps them.
    """
    text = unicodedata.normalize("NFKD", title).casefold()
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).strip()
    whole = text
    text = _TRAILING_ARTICLE.sub("", text)
    text = text.replace("&", " and ").replace("+", " and ")
    text = _INITIALS.sub(lambda match: match[0].replace(".", "") + " ", text)
    text = _DROPPED.sub(lambda match: " " if match[0] == "." else "", text)
    text = _SIGNS.sub(" ", text).strip()
    return _ARTICLE.sub("", text) or whole


def same_title(one: str, other: str) -> bool:
    """Say whether two titles are spellings of the same one."""
    return title_key(one) == title_key(other)
