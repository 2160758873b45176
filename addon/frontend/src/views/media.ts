import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { engine } from "../api/engine";
import type { Download, MediaDetail, MediaFile, MediaStream } from "../api/types";
import {
  bytes,
  channels,
  clock,
  episodeCode,
  hdrName,
  language,
  moment,
  percent,
  rate,
  span,
} from "../core/format";
import { throttle } from "../core/throttle";
import { documentTitle, go } from "../core/router";
import { Watch } from "../core/store";
import { downloads, libraryChanges } from "../stores/live";
import { mayChange } from "../stores/session";
import { attempt, say } from "../stores/toasts";
import "../ui/confirm";
import "../ui/correct";
import { vars } from "../ui/directives";
import { Loaded, MtnElement } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import "../ui/menu";
import type { MenuItem } from "../ui/menu";
import "../ui/poster";
import { artLabel } from "../ui/poster";
import { shared } from "../ui/styles";
import { words } from "../words";

/** The download that brings this title, while it arrives. */
export function arrivalOf(media: string): Download | undefined {
  for (const item of downloads.value?.values() ?? []) {
    if (item.state !== "completed" && item.media_ids.includes(media)) return item;
  }
  return undefined;
}

/** "H264 1920 × 1080, HDR10" */
export function streamText(stream: MediaStream): string {
  const parts: string[] = [];
  if (stream.kind === "video") {
    if (stream.width && stream.height) parts.push(`${stream.width} × ${stream.height}`);
    parts.push(stream.codec.toUpperCase());
    if (stream.hdr) parts.push(hdrName(stream.hdr));
  } else {
    parts.push(language(stream.language));
    if (stream.kind === "audio") {
      parts.push(stream.codec.toUpperCase(), channels(stream.channels ?? 0));
    }
    if (stream.title) parts.push(stream.title);
    if (stream.forced) parts.push(words.media.forced);
    if (stream.hearing_impaired) parts.push(words.media.hearing);
  }
  return parts.filter(Boolean).join(" · ");
}

/** "in order", or what is wrong with a file. */
export function checkText(result: string): string {
  const [word = "", sentence] = result.split(/:\s*/, 2);
  const known = words.media.checks[word] ?? word;
  return sentence ? `${known}: ${sentence}` : known;
}

/** One film or episode: play it, know it, correct it. */
@customElement("mtn-media")
export class MediaView extends MtnElement {
  static override styles = [
    shared,
    css`
      .hero {
        display: grid;
        grid-template-columns: minmax(10rem, 17rem) minmax(0, 1fr);
        gap: clamp(1.2rem, 3vw, 2.6rem);
        align-items: end;
        margin-bottom: 2rem;
        padding: clamp(1rem, 2.5vw, 2rem);
        border-radius: calc(var(--radius) + 6px);
        background: radial-gradient(ellipse 90% 120% at 15% 0, var(--bg-glow), transparent 75%);
      }
      mtn-art {
        box-shadow: var(--shadow);
        --letters: 3rem;
      }
      .eyebrow {
        color: var(--accent-text);
        font-weight: 600;
        text-decoration: none;
      }
      .meta {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem 0.6rem;
        align-items: center;
      }
      .arrival {
        max-width: 30rem;
        display: grid;
        gap: 0.4rem;
      }
      .actions {
        margin-top: 0.4rem;
      }
      .primary {
        font-size: 1.1rem;
        min-height: 3.2rem;
        padding-inline: 1.6rem;
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr));
        gap: 1.2rem;
        align-items: start;
      }
      .path {
        overflow-wrap: anywhere;
      }
      .streams {
        margin-top: 0.6rem;
      }
      .chapters {
        columns: 2 14rem;
      }
      .chapters a {
        display: flex;
        gap: 0.8rem;
        padding: 0.3rem 0;
        color: inherit;
        text-decoration: none;
      }
      .chapters a:hover span:last-child {
        text-decoration: underline;
      }
      @media (max-width: 760px) {
        .hero {
          grid-template-columns: 1fr;
        }
        mtn-art {
          --shape: 16 / 9;
        }
      }
    `,
  ];

  @property() mediaId = "";
  @state() private dialog: "" | "correct" | "trash" = "";
  private readonly media: Loaded<MediaDetail> = new Loaded(this, () => engine.media(this.mediaId));
  private stop: (() => void) | undefined;

  constructor() {
    super();
    new Watch(this, downloads);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = libraryChanges.subscribe(throttle(() => void this.media.reload(), 2000).run);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("mediaId")) {
      this.media.clear();
      void this.media.reload();
    }
  }

  override updated(): void {
    if (this.media.value) documentTitle(this.media.value.title);
  }

  override render() {
    if (this.media.problem?.status === 404) {
      return html`<h1 class="sr">${words.media.gone}</h1>
        <mtn-empty heading=${words.media.gone} text=${words.media.goneText}>
          <a class="button" href="#/">${words.titles.toLibrary}</a>
        </mtn-empty>`;
    }
    return this.media.show(
      (media) => this.page(media),
      () =>
        html`<div class="hero" aria-busy="true">
          <div class="skeleton"><mtn-art></mtn-art></div>
          <div class="stack">
            <h1 class="skeleton"><span class="sr">${words.loading}</span>&nbsp;</h1>
          </div>
        </div>`,
    );
  }

  private page(media: MediaDetail) {
    return html`
      ${this.hero(media)}
      <div class="columns">
        ${media.files.map((file) => this.file(file))} ${this.chapters(media)} ${this.history(media)}
      </div>
      ${this.dialogs(media)}
    `;
  }

  private hero(media: MediaDetail) {
    const code = episodeCode(media.season, media.episode);
    return html`<div class="hero">
      <mtn-art
        .src=${media.artwork.replace(/small\.jpg$/, "large.jpg")}
        .label=${artLabel(media)}
      ></mtn-art>
      <div class="stack">
        ${
          media.show_id
            ? html`<a class="eyebrow" href="#/show/${media.show_id}"
                >${media.show_title || words.media.toShow}${code ? ` · ${code}` : ""}</a
              >`
            : nothing
        }
        <h1>${media.title || code}</h1>
        ${this.meta(media)} ${this.arrival(media)} ${this.actions(media)}
      </div>
    </div>`;
  }

  private meta(media: MediaDetail) {
    const facts = [
      media.year,
      media.duration ? span(media.duration) : "",
      media.size ? bytes(media.size) : "",
    ].filter(Boolean);
    return html`<div class="stack">
      <p class="meta">
        <span class="muted">${facts.join(" · ")}</span>
        ${media.resolution ? html`<span class="pill">${media.resolution}</span>` : nothing}
        ${media.hdr ? html`<span class="pill warm">${hdrName(media.hdr)}</span>` : nothing}
        ${media.watched ? html`<span class="pill ok">${words.library.watched}</span>` : nothing}
        ${media.state === "offline" ? html`<span class="pill bad">${words.library.offline}</span>` : nothing}
        ${media.state === "missing" ? html`<span class="pill bad">${words.library.missing}</span>` : nothing}
      </p>
      ${media.provisional ? html`<p class="muted fine">${words.media.provisional}</p>` : nothing}
    </div>`;
  }

  private arrival(media: MediaDetail) {
    if (media.state !== "arriving") return nothing;
    const download = arrivalOf(media.id);
    const progress =
      download && download.media_ids.length === 1 ? download.progress : media.progress;
    return html`<div class="arrival">
      <div class="row spread num">
        <strong>${words.library.arriving(percent(progress))}</strong>
        ${
          download?.rate_down
            ? html`<span class="muted"
                >${rate(download.rate_down)}${
                  download.eta === null ? "" : ` · ${words.downloads.eta(span(download.eta))}`
                }</span
              >`
            : nothing
        }
      </div>
      <div class="bar" ${vars({ "--value": progress })}></div>
      ${
        download
          ? html`<a class="fine" href="#/downloads/${download.id}">${words.media.openDownload}</a>`
          : nothing
      }
    </div>`;
  }

  private actions(media: MediaDetail): TemplateResult {
    const begun = media.position > 30 && !media.watched;
    const playable = media.state === "home" || media.state === "arriving";
    const label = begun
      ? words.media.resume(clock(media.position))
      : media.state === "arriving"
        ? words.media.playArriving
        : words.media.play;
    return html`<div class="row actions">
      ${
        playable
          ? html`<a class="button primary" href="#/watch/${media.id}${begun ? "?resume=1" : ""}"
              >${icon("play")}${label}</a
            >`
          : nothing
      }
      ${
        playable && begun
          ? html`<a class="button" href="#/watch/${media.id}?from=0">${words.media.fromStart}</a>`
          : nothing
      }
      <button @click=${() => this.toggleWatched(media)}>
        ${icon("check")}${media.watched ? words.media.markUnwatched : words.media.markWatched}
      </button>
      ${
        mayChange()
          ? html`<mtn-menu
              label=${words.downloads.menu(media.title)}
              .items=${this.menu(media)}
            ></mtn-menu>`
          : nothing
      }
    </div>`;
  }

  private menu(media: MediaDetail): MenuItem[] {
    return [
      { label: words.media.correct, icon: "edit", run: () => (this.dialog = "correct") },
      { label: words.media.check, icon: "check", run: () => void this.check(media) },
      {
        label: words.media.trash,
        icon: "trash",
        danger: true,
        run: () => (this.dialog = "trash"),
      },
    ];
  }

  private async toggleWatched(media: MediaDetail): Promise<void> {
    const watched = !media.watched;
    this.media.value = { ...media, watched };
    this.requestUpdate();
    const state = { position: 0, duration: media.duration, watched };
    await attempt(() => engine.watch(media.id, state));
    await this.media.reload();
  }

  private async check(media: MediaDetail): Promise<void> {
    say({ kind: "info", text: words.media.checkStarted });
    await attempt(() => engine.check(media.id));
    await this.media.reload();
  }

  private file(file: MediaFile) {
    const of = (kind: string) => file.streams.filter((stream) => stream.kind === kind);
    const group = (title: string, kind: string) => {
      const streams = of(kind);
      if (!streams.length) return nothing;
      return html`<dt>${title}</dt>
        <dd>${streams.map((stream) => html`<div>${streamText(stream)}</div>`)}</dd>`;
    };
    return html`<section class="card">
      <h2>${words.media.roles[file.role] ?? file.role}</h2>
      <p class="path">${file.path}</p>
      <p class="muted fine">
        ${[bytes(file.size), file.own ? words.media.ownFile : words.media.madeFile].filter(Boolean).join(" · ")}
      </p>
      <dl class="facts streams">
        ${group(words.media.video, "video")} ${group(words.media.audio, "audio")}
        ${group(words.media.subtitles, "subtitle")}
        <dt>${words.media.checkLabel}</dt>
        <dd>${checkText(file.check_result)}</dd>
      </dl>
    </section>`;
  }

  private chapters(media: MediaDetail) {
    const chapters = media.files.flatMap((file) => file.chapters);
    if (!chapters.length) return nothing;
    return html`<section class="card">
      <h2>${words.media.chapters}</h2>
      <ol class="chapters">
        ${chapters.map(
          (chapter, index) =>
            html`<li>
              <a href="#/watch/${media.id}?from=${Math.floor(chapter.start)}">
                <span class="muted num">${clock(chapter.start)}</span
                ><span>${chapter.title || `${words.media.chapters} ${index + 1}`}</span>
              </a>
            </li>`,
        )}
      </ol>
    </section>`;
  }

  private history(media: MediaDetail) {
    if (!media.history.length) return nothing;
    return html`<section class="card">
      <h2>${words.media.history}</h2>
      <ul class="list">
        ${media.history.map(
          (entry) =>
            html`<li>
              <span class="muted fine num">${moment(entry.at)}</span><br />
              ${words.history.events[entry.event] ?? entry.event}
              ${entry.detail ? html`<span class="muted path">${entry.detail}</span>` : nothing}
            </li>`,
        )}
      </ul>
    </section>`;
  }

  private dialogs(media: MediaDetail) {
    const closed = () => (this.dialog = "");
    if (this.dialog === "correct") {
      const kind = media.kind === "episode" ? "episode" : "movie";
      const title = media.show_title || media.title;
      return html`<mtn-correct
        .start=${{ ...media, kind, title }}
        .send=${async (correction: Parameters<typeof engine.correct>[1]) => {
          const now = await engine.correct(media.id, correction);
          if (now.id && now.id !== media.id) go(`/title/${now.id}`, true);
          await this.media.reload();
        }}
        @closed=${closed}
      ></mtn-correct>`;
    }
    if (this.dialog === "trash") {
      return html`<mtn-confirm
        heading=${words.media.trashTitle(media.title)}
        text=${words.media.trashText}
        button=${words.media.trashButton}
        .run=${async () => {
          await engine.trashMedia(media.id);
          const action = { label: words.nav.trash, run: () => go("/trash") };
          say({ kind: "ok", text: words.media.trashed(media.title), action });
          go("/", true);
        }}
        @closed=${closed}
      ></mtn-confirm>`;
    }
    return nothing;
  }
}
