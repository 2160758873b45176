/** What opens over the picture: sound, subtitles and quality to choose from, and the keys. */
import { html, nothing } from "lit";
import type { MediaStream, PlaySession, SubtitleTrack } from "../../api/types";
import { language } from "../../core/format";
import { qualitiesFor } from "../../core/playback";
import { icon } from "../../ui/icons";
import { words } from "../../words";
import type { Player } from "./face";

export function panels(player: Player, session: PlaySession) {
  const w = words.player;
  switch (player.panel) {
    case "help":
      return help(player);
    case "subtitles":
      return subtitles(player, session);
    case "sound":
      return menu(w.sound, sounds(player));
    case "quality":
      return menu(w.quality, qualities(player));
    default:
      return nothing;
  }
}

interface Choice {
  name: string;
  chosen: boolean;
  choose: () => void;
}

/** The sound tracks: those that can be switched at once, or those of the file, by asking anew. */
export function sounds(player: Player): Choice[] {
  const tracks = streams(player).filter((track) => track.kind === "audio");
  const stream = player.medium.stream;
  const ready = stream?.sounds ?? [];
  if (stream && ready.length > 1) {
    return ready.map((track, number) => ({
      // Of one kind and order with those of the file, whose titles tell more.
      name: tracks[number] ? soundName(tracks[number], number) : track.name,
      chosen: track.id === stream.sound,
      choose: () => {
        stream.chooseSound(track.id);
        player.closePanel();
      },
    }));
  }
  const first = tracks.find((track) => track.default) ?? tracks[0];
  return tracks.map((track, number) => ({
    name: soundName(track, number),
    chosen: track.index === (player.wish.audio ?? first?.index),
    choose: () => void player.change({ ...player.wish, audio: track.index }),
  }));
}

export function qualities(player: Player): Choice[] {
  const height = streams(player).find((track) => track.kind === "video")?.height ?? 0;
  return qualitiesFor(height).map((quality) => ({
    name: quality === "auto" ? words.player.best : quality,
    chosen: quality === (player.wish.quality ?? "auto"),
    choose: () => void player.change({ ...player.wish, quality }),
  }));
}

function streams(player: Player): MediaStream[] {
  return player.media?.files.find((file) => file.streams.length)?.streams ?? [];
}

function soundName(track: MediaStream, number: number): string {
  const name = [track.language ? language(track.language) : "", track.title].filter(Boolean);
  return name.join(" · ") || words.player.track(number + 1);
}

function menu(label: string, choices: Choice[]) {
  return html`<div class="menu">
    <div role="menu" class="choices" aria-label=${label}>
      ${choices.map(
        (choice) =>
          html`<button role="menuitemradio" aria-checked=${choice.chosen} @click=${choice.choose}>
            ${icon("check")}${choice.name}
          </button>`,
      )}
    </div>
  </div>`;
}

function help(player: Player) {
  return html`<div class="stage">
    <div class="panel keys" role="dialog" aria-label=${words.player.help}>
      <h2>${words.player.help}</h2>
      <dl class="facts">
        ${words.player.keys.map(
          ([key, text]) =>
            html`<dt>${key}</dt>
              <dd>${text}</dd>`,
        )}
      </dl>
      <button @click=${() => player.closePanel()}>${words.close}</button>
    </div>
  </div>`;
}

function subtitles(player: Player, session: PlaySession) {
  const item = (id: string, name: string) =>
    html`<button
      role="menuitemradio"
      aria-checked=${player.subtitle === id}
      @click=${() => player.chooseSubtitle(id)}
    >
      ${icon("check")}${name}
    </button>`;
  const shown = session.subtitles.filter((track) => track.url);
  const refused = session.subtitles.filter((track) => !track.url);
  return html`<div class="menu">
    <div role="menu" class="choices" aria-label=${words.player.subtitles}>
      ${item("", words.player.subtitlesOff)}
      ${shown.map((track) => item(track.id, trackName(track)))}
    </div>
    ${refused.map((track) => html`<p class="muted fine">${trackName(track)}: ${track.refusal}</p>`)}
  </div>`;
}

export function trackName(track: SubtitleTrack): string {
  const extra = [
    track.title,
    track.forced ? words.media.forced : "",
    track.hearing_impaired ? words.media.hearing : "",
  ].filter(Boolean);
  const name = track.language ? language(track.language) : "";
  return [name, ...extra].filter(Boolean).join(" · ") || words.player.unknownLanguage;
}
