/** What opens over the picture: the subtitles to choose from, and the keys. */
import { html, nothing } from "lit";
import type { PlaySession, SubtitleTrack } from "../../api/types";
import { language } from "../../core/format";
import { icon } from "../../ui/icons";
import { words } from "../../words";
import type { Player } from "./face";

export function panels(player: Player, session: PlaySession) {
  if (player.panel === "help") return help(player);
  return player.panel === "subtitles" ? subtitles(player, session) : nothing;
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
