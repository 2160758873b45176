"""ffprobe and ffmpeg on content that is hostile until proven otherwise.

Every input gets the demuxer that its first bytes call for and may use one protocol only: files
for a path, HTTP on our own loopback address for a film on its way. So a playlist that poses as
a film opens nothing.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import orjson

from ..errors import GiveUp, InvalidInput, NotFound, RetryLater
from ..models.limits import MIB
from ..models.media import Probe
from . import facts, sniff
from .run import Limits, ProgramFailed, run

Source = Path | str
"""A path, or an address such as http://127.0.0.1:8674/… of our own."""
Input = tuple[str, ...]
"""ffmpeg's arguments for one input."""

_PROBE = Limits(seconds=60, cpu_seconds=30, output=4 * MIB)
_STILL = Limits(seconds=60, cpu_seconds=60, output=8 * MIB)
_SUBTITLE = Limits(seconds=900, cpu_seconds=300, output=16 * MIB)
_SUBTITLE_FILE = 16 * MIB
_ENTRIES = (
    "format=format_name,duration,size,bit_rate"
    ":stream=index,codec_type,codec_name,profile,level,width,height,pix_fmt,color_transfer,"
    "avg_frame_rate,r_frame_rate,bits_per_raw_sample,channels,sample_rate,bit_rate,duration"
    ":stream_disposition:stream_tags=language,title,BPS,DURATION"
    ":stream_side_data=side_data_type,dv_profile:chapter=start_time,end_time:chapter_tags=title"
)
# Frames that are darker than 85 % black are passed over for up to 20 seconds.
_NOT_BLACK = (
    "blackframe=amount=0:threshold=32,"
    "metadata=mode=select:key=lavfi.blackframe.pblack:value=85:function=less,"
)


_TO_NORMAL = (
    ",zscale=t=linear:npl=100,format=gbrpf32le,tonemap=hable:desat=0,"
    "zscale=p=bt709:t=bt709:m=bt709:r=tv"
)
# About what ffmpeg would write, not about what it read.
_HARMLESS = re.compile(r"non.monotonic|Queue input is backward in time|Last message repeated")


@dataclass(frozen=True, slots=True)
class Check:
    """What reading a whole file showed. `errors` are ffmpeg's words, at most 20."""

    ok: bool
    errors: tuple[str, ...] = ()


async def probe(source: Source, demuxer: str = "", *, limits: Limits = _PROBE) -> Probe:
    """Return the facts about a film. `demuxer` is ffmpeg's name when the kind is known already.

    Raises `GiveUp` (`not_media`) when it is no film or damaged, `NotFound` when there is none,
    `RetryLater` over a limit of time, `AskUser` without ffprobe.
    """
    given = await _input(source, demuxer)
    answer = await _probe(given, ("-show_chapters", "-show_entries", _ENTRIES), limits)
    found = facts.probe_of(answer)
    if not found.streams:
        raise GiveUp("The file holds neither picture nor sound.", code="not_media")
    if facts.needs_frames(found) and await _has_dynamic_metadata(given, limits):
        streams = (
            replace(stream, hdr="hdr10plus") if stream.hdr == "hdr10" else stream
            for stream in found.streams
        )
        found = replace(found, streams=tuple(streams))
    return found


async def _probe(given: Input, wanted: Sequence[str], limits: Limits) -> object:
    try:
        done = await run(["ffprobe", "-v", "error", "-of", "json", *wanted, *given], limits)
        return orjson.loads(done.output)
    except ProgramFailed as error:
        raise _damaged(error) from error
    except orjson.JSONDecodeError as error:
        raise GiveUp("The facts about this file cannot be read.", code="not_media") from error


async def _has_dynamic_metadata(given: Input, limits: Limits) -> bool:
    wanted = ("-select_streams", "v:0", "-read_intervals", "%+#1", "-show_entries",
              "frame=pts:frame_side_data_list=side_data_type")  # fmt: skip
    try:
        return facts.is_hdr10_plus(await _probe(given, wanted, limits))
    except (GiveUp, RetryLater):
        return False


async def still(
    source: Source, at_seconds: float, width: int, *, hdr: str = "", limits: Limits = _STILL
) -> bytes:
    """Return a JPEG of `width` pixels from about `at_seconds`; dark frames are passed over.

    `hdr` is the stream's (`models.media.Stream`): its brightness is then mapped to a normal
    picture's, where ffmpeg was built with what that needs.

    Raises as `probe`; `GiveUp` (`no_picture`) when there is no picture from there on.
    """
    width = max(16, min(width, 3840)) // 2 * 2
    given = await _input(source, "")
    shape = (
        f"thumbnail=24,scale=w={width}:"
        f"h='clip(trunc({width}/if(gt(dar,0.1),dar,1.778)/2)*2,2,{width * 4})',setsar=1"
    )
    ways = [_NOT_BLACK + shape, shape]
    if hdr:
        ways.insert(0, _NOT_BLACK + shape + _TO_NORMAL)
    for number, way in enumerate(ways):
        try:
            picture = await _picture(given, max(0.0, at_seconds), way, limits)
        except ProgramFailed as error:
            if number == len(ways) - 1:
                raise _damaged(error) from error
            continue
        if picture:
            return picture
    raise GiveUp("There is no picture at that place.", code="no_picture")


async def _picture(given: Input, at: float, filters: str, limits: Limits) -> bytes:
    done = await run(
        [*_FFMPEG, "-ss", f"{at:.3f}", "-t", "20", "-threads", "2", *given,
         "-map", "0:V:0", "-vf", filters, "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4",
         "-pix_fmt", "yuvj420p", "-f", "mjpeg", "pipe:1"], limits,
    )  # fmt: skip
    return done.output


async def extract_subtitle(
    source: Source, stream_index: int, *, limits: Limits = _SUBTITLE
) -> bytes:
    """Return a text stream of a film as WebVTT in UTF-8.

    Raises as `probe`; `GiveUp` (`subtitle_not_text`) when the stream is pictures or no subtitle.
    """
    given = await _input(source, "")
    try:
        done = await run(
            [*_FFMPEG, *given, "-map", f"0:{int(stream_index)}", "-c:s", "webvtt",
             "-f", "webvtt", "pipe:1"], limits,
        )  # fmt: skip
    except ProgramFailed as error:
        raise GiveUp(
            "This stream cannot be shown as text.",
            code="subtitle_not_text",
            hint="Choose another subtitle.",
        ) from error
    return done.output


async def convert_subtitle(path: Path, encoding: str = "") -> bytes:
    """Return a subtitle file (SRT, ASS, SSA, WebVTT, SAMI, MicroDVD) as WebVTT in UTF-8.

    `encoding` is tried where the bytes say nothing themselves; without one, Windows-1252.
    Raises `GiveUp` (`not_subtitle`, `unreadable`) or `NotFound`.
    """
    data = await _read(path, _SUBTITLE_FILE)
    return await convert_subtitle_text(decode(data, encoding))


async def convert_subtitle_text(text: str) -> bytes:
    """Return a subtitle file's text as WebVTT. Raises `GiveUp` (`not_subtitle`)."""
    text = text.replace("\0", "")
    kind = sniff.subtitle_demuxer(text)
    try:
        done = await run(
            [*_FFMPEG, "-protocol_whitelist", "pipe", "-f", kind, "-i", "pipe:0", "-map", "0:s:0",
             "-c:s", "webvtt", "-f", "webvtt", "pipe:1"],
            replace(_SUBTITLE, seconds=60), stdin=text.encode("utf-8", "replace"),
        )  # fmt: skip
    except ProgramFailed as error:
        raise GiveUp("This subtitle file is damaged.", code="not_subtitle") from error
    return done.output


def decode(data: bytes, encoding: str = "") -> str:
    """Return text of unknown encoding: a byte order mark, zeros of UTF-16, UTF-8, or a guess."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                       (b"\xfe\xff", "utf-16")):  # fmt: skip
        if data.startswith(mark):
            return data.decode(name, "replace")
    sample = data[:2000]
    if sample.count(0) > len(sample) // 4:
        return data.decode("utf-16-be" if sample[::2].count(0) > len(sample) // 4 else "utf-16-le",
                           "replace")  # fmt: skip
    for name in ("utf-8", encoding):
        try:
            return data.decode(name) if name else data.decode("cp1252", "replace")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


async def check(source: Source, *, decode_all: bool = True, limits: Limits | None = None) -> Check:
    """Read a whole file and report what is damaged.

    With `decode_all` every frame is decoded, which takes minutes to hours at low priority; else
    only the container is walked. Raises as `probe` only when the check itself cannot be done.
    """
    bounds = limits or Limits(seconds=6 * 3600, cpu_seconds=12 * 3600, output=MIB, niceness=19)
    try:
        known = await probe(source)
        given = await _input(source, "")
        done = await run(
            ["ffmpeg", *_QUIET, "-v", "error", "-err_detect", "crccheck+bitstream+buffer",
             "-threads", "2", *given, "-map", "0:v?", "-map", "0:a?",
             *(() if decode_all else ("-c", "copy")), "-f", "null", "-progress", "pipe:1", "-"],
            bounds, accept=range(256),
        )  # fmt: skip
    except GiveUp as error:
        if isinstance(error, NotFound | InvalidInput):
            raise
        return Check(ok=False, errors=(error.message,))
    lines = [_plain(line) for line in done.words.splitlines() if not _HARMLESS.search(line)]
    lines = [line for line in lines if line]
    reached = [float(part) / 1e6 for part in re.findall(rb"out_time_us=(\d+)", done.output)]
    if known.duration and max(reached, default=0.0) < known.duration - max(
        1.0, known.duration / 50
    ):
        lines.append(
            f"It ends after {max(reached, default=0.0):.0f} of {known.duration:.0f} seconds."
        )
    if done.code and not lines:
        lines.append("It cannot be read to its end.")
    return Check(ok=not lines, errors=tuple(dict.fromkeys(lines))[:20])


async def version(program: str) -> str:
    """Return the version of ffmpeg or ffprobe. Raises `AskUser` when it is not installed."""
    done = await run([program, "-version"], Limits(seconds=20, output=MIB))
    match = re.match(rb"\S+ version (\S+)", done.output)
    return match[1].decode("utf-8", "replace") if match else ""


_QUIET = ("-hide_banner", "-nostdin", "-nostats")
_FFMPEG = ("ffmpeg", *_QUIET, "-v", "error")


async def _input(source: Source, demuxer: str) -> Input:
    if isinstance(source, Path):
        kind = demuxer or sniff.demuxer(await _read(source, sniff.HEAD))
        return "-protocol_whitelist", "file", "-f", kind, "-i", f"file:{_absolute(source)}"
    _check_own(source)
    kind = demuxer or sniff.demuxer(await _head(source))
    return "-protocol_whitelist", "http,tcp", "-f", kind, "-i", source


def _check_own(address: str) -> None:
    parts = urlsplit(address)
    try:
        own = parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        own = False
    if not own:
        raise InvalidInput("Only addresses of this machine itself are read.", field="source")


async def _head(address: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=_PROBE.seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.get(
                address, headers={"Range": f"bytes=0-{sniff.HEAD - 1}"}, allow_redirects=False
            ) as answer,
        ):
            if answer.status not in (200, 206):
                raise NotFound(f"The film cannot be read (HTTP {answer.status}).")
            head = b""
            while len(head) < sniff.HEAD and (chunk := await answer.content.read(sniff.HEAD)):
                head += chunk
            return head
    except (aiohttp.ClientError, TimeoutError) as error:
        raise RetryLater("The film's beginning is not here yet.", code="not_here_yet") from error


async def _read(path: Path, limit: int) -> bytes:
    # By a program, which can be left behind: a drive that hangs would keep a thread for good.
    try:
        arguments = ["head", "-c", str(limit), _absolute(path)]
        return (await run(arguments, Limits(seconds=30, output=limit))).output
    except ProgramFailed as error:
        said = error.words.strip().rpartition(": ")[2]
        if said == "No such file or directory":
            raise NotFound(f"There is no file {path.name}.") from error
        raise GiveUp(f"{path.name} cannot be read: {said}.", code="unreadable") from error


def _absolute(path: Path) -> str:
    return os.path.normpath(path if path.is_absolute() else Path.cwd() / path)


def _plain(line: str) -> str:
    """Return a line of ffmpeg's without its addresses and numbers of memory."""
    line = re.sub(r"\[[^\]]* @ 0x[0-9a-f]+\] *", "", line)
    line = re.sub(r"(file:)?/\S.*?: ", "", line)
    return "".join(sign if sign.isprintable() else " " for sign in line)[:200].strip()


def _damaged(error: ProgramFailed) -> GiveUp:
    lines = [text for line in error.words.splitlines() if (text := _plain(line))]
    said = lines[0] if lines else error.message
    if "moov atom not found" in error.words:
        return GiveUp("The film's index is not here.", code="media_incomplete",
                      hint="Wait until the download is complete, or fetch it again.")  # fmt: skip
    return GiveUp(f"This is no film, or it is damaged: {said}", code="not_media")
