"""How a film is sent to a screen: as it is, remuxed, transcoded, or not at all. Pure.

The order is that of the least work. What only some screens of a kind take is never planned on
while there is another way; where there is none it is tried, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...models.media import Probe, Stream
from ...models.screens import (
    Decision,
    DecisionKind,
    Effect,
    Handling,
    HlsFlavour,
    Means,
    MediaFacts,
    PlaybackWish,
    Reason,
    ScreenProfile,
)
from . import encoding, names, rules, tracks
from .tracks import Tracks

_CARRIERS = {HlsFlavour.FMP4: "mp4", HlsFlavour.TS: "mpegts"}
_TS_VIDEO = ("h264",)
_ENCRYPTED = frozenset({"encv", "enca", "drmi", "drms"})
_MOST_CHANNELS = 6
_CANNOT = {
    "too_slow": Reason(
        "too_slow",
        "This machine cannot convert the picture as fast as it plays.",
        "Another copy of the film, in H.264, would play; or another screen.",
    ),
    "no_encoding": Reason(
        "no_encoding", "This screen takes no picture that Matinee can make.", rules.ELSEWHERE
    ),
    "no_hls": Reason(
        "no_hls", "This screen takes films only as they are: none can be converted for it.",
        rules.ELSEWHERE,
    ),
    "no_conversion": Reason(
        "no_conversion", "Films cannot be converted here at the moment.", rules.ELSEWHERE
    ),
}  # fmt: skip


def decide_playback(
    media: MediaFacts,
    screen: ScreenProfile,
    wish: PlaybackWish | None = None,
    means: Means | None = None,
) -> Decision:
    """Decide how `media` is sent to `screen`. Never raises; refusing always has a reason."""
    wish, means = wish or PlaybackWish(), means or Means()
    if media.probe is None:
        return _by_name(media, screen, means)
    chosen = Tracks.choose(media.probe, wish)
    hopeless = _hopeless(chosen, screen)
    if hopeless is not None:
        return Decision(DecisionKind.REFUSE, (hopeless,), attempt=False)
    return _Way(media, media.probe, screen, wish, means, chosen).decision()


def main_reason(decision: Decision) -> Reason:
    """Return what is told first: what surely shows nothing, else the first reason."""
    found = [reason for reason in decision.reasons if _shows_nothing(reason)]
    return (found or list(decision.reasons) or [Reason("", "")])[0]


def _by_name(media: MediaFacts, screen: ScreenProfile, means: Means) -> Decision:
    """Decide for the time being, from the file's name alone."""
    container = names.family(None, media.name)
    reasons = tuple(rules.complaints_about_container(screen, container)) if container else ()
    attempt = not any(_shows_nothing(reason) for reason in reasons)
    if not reasons:
        return Decision(DecisionKind.DIRECT)
    if screen.hls is not HlsFlavour.NONE and means.remux:
        return Decision(DecisionKind.REMUX, reasons, hls=screen.hls, attempt=attempt)
    if attempt:
        return Decision(DecisionKind.DIRECT, reasons, warnings=_texts(reasons))
    return Decision(DecisionKind.REFUSE, reasons, attempt=False)


def _hopeless(chosen: Tracks, screen: ScreenProfile) -> Reason | None:
    """Return what no way of sending can help."""
    if chosen.video is None and chosen.audio is None:
        text = "There is neither picture nor sound in this file."
        return Reason("no_tracks", text, "Look whether the file is complete.")
    if any(s is not None and s.codec_tag in _ENCRYPTED for s in (chosen.video, chosen.audio)):
        text = "The film is encrypted: nobody can play it without its key."
        return Reason("encrypted", text, "Get a copy without protection.")
    if chosen.video is not None and not screen.video:
        text = "This is a loudspeaker: it shows no picture."
        return Reason("no_picture", text, "Play it on a screen.", Effect.BLACK)
    return None


def _shows_nothing(reason: Reason) -> bool:
    return reason.certain and reason.effect in {Effect.REFUSED, Effect.BLACK}


def _fails(reason: Reason) -> bool:
    """Whether a film sent as it is surely lacks its picture or the right sound."""
    return reason.certain and reason.effect not in {
        Effect.COLOURS,
        Effect.STUTTER,
        Effect.UNWISHED,
    }


def _texts(reasons: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason.text for reason in reasons))


class _Way:
    """One film on its way to one screen."""

    def __init__(
        self,
        media: MediaFacts,
        probe: Probe,
        screen: ScreenProfile,
        wish: PlaybackWish,
        means: Means,
        chosen: Tracks,
    ) -> None:
        self.probe, self.screen, self.wish, self.means = probe, screen, wish, means
        self.tracks = chosen
        self.reasons = self._against_direct(names.family(probe, media.name))
        self.attempt = not any(map(_shows_nothing, self.reasons))

    def decision(self) -> Decision:
        if not self.reasons:
            return self._direct(())
        if self.screen.hls is HlsFlavour.NONE:
            return self._as_it_is("no_hls")
        if not self.means.remux:
            return self._as_it_is("no_conversion")
        return self._convert()

    # as it is --------------------------------------------------------------------------------
    def _against_direct(self, container: str) -> list[Reason]:
        found = rules.complaints_about_container(self.screen, container)
        video, audio = self.tracks.video, self.tracks.audio
        if video is not None:
            found += rules.complaints_about_video(self.screen, video, container)
            found += self._too_much(video)
        if audio is not None:
            found += rules.complaints_about_audio(self.screen, audio, container)
        if self.tracks.is_chosen and not self.screen.chooses_audio:
            text = "This screen plays the first sound track of a file, not the one that is wished."
            found.append(Reason("audio_track", text, rules.ELSEWHERE, Effect.WRONG_TRACK))
        return found

    def _too_much(self, video: Stream) -> list[Reason]:
        """Say where the file is more than the screen takes, or than is wished."""
        found, rate = [], self.probe.bit_rate
        if self.screen.max_bit_rate and rate > self.screen.max_bit_rate:
            text = (
                f"The film has {rate / 1e6:.0f} Mbit/s, this screen takes"
                f" {self.screen.max_bit_rate / 1e6:.0f}: it may stutter."
            )
            found.append(Reason("bit_rate", text, "Choose a lower quality.", Effect.STUTTER))
        too_rich = bool(self.wish.max_bit_rate) and rate > self.wish.max_bit_rate
        too_tall = 0 < self.wish.max_height < names.picture_class(video)
        if too_rich or too_tall:
            text = "The film is in a higher quality than is wished."
            found.append(Reason("quality", text, "", Effect.UNWISHED, certain=False))
        return found

    def _direct(self, warnings: tuple[str, ...]) -> Decision:
        return self._finish(
            Decision(
                DecisionKind.DIRECT,
                tuple(self.reasons),
                Handling.COPY if self.tracks.video is not None else Handling.NONE,
                Handling.COPY if self.tracks.audio is not None else Handling.NONE,
                warnings=warnings,
            )
        )

    def _as_it_is(self, why: str) -> Decision:
        """Nothing can be converted: send what some screens take, refuse what none does."""
        if not any(map(_fails, self.reasons)):
            return self._direct(_texts(self.reasons))
        return self._refuse(why)

    def _refuse(self, why: str) -> Decision:
        return Decision(
            DecisionKind.REFUSE, (*self.reasons, _CANNOT[why]), warnings=_texts(self.reasons),
            attempt=self.attempt,
        )  # fmt: skip

    # by HLS ----------------------------------------------------------------------------------
    def _convert(self) -> Decision:
        begun = Decision(
            DecisionKind.REMUX, tuple(self.reasons), hls=self.screen.hls, attempt=self.attempt
        )
        begun = self._sound(begun)
        video = self.tracks.video
        if video is None:
            return self._finish(begun)
        against = self._against_copy(video)
        if not against:
            return self._finish(replace(begun, video=Handling.COPY))
        size = encoding.fit(video, self.probe.bit_rate, self.screen, self.wish, self.means)
        if size.height:
            return self._finish(self._encode(begun, video, size))
        return self._copy_all_the_same(begun, against, size.why)

    def _sound(self, begun: Decision) -> Decision:
        """Choose the track that is heard, and whether it goes as it is."""
        audio = self.tracks.audio
        if audio is None:
            return begun
        if not self._copies(audio) and self.wish.audio is None:
            other = self.tracks.instead(self._copies)
            if other is not None:
                self.tracks = replace(self.tracks, audio=other)
                audio = other
        if self._copies(audio):
            return replace(begun, audio=Handling.COPY)
        return replace(begun, audio=Handling.ENCODE, audio_channels=self._channels(audio))

    def _copies(self, audio: Stream) -> bool:
        if audio.codec not in self.screen.hls_audio:
            return False
        return not rules.complaints_about_audio(self.screen, audio, _CARRIERS[self.screen.hls])

    def _channels(self, audio: Stream) -> int:
        """Return how many channels the AAC gets: those of the source, as far as they are taken."""
        taken = [
            rule.max_channels or _MOST_CHANNELS
            for rule in self.screen.audio
            if rule.codec in {"aac", "*"}
        ]
        return min(audio.channels or 2, max(taken, default=2), _MOST_CHANNELS)

    def _against_copy(self, video: Stream) -> list[Reason]:
        """Say why the picture does not go into HLS as it is."""
        hls = self.screen.hls
        carried = _TS_VIDEO if hls is HlsFlavour.TS else self.screen.hls_video
        found = rules.complaints_about_video(self.screen, video, _CARRIERS[hls], tagged=False)
        if video.codec not in carried:
            what = names.codec_words(video.codec)
            text = f"The picture is {what}, which does not go to this screen by HLS."
            found.append(Reason("video_hls", text, rules.ELSEWHERE, Effect.BLACK))
        return found + self._too_much(video)

    def _encode(self, begun: Decision, video: Stream, size: encoding.Size) -> Decision:
        warnings = []
        if video.hdr:
            warnings.append("The colours are converted for an ordinary screen.")
        if size.smaller:
            warnings.append(
                f"The picture is made smaller, {size.height}p: this machine converts no larger one"
                " as fast as it plays."
            )
        return replace(
            begun, kind=DecisionKind.TRANSCODE, video=Handling.ENCODE, height=size.height,
            bit_rate=size.bit_rate, frame_rate=size.frame_rate, warnings=tuple(warnings),
        )  # fmt: skip

    def _copy_all_the_same(self, begun: Decision, against: list[Reason], why: str) -> Decision:
        """The picture cannot be encoded: send it as it is, unless it surely stays black."""
        left = {reason.code for reason in against}
        helps = any(reason.code not in left for reason in self.reasons)
        fails = any(map(_fails, self.reasons))
        if (helps or fails) and not any(map(_shows_nothing, against)):
            return self._finish(replace(begun, video=Handling.COPY, warnings=_texts(against)))
        return self._refuse(why) if fails else self._direct(_texts(self.reasons))

    def _finish(self, decision: Decision) -> Decision:
        """Add the tracks and the subtitle."""
        direct = decision.kind is DecisionKind.DIRECT
        handling, warning = tracks.subtitle(self.probe, self.screen, self.wish, direct=direct)
        warnings = list(decision.warnings)
        if self.tracks.unknown_audio:
            warnings.append("The film has no such sound track: the usual one plays.")
        if warning:
            warnings.append(warning)
        video, audio = self.tracks.video, self.tracks.audio
        return replace(
            decision,
            video_stream=video.index if video is not None else None,
            audio_stream=audio.index if audio is not None else None,
            subtitle=handling,
            warnings=tuple(warnings),
        )
