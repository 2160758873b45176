import type Script from "hls.js";
import type { ErrorData } from "hls.js";

export interface Sound {
  id: number;
  name: string;
  language: string;
}

export type Fault = "network" | "decode" | "format";

export interface StreamAudience {
  changed(): void;
  /** It cannot go on; `url` is what could not be read, where it is that. */
  broke(fault: Fault, url: string): void;
}

const patience = (first: number) => ({
  default: {
    maxTimeToFirstByteMs: first,
    maxLoadTimeMs: 2 * first,
    timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 3, retryDelayMs: 1000, maxRetryDelayMs: 8000 },
  },
});

/** Plays a playlist in a browser that cannot do so itself. The script for it is loaded then. */
export class Stream {
  private script: Script | undefined;
  private closed = false;
  private mended = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly audience: StreamAudience,
  ) {}

  /** Get ready to play from this second on. Returns when the film is known, or it failed. */
  async open(at: number): Promise<void> {
    const { default: Hls } = await import("hls.js");
    if (this.closed) return;
    if (!Hls.isSupported()) {
      this.audience.broke("format", "");
      return;
    }
    const script = new Hls({
      startPosition: at,
      // A worker of its own needs an address of its own; segments of MP4 are hardly worked on.
      enableWorker: false,
      // The page shows subtitles by itself, in every way of playing.
      renderTextTracksNatively: false,
      enableWebVTT: false,
      enableIMSC1: false,
      enableCEA708Captions: false,
      backBufferLength: 30,
      maxMaxBufferLength: 60,
      // A film that still arrives is made of what has come: its segments may take long.
      manifestLoadPolicy: patience(90_000),
      playlistLoadPolicy: patience(90_000),
      fragLoadPolicy: patience(60_000),
    });
    this.script = script;
    const changed = () => this.audience.changed();
    script.on(Hls.Events.AUDIO_TRACKS_UPDATED, changed);
    script.on(Hls.Events.AUDIO_TRACK_SWITCHED, changed);
    const known = new Promise<void>((resolve) => {
      script.once(Hls.Events.MANIFEST_PARSED, () => resolve());
      script.once(Hls.Events.DESTROYING, () => resolve());
      script.on(Hls.Events.ERROR, (_, data) => {
        if (!data.fatal) return;
        if (data.type === Hls.ErrorTypes.MEDIA_ERROR) this.stumbled();
        else this.lost(data, data.type === Hls.ErrorTypes.NETWORK_ERROR ? "network" : "format");
        resolve();
      });
    });
    script.loadSource(this.url);
    script.attachMedia(this.video);
    await known;
    script.subtitleTrack = -1;
  }

  /** What was read cannot be decoded: a fresh start helps against a single bad spot. */
  private stumbled(): void {
    if (!this.mended) {
      this.mended = true;
      this.script?.recoverMediaError();
      return;
    }
    this.audience.broke("decode", "");
    this.close();
  }

  private lost(data: ErrorData, fault: Fault): void {
    this.audience.broke(fault, data.frag?.url ?? data.url ?? this.url);
    this.close();
  }

  get sounds(): Sound[] {
    return (this.script?.audioTracks ?? []).map((track, id) => ({
      id,
      name: track.name,
      language: track.lang ?? "",
    }));
  }

  get sound(): number {
    return this.script?.audioTrack ?? -1;
  }

  chooseSound(id: number): void {
    if (this.script) this.script.audioTrack = id;
    this.audience.changed();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.script?.destroy();
  }
}
