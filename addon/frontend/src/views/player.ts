import { html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine, type PlayWish } from "../api/engine";
import type { MediaDetail, MediaItem, PlaySession } from "../api/types";
import { report } from "../core/abilities";
import { isPlayable, worthResuming } from "../core/playback";
import { documentTitle, go, goBack, place } from "../core/router";
import { Watch } from "../core/store";
import { downloads, playChanges } from "../stores/live";
import { say } from "../stores/toasts";
import { MtnElement } from "../ui/element";
import { shared } from "../ui/styles";
import { playerStyles } from "./player.styles";
import { bottomBar, nextButton, patience, picture, topBar } from "./player/controls";
import type { Panel, Player } from "./player/face";
import { ofElement, ofPlaylist } from "./player/faults";
import { keyPressed } from "./player/keys";
import { Medium } from "./player/medium";
import { Notes } from "./player/notes";
import { panels } from "./player/panels";
import type { Fault } from "./player/stream";
import { ask, choose, preparing, refused, trouble } from "./player/stages";

const HIDE_AFTER = 3200;
const REPORT_EVERY = 5000;
const POLL_EVERY = 2000;

/** Plays one title over the whole page, also while it arrives. */
@customElement("mtn-player")
export class PlayerView extends MtnElement implements Player {
  static override styles = [shared, playerStyles];

  @property() mediaId = "";
  @state() session: PlaySession | undefined;
  @state() media: MediaDetail | undefined;
  @state() following: MediaItem | undefined;
  @state() problem: Problem | undefined;
  @state() asking = false;
  @state() idle = false;
  @state() full = false;
  @state() panel: Panel = "";
  @state() subtitle = "";
  @state() wish: PlayWish = {};
  @query("video") private video!: HTMLVideoElement | null;

  readonly medium = new Medium(this, () => this.video, {
    wake: () => this.wake(),
    report: () => this.report(),
    ticked: (video) => this.judge(video),
    failed: (video) => this.failed(video),
    broke: (fault, url) => void this.broke(fault, url),
  });
  readonly notes = new Notes(this);
  startAt = 0;

  private stop = new AbortController();
  private hideTimer: ReturnType<typeof setTimeout> | undefined;
  private reportTimer: ReturnType<typeof setInterval> | undefined;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private prepared = false;
  /** Where to go on after the film was asked for anew. */
  private goOnAt: number | undefined;
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
    window.addEventListener("keydown", (event) => keyPressed(event, this), {
      ...options,
      capture: true,
    });
    window.addEventListener("pointermove", () => this.wake(), options);
    window.addEventListener("pagehide", () => this.report(true), options);
    document.addEventListener(
      "fullscreenchange",
      () => (this.full = document.fullscreenElement !== null),
      options,
    );
    this.stop.signal.addEventListener(
      "abort",
      playChanges.subscribe(() => this.heard()),
    );
    this.reportTimer = setInterval(() => {
      if (this.medium.playing) this.report();
    }, REPORT_EVERY);
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
    this.classList.toggle("idle", this.idle && this.medium.playing);
  }

  // -- the session

  private async begin(): Promise<void> {
    const turn = ++this.turn;
    this.session = this.problem = this.following = this.media = undefined;
    this.asking = this.prepared = false;
    this.wish = {};
    this.goOnAt = undefined;
    this.medium.reset();
    this.notes.reset();
    const from = place.value.query.get("from");
    try {
      const session = await engine.play(
        this.mediaId,
        report(),
        from === null ? undefined : Number(from),
      );
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
    } else if (before?.url && usable) {
      this.session = { ...session, url: before.url, mime_type: before.mime_type };
    }
    if (session.state === "preparing") this.poll(session.id);
    if (first || session.warnings.length !== before?.warnings.length) {
      this.notes.warn(session.warnings);
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
    const given = this.goOnAt ?? place.value.query.get("from");
    const at = given === null ? session.resume_from : Number(given);
    const sure = given !== null || place.value.query.has("resume");
    this.medium.duration = session.duration;
    this.startAt = at;
    this.asking = !sure && worthResuming(at, session.duration);
    const preset = session.subtitles.find((track) => track.default && track.url && track.forced);
    if (this.goOnAt === undefined) this.subtitle = preset?.id ?? "";
    if (this.asking) this.focusOn(".panel .primary");
    else void this.updateComplete.then(() => this.start(at));
  }

  start(at: number): void {
    this.asking = false;
    this.startAt = at;
    void this.updateComplete.then(async () => {
      this.medium.showSubtitle(this.subtitle);
      // Autoplay may be refused; then the play button is there.
      if (this.session) await this.medium.begin(this.session, at);
      this.wake();
      this.renderRoot.querySelector<HTMLElement>(".main-button")?.focus();
    });
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
    this.medium.release();
    this.session = undefined;
    if (session) engine.endPlay(session.id).catch(() => undefined);
  }

  leave(): void {
    const media = this.media;
    const fallback = media?.show_id ? `/show/${media.show_id}` : `/title/${this.mediaId}`;
    goBack(fallback);
  }

  next(): void {
    if (this.following) go(`/watch/${this.following.id}?from=0`, true);
  }

  // -- what the video tells

  private judge(video: HTMLVideoElement): void {
    const streams = this.media?.files.find((file) => file.streams.length)?.streams;
    if (streams && this.medium.startedAt >= 0) {
      this.notes.judge(video, streams, this.medium.startedAt);
    }
  }

  private failed(video: HTMLVideoElement): void {
    if (video.error && this.session?.url) this.problem = ofElement(video.error, this.session);
  }

  private async broke(fault: Fault, url: string): Promise<void> {
    const turn = this.turn;
    const problem = await ofPlaylist(fault, url);
    if (turn === this.turn && this.session) this.problem = problem;
  }

  async change(wish: PlayWish): Promise<void> {
    this.closePanel();
    const turn = this.turn;
    const at = this.medium.time;
    let session: PlaySession;
    try {
      session = await engine.play(this.mediaId, report(), at, wish);
    } catch (error) {
      const problem = asProblem(error);
      say({ kind: "error", text: problem.message, hint: problem.hint });
      return;
    }
    if (turn !== this.turn || session.state === "refused") {
      void engine.endPlay(session.id);
      // What plays goes on; why the other would not is said.
      if (turn === this.turn) say({ kind: "info", text: session.text, hint: session.hint });
      return;
    }
    this.leaveSession();
    await this.updateComplete; // the element of the former film is gone
    this.wish = wish;
    this.goOnAt = at;
    this.prepared = false;
    this.take(session);
  }

  async again(): Promise<void> {
    const at = this.medium.time;
    this.problem = undefined;
    if (!this.session?.url) {
      await this.begin();
      return;
    }
    await this.updateComplete;
    if (!this.medium.stream) this.video?.load();
    this.start(at);
  }

  // -- what a person does

  wake(): void {
    this.idle = false;
    clearTimeout(this.hideTimer);
    this.hideTimer = setTimeout(() => {
      if (this.medium.playing && !this.panel) this.idle = true;
    }, HIDE_AFTER);
  }

  private readonly touch = {
    pressed: (event: PointerEvent) => {
      this.touchWakes = this.idle && event.pointerType === "touch";
      this.wake();
    },
    clicked: () => {
      if (this.panel) this.panel = "";
      else if (!this.touchWakes) this.toggle();
      this.touchWakes = false;
    },
  };

  toggle(): void {
    if (!this.asking) this.medium.toggle();
  }

  toggleFull(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => undefined);
  }

  chooseSubtitle(id: string): void {
    this.subtitle = id;
    this.panel = "";
    void this.updateComplete.then(() => {
      this.medium.showSubtitle(id);
      this.renderRoot.querySelector<HTMLElement>("#subtitles")?.focus();
    });
  }

  cycleSubtitle(): void {
    const ids = ["", ...(this.session?.subtitles ?? []).filter((t) => t.url).map((t) => t.id)];
    this.chooseSubtitle(ids[(ids.indexOf(this.subtitle) + 1) % ids.length] ?? "");
  }

  openPanel(panel: Exclude<Panel, "">): void {
    if (this.panel === panel) {
      this.closePanel();
      return;
    }
    this.panel = panel;
    this.focusOn(panel === "help" ? ".keys button" : ".menu [aria-checked=true]");
  }

  closePanel(): void {
    const from = this.panel;
    this.panel = "";
    if (from) this.focusOn(`#${from}`);
  }

  private focusOn(selector: string): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(selector)?.focus(),
    );
  }

  // -- what is seen

  override render() {
    const session = this.session;
    if (this.problem) return trouble(this, this.problem);
    if (!session) return preparing(this, "");
    switch (session.state) {
      case "preparing":
        return preparing(this, session.text, session.eta);
      case "choose":
        return choose(this, session);
      case "refused":
        return refused(this, session);
      default:
        return session.url ? this.film(session) : preparing(this, session.text, session.eta);
    }
  }

  private film(session: PlaySession) {
    const hidden = this.idle && this.medium.playing && !this.medium.waiting && !this.panel;
    return html`
      ${picture(this, session, this.touch)} ${patience(this)} ${topBar(this, session, hidden)}
      ${this.notes.render()} ${nextButton(this)} ${panels(this, session)}
      ${this.asking ? ask(this, session) : bottomBar(this, session, hidden)}
    `;
  }
}
