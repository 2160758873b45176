"""The subtitles of a film as WebVTT: those inside the file and those that lie beside it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import NotFound
from ..models.limits import MIB
from ..models.media import Probe, Stream, StreamKind
from ..programs import ffmpeg
from .cache import DiskCache
from .containers import ending
from .local import patiently

CACHE_SIZE = 64 * MIB
MAX_TRACKS = 64
_PICTURES = frozenset({"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"})
_UNREADABLE = frozenset({"dvb_teletext", "eia_608", "arib_caption", "hdmv_text_subtitle"})
_BESIDE = frozenset({"srt", "ass", "ssa", "vtt", "smi", "idx", "sup"})
_BESIDE_PICTURES = frozenset({"idx", "sup"})
_FOLDERS = frozenset({"subs", "sub", "subtitles"})
_FLAGS = {"forced": "forced", "sdh": "hearing", "hi": "hearing", "cc": "hearing", "default": ""}

PICTURES = "These subtitles are pictures; a browser can only show text."
UNREADABLE = "Subtitles of this kind cannot be turned into text."
LATER = "These subtitles can be shown once the whole film is here."

# What files without a mark of Unicode were written in, by the language in their name.
_CODE_PAGES = {
    **dict.fromkeys(("pl", "pol", "cs", "cze", "ces", "hu", "hun", "sk", "slo", "hr", "hrv", "ro",
                     "rum", "ron", "sl", "slv"), "cp1250"),
    **dict.fromkeys(("ru", "rus", "uk", "ukr", "bg", "bul", "sr", "srp"), "cp1251"),
    **dict.fromkeys(("el", "gre", "ell"), "cp1253"),
    **dict.fromkeys(("tr", "tur"), "cp1254"),
    **dict.fromkeys(("he", "heb"), "cp1255"),
    **dict.fromkeys(("ar", "ara", "fa", "per"), "cp1256"),
    **dict.fromkeys(("zh", "chi", "zho"), "gb18030"),
    **dict.fromkeys(("ja", "jpn"), "cp932"),
    **dict.fromkeys(("ko", "kor"), "cp949"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Track:
    """One track. `index` is its stream in the film, or -1 for the file `path`.

    `refusal` says why it cannot be shown; empty when it can.
    """

    id: str
    language: str = ""
    title: str = ""
    forced: bool = False
    hearing_impaired: bool = False
    default: bool = False
    refusal: str = ""
    index: int = -1
    path: Path | None = None


def embedded(probe: Probe | None, *, finished: bool) -> list[Track]:
    """Return the tracks inside a film.

    Lines of text lie all over the file: of an unfinished film they would pull it all.
    """
    streams = probe.streams if probe else ()
    return [
        Track(
            id=f"s{stream.index}",
            language=stream.language,
            title=stream.title,
            forced=stream.forced,
            hearing_impaired=stream.hearing_impaired,
            default=stream.default,
            refusal=_refusal(stream, finished=finished),
            index=stream.index,
        )
        for stream in streams
        if stream.kind is StreamKind.SUBTITLE
    ][:MAX_TRACKS]


def _refusal(stream: Stream, *, finished: bool) -> str:
    if stream.codec in _PICTURES:
        return PICTURES
    if stream.codec in _UNREADABLE or not stream.codec:
        return UNREADABLE
    return "" if finished else LATER


def beside(film: Path) -> list[Track]:
    """Return the tracks that lie beside a film or in its folder `Subs`. Blocks on the drive.

    Beside it a file belongs to the film when its name begins like it: `Film.en.forced.srt`.
    """
    stem = film.stem.casefold()
    tracks = []
    for path, own_folder in _candidates(film.parent):
        kind = ending(path.name)
        if kind not in _BESIDE:
            continue
        name = path.stem.casefold()
        if name == stem or name.startswith(stem + "."):
            words = path.stem[len(stem) :]
        elif own_folder:
            words = path.stem
        else:
            continue
        tracks.append(_named(path, words, PICTURES if kind in _BESIDE_PICTURES else ""))
    return tracks[:MAX_TRACKS]


def _candidates(folder: Path) -> list[tuple[Path, bool]]:
    """Return the files of the folder, and those of its subtitle folder when one film is in it."""
    found: list[tuple[Path, bool]] = []
    films = 0
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        for entry in entries:
            films += ending(entry.name) in ("mkv", "mp4", "m4v", "avi", "webm", "mov", "ts")
            # Links are left alone: one could lead out of the folder.
            if entry.is_file(follow_symlinks=False):
                found.append((Path(entry.path), False))
        for entry in entries:
            if films == 1 and _is_subtitle_folder(entry):
                inner = sorted(os.scandir(entry.path), key=lambda item: item.name)
                found += [
                    (Path(item.path), True) for item in inner if item.is_file(follow_symlinks=False)
                ]
    except OSError:
        return found
    return found


def _is_subtitle_folder(entry: os.DirEntry[str]) -> bool:
    return entry.name.casefold() in _FOLDERS and entry.is_dir(follow_symlinks=False)


def _named(path: Path, words: str, refusal: str) -> Track:
    """Read language and flags from what stands between the film's name and the ending."""
    track = Track(
        id="f" + hashlib.sha256(path.name.encode("utf-8", "replace")).hexdigest()[:12],
        refusal=refusal,
        path=path,
    )
    rest = []
    for word in words.replace("_", ".").split("."):
        flag = _FLAGS.get(word.casefold())
        if flag == "forced":
            track = replace(track, forced=True)
        elif flag == "hearing":
            track = replace(track, hearing_impaired=True)
        elif flag is None and not track.language and _is_language(word):
            track = replace(track, language=word)
        elif flag is None and word:
            rest.append(word)
    return replace(track, title=" ".join(rest))


def _is_language(word: str) -> bool:
    code = word.partition("-")[0]
    return code.isascii() and code.isalpha() and code.islower() and len(code) in (2, 3)


class Subtitles:
    """Makes WebVTT once and keeps it."""

    def __init__(self, folder: Path) -> None:
        self._cache = DiskCache(folder, CACHE_SIZE, ".vtt")
        # Reading a film for its subtitles keeps a drive busy: one at a time.
        self._turn = asyncio.Lock()

    async def tracks(self, film: Path | None, probe: Probe | None) -> list[Track]:
        """Return the tracks of a film; `film` is its path when it is finished."""
        inside = embedded(probe, finished=film is not None)
        return inside + (await patiently(beside, film) if film is not None else [])

    async def webvtt(self, film: Path, etag: str, track: Track) -> bytes:
        """Return the track as WebVTT. Raises `GiveUp` in words when it cannot be shown."""
        if track.refusal:
            raise NotFound(track.refusal, code="subtitle_not_text")
        key = await patiently(_key, etag, track)
        async with self._turn:
            kept = await asyncio.to_thread(self._cache.get, key)
            if kept is not None:
                return kept
            made = await self._make(film, track)
            await asyncio.to_thread(self._cache.put, key, made)
            return made

    async def _make(self, film: Path, track: Track) -> bytes:
        if track.path is None:
            return await ffmpeg.extract_subtitle(film, track.index)
        code_page = _CODE_PAGES.get(track.language.partition("-")[0], "")
        return await ffmpeg.convert_subtitle(track.path, code_page)


def _key(etag: str, track: Track) -> str:
    if track.path is None:
        return f"{etag} {track.id}"
    status = track.path.stat()
    return f"{track.path} {status.st_mtime_ns} {status.st_size}"
