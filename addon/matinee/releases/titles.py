"""The words of a name: its title, the title of the episode, the group, the ending."""

from __future__ import annotations

import re

_LANGUAGES = (
    r"(?:multi|german|french|truefrench|vostfr|vff|italian|spanish|castellano|latino|portuguese|dutch"
    r"|nordic|swedish|danish|norwegian|finnish|polish|czech|hungarian|russian|turkish|korean"
    r"|japanese|hindi|dubbed|subbed|dual[ ._-]audio)"
)
TAG = re.compile(
    r"(?i)(?<![a-z0-9])(?:(?:4320|2160|1440|1080|720|576|540|480|360)[pi]|4k|uhd"
    r"|(?:uhd[ ._-]?)?blu-?ray|bd-?rip|br-?rip|bd(?=\d{3,4}p)|bdmv|bdremux"
    r"|web-?(?:dl|rip|mux|cap)?|[ap]?hdtv(?:rip)?|pdtv|dsr(?:ip)?|tvrip|satrip|dvb(?:rip)?"
    r"|dvd(?:rip|r|[59]|scr)?|hd-?rip|hdcam|hdts|cam-?rip|telesync|telecine|screener|vhs-?rip"
    r"|x26[456]|h[ .]?26[456]|hevc|avc|av1|xvid|divx|vp9|10-?bit|8-?bit|remux|proper|repack|rerip"
    r"|internal|hdr(?:10)?|dv|aac|e?ac-?3|ddp?[ .]?[257]|dts|flac|truehd|atmos|amzn|nf|dsnp|hmax"
    r"|atvp|hulu|multi(?:-?subs?)?|vostfr|subfrench|truefrench|ger(?:man)?[ ._]dl|dual[ ._-]audio"
    r"|pal|ntsc|ppv)(?![a-z])"
)
EDITION = re.compile(
    r"(?i)(?<![a-z])(?:extended|unrated|uncut|remastered|limited|theatrical|director'?s?[ ._]cut"
    r"|custom|imax|criterion|special[ ._]edition|hybrid|retail|complete)(?![a-z])"
)
_VIDEO = (
    "mkv|mp4|m4v|avi|mov|wmv|mpg|mpeg|ts|m2ts|mts|vob|iso|webm|flv|ogm|ogv|divx|asf|rmvb|rm|3gp"
)
_OTHER = "strm|srt|sub|idx|ass|ssa|vtt|sup|nfo|txt|jpg|jpeg|png|torrent|nzb|rar|zip|7z|exe"
ENDINGS = frozenset(f"{_VIDEO}|{_OTHER}".split("|"))
_SUFFIXES = re.compile(
    rf"(?i)(?<=\w)(?:\s+(?:{_LANGUAGES}|dl))*(?:\s+{EDITION.pattern.removeprefix('(?i)')})*$"
)
_SITE = re.compile(
    r"(?i)^[\[({【]?\s*www[.,][^\s\])}】]+\s*[\])}】]?\s*(?:[-–]\s*)?|^[\[(【]?\s*(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|to|nu|me|info|mx|se|cc|in|tv"
    r"|re|li|ws|fi|pl|ru|lol|party|site|club|xyz)\s*[\])】]?\s*(?:[-–_]+\s*|(?<=[\])】])\s*|\s+-\s+)"
)
_LEADING_GROUPS = re.compile(r"^(?:\[[^\]]*\]|【[^】]*】|\{[^}]*\})[ ._-]*")
_YEAR = re.compile(r"[ ._(\[-]+((?:19|20)\d\d)[)\]]?[ ._-]*$")
_FOREIGN = re.compile(r"[^\x00-\u024f\u2010-\u2044]")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")
_TRIM = " .-–_,:+([{/|~"
_EPISODE_END = re.compile(r"[\[({]|(?<![^ ._])(?:19|20)\d\d(?=[ ._)\]]|$)")


def split_ending(name: str) -> tuple[str, str]:
    """Return the name without its file ending, and the ending ("" when it has none)."""
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.lower() in ENDINGS:
        return stem, ending.lower()
    return name, ""


def clean_words(text: str) -> str:
    """Turn the dots and underscores of a name into spaces; `S.H.I.E.L.D.` keeps its dots."""
    text = text.replace("_", " ")
    if " " not in text.strip() or re.search(r"\w\.\w[^. ]*\.\w", text):
        text = _INITIALS.sub(lambda m: m[0].rstrip(".").replace(".", "\0") + " ", text)
        text = re.sub(r"\.(?!\.)(?!\s)|\.$", " ", text)
        text = text.replace("\0", ".")
    return re.sub(r"\s+", " ", text).strip(_TRIM)


def split_year(title: str) -> tuple[str, int | None]:
    """Take a year from the end of a title; a title that is only a year keeps it."""
    match = _YEAR.search(title)
    if match and title[: match.start()].strip(_TRIM):
        return title[: match.start()].rstrip(_TRIM), int(match[1])
    return title, None


def strip_site(name: str) -> str:
    """Take advertising of a site from the front."""
    return _SITE.sub("", name, count=1)


def title_before(text: str) -> tuple[str, int | None] | None:
    """Return title and year from what stands before the numbers, None when it is not plain.

    Not plain: tags of quality, several titles divided by a slash, a script other than Latin.
    """
    text = strip_site(text)
    while (shorter := _LEADING_GROUPS.sub("", text, count=1)) != text:
        text = shorter
    opened = max(text.rfind("("), text.rfind("["))
    if opened > 0 and not re.search(r"[)\]]", text[opened:]):
        text = text[:opened]
    if "/" in text or "|" in text or _FOREIGN.search(text) or TAG.search(text):
        return None
    title, year = split_year(text.rstrip(_TRIM))
    if "(" in title and ")" not in title:
        title = title[: title.index("(")]
    title = clean_words(title)
    return (title, year) if title else None


def film_title(text: str) -> str | None:
    """Return the title that stands before the year of a film, None when it is not plain."""
    found = title_before(text)
    if found is None:
        return None
    return without_suffixes(found[0] if found[1] is None else f"{found[0]} {found[1]}")


def without_suffixes(title: str) -> str:
    """Take languages and words of edition from the end of a title of more than one word."""
    shorter = _SUFFIXES.sub("", title)
    return shorter if len(shorter.split()) > 1 else title


def episode_title(text: str) -> str:
    """Return the title of an episode from what stands after its numbers, "" when there is none."""
    text = text.lstrip(")]")
    if text.startswith("-") and not text.startswith(("- ", "-.")):
        return ""
    tags = [found.start() for found in (TAG.search(text), _EPISODE_END.search(text)) if found]
    cut = text[: min(tags, default=len(text))]
    edition = EDITION.search(cut)
    if edition and tags:
        cut = cut[: edition.start()]
    if not tags and not cut.lstrip(" ._").startswith("-"):
        cut = re.sub(r"-[^\s.-]+$", "", cut)
    words = re.sub(rf"(?i)(?:(?<=\s)|^){_LANGUAGES}$", "", clean_words(cut)).strip(_TRIM)
    return words if re.search(r"[^\W_]{2}", words) else ""


_GROUP_END = re.compile(r"-[ ]?([^\s\-.\[\](){}]+)(?:[ ]?[\[({][^\])}]*[\])}])*$")
_GROUP_LAST_WORD = re.compile(r"[(\[](?:[^()\[\]]*[ .])([A-Za-z][\w-]*)[)\]]$")
_GROUP_BRACKET = re.compile(r"\[([^\[\]]+)\]$")
_NO_GROUP = re.compile(
    r"(?i)^(?:\d+|[\da-f]{8}|s\d+.*|e\d+.*|dl|rip|ray|hd|ma|es|x?264|3d|audio|subs?|eng?|ita|ger|fr"
    r"|\d{3,4}p|.*\b(?:com|net|org|to|tv)|cut|bit|edition|rip\d*)$"
)


def group_of(stem: str) -> str:
    """Return the group that the end of a name tells, "" when it does not.

    `…-GROUP`, `…-GROUP[site]`, `(… x265 … Group)`, `… [GROUP]`.
    """
    match = _GROUP_END.search(stem)
    if match and TAG.search(stem[: match.start()]) and _is_group(match[1]):
        return match[1]
    match = _GROUP_LAST_WORD.search(stem)
    if match and TAG.search(match[0]) and _is_group(match[1]):
        return match[1]
    match = _GROUP_BRACKET.search(stem)
    if match and TAG.search(stem[: match.start()]) and _is_group(match[1]):
        return match[1]
    return ""


def _is_group(word: str) -> bool:
    return not (_NO_GROUP.match(word) or TAG.search(word) or " " in word.strip())
