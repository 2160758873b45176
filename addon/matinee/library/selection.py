"""Which files of a download come into the library, as what, and why the others do not. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..models.limits import MIB
from ..models.media import MediaKind, Title
from ..models.releases import Release
from ..releases import parse, parse_path, title_key
from .files import FileRole
from .folders import FolderKind
from .languages import SubtitleKind, subtitle_kind
from .sorting import SUBTITLE_ENDINGS, VIDEO_ENDINGS, is_extra, title_of

_ARCHIVE = re.compile(
    r"\.(?:rar|r\d\d|zip|z\d\d|7z|tar|gz|bz2|xz|ace|001|par2|sfv|iso|img)$", re.IGNORECASE
)
_PROGRAM = re.compile(
    r"\.(?:exe|msi|bat|cmd|com|scr|pif|lnk|js|vbs|wsf|ps1|dll|jar|apk|sh|app|dmg|deb|rpm|hta)$",
    re.IGNORECASE,
)
AN_ARCHIVE = "An archive."
_SAMPLE = re.compile(r"(?i)(?:^|[\W_])sample(?:[\W_]|$)")
_SAMPLE_BYTES = 300 * MIB
_ADVERTISEMENT = re.compile(
    r"(?i)\bwww[ ._]|\.(?:com|net|org|to|me|mx|lt|am|ag|cc)(?:[\W_]|$)|^(?:rarbg|etrg|yts|yify|ettv"
    r"|tgx|readme|visit|join|download(?:ed)?[ ._]from)\b"
)
# What is offered beside the film to lure people elsewhere is tiny beside it.
_TINY = 20
# "2_English": the second of the subtitles of one film.
_LANGUAGE_LIST = re.compile(r"\d{1,2}_[a-z]")
# Letters and digits by turns, as machines make names: "a1b2", "9f3c0d".
_MADE_UP = re.compile(r"(?i)(?:[a-z]+\d+){2,}[a-z]*|(?:\d+[a-z]+){2,}\d*")
# Discs are copied with names that never say anything; their files belong together.
_DISC_ENDINGS = frozenset({".vob", ".m2ts"})
# Beside a film so many times as large, a video is an extra.
_SMALL = 5
_SUB_FOLDERS = frozenset({"subs", "sub", "subtitles", "subtitle"})
SUBTITLES = SUBTITLE_ENDINGS | {".idx"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a download; `path` relative, with `/`."""

    index: int
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of one file.

    `role` None: it stays out, `reason` says why. A film with `title` None cannot be told apart
    (`reason` again). `belongs_to` is the index of the film that a subtitle or extra goes with.
    """

    file: SourceFile
    role: FileRole | None
    reason: str = ""
    title: Title | None = None
    release: Release | None = None
    subtitle: SubtitleKind | None = None
    belongs_to: int | None = None


def select(name: str, files: Sequence[SourceFile]) -> list[Choice]:
    """Judge the files of a download called `name`, in their order."""
    videos = [file for file in files if _ending(file) in VIDEO_ENDINGS]
    largest = max((file.size for file in videos), default=0)
    films: list[Choice] = []
    judged: dict[int, Choice] = {}
    for file in videos:
        choice = _video(name, file, largest)
        judged[file.index] = choice
        if choice.role is FileRole.FILM:
            films.append(choice)
    films = [_settled(choice, films) for choice in _told_apart(films)]
    judged.update({choice.file.index: choice for choice in films})
    kept = [choice for choice in films if choice.role is FileRole.FILM]
    for file in files:
        if file.index not in judged:
            judged[file.index] = _other(file, kept)
    return [_joined(judged[file.index], kept) for file in files]


def _ending(file: SourceFile) -> str:
    return PurePosixPath(file.path).suffix.lower()


def _left(file: SourceFile, reason: str) -> Choice:
    return Choice(file, None, reason)


def within(name: str, path: str) -> str:
    """Return a file's path beneath a folder with the name of its download."""
    folder = name.replace("/", "_").replace("\\", "_")
    if PurePosixPath(path).parts[:1] == (name,) and "/" in path:
        return path
    return f"{folder}/{path}"


def _video(name: str, file: SourceFile, largest: int) -> Choice:
    path = PurePosixPath(file.path)
    marked = _SAMPLE.search(path.stem) or any(
        p.lower() in {"sample", "samples"} for p in path.parts
    )
    if marked and file.size < _SAMPLE_BYTES and (file.size < largest or largest == 0):
        return _left(file, "A sample.")
    if file.size * _TINY < largest and _ADVERTISEMENT.search(path.name):
        return _left(file, "An advertisement.")
    if is_extra(PurePosixPath(within(name, file.path))):
        return Choice(file, FileRole.EXTRA)
    release = parse_path(within(name, file.path))
    whole = parse(name)
    if not release.title and whole.title:
        release = parse_path(f"{whole.title}/{path.name}")
    title, reason = title_of(release, FolderKind.MIXED)
    return Choice(file, FileRole.FILM, reason, title, release)


def _told_apart(films: Sequence[Choice]) -> list[Choice]:
    """Leave open what several films are whose names say nothing, or nothing of their folder.

    One such file is the film that its download or folder is called after; of several nobody can
    say which. Much smaller ones, and other copies (`qh-1080p`, `qh-2160p`), are no rivals.
    """
    strange: dict[str, dict[int, str]] = {}
    for film in films:
        own = _own_name(film)
        if own != _key(film) and _is_movie(film) and _ending(film.file) not in _DISC_ENDINGS:
            strange.setdefault(_key(film), {})[film.file.index] = own
    unclear = set[int]()
    for key, names in strange.items():
        same = [film for film in films if _key(film) == key]
        largest = max(film.file.size for film in same)
        large = [film.file.index for film in same if film.file.size * _SMALL >= largest]
        if len({names[index] for index in large if index in names}) > 1:
            unclear.update(names)
    return [_left_open(film, unclear) if len(films) > 1 else film for film in films]


def _left_open(film: Choice, unclear: Collection[int]) -> Choice:
    if _is_made_up(film):
        return replace(film, title=None, reason="The name does not say what it is.")
    if film.file.index in unclear:
        return replace(film, title=None, reason="Several files could be this film.")
    return film


def _own_name(film: Choice) -> str:
    """Return what a file is called without its folders, in the form of `title_key`."""
    path = PurePosixPath(film.file.path)
    return title_key(parse(path.name).title) or path.stem.casefold()


def _is_movie(choice: Choice) -> bool:
    """Say whether it is a whole film, by its name."""
    whole = choice.release is None or not choice.release.part
    return whole and choice.title is not None and choice.title.kind is MediaKind.MOVIE


def _is_made_up(choice: Choice) -> bool:
    release = choice.release
    if release is None or not _is_movie(choice):
        return False
    told = release.year or release.resolution or release.source
    return not told and _MADE_UP.fullmatch(release.title) is not None


def _key(choice: Choice) -> str:
    return title_key(choice.title.title) if choice.title else ""


def _settled(choice: Choice, films: Sequence[Choice]) -> Choice:
    """Judge a film by the company it is in: a bonus clip, or an episode without a number."""
    release = choice.release
    others = [other for other in films if other is not choice and other.title is not None]
    if release is None or not others or release.kind is MediaKind.EPISODE:
        return choice
    size = choice.file.size
    of_series = [other for other in others if _is_episode(other)]
    if of_series and (choice.title is None or choice.title.year is None):
        if size * 2 < min(other.file.size for other in of_series):
            return Choice(choice.file, FileRole.EXTRA)
        return Choice(
            choice.file,
            FileRole.FILM,
            "The name does not say which season and episode it is.",
            None,
            release,
        )
    biggest = max(others, key=lambda other: other.file.size)
    unnamed = choice.title is None or choice.title.year is None or _same(choice, biggest)
    if unnamed and size * _SMALL < biggest.file.size and not release.part:
        return Choice(choice.file, FileRole.EXTRA)
    return choice


def _is_episode(choice: Choice) -> bool:
    return choice.title is not None and choice.title.kind is MediaKind.EPISODE


def _same(one: Choice, other: Choice) -> bool:
    return one.title is not None and other.title is not None and _key(one) == _key(other)


def _other(file: SourceFile, films: Sequence[Choice]) -> Choice:
    name = PurePosixPath(file.path).name
    if _ending(file) in SUBTITLES:
        return _subtitle(file, films)
    if _PROGRAM.search(name):
        return _left(file, "A program.")
    if _ARCHIVE.search(name):
        return _left(file, AN_ARCHIVE)
    if _ADVERTISEMENT.search(name) or _ending(file) in {".url", ".html", ".htm"}:
        return _left(file, "An advertisement.")
    return _left(file, "Not part of a film.")


def _subtitle(file: SourceFile, films: Sequence[Choice]) -> Choice:
    film = _film_of(file, films)
    if film is None:
        return _left(file, "Subtitles of no film in this download.")
    own = PurePosixPath(film.file.path).stem.casefold()
    stem = PurePosixPath(file.path).stem
    rest = stem[len(own) :] if stem.casefold().startswith(own) else stem
    return Choice(file, FileRole.SUBTITLE, subtitle=subtitle_kind(rest), belongs_to=film.file.index)


def _film_of(file: SourceFile, films: Sequence[Choice]) -> Choice | None:
    """Return the film of a subtitle.

    By its name, the name of its folder, its number, or because there is only one.
    """
    path = PurePosixPath(file.path)
    stem, folder = path.stem.casefold(), path.parent.name.casefold()
    named = [
        film for film in films if stem.startswith(PurePosixPath(film.file.path).stem.casefold())
    ]
    if named:
        return max(named, key=lambda film: len(film.file.path))
    for film in films:
        if folder and folder == PurePosixPath(film.file.path).stem.casefold():
            return film
    release = parse_path(_without_sub_folder(path))
    numbered = any(film.release and film.release.episodes for film in films)
    if numbered and release.episodes and not _LANGUAGE_LIST.match(stem):
        return next(
            (film for film in films if film.release and film.release.episodes == release.episodes
             and (not release.seasons or film.release.seasons == release.seasons)), None
        )  # fmt: skip
    return films[0] if len(films) == 1 else None


def _without_sub_folder(path: PurePosixPath) -> str:
    return str(PurePosixPath(*(part for part in path.parts if part.lower() not in _SUB_FOLDERS)))


def _joined(choice: Choice, films: Sequence[Choice]) -> Choice:
    """Give an extra to the only film, or to the largest one beside or above it."""
    if choice.role is not FileRole.EXTRA or not films:
        return choice
    here = PurePosixPath(choice.file.path).parents
    near = [film for film in films if PurePosixPath(film.file.path).parent in here] or films
    film = max(near, key=lambda film: film.file.size)
    return Choice(choice.file, FileRole.EXTRA, belongs_to=film.file.index)
