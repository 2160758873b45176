import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { asProblem, Problem } from "../api/client";
import { engine } from "../api/engine";
import type { Chapter, MediaDetail, MediaItem, PlaySession } from "../api/types";
import { resolve } from "../core/base";
import { clock, episodeCode, language, percent, rate, span } from "../core/format";
import { television } from "../core/look";
import { bufferedEnd, isPlayable, missingTracks, worthResuming } from "../core/playback";
import { documentTitle, go, goBack, place } from "../core/router";
import { activeElement } from "../core/spatial";
import { Watch } from "../core/store";
import { downloads, playChanges } from "../stores/live";
import { say } from "../stores/toasts";
import { vars } from "../ui/directives";
import { MtnElement } from "../ui/element";
import { icon, mark } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";
import { arrivalOf } from "./media";
import { playerStyles } from "./player.styles";

const HIDE_AFTER = 3200;
const REPORT_EVERY = 5000;
const POLL_EVERY = 2000;
const NEXT_BEFORE_END = 25;
const VOLUME = "matinee.volume";

interface Note {
  id: string;
  title: string;
  text: string;
  hint?: string;
}

/** Plays one title over the whole page, also while it arrives. */
@customElement("mtn-player")
export class PlayerView extends MtnElement {
  static override styles = [shared, playerStyles];

  @property() mediaId = "";
  @state() private session: PlaySession | undefined;
  @state() private media: MediaDetail | undefined;
  @state() private following: MediaItem | undefined;
  @state() private problem: Problem | undefined;
  @state() private asking = false;
  @state() private playing = false;
  @state() private waiting = false;
  @state() private idle = false;
  @state() private time = 0;
  @state() private duration = 0;
  @state() private buffered = 0;
  @state() private muted = false;
  @state() private loudness = 1;
  @state() private full = false;
  @state() private panel: "" | "subtitles" | "help" = "";
  @state() private subtitle = "";
  @state() private notes: Note[] = [];
  @state() private ended = false;
  @query("video") private video!: HTMLVideoElement | null;

  private stop = new AbortController();
  private hideTimer: ReturnType<typeof setTimeout> | undefined;
  private reportTimer: ReturnType<typeof setInterval> | undefined;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private startAt = 0;
  private startedAt = 0;
  private judged = new Set<string>();
  private turn = 0;
  private seeking = false;
  private prepared = false;
  /** A finger that brings the buttons back does not pause as well. */
  private touchWakes = false;

  constructor() {
    super();
    new Watch(this, downloads);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = new AbortController();
    const options = { signal: this.stop.signal };
    window.addEventListener("keydown", (event) => this.key(event), { ...options, capture: true });
    window.addEventListener("pointermove", () => this.wake(), options);
    window.addEventListener("pagehide", () => this.report(true), options);
    document.addEventListener(
      "fullscreenchange",
      () => {
        this.full = document.fullscreenElement !== null;
      },
      options,
    );
    this.stop.signal.addEventListener(
      "abort",
      playChanges.subscribe(() => this.heard()),
    );
    this.reportTimer = setInterval(() => {
      if (this.playing) this.report();
    }, REPORT_EVERY);
    this.loudness = Number(localStorage.getItem(VOLUME) ?? "1");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leaveSession();
    this.stop.abort();
    clearInterval(this.reportTimer);
    clearTimeout(this.hideTimer);
    clearTimeout(this.pollTimer);
    if (document.fullscreenElement) void document.exitFullscreen();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("mediaId")) return;
    if (changed.get("mediaId")) this.leaveSession();
    void this.begin();
  }

  override updated(): void {
    this.classList.toggle("idle", this.idle && this.playing);
    const video = this.video;
    if (video && video.volume !== this.loudness) video.volume = this.loudness;
  }

  // -- the session

  private async begin(): Promise<void> {
    const turn = ++this.turn;
    this.session = this.problem = this.following = this.media = undefined;
    this.time = this.duration = this.buffered = this.startedAt = 0;
    this.notes = [];
    this.judged = new Set();
    this.ended = this.asking = this.playing = this.prepared = false;
    const from = place.value.query.get("from");
    try {
      const session = await engine.play(this.mediaId, from === null ? undefined : Number(from));
      if (turn !== this.turn) {
        void engine.endPlay(session.id);
        return;
      }
      this.take(session);
    } catch (error) {
      if (turn === this.turn) this.problem = asProblem(error);
      return;
    }
    void this.learn(turn);
  }

  /** What the film is: chapters, the tracks to expect, the episode after it. Not needed to play. */
  private async learn(turn: number): Promise<void> {
    try {
      const media = await engine.media(this.session?.media_id || this.mediaId);
      if (turn !== this.turn) return;
      this.media = media;
      if (!media.next_id) return;
      const next = await engine.media(media.next_id);
      if (turn === this.turn && isPlayable(next)) this.following = next;
    } catch {
      // It plays without.
    }
  }

  private heard(): void {
    const session = playChanges.value;
    if (session && session.id === this.session?.id) this.take(session);
  }

  private take(session: PlaySession): void {
    const before = this.session;
    this.session = session;
    documentTitle(session.title);
    const usable = session.state === "ready" || session.state === "playing";
    // The address may be known before the film can start.
    const first = usable && session.url !== "" && !this.prepared;
    if (first) {
      this.prepared = true;
      this.prepare(session);
    } else if (before?.url && usable) this.session = { ...session, url: before.url };
    if (session.state === "preparing") this.poll(session.id);
    if (first || session.warnings.length !== before?.warnings.length) {
      this.notes = session.warnings
        .filter((text) => !this.judged.has(text))
        .map((text) => ({ id: text, title: "", text }));
    }
  }

  private poll(id: string): void {
    clearTimeout(this.pollTimer);
    this.pollTimer = setTimeout(() => {
      engine.playSession(id).then(
        (session) => {
          if (this.session?.id === id) this.take(session);
        },
        (error: unknown) => (this.problem = asProblem(error)),
      );
    }, POLL_EVERY);
  }

  private prepare(session: PlaySession): void {
    const given = place.value.query.get("from");
    const at = given === null ? session.resume_from : Number(given);
    const sure = given !== null || place.value.query.has("resume");
    this.duration = session.duration;
    this.startAt = at;
    this.asking = !sure && worthResuming(at, session.duration);
    const preset = session.subtitles.find((track) => track.default && track.url && track.forced);
    this.subtitle = preset?.id ?? "";
    if (this.asking) this.focusOn(".panel .primary");
    else void this.updateComplete.then(() => this.start(at));
  }

  /** Begin at this second. */
  private start(at: number): void {
    this.asking = false;
    this.startAt = at;
    void this.updateComplete.then(async () => {
      const video = this.video;
      if (!video) return;
      if (at > 0) this.seekWhenKnown(video, at);
      this.showSubtitle();
      try {
        await video.play();
      } catch (error) {
        // Autoplay may be refused; then the play button is there. Errors come as events.
        if (error instanceof DOMException && error.name === "NotAllowedError") this.wake();
      }
      this.wake();
      this.renderRoot.querySelector<HTMLElement>(".main-button")?.focus();
    });
  }

  private seekWhenKnown(video: HTMLVideoElement, at: number): void {
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) video.currentTime = at;
    else video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
  }

  private report(leaving = false): void {
    const video = this.video;
    const session = this.session;
    if (!video || !session?.url || this.asking || !(video.duration > 0)) return;
    const body = {
      position: video.currentTime,
      duration: video.duration,
      paused: leaving || video.paused,
    };
    engine.reportPosition(session.id, body).catch(() => undefined);
  }

  private leaveSession(): void {
    const session = this.session;
    this.report(true);
    this.video?.pause();
    this.video?.removeAttribute("src");
    this.video?.load();
    this.session = undefined;
    if (session) engine.endPlay(session.id).catch(() => undefined);
  }

  private leave(): void {
    const media = this.media;
    const fallback = media?.show_id ? `/show/${media.show_id}` : `/title/${this.mediaId}`;
    goBack(fallback);
  }

  private next(): void {
    if (this.following) go(`/watch/${this.following.id}?from=0`, true);
  }

  // -- what the video tells

  private tick(video: HTMLVideoElement): void {
    if (!this.seeking) this.time = video.currentTime;
    if (Number.isFinite(video.duration)) this.duration = video.duration;
    this.buffered = bufferedEnd(video.buffered, video.currentTime, this.duration);
    this.judge(video);
  }

  private judge(video: HTMLVideoElement): void {
    const streams = this.media?.files.find((file) => file.streams.length)?.streams;
    if (!streams || this.startedAt < 0) return;
    const expected = {
      video: streams.some((stream) => stream.kind === "video"),
      audio: streams.some((stream) => stream.kind === "audio") && !video.muted && video.volume > 0,
    };
    for (const track of missingTracks(video, expected, this.startedAt)) {
      if (this.judged.has(track) || this.notes.length) continue;
      this.judged.add(track);
      const audio = track === "audio";
      this.notes = [
        ...this.notes,
        {
          id: track,
          title: audio ? words.player.silentTitle : words.player.blackTitle,
          text: audio ? words.player.silent : words.player.black,
          hint: words.player.otherScreen,
        },
      ];
    }
  }

  private failed(video: HTMLVideoElement): void {
    const error = video.error;
    if (!error || !this.session?.url) return;
    const w = words.player;
    const [text, hint] =
      error.code === MediaError.MEDIA_ERR_NETWORK
        ? [w.cannotNetwork, w.networkHint]
        : error.code === MediaError.MEDIA_ERR_DECODE
          ? [w.cannotDecode, w.checkHint]
          : [this.session.warnings[0] ?? w.cannotFormat, this.session.hint || w.otherScreen];
    this.problem = new Problem(0, "cannot_play", text, hint);
  }

  private async again(): Promise<void> {
    const at = this.time;
    this.problem = undefined;
    if (!this.session?.url) {
      await this.begin();
      return;
    }
    await this.updateComplete;
    this.video?.load();
    this.start(at);
  }

  // -- what a person does

  private wake(): void {
    this.idle = false;
    clearTimeout(this.hideTimer);
    this.hideTimer = setTimeout(() => {
      if (this.playing && !this.panel) this.idle = true;
    }, HIDE_AFTER);
  }

  private clicked(): void {
    if (this.panel) this.panel = "";
    else if (!this.touchWakes) this.toggle();
    this.touchWakes = false;
  }

  private toggle(): void {
    const video = this.video;
    if (!video || this.asking) return;
    if (video.paused) void video.play().catch(() => undefined);
    else video.pause();
  }

  private seekTo(seconds: number): void {
    const video = this.video;
    if (!video || !(this.duration > 0)) return;
    const at = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.5));
    video.currentTime = at;
    this.time = at;
    this.ended = false;
  }

  private setVolume(value: number): void {
    this.loudness = Math.min(1, Math.max(0, Math.round(value * 20) / 20));
    if (this.video) this.video.muted = false;
    try {
      localStorage.setItem(VOLUME, String(this.loudness));
    } catch {
      // Then it is as loud as this visit lasts.
    }
  }

  private toggleMute(): void {
    if (this.video) this.video.muted = !this.video.muted;
  }

  private toggleFull(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => undefined);
  }

  private showSubtitle(): void {
    for (const track of this.video?.textTracks ?? []) {
      track.mode = track.id === this.subtitle && this.subtitle ? "showing" : "disabled";
    }
  }

  private chooseSubtitle(id: string): void {
    this.subtitle = id;
    this.panel = "";
    void this.updateComplete.then(() => {
      this.showSubtitle();
      this.renderRoot.querySelector<HTMLElement>("#subtitles")?.focus();
    });
  }

  private focusOn(selector: string): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(selector)?.focus(),
    );
  }

  private openPanel(panel: "subtitles" | "help"): void {
    if (this.panel === panel) {
      this.closePanel();
      return;
    }
    this.panel = panel;
    this.focusOn(panel === "help" ? ".keys button" : ".menu [aria-checked=true]");
  }

  private closePanel(): void {
    const from = this.panel;
    this.panel = "";
    if (from) this.focusOn(`#${from}`);
  }

  private cycleSubtitle(): void {
    const ids = ["", ...(this.session?.subtitles ?? []).filter((t) => t.url).map((t) => t.id)];
    this.chooseSubtitle(ids[(ids.indexOf(this.subtitle) + 1) % ids.length] ?? "");
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const asleep = this.idle;
    this.wake();
    if (event.key === "Escape" || event.key === "GoBack" || event.key === "BrowserBack") {
      if (this.panel) this.closePanel();
      else if (!document.fullscreenElement) this.leave();
      else return;
      event.preventDefault();
      return;
    }
    if (!this.session?.url || this.asking || this.problem) return;
    if (this.command(event, asleep)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Returns whether the key was meant for the player. */
  private command(event: KeyboardEvent, asleep: boolean): boolean {
    const active = activeElement();
    const onButton = active instanceof HTMLButtonElement || active instanceof HTMLAnchorElement;
    const remote = television.value;
    switch (event.key) {
      case " ":
      case "Enter":
        if (onButton && !asleep) return false;
        this.toggle();
        return true;
      case "k":
      case "MediaPlayPause":
        this.toggle();
        return true;
      case "ArrowLeft":
      case "ArrowRight": {
        // On a television the arrows walk among the buttons while these can be seen.
        const range = active instanceof HTMLInputElement;
        if (range && active.id === "volume") return false;
        if (remote && !asleep && onButton) return false;
        this.seekTo(this.time + (event.key === "ArrowLeft" ? -10 : 10));
        return true;
      }
      case "ArrowUp":
      case "ArrowDown":
        if (remote || this.panel) return asleep;
        this.setVolume(this.loudness + (event.key === "ArrowUp" ? 0.05 : -0.05));
        return true;
      case "j":
        this.seekTo(this.time - 30);
        return true;
      case "l":
        this.seekTo(this.time + 30);
        return true;
      case "m":
        this.toggleMute();
        return true;
      case "f":
        this.toggleFull();
        return true;
      case "c":
        this.cycleSubtitle();
        return true;
      case "n":
        this.next();
        return true;
      case "?":
        this.openPanel("help");
        return true;
      default:
        if (!/^[0-9]$/.test(event.key)) return false;
        this.seekTo((this.duration * Number(event.key)) / 10);
        return true;
    }
  }

  // -- what is seen

  override render() {
    const session = this.session;
    if (this.problem) return this.trouble(this.problem);
    if (!session) return this.preparing("");
    switch (session.state) {
      case "preparing":
        return this.preparing(session.text, session.eta);
      case "choose":
        return this.choose(session);
      case "refused":
        return this.refused(session);
      default:
        return session.url ? this.player(session) : this.preparing(session.text, session.eta);
    }
  }

  private back() {
    return html`<button
      class="only-icon"
      aria-label=${words.player.leave}
      title=${words.player.leave}
      @click=${() => this.leave()}
    >
      ${icon("left")}
    </button>`;
  }

  private preparing(text: string, eta: number | null = null) {
    return html`<div class="stage">
      <div class="panel" role="status">
        <div class="breathe">${mark()}</div>
        <h1>${text || words.player.preparing}</h1>
        ${eta === null ? nothing : html`<p class="muted">${words.player.ready(span(eta))}</p>`}
        ${this.arrival()}
        <div class="row"><button @click=${() => this.leave()}>${words.cancel}</button></div>
      </div>
    </div>`;
  }

  private arrival() {
    const download = arrivalOf(this.session?.media_id || this.mediaId);
    if (!download) return nothing;
    const speed = download.rate_down ? ` · ${rate(download.rate_down)}` : "";
    return html`<span class="pill warm num"
      >${words.player.arriving(percent(download.progress))}${speed}</span
    >`;
  }

  private choose(session: PlaySession) {
    return html`<div class="stage">
      <div class="panel">
        <h1>${words.player.choose}</h1>
        ${session.text ? html`<p class="muted">${session.text}</p>` : nothing}
        <ul class="stack">
          ${session.choices.map(
            (choice) =>
              html`<li>
                <button @click=${() => go(`/watch/${choice.media_id}`, true)}>
                  ${choice.label}
                </button>
              </li>`,
          )}
        </ul>
        <button @click=${() => this.leave()}>${words.cancel}</button>
      </div>
    </div>`;
  }

  private refused(session: PlaySession) {
    return html`<div class="stage">
      <div class="panel" role="alert">
        ${mark()}
        <h1>${session.text || words.player.refused}</h1>
        ${session.hint ? html`<p class="muted">${session.hint}</p>` : nothing}
        ${session.warnings.map((warning) => html`<p>${warning}</p>`)}
        <div class="row">
          <button class="primary" @click=${() => this.leave()}>${words.back}</button>
          <a class="button" href="#/downloads">${words.player.toDownloads}</a>
          ${session.url ? this.copyButton(session.url) : nothing}
        </div>
      </div>
    </div>`;
  }

  private trouble(problem: Problem) {
    const playing = problem.code === "cannot_play";
    return html`<div class="stage">
      <div class="panel" role="alert">
        ${mark()}
        <h1>${playing ? words.player.cannotTitle : words.player.refused}</h1>
        <p>${problem.message}</p>
        ${problem.hint ? html`<p class="muted">${problem.hint}</p>` : nothing}
        <div class="row">
          <button class="primary" @click=${() => this.again()}>${words.retry}</button>
          <button @click=${() => this.leave()}>${words.back}</button>
          ${playing && this.session?.url ? this.copyButton(this.session.url) : nothing}
        </div>
      </div>
    </div>`;
  }

  private copyButton(url: string) {
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

  private player(session: PlaySession) {
    const hidden = this.idle && this.playing && !this.waiting && !this.panel;
    return html`
      <video
        src=${resolve(session.url)}
        preload="auto"
        playsinline
        @pointerdown=${(event: PointerEvent) => {
          this.touchWakes = this.idle && event.pointerType === "touch";
          this.wake();
        }}
        @click=${this.clicked}
        @dblclick=${() => this.toggleFull()}
        @timeupdate=${(event: Event) => this.tick(event.target as HTMLVideoElement)}
        @progress=${(event: Event) => this.tick(event.target as HTMLVideoElement)}
        @durationchange=${(event: Event) => this.tick(event.target as HTMLVideoElement)}
        @seeking=${() => (this.startedAt = -1)}
        @seeked=${(event: Event) => {
          this.startedAt = (event.target as HTMLVideoElement).currentTime;
          this.report();
        }}
        @play=${() => {
          this.playing = true;
          this.ended = false;
          this.wake();
        }}
        @playing=${() => (this.waiting = false)}
        @waiting=${() => (this.waiting = true)}
        @canplay=${() => (this.waiting = false)}
        @pause=${() => {
          this.playing = false;
          this.idle = false;
          this.report();
        }}
        @ended=${() => {
          this.ended = true;
          this.report();
        }}
        @volumechange=${(event: Event) => (this.muted = (event.target as HTMLVideoElement).muted)}
        @error=${(event: Event) => this.failed(event.target as HTMLVideoElement)}
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
                label=${this.trackName(track)}
              />`,
          )}
      </video>
      <p class="sr" role="status">${this.waiting && this.playing ? words.player.waiting : ""}</p>
      ${
        this.waiting && this.playing
          ? html`<div class="waiting"><span>${words.player.waiting}</span></div>`
          : nothing
      }
      <div class="top ${hidden ? "hidden" : ""}" ?inert=${hidden}>
        ${this.back()}
        <h1>${this.heading(session)}</h1>
        ${this.arrival()}
      </div>
      ${this.noteList()} ${this.nextButton()} ${this.panels(session)}
      ${this.asking ? this.ask(session) : this.controls(session, hidden)}
    `;
  }

  private heading(session: PlaySession): string {
    const media = this.media;
    if (!media?.show_title) return session.title;
    const code = episodeCode(media.season, media.episode);
    return [media.show_title, code, media.title].filter(Boolean).join(" · ");
  }

  private trackName(track: {
    language: string;
    title: string;
    forced: boolean;
    hearing_impaired: boolean;
  }) {
    const extra = [
      track.title,
      track.forced ? words.media.forced : "",
      track.hearing_impaired ? words.media.hearing : "",
    ].filter(Boolean);
    const name = track.language ? language(track.language) : "";
    return [name, ...extra].filter(Boolean).join(" · ") || words.player.unknownLanguage;
  }

  private ask(session: PlaySession) {
    return html`<div class="stage">
      <div class="panel">
        <h1>${session.title}</h1>
        <p class="muted">${words.player.resumeTitle}</p>
        <div class="row">
          <button class="primary" @click=${() => this.start(this.startAt)}>
            ${icon("play")}${words.player.resume(clock(this.startAt))}
          </button>
          <button @click=${() => this.start(0)}>${words.player.fromStart}</button>
          <button class="quiet" @click=${() => this.leave()}>${words.back}</button>
        </div>
      </div>
    </div>`;
  }

  private noteList() {
    return html`<div class="notices" role="status">
      ${this.notes.map(
        (note) =>
          html`<div class="notice">
            ${icon("warning")}
            <div>
              ${note.title ? html`<strong>${note.title}</strong><br />` : nothing}${note.text}
              ${note.hint ? html`<p class="muted fine">${note.hint}</p>` : nothing}
            </div>
            <button
              class="quiet small only-icon"
              aria-label=${words.player.dismiss}
              @click=${() => {
                this.judged.add(note.id);
                this.notes = this.notes.filter((other) => other !== note);
              }}
            >
              ${icon("close")}
            </button>
          </div>`,
      )}
    </div>`;
  }

  private nextButton() {
    const near = this.duration > 60 && this.duration - this.time < NEXT_BEFORE_END;
    if (!this.following || !(near || this.ended)) return nothing;
    const title = `${episodeCode(this.following.season, this.following.episode)} ${this.following.title}`;
    return html`<button class="primary next" @click=${() => this.next()}>
      ${icon("next")}${words.player.nextIn(title)}
    </button>`;
  }

  private panels(session: PlaySession) {
    if (this.panel === "help") {
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
          <button @click=${() => this.closePanel()}>${words.close}</button>
        </div>
      </div>`;
    }
    if (this.panel !== "subtitles") return nothing;
    const item = (id: string, name: string) =>
      html`<button
        role="menuitemradio"
        aria-checked=${this.subtitle === id}
        @click=${() => this.chooseSubtitle(id)}
      >
        ${icon("check")}${name}
      </button>`;
    const shown = session.subtitles.filter((track) => track.url);
    const refused = session.subtitles.filter((track) => !track.url);
    return html`<div class="menu">
      <div role="menu" class="choices" aria-label=${words.player.subtitles}>
        ${item("", words.player.subtitlesOff)}
        ${shown.map((track) => item(track.id, this.trackName(track)))}
      </div>
      ${refused.map(
        (track) => html`<p class="muted fine">${this.trackName(track)}: ${track.refusal}</p>`,
      )}
    </div>`;
  }

  private chapters(): Chapter[] {
    return this.media?.files.find((file) => file.chapters.length)?.chapters ?? [];
  }

  private button(label: string, symbol: string, run: () => void, kind = "", id = "") {
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

  private controls(session: PlaySession, hidden: boolean) {
    const part = this.duration > 0 ? this.time / this.duration : 0;
    const w = words.player;
    return html`<div class="bottom ${hidden ? "hidden" : ""}" ?inert=${hidden}>
      <div class="seek">
        <div class="track">
          <i class="buffered" ${vars({ "--value": this.buffered })}></i>
          <i class="played" ${vars({ "--value": part })}></i>
        </div>
        ${this.chapters()
          .slice(1)
          .map(
            (chapter) =>
              html`<span
                class="tick"
                title=${chapter.title}
                ${vars({ "--at": this.duration > 0 ? chapter.start / this.duration : 0 })}
              ></span>`,
          )}
        <input
          id="seek"
          type="range"
          min="0"
          max=${Math.max(1, this.duration)}
          step="0.1"
          aria-label=${w.seek}
          aria-valuetext=${w.time(clock(this.time), clock(this.duration))}
          .value=${String(this.time)}
          @input=${(event: Event) => {
            this.seeking = true;
            this.time = Number((event.target as HTMLInputElement).value);
          }}
          @change=${(event: Event) => {
            this.seeking = false;
            this.seekTo(Number((event.target as HTMLInputElement).value));
          }}
        />
      </div>
      <div class="controls">
        ${this.button(this.playing ? w.pause : w.play, this.playing ? "pause" : "play", () => this.toggle(), "main-button")}
        ${this.button(w.back10, "back10", () => this.seekTo(this.time - 10))}
        ${this.button(w.forward10, "forward10", () => this.seekTo(this.time + 10))}
        <span class="time">${clock(this.time)} / ${clock(this.duration)}</span>
        <span class="space"></span>
        ${this.button(this.muted ? w.unmute : w.mute, this.muted ? "mute" : "volume", () => this.toggleMute(), "desk")}
        <input
          id="volume"
          class="volume"
          type="range"
          min="0"
          max="1"
          step="0.05"
          aria-label=${w.volume}
          .value=${String(this.muted ? 0 : this.loudness)}
          @input=${(event: Event) =>
            this.setVolume(Number((event.target as HTMLInputElement).value))}
        />
        ${
          session.subtitles.length
            ? this.button(
                w.subtitles,
                "subtitles",
                () => this.openPanel("subtitles"),
                "",
                "subtitles",
              )
            : nothing
        }
        ${this.following ? this.button(w.next, "next", () => this.next()) : nothing}
        ${this.button(w.help, "help", () => this.openPanel("help"), "desk", "help")}
        ${this.button(this.full ? w.exitFullscreen : w.fullscreen, this.full ? "shrink" : "fullscreen", () => this.toggleFull())}
      </div>
    </div>`;
  }
}
