"""Apple TV, Android TV, televisions with DLNA.

Apple: [TECH] is the list of the device, [HLS] what a stream has to keep to. HEVC must bear the
name `hvc1` and lie in MP4; a wrong one fails in silence. Android TV: [EXO] lists what the player
reads; what the device decodes is its maker's affair, [CDD] says what it must, and sound that only
a receiver decodes is `uncertain`. DLNA: every television says itself what it takes (see `sinks`);
the profile here is what [GUIDELINES] make every one of them play.
"""

from __future__ import annotations

from ....models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from .browsers import APPLE_HLS
from .common import H264_8BIT, HDR, HEVC_10BIT, PCM, SURROUND, cinema, h264, hevc, sounds

TECH = "https://support.apple.com/kb/SP769"
TECH_HD = "https://support.apple.com/kb/SP724"
PYATV = "https://pyatv.dev/documentation/supported_features/"
EXO = "https://developer.android.com/media/media3/exoplayer/supported-formats"
CDD = (
    "https://android.googlesource.com/platform/compatibility/cdd/+/refs/heads/main/"
    "2_device-types/2_3_television-reqs.md"
)
GUIDELINES = "IEC 62481-2, DLNA media formats"
MKV_FILTER = "https://github.com/home-assistant/core/issues/68691"

_APPLE_SOUND = (
    AudioRule("aac", 8), AudioRule("ac3", SURROUND), AudioRule("eac3", 8), AudioRule("alac", 8),
    AudioRule("flac", 8), *sounds("mp3", *PCM),
)  # fmt: skip
APPLE_TV_4K = ScreenProfile(
    "apple-tv-4k", "Apple TV 4K", ("mp4", "mp3", "wav"),
    (
        VideoRule("h264", H264_8BIT, 5.1, 8, ("sdr",), 4096, 2160, 60, ("mp4", "mpegts")),
        VideoRule(
            "hevc", HEVC_10BIT, 5.1, 10, (*HDR, "dolby_vision"), 4096, 2160, 60, ("mp4",),
            ("hvc1", "dvh1"),
        ),
        VideoRule("mpeg4", ("Simple Profile",), 0, 8, ("sdr",), 640, 480, 30, ("mp4",)),
    ),
    _APPLE_SOUND, ("webvtt", "mov_text"), HlsFlavour.FMP4,
    hls_audio=("aac", "ac3", "eac3", "flac", "alac"),
    references=(TECH, APPLE_HLS, PYATV), built_in=True,
)  # fmt: skip
APPLE_TV_HD = ScreenProfile(
    "apple-tv-hd", "Apple TV HD", ("mp4", "mp3", "wav"),
    (
        VideoRule("h264", H264_8BIT, 4.2, 8, ("sdr",), 1920, 1080, 60, ("mp4", "mpegts")),
        VideoRule("hevc", HEVC_10BIT, 4.1, 10, ("sdr",), 1920, 1080, 30, ("mp4",), ("hvc1",)),
        VideoRule("mpeg4", ("Simple Profile",), 0, 8, ("sdr",), 640, 480, 30, ("mp4",)),
    ),
    _APPLE_SOUND, ("webvtt", "mov_text"), HlsFlavour.FMP4,
    hls_audio=("aac", "ac3", "eac3", "flac", "alac"),
    references=(TECH_HD, APPLE_HLS, PYATV), built_in=True,
)  # fmt: skip
ANDROID_TV = ScreenProfile(
    "android-tv", "Android TV",
    ("mp4", "matroska", "webm", "mpegts", "mpeg", "ogg", "mp3", "flac", "wav", "flv"),
    (
        cinema(h264(5.1, 2160, 30)), h264(4.2, 1080, 60),
        cinema(hevc(5.1, 2160, 60, ("sdr", "hdr10", "hdr10plus", "hlg"))),
        VideoRule("vp8", max_width=1920, max_height=1080, max_frame_rate=60),
        VideoRule("vp9", ("Profile 0",), 5.1, 8, ("sdr",), 4096, 2160, 60),
        VideoRule("vp9", ("Profile 2",), 5.1, 10, HDR, 4096, 2160, 60),
        VideoRule("mpeg4", ("Simple Profile",), 0, 8, ("sdr",), 640, 480, 30),
    ),
    (
        AudioRule("aac", SURROUND), AudioRule("opus", 8), AudioRule("vorbis", SURROUND),
        AudioRule("flac", 8), *sounds("mp3", *PCM),
    ),
    ("webvtt", "srt", "ass", "mov_text", "pgs", "vobsub", "dvbsub"), HlsFlavour.FMP4,
    chooses_audio=True,
    uncertain=("avi", "av1", "mpeg4", "mpeg2video", "ac3", "eac3", "dts", "truehd", "mp2"),
    references=(EXO, CDD), built_in=True,
)  # fmt: skip
DLNA = ScreenProfile(
    "dlna", "DLNA television", ("mp4", "mpegts", "mpeg", "mp3"),
    (
        VideoRule(
            "h264", H264_8BIT, 4.1, 8, ("sdr",), 1920, 1080, 60, ("mp4", "mpegts", "matroska")
        ),
        VideoRule("mpeg2video", (), 0, 8, ("sdr",), 1920, 1080, 60, ("mpegts", "mpeg")),
    ),
    (
        AudioRule("aac", SURROUND), AudioRule("ac3", SURROUND), *sounds("mp3"),
        AudioRule("mp2", 2, containers=("mpegts", "mpeg")),
    ),
    ("srt",), HlsFlavour.NONE,
    uncertain=(
        "matroska", "avi", "asf", "hevc", "vp9", "av1", "mpeg4", "vc1", "wmv3", "eac3", "dts",
        "flac", "wmav2", "opus", "vorbis",
    ),
    references=(GUIDELINES, MKV_FILTER), built_in=True,
)  # fmt: skip
PROFILES = (APPLE_TV_4K, APPLE_TV_HD, ANDROID_TV, DLNA)
