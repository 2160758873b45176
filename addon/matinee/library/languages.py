"""Languages of subtitle files, as their names tell them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# ISO 639-1: the other codes (ISO 639-2) and the words that name it.
_LANGUAGES = {
    "ar": "ara arabic", "bg": "bul bulgarian", "ca": "cat catalan", "cs": "cze ces czech",
    "da": "dan danish dansk", "de": "ger deu german deutsch", "el": "gre ell greek",
    "en": "eng english", "es": "spa spanish español espanol castellano latino",
    "et": "est estonian", "eu": "baq eus basque", "fa": "per fas persian farsi",
    "fi": "fin finnish suomi", "fr": "fre fra french français francais vff vostfr",
    "he": "heb hebrew", "hi": "hin hindi", "hr": "hrv croatian", "hu": "hun hungarian magyar",
    "id": "ind indonesian", "is": "ice isl icelandic", "it": "ita italian italiano",
    "ja": "jpn japanese", "ko": "kor korean", "lt": "lit lithuanian", "lv": "lav latvian",
    "mk": "mac mkd macedonian", "ms": "may msa malay", "nb": "nob bokmal bokmål",
    "nl": "dut nld dutch nederlands", "no": "nor norwegian norsk", "pl": "pol polish polski",
    "pt": "por portuguese português portugues brazilian", "ro": "rum ron romanian",
    "ru": "rus russian", "sk": "slo slk slovak", "sl": "slv slovenian", "sr": "srp serbian",
    "sv": "swe swedish svenska", "ta": "tam tamil", "te": "tel telugu", "th": "tha thai",
    "tr": "tur turkish türkçe", "uk": "ukr ukrainian", "vi": "vie vietnamese",
    "zh": "chi zho chinese chs cht mandarin cantonese",
}  # fmt: skip
_CODES = {word: code for code, words in _LANGUAGES.items() for word in (code, *words.split())}
_REGION = re.compile(r"^([a-z]{2,3})-([a-z]{2}|[a-z]{4}|\d{3})$")
_FORCED = frozenset({"forced", "foreign", "signs"})
_IMPAIRED = frozenset({"sdh", "cc"})
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class SubtitleKind:
    """`language` is ISO 639-1 (with a region, as in pt-br, when the name has one) or ""."""

    language: str = ""
    forced: bool = False
    hearing_impaired: bool = False

    @property
    def tail(self) -> str:
        """What stands between the film's name and the ending: ".en.forced", ".de.sdh", ""."""
        marks = [self.language, "forced" if self.forced else "",
                 "sdh" if self.hearing_impaired else ""]  # fmt: skip
        return "".join(f".{mark}" for mark in marks if mark)


def subtitle_kind(rest: str) -> SubtitleKind:
    """Read the part of a subtitle's name that the film's name does not explain.

    `hi` is Hindi when it stands alone and "hearing impaired" beside a language.
    """
    words = [word.lower() for word in _WORD.findall(rest)]
    languages = [code for word in words if (code := language_of(word))]
    spoken = [code for code in languages if code != "hi"] or languages
    return SubtitleKind(
        spoken[-1] if spoken else "",
        any(word in _FORCED for word in words),
        any(word in _IMPAIRED for word in words) or ("hi" in words and spoken != ["hi"]),
    )


def three_letters(code: str) -> str:
    """Return the code of ISO 639-2 for one that `language_of` gives; "" for none."""
    return _LANGUAGES.get(code.partition("-")[0], "").partition(" ")[0]


def language_of(word: str) -> str:
    """Return the ISO 639-1 code that a word or code names, "" when it names none."""
    word = word.lower()
    region = _REGION.match(word)
    if region and region[1] in _CODES:
        return f"{_CODES[region[1]]}-{region[2]}"
    return _CODES.get(word, "")
