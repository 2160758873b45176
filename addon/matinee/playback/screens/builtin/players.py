"""Players that bring decoders of their own, and loudspeakers.

VLC and Kodi decode in software whatever FFmpeg decodes [VLC, KODI]; Dolby Vision without a usable
base layer shows green and purple there (inferred from libplacebo being optional in both). Stremio
hands the address to mpv, ExoPlayer or the browser, by platform [STREMIO].
"""

from __future__ import annotations

from ....models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from .common import HDR, HEVC_10BIT, SURROUND, sounds

VLC_FEATURES = "https://www.videolan.org/vlc/features.html"
KODI_FEATURES = "https://kodi.wiki/view/Features_and_supported_formats"
STREMIO_STREAMS = (
    "https://github.com/Stremio/stremio-addon-sdk/blob/master/docs/api/responses/stream.md"
)
SONOS_FORMATS = "https://docs.sonos.com/docs/supported-audio-formats"
SONOS_HLS = "https://docs.sonos.com/docs/http-live-streaming-hls"

_ANYTHING = (VideoRule("*", bit_depth=0, ranges=HDR),)
_ANY_SOUND = (AudioRule("*", 0),)
_ALL_SUBTITLES = ("webvtt", "srt", "ass", "mov_text", "pgs", "vobsub", "dvbsub")

VLC = ScreenProfile(
    "vlc", "VLC", ("*",), _ANYTHING, _ANY_SOUND, _ALL_SUBTITLES, HlsFlavour.FMP4,
    chooses_audio=True, references=(VLC_FEATURES,), built_in=True,
)  # fmt: skip
KODI = ScreenProfile(
    "kodi", "Kodi", ("*",), _ANYTHING, _ANY_SOUND, _ALL_SUBTITLES, HlsFlavour.FMP4,
    chooses_audio=True, references=(KODI_FEATURES,), built_in=True,
)  # fmt: skip
STREMIO = ScreenProfile(
    "stremio", "Stremio", ("mp4", "matroska", "webm", "mpegts", "avi"),
    (
        VideoRule("h264", (), 5.2, 10, ("sdr",), 4096, 2304),
        VideoRule("hevc", HEVC_10BIT, 5.1, 10, HDR, 4096, 2304),
        VideoRule("vp8"), VideoRule("vp9", (), 0, 10, HDR), VideoRule("av1", ("Main",), 0, 10, HDR),
        VideoRule("mpeg4"),
    ),
    (
        AudioRule("aac", 8), AudioRule("ac3", SURROUND), AudioRule("eac3", 8), AudioRule("dts", 8),
        AudioRule("opus", 8), AudioRule("vorbis", 8), AudioRule("flac", 8), *sounds("mp3"),
    ),
    ("webvtt", "srt", "ass", "pgs", "vobsub"), HlsFlavour.FMP4,
    chooses_audio=True, uncertain=("truehd", "mpeg2video", "vc1", "mp2", "flv", "asf"),
    references=(STREMIO_STREAMS,), built_in=True,
)  # fmt: skip
SONOS = ScreenProfile(
    "sonos", "Sonos", ("mp4", "mp3", "flac", "ogg", "asf"), (),
    (
        *(
            AudioRule(codec, 2, max_sample_rate=48_000)
            for codec in ("aac", "mp3", "flac", "vorbis", "wmav2")
        ),
    ),
    (), HlsFlavour.FMP4, uncertain=("wav", "alac"),
    references=(SONOS_FORMATS, SONOS_HLS), built_in=True,
)  # fmt: skip
ANY = ScreenProfile(
    "any", "Any player", ("*",), (VideoRule("*", bit_depth=0, ranges=("*",)),), _ANY_SOUND,
    _ALL_SUBTITLES, HlsFlavour.FMP4, chooses_audio=True, built_in=True,
    references=("A screen of an unknown kind is taken to play everything.",),
)  # fmt: skip
PROFILES = (VLC, KODI, STREMIO, SONOS, ANY)
