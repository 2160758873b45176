"""One stream of a film against what a screen takes; each complaint is a reason in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...models.media import Stream
from ...models.screens import AudioRule, Effect, Reason, ScreenProfile, VideoRule
from . import names

ELSEWHERE = "Play it on another screen, or open the stream address in VLC."
_SLOWER = "A smaller picture, or another copy of the film, would play."
_HDR = "A screen that shows this kind of HDR has the colours as they are meant."
_RATE_TOLERANCE = 0.5


def takes(listed: Sequence[str], word: str) -> bool:
    return word in listed or "*" in listed


def complaints_about_container(screen: ScreenProfile, container: str) -> list[Reason]:
    """Say why a screen does not open files of this family."""
    if takes(screen.containers, container):
        return []
    if not container:
        text = "The kind of this file is unknown: screens may not open it."
        return [Reason("container", text, ELSEWHERE, Effect.REFUSED, certain=False)]
    what = names.container_words(container)
    if takes(screen.uncertain, container):
        text = f"Some screens of this kind do not open {what} files."
        return [Reason("container", text, ELSEWHERE, Effect.REFUSED, certain=False)]
    return [Reason("container", f"This screen does not open {what} files.", ELSEWHERE)]


def complaints_about_video(
    screen: ScreenProfile, stream: Stream, container: str, *, tagged: bool = True
) -> list[Reason]:
    """Say why a screen does not show this picture from a file of this family.

    `tagged`: the codec's name in the container counts (not in HLS, which gets the right one).
    """
    rules = [rule for rule in screen.video if rule.codec in (stream.codec, "*")]
    if not rules:
        what = names.codec_words(stream.codec)
        if takes(screen.uncertain, stream.codec):
            text = f"The picture is {what}: some screens of this kind stay black."
            return [Reason("video_codec", text, ELSEWHERE, Effect.BLACK, certain=False)]
        text = f"The picture is {what}, which this screen cannot show: it stays black."
        return [Reason("video_codec", text, ELSEWHERE, Effect.BLACK)]
    found = [(list(_about_picture(rule, stream, container, tagged=tagged)), rule) for rule in rules]
    best = min(found, key=lambda pair: (len(pair[0]), -(pair[1].max_height or 10**6)))[0]
    return _doubted(screen, stream, best)


def _doubted(screen: ScreenProfile, stream: Stream, reasons: list[Reason]) -> list[Reason]:
    """Take the certainty from reasons about a codec that some screens take beyond the rules."""
    if not takes(screen.uncertain, stream.codec):
        return reasons
    return [replace(reason, certain=False) for reason in reasons]


def _about_picture(
    rule: VideoRule, stream: Stream, container: str, *, tagged: bool
) -> Iterator[Reason]:
    what = names.codec_words(stream.codec)
    if rule.containers and container not in rule.containers:
        where = names.container_words(container)
        text = f"The picture is {what} in a {where} file, where this screen does not show it."
        yield Reason("video_container", text, ELSEWHERE, Effect.BLACK)
    elif tagged and _wrong_tag(rule, stream, container):
        text = f"The picture is marked {stream.codec_tag}: this screen stays black with that mark."
        yield Reason("video_tag", text, ELSEWHERE, Effect.BLACK)
    if rule.profiles and stream.profile and stream.profile not in rule.profiles:
        text = (
            f"The picture is {what} in {stream.profile}, which this screen shows black"
            " or not at all."
        )
        yield Reason("video_profile", text, ELSEWHERE, Effect.BLACK)
    elif rule.bit_depth and stream.bit_depth > rule.bit_depth:
        text = (
            f"The picture has {stream.bit_depth} bits a colour, this screen takes"
            f" {rule.bit_depth}: it stays black."
        )
        yield Reason("video_depth", text, ELSEWHERE, Effect.BLACK)
    elif rule.bit_depth and not names.is_plain_colour(stream):
        text = f"The picture is stored as {stream.pixel_format}: this screen stays black."
        yield Reason("video_colour", text, ELSEWHERE, Effect.BLACK)
    yield from _about_speed(rule, stream)
    yield from _about_range(rule, stream)


def _wrong_tag(rule: VideoRule, stream: Stream, container: str) -> bool:
    return bool(
        rule.tags and container == "mp4" and stream.codec_tag and stream.codec_tag not in rule.tags
    )


def _about_speed(rule: VideoRule, stream: Stream) -> Iterator[Reason]:
    level = names.level(stream)
    if rule.max_level and level > rule.max_level + 0.01:
        text = (
            f"The picture is {names.codec_words(stream.codec)} of level {level:.1f}, this screen is"
            f" made for {rule.max_level:.1f}: it may stutter or stay black."
        )
        yield Reason("video_level", text, _SLOWER, Effect.STUTTER, certain=False)
    if _beyond(stream.width, rule.max_width) or _beyond(stream.height, rule.max_height):
        text = (
            f"The picture has {stream.width}×{stream.height} points, this screen takes"
            f" {rule.max_width}×{rule.max_height}: it may stutter or stay black."
        )
        yield Reason("video_size", text, _SLOWER, Effect.STUTTER, certain=False)
    if rule.max_frame_rate and stream.frame_rate > rule.max_frame_rate + _RATE_TOLERANCE:
        text = (
            f"The picture has {stream.frame_rate:.0f} frames a second, this screen takes"
            f" {rule.max_frame_rate:.0f}: it may stutter."
        )
        yield Reason("video_frame_rate", text, _SLOWER, Effect.STUTTER, certain=False)


def _beyond(value: int, limit: int) -> bool:
    return bool(limit) and value > limit


def _about_range(rule: VideoRule, stream: Stream) -> Iterator[Reason]:
    if not stream.hdr or _shows_range(rule.ranges, stream):
        return
    what = names.range_words(stream)
    if stream.hdr != "dolby_vision":
        text = f"The picture is {what}: its colours look pale and wrong on this screen."
        yield Reason("video_range", text, _HDR, Effect.COLOURS)
    elif stream.dolby_base or not stream.dolby_profile:
        # Without its profile nobody knows what lies beneath: mostly HDR10.
        text = f"The picture is {what}: its colours may look wrong on this screen."
        yield Reason("video_range", text, _HDR, Effect.COLOURS, certain=bool(stream.dolby_profile))
    else:
        text = f"The picture is {what}: it looks green and purple on this screen."
        yield Reason("video_range", text, _HDR, Effect.COLOURS)


def _shows_range(ranges: Sequence[str], stream: Stream) -> bool:
    if takes(ranges, stream.hdr):
        # Of the two layers of profile 7 no screen decodes the second; it shows the base.
        return stream.dolby_profile != 7 or stream.dolby_base in ("", *ranges)
    if stream.hdr == "hdr10plus":
        return takes(ranges, "hdr10")
    return stream.hdr == "dolby_vision" and stream.dolby_base in ranges


def complaints_about_audio(screen: ScreenProfile, stream: Stream, container: str) -> list[Reason]:
    """Say why a screen does not sound this track from a file of this family."""
    what = names.codec_words(stream.codec)
    rules = [rule for rule in screen.audio if rule.codec in (stream.codec, "*")]
    if not rules:
        if takes(screen.uncertain, stream.codec):
            text = f"The sound is {what}: some screens of this kind play it silent."
            return [Reason("audio_codec", text, ELSEWHERE, Effect.SILENT, certain=False)]
        text = f"The sound is {what}: this screen plays it silent."
        return [Reason("audio_codec", text, ELSEWHERE, Effect.SILENT)]
    found = min((list(_about_sound(rule, stream, container)) for rule in rules), key=len)
    return _doubted(screen, stream, found)


def _about_sound(rule: AudioRule, stream: Stream, container: str) -> Iterator[Reason]:
    what = names.codec_words(stream.codec)
    if rule.containers and container not in rule.containers:
        where = names.container_words(container)
        text = f"The sound is {what} in a {where} file: this screen plays it silent."
        yield Reason("audio_container", text, ELSEWHERE, Effect.SILENT)
    if rule.profiles and stream.profile and stream.profile not in rule.profiles:
        text = f"The sound is {what} in {stream.profile}: this screen plays it silent."
        yield Reason("audio_profile", text, ELSEWHERE, Effect.SILENT)
    if rule.max_channels and stream.channels > rule.max_channels:
        text = (
            f"The sound has {stream.channels} channels, this screen takes {rule.max_channels}:"
            " it may be silent."
        )
        yield Reason("audio_channels", text, ELSEWHERE, Effect.SILENT)
    if rule.max_sample_rate and stream.sample_rate > rule.max_sample_rate:
        text = (
            f"The sound has {stream.sample_rate / 1000:g} kHz, this screen takes"
            f" {rule.max_sample_rate / 1000:g}: it may be silent."
        )
        yield Reason("audio_sample_rate", text, ELSEWHERE, Effect.SILENT)
