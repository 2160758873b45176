"""What a screen takes, what is wished of it, and how a film is to be sent there. Values only.

Codecs are ffmpeg's names ("h264", "hevc", "eac3"), containers are families: "mp4", "matroska",
"webm", "mpegts", "mpeg", "avi", "asf", "ogg", "flv", "mp3", "flac", "wav". In what a screen takes,
"*" stands for every one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .media import Probe


class HlsFlavour(StrEnum):
    """Which segments of HLS a screen takes; `NONE`: no HLS at all."""

    FMP4 = "fmp4"
    TS = "ts"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class VideoRule:
    """One kind of picture that a screen takes; several for one codec are alternatives.

    Empty and 0 mean "any". `profiles` are ffprobe's words ("Main 10"), `max_level` is written as
    the standards do (4.1), `ranges` are of "sdr", "hdr10", "hdr10plus", "hlg", "dolby_vision".
    `bit_depth` 0 takes any depth and any subsampling of the colours, others 4:2:0 only.
    `containers` restricts the rule to files of these families, `tags` to these names of the codec
    in MP4 files ("hvc1").
    """

    codec: str
    profiles: tuple[str, ...] = ()
    max_level: float = 0.0
    bit_depth: int = 8
    ranges: tuple[str, ...] = ("sdr",)
    max_width: int = 0
    max_height: int = 0
    max_frame_rate: float = 0.0
    containers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AudioRule:
    """One kind of sound that a screen takes. Empty and 0 mean "any"; rates in Hz."""

    codec: str
    max_channels: int = 2
    profiles: tuple[str, ...] = ()
    max_sample_rate: int = 0
    containers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreenProfile:
    """What one kind of screen takes.

    `subtitles` are of "webvtt" (beside the film or as a rendition) and, inside the file, "srt",
    "ass", "mov_text", "pgs", "vobsub", "dvbsub". `max_bit_rate` in bits per second, 0 when no
    limit is known. `hls_video` and `hls_audio` are the codecs that may be copied into HLS for it,
    as far as its rules take them; TS carries H.264 only. `chooses_audio`: it can be told to play
    another track than the first. `uncertain` names containers and codecs that only some screens
    of the kind take, at all or beyond the rules: nothing is planned on them, but they may be
    tried. `references` say where the facts are published.
    """

    id: str
    name: str
    containers: tuple[str, ...] = ()
    video: tuple[VideoRule, ...] = ()
    audio: tuple[AudioRule, ...] = ()
    subtitles: tuple[str, ...] = ("webvtt",)
    hls: HlsFlavour = HlsFlavour.NONE
    hls_video: tuple[str, ...] = ("h264", "hevc")
    hls_audio: tuple[str, ...] = ("aac", "ac3", "eac3")
    max_bit_rate: int = 0
    chooses_audio: bool = False
    uncertain: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """A file as the decision sees it; `probe` is None while only the name is known."""

    name: str
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class PlaybackWish:
    """What the person wants. Tracks are stream indexes; None leaves the choice to the decision.

    `subtitle` None means no subtitle from inside the file. `max_height` (1080, 720, 480) and
    `max_bit_rate` (bits per second) are 0 for "auto".
    """

    audio: int | None = None
    subtitle: int | None = None
    max_height: int = 0
    max_bit_rate: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """What this machine can do now. `pixel_rate` is how many pixels a second it encodes in H.264.

    None means that it is not known, and is taken as enough; 0 that it cannot.
    """

    remux: bool = True
    pixel_rate: float | None = None


class DecisionKind(StrEnum):
    """Direct: the file as it is. Remux: HLS, the picture copied. Transcode: the picture encoded."""

    DIRECT = "direct"
    REMUX = "remux"
    TRANSCODE = "transcode"
    REFUSE = "refuse"


class Handling(StrEnum):
    """What is done with a track; `NONE`: there is none, or it is not sent."""

    NONE = "none"
    COPY = "copy"
    ENCODE = "encode"


class SubtitleHandling(StrEnum):
    """`INSIDE`: the screen reads it from the file. `WEBVTT`: it is sent beside the film."""

    NONE = "none"
    INSIDE = "inside"
    WEBVTT = "webvtt"
    REFUSED = "refused"


class Effect(StrEnum):
    """What happens on the screen when the file is sent as it is all the same."""

    REFUSED = "refused"
    BLACK = "black"
    SILENT = "silent"
    COLOURS = "colours"
    STUTTER = "stutter"
    WRONG_TRACK = "wrong_track"
    UNWISHED = "unwished"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file is not sent as it is. `code` is stable, `text` one sentence, `hint` what helps.

    `certain` is False where only some screens of the kind fail.
    """

    code: str
    text: str
    hint: str = ""
    effect: Effect = Effect.REFUSED
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """How to send a film to a screen. Refusing always has a reason.

    `video_stream` and `audio_stream` are the stream indexes to send, None when there is none, or
    when the tracks are not known yet: then the decision is for the time being. `audio_channels`
    (of the AAC) and `height`, `bit_rate` (of the H.264, bits per second) are set where that track
    is encoded, else 0; the picture is fitted into 16:9 of that height, so that 1920×800 counts as
    1080. `frame_rate` is the most that an encoded picture may have, 0 for that of the film. `hls`
    is `NONE` when the file goes as it is. `warnings` are sentences about what is lost on this
    way. `attempt` says that the file as it is shows at least a picture as far as is known, so
    that it may be tried where it cannot be converted.
    """

    kind: DecisionKind
    reasons: tuple[Reason, ...] = ()
    video: Handling = Handling.NONE
    audio: Handling = Handling.NONE
    video_stream: int | None = None
    audio_stream: int | None = None
    audio_channels: int = 0
    height: int = 0
    bit_rate: int = 0
    frame_rate: float = 0.0
    hls: HlsFlavour = HlsFlavour.NONE
    subtitle: SubtitleHandling = SubtitleHandling.NONE
    warnings: tuple[str, ...] = ()
    attempt: bool = True
