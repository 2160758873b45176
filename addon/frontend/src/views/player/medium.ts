import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { PlaySession } from "../../api/types";
import { resolve } from "../../core/base";
import { scriptPlays } from "../../core/abilities";
import { bufferedEnd, isPlaylist } from "../../core/playback";
import { Stream, type Fault } from "./stream";

const VOLUME = "matinee.volume";

export interface Audience {
  wake(): void;
  report(): void;
  ticked(video: HTMLVideoElement): void;
  failed(video: HTMLVideoElement): void;
  broke(fault: Fault, url: string): void;
}

/** The video element: what it tells, and what it is told. Renders its host anew on every event. */
export class Medium implements ReactiveController {
  playing = false;
  waiting = false;
  ended = false;
  muted = false;
  time = 0;
  duration = 0;
  /** The fraction that can be played without waiting. */
  buffered = 0;
  /** From 0 to 1. */
  loudness = Number(localStorage.getItem(VOLUME) ?? "1");
  /** Where it began to play without a break, in seconds; negative while it seeks. */
  startedAt = 0;
  /** A hand is on the seek bar. */
  private dragging = false;
  /** Set while a playlist is played by script. */
  stream: Stream | undefined;
  private scripted: boolean | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly find: () => HTMLVideoElement | null,
    private readonly audience: Audience,
  ) {
    host.addController(this);
  }

  get video(): HTMLVideoElement | null {
    return this.find();
  }

  hostUpdated(): void {
    const video = this.video;
    if (video && video.volume !== this.loudness) video.volume = this.loudness;
  }

  /** Before another film. */
  reset(): void {
    this.time = this.duration = this.buffered = this.startedAt = 0;
    this.ended = this.playing = false;
    this.host.requestUpdate();
  }

  /** Let go of the film, so that nothing more is fetched. */
  release(): void {
    this.video?.pause();
    this.stream?.close();
    this.stream = undefined;
    this.video?.removeAttribute("src");
    this.video?.load();
  }

  /** Listens to every event of the element. */
  readonly heard = (event: Event): void => {
    const video = event.target as HTMLVideoElement;
    switch (event.type) {
      case "timeupdate":
      case "progress":
      case "durationchange":
        this.tick(video);
        break;
      case "seeking":
        this.startedAt = -1;
        break;
      case "seeked":
        this.startedAt = video.currentTime;
        this.audience.report();
        break;
      case "play":
        this.playing = true;
        this.ended = false;
        this.audience.wake();
        break;
      case "waiting":
        this.waiting = true;
        break;
      case "playing":
      case "canplay":
        this.waiting = false;
        break;
      case "pause":
        this.playing = false;
        this.audience.wake();
        this.audience.report();
        break;
      case "ended":
        this.ended = true;
        this.audience.report();
        break;
      case "volumechange":
        this.muted = video.muted;
        break;
      case "error":
        this.audience.failed(video);
    }
    this.host.requestUpdate();
  };

  private tick(video: HTMLVideoElement): void {
    if (!this.dragging) this.time = video.currentTime;
    if (Number.isFinite(video.duration)) this.duration = video.duration;
    this.buffered = bufferedEnd(video.buffered, video.currentTime, this.duration);
    this.audience.ticked(video);
  }

  /** The address that the element itself reads; none where a script reads it. */
  source(session: PlaySession): string | undefined {
    const scripted = isPlaylist(session) && (this.scripted ??= scriptPlays());
    return scripted ? undefined : resolve(session.url);
  }

  /** Play from this second on. Returns whether the browser allowed it without a press. */
  async begin(session: PlaySession, at: number): Promise<boolean> {
    const video = this.video;
    if (!video) return true;
    if (this.source(session) === undefined) {
      this.stream?.close();
      const stream = (this.stream = new Stream(video, resolve(session.url), {
        changed: () => this.host.requestUpdate(),
        broke: (fault, url) => {
          if (this.stream === stream) this.audience.broke(fault, url);
        },
      }));
      await stream.open(at);
      if (this.stream !== stream) return true;
    } else if (at > 0) seekWhenKnown(video, at);
    try {
      await video.play();
    } catch (error) {
      // Errors of the film come as events.
      return !(error instanceof DOMException && error.name === "NotAllowedError");
    }
    return true;
  }

  toggle(): void {
    const video = this.video;
    if (!video) return;
    if (video.paused) void video.play().catch(() => undefined);
    else video.pause();
  }

  seekTo(seconds: number): void {
    const video = this.video;
    if (!video || !(this.duration > 0)) return;
    const at = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.5));
    video.currentTime = at;
    this.time = at;
    this.ended = false;
    this.host.requestUpdate();
  }

  /** The seek bar shows where the hand is until it lets go. */
  drag(seconds: number): void {
    this.dragging = true;
    this.time = seconds;
    this.host.requestUpdate();
  }

  drop(seconds: number): void {
    this.dragging = false;
    this.seekTo(seconds);
  }

  setVolume(value: number): void {
    this.loudness = Math.min(1, Math.max(0, Math.round(value * 20) / 20));
    if (this.video) this.video.muted = false;
    try {
      localStorage.setItem(VOLUME, String(this.loudness));
    } catch {
      // Then it is as loud as this visit lasts.
    }
    this.host.requestUpdate();
  }

  toggleMute(): void {
    if (this.video) this.video.muted = !this.video.muted;
  }

  showSubtitle(id: string): void {
    for (const track of this.video?.textTracks ?? []) {
      track.mode = track.id === id && id ? "showing" : "disabled";
    }
  }
}

function seekWhenKnown(video: HTMLVideoElement, at: number): void {
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) video.currentTime = at;
  else video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
}
