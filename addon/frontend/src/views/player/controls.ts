/** The picture, and the bars over it. */
import { html, nothing } from "lit";
import type { Chapter, PlaySession } from "../../api/types";
import { resolve } from "../../core/base";
import { clock, episodeCode } from "../../core/format";
import { wayOf } from "../../core/playback";
import { vars } from "../../ui/directives";
import { icon } from "../../ui/icons";
import { words } from "../../words";
import type { Player } from "./face";
import { qualities, sounds, trackName } from "./panels";
import { arrival } from "./stages";

const NEXT_BEFORE_END = 25;

interface Touch {
  pressed: (event: PointerEvent) => void;
  clicked: () => void;
}

export function picture(player: Player, session: PlaySession, touch: Touch) {
  const heard = player.medium.heard;
  return html`<video
    src=${player.medium.source(session) ?? nothing}
    preload="auto"
    playsinline
    @pointerdown=${touch.pressed}
    @click=${touch.clicked}
    @dblclick=${() => player.toggleFull()}
    @timeupdate=${heard}
    @progress=${heard}
    @durationchange=${heard}
    @seeking=${heard}
    @seeked=${heard}
    @play=${heard}
    @playing=${heard}
    @waiting=${heard}
    @canplay=${heard}
    @pause=${heard}
    @ended=${heard}
    @volumechange=${heard}
    @error=${heard}
  >
    ${session.subtitles
      .filter((track) => track.url)
      .map(
        (track) =>
          html`<track
            id=${track.id}
            kind="subtitles"
            src=${resolve(track.url)}
            srclang=${track.language || "und"}
            label=${trackName(track)}
          />`,
      )}
  </video>`;
}

/** Says that the film is not here yet, to eyes and to ears. */
export function patience(player: Player) {
  const waits = player.medium.waiting && player.medium.playing;
  return html`<p class="sr" role="status">${waits ? words.player.waiting : ""}</p>
    ${waits ? html`<div class="waiting"><span>${words.player.waiting}</span></div>` : nothing}`;
}

export function topBar(player: Player, session: PlaySession, hidden: boolean) {
  return html`<div class="top ${hidden ? "hidden" : ""}" ?inert=${hidden}>
    ${button(words.player.leave, "left", () => player.leave())}
    <h1>${heading(player, session)}</h1>
    <span class="how fine">${words.player.ways[wayOf(session)]}</span>
    ${arrival(player)}
  </div>`;
}

function heading(player: Player, session: PlaySession): string {
  const media = player.media;
  if (!media?.show_title) return session.title;
  const code = episodeCode(media.season, media.episode);
  return [media.show_title, code, media.title].filter(Boolean).join(" · ");
}

export function nextButton(player: Player) {
  const { time, duration, ended } = player.medium;
  const near = duration > 60 && duration - time < NEXT_BEFORE_END;
  const next = player.following;
  if (!next || !(near || ended)) return nothing;
  const title = `${episodeCode(next.season, next.episode)} ${next.title}`;
  return html`<button class="primary next" @click=${() => player.next()}>
    ${icon("next")}${words.player.nextIn(title)}
  </button>`;
}

export function bottomBar(player: Player, session: PlaySession, hidden: boolean) {
  const { playing, time, duration } = player.medium;
  const w = words.player;
  return html`<div class="bottom ${hidden ? "hidden" : ""}" ?inert=${hidden}>
    ${seekBar(player)}
    <div class="controls">
      ${button(playing ? w.pause : w.play, playing ? "pause" : "play", () => player.toggle(), "main-button")}
      ${button(w.back10, "back10", () => player.medium.seekTo(player.medium.time - 10))}
      ${button(w.forward10, "forward10", () => player.medium.seekTo(player.medium.time + 10))}
      <span class="time">${clock(time)} / ${clock(duration)}</span>
      <span class="space"></span>
      ${volume(player)}
      ${sounds(player).length > 1 ? button(w.sound, "sound", () => player.openPanel("sound"), "", "sound") : nothing}
      ${
        session.subtitles.length
          ? button(w.subtitles, "subtitles", () => player.openPanel("subtitles"), "", "subtitles")
          : nothing
      }
      ${qualities(player).length ? button(w.quality, "quality", () => player.openPanel("quality"), "", "quality") : nothing}
      ${player.following ? button(w.next, "next", () => player.next()) : nothing}
      ${button(w.help, "help", () => player.openPanel("help"), "desk", "help")}
      ${button(player.full ? w.exitFullscreen : w.fullscreen, player.full ? "shrink" : "fullscreen", () => player.toggleFull())}
    </div>
  </div>`;
}

function seekBar(player: Player) {
  const { time, duration, buffered } = player.medium;
  const value = (event: Event) => Number((event.target as HTMLInputElement).value);
  return html`<div class="seek">
    <div class="track">
      <i class="buffered" ${vars({ "--value": buffered })}></i>
      <i class="played" ${vars({ "--value": duration > 0 ? time / duration : 0 })}></i>
    </div>
    ${chapters(player)
      .slice(1)
      .map(
        (chapter) =>
          html`<span
            class="tick"
            title=${chapter.title}
            ${vars({ "--at": duration > 0 ? chapter.start / duration : 0 })}
          ></span>`,
      )}
    <input
      id="seek"
      type="range"
      min="0"
      max=${Math.max(1, duration)}
      step="0.1"
      aria-label=${words.player.seek}
      aria-valuetext=${words.player.time(clock(time), clock(duration))}
      .value=${String(time)}
      @input=${(event: Event) => player.medium.drag(value(event))}
      @change=${(event: Event) => player.medium.drop(value(event))}
    />
  </div>`;
}

function chapters(player: Player): Chapter[] {
  return player.media?.files.find((file) => file.chapters.length)?.chapters ?? [];
}

function volume(player: Player) {
  const { muted, loudness } = player.medium;
  const w = words.player;
  return html`${button(muted ? w.unmute : w.mute, muted ? "mute" : "volume", () => player.medium.toggleMute(), "desk")}
    <input
      id="volume"
      class="volume"
      type="range"
      min="0"
      max="1"
      step="0.05"
      aria-label=${w.volume}
      .value=${String(muted ? 0 : loudness)}
      @input=${(event: Event) =>
        player.medium.setVolume(Number((event.target as HTMLInputElement).value))}
    />`;
}

function button(label: string, symbol: string, run: () => void, kind = "", id = "") {
  return html`<button
    id=${id || nothing}
    class="only-icon ${kind}"
    aria-label=${label}
    title=${label}
    @click=${run}
  >
    ${icon(symbol)}
  </button>`;
}
