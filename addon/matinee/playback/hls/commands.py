"""What ffmpeg is told for one segment. Pure.

Tracks are cut by what their packets say, not by ffmpeg's own start and end: those go by guessed
decoding times and would put pictures into two segments or none. A picture belongs to the segment
of the key picture that it follows in the file. Sound belongs to the segment that its time falls
into, counted from `LAG` behind the picture, so that everything that a segment needs lies behind
its key picture in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...models.media import Stream
from .index import FilmIndex
from .playlist import Segment
from .way import Way

LAG = 0.15
"""Seconds by which the sound of a segment begins and ends behind its picture.

Covers sound that lies before its picture in the file, the first block of a decoder (up to 43 ms)
and the block before an AAC block, which it overlaps with.
"""
SHIFT = 2.0
"""Where the film's first picture is on the time line of the segments: none is below zero."""
AAC_BLOCK = 1024
_EDGE = 0.0005  # Matroska rounds to milliseconds
_BEYOND = 0.35
_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_PLAIN_NOISE = "noise=drop="
_FORM = (
    "-f", "mp4", "-use_editlist", "0", "-avoid_negative_ts", "disabled", "-movflags",
    "+empty_moov+delay_moov+frag_custom+default_base_moof+frag_discont+skip_trailer+skip_sidx",
)  # fmt: skip
_SOFT = (
    "zscale=t=linear:npl=100,format=gbrpf32le,tonemap=hable:desat=0,"
    "zscale=p=bt709:t=bt709:m=bt709:r=tv,"
)


@dataclass(frozen=True, slots=True)
class Job:
    """One segment to be made. `last` has everything up to the end."""

    index: FilmIndex
    segment: Segment
    way: Way
    video: Stream | None
    audio: Stream | None
    last: bool
    tone_map: bool = False

    @property
    def first(self) -> bool:
        return self.segment.number == 0


def fragment(job: Job, address: str) -> list[str]:
    """Return the arguments of the run that writes head and fragment to its output."""
    return [
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-v", "error", "-copyts",
        *_input(job, address), *_video(job), *_audio(job), "-sn", "-dn",
        "-map_chapters", "-1", "-map_metadata", "-1", "-copypriorss", "1",
        *(() if job.last else ("-to", f"{job.segment.stop + _BEYOND:.6f}")),
        "-max_interleave_delta", "0", "-output_ts_offset", f"{SHIFT - job.index.keys[0]:.6f}",
        *_FORM, "pipe:1",
    ]  # fmt: skip


def transport_stream() -> list[str]:
    """Return the arguments of the run that makes TS of head and fragment at its input."""
    return [
        "ffmpeg", "-hide_banner", "-nostats", "-v", "error", "-copyts",
        "-protocol_whitelist", "pipe", "-f", "mov", "-i", "pipe:0", "-map", "0", "-c", "copy",
        "-muxdelay", "0", "-muxpreload", "0", "-avoid_negative_ts", "disabled",
        "-bsf:v", "h264_mp4toannexb,dump_extra=freq=keyframe", "-f", "mpegts", "pipe:1",
    ]  # fmt: skip


def _input(job: Job, address: str) -> Sequence[str]:
    given = ("-protocol_whitelist", "http,tcp", "-f", job.index.container)
    if job.index.container == "matroska":  # what is lent begins with the key picture
        return (*given, "-seekable", "0", "-i", address)
    seek = () if job.first else (
        "-seek_timestamp", "1", "-noaccurate_seek", "-ss", f"{job.segment.start + _EDGE:.6f}"
    )  # fmt: skip
    return (*seek, *given, "-i", address)


def _video(job: Job) -> Sequence[str]:
    if job.way.video is None or job.video is None:
        return ("-vn",)
    start, stop = job.segment.start - _EDGE, job.segment.stop - _EDGE
    chosen = ("-map", f"0:{job.way.video}")
    if job.way.height:
        return (*chosen, *_encoded(job, start, stop))
    begun = f"if(key*gte(pts*tb,{start:.6f}),st(0,1))"
    over = "" if job.last else f";if(key*gte(pts*tb,{stop:.6f}),st(1,1))"
    tag = ("-tag:v", "hvc1") if job.video.codec == "hevc" else ()
    return (
        *chosen, "-c:v", "copy", *tag,
        # The film's own: before the head is written, ffmpeg's filters count in no other.
        "-video_track_timescale", str(job.index.ticks),
        "-bsf:v", f"{_PLAIN_NOISE}'{begun}{over};not(ld(0))+ld(1)'",
    )  # fmt: skip


def _encoded(job: Job, start: float, stop: float) -> Sequence[str]:
    end = "" if job.last else f":end={stop:.6f}"
    begin = "" if job.first else f"start={start:.6f}"
    trim = f"trim={(begin + end).lstrip(':')}," if begin or end else ""
    frames = f"fps={job.way.frame_rate}," if job.way.frame_rate else ""
    width = job.way.height * 16 // 9
    shape = (
        f"scale=w={width}:h={job.way.height}:force_original_aspect_ratio=decrease"
        ":force_divisible_by=2"
    )
    soft = _SOFT if job.tone_map else ""
    rate = job.way.bit_rate
    return (
        "-vf", f"{trim}{frames}{shape},{soft}format=yuv420p,setsar=1", "-c:v", "libx264",
        "-preset", "veryfast", "-profile:v", "high", "-bf", "0", "-b:v", str(rate),
        "-maxrate", str(rate), "-bufsize", str(rate * 2), "-threads", "2",
        "-fps_mode", "passthrough", "-enc_time_base:v", "1:90000", "-video_track_timescale",
        "90000",
    )  # fmt: skip


def _audio(job: Job) -> Sequence[str]:
    if job.way.audio is None or job.audio is None:
        return ("-an",)
    start, stop = job.segment.start + LAG, job.segment.stop + LAG
    chosen = ("-map", f"0:{job.way.audio}")
    if not job.way.channels:
        keep = _outside(job, start - _EDGE / 2, stop - _EDGE / 2)
        rate = job.audio.sample_rate or 48000
        return (*chosen, "-c:a", "copy", "-time_base:a", f"1:{rate}", *keep)
    rate = sound_rate(job.audio)
    first, beyond = _block(start, rate), _block(stop, rate)
    # The blocks of all segments lie on one grid; those of the first begin on it as well.
    origin = _block(job.index.first_times.get(job.way.audio, 0.0) - 0.03, rate)
    grid = f":first_pts={origin}" if job.first else ""
    chain = [*_steady(job), f"aresample={rate}:async=1{grid}"]
    begin = "" if job.first else f"start_pts={first - 2 * AAC_BLOCK}"
    end = "" if job.last else f"end_pts={beyond + 4 * AAC_BLOCK}"
    if begin or end:
        chain.append("atrim=" + ":".join(filter(None, (begin, end))))
    half = AAC_BLOCK / rate / 2
    return (
        *chosen, "-af", ",".join(chain), "-c:a", "aac", "-ac", str(job.way.channels),
        "-ar", str(rate), "-b:a", str(80_000 * job.way.channels),
        *_outside(job, first / rate - half, beyond / rate - half),
    )  # fmt: skip


def sound_rate(audio: Stream) -> int:
    """Return the sample rate of the AAC made of a track."""
    return audio.sample_rate if audio.sample_rate in _RATES else 48000


def _block(seconds: float, rate: int) -> int:
    """Return the first sample of the first AAC block from `seconds` on."""
    return -int(-seconds * rate // AAC_BLOCK) * AAC_BLOCK


def _outside(job: Job, start: float, stop: float) -> Sequence[str]:
    """Drop the packets that belong to other segments."""
    before = [] if job.first else [f"lt(pts*tb,{start:.6f})"]
    behind = [] if job.last else [f"gte(pts*tb,{stop:.6f})"]
    rule = "+".join(before + behind)
    return ("-bsf:a", f"{_PLAIN_NOISE}'{rule}'") if rule else ()


def _steady(job: Job) -> Sequence[str]:
    """Put times that were rounded to milliseconds back onto the sample that they mean.

    Runs that begin at different packets would else be up to 48 samples apart, which clicks.
    """
    assert job.audio is not None
    first = job.index.first_times.get(job.way.audio or 0)
    if job.index.exact or first is None or not job.audio.sample_rate:
        return ()
    origin = round(first * job.audio.sample_rate)
    grid = f"round((PTS-{origin})/NB_SAMPLES)*NB_SAMPLES+{origin}"
    return (f"asetpts=if(gte(NB_SAMPLES\\,256)\\,{grid}\\,PTS)",)
