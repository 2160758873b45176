/** What stands in the place of the picture: waiting, choosing, a refusal, an error. */
import { html, nothing } from "lit";
import type { Problem } from "../../api/client";
import type { PlaySession } from "../../api/types";
import { resolve } from "../../core/base";
import { clock, percent, rate, span } from "../../core/format";
import { go } from "../../core/router";
import { say } from "../../stores/toasts";
import { icon, mark } from "../../ui/icons";
import { words } from "../../words";
import { arrivalOf } from "../media";
import type { Player } from "./face";

export function preparing(player: Player, text: string, eta: number | null = null) {
  return html`<div class="stage">
    <div class="panel" role="status">
      <div class="breathe">${mark()}</div>
      <h1>${text || words.player.preparing}</h1>
      ${eta === null ? nothing : html`<p class="muted">${words.player.ready(span(eta))}</p>`}
      ${arrival(player)}
      <div class="row"><button @click=${() => player.leave()}>${words.cancel}</button></div>
    </div>
  </div>`;
}

/** How far it has arrived, while it arrives. */
export function arrival(player: Player) {
  const download = arrivalOf(player.session?.media_id || player.mediaId);
  if (!download) return nothing;
  const speed = download.rate_down ? ` · ${rate(download.rate_down)}` : "";
  return html`<span class="pill warm num"
    >${words.player.arriving(percent(download.progress))}${speed}</span
  >`;
}

export function choose(player: Player, session: PlaySession) {
  return html`<div class="stage">
    <div class="panel">
      <h1>${words.player.choose}</h1>
      ${session.text ? html`<p class="muted">${session.text}</p>` : nothing}
      <ul class="stack">
        ${session.choices.map(
          (choice) =>
            html`<li>
              <button @click=${() => go(`/watch/${choice.media_id}`, true)}>${choice.label}</button>
            </li>`,
        )}
      </ul>
      <button @click=${() => player.leave()}>${words.cancel}</button>
    </div>
  </div>`;
}

export function refused(player: Player, session: PlaySession) {
  return html`<div class="stage">
    <div class="panel" role="alert">
      ${mark()}
      <h1>${session.text || words.player.refused}</h1>
      ${session.hint ? html`<p class="muted">${session.hint}</p>` : nothing}
      ${session.warnings.map((warning) => html`<p>${warning}</p>`)}
      <div class="row">
        <button class="primary" @click=${() => player.leave()}>${words.back}</button>
        <a class="button" href="#/downloads">${words.player.toDownloads}</a>
        ${session.url ? copyButton(session.url) : nothing}
      </div>
    </div>
  </div>`;
}

export function trouble(player: Player, problem: Problem) {
  const playing = problem.code === "cannot_play";
  return html`<div class="stage">
    <div class="panel" role="alert">
      ${mark()}
      <h1>${playing ? words.player.cannotTitle : words.player.refused}</h1>
      <p>${problem.message}</p>
      ${problem.hint ? html`<p class="muted">${problem.hint}</p>` : nothing}
      <div class="row">
        <button class="primary" @click=${() => player.again()}>${words.retry}</button>
        <button @click=${() => player.leave()}>${words.back}</button>
        ${playing && player.session?.url ? copyButton(player.session.url) : nothing}
      </div>
    </div>
  </div>`;
}

function copyButton(url: string) {
  return html`<button
    @click=${() =>
      navigator.clipboard
        .writeText(resolve(url))
        .then(() => say({ kind: "ok", text: words.copied }))
        .catch(() => say({ kind: "info", text: resolve(url) }))}
  >
    ${words.player.copyAddress}
  </button>`;
}

/** Whether to go on where it was left. */
export function ask(player: Player, session: PlaySession) {
  return html`<div class="stage">
    <div class="panel">
      <h1>${session.title}</h1>
      <p class="muted">${words.player.resumeTitle}</p>
      <div class="row">
        <button class="primary" @click=${() => player.start(player.startAt)}>
          ${icon("play")}${words.player.resume(clock(player.startAt))}
        </button>
        <button @click=${() => player.start(0)}>${words.player.fromStart}</button>
        <button class="quiet" @click=${() => player.leave()}>${words.back}</button>
      </div>
    </div>
  </div>`;
}
