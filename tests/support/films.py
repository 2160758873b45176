"""Small real films for tests, made by ffmpeg once a session and copied from a cache.

`make_film(path, "mkv")` puts a film of two seconds at `path`. Kinds are the keys of `KINDS`.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

SRT = (
    "1\n00:00:00,200 --> 00:00:01,000\nGrüße, <i>world</i>\n\n"
    "2\n00:00:01,100 --> 00:00:01,800\nBye\n"
)
ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour\nStyle: Default,Arial,20,&H00FFFFFF\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.30,0:00:01.20,Default,,0,0,0,,{\\i1}Signs{\\i0} of spring\n"
)


@functools.cache
def _cache() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="matinee-films-"))
    owner = os.getpid()

    def clear() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(clear)
    return folder


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg or fail with what it said."""
    command = ["ffmpeg", "-hide_banner", "-nostdin", "-y", "-v", "error", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"


def _picture(seconds: float, size: str = "320x180") -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=24:duration={seconds}")


def _tone(seconds: float, hertz: int = 440) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=frequency={hertz}:sample_rate=48000:duration={seconds}")


def _h264(rate: int) -> tuple[str, ...]:
    video = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "24", "-pix_fmt", "yuv420p")
    # A film of a given size: test pictures compress to nothing, filler keeps the rate.
    exact = ("-b:v", str(rate), "-minrate", str(rate), "-maxrate", str(rate), "-bufsize",
             str(rate), "-x264-params", "nal-hrd=cbr")  # fmt: skip
    return (*video, *(exact if rate else ()), "-c:a", "aac", "-b:a", "64k")


def _mp4(path: Path, seconds: float, rate: int) -> None:
    ffmpeg(*_picture(seconds), *_tone(seconds), *_h264(rate), "-movflags", "+faststart", path)


def _mp4_end(path: Path, seconds: float, rate: int) -> None:
    ffmpeg(*_picture(seconds), *_tone(seconds), *_h264(rate), path)


def _silent(path: Path, seconds: float, rate: int) -> None:
    ffmpeg(*_picture(seconds), *_h264(rate), "-movflags", "+faststart", path)


def _mkv(path: Path, seconds: float, rate: int) -> None:
    srt, ass = path.with_suffix(".srt"), path.with_suffix(".ass")
    notes = path.with_suffix(".txt")
    srt.write_text(SRT, "utf-8")
    ass.write_text(ASS, "utf-8")
    half = int(seconds * 500)
    notes.write_text(
        f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND={half}\ntitle=Intro\n"
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={half}\nEND={half * 2}\ntitle=Film\n"
    )
    ffmpeg(
        *_picture(seconds), *_tone(seconds), *_tone(seconds, 880),
        "-i", srt, "-i", ass, "-i", notes,
        *(part for n in range(5) for part in ("-map", str(n))), "-map_chapters", "5",
        *_h264(rate), "-c:s:0", "srt", "-c:s:1", "copy",
        "-metadata:s:a:0", "language=eng", "-metadata:s:a:0", "title=Stereo",
        "-metadata:s:a:1", "language=deu", "-metadata:s:s:0", "language=eng",
        "-metadata:s:s:1", "language=deu", "-disposition:a:0", "default", "-disposition:a:1", "0",
        "-disposition:s:0", "default", "-disposition:s:1", "forced+hearing_impaired", path,
    )  # fmt: skip


def _hevc(path: Path, seconds: float, rate: int, *more: str, pixels: str = "yuv420p") -> None:
    ffmpeg(
        *_picture(seconds), *_tone(seconds), "-c:v", "libx265", "-preset", "ultrafast",
        "-pix_fmt", pixels, "-tag:v", "hvc1", *more, "-c:a", "aac", "-movflags", "+faststart", path,
    )  # fmt: skip


def _hdr10(path: Path, seconds: float, rate: int) -> None:
    params = (
        "log-level=error:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:"
        "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):"
        "max-cll=1000,400"
    )
    _hevc(path, seconds, rate, "-x265-params", params, "-color_primaries", "bt2020",
          "-color_trc", "smpte2084", "-colorspace", "bt2020nc", pixels="yuv420p10le")  # fmt: skip


def _hlg(path: Path, seconds: float, rate: int) -> None:
    params = "log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    _hevc(path, seconds, rate, "-x265-params", params, "-color_primaries", "bt2020",
          "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc",
          pixels="yuv420p10le")  # fmt: skip


def _hevc_plain(path: Path, seconds: float, rate: int) -> None:
    _hevc(path, seconds, rate, "-x265-params", "log-level=error")


def _ac3(path: Path, seconds: float, rate: int) -> None:
    """An mkv whose sound no browser decodes."""
    ffmpeg(*_picture(seconds), *_tone(seconds), *_h264(rate), "-c:a", "ac3", "-ac", "6", path)


def _webm(path: Path, seconds: float, rate: int) -> None:
    ffmpeg(*_picture(seconds), *_tone(seconds), "-c:v", "libvpx-vp9", "-deadline", "realtime",
           "-cpu-used", "8", "-c:a", "libopus", path)  # fmt: skip


def _black_start(path: Path, seconds: float, rate: int) -> None:
    """Black for the first half, a test picture after it."""
    ffmpeg(
        "-f", "lavfi", "-i", f"color=black:size=320x180:rate=24:duration={seconds / 2}",
        *_picture(seconds / 2), "-filter_complex", "[0:v][1:v]concat=n=2:v=1[v]", "-map", "[v]",
        *_h264(rate), path,
    )  # fmt: skip


def _cover(path: Path, seconds: float, rate: int) -> None:
    """An mp4 with a cover picture, which is no video."""
    image, plain = path.with_suffix(".png"), path.with_suffix(".plain.mp4")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=100x150:rate=1", "-frames:v", "1", image)
    _mp4(plain, seconds, rate)
    ffmpeg("-i", plain, "-i", image, "-map", "1", "-map", "0", "-c", "copy", "-c:v:0", "png",
           "-disposition:v:0", "attached_pic", path)  # fmt: skip


def _audio(path: Path, seconds: float, rate: int) -> None:
    ffmpeg(*_tone(seconds), "-c:a", "aac", path)


def _truncated(path: Path, seconds: float, rate: int) -> None:
    """An mkv that ends in the middle, as an interrupted copy does."""
    whole = path.with_suffix(".whole.mkv")
    _mkv(whole, seconds, rate)
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])


def _damaged(path: Path, seconds: float, rate: int) -> None:
    """An mkv with its headers whole and rubbish in the middle."""
    whole = path.with_suffix(".whole.mkv")
    _mkv(whole, seconds, rate)
    data = bytearray(whole.read_bytes())
    start, end = len(data) * 4 // 10, len(data) * 6 // 10
    data[start:end] = bytes((i * 37 + 11) % 256 for i in range(end - start))
    path.write_bytes(data)


def _no_index(path: Path, seconds: float, rate: int) -> None:
    """An mp4 whose index, at the end, is not here."""
    whole = path.with_suffix(".whole.mp4")
    _mp4_end(whole, seconds, rate)
    data = whole.read_bytes()
    path.write_bytes(data[: data.rindex(b"moov") - 4])


def _noise(path: Path, seconds: float, rate: int) -> None:
    path.write_bytes(bytes((i * 7919 + (i >> 3)) % 251 for i in range(64 * 1024)))


def _playlist(path: Path, seconds: float, rate: int) -> None:
    """A playlist that poses as a film; `playlist_film` names the address it points to."""
    playlist_film(path, "http://127.0.0.1:9/segment.ts")


def playlist_film(path: Path, address: str) -> Path:
    """Write an HLS playlist under a film's name that makes a naive reader fetch `address`."""
    path.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n", "utf-8"
    )
    return path


def _pgs(path: Path, seconds: float, rate: int) -> None:
    """An mkv with a Blu-ray picture subtitle, which is no text."""
    sup, plain = path.with_suffix(".sup"), path.with_suffix(".plain.mp4")
    sup.write_bytes(_sup(0.2, 1.2))
    _mp4(plain, seconds, rate)
    ffmpeg("-i", plain, "-f", "sup", "-i", sup, "-map", "0", "-map", "1", "-c", "copy",
           "-metadata:s:s:0", "language=fra", path)  # fmt: skip


def _sup(start: float, end: float) -> bytes:
    """Return a PGS stream with one grey box of 16 x 8 pixels from `start` to `end` seconds."""
    screen, box = struct.pack(">HHB", 320, 180, 0x10), struct.pack(">HH", 16, 8)
    window = struct.pack(">BBHH", 1, 0, 10, 10) + box
    line = b"\x00\x90\x01\x00\x00"  # 16 pixels of colour 1, end of line
    picture = struct.pack(">HBB", 0, 0, 0xC0) + (len(line) * 8 + 4).to_bytes(3) + box + line * 8

    def part(at: float, kind: int, body: bytes) -> bytes:
        return b"PG" + struct.pack(">IIBH", int(at * 90000), 0, kind, len(body)) + body

    show = screen + struct.pack(">HBBBB", 0, 0x80, 0, 0, 1) + struct.pack(">HBBHH", 0, 0, 0, 10, 10)
    hide = screen + struct.pack(">HBBBB", 1, 0, 0, 0, 0)
    return b"".join((
        part(start, 0x16, show), part(start, 0x17, window),
        part(start, 0x14, bytes((0, 0, 1, 128, 128, 128, 255))), part(start, 0x15, picture),
        part(start, 0x80, b""),
        part(end, 0x16, hide), part(end, 0x17, window), part(end, 0x80, b""),
    ))  # fmt: skip


KINDS: dict[str, tuple[str, Callable[[Path, float, int], None]]] = {
    "mp4": (".mp4", _mp4),  # index in front
    "mp4_end": (".mp4", _mp4_end),  # index at the end
    "silent": (".mp4", _silent),
    "mkv": (".mkv", _mkv),  # two audio tracks, SRT and ASS, two chapters
    "hevc": (".mp4", _hevc_plain),
    "hdr10": (".mp4", _hdr10),
    "hlg": (".mp4", _hlg),
    "ac3": (".mkv", _ac3),
    "webm": (".webm", _webm),
    "black_start": (".mp4", _black_start),
    "cover": (".mp4", _cover),
    "pgs": (".mkv", _pgs),
    "audio": (".m4a", _audio),
    "truncated": (".mkv", _truncated),
    "damaged": (".mkv", _damaged),
    "no_index": (".mp4", _no_index),
    "noise": (".mkv", _noise),
    "playlist": (".mkv", _playlist),
}


@functools.cache
def film(kind: str = "mp4", seconds: float = 2, bit_rate: int = 0) -> Path:
    """Return a film of the cache, to be read only. `bit_rate` (bit/s) fixes the video's size."""
    ending, make = KINDS[kind]
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=_cache()))
    path = folder / f"film{ending}"
    make(path, seconds, bit_rate)
    for other in folder.iterdir():
        if other != path:
            other.unlink()
    return path


def make_film(path: Path, kind: str = "mp4", seconds: float = 2, bit_rate: int = 0) -> Path:
    """Put a film at `path`, whose folders are made, and return `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(film(kind, seconds, bit_rate), path)
    return path
